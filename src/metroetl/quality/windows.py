"""Medians of what stands near in a series: all series at once, in memory that grows with the rows alone.

A place is a number: months since year 0, series far apart on one axis, so that a window never reaches from one series
into the next. Rows of one place have the same neighbours, so each place is asked once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metroetl.quality.limits import WINDOW_MONTHS

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[tuple[int], np.dtype[np.float64]]
    Integers = np.ndarray[tuple[int], np.dtype[np.int64]]
    Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]

# Months from one series to the next; values sorted at a time.
_SPAN = 1_000_000.0
_AT_ONCE = 1_000_000


@dataclass(frozen=True)
class Near:
    """What is near each asked place: median, median absolute deviation from it (MAD), number; NaN and 0 for nothing."""

    median: Numbers
    mad: Numbers
    number: Integers


def places(series: Integers, at: Numbers) -> Numbers:
    """Positions of series as places on one axis."""
    return series * _SPAN + at


def neighbours(series: Integers, at: Numbers, values: Numbers, known: Flags, at_least: int = 1) -> Numbers:
    """Median of a row's series at the other positions within the window; of those in core alone if there are any.

    NaN where fewer than `at_least` are near.
    """
    import numpy as np

    keys = places(series, at)
    found = near(keys, keys, values)
    median, number = found.median, found.number
    if known.any():
        trusted = near(keys, keys[known], values[known])
        median = np.where(trusted.number > 0, trusted.median, median)
        number = np.where(trusted.number > 0, trusted.number, number)
    return np.where(number >= at_least, median, np.nan)


def near(asked: Numbers, keys: Numbers, values: Numbers, *, spread: bool = False) -> Near:
    """The values whose place (`keys`) is within the window of each asked one, but not the same; MAD if `spread`."""
    import numpy as np

    once, row = np.unique(asked, return_inverse=True)
    order = np.argsort(keys, kind="stable")
    values = values[order]
    median, mad = np.full(len(once), np.nan), np.full(len(once), np.nan)
    number = np.zeros(len(once), dtype=np.int64)
    for part, count, members, owner in _windows(once, keys[order]):
        number[part] = count
        median[part] = medians(values[members], owner, count)
        if spread:
            mad[part] = medians(np.abs(values[members] - median[part][owner]), owner, count)
    return Near(median[row], mad[row], number[row])


def _windows(asked: Numbers, keys: Numbers) -> Iterator[tuple[Integers, Integers, Integers, Integers]]:
    """Windows written out one behind the other, `_AT_ONCE` members at a time.

    Gives which of the asked it is about, how many members each has, the members' indices into the ordered keys, and
    to which of these asked each member belongs.
    """
    import numpy as np

    begins = np.column_stack(
        [np.searchsorted(keys, asked - WINDOW_MONTHS, "left"), np.searchsorted(keys, asked, "right")]
    )
    ends = np.column_stack(
        [np.searchsorted(keys, asked, "left"), np.searchsorted(keys, asked + WINDOW_MONTHS, "right")]
    )
    number = (ends - begins).sum(axis=1)
    cuts = np.searchsorted(np.cumsum(number), np.arange(_AT_ONCE, number.sum(), _AT_ONCE))
    for part in np.split(np.arange(len(asked)), np.unique(cuts)):
        lengths = (ends[part] - begins[part]).ravel()
        shift = begins[part].ravel() - (np.cumsum(lengths) - lengths)
        members = np.arange(lengths.sum()) + np.repeat(shift, lengths)
        yield part, number[part], members, np.repeat(np.arange(len(part)), number[part])


def medians(values: Numbers, owner: Integers, count: Integers) -> Numbers:
    """The median of each owner's values, of which it has so many; NaN for an owner without any."""
    import numpy as np

    ordered = values[np.lexsort((values, owner))]
    first = np.cumsum(count) - count
    some = count > 0
    found = np.full(len(count), np.nan)
    low, high = (first + (count - 1) // 2)[some], (first + count // 2)[some]
    found[some] = (ordered[low] + ordered[high]) / 2
    return found
