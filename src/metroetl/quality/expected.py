"""What a figure should be, by what else is known of it: its last print, its own growth, its series.

An expectation is no judgement. `off` says how far a figure is from it, in per cent (levels) or points (rates), and
`off_slack` how far it may be before somebody asks whose figure it is (metroetl.quality.echoes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from metroetl.quality.limits import (
    ANCHORED,
    BESIDE_LEAST_PP,
    BESIDE_MADS,
    BESIDE_NEEDS,
    DRIFT_MONTHS,
    EXACT_PP,
    GROWTH_SUM_PP,
    LIMIT_DRIFT_PP,
    LIMIT_EXACT_PP,
    PACE_MONTHS,
    SHARED_NEEDS,
    SLACK_EXACT_PP,
    SLACK_GROWTH_PP,
    SLACK_LOOSE_PP,
    SLACK_MEDIAN,
    SLACK_PACE_PP,
    SLACK_PRINT,
    SLACK_RATE_PP,
    STEADY_RANGE_PP,
    YEAR_MARGIN_PP,
    regions_above,
)
from metroetl.quality.lookup import Places, Series

if TYPE_CHECKING:
    import pandas as pd

    from metroetl.catalogue import Catalogue

_WHOLE = ("GDP", "GDPPC")
_CUMULATIVE = ("ytd", "eop")
_PLACES = 10_000_000  # more than a run has places


def add_expected_columns(
    frame: pd.DataFrame, facts: pd.DataFrame, one: pd.DataFrame, catalogue: Catalogue
) -> pd.DataFrame:
    """growth_drift, expected, off, off_slack and basis (print, growth, pace, median) of levels and rates.

    growth_drift: growth of the levels less the stated growth, less what that gap last was in the series; null where
    growth is real and the series has no such past. drift_shared: other figures of the document have the same drift, as
    when a base was revised.
    """
    real = {i.code for i in catalogue.indicators.values() if "real" in i.price_basis}
    frame = frame.assign(price_real=frame["indicator_code"].isin(real))
    places = Places(facts, regions_above(catalogue))
    facts = facts.assign(place=places.of(facts))
    rows = frame.assign(place=places.of(frame), parent=places.above(frame))
    rates, computed = _rates(facts), _computed(facts, one)
    rows = _add_growths(rows, rates, computed)
    rows = _add_drift(rows, rates, computed)
    rows = _add_paces(rows, rates, computed)
    columns = [
        "stated",
        "computed",
        "usual_gap",
        "growth_drift",
        "drift_excess",
        "growth_sum_excess",
        "expected",
        "off",
        "off_slack",
        "basis",
        "anchored",
    ]
    return frame.join(_add_off(_add_expected(rows))[columns])


def _rates(facts: pd.DataFrame) -> Series:
    """Cumulative growth that is comparable with levels: core before batch, the newest print."""
    chosen = facts["measure_family"].eq("yoy") & facts["accumulation"].isin(_CUMULATIVE)
    chosen &= ~facts["measure"].str.contains("comparable") & ~facts["suspect"]
    ordered = facts[chosen].sort_values(["known", "published"], kind="stable")
    return Series.of(ordered["place"], ordered["at"], ordered["value_norm"])


def _computed(facts: pd.DataFrame, one: pd.DataFrame) -> Series:
    """Growth of cumulative levels and stocks on the year."""
    import numpy as np

    places = facts.drop_duplicates("series").set_index("series")["place"]
    levels = one[one["measure"].isin(["level_ytd", "level_eop"])]
    place, at, value = levels["series"].map(places), levels["at"], levels["value_norm"].to_numpy(float)
    base = Series.of(place, at, value).at(place, at - 12)
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.where(base > 0, (value / base - 1) * 100, np.nan)
    told = ~np.isnan(growth)
    return Series.of(place[told], at[told], growth[told])


def _add_growths(rows: pd.DataFrame, rates: Series, computed: Series) -> pd.DataFrame:
    """stated and computed growth of each row's fact: its own, else of the same document, else of what is known."""
    level, rate = rows["measure_family"].eq("level"), rows["measure_family"].eq("yoy")
    compared = rows["accumulation"].isin(_CUMULATIVE) & ~rows["measure"].str.contains("comparable").eq(True)
    beside_rate = _beside(rows, rate & compared, "value_norm")
    beside_level = _beside(rows, level & compared, "nominal_growth")
    known_rate, known_level = (s.at(rows["place"], rows["at"]) for s in (rates, computed))
    stated = rows["value_norm"].where(rate, beside_rate.fillna(_series(rows, known_rate)))
    computed_ = rows["nominal_growth"].where(level, beside_level.fillna(_series(rows, known_level)))
    return rows.assign(stated=stated.where(compared), computed=computed_.where(compared))


def _series(rows: pd.DataFrame, values: Any) -> pd.Series[float]:
    import pandas as pd

    return pd.Series(values, index=rows.index, dtype=float)


