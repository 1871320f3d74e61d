"""Mutants through the gate's own code: staging rows, prepare, validate, decide; validations of many mutants at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from benchmarks.mutations.scene import MARK
from benchmarks.mutations.worlds import SOURCE, Page
from metroetl.quality.decision import decide
from metroetl.quality.frames import prepare
from metroetl.quality.limits import regions_above
from metroetl.quality.papers import release_name
from metroetl.quality.past import NEAR_DAYS, RELEASE_DAYS, Past
from metroetl.quality.suites import load_suites
from metroetl.quality.validate import validate
from metroetl.statistics.evidence.arithmetic import weigh_release
from metroetl.warehouse.models import Batch
from metroetl.warehouse.records import BatchKey, Seen, staging_rows
from metroetl.warehouse.staging import STAGING

if TYPE_CHECKING:
    from metroetl.catalogue import Catalogue

DOCUMENTS, FIGURES = "staging_document", "staging_observation"
_MODELS = [m for m in STAGING if m.__tablename__ in (DOCUMENTS, FIGURES)]
_DATES = ("published_on", "period_start", "period_end", "written_on", "listed_on")
Frames = dict[str, pd.DataFrame]


@dataclass
class Verdict:
    """What the gate did with one batch: the rules that hold it, the rules that stop a row or its document."""

    documents: dict[str, str]
    held: set[str] = field(default_factory=set)
    stopped: dict[str, set[str]] = field(default_factory=dict)
    corrupted: set[str] = field(default_factory=set)

    def codes(self, row_id: str) -> set[str]:
        """The rules that stop a row: its own, and those of its document."""
        return self.stopped.get(row_id, set()) | self.stopped.get(self.documents.get(row_id, ""), set())

    def all_stopped(self, causes: Iterable[str] | None = None) -> bool:
        """Whether every corrupted row is stopped, by one of the causes if told."""
        wanted = None if causes is None else set(causes)
        return bool(self.corrupted) and all(
            self.codes(r) if wanted is None else self.codes(r) & wanted for r in self.corrupted
        )

    def clean_stopped(self) -> tuple[int, int]:
        """How many figures that nobody corrupted were quarantined, of how many."""
        clean = [r for r, page in self.documents.items() if not self.corrupted & {r, page}]
        return sum(bool(self.codes(r)) for r in clean), len(clean)


def staged(pages: Iterable[Page], batch: str, catalogue: Catalogue) -> Frames:
    """The staging frames of pages as one batch, each page's figures weighed against each other by the reader."""
    readings = []
    for page in pages:
        reading = page.reading()
        for s in reading.statements:
            s.evidence, s.confidence, s.publish = [], 1.0, True
        weigh_release(reading.statements, catalogue)
        seen = Seen(reading.document.sha256[:24], page.seen_at, "page", reading.document.published_on)
        readings.append((reading, seen))
    rows = staging_rows(readings, BatchKey(batch, f"run-{batch}", SOURCE, "facts"), catalogue)
    frames = {}
    for model in _MODELS:
        frame = pd.DataFrame(rows.get(str(model.__tablename__), []), columns=list(model.model_fields))
        for column in _DATES:
            if column in frame:
                frame[column] = pd.to_datetime(frame[column])
        frames[str(model.__tablename__)] = frame
    return frames


