"""Assessment (考核): a score per city by a versioned rule: Σ weight × min(done ÷ target, cap) × 100, with 一票否决.

A figure or a target that isn't published is named; without it a city gets no score, or the rest is reweighted, as the
rule says. The rule, its version and a digest of its content stay with each score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from metroetl.catalogue import catalogue
from metroetl.errors import CatalogueError
from metroetl.monitoring.aggregates import name
from metroetl.monitoring.figures import CircleFigures, Figure
from metroetl.monitoring.targets.goals import Goal
from metroetl.monitoring.targets.rules import AssessedItem, AssessmentRule


@dataclass(frozen=True, slots=True)
class ItemScore:
    """An item of a city: what was done and wanted, their ratio as it counts (capped), the weight as used, the points.

    `missing` says what isn't there; such an item has no points.
    """

    item: AssessedItem
    done: Figure | None
    target: Figure | None
    ratio: float | None
    weight: float
    points: float | None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """A city's score of a year by a rule, or why there is none (`refused`); `veto` are titles of what outweighed all."""

    region_code: str
    year: int
    rule: AssessmentRule
    items: tuple[ItemScore, ...]
    score: float | None
    refused: str = ""
    veto: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """scored, reweighted, vetoed or refused."""
        if self.veto:
            return "vetoed"
        if self.score is None:
            return "refused"
        return "reweighted" if any(i.missing for i in self.items) else "scored"


def rule_digest(rule: AssessmentRule) -> str:
    """Twelve hex digits of the rule's content: a rule that changed under the same version is found out."""
    return sha256(rule.model_dump_json().encode()).hexdigest()[:12]


def assess(
    data: CircleFigures,
    goals: Iterable[Goal],
    rule: AssessmentRule,
    year: int,
    vetoes: Mapping[str, Sequence[str]] | None = None,
) -> list[Score]:
    """The scores of the circle's cities for a year that is over, in their order; not ranked.

    `vetoes`: ids of the rule's veto items by region code, as the office reports them. Raises CatalogueError for others,
    and for a rule with an indicator that the catalogue doesn't have.
    """
    titles, vetoes = {v.id: v.title for v in rule.veto}, vetoes or {}
    if strange := [i.indicator for i in rule.items if i.indicator not in catalogue().indicators]:
        raise CatalogueError(
            f"rule {rule.id} has no indicator {strange[0]}", way_out="Use a code of indicators.csv."
        )
    for region, events in vetoes.items():
        if region not in data.cities:
            raise CatalogueError(
                f"{region} is no city of {data.circle.name_zh}", way_out="Use its region code."
            )
        if unknown := [e for e in events if e not in titles]:
            raise CatalogueError(
                f"rule {rule.id} has no veto item {unknown[0]}",
                way_out=f"Use one of {'、'.join(titles) or '(none)'}.",
            )
    wanted = [g for g in goals if g.kind == "government" and g.year == year]
    return [
        _score(data, wanted, rule, year, city, tuple(titles[e] for e in vetoes.get(city, ())))
        for city in data.cities
    ]


def _score(
    data: CircleFigures, goals: list[Goal], rule: AssessmentRule, year: int, city: str, veto: tuple[str, ...]
) -> Score:
    items = [_item(data, goals, rule, year, city, item) for item in rule.items]
    there = sum(i.item.weight for i in items if not i.missing)
    gone = "；".join(i.missing for i in items if i.missing)
    if veto:
        return Score(city, year, rule, tuple(items), rule.veto_score, gone, veto)
    if gone and rule.missing == "refuse":
        return Score(city, year, rule, tuple(items), None, gone)
    if gone and there < rule.min_weight - 1e-9:
        why = f"{gone}；现有权重{there:.0%}，低于{rule.min_weight:.0%}"
        return Score(city, year, rule, tuple(items), None, why)
    weighted = tuple(i if i.missing else _weighted(i, i.item.weight / there) for i in items)
    score = sum(i.points for i in weighted if i.points is not None)
    return Score(city, year, rule, weighted, score, gone)


def _weighted(item: ItemScore, weight: float) -> ItemScore:
    ratio = item.ratio or 0.0
    return ItemScore(item.item, item.done, item.target, item.ratio, weight, weight * ratio * 100)


def _item(
    data: CircleFigures, goals: list[Goal], rule: AssessmentRule, year: int, city: str, item: AssessedItem
) -> ItemScore:
    growth = item.what == "growth"
    goal = next(
        (
            g
            for g in goals
            if (g.region_code, g.indicator_code, g.growth) == (city, item.indicator, growth) and g.floor
        ),
        None,
    )
    label = f"{name(city)}{item.title}"
    if goal is None:
        return ItemScore(item, None, None, None, item.weight, None, f"缺{label}目标")
    done = goal.reached(data, f"{year}-Q4")
    if done is None:
        return ItemScore(item, None, goal.figure, None, item.weight, None, f"缺{label}完成数")
    if goal.value <= 0:
        return ItemScore(
            item, done, goal.figure, None, item.weight, None, f"{label}目标不为正，不能按比例计分"
        )
    ratio = max(rule.floor, min(done.value / goal.value, rule.cap))
    return ItemScore(item, done, goal.figure, ratio, item.weight, item.weight * ratio * 100)


def formula(rule: AssessmentRule) -> str:
    """What the rule computes, in words for readers."""
    parts = "、".join(f"{i.title}{i.weight:.0%}" for i in rule.items)
    gone = (
        "缺项不计分"
        if rule.missing == "refuse"
        else f"缺项按其余权重折算（权重不足{rule.min_weight:.0%}不计分）"
    )
    veto = f"；一票否决：{'、'.join(v.title for v in rule.veto)}" if rule.veto else ""
    return (
        f"得分=Σ权重×min(完成÷目标，{rule.cap:g})×100，下限{rule.floor:g}；权重：{parts}；{gone}{veto}。"
        f"规则{rule.id}，版本{rule.version}（{rule_digest(rule)}）。"
    )
