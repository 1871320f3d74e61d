"""How far the cities of a circle are from one another: straight lines between their seats, or an operator's hours.

Seats are those of GeoNames (CC BY 4.0), rounded to .01 degree: good to about 5 km, a straight line, not a road. Who has
hours by road or rail puts `travel_hours.csv` (from_code, to_code, hours; both ways alike unless both are given) into
METROETL_HOME/catalogue; then these are used, and a pair that is missing there is refused by name.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, Field

from metroetl.catalogue import catalogue
from metroetl.catalogue.files import mistake, read_csv
from metroetl.catalogue.load import FOLDER, own_folder

SEATS = FOLDER / "data" / "city_seats.csv"
HOURS = "travel_hours.csv"
EARTH_KM = 6371.0088  # mean radius, IUGG


class Seat(BaseModel):
    """Where a city is, in degrees (WGS 84), and the place of GeoNames that says so."""

    region_code: str
    name_zh: str
    longitude: float = Field(ge=73, le=136)
    latitude: float = Field(ge=3, le=54)
    geonames_id: int


class Hours(BaseModel):
    """How long it takes from one city to another."""

    from_code: str
    to_code: str
    hours: float = Field(gt=0)


@dataclass(frozen=True)
class Distances:
    """Distances by (from, to) in `unit`: km of straight lines, or hours of an operator."""

    by_pair: dict[tuple[str, str], float]
    unit: str

    @property
    def basis(self) -> str:
        """What they are, for a report."""
        if self.unit == "km":
            return "两市城区间直线距离（公里，坐标据 GeoNames，约数；非公路或铁路里程、时间）"
        return "两市间行程时间（小时，操作单位提供）"

    @property
    def basis_en(self) -> str:
        """The same in English."""
        if self.unit == "km":
            return "straight line between the cities (km, by GeoNames, approximate; not by road or rail)"
        return "travel time between the cities (hours, given by the operator)"


@lru_cache
def seats() -> dict[str, Seat]:
    """The seats by region code; CatalogueError for a code that isn't a region's."""
    found = {}
    for line, seat in read_csv(SEATS, Seat):
        region = catalogue().regions.get(seat.region_code)
        if region is None or region.name_zh != seat.name_zh:
            raise mistake(SEATS, line, f"{seat.region_code} isn't {seat.name_zh}", "correct code or name")
        found[seat.region_code] = seat
    return found


def distances() -> Distances:
    """The operator's hours where there are any, else straight lines."""
    own = own_folder() / HOURS
    return hours(own) if own.is_file() else straight_lines()


def hours(path: Path) -> Distances:
    """Hours from a CSV file; CatalogueError by line for a code that isn't a region's."""
    found = {}
    for line, row in read_csv(path, Hours):
        for code in (row.from_code, row.to_code):
            if code not in catalogue().regions:
                raise mistake(path, line, f"no region has the code {code}", "write a GB/T 2260 code")
        found[row.from_code, row.to_code] = row.hours
    return Distances({(j, i): h for (i, j), h in found.items()} | found, "小时")


def straight_lines() -> Distances:
    """Great circles between all seats."""
    places = seats()
    return Distances(
        {(i, j): great_circle(a, b) for i, a in places.items() for j, b in places.items() if i != j}, "km"
    )


def great_circle(a: Seat, b: Seat) -> float:
    """Kilometres on a sphere, by the haversine formula."""
    north, east = math.radians(b.latitude - a.latitude), math.radians(b.longitude - a.longitude)
    shrink = math.cos(math.radians(a.latitude)) * math.cos(math.radians(b.latitude))
    return 2 * EARTH_KM * math.asin(math.sqrt(math.sin(north / 2) ** 2 + shrink * math.sin(east / 2) ** 2))
