"""What was known when: revisions, precision, sources that disagree, questions as of a day."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import bindparam, text

from metroetl.warehouse import Warehouse
from metroetl.warehouse.base import UtcDateTime
from metroetl.warehouse.engine import writer, writing
from metroetl.warehouse.vintages import derive_all
from tests.warehouse.desk import Desk, gdp

CITY, PROVINCE, MEDIA = (
    "https://city.example.cn/",
    "https://province.example.cn/",
    "https://media.example.cn/",
)


def test_a_forecast_and_the_figure_two_days_later(desk: Desk) -> None:
    """The circle's GDP of 2025: 31323.12 counted a forecast of 德阳, 31310.2 is the figure (DOMAIN.md §4)."""
    circle = {"region": "AGG.CDMC", "period": "2025"}
    forecast = gdp(31323.12, **circle, obs_status="F", revision_stage="预计")
    desk.load(desk.read(MEDIA + "1", "a", [forecast], published_on=date(2026, 1, 27), source_id="media"))
    final = gdp(31310.2, **circle, obs_status="P", revision_stage="初步核算")
    desk.load(desk.read(MEDIA + "2", "b", [final], published_on=date(2026, 1, 29), source_id="media"))
    vintages = desk.rows(
        "SELECT vintage, value, obs_status, revision_stage FROM mart_observation_vintages ORDER BY vintage"
    )
    assert vintages == [(1, 31323.12, "F", "预计"), (2, 31310.2, "P", "初步核算")]
    assert desk.one("SELECT value, conflict FROM mart_observation_latest") == (31310.2, 0)
    ask = "SELECT value FROM mart_circle_quarter WHERE quarter = '2025-Q4'"
    answers = [desk.warehouse.query(ask, as_of=date(2026, 1, day))[1] for day in (26, 27, 28, 29)]
    assert answers == [[], [(31323.12,)], [(31323.12,)], [(31310.2,)]]


def test_a_final_verification_is_a_revision(desk: Desk) -> None:
    """Sichuan 2022: 56749.8 at first, 56610.2 after 最终核实."""
    values = {"region": "510000", "period": "2022"}
    desk.load(desk.read(PROVINCE + "1", "a", [gdp(56749.8, **values, revision_stage="初步核算")], published_on=date(2023, 1, 18), source_id="province"))  # fmt: skip
    desk.load(desk.read(PROVINCE + "2", "b", [gdp(56610.2, **values, revision_stage="最终核实")], published_on=date(2024, 1, 19), source_id="province"))  # fmt: skip
    rows = desk.rows(
        "SELECT value, revision_stage, known_to IS NULL FROM mart_observation_vintages ORDER BY known_from"
    )
    assert rows == [(56749.8, "初步核算", 0), (56610.2, "最终核实", 1)]


def test_one_or_two_decimals_of_one_value_are_no_revision(desk: Desk) -> None:
    """46615.82 and 46615.8: the same value, the more precise print is shown (DOMAIN.md §4)."""
    for n, (printed, day) in enumerate([("46615.8", 17), ("46615.82", 20), ("46615.8", 25)]):
        page = desk.read(f"{PROVINCE}{n}", printed, [gdp(float(printed), "2019", "510000", printed=printed)], published_on=date(2020, 1, day), source_id="province")  # fmt: skip
        desk.load(page)
    row = desk.one(
        "SELECT value, decimals, vintage, prints, conflict, known_from FROM mart_observation_vintages"
    )
    assert row == (46615.82, 2, 1, 3, 0, "2020-01-16 16:00:00.000000")
    seen = desk.warehouse.query("SELECT value FROM mart_observation_latest", as_of=date(2020, 1, 18))[1]
    assert seen == [(46615.8,)]


def test_a_coarse_print_between_does_not_hide_a_revision(desk: Desk) -> None:
    for n, (printed, day) in enumerate([("10.04", 17), ("10.0", 20), ("9.96", 25)]):
        desk.load(
            desk.read(
                f"{CITY}{n}", printed, [gdp(float(printed), printed=printed)], published_on=date(2025, 4, day)
            )
        )
    assert desk.rows("SELECT value FROM mart_observation_vintages ORDER BY vintage") == [(10.04,), (9.96,)]


