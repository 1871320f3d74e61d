"""Columns that the suites of lists compare: units that aren't named like any, money without a unit, spans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metroetl.plans.carriers import is_carrier

if TYPE_CHECKING:
    import pandas as pd

_UNITS = ("lead", "responsible", "guiding", "cooperating")


def add_item_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """units_doubtful: how many units aren't named like a body, a place or a firm; money_has_unit (null without money)."""
    doubtful = sum(frame[column].fillna("").map(_doubtful) for column in _UNITS)
    money = frame[["investment", "year_investment"]].notna().any(axis=1)
    has_unit = frame["investment_unit"].fillna("").ne("").astype(object)
    return frame.assign(units_doubtful=doubtful, money_has_unit=has_unit.where(money, None))


def _doubtful(units: str) -> int:
    return sum(1 for unit in units.split("、") if unit and not is_carrier(unit))


def add_owned(frame: pd.DataFrame) -> pd.DataFrame:
    """owned: whether a milestone names its task or its item."""
    return frame.assign(owned=frame[["task_content_id", "project_content_id"]].notna().any(axis=1))


def add_span_beyond(frame: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """span_beyond: how many characters a span ends behind its document's text, negative within it."""
    lengths = documents.drop_duplicates("row_id").set_index("row_id")["text_length"]
    return frame.assign(span_beyond=frame["span_end"] - frame["document_row_id"].map(lengths))
