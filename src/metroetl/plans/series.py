"""Tying a plan to the catalogue: its series, its round, and the series' name of an issuer or indicator."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from metroetl.plans.passages import normalise
from metroetl.plans.titles import core, type_of

if TYPE_CHECKING:
    from metroetl.catalogue import Catalogue
    from metroetl.catalogue.models import PlanSeries

_GROWTH = re.compile(r"(?:年均)?(?:增长|增速|增长率|增幅)$")
_WHOLE = re.compile(r"(?:我国|全国|全省|全市|全区|全县|全域|区域|年均|都市圈|省|市)*")


def find_series(title: str, catalogue: Catalogue) -> PlanSeries | None:
    """The catalogue's series of a plan: one of its names in the title, and the same type of plan."""
    name = core(normalise(title))
    series = catalogue.series_of(name)
    return series if series and type_of(name) in (series.plan_type, None) else None


def find_round(
    series: PlanSeries | None, start: int | None, end: int | None, stage: str | None
) -> int | None:
    """The number of a round, by its years, else its stage as the catalogue has them; None where neither fits.

    Years come first: a round's text may open with the stage before it.
    """
    if series is None:
        return None
    by_years = [
        r for r in series.rounds if end is not None and (r.period_start, r.period_end) == (start, end)
    ]
    by_stage = [r for r in series.rounds if stage is not None and r.stage == stage]
    for entry in (*by_years, *by_stage):
        return entry.round
    return series.stages.index(stage) + 1 if stage in series.stages else None


def full_name(body: str, series: PlanSeries | None) -> str:
    """The series' own name of its issuer where a text abbreviates it (省同城化发展领导小组); else the name as printed."""
    if series is None or not series.issuer:
        return body
    rest = iter(series.issuer)
    return series.issuer if len(body) >= 4 and all(char in rest for char in body) else body


def indicator_code(name: str, catalogue: Catalogue) -> str | None:
    """The catalogue's code of a target's indicator: a name of the catalogue behind nothing but a region."""
    plain = _GROWTH.sub("", name)
    for known, code in catalogue.indicator_names():
        if plain.endswith(known):
            before = plain[: -len(known)]
            regions = catalogue.region_names()
            return code if _WHOLE.fullmatch(before) or before in regions or before[:-1] in regions else None
    return None
