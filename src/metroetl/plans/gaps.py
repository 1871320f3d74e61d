"""What of a plan's text seems to be lost: numbers that headings skip, sections that only the table of contents names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metroetl.plans.counts import numeral
from metroetl.plans.models import Heading
from metroetl.plans.passages import MARK, Passage

_CONTENTS = re.compile(r"^(?P<head>.{3,60}?)[ .．·…]{3,}\s?\d{1,4}$")
_ORDINAL = re.compile(r"[一二三四五六七八九十百零〇]+|\d+")
_MOST = 20
_FIRM = 2  # levels whose numbers are headings for sure


def find_gaps(headings: Sequence[Heading], passages: Sequence[Passage]) -> list[str]:
    """Findings as CODE: detail — HEADINGS_SKIP and CONTENTS_MISSING; none for a text that seems whole."""
    return [*_skips(headings), *_only_in_contents(headings, passages)][:_MOST]


def _skips(headings: Sequence[Heading]) -> Iterator[str]:
    """Numbers left out between two headings of one section."""
    last: dict[tuple[int, str], tuple[int, Heading]] = {}
    for heading in headings:
        form = _ORDINAL.sub("n", heading.number)
        number = _number(heading.number)
        for deeper in [key for key in last if key[0] > heading.level]:
            del last[deeper]
        if number is None or heading.level > _FIRM or "." in heading.number[:-1]:
            continue
        before = last.get((heading.level, form))
        if before and number > before[0] + 1:
            yield (
                f"HEADINGS_SKIP: between {before[1].number}{before[1].title[:20]} and "
                f"{heading.number}{heading.title[:20]}, {number - before[0] - 1} missing"
            )
        last[heading.level, form] = number, heading


def _number(mark: str) -> int | None:
    found = _ORDINAL.search(mark)
    value = numeral(found.group()) if found else None
    return int(value) if value else None


def _only_in_contents(headings: Sequence[Heading], passages: Sequence[Passage]) -> Iterator[str]:
    """Sections that the table of contents names and that are no heading of the text."""
    titles = {_plain(h.title) for h in headings}
    told: set[str] = set()
    for passage in passages:
        line = _CONTENTS.match(passage.text)
        mark = MARK.match(line["head"]) if line else None
        if line is None or mark is None:
            continue
        title = _plain(line["head"][mark.end() :])
        if title and title not in titles and title not in told:
            told.add(title)
            yield f"CONTENTS_MISSING: {line['head'].strip()} isn't in the text"


def _plain(title: str) -> str:
    return re.sub(r"[\s、.，。]", "", title)
