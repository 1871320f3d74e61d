"""One fact printed more than once in a release: text and table check each other.

Prints that agree are one value, known as precisely as its most precise print. Prints that differ are a finding: all of
them are doubted, whatever else speaks for one of them, for a reader must not choose between two published figures.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from metroetl.statistics.evidence.confidence import doubts, reweigh
from metroetl.statistics.models import Statement
from metroetl.statistics.vocabulary.units import Unit, parse_unit

CONTRADICTED = 0.5  # below the threshold of publishing, whatever the confidence was
_WEIGHED = frozenset({"actual", "previous", "change", "contribution"})
# A rate printed as 5.8 and as 5.9 is two rates; in four digits the last one may be rounded differently.
_DIGITS = 4
_POWERS = (1, -1, 2, -2, 3, -3, 4, -4, 8, -8)


Span = tuple[date, date]


class Fact(NamedTuple):
    """What two prints must share to be one: `final` tells verified figures from preliminary ones."""

    kind: str
    thing: str
    place: str
    variant: str
    measure: str
    span: Span
    final: str
    base: str


@dataclass(slots=True)
class Value:
    """One value of a fact and the statements that print it, the most precise first.

    `number` and `slack` (half of the last printed place) are in `base`: 元, 人, %.
    """

    number: float
    slack: float
    base: str
    prints: list[Statement]

    @property
    def credible(self) -> bool:
        """Whether the reader is sure of one of its prints."""
        return any(s.publish for s in self.prints)

    @property
    def told(self) -> str:
        """The value as printed, without blanks."""
        return told(self.prints[0])


@dataclass
class Findings:
    """What the statements of a release say about one another, by id of the statement."""

    support: defaultdict[int, dict[str, dict[str, float]]] = field(default_factory=lambda: defaultdict(dict))
    against: defaultdict[int, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))

    def apply(self, statements: Iterable[Statement]) -> None:
        """Write the evidence and the new confidence into the statements."""
        for s in statements:
            support, against = self.support.get(id(s), {}), self.against.get(id(s), {})
            if support or against:
                reweigh(s, support, against)


def told(statement: Statement) -> str:
    """A number as printed, with its sign and unit."""
    return f"{statement.value:.{min(statement.decimals, 8)}f}{statement.unit}"


def is_from_table(statement: Statement) -> bool:
    """Whether it is a cell; a table in a bare text has no number of its own."""
    return statement.row is not None


def gather(statements: Iterable[Statement]) -> dict[Fact, list[Value]]:
    """The values of each fact; approximate figures and those without a known unit are left out."""
    found: defaultdict[Fact, list[Value]] = defaultdict(list)
    for s in statements:
        if (value := _measured(s)) is not None:
            thing, place = s.indicator_code or s.indicator, s.region_code or s.region
            final = s.revision_stage if s.obs_status == "A" else ""
            span = (s.period_start, s.period_end)
            found[Fact(s.kind, thing, place, s.variant, s.measure, span, final, value.base)].append(value)
    return {fact: _joined(values) for fact, values in found.items()}


def _measured(s: Statement) -> Value | None:
    if s.kind not in _WEIGHED or s.rule.endswith("~") or not math.isfinite(s.value):
        return None
    unit = _unit(s.unit, s.measure)
    if unit is None:
        return None
    decimals = 1 if s.rule == "flat" else s.decimals
    number = s.value * unit.factor
    return Value(number, 0.5 * 10.0**-decimals * unit.factor + abs(number) * 1e-12, unit.base, [s])


@lru_cache(maxsize=4096)
def _unit(text: str, measure: str) -> Unit | None:
    """A number without a unit can be compared only where it is an index."""
    return Unit(1.0, "") if not text and "index" in measure else parse_unit(text)


def _joined(values: list[Value]) -> list[Value]:
    """Prints in order of size; each joins the value before it if they agree."""
    if len(values) < 2:
        return values
    joined: list[Value] = []
    for value in sorted(values, key=lambda v: (v.number, v.slack)):
        if joined and agree(joined[-1], value):
            last = joined[-1]
            if value.slack < last.slack / 2:
                last.number, last.slack = value.number, value.slack
                last.prints = value.prints + last.prints
            else:
                last.prints += value.prints
        else:
            joined.append(value)
    return joined


def agree(a: Value, b: Value) -> bool:
    """Whether two prints can be of one number: half of the last place of each, added up."""
    gap, slack = abs(a.number - b.number), a.slack + b.slack
    if gap <= slack * 1e-6:
        return True
    if math.isclose(a.slack, b.slack, rel_tol=0.01) and abs(a.number) < a.slack * 2 * 10 ** (_DIGITS - 1):
        return False
    return gap <= slack * (1 + 1e-9)


def compare(values: Sequence[Value], findings: Findings) -> None:
    """Say what the prints of one fact say about one another; where the reader is sure of one only, it is not doubted.

    Only observations contradict each other: a release may tell of several earlier levels, changes and contributions,
    and of shares in several totals. Between sentences, what is printed under the indicator's own name stands: another
    name may mean another series.
    """
    for value in values:
        _restated(value, findings)
    first = values[0].prints[0]
    if len(values) < 2 or first.kind != "actual" or first.measure == "share":
        return
    against = {id(v): other for v, other in _opponents(values)}
    for value in values:
        if (other := against.get(id(value))) is not None:
            cell, text = _samples(other.prints)
            power = power_between(value, other)
            for s in value.prints:
                partner = (text or cell) if is_from_table(s) else (cell or text)
                if partner is not None:
                    findings.against[id(s)][_disagreement(s, partner, power)] = CONTRADICTED


def _opponents(values: Sequence[Value]) -> Iterator[tuple[Value, Value]]:
    """Each doubted value and the one that doubts it: one of the table before one of the text, a sure one if any is."""
    credible = [v for v in values if v.credible]
    if not any(is_from_table(s) for v in credible for s in v.prints):
        named = [v for v in credible if any(s.indicator in s.quote for s in v.prints)]
        credible = named if len(named) == 1 else credible
    tables = [v for v in credible if any(is_from_table(s) for s in v.prints)]
    texts = [v for v in credible if any(not is_from_table(s) for s in v.prints)]
    for value in values:
        own = any(is_from_table(s) for s in value.prints)
        candidates = (*texts[:2], *tables[:2]) if own else (*tables[:2], *texts[:2])
        other = next((v for v in candidates if v is not value), None)
        if other is None and not credible:
            other = next(v for v in values if v is not value)
        if other is not None:
            yield value, other


def _restated(value: Value, findings: Findings) -> None:
    if len(value.prints) < 2:
        return
    texts = [s for s in value.prints if not is_from_table(s)][:2]
    cells = list({s.table: s for s in reversed(value.prints) if is_from_table(s)}.values())[-2:]
    known = best(value.prints)
    for s in value.prints:
        elsewhere = [c for c in cells if not is_from_table(s) or c.table != s.table]
        again = [t for t in texts if (t.start, t.end) != (s.start, s.end)]
        partners = again + elsewhere if is_from_table(s) else elsewhere + again
        if partners:
            other = told(partners[0])
            detail = f"({other})" if other != told(s) else ""
            findings.support[id(s)][f"agrees:{_where(partners[0])}{detail}"] = known


def best(prints: Iterable[Statement]) -> dict[str, float]:
    """For everything that one of the statements doubts, how well the surest of them knows it."""
    each = [doubts(s.evidence) for s in prints]
    return {about: max(d.get(about, 1.0) for d in each) for about in set().union(*each)}


def _samples(prints: Sequence[Statement]) -> tuple[Statement | None, Statement | None]:
    """A cell and a sentence, where there are."""
    cell = next((s for s in prints if is_from_table(s)), None)
    return cell, next((s for s in prints if not is_from_table(s)), None)


def _where(s: Statement) -> str:
    return "table" if is_from_table(s) else "text"


def _disagreement(s: Statement, partner: Statement, power: int) -> str:
    if power:
        return f"unit-error:{_where(partner)}({told(s)}≠{told(partner)},×10^{power})"
    return f"disagrees:{_where(partner)}({told(s)}≠{told(partner)})"


def power_between(value: Value, other: Value) -> int:
    """The power of ten between two levels with the same digits, 0 if there is none."""
    if value.base == "%" or value.number == 0 or other.number == 0:
        return 0
    for power in _POWERS:
        factor = 10.0**power
        if abs(value.number * factor - other.number) <= (value.slack * factor + other.slack) * (1 + 1e-9):
            return power
    return 0
