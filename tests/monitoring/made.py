"""Hand-made figures of a circle: published ones, without a warehouse."""

from __future__ import annotations

from metroetl.catalogue import catalogue
from metroetl.monitoring.figures import CircleFigures, Evidence, Figure

CDMC = "AGG.CDMC"
CITIES = ("510100", "510600", "511400", "512000")
UNITS = {"level_ytd": "亿元", "level_eop": "万人"}


def figures(circle: str = "chengdu") -> CircleFigures:
    """A circle without any figure."""
    return CircleFigures(catalogue().circles[circle])


def put(
    data: CircleFigures,
    region: str,
    indicator: str,
    measure: str,
    quarter: str,
    value: float,
    decimals: int = 1,
    unit: str = "",
) -> None:
    """Publish a figure."""
    evidence = Evidence(
        f"{region}{indicator}{quarter}", "2025-04-29", "某统计局", "公报", "https://a.example.cn/", ""
    )
    unit = unit or UNITS.get(measure, "%")
    data.figures[region, indicator, measure, quarter, ""] = Figure(
        region, indicator, measure, quarter, value, unit, decimals, evidence=evidence
    )


def rate(data: CircleFigures, region: str, quarter: str, value: float, indicator: str = "GDP") -> None:
    """Publish real growth."""
    put(data, region, indicator, "yoy_real_ytd", quarter, value)


def level(data: CircleFigures, region: str, quarter: str, value: float, indicator: str = "GDP") -> None:
    """Publish a cumulative level."""
    put(data, region, indicator, "level_ytd", quarter, value, 2)
