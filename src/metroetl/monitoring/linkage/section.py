"""The section on economic linkage: the gravity model of published figures; invoice flows in internal reports only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from metroetl.monitoring.aggregates import name
from metroetl.monitoring.content import (
    Block,
    Cell,
    Cited,
    Language,
    Paragraph,
    Section,
    Table,
    cell_of,
    paragraph,
)
from metroetl.monitoring.figures import CircleFigures, Refused
from metroetl.monitoring.linkage.gravity import Gravity, Pair, gravity
from metroetl.monitoring.linkage.mart import moment
from metroetl.monitoring.linkage.picture import flow_map, heat_map
from metroetl.monitoring.phrases import phrases

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

Row = dict[str, Any]

_LINKS = """
SELECT from_code, from_name, to_code, to_name, measure, value, unit, suppressed, rank, source_name, vintage, embargo_until
FROM mart_linkage WHERE circle_id = :circle AND period = :quarter AND kind = 'od' ORDER BY source_name
"""
TITLES = {"zh": "经济联系分析", "en": "Economic linkage"}


def section(
    data: CircleFigures,
    warehouse: Warehouse,
    quarter: str,
    language: Language = "zh",
    *,
    internal: bool = False,
) -> Section | None:
    """The section of a quarter; None where nothing can be said at all.

    Only published figures speak in it, unless `internal` asks for the invoice flows too: these are marked 内部, and left
    out while their embargo lasts. What can't be computed is named.
    """
    blocks = gravity_blocks(data, quarter, language)
    title = TITLES[language]
    if internal and (flows := flow_blocks(data, warehouse, quarter, language)):
        blocks += flows
        title += "（内部）" if language == "zh" else " (internal)"
    return Section("linkage", title, blocks) if blocks else None


# --- gravity ------------------------------------------------------------------------------------------------------


def gravity_blocks(data: CircleFigures, quarter: str, language: Language) -> list[Block]:
    """The model in a sentence, a table and two pictures, with what it lacks; or why there is none."""
    found = gravity(data, quarter)
    if isinstance(found, Refused):
        return [_not_said((found,), language)]
    zh = language == "zh"
    forces = {pair: f.value for pair, f in found.forces.items()}
    title = "城市间联系强度（引力模型）" if zh else "Strength of links (gravity model)"
    map_title = "城市间联系强度（双向合计）" if zh else "Strength of links, both directions"
    blocks: list[Block] = [
        _lead(data, found, language),
        *([_not_said(found.refused, language)] if found.refused else []),
        _gravity_table(found, title, language),
        heat_map("linkage_gravity", title, "", data.cities, forces, language),
    ]
    if drawn := flow_map("linkage_gravity_map", map_title, "", data.cities, forces, language):
        blocks.append(drawn)
    return [*blocks, paragraph(_method(found, quarter, language), kind="note")]


def _not_said(refused: Sequence[Refused], language: Language) -> Paragraph:
    """What the model lacks, by name, and what therefore isn't said."""
    gone = "；".join(f"{r.why}：{'、'.join(r.missing)}" if r.missing else r.why for r in refused)
    if language == "zh":
        return paragraph(f"{gone}。有关的联系强度、隶属度与位次未计算。", kind="note")
    return paragraph(f"Not computed for want of figures (links, memberships, ranks): {gone}.", kind="note")


def _lead(data: CircleFigures, found: Gravity, language: Language) -> Paragraph:
    """The strongest link; of a whole circle, also what of each other city's links is with the first city."""
    strongest = max(found.forces, key=found.together)
    i, j = (name(c) for c in strongest)
    first, others = data.cities[0], data.cities[1:]
    if found.refused:
        if language == "en":
            return paragraph(f"Among the cities with figures, the link of {i} and {j} is the strongest.")
        return paragraph(f"按引力模型测算，在有数据的城市间，{i}与{j}的联系最强。")
    cited = [_cited(found, (c, first)) for c in others]
    joined = [p for c in cited[:-1] for p in (c, "、" if language == "zh" else ", ")] + cited[-1:]
    names = "、".join(name(c) for c in others)
    if language == "en":
        return paragraph(
            f"By the gravity model the link of {i} and {j} is the strongest; {names} have ", *joined,
            f" of their links within the circle with {name(first)}.",
        )  # fmt: skip
    each = "分别" if len(others) > 1 else ""
    return paragraph(
        f"按引力模型测算，{i}与{j}的联系最强；{names}对{name(first)}的隶属度{each}为", *joined, "。"
    )


