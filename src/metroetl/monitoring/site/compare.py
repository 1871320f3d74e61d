"""The circles side by side: newest quarter of each, and trends of what circles publish or what can be computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metroetl.catalogue import catalogue
from metroetl.monitoring import aggregates
from metroetl.monitoring.content import Block, Cell, Section, Table, cell_of
from metroetl.monitoring.figures import CircleFigures, every_quarter
from metroetl.monitoring.phrases import phrases
from metroetl.monitoring.site import specs
from metroetl.monitoring.site.circle import best
from metroetl.monitoring.site.pages import Site, stated

COMPARED = ("GDP", "IVA", "FAI", "RS")
QUARTERS = 8  # newest, in the tables


def write_comparison(site: Site, circles: Sequence[CircleFigures]) -> None:
    """One page; circles without a figure of their own are named under the tables."""
    sections = list(_sections(circles))
    site.know(stated(sections))
    site.write("compare.html", "sections.html", title=("都市圈比较", "Circles compared"), sections=sections,
               intro="只列都市圈自身公布或由全部成员合成的数字；缺的不补，以“—”标出。")  # fmt: skip
    site.find("都市圈比较", "compare.html", "页面")


def _sections(circles: Sequence[CircleFigures]) -> Iterator[Section]:
    for code in COMPARED:
        for what in ("level", "growth"):
            section = _section(circles, code, what)
            if section:
                yield section


def _section(circles: Sequence[CircleFigures], code: str, what: str) -> Section | None:
    found = {
        data.circle.id: {q: f for q in data.quarters if (f := best(data, data.region, code, what, q))}
        for data in circles
    }
    quarters = sorted({q for one in found.values() for q in one})
    if not quarters:
        return None
    newest = quarters[-QUARTERS:]
    quarters = every_quarter(quarters[0], quarters[-1])
    rows = []
    for data in circles:
        own = found[data.circle.id]
        if not own:
            continue
        last = max(own)
        rows.append([
            Cell(data.circle.name_zh), Cell(phrases("zh").period(last)), cell_of(own.get(last)),
            *(cell_of(own.get(q)) for q in reversed(newest)),
        ])  # fmt: skip
    unit = next(f.unit for one in found.values() for f in one.values())
    name = catalogue().indicators[code].name_zh + ("" if what == "level" else "同比增速")
    lines = {
        aggregates.name(d.region): [f.value if (f := found[d.circle.id].get(q)) else None for q in quarters]
        for d in circles
        if found[d.circle.id]
    }
    key = f"{code.lower()}-{what}"
    header = ("都市圈", "最新季度", f"最新（{unit}）", *reversed(newest))
    without = "、".join(d.circle.name_zh for d in circles if not found[d.circle.id])
    note = f"没有可列数字：{without}。" if without else ""
    blocks: list[Block] = [
        specs.trend(key, name, unit, quarters, lines),
        Table(key, f"{name}（{unit}）", header, rows, note),
    ]
    return Section(key, name, blocks)
