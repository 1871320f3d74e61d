"""Indicator names that releases state and the catalogue lacks, for the person who keeps the catalogue."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from metroetl.catalogue import Catalogue
from metroetl.statistics.vocabulary.words import Vocabulary, clean_name, vocabulary

_TAIL = re.compile(r"(?<=.{2})(?:总额|总量|总值|(?<!增加)(?<!产)值|额|量)$")
_LIKENESS = 0.6
_CANDIDATES = 24
_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Mention:
    """One statement whose indicator has no code; `document` is the address or path, `seen` an ISO day or ''."""

    name: str
    region: str
    document: str
    seen: str
    quote: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A name that the catalogue lacks, with all its printed forms, where it was met and what it resembles.

    `listed` says that the word lists know it as an indicator of its own; `nearest` are names of the catalogue with
    their codes, most alike first. `quote` and `document` are of the mention that was seen last.
    """

    name: str
    forms: list[str]
    statements: int
    regions: list[str]
    documents: int
    last_seen: str
    listed: bool
    nearest: list[tuple[str, str]]
    quote: str
    document: str


def find_gaps(mentions: Iterable[Mention], catalogue: Catalogue) -> list[Gap]:
    """Gaps, most statements first; forms that differ in blanks, brackets, 规上 or a last 额 or 总额 are one."""
    words = vocabulary(catalogue)
    groups: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        groups[_key(mention.name)].append(mention)
    gaps = [_gap(group, words) for group in groups.values()]
    return sorted(gaps, key=lambda g: (-g.statements, -g.documents, g.name))


def _key(name: str) -> str:
    return _TAIL.sub("", clean_name(name))


def _gap(group: list[Mention], words: Vocabulary) -> Gap:
    forms = [form for form, _ in Counter(m.name for m in group).most_common()]
    last = max(group, key=lambda m: m.seen)
    return Gap(
        name=forms[0],
        forms=forms,
        statements=len(group),
        regions=sorted({m.region for m in group if m.region}),
        documents=len({m.document for m in group}),
        last_seen=last.seen,
        listed=any(clean_name(form) in words.names for form in forms),
        nearest=_nearest(clean_name(forms[0]), words),
        quote=last.quote,
        document=last.document,
    )


def _nearest(name: str, words: Vocabulary) -> list[tuple[str, str]]:
    """Catalogue names whose own name or an alias resembles the given one."""
    known = [alias for alias, full in words.names.items() if full in words.codes]
    found: dict[str, str] = {}
    for alias in get_close_matches(name, known, n=_CANDIDATES, cutoff=_LIKENESS):
        found.setdefault(words.names[alias], words.codes[words.names[alias]])
    return list(found.items())[:_NEAREST]
