"""Names of bodies made alike: 市发改委, 市发展和改革委员会 and 市发展改革委 are one body."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from metroetl.plans.words import words

_BRACKET = re.compile(r"[（(][^（）()]{1,20}[）)]$")


@cache
def _forms() -> list[tuple[str, str]]:
    """Every printed form with its short name, longest first."""
    pairs = [(form, name) for name, forms in words("bodies").items() for form in (name, *forms)]
    return sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0]))


@cache
def normal_body(name: str) -> str:
    """The short official name of a body with its level as printed; the name itself where the gazetteer lacks it.

    A second name in brackets (市交通运输局（市铁路办）) is left out.
    """
    plain = _BRACKET.sub("", name.strip())
    for form, short in _forms():
        if plain.endswith(form):
            return plain[: -len(form)] + short
    return plain


def normal_bodies(*lists: Iterable[str]) -> list[str]:
    """The bodies of several lists, made alike, each once, in their order."""
    return list(dict.fromkeys(normal_body(name) for names in lists for name in names))
