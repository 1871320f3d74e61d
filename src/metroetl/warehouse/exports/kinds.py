"""Values of either driver as Arrow, by the word that meta_column has for the type of every column."""

from __future__ import annotations

from typing import Any, Literal

Kind = Literal["text", "integer", "number", "boolean", "date", "moment"]


def arrow_type(kind: Kind) -> Any:
    """The Arrow type of a kind; moments are in UTC, to the microsecond."""
    import pyarrow as pa

    return {
        "text": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "date": pa.date32(),
        "moment": pa.timestamp("us", "UTC"),
        "boolean": pa.bool_(),
    }[kind]


def arrow_column(values: tuple[Any, ...], kind: Kind) -> Any:
    """Values of either driver as an Arrow array: SQLite gives days and moments as text, truth as 0 and 1."""
    import pyarrow as pa

    wanted = arrow_type(kind)
    if kind == "boolean":
        return pa.array([None if value is None else bool(value) for value in values], wanted)
    if kind in ("date", "moment"):
        if isinstance(next((value for value in values if value is not None), None), str):
            plain = pa.timestamp("us") if kind == "moment" else wanted
            return pa.array(values, pa.string()).cast(plain).cast(wanted)
    elif kind in ("integer", "number"):  # PostgreSQL's sums and averages are Decimal
        cast = int if kind == "integer" else float
        return pa.array([None if value is None else cast(value) for value in values], wanted)
    return pa.array(values, wanted)
