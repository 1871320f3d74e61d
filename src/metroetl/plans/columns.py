"""The columns of a list, by their labels: header rows of one or more lines, a merged heading over its quarters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from metroetl.plans.carriers import role_of
from metroetl.plans.grids import Grid, GridCell, Row, distinct
from metroetl.plans.quarters import quarter_of

_SEARCHED = 8
_LONGEST_LABEL = 24
_ROLES = (
    ("number", re.compile(r"^(?:序号?|编号|项目编号|项目序号|No\.?)$", re.IGNORECASE)),
    ("percent", re.compile(r"完成(?:比例|率|百分比)|进度[（(]%[)）]|占(?:年度)?计划")),
    ("progress", re.compile(r"(?:进展|推进|完成|落实|实施|执行)情况|目前进展|工作进展|形象进度|最新进展")),
    ("state", re.compile(r"^(?:是否(?:完成|按期|滞后).*|完成状态|进度状态|进展状态|推进状态)$")),
    ("deadline", re.compile(r"时限|完成(?:时间|日期)|竣工(?:时间|日期)|办结时间|结束时间")),
    ("schedule", re.compile(r"进度|时间安排|时间节点|阶段目标|季度(?:目标|安排|计划)|计划安排")),
    ("year_investment", re.compile(r"(?:年度|当年|本年|年)(?:计划)?(?:完成)?投资|计划(?:完成)?投资")),
    ("investment", re.compile(r"总投资|投资总?额|投资规模|^投资")),
    ("funding", re.compile(r"资金(?:来源|渠道|筹措|保障)|融资")),
    ("place", re.compile(r"地点|地址|所在地|所在[区市县]|属地|实施区域|涉及区域|区域范围")),
    ("stage", re.compile(r"建设性质|建设阶段|项目阶段|项目性质|建设类型|建设状态|项目状态|所处阶段")),
    ("status", re.compile(r"^(?:状态|当前状态|推广状态|案例状态)$")),
    ("group", re.compile(r"领域|类别|板块|分类|方面|门类|大项|专栏")),
    ("content", re.compile(r"(?:建设|主要|具体|工作|实施|活动|会议|案例|项目|任务)(?:的)?(?:建设)?(?:内容|规模|做法|概况|简介)|^内容$|规模")),
)  # fmt: skip
_NAMED = re.compile(
    r"(?:项目|事项|会议|活动|案例|任务|举措|措施|工程)[\u3400-\u9fff、/（）()]{0,6}名称|^名称$|会议活动"
)
_NAME = re.compile(
    r"任务|内容|事项|举措|措施|案例|会议|活动|工作|工程|项目(?!单位|业主|法人|性质|类型|阶段|负责|联系)"
)
_NO_LIST = frozenset({"name", "number", "group", "status"})


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column is what; `below` is the first row after the header, `named` whether the label says 名称."""

    name: int
    label: str
    named: bool
    below: int
    header: tuple[str, ...]
    roles: dict[str, int] = field(default_factory=dict)
    units: dict[int, str] = field(default_factory=dict)
    quarters: dict[int, tuple[int | None, int]] = field(default_factory=dict)
    labels: tuple[str, ...] = ()


def read_columns(grid: Grid, start: int = 0) -> Columns | None:
    """The columns by the first header at or below a row; None where the table has none of a list."""
    for top in range(start, min(start + _SEARCHED, len(grid))):
        if len(distinct(grid[top])) >= 2 and (found := _at(grid, top)):
            return found
    return None


def header_at(grid: Grid, top: int) -> Columns | None:
    """The columns of a header that begins just here."""
    return _at(grid, top)


def _at(grid: Grid, top: int) -> Columns | None:
    depth = _depth(grid, top)
    labels = _labels(grid[top : top + depth])
    roles: dict[str, int] = {}
    units: dict[int, str] = {}
    quarters: dict[int, tuple[int | None, int]] = {}
    for column, label in enumerate(labels):
        if not label or len(label) > _LONGEST_LABEL:
            continue
        if quarter := quarter_of(_last_label(grid, top + depth - 1, column)):
            quarters[column] = quarter
        elif role := role_of(label):
            units[column] = role
        elif plain := _role(label):
            roles.setdefault(plain, column)
    name = _name(labels, {*roles.values()} - {roles.get("content", -1)}, {*units, *quarters})
    name = roles.pop("content", None) if name is None else name
    if name is None or not (units or quarters or set(roles) - _NO_LIST):
        return None
    if roles.get("content") == name:
        del roles["content"]
    inner = _inner(labels, name, {*roles.values(), *units, *quarters})
    if "content" not in roles and inner is not None:
        roles["content"] = inner
    cells = {id(grid[top][i]) for i in (name, *units, *quarters, *roles.values()) if i < len(grid[top])}
    if len(cells) < 2:
        return None
    header = tuple(cell.text if cell else "" for cell in grid[top])
    return Columns(
        name, labels[name], bool(_NAMED.search(labels[name])), top + depth, header, roles, units, quarters,
        tuple(labels),
    )  # fmt: skip


def _depth(grid: Grid, top: int) -> int:
    """Rows of the header: as many as its tallest cell has, or two where quarters stand below."""
    tallest = max((c.rowspan for c in grid[top] if c and c.text), default=1)
    below = grid[top + 1] if top + 1 < len(grid) else []
    if tallest == 1 and sum(bool(c and quarter_of(_plain(c.text))) for c in below) >= 2:
        tallest = 2
    return min(tallest, 3, len(grid) - top)


def _labels(rows: Sequence[Row]) -> list[str]:
    """One label a column, of the header's rows from top to bottom; a cell merged downwards counts once."""
    width = max(len(row) for row in rows)
    labels = []
    for column in range(width):
        cells: dict[int, GridCell] = {}
        for row in rows:
            if column < len(row) and (cell := row[column]):
                cells[id(cell)] = cell
        labels.append(_plain("".join(c.text for c in cells.values())))
    return labels


def _last_label(grid: Grid, row: int, column: int) -> str:
    cell = grid[row][column] if column < len(grid[row]) else None
    return _plain(cell.text) if cell else ""


def _plain(text: str) -> str:
    return re.sub(r"\s", "", text)


def _role(label: str) -> str | None:
    return next((role for role, form in _ROLES if form.search(label)), None)


def _inner(labels: Sequence[str], name: int, taken: set[int]) -> int | None:
    """A second column of names behind the first: measures (举措) behind their matter."""
    rest = range(name + 1, len(labels))
    return next(
        (i for i in rest if i not in taken and len(labels[i]) <= _LONGEST_LABEL and _NAME.search(labels[i])),
        None,
    )


def _name(labels: Sequence[str], taken: set[int], other: set[int]) -> int | None:
    free = [i for i, label in enumerate(labels) if label and len(label) <= _LONGEST_LABEL and i not in other]
    named = next((i for i in free if _NAMED.search(labels[i])), None)
    if named is not None:
        return named
    return next((i for i in free if i not in taken and _NAME.search(labels[i])), None)
