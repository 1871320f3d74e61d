"""From a figure back to the bytes: document version, snapshot, fetch, run, who decided, and the archived page.

`mart_lineage` holds the chain, so one query answers; the page is read again from the archive by the reader that read
it for the warehouse, and the figure is found in it by its stored span.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from metroetl.catalogue import catalogue
from metroetl.catalogue.checks import near
from metroetl.documents.models import Span
from metroetl.errors import Unreadable, WarehouseError
from metroetl.harvest import Archive
from metroetl.harvest.models import STAND_IN
from metroetl.pipeline.reading import document_of
from metroetl.settings import settings
from metroetl.warehouse.keys import parse_period

if TYPE_CHECKING:
    from metroetl.documents.models import Document
    from metroetl.harvest.models import Snapshot
    from metroetl.warehouse import Warehouse

Row = dict[str, Any]
FACT = "region_code = :region_code AND indicator_code = :indicator_code AND measure = :measure AND variant = :variant AND period = :period"
LINEAGE = """
SELECT l.*, r.name_zh AS region_name, i.name_zh AS indicator_name,
  CASE WHEN m.accumulation = 'ytd' THEN p.label_ytd_zh ELSE p.label_zh END AS period_label_zh,
  CASE WHEN t.headers LIKE :stand_in THEN 1 ELSE 0 END AS stand_in
FROM mart_lineage AS l
JOIN raw_snapshot AS t ON t.snapshot_id = l.snapshot_id
JOIN dim_region AS r ON r.region_code = l.region_code
JOIN dim_indicator AS i ON i.indicator_code = l.indicator_code
JOIN dim_measure AS m ON m.measure = l.measure
JOIN dim_period AS p ON p.period = l.period
WHERE l.observation_id = :observation_id
"""
CHOICES = """
SELECT observation_id, measure, measure_family, variant, value, unit FROM mart_observation_latest
WHERE region_code = :region_code AND indicator_code = :indicator_code AND period = :period
ORDER BY measure, variant
"""
PRINTS = f"""
SELECT l.observation_id, l.value, l.unit, l.value_text, l.value_norm, l.unit_norm, l.revision_stage, l.published_on,
  l.published_at, l.publisher, l.document_title, l.url, l.withdrawn_at, l.access, v.vintage, v.known_from, v.known_to
