"""The kinds of rules of the check-up: each judges one rule, place and indicator.

Differences are compared as they are printed, so that a gap that reads 0.0 is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from metroetl.monitoring import aggregates
from metroetl.monitoring.aggregates import made
from metroetl.monitoring.content import Language, Piece
from metroetl.monitoring.dispersion import dispersion
from metroetl.monitoring.figures import CircleFigures, Figure, Refused, printed
from metroetl.monitoring.loop import words
from metroetl.monitoring.loop.found import Finding, Judged, Lack, NotJudged, Outcome, Passed
from metroetl.monitoring.loop.reading import before_of, growth_of, other_of, value_of
from metroetl.monitoring.loop.rules import Severity

LANGUAGES: tuple[Language, Language] = ("zh", "en")
Words = Callable[[Language], Mapping[str, Piece]]


def _passed(j: Judged) -> Passed:
    return Passed(j.rule, j.region, j.indicator, j.quarter)


def lacking(j: Judged, *lacks: Lack) -> NotJudged:
    """It can't be judged for want of these."""
    return NotJudged(j.rule, j.region, j.indicator, j.quarter, lacks)


def finding_of(
    j: Judged, severity: Severity | None, value: float, figures: Iterable[Figure], told: Words
) -> Outcome:
    """A finding of a severity, or all is well where there is none."""
    if severity is None:
        return _passed(j)
    zh, en = (told(language) for language in LANGUAGES)
    return Finding(j.rule, j.region, j.indicator, j.quarter, severity, value, tuple(figures), zh, en)


def _below(data: CircleFigures, j: Judged) -> Outcome:
    what = j.rule.of or "growth"
    mine = value_of(data, what, j.region, j.indicator, j.quarter)
    if j.rule.against == "zero":
        if isinstance(mine, Lack):
            return lacking(j, mine)
        own = mine
        return finding_of(
            j,
            j.rule.severity_of(-_shown(own)),
            -_shown(own),
            [own],
            lambda lang: {"growth": words.growth(own, lang)},
        )
    other = other_of(data, j)
    if isinstance(other, Lack):
        return lacking(j, other)
    whom, names = other
    theirs = value_of(data, what, whom, j.indicator, j.quarter)
    if isinstance(mine, Lack) or isinstance(theirs, Lack):
        return lacking(j, *(x for x in (mine, theirs) if isinstance(x, Lack)))
    if mine.measure != theirs.measure or mine.unit != theirs.unit:
        why = ("口径不一，未比较", "of another basis, not compared")
        return lacking(j, Lack((), j.indicator, what, j.quarter, why))
    gap = _gap(j.region, mine, theirs, what)
    value = -_shown(gap)
    return finding_of(
        j,
        j.rule.severity_of(value) if value > 0 else None,
        value,
        [mine, theirs],
        lambda lang: _told(mine, what, lang) | {"gap": words.gap(gap, words.pick(names, lang), lang)},
    )


def _gap(region: str, mine: Figure, theirs: Figure, what: str) -> Figure:
    if what == "level":
        value = (mine.value / theirs.value - 1) * 100
        return made((mine, theirs), region, value, 1, "水平之比减一", "yoy_pp", "%")
    decimals = max(1, min(mine.decimals, theirs.decimals))
    return made((mine, theirs), region, mine.value - theirs.value, decimals, "之差", "yoy_pp", "百分点")


def _told(figure: Figure, what: str, language: Language) -> dict[str, Piece]:
    if what == "growth":
        return {"growth": words.growth(figure, language)}
    return {"level": words.level(figure, language)}


def _shown(figure: Figure) -> float:
    return float(printed(figure.value, figure.decimals))


def _two(data: CircleFigures, j: Judged) -> tuple[Figure, Figure] | NotJudged:
    """Growth now and in the quarter that the rule compares with, on one basis."""
    then = before_of(j.rule.since, j.quarter)
    now, before = (growth_of(data, j.region, j.indicator, q) for q in (j.quarter, then))
    if isinstance(now, Lack) or isinstance(before, Lack):
        return lacking(j, *(x for x in (now, before) if isinstance(x, Lack)))
    if now.measure != before.measure:
        why = ("两期口径不一，未比较", "the two are of another basis, not compared")
        return lacking(j, Lack((), j.indicator, "growth", j.quarter, why))
    return now, before


def _slows(data: CircleFigures, j: Judged) -> Outcome:
    both = _two(data, j)
    if isinstance(both, NotJudged):
        return both
    now, before = both
    value = _fall(now, before)
    return finding_of(j, j.rule.severity_of(value) if value > 0 else None, value, both, _paces(now, before))


