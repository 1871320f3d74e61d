"""Staged rows as data frames, for a validation of whole tables at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Column, Connection, Date, Float, Integer, Table, select

from metroetl.warehouse.base import UtcDateTime
from metroetl.warehouse.load import chunks
from metroetl.warehouse.staging import STAGING
from metroetl.warehouse.tables import table

if TYPE_CHECKING:
    import pandas as pd


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

    rows = [
        tuple(row)
        for chunk in chunks(batch_ids)
        for row in connection.execute(
            select(staged).where(staged.c.batch_id.in_(chunk)).order_by(staged.c.row_id)
        )
    ]
    frame = pd.DataFrame(rows, columns=[column.name for column in staged.columns])
    for column in staged.columns:
        if isinstance(column.type, Date | UtcDateTime):
            moments = pd.to_datetime(frame[column.name], utc=isinstance(column.type, UtcDateTime))
            frame[column.name] = moments.dt.as_unit("us")
    return frame.astype({c.name: dtype for c in staged.columns if (dtype := _dtype(c))})


def _dtype(column: Column[Any]) -> str | None:
    if isinstance(column.type, Boolean):
        return "object" if column.nullable else "bool"
    if isinstance(column.type, Integer):
        return "float64" if column.nullable else "int64"
    return "float64" if isinstance(column.type, Float) else None
