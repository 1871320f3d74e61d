"""What a comparison finds. `old` and `new` are texts as printed; None where one side has nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Found(BaseModel):
    """Base of everything found."""

    model_config = ConfigDict(frozen=True)


class ValueChange(Found):
    """A value and what stands in its place; `name` says of what it is."""

    name: str
    old: str | None = None
    new: str | None = None


class Piece(Found):
    """A stretch of a changed paragraph."""

    op: Literal["same", "removed", "added"]
    text: str


class TextChange(Found):
    """A paragraph, heading, list item or note; `old_place` and `new_place` count them from 1.

    A changed one has its `pieces` in reading order, and in `numbers` each number old → new, named by the words before it.
    """

    kind: Literal["changed", "added", "removed", "moved"]
    old: str | None = None
    new: str | None = None
    old_place: int | None = None
    new_place: int | None = None
    pieces: list[Piece] = []
    numbers: list[ValueChange] = []


class CellChange(Found):
    """A cell by the label of its row and the head of its column (empty where the table has no heads)."""

    row: str
    column: str
    number: int
    old: str
    new: str


class RowChange(Found):
    """A row that came, went or moved."""

    kind: Literal["added", "removed", "moved"]
    label: str
    cells: list[str]


class TableChange(Found):
    """A table; of one that came or went all rows are listed. `facts` are caption and unit, `columns` their heads."""

    kind: Literal["changed", "added", "removed"]
    caption: str = ""
    old_place: int | None = None
    new_place: int | None = None
    facts: list[ValueChange] = []
    columns: list[ValueChange] = []
    rows: list[RowChange] = []
    cells: list[CellChange] = []


class FileChange(Found):
    """An attachment; `replaced` is other bytes under its address, or another address under its name."""

    kind: Literal["added", "removed", "replaced", "moved", "renamed"]
    old_name: str = ""
    new_name: str = ""
    old_url: str | None = None
    new_url: str | None = None
    old_sha256: str | None = None
    new_sha256: str | None = None

    @property
    def name(self) -> str:
        """What a person sees: the newest name, the file's own where the link has none."""
        url = self.new_url or self.old_url or ""
        return self.new_name or self.old_name or url.rpartition("/")[2]


class Changes(Found):
    """All changes between two documents; `rearranged` where the same pieces stand in another order."""

    fields: list[ValueChange] = []
    texts: list[TextChange] = []
    tables: list[TableChange] = []
    files: list[FileChange] = []
    rearranged: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether both say the same."""
        return not (self.fields or self.texts or self.tables or self.files or self.rearranged)

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind, for a head line."""
        kinds = [t.kind for t in self.texts]
        return {
            "fields": len(self.fields),
            "texts_changed": kinds.count("changed"),
            "texts_added": kinds.count("added"),
            "texts_removed": kinds.count("removed"),
            "texts_moved": kinds.count("moved"),
            "numbers": sum(len(t.numbers) for t in self.texts),
            "tables": len(self.tables),
            "cells": sum(len(t.cells) for t in self.tables),
            "files": len(self.files),
        }


class Version(Found):
    """A version of an address as archived: `number` counts from 1; `seen` is how often it was met, to `last_seen_at`."""

    number: int
    first_seen_at: datetime
    last_seen_at: datetime
    seen: int
    sha256: str
    size: int


class Comparison(Found):
    """Two versions of an address, and what changed between them."""

    source_id: str
    url: str
    title: str
    old: Version
    new: Version
    changes: Changes
