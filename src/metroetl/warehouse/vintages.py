"""The vintages of facts, kept beside the observations: derived anew for the facts that a load touches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    Select,
    Table,
    bindparam,
    delete,
    insert,
    select,
    text,
)
from sqlalchemy.schema import DropTable

from metroetl.warehouse.engine import execute_as_is
from metroetl.warehouse.tables import table as table_of

FILE = Path(__file__).resolve().with_suffix(".sql")
FACT = (
    "region_code",
    "indicator_code",
    "measure",
    "variant",
    "period",
    "period_end",
)  # the last to find its year
_SAME = " AND ".join(f"x.{name} = o.{name}" for name in FACT)
_LONE = (
    f"NOT EXISTS (SELECT 1 FROM core_observation AS x WHERE {_SAME} AND x.observation_id <> o.observation_id)"  # noqa: S608
)


_PUBLIC = (
    "o.access = 'public' AND EXISTS (SELECT 1 FROM core_observation AS x"  # noqa: S608
    f" WHERE {_SAME} AND x.access <> 'public' AND x.withdrawn_at IS NULL)"
)


@lru_cache
def states_sql(
    observations: str = "core_observation", wanted: str = "1 = 1", *, lone: bool = False, public: bool = False
) -> str:
    """The query of the states of all facts, or of the `wanted` observations' (named `o`).

    `lone`: one print each; `public`: for those who see public prints only.
    """
    from jinja2 import Environment, StrictUndefined

    environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701  SQL, not HTML
    template = environment.from_string(FILE.read_text("utf-8"))
    return template.render(observations=observations, wanted=wanted, lone=lone, public=public)


def states_as_of(moment: str, schema: str) -> str:
    """The query of the states as they were right before a moment, given as SQL."""
    cut = {
        name: f"CASE WHEN {name} < {moment} THEN {name} END AS {name}" for name in ("shown_to", "known_to")
    }
    columns = [cut.get(column.name, column.name) for column in table_of("core_vintage").columns]
    return f"SELECT {', '.join(columns)} FROM {schema}.core_vintage WHERE shown_from < {moment}"  # noqa: S608


def begin_touched(connection: Connection) -> None:
    """An empty list of touched facts, for this transaction only."""
    _fill(connection, _TOUCHED_FACT, None)


def touch(connection: Connection, observation_ids: Select[Any] | Sequence[str]) -> None:
    """Note the facts of these observations as touched."""
    facts = select(*_columns(FACT)).where(_observations().c.observation_id.in_(observation_ids))
    connection.execute(insert(_TOUCHED_FACT).from_select(list(FACT), facts))


def derive_loaded(connection: Connection, batch_ids: list[str], now: datetime) -> None:
    """Derive the states of what was just loaded with these batches (staged still) and of the facts touched before.

    Facts that have no other print, nearly all of a first load, take a short way.
    """
    observations, documents, states = _observations(), table_of("staging_document"), table_of("core_vintage")
    _fill(connection, _DOCUMENT, select(documents.c.document_id).where(documents.c.batch_id.in_(batch_ids)).distinct())  # fmt: skip
    new = observations.c.document_id.in_(select(_DOCUMENT.c.document_id)) & (observations.c.loaded_at == now)
    loaded = _fill(connection, _LOADED, select(*observations.columns).where(new))
    if loaded > _insert(connection, states_sql(_LOADED.name, _LONE, lone=True)):
        derived = select(states.c.observation_id).where(states.c.observation_id == _LOADED.c.observation_id)
        touch(connection, select(_LOADED.c.observation_id).where(~derived.exists()))
    _derive_touched(connection)


def _derive_touched(connection: Connection) -> None:
    """Derive the states of the touched facts anew."""
    observations, states = _observations(), table_of("core_vintage")
    if not _fill(connection, _ONCE, select(*_TOUCHED_FACT.columns).distinct()):
        return
    same = [observations.c[name] == _ONCE.c[name] for name in FACT]
    prints = select(observations.c.observation_id).where(*same)
    connection.execute(delete(states).where(states.c.observation_id.in_(prints)))
    facts = f"(SELECT o.* FROM {_ONCE.name} AS x JOIN core_observation AS o ON {_SAME})"  # noqa: S608
    _insert(connection, states_sql(facts))
    _insert(connection, states_sql(facts, _PUBLIC, public=True))


def derive_all(connection: Connection) -> None:
    """Derive every state anew: after a change of precedence, of measures or of the query itself."""
    connection.execute(delete(table_of("core_vintage")))
    _insert(connection, states_sql())
    _insert(connection, states_sql(wanted=_PUBLIC, public=True))


class Decisive(NamedTuple):
    """What of the dimensions decides about states, by key."""

    sources: dict[str, Any]
    measures: dict[str, Any]
    corrections: dict[str, Any]


def what_decides(connection: Connection) -> Decisive:
    """Precedence of sources, family and accumulation of measures, corrections, as they are now."""
    sources, measures, corrections = (
        table_of(name) for name in ("dim_source", "dim_measure", "dim_correction")
    )
    wanted = (
        select(sources.c.source_id, sources.c.precedence),
        select(measures.c.measure, measures.c.family, measures.c.accumulation),
        select(corrections),
    )
    return Decisive(*({row[0]: tuple(row) for row in connection.execute(query)} for query in wanted))


def derive_changed(connection: Connection, before: Decisive) -> None:
    """Derive anew what a change of the dimensions touches: the corrected facts, or all where other words changed.

    A new source or measure has no figures yet.
    """
    now = what_decides(connection)
    if any(
        now_[key] != value
        for now_, before_ in ((now.sources, before.sources), (now.measures, before.measures))
        for key, value in before_.items()
    ):
        derive_all(connection)
        return
    changed = set(now.corrections.items()) ^ set(before.corrections.items())
    begin_touched(connection)
    for _, correction in changed:
        told = dict(zip(table_of("dim_correction").columns.keys(), correction, strict=True))
        same = [_observations().c[name] == told[name] for name in FACT if name != "period_end"]
        touch(connection, select(_observations().c.observation_id).where(*same))
    if changed:
        _derive_touched(connection)


def touch_due(connection: Connection, now: datetime) -> None:
    """Note the facts whose embargo has ended since they were loaded."""
    observations, states = table_of("core_observation"), table_of("core_vintage")
    known = select(states.c.observation_id).where(states.c.observation_id == observations.c.observation_id)
    due = select(observations.c.observation_id).where(
        observations.c.embargo_until <= bindparam("now", now, observations.c.embargo_until.type),
        observations.c.withdrawn_at.is_(None),
        ~known.exists(),
    )
    touch(connection, due)


def _insert(connection: Connection, query: str) -> int:
    names = ", ".join(column.name for column in table_of("core_vintage").columns)
    return execute_as_is(connection, f"INSERT INTO core_vintage ({names}) {query}")


def _observations() -> Table:
    return table_of("core_observation")


def _columns(names: Iterable[str]) -> list[Column[Any]]:
    return [_observations().c[name] for name in names]


def _temporary(name: str, columns: list[Column[Any]]) -> Table:
    return Table(name, MetaData(), *(Column(c.name, c.type) for c in columns), prefixes=["TEMPORARY"])


_TOUCHED_FACT = _temporary("touched_fact", _columns(FACT))
_ONCE = _temporary("touched_once", _columns(FACT))
_LOADED = _temporary("loaded_observation", list(_observations().columns))
_DOCUMENT = _temporary("loaded_document", _columns(["document_id"]))


def _fill(connection: Connection, temporary: Table, rows: Select[Any] | None) -> int:
    """Make a table of this transaction anew with these rows, let the planner know how many; their number."""
    connection.execute(DropTable(temporary, if_exists=True))
    temporary.create(connection, checkfirst=False)
    if rows is None:
        return 0
    filled = insert(temporary).from_select([c.name for c in temporary.columns], rows)
    count = connection.execute(filled, execution_options={"preserve_rowcount": True}).rowcount
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ANALYZE {temporary.name}"))
    return count
