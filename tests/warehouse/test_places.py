"""Places in time: changes of codes, the crosswalk, what may be summed, members of circles; through the real catalogue."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from metroetl.catalogue import Catalogue, catalogue
from metroetl.warehouse import Warehouse
from tests.warehouse.desk import Desk, gdp
from tests.warehouse.past import fill

PAGE = "https://city.example.cn/1"
Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def places(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse with the places of the project's own catalogue, one for the module: it is only read."""
    path = tmp_path_factory.mktemp("places") / "warehouse.db"
    shutil.copy(request.getfixturevalue("blank_file"), path)
    url = f"sqlite:///{path}"
    if request.param == "postgresql":
        import psycopg

        server = request.getfixturevalue("postgres_url")
        blank = request.getfixturevalue("blank_database")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE places TEMPLATE "{blank}"')
        url = server.rsplit("/", 1)[0] + "/places"
    made = Warehouse(url, "facts", catalogue())
    made.upgrade()
    return made


@pytest.fixture
def ask(places: Warehouse) -> Ask:
    return lambda sql, **parameters: places.query(sql, parameters)[1]


def test_every_change_of_the_catalogue_is_a_row(ask: Ask) -> None:
    events = catalogue().region_events
    assert ask("SELECT COUNT(*) FROM dim_region_event WHERE event_id <> ''") == [(len(events),)]
    assert ask(
        "SELECT effective_on, counts_from, doc_number FROM dim_region_event WHERE old_code = '371200'"
    ) == [("2019-01-01", "2019-01-01", "国函〔2018〕163号")]
    assert ask("SELECT effective_on, counts_from FROM dim_region_event WHERE old_code = '512081'") == [
        (None, "2016-01-01")
    ]
    assert ask("SELECT old_code, new_name FROM dim_region_event WHERE new_code = '460300'") == [
        (None, "三沙市")
    ]


@pytest.mark.parametrize(
    ("code", "valid_from", "valid_to"),
    [
        ("512081", None, "2015-12-31"),  # 简阳 under 资阳
        ("510185", "2016-01-01", None),  # 简阳 under 成都
        ("510132", None, "2019-12-31"),  # 新津县
        ("510118", "2020-01-01", None),  # 新津区
        ("371200", None, "2018-12-31"),  # 莱芜市, 国函〔2018〕163号, in effect 2019
        ("370116", "2019-01-01", None),  # 莱芜区 of 济南
        ("340225", "2011-01-01", "2018-12-31"),  # 无为县 came to 芜湖 and became a city
    ],
)
def test_a_code_counts_from_its_day_until_its_day(
    ask: Ask, code: str, valid_from: str, valid_to: str
) -> None:
    found = ask("SELECT valid_from, valid_to, is_current FROM dic_region WHERE code = :code", code=code)
    assert found == [(valid_from, valid_to, 1 if valid_to is None else 0)]


@pytest.mark.parametrize(
    ("old", "new", "day", "stated", "types", "moved"),
    [
        ("512081", "510185", "2016-01-01", 0, "同名改码", 1),
        ("510132", "510118", "2020-01-01", 0, "撤县设区", 0),
        ("510626", "510604", "2017-01-01", 0, "撤县设区", 0),  # 罗江
        ("371200", "370116", "2019-01-01", 1, "撤销", 1),
        ("371203", "370117", "2019-01-01", 1, "同名改码", 1),  # 钢城
        ("522200", "520600", "2011-01-01", 0, "撤地设市", 0),  # 铜仁: another code, the same territory
        ("310230", "310151", "2016-01-01", 0, "撤县设区", 0),  # 崇明 stays in 上海
        ("341400", None, "2011-01-01", 0, "撤销", None),  # 巢湖市 was split up
    ],
)
def test_the_crosswalk_leads_to_the_code_of_today(
    ask: Ask, old: str, new: str | None, day: str, stated: int, types: str, moved: int | None
) -> None:
    sql = "SELECT new_code, changed_on, day_stated, types, moved FROM mart_region_crosswalk WHERE old_code = :old"
    assert ask(sql, old=old) == [(new, day, stated, types, moved)]


def test_chains_are_followed(ask: Ask) -> None:
    assert ask(
        "SELECT new_code, new_name, changed_on, last_changed_on, types, path, steps, moved FROM mart_region_crosswalk"
        " WHERE old_code = '341422'"
    ) == [
        (
            "340281",
            "无为市",
            "2011-01-01",
            "2019-01-01",
            "同名改码、撤县设市",
            "341422 → 340225 → 340281",
            2,
            1,
        )
    ]
    assert ask("SELECT new_code, steps FROM mart_region_crosswalk WHERE old_code = '340225'") == [
        ("340281", 1)
    ]
    assert ask("SELECT predecessors FROM mart_region_crosswalk WHERE old_code = '320502'") == [(3,)]  # 姑苏


def test_the_crosswalk_is_that_of_the_catalogue(ask: Ask) -> None:
    words = catalogue()
    abolished = {code for code, region in words.regions.items() if region.valid_to}
    found: dict[str, set[str]] = {code: set() for code in abolished}
    for old, new in ask("SELECT old_code, new_code FROM mart_region_crosswalk"):
        found[old] |= {new} - {None}
    assert found == {code: set(words.successors(code)) for code in abolished}


