"""How far an export is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class Tell:
    """Hears of every batch of rows that goes by; this one says nothing."""

    def count(self, name: str, batches: Iterator[Any]) -> Iterator[Any]:
        """Pass batches on, telling how many rows of the object went by."""
        done = 0
        self.tell(name, 0)
        for batch in batches:
            yield batch
            done += batch.num_rows
            self.tell(name, done)

    def tell(self, name: str, done: int) -> None:
        """Rows of an object so far; or files that were uploaded before this one."""
