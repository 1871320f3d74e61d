"""Who may do what on PostgreSQL: a loader and a read-only role for groups of people, and the rows readers don't see.

Each document, figure and plan row has a policy of row-level security: who is in the loader's group sees all, everybody
else what is public and no longer under embargo. The views belong to the loader's group, which owns no table, so that
the policies hold inside them, for the one who asks. Nothing of the marts is written twice; what readers get is computed
from public rows alone; and, as the conditions sit at the tables, indexes serve as before and no function of a reader is
shown a row before it was found to be public. The owner of the tables is not bound by the policies (COPY, pg_dump).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import Connection, Table, inspect, text
from sqlalchemy.exc import DBAPIError

from metroetl.errors import WarehouseError
from metroetl.settings import settings
from metroetl.warehouse.engine import RANDOM_PAGE_COST, execute_as_is
from metroetl.warehouse.functions import create_audience
from metroetl.warehouse.looks import PUBLIC, RELEASED
from metroetl.warehouse.tables import metadata

logger = logging.getLogger(__name__)

VIEWS = ("mart_", "dic_", "report_", "chart_")
READABLE = (*VIEWS, "dim_", "meta_")
TABLES = ("alembic_version", "core_", "dim_", "meta_", "ops_", "raw_", "staging_")
POLICY = "metroetl_rows"
READER_SETTINGS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "'60s'",
    "search_path": "public",
    "random_page_cost": RANDOM_PAGE_COST,
}
_THROUGH = {  # a row without an access of its own is as public as the one it is of
    "observation_id": "core_observation",
    "document_id": "core_document",
    "first_document_id": "core_document",
}


@dataclass(frozen=True)
class Roles:
    """Names of the two groups."""

    loader: str
    reader: str

    @classmethod
    def of_settings(cls) -> Roles:
        """The names that the settings give."""
        return cls(settings().loader_role, settings().reader_role)


def roles_are_due(connection: Connection, roles: Roles) -> bool:
    """Whether the roles aren't in force here, and this account may see to it."""
    if connection.dialect.name != "postgresql" or _in_force(connection, roles):
        return False
    may_create, uses_loader, there = connection.execute(
        text(
            "SELECT rolsuper OR rolcreaterole,"
            " COALESCE((SELECT pg_has_role(oid, 'USAGE') FROM pg_roles WHERE rolname = :loader), false),"
            " (SELECT COUNT(*) FROM pg_roles WHERE rolname IN (:loader, :reader)) = 2"
            " FROM pg_roles WHERE rolname = current_user"
        ),
        {"loader": roles.loader, "reader": roles.reader},
    ).one()
    return bool(may_create or (uses_loader and there))


def _in_force(connection: Connection, roles: Roles) -> bool:
    found = connection.execute(
        text(
            "SELECT has_table_privilege(r.oid, c.oid, 'SELECT') FROM pg_class AS c"
            " JOIN pg_roles AS l ON l.oid = c.relowner AND l.rolname = :loader"
            " JOIN pg_roles AS r ON r.rolname = :reader"
            " WHERE c.oid = to_regclass('public.mart_observation_latest')"
        ),
        {"loader": roles.loader, "reader": roles.reader},
    ).scalar()
    return bool(found)


def put_roles_in_force(connection: Connection, roles: Roles) -> None:
    """Make the roles, give them their rights and the tables their policies; the same again changes nothing.

    An account that may not gets a note in the log that says what an administrator runs; everything else of the
    warehouse works without.
    """
    if connection.dialect.name != "postgresql":
        return
    try:
        with connection.begin_nested():
            _make(connection, roles)
            create_audience(connection, roles.loader)
            _give_rights(connection, roles)
            _filter_rows(connection, roles)
            _hand_over_views(connection, roles)
    except Exception as error:
        refusal = error.orig if isinstance(error, DBAPIError) else error
        if type(refusal).__name__ != "InsufficientPrivilege":
            raise
        logger.warning(
            "No read-only role was made: %s. Ask an administrator to run the following, then run "
            "`metroetl warehouse upgrade`:\n%s",
            str(refusal).strip().partition("\n")[0],
            sql_for_administrator(connection, roles),
        )


def sql_for_administrator(connection: Connection, roles: Roles) -> str:
    """What an account runs that may make roles, where the loader's own account may not."""
    account = connection.dialect.identifier_preparer.quote_identifier(
        connection.execute(text("SELECT current_user")).scalar_one()
    )
    return (
        f"CREATE ROLE {roles.loader} NOLOGIN;\nCREATE ROLE {roles.reader} NOLOGIN;\n"
        f"GRANT {roles.loader} TO {account};\n"
        f"GRANT CREATE, USAGE ON SCHEMA public TO {account} WITH GRANT OPTION;"
    )


def _make(connection: Connection, roles: Roles) -> None:
    there = set(connection.execute(text("SELECT rolname FROM pg_roles")).scalars())
    for name in (roles.loader, roles.reader):
        if name not in there:
            execute_as_is(connection, f"CREATE ROLE {name} NOLOGIN")
    usage = text("SELECT pg_has_role(:loader, 'USAGE')")
    if not connection.execute(usage, {"loader": roles.loader}).scalar():
        execute_as_is(connection, f"GRANT {roles.loader} TO CURRENT_USER")


