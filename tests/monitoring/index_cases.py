"""Small editions and figures made by hand for tests of the index; places are real codes, their values are not facts."""

from __future__ import annotations

from typing import Any

from metroetl.monitoring.figures import Figure, Key
from metroetl.monitoring.index.definitions import Edition
from metroetl.monitoring.index.read import Place, place_of

CHENGDU, DEYANG, ZIYANG, CIRCLE = "510100", "510600", "512000", "AGG.CDMC"


def item(key: str, dimension: str = "a", **changes: Any) -> dict[str, Any]:
    """An indicator of an edition: GDP's level between 0 and 100, more is better."""
    entry: dict[str, Any] = {
        "key": key, "dimension": dimension, "name_zh": key, "name_en": key, "indicator": "GDP", "measure": "level_ytd",
        "unit": "亿元", "direction": "plus", "unacceptable": 0, "satisfactory": 100,
    }  # fmt: skip
    return entry | changes


def edition(indicators: list[dict[str, Any]], weights: dict[str, float], **changes: Any) -> Edition:
    """A level edition of these indicators; `changes` make it a process one."""
    dimensions = list(dict.fromkeys(i["dimension"] for i in indicators))
    entry: dict[str, Any] = {
        "id": "test", "edition": 2025, "data_year": 2024, "kind": "level", "title_zh": "试", "title_en": "test",
        "basis": "test", "normalisation": "efficacy", "weighting": "expert", "weights": weights,
        "members": [CHENGDU, DEYANG, ZIYANG], "indicators": indicators,
        "dimensions": [{"key": d, "name_zh": d, "name_en": d} for d in dimensions],
    }  # fmt: skip
    return Edition.model_validate(entry | changes)


def process(items: dict[str, str], weights: dict[str, float], **changes: Any) -> Edition:
    """A process edition from 2023 to 2024; items: the catalogue's indicator by key, each its own dimension `a`."""
    made = [
        item(k, indicator=code, unacceptable=None, satisfactory=None, unit="亿元")
        for k, code in items.items()
    ]
    return edition(
        made, weights, **({"kind": "process", "normalisation": "relative", "base": 2023} | changes)
    )


def figure(region: str, indicator: str, year: int, value: float, measure: str = "level_ytd") -> Figure:
    """A figure of a year."""
    return Figure(region, indicator, measure, f"{year}-Q4", value, "亿元", 2, how="made by hand")


def figures(*those: Figure) -> dict[Key, Figure]:
    """By key."""
    return {(f.region_code, f.indicator_code, f.measure, f.quarter, f.variant): f for f in those}


def place(region: str, *those: Figure) -> Place:
    """A place that has these figures."""
    return place_of(region, figures(*those))
