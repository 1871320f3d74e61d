"""What the catalogue holds: sources, words, places and plan series, as typed records."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

# Source has a field named `list`, which hides the builtin inside its class body
_Texts = list[str]
_Kinds = list[Literal["statistics", "plans"]]
TlsMode = Literal["legacy", "unverified", "http"]
INBOX = "inbox"  # the source id of files that a person saved or received; no source of the catalogue has it


def wrong(key: str, what: str, fix: str) -> PydanticCustomError:
    """An error of several fields, told at the line of `key`."""
    return PydanticCustomError("entry", "{what}", {"key": key, "what": what, "fix": fix})


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Politeness(_Entry):
    """How gently a host is asked: seconds between requests, requests at once."""

    delay: float = 2.0
    concurrency: int = 1


class Expectations(_Entry):
    """What a healthy source shows; fewer items than `min_items` is an error, not 'nothing new'."""

    min_items: int = Field(ge=1)
    max_age_days: int | None = Field(
        default=None, description="newest item may be this old before the source counts as stale"
    )


class Cadence(_Entry):
    """When the source is asked: a cron expression in Asia/Shanghai."""

    cron: str
    timezone: str = "Asia/Shanghai"
    note: str = ""


class TlsException(_Entry):
    """How a host is asked that can't do TLS as it should, and why that is accepted.

    `legacy`: old renegotiation, weaker ciphers and keys, P-256; its certificate is checked. `unverified`: the
    certificate (name, chain, days) isn't checked; every snapshot says so. `http`: in the clear.
    """

    mode: TlsMode
    reason: str


class Source(_Entry):
    """One listing of one site.

    `list` is an address that a document states, or `unknown` (then the source is disabled, with its `reason`).
    `replica_list` is where the project's stand-in serves such a source; it is used only when the host is mapped to
    the replica and is no claim about the real site. `hosts` are all hosts that may be fetched (attachments too).
    """

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str
    title_en: str = ""
    publisher: str
    regions: _Texts = Field(
        min_length=1, description="codes of the regions whose releases it lists; the first is its own"
    )
    kinds: _Kinds = Field(min_length=1)
    family: str
    list: str
    replica_list: str | None = None
    hosts: _Texts = Field(min_length=1)
    enabled: bool = True
    reason: str = ""
    verified: str = Field(
        default="never",
        description="never, or the ISO day on which a person saw it work against the live site",
    )
    cadence: Cadence
    politeness: Politeness = Politeness()
    expect: Expectations
    tls: dict[str, TlsException] = Field(
        default={}, description="exceptions for single hosts of `hosts`; nothing else relaxes TLS"
    )
    title_has: _Texts = Field(default=[], description="take only items whose title holds one of these words")
    max_pages: int = 3
    precedence: int = Field(
        default=50, description="lower wins where two sources state different values on one day"
    )
    options: dict[str, Any] = Field(default={}, description="of the family")
    note: str = ""

    @model_validator(mode="after")
    def _disabled_for_a_reason(self) -> Source:
        """An unknown address is never asked, and what isn't asked says why."""
        if self.list == "unknown" and self.enabled:
            raise wrong(
                "list", "list is unknown but the source is enabled", "write `enabled: false` and the `reason`"
            )
        if not self.enabled and not self.reason:
            raise wrong("enabled", "the source is disabled without a reason", "add `reason:`")
        return self


class Indicator(_Entry):
    """One indicator: its names, unit and plausible limits. `related` names are no synonyms.

    `parts` are indicators that add up to it, in levels; `ratio_of` are the two levels that it is the ratio of.
    """

    code: str
    name_zh: str
    name_en: str
    aliases: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    unit: str
    frequency: tuple[str, ...] = ()
    cumulative: bool = False
    measures: tuple[str, ...] = ()
    source_body: str = ""
    yoy_min: float | None = None
    yoy_max: float | None = None
    price_basis: str = ""
    lag_days: str = ""
    agg_rule: str = ""
    level_published: bool = True
    notes: str = ""
    parts: tuple[str, ...] = ()
    ratio_of: tuple[str, ...] = ()

    def unit_of(self, family: str) -> str:
        """The common unit of its values of a measure family; money levels of growth-only indicators are in 亿元."""
        return "亿元" if family == "level" and self.unit == "%" else self.unit


class Measure(_Entry):
    """One measure code: family (level, yoy, yoy_pp, share, index, statement), accumulation and basis."""

    code: str
    name_zh: str = ""
    family: str
    accumulation: str = ""
    basis: str = ""
    note: str = ""


