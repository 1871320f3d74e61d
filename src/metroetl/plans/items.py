"""Items of lists: every row of a table with a column of names, with what the other columns say of it.

A table may go on on the next page, with or without its header; a cell that is merged downwards stands for all its
rows; a row of one cell heads the rows below it. Columns that aren't understood are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from metroetl.documents.models import Span
from metroetl.plans.carriers import Units, add, no_units, read_carriers
from metroetl.plans.columns import Columns, header_at, read_columns
from metroetl.plans.funding import find_funding
from metroetl.plans.grids import MOST_ROWS, Grid, GridCell, Row, Sheet, distinct, text_at
from metroetl.plans.headlines import (
    is_numeral,
    is_section,
    is_sum,
    kind_of,
    kind_of_column,
    level_of,
    section_title,
    stage_of,
)
from metroetl.plans.models import Milestone
from metroetl.plans.passages import MARK
from metroetl.plans.quarters import NOTHING, list_year, split_schedule, whole

MONEY = re.compile(
    r"(?:约|总投资)?[:：]? ?(?P<value>\d[\d,，]{0,15}(?:\.\d{1,6})?) ?(?P<unit>亿元|万元|亿|元)?"
)
_MONEY_UNIT = re.compile(r"亿元|万元|(?<=[（(：:])元")
_QUOTE = 400


@dataclass(slots=True)
class Item:
    """One item, before it becomes a task or a project; `kind` is task for a row of a list of tasks."""

    name: str
    span: Span
    kind: str
    number: str = ""
    content: str = ""
    group: str = ""
    under: str | None = None
    sections: tuple[str, ...] = ()
    place: str = ""
    stage: str | None = None
    status: str | None = None
    investment: float | None = None
    year_investment: float | None = None
    money: str | None = None
    year: int | None = None
    deadline: str | None = None
    units: Units = field(default_factory=no_units)
    funding: list[str] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    progress: str = ""
    progress_span: Span | None = None
    state: str = ""
    percent: str = ""
    quote: str = ""


def read_items(sheets: Iterable[Sheet], title: str = "") -> list[Item]:
    """The items of all tables, 3,000 rows at most; `title` is the document's."""
    walk = _Walk(title)
    for sheet in sheets:
        walk.read(sheet)
        if walk.rows >= MOST_ROWS:
            break
    return walk.items


