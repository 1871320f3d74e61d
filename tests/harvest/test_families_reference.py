"""The reference of families says what the code knows: every family in its order, every option."""

from __future__ import annotations

import re
from pathlib import Path

from metroetl.catalogue.checks import FAMILY_OPTIONS
from metroetl.harvest.listings import FAMILIES

LINE = re.compile(r"^\| `(\w+)` \|.*\| ([^|]*) \|$", re.M)


def test_the_reference_names_every_family_and_option(root: Path) -> None:
    text = (root / "docs" / "reference" / "families.md").read_text(encoding="utf-8")
    found = {name: set(re.findall(r"`(\w+)`", options)) for name, options in LINE.findall(text)}
    found |= {name: set() for name in re.findall(r"^\| `(\w+)` \|.*\| \|$", text, re.M)}
    assert found == {name: set(options) for name, options in FAMILY_OPTIONS.items()}
    assert re.findall(r"^\| `(\w+)` \|", text, re.M) == list(FAMILIES)
