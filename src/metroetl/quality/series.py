"""Columns that set a figure against its own series: neighbours, last year, the last vintage, the months before.

What core holds is trusted and preferred; where core has nothing (a first load), the batch's own rows are the measure.
All values are in the catalogue's unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metroetl.quality.limits import (
    JUMP_FACTOR,
    MIRRORED_PP,
    MOVING_PLACES,
    OPPOSED_PP,
    POWER_SLACK,
    ROUNDED,
    SIGNIFICANT_DIGITS,
    SOURCES_DAYS,
    SOURCES_PERCENT,
    SOURCES_PP,
    STEADY_RANGE_PP,
    USUAL_NEEDS,
)
from metroetl.quality.windows import neighbours

if TYPE_CHECKING:
    import pandas as pd

SERIES = ["region_code", "indicator_code", "measure", "variant", "clock"]
COMPARED = [
    *SERIES,
    "at",
    "year",
    "month",
    "published",
    "measure_family",
    "accumulation",
    "value_norm",
    "rounding",
]


@dataclass(frozen=True)
class Facts:
    """Core's and the batch's figures in the columns of COMPARED, and the one that counts of each series and position."""

    all: pd.DataFrame
    one: pd.DataFrame


def positions(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with year, month, `at` (months since year 0), `published`, and `clock`: what else tells periods apart.

    2024, 2024-Q4 and 2024-M12 are one position of a cumulative series or stock; for a value of the period itself they
    are three series.
    """
    import pandas as pd

    end = pd.to_datetime(frame["period_end"], errors="coerce")
    published = pd.to_datetime(frame["published_on"], errors="coerce", utc=True)
    clock = frame["frequency"].where(frame["accumulation"].eq("period"), "")
    return frame.assign(
        year=end.dt.year,
        month=end.dt.month,
        at=end.dt.year * 12 + end.dt.month,
        clock=clock.fillna(""),
        published=published,
        value_norm=pd.to_numeric(frame["value_norm"]),
    )


def usable(frame: pd.DataFrame, *, sure: bool = True) -> pd.Series[bool]:
    """Rows that can be compared: with place, indicator, period and value; `sure` those that the reader publishes.

    What it abstained from is compared too, so that a person learns why it may be wrong, but nothing is by it.
    """
    known: pd.Series[bool] = frame[["region_code", "indicator_code", "value_norm", "at"]].notna().all(axis=1)
    return known & frame["publish"].astype(bool) if sure else known


def add_series_columns(frame: pd.DataFrame, past: pd.DataFrame) -> tuple[pd.DataFrame, Facts]:
    """The frame with all comparison columns; `past` is core in the same columns (see frames.load_past).

    pace_ratio (value a month against the median of its neighbours), scale_power (nearest power of ten of it, 0 if
    none), usual_growth (median of the neighbours' growth), year_ago and its like, nominal_growth (%), growth_gap_pp (against the
    growth of the same document), last_value, revision_ratio, revision_pp, ytd_floor; `suspect` tells the levels that
    no other figure should be judged by. Also the facts that they were taken from.
    """
    import pandas as pd

    sure, comparable = usable(frame), usable(frame, sure=False)
    staged = frame.loc[comparable, COMPARED].assign(known=False, row=lambda f: f.index, sure=sure[comparable])
    facts = pd.concat([past[COMPARED].assign(known=True, row=-1, sure=True), staged], ignore_index=True)
    facts["series"] = facts.groupby(SERIES, sort=False, dropna=False).ngroup()
    trusted = facts[facts["sure"]]
    frame = _add_usual_growth(frame.join(_paces(trusted)), trusted)
    off_pace = frame["pace_ratio"].lt(1 / JUMP_FACTOR) | frame["pace_ratio"].gt(JUMP_FACTOR)
    negative = facts["measure_family"].eq("level") & facts["value_norm"].le(0)
    facts["suspect"] = negative | ~facts["sure"] | facts["row"].map(off_pace).eq(True)
    one = _one_a_position(facts)
    frame = _add_year_ago(frame, facts, one)
    frame = _add_last(frame, facts)
    frame = _add_floor(frame, facts, one)
    shrunk = frame["value_upper"].lt(frame["ytd_floor"])
    negative = frame["measure_family"].eq("level") & frame["value_norm"].le(0)
    frame["suspect"] = off_pace | shrunk | negative | frame["same_as_year_ago"].eq(True)
    return _add_growth_gap(frame), Facts(facts, one)


