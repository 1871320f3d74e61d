"""Columns that set the figures of one document against each other: parts and wholes, members of a circle, repeats."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from metroetl.quality.limits import ROUNDED
from metroetl.quality.series import usable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from metroetl.catalogue import Catalogue

Whole = tuple[str, "Sequence[str]"]
_CELL = ["document_row_id", "measure", "variant", "at"]


def add_sum_columns(frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The frame with gap, slack and whole of parts, of circles and of places, and with what else the document says of a figure.

    A gap is printed whole minus sum of parts, on every row that takes part; the slack is what rounding allows: half of
    the last printed place of each number. Suspect figures take no part: what is wrong with them is known already; what the
    reader abstained from is added up for itself only.
    """
    taking_part = usable(frame) & frame["measure_family"].eq("level") & ~frame["suspect"]
    levels = frame.loc[
        taking_part, [*_CELL, "region_code", "indicator_code", "agg_rule", "value_norm", "rounding"]
    ]
    wholes = [(i.code, i.parts) for i in catalogue.indicators.values() if i.parts]
    parts = _gaps(levels, [*_CELL, "region_code"], "indicator_code", wholes)
    doubted = frame[usable(frame, sure=False) & frame["measure_family"].eq("level") & ~frame["suspect"]]
    unsure = _gaps(doubted, [*_CELL, "region_code"], "indicator_code", wholes)
    parts = parts.combine_first(unsure[~frame.loc[unsure.index, "publish"].astype(bool)])
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
    additive = doubted[doubted["agg_rule"].eq("sum")]
    places = _places(additive, catalogue)
    below = _gaps(additive, [*_CELL, "indicator_code"], "region_code", places)
    frame = frame.join(
        below.rename(columns={"gap": "places_gap", "slack": "places_slack", "whole": "places_whole"})
    )
    return _add_repeats(_add_growth_sums(frame, wholes, circles, places))


def _add_growth_sums(
    frame: pd.DataFrame, wholes: Sequence[Whole], circles: Sequence[Whole], places: Sequence[Whole]
) -> pd.DataFrame:
    """growth_sum_gap: growth of a whole less that of its parts, weighted by their share of it a year before; the same on
    all of these rates. weight: that share (1 for the whole).

    Real growth adds up as well, for its weights are those of the year before: what is printed fits within 0.2 points. What
    is no plausible growth takes no part.
    """
    import pandas as pd

    compared = usable(frame, sure=False) & frame["accumulation"].isin(["ytd", "eop"])
    cell = ["document_row_id", "region_code", "indicator_code", "variant", "at"]
    low, high = (frame[c].astype(float) for c in ("yoy_min", "yoy_max"))
    growth = frame["measure_family"].eq("yoy") & frame["value_norm"].ge(low) & frame["value_norm"].le(high)
    rates = frame.loc[compared & growth, [*cell, "value_norm", "measure", "agg_rule"]]
    levels = frame.loc[compared & frame["measure_family"].eq("level"), [*cell, "value_norm"]].drop_duplicates(
        cell
    )
    both = rates.reset_index(names="row").merge(levels, on=cell, suffixes=("", "_level"))
    additive = both[both["agg_rule"].eq("sum")]
    found = [
        _growth_sums(
            both, ["document_row_id", "region_code", "variant", "at", "measure"], "indicator_code", wholes
        ),
        *(
            _growth_sums(
                additive,
                ["document_row_id", "indicator_code", "variant", "at", "measure"],
                "region_code",
                kind,
            )
            for kind in (circles, places)
        ),
    ]
    told = pd.concat(found)
    return frame.join(told[~told.index.duplicated()])