def _beside(rows: pd.DataFrame, chosen: pd.Series[bool], column: str) -> pd.Series[float]:
    """The column of the chosen row of the same fact in the same document."""
    papers = rows["document_row_id"].astype("category").cat.codes.to_numpy().astype("int64")
    place = papers * _PLACES + rows["place"].to_numpy()
    known = (chosen & rows["publish"].astype(bool) & rows[column].notna()).to_numpy()
    lookup = Series.of(place[known], rows["at"][known], rows[column][known])
    return _series(rows, lookup.at(place, rows["at"]))


def _add_drift(rows: pd.DataFrame, rates: Series, computed: Series) -> pd.DataFrame:
    """usual_gap, growth_drift, drift_shared, and `anchored`: whether prices are known from places beside or above.

    The gap between levels and real growth is the change of prices, which differs from place to place less than from
    year to year: of places in one table, and of a place and the region above, the changes of the gap are compared.
    """
    import numpy as np

    at, place = computed.months, computed.places
    gap = computed.values - rates.at(place, at)
    told = ~np.isnan(gap)
    gaps = Series.of(place[told], at[told], gap[told])
    usual = _series(rows, gaps.before(rows["place"], rows["at"], DRIFT_MONTHS)[0])
    now, above = rows["computed"] - rows["stated"], _series(rows, gaps.at(rows["parent"], rows["at"]))
    risen = above - _series(rows, gaps.before(rows["parent"], rows["at"], DRIFT_MONTHS)[0])
    drift = _nearest(now - usual, now)
    rows = rows.assign(usual_gap=usual, growth_drift=drift)
    table = ["document_row_id", "indicator_code", "at"]
    beside = _middle(rows, "growth_drift", table, BESIDE_NEEDS)
    real = rows["price_real"].eq(True)
    whole = rows["indicator_code"].isin(_WHOLE)
    anchored = _nearest(now - usual - risen, (now - above).where(whole)).where(real)
    anchored = _nearest(anchored, drift).where(anchored.notna())
    anchored = (drift - beside).where(beside.notna() & real, anchored)
    spread = _middle(rows.assign(spread=(drift - beside).abs()), "spread", table, BESIDE_NEEDS)
    return rows.assign(
        growth_drift=anchored.fillna(drift),
        anchored=anchored.notna(),
        beside_slack=(spread * BESIDE_MADS).clip(lower=BESIDE_LEAST_PP),
        drift_shared=_shared(rows, ["document_row_id", "region_code", "at"], accounts=True)
        | _shared(rows, ["document_row_id", "indicator_code", "at"]),
    )


def _nearest(one: pd.Series[float], other: pd.Series[float]) -> pd.Series[float]:
    """Whichever is nearer to nothing, or known."""
    chosen: pd.Series[float] = one.where(one.abs().le(other.abs()) | other.isna(), other)
    return chosen


def _middle(rows: pd.DataFrame, column: str, keys: list[str], at_least: int) -> pd.Series[float]:
    """The median of a column over the facts of a group, a fact counted once; on the rows of levels and of rates."""
    level = rows["measure_family"].eq("level") & rows[column].notna()
    groups = rows[column].where(level).groupby([rows[k] for k in keys], dropna=False)
    middle: pd.Series[float] = groups.transform("median").where(groups.transform("count").ge(at_least))
    return middle


def _shared(rows: pd.DataFrame, keys: list[str], *, accounts: bool = False) -> pd.Series[bool]:
    """Whether at least half of the facts of the group drift the same way and about as far, three or more of them.

    Of one region only the national accounts share their bases; of one indicator all regions do.
    """
    if accounts:
        rows = rows.assign(growth_drift=rows["growth_drift"].where(rows["price_real"].eq(True)))
    middle = _middle(rows, "growth_drift", keys, SHARED_NEEDS)
    near: pd.Series[bool] = (rows["growth_drift"] / middle).between(0.5, 2.0) & middle.abs().gt(1.0)
    return near


def _add_paces(rows: pd.DataFrame, rates: Series, computed: Series) -> pd.DataFrame:
    """rate_before, moved by what the region above did since; rise_before: the level's own growth in its last period."""
    place, at = rows["place"], rows["at"]
    before, months = rates.before(place, at, PACE_MONTHS)
    above = rates.at(rows["parent"], at) - rates.at(rows["parent"], months)
    moved = _series(rows, above).fillna(0.0).where(rows["parent"].ge(0), 0.0)
    rise, _ = computed.before(place, at, PACE_MONTHS)
    return rows.assign(rate_before=_series(rows, before) + moved, rise_before=_series(rows, rise))


