"""Declared corrections: withheld and replaced prints, the guard once the publisher mended it; sources that disagree."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from pydantic import ValidationError

from metroetl.catalogue.models import Correction
from metroetl.statistics.models import Statement
from metroetl.warehouse import Warehouse
from tests.warehouse.desk import Desk, gdp

CITY, MEDIA = "https://city.example.cn/", "https://media.example.cn/"
TRADE = {
    "id": "deyang-2025q1-trade", "region": "510600", "indicator": "TRD", "measure": "level_ytd", "period": "2025-Q1",
    "action": "withhold", "expect": 240.2, "reason": "存疑：上年上半年仅109.2亿元", "reason_en": "suspect",
    "source": "与上年同期比较", "declared_on": date(2026, 11, 29),
}  # fmt: skip


def trade(value: float) -> Statement:
    return gdp(value, "2025-Q1", "510600", indicator_code="TRD", indicator="货物进出口总额")


def declared(desk: Desk, **changes: object) -> Desk:
    """The same warehouse under a catalogue that declares a correction."""
    correction = Correction.model_validate(TRADE | changes)
    words = dataclasses.replace(desk.warehouse.catalogue, corrections={correction.id: correction})
    warehouse = Warehouse(desk.warehouse.url, "facts", words)
    warehouse.upgrade()
    return Desk(warehouse)


def test_a_suspect_figure_is_withheld_and_stays_visible(desk: Desk) -> None:
    """德阳 2025Q1 trade 240.2, after 109.2 for the whole first half of 2024 (DOMAIN.md §4): no right value is known."""
    desk.load(desk.read(CITY + "1", "a", [trade(240.2), gdp(771.1, region="510600")]))
    assert desk.one("SELECT COUNT(*) FROM mart_observation_latest") == 2
    after = declared(desk)
    assert after.rows("SELECT indicator_code FROM mart_observation_latest") == [("GDP",)]
    assert after.one("SELECT COUNT(*) FROM mart_circle_quarter WHERE indicator_code = 'TRD'") == 0
    seen = after.one("SELECT state, value_in_print, publisher, reason FROM mart_correction")
    assert seen == ("applied", 240.2, "city 统计局", TRADE["reason"])
    assert after.one("SELECT COUNT(*) FROM core_observation WHERE indicator_code = 'TRD'") == 1


def test_the_guard_fails_once_the_publisher_has_mended_it(desk: Desk) -> None:
    after = declared(desk)
    assert after.one("SELECT state FROM mart_correction") == "waiting"
    after.load(after.read(CITY + "1", "a", [trade(240.2)], published_on=date(2025, 4, 20)))
    after.load(after.read(CITY + "2", "b", [trade(42.0)], published_on=date(2025, 5, 20)))
    assert after.one("SELECT value FROM mart_observation_latest") == 42.0
    assert after.one("SELECT state, newest_value FROM mart_correction") == ("mended", 42.0)


def test_a_replacement_shows_both_values(desk: Desk) -> None:
    desk.load(desk.read(CITY + "1", "a", [trade(240.2)]))
    after = declared(desk, action="replace", value=54.02, url="https://city.example.cn/correction.html")
    shown = "SELECT value, value_printed, decimals, correction_id, rounding FROM mart_observation_latest"
    assert after.one(shown) == (54.02, 240.2, 2, "deyang-2025q1-trade", 0.005)
    assert desk.one("SELECT COUNT(*) FROM core_observation") == 1


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"action": "replace"}, "without a value"),
        ({"action": "replace", "value": 54.0}, "correcting document"),
        ({"value": 54.0}, "with a value"),
    ],
)
def test_a_replacement_needs_the_publishers_own_document(changes: dict[str, object], wrong: str) -> None:
    with pytest.raises(ValidationError, match=wrong):
        Correction.model_validate(TRADE | changes)


def test_sources_that_disagree_are_told_with_both_sentences(desk: Desk) -> None:
    desk.load(desk.read(MEDIA, "a", [gdp(5931.0)], source_id="media"))
    desk.load(desk.read(CITY, "b", [gdp(5930.3)]))
    row = "SELECT value, publisher, other_value, other_publisher, in_force FROM mart_observation_conflict"
    assert desk.one(row) == (5930.3, "city 统计局", 5931.0, "media 统计局", 1)
    desk.load(desk.read(CITY + "2", "c", [gdp(5940.0)], published_on=date(2026, 1, 20)))
    assert desk.one("SELECT in_force FROM mart_observation_conflict") == 0
