"""The parameters that rules compare against where the catalogue has none: each named, with the reason.

Limits of growth stand with the indicators (yoy_min, yoy_max in catalogue/data/indicators.csv); thresholds that a rule
applies to a column stand with the rule in expectations/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# Neighbours of a figure in its series: near enough to be alike, far enough to be there.
WINDOW_MONTHS = 36
# Nearest power of ten counts as a slip of unit when log10 of the ratio is this near to it.
POWER_SLACK = 0.25
# Pace against the neighbours: seasonal series (agriculture) reach 1.7; volatile ones get what their growth allows.
JUMP_FACTOR = 3.0
JUMP_MARGIN = 1.3
# Nominal change on the year against limits that are meant for (often real) growth: prices and revised bases.
YEAR_MARGIN_PP = 25.0
# Two prints of one value differ by no more than the last place of the coarser one; `rounding` is half of it.
ROUNDED = 2.000001
# A part may exceed its whole by rounding.
PARENT_SLACK = 1.001
# Two values with this many digits don't agree by chance.
SIGNIFICANT_DIGITS = 4
# Growth of the opposite sign to what levels or neighbours say: so near to the mirrored rate, so far from it (points);
# against neighbours only where there are enough of them, and where plausible growth spans no more than this.
MIRRORED_PP = 1.5
OPPOSED_PP = 6.0
STEADY_RANGE_PP = 60.0
USUAL_NEEDS = 3

# Highest and lowest level of a year that a region of this kind can have, in the catalogue's unit.
SIZES: dict[tuple[str, str], tuple[float, float]] = {
    ("GDP", "county"): (0, 30_000),
    ("GDP", "prefecture"): (0, 60_000),
    ("GDP", "province"): (0, 300_000),
    ("GDP", "nation"): (50_000, 5_000_000),
    ("POP", "county"): (0, 1_000),
    ("POP", "prefecture"): (0, 5_000),
    ("POP", "province"): (0, 20_000),
    ("POP", "nation"): (100_000, 200_000),
    **{
        (indicator, level): (300, 300_000)
        for indicator in ("INC", "INC_U", "INC_R", "CONS")
        for level in ("county", "prefecture", "province", "nation")
    },
}
# Any other level in 亿元: above the largest balances and invoice totals of such a region.
SIZES_OF_MONEY: dict[str, tuple[float, float]] = {
    "county": (0, 200_000),
    "prefecture": (0, 500_000),
    "province": (0, 3_000_000),
    "aggregate": (0, 10_000_000),
    "nation": (0, 50_000_000),
}


def add_size_limits(frame: pd.DataFrame) -> pd.DataFrame:
    """size_min and size_max of levels, null where nothing is known."""
    import pandas as pd

    kinds = (frame[name].tolist() for name in ("indicator_code", "region_level", "unit_norm"))
    limits = [
        SIZES.get((indicator, level)) or (unit == "亿元" and SIZES_OF_MONEY.get(level)) or (None, None)
        for indicator, level, unit in zip(*kinds, strict=True)
    ]
    sizes = pd.DataFrame(limits, columns=["size_min", "size_max"], index=frame.index, dtype=float)
    return frame.join(sizes.where(frame["measure_family"].eq("level") & frame["value_norm"].gt(0)))