def _cited(found: Gravity, pair: Pair) -> Cited:
    figure = found.memberships[pair]
    return Cited(f"{figure.text}%", figure)


def _gravity_table(found: Gravity, title: str, language: Language) -> Table:
    unit = found.distances.unit
    header = ["自—至", "联系强度", "位次", "隶属度（%）", f"距离（{unit}）"]
    if language == "en":
        header = [
            "From—to",
            "Strength",
            "Rank",
            "Membership (%)",
            f"Distance ({'h' if unit == '小时' else unit})",
        ]
    decimals = 0 if unit == "km" else 1
    rows = [
        [
            Cell(f"{name(pair[0])}—{name(pair[1])}"),
            cell_of(force),
            Cell("—") if (rank := found.rank(pair)) is None else Cell(str(rank), rank),
            cell_of(found.memberships.get(pair)),
            Cell(f"{(far := found.distances.by_pair[pair]):.{decimals}f}", far, decimals),
        ]
        for pair, force in found.forces.items()
    ]
    return Table("linkage_gravity", title, header, rows)


def _method(found: Gravity, quarter: str, language: Language) -> str:
    year = found.population_quarter[:4]
    if language == "en":
        return (
            f"F = k·M·M/d², M = √(residents × GDP), k = the city's part in the GDP of the two; residents at the end of"
            f" {year}, GDP up to {quarter}; d: {found.distances.basis_en}. No unit; to be compared within a quarter only."
        )
    return (
        f"测算方法：F＝k·M·M/d²，M＝√(常住人口×地区生产总值)，k＝本市占两市地区生产总值之比；常住人口为{year}年末数，"
        f"地区生产总值为{phrases('zh').period(quarter)}数；距离为{found.distances.basis}。强度无量纲，仅在同一季度内可比。"
    )


# --- invoice flows ------------------------------------------------------------------------------------------------


def flow_blocks(
    data: CircleFigures, warehouse: Warehouse, quarter: str, language: Language = "zh"
) -> list[Block]:
    """Invoice flows of the quarter by source: what the circle trades, each city's supply, each pair; marked internal."""
    rows = warehouse.records(_LINKS, {"circle": data.circle.id, "quarter": quarter})
    blocks: list[Block] = []
    for number, source in enumerate(dict.fromkeys(r["source_name"] for r in rows), start=1):
        own = [r for r in rows if r["source_name"] == source]
        until = own[0]["embargo_until"]
        if until and moment(until) > datetime.now(UTC):
            said = f"{source}提供的发票流量限{moment(until):%Y-%m-%d %H:%M}（UTC）后使用，未列入。"
            blocks.append(paragraph(said if language == "zh" else f"Under embargo: {said}", kind="note"))
            continue
        blocks += _of_source(data, source, own, language, f"_{number}")
    return blocks


def _of_source(
    data: CircleFigures, source: str, rows: Sequence[Row], language: Language, number: str
) -> list[Block]:
    zh = language == "zh"
    mark = "（内部）" if zh else " (internal)"
    flows = {
        (r["from_code"], r["to_code"]): r["value"]
        for r in rows
        if r["measure"] == "flow" and r["from_code"] in data.cities and r["to_code"] in data.cities
    }
    title = ("发票流量" if zh else "Invoice flows") + mark
    blocks: list[Block] = [_flows_said(rows, language)] if zh else []
    blocks += [
        _city_table(data, rows, language, mark, number),
        _pair_table(data, rows, language, mark, number),
    ]
    blocks.append(heat_map(f"linkage_od{number}", title, "亿元", data.cities, flows, language))
    map_title = ("发票流量（双向合计）" if zh else "Invoice flows, both directions") + mark
    if drawn := flow_map(f"linkage_od_map{number}", map_title, "亿元", data.cities, flows, language):
        blocks.append(drawn)
    note = f"内部资料，不得公开。资料来源：{source}，第{rows[0]['vintage']}版。企业不足3户的流量及可据以倒算的流量不列示（Q）。"
    note_en = f"Internal. Source: {source}, vintage {rows[0]['vintage']}. Q: flows of fewer than 3 firms, or that would give one away."
    return [*blocks, paragraph(note if zh else note_en, kind="note")]


