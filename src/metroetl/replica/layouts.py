"""Tables in the layouts that are hard to read (GOV_SITES §6), with the figures that they had."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle

from metroetl.replica.articles import Cell, Table
from metroetl.replica.tables import NONE

UNIT = re.compile(r"(.+?)(（[^（）]{1,10}）)")
NOTE = "注：1.绝对额按现价计算，增长速度按不变价格计算。"
MARK = "[1]"
WIDE = str.maketrans("0123456789.-%", "０１２３４５６７８９．－％")
MISSING = ("…", "/", "-", "")


def three_levels(table: Table) -> Table:
    """A header of three levels: a title over the columns, their names, their units."""
    *upper, lowest = table.head
    if not upper:
        fixed = 2 if len(lowest) > 1 and lowest[1].text == "单位" else 1
        names = (replace(cell, rowspan=2) for cell in lowest[:fixed])
        upper = [(*names, Cell("累计", colspan=len(lowest) - fixed))]
        lowest = lowest[fixed:]
    level = table.unit_note.removeprefix("单位：")
    named = [_named(cell.text, level) for cell in lowest]
    top = tuple(replace(cell, rowspan=3) if cell.rowspan > 1 else cell for cell in upper[0])
    middle = tuple(Cell(name, rowspan=1 if unit else 2) for name, unit in named)
    return replace(table, head=(top, middle, tuple(Cell(u) for _, u in named if u)), unit_note="")


def _named(text: str, level: str) -> tuple[str, str]:
    """A column's name and its unit; the unit of the table's note is that of its levels."""
    if match := UNIT.fullmatch(text):
        return match[1], match[2]
    return text, f"（{level}）" if level else ""


def side_by_side(table: Table) -> Table:
    """The second half of the rows beside the first."""
    half = (len(table.body) + 1) // 2
    blank = tuple(Cell("") for _ in range(table.columns))
    right = (*table.body[half:], *[blank] * (2 * half - len(table.body)))
    body = tuple(a + b for a, b in zip(table.body[:half], right, strict=True))
    return replace(table, head=tuple(row + row for row in table.head), body=body)


def dashes(table: Table) -> Table:
    """What is missing said in four other ways, in turn."""
    ways = cycle(MISSING)
    return _each(table, lambda cell: replace(cell, text=next(ways)) if cell.text == NONE else cell)


def full_width(table: Table) -> Table:
    """Figures in full-width digits and signs."""
    return _each(table, lambda cell: replace(cell, text=cell.text.translate(WIDE)))


def footnotes(table: Table) -> Table:
    """A raised mark at the first row's name; the note itself follows the table."""
    first, *rest = table.body
    marked = (replace(first[0], mark=MARK), *first[1:])
    return replace(table, body=(marked, *rest), notes=(NOTE,))


def padded_names(table: Table) -> Table:
    """Names of two and three characters made as wide as the others."""
    rows = [(replace(first, text=_padded(first.text)), *rest) for first, *rest in table.body]
    return replace(table, body=tuple(rows))


def _padded(name: str) -> str:
    return {2: "\u3000", 3: " "}.get(len(name), "").join(name)


def _each(table: Table, change: Callable[[Cell], Cell]) -> Table:
    rows = tuple((first, *map(change, rest)) for first, *rest in table.body)
    return replace(table, body=rows)


LAYOUTS: dict[str, Callable[[Table], Table]] = {
    "three_levels": three_levels,
    "side_by_side": side_by_side,
    "dashes": dashes,
    "full_width": full_width,
    "footnotes": footnotes,
    "padded_names": padded_names,
}
