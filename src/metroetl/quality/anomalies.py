"""Outliers of a series, by the modified z-score of Iglewicz and Hoaglin (1993), told as warnings.

A series is region × indicator × measure × variant. What is scored is growth on the year (so the season drops out), or
where it can't be had the pace a month; see docs/explanation/anomalies.md for formulas, thresholds and blind spots.
Everything is in per cent (of levels: 100 × logarithm), so that one unit serves all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from metroetl.quality.series import COMPARED, SERIES, usable
from metroetl.quality.windows import near, places

if TYPE_CHECKING:
    import pandas as pd

    from metroetl.catalogue import Catalogue

# M = 0.6745 (x − median) / MAD is told above 3.5 (Iglewicz and Hoaglin, "How to Detect and Handle Outliers", 1993).
NORMAL, TOLD = 0.6745, 3.5
# Growth is scored against this many neighbours at least; a MAD of fewer says nothing, its floor takes its place.
NEEDS = 5
# Floors of the MAD in per cent: shares of the range of growth that the catalogue allows the indicator, else of this one.
GROWTH_FLOOR, PACE_FLOOR, USUAL_RANGE = 1 / 30, 1 / 10, 100.0
# Pace with the season taken out, and with a season that nobody knows.
LEAST_PACE_FLOOR, SEASON_FLOOR = 8.0, 25.0
# So many others that move alike make an event of it; to move is to score this much.
TOGETHER, MOVES = 2, 2.0
# An index is printed as 100.7 or as 0.7 %.
_INDEX = 50
_KINDS = dict.fromkeys(("value_norm", "rounding", "at", "year", "month"), float) | {"suspect": bool}
_KIND = ["indicator_code", "measure", "variant", "clock"]


def add_anomaly_columns(frame: pd.DataFrame, past: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The frame with `anomaly` (what is unusual in words, empty if nothing is, null where it can't be judged) and
    `anomaly_score` (modified z). `past` is core's figures in the columns of series.COMPARED.
    """
    scores = score(facts_of(frame, past), catalogue)
    mine = scores[~scores["known"]].set_index("row")
    told = mine[mine["score"].abs().gt(TOLD)]
    words = mine["score"].map(lambda _: "", na_action="ignore").astype(object)
    words[told.index] = [sentence(row) for row in told.to_dict("records")]
    return frame.assign(
        anomaly=words.reindex(frame.index).astype(object), anomaly_score=mine["score"].reindex(frame.index)
    )


def facts_of(frame: pd.DataFrame, past: pd.DataFrame) -> pd.DataFrame:
    """Core's figures and the usable staged ones in one frame; `row` is a staged one's place, `suspect` no measure."""
    import pandas as pd

    staged = frame.loc[usable(frame), [*COMPARED, "suspect"]].assign(known=False, row=lambda f: f.index)
    core = past[COMPARED].assign(suspect=False, known=True, row=-1)
    facts = pd.concat([core.astype(_KINDS), staged.astype(_KINDS)], ignore_index=True)
    facts["series"] = facts.groupby(SERIES, sort=False, dropna=False).ngroup()
    return facts


