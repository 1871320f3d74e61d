"""What a check-up says of a rule, a place and an indicator: a finding, that it can't be judged, or that all is well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from metroetl.monitoring.content import Language, Piece
from metroetl.monitoring.figures import Figure
from metroetl.monitoring.loop import words
from metroetl.monitoring.loop.rules import CheckRule, Light, Severity


class Key(NamedTuple):
    """What a loop is of, whatever the quarter."""

    rule: str
    region: str
    indicator: str


@dataclass(frozen=True, slots=True)
class TargetLight:
    """A target's light as the targets room gives it, with why in both languages and the figures that it rests on."""

    region_code: str
    indicator_code: str
    light: Light
    zh: str
    en: str
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """Base: the rule, the place, the indicator, the quarter."""

    rule: CheckRule
    region: str
    indicator: str
    quarter: str

    @property
    def key(self) -> Key:
        """What its loop is of."""
        return Key(self.rule.id, self.region, self.indicator)

    def common(self, language: Language) -> dict[str, Piece]:
        """The words that every template may use."""
        return {
            "period": words.period(self.quarter, language),
            "place": words.place(self.region, language),
            "indicator": words.indicator(self.indicator, language),
        }


@dataclass(frozen=True, slots=True)
class Passed(Judged):
    """Judged, and nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Lack:
    """A figure that isn't there: of which places, of what, for which quarter; or `why` in both languages."""

    regions: tuple[str, ...]
    indicator: str
    what: str
    quarter: str
    why: tuple[str, str] | None = None

    def text(self, language: Language) -> str:
        """缺眉山市2025年全年地区生产总值增速."""
        if self.why:
            return words.pick(self.why, language)
        names = words.listed([words.place(r, language) for r in self.regions], language)
        what, then = words.pick(WHAT[self.what], language), words.period(self.quarter, language)
        name = words.indicator(self.indicator, language)
        return (
            f"缺{names}{then}{name}{what}" if language == "zh" else f"no {what} of {name} of {names}, {then}"
        )


WHAT: Mapping[str, tuple[str, str]] = {
    "growth": ("增速", "growth"),
    "level": ("总量", "level"),
    "rate": ("公布数", "rate"),
    "both": ("总量或增速", "level or growth"),
    "population": ("常住人口", "population"),
}


@dataclass(frozen=True, slots=True)
class NotJudged(Judged):
    """It can't be judged, for these figures are missing: that is never the same as no finding."""

    lacks: tuple[Lack, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Codes of the places whose figures are missing."""
        return tuple(dict.fromkeys(r for lack in self.lacks for r in lack.regions))


@dataclass(frozen=True, slots=True)
class Finding(Judged):
    """Something to look at. `value` is what was held against the thresholds, `figures` what it rests on.

    A finding that figures are missing rests on none.
    """

    severity: Severity
    value: float
    figures: tuple[Figure, ...]
    zh: Mapping[str, Piece]
    en: Mapping[str, Piece]

    def pieces(self, language: Language) -> tuple[Piece, ...]:
        """The sentence, its figures cited, without full stop."""
        template, own = (self.rule.zh, self.zh) if language == "zh" else (self.rule.en, self.en)
        return words.weave(template, {**self.common(language), **own})

    def text(self, language: Language) -> str:
        """The sentence."""
        return "".join(p if isinstance(p, str) else p.text for p in self.pieces(language))


Outcome = Finding | NotJudged | Passed


@dataclass(frozen=True, slots=True)
class CheckUp:
    """All outcomes of a quarter: findings most severe first, then in the order of the rules."""

    circle_id: str
    quarter: str
    findings: tuple[Finding, ...]
    unjudged: tuple[NotJudged, ...]
    passed: tuple[Passed, ...]

    @property
    def rules(self) -> int:
        """How many judgements were asked for."""
        return len(self.findings) + len(self.unjudged) + len(self.passed)
