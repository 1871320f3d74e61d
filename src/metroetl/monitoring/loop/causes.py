"""Cause tags: what the numbers bear out beside a finding on growth. A hint where to look, never a proof of cause.

The table is catalogue/monitoring/causes.yml; docs/explanation/loop.md explains each tag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from metroetl.monitoring import aggregates
from metroetl.monitoring.aggregates import made
from metroetl.monitoring.content import Cited, Language, Piece
from metroetl.monitoring.figures import CircleFigures, Figure, earlier, printed
from metroetl.monitoring.loop import words
from metroetl.monitoring.loop.diagnosis import Decomposition, by_city, by_sector, nearest
from metroetl.monitoring.loop.found import Finding, Lack
from metroetl.monitoring.loop.reading import before_of, growth_of
from metroetl.monitoring.loop.rules import CauseRule, cause_rules

ON_GROWTH = frozenset({"below", "slows", "turned_negative"})
Words = Callable[[Language], Mapping[str, Piece]]


@dataclass(frozen=True, slots=True)
class Cause:
    """A tag that the numbers bear out, with the sentence that says so."""

    rule: CauseRule
    finding: Finding
    figures: tuple[Figure, ...]
    told: Words

    def name(self, language: Language) -> str:
        """单城拖累."""
        return words.pick((self.rule.name_zh, self.rule.name_en), language)

    def pieces(self, language: Language) -> tuple[Piece, ...]:
        """The sentence, its figures cited."""
        template = words.pick((self.rule.zh, self.rule.en), language)
        return words.weave(template, {**self.finding.common(language), **self.told(language)})

    def text(self, language: Language) -> str:
        """The sentence."""
        return "".join(p if isinstance(p, str) else p.text for p in self.pieces(language))


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The tags of a finding, and the tags that could not be judged with what is missing."""

    finding: Finding
    causes: tuple[Cause, ...]
    unjudged: tuple[tuple[CauseRule, Lack], ...]


def diagnose(data: CircleFigures, finding: Finding, rules: Iterable[CauseRule] | None = None) -> Diagnosis:
    """The cause tags of a finding on growth, in the order of the table; other findings have none."""
    causes: list[Cause] = []
    unjudged: list[tuple[CauseRule, Lack]] = []
    if finding.rule.kind in ON_GROWTH and finding.rule.of in (None, "growth"):
        for rule in cause_rules().values() if rules is None else rules:
            if finding.indicator in rule.indicators:
                found = _KINDS[rule.kind](data, finding, rule)
                if isinstance(found, Lack):
                    unjudged.append((rule, found))
                elif found:
                    causes.append(found)
    return Diagnosis(finding, tuple(causes), tuple(unjudged))


def _drag(
    rule: CauseRule, finding: Finding, change: Decomposition, code: str | None, name: Callable[..., str]
) -> Cause | None:
    """One part makes up at least so much of what pulled the growth down, and it went down as a whole."""
    lowest = min(change.parts, key=lambda p: p.change)
    part = lowest if code is None else next(p for p in change.parts if p.code == code)
    if float(printed(change.change, 2)) >= 0 or part.change >= 0:
        return None
    share = part.change / change.pulled_down * 100
    if share < rule.threshold - 1e-9:
        return None
    whole = change.figure(share, "该部分变动占下拉部分之和", "share", "%", decimals=1)
    return Cause(
        rule,
        finding,
        (part.figure, whole),
        lambda lang: {
            "part": name(part.code, lang),
            "points": Cited(words.signed(part.change, 2), part.figure),
            "share": Cited(f"{whole.text}%", whole),
        },
    )


def _city_drag(data: CircleFigures, finding: Finding, rule: CauseRule) -> Cause | Lack | None:
    if finding.region != data.region:
        return None
    if finding.rule.since:
        change = by_city(
            data, finding.indicator, finding.quarter, before_of(finding.rule.since, finding.quarter)
        )
    else:
        change, _ = nearest(data, finding.indicator, finding.quarter)
    return change if isinstance(change, Lack) else _drag(rule, finding, change, None, words.place)


def _sector_drag(data: CircleFigures, finding: Finding, rule: CauseRule) -> Cause | Lack | None:
    before = before_of(finding.rule.since, finding.quarter)
    change = by_sector(data, finding.region, finding.quarter, before)
    return change if isinstance(change, Lack) else _drag(rule, finding, change, rule.sector, words.indicator)


def _indicator_slows(data: CircleFigures, finding: Finding, rule: CauseRule) -> Cause | Lack | None:
    code = rule.indicator or ""
    before = before_of(finding.rule.since, finding.quarter)
    return _slower(
        rule, finding, code, *(growth_of(data, finding.region, code, q) for q in (finding.quarter, before))
    )


def _slower(
    rule: CauseRule, finding: Finding, code: str, now: Figure | Lack, before: Figure | Lack
) -> Cause | Lack | None:
    if isinstance(now, Lack):
        return now
    if isinstance(before, Lack):
        return before
    if now.measure != before.measure or before.value - now.value < rule.threshold - 1e-9:
        return None
    return Cause(
        rule,
        finding,
        (now, before),
        lambda lang: {
            "part": words.indicator(code, lang),
            "growth": words.growth(now, lang),
            "pace": words.pace(now, before, lang),
        },
    )


def _base_effect(data: CircleFigures, finding: Finding, rule: CauseRule) -> Cause | Lack | None:
    """Growth was much higher a year before than two years before, and is lower now."""
    quarters = [earlier(finding.quarter, years=n) for n in range(3)]
    read = [growth_of(data, finding.region, finding.indicator, q) for q in quarters]
    for one in read:
        if isinstance(one, Lack):
            return one
    now, last, older = (f for f in read if isinstance(f, Figure))
    if len({f.measure for f in (now, last, older)}) > 1:
        return None
    if last.value - older.value < rule.threshold - 1e-9 or now.value >= last.value:
        return None
    return Cause(
        rule,
        finding,
        (now, last, older),
        lambda lang: {
            "part": words.indicator(finding.indicator, lang),
            "growth": words.growth(last, lang),
            "pace": words.pace(last, older, lang, words.period(older.quarter, lang)),
        },
    )


def _data_scope(data: CircleFigures, finding: Finding, rule: CauseRule) -> Cause | Lack | None:
    if finding.region != data.region:
        return None
    both = aggregates.growth(data, finding.indicator, finding.quarter)
    computed, published = both.computed, both.published
    if published is None:
        return None
    if not isinstance(computed, Figure):
        gone = tuple(
            c
            for c in data.cities
            if data.level(c, finding.indicator, finding.quarter) is None
            or data.growth(c, finding.indicator, finding.quarter) is None
        )
        why = None if gone else (computed.why, "the cities' figures can't be added up")
        return Lack(gone, finding.indicator, "both", finding.quarter, why)
    off = computed.value - published.value
    if abs(off) < rule.threshold - 1e-9:
        return None
    apart = made((computed, published), data.region, off, 2, "计算数减公布数", "yoy_pp", "百分点")
    return Cause(
        rule,
        finding,
        (computed, published),
        lambda lang: {
            "part": words.indicator(finding.indicator, lang),
            "growth": Cited(f"{computed.text}%", computed),
            "points": Cited(words.signed(off, 2), apart),
        },
    )


_KINDS: Mapping[str, Callable[[CircleFigures, Finding, CauseRule], Cause | Lack | None]] = {
    "city_drag": _city_drag,
    "sector_drag": _sector_drag,
    "indicator_slows": _indicator_slows,
    "base_effect": _base_effect,
    "data_scope": _data_scope,
}