def score(facts: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Each fact with basis (growth, pace, raw), x, median, floor, number, score (null where it can't be judged), the
    band that is usual (low, high, in the unit of the value), and how many others moved alike (here, elsewhere)."""
    import pandas as pd

    facts = facts.assign(**_limits(facts, catalogue)).join(_rounding(facts))
    one = facts[~facts["suspect"]].sort_values(["known", "published"], kind="stable")
    one = one.drop_duplicates(["series", "at"], keep="last")
    facts = _add_growth(facts, one)
    facts = _add_pace(facts, one)
    measure = facts.loc[facts.index.isin(one.index)]
    scores = pd.DataFrame(index=facts.index, columns=["basis", "x", "median", "number", "scale", "score"])
    for basis, least in (("growth", NEEDS), ("pace", 1), ("raw", 1)):
        open_rows = scores["score"].isna() & facts[basis].notna()
        if open_rows.any():
            found = _scored(facts[open_rows], measure[measure[basis].notna()], basis, least)
            scores.loc[found.index] = found
    numbers = [c for c in scores if c != "basis"]
    facts = facts.join(scores.astype(dict.fromkeys(numbers, float)))
    return _add_others(_add_band(facts))


def _limits(facts: pd.DataFrame, catalogue: Catalogue) -> dict[str, pd.Series[float]]:
    """Floors of the MAD from the growth that the catalogue allows."""
    ranges = {
        i.code: i.yoy_max - i.yoy_min
        for i in catalogue.indicators.values()
        if i.yoy_max is not None and i.yoy_min is not None
    }
    width = facts["indicator_code"].map(ranges).astype(float).fillna(USUAL_RANGE)
    return {
        "growth_floor": width * GROWTH_FLOOR,
        "pace_floor": (width * PACE_FLOOR).clip(lower=LEAST_PACE_FLOOR),
        "raw_floor": width.mul(0).add(SEASON_FLOOR),
    }


def _rounding(facts: pd.DataFrame) -> pd.Series[float]:
    """What the printed places of a figure leave open, in per cent: points of a rate, a share of a level."""
    level = facts["measure_family"].eq("level")
    share = facts["rounding"] / facts["value_norm"].abs() * 100
    loose: pd.Series[float] = share.where(level, facts["rounding"]).rename("loose")
    return loose


def _add_growth(facts: pd.DataFrame, one: pd.DataFrame) -> pd.DataFrame:
    """growth: 100 ln of a level against the same period a year before; of a rate, the rate."""
    import numpy as np

    lookup = one.assign(at=one["at"] + 12).set_index(["series", "at"])[["value_norm", "loose"]]
    before = facts[["series", "at"]].join(lookup, on=["series", "at"])
    level = facts["measure_family"].eq("level") & facts["value_norm"].gt(0) & before["value_norm"].gt(0)
    ratio = (facts["value_norm"] / before["value_norm"]).where(level)
    index = facts["measure"].str.startswith("yoy_index") & facts["value_norm"].gt(_INDEX)
    rate = facts["value_norm"].where(
        facts["measure_family"].eq("yoy") | facts["measure"].str.startswith("yoy_index")
    )
    return facts.assign(
        year_ago=before["value_norm"].where(level),
        growth=ratio.map(np.log).mul(100).fillna(rate - index * 100),
        index_base=index * 100.0,
        growth_floor=np.maximum(facts["growth_floor"], facts["loose"] + before["loose"].where(level, 0)),
    )


def _add_pace(facts: pd.DataFrame, one: pd.DataFrame) -> pd.DataFrame:
    """raw: 100 ln of a level a month; pace: the same without the season, where the season is known."""
    import numpy as np

    level = facts["measure_family"].eq("level") & facts["value_norm"].gt(0)
    months = facts["month"].where(facts["accumulation"].eq("ytd"), 1.0)
    raw = (facts["value_norm"] / months).where(level).map(np.log).mul(100)
    facts = facts.assign(months=months, raw=raw)
    seasons = _seasons(facts.loc[one.index])
    season = facts[[*_KIND, "month"]].join(seasons, on=[*_KIND, "month"])["season"]
    season = season.mask(facts["month"].eq(12) | facts["accumulation"].isin(["eop", "pit"]), 0.0)
    return facts.assign(season=season, pace=raw - season)


def _seasons(one: pd.DataFrame) -> pd.Series[float]:
    """How far the pace up to a month is from that of the whole year: the median over regions and years."""
    pace = one[one["raw"].notna()]
    years = pace[pace["month"].eq(12)].set_index(["series", "year"])["raw"].rename("whole")
    off = pace.join(years, on=["series", "year"])
    off = off[off["whole"].notna()].assign(season=off["raw"] - off["whole"])
    seasons: pd.Series[float] = off.groupby([*_KIND, "month"])["season"].median()
    return seasons


def _scored(rows: pd.DataFrame, measure: pd.DataFrame, basis: str, least: int) -> pd.DataFrame:
    """The rows that have enough neighbours, with their score by this basis."""
    import numpy as np
    import pandas as pd

    found = near(
        places(rows["series"].to_numpy(), rows["at"].to_numpy(float)),
        places(measure["series"].to_numpy(), measure["at"].to_numpy(float)),
        measure[basis].to_numpy(float),
        spread=True,
    )
    floor = rows[[f"{basis}_floor", "loose"]].max(axis=1).to_numpy(float)
    scale = np.where(found.number >= NEEDS, np.fmax(found.mad, floor), floor)
    x = rows[basis].to_numpy(float)
    scored = pd.DataFrame(
        {
            "basis": basis,
            "x": x,
            "median": found.median,
            "number": found.number,
            "scale": scale,
            "score": NORMAL * (x - found.median) / scale,
        },
        index=rows.index,
    )
    return scored[found.number >= least]


def _add_band(facts: pd.DataFrame) -> pd.DataFrame:
    """low, middle, high: what would not have been told, in the unit of the value."""
    import numpy as np

    width = facts["scale"] * TOLD / NORMAL
    base = facts["year_ago"].where(facts["basis"].eq("growth"), facts["months"])
    season = facts["season"].where(facts["basis"].eq("pace"), 0.0)
    is_level = facts["raw"].notna()
    ends = {}
    for name, shift in (("low", -width), ("middle", 0.0), ("high", width)):
        at = facts["median"] + shift
        ends[name] = (base * np.exp((at + season) / 100)).where(is_level, at + facts["index_base"])
    return facts.assign(**ends)


def _add_others(facts: pd.DataFrame) -> pd.DataFrame:
    """here: other indicators of the region that move the same way in the same period; elsewhere: other regions of the
    same indicator; rebound: the year before moved the other way, so the base is to blame."""
    import numpy as np

    moved = facts[facts["score"].abs().ge(MOVES)].assign(way=lambda f: np.sign(f["score"]))
    here = moved.groupby(["region_code", "at", "way"])["indicator_code"].transform("nunique") - 1
    elsewhere = moved.groupby(["indicator_code", "at", "way"])["region_code"].transform("nunique") - 1
    last = moved.drop_duplicates(["series", "at"], keep="last").assign(at=lambda f: f["at"] + 12)
    before = facts[["series", "at"]].join(last.set_index(["series", "at"])["way"], on=["series", "at"])["way"]
    return facts.assign(
        here=here, elsewhere=elsewhere, rebound=before.mul(facts["score"]).lt(0) & facts["basis"].eq("growth")
    )


def sentence(row: Mapping[Any, Any]) -> str:
    """What is unusual about a scored fact, in one Chinese sentence with its numbers."""
    import math

    x, median, number = (float(row[name]) for name in ("x", "median", "number"))
    n = f"{number:.0f}"
    if row["basis"] == "growth" and row["measure_family"] == "level":
        grown, usual = (100 * math.expm1(v / 100) for v in (x, median))
        what = f"较上年同期{grown:+.1f}%，邻近{n}期中位{usual:+.1f}%"
    elif row["basis"] == "growth":
        what = f"增速{x:.4g}%，邻近{n}期中位{median:.4g}%"
    else:
        known = "已扣季节" if row["basis"] == "pace" else "季节未知"
        what = f"月均为邻近{n}期中位的{math.exp((x - median) / 100):.2f}倍（{known}）"
    told = f"{what}；修正z={row['score']:.1f}，常见{row['low']:.1f}～{row['high']:.1f}"
    here, elsewhere = (float(row[name]) for name in ("here", "elsewhere"))
    if here + elsewhere >= TOGETHER:
        told += f"；同期同向：本地区另{here:.0f}项指标、另{elsewhere:.0f}个地区，可能确有其事"
    return f"{told}；上年同期曾反向异动，或为基数所致" if row["rebound"] else told
