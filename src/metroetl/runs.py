"""What a run says of itself: the one contract between flow, UI, notification and retry."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from metroetl.errors import MetroError
from metroetl.redaction import redact


class Failure(BaseModel):
    """Something of a source that could not be read, and what a person can do; a secret in the detail isn't shown."""

    code: str
    url: str = ""
    detail: Annotated[str, AfterValidator(redact)] = ""
    way_out: str = ""

    def __str__(self) -> str:
        return f"{self.code} {self.url}: {self.detail} → {self.way_out}"


class Finding(Failure):
    """What a rule found in what is published; `code` is the rule's, `table` the table or view that it judged."""

    severity: Literal["critical", "error", "warning"] = "warning"
    table: str = ""
    reason_zh: str = ""
    reason_en: str = ""

    def __str__(self) -> str:
        return (
            f"{self.code} {self.reason_zh}：{self.detail}{' ' if self.url else ''}{self.url} → {self.way_out}"
        )


class SourceOutcome(BaseModel):
    """What one run did at one source; `outcomes` counts fetches by named outcome."""

    source_id: str
    title: str
    outcomes: dict[str, int] = {}
    failures: list[Failure] = []
    announced: int = Field(default=0, description="items of the listings that were not known yet")
    documents: int = 0
    statements: int = 0
    plans: int = 0
    unreadable: int = 0
    vanished: int = Field(
        default=0, description="known pages that a revisit no longer found; what is archived stays"
    )
    batch_id: str | None = None
    left: int = Field(
        default=0, description="pages that are wanted and that the budget left for the next run"
    )
    deeper: bool = Field(default=False, description="the listing goes on deeper than it may be read")

    @property
    def failed(self) -> bool:
        """Whether anything of the source could not be read."""
        return bool(self.failures)

    def add(self, part: SourceOutcome) -> None:
        """Count in what reading a part of the source came to."""
        self.documents += part.documents
        self.statements += part.statements
        self.plans += part.plans
        self.unreadable += part.unreadable
        self.failures += part.failures
        self.batch_id = part.batch_id or self.batch_id


class Retried(Failure):
    """What a retry came to of a failure of the run before: mended, still there, or left alone for the reason told."""

    source_id: str
    became: Literal["mended", "remains", "left"] = "remains"


class GateOutcome(BaseModel):
    """What the gate did with the staged batches of a run."""

    published: dict[str, int] = {}
    quarantined: int = 0
    batches: int = 0
    held: dict[str, list[str]] = Field(
        default={}, description="batch id to the codes of the critical rules that failed"
    )


class ReleaseNews(BaseModel):
    """A release of a plan that a run announces: its state is new to the warehouse, or changed since `before`."""

    release_key: str
    title: str
    state: Literal["draft", "new", "revised", "repealed"]
    before: str | None = Field(default=None, description="the state that was announced earlier")
    plan_type: str | None = None
    issuers: list[str] = []
    period: str | None = None
    doc_number: str | None = None
    issued_on: date | None = None
    published_on: date | None = None
    url: str = Field(default="", description="address of its best document: the plan's text if there is one")
    document_title: str = ""
    publisher: str = ""
    succeeds_key: str | None = None
    succeeds: str | None = Field(default=None, description="title of the release that it follows")
    circle_name: str | None = None
    documents: int = 0
    first_seen_at: datetime


class RunSummary(BaseModel):
    """The one contract between a run, its page in the UI, its notification and a retry."""

    run_id: str
    flow: str
    started_at: datetime
    finished_at: datetime | None = None
    sources: list[SourceOutcome] = []
    gate: GateOutcome = GateOutcome()
    releases: list[ReleaseNews] = Field(default=[], description="plan releases that the run announced")
    not_told: list[Failure] = Field(
        default=[], description="what of the announcement failed; the run's state isn't touched by it"
    )
    findings: list[Finding] = Field(
        default=[],
        description="what rules found in what is published; critical and error ones make the state `checks_failed`",
    )
    validation_page: str | None = None
    retry_of: str | None = Field(default=None, description="the run whose failed parts were asked for again")
    retried: list[Retried] = Field(default=[], description="its failures, and what became of them")

    @property
    def state(
        self,
    ) -> Literal["held", "checks_failed", "sources_failed", "loaded", "announced", "nothing_new"]:
        """The worst thing that happened, or what was done; `announced` is what a dry run says of new items."""
        if self.gate.held:
            return "held"
        if self.failed_checks:
            return "checks_failed"
        if any(s.failed for s in self.sources):
            return "sources_failed"
        if self.gate.batches:
            return "loaded"
        return "announced" if any(s.announced for s in self.sources) else "nothing_new"

    @property
    def failed_checks(self) -> list[Finding]:
        """What of the findings is no mere warning."""
        return [f for f in self.findings if f.severity != "warning"]

    @property
    def exit_code(self) -> int:
        """0 done (also nothing new), 1 some source failed, 3 a batch was held, 4 a check of what is published failed."""
        return {"held": 3, "checks_failed": 4, "sources_failed": 1}.get(self.state, 0)


class RedRun(MetroError):
    """A run ended red: something could not be read, was held, or is wrong in what is published."""

    code = "RED_RUN"
    way_out = "The run's artifact run-summary says what, and what to do."

    def __init__(self, summary: RunSummary) -> None:
        super().__init__(f"run {summary.run_id}: {summary.state}")
        self.summary = summary

    def __reduce__(self) -> tuple[type[RedRun], tuple[RunSummary]]:
        return RedRun, (self.summary,)


Robots = Literal["allowed", "disallowed", "none", "html", "unreachable"]


class SourceCheck(BaseModel):
    """Health of one source's listing, as a check found it.

    `outcome` is `listed` (the listing was read), `example_read` (offline: the source's examples are read as expected) or
    the code of the error that stands in the way, with `detail` and `way_out`. `live` says that the real site was asked,
    not a stand-in or an example. `family_seen` differs from `family_declared` where the page no longer has that
    family's marks. `days_late` counts from the day on which something newer was due, 0 is in time, None is unknown.
    """

    source_id: str
    live: bool = False
    outcome: str
    family_declared: str | None = None
    family_seen: str | None = None
    items: int | None = None
    newest: date | None = None
    days_late: int | None = None
    robots: Robots | None = None
    seconds: float = 0.0
    detail: str = ""
    way_out: str = ""
    checked_at: datetime = Field(default_factory=lambda: datetime.now(UTC))

    @property
    def ok(self) -> bool:
        """Whether nothing stands in the way."""
        return self.outcome in {"listed", "example_read"}
