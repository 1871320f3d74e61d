"""What a statement is about: the nouns, places and times before its predicate."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from metroetl.statistics.lexing.tokens import Token
from metroetl.statistics.vocabulary.periods import PeriodSpec

_NOUNS = frozenset({"text", "name", "partner", "head", "indicator", "qualifier", "prep", "etc", "number"})
_KNOWN = frozenset({"name", "partner", "head", "indicator", "qualifier"})
_RESET = frozenset(
    {
        "cut",
        "organ",
        "bring",
        "contribution",
        "date",
        "colon",
        "range",
        "rank",
        "forecast",
        "condition",
        "among",
        "stage",
    }
)


_TOGETHER = re.compile(
    "[0-9一二三四五六七八九十两]{1,2}个?(?:市|省|区|县|州|地|城市|省份|地区|市州|省市|行政区|城)"
)


@dataclass(slots=True)
class Subject:
    """Nouns in order (with the marks between them), places and times; `each` where 均 gives all the same value."""

    nouns: list[Token] = field(default_factory=list)
    regions: list[Token] = field(default_factory=list)
    periods: list[PeriodSpec] = field(default_factory=list)
    each: bool = False
    start: int = -1
    doubtful: bool = False  # unknown words before 的 were dropped: 往内地的出口
    own_times: dict[int, PeriodSpec] = field(
        default_factory=dict
    )  # of single items of a list, by their place

    @property
    def text(self) -> str:
        """The nouns as one name."""
        return "".join(t.text for t in self.nouns)

    @property
    def known(self) -> bool:
        """True where the last noun is a word of the vocabulary."""
        return bool(self.nouns) and self.nouns[-1].kind in _KNOWN


def read_subject(tokens: Sequence[Token], standalone: Collection[str] = ()) -> Subject:
    """The subject of a stretch of tokens: later cuts drop what stood before them.

    Before a `standalone` name unknown text is dropped: it belongs to what was said before.
    """
    subject = Subject()
    nouns = subject.nouns
    before: Token | None = None
    for token in tokens:
        kind = token.kind
        if kind in _RESET and not (kind == "forecast" and subject.known):
            nouns.clear()
        elif kind == "period":
            _add_period(subject, token, before)
        elif kind in ("region", "own", "area", "collective"):
            _add_region(subject, token, before)
        elif kind == "attribute":
            _attribute(subject, token)
        elif kind == "each":
            subject.each = True
        elif (kind in _NOUNS and (kind != "etc" or nouns)) or (kind in ("enum", "join") and nouns):
            _add_noun(subject, token, standalone)
        before = token
    return _closed(subject)


def _closed(subject: Subject) -> Subject:
    nouns = subject.nouns
    while nouns and nouns[-1].kind in ("enum", "join", "prep"):
        nouns.pop()
    if len(subject.regions) > 1 and _TOGETHER.fullmatch(subject.text):
        nouns.clear()  # 怀化、永州、张家界3市
    if nouns:
        subject.start = nouns[0].start
    return subject


def _add_noun(subject: Subject, token: Token, standalone: Collection[str]) -> None:
    nouns = subject.nouns
    if token.kind == "number":
        token = Token("text", token.start, token.end, token.text + token.unit)
    if token.kind == "indicator" and token.text in standalone:
        while nouns and nouns[-1].kind == "text":
            subject.doubtful = subject.doubtful or nouns[-1].end == token.start
            nouns.pop()
    nouns.append(token)


def _aside(token: Token, before: Token | None) -> bool:
    """受上年高基数影响: last year inside a clause is no time of what follows."""
    spec = token.data[0]
    past = spec.bare and spec.relative is not None and spec.relative < 0
    if not past or before is None:
        return False
    return before.kind in ("text", "name", "verb", "direction") or before.text in ("受", "因", "由于")


def _add_period(subject: Subject, token: Token, before: Token | None) -> None:
    if _aside(token, before):
        return
    if subject.nouns and subject.nouns[-1].kind == "enum":
        subject.own_times[sum(t.kind == "enum" for t in subject.nouns)] = token.data[0]
        return
    if before is None or before.kind not in ("enum", "join") or not subject.periods:
        subject.periods.clear()
    subject.periods.extend(token.data)
    if not subject.known:
        subject.nouns.clear()


def _add_region(subject: Subject, token: Token, before: Token | None) -> None:
    nouns = subject.nouns
    if token.data == "name" and before is not None and before.kind in ("number", "text") and subject.regions:
        first = subject.regions[-1]  # 东部地区103家国家级经开区
        subject.regions[-1] = Token("area", first.start, token.end, first.text + token.text)
        nouns.clear()
        return
    if before is not None and before.kind == "prep":
        nouns.append(token)
        return
    if any(t.kind in ("indicator", "head", "partner") for t in nouns):
        if nouns[-1].kind in ("enum", "join") and nouns[-2].kind == "partner":
            nouns.append(token)
        return
    if before is None or before.kind not in ("enum", "join") or not subject.regions:
        if token.kind == "own" and token.data != "name" and _placed(subject, before):
            return
        if before is not None and before.kind == "region" and token.kind in ("region", "area"):
            subject.regions[-1:] = [token]
            return
        subject.regions.clear()
    subject.regions.append(token)
    nouns.clear()


def _placed(subject: Subject, before: Token | None) -> bool:
    """四川省全省, 东部地区103家国家级经开区: the place is said already."""
    if not subject.regions or subject.regions[-1].kind == "own" or before is None:
        return False
    return before.kind in ("region", "period", "space")


def _attribute(subject: Subject, token: Token) -> None:
    """X的Y: what stands before 的 belongs to the name only where it is a known word, or 除X以外."""
    nouns = subject.nouns
    if nouns and nouns[-1].text.endswith(("以外", "之外")):
        nouns.append(token)
    elif nouns and nouns[-1].kind in ("text", "prep", "etc"):
        nouns.clear()
        subject.doubtful = True
