"""Columns that judge a table as a whole: a column or a row off shows in many figures, if in none of them for sure.

A table is what a document prints in one; its sentences count as one more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from metroetl.quality.echoes import ECHOES
from metroetl.quality.limits import (
    OLD_NEEDS,
    OLD_WEIGHT,
    SHIFT_NEEDS,
    SHIFT_PERCENT,
    SHIFT_POINTS,
    SHIFT_REST,
    TABLE_NEEDS,
)
from metroetl.quality.series import is_same

if TYPE_CHECKING:
    import pandas as pd


def add_table_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """echo_share, echo_share_of_all: the part of a table's compared figures that are others' figures. old_share: the part of a document's
    (a batch's) that stood there a year, or a quarter, before; levels weigh more. shifted: how the figures of a column fit once they
    are moved by one row, if they fit then only.

    Each is the same on all rows of its table (document, column), null where they are too few.
    """
    return frame.assign(
        echo_share=_echo_share(frame, TABLE_NEEDS, sums=False),
        echo_share_of_all=_echo_share(frame, 2 * TABLE_NEEDS, sums=True),
        old_share=_old_share(frame),
        shifted=_shifted(frame),
    )


def _echo_share(frame: pd.DataFrame, at_least: int, *, sums: bool) -> pd.Series[float]:
    """Of the table, or of the document's levels or rates alone, whichever is more.

    What a broken sum expects of its parts speaks for one of them only: it counts with many others alone (`sums`).
    """
    import numpy as np
    import pandas as pd

    told = pd.concat([frame[name].fillna("").ne("") for name in ECHOES], axis=1).any(axis=1)
    counted = frame["basis"].isin(["print", "growth", "pace", ""]) | sums
    echoed = (told & counted).astype(float).where(frame["region_echo"].notna())
    shares = []
    for second in ("table_no", "measure_family"):
        groups = echoed.groupby([frame["document_row_id"], frame[second].astype(object).fillna(-1)])
        shares.append(groups.transform("mean").where(groups.transform("sum").ge(at_least)))
    largest: pd.Series[float] = shares[0].combine(shares[1], np.fmax)
    return largest


def _old_share(frame: pd.DataFrame) -> pd.Series[float]:
    """Of the document; where that has too few figures, of the batch on those of its figures that are old."""
    import numpy as np

    weight = frame["measure_family"].map({"level": OLD_WEIGHT, "yoy": 1.0})
    shares = []
    for before, at_least in OLD_NEEDS.items():
        old = is_same(frame, before)
        known = weight.where(frame[before].notna())
        same = known.where(old, 0.0).where(known.notna())
        of_paper, of_batch = (
            _weighted(same, known, frame[owner], at_least) for owner in ("document_row_id", "batch_id")
        )
        shares.append(of_paper.fillna(of_batch.where(old)))
    largest: pd.Series[float] = shares[0].combine(shares[1], np.fmax)
    return largest


def _weighted(
    same: pd.Series[float], known: pd.Series[float], owner: pd.Series[str], at_least: float
) -> pd.Series[float]:
    total = known.groupby(owner).transform("sum")
    share: pd.Series[float] = (same.groupby(owner).transform("sum") / total).where(total.ge(at_least))
    return share


def _shifted(frame: pd.DataFrame) -> pd.Series[Any]:
    """For columns of one indicator over places, and of one place over indicators, in printed order."""
    import pandas as pd

    told = pd.Series(index=frame.index, dtype=object)
    rows = frame[frame["off"].notna() & frame["expected"].notna()].sort_values("span_start", kind="stable")
    for column in (
        ["document_row_id", "table_no", "measure", "variant", "at", "indicator_code"],
        ["document_row_id", "measure_family", "variant", "at", "region_code"],
    ):
        groups = rows.groupby([rows[c].astype(object).fillna("") for c in column], sort=False)
        for members in groups.indices.values():
            if len(members) >= SHIFT_NEEDS:
                part = rows.iloc[members]
                told[part.index] = told[part.index].where(
                    told[part.index].fillna("").ne(""), _shift(part, slack=column[-1] == "region_code")
                )
    return told


def _shift(part: pd.DataFrame, *, slack: bool) -> str:
    """By how many rows the values fit what is expected, if they plainly don't as they stand; empty if they do.

    Rates of several indicators have slacks of their own; those of one indicator in several places share their prices.
    """
    import numpy as np

    level = part["measure_family"].iloc[0] == "level"
    values, expected = (part[c].to_numpy(float) for c in ("value_norm", "expected"))
    if level:
        if (values <= 0).any() or (expected <= 0).any():
            return ""
        values, expected = np.log(values) * 100, np.log(expected) * 100
    misses = {by: float(np.median(np.abs(values - np.roll(expected, by)))) for by in _shifts(len(part))}
    best = min(misses, key=lambda by: misses[by])
    here = misses[0]
    usual = float(part["off_slack"].median()) if slack else SHIFT_POINTS
    far = here > (SHIFT_PERCENT if level else max(usual, SHIFT_POINTS))
    return f"{best:+d}" if best and far and misses[best] <= SHIFT_REST * here else ""


def _shifts(size: int) -> Iterator[int]:
    yield from (0, 1, -1, *((2, -2) if size > 4 else ()))
