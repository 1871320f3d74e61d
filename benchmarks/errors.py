"""Error classes: what separates a missed label or a wrong prediction from its nearest counterpart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

Row = dict[str, Any]

CLASSES = {
    "indicator": "indicator built from context · 指标名",
    "period": "period scope · 时间",
    "growth": "growth attached to the wrong value · 增速错配",
    "region": "region · 地区",
    "measure": "measure, unit or sign · 口径单位",
    "kind": "read as target, comparison … · 类别",
    "missing": "not found · 漏读",
    "invented": "invented · 误读",
}
_FULL = 3
_GROWTH = ("yoy", "yoy_pp")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One label that was missed (`wrong` false) or one prediction that is wrong, its class and its counterpart."""

    passage: str
    wrong: bool
    kind: str
    row: Row
    counterpart: Row | None


def mistakes(scorer: ModuleType, passage: dict[str, Any], predicted: Iterable[Row]) -> list[Mistake]:
    """Mistakes of one passage at the scorer's strictest level (value, measure, indicator, period and region)."""
    gold = scorer.dedupe([scorer.key_gold(o) | _number(o) for o in passage["gold"]])
    said = [o for o in predicted if o.get("value") is not None]
    actual = scorer.dedupe([scorer.key_pred(o) | _number(o) for o in said if o["kind"] == "actual"])
    others = [scorer.key_pred(o) | _number(o) for o in said if o["kind"] != "actual"]
    _, _, _, missed, wrong = scorer.count(gold, actual, _FULL)
    names = {g["i"] for g in gold}
    found = []
    for label in missed:
        near = _nearest(scorer, label, wrong)
        other = None if near else _nearest(scorer, label, others)
        kind = _class(scorer, label, near, names) if near else "kind" if other else "missing"
        found.append(Mistake(passage["id"], False, kind, label, near or other))
    for row in wrong:
        near = _nearest(scorer, row, missed) or _nearest(scorer, row, gold)
        kind = _class(scorer, near, row, names) if near else "invented"
        found.append(Mistake(passage["id"], True, kind, row, near))
    return found


def _number(observation: Row) -> Row:
    return {"number": abs(float(str(observation["value"]).replace(",", "")))}


def _nearest(scorer: ModuleType, row: Row, others: Sequence[Row]) -> Row | None:
    """The row with the same number that agrees in most."""
    same = [o for o in others if o["number"] == row["number"]]
    return max(same, key=lambda o: _agreement(scorer, row, o), default=None)


def _agreement(scorer: ModuleType, a: Row, b: Row) -> tuple[bool, int]:
    return scorer.match(a, b, 0), sum(
        (
            scorer.same_indicator(a["i"], b["i"]),
            a["p"] == b["p"] or scorer.match(a | {"i": b["i"]}, b, 2),
            scorer.same_region(a["r"], b["r"]),
        )
    )


def _class(scorer: ModuleType, label: Row, row: Row, names: set[str]) -> str:
    """The first thing that differs: measure, indicator, period, region; a row that differs in nothing is one too many."""
    if not scorer.match(label, row, 0):
        return "measure"
    if not scorer.match(label, row, 1):
        return "growth" if label["m"] in _GROWTH and row["i"] in names else "indicator"
    if not scorer.match(label, row, 2):
        return "period"
    return "invented" if scorer.match(label, row, _FULL) else "region"
