"""What a quarter's page says of a circle: each room gives sections, one template shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from metroetl.catalogue import catalogue
from metroetl.monitoring import aggregates
from metroetl.monitoring.analysis.view import View
from metroetl.monitoring.content import Block, Cell, Cited, Paragraph, Section, Table, cell_of, paragraph
from metroetl.monitoring.figures import CircleFigures, Compared, Computed, Figure, Refused
from metroetl.monitoring.report import rooms
from metroetl.monitoring.site import specs
from metroetl.monitoring.site.pages import Site

HEADLINES = ("GDP", "VA1", "VA2", "VA3", "IVA", "FAI", "RS", "TRD", "PBR", "PBE", "INC")
LEVELS_DRAWN = ("GDP", "RS", "TRD", "PBR")  # the charts of the office's own texts
RATES_DRAWN = ("GDP", "IVA", "FAI", "RS")
Room = Callable[[Site, CircleFigures, str], Iterable[Section]]
HEADER = (
    "地区",
    "累计值",
    "同比（%）",
    "占都市圈（%）",
    "占全省（%）",
    "与全省差（百分点）",
    "与全国差（百分点）",
    "增速位次",
)


def sections(site: Site, data: CircleFigures, quarter: str) -> list[Section]:
    """All sections of the quarter, in the order of ROOMS."""
    return [section for room in ROOMS for section in room(site, data, quarter)]


def overview(site: Site, data: CircleFigures, quarter: str) -> Iterator[Section]:
    """The circle's own headline figures: published before computed."""
    rows = []
    for code in HEADLINES:
        level, growth = (f(data, code, quarter).best for f in (aggregates.total, aggregates.growth))
        if level or growth:
            rows.append(
                [
                    Cell(catalogue().indicators[code].name_zh),
                    *_figures(data, data.region, code, quarter, level, growth),
                ]
            )
    if rows:
        table = Table("overview", "都市圈主要指标", *_without_empty(("指标", *HEADER[1:]), rows))
        yield Section("overview", "都市圈总体", [table])


def indicators(site: Site, data: CircleFigures, quarter: str) -> Iterator[Section]:
    """Each headline indicator across the circle, its cities, its province and the nation."""
    for code in HEADLINES:
        rows = list(_places(data, code, quarter))
        if not rows:
            continue
        indicator = catalogue().indicators[code]
        unit = next((c.figure.unit for row in rows if (c := row[1]).figure), "")
        title = f"{indicator.name_zh}{f'（{unit}）' if unit else ''}"
        header, rows = _without_empty(HEADER, rows)
        blocks: list[Block] = [Table(code.lower(), title, header, rows)]
        blocks += _charts(data, code, quarter, unit)
        blocks += _notes(data, code, quarter)
        yield Section(code.lower(), indicator.name_zh, blocks)


def _places(data: CircleFigures, code: str, quarter: str) -> Iterator[list[Cell]]:
    others = [region for region, _ in aggregates.compared_with(data)]
    for region in (data.region, *data.cities, *others):
        own = region == data.region
        level = aggregates.total(data, code, quarter).best if own else data.level(region, code, quarter)
        growth = aggregates.growth(data, code, quarter).best if own else data.growth(region, code, quarter)
        if level or growth:
            yield [Cell(aggregates.name(region)), *_figures(data, region, code, quarter, level, growth)]


def _figures(
    data: CircleFigures, region: str, code: str, quarter: str, level: Figure | None, growth: Figure | None
) -> list[Cell]:
    """Level, growth, share of the circle and of the province, gaps to both, rank; what isn't known is a dash."""
    city, mine = region in data.cities, region in data.cities or region == data.region
    in_circle = (
        _best(aggregates.share(data, region, data.region, code, quarter, "share_of_circle")) if city else None
    )
    in_province = gaps = None
    if mine and data.province:
        in_province = _best(aggregates.share(data, region, data.province, code, quarter, "share_of_province"))
    if mine:
        gaps = {
            other: aggregates.gap(data, region, other, code, quarter)
            for other, _ in aggregates.compared_with(data)
        }
    place = aggregates.rank(data, region, lambda r: data.growth(r, code, quarter)) if city and growth else ""
    return [
        cell_of(level),
        cell_of(growth),
        cell_of(in_circle),
        cell_of(in_province),
        _cell((gaps or {}).get(data.province or "")),
        _cell((gaps or {}).get("000000")),
        Cell(str(place) if isinstance(place, int) else "—", place if isinstance(place, int) else None),
    ]


