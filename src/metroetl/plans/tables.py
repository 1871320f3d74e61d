"""Tables of plans: indicator tables with targets, and task lists with the units that carry each row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metroetl.plans.amounts import read_amounts
from metroetl.plans.grids import Grid, Row, Sheet, find_column, read_grids, text_at
from metroetl.plans.items import read_items
from metroetl.plans.lists import tasks_of
from metroetl.plans.models import Target, Task

__all__ = ["read_grids", "read_target_tables", "read_task_tables"]

_YEAR = re.compile(r"(20\d\d)年?")
_NUMBER = re.compile(
    r"^(?P<sign>≥|≤|>=|<=|>|<|＞|＜|不低于|不超过|约)?(?P<value>-?\d{1,9}(?:\.\d{1,4})?)(?P<unit>.{0,8}?)(?P<after>以上|以内|左右)?$"
)
_SIGNS = {
    "≥": ">=",
    ">=": ">=",
    ">": ">=",
    "＞": ">=",
    "不低于": ">=",
    "以上": ">=",
    "≤": "<=",
    "<=": "<=",
    "<": "<=",
}
_SIGNS |= {"＜": "<=", "不超过": "<=", "以内": "<=", "约": "about", "左右": "about"}
_NAME = re.compile(r"指标|名称|内容")


def read_target_tables(grids: Sequence[Grid]) -> list[Target]:
    """Targets of indicator tables: the column of the last year, beside a column of names; 属性 tells the binding."""
    return [target for grid in grids for target in _targets(grid)]


def _targets(grid: Grid) -> Iterator[Target]:
    for top, header in enumerate(grid[:3]):
        name = find_column(header, _NAME)
        years = {
            int(m[1]): i
            for i, c in enumerate(header)
            if c and len(c.text) <= 16 and (m := _YEAR.search(c.text))
        }
        if name is None or not years:
            continue
        by_year = max(years)
        binding = find_column(header, re.compile("属性|类型|性质"))
        unit = find_column(header, re.compile("单位"))
        for row in grid[top + 1 :]:
            yield from _target(row, name, years[by_year], by_year, text_at(row, unit), text_at(row, binding))
        return


def _target(row: Row, name: int, column: int, by_year: int, unit: str, binding: str) -> Iterator[Target]:
    label, cell = text_at(row, name), row[column] if column < len(row) else None
    found = _NUMBER.match(re.sub(r"[,，\[\]〔〕【】]", "", cell.text)) if cell else None
    if not label or not found or cell is None:
        return
    bracket = re.search(r"[（(](?P<unit>[^（）()]{1,10})[）)]$", label)
    printed = found["unit"] or unit or (bracket["unit"] if bracket else "")
    if not printed or not list(read_amounts(f"{found['value']}{printed}")):
        return
    plain = re.sub(r"^\d{1,3}[.、]? ?", "", label[: bracket.start()] if bracket else label)
    sign = _SIGNS.get(found["sign"] or found["after"] or "", "=")
    yield Target.model_validate(
        {
            "indicator": plain,
            "value": -float(found["value"])
            if re.search(r"降低|下降|减少|降幅", plain)
            else float(found["value"]),
            "unit": printed,
            "by_year": by_year,
            "comparator": sign,
            "strict": (found["sign"] or "") in (">", "<", "＞", "＜"),
            "binding": next((b for b in ("约束性", "预期性") if b in binding), None),
            "span": cell.span,
            "quote": f"{label} {cell.text}",
        }
    )


def read_task_tables(grids: Sequence[Grid]) -> list[Task]:
    """Tasks of lists with columns for the units; a merged cell holds for all its rows."""
    return tasks_of(read_items(Sheet(grid) for grid in grids))
