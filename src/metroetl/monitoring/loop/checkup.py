"""The check-up (体检): every rule on a circle's figures of a quarter. What lacks a figure isn't judged, and says which.

Published figures are preferred to computed ones. Differences are compared as they are printed, so that a gap that reads
0.0 is none. Rules: catalogue/monitoring/checkup.yml; docs/explanation/loop.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from metroetl.monitoring.content import Language, Piece
from metroetl.monitoring.figures import CircleFigures, number_of
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
from metroetl.monitoring.loop.kinds import KINDS, finding_of, lacking
from metroetl.monitoring.loop.rules import SEVERITIES, CheckRule, check_rules
from metroetl.monitoring.targets.lights import WORDS as LIGHTS


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
            yield KINDS[rule.kind](data, Judged(rule, region, indicator, quarter))


def _places(data: CircleFigures, rule: CheckRule) -> list[str]:
    circle = [data.region] if "circle" in rule.places else []
    return circle + (list(data.cities) if "city" in rule.places else [])


def _light_words(lamp: TargetLight, language: Language) -> Mapping[str, Piece]:
    note = lamp.zh if language == "zh" else lamp.en
    return {"light": words.pick(LIGHTS[lamp.light], language), "note": note}


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
            yield lacking(j, Lack((), lamp.indicator_code, "level", quarter, (lamp.zh, lamp.en)))
            continue
        severity = next((s for s in reversed(SEVERITIES) if rule.lights.get(s) == lamp.light), None)
        yield finding_of(
            j,
            severity,
            SEVERITIES.index(severity) + 1 if severity else 0,
            lamp.figures,
            partial(_light_words, lamp),
        )
