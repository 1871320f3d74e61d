"""The agenda of a source: what was announced but isn't known to be archived yet, so that a killed run loses nothing.

Addresses are written down before they are asked for and leave the agenda when the warehouse knows them. One JSON line
each, appended; opening the agenda rewrites it without what is done.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ValidationError

from metroetl.harvest.models import Known, Notice, Role
from metroetl.harvest.store import write_whole


class Item(BaseModel):
    """One address to ask for: a listed page, an attachment of a page (`notice` is the page's), or a list page that
    failed (its `number`). `done` takes the address off."""

    url: str
    role: Role
    notice: Notice | None = None
    name: str = ""
    number: int = 0
    done: bool = False


class Agenda:
    """What is open for one source; a file in a local folder, for a bucket of the archive can't append."""

    def __init__(self, folder: Path, source_id: str, known: Mapping[str, Known]) -> None:
        self._path: Path = folder / f"{source_id}.jsonl"
        self.open: dict[str, Item] = {}
        lines = self._path.read_text("utf-8").splitlines() if self._path.exists() else []
        for line in lines:
            self._apply(line)
        self.open = {
            url: item
            for url, item in self.open.items()
            if item.role == "listing" or url not in known or not known[url].readable
        }
        if lines:
            write_whole(self._path, "".join(_line(item) for item in self.open.values()).encode())

    def add(self, items: Iterable[Item]) -> None:
        """Write items down; those that are already open stay as they are."""
        new = [item for item in items if item.url not in self.open]
        self.open |= {item.url: item for item in new}
        self._append(new)

    def remove(self, url: str) -> None:
        """Take an address off that is read or that will never be."""
        if item := self.open.pop(url, None):
            self._append([item.model_copy(update={"done": True})])

    @property
    def pages_owed(self) -> int:
        """The number of the furthest list page that could not be read, 0 if none."""
        return max((item.number for item in self.open.values() if item.role == "listing"), default=0)

    def _append(self, items: Iterable[Item]) -> None:
        text = "".join(_line(item) for item in items)
        if text:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(text)

    def _apply(self, line: str) -> None:
        """Read one line; the last line of a killed run may be torn, what it named is announced again."""
        try:
            item = Item.model_validate_json(line)
        except ValidationError:
            return
        if item.done:
            self.open.pop(item.url, None)
        else:
            self.open[item.url] = item


def _line(item: Item) -> str:
    return json.dumps(item.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False) + "\n"
