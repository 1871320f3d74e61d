"""What readers by SQL were promised is there: columns, types, order, words, a version for each change."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import inspect
from typer.testing import CliRunner

from metroetl.catalogue import Catalogue, catalogue
from metroetl.cli import app
from metroetl.errors import WarehouseError
from metroetl.monitoring.analysis.indicators import CODES
from metroetl.settings import settings
from metroetl.warehouse import Warehouse, dictionary
from metroetl.warehouse.contract import FILE, Promise, breaches, promised_by, promises, versions
from metroetl.warehouse.dictionary import type_word
from metroetl.warehouse.dictionary_page import dictionary_page
from metroetl.warehouse.engine import reader, reading
from metroetl.warehouse.upgrade import CONTRACT
from metroetl.warehouse.views import headlines, view_queries
from tests.warehouse.desk import Desk, gdp

PAGE = "https://city.example.cn/1"
SAME_IN_SQLITE = {
    "text": {"text"},
    "integer": {"integer"},
    "number": {"real", "integer"},
    "boolean": {"integer"},
    "date": {"text"},
    "moment": {"text"},
}


def view_columns(warehouse: Warehouse) -> list[tuple[str, str, str]]:
    """View, column and type word of all views, the word empty where the database doesn't know it."""
    with reading(reader(warehouse.url)) as connection:
        inspector = inspect(connection)
        return [
            (view, column["name"], type_word(column["type"]))
            for view in sorted(view_queries(connection.dialect.name))
            for column in inspector.get_columns(view)
        ]


def write_contract(columns: list[tuple[str, str, str]]) -> None:
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([Promise._fields, *((*column, CONTRACT) for column in columns)])


def test_the_views_have_the_columns_and_types_of_the_contract(warehouse: Warehouse) -> None:
    found = view_columns(warehouse)
    if not FILE.is_file() and warehouse.url.startswith("postgresql"):
        write_contract(found)
        pytest.fail(f"{FILE.name} was missing and has been written: review it, and record its digest")
    promised = {(p.object, p.column): p.type for p in promises()}
    there = {(view, column): word for view, column, word in found}
    assert set(promised) - set(there) == set(), "a column of the contract is gone"
    assert set(there) - set(promised) == set(), (
        f"add the new columns to {FILE.name}, since a new minor version"
    )
    known = {key: word for key, word in there.items() if word}
    assert known == {key: promised[key] for key in known}, "a column has changed its type"
    if warehouse.url.startswith("postgresql"):
        assert known == promised


def test_what_the_views_give_has_the_types_of_the_contract(desk: Desk) -> None:
    """SQLite gives no type for a computed column: its values show it."""
    if not desk.warehouse.url.startswith("sqlite"):
        pytest.skip("PostgreSQL has types of its own")
    desk.load(
        desk.read(
            PAGE,
            "一季度和上半年",
            [
                gdp(5930.3),
                gdp(12345.6, "2025-Q2"),
                gdp(6.0, unit="%", unit_norm="%", measure="yoy_real_ytd"),
                gdp(6420.0, "2025-Q2", measure="level"),
                gdp(1.0, "2015-Q4", region="512081"),
            ],
        )
    )
    seen = 0
    for view in {p.object for p in promises()}:
        wanted = {p.column: p.type for p in promises() if p.object == view}
        shown = ", ".join(f'typeof("{c}"), "{c}"' for c in wanted)
        for row in desk.rows(f"SELECT {shown} FROM {view} LIMIT 20"):
            for (column, word), kind, value in zip(wanted.items(), row[::2], row[1::2], strict=True):
                if kind != "null":
                    assert kind in SAME_IN_SQLITE[word], (view, column, kind, value)
                    assert word != "date" or date.fromisoformat(value), (view, column, value)
                    seen += 1
    assert seen > 300


def test_every_view_with_a_period_has_its_last_day_as_a_date() -> None:
    days = {p.object: p.type for p in promises() if p.column in ("period_end", "x", "expires_on")}
    with_period = {p.object for p in promises() if p.column in ("period", "quarter")}
    plans = {"mart_plan_release", "mart_task_progress", "report_task"}
    assert {v for v in with_period - plans if days.get(v) != "date"} == {"mart_lineage"} & with_period
    charts = {p.object for p in promises() if p.object.startswith("chart_")}
    for chart in charts:
        assert {"x", "series", "value", "unit"} <= {p.column for p in promises() if p.object == chart}


