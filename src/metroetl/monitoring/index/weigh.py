"""Weights: computed once for an edition, then they stand in its file. Also what is left of them where values are missing."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from metroetl.errors import WarehouseError
from metroetl.monitoring.index.definitions import Edition

SHIFT = 0.01
"""What is added to values between 0 and 1 before their logarithm is taken: 0 has none."""


def effective(
    edition: Edition, there: Collection[str], weights: Mapping[str, float] | None = None
) -> dict[str, float]:
    """Weights (sum 1) of the indicators that are there: those of the missing ones go to others of their dimension.

    Empty where a whole dimension is missing: its weight can't be taken by another.
    """
    weights = weights or edition.weights
    whole = sum(weights.values())
    found: dict[str, float] = {}
    for dimension in edition.dimensions:
        keys = [i.key for i in edition.indicators if i.dimension == dimension.key]
        mine, left = sum(weights[k] for k in keys), [k for k in keys if k in there]
        if not left:
            return {}
        rest = sum(weights[k] for k in left)
        found |= {k: weights[k] / rest * mine / whole for k in left}
    return found


def covered(edition: Edition, there: Collection[str]) -> float:
    """Per cent of the weight that has values."""
    return sum(w for k, w in edition.weights.items() if k in there) / sum(edition.weights.values()) * 100


def entropy(sample: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Entropy weights in per cent, of oriented values by indicator, one a place.

    p_ij = x_ij/Σ_i x_ij, e_j = −1/ln n·Σ_i p ln p, g_j = 1 − e_j, w_j = g_j/Σ g (DOMAIN.md §7.2); x is min–max over the
    sample plus SHIFT. They depend on the sample: freeze them in the edition. Raises WarehouseError for fewer than three
    places, or where no indicator tells them apart.
    """
    places = len(next(iter(sample.values()), ()))
    if places < 3:
        raise WarehouseError(
            f"entropy weights need three places with all indicators, {places} have them",
            way_out="Add members or remove the indicators they lack; or use expert or equal weights.",
        )
    gains = {key: 1 - _entropy(values) for key, values in sample.items()}
    whole = sum(gains.values())
    if whole <= 0:
        raise WarehouseError("all places are alike: no entropy weights", way_out="Use equal weights.")
    return {key: gain / whole * 100 for key, gain in gains.items()}


def _entropy(values: Sequence[float]) -> float:
    """1 where all are alike."""
    low, high = min(values), max(values)
    if high == low:
        return 1.0
    shifted = [(v - low) / (high - low) + SHIFT for v in values]
    whole = sum(shifted)
    return -sum(v / whole * math.log(v / whole) for v in shifted) / math.log(len(values))


def rounded(weights: Mapping[str, float], decimals: int = 4) -> dict[str, float]:
    """The weights with so many decimals and still of sum 100: the greatest takes the rest."""
    found = {key: round(w, decimals) for key, w in weights.items()}
    most = max(found, key=lambda k: found[k])
    found[most] = round(found[most] + 100 - sum(found.values()), decimals)
    return found


def weights_yaml(method: str, weights: Mapping[str, float]) -> str:
    """The two lines that an edition's file takes."""
    inside = ", ".join(f"{key}: {w:g}" for key, w in rounded(weights).items())
    return f"weighting: {method}\nweights: {{{inside}}}\n"
