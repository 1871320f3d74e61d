"""The clock of a time-lapse: of the synthetic world only, and everything that is asked follows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from metroetl import clock
from metroetl.errors import SettingsError
from metroetl.pipeline import choose_sources
from metroetl.settings import Settings, settings

MOMENT = "2024-05-01T08:20:00+08:00"


@pytest.fixture
def lapse(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("METROETL_HOME", str(tmp_path))
    monkeypatch.setenv("METROETL_WORLD", "synthetic")
    monkeypatch.setenv("METROETL_CLOCK", MOMENT)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.parametrize("more", [{}, {"world": "synthetic", "environment": "production"}])
def test_real_figures_and_production_refuse_a_clock_of_their_own(more: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="METROETL_CLOCK"):
        Settings.model_validate({"clock": MOMENT, **more})


def test_a_clock_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="timezone"):
        Settings.model_validate({"clock": "2024-05-01T08:20:00", "world": "synthetic"})


def test_the_clock_starts_where_it_is_set_and_goes_on(lapse: None) -> None:
    first = clock.now()
    assert timedelta(0) <= first - datetime.fromisoformat(MOMENT) < timedelta(seconds=60)
    assert clock.now() >= first and first.tzinfo is UTC
    assert clock.today() == date(2024, 5, 1)


def test_without_it_the_machine_is_asked() -> None:
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=60)


def test_a_revisit_counts_its_months_from_it(lapse: None) -> None:
    from flows.parameters import RevisitRequest

    assert RevisitRequest(months=3).since() == date(2024, 2, 1)


def test_a_synthetic_world_asks_nobody_but_its_stand_ins(lapse: None) -> None:
    assert choose_sources() == []
    config = Settings(world="synthetic", host_map={"cdstats.chengdu.gov.cn": "http://127.0.0.1:1"})
    assert [source.id for source in choose_sources(config=config)] == ["cdstats"]
