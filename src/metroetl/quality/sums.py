"""Columns that set the figures of one document against each other: parts and wholes, members of a circle, repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metroetl.quality.limits import ROUNDED
from metroetl.quality.series import usable

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from metroetl.catalogue import Catalogue

_CELL = ["document_row_id", "measure", "variant", "at"]


def add_sum_columns(frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The frame with gap, slack and whole of parts and of circles, and with what else the document says of a figure.

    A gap is printed whole minus sum of parts, on every row that takes part; the slack is what rounding allows: half of
    the last printed place of each number. Suspect figures take no part: what is wrong with them is known already.
    """
    taking_part = usable(frame) & frame["measure_family"].eq("level") & ~frame["suspect"]
    levels = frame.loc[
        taking_part, [*_CELL, "region_code", "indicator_code", "agg_rule", "value_norm", "rounding"]
    ]
    wholes = [(i.code, i.parts) for i in catalogue.indicators.values() if i.parts]
    parts = _gaps(levels, [*_CELL, "region_code"], "indicator_code", wholes)
    frame = frame.join(
        parts.rename(columns={"gap": "parts_gap", "slack": "parts_slack", "whole": "parts_whole"})
    )
    circles = [
        (c.region_code, tuple(c.order)) for c in catalogue.circles.values() if c.members_known and c.order
    ]
    additive = levels[levels["agg_rule"].eq("sum")]
    members = _gaps(additive, [*_CELL, "indicator_code"], "region_code", circles)
    frame = frame.join(
        members.rename(columns={"gap": "circle_gap", "slack": "circle_slack", "whole": "circle_whole"})
    )
    return _add_repeats(frame)


def _gaps(
    rows: pd.DataFrame, cell: list[str], dimension: str, wholes: Iterable[tuple[str, tuple[str, ...]]]
) -> pd.DataFrame:
    """gap, slack and whole by row, for cells that print a whole and all of its parts once."""
    import pandas as pd

    once = rows.drop_duplicates([*cell, dimension])
    found = []
    for whole, parts in wholes:
        part_rows = once[once[dimension].isin(parts)]
        sums = part_rows.groupby(cell, dropna=False).agg(
            total=("value_norm", "sum"), slack=("rounding", "sum"), n=("value_norm", "size")
        )
        heads = once[once[dimension].eq(whole)].set_index(cell)[["value_norm", "rounding"]]
        full = heads.join(sums[sums["n"].eq(len(parts))], how="inner")
        full = full.assign(
            gap=full["value_norm"] - full["total"],
            slack=full["slack"] + full["rounding"] + 1e-9,
            whole=full["value_norm"],
        )
        takes_part = rows[rows[dimension].isin((whole, *parts))]
        found.append(
            takes_part[cell]
            .join(full[["gap", "slack", "whole"]], on=cell)[["gap", "slack", "whole"]]
            .dropna()
        )
    columns = pd.concat(found) if found else pd.DataFrame(columns=["gap", "slack", "whole"])
    return columns[~columns.index.duplicated()].astype(float)


def _add_repeats(frame: pd.DataFrame) -> pd.DataFrame:
    """How many values, beyond rounding, the documents of one day state for one fact; and those of one document.

    What the reader found (findings.add_reader_columns) is kept; the rest of `stated_values` is what it left to judge.
    """
    fact = ["region_code", "indicator_code", "measure", "variant", "clock", "at", "revision_stage"]
    cell = ["document_row_id", *fact]
    rows = frame.loc[usable(frame), [*cell, "published", "value_norm", "rounding"]]
    differing = rows[_distinct(rows, cell).gt(1)]
    values = differing.groupby(cell, dropna=False)["value_norm"].transform(
        lambda v: "≠".join(f"{x:.12g}" for x in sorted(v.unique()))
    )
    alone = frame["stated_values"].eq("")
    return frame.assign(
        stated_values=frame["stated_values"].mask(alone & frame.index.isin(values.index), values),
        distinct_on_day=_distinct(rows, ["published", *fact]).where(rows["published"].notna()),
    )


def _distinct(rows: pd.DataFrame, keys: list[str]) -> pd.Series[float]:
    groups = rows.groupby(keys, dropna=False)
    spread = groups["value_norm"].transform("max") - groups["value_norm"].transform("min")
    coarsest = groups["rounding"].transform("max") * ROUNDED
    values: pd.Series[float] = (
        groups["value_norm"].transform("nunique").astype(float).where(spread.gt(coarsest), 1.0)
    )
    return values


def add_parent_value(frame: pd.DataFrame, past: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """parent_value: the same fact of the region above, for what adds up; a part can't be larger than its whole."""
    import pandas as pd

    fact = ["indicator_code", "measure", "variant", "clock", "at"]
    columns = ["region_code", *fact, "value_norm"]
    staged = frame.loc[usable(frame) & ~frame["suspect"], columns]
    known = pd.concat([staged, past[columns]]).drop_duplicates(["region_code", *fact], keep="last")
    lookup = known.set_index(["region_code", *fact])["value_norm"].rename("parent_value")
    parents = {code: region.parent_code for code, region in catalogue.regions.items()}
    adds_up = usable(frame) & frame["measure_family"].eq("level") & frame["agg_rule"].eq("sum")
    rows = frame.loc[adds_up, columns]
    above = rows[fact].assign(region_code=rows["region_code"].map(parents))
    found = above.join(lookup, on=["region_code", *fact])["parent_value"]
    return frame.assign(parent_value=found)
