"""The release calendar: what a window expects of a watched region, and what became of it, on both engines."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from metroetl.catalogue import catalogue
from metroetl.catalogue.models import ReleaseWindow
from metroetl.harvest.models import Fetch, Harvested
from metroetl.warehouse import Warehouse
from metroetl.warehouse.versions import SHANGHAI
from tests.quality.templates import ENGINES, copy_of
from tests.warehouse.desk import Desk, gdp, small_catalogue

QUARTER = ReleaseWindow(
    id="city_quarter", indicator_codes=["GDP"], level="city", frequency="Q", first_day=17, last_day=35
)
MONTH = ReleaseWindow(
    id="city_month",
    indicator_codes=["TRD"],
    level="city",
    frequency="M",
    first_day=14,
    last_day=20,
    skip_months=[1],
)
FINAL = ReleaseWindow(
    id="city_final",
    indicator_codes=["GDP"],
    level="city",
    frequency="A",
    first_day=355,
    last_day=396,
    stages=["最终核实"],
)
CIRCLE = ReleaseWindow(id="circle_quarter", indicator_codes=["GDP"], level="circle", frequency="Q", first_day=26, last_day=47)  # fmt: skip
CITY = "https://city.example.cn/"


WORDS = dataclasses.replace(small_catalogue(), release_windows=[QUARTER, MONTH, FINAL, CIRCLE])


def make(url: str) -> None:
    Warehouse(url, "facts", WORDS).upgrade()


@pytest.fixture(params=ENGINES)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """A desk at a new warehouse with these windows."""
    return Desk(Warehouse(copy_of("windows", make, request, tmp_path), "facts", WORDS))


def watch(desk: Desk, since: date, source_id: str = "city", outcome: str = "listed") -> None:
    """A listing of the source is read at noon of that day in China."""
    noon = datetime(since.year, since.month, since.day, 12, tzinfo=SHANGHAI)
    fetch = Fetch(source_id=source_id, url="list", role="listing", at=noon, outcome=outcome, items=9)
    desk.warehouse.record(desk.run_id, [Harvested(fetch=fetch)])


def release(desk: Desk, name: str, published_on: date, period: str, value: float, **more: object) -> None:
    desk.load(desk.read(CITY + name, name, [gdp(value, period, **more)], published_on=published_on))


def states(desk: Desk, window: str = "city_quarter", region: str = "510100") -> dict[str, str]:
    rows = desk.rows(
        "SELECT period, state FROM ops_release WHERE window_id = :window AND region_code = :region ORDER BY period",
        window=window,
        region=region,
    )
    return dict(rows)


def test_a_release_is_early_in_time_late_missed_or_expected(desk: Desk) -> None:
    watch(desk, date(2025, 1, 20))
    release(desk, "1", date(2025, 1, 31), "2024", 23511.3)  # the year's figure is that of its fourth quarter
    release(desk, "2", date(2025, 4, 10), "2025-Q1", 5930.3)
    release(desk, "3", date(2025, 8, 20), "2025-Q2", 12108.2)
    desk.warehouse.keep_calendar(date(2025, 12, 20))
    assert states(desk) == {"2024-Q4": "on_time", "2025-Q1": "early", "2025-Q2": "late", "2025-Q3": "missed", "2025-Q4": "expected"}  # fmt: skip
    late = desk.one(
        "SELECT state_zh, days_late, document_title, url, came_before, due_from, due_to FROM mart_release_calendar WHERE window_id = 'city_quarter' AND period = '2025-Q2'"
    )
    assert late == ("晚于窗口", 16, "3", CITY + "3", 2, "2025-07-17", "2025-08-04")
    assert (
        desk.one(
            "SELECT days_early FROM mart_release_calendar WHERE window_id = 'city_quarter' AND period = '2025-Q1'"
        )
        == 7
    )


def test_what_was_due_before_the_watch_began_is_expected_of_nobody(desk: Desk) -> None:
    watch(desk, date(2025, 3, 1), outcome="HOST_DOWN")
    assert desk.warehouse.keep_calendar(date(2025, 9, 1)) == {}
    watch(desk, date(2025, 8, 4))
    desk.warehouse.keep_calendar(date(2025, 9, 2))
    assert list(states(desk)) == ["2025-Q2", "2025-Q3"], (
        "the last day of the second quarter's window is watched"
    )
    assert states(desk, region="510600") == {}, "no source of that city is read"


def test_what_never_came_is_unproven_not_missed(desk: Desk) -> None:
    watch(desk, date(2025, 4, 1))
    desk.warehouse.keep_calendar(date(2025, 6, 3))
    assert states(desk) == {"2025-Q1": "unproven", "2025-Q2": "expected"}
    release(desk, "1", date(2025, 5, 2), "2025-Q1", 5930.3)
    desk.warehouse.keep_calendar(date(2025, 8, 30))
    assert states(desk)["2025-Q1"] == "on_time" and states(desk)["2025-Q2"] == "missed"


def test_a_late_release_replaces_missed(desk: Desk) -> None:
    watch(desk, date(2025, 4, 1))
    release(desk, "1", date(2025, 4, 28), "2025-Q1", 5930.3)
    desk.warehouse.keep_calendar(date(2025, 8, 30))
    assert states(desk)["2025-Q2"] == "missed"
    release(desk, "2", date(2025, 9, 2), "2025-Q2", 12108.2)
    desk.warehouse.keep_calendar(date(2025, 9, 3))
    assert states(desk) == {"2025-Q1": "on_time", "2025-Q2": "late", "2025-Q3": "expected"}


def test_the_first_document_counts_and_forecasts_do_not(desk: Desk) -> None:
    watch(desk, date(2025, 4, 1))
    release(desk, "forecast", date(2025, 4, 2), "2025-Q1", 6000.0, obs_status="F")
    release(desk, "again", date(2025, 6, 1), "2025-Q1", 5930.3)
    release(desk, "first", date(2025, 4, 28), "2025-Q1", 5930.3)
    desk.warehouse.keep_calendar(date(2025, 6, 2))
    found = desk.one(
        "SELECT published_on, document_title FROM mart_release_calendar WHERE window_id = 'city_quarter' AND period = '2025-Q1'"
    )
    assert found == ("2025-04-28", "first")


def test_a_final_figure_is_not_the_first_one_of_its_year(desk: Desk) -> None:
    watch(desk, date(2025, 1, 1))
    release(desk, "1", date(2025, 1, 31), "2024", 23511.3, revision_stage="初步核算")
    desk.warehouse.keep_calendar(date(2025, 12, 20))
    assert states(desk, "city_final") == {"2023": "unproven", "2024": "expected"}
    release(desk, "2", date(2025, 12, 26), "2024", 23600.1, revision_stage="最终核实")
    desk.warehouse.keep_calendar(date(2025, 12, 28))
    assert states(desk, "city_final")["2024"] == "on_time"


def test_months_without_a_release_of_their_own_are_left_out(desk: Desk) -> None:
    watch(desk, date(2025, 1, 1))
    desk.warehouse.keep_calendar(date(2025, 4, 1))
    assert list(states(desk, "city_month")) == ["2024-M12", "2025-M02", "2025-M03", "2025-M04"]


def test_a_circle_has_windows_of_its_own(desk: Desk) -> None:
    watch(desk, date(2025, 4, 1), "media")
    release(desk, "1", date(2025, 5, 10), "2025-Q1", 7393.1, region="AGG.CDMC")
    desk.warehouse.keep_calendar(date(2025, 6, 12))
    assert states(desk, "circle_quarter", "AGG.CDMC") == {"2025-Q1": "on_time", "2025-Q2": "expected"}
    assert desk.one("SELECT COUNT(*) FROM ops_release WHERE window_id = 'city_quarter'") == 0


def test_what_nobody_expects_any_more_goes_what_came_stays(desk: Desk) -> None:
    watch(desk, date(2025, 4, 1))
    release(desk, "1", date(2025, 4, 28), "2025-Q1", 5930.3)
    desk.warehouse.keep_calendar(date(2025, 8, 30))
    known = desk.warehouse.catalogue
    closed = known.sources["city"].model_copy(update={"enabled": False, "reason": "moved"})
    changed = dataclasses.replace(known, sources=known.sources | {"city": closed})
    after = Warehouse(desk.warehouse.url, "facts", changed)
    after.upgrade()
    assert after.keep_calendar(date(2025, 8, 31)) == {}
    assert states(Desk(after)) == {"2025-Q1": "on_time"}


def test_the_projects_own_windows_follow_their_notes() -> None:
    windows = {w.id: w for w in catalogue().release_windows}
    assert windows["nation_month"].skip_months == [1] and "None in February" in windows["nation_month"].note
    assert windows["nation_year_final"].stages == ["最终核实", "普查修订"]
    assert all(timedelta(days=w.last_day) < timedelta(days=400) for w in windows.values())
