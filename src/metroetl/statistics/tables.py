"""Tables: each number read through its row label and the tree of its column headings."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

from metroetl.documents.models import Table
from metroetl.statistics.context import Place, Scope
from metroetl.statistics.grammar import Frame
from metroetl.statistics.lexer import Token
from metroetl.statistics.normalise import normalise
from metroetl.statistics.periods import PERIOD, Period, PeriodSpec, read_specs
from metroetl.statistics.predicates import Predicate
from metroetl.statistics.segment import GridCell
from metroetl.statistics.units import UNITS
from metroetl.statistics.wordlists import table_words
from metroetl.statistics.words import Vocabulary, clean_name

_VALUE = re.compile(r"^-?\d{1,15}(?:,\d{3})*(?:\.\d{1,8})?%?$")
_EMPTY = re.compile(r"^[-—/.…×\s]*$")
_YEAR = re.compile(r"^(?:19|20)\d\d年?$")
_BRACKET = re.compile(r"[(（]([^()（）]{1,20})[)）]")
_AMONG = re.compile(r"^(?:其中|#|＃)[:：\s]*|^[#＃\s]+")
_UNIT_NOTE = re.compile(r"单位[:： ]{1,3}([^\s)）;；]{1,20})")
_UNIT_SET = frozenset(UNITS)


@dataclass(slots=True)
class Slot:
    """A place of the full grid: text and range of the cell that covers it, with its own row and column."""

    text: str
    start: int
    end: int
    row: int
    column: int
    header: bool = False
    indent: int = 0


@dataclass(slots=True)
class Label:
    """What a row label or heading says."""

    name: str = ""
    qualifier: str = ""
    unit: str = ""
    place: Token | None = None
    specs: list[PeriodSpec] = field(default_factory=list)
    role: str = ""
    among: bool = False
    growth: bool = False


Grid = list[list[Slot | None]]


def grid_of_table(table: Table) -> Grid:
    """Full grid of a document's table; merged cells stand in each place that they cover."""
    grid: Grid = [[None] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        slot = Slot(
            normalise(cell.text).text, cell.start, cell.end, cell.row, cell.column, cell.header, cell.indent
        )
        for row in range(cell.row, min(cell.row + cell.rowspan, table.rows)):
            for column in range(cell.column, min(cell.column + cell.colspan, table.columns)):
                grid[row][column] = slot
    return grid


def grid_of_lines(rows: Sequence[Sequence[GridCell]]) -> Grid:
    """Full grid of rows found in running text; empty where headings and values don't stand under each other."""
    width = max(len(row) for row in rows)
    if any(len(row) != width for row in rows[1:]) or len(rows[0]) not in (width, 1):
        return []
    grid: Grid = []
    for r, row in enumerate(rows):
        slots: list[Slot | None] = [Slot(c.text, c.start, c.end, r, i) for i, c in enumerate(row)]
        grid.append(slots + [None] * (width - len(slots)))
    return grid


class TableReader:
    """Reads the numbers of a grid in the scope of its document."""

    def __init__(self, vocabulary: Vocabulary, scope: Scope, seen: Sequence[str]) -> None:
        self.vocabulary = vocabulary
        self.words = table_words()
        self.scope = scope
        self.seen = seen  # names of catalogue indicators met before the table: 销售额 means 商品房销售额

    def read(self, grid: Grid, caption: str = "", unit_note: str = "") -> Iterator[tuple[Frame, Slot]]:
        """Frames with the cell of each."""
        caption, unit_note = normalise(caption).text, normalise(unit_note).text
        heads = _header_rows(grid)
        if not grid or heads >= len(grid):
            return
        note = _UNIT_NOTE.search(
            f"单位:{unit_note}" if unit_note and "单位" not in unit_note else unit_note or caption
        )
        units = re.split(r"[、,，/]", note[1]) if note else []
        unit = next((u for u in units if u in _UNIT_SET and (u != "%" or len(units) == 1)), "")
        specs = [s for m in PERIOD.finditer(caption) for s in read_specs(m)]
        self.scope.enter_paragraph()
        self.scope.mention(specs[:1], [], opening=True)
        columns = [self._heading(grid, heads, c) for c in range(len(grid[0]))]
        topic = self._label(_UNIT_NOTE.sub("", caption)) if caption else Label()
        parent = Label()
        for row in grid[heads:]:
            parent = yield from self._row(row, columns, unit, topic, parent)

    def _row(
        self, row: list[Slot | None], columns: list[Label], unit: str, topic: Label, parent: Label
    ) -> Generator[tuple[Frame, Slot], None, Label]:
        """Frames of one row; returns the label that indented rows below belong to."""
        label, left = Label(), ""
        for c, slot in enumerate(row):
            if slot is None or (c and slot is row[c - 1]):
                continue
            text = slot.text.strip()
            if columns[c].role == "unit_heading":
                unit = text
            elif _is_value(text, c):
                if found := self._cell(slot, label, columns[c], unit, topic, left):
                    yield found, slot
                if not columns[c].growth:
                    left = found.name if found else columns[c].name
            elif text and not _EMPTY.match(text):
                label = self._row_label(slot, parent)
                parent = parent if label.among else label
        return parent

    def _row_label(self, slot: Slot, parent: Label) -> Label:
        """The label of a row; 其中 and indented ones take head and unit of the row they belong to."""
        label = self._label(slot.text)
        label.among = label.among or slot.indent > 0
        if label.among and label.name and parent.name:
            if not self._strong(label.name) and not self.vocabulary.head_of(clean_name(label.name)):
                label.name += self.vocabulary.lent_head(parent.name)
            label.unit = label.unit or parent.unit
        return label

    def _cell(
        self, slot: Slot, row: Label, column: Label, unit: str, topic: Label, left: str
    ) -> Frame | None:
        if "skip" in (row.role, column.role):
            return None
        name, weight = self._name(row, column, topic, left)
        resolved, code = self.vocabulary.resolve(name)
        cleaned = clean_name(name)
        known = code is not None or cleaned in self.vocabulary.names
        if not name or not (known or self.vocabulary.head_of(cleaned)):
            return None
        family, printed = self._family(row, column, unit, resolved, code, slot.text)
        if family == "level" and not printed and code is None:
            return None
        place, place_weight = self._place(row, column, topic)
        period, period_weight, origin = self._period(row, column)
        number = Token("number", slot.start, slot.end, slot.text.strip().rstrip("%"), unit=printed)
        weights = {"name": weight, "place": place_weight, f"table:{origin}": period_weight}
        previous = "previous" in (row.role, column.role)
        predicate = Predicate("previous" if previous else "actual", family, "table")
        return Frame(
            predicate,
            resolved,
            code,
            place,
            period,
            number,
            number.value,
            slot.start,
            printed=name + row.qualifier + column.qualifier,
            weights=weights,
        )

    def _name(self, row: Label, column: Label, topic: Label, left: str) -> tuple[str, float]:
        """The indicator of a cell: from the row, the column, both, or the caption."""
        head = self._anaphora(column.name, left if column.growth or column.role == "share" else "")
        if row.name and self._strong(row.name):
            return row.name, 1.0
        if row.name and self.vocabulary.head_of(clean_name(row.name)):
            return row.name, 0.95
        if row.name and head:
            tail = self.vocabulary.lent_head(head)
            return (row.name + tail, 0.95) if tail else ("", 0.0)
        if row.name:
            tail = self.vocabulary.lent_head(topic.name)
            return (row.name + tail, 0.85) if tail else (row.name, 0.85)
        return (head, 1.0) if head else (topic.name, 0.9)

    def _anaphora(self, name: str, left: str) -> str:
        """A bare head in a heading means the indicator of the column before it, or one met in the text."""
        cleaned = clean_name(name)
        if not cleaned:
            return left
        if self._strong(name):
            return name
        if left and (stem := cleaned.rstrip("额")) and stem in clean_name(left):
            return left
        tail = cleaned.rstrip("额") if cleaned.endswith("投资额") else cleaned
        if self.vocabulary.head_of(tail) == tail:
            return next((s for s in self.seen if s.endswith(tail)), name)
        return name

    def _family(
        self, row: Label, column: Label, unit: str, name: str, code: str | None, text: str
    ) -> tuple[str, str]:
        printed = column.unit or row.unit or ("%" if text.endswith("%") else unit)
        if "share" in (row.role, column.role):
            return "share", "%"
        if column.growth or row.growth:
            return "yoy", "%"
        if printed in ("%", "‰"):
            return ("rate", printed) if self.vocabulary.is_rate(name, code) else ("yoy", "%")
        return "level", printed

    def _place(self, row: Label, column: Label, topic: Label) -> tuple[Place, float]:
        token = row.place or column.place or topic.place
        return self.scope.region(token, national=False)

    def _period(self, row: Label, column: Label) -> tuple[Period | None, float, str]:
        specs = row.specs or column.specs
        period, weight, origin = self.scope.period(specs[0] if specs else None)
        if period is None:
            return None, weight, origin
        if "month" in (row.role, column.role):
            return Period(period.end.replace(day=1), period.end, "month"), weight, origin
        if "cumulative" in (row.role, column.role):
            return period.to_date(), weight, origin
        return period, weight, origin

    def _heading(self, grid: Grid, heads: int, column: int) -> Label:
        """The heading of a column: each level adds what it says."""
        merged = Label()
        last: Slot | None = None
        for row in range(heads):
            slot = grid[row][column]
            if slot is None or slot is last:
                continue
            last = slot
            level = self._label(slot.text)
            merged.name = level.name or merged.name
            merged.unit = level.unit or merged.unit
            merged.place = level.place or merged.place
            merged.specs = level.specs or merged.specs
            merged.role = level.role or merged.role
            merged.growth = merged.growth or level.growth
        return merged

    def _label(self, text: str) -> Label:
        """Parts of a label: unit in brackets, place, time, role, and the rest as the name."""
        label = Label()
        body = re.sub(r"\s", "", text)
        if among := _AMONG.match(body):
            label.among, body = True, body[among.end() :]
        for bracket in _BRACKET.finditer(body):
            if bracket[1] in _UNIT_SET or bracket[1] == "±%":
                label.unit = bracket[1].lstrip("±")
            else:
                label.qualifier += bracket[1]
        body = _BRACKET.sub("", body).rstrip("%").replace("±", "")
        if body in self.words.unit_heading:
            return Label(role="unit_heading")
        if _YEAR.match(body):
            label.specs, body = [PeriodSpec(int(body[:4]))], ""
        label.role, body = self._role(body, label)
        for match in PERIOD.finditer(body):
            label.specs = label.specs or read_specs(match)
        body = PERIOD.sub("", body)
        label.place, body = self._place_in(body)
        label.name = "" if body in self.words.plain else body.strip(":：、,，.．")
        return label

    def _role(self, body: str, label: Label) -> tuple[str, str]:
        for role in ("skip", "cumulative", "month", "previous", "share"):
            for word in getattr(self.words, role):
                if body == word or (
                    role not in ("previous", "month") and word in body and not self._strong(body)
                ):
                    if role == "previous" and any(g in body for g in self.words.growth):
                        continue
                    return role, body.replace(word, "")
        for word in self.words.growth:
            if word in body and not self._strong(body):
                label.growth = True
                return "", body.replace(word, "")
        return "", body

    def _place_in(self, body: str) -> tuple[Token | None, str]:
        words = self.vocabulary
        for name, forms in words.of_regions.table_regions.items():
            if body in forms:
                return Token("region", 0, 0, body, name), ""
        if body in words.regions or body in words.region_groups:
            return Token("region", 0, 0, body, words.region_groups.get(body)), ""
        if body in words.of_regions.own:
            return Token("own", 0, 0, body), ""
        return None, body

    def _strong(self, name: str) -> bool:
        cleaned = clean_name(name)
        return cleaned in self.vocabulary.names and cleaned not in self.vocabulary.weak


def _is_value(text: str, column: int) -> bool:
    return _VALUE.match(text) is not None and not (column == 0 and _YEAR.match(text))


def _header_rows(grid: Grid) -> int:
    """Leading rows without numbers, or marked as headers; years as headings are no numbers."""
    for r, row in enumerate(grid):
        values = [s for c, s in enumerate(row) if s is not None and c and _is_value(s.text.strip(), c)]
        if values and not all(s.header or _YEAR.match(s.text.strip()) for s in values):
            return r
    return len(grid)