FROM (SELECT * FROM mart_lineage WHERE {FACT}) AS l
LEFT JOIN (SELECT * FROM mart_observation_vintages WHERE {FACT}) AS v ON v.observation_id = l.observation_id
ORDER BY l.published_at, l.loaded_at, l.observation_id
"""  # noqa: S608  constants of this module
RELEASED = """
SELECT q.decided_by, q.decided_at, q.decision_reason, q.rule_code, q.reason_zh
FROM ops_quarantine AS q WHERE q.row_id = :row_id AND q.state = 'released' ORDER BY q.rule_code
"""
CORRECTIONS = """
SELECT correction_id, action, value, unit, state, reason, source, declared_on FROM mart_correction
WHERE observation_id = :observation_id ORDER BY correction_id
"""
SENTENCE_ENDS = re.compile("[。！？；\n]")
LONGEST = 300


@dataclass(frozen=True)
class Trace:
    """A figure's chain: its row of mart_lineage with names, all prints of the same fact (its own too), and who let it
    through where a person did: the batch's decision, or each rule that the figure's row was released from; and the
    corrections that are declared of it."""

    figure: Row
    prints: list[Row]
    decisions: list[Row] = field(default_factory=list)
    corrections: list[Row] = field(default_factory=list)
    before: str = ""
    quote: str = ""
    after: str = ""


def find_figure(
    warehouse: Warehouse,
    *,
    region: str,
    indicator: str,
    period: str,
    measure: str | None = None,
    as_of: date | None = None,
) -> str:
    """The observation_id of the newest figure, as of a day if told; region and indicator by code or name.

    Without `measure` the level where there is one only. Raises WarehouseError naming what there is instead.
    """
    words = catalogue()
    regions = {**words.region_names(), **{code: code for code in words.regions}}
    indicators = {**dict(words.indicator_names()), **{code: code for code in words.indicators}}
    asked = {
        "region_code": _named(region, regions, "region"),
        "indicator_code": _named(indicator, indicators, "indicator"),
        "period": _period(period),
    }
    found = warehouse.records(CHOICES, asked, as_of=as_of)
    wanted = [
        f for f in found if measure == f["measure"] or (measure is None and f["measure_family"] == "level")
    ]
    wanted = [f for f in wanted if not f["variant"]] or wanted
    if len(wanted) == 1:
        return str(wanted[0]["observation_id"])
    told = ", ".join(
        f"{f['measure']}{' ' + f['variant'] if f['variant'] else ''} {f['value']:g} {f['unit']}"
        for f in found
    )
    what = f"{asked['region_code']} {asked['indicator_code']} {asked['period']}" + (
        f" {measure}" if measure else ""
    )
    if not found:
        raise WarehouseError(
            f"no figure of {what}" + (f" was published by {as_of}" if as_of else ""),
            way_out="mart_observation_latest has what there is; `metroetl query` asks it.",
        )
    raise WarehouseError(
        f"{len(wanted) or 'no'} figures of {what}; there are: {told}",
        way_out="Say which with --measure, or give its observation_id.",
    )


def _named(text: str, names: dict[str, str], what: str) -> str:
    if text.strip() not in names:
        raise WarehouseError(f"no {what} is called {text}", way_out=f"Name or code: {near(text, names)}.")
    return names[text.strip()]


def _period(text: str) -> str:
    """`2025Q1` and `2025-q1` as 2025-Q1."""
    name = re.sub(r"^([0-9]{4})([QM])", r"\1-\2", text.strip().upper())
    if parse_period(name) is None:
        raise WarehouseError(f"{text} is no period", way_out="Write 2025, 2025Q1 or 2025M08.")
    return name


def trace(warehouse: Warehouse, observation_id: str, *, as_of: date | None = None) -> Trace:
    """The chain of a figure; prints and vintages as of a day if told. Raises WarehouseError for an unknown one."""
    asked = {"observation_id": observation_id, "stand_in": f"%{STAND_IN}%"}
    found = warehouse.records(LINEAGE, asked, as_of=as_of)
    if not found:
        raise WarehouseError(
            f"no observation {observation_id}" + (f" was published by {as_of}" if as_of else ""),
            way_out="mart_observation_latest and mart_circle_quarter have the ids: column observation_id.",
        )
    figure = found[0]
    fact = {name: figure[name] for name in ("region_code", "indicator_code", "measure", "variant", "period")}
    ((text,),) = warehouse.query(
        "SELECT text FROM core_document WHERE document_id = :id", {"id": figure["document_id"]}
    )[1]
    span = locate(text, figure)
    before, quote, after = sentence(text, span) if span else ("", figure["quote"], "")
    return Trace(
        figure=figure,
        prints=warehouse.records(PRINTS, fact, as_of=as_of),
        decisions=_decisions(warehouse, figure),
        corrections=warehouse.records(CORRECTIONS, {"observation_id": observation_id}),
        before=before,
        quote=quote,
        after=after,
    )


def _decisions(warehouse: Warehouse, figure: Row) -> list[Row]:
    if figure["decided_by"]:
        return [{name: figure[name] for name in ("decided_by", "decided_at", "decision_reason")}]
    if figure["load_flow"] != "release":
        return []
    ((parameters,),) = warehouse.query(
        "SELECT parameters FROM ops_run WHERE run_id = :run", {"run": figure["load_run_id"]}
    )[1]
    return warehouse.records(RELEASED, {"row_id": json.loads(parameters)["row"]})


def locate(text: str, figure: Row) -> Span | None:
    """Where the figure stands in the text: its stored span; or, where the text was read otherwise since, the nearest
    place with the same words; None if they are nowhere."""
    start, end, quote = figure["span_start"], figure["span_end"], figure["quote"]
    if text[start:end] == quote:
        return Span(start=start, end=end)
    places = [match.start() for match in re.finditer(re.escape(quote), text)] if quote else []
    if not places:
        return None
    nearest = min(places, key=lambda place: abs(place - start))
    return Span(start=nearest, end=nearest + len(quote))


def sentence(text: str, span: Span) -> tuple[str, str, str]:
    """What stands before the figure in its sentence (or row of a table), its words, and what follows."""
    begin = max((m.end() for m in SENTENCE_ENDS.finditer(text, 0, span.start)), default=0)
    stop = SENTENCE_ENDS.search(text, span.end)
    end = len(text) if stop is None else stop.end()
    return (
        text[max(begin, span.start - LONGEST) : span.start].lstrip(),
        text[span.start : span.end],
        text[span.end : min(end, span.end + LONGEST)].rstrip(),
    )


def archived(warehouse: Warehouse, snapshot_id: str) -> tuple[Document, Snapshot, bytes]:
    """A snapshot's document as it is read from the archive today, the snapshot, and its bytes.

    Raises Unreadable where the bytes are gone or damaged, ArchiveFailure where there is no archive.
    """
    snapshot = warehouse.snapshot(snapshot_id)
    if snapshot is None:
        raise WarehouseError(f"no snapshot {snapshot_id}", way_out="raw_snapshot has the ids.")
    archive = Archive(settings().archive)
    try:
        data = archive.get(snapshot.sha256)
    except Unreadable as error:
        raise Unreadable(
            error.message,
            way_out="What is loaded stays. `metroetl archive import` takes it in from a WARC file or a backup; "
            "`metroetl revisit` asks the site for a page whose body is missing.",
        ) from error
    source = catalogue().sources.get(snapshot.source_id)
    return document_of(warehouse, archive, snapshot, source), snapshot, data
