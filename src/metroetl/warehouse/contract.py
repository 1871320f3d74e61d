"""The contract with those who read by SQL: the columns of the views and their types, versioned.

`contract.csv` has every column of every view, its type and the version since which it is there; `contract_versions.csv`
a digest of what each version promised. A column that goes or changes its type breaks the digest of a version that had
it, a new one needs a new version: so nothing changes without a version that says so.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from metroetl.warehouse.keys import digest

FILE = Path(__file__).resolve().parent / "contract.csv"
VERSIONS = Path(__file__).resolve().parent / "contract_versions.csv"


class Promise(NamedTuple):
    """One column of the contract."""

    object: str
    column: str
    type: str
    since: str


@lru_cache
def promises() -> tuple[Promise, ...]:
    """What the present version promises; empty while there is no file."""
    if not FILE.is_file():
        return ()
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(Promise(**row) for row in csv.DictReader(file))


def contract_types(view: str) -> dict[str, str]:
    """Type by column of a view; empty for what isn't part of the contract."""
    return _types().get(view, {})


@lru_cache
def _types() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for promise in promises():
        found.setdefault(promise.object, {})[promise.column] = promise.type
    return found


def version_key(version: str) -> tuple[int, int, int]:
    """A semantic version as numbers that sort."""
    major, minor, patch = (int(part) for part in version.split("."))
    return major, minor, patch


def promised_by(version: str, of: Iterable[Promise]) -> str:
    """Digest of what a version promised: the columns that were there then, whatever their order."""
    there = [p for p in of if version_key(p.since) <= version_key(version)]
    return digest(*(part for p in sorted(there) for part in p))


def versions() -> dict[str, str]:
    """Digest by version, oldest first."""
    with VERSIONS.open(encoding="utf-8", newline="") as file:
        return {row["version"]: row["digest"] for row in csv.DictReader(file)}


def breaches(of: Iterable[Promise], recorded: dict[str, str], present: str) -> list[str]:
    """What is wrong between the columns, the recorded versions and the present version; empty where all agree."""
    of = list(of)
    newest = max((version_key(p.since) for p in of), default=(0, 0, 0))
    found = []
    if list(recorded)[-1:] != [present]:
        found.append(f"CONTRACT is {present}, {VERSIONS.name} ends with {list(recorded)[-1]}")
    if newest > version_key(present):
        found.append(f"columns are there since a version later than {present}")
    for version, recorded_digest in recorded.items():
        if version_key(version)[0] == version_key(present)[0] and promised_by(version, of) != recorded_digest:
            found.append(
                f"what {version} promised has changed (digest {promised_by(version, of)}): a new column wants a new"
                f" minor version in `since`, one that went or changed its type a new major version"
            )
    return found
