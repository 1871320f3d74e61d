"""Quarters of a list: the year it is for, and a schedule taken apart (一季度：…；二季度：…)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from metroetl.documents.models import Span
from metroetl.plans.grids import GridCell
from metroetl.plans.models import Milestone
from metroetl.plans.passages import normalise

_YEAR = re.compile(r"(20\d\d) ?年?(?=度|[^\d—－–~～至到-]|$)")
_YEARS = re.compile(r"20\d\d ?年? ?[—－–~～至到-]+ ?20\d\d")
_NUMBER = {
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "1": 1,
    "2": 2,
    "3": 3,
    "4": 4,
    "１": 1,
    "２": 2,
    "３": 3,
    "４": 4,
}
_QUARTER = r"(?:第 ?(?P<a>[一二三四1-4１-４]) ?季度|(?P<b>[一二三四1-4１-４]) ?季度|[QqＱ](?P<c>[1-4１-４]))"
_LABEL = re.compile(rf"^(?:(?P<year>20\d\d)年?)?{_QUARTER}(?:[（(].*[)）]|[^、至—到-]{{0,8}})$")
_PIECE = re.compile(rf"(?:^|(?<=[；;。，,\s]))(?:(?P<year>20\d\d) ?年)?{_QUARTER}(?:[末底])?前?[:：，,]?")
_OTHER = re.compile(
    r"(?:^|(?<=[；;。，,\s]))(?:上半年|下半年|全年|年底前?|[一二三四] ?[、至到—-] ?[一二三四] ?季度|\d{1,2} ?月[^，。；:：]{0,6}[:：])"
)
NOTHING = frozenset({"", "—", "-", "－", "——", "/", "／", "无", "\\"})
"""What a cell prints where nothing is meant."""


def list_year(texts: Iterable[str]) -> int | None:
    """The one year that the first text with a year names; None where it names a period or two years."""
    for text in texts:
        if _YEARS.search(text):
            return None
        years = {int(found[1]) for found in _YEAR.finditer(text)}
        if years:
            return years.pop() if len(years) == 1 else None
    return None


def quarter_of(label: str) -> tuple[int | None, int] | None:
    """Year (where named) and number of the quarter that a column is for, None for any other column."""
    found = _LABEL.match(label)
    return (int(found["year"]) if found["year"] else None, _number(found)) if found else None


def _number(found: re.Match[str]) -> int:
    return _NUMBER[found["a"] or found["b"] or found["c"]]


def whole(cell: GridCell, year: int | None, quarter: int) -> Iterator[Milestone]:
    """The milestone of a column for one quarter; none without a year."""
    if year is not None and cell.text not in NOTHING:
        yield Milestone(quarter=f"{year}-Q{quarter}", text=cell.text, span=cell.span)


def split_schedule(text: str, start: int, year: int | None) -> list[Milestone]:
    """The milestones of a text with several quarters; `start` is the text's offset in the document.

    What is for a half or the whole year is for no quarter, and is left out; so is everything where no year is known.
    """
    cuts = [(m.start(), m.end(), m) for m in _PIECE.finditer(text)]
    others = [m.start() for m in _OTHER.finditer(text)]
    found = []
    for index, (begin, after, match) in enumerate(cuts):
        if begin in others:
            continue
        ends = [b for b, _, _ in cuts[index + 1 : index + 2]] + [o for o in others if o > begin]
        piece = text[after : min(ends, default=len(text))]
        words = normalise(piece).strip(" ；;。，,：:")
        own = int(match["year"]) if match["year"] else year
        if own is None or not words:
            continue
        first = after + len(piece) - len(piece.lstrip(" ；;。，,：:　\t\n"))
        last = after + len(piece.rstrip(" ；;。，,　\t\n"))
        span = Span(start=start + first, end=start + last)
        found.append(Milestone(quarter=f"{own}-Q{_number(match)}", text=words, span=span))
    return found
