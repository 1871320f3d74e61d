"""A whole lapse in this process: catalogue, world, mishaps, days."""

from __future__ import annotations

import os
import pickle
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.postgres import Postgres
from benchmarks.timelapse.places import write_catalogue

if TYPE_CHECKING:
    from benchmarks.timelapse.driver import Lapse
    from benchmarks.timelapse.ledger import Ledger
    from benchmarks.timelapse.mishaps import Mishaps
    from benchmarks.timelapse.world import World


DATABASE, PICKLE = "lapse", "played.pickle"


@dataclass(frozen=True)
class Played:
    """What was to happen, what did, and what the sites really said."""

    world: World
    mishaps: Mishaps
    lapse: Lapse
    ledger: Ledger


def play(home: Path, seed: int, first: date, days: int, postgres: Postgres | None) -> Played:
    """Run the days of a world in an empty folder, which keeps what happened as `played.pickle`."""
    set_out(home, postgres.create(DATABASE) if postgres else "")
    write_catalogue(home)

    from benchmarks.timelapse.driver import Driver
    from benchmarks.timelapse.mishaps import draw
    from benchmarks.timelapse.world import make_world

    world = make_world(seed, first, days)
    mishaps = draw(world)
    driver = Driver(world, mishaps, home, postgres)
    played = Played(world, mishaps, driver.run(), driver.sites.ledger)
    (home / PICKLE).write_bytes(pickle.dumps(played))
    return played


def played_before(home: Path, postgres: Postgres | None) -> Played:
    """What happened in a folder that was kept."""
    set_out(home, postgres.address(DATABASE) if postgres else "")
    played: Played = pickle.loads((home / PICKLE).read_bytes())  # noqa: S301  our own
    return played


def set_out(home: Path, database_url: str) -> None:
    """This process is in the lapse from now on: its METROETL_ variables and no others."""
    from metroetl.settings import settings

    for name in [n for n in os.environ if n.startswith("METROETL_")]:
        del os.environ[name]
    os.environ |= {"METROETL_HOME": str(home), "METROETL_WORLD": "synthetic"}
    if database_url:
        os.environ["METROETL_DATABASE_URL"] = database_url
    settings.cache_clear()
