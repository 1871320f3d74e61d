"""The quarterly report of a circle: one self-contained HTML file in Chinese, each figure linked to its evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metroetl.catalogue import catalogue
from metroetl.harvest.models import STAND_IN
from metroetl.monitoring import phrases
from metroetl.monitoring.circle import (
    CircleQuarter,
    Figure,
    laspeyres_growth,
    load_quarter,
    missing,
    sum_of_levels,
)

if TYPE_CHECKING:
    from metroetl.catalogue.models import Circle
    from metroetl.warehouse import Warehouse

INDICATORS = ("GDP", "VA1", "VA2", "VA3", "IVA", "FAI", "RS", "TRD", "PBR", "PBE", "INC")
GAPS = (("province", "全省"), ("nation", "全国"))


@dataclass
class Evidence:
    """Numbered sources of a report; a figure is cited once however often it is shown."""

    figures: list[Figure] = field(default_factory=list)

    def cite(self, figure: Figure | None) -> int | None:
        """Number of the figure's source, from 1."""
        if figure is None:
            return None
        if figure not in self.figures:
            self.figures.append(figure)
        return self.figures.index(figure) + 1


def number(figure: Figure | None) -> str:
    """A value with its printed decimals; empty where nothing was published."""
    return "" if figure is None else figure.text