def _without_empty(header: Sequence[str], rows: list[list[Cell]]) -> tuple[list[str], list[list[Cell]]]:
    """Without the columns in which nothing is said."""
    kept = [n for n in range(len(header)) if any(row[n].text != "—" for row in rows)]
    return [header[n] for n in kept], [[row[n] for n in kept] for row in rows]


def _best(compared: Compared) -> Figure | None:
    return compared.best


def _cell(computed: Computed | None) -> Cell:
    if not isinstance(computed, Figure):
        return Cell("—")
    return Cell(f"{computed.value:+.{computed.decimals}f}", computed.value, computed.decimals, computed)


def _notes(data: CircleFigures, code: str, quarter: str) -> Iterator[Paragraph]:
    """Computed beside published with their difference, or why nothing was computed and who is missing."""
    for what, compared in (
        ("各市之和", aggregates.total(data, code, quarter)),
        ("合成增速", aggregates.growth(data, code, quarter)),
    ):
        computed, published = compared.computed, compared.published
        if isinstance(computed, Refused):
            if computed.missing:
                yield paragraph(f"{what}：{computed.why}（{'、'.join(computed.missing)}）。", kind="note")
        elif published and compared.difference is not None:
            sign = f"{compared.difference:+.{computed.decimals}f}"
            yield paragraph(
                f"{what}", Cited(computed.text, computed), f"{computed.unit}，公布数",
                Cited(published.text, published), f"{published.unit}，相差{sign}。", kind="note",
            )  # fmt: skip


def _charts(data: CircleFigures, code: str, quarter: str, unit: str) -> Iterator[Block]:
    name = catalogue().indicators[code].name_zh
    levels = [(c, f) for c in data.cities if (f := data.level(c, code, quarter))]
    others = [region for region, _ in aggregates.compared_with(data)]
    own = aggregates.growth(data, code, quarter).best
    rates = [(data.region, own)] if own else []
    rates += [(r, f) for r in (*data.cities, *others) if (f := data.growth(r, code, quarter))]
    if code in LEVELS_DRAWN and len(levels) > 1:
        yield specs.levels(f"{code.lower()}-levels", f"{name}：各市", unit, _values(data, levels))
    if code in RATES_DRAWN and len(rates) > 1:
        yield specs.rates(f"{code.lower()}-growth", f"{name}：同比增速", "%", _values(data, rates))


def _values(data: CircleFigures, figures: Iterable[tuple[str, Figure]]) -> specs.Values:
    return [
        {
            "place": aggregates.name(region),
            "value": figure.value,
            "text": figure.text,
            "own": int(region in data.cities),
        }
        for region, figure in figures
    ]


def newest(data: CircleFigures) -> str:
    """The newest quarter with the circle's GDP, else with any figure of its own; empty where there is none."""
    own = [q for q in data.quarters if aggregates.total(data, "GDP", q).best]
    return max(own or data.quarters, default="")


def other_rooms(site: Site, data: CircleFigures, quarter: str) -> Iterator[Section]:
    """Of the newest quarter also targets, index, links, check-up and lists; earlier ones are in their reports."""
    if quarter != newest(data):
        return
    view = View(site.warehouse, data, quarter, "zh", site.as_of)
    for make in (rooms.targets, rooms.index, rooms.linkage, rooms.loop, rooms.tasks):
        if section := make(view):
            yield section


ROOMS: tuple[Room, ...] = (overview, indicators, other_rooms)