def test_a_change_of_the_contract_wants_a_version() -> None:
    assert breaches(promises(), versions(), CONTRACT) == []


A, B = Promise("mart_a", "x", "text", "1.0.0"), Promise("mart_a", "y", "number", "1.0.0")
FIRST = {"1.0.0": promised_by("1.0.0", [A, B])}


@pytest.mark.parametrize(
    ("columns", "recorded", "present", "found"),
    [
        ([A, B], FIRST, "1.0.0", 0),
        ([B, A], FIRST, "1.0.0", 0),
        ([A], FIRST, "1.0.0", 1),
        ([A, B._replace(type="text")], FIRST, "1.0.0", 1),
        ([A, B, A._replace(column="z")], FIRST, "1.0.0", 1),
        ([A, B, Promise("mart_a", "z", "text", "1.1.0")], FIRST, "1.0.0", 1),
        ([A, B], FIRST, "1.1.0", 1),
        ([A, Promise("mart_a", "z", "text", "1.1.0")], FIRST, "1.0.0", 2),
    ],
    ids=["same", "order", "gone", "retyped", "added quietly", "added ahead", "raised alone", "both"],
)
def test_breaches_are_told(
    columns: list[Promise], recorded: dict[str, str], present: str, found: int
) -> None:
    assert len(breaches(columns, recorded, present)) == found


def test_a_new_column_with_a_minor_version_and_a_lost_one_with_a_major_version_are_fine() -> None:
    more = [A, B, Promise("mart_a", "z", "text", "1.1.0")]
    minor = FIRST | {"1.1.0": promised_by("1.1.0", more)}
    assert breaches(more, minor, "1.1.0") == []
    assert breaches([A], minor | {"2.0.0": promised_by("2.0.0", [A])}, "2.0.0") == []


def test_the_warehouse_says_which_contract_it_keeps(warehouse: Warehouse) -> None:
    assert warehouse.query("SELECT value FROM meta_contract WHERE key = 'contract'")[1] == [(CONTRACT,)]
    types = warehouse.query("SELECT DISTINCT data_type FROM meta_column WHERE column_name <> '' ORDER BY 1")[
        1
    ]
    assert [t for (t,) in types] == ["boolean", "date", "integer", "moment", "number", "text"]


