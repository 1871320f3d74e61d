"""Sections of one or two indicators: total, industry, investment, retail, trade, budget, income; each with its table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from metroetl.monitoring.aggregates import contributions, gap, growth, share, total
from metroetl.monitoring.analysis import pictures
from metroetl.monitoring.analysis.sentences import beside, circle_sentence, city_sentence, race_sentence
from metroetl.monitoring.analysis.view import Maker, View, adds_up
from metroetl.monitoring.content import Block, Cell, Paragraph, Section, Table, cell_of
from metroetl.monitoring.figures import LEVELS, Figure
from metroetl.monitoring.phrases.base import FORECAST

Column = tuple[str, Callable[[str], Figure | None]]


def indicator_blocks(view: View, indicator: str) -> list[Block]:
    """All that is said of an indicator: sentences, what is computed beside, table, charts."""
    said = (circle_sentence, city_sentence, race_sentence, beside)
    blocks: list[Block] = [paragraph for say in said if (paragraph := say(view, indicator))]
    blocks += other_scopes(view, indicator)
    blocks.append(indicator_table(view, indicator))
    blocks += [c for c in (pictures.levels(view, indicator), pictures.growths(view, indicator)) if c]
    return blocks


def section_of(view: View, key: str, codes: Sequence[str]) -> Section | None:
    """A section of the indicators that are known this quarter; None where none is."""
    known = [code for code in codes if view.known(code)]
    if not known:
        return None
    blocks = [block for code in known for block in indicator_blocks(view, code)]
    if key == "total":
        blocks += [c for c in (pictures.lines(view, "GDP"), pictures.tiles(view, "GDP")) if c]
    return Section(key, view.heading(f"{key}_title"), blocks)


def _maker(key: str, *codes: str) -> Maker:
    return partial(section_of, key=key, codes=codes)


total_output = _maker("total", "GDP")
industry = _maker("iva", "IVA")
investment = _maker("fai", "FAI")
retail = _maker("retail", "RS")
trade = _maker("trade", "TRD")
budget = _maker("budget", "PBR", "PBE")
income = _maker("income", "INC")
CODES = ("GDP", "VA1", "VA2", "VA3", "IVA", "FAI", "RS", "TRD", "PBR", "PBE", "INC")


def other_scopes(view: View, indicator: str) -> list[Paragraph]:
    """Says who publishes the indicator in another scope (不含农户), which isn't compared."""
    return [
        view.paragraph(
            view.say("other_scope", place=view.place(region), variant=view.words.variant(f.variant)),
            kind="note",
        )
        for region, f in scopes(view, indicator)
    ]


def scopes(view: View, indicator: str) -> list[tuple[str, Figure]]:
    """Growth that the outside publishes in another scope only."""
    return [
        (region, figure)
        for (region, code, measure, quarter, variant), figure in view.data.figures.items()
        if region in view.outside and code == indicator and quarter == view.quarter and variant
        and measure.startswith("yoy") and view.growth(region, indicator) is None
    ]  # fmt: skip


def columns(view: View, indicator: str) -> list[Column]:
    """The columns of its table that hold anything: level, growth, distance to the province, shares, pull."""
    words, data, quarter = view.words, view.data, view.quarter
    some = next((f for r in view.rows if (f := view.level(r, indicator))), None)
    unit = words.unit(some.unit) if some else ""
    pulls = contributions(data, indicator, quarter)

    def ahead(region: str) -> Figure | None:
        if data.province is None or region not in (data.region, *data.cities):
            return None
        found = gap(data, region, data.province, indicator, quarter)
        return found if isinstance(found, Figure) else None

    def part_of(whole: str | None, measure: str, region: str) -> Figure | None:
        inside = data.cities if whole == data.region else (data.region, *data.cities)
        if whole is None or region not in inside or not adds_up(indicator):
            return None
        return share(data, region, whole, indicator, quarter, measure).best

    stock = some is not None and some.measure == "level_eop"
    found: list[Column] = [
        (
            view.heading("at_end" if stock else "cumulative", unit=unit),
            lambda r: view.level(r, indicator),
        ),
        (view.heading("yoy"), lambda r: view.growth(r, indicator)),
        (view.heading("gap_province"), ahead),
        (view.heading("share_circle"), partial(part_of, data.region, "share_of_circle")),
        (view.heading("share_province"), partial(part_of, data.province, "share_of_province")),
        (view.heading("pull"), lambda r: pulls.get(r) if isinstance(pulls, dict) else None),
    ]
    return [(head, read) for head, read in found if any(read(r) for r in view.rows)]


def indicator_table(view: View, indicator: str) -> Table:
    """The circle, the sum of its cities, each city, province and nation."""
    words, used = view.words, columns(view, indicator)
    rows = [[Cell(view.place(r)), *(cell_of(read(r)) for _, read in used)] for r in view.rows]
    if made := _made_row(view, indicator, [head for head, _ in used]):
        rows.insert(1, made)
    for region, figure in scopes(view, indicator):
        name = view.heading("row_scope", place=view.place(region), variant=words.variant(figure.variant))
        rows.append([Cell(name), *(cell_of(figure if h == view.heading("yoy") else None) for h, _ in used)])
    title = view.heading("table_title", period=view.period, indicator=words.indicator(indicator))
    header = [view.heading("region"), *(h for h, _ in used)]
    return Table(
        indicator.lower(), title, header, rows, _bases(view, indicator) + _forecasts(view, indicator)
    )


def _made_row(view: View, indicator: str, heads: Sequence[str]) -> list[Cell] | None:
    """The row of what is computed of the cities: their sum, growth of the sum, and the pulls added up."""
    summed = total(view.data, indicator, view.quarter).computed
    rate = growth(view.data, indicator, view.quarter).computed
    found: dict[str, Figure] = {}
    if isinstance(summed, Figure) and summed.measure in LEVELS:
        found[heads[0]] = summed
    if isinstance(rate, Figure):
        found[view.heading("yoy")] = rate
    if not found:
        return None
    name = view.heading("row_sum")
    return [Cell(name), *(cell_of(found.get(head)) for head in heads)]


def _bases(view: View, indicator: str) -> str:
    """A note where the rates of the table are of several kinds: who publishes real, who nominal growth."""
    kinds: dict[str, list[str]] = {}
    for region in view.rows:
        if rate := view.growth(region, indicator):
            key = next((k for k in ("real", "nominal", "comparable") if k in rate.measure), "unstated")
            kinds.setdefault(key, []).append(region)
    if len(kinds) < 2:
        return ""
    words = view.words
    said = [
        view.say("basis_kind", places=view.places(regions), kind=words.word(f"basis_{key}"))
        for key, regions in kinds.items()
    ]
    return view.paragraph(view.say("bases", items=words.join(said, words.semicolon))).text


def _forecasts(view: View, indicator: str) -> str:
    """A note of whose figures are forecasts."""
    places = view.with_status(indicator, FORECAST)
    return view.paragraph(view.say("forecasts", places=view.places(places))).text if places else ""
