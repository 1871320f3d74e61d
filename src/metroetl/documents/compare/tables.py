"""The tables of two documents: row by row by their label, cell by cell under the heads of their columns."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from metroetl.documents.compare.align import Item, Pair, common, gaps, match, strays
from metroetl.documents.compare.models import CellChange, RowChange, TableChange, ValueChange
from metroetl.documents.compare.text import DIGITS, quiet, squeeze

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metroetl.documents.models import Cell, Document, Table

NUMBER = re.compile(r"[-−+]?[\d,.]+\s?[%％‰]?|[-—…/.]*")
SERIAL = {"序号", "编号"}


@dataclass(frozen=True)
class Row:
    """A row as a grid shows it: its label and the text of each column."""

    label: str
    cells: list[str]


@dataclass
class Grid:
    """A table made comparable: heads of its columns, and its rows below them."""

    caption: str
    unit_note: str
    key: str
    names: list[str]
    rows: list[Row] = field(default_factory=list)

    @property
    def item(self) -> Item:
        """What the table is matched by: caption, heads and labels."""
        words = squeeze("".join((self.caption, *self.names, *(r.label for r in self.rows))))
        return Item(self.key, DIGITS.sub("", words), words)


def compare_tables(old: Document, new: Document) -> list[TableChange]:
    """Tables that changed, came or went, in reading order."""
    one, other = _grids(old), _grids(new)
    pairs = match([g.item for g in one], [g.item for g in other])
    first, second = {i for i, _ in pairs}, {j for _, j in pairs}
    found = [_change(one[i], other[j], i, j) for i, j in pairs if one[i].key != other[j].key]
    found += [_whole("removed", g, i) for i, g in enumerate(one) if i not in first]
    found += [_whole("added", g, j) for j, g in enumerate(other) if j not in second]
    found.sort(key=lambda t: t.new_place or t.old_place or 0)
    return [t for t in found if t.kind != "changed" or t.facts or t.columns or t.rows or t.cells]


def _grids(document: Document) -> list[Grid]:
    text = quiet(document.text)
    return [
        _grid(b.table, text, squeeze(text[b.start : b.end])) for b in document.blocks if b.table is not None
    ]


def _grid(table: Table, text: str, key: str) -> Grid:
    """Heads and rows of a table; a line of its own above the heads is told as caption and unit."""
    texts = {id(c): " ".join(text[c.start : c.end].split()) for c in table.cells}
    over: dict[int, list[Cell]] = defaultdict(list)
    for cell in table.cells:
        for row in range(cell.row, cell.row + cell.rowspan):
            over[row].append(cell)
    heads = {c.row for c in table.cells if c.header}
    grid = Grid(table.caption, table.unit_note, key, _names(table, texts))
    for number in range(table.rows):
        cells = sorted(over[number], key=lambda c: c.column)
        own = [""] * table.columns
        for cell in cells:
            if cell.row == number and cell.column < table.columns:
                own[cell.column] = texts[id(cell)]
        told = [t for t in own if t]
        if number in heads or not told or (heads and number < min(heads) and _is_told(told, table)):
            continue
        grid.rows.append(Row(_label(cells, texts), own))
    return grid


def _is_told(texts: list[str], table: Table) -> bool:
    known = squeeze(table.caption + table.unit_note)
    return len(texts) == 1 and all(c in known for c in squeeze(texts[0]))


def _names(table: Table, texts: dict[int, str]) -> list[str]:
    """The heads of each column, the upper ones first."""
    over: list[list[str]] = [[] for _ in range(table.columns)]
    for cell in sorted((c for c in table.cells if c.header), key=lambda c: (c.row, c.column)):
        for column in range(cell.column, min(cell.column + cell.colspan, table.columns)):
            if (text := texts[id(cell)]) and text not in over[column]:
                over[column].append(text)
    return ["/".join(names) for names in over]


def _label(cells: Sequence[Cell], texts: dict[int, str]) -> str:
    """The first cell that is no number, behind the cells that it shares with other rows."""
    parts = []
    for cell in cells:
        text = texts[id(cell)]
        if not text or NUMBER.fullmatch(text):
            continue
        parts.append(text)
        if cell.rowspan == 1:
            break
    return "/".join(parts) or next((texts[id(c)] for c in cells if texts[id(c)]), "")


def _whole(kind: str, grid: Grid, place: int) -> TableChange:
    added = kind == "added"
    rows = [RowChange(kind="added" if added else "removed", label=r.label, cells=r.cells) for r in grid.rows]
    heads = [
        ValueChange(name="", old=None if added else n, new=n if added else None) for n in grid.names if n
    ]
    return TableChange(
        kind="added" if added else "removed",
        caption=grid.caption,
        old_place=None if added else place + 1,
        new_place=place + 1 if added else None,
        columns=heads,
        rows=rows,
    )


def _change(old: Grid, new: Grid, i: int, j: int) -> TableChange:
    told = (("caption", old.caption, new.caption), ("unit", old.unit_note, new.unit_note))
    columns = _columns(old.names, new.names)
    one = [_item(row, [c for c, _ in columns]) for row in old.rows]
    other = [_item(row, [d for _, d in columns]) for row in new.rows]
    pairs = match(one, other)
    moved = strays([r.form for r in one], [r.form for r in other], pairs)
    met = [*pairs, *moved]
    first, second = {a for a, _ in met}, {b for _, b in met}
    gone = [r for a, r in enumerate(old.rows) if a not in first]
    come = [r for b, r in enumerate(new.rows) if b not in second]
    rows = [RowChange(kind="removed", label=r.label, cells=r.cells) for r in gone]
    rows += [RowChange(kind="added", label=r.label, cells=r.cells) for r in come]
    rows += [RowChange(kind="moved", label=new.rows[b].label, cells=new.rows[b].cells) for _, b in moved]
    return TableChange(
        kind="changed",
        caption=new.caption or old.caption,
        old_place=i + 1,
        new_place=j + 1,
        facts=[ValueChange(name=n, old=a, new=b) for n, a, b in told if squeeze(a) != squeeze(b)],
        columns=list(_column_changes(old.names, new.names, columns)),
        rows=rows,
        cells=[c for a, b in sorted(met, key=lambda p: p[1]) for c in _cells(old, new, (a, b), columns)],
    )


def _columns(old: list[str], new: list[str]) -> list[Pair]:
    """Columns that are the same: by their heads, and between those by their place where they are as many."""
    pairs = common([squeeze(n) for n in old], [squeeze(n) for n in new])
    for a, b, c, d in list(gaps(pairs, len(old), len(new))):
        if b - a == d - c:
            pairs += zip(range(a, b), range(c, d), strict=True)
    return sorted(pairs)


def _column_changes(old: list[str], new: list[str], pairs: list[Pair]) -> Iterator[ValueChange]:
    first, second = {i for i, _ in pairs}, {j for _, j in pairs}
    for i, name in enumerate(old):
        if i not in first:
            yield ValueChange(name=str(i + 1), old=name)
    for i, j in pairs:
        if squeeze(old[i]) != squeeze(new[j]):
            yield ValueChange(name=str(j + 1), old=old[i], new=new[j])
    for j, name in enumerate(new):
        if j not in second:
            yield ValueChange(name=str(j + 1), new=name)


def _item(row: Row, columns: Sequence[int]) -> Item:
    cells = [row.cells[c] for c in columns]
    return Item("\t".join(map(squeeze, cells)), squeeze(row.label), squeeze("".join(cells)))


def _cells(old: Grid, new: Grid, places: Pair, columns: list[Pair]) -> Iterator[CellChange]:
    """The cells of a row that differ; serial numbers count rows only."""
    was, now = old.rows[places[0]], new.rows[places[1]]
    for c, d in columns:
        before, after = was.cells[c], now.cells[d]
        if squeeze(before) == squeeze(after):
            continue
        name = new.names[d] or old.names[c]
        if squeeze(name) in SERIAL and before.isdecimal() and after.isdecimal():
            continue
        yield CellChange(row=now.label or was.label, column=name, number=d + 1, old=before, new=after)