def test_a_view_without_words_is_an_error(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {key: words for key, words in dictionary.words().items() if key != ("dic_region", "")}
    monkeypatch.setattr(dictionary, "words", lambda: known)
    with pytest.raises(WarehouseError, match="dic_region"):
        dictionary.describe("dic_region")
    with pytest.raises(WarehouseError, match="dic_region"), reading(reader(warehouse.url)) as connection:
        dictionary.write_dictionary(connection)


def test_the_committed_dictionary_is_what_the_command_gives(
    warehouse: Warehouse, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (root / "docs" / "reference" / "dictionary.md").read_text(encoding="utf-8")
    again = "it isn't up to date: metroetl warehouse dictionary --output docs/reference/dictionary.md"
    assert dictionary_page(warehouse) == page, again
    monkeypatch.setenv("METROETL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("METROETL_DATABASE_URL", warehouse.url)
    written = tmp_path / "dictionary.md"
    settings.cache_clear()
    try:
        assert CliRunner().invoke(app, ["warehouse", "dictionary", "--output", str(written)]).exit_code == 0
    finally:
        settings.cache_clear()
    assert written.read_text(encoding="utf-8") == page


# --- the wide mart ---------------------------------------------------------------------------------------------

UNITS = {"亿元": "100m_cny", "%": "pct", "元": "cny", "万人": "10k_persons"}


def test_headlines_are_named_after_the_catalogue() -> None:
    words: Catalogue = catalogue()
    for h in headlines():
        indicator, measure = words.indicators[h.indicator_code], words.measures[h.measure]
        assert h.unit == (indicator.unit_of("level") if measure.family == "level" else "%"), h
        stem = f"{h.indicator_code.lower()}_{h.measure.removeprefix('level_')}"
        assert h.column == f"{stem}_{UNITS[h.unit]}"
        assert h.zh == f"{indicator.name_zh}：{measure.name_zh}（{h.unit}）"
        assert h.en.startswith(f"{indicator.name_en}: ")
    assert set(CODES) <= {h.indicator_code for h in headlines()}
    assert all(m.name_zh for m in words.measures.values())


def test_the_wide_mart_has_a_row_a_region_and_quarter(desk: Desk) -> None:
    figures = [
        gdp(5930.3),
        gdp(6.0, unit="%", unit_norm="%", measure="yoy_real_ytd"),
        gdp(771.1, region="510600"),
        gdp(59.3, "2024-Q1", unit="亿美元", unit_norm="亿美元"),
        gdp(23511.3, "2024"),
    ]
    desk.load(desk.read(PAGE, "一季度", figures))
    desk.load(desk.read("https://city.example.cn/2", "内部", [gdp(9.9, "2023")], access="internal"))
    assert desk.rows(
        "SELECT region_code, quarter, period_end, period_label_zh, gdp_ytd_100m_cny, gdp_yoy_real_ytd_pct, region_validity"
        " FROM mart_indicator_quarter_wide ORDER BY region_code, quarter"
    ) == [
        ("510100", "2024-Q1", "2024-03-31", "2024年一季度", None, None, "valid"),
        ("510100", "2024-Q4", "2024-12-31", "2024年全年", 23511.3, None, "valid"),
        ("510100", "2025-Q1", "2025-03-31", "2025年一季度", 5930.3, 6.0, "valid"),
        ("510600", "2025-Q1", "2025-03-31", "2025年一季度", 771.1, None, "valid"),
    ]


# --- reports and charts ------------------------------------------------------------------------------------------


def test_reports_and_charts_keep_the_order_of_the_cities(desk: Desk) -> None:
    codes = ["512000", "511400", "510600", "510100", "AGG.CDMC"]
    levels = [gdp(100.0 + n, region=code) for n, code in enumerate(codes)]
    growth = [gdp(6.0, unit="%", unit_norm="%", measure="yoy_real_ytd")]
    desk.load(desk.read(PAGE, "一季度", levels + growth))
    asked = "circle_id = 'chengdu' AND indicator_code = 'GDP' AND quarter = '2025-Q1'"
    cities = ["成都市", "德阳市", "眉山市", "资阳市"]
    report = desk.rows(
        f"SELECT region_name, role_zh, value, unit, growth_pct, value_measure, growth_measure, figures"
        f" FROM report_circle_quarter WHERE {asked} ORDER BY sort_order"
    )
    assert [row[0] for row in report] == ["成都都市圈", *cities]
    assert report[1] == ("成都市", "城市", 103.0, "亿元", 6.0, "level_ytd", "yoy_real_ytd", 2)
    assert report[2] == ("德阳市", "城市", 102.0, "亿元", None, "level_ytd", None, 1)
    bars = desk.rows(
        f"SELECT category, value FROM chart_city_compare WHERE {asked} AND measure = 'level_ytd' ORDER BY category_order"
    )
    assert bars == list(zip(cities, [103.0, 102.0, 101.0, 100.0], strict=True))
    lines = desk.rows(
        f"SELECT DISTINCT series, x FROM chart_circle_trend WHERE {asked} AND role = 'city' ORDER BY series"
    )
    assert {series for series, _ in lines} == set(cities) and {x for _, x in lines} == {"2025-03-31"}
    box = desk.rows("SELECT name_zh FROM dic_circle_region WHERE circle_id = 'chengdu' ORDER BY sort_order")
    assert [name for (name,) in box] == ["成都都市圈", *cities, "四川省", "全国"]


def test_parameter_boxes_name_quarters_and_years(desk: Desk) -> None:
    desk.load(desk.read(PAGE, "年报", [gdp(1.0, "2024"), gdp(2.0, "2025-Q2"), gdp(3.0, "2025-M08")]))
    assert desk.rows(
        "SELECT code, name_zh, name_ytd_zh, parent_code, period_end FROM dic_quarter ORDER BY sort_order"
    ) == [
        ("2025-Q2", "2025年二季度", "2025年上半年", "2025", "2025-06-30"),
        ("2024-Q4", "2024年四季度", "2024年全年", "2024", "2024-12-31"),
    ]
    assert desk.rows("SELECT code, parent_code FROM dic_period ORDER BY sort_order") == [
        ("2025-M08", "2025"),
        ("2025-Q2", "2025"),
        ("2024", None),
    ]