def test_the_same_value_in_another_unit_is_no_revision(desk: Desk) -> None:
    """3.13万亿元 is 31310.2亿元 with less precision."""
    coarse = gdp(3.13, "2025", "AGG.CDMC", unit="万亿元", value_norm=31300.0)
    desk.load(desk.read(MEDIA + "1", "a", [coarse], published_on=date(2026, 1, 28), source_id="media"))
    desk.load(desk.read(MEDIA + "2", "b", [gdp(31310.2, "2025", "AGG.CDMC")], published_on=date(2026, 1, 29), source_id="media"))  # fmt: skip
    row = desk.one("SELECT value, unit, value_printed, decimals, prints FROM mart_observation_vintages")
    assert row == (31310.2, "亿元", 31310.2, 1, 2)
    printed = desk.one(
        "SELECT value, unit, decimals_norm, rounding FROM core_observation WHERE unit = '万亿元'"
    )
    assert printed == (3.13, "万亿元", 0, 50.0)


def test_sources_that_disagree_on_one_day_are_both_kept(desk: Desk) -> None:
    desk.load(desk.read(MEDIA, "a", [gdp(5931.0)], source_id="media"))
    desk.load(desk.read(CITY, "b", [gdp(5930.3)]))
    assert desk.one("SELECT value, conflict, publisher FROM mart_observation_latest") == (
        5930.3,
        1,
        "city 统计局",
    )
    assert desk.one("SELECT COUNT(*) FROM core_observation") == 2


def test_an_old_document_that_comes_late_falls_into_its_place(desk: Desk) -> None:
    desk.load(desk.read(CITY + "2", "b", [gdp(56610.2)], published_on=date(2024, 1, 19)))
    desk.load(desk.read(CITY + "1", "a", [gdp(56749.8)], published_on=date(2023, 1, 18)))
    assert desk.one("SELECT value FROM mart_observation_latest") == 56610.2
    assert desk.warehouse.query("SELECT value FROM mart_observation_latest", as_of=date(2023, 6, 1))[1] == [
        (56749.8,)
    ]


def test_without_a_date_a_figure_counts_from_its_loading_and_says_so(desk: Desk) -> None:
    desk.load(desk.read(CITY, "a", [gdp(5930.3)], published_on=None))
    basis, known_from, loaded_at = desk.one(
        "SELECT published_basis, known_from, loaded_at FROM mart_observation_latest"
    )
    assert (basis, known_from) == ("loaded", loaded_at)


def test_as_loaded_asks_by_the_day_of_loading(desk: Desk) -> None:
    desk.load(desk.read(CITY, "a", [gdp(5930.3)], published_on=date(2020, 4, 29)))
    loaded = date.fromisoformat(desk.one("SELECT loaded_at FROM core_observation")[:10])
    ask = "SELECT value FROM mart_circle_quarter"
    assert desk.warehouse.query(ask, as_loaded=loaded - timedelta(days=2))[1] == []
    assert desk.warehouse.query(ask, as_loaded=loaded + timedelta(days=1))[1] == [(5930.3,)]
    assert desk.warehouse.query(ask, as_of=date(2020, 4, 28), as_loaded=loaded + timedelta(days=1))[1] == []


def test_a_figure_that_a_replay_no_longer_finds_leaves_the_marts_but_stays_in_core(desk: Desk) -> None:
    page = desk.read(CITY, "a", [gdp(5930.3), gdp(48.5, region="510600")])
    desk.load(page)
    mended = page.model_copy(update={"statements": [gdp(5930.3), gdp(771.1, region="510600")]})
    desk.load(mended)
    assert desk.one("SELECT value FROM mart_observation_latest WHERE region_code = '510600'") == 771.1
    assert desk.one("SELECT COUNT(*) FROM core_observation WHERE withdrawn_at IS NOT NULL") == 1
    desk.load(page)
    assert desk.one("SELECT value FROM mart_observation_latest WHERE region_code = '510600'") == 48.5


def test_a_year_is_the_fourth_quarter_of_a_cumulative_series_only(desk: Desk) -> None:
    year = [
        gdp(23511.3, "2024"),
        gdp(2147.4, "2024", indicator_code="POP", measure="level", unit="万人", unit_norm="万人"),
    ]
    desk.load(desk.read(CITY, "a", year))
    rows = desk.rows("SELECT quarter, period_label_zh, indicator_code, period_end FROM mart_circle_quarter")
    assert rows == [("2024-Q4", "2024年", "GDP", "2024-12-31")]


def test_boundary_version_names_the_change_that_counts(desk: Desk) -> None:
    """简阳 moved in 2016 from 资阳 to 成都; 新津 became a district of 成都 in 2020 without moving."""
    before = desk.read(
        CITY + "1", "a", [gdp(1.0, "2014"), gdp(2.0, "2014", "512000")], published_on=date(2015, 1, 20)
    )
    after = desk.read(
        CITY + "2", "b", [gdp(3.0, "2024"), gdp(4.0, "2024", "511400")], published_on=date(2025, 1, 20)
    )
    desk.load(before, after)
    versions = dict(desk.rows("SELECT value, boundary_version FROM core_observation"))
    assert versions == {1.0: "", 2.0: "", 3.0: "2016", 4.0: ""}


