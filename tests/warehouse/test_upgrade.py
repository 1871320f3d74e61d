"""A warehouse is made, brought up to date, refused; its dictionary and dimensions are complete."""

from __future__ import annotations

import dataclasses
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from metroetl.catalogue import Catalogue
from metroetl.errors import WarehouseError
from metroetl.warehouse import Warehouse
from metroetl.warehouse.dictionary import words as dictionary
from metroetl.warehouse.engine import reader, reading, writer, writing
from metroetl.warehouse.tables import metadata
from metroetl.warehouse.upgrade import revisions, upgrade
from tests.warehouse.desk import Desk, gdp
from tests.warehouse.past import RELEASED, everything, fill


def test_migrations_give_the_tables_of_the_models(warehouse: Warehouse) -> None:
    with reading(reader(warehouse.url)) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert [d for d in compare_metadata(context, metadata) if "comment" not in str(d)] == []
        for name, table in metadata.tables.items():
            wanted = {str(c.name) for c in table.constraints if type(c).__name__ == "CheckConstraint"}
            found = [str(c["name"]) for c in inspect(connection).get_check_constraints(name)]
            assert sorted(found) == sorted(wanted), name


def test_a_second_upgrade_changes_nothing(warehouse: Warehouse) -> None:
    before = warehouse.query("SELECT key, value, updated_at FROM meta_contract ORDER BY key")
    warehouse.upgrade()
    assert warehouse.query("SELECT key, value, updated_at FROM meta_contract ORDER BY key") == before


def test_every_table_view_and_column_is_described_in_two_languages(warehouse: Warehouse) -> None:
    _, rows = warehouse.query(
        "SELECT object_name, column_name, kind, description_zh, description_en FROM meta_column"
    )
    assert all(zh and en for _, _, _, zh, en in rows)
    with reading(reader(warehouse.url)) as connection:
        inspector = inspect(connection)
        names = set(inspector.get_table_names()) | set(inspector.get_view_names())
        there = {(n, c["name"]) for n in names - {"alembic_version"} for c in inspector.get_columns(n)}
        assert {(o, c) for o, c, _, _, _ in rows if c} == there
        assert {o for o, c, kind, _, _ in rows if kind == "view" and not c} == set(inspector.get_view_names())
        if inspector.dialect.name == "postgresql":
            assert inspector.get_table_comment("core_observation")["text"].startswith("已发布观测值")
            comments = {c["name"]: c["comment"] for c in inspector.get_columns("mart_circle_quarter")}
            assert all(comments.values())
            assert comments["period_end"] == "期末日期 | last day of the period"
    used = {c for _, c, _, _, _ in rows} | {""}
    assert {c for o, c in dictionary() if not o} <= used
    assert {(o, c) for o, c in dictionary() if o} <= {(o, c) for o, c, _, _, _ in rows}


def test_dimensions_follow_the_catalogue(warehouse: Warehouse, words: Catalogue) -> None:
    shown = warehouse.query("SELECT region_code, role FROM dim_circle_region ORDER BY sort_order")[1]
    cities = [(code, "city") for code in ("510100", "510600", "511400", "512000")]
    assert shown == [("AGG.CDMC", "circle"), *cities, ("510000", "province"), ("000000", "nation")]
    renamed = words.regions["510100"].model_copy(update={"name_zh": "成都"})
    changed = dataclasses.replace(words, regions=words.regions | {"510100": renamed})
    Warehouse(warehouse.url, "facts", changed).upgrade()
    assert warehouse.query("SELECT name_zh FROM dim_region WHERE region_code = '510100'")[1] == [("成都",)]


def test_a_newer_database_is_refused(warehouse: Warehouse, words: Catalogue) -> None:
    with writing(writer(warehouse.url)) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(WarehouseError, match="newer version"):
        upgrade(warehouse.url, "facts", words)
    with pytest.raises(WarehouseError, match="newer version"):
        warehouse.start_run("collect", {})


def test_the_two_worlds_refuse_each_other(warehouse: Warehouse, words: Catalogue) -> None:
    other = Warehouse(warehouse.url, "synthetic", words)
    with pytest.raises(WarehouseError, match="marked facts and refuses what is synthetic"):
        other.upgrade()
    with pytest.raises(WarehouseError, match="marked facts"):
        other.start_run("collect", {})
    run_id = warehouse.start_run("collect", {})
    with pytest.raises(WarehouseError, match="refused a row"), writing(writer(warehouse.url)) as connection:
        connection.execute(
            text(
                "INSERT INTO ops_batch (batch_id, run_id, source_id, part, state, revision, world, staged_at,"
                " documents, observations, statements, plans, quarantined, held_by)"
                " VALUES ('b', :run, 'city', 1, 'staged', 0, 'synthetic', '2026-01-01 00:00:00+00:00', 0, 0, 0, 0, 0, '')"
            ),
            {"run": run_id},
        )