def write_report(warehouse: Warehouse, circle_id: str, quarter: str, out_dir: Path) -> Path:
    """Write `report-<circle>-<quarter>.html`; raises WarehouseError when the quarter has no figure."""
    from jinja2 import Environment, PackageLoader

    circle = catalogue().circles[circle_id]
    data = load_quarter(warehouse, circle_id, quarter)
    page = Environment(
        loader=PackageLoader("metroetl.monitoring"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    html = page.get_template("report.html").render(**context(warehouse, circle, data))
    out_dir.mkdir(parents=True, exist_ok=True)
    path = out_dir / f"report-{circle_id}-{quarter}.html"
    path.write_text(html, encoding="utf-8")
    return path.absolute()


def context(warehouse: Warehouse, circle: Circle, data: CircleQuarter) -> dict[str, Any]:
    """Everything that the template shows, already in words and printed numbers."""
    evidence = Evidence()
    members = circle.order
    places = [circle.region_code, *members, *circle.province_codes[:1], "000000"]
    tables = [t for code in INDICATORS if (t := indicator_table(data, evidence, circle, places, code))]
    return {
        "circle": circle,
        "period": phrases.period(data.quarter),
        "quarter": data.quarter,
        "lead": lead(data, circle, members),
        "tables": tables,
        "chart": gdp_chart(data, members),
        "plans": plan_rows(warehouse, circle.id),
        "evidence": evidence.figures,
        "rehearsal": is_rehearsal(warehouse),
        "made_at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


def is_rehearsal(warehouse: Warehouse) -> bool:
    """Whether the warehouse holds pages of the project's stand-ins (their answers carry a header that says so)."""
    marked = "SELECT COUNT(*) FROM raw_snapshot WHERE headers LIKE :mark"
    return bool(warehouse.query(marked, {"mark": f"%{STAND_IN}%"})[1][0][0])


def lead(data: CircleQuarter, circle: Circle, members: list[str]) -> list[str]:
    """The opening sentences: the circle's total, growth, share, gaps; then each member."""
    names = {c: r.name_zh for c, r in catalogue().regions.items()}
    sentences = []
    total, growth = data.level(circle.region_code, "GDP"), data.growth(circle.region_code, "GDP")
    share = data.get(circle.region_code, "GDP", "share_of_province")
    if total and growth:
        text = f"{phrases.period(data.quarter)}，{circle.name_zh}实现地区生产总值{number(total)}{total.unit}"
        text += f"，同比{phrases.change(growth.value, growth.decimals)}"
        for region, (_, whom) in zip([*circle.province_codes[:1], "000000"], GAPS, strict=False):
            if other := data.growth(region, "GDP"):
                text += f"，{phrases.gap(growth.value - other.value, whom)}"
        text += f"，占全省比重为{number(share)}%。" if share else "。"
        sentences.append(text)
    for member in members:
        level, rate = data.level(member, "GDP"), data.growth(member, "GDP")
        if level:
            text = f"{names[member]}地区生产总值{number(level)}{level.unit}"
            sentences.append(
                text + (f"，{phrases.change(rate.value, rate.decimals)}。" if rate else "，增速未公布。")
            )
    sentences += computed_notes(data, circle, members)
    return sentences


def computed_notes(data: CircleQuarter, circle: Circle, members: list[str]) -> list[str]:
    """Computed beside published: sum and Laspeyres growth with their difference, or which member is missing."""
    notes = []
    published, summed = data.level(circle.region_code, "GDP"), sum_of_levels(data, members, "GDP")
    if summed is None:
        gone = "、".join(missing(members, [m for m in members if data.level(m, "GDP")]))
        notes.append(
            f"成员之和未计算：缺{gone}的地区生产总值。" if gone else "成员之和未计算：计量单位不一致。"
        )
    elif published:
        gap = summed.value - published.value
        notes.append(f"成员之和为{summed.value:.2f}{summed.unit}，与公布数相差{gap:+.2f}{summed.unit}。")
    rate, computed = data.growth(circle.region_code, "GDP"), laspeyres_growth(data, members, "GDP")
    if computed is None:
        gone = "、".join(
            missing(members, [m for m in members if data.growth(m, "GDP") and data.level(m, "GDP")])
        )
        notes.append(f"合成增速未计算：缺{gone}的水平或增速。")
    elif rate:
        notes.append(f"按成员水平与增速合成的增速为{computed.value:.2f}%，公布数为{number(rate)}%。")
    return notes


def indicator_table(
    data: CircleQuarter, evidence: Evidence, circle: Circle, places: list[str], code: str
) -> dict[str, Any] | None:
    """One indicator across the circle, its members, province and nation; None when nothing was published."""
    words = catalogue()
    indicator = words.indicators[code]
    rows = []
    for place in places:
        level, growth = data.level(place, code), data.growth(place, code)
        if level is None and growth is None:
            continue
        circle_share = data.get(place, code, "share_of_circle")
        province_share = data.get(place, code, "share_of_province")
        cells = [level, growth, circle_share, province_share]
        rows.append(
            {
                "name": words.regions[place].name_zh,
                "own": place == circle.region_code,
                "cells": [(number(c), evidence.cite(c)) for c in cells],
            }
        )
    if not rows:
        return None
    unit = next((f.unit for p in places if (f := data.level(p, code))), indicator.unit)
    return {
        "code": code,
        "name": indicator.name_zh,
        "unit": unit,
        "rows": rows,
        "missing": "、".join(
            missing(circle.order, [p for p in places if data.level(p, code) or data.growth(p, code)])
        ),
    }


def gdp_chart(data: CircleQuarter, members: list[str]) -> str | None:
    """Bars of the members' GDP with growth above them; None without a level."""
    from metroetl.monitoring.charts import level_and_growth_svg

    rows, unit = [], "亿元"
    for member in members:
        level, growth = data.level(member, "GDP"), data.growth(member, "GDP")
        if level:
            unit = level.unit
            label = number(level) + (f"（{growth.value:+.{growth.decimals}f}%）" if growth else "")
            rows.append({"name": catalogue().regions[member].name_zh, "level": level.value, "label": label})
    title = f"{phrases.period(data.quarter)}地区生产总值（{unit}）与同比增速"
    return level_and_growth_svg(rows, unit, title) if rows else None


PLANS = """
SELECT series_title, round, stage, period_start, period_end, issuers, count_value, count_what, origin,
       COALESCE(count_quote, quote) AS quote, document_title
FROM mart_plan_calendar
WHERE circle_id = :circle AND access = 'public'
ORDER BY series_id, COALESCE(round, 0), COALESCE(period_start, 0), origin, entry_id
"""


def plan_rows(warehouse: Warehouse, circle_id: str) -> list[dict[str, Any]]:
    """The circle's plan rounds, extracted and curated side by side."""
    names, rows = warehouse.query(PLANS, parameters={"circle": circle_id})
    return [dict(zip(names, row, strict=True)) for row in rows]
