"""The words the plans room knows, read once from the catalogue's data files."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from ruamel.yaml import YAML


@cache
def words(name: str) -> dict[str, list[str]]:
    """The lists of `words_plans_<name>.yml`, each longest first, so that an alternation takes the longest."""
    text = resources.files("metroetl.catalogue").joinpath(f"data/words_plans_{name}.yml").read_text("utf-8")
    lists: dict[str, list[str]] = YAML(typ="safe").load(text)
    return {key: sorted(dict.fromkeys(entries), key=len, reverse=True) for key, entries in lists.items()}


@cache
def alternation(name: str, key: str) -> str:
    """One list as an alternation for a regular expression, longest first."""
    return "|".join(map(re.escape, words(name)[key]))