def test_internal_prints_change_nothing_for_those_who_see_public_ones(desk: Desk) -> None:
    """An internal page says 5931.0 later than the public 5930.3: each audience has its own latest figure."""
    desk.load(desk.read(CITY + "1", "a", [gdp(5930.3)], published_on=date(2025, 4, 20)))
    desk.load(desk.read(CITY + "2", "b", [gdp(5931.0)], published_on=date(2025, 4, 29), access="internal"))
    states = "SELECT audience, value, vintage, shown_to IS NULL FROM core_vintage ORDER BY 1, 3"
    assert desk.rows(states) == [
        ("internal", 5930.3, 1, 0),
        ("internal", 5931.0, 2, 1),
        ("public", 5930.3, 1, 1),
    ]
    assert desk.rows("SELECT value FROM mart_observation_latest") == [(5931.0,)]


def test_the_short_way_of_lone_prints_gives_what_the_long_way_gives(desk: Desk) -> None:
    """Loads derive what they touch; deriving all anew gives the same rows."""
    first = [gdp(5930.3), gdp(2.0, "2014", "512000"), gdp(56749.8, "2022", "510000")]
    desk.load(desk.read(CITY + "1", "a", first, published_on=date(2025, 4, 20)))
    desk.load(desk.read(CITY + "2", "b", [gdp(5931.0), gdp(7.0, "2023")], published_on=date(2025, 4, 29), access="internal"))  # fmt: skip
    desk.load(desk.read(CITY + "3", "c", [gdp(56610.2, "2022", "510000")], published_on=date(2024, 1, 19)))
    kept = desk.rows("SELECT * FROM core_vintage ORDER BY observation_id, audience")
    with writing(writer(desk.warehouse.url)) as connection:
        derive_all(connection)
    assert desk.rows("SELECT * FROM core_vintage ORDER BY observation_id, audience") == kept
    assert len(kept) == 7


def test_another_precedence_shows_the_other_source(desk: Desk) -> None:
    desk.load(desk.read(MEDIA, "a", [gdp(5931.0)], source_id="media"))
    desk.load(desk.read(CITY, "b", [gdp(5930.3)]))
    assert desk.one("SELECT value FROM mart_observation_latest") == 5930.3
    words = desk.warehouse.catalogue
    media = words.sources["media"].model_copy(update={"precedence": 1})
    changed = dataclasses.replace(words, sources=words.sources | {"media": media})
    Warehouse(desk.warehouse.url, "facts", changed).upgrade()
    assert desk.one("SELECT value FROM mart_observation_latest") == 5931.0


def test_an_embargoed_figure_is_shown_by_the_first_load_after_its_embargo(desk: Desk) -> None:
    desk.load(desk.read(CITY + "1", "a", [gdp(5930.3)]))
    with writing(writer(desk.warehouse.url)) as connection:
        later = {"later": datetime(2100, 1, 1, tzinfo=UTC)}
        held = text("UPDATE core_observation SET embargo_until = :later").bindparams(
            bindparam("later", type_=UtcDateTime())
        )
        connection.execute(held, later)
        derive_all(connection)
    assert desk.rows("SELECT value FROM mart_observation_latest") == []
    with writing(writer(desk.warehouse.url)) as connection:
        connection.execute(held, {"later": datetime(2026, 1, 1, tzinfo=UTC)})
    desk.load(desk.read(CITY + "2", "b", [gdp(7.0, "2023")]))
    assert desk.one("SELECT COUNT(*) FROM mart_observation_latest") == 2


def test_postgresql_answers_as_of_a_day_by_a_function(desk: Desk) -> None:
    if desk.warehouse.url.startswith("sqlite"):
        pytest.skip("a function of PostgreSQL")
    desk.load(desk.read(PROVINCE + "1", "a", [gdp(56749.8, "2022", "510000")], published_on=date(2023, 1, 18), source_id="province"))  # fmt: skip
    desk.load(desk.read(PROVINCE + "2", "b", [gdp(56610.2, "2022", "510000")], published_on=date(2024, 1, 19), source_id="province"))  # fmt: skip
    ask = "SELECT value FROM observation_as_of(CAST(:day AS date))"
    days = {
        "2023-01-17": [],
        "2023-01-18": [(56749.8,)],
        "2024-01-18": [(56749.8,)],
        "2024-01-19": [(56610.2,)],
    }
    assert {day: desk.rows(ask, day=day) for day in days} == days