def _flows_said(rows: Sequence[Row], language: Language) -> Paragraph:
    circle = {r["measure"]: r["value"] for r in rows if not r["from_code"] and r["value"] is not None}
    said = []
    if (traded := circle.get("inner_trade")) is not None:
        growth = circle.get("inner_trade_yoy")
        said.append(
            f"城市间贸易额{traded:.1f}亿元"
            + (f"，同比{phrases('zh').change(growth)}" if growth is not None else "")
        )
    if (share := circle.get("circle_share")) is not None:
        said.append(f"圈内贸易占比{share:.1f}%")
    pairs = [r for r in rows if r["measure"] == "closeness" and r["rank"] == 1]
    if pairs:
        said.append(f"{pairs[0]['from_name']}与{pairs[0]['to_name']}联系最紧密")
    return paragraph("（内部）据发票流量，" + ("，".join(said) or "各项均不列示") + "。")


def _city_table(
    data: CircleFigures, rows: Sequence[Row], language: Language, mark: str, number: str
) -> Table:
    measures = ["sales", "purchases", "net_sales", "local_supply"]
    header = ["城市", "销售（亿元）", "采购（亿元）", "圈内净流出（亿元）", "本地配套率（%）", "位次"]
    if language == "en":
        header = [
            "City",
            "Sales (亿元)",
            "Purchases (亿元)",
            "Net within the circle (亿元)",
            "Local supply (%)",
            "Rank",
        ]
    found = {(r["measure"], r["from_code"]): r for r in rows if not r["to_code"]}
    shown = [
        [
            Cell(name(c)),
            *(_cell(found.get((m, c))) for m in measures),
            _rank(found.get(("local_supply", c))),
        ]
        for c in data.cities
    ]
    title = ("各市圈内联系" if language == "zh" else "Cities in the circle") + mark
    return Table(f"linkage_od_cities{number}", title, header, shown)


def _pair_table(
    data: CircleFigures, rows: Sequence[Row], language: Language, mark: str, number: str
) -> Table:
    header = ["自—至", "流量（亿元）", "同比（%）", "净流出（亿元）", "相对强度", "位次", "联系紧密度"]
    if language == "en":
        header = ["From—to", "Flow (亿元)", "Growth (%)", "Net (亿元)", "Intensity", "Rank", "Closeness"]
    found = {(r["measure"], r["from_code"], r["to_code"]): r for r in rows}
    shown = []
    for i in data.cities:
        for j in data.cities:
            if i == j:
                continue
            close = found.get(("closeness", i, j)) or found.get(("closeness", j, i))
            cells = [_cell(found.get((m, i, j))) for m in ("flow", "flow_yoy", "net_flow")]
            intensity = found.get(("intensity", i, j))
            shown.append(
                [Cell(f"{name(i)}—{name(j)}"), *cells, _cell(intensity, 2), _rank(intensity), _cell(close, 4)]
            )
    title = ("城市间发票流量" if language == "zh" else "Flows between cities") + mark
    return Table(f"linkage_od_pairs{number}", title, header, shown)


def _cell(row: Row | None, decimals: int = 1) -> Cell:
    """A number; Q where it is suppressed, — where there is none."""
    if row is None:
        return Cell("—")
    if row["value"] is None:
        return Cell("Q")
    return Cell(f"{row['value']:.{decimals}f}", row["value"], decimals)


def _rank(row: Row | None) -> Cell:
    return Cell("—") if row is None or row["rank"] is None else Cell(str(row["rank"]), row["rank"])
