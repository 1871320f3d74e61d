"""Codes of the SDMX export: identifiers that SDMX allows (letters, digits, _ @ $ -) for what the warehouse holds.

Units are split as SDMX does: 亿元 is CNY with UNIT_MULT 8. What `sdmx_codes.csv` doesn't name gets a code from a
digest of its text, the same in every export, and keeps its Chinese as name.
"""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from math import log10
from pathlib import Path

from metroetl.statistics.vocabulary.units import parse_unit

FILE = Path(__file__).resolve().parent / "sdmx_codes.csv"


@dataclass(frozen=True)
class Name:
    """What a code is called; English is empty where nobody gave it."""

    zh: str
    en: str = ""


@dataclass
class Codes:
    """The code lists of one export, filled as rows go by."""

    lists: dict[str, dict[str, Name]] = field(default_factory=dict)
    _known: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for list_id, entries in declared().items():
            self.lists[list_id] = dict(entries.values())

    def add(self, list_id: str, text: str, name: Name) -> str:
        """A code for an identifier of ours: 510100.TFNA becomes 510100_TFNA."""
        code = re.sub(r"[^A-Za-z0-9_@$-]", "_", text)
        self.lists.setdefault(list_id, {})[code] = name
        self._known[list_id, text] = code
        return code

    def code(self, list_id: str, text: str) -> str:
        """The code of a text; a new one if the list has none."""
        found = self._known.get((list_id, text))
        if found is None:
            entry = declared().get(list_id, {}).get(text)
            found = entry[0] if entry else "X_" + hashlib.sha256(text.encode()).hexdigest()[:10]
            self.lists.setdefault(list_id, {}).setdefault(found, entry[1] if entry else Name(text))
            self._known[list_id, text] = found
        return found

    def unit(self, text: str) -> tuple[str, int]:
        """Code of a unit, and the power of ten of its multiple."""
        base, power = split_unit(text)
        return self.code("CL_UNIT", base), power


def split_unit(text: str) -> tuple[str, int]:
    """亿元 is (元, 8); what a list names whole (倍), and what the catalogue's words don't know, stays."""
    if text in declared()["CL_UNIT"]:
        return text, 0
    known = parse_unit(text)
    power = round(log10(known.factor)) if known else 0
    return (known.base, power) if known and known.factor == 10.0**power else (text, 0)


@lru_cache
def declared() -> dict[str, dict[str, tuple[str, Name]]]:
    """Code and names by list and by the text of the warehouse."""
    found: dict[str, dict[str, tuple[str, Name]]] = {}
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["list"], {})[row["of"]] = (row["code"], Name(row["zh"], row["en"]))
    return found
