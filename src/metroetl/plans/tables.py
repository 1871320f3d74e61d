"""Tables of plans: indicator tables with targets, and task lists with the units that carry each row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metroetl.documents.models import Document, Span, Table
from metroetl.plans.amounts import read_amounts
from metroetl.plans.models import Target, Task
from metroetl.plans.passages import Passage, normalise
from metroetl.plans.tasks import read_units, split_units

_MOST_ROWS = 3000
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
_TASK = re.compile(r"任务|内容|事项|举措|措施|项目名称|工作")
_ROLES = (
    ("lead", re.compile(r"牵头|主办")),
    ("guiding", re.compile(r"指导单位")),
    ("responsible", re.compile(r"责任|配合|协办|参与|承办|实施单位|负责")),
)
_DUE = re.compile(r"时限|完成时间|进度|时间安排")


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    span: Span


Grid = list[list[_Cell | None]]


def read_grids(document: Document, passages: Sequence[Passage]) -> Iterator[Grid]:
    """The tables as full grids: of the document's blocks, else of runs of lines with tabs."""
    if document.tables:
        yield from (_grid(table) for table in document.tables)
        return
    rows: Grid = []
    for passage in passages:
        if "\t" in passage.text:
            rows.append(_row(passage))
        elif rows:
            yield rows
            rows = []
    if rows:
        yield rows


def _grid(table: Table) -> Grid:
    rows: Grid = [[None] * table.columns for _ in range(min(table.rows, _MOST_ROWS))]
    for cell in table.cells:
        for row in range(cell.row, min(cell.row + cell.rowspan, len(rows))):
            for column in range(cell.column, min(cell.column + cell.colspan, table.columns)):
                rows[row][column] = _Cell(normalise(cell.text), Span(start=cell.start, end=cell.end))
    return rows


def _row(passage: Passage) -> list[_Cell | None]:
    cells: list[_Cell | None] = []
    start = 0
    for part in passage.text.split("\t"):
        span = passage.span(start, start + len(part)) if part else passage.span(start, start)
        cells.append(_Cell(part.strip(), span) if part.strip() else None)
        start += len(part) + 1
    return cells


def _text(row: Sequence[_Cell | None], column: int | None) -> str:
    cell = row[column] if column is not None and column < len(row) else None
    return cell.text if cell else ""


def _column(header: Sequence[_Cell | None], pattern: re.Pattern[str]) -> int | None:
    return next(
        (i for i, cell in enumerate(header) if cell and len(cell.text) <= 24 and pattern.search(cell.text)),
        None,
    )


def read_target_tables(grids: Sequence[Grid]) -> list[Target]:
    """Targets of indicator tables: the column of the last year, beside a column of names; 属性 tells the binding."""
    return [target for grid in grids for target in _targets(grid)]


def _targets(grid: Grid) -> Iterator[Target]:
    for top, header in enumerate(grid[:3]):
        name = _column(header, _NAME)
        years = {
            int(m[1]): i
            for i, c in enumerate(header)
            if c and len(c.text) <= 16 and (m := _YEAR.search(c.text))
        }
        if name is None or not years:
            continue
        by_year = max(years)
        binding = _column(header, re.compile("属性|类型|性质"))
        unit = _column(header, re.compile("单位"))
        for row in grid[top + 1 :]:
            yield from _target(row, name, years[by_year], by_year, _text(row, unit), _text(row, binding))
        return


def _target(
    row: Sequence[_Cell | None], name: int, column: int, by_year: int, unit: str, binding: str
) -> Iterator[Target]:
    label, cell = _text(row, name), row[column] if column < len(row) else None
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
    return [task for grid in grids for task in _tasks(grid)]


def _tasks(grid: Grid) -> Iterator[Task]:
    for top, header in enumerate(grid[:3]):
        roles = {i: role for i, cell in enumerate(header) if cell and (role := _role(cell.text))}
        name = _column(header, _TASK)
        if not roles or name is None or name in roles:
            continue
        due = _column(header, _DUE)
        for row in grid[top + 1 :]:
            cell = row[name] if name < len(row) else None
            units: dict[str, list[str]] = {"lead": [], "responsible": [], "guiding": []}
            for column, role in roles.items():
                text = _text(row, column)
                labelled = read_units(text) if "：" in text or ":" in text else {role: split_units(text)}
                for key, names in labelled.items():
                    units[key] += [n for n in names if n not in units[key]]
            if cell and any(units.values()):
                yield Task(text=cell.text, deadline=_text(row, due) or None, span=cell.span, **units)
        return


def _role(text: str) -> str | None:
    if len(text) > 20 or not re.search(r"单位|部门|机构|责任|牵头|配合", text):
        return None
    return next((role for role, pattern in _ROLES if pattern.search(text)), None)
