"""The figures of one release set against each other: what is restated, and what must add up.

An identity that holds speaks for every figure in it and settles what was unsure in their reading; of place and time,
which its figures share, it settles no more than the surest of them. A broken identity is held against the figures
that least else speaks for. Tolerances are half of the last printed place of each operand, added up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

from metroetl.catalogue import Catalogue
from metroetl.statistics.evidence.agreement import CONTRADICTED, Findings, Value, best, compare, gather
from metroetl.statistics.evidence.identities import Check, Identities
from metroetl.statistics.evidence.judges import Verdict
from metroetl.statistics.models import Statement

_READING = ("name", "predicate", "unit", "growth")
_CONTEXT = ("place", "period")
_MOST_CHOICES = 27


def weigh_release(statements: list[Statement], catalogue: Catalogue) -> list[Statement]:
    """The statements of one release with evidence and confidence from each other; the list given is changed.

    Evidence in favour: agrees:table, agrees:text, sum:GDP, sum:circle, share, ratio, growth:levels, change:levels,
    sum:shares, sum:contributions, sum:points, contribution:points. Against, with a weight and the figures that take
    part: disagrees:table, disagrees:text, unit-error:table …, broken:<identity>, sign:<identity>, mixed-vintages:….
    """
    values = gather(statements)
    findings = Findings()
    for of_one in values.values():
        compare(of_one, findings)
    broken = [b for check in Identities(values, catalogue) if (b := _settle(check, findings)) is not None]
    for check, operands, verdict in broken:
        _blame(check, operands, verdict, findings)
    findings.apply(statements)
    return statements


def _settle(check: Check, findings: Findings) -> tuple[Check, Sequence[Value], Verdict] | None:
    """Credit what holds; where nothing does, the nearest reading of the identity and how it fails.

    Where a fact has several values, each is tried: the ones that fit no reading that holds are told so.
    """
    if prod(len(values) for values in check.operands) > _MOST_CHOICES:
        return None
    tried = [(choice, check.judge(choice)) for choice in product(*check.operands)]
    holding = [choice for choice, verdict in tried if verdict is not None and verdict.holds]
    for choice in holding:
        _credit(check.name, choice, findings)
    if holding:
        fitting = {id(v) for choice in holding for v in choice}
        for choice, verdict in tried:
            if verdict is not None:
                misfits = [v for v in choice if id(v) not in fitting]
                _charge(f"broken:{check.name}({verdict.told})", CONTRADICTED, misfits, findings)
        return None
    failed = [(choice, verdict) for choice, verdict in tried if verdict is not None and verdict.weight < 1]
    if not failed or not check.strict:
        return None
    return check, *max(failed, key=lambda pair: pair[1].weight)


def _credit(name: str, values: Sequence[Value], findings: Findings) -> None:
    known = best(s for v in values for s in v.prints)
    known = {about: known.get(about, 1.0) for about in _CONTEXT} | dict.fromkeys(_READING, 1.0)
    for s in _prints(values):
        findings.support[id(s)][name] = known


def _blame(check: Check, operands: Sequence[Value], verdict: Verdict, findings: Findings) -> None:
    blamed = [operands[i] for i in verdict.culprits] if verdict.culprits else operands
    if not verdict.culprits and verdict.weight <= CONTRADICTED:
        standing = [
            (v.credible, max(len(findings.support.get(id(s), ())) for s in v.prints)) for v in operands
        ]
        blamed = [v for v, stands in zip(operands, standing, strict=True) if stands == min(standing)]
    _charge(f"{verdict.what}:{check.name}({verdict.told})", verdict.weight, blamed, findings)


def _charge(name: str, weight: float, values: Sequence[Value], findings: Findings) -> None:
    for s in _prints(values):
        findings.against[id(s)][name] = weight


def _prints(values: Sequence[Value]) -> Iterator[Statement]:
    return (s for v in values for s in v.prints)