@pytest.mark.parametrize("revision", RELEASED)
def test_a_warehouse_of_any_revision_keeps_its_rows_and_its_marts_answer(
    database_url: str, words: Catalogue, revision: str
) -> None:
    fill(database_url, revision)
    before = everything(database_url)
    assert len(before["core_observation"]) == 1
    warehouse = Warehouse(database_url, "facts", words)
    warehouse.upgrade()
    assert warehouse.info()["revision"] == revisions()[-1]
    after = everything(database_url)
    for name, rows in before.items():
        assert len(after[name]) == len(rows), name
        for old, new in zip(rows, after[name], strict=True):
            assert {k: v for k, v in old.items() if new.get(k) != v} == {}, name
    with reading(reader(database_url)) as connection:
        views = inspect(connection).get_view_names()
    for name in views:
        warehouse.query(f'SELECT * FROM "{name}"')
    asked = "SELECT value, region_name, document_title FROM mart_observation_latest"
    assert warehouse.query(asked)[1] == [(5930.3, "成都市", "一季度")]
    assert warehouse.query("SELECT document_id, snapshot_id FROM mart_lineage")[1] == [("d2", "read")]
    assert warehouse.query("SELECT title FROM mart_plan_calendar WHERE origin = 'extracted'")[1] == [
        ("行动计划",)
    ]
    assert [b.batch_id for b in warehouse.held()] == ["b2"]
    desk = Desk(warehouse)
    desk.load(desk.read("https://city.example.cn/new", "半年", [gdp(12000.1, "2025-Q2")]))
    assert desk.rows("SELECT value FROM mart_observation_latest ORDER BY period") == [(5930.3,), (12000.1,)]


def test_what_the_first_release_lacked_is_told_of_its_rows(database_url: str, words: Catalogue) -> None:
    fill(database_url, "0006")
    warehouse = Warehouse(database_url, "facts", words)
    warehouse.upgrade()
    asked = "SELECT role, access, content_hash, request, publisher FROM raw_snapshot ORDER BY url"
    assert warehouse.query(asked)[1] == [
        ("inbox", "internal", "hash", "{}", ""),
        ("page", "public", None, "{}", ""),
        ("page", "public", "other", "{}", ""),
    ]
    assert warehouse.query("SELECT outcome, items, newest, fresh FROM raw_fetch")[1] == [
        ("new", None, None, None)
    ]
    assert [s.url for s in warehouse.pending()] == ["page"]
    assert warehouse.query("SELECT title, status, system_place, circle_id FROM core_plan")[1] == [
        ("行动计划", "issued", None, None)
    ]
    for change, refused in (
        ("UPDATE raw_snapshot SET role = 'picture'", "raw_snapshot_role"),
        ("UPDATE raw_snapshot SET state = 'lost'", "raw_snapshot_state"),
        (
            "DELETE FROM raw_snapshot WHERE role = 'inbox'",
            "(?:foreign key|FOREIGN KEY)",
        ),  # core_document points at it
    ):
        with (
            pytest.raises(WarehouseError, match=f"refused a row.*{refused}"),
            writing(writer(database_url)) as connection,
        ):
            connection.execute(text(change))


def test_a_sqlite_file_is_copied_before_its_tables_change(tmp_path: Path, words: Catalogue) -> None:
    file = tmp_path / "warehouse.db"
    fill(f"sqlite:///{file}", "0006")
    Warehouse(f"sqlite:///{file}", "facts", words).upgrade()
    copies = list(tmp_path.glob("warehouse-0006-*.db"))
    assert len(copies) == 1
    with closing(sqlite3.connect(copies[0])) as connection:
        assert connection.execute("SELECT run_id FROM ops_run").fetchall() == [("run",)]


def test_without_a_warehouse_the_message_says_what_to_do(tmp_path: Path, words: Catalogue) -> None:
    with pytest.raises(WarehouseError, match="warehouse init"):
        Warehouse(f"sqlite:///{tmp_path / 'no.db'}", "facts", words).info()
    with pytest.raises(WarehouseError, match="no store"):
        Warehouse("duckdb:///x.db", "facts", words).upgrade()


def test_views_that_stood_on_one_another_in_another_order_are_made_anew(warehouse: Warehouse) -> None:
    with writing(writer(warehouse.url)) as connection:
        connection.execute(text("DROP VIEW mart_plan_alert"))
        connection.execute(text("CREATE VIEW mart_plan_alert AS SELECT * FROM mart_observation_latest"))
        connection.execute(text("UPDATE meta_contract SET value = 'older' WHERE key = 'layout'"))
    warehouse.upgrade()
    assert "observation_id" not in warehouse.query("SELECT * FROM mart_plan_alert")[0]


def test_a_view_of_an_analysts_own_is_not_dropped(warehouse: Warehouse) -> None:
    with writing(writer(warehouse.url)) as connection:
        connection.execute(text("CREATE VIEW my_own AS SELECT * FROM mart_observation_latest"))
        connection.execute(text("UPDATE meta_contract SET value = 'older' WHERE key = 'layout'"))
    if warehouse.url.startswith("postgresql"):
        with pytest.raises(WarehouseError, match="my_own") as caught:
            warehouse.upgrade()
        assert "view of your own" in caught.value.way_out
    else:
        warehouse.upgrade()
    assert warehouse.query("SELECT COUNT(*) FROM my_own")[1] == [(0,)]
