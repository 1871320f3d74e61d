"""The catalogue as the other rooms ask it: by code, by name, by day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from metroetl.catalogue.models import (
    INBOX,
    Circle,
    Correction,
    Indicator,
    Measure,
    Member,
    PlanSeries,
    Region,
    RegionEvent,
    ReleaseWindow,
    Source,
)
from metroetl.errors import CatalogueError


@dataclass(frozen=True)
class Catalogue:
    """Everything that is watched and every word it is named by; made by `load`, never changed."""

    sources: dict[str, Source]
    indicators: dict[str, Indicator]
    measures: dict[str, Measure]
    regions: dict[str, Region]
    circles: dict[str, Circle]
    plan_series: dict[str, PlanSeries]
    region_events: list[RegionEvent]
    release_windows: list[ReleaseWindow]
    corrections: dict[str, Correction] = field(default_factory=dict)
    digest: str = ""  # of the files it was loaded from

    def title(self, source_id: str) -> str:
        """Name of a source for people; the inbox has one too."""
        return "收件箱" if source_id == INBOX else self.sources[source_id].title

    # --- indicators ----------------------------------------------------------------------------------------------

    def indicator_names(self) -> list[tuple[str, str]]:
        """Every name and alias as (name, indicator code), longest first: texts are matched in this order."""
        return self._indicator_names

    def related_names(self) -> list[tuple[str, str]]:
        """Names that look like an indicator and are another series, as (name, code of the indicator), longest first."""
        pairs = [(name, i.code) for i in self.indicators.values() for name in i.related]
        return sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0]))

    @cached_property
    def _indicator_names(self) -> list[tuple[str, str]]:
        pairs = [(name, i.code) for i in self.indicators.values() for name in (i.name_zh, *i.aliases)]
        return sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0]))

    # --- regions -------------------------------------------------------------------------------------------------

    def region(self, code: str) -> Region:
        """The region of a code, also of an abolished one; CatalogueError if there is none."""
        try:
            return self.regions[code]
        except KeyError:
            raise CatalogueError(
                f"no region has the code {code}",
                way_out="Use a code of catalogue/data/regions.csv, or add the region there.",
            ) from None

    def region_names(self, on: date | None = None) -> dict[str, str]:
        """Names that mean one region only, to its code, on a day (today's names without one).

        Holds full names, the short names of regions.csv and the names of circles. A county name that several places
        share (鼓楼区) stands only with its parent before it (南京市鼓楼区).
        """
        if on is None:
            return self._names_now
        return self._names([r for r in self.regions.values() if valid(r, on)], on)

    def children(self, code: str, on: date | None = None) -> list[Region]:
        """Regions directly below a region, on a day (today's without one), without functional areas and aggregates."""
        return [
            r
            for r in self._children.get(code, [])
            if valid(r, on) and r.level not in {"functional", "aggregate"}
        ]

    def successors(self, code: str) -> tuple[str, ...]:
        """Codes that a code became, followed to those that count today; the code itself if it still counts."""
        if code in self.regions and valid(self.regions[code]):
            return (code,)
        heirs = [e.new_code for e in self.region_events if e.old_code == code and e.new_code]
        return tuple(dict.fromkeys(last for heir in heirs for last in self.successors(heir)))

    def predecessors(self, code: str) -> tuple[str, ...]:
        """Abolished codes that went into a code, oldest change first, through all steps."""
        parents = [
            e.old_code for e in self.region_events if e.new_code == code and e.old_code not in ("", code)
        ]
        return tuple(dict.fromkeys(c for parent in parents for c in (*self.predecessors(parent), parent)))

    @cached_property
    def _children(self) -> dict[str, list[Region]]:
        below: dict[str, list[Region]] = defaultdict(list)
        for region in self.regions.values():
            if region.parent_code:
                below[region.parent_code].append(region)
        return dict(below)

    @cached_property
    def _names_now(self) -> dict[str, str]:
        return self._names([r for r in self.regions.values() if valid(r)], None)

    def _names(self, regions: list[Region], on: date | None) -> dict[str, str]:
        full: dict[str, list[Region]] = defaultdict(list)
        for region in regions:
            full[self._name_on(region, on)].append(region)
        names: dict[str, str] = {}
        for region in regions:
            names.update(dict.fromkeys(region.aliases, region.code))
        names.update(
            {name: circle.region_code for circle in self.circles.values() for name in circle.aliases}
        )
        for name, bearers in full.items():
            if len(bearers) == 1:
                names[name] = bearers[0].code
            else:
                names.pop(name, None)
                names.update({self._parent_name(r) + name: r.code for r in bearers})
        return names

    def _name_on(self, region: Region, on: date | None) -> str:
        """The name that a code bore on a day: 襄樊市 until 2009, 襄阳市 since."""
        later = [e for e in self._renamings.get(region.code, ()) if on is not None and on.year < e.year]
        return later[0].old_name if later else region.name_zh

    @cached_property
    def _renamings(self) -> dict[str, list[RegionEvent]]:
        renamed: dict[str, list[RegionEvent]] = defaultdict(list)
        for event in sorted(self.region_events, key=lambda e: e.year):
            if event.old_code == event.new_code and event.old_name != event.new_name:
                renamed[event.new_code].append(event)
        return dict(renamed)

    def _parent_name(self, region: Region) -> str:
        return self.regions[region.parent_code].name_zh if region.parent_code else ""

    # --- circles and plans ---------------------------------------------------------------------------------------

    def circle_of(self, text: str) -> Circle | None:
        """The circle that a text names (longest name first), or whose id or aggregate code it is."""
        key = text.strip()
        for circle in self.circles.values():
            if key in (circle.id, circle.region_code):
                return circle
        return next((circle for name, circle in self._circle_names if name in text), None)

    def members(
        self, circle_id: str, on: date | None = None, scope: Literal["core", "extended"] = "extended"
    ) -> list[Member]:
        """Members of a circle in a scope on a day (today's without one), in the order of the file."""
        return [m for m in self.circles[circle_id].members if m.scope == scope and valid(m, on)]

    def series_of(self, text: str) -> PlanSeries | None:
        """The plan series that a text names, by the longest of all names and patterns."""
        return next((series for name, series in self._series_names if name in text), None)

    @cached_property
    def _circle_names(self) -> list[tuple[str, Circle]]:
        pairs = [(name, c) for c in self.circles.values() for name in (c.name_zh, *c.aliases)]
        return sorted(pairs, key=lambda pair: -len(pair[0]))

    @cached_property
    def _series_names(self) -> list[tuple[str, PlanSeries]]:
        pairs = [(name, s) for s in self.plan_series.values() for name in (s.title_zh, *s.patterns)]
        return sorted(pairs, key=lambda pair: -len(pair[0]))

    # --- sources -------------------------------------------------------------------------------------------------

    @cached_property
    def allowed_hosts(self) -> frozenset[str]:
        """Every host that may be fetched: nothing else is, also not by redirect."""
        return frozenset(host for source in self.sources.values() for host in source.hosts)


def valid(entry: Region | Member, on: date | None = None) -> bool:
    """Whether a region or a membership counts on a day; without a day: whether it still counts today."""
    if on is None:
        return entry.valid_to is None
    return (entry.valid_from is None or entry.valid_from <= on) and (
        entry.valid_to is None or on <= entry.valid_to
    )
