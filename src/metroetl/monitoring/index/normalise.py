"""Raw values onto one scale. With bounds or a base of its own, a value's score depends on nothing but itself.

Relative treatment for time, efficacy coefficient or min–max for comparison of places (ISI 2019, CPS1989); z-scores and
ranks need the whole sample and are used for sensitivity only (OECD/JRC handbook, step 5).
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, pstdev

from metroetl.monitoring.index.definitions import Item


def efficacy(
    x: float, unacceptable: float, satisfactory: float, scale: tuple[float, float] = (60, 100)
) -> float:
    """d = 60 + 40·(x − x_low)/(x_high − x_low), with the scale's ends for 60 and 100; not cut off outside the bounds.

    With the scale (0, 100) it is min–max over fixed bounds. Minus indicators have the higher bound as `unacceptable`.
    """
    floor, top = scale
    return floor + (top - floor) * (x - unacceptable) / (satisfactory - unacceptable)


def relative(x: float, base: float, direction: str) -> float:
    """I⁺ = x_t/x_0·100, I⁻ = x_0/x_t·100; ZeroDivisionError and signs are the caller's to refuse."""
    return (x / base if direction == "plus" else base / x) * 100


# --- of a sample: for sensitivity ------------------------------------------------------------------------------------

Sample = Sequence[float | None]


def oriented(item: Item, values: Sample) -> list[float | None]:
    """The values so that more is better."""
    return [None if v is None else v if item.direction == "plus" else -v for v in values]


def sample_minmax(values: Sample) -> list[float | None]:
    """0 to 100 between the sample's least and greatest; all alike: 50."""
    there = [v for v in values if v is not None]
    low, high = min(there, default=0), max(there, default=0)
    return [None if v is None else (v - low) / (high - low) * 100 if high > low else 50.0 for v in values]


def sample_zscores(values: Sample) -> list[float | None]:
    """100 + 10·z: mean 100, standard deviation 10; all alike: 100."""
    there = [v for v in values if v is not None]
    mean, spread = (fmean(there), pstdev(there)) if there else (0.0, 0.0)
    return [None if v is None else 100 + 10 * (v - mean) / spread if spread else 100.0 for v in values]


def sample_ranks(values: Sample) -> list[float | None]:
    """100 for the best, 0 for the last, equal steps; equals alike."""
    there = [v for v in values if v is not None]
    steps = max(len(there) - 1, 1)
    return [None if v is None else sum(o < v for o in there) / steps * 100 for v in values]