def _add_expected(rows: pd.DataFrame) -> pd.DataFrame:
    """expected value and its basis; a print before growth, growth before pace, pace before what a broken sum lacks."""
    import numpy as np

    level = rows["measure_family"].eq("level")
    other = rows["stated"].where(level, rows["computed"])
    lowest, highest = (rows[c].astype(float) for c in ("yoy_min", "yoy_max"))
    plausible = other.ge(lowest - YEAR_MARGIN_PP) & other.le(highest + YEAR_MARGIN_PP)
    told = rows["growth_drift"].notna() & ~rows["drift_shared"] & plausible
    by_growth = rows["year_ago"] * (1 + (rows["computed"] - rows["growth_drift"]) / 100)
    rise = rows["rise_before"].fillna(rows["rate_before"])
    by_pace = rows["year_ago"] * (1 + rise / 100)
    rate_by_levels = rows["stated"] + rows["growth_drift"]
    unsummed = rows["growth_sum_gap"].abs().gt(GROWTH_SUM_PP)
    share = (-1 / rows["weight"]).where(rows["weight"].lt(1), 1.0)
    wholly = rows["value_norm"].eq(rows["parts_whole"])
    by_sum = rows["value_norm"] + rows["parts_gap"].where(~wholly, -rows["parts_gap"])
    by_median = rows["value_norm"] / rows["pace_ratio"]
    choices = [
        (rows["last_value"].notna(), rows["last_value"], "print"),
        (told & level & rows["year_ago"].gt(0), by_growth, "growth"),
        (unsummed, rows["value_norm"] - rows["growth_sum_gap"] * share, "sum"),
        (told & ~level, rate_by_levels, "growth"),
        (level & by_pace.gt(0), by_pace, "pace"),
        (rows["measure_family"].eq("yoy") & rows["rate_before"].notna(), rows["rate_before"], "pace"),
        (level & rows["parts_gap"].abs().gt(rows["parts_slack"]), by_sum, "sum"),
        (level & by_median.gt(0), by_median, "median"),
    ]
    conditions = [c.to_numpy(bool) for c, _, _ in choices]
    return rows.assign(
        expected=np.select(conditions, [v.to_numpy(float) for _, v, _ in choices], np.nan),
        basis=np.select(conditions, [b for _, _, b in choices], ""),
    )


def _add_off(rows: pd.DataFrame) -> pd.DataFrame:
    """off, off_slack, drift_excess."""
    import numpy as np

    level = rows["measure_family"].eq("level")
    positive = rows["value_norm"].gt(0) & rows["expected"].gt(0)
    ratio = (rows["value_norm"] / rows["expected"]).where(positive & level)
    points = (rows["value_norm"] - rows["expected"]).where(rows["measure_family"].eq("yoy"))
    kinds = _kinds(rows)
    priced = rows["usual_gap"].notna() | ~rows["price_real"].eq(True) | rows["anchored"]
    exact = (~rows["price_real"].eq(True) & rows["usual_gap"].abs().le(EXACT_PP)).to_numpy()
    growth = np.where(priced, np.choose(kinds, SLACK_GROWTH_PP), np.choose(kinds, SLACK_LOOSE_PP))
    growth = np.where(exact, SLACK_EXACT_PP, growth)
    growth = np.where(rows["anchored"], np.choose(kinds, SLACK_GROWTH_PP) * ANCHORED, growth)
    growth = np.fmin(growth, rows["beside_slack"].where(rows["anchored"]))
    pace = np.where(level, SLACK_PACE_PP, np.choose(kinds, SLACK_RATE_PP))
    printed = np.where(level, SLACK_PRINT, rows["rounding"] * 3)
    basis = rows["basis"].to_numpy()
    summed = np.where(level, SLACK_PRINT, GROWTH_SUM_PP / rows["weight"])
    limit = np.where(exact, LIMIT_EXACT_PP, np.choose(kinds, LIMIT_DRIFT_PP))
    limit = np.where(rows["anchored"], limit * ANCHORED, limit)
    percent = _series(rows, np.log(ratio) * 100)
    return rows.assign(
        off=percent.fillna(points),
        off_slack=np.select(
            [basis == "print", basis == "growth", basis == "pace", basis == "sum", basis == "median"],
            [printed, growth, pace, summed, SLACK_MEDIAN],
            np.nan,
        ),
        growth_sum_excess=rows["growth_sum_gap"].abs() - GROWTH_SUM_PP,
        drift_excess=(rows["growth_drift"].abs() - limit).where(priced & ~rows["drift_shared"]),
    )


def _kinds(rows: pd.DataFrame) -> Any:
    """0 nominal and steady, 1 nominal and volatile, 2 real of GDP, 3 real of its parts."""
    import numpy as np

    volatile = (rows["yoy_max"] - rows["yoy_min"]).astype(float).gt(STEADY_RANGE_PP)
    parts = ~rows["indicator_code"].isin(_WHOLE)
    real = rows["price_real"].eq(True)
    return np.where(real, 2 + parts, volatile.astype(int))