class Core:
    """What core holds after each batch: the rows of all clean pages, asked as of a moment."""

    def __init__(self, batches: Sequence[Sequence[Page]], catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        clean = [staged(pages, f"{n}", catalogue) for n, pages in enumerate(batches)]
        figures = pd.concat([f[FIGURES] for f in clean], ignore_index=True)
        papers = pd.concat([f[DOCUMENTS] for f in clean], ignore_index=True)
        self._papers = papers.assign(version=1, observations=papers["observation_count"])[
            [*_KNOWN, "batch_id"]
        ]
        self._figures = figures[_PAST]
        titles = papers.set_index("row_id")["title"]
        self._releases = figures.assign(title=figures["document_row_id"].map(titles))[_RELEASE]
        self._figures_at = figures["batch_id"].astype(int).to_numpy()
        self._papers_at = papers["batch_id"].astype(int).to_numpy()
        self._days = figures["period_end"].to_numpy()
        self._regions, self._indicators = (
            pd.factorize(figures[c]) for c in ("region_code", "indicator_code")
        )
        self._names = pd.factorize(self._releases["title"].map(release_name))
        self._parents = regions_above(catalogue)

    def past(self, number: int, frames: Frames) -> Past:
        """What the gate's queries would give for these frames before the batch of this number."""
        new, figures = frames[DOCUMENTS], frames[FIGURES]
        regions = set(figures["region_code"].dropna())
        above = {self._parents.get(r) for r in regions} - {None}
        beside = {code for code in self._regions[1] if self._parents.get(code) in above}
        before = self._figures_at < number
        indicators = _among(self._indicators, set(figures["indicator_code"]))
        own, kin = _among(self._regions, regions | above), _among(self._regions, beside)
        first = (
            figures["period_end"].min() - pd.Timedelta(days=NEAR_DAYS) if len(figures) else pd.Timestamp.max
        )
        near = self._days >= first.to_datetime64()
        around = (own & indicators) | (near & ((kin & indicators) | _among(self._regions, regions)))
        known = self._papers[self._papers_at < number]
        same = known["document_key"].isin(new["document_key"]) | known["content_hash"].isin(
            new["content_hash"]
        )
        alike = before & _among(self._names, set(map(release_name, new["title"])))
        since = new["published_on"].max() - pd.Timedelta(days=RELEASE_DAYS)
        releases = self._releases[alike]
        return Past(self._figures[before & around], known[same], releases[releases["published_on"].ge(since)])


def _among(coded: tuple[Any, Any], wanted: set[Any]) -> Any:
    """Which rows of a factorised column have one of the values."""
    codes, names = coded
    return np.append(pd.Index(names).isin(list(wanted)), False)[codes]


_PAST = [
    "region_code", "indicator_code", "measure", "variant", "frequency", "period_end", "value_norm", "rounding",
    "published_on", "measure_family", "accumulation",
]  # fmt: skip
_KNOWN = ["document_key", "version", "url", "content_hash", "title", "text_length", "observations"]
_RELEASE = ["source_id", "title", "published_on", "region_code", "indicator_code", "measure"]
_OWN = ("region_code", "document_key", "content_hash", "source_id")


@dataclass
class Case:
    """One batch on its way to the gate: its staged frames, what core knows, the titles that its listing gave."""

    frames: Frames
    past: Past
    wrong: set[str]


def case_of(pages: Sequence[Page], batch: str, core: Core, number: int, marked: Collection[str] = ()) -> Case:
    """A batch as staged before the batch of this number; `marked` are the keys of pages that are wrong as a whole."""
    frames = staged(pages, batch, core.catalogue)
    announced = {p.url: p.announced for p in pages if p.announced}
    papers = frames[DOCUMENTS]
    titles = {
        row: announced[url]
        for row, url in zip(papers["row_id"], papers["url"], strict=True)
        if url in announced
    }
    urls = {p.url for p in pages if p.key in marked}
    rows, wrong = (
        (papers, papers["url"].isin(urls)) if urls else (frames[FIGURES], frames[FIGURES]["rule"].eq(MARK))
    )
    return Case(frames, replace(core.past(number, frames), announced=titles), set(rows.loc[wrong, "row_id"]))


def judge(cases: Sequence[Case], catalogue: Catalogue) -> list[Verdict]:
    """What the gate decides of each batch.

    They are prepared and validated together: each has places, sources and addresses of its own, so that none sees
    another; a run of its own for each would say the same and take hours.
    """
    return _judge(_prepared(cases, catalogue), cases)


def _prepared(cases: Sequence[Case], catalogue: Catalogue) -> Frames:
    apart = [_apart(case, f"{n}:") for n, case in enumerate(cases)]
    frames = {
        table: pd.concat(
            [c.frames[table] for c in apart if len(c.frames[table])] or [apart[0].frames[table]],
            ignore_index=True,
        )
        for table in (DOCUMENTS, FIGURES)
    }
    past = Past(
        pd.concat([c.past.observations for c in apart], ignore_index=True),
        pd.concat([c.past.documents for c in apart], ignore_index=True),
        pd.concat([c.past.releases for c in apart], ignore_index=True),
        {row: title for c in apart for row, title in (c.past.announced or {}).items()},
    )
    return prepare(frames, past, _with_places(catalogue, apart))


def _apart(case: Case, prefix: str) -> Case:
    def own(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(
            **{c: (prefix + frame[c]).where(frame[c].notna(), None) for c in _OWN if c in frame}
        )

    past = case.past
    assert past.releases is not None
    return Case(
        {table: own(frame) for table, frame in case.frames.items()},
        Past(own(past.observations), own(past.documents), own(past.releases), past.announced),
        case.wrong,
    )


def _with_places(catalogue: Catalogue, cases: Sequence[Case]) -> Catalogue:
    """The catalogue with each batch's own copy of its places, circles and regions above."""
    regions, circles = dict(catalogue.regions), dict(catalogue.circles)
    above = regions_above(catalogue)
    for n, case in enumerate(cases):
        prefix = f"{n}:"
        used = {
            c.removeprefix(prefix)
            for f in (case.frames[FIGURES], case.past.observations)
            for c in f["region_code"].dropna().unique()
        }
        used |= {p for c in used if (p := above.get(c))}
        for code in used & set(catalogue.regions):
            region = catalogue.regions[code]
            parent = prefix + over if (over := above[code]) else None
            regions[prefix + code] = region.model_copy(update={"code": prefix + code, "parent_code": parent})
        for circle in catalogue.circles.values():
            if circle.region_code in used:
                order = [prefix + c for c in circle.order]
                own = {"region_code": prefix + circle.region_code, "order": order}
                circles[prefix + circle.id] = circle.model_copy(update=own)
    return replace(catalogue, regions=regions, circles=circles)


def _judge(frames: Frames, cases: Sequence[Case]) -> list[Verdict]:
    now = datetime.now(UTC)
    ids = [c.frames[DOCUMENTS]["batch_id"].iloc[0] for c in cases]
    known = [
        Batch(batch_id=i, run_id=f"run-{i}", source_id=SOURCE, state="staged", revision=1, staged_at=now)
        for i in ids
    ]
    suites = {table: suite for table, suite in load_suites().items() if table in frames}
    outcomes = validate(frames, suites)
    wrong = [f"{o.rule.code}: {o.message}" for o in outcomes if o.verdict == "error"]
    if wrong:
        raise RuntimeError("rules that can't be computed: " + "; ".join(wrong))
    decision = decide("campaign", known, frames, outcomes)
    verdicts = {i: _blank(c) for i, c in zip(ids, cases, strict=True)}
    owners = {
        r: b for table in frames.values() for r, b in zip(table["row_id"], table["batch_id"], strict=True)
    }
    for held in decision.held:
        verdicts[held.batch_id].held |= set(held.rule_codes)
    for entry in decision.quarantine:
        verdicts[owners[entry.row_id]].stopped.setdefault(entry.row_id, set()).add(entry.rule_code)
    return [verdicts[i] for i in ids]


def _blank(case: Case) -> Verdict:
    figures = case.frames[FIGURES]
    return Verdict(
        dict(zip(figures["row_id"], figures["document_row_id"], strict=True)), corrupted=case.wrong
    )
