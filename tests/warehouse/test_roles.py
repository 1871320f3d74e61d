"""On PostgreSQL a person who reads sees public rows of marts, dimensions and words, and can do nothing else."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql
from sqlalchemy import inspect, text

from metroetl.catalogue import Catalogue
from metroetl.errors import WarehouseError
from metroetl.warehouse import Warehouse
from metroetl.warehouse.engine import reader, reading, writer, writing
from metroetl.warehouse.roles import (
    POLICY,
    READABLE,
    VIEWS,
    Roles,
    admit_reader,
    filtered_tables,
    put_roles_in_force,
    roles_are_due,
)
from metroetl.warehouse.tables import metadata
from metroetl.warehouse.vintages import derive_all
from tests.warehouse.desk import Desk, gdp

pytestmark = pytest.mark.postgres
ROLES = Roles("metroetl_loader", "metroetl_reader")
SECRET = "内部测算五千九百九十九"


@pytest.fixture(params=["postgresql"])
def database_url(new_postgres: Callable[[], str]) -> str:
    """PostgreSQL only: SQLite knows no roles."""
    return new_postgres()


@pytest.fixture
def analyst(desk: Desk) -> Iterator[psycopg.Connection[Any]]:
    """Someone who logs in as a reader; public, internal and embargoed figures are loaded."""
    city = "https://city.example.cn/"
    desk.load(desk.read(city + "1", "公开一季度", [gdp(5930.3)]))
    desk.load(desk.read(city + "2", SECRET, [gdp(5999.9, quote=SECRET)], published_on=date(2025, 5, 20), access="internal"))  # fmt: skip
    desk.load(desk.read(city + "3", "未到期", [gdp(6500.1, "2025-Q2")]))
    later = datetime.now(UTC) + timedelta(days=30)
    with writing(writer(desk.warehouse.url)) as connection:
        for name in ("core_document", "core_observation"):
            which = "(SELECT document_id FROM core_document WHERE title = '未到期')"
            ask = f"UPDATE {name} SET embargo_until = :later WHERE document_id IN {which}"
            connection.execute(text(ask), {"later": later})
        derive_all(connection)
        put_roles_in_force(
            connection, ROLES
        )  # once more: a database copied from a template lacks its own rights
        admit_reader(connection, ROLES, "analyst")
    with psycopg.connect(login(desk.warehouse.url, "analyst"), autocommit=True) as connection:
        yield connection


def login(url: str, name: str) -> str:
    return url.replace("metroetl@", f"{name}@")


def names_of(warehouse: Warehouse) -> tuple[list[str], list[str]]:
    with reading(reader(warehouse.url)) as connection:
        found = inspect(connection)
        return found.get_view_names(), found.get_table_names()


def test_a_reader_sees_every_mart_and_dimension_and_nothing_below(
    analyst: psycopg.Connection[Any], warehouse: Warehouse
) -> None:
    views, tables = names_of(warehouse)
    assert {"mart_observation_latest", "mart_lineage", "mart_source_health"} <= set(views)
    assert all(name.startswith(VIEWS) for name in views)
    for name in [*views, *tables]:
        ask = sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))
        if name.startswith(READABLE):
            analyst.execute(ask)
        else:
            with pytest.raises(errors.InsufficientPrivilege):
                analyst.execute(ask)


def test_internal_and_embargoed_rows_are_invisible_and_stand_in_nothing_that_is_shown(
    analyst: psycopg.Connection[Any], desk: Desk
) -> None:
    latest = "SELECT value, vintage, known_to FROM mart_observation_vintages ORDER BY period, vintage"
    assert [row[0] for row in desk.rows(latest)] == [5930.3, 5999.9]
    assert analyst.execute(latest).fetchall() == [(5930.3, 1, None)]
    for name in (n for n in names_of(desk.warehouse)[0] if n != "mart_source_health"):
        shown = analyst.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))).fetchall()
        said = json.dumps(shown, ensure_ascii=False, default=str)
        assert not [word for word in (SECRET, "未到期", "5999.9", "6500.1") if word in said], name
    asked = "SELECT documents FROM mart_source_health WHERE source_id = 'city'"
    assert analyst.execute(asked).fetchall() == [(1,)]
    assert desk.one(asked) == 3


def test_a_condition_of_the_reader_is_never_shown_a_hidden_row(analyst: psycopg.Connection[Any]) -> None:
    """A cast that fails says what it was given: it must be given public rows only."""
    for name, column in (("mart_lineage", "quote"), ("mart_document_version", "title")):
        ask = sql.SQL("SELECT 1 FROM {} WHERE CAST({} AS integer) = 1")
        with pytest.raises(errors.InvalidTextRepresentation) as caught:
            analyst.execute(ask.format(sql.Identifier(name), sql.Identifier(column)))
        assert SECRET not in str(caught.value)


FORBIDDEN = (
    "INSERT INTO dim_region (region_code, name_zh, level, note) VALUES ('1', '1', '1', '')",
    "UPDATE meta_world SET world = 'synthetic'",
    "DELETE FROM core_document",
    "TRUNCATE dim_period",
    "CREATE TABLE mine (n integer)",
    "CREATE TEMP TABLE mine (n integer)",
    "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "DROP VIEW mart_lineage",
    "ALTER VIEW mart_lineage OWNER TO analyst",
    "COPY dim_region TO PROGRAM 'cat'",
    "COPY dim_region FROM PROGRAM 'cat'",
    "COPY dim_region TO 'regions.csv'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
    "SET ROLE metroetl_loader",
    "DROP POLICY metroetl_rows ON core_document",
)


def test_a_reader_changes_nothing_even_in_a_transaction_that_writes(analyst: psycopg.Connection[Any]) -> None:
    analyst.execute("SET default_transaction_read_only = off")
    for statement in FORBIDDEN:
        with pytest.raises(errors.InsufficientPrivilege):
            analyst.execute(statement)


def test_who_is_admitted_has_settings_of_their_own(
    analyst: psycopg.Connection[Any], warehouse: Warehouse
) -> None:
    names = ("default_transaction_read_only", "statement_timeout", "search_path", "row_security")
    found = [analyst.execute(f"SHOW {name}").fetchone() for name in names]
    assert found == [("on",), ("1min",), ("public",), ("on",)]
    with pytest.raises(errors.ReadOnlySqlTransaction):
        analyst.execute("CREATE TEMP TABLE mine (n integer)")
    analyst.execute("SET row_security = off")
    with pytest.raises(errors.InsufficientPrivilege):
        analyst.execute("SELECT * FROM mart_lineage")
    with writing(writer(warehouse.url)) as connection:
        assert admit_reader(connection, ROLES, "analyst") is False


def test_a_question_by_the_command_is_answered_for_a_reader(
    analyst: psycopg.Connection[Any], warehouse: Warehouse, words: Catalogue
) -> None:
    as_reader = Warehouse(login(warehouse.url, "analyst"), "facts", words)
    assert as_reader.query("SELECT value FROM mart_observation_latest")[1] == [(5930.3,)]
    with pytest.raises(WarehouseError, match="may not do this"):
        as_reader.start_run("collect", {})


def test_a_loader_of_another_account_loads_and_sees_all(
    desk: Desk, words: Catalogue, postgres_url: str
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("CREATE ROLE worker LOGIN IN ROLE metroetl_loader")
    try:
        worker = Desk(Warehouse(login(desk.warehouse.url, "worker"), "facts", words))
        worker.warehouse.upgrade()
        worker.load(worker.read("https://city.example.cn/2", SECRET, [gdp(5999.9)], access="internal"))
        assert worker.one("SELECT value FROM mart_observation_latest") == 5999.9
        assert worker.one("SELECT COUNT(*) FROM core_observation") == 1
    finally:
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute("DROP ROLE worker")


def test_indexes_serve_a_reader_as_they_serve_the_owner(analyst: psycopg.Connection[Any], desk: Desk) -> None:
    """A question for one series goes down to the index of facts, through the filter of rows."""
    analyst.execute("SET enable_seqscan = off")
    ask = "EXPLAIN (FORMAT JSON) SELECT value FROM mart_observation_latest"
    ask += " WHERE region_code = '510100' AND indicator_code = 'GDP' AND measure = 'level_ytd'"
    row = analyst.execute(ask).fetchone()
    assert row is not None
    found = list(nodes(row[0][0]["Plan"]))
    states = [n for n in found if n.get("Relation Name") == "core_vintage"]
    assert {n["Index Name"] for n in states} <= {"ix_core_vintage_series", "ix_core_vintage_quarter"}
    for column in ("region_code", "indicator_code", "measure"):
        assert column in states[0]["Index Cond"]
    assert "audience" in states[0]["Filter"]


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


def test_the_policies_cover_every_table_of_what_documents_say(warehouse: Warehouse) -> None:
    asked = f"SELECT tablename FROM pg_policies WHERE policyname = '{POLICY}'"
    covered = {row[0] for row in warehouse.query(asked)[1]}
    assert covered == {t.name for t in filtered_tables()}
    assert {name for name in metadata.tables if name.startswith("core_")} < covered
    assert "raw_snapshot" in covered


# --- accounts that may not make roles -------------------------------------------------------------------------------


@pytest.fixture
def modest_url(new_postgres: Callable[[], str], postgres_url: str) -> Iterator[str]:
    """A database of an account that may make no roles, on a server that has none yet."""
    url = new_postgres()
    base = url.rsplit("/", 1)[1]
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("CREATE ROLE modest LOGIN")
        admin.execute(f'ALTER DATABASE "{base}" OWNER TO modest')
    yield login(url, "modest")
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{base}" WITH (FORCE)')
        for name in ("modest", "few_loader", "few_reader"):
            admin.execute(f"DROP ROLE IF EXISTS {name}")


def test_without_the_right_to_make_roles_the_rest_works_and_the_way_is_told(
    modest_url: str, words: Catalogue, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = Roles("few_loader", "few_reader")
    monkeypatch.setattr(Roles, "of_settings", lambda: few)
    warehouse = Warehouse(modest_url, "facts", words)
    with caplog.at_level(logging.WARNING):
        warehouse.upgrade()
    note = caplog.text
    assert "permission denied to create role" in note
    desk = Desk(warehouse)
    desk.load(desk.read("https://city.example.cn/1", "一季度", [gdp(5930.3)], access="internal"))
    assert desk.one("SELECT value FROM mart_observation_latest") == 5930.3
    with reading(reader(modest_url)) as connection:
        assert not roles_are_due(connection, few)
    caplog.clear()
    warehouse.upgrade()
    assert caplog.text == ""
    with writing(writer(modest_url)) as connection, pytest.raises(WarehouseError, match="few_reader"):
        admit_reader(connection, few, "someone")
    administrator = note.partition("upgrade`:\n")[2]
    with psycopg.connect(modest_url.replace("modest@", "metroetl@"), autocommit=True) as admin:
        admin.execute(administrator)
        admin.execute("CREATE ROLE guest LOGIN IN ROLE few_reader")
    warehouse.upgrade()
    with psycopg.connect(login(modest_url.replace("modest@", "metroetl@"), "guest")) as guest:
        assert guest.execute("SELECT * FROM mart_observation_latest").fetchall() == []
    with psycopg.connect(modest_url.replace("modest@", "metroetl@"), autocommit=True) as admin:
        admin.execute("DROP ROLE guest")
    assert desk.one("SELECT value FROM mart_observation_latest") == 5930.3
    warehouse.upgrade()


def test_a_group_that_owns_the_tables_is_refused(warehouse: Warehouse) -> None:
    with writing(writer(warehouse.url)) as connection:
        connection.execute(text("ALTER TABLE core_document OWNER TO metroetl_loader"))
        with pytest.raises(WarehouseError, match="the tables belong to metroetl_loader"):
            put_roles_in_force(connection, ROLES)
