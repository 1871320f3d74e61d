"""The check-up (体检): every rule on a circle's figures of a quarter. What lacks a figure isn't judged, and says which.

Published figures are preferred to computed ones. Differences are compared as they are printed, so that a gap that reads
0.0 is none. Rules: catalogue/monitoring/checkup.yml; docs/explanation/loop.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from metroetl.catalogue import catalogue
from metroetl.monitoring import aggregates
from metroetl.monitoring.aggregates import made
from metroetl.monitoring.content import Language, Piece
from metroetl.monitoring.dispersion import dispersion
from metroetl.monitoring.figures import (
    NATION,
    RATES,
    CircleFigures,
    Figure,
    Refused,
    earlier,
    number_of,
    printed,
)
from metroetl.monitoring.loop import words
from metroetl.monitoring.loop.found import (
    CheckUp,
    Finding,
    Judged,
    Lack,
    NotJudged,
    Outcome,
    Passed,
    TargetLight,
)
from metroetl.monitoring.loop.rules import SEVERITIES, CheckRule, Severity, check_rules

LANGUAGES: tuple[Language, Language] = ("zh", "en")
Words = Callable[[Language], Mapping[str, Piece]]


def examine(
    data: CircleFigures,
    quarter: str,
    lights: Sequence[TargetLight] = (),
    rules: Iterable[CheckRule] | None = None,
) -> CheckUp:
    """Judge a quarter by the rules (the catalogue's); `lights` are those of its targets. Nothing is written."""
    found: list[Outcome] = []
    for rule in check_rules().values() if rules is None else rules:
        if number_of(quarter) in rule.quarters:
            found += (
                _lights(data, rule, quarter, lights) if rule.kind == "light" else _of(data, rule, quarter)
            )
    worst = {severity: -n for n, severity in enumerate(SEVERITIES)}
    findings = sorted((f for f in found if isinstance(f, Finding)), key=lambda f: worst[f.severity])
    return CheckUp(
        data.circle.id,
        quarter,
        tuple(findings),
        tuple(f for f in found if isinstance(f, NotJudged)),
        tuple(f for f in found if isinstance(f, Passed)),
    )


def _of(data: CircleFigures, rule: CheckRule, quarter: str) -> Iterator[Outcome]:
    for indicator in rule.indicators:
        for region in _places(data, rule):
            yield _KINDS[rule.kind](data, Judged(rule, region, indicator, quarter))


def _places(data: CircleFigures, rule: CheckRule) -> list[str]:
    circle = [data.region] if "circle" in rule.places else []
    return circle + (list(data.cities) if "city" in rule.places else [])


# --- outcomes ------------------------------------------------------------------------------------------------------


def _passed(j: Judged) -> Passed:
    return Passed(j.rule, j.region, j.indicator, j.quarter)


def _lacking(j: Judged, *lacks: Lack) -> NotJudged:
    return NotJudged(j.rule, j.region, j.indicator, j.quarter, lacks)


def _finding(
    j: Judged, severity: Severity | None, value: float, figures: Iterable[Figure], told: Words
) -> Outcome:
    if severity is None:
        return _passed(j)
    zh, en = (told(language) for language in LANGUAGES)
    return Finding(j.rule, j.region, j.indicator, j.quarter, severity, value, tuple(figures), zh, en)


# --- reading -------------------------------------------------------------------------------------------------------


def growth_of(data: CircleFigures, region: str, indicator: str, quarter: str) -> Figure | Lack:
    """A place's growth as published; the circle's computed where none was. Else what is missing, by city."""
    if region != data.region:
        found = data.growth(region, indicator, quarter)
        return found or Lack((region,), indicator, "growth", quarter)
    both = aggregates.growth(data, indicator, quarter)
    if both.best:
        return both.best
    gone = tuple(
        c
        for c in data.cities
        if data.level(c, indicator, quarter) is None or data.growth(c, indicator, quarter) is None
    )
    sums = catalogue().indicators[indicator].agg_rule == "sum"
    return Lack(
        gone if sums and gone else (region,), indicator, "both" if sums and gone else "growth", quarter
    )


def _value_of(data: CircleFigures, what: str, region: str, indicator: str, quarter: str) -> Figure | Lack:
    if what == "growth":
        return growth_of(data, region, indicator, quarter)
    if what == "rate":
        found = data.first(region, indicator, RATES, quarter)
    elif region == data.region:
        found = aggregates.total(data, indicator, quarter).best
    else:
        found = data.level(region, indicator, quarter)
    return found or Lack((region,), indicator, what, quarter)


def before_of(rule_since: str | None, quarter: str) -> str:
    """The quarter that a rule compares with."""
    return earlier(quarter, 1) if rule_since == "last_quarter" else earlier(quarter, years=1)


def _other(data: CircleFigures, j: Judged) -> tuple[str, tuple[str, str]] | Lack:
    """The place that the rule compares with, and how a text calls it."""
    if j.rule.against == "nation":
        return NATION, ("全国", "the nation")
    if j.rule.against == "circle":
        return data.region, ("都市圈", "the circle")
    province = data.province if j.region == data.region else _province(j.region)
    if province is None:
        why = (
            "都市圈跨省，没有单一的省可比",
            "the circle lies in several provinces: there is no one to compare with",
        )
        return Lack((), j.indicator, "growth", j.quarter, why)
    return province, ("全省", "the province")


def _province(region: str) -> str | None:
    known = catalogue().regions
    while region in known and known[region].level != "province":
        region = known[region].parent_code or ""
    return region or None


# --- kinds ---------------------------------------------------------------------------------------------------------


def _below(data: CircleFigures, j: Judged) -> Outcome:
    what = j.rule.of or "growth"
    mine = _value_of(data, what, j.region, j.indicator, j.quarter)
    if j.rule.against == "zero":
        if isinstance(mine, Lack):
            return _lacking(j, mine)
        own = mine
        return _finding(
            j,
            j.rule.severity_of(-_shown(own)),
            -_shown(own),
            [own],
            lambda lang: {"growth": words.growth(own, lang)},
        )
    other = _other(data, j)
    if isinstance(other, Lack):
        return _lacking(j, other)
    whom, names = other
    theirs = _value_of(data, what, whom, j.indicator, j.quarter)
    if isinstance(mine, Lack) or isinstance(theirs, Lack):
        return _lacking(j, *(x for x in (mine, theirs) if isinstance(x, Lack)))
    if mine.measure != theirs.measure or mine.unit != theirs.unit:
        why = ("口径不一，未比较", "of another basis, not compared")
        return _lacking(j, Lack((), j.indicator, what, j.quarter, why))
    gap = _gap(j.region, mine, theirs, what)
    value = -_shown(gap)
    return _finding(
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
        return _lacking(j, *(x for x in (now, before) if isinstance(x, Lack)))
    if now.measure != before.measure:
        why = ("两期口径不一，未比较", "the two are of another basis, not compared")
        return _lacking(j, Lack((), j.indicator, "growth", j.quarter, why))
    return now, before


def _slows(data: CircleFigures, j: Judged) -> Outcome:
    both = _two(data, j)
    if isinstance(both, NotJudged):
        return both
    now, before = both
    value = _fall(now, before)
    return _finding(j, j.rule.severity_of(value) if value > 0 else None, value, both, _paces(now, before))


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
    return _finding(j, j.rule.severity_of(value) if turned else None, value, both, _paces(*both))


def _rank_falls(data: CircleFigures, j: Judged) -> Outcome:
    then = before_of(j.rule.since, j.quarter)
    gone = {q: [c for c in data.cities if data.growth(c, j.indicator, q) is None] for q in (j.quarter, then)}
    if any(gone.values()):
        return _lacking(j, *(Lack(tuple(c), j.indicator, "growth", q) for q, c in gone.items() if c))
    now, before = (
        aggregates.rank(data, j.region, lambda c, q=q: data.growth(c, j.indicator, q))  # type: ignore[misc]
        for q in (j.quarter, then)
    )
    if isinstance(now, Refused) or isinstance(before, Refused):
        why = ("不是成员，未排位", "no member, not ranked")
        return _lacking(j, Lack((), j.indicator, "growth", j.quarter, why))
    figures = [f for q in (j.quarter, then) for c in data.cities if (f := data.growth(c, j.indicator, q))]
    own = next(f for f in figures if f.region_code == j.region)
    return _finding(
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


def _concentrates(data: CircleFigures, j: Judged) -> Outcome:
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
        return _lacking(j, *gone)
    rise = _shown(now) - _shown(before)
    unit = "points" if now.unit == "%" else ""
    return _finding(
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
    read = data.growth if j.rule.of == "growth" else data.level
    gone = [c for c in data.cities if read(c, j.indicator, j.quarter) is None]
    return _finding(
        j,
        j.rule.severity_of(len(gone)) if gone else None,
        len(gone),
        (),
        lambda lang: {"places": words.listed([words.place(c, lang) for c in gone], lang)},
    )


_KINDS: Mapping[str, Callable[[CircleFigures, Judged], Outcome]] = {
    "below": _below,
    "slows": _slows,
    "turned_negative": _turned_negative,
    "rank_falls": _rank_falls,
    "concentrates": _concentrates,
    "missing": _missing,
}


def _lights(
    data: CircleFigures, rule: CheckRule, quarter: str, lights: Sequence[TargetLight]
) -> Iterator[Outcome]:
    """The worst light of a place's targets for an indicator; grey isn't judged."""
    order = ("green", "blue", "grey", "yellow", "red")
    worst: dict[tuple[str, str], TargetLight] = {}
    for lamp in lights:
        wanted = lamp.region_code in _places(data, rule)
        if wanted and (not rule.indicators or lamp.indicator_code in rule.indicators):
            key = (lamp.region_code, lamp.indicator_code)
            worst[key] = max(worst.get(key, lamp), lamp, key=lambda x: order.index(x.light))
    for lamp in worst.values():
        j = Judged(rule, lamp.region_code, lamp.indicator_code, quarter)
        if lamp.light == "grey":
            yield _lacking(j, Lack((), lamp.indicator_code, "level", quarter, (lamp.zh, lamp.en)))
            continue
        severity = next((s for s in reversed(SEVERITIES) if rule.lights.get(s) == lamp.light), None)
        yield _finding(
            j,
            severity,
            SEVERITIES.index(severity) + 1 if severity else 0,
            lamp.figures,
            lambda lang, lamp=lamp: {  # type: ignore[misc]
                "light": words.pick(words.LIGHTS[lamp.light], lang),
                "note": lamp.zh if lang == "zh" else lamp.en,
            },
        )