class Region(_Entry):
    """One place: GB/T 2260 code, functional area (510100.TFNA) or aggregate (AGG.CDMC), valid in time.

    `valid_from` and `valid_to` are the first and the last day on which the code counts; None is unbounded or unknown.
    """

    code: str
    name_zh: str
    level: str
    parent_code: str | None = None
    aliases: tuple[str, ...] = Field(default=(), description="short names under which texts speak of it")
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""


class RegionEvent(_Entry):
    """One change of a code or boundary; where the day isn't stated it counts from 1 January of `year`."""

    year: int
    effective_on: date | None = None
    type: str
    level: int
    old_code: str = ""
    old_name: str = ""
    new_code: str = ""
    new_name: str = ""
    doc_no: str = ""
    note: str = ""


class Member(_Entry):
    """A dated member of a circle; `partial` where only a part of the unit belongs to it."""

    region_code: str
    scope: Literal["core", "extended"] = "extended"
    valid_from: date | None = None
    valid_to: date | None = None
    partial: bool = False
    note: str = ""


class Circle(_Entry):
    """A metropolitan circle or wider region that is monitored.

    `order` is the fixed order of its cities in texts and tables; `members_known` false means that the list isn't
    complete and nothing is summed.
    """

    id: str
    region_code: str = Field(description="code of the aggregate, AGG.CDMC")
    name_zh: str
    name_en: str
    number: int | None = Field(default=None, description="place in the list of the 18 national circles")
    province_codes: list[str] = []
    order: list[str] = Field(default=[], description="region codes in the fixed order of texts")
    members: list[Member] = []
    members_known: bool = True
    approved_on: date | None = None
    aliases: list[str] = []
    note: str = ""


class PlanRound(_Entry):
    """One curated round of a plan series: facts with provenance, beside the extracted ones, never over them."""

    round: int | None = None
    stage: str | None = None
    period_start: int | None = None
    period_end: int | None = None
    title: str | None = None
    issuers: list[str] = []
    doc_number: str | None = None
    issued_on: date | None = None
    count: int | None = None
    count_what: str | None = None
    aspects: int | None = Field(default=None, description="fields of work that the plan has (8个方面)")
    status: Literal["issued", "draft", "expected"] = "issued"
    source: str = Field(description="where it is stated")
    note: str = ""


class PlanSeries(_Entry):
    """A series of plans that succeed one another."""

    id: str
    title_zh: str
    title_en: str = ""
    circle: str | None = None
    region_codes: list[str] = []
    plan_type: str
    issuer: str = ""
    patterns: list[str] = Field(default=[], description="names under which texts speak of it; longest wins")
    cycle_years: int | None = None
    stages: list[str] = Field(default=[], description="names of the rounds' stages, in order")
    rounds: list[PlanRound] = []


class ReleaseWindow(_Entry):
    """When a release is due: days after the end of the period, first and last."""

    id: str
    indicator_codes: list[str]
    level: str = Field(description="nation, province, city or circle")
    frequency: Literal["M", "Q", "A"]
    first_day: int
    last_day: int
    skip_months: list[int] = Field(
        default=[], description="months of the year that have no release of their own"
    )
    stages: list[str] = Field(default=[], description="only figures of these revision stages count, if given")
    note: str = ""


class Correction(_Entry):
    """A declared correction of one printed value: what was printed stays visible, the marts follow the correction.

    It concerns prints of the series and period whose normalised value is `expect` (within their rounding); once the
    publisher prints another one, it counts as mended and is to be removed. `withhold` keeps a suspect figure out;
    `replace` needs the value and the publisher's own correcting document.
    """

    id: str = Field(pattern=r"[a-z0-9]+(-[a-z0-9]+)*")
    region: str
    indicator: str
    measure: str
    variant: str = ""
    period: str
    action: Literal["withhold", "replace"]
    expect: float
    value: float | None = None
    decimals: int = Field(default=2, ge=0, le=6, description="decimal places of `value`")
    reason: str = Field(min_length=4, description="Chinese, for readers")
    reason_en: str = Field(min_length=4)
    source: str = Field(min_length=2, description="what the doubt or the right value rests on")
    url: str = Field(default="", description="address of the publisher's correcting document")
    declared_on: date

    @model_validator(mode="after")
    def _rests_on_something(self) -> Correction:
        if self.action == "replace" and self.value is None:
            raise wrong("action", "`replace` without a value", "add `value:`, or use `withhold`")
        if self.action == "replace" and not self.url.startswith("http"):
            raise wrong(
                "url",
                "`replace` without the publisher's correcting document",
                "add its address as `url:`, or use `withhold` while there is none",
            )
        if self.action == "withhold" and self.value is not None:
            raise wrong("value", "`withhold` with a value", "remove `value:`, or use `replace`")
        return self
