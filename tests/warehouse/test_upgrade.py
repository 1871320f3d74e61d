"""A warehouse is made, brought up to date, refused; its dictionary and dimensions are complete."""

from __future__ import annotations

import dataclasses
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, DateTime, MetaData, String, Table, inspect, text

from metroetl.catalogue import Catalogue
from metroetl.errors import WarehouseError
from metroetl.warehouse import Warehouse
from metroetl.warehouse.dictionary import words as dictionary
from metroetl.warehouse.engine import reader, reading, writer, writing
from metroetl.warehouse.tables import metadata
from metroetl.warehouse.upgrade import MIGRATIONS, revisions, upgrade


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


OLD = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


def fill_revision_6(url: str) -> None:
    """A warehouse as the program before made it, with an inbox file that was read, a page that waits, and a fetch."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with writing(writer(url, foreign_keys=False)) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        connection.execute(text("INSERT INTO meta_world (world) VALUES ('facts')"))
        for source in ("inbox", "city"):
            row = {"source_id": source, "title": source, "enabled": True, "precedence": 50}
            add_old(connection, "dim_source", row)
        run = {"run_id": "run", "flow": "collect", "state": "loaded", "started_at": OLD}
        add_old(connection, "ops_run", run)
        for source, role, state in (("inbox", "inbox", "read"), ("city", "page", "pending")):
            snapshot = {"snapshot_id": role, "sha256": role, "source_id": source, "run_id": "run", "url": role,
                "role": role, "state": state, "fetched_at": OLD, "status": 200, "size": 3, "headers": "{}"}  # fmt: skip
            add_old(connection, "raw_snapshot", snapshot)
        fetch = {"fetch_id": "f", "run_id": "run", "source_id": "city", "url": "page", "role": "page",
            "fetched_at": OLD, "outcome": "new", "ok": True, "seconds": 0.1, "size": 3}  # fmt: skip
        add_old(connection, "raw_fetch", fetch)
        batch = {"batch_id": "b", "run_id": "run", "source_id": "inbox", "part": 1, "state": "published",
            "revision": 1, "world": "facts", "staged_at": OLD, "documents": 1, "observations": 0, "statements": 0,
            "plans": 0, "quarantined": 0}  # fmt: skip
        add_old(connection, "ops_batch", batch)
        document = {"document_id": "d", "document_key": "k", "version": 1, "source_id": "inbox",
            "snapshot_id": "inbox", "batch_id": "b", "content_hash": "hash", "sha256": "inbox", "url": "inbox",
            "title": "来函", "published_at": OLD, "published_basis": "loaded", "first_seen_at": OLD,
            "loaded_at": OLD, "role": "inbox", "text_length": 0, "access": "internal", "world": "facts"}  # fmt: skip
        add_old(connection, "core_document", document)
        plan = {"plan_id": "p", "document_id": "d", "title": "行动计划", "status": "issued", "role": "text"}
        add_old(connection, "core_plan", plan)
        add_old(connection, "core_plan_task", {"task_id": "t", "document_id": "d", "text": "建设绿道"})


def add_old(connection: Connection, name: str, row: dict[str, Any]) -> None:
    """One row of a table as the database has it now; what must be there is empty or nought."""
    columns = Table(name, MetaData(), autoload_with=connection).columns
    moments = {c.name for c in columns if isinstance(c.type, DateTime)}
    missing = [c for c in columns if not c.nullable and c.name not in row]
    empty = {c.name: "" if isinstance(c.type, String) else 0 for c in missing}
    given = {
        k: v.replace(tzinfo=None) if k in moments and connection.dialect.name == "sqlite" else v
        for k, v in row.items()
    }
    connection.execute(columns[next(iter(row))].table.insert(), [empty | given])


def test_a_warehouse_of_before_keeps_its_rows(database_url: str, words: Catalogue) -> None:
    fill_revision_6(database_url)
    warehouse = Warehouse(database_url, "facts", words)
    warehouse.upgrade()
    assert warehouse.info()["revision"] == revisions()[-1]
    asked = "SELECT role, access, content_hash, request, publisher FROM raw_snapshot ORDER BY role"
    assert warehouse.query(asked)[1] == [
        ("inbox", "internal", "hash", "{}", ""),
        ("page", "public", None, "{}", ""),
    ]
    assert warehouse.query("SELECT outcome, items, newest, fresh FROM raw_fetch")[1] == [
        ("new", None, None, None)
    ]
    assert [s.url for s in warehouse.pending()] == ["page"]
    assert warehouse.query("SELECT title, status, system_place, circle_id FROM core_plan")[1] == [
        ("行动计划", "issued", None, None)
    ]
    assert warehouse.query("SELECT kind, name, number, overdue FROM mart_task_progress")[1] == [
        ("task", "建设绿道", "", None)
    ]
    with pytest.raises(WarehouseError, match="refused a row"), writing(writer(database_url)) as connection:
        connection.execute(text("UPDATE raw_snapshot SET role = 'picture'"))
    with pytest.raises(WarehouseError, match="refused a row"), writing(writer(database_url)) as connection:
        connection.execute(text("UPDATE raw_snapshot SET state = 'lost'"))
    with pytest.raises(WarehouseError, match="refused a row"), writing(writer(database_url)) as connection:
        connection.execute(
            text("DELETE FROM raw_snapshot WHERE role = 'inbox'")
        )  # core_document points at it


def test_a_sqlite_file_is_copied_before_its_tables_change(tmp_path: Path, words: Catalogue) -> None:
    file = tmp_path / "warehouse.db"
    fill_revision_6(f"sqlite:///{file}")
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
