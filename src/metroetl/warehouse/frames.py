"""Staged rows as data frames, for a validation of whole tables at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Column, Connection, Date, Float, Integer, Row, Table, select

from metroetl.warehouse.base import UtcDateTime
from metroetl.warehouse.load import chunks
from metroetl.warehouse.staging import STAGING
from metroetl.warehouse.tables import table

if TYPE_CHECKING:
    import pandas as pd

# Rows that are Python objects at one time: a frame takes a fifth of the memory that its rows take as tuples.
SLICE = 2_000


def staging_frames(connection: Connection, batch_ids: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Each staging table's rows of these batches, ordered by `row_id`; a table without rows gives an empty frame.

    Dates are datetime64 and moments datetime64 in UTC (missing: NaT); numbers are float64, or int64 where the column
    is never null; truth is bool, or object where it may be null; the rest is text.
    """
    return {
        str(model.__tablename__): _frame(connection, table(str(model.__tablename__)), batch_ids)
        for model in STAGING
    }


def _frame(connection: Connection, staged: Table, batch_ids: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    slices = [_slice(staged, rows) for rows in _rows(connection, staged, batch_ids)]
    return pd.concat(slices, ignore_index=True) if slices else _slice(staged, [])


def _rows(connection: Connection, staged: Table, batch_ids: Sequence[str]) -> Iterable[Sequence[Row[Any]]]:
    for chunk in chunks(batch_ids):
        wanted = select(staged).where(staged.c.batch_id.in_(chunk)).order_by(staged.c.row_id)
        yield from connection.execute(wanted, execution_options={"yield_per": SLICE}).partitions()


def _slice(staged: Table, rows: Sequence[Row[Any]]) -> pd.DataFrame:
    """The rows column by column, each with its declared kind: a slice without any value has it too."""
    import pandas as pd

    columns = zip(*rows, strict=True) if rows else [()] * len(staged.columns)
    return pd.DataFrame(
        {column.name: _typed(column, values) for column, values in zip(staged.columns, columns, strict=True)}
    )


def _typed(column: Column[Any], values: Sequence[Any]) -> pd.Series[Any]:
    import pandas as pd

    typed: pd.Series[Any]
    if isinstance(column.type, Date | UtcDateTime):
        utc = isinstance(column.type, UtcDateTime)
        typed = pd.Series(pd.to_datetime(list(values), utc=utc)).dt.as_unit("us")
    else:
        typed = pd.Series(list(values), dtype=_dtype(column))
    return typed


def _dtype(column: Column[Any]) -> Any:
    if isinstance(column.type, Boolean):
        return "object" if column.nullable else "bool"
    if isinstance(column.type, Integer):
        return "float64" if column.nullable else "int64"
    return "float64" if isinstance(column.type, Float) else _text()


@lru_cache
def _text() -> Any:
    """What pandas makes of text: its own kind from version 3 on, objects before."""
    import pandas as pd

    return pd.Series([""]).dtype