def _paces(facts: pd.DataFrame) -> pd.DataFrame:
    """pace_ratio and scale_power by row of the frame, for levels."""
    import numpy as np
    import pandas as pd

    levels = facts[facts["measure_family"].eq("level") & facts["value_norm"].gt(0)]
    months = levels["month"].where(levels["accumulation"].eq("ytd"), 1)
    pace = (levels["value_norm"] / months).to_numpy(float)
    at, known = levels["at"].to_numpy(float), levels["known"].to_numpy(bool)
    ratios = pace / neighbours(levels["series"].to_numpy(), at, pace, known)
    power = np.round(np.log10(ratios))
    power[np.abs(np.log10(ratios) - power) > POWER_SLACK] = 0
    result = pd.DataFrame({"row": levels["row"], "pace_ratio": ratios, "scale_power": power})
    return result[~known].set_index("row")


def _add_usual_growth(frame: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """usual_growth, and whether a rate mirrors it: as far below zero as its neighbours are above, or the reverse.

    Where several rates of a region turn at once, that is an event (2020, Shanghai in 2022) and no slip.
    """
    import pandas as pd

    rates = facts[facts["measure_family"].eq("yoy")]
    value, at = rates["value_norm"].to_numpy(float), rates["at"].to_numpy(float)
    known = rates["known"].to_numpy(bool)
    usual = neighbours(rates["series"].to_numpy(), at, value, known, USUAL_NEEDS)
    found = pd.Series(usual[~known], index=rates["row"][~known])
    frame = frame.assign(usual_growth=found)
    steady = (frame["yoy_max"] - frame["yoy_min"]).astype(float).le(STEADY_RANGE_PP)
    mirrored = (frame["value_norm"] + frame["usual_growth"]).abs().le(MIRRORED_PP)
    opposed = (frame["value_norm"] - frame["usual_growth"]).abs().ge(OPPOSED_PP)
    unusual = frame["value_norm"].mul(frame["usual_growth"]).lt(0)
    alone = unusual.groupby([frame["region_code"], frame["at"]]).transform("sum").le(1)
    tells = steady & frame["usual_growth"].notna()
    return frame.assign(sign_against_series=(mirrored & opposed & alone).astype(object).where(tells, None))


def _one_a_position(facts: pd.DataFrame) -> pd.DataFrame:
    """One value a series and position, core before batch, newest first; suspects are no measure for others."""
    ordered = facts[~facts["suspect"]].sort_values(["known", "published"], kind="stable")
    return ordered.drop_duplicates(["series", "at"], keep="last")[
        ["series", "at", "year", "measure", "value_norm"]
    ]


def _by_row(facts: pd.DataFrame) -> pd.DataFrame:
    return facts[~facts["known"]].set_index("row")[["series", "at", "year"]]


def _add_year_ago(frame: pd.DataFrame, facts: pd.DataFrame, one: pd.DataFrame) -> pd.DataFrame:
    rows = _by_row(facts)
    earlier = {
        name: rows.join(
            one.assign(at=one["at"] + months).set_index(["series", "at"])["value_norm"], on=["series", "at"]
        )["value_norm"]
        for name, months in (("quarter_ago", 3), ("year_ago", 12), ("two_years_ago", 24))
    }
    frame = frame.assign(**earlier)
    level = frame["measure_family"].eq("level") & frame["year_ago"].gt(0)
    growth = ((frame["value_norm"] / frame["year_ago"] - 1) * 100).where(level)
    digits = frame["value_norm"].abs().div(frame["rounding"].mul(2)).ge(10 ** (SIGNIFICANT_DIGITS - 1))
    moving = (frame["year_ago"] - frame["two_years_ago"]).abs().ge(frame["rounding"] * 2 * MOVING_PLACES)
    flow = level & digits & (frame["accumulation"].eq("ytd") | (frame["accumulation"].eq("eop") & moving))
    rate = frame["measure_family"].eq("yoy") & frame["year_ago"].notna()
    same = is_same(frame, "year_ago").astype(object)
    return frame.assign(
        nominal_growth=growth,
        same_as_year_ago=same.where(flow, None),
        same_rate_year_ago=same.where(rate, None),
    )


def is_same(frame: pd.DataFrame, before: str) -> pd.Series[bool]:
    """Whether a figure is, as it is printed, the value of this column; core may have that from a finer print."""
    found: pd.Series[bool] = (frame["value_norm"] - frame[before]).abs().le(frame["rounding"] * 1.000001)
    return found


def _add_last(frame: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Against the vintage in force: levels as a ratio, growth and shares in points."""
    core = facts[facts["known"]].sort_values("published", kind="stable")
    lookup = core.drop_duplicates(["series", "at"], keep="last").set_index(["series", "at"])
    found = _by_row(facts).join(lookup[["value_norm", "rounding", "published"]], on=["series", "at"])
    usual = core.groupby("series")["rounding"].median()
    frame = frame.assign(last_value=found["value_norm"])
    change = (frame["value_norm"] - frame["last_value"]).abs()
    known = found["rounding"].reindex(frame.index)
    coarser = frame["rounding"].where(~known.gt(frame["rounding"]), known)
    level = frame["measure_family"].eq("level")
    ratio = (frame["value_norm"] / frame["last_value"]).where(level & frame["last_value"].ne(0))
    points = (frame["value_norm"] - frame["last_value"]).where(~level)
    flipped = (frame["value_norm"] + frame["last_value"]).abs().le(frame["rounding"] * ROUNDED)
    tells = frame["last_value"].abs().ge(0.3)
    return frame.assign(
        revision_ratio=ratio,
        revision_pp=points,
        revision_excess=change - coarser * ROUNDED,
        sign_flipped=flipped.astype(object).where(tells, None),
        sources_gap=_sources_gap(frame, found, level, ratio, points),
        print_days=(frame["published"] - found["published"].reindex(frame.index)).dt.days,
        usual_rounding=_by_row(facts)["series"].map(usual),
    )


def _sources_gap(
    frame: pd.DataFrame,
    found: pd.DataFrame,
    level: pd.Series[bool],
    ratio: pd.Series[float],
    points: pd.Series[float],
) -> pd.Series[float]:
    """How far beyond the limit a figure is from another print of the last months: per cent of levels, points of rates."""
    days = (frame["published"] - found["published"].reindex(frame.index)).dt.days
    gap = ((ratio - 1) * 100 - SOURCES_PERCENT).where(ratio.gt(1), (1 / ratio - 1) * 100 - SOURCES_PERCENT)
    beyond: pd.Series[float] = gap.where(level, points.abs() - SOURCES_PP).where(
        days.between(0, SOURCES_DAYS)
    )
    return beyond


def _add_floor(frame: pd.DataFrame, facts: pd.DataFrame, one: pd.DataFrame) -> pd.DataFrame:
    """The highest value of the earlier months of the year: a cumulative series can't fall below it."""
    ytd = one[one["measure"].eq("level_ytd")].sort_values("at")
    highest = ytd.assign(value_norm=ytd.groupby(["series", "year"])["value_norm"].cummax())
    lookup = ytd.assign(ytd_floor=highest.groupby(["series", "year"])["value_norm"].shift()).set_index(
        ["series", "at"]
    )["ytd_floor"]
    found = _by_row(facts).join(lookup, on=["series", "at"])["ytd_floor"]
    return frame.assign(ytd_floor=found, value_upper=frame["value_norm"] + frame["rounding"] * 2)


def _add_growth_gap(frame: pd.DataFrame) -> pd.DataFrame:
    """Growth of the levels minus the growth that the same document states, on the level's and on the growth's row."""
    place = ["document_row_id", "region_code", "indicator_code", "variant", "at"]
    cumulative = frame.loc[
        usable(frame) & frame["accumulation"].isin(["ytd", "eop"]),
        [*place, "measure_family", "value_norm", "nominal_growth", "suspect"],
    ]
    growth = cumulative[cumulative["measure_family"].eq("yoy")].drop_duplicates(place)
    levels = cumulative[cumulative["nominal_growth"].notna() & ~cumulative["suspect"]].drop_duplicates(place)
    stated = frame[place].join(growth.set_index(place)["value_norm"].rename("stated"), on=place)["stated"]
    computed = frame[place].join(levels.set_index(place)["nominal_growth"].rename("computed"), on=place)[
        "computed"
    ]
    gap = computed - stated
    opposite = (computed + stated).abs().le(MIRRORED_PP) & gap.abs().ge(OPPOSED_PP)
    on_growth = frame["measure_family"].eq("yoy") & gap.notna()
    on_level = frame["nominal_growth"].notna()
    return frame.assign(
        growth_gap_pp=gap.where(on_level),
        levels_gap_pp=gap.where(on_growth),
        sign_against_levels=opposite.astype(object).where(on_growth, None),
    )