def _give_rights(connection: Connection, roles: Roles) -> None:
    tables, views = _objects(connection)
    every = ", ".join(f'"{name}"' for name in tables)
    readable = ", ".join(f'"{name}"' for name in [*tables, *views] if name.startswith(READABLE))
    execute_as_is(
        connection,
        f"GRANT USAGE ON SCHEMA public TO {roles.loader}, {roles.reader};"
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {every} TO {roles.loader};"
        f"GRANT SELECT ON {readable} TO {roles.reader}",
    )
    owner = "SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()"
    if connection.execute(text(owner)).scalar():
        base = connection.dialect.identifier_preparer.quote_identifier(connection.engine.url.database or "")
        execute_as_is(
            connection,
            f"GRANT CONNECT ON DATABASE {base} TO {roles.loader}, {roles.reader};"
            f"GRANT TEMPORARY ON DATABASE {base} TO {roles.loader};"
            f"REVOKE TEMPORARY ON DATABASE {base} FROM PUBLIC;"
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        )


def _objects(connection: Connection) -> tuple[list[str], list[str]]:
    """The warehouse's tables (partitions too) and views, told from others by their prefix."""
    inspector = inspect(connection)
    tables = [name for name in inspector.get_table_names() if name.startswith(TABLES)]
    return sorted(tables), sorted(v for v in inspector.get_view_names() if v.startswith(VIEWS))


# --- rows that readers don't see ------------------------------------------------------------------------------------


def _filter_rows(connection: Connection, roles: Roles) -> None:
    loads = f"(SELECT pg_has_role(current_user, '{roles.loader}', 'MEMBER'))"
    for table in filtered_tables():
        execute_as_is(
            connection,
            f'DROP POLICY IF EXISTS {POLICY} ON "{table.name}";'
            f'CREATE POLICY {POLICY} ON "{table.name}" USING ({loads} OR {_open_rows(table)}) WITH CHECK ({loads});'
            f'ALTER TABLE "{table.name}" ENABLE ROW LEVEL SECURITY',
        )


def filtered_tables() -> list[Table]:
    """The tables of what documents say and of where they come from."""
    return [
        table
        for table in metadata.sorted_tables
        if table.name.startswith("core_") or (table.name.startswith("raw_") and "access" in table.columns)
    ]


def _open_rows(table: Table) -> str:
    """The condition that a row of the table may be seen by everybody."""
    if "audience" in table.columns:
        return "(audience <> 'internal')"
    if "access" in table.columns:
        return f"({PUBLIC} AND {RELEASED})" if "embargo_until" in table.columns else f"({PUBLIC})"
    for key, of in _THROUGH.items():
        if key in table.columns:
            column = key.removeprefix("first_")
            return f'EXISTS (SELECT 1 FROM {of} AS o WHERE o.{column} = "{table.name}".{key})'  # noqa: S608
    raise WarehouseError(
        f"nothing says who may see a row of {table.name}",
        way_out="Give the table `access`, or a key of what it is of (roles.py).",
    )


def drop_policies(connection: Connection) -> None:
    """Drop the policies before tables change, for they hold on to columns; readers see nothing until they are back."""
    if connection.dialect.name != "postgresql":
        return
    found = connection.execute(
        text("SELECT tablename FROM pg_policies WHERE schemaname = 'public' AND policyname = :policy"),
        {"policy": POLICY},
    )
    for name in found.scalars().all():
        execute_as_is(connection, f'DROP POLICY {POLICY} ON "{name}"')


def _hand_over_views(connection: Connection, roles: Roles) -> None:
    """The views to the loader's group; which mustn't own the tables, for owners see every row."""
    owner = connection.execute(
        text(
            "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = to_regclass('public.core_document')"
            " AND pg_has_role(:loader, relowner, 'USAGE')"
        ),
        {"loader": roles.loader},
    ).scalar()
    if owner:
        raise WarehouseError(
            f"the tables belong to {owner}, so readers would see internal rows through the views of {roles.loader}",
            way_out=f"Let another role own the tables (REASSIGN OWNED BY {owner} TO …), or set METROETL_LOADER_ROLE.",
        )
    _, views = _objects(connection)
    may_create = text("SELECT has_schema_privilege(:loader, 'public', 'CREATE')")
    lent = not connection.execute(may_create, {"loader": roles.loader}).scalar()
    if lent:
        execute_as_is(connection, f"GRANT CREATE ON SCHEMA public TO {roles.loader}")
    execute_as_is(connection, ";".join(f'ALTER VIEW "{name}" OWNER TO {roles.loader}' for name in views))
    if lent:
        execute_as_is(connection, f"REVOKE CREATE ON SCHEMA public FROM {roles.loader}")


# --- people ---------------------------------------------------------------------------------------------------------


def admit_reader(connection: Connection, roles: Roles, login: str) -> bool:
    """Let a login role read, with the settings that a group can't hand on; whether the role had to be made.

    A role that is made has no password: `\\password NAME` in psql gives it one. Raises WarehouseError on SQLite, where
    who may read the file may read all of it.
    """
    if connection.dialect.name != "postgresql":
        raise WarehouseError(
            "SQLite knows no roles: who may read the file may read all of it",
            way_out="Give out an export (public rows only), or use PostgreSQL.",
        )
    if not _in_force(connection, roles):
        raise WarehouseError(
            f"there is no role {roles.reader} with rights here", way_out="Run `metroetl warehouse upgrade`."
        )
    quote = connection.dialect.identifier_preparer.quote_identifier
    there = connection.execute(
        text("SELECT 1 FROM pg_roles WHERE rolname = :login"), {"login": login}
    ).scalar()
    if not there:
        execute_as_is(connection, f"CREATE ROLE {quote(login)} LOGIN")
    base = quote(connection.engine.url.database or "")
    execute_as_is(
        connection,
        ";".join(
            [
                f"GRANT {roles.reader} TO {quote(login)}",
                *(
                    f"ALTER ROLE {quote(login)} IN DATABASE {base} SET {name} = {value}"
                    for name, value in READER_SETTINGS.items()
                ),
            ]
        ),
    )
    return not there
