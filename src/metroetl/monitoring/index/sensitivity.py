"""How far a score and a rank depend on the choices: weights ±20 %, other normalisations and means (OECD/JRC, step 7).

Ranks are among the places of one level, as everywhere. Deterministic: the draws are seeded.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from metroetl.monitoring.index.definitions import Edition, equal
from metroetl.monitoring.index.normalise import oriented, sample_minmax, sample_ranks, sample_zscores
from metroetl.monitoring.index.score import Score, aggregate, level
from metroetl.monitoring.index.weigh import effective

SPREAD, DRAWS, SEED = 0.2, 1000, 20240906
Matrix = Sequence[Mapping[str, float]]
ALTERNATIVES = {
    "equal": ("等权", "equal weights"),
    "geometric": ("几何平均", "geometric mean"),
    "minmax": ("极差法", "min–max of the sample"),
    "zscore": ("标准化", "z-scores"),
    "rank": ("位次法", "ranks"),
}


@dataclass
class Range:
    """A place's rank and score as they are, and what weights and methods make of them.

    `low`, `high`: the score under ±20 % weights; `best`, `worst`: its rank under those and all alternatives; `kept`:
    per cent of the draws with its own rank; `ranks`: by alternative.
    """

    score: Score
    rank: int
    of: int
    low: float
    high: float
    best: int
    worst: int
    kept: float = 100.0
    ranks: dict[str, int] = field(default_factory=dict)


def sensitivity(scores: Sequence[Score], year: int, draws: int = DRAWS, seed: int = SEED) -> list[Range]:
    """The ranges of an edition's scores of a year, in their order; places without a score aren't there."""
    there = [s for s in scores if s.value is not None and s.year == year]
    if not there:
        return []
    edition, matrix = there[0].edition, [s.d for s in there]
    levels = [level(s) for s in there]
    own = _ranks([s.value or 0.0 for s in there], levels)
    found = [
        Range(s, own[n], levels.count(levels[n]), s.value or 0.0, s.value or 0.0, own[n], own[n])
        for n, s in enumerate(there)
    ]
    kept = [0] * len(there)
    for drawn, weights in _weights(edition, draws, seed):
        values = [_total(edition, d, weights) for d in matrix]
        ranks = _ranks(values, levels)
        for n, one in enumerate(found):
            one.low, one.high = min(one.low, values[n]), max(one.high, values[n])
            _widen(one, ranks[n])
            kept[n] += drawn and ranks[n] == one.rank
    for n, one in enumerate(found):
        one.kept = kept[n] / draws * 100
    for name, values in _alternatives(edition, there, matrix):
        for one, place in zip(found, _ranks(values, levels), strict=True):
            one.ranks[name] = place
            _widen(one, place)
    return found


def _widen(one: Range, place: int) -> None:
    one.best, one.worst = min(one.best, place), max(one.worst, place)


def _weights(edition: Edition, draws: int, seed: int) -> Iterator[tuple[bool, dict[str, float]]]:
    """Each weight alone 20 % lower and higher, then draws of all at once; whether it is a draw."""
    for key in edition.weights:
        for factor in (1 - SPREAD, 1 + SPREAD):
            yield False, {k: w * factor if k == key else w for k, w in edition.weights.items()}
    dice = random.Random(seed)
    for _ in range(draws):
        yield True, {k: w * dice.uniform(1 - SPREAD, 1 + SPREAD) for k, w in edition.weights.items()}


def _alternatives(
    edition: Edition, there: Sequence[Score], matrix: Matrix
) -> Iterator[tuple[str, list[float]]]:
    """Scores under each other choice, all else as it is; a choice that is the edition's own, or can't be, isn't there."""
    if edition.weighting != "equal":
        yield "equal", [_total(edition, d, equal(edition)) for d in matrix]
    if edition.aggregation != "geometric" and all(v > 0 for d in matrix for v in d.values()):
        yield "geometric", [_total(edition, d, edition.weights, "geometric") for d in matrix]
    if edition.kind == "level" and edition.aggregation == "arithmetic":
        methods: dict[str, Callable[..., list[float | None]]] = {
            "minmax": sample_minmax, "zscore": sample_zscores, "rank": sample_ranks,
        }  # fmt: skip
        for name, method in methods.items():
            yield name, [_total(edition, d, edition.weights) for d in _again(edition, there, method)]


def _again(
    edition: Edition, there: Sequence[Score], method: Callable[..., list[float | None]]
) -> list[dict[str, float]]:
    """The raw values normalised by another method over the sample."""
    columns: dict[str, list[float | None]] = {}
    for n, item in enumerate(edition.indicators):
        raw = [s.items[n].raw.figure if s.items[n].d is not None else None for s in there]
        columns[item.key] = method(oriented(item, [f.value if f else None for f in raw]))
    return [
        {key: v for key, values in columns.items() if (v := values[n]) is not None} for n in range(len(there))
    ]


def _total(edition: Edition, d: Mapping[str, float], weights: Mapping[str, float], how: str = "") -> float:
    return aggregate(edition, d, effective(edition, d, weights), how)


def _ranks(values: Sequence[float], levels: Sequence[str]) -> list[int]:
    return [
        1 + sum(other > v + 1e-9 and levels[m] == levels[n] for m, other in enumerate(values))
        for n, v in enumerate(values)
    ]