class _Walk:
    """Goes through the tables with what the rows and lines before have said."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.items: list[Item] = []
        self.rows = 0
        self.columns: Columns | None = None
        self.width = 0
        self.kind: str | None = None
        self.year: int | None = None
        self.money: str | None = None
        self.sections: list[tuple[int, str]] = []
        self.last: GridCell | None = None

    def read(self, sheet: Sheet) -> None:
        """Read one table."""
        grid = sheet.grid
        own = read_columns(grid)
        width = max((len(row) for row in grid), default=0)
        goes_on = self._goes_on(sheet, own, width)
        if own is None and not goes_on:
            self.columns = None
            return
        top = own.below if own else 0
        if own:
            if not goes_on:
                self._begin(sheet, own)
            self.columns = own
        for line in sheet.above:
            if level_of(line) < 3 and is_section(line):
                self._open(line)
        self.width, self.last = width, None
        self._read_rows(grid, top, cut=goes_on)

    def _goes_on(self, sheet: Sheet, own: Columns | None, width: int) -> bool:
        """Whether a table is the last one's next page: as wide, nothing but section lines between, the same header."""
        between = all(len(line) <= 40 and (level_of(line) < 3 or "续" in line) for line in sheet.above)
        same = own is None or (self.columns is not None and own.header == self.columns.header)
        return self.columns is not None and width == self.width and between and same

    def _begin(self, sheet: Sheet, columns: Columns) -> None:
        """A list of its own: its kind, year and unit of money by the nearest line, then by the document's title."""
        captions = [c.text for row in sheet.grid[: max(columns.below - 1, 0)] for c in distinct(row)]
        lines = [*reversed(captions[:12]), *reversed(sheet.above)]
        self.sections = []
        named = (kind for line in (*lines, self.title) if (kind := kind_of(line)))
        self.kind = next(named, None)
        self.year = list_year([*(line for line in lines if len(line) <= 60), self.title])
        units = (_MONEY_UNIT.search(line) for line in (sheet.unit_note, *lines) if "单位" in line)
        self.money = next((found.group() for found in units if found), None)

    def _read_rows(self, grid: Grid, top: int, *, cut: bool) -> None:
        skip = top
        for index in range(top, len(grid)):
            row, columns = grid[index], self.columns
            cells = distinct(row)
            self.rows += 1
            if columns is None or self.rows > MOST_ROWS:
                return
            if index < skip or not cells:
                continue
            if _looks_like_header(cells, columns) and (again := header_at(grid, index)):
                self.columns, skip = again, again.below
                continue
            rest = cut and index == top and _is_rest(row, cells[0], columns)
            if rest or not self._is_heading(row, cells, columns):
                self._read_row(row, columns, cut=rest)

    def _is_heading(self, row: Row, cells: list[GridCell], columns: Columns) -> bool:
        """Take a row that heads others, or leave out one that sums them up; whether it was such a row."""
        name, number = text_at(row, columns.name), text_at(row, columns.roles.get("number"))
        if is_sum(cells[0].text) or is_sum(name):
            return True
        if len(cells) == 1:
            (only,) = cells
            place = row.index(only)
            if is_section(only.text) and (only.colspan > 1 or MARK.match(only.text) or place != columns.name):
                self._open(only.text)
            return True
        if is_numeral(number) and name and not any(text_at(row, c) for c in columns.units):
            self._open(f"{number}{'' if number[-1] in '、）)' else '、'}{name}")
            return True
        return False

    def _open(self, text: str) -> None:
        level = level_of(text)
        self.sections = [*((at, t) for at, t in self.sections if at < level), (level, text)]

    def _read_row(self, row: Row, columns: Columns, *, cut: bool) -> None:
        """One item, or what a merged name or a page break makes part of the item before."""
        name = row[columns.name] if columns.name < len(row) else None
        content = columns.roles.get("content")
        inner = row[content] if content is not None and content < len(row) else None
        category = ""
        if name and inner and inner is not name and not columns.named and inner.rowspan < name.rowspan:
            category, name, content = name.text, inner, None
        if name is None or not name.text:
            if cut and self.items:
                self._fill(self.items[-1], row, columns, content)
            return
        if name is self.last and self.items:
            self._fill(self.items[-1], row, columns, content)
            return
        self.last = name
        titles = [section_title(text) for _, text in self.sections]
        group = text_at(row, columns.roles.get("group"))
        under = category or group or (titles[-1] if titles else "")
        item = Item(name.text, name.span, self._kind(columns), sections=(*titles, group, category))
        item.under, item.group = under or None, group
        item.stage = next((s for t in reversed(titles) if (s := stage_of(t))), None)
        item.year = self.year
        item.quote = " ".join(c.text for c in distinct(row))[:_QUOTE]
        self._fill(item, row, columns, content)
        self.items.append(item)

    def _kind(self, columns: Columns) -> str:
        for _, text in reversed(self.sections):
            if kind := kind_of(text):
                return kind
        if self.kind == "project":
            own = kind_of_column(columns.label)
            return own or self.kind
        return self.kind or kind_of_column(columns.label) or "task"

    def _fill(self, item: Item, row: Row, columns: Columns, content: int | None) -> None:
        """Add what a row's columns say to an item."""
        roles = columns.roles
        for name in ("number", "place", "status", "state", "percent"):
            setattr(item, name, getattr(item, name) or _said(row, roles.get(name)))
        said = _said(row, content)
        if said and said not in item.content:
            item.content = "；".join(filter(None, (item.content, said)))
        for column, role in columns.units.items():
            if column < len(row) and (cell := row[column]):
                add(item.units, read_carriers(cell.text, role))
        item.deadline = item.deadline or _said(row, roles.get("deadline")) or None
        item.stage = stage_of(_said(row, roles.get("stage"))) or item.stage
        self._fill_money(item, row, columns)
        named = find_funding(item.name, item.content, text_at(row, roles.get("funding")))
        item.funding += [fund for fund in named if fund not in item.funding]
        self._fill_schedule(item, row, columns)
        progress = row[roles["progress"]] if roles.get("progress", len(row)) < len(row) else None
        if progress and not item.progress:
            item.progress, item.progress_span = progress.text, progress.span

    def _fill_money(self, item: Item, row: Row, columns: Columns) -> None:
        """Total and yearly investment, where the unit is known and the same for both."""
        for name in ("investment", "year_investment"):
            column = columns.roles.get(name)
            found = MONEY.fullmatch(_said(row, column))
            if column is None or not found or getattr(item, name) is not None:
                continue
            label = _MONEY_UNIT.search(columns.labels[column])
            unit = found["unit"] or (label.group() if label else self.money)
            unit = "亿元" if unit == "亿" else unit
            if unit is None or item.money not in (None, unit):
                continue
            setattr(item, name, float(re.sub(r"[,，]", "", found["value"])))
            item.money = unit

    def _fill_schedule(self, item: Item, row: Row, columns: Columns) -> None:
        """Milestones of columns by quarter, or of one column with them all; the latter may be the deadline."""
        found: list[Milestone] = []
        filled = [row[c] for c in columns.quarters if c < len(row)]
        for column, (year, quarter) in columns.quarters.items():
            cell = row[column] if column < len(row) else None
            if cell and filled.count(cell) == 1:
                found += whole(cell, year or self.year, quarter)
        column = columns.roles.get("schedule", len(row))
        if column < len(row) and (cell := row[column]) and cell.text not in NOTHING:
            year = list_year([columns.labels[column]]) or self.year
            found += split_schedule(cell.raw, cell.span.start, year)
            if len(cell.text) <= 20 and item.deadline is None and not re.search(r"[；;]", cell.text):
                item.deadline = cell.text
        known = {(m.quarter, m.span.start) for m in item.milestones}
        item.milestones += [m for m in found if (m.quarter, m.span.start) not in known]


def _looks_like_header(cells: list[GridCell], columns: Columns) -> bool:
    """Whether a row may be a header again: its first cell is one of a header's."""
    return len(cells) > 1 and cells[0].text in ("序号", "编号", columns.header[0])


def _is_rest(row: Row, first: GridCell, columns: Columns) -> bool:
    """Whether a page's first row is the rest of the item that the page break cut."""
    return not text_at(row, columns.name) and first.colspan == 1 and not MARK.match(first.text)


def _said(row: Row, column: int | None) -> str:
    text = text_at(row, column)
    return "" if text in NOTHING else text
