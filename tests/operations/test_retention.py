"""Attempts that found nothing new are folded, and no answer of the warehouse changes by it."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from metroetl.errors import HostDown, NotFound
from metroetl.harvest.models import Fetch, Harvested, Role
from metroetl.operations.retention import retain
from metroetl.settings import Settings
from metroetl.warehouse.models import Held
from tests.warehouse.desk import START, Desk, gdp

LISTING, PAGE, GONE = (
    "https://city.example.cn/list/",
    "https://city.example.cn/1",
    "https://city.example.cn/2",
)
TODAY = datetime(2027, 6, 1, tzinfo=UTC)
YEAR_AND_MORE = 517


def attempt(url: str, day: int, outcome: str, role: Role = "page", **values: Any) -> Harvested:
    """An attempt so many days after the start."""
    ok = outcome in ("unchanged", "listed")
    told = {} if ok else {"detail": "no answer", "way_out": "wait"}
    fetch = Fetch(
        source_id="city", url=url, role=role, at=START + timedelta(days=day), outcome=outcome, seconds=0.5,
        **told, **values,
    )  # fmt: skip
    return Harvested(fetch=fetch)


def years_of_attempts(desk: Desk) -> None:
    """A listing read every other day, two pages that were revisited, one of which changed and one vanished."""
    tried = [attempt(LISTING, 0, "listed", "listing", items=20, fresh=2, newest=date(2026, 1, 1))]
    desk.stage(desk.read(PAGE, "一季度", [gdp(5930.3)], published_on=date(2025, 4, 29)))
    desk.settle()
    desk.archive(GONE, "two")
    for day in range(2, YEAR_AND_MORE, 2):
        newest = date(2026, 1, 1) + timedelta(days=day // 30 * 30)
        found = {"items": 20 + day % 3, "fresh": int(day % 30 == 0), "newest": newest}
        broken = day % 50 == 0 or day > 508  # down to this day
        tried.append(
            attempt(LISTING, day, HostDown.code, "listing")
            if broken
            else attempt(LISTING, day, "listed", "listing", **found)
        )
    for week in range(1, 40):
        tried.append(attempt(PAGE, 7 * week, "unchanged"))
        tried.append(attempt(GONE, 7 * week, "unchanged" if week < 20 else NotFound.code))
    desk.warehouse.record(desk.run_id, tried)
    desk.clock = START + timedelta(days=70, hours=12)
    desk.archive(PAGE, "another")


def answers(desk: Desk) -> dict[str, Any]:
    """What views and runs ask of the attempts."""
    warehouse = desk.warehouse
    calendar = warehouse.keep_calendar(TODAY.date())
    views = (
        "mart_source_health",
        "mart_listing_health",
        "mart_page_state",
        "mart_lineage",
        "mart_release_calendar",
    )
    found: dict[str, Any] = {
        view: [
            {name: value for name, value in row.items() if name != "checked_at"}
            for row in sorted(warehouse.records(f"SELECT * FROM {view}"), key=repr)
        ]
        for view in views
    }
    assert all(found.values()) and calendar
    found["known"] = warehouse.known("city")
    found["revisit"] = warehouse.revisitable("city", date(2025, 1, 1), 100)
    found["calendar"] = calendar
    found["seen"] = [
        max((s.at for s in history.sightings if s.at < START + timedelta(days=70, hours=12)), default=None)
        for history in warehouse.histories(PAGE)
    ]
    return found


def test_old_attempts_are_folded_and_every_answer_stays(desk: Desk, tmp_path: Path) -> None:
    years_of_attempts(desk)
    before, rows = answers(desk), desk.one("SELECT COUNT(*) FROM raw_fetch")
    failures = desk.one("SELECT COUNT(*) FROM raw_fetch WHERE NOT ok")
    config = Settings(home=tmp_path, keep_fetches_days=100)
    looked = retain(desk.warehouse, config, TODAY)
    assert looked.fetches["city"] > 200 and desk.one("SELECT COUNT(*) FROM raw_fetch") == rows
    done = retain(desk.warehouse, config, TODAY, apply=True)
    assert done.fetches == looked.fetches
    assert answers(desk) == before
    left = desk.one("SELECT COUNT(*) FROM raw_fetch")
    assert left == rows - done.fetches["city"]
    assert desk.one("SELECT SUM(fetches), SUM(seconds) FROM raw_fetch_month") == (
        rows - left,
        0.5 * (rows - left),
    )
    assert desk.one("SELECT COUNT(*) FROM raw_fetch WHERE NOT ok") == failures > 20
    assert retain(desk.warehouse, config, TODAY, apply=True).fetches == {}
    retain(desk.warehouse, Settings(home=tmp_path, keep_fetches_days=1), TODAY, apply=True)
    assert answers(desk) == before
    assert desk.one("SELECT SUM(fetches) FROM raw_fetch_month") > rows - left


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_setting_of_zero_keeps_everything(desk: Desk, tmp_path: Path) -> None:
    tried = [attempt(LISTING, day, "listed", "listing", items=20) for day in range(60)]
    desk.warehouse.record(desk.run_id, tried)
    assert retain(desk.warehouse, Settings(home=tmp_path, keep_fetches_days=0), TODAY).fetches == {}
    assert retain(desk.warehouse, Settings(home=tmp_path, keep_fetches_days=1), TODAY).fetches == {"city": 28}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_old_validation_pages_go_but_not_those_of_a_held_batch(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "validation"
    folder.mkdir()
    waiting = desk.run_id
    batch_id = desk.stage(desk.read(PAGE, "一季度", [gdp(1.0)]))
    desk.settle(held=[Held(batch_id=batch_id or "", rule_codes=["DOC-GARBLED"])])
    for name in (
        f"validation-{waiting}.html",
        "validation-old.html",
        "validation-old.csv",
        "validation-new.html",
    ):
        (folder / name).write_text(name)
        age = 10 if name == "validation-new.html" else 500
        then = (TODAY - timedelta(days=age)).timestamp()
        os.utime(folder / name, (then, then))
    done = retain(desk.warehouse, Settings(home=tmp_path), TODAY, apply=True)
    assert done.pages == 2
    assert {p.name for p in folder.iterdir()} == {f"validation-{waiting}.html", "validation-new.html"}