def _growth_sums(
    both: pd.DataFrame, cell: list[str], dimension: str, wholes: Sequence[Whole]
) -> pd.DataFrame:
    """growth_sum_gap and weight by row, for cells that state level and growth of a whole and of all of its parts once."""
    pairs = both.merge(_members(dimension, wholes), on=dimension)
    pairs = pairs.drop_duplicates([*cell, "group", dimension])
    base = pairs["value_norm_level"] / (1 + pairs["value_norm"] / 100)
    head = pairs["is_whole"].astype(bool)
    pairs = pairs.assign(
        base=base, part=base.where(~head, 0.0), pull=(base * pairs["value_norm"]).where(~head, 0.0),
        growth=pairs["value_norm"].where(head, 0.0), head=head.astype(int),
    )  # fmt: skip
    groups = pairs.groupby([*cell, "group"], dropna=False)
    total = groups["part"].transform("sum")
    gap = groups["growth"].transform("sum") - groups["pull"].transform("sum") / total
    full = (
        groups["head"].transform("size").eq(pairs["needed"] + 1)
        & groups["head"].transform("sum").eq(1)
        & total.gt(0)
    )
    found = pairs.assign(growth_sum_gap=gap, weight=(pairs["base"] / total).where(~head, 1.0))[
        full.to_numpy(bool)
    ]
    columns: pd.DataFrame = found.drop_duplicates("row").set_index("row")[["growth_sum_gap", "weight"]]
    return columns.rename_axis(None).astype(float)


def _members(dimension: str, wholes: Iterable[Whole]) -> pd.DataFrame:
    """A row a part and a whole: to which group it belongs, and how many parts that has."""
    import pandas as pd

    return pd.DataFrame(
        [
            (n, code, code == whole, len(parts))
            for n, (whole, parts) in enumerate(wholes)
            for code in (whole, *parts)
        ],
        columns=["group", dimension, "is_whole", "needed"],
    )


def _gaps(rows: pd.DataFrame, cell: list[str], dimension: str, wholes: Iterable[Whole]) -> pd.DataFrame:
    """gap, slack and whole by row, for cells that print a whole and all of its parts once."""
    import pandas as pd

    groups = _members(dimension, wholes)
    taking = rows.loc[rows[dimension].isin(groups[dimension]), [*cell, dimension, "value_norm", "rounding"]]
    if taking.empty:
        return pd.DataFrame(columns=["gap", "slack", "whole"], dtype=float)
    taking = taking.assign(cell=taking.groupby(cell, dropna=False, sort=False).ngroup())
    pairs = (
        taking[["cell", dimension, "value_norm", "rounding"]]
        .reset_index(names="row")
        .merge(groups, on=dimension)
    )
    once = pairs.drop_duplicates(["cell", "group", dimension])
    once = once.assign(
        total=once["value_norm"].where(~once["is_whole"], 0.0),
        whole=once["value_norm"].where(once["is_whole"], 0.0),
        parts=(~once["is_whole"]).astype(int),
    )
    sums = once.groupby(["cell", "group"]).agg(
        total=("total", "sum"), whole=("whole", "sum"), parts=("parts", "sum"), heads=("is_whole", "sum"),
        needed=("needed", "first"), slack=("rounding", "sum"),
    )  # fmt: skip
    full = sums[sums["parts"].eq(sums["needed"]) & sums["heads"].eq(1)]
    full = full.assign(gap=full["whole"] - full["total"], slack=full["slack"] + 1e-9)
    found = pairs.join(full[["gap", "slack", "whole"]], on=["cell", "group"]).dropna(subset=["gap"])
    columns: pd.DataFrame = found.drop_duplicates("row").set_index("row")[["gap", "slack", "whole"]]
    return columns.rename_axis(None)


def _places(rows: pd.DataFrame, catalogue: Catalogue) -> list[Whole]:
    """Regions of the rows whose parts are all there too: a province's cities, a city's districts, no functional areas."""
    there = set(rows["region_code"])
    below: dict[str, list[str]] = defaultdict(list)
    for region in catalogue.regions.values():
        if (
            region.parent_code is not None
            and region.parent_code in there
            and region.level in ("prefecture", "county")
            and region.valid_to is None
        ):
            below[region.parent_code].append(region.code)
    return [(code, parts) for code, parts in below.items() if len(parts) > 1 and there.issuperset(parts)]


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
