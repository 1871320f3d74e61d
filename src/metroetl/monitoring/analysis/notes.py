"""The plan rounds of the circle, and what a reader must know of the data: methods, gaps, preliminary figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from metroetl.monitoring.analysis.indicators import CODES
from metroetl.monitoring.analysis.structure import single_quarters
from metroetl.monitoring.analysis.view import View
from metroetl.monitoring.calendar import STATES_ZH, Row, alert_words, load_calendar
from metroetl.monitoring.content import Block, Cell, Piece, Section, Table
from metroetl.monitoring.figures import Refused


def plans(view: View) -> Section | None:
    """The circle's plan rounds, and those that end without a successor."""
    calendar = load_calendar(view.warehouse, view.data.circle.id, view.as_of)
    if not calendar.rounds:
        return None
    heads = (
        "plan_series", "plan_round", "plan_stage", "plan_period", "plan_issuers", "plan_issued", "plan_ends",
        "plan_origin",
    )  # fmt: skip
    table = Table(
        "plans",
        view.heading("plans_table"),
        [view.heading(h) for h in heads],
        [_round(view, rows) for rows in _merged(calendar.rounds)],
    )
    blocks: list[Block] = [table]
    if view.language == "zh":
        open_ends = [row for row in calendar.alerts if row["alert"] == "no_successor"]
        told = [f"{row['series_title']}：{alert_words(row)}" for row in open_ends]
        blocks = [view.paragraph((text,), kind="warning") for text in dict.fromkeys(told)] + blocks
    return Section("plans", view.heading("plans_title"), blocks)


def _merged(rounds: Iterable[Row]) -> list[list[Row]]:
    """What was curated and what was read of the same round together."""
    found: dict[tuple[object, ...], list[Row]] = {}
    for row in rounds:
        found.setdefault((row["series_title"], row["round"], row["period_end"]), []).append(row)
    return list(found.values())


def _round(view: View, rows: list[Row]) -> list[Cell]:
    """A round as its sources tell it; where they differ, all that they say."""
    words = view.words
    shown = (
        lambda r: r["series_title"], lambda r: r["round"], _stage, _span, lambda r: r["issuers"],
        lambda r: r["issued_on"], lambda r: r["expires_on"],
        lambda r: words.word("plan_curated" if r["origin"] == "curated" else "plan_extracted"),
    )  # fmt: skip
    texts = [dict.fromkeys(str(text) for row in rows if (text := read(row))) for read in shown]
    cells = [Cell(words.listing.join(values) or "—") for values in texts]
    link = next((str(row["provenance"]) for row in rows if row["origin"] == "extracted"), "")
    return [*cells[:-1], Cell(cells[-1].text, link=link)]


def _stage(row: Row) -> str:
    state = "" if row["status"] == "issued" else STATES_ZH.get(row["status"], row["status"])
    return str(row["stage"] or state)


def _span(row: Row) -> str:
    begin, end = row["period_start"], row["period_end"]
    return f"{begin}—{end}" if begin and end and begin != end else str(end or begin or "")


def notes(view: View) -> Section:
    """What the figures mean, what is missing, what is preliminary, and the day of knowledge."""
    words, parts = view.words, [view.say("method"), view.say("growth_method")]
    known = [code for code in CODES if view.known(code)]
    gone = [words.indicator(code) for code in CODES if code not in known]
    if gone:
        names = words.listing.join(gone)
        parts.append(view.say("no_figures", place=view.circle_name, names=names))
    if lacking := _lacking(view, known):
        parts.append(view.say("missing_cities", items=words.join(lacking, words.semicolon)))
    if view.data.province and (alone := [c for c in known if _outside_silent(view, c)]):
        names = words.listing.join(words.indicator(code) for code in alone)
        parts.append(view.say("no_province", names=names))
    if early := list(dict.fromkeys(r for c in known for r in view.with_status(c, ("P",)))):
        parts.append(view.say("provisional", places=view.places(early)))
    if alone := [r for r, f in single_quarters(view).items() if isinstance(f, Refused)]:
        parts.append(view.say("single_refused", places=view.places(alone)))
    if view.as_of:
        parts.append(view.say("as_of", day=view.words.day(view.as_of)))
    blocks = [view.paragraph(part) for part in parts]
    return Section("notes", view.heading("notes_title"), blocks)


def _outside_silent(view: View, indicator: str) -> bool:
    """Whether nothing of the province stands beside the circle's figures."""
    province = str(view.data.province)
    own = view.growth(view.data.region, indicator) or view.level(view.data.region, indicator)
    return bool(own) and not (view.level(province, indicator) or view.growth(province, indicator))


def _lacking(view: View, codes: Sequence[str]) -> list[tuple[Piece, ...]]:
    """Indicators by the cities that published nothing of them; those that lack the same cities together."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for code in codes:
        if gone := tuple(view.silent(code)):
            groups.setdefault(gone, []).append(view.words.indicator(code))
    found = []
    for gone, names in groups.items():
        key = "missing_all" if len(gone) == len(view.data.cities) else "missing_city"
        listed = view.words.listing.join(names)
        found.append(view.say(key, indicators=listed, places=view.places(gone)))
    for code in codes:
        rated = [c for c in view.data.cities if view.growth(c, code)]
        gone = tuple(c for c in view.data.cities if view.level(c, code) and not view.growth(c, code))
        if rated and gone:
            found.append(
                view.say("missing_growth", indicator=view.words.indicator(code), places=view.places(gone))
            )
    return found
