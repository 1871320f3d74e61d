"""Plain tables of the site: what marts list, with links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from metroetl.documents.lines import shown


@dataclass(frozen=True, slots=True)
class Item:
    """A cell: its words, where it leads (from the site's root if `inside`), whether it is a number, a light."""

    text: str
    to: str = ""
    inside: bool = False
    number: bool = False
    light: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a header row; the first cell of each row is its head. `name` is ASCII."""

    name: str
    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Item]]
    note: str = ""


def item(value: Any, to: object = "", *, inside: bool = False) -> Item:
    """A cell of a value as the marts give it; only web addresses and pages of the site are linked."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    text = (
        "—"
        if value is None or value == ""
        else f"{value:.10g}"
        if isinstance(value, float)
        else shown(str(value))
    )
    address = str(to or "")
    if not inside and not address.startswith(("http://", "https://")):
        address = ""
    return Item(text, address, inside, number)