def _fall(now: Figure, before: Figure) -> float:
    decimals = max(now.decimals, before.decimals)
    return float(printed(before.value, decimals)) - float(printed(now.value, decimals))


def _paces(now: Figure, before: Figure) -> Words:
    return lambda lang: {"growth": words.growth(now, lang), "pace": words.pace(now, before, lang)}


def _turned_negative(data: CircleFigures, j: Judged) -> Outcome:
    now = growth_of(data, j.region, j.indicator, j.quarter)
    if isinstance(now, Figure) and _shown(now) >= 0:
        return _passed(j)
    both = _two(data, j)
    if isinstance(both, NotJudged):
        return both
    turned = _shown(both[1]) >= 0
    value = -_shown(both[0])
    return finding_of(j, j.rule.severity_of(value) if turned else None, value, both, _paces(*both))


def _rank_falls(data: CircleFigures, j: Judged) -> Outcome:
    then = before_of(j.rule.since, j.quarter)
    gone = {q: [c for c in data.cities if data.growth(c, j.indicator, q) is None] for q in (j.quarter, then)}
    if any(gone.values()):
        return lacking(j, *(Lack(tuple(c), j.indicator, "growth", q) for q, c in gone.items() if c))
    now, before = (
        aggregates.rank(data, j.region, partial(data.growth, indicator=j.indicator, quarter=q))
        for q in (j.quarter, then)
    )
    if isinstance(now, Refused) or isinstance(before, Refused):
        why = ("不是成员，未排位", "no member, not ranked")
        return lacking(j, Lack((), j.indicator, "growth", j.quarter, why))
    figures = [f for q in (j.quarter, then) for c in data.cities if (f := data.growth(c, j.indicator, q))]
    own = next(f for f in figures if f.region_code == j.region)
    return finding_of(
        j,
        j.rule.severity_of(now - before) if now > before else None,
        now - before,
        figures,
        lambda lang: {
            "growth": words.growth(own, lang),
            "rank": str(now),
            "members": _members(data, lang),
            "move": words.rank_move(now - before, words.since(then, j.quarter, lang), lang),
        },
    )


def _members(data: CircleFigures, language: Language) -> str:
    count = len(data.cities)
    return f"圈内{count}市" if language == "zh" else f"the {count} cities"


def _unknown_members(data: CircleFigures, j: Judged) -> NotJudged | None:
    """A circle whose list of members isn't complete has no cities to look at."""
    if data.circle.members_known and data.cities:
        return None
    why = ("成员名单不完整", "the list of members isn't complete")
    return lacking(j, Lack((), j.indicator, "level", j.quarter, why))


def _concentrates(data: CircleFigures, j: Judged) -> Outcome:
    if unknown := _unknown_members(data, j):
        return unknown
    then = before_of(j.rule.since, j.quarter)
    name = j.rule.measure or "primacy"
    now, before = (getattr(dispersion(data, j.indicator, q), name) for q in (j.quarter, then))
    gone = [
        Lack(_without(data, j.indicator, q), j.indicator, "level", q)
        if _without(data, j.indicator, q)
        else Lack(tuple(data.cities), j.indicator, "population", q)
        for q, x in ((j.quarter, now), (then, before))
        if isinstance(x, Refused)
    ]
    if gone:
        return lacking(j, *gone)
    rise = _shown(now) - _shown(before)
    unit = "points" if now.unit == "%" else ""
    return finding_of(
        j,
        j.rule.severity_of(rise) if rise > 0 else None,
        rise,
        (now, before),
        lambda lang: {
            "level": words.level(now, lang),
            "members": _members(data, lang),
            "move": words.move(rise, now.decimals, words.since(then, j.quarter, lang), lang, unit),
        },
    )


def _without(data: CircleFigures, indicator: str, quarter: str) -> tuple[str, ...]:
    return tuple(c for c in data.cities if data.level(c, indicator, quarter) is None)


def _missing(data: CircleFigures, j: Judged) -> Outcome:
    if unknown := _unknown_members(data, j):
        return unknown
    read = data.growth if j.rule.of == "growth" else data.level
    gone = [c for c in data.cities if read(c, j.indicator, j.quarter) is None]
    return finding_of(
        j,
        j.rule.severity_of(len(gone)) if gone else None,
        len(gone),
        (),
        lambda lang: {"places": words.listed([words.place(c, lang) for c in gone], lang)},
    )


KINDS: Mapping[str, Callable[[CircleFigures, Judged], Outcome]] = {
    "below": _below,
    "slows": _slows,
    "turned_negative": _turned_negative,
    "rank_falls": _rank_falls,
    "concentrates": _concentrates,
    "missing": _missing,
}
