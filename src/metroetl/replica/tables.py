"""Statistics tables of releases, in the layouts that bureaus use."""

from __future__ import annotations

from collections.abc import Sequence

from metroetl.replica.articles import Cell, Table, row
from metroetl.replica.facts import Fact
from metroetl.replica.prose import GROWTHS, LEVELS, SECTIONS
from metroetl.replica.words import CIRCLE, CIRCLE_CITIES, INDENTED, Period, indicator, place

NONE = "—"
INDENT = "\u3000"
_RATES = ("rate", "rate_eop")
_TABULAR = frozenset({*LEVELS, *GROWTHS, *_RATES})
# growth that isn't of the kind that the column holds for this indicator
_TEXT_ONLY = frozenset(
    {(code, "yoy_real_ytd") for code in ("INC", "INC_U", "INC_R", "CONS", "GDPPC")}
    | {("PBR", "yoy_comparable_ytd"), ("CPI", "yoy_ytd")}
)


def indicator_table(region_code: str, period: Period, facts: Sequence[Fact], unit_column: bool) -> Table:
    """指标 | 单位 | 绝对量 | 同比增长（%）, or with one unit for all levels in a note above the table.

    The note form is only taken where every level is in 亿元; a growth in real terms beside a nominal one, a share and
    the price index have no column and stay in the text.
    """
    rows = _rows(facts)
    units = {level.unit for _, level, _ in rows if level}
    growth_title = "比上年增长（%）" if period.annual else "同比增长（%）"
    caption = f"{period.full}{place(region_code)}主要经济指标"
    if not unit_column and units <= {"亿元"}:
        body = tuple(row(name, _value(level), _value(growth)) for name, level, growth in rows)
        return Table(caption, (row("指标", "绝对量", growth_title),), body, unit_note="单位：亿元")
    body = tuple(
        row(name, level.unit if level else NONE, _value(level), _value(growth))
        for name, level, growth in rows
    )
    return Table(caption, (row("指标", "单位", "绝对量", growth_title),), body)


def tabulated(facts: Sequence[Fact]) -> list[Fact]:
    """The facts that `indicator_table` shows."""
    return [fact for _, *cells in _rows(facts) for fact in cells if fact]


def city_table(period: Period, facts: Sequence[Fact]) -> Table:
    """The circle and its cities in rows, indicators in a header of two levels; what isn't known is a dash."""
    by = {(f.region_code, f.indicator_code, f.measure): f for f in facts}
    codes = [c for c in ("GDP", "IVA", "FAI", "RS", "PBR") if any(f.indicator_code == c for f in facts)]
    upper, lower = [Cell("地区", rowspan=2)], []
    columns: list[tuple[str, tuple[str, ...]]] = []
    for code in codes:
        shown = [f for f in facts if f.indicator_code == code]
        name = indicator(shown[0])
        parts = [(LEVELS, "总量（亿元）"), (GROWTHS, "增速（%）")]
        kept = [(m, title) for m, title in parts if any(f.measure in m for f in shown)]
        upper.append(Cell(name, colspan=len(kept)))
        for measures, title in kept:
            lower.append(Cell(title))
            columns.append((code, measures))
    body = []
    for region in (CIRCLE, *CIRCLE_CITIES):
        values = [_value(next((by[k] for m in ms if (k := (region, c, m)) in by), None)) for c, ms in columns]
        if any(value != NONE for value in values):
            body.append(row(place(region), *values))
    caption = f"{period.full}成都都市圈及成德眉资四市主要经济指标"
    return Table(caption, (tuple(upper), tuple(lower)), tuple(body))


def _rows(facts: Sequence[Fact]) -> list[tuple[str, Fact | None, Fact | None]]:
    rows: list[tuple[str, Fact | None, Fact | None]] = []
    for code in (code for _, groups in SECTIONS for group in groups for code in group):
        of_code = [f for f in facts if f.indicator_code == code and _tabular(f)]
        levels = [f for f in of_code if f.measure in (*LEVELS, *_RATES)]
        growths = [f for f in of_code if f.measure in GROWTHS]
        if of_code:
            name = (INDENT if code in INDENTED else "") + indicator(of_code[0])
            rows.append((name, levels[0] if levels else None, growths[0] if growths else None))
    return rows


def _tabular(fact: Fact) -> bool:
    return fact.measure in _TABULAR and (fact.indicator_code, fact.measure) not in _TEXT_ONLY


def _value(fact: Fact | None) -> str:
    return fact.value if fact else NONE