@pytest.mark.shared
def test_the_facts_of_the_domain_are_in_the_crosswalk(ask: Ask, shared: Path) -> None:
    """Changes of the shared list with one old and one new code lead where the list says, or further."""
    paths = {(o, p) for o, p in ask("SELECT old_code, path FROM mart_region_crosswalk")}
    with (shared / "domain" / "region_events.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["old_code"] and r["new_code"] not in ("", r["old_code"])]
    ours = {(e.old_code, e.new_code) for e in catalogue().region_events}
    told = [(r["old_code"], r["new_code"]) for r in rows if (r["old_code"], r["new_code"]) in ours]
    assert len(told) > 70
    assert [t for t in told if not any(o == t[0] and t[1] in path for o, path in paths)] == []


def test_a_warehouse_of_before_gets_the_places(database_url: str, words: Catalogue) -> None:
    fill(database_url, "0010")
    warehouse = Warehouse(database_url, "facts", words)
    warehouse.upgrade()
    assert warehouse.query("SELECT COUNT(*) FROM dim_region_event")[1] == [(len(words.region_events),)]


def test_functional_areas_and_aggregates_dont_add_up(ask: Ask) -> None:
    assert ask(
        "SELECT code FROM dic_region WHERE parent_code = '510100' AND summable = 0 AND is_current = 1 ORDER BY code"
    ) == [("510100.CDEN",), ("510100.CDHT",), ("510100.TFNA",)]
    districts = ask(
        "SELECT code FROM dic_region WHERE parent_code = '510100' AND summable = 1 AND is_current = 1 ORDER BY code"
    )
    words = catalogue()
    assert [code for (code,) in districts] == sorted(r.code for r in words.children("510100"))
    assert len(districts) == 20
    assert ask("SELECT DISTINCT level FROM dic_region WHERE summable = 0 ORDER BY 1") == [
        ("aggregate",),
        ("functional",),
    ]
    summed = {
        code for c in words.circles.values() for code in (*c.order, *(m.region_code for m in c.members))
    }
    assert {words.regions[code].level for code in summed} & {"functional", "aggregate"} == set()


def test_circles_have_dated_members_in_both_scopes(ask: Ask) -> None:
    sql = (
        "SELECT region_code, valid_from, is_current FROM mart_circle_member WHERE circle_id = 'chengdu' AND scope = :scope"
        " ORDER BY sort_order"
    )
    cities = ["510100", "510600", "511400", "512000"]
    assert ask(sql, scope="extended") == [(code, "2020-01-01", 1) for code in cities]
    core = ask(sql, scope="core")
    assert [code for code, _, _ in core] == [
        "510100", "510603", "510623", "510681", "510682", "511402", "511403", "511421", "511425", "512002", "512022",
    ]  # fmt: skip
    assert {(day, now) for _, day, now in core} == {("2021-11-29", 1)}


def test_membership_is_asked_as_of_a_day(places: Warehouse) -> None:
    sql = "SELECT scope, SUM(is_current) FROM mart_circle_member WHERE circle_id = 'chengdu' GROUP BY scope ORDER BY scope"
    assert places.query(sql, as_of=date(2021, 1, 1))[1] == [("core", 0), ("extended", 4)]
    assert places.query(sql, as_of=date(2019, 1, 1))[1] == [("core", 0), ("extended", 0)]


def test_indicators_know_what_they_are_a_part_of(ask: Ask) -> None:
    assert ask("SELECT parent_code, parent_name FROM dic_indicator WHERE code = 'VA2'") == [
        ("GDP", "地区生产总值")
    ]
    assert ask("SELECT name_zh, parent_code FROM dic_measure WHERE code = 'level_ytd'") == [
        ("累计值", "level")
    ]


def test_figures_of_a_code_that_didnt_count_are_told(desk: Desk) -> None:
    figures = [
        gdp(1.0, "2015", region="512081"),  # the last year of the old code
        gdp(2.0, "2016", region="512081"),  # the code was gone
        gdp(3.0, "2015", region="510185"),  # counted back to today's territory
        gdp(4.0, "2016", region="510185"),
        gdp(5.0, "2016", region="510100"),
    ]
    desk.load(desk.read(PAGE, "年报", figures, published_on=date(2017, 3, 1)))
    early = gdp(6.0, "2014", region="510185")
    desk.load(desk.read("https://city.example.cn/2", "早于代码", [early], published_on=date(2015, 3, 1)))
    assert desk.rows(
        "SELECT region_code, period, validity, value FROM mart_observation_out_of_time ORDER BY region_code, period"
    ) == [
        ("510185", "2014", "not_yet", 6.0),
        ("510185", "2015", "restated", 3.0),
        ("512081", "2016", "abolished", 2.0),
    ]
    assert desk.rows(
        "SELECT region_code, quarter, region_validity, boundary_version FROM mart_indicator_quarter_wide"
        " WHERE region_validity <> 'valid' ORDER BY region_code, quarter"
    ) == [
        ("510185", "2014-Q4", "before", ""),
        ("510185", "2015-Q4", "before", "2016"),
        ("512081", "2016-Q4", "abolished", "2016"),
    ]


def test_a_sum_of_districts_leaves_functional_areas_out(desk: Desk) -> None:
    """The sum that the docs show, over a city with a functional area that overlaps its districts."""
    regions = {"510185": 100.0, "510118": 50.0, "510100.TFNA": 70.0}
    desk.load(desk.read(PAGE, "区县", [gdp(v, "2024", region=code) for code, v in regions.items()]))
    assert (
        desk.one(
            "SELECT SUM(q.value) FROM mart_indicator_quarter AS q JOIN dic_region AS r ON r.code = q.region_code"
            " WHERE r.parent_code = '510100' AND r.summable = 1 AND q.indicator_code = 'GDP' AND q.measure = 'level_ytd'"
            " AND q.variant = '' AND q.quarter = '2024-Q4'"
            " AND (r.valid_from IS NULL OR r.valid_from <= q.period_end) AND (r.valid_to IS NULL OR r.valid_to >= q.period_end)"
        )
        == 150.0
    )
