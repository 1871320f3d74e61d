"""The parameters that rules compare against where the catalogue has none: each named, with the reason.

Limits of growth stand with the indicators (yoy_min, yoy_max in catalogue/data/indicators.csv); thresholds that a rule
applies to a column stand with the rule in expectations/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from metroetl.catalogue import Catalogue

NATION = "000000"
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
# A stock that moved by so many of its last printed places the year before doesn't stand still by chance.
MOVING_PLACES = 40
# Growth of the opposite sign to what levels or neighbours say: so near to the mirrored rate, so far from it (points);
# against neighbours only where there are enough of them, and where plausible growth spans no more than this.
MIRRORED_PP = 1.5
OPPOSED_PP = 6.0
STEADY_RANGE_PP = 60.0
USUAL_NEEDS = 3

# How old the gap between levels and growth, or the pace of a series, may be to be expected again.
DRIFT_MONTHS = 15
PACE_MONTHS = 12
# How far a figure may be from what is expected before it is asked whose it is. Against another print of it: per cent
# (rates: the last printed place). Against the growth of its levels, against the last growth of its series: points, by
# (growth nominal and steady, nominal and volatile, real of GDP, real of its parts). Where growth is real and the series has
# no past, prices are not known: LOOSE. Beyond LIMIT_DRIFT_PP a level and its growth don't belong together.
SLACK_PRINT = 1.0
SLACK_GROWTH_PP = (2.5, 5.0, 3.0, 6.0)
SHARED_NEEDS, BESIDE_NEEDS = 3, 4
ANCHORED = 0.6  # of slack and limit, where prices are known from places beside or above
EXACT_PP = 0.15  # a nominal series whose gap last was no larger is kept to that exactly
SLACK_EXACT_PP = 0.45
BESIDE_MADS, BESIDE_LEAST_PP = 6.0, 0.4  # how far a place may drift from those beside it, by how far these do
GROWTH_SUM_PP = (
    0.35  # how far growth may be from the weighted growth of its parts; what is printed stays within 0.2
)
LIMIT_EXACT_PP = 2.0
SLACK_LOOSE_PP = (2.5, 5.0, 8.0, 14.0)
LIMIT_DRIFT_PP = (3.0, 6.0, 5.0, 9.0)
SLACK_PACE_PP = 8.0
SLACK_MEDIAN = 60.0
SLACK_RATE_PP = (2.5, 6.0, 2.5, 6.0)
# A print of the same fact so many days before, or fewer, is another source's and no revision.
SOURCES_DAYS = 120
SOURCES_PERCENT = 2.0
SOURCES_PP = 1.0
# An echo needs so many digits by family, fewer where a print or the growth is expected and not the pace; it lies so near
# in time, fits so well (per cent; part of what it is off). Rates of a pace alone have too few digits to tell.
ECHO_DIGITS = {("level", True): 3, ("level", False): 4, ("yoy", True): 1, ("yoy", False): 99}
ECHO_MONTHS = 25
FIT_PERCENT = 2.0
EXCHANGED_PERCENT, EXCHANGED_PP = 10.0, 1.0
FAR = 100.0  # per cent (as a logarithm): no revision and no boom
FIT_OF_OFF = 0.25
FIT_ALONE = 0.1
FIT_HEADER_PP = 10.0
FIT_HEADER_PERCENT = 30.0
SHARE_OF_ITSELF = 0.05
MIRROR_OF_OFF = 0.3
MIRROR_PACE_PP = 6.0
MISPRINT_PERCENT = 1.5
CUT_PERCENT = 4.0
# So many figures that are off are asked about in a run: beyond them the batch is wrong, not its figures.
ECHO_ROWS = 5_000
# So many figures of a document are compared with its title; so many of usually so fine prints tell that it was rounded.
TITLE_NEEDS = 2
COARSE_NEEDS = 3
FINE_ROUNDING = 0.06
# A table is judged as a whole from so many figures on that are others'. A page is old from so much weight on; a level weighs so
# much more than a rate, which comes again by chance, after a quarter more easily than after a year. A column is shifted if half of it is off by so many points (per cent)
# and, moved by a row, by no more than a part of that.
TABLE_NEEDS = 3
OLD_NEEDS = {"year_ago": 4.0, "quarter_ago": 5.0}
OLD_WEIGHT = 3.0
SHIFT_NEEDS = 4
SHIFT_POINTS = 0.3
SHIFT_PERCENT = 20.0
SHIFT_REST = 0.3
# So many releases of one name tell what they usually state, if they have so many facts in common.
RELEASES_ALIKE = 4
RELEASE_FACTS = 6
USUAL_FACTS = 4

# Highest and lowest level of a year that a region of this kind can have, in the catalogue's unit.
SIZES: dict[tuple[str, str], tuple[float, float]] = {
    ("GDP", "county"): (0.3, 30_000),
    ("GDP", "prefecture"): (3, 60_000),
    ("GDP", "province"): (50, 300_000),
    ("GDP", "aggregate"): (50, 1_000_000),
    ("GDP", "nation"): (50_000, 5_000_000),
    ("POP", "county"): (0.1, 1_000),
    ("POP", "prefecture"): (1, 5_000),
    ("POP", "province"): (100, 20_000),
    ("POP", "aggregate"): (50, 60_000),
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


def regions_above(catalogue: Catalogue) -> dict[str, str | None]:
    """The region above each; above a province stands the nation."""
    return {
        code: region.parent_code or (NATION if region.level == "province" else None)
        for code, region in catalogue.regions.items()
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
