"""How an identity is judged: what the printed digits allow, and how much a miss weighs.

Values are in base units (元, 人, %). A judge returns None where it can't tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metroetl.statistics.evidence.agreement import CONTRADICTED, Value, power_between

WARNED = 0.95  # told and of little weight: publishers don't force their roundings, and mix vintages
HUNDRED = Value(100.0, 0.0, "%", [])
_SUM_PERCENT = 0.2
_CIRCLE_PERCENT = 0.5
_SHARE_POINTS = 0.5
_MIXED_POINTS = 2.5
_FAR_POINTS = 25.0
_MIRRORED_POINTS = 1.5
_OPPOSED_POINTS = 6.0
_EXACT = 1 + 1e-9


@dataclass(frozen=True, slots=True)
class Verdict:
    """Weight 1 where an identity holds; else what its failure weighs, what it is (`what`) and the figures as told.

    `culprits` are the operands that alone can be wrong, where that is evident.
    """

    weight: float
    told: str = ""
    what: str = "broken"
    culprits: tuple[int, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it holds within the printed digits."""
        return self.weight == 1


HOLDS = Verdict(1.0)


def adds_up(values: Sequence[Value], *, places: bool = False) -> Verdict | None:
    """The first value is the sum of the others, which are parts of one place or (`places`) places of a circle."""
    whole, *parts = values
    if len({v.base for v in values}) > 1:
        return None
    total = sum(p.number for p in parts)
    slack = sum(v.slack for v in values)
    excess = abs(whole.number - total) - slack * _EXACT
    if excess <= 0:
        return HOLDS
    told = f"{_named(whole, places)}≠{'+'.join(_named(p, places) for p in parts)}"
    if whole.base != "%":
        wanted = [total, *(whole.number - total + p.number for p in parts)]
        powers = [power_between(v, Value(w, slack, v.base, [])) for v, w in zip(values, wanted, strict=True)]
        if powers.count(0) == len(powers) - 1:
            (culprit,) = (i for i, power in enumerate(powers) if power)
            return Verdict(CONTRADICTED, f"{told},×10^{powers[culprit]}", "unit-error", (culprit,))
    near = excess <= abs(whole.number) * (_CIRCLE_PERCENT if places else _SUM_PERCENT) / 100
    return Verdict(WARNED, told, "rounding") if near else Verdict(CONTRADICTED, told)


def divides(values: Sequence[Value]) -> Verdict | None:
    """The first value is the second in per cent of the third."""
    share, part, whole = values
    if part.base != whole.base or share.base != "%" or whole.number == 0:
        return None
    computed = part.number / whole.number * 100
    slack = (100 * part.slack + abs(computed) * whole.slack) / abs(whole.number) + share.slack
    excess = abs(computed - share.number) - slack * _EXACT
    if excess <= 0:
        return HOLDS
    told = f"{_named(share)}≠{_named(part)}/{_named(whole)}"
    return Verdict(WARNED, told, "rounding", (0,)) if excess <= _SHARE_POINTS else Verdict(CONTRADICTED, told)


def grew(values: Sequence[Value], *, plain: bool) -> Verdict | None:
    """The first value grew from the second by the third, in per cent."""
    now, before, growth = values
    if now.base != before.base or growth.base != "%" or before.number <= 0 or now.number <= 0:
        return None
    ratio = now.number / before.number
    slack = 100 * (now.slack + ratio * before.slack) / before.number
    return _growth(values, (ratio - 1) * 100, slack, plain, f"{_named(now)}/{before.told}")


def grew_by(values: Sequence[Value], *, plain: bool) -> Verdict | None:
    """The first value changed by the second, in its unit, and so by the third, in per cent."""
    now, change, growth = values
    before = now.number - change.number
    if now.base != change.base or growth.base != "%" or before <= 0 or now.number <= 0:
        return None
    share = change.number / before
    slack = 100 * (change.slack + abs(share) * (now.slack + change.slack)) / before
    return _growth(values, share * 100, slack, plain, f"{_named(now)},{change.told}")


def _growth(values: Sequence[Value], computed: float, slack: float, plain: bool, told: str) -> Verdict | None:
    stated = values[-1]
    gap = abs(computed - stated.number)
    beyond = gap - (slack + stated.slack) * _EXACT
    if beyond <= 0:
        return HOLDS if plain else None
    told = f"{told}={computed:.1f}%≠{stated.told}"
    if abs(computed + stated.number) <= _MIRRORED_POINTS and gap >= _OPPOSED_POINTS:
        return Verdict(CONTRADICTED, told, "sign", (len(values) - 1,))
    if beyond <= _MIXED_POINTS:
        return None
    return Verdict(CONTRADICTED, told) if beyond > _FAR_POINTS else Verdict(WARNED, told, "mixed-vintages")


def changed(values: Sequence[Value]) -> Verdict | None:
    """The first value is the second and the change of the third."""
    now, before, change = values
    if len({v.base for v in values}) > 1:
        return None
    slack = now.slack + before.slack + change.slack
    return HOLDS if abs(now.number - before.number - change.number) <= slack * _EXACT else None


def contributes(values: Sequence[Value]) -> Verdict | None:
    """The first value, in points, is the second (a rate) of the third (growth)."""
    points, rate, growth = values
    if {v.base for v in values} != {"%"}:
        return None
    slack = points.slack + (abs(growth.number) * rate.slack + abs(rate.number) * growth.slack) / 100
    excess = abs(rate.number * growth.number / 100 - points.number) - slack * _EXACT
    if excess <= 0:
        return HOLDS
    told = f"{_named(points)}≠{rate.told}×{growth.told}"
    return Verdict(WARNED, told, "rounding", (0,)) if excess <= _SHARE_POINTS else Verdict(CONTRADICTED, told)


def _named(value: Value, places: bool = False) -> str:
    if not value.prints:
        return f"{value.number:g}{value.base}"
    statement = value.prints[0]
    return f"{statement.region if places else statement.indicator}{value.told}"
