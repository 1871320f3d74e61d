"""What the check-up and the diagnosis read: a figure, or exactly what is missing."""

from __future__ import annotations

from metroetl.catalogue import catalogue
from metroetl.monitoring import aggregates
from metroetl.monitoring.figures import NATION, RATES, CircleFigures, Figure, earlier
from metroetl.monitoring.loop.found import Judged, Lack


def growth_of(data: CircleFigures, region: str, indicator: str, quarter: str) -> Figure | Lack:
    """A place's growth as published; the circle's computed where none was. Else what is missing, by city."""
    if region != data.region:
        found = data.growth(region, indicator, quarter)
        return found or Lack((region,), indicator, "growth", quarter)
    both = aggregates.growth(data, indicator, quarter)
    if both.best:
        return both.best
    gone = tuple(
        c
        for c in data.cities
        if data.level(c, indicator, quarter) is None or data.growth(c, indicator, quarter) is None
    )
    sums = catalogue().indicators[indicator].agg_rule == "sum"
    return Lack(
        gone if sums and gone else (region,), indicator, "both" if sums and gone else "growth", quarter
    )


def value_of(data: CircleFigures, what: str, region: str, indicator: str, quarter: str) -> Figure | Lack:
    """A place's growth, rate or level; the circle's own published one first."""
    if what == "growth":
        return growth_of(data, region, indicator, quarter)
    if what == "rate":
        found = data.first(region, indicator, RATES, quarter)
    elif region == data.region:
        found = aggregates.total(data, indicator, quarter).best
    else:
        found = data.level(region, indicator, quarter)
    return found or Lack((region,), indicator, what, quarter)


def before_of(rule_since: str | None, quarter: str) -> str:
    """The quarter that a rule compares with."""
    return earlier(quarter, 1) if rule_since == "last_quarter" else earlier(quarter, years=1)


def other_of(data: CircleFigures, j: Judged) -> tuple[str, tuple[str, str]] | Lack:
    """The place that the rule compares with, and how a text calls it."""
    if j.rule.against == "nation":
        return NATION, ("全国", "the nation")
    if j.rule.against == "circle":
        return data.region, ("都市圈", "the circle")
    province = data.province if j.region == data.region else _province(j.region)
    if province is None:
        why = (
            "都市圈跨省，没有单一的省可比",
            "the circle lies in several provinces: there is no one to compare with",
        )
        return Lack((), j.indicator, "growth", j.quarter, why)
    return province, ("全省", "the province")


def _province(region: str) -> str | None:
    known = catalogue().regions
    while region in known and known[region].level != "province":
        region = known[region].parent_code or ""
    return region or None
