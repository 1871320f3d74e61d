"""The pages of one circle: itself, a dashboard a quarter, its series with their vintages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from metroetl.catalogue import catalogue
from metroetl.monitoring import aggregates
from metroetl.monitoring.content import Cell, Chart, Table, cell_of
from metroetl.monitoring.figures import NATION, CircleFigures, Figure, every_quarter, load_figures
from metroetl.monitoring.phrases import phrases
from metroetl.monitoring.site import quarter as dashboard
from metroetl.monitoring.site import specs
from metroetl.monitoring.site.pages import Site, published, stated

if TYPE_CHECKING:
    from metroetl.catalogue.models import Circle

Row = dict[str, Any]
TRENDS = (("GDP", "level"), ("GDP", "growth"), ("IVA", "growth"), ("FAI", "growth"), ("RS", "growth"))
_VINTAGES = """
SELECT v.region_code, v.indicator_code, v.measure, v.variant, v.period, v.period_end, v.quarter, v.vintage, v.known_from,
  v.known_to, v.value, v.unit, v.decimals, v.unit_printed, v.value_text, v.obs_status, v.revision_stage, v.correction_id,
  v.document_id, v.observation_id, v.span_start, v.span_end
FROM mart_observation_vintages AS v
WHERE v.region_code IN (SELECT region_code FROM dim_circle_region WHERE circle_id = :circle)
ORDER BY v.period_end, v.period, v.vintage
"""


def write_circle(site: Site, circle: Circle) -> CircleFigures:
    """Write all pages of a circle; two questions to the warehouse, however many quarters there are."""
    data = load_figures(site.warehouse, circle.id, as_of=site.as_of)
    base = f"circles/{circle.id}"
    site.find(circle.name_zh, f"{base}/index.html", "都市圈")
    write_series(site, circle)
    site.know(published(data.figures.values()))
    shown = [q for q in data.quarters if write_quarter(site, data, q)]
    site.write(
        f"{base}/index.html", "circle.html", circle=circle, data=data, quarters=shown, charts=list(trends(data)),
        table=history(data), regions=[*data.cities],
    )  # fmt: skip
    return data


def write_quarter(site: Site, data: CircleFigures, quarter: str) -> bool:
    """Write a quarter's page; whether there was anything to say."""
    sections = dashboard.sections(site, data, quarter)
    if not sections:
        return False
    site.know(stated(sections))
    path = f"circles/{data.circle.id}/{quarter}.html"
    have = [q for q in data.quarters if q != quarter]
    near = {
        "before": max((q for q in have if q < quarter), default=""),
        "after": min((q for q in have if q > quarter), default=""),
    }
    site.write(path, "quarter.html", circle=data.circle, quarter=quarter, sections=sections, near=near)
    site.find(f"{data.circle.name_zh} {phrases('zh').period(quarter)} {quarter}", path, "季度")
    return True


# --- trends --------------------------------------------------------------------------------------------------------


def best(data: CircleFigures, region: str, indicator: str, what: str, quarter: str) -> Figure | None:
    """Level or growth of a place: of the circle itself the published one, else the computed one."""
    if region == data.region:
        found = aggregates.total if what == "level" else aggregates.growth
        return found(data, indicator, quarter).best
    read = data.level if what == "level" else data.growth
    return read(region, indicator, quarter)


def trends(data: CircleFigures) -> Iterator[Chart]:
    """Lines of the circle, its cities and what it is compared with, over the quarters that have figures."""
    if not data.quarters:
        return
    quarters = every_quarter(data.quarters[0], data.quarters[-1])
    for indicator, what in TRENDS:
        places = [data.region, *data.cities]
        if what == "growth":
            places += [region for region, _ in aggregates.compared_with(data)]
        lines = {p: [best(data, p, indicator, what, q) for q in quarters] for p in places}
        kept = {
            aggregates.name(p): [f.value if f else None for f in line]
            for p, line in lines.items()
            if any(line)
        }
        unit = next((f.unit for line in lines.values() for f in line if f), "")
        if kept:
            title = catalogue().indicators[indicator].name_zh + (
                "（累计）" if what == "level" else "同比增速"
            )
            yield specs.trend(f"{indicator.lower()}-{what}", title, unit, quarters, kept)


def history(data: CircleFigures) -> Table | None:
    """GDP and growth of the circle, its cities, the province and the nation in every quarter."""
    places = [data.region, *data.cities, *([data.province] if data.province else []), NATION]
    rows = []
    for quarter in reversed(data.quarters):
        cells = [cell_of(best(data, p, "GDP", w, quarter)) for p in places for w in ("level", "growth")]
        if any(c.figure for c in cells):
            rows.append([Cell(quarter), *cells])
    header = ["季度", *(f"{aggregates.name(p)}{w}" for p in places for w in ("（亿元）", "（%）"))]
    return Table("gdp-history", "地区生产总值（累计）与同比增速", header, rows) if rows else None


# --- series --------------------------------------------------------------------------------------------------------


def write_series(site: Site, circle: Circle) -> None:
    """The explorer: every series of the circle's places with all its vintages, as data of one page."""
    words = catalogue()
    found: dict[tuple[str, ...], list[list[Any]]] = defaultdict(list)
    periods: dict[str, int] = {}
    documents: dict[tuple[str, str], int] = {}
    for row in site.records(_VINTAGES, {"circle": circle.id}):
        names = (
            words.regions[row["region_code"]],
            words.indicators[row["indicator_code"]],
            words.measures[row["measure"]],
        )
        where = row["document_id"], row["span_start"], row["span_end"], row["value_text"]
        address = site.book.add(row["observation_id"], *where, (*(n.name_zh for n in names), row["period"]))
        page, _, anchor = address.partition("#")
        document = documents.setdefault((page, _day(row["known_from"])), len(documents))
        printed = row["unit"] == row["unit_printed"]
        value = f"{row['value']:.{row['decimals']}f}" if printed else f"{row['value']:.10g}"
        status = "" if row["obs_status"] == "A" else row["obs_status"]
        note = " ".join(filter(None, (row["revision_stage"], status, row["correction_id"] and "更正")))
        key = (row["region_code"], row["indicator_code"], row["measure"], row["variant"], row["unit"])
        point = [periods.setdefault(row["period"], len(periods)), value, document, anchor,
                 row["vintage"], note, _day(row["known_to"])]  # fmt: skip
        while point[-1] in ("", 1) and len(point) > 4:  # what is as usual is left out
            point.pop()
        found[key].append(point)
    path = f"circles/{circle.id}/series.html"
    codes = {key[0] for key in found}, {key[1] for key in found}, {key[2] for key in found}
    given = {
        "regions": {r: words.regions[r].name_zh for r in sorted(codes[0])},
        "indicators": {i: words.indicators[i].name_zh for i in words.indicators if i in codes[1]},
        "measures": {m: words.measures[m].name_zh for m in words.measures if m in codes[2]},
        "periods": list(periods),
        "documents": list(documents),
        "series": [[*key, points] for key, points in found.items()],
    }
    site.write(path, "series.html", circle=circle, given=given)
    site.find(f"{circle.name_zh} 数据序列", path, "序列")
    for region, indicator in sorted({key[:2] for key in found}):
        title = f"{words.regions[region].name_zh} {words.indicators[indicator].name_zh}"
        site.find(title, f"{path}#{region}/{indicator}", "序列")


def _day(moment: object) -> str:
    """The day in China of a moment of publication (stored in UTC); empty for none."""
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    if not moment:
        return ""
    told = datetime.fromisoformat(str(moment)).replace(tzinfo=UTC)
    return told.astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()
