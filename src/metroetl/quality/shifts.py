"""Columns that judge a table as a whole: a column or a row off shows in many figures, if in none of them for sure.

A table is what a document prints in one; its sentences count as one more.
"""

from __future__ import annotations

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
from metroetl.quality.windows import medians

if TYPE_CHECKING:
    import pandas as pd


# So many rows up or down; two of them in a column of five or more figures.
_BY = (0, 1, -1, 2, -2)
_READ = [
    "document_row_id", "table_no", "measure", "measure_family", "variant", "at", "region_code", "indicator_code",
    "span_start", "value_norm", "expected", "off", "off_slack",
]  # fmt: skip


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
    import pandas as pd

    told = pd.concat([frame[name].fillna("").ne("") for name in ECHOES], axis=1).any(axis=1)
    counted = frame["basis"].isin(["print", "growth", "pace", ""]) | sums
    echoed = (told & counted).astype(float).where(frame["region_echo"].notna())
    shares = []
    for second in ("table_no", "measure_family"):
        groups = echoed.groupby([frame["document_row_id"], frame[second].astype(object).fillna(-1)])
        shares.append(groups.transform("mean").where(groups.transform("sum").ge(at_least)))
    largest: pd.Series[float] = shares[0].where(shares[0].ge(shares[1]) | shares[1].isna(), shares[1])
    return largest


def _old_share(frame: pd.DataFrame) -> pd.Series[float]:
    """Of the document; where that has too few figures, of the batch on those of its figures that are old."""

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
    largest: pd.Series[float] = shares[0].where(shares[0].ge(shares[1]) | shares[1].isna(), shares[1])
    return largest


def _weighted(
    same: pd.Series[float], known: pd.Series[float], owner: pd.Series[str], at_least: float
) -> pd.Series[float]:
    total = known.groupby(owner).transform("sum")
    share: pd.Series[float] = (same.groupby(owner).transform("sum") / total).where(total.ge(at_least))
    return share


def _shifted(frame: pd.DataFrame) -> pd.Series[Any]:
    """For columns of one indicator over places, and of one place over indicators, in printed order."""

    compared = frame["off"].notna() & frame["expected"].notna()
    rows = frame.loc[compared, _READ].sort_values("span_start", kind="stable")
    of_indicator = _shifts(
        rows, ["document_row_id", "table_no", "measure", "variant", "at", "indicator_code"]
    )
    of_place = _shifts(
        rows, ["document_row_id", "measure_family", "variant", "at", "region_code"], slack=True
    )
    told = of_indicator[of_indicator.ne("")].combine_first(of_place).combine_first(of_indicator)
    shifted: pd.Series[Any] = told.reindex(frame.index).astype(object)
    return shifted


def _shifts(rows: pd.DataFrame, column: list[str], *, slack: bool = False) -> pd.Series[Any]:
    """By how many rows the values of each column fit what is expected, if they plainly don't as they stand; empty if they
    do, null for a column of few.

    Rates of several indicators have slacks of their own (`slack`); those of one indicator in several places share their
    prices.
    """
    import numpy as np
    import pandas as pd

    groups = rows.groupby([rows[c].astype(object).fillna("") for c in column], sort=False)
    rows = rows.assign(column=groups.ngroup(), size=groups["off"].transform("size"))
    rows = rows[rows["size"].ge(SHIFT_NEEDS)].sort_values("column", kind="stable")
    level = rows["measure_family"].eq("level").to_numpy()
    values, expected = (rows[c].to_numpy(float) for c in ("value_norm", "expected"))
    _, first, owner, size = np.unique(
        rows["column"].to_numpy(), return_index=True, return_inverse=True, return_counts=True
    )
    sound = ~_any((level & ((values <= 0) | (expected <= 0))), owner, len(size))
    with np.errstate(divide="ignore", invalid="ignore"):
        values, expected = (np.where(level, np.log(v) * 100, v) for v in (values, expected))
    place = np.arange(len(rows)) - first[owner]
    misses = np.full((len(_BY), len(size)), np.inf)
    for n, by in enumerate(_BY):
        moved = first[owner] + (place - by) % size[owner]
        enough = size > (2 * abs(by))
        misses[n, enough] = medians(np.abs(values - expected[moved]), owner, size)[enough]
    best = misses.argmin(axis=0)
    usual = medians(rows["off_slack"].to_numpy(float), owner, size) if slack else SHIFT_POINTS
    far = misses[0] > np.where(level[first], SHIFT_PERCENT, np.maximum(usual, SHIFT_POINTS))
    found = sound & (best > 0) & far & (misses.min(axis=0) <= SHIFT_REST * misses[0])
    words = np.where(found, np.array([f"{by:+d}" for by in _BY], dtype=object)[best], "")
    return pd.Series(words[owner], index=rows.index, dtype=object)


def _any(flags: Any, owner: Any, owners: int) -> Any:
    """Whether any of an owner's flags is set."""
    import numpy as np

    return np.bincount(owner, weights=flags, minlength=owners) > 0
