"""A whole lapse in this process: catalogue, world, mishaps, days."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.postgres import Postgres
from benchmarks.timelapse.places import write_catalogue

if TYPE_CHECKING:
    from benchmarks.timelapse.driver import Lapse
    from benchmarks.timelapse.mishaps import Mishaps
    from benchmarks.timelapse.sites import Sites
    from benchmarks.timelapse.world import World


@dataclass(frozen=True)
class Played:
    """What was to happen, and what did; `sites` with their ledger."""

    world: World
    mishaps: Mishaps
    lapse: Lapse
    sites: Sites


def play(home: Path, seed: int, first: date, days: int, postgres: Postgres | None) -> Played:
    """Run the days of a world in an empty folder. METROETL_ variables of this process are those of the lapse afterwards."""
    for name in [n for n in os.environ if n.startswith("METROETL_")]:
        del os.environ[name]
    os.environ |= {"METROETL_HOME": str(home), "METROETL_WORLD": "synthetic"}
    if postgres:
        os.environ["METROETL_DATABASE_URL"] = postgres.create("lapse")
    write_catalogue(home)

    from benchmarks.timelapse.driver import Driver
    from benchmarks.timelapse.mishaps import draw
    from benchmarks.timelapse.world import make_world
    from metroetl.settings import settings

    settings.cache_clear()
    world = make_world(seed, first, days)
    mishaps = draw(world)
    driver = Driver(world, mishaps, home, postgres)
    return Played(world, mishaps, driver.run(), driver.sites)
