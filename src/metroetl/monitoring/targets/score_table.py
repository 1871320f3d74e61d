"""The assessment as blocks of a report: a table of scores with their parts, what is missing, the rule's formula."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from metroetl.monitoring.aggregates import name
from metroetl.monitoring.content import Block, Cell, Language, Table, paragraph
from metroetl.monitoring.figures import CircleFigures, Figure
from metroetl.monitoring.phrases import phrases
from metroetl.monitoring.targets.assessment import ItemScore, Score, assess, formula, rule_digest
from metroetl.monitoring.targets.goals import Goal
from metroetl.monitoring.targets.rules import assessment_rules, chosen

DEFAULT_RULE = "circle-example"
STATES = {
    "scored": ("已计分", "scored"),
    "reweighted": ("缺项折算", "reweighted"),
    "vetoed": ("一票否决", "vetoed"),
    "refused": ("不计分", "no score"),
}


def score_blocks(
    data: CircleFigures,
    goals: Iterable[Goal],
    year: int,
    language: Language,
    *,
    rule: str = DEFAULT_RULE,
    vetoes: Mapping[str, Sequence[str]] | None = None,
) -> list[Block]:
    """The table of a year's scores with its notes; nothing where no city has any figure for the rule."""
    scores = assess(data, goals, chosen(assessment_rules(), rule, "rule of assessment"), year, vetoes)
    return scores_as_blocks(scores, language) if any(i.target for s in scores for i in s.items) else []


def scores_as_blocks(scores: Sequence[Score], language: Language) -> list[Block]:
    """The table of scores, why there are none or what is missing, and the rule's formula."""
    return [score_table(scores, language), *_why(scores), paragraph(formula(scores[0].rule), kind="note")]


def scores_as_rows(
    data: CircleFigures, scores: Iterable[Score], access: Literal["public", "internal"]
) -> list[dict[str, Any]]:
    """The scores as the warehouse keeps them (`Warehouse.keep_scores`), each with its rule's version and digest."""
    return [
        {
            "circle_id": data.circle.id,
            "region_code": s.region_code,
            "year": s.year,
            "rule_id": s.rule.id,
            "rule_version": s.rule.version,
            "rule_digest": rule_digest(s.rule),
            "state": s.state,
            "score": s.score,
            "refused": s.refused,
            "veto": "；".join(s.veto),
            "items": json.dumps(item_parts(s), ensure_ascii=False),
            "access": access,
        }
        for s in scores
    ]


def item_parts(score: Score) -> list[dict[str, Any]]:
    """The parts of a score: done and wanted with their observations, ratio, weight as used, points, or what is missing."""
    return [
        {
            "item": i.item.id,
            "done": i.done.value if i.done else None,
            "observation_id": _id(i.done),
            "target": i.target.value if i.target else None,
            "target_id": _id(i.target),
            "ratio": i.ratio,
            "weight": i.weight,
            "points": i.points,
            "missing": i.missing,
        }
        for i in score.items
    ]


def _id(figure: Figure | None) -> str | None:
    return figure.evidence.observation_id if figure and figure.evidence else None


def score_table(scores: Sequence[Score], language: Language) -> Table:
    """A row a city: done against target for each item, the points, the score or why there is none."""
    rule, year = scores[0].rule, scores[0].year
    zh = language == "zh"
    header = [
        "城市" if zh else "City",
        *(i.title for i in rule.items),
        "得分" if zh else "Score",
        "状态" if zh else "State",
    ]
    rows = [
        [
            Cell(phrases(language).place(s.region_code)),
            *(_item(i) for i in s.items),
            _score(s),
            Cell(STATES[s.state][not zh]),
        ]
        for s in scores
    ]
    title = (
        f"{year}年考核得分（{rule.title}，版本{rule.version}）"
        if zh
        else f"Assessment {year} ({rule.id} {rule.version})"
    )
    note = "每格：完成÷目标→得分。" if zh else "Each cell: done ÷ target → points."
    return Table("assessment", title, header, rows, note)


def _item(item: ItemScore) -> Cell:
    if item.points is None or item.done is None or item.target is None:
        return Cell("—")
    text = f"{item.done.text}÷{item.target.text}→{item.points:.1f}"
    return Cell(text, item.points, 1, item.done)


def _score(score: Score) -> Cell:
    return Cell("—") if score.score is None else Cell(f"{score.score:.1f}", score.score, 1)


def _why(scores: Sequence[Score]) -> list[Block]:
    """What is missing, by city; and what was vetoed for."""
    found: list[Block] = []
    for score in scores:
        if score.veto:
            found.append(
                paragraph(f"{name(score.region_code)}一票否决：{'、'.join(score.veto)}。", kind="warning")
            )
        if score.refused:
            lead = "未计分" if score.score is None else "缺项"
            found.append(paragraph(f"{name(score.region_code)}{lead}：{score.refused}。", kind="note"))
    return found
