"""Questions are answered read-only, the same on both engines."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from metroetl.errors import WarehouseError
from metroetl.warehouse.engine import reader, reading
from metroetl.warehouse.looks import Look
from metroetl.warehouse.query import run_query
from tests.warehouse.desk import Desk, gdp

PAGE = "https://city.example.cn/1"


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM core_observation",
        "DROP VIEW mart_lineage",
        "COMMIT; DROP VIEW mart_lineage",
        "SELECT 1; DROP VIEW mart_lineage",
        "SELECT 1; COMMIT; DROP VIEW mart_lineage",
        "WITH gone AS (DELETE FROM core_observation RETURNING 1) SELECT * FROM gone",
        "PRAGMA query_only = OFF",
        "ATTACH DATABASE 'elsewhere.db' AS x",
        "",
        ";",
        "SELECT * FROM no_such_table",
        "SELECT 1 FROM",
    ],
)
def test_nothing_but_one_select_is_answered(desk: Desk, sql: str) -> None:
    desk.load(desk.read(PAGE, "一季度", [gdp(5930.3)]))
    with pytest.raises(WarehouseError) as caught:
        desk.warehouse.query(sql)
    assert caught.value.way_out
    assert desk.one("SELECT COUNT(*) FROM mart_lineage") == 1


PROGRAMS = (
    "COPY (SELECT 1) TO PROGRAM 'touch {0}'", "COPY core_document TO '{0}'", "COPY core_document FROM PROGRAM 'id'",
    "SET ROLE postgres", "RESET ROLE", "SET default_transaction_read_only = off", "DO $$ BEGIN PERFORM 1; END $$",
    "CALL pg_sleep(1)", "VACUUM INTO '{0}'", "PRAGMA writable_schema = 1",
    "EXPLAIN ANALYZE DELETE FROM core_observation", "SELECT * INTO stolen FROM core_observation",
    "SELECT nextval('stolen')", "SELECT load_extension('{0}')", "SELECT writefile('{0}', 'x')",
    "SELECT set_config('transaction_read_only', 'off', true); DELETE FROM core_document",
)  # fmt: skip


def test_a_question_starts_no_program_writes_no_file_and_changes_no_role(desk: Desk, tmp_path: Path) -> None:
    desk.load(desk.read(PAGE, "一季度", [gdp(5930.3)]))
    target = tmp_path / "stolen"
    for sql in PROGRAMS:
        with pytest.raises(WarehouseError):
            desk.warehouse.query(sql.format(target))
            pytest.fail(sql)
    assert not target.exists()
    assert desk.one("SELECT COUNT(*) FROM core_observation") == 1


def test_the_engine_itself_refuses_to_write(desk: Desk) -> None:
    with (
        pytest.raises(WarehouseError, match=r"(?i)read.?only"),
        reading(reader(desk.warehouse.url)) as connection,
    ):
        connection.exec_driver_sql("DELETE FROM core_observation")
    with pytest.raises(WarehouseError), reading(reader(desk.warehouse.url)) as connection:
        connection.exec_driver_sql("CREATE TABLE mine (x INTEGER)")


def test_values_come_the_same_from_both_engines(desk: Desk) -> None:
    desk.load(desk.read(PAGE, "一季度", [gdp(5930.3)]))
    columns, rows = desk.warehouse.query(
        "SELECT period_end AS day, known_from AS moment, value, SUM(value) OVER () AS total, COUNT(*) OVER () AS n"
        " FROM mart_observation_latest"
    )
    assert columns == ["day", "moment", "value", "total", "n"]
    assert rows == [("2025-03-31", "2025-04-28 16:00:00.000000", 5930.3, 5930.3, 1)]
    assert desk.rows("SELECT publish FROM staging_observation") == []
    assert desk.rows("SELECT members_known FROM dim_circle") == [(1,)]


def test_colons_and_percent_signs_are_text_unless_parameters_are_given(desk: Desk) -> None:
    assert desk.warehouse.query("SELECT '12:30' AS a, ':x' AS b, '100%' AS c")[1] == [("12:30", ":x", "100%")]
    assert desk.warehouse.query("SELECT name_zh FROM dim_region WHERE name_zh LIKE '成都%' ORDER BY 1")[
        1
    ] == [
        ("成都市",),
        ("成都都市圈",),
    ]
    assert desk.warehouse.query("SELECT :x AS x", {"x": "a'; DROP"})[1] == [("a'; DROP",)]
    assert desk.warehouse.query("(SELECT 1)" if "postgresql" in desk.warehouse.url else "SELECT 1")[1] == [
        (1,)
    ]


def test_a_question_as_of_a_day_leaves_nothing_behind(desk: Desk) -> None:
    desk.load(desk.read(PAGE, "一季度", [gdp(5930.3)], published_on=date(2025, 4, 29)))
    engine = reader(desk.warehouse.url)
    for mart in ("mart_observation_latest", "mart_circle_quarter", "mart_lineage", "mart_indicator_quarter"):
        ask = f"SELECT COUNT(*) FROM {mart}"
        assert run_query(engine, ask, look=Look(as_of=date(2025, 4, 28)))[1] == [(0,)], mart
        assert run_query(engine, ask, look=Look(as_of=date(2025, 4, 29)))[1] == [(1,)], mart
        assert run_query(engine, ask.upper(), look=Look(as_of=date(2025, 4, 28)))[1] == [(0,)], mart
        assert run_query(engine, ask)[1] == [(1,)], mart
