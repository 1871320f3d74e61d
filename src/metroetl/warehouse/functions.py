"""PostgreSQL's own: who asks (`metroetl_audience`), and the latest figures as of a day (`observation_as_of`)."""

from __future__ import annotations

from sqlalchemy import Connection, inspect

from metroetl.warehouse.engine import execute_as_is
from metroetl.warehouse.views import view_queries

AUDIENCE = "metroetl_audience"
_DAY_AFTER = "((day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')"


def create_audience(connection: Connection, member_of: str = "") -> None:
    """What the one who asks may see: `internal` for members of a role (for everybody where there is none) or `public`."""
    if connection.dialect.name != "postgresql":
        return
    answer = "'internal'"
    if member_of:
        answer = (
            f"CASE WHEN pg_has_role(current_user, '{member_of}', 'MEMBER') THEN 'internal' ELSE 'public' END"
        )
    execute_as_is(
        connection,
        f"CREATE OR REPLACE FUNCTION {AUDIENCE}() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT {answer} $$",
    )


def create_as_of(connection: Connection) -> None:
    """`SELECT * FROM observation_as_of('2025-05-01')`: mart_observation_latest as published by the end of a day."""
    if connection.dialect.name != "postgresql":
        return
    latest = view_queries("postgresql")["mart_observation_latest"]
    known = f"s.shown_from < {_DAY_AFTER} AND (s.shown_to IS NULL OR s.shown_to >= {_DAY_AFTER})"
    execute_as_is(
        connection,
        "CREATE FUNCTION observation_as_of(day date) RETURNS SETOF mart_observation_latest"
        f" LANGUAGE sql STABLE PARALLEL SAFE AS $$ {latest.replace('s.shown_to IS NULL', known)} $$;"
        "COMMENT ON FUNCTION observation_as_of(date) IS"
        " '截至某日（含）所公布的最新数 | the latest figures as published by the end of a day (in China)'",
    )


def drop_as_of(connection: Connection) -> None:
    """Drop the function before the view that it answers like."""
    if connection.dialect.name == "postgresql" and inspect(connection).has_table("mart_observation_latest"):
        execute_as_is(connection, "DROP FUNCTION IF EXISTS observation_as_of(date)")
