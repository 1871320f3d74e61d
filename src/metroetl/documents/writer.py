"""Builds a document's text and its blocks together, so that every offset is right by construction."""

from __future__ import annotations

from metroetl.documents.models import Block, BlockKind, Table


class TextWriter:
    """Blocks joined by newlines; the rows of a table are lines, its columns are parted by tabs.

    A merged cell's text stands at its first place, its other places are empty. For every block and cell,
    `text[start:end]` is its text.
    """

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._length = 0

    @property
    def text(self) -> str:
        """Everything written so far."""
        return "".join(self._parts)

    def write(self, kind: BlockKind, text: str, *, level: int = 0, page: int | None = None) -> None:
        """Add a block of one line."""
        start = self._begin()
        self._put(text)
        self.blocks.append(Block(kind=kind, text=text, start=start, end=self._length, level=level, page=page))

    def extend(self, text: str) -> None:
        """Let the last block go on."""
        last = self.blocks[-1]
        self._put(text)
        last.text, last.end = last.text + text, self._length

    def write_table(self, table: Table, *, page: int | None = None) -> None:
        """Add a table; its cells get their offsets."""
        start = self._begin()
        first = len(self._parts)
        places = {(cell.row, cell.column): cell for cell in table.cells}
        for row in range(table.rows):
            if row:
                self._put("\n")
            for column in range(table.columns):
                if column:
                    self._put("\t")
                if cell := places.get((row, column)):
                    cell.start = self._length
                    self._put(cell.text)
                    cell.end = self._length
        text = "".join(self._parts[first:])
        self.blocks.append(
            Block(kind="table", text=text, start=start, end=self._length, table=table, page=page)
        )

    def _begin(self) -> int:
        if self._parts:
            self._put("\n")
        return self._length

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
