"""From staged batches to the frames that the suites judge: staging's own columns, and columns derived from them.

A suite names columns only; whatever needs a look at the series, the document, the text or core is a column made here,
so that a rule stays a line that a person can read. Nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING, Any

from metroetl.quality import evidence
from metroetl.quality.anomalies import add_anomaly_columns
from metroetl.quality.context import add_context_columns, add_recognised
from metroetl.quality.echoes import add_echo_columns
from metroetl.quality.expected import add_expected_columns
from metroetl.quality.findings import add_reader_columns
from metroetl.quality.items import add_item_columns, add_owned, add_span_beyond
from metroetl.quality.limits import JUMP_FACTOR, JUMP_MARGIN, PARENT_SLACK, YEAR_MARGIN_PP, add_size_limits
from metroetl.quality.papers import add_document_columns, add_release_columns, recognised
from metroetl.quality.past import Past, load_past
from metroetl.quality.series import add_series_columns, positions, usable
from metroetl.quality.shifts import add_table_columns
from metroetl.quality.sums import add_parent_value, add_sum_columns

if TYPE_CHECKING:
    import pandas as pd

    from metroetl.catalogue import Catalogue
    from metroetl.warehouse import Warehouse
    from metroetl.warehouse.models import Batch

_RECOGNISED = ("staging_plan_target", "staging_plan_count")
UNITS = ("lead", "responsible", "guiding")
_LISTED = ("staging_plan_project", "staging_milestone", "staging_plan_goal", "staging_plan_progress")


def collect_frames(
    warehouse: Warehouse, batches: Sequence[Batch], catalogue: Catalogue
) -> dict[str, pd.DataFrame]:
    """The staged rows of all batches by table, with the columns that the suites compare."""
    return prepare(
        warehouse.staging_frames([b.batch_id for b in batches]), load_past(warehouse, batches), catalogue
    )


def prepare(frames: dict[str, pd.DataFrame], past: Past, catalogue: Catalogue) -> dict[str, pd.DataFrame]:
    """The frames with their derived columns; tables without rows stay as they are."""
    columns = {
        "staging_document": add_document_columns,
        "staging_observation": _observations,
        "staging_statement": lambda frame, *_: add_reader_columns(_add_period_columns(frame)),
        "staging_plan": _plans,
        "staging_plan_target": _targets,
        "staging_plan_task": lambda frame, *_: _add_unit_count(frame),
        "staging_plan_project": lambda frame, *_: add_item_columns(_add_unit_count(frame)),
        "staging_milestone": lambda frame, *_: add_owned(frame),
    }
    prepared = {}
    for table, frame in frames.items():
        prepared[table] = frame = frame.reset_index(drop=True)
        if frame.empty:
            continue
        if "span_start" in frame:
            frame = frame.assign(span_length=frame["span_end"] - frame["span_start"])
        if table in _LISTED:
            frame = add_span_beyond(frame, frames["staging_document"])
        prepared[table] = columns[table](frame, past, catalogue) if table in columns else frame
    return _add_across(prepared, past, catalogue)


def _add_across(frames: dict[str, pd.DataFrame], past: Past, catalogue: Catalogue) -> dict[str, pd.DataFrame]:
    """The columns that need two tables: figures in their documents, documents by their figures."""
    documents, figures = frames.get("staging_document"), frames.get("staging_observation")
    if documents is None or documents.empty:
        return frames
    if figures is not None and not figures.empty:
        frames["staging_observation"] = figures = add_context_columns(figures, documents, catalogue)
    doubtful = recognised(documents)
    for table in _RECOGNISED:
        if table in frames and not frames[table].empty:
            frames[table] = add_recognised(frames[table], doubtful)
    frames["staging_document"] = add_release_columns(documents, figures, past)
    return frames


def _observations(frame: pd.DataFrame, past: Past, catalogue: Catalogue) -> pd.DataFrame:
    frame = _add_period_columns(positions(frame))
    known = positions(past.observations)
    frame, facts = add_series_columns(frame, known)
    frame = add_anomaly_columns(frame, known, catalogue).copy()  # one block a kind: many single ones are slow
    frame = add_sum_columns(add_reader_columns(frame), catalogue)
    frame = add_parent_value(frame, known, catalogue).copy()
    frame = add_expected_columns(frame, facts.all, facts.one, catalogue)
    frame = add_table_columns(add_echo_columns(frame, facts.all, catalogue))
    return _add_batch_shares(_add_evidence(_add_limits(add_size_limits(frame.copy()))))


def _add_period_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """days_to_publication, period_known and how far the printed name of the period is from its dates."""
    import pandas as pd

    from metroetl.warehouse.keys import parse_period

    ends = {p: parsed.period_end for p in frame["period"].unique() if (parsed := parse_period(p))}
    end = pd.to_datetime(frame["period_end"], errors="coerce")
    start = pd.to_datetime(frame["period_start"], errors="coerce")
    named_end = pd.to_datetime(frame["period"].map(ends), errors="coerce")
    published = pd.to_datetime(frame["published_on"], errors="coerce")
    return frame.assign(
        days_to_publication=(published - end).dt.days,
        period_known=frame["period"].isin(list(ends)),
        period_end_gap=(end - named_end).dt.days,
        period_days=(end - start).dt.days,
    )


def _add_limits(frame: pd.DataFrame) -> pd.DataFrame:
    """Limits in the form in which the suite compares them; a figure off by a power of ten is judged as that only.

    An index is printed as 100.7 or as a change of 0.7 %: growth_pct is the latter.
    """
    import numpy as np

    growth = frame["value_norm"].where(frame["measure_family"].eq("yoy"))
    base = frame["unit_norm"].ne("%") * 100
    index = (frame["value_norm"] - base).where(frame["measure"].str.startswith("yoy_index"))
    highest = (1 + frame["yoy_max"].astype(float) / 100) * JUMP_MARGIN
    plain = frame["scale_power"].eq(0)
    return frame.assign(
        growth_pct=growth.fillna(index),
        pace_log10=np.log10(frame["pace_ratio"]).abs().where(plain),
        nominal_change=frame["nominal_growth"].where(plain | frame["scale_power"].isna()),
        pace_limit_log10=np.log10(highest.clip(lower=JUMP_FACTOR).fillna(JUMP_FACTOR)),
        nominal_min=frame["yoy_min"].astype(float) - YEAR_MARGIN_PP,
        nominal_max=frame["yoy_max"].astype(float) + YEAR_MARGIN_PP,
        parent_upper=frame["parent_value"] * PARENT_SLACK,
        **_excess(frame, "parts"),
        **_excess(frame, "circle"),
        **_excess(frame, "places"),
    )


def _excess(frame: pd.DataFrame, what: str) -> dict[str, pd.Series[float]]:
    """How far a sum is off beyond rounding, in the indicator's unit and in per cent of the whole."""
    excess = frame[f"{what}_gap"].abs() - frame[f"{what}_slack"]
    percent = excess.clip(lower=0) / frame[f"{what}_whole"].abs() * 100
    return {f"{what}_excess": excess, f"{what}_percent": percent}


def _add_evidence(frame: pd.DataFrame) -> pd.DataFrame:
    """What the sentence says: printed_gap, sign_agrees (growth only), is_forecast."""
    import pandas as pd

    quotes, texts = frame["quote"].fillna("").tolist(), frame["value_text"].fillna("").tolist()
    printed = pd.Series([evidence.printed_number(t) for t in texts], index=frame.index, dtype=float)
    growth = frame["measure_family"].eq("yoy").tolist()
    cells = zip(growth, quotes, texts, frame["value"].tolist(), strict=True)
    signs = [evidence.sign_agrees(*cell) if rate else None for rate, *cell in cells]
    forecasts = [evidence.is_forecast(quote, text) for quote, text in zip(quotes, texts, strict=True)]
    return frame.assign(
        printed_gap=(frame["value"].abs() - printed).abs(),
        sign_agrees=pd.Series(signs, index=frame.index, dtype=object),
        is_forecast=pd.Series(forecasts, index=frame.index, dtype=object),
    )


def _add_batch_shares(frame: pd.DataFrame) -> pd.DataFrame:
    """Shares of a whole batch, the same on each of its rows: one wrong row is a row's fault, half of them is not.

    A share is null where the batch has too few rows to tell.
    """
    published = frame["publish"].astype(bool)
    unusable = (~usable(frame)).astype(float).where(published & frame["indicator_code"].notna())
    scaled = frame["scale_power"].ne(0).astype(float).where(frame["scale_power"].notna())
    same = frame["same_as_year_ago"].combine_first(frame["same_rate_year_ago"])
    repeated = same.eq(True).astype(float).where(same.notna())
    return frame.assign(
        batch_unusable_share=_share(frame, unusable, 10),
        batch_scaled_share=_share(frame, scaled, 5),
        batch_repeated_share=_share(frame, repeated, 5),
    )


def _share(frame: pd.DataFrame, flag: pd.Series[float], at_least: int) -> pd.Series[float]:
    groups = flag.groupby(frame["batch_id"])
    share: pd.Series[float] = groups.transform("mean").where(groups.transform("count").ge(at_least))
    return share


def _plans(frame: pd.DataFrame, past: Past, catalogue: Catalogue) -> pd.DataFrame:
    """How long a plan runs, whether it was issued in time, whether its series is known (null without one)."""
    import pandas as pd

    start, end = frame["period_start"].astype(float), frame["period_end"].astype(float)
    issued = pd.to_datetime(frame["issued_on"], errors="coerce")
    return frame.assign(
        years_long=end - start,
        issued_after_end=issued.dt.year - end,
        title_length=frame["title"].str.strip().str.len(),
        series_known=_known(frame["series_id"], catalogue.plan_series),
    )


def _targets(frame: pd.DataFrame, past: Past, catalogue: Catalogue) -> pd.DataFrame:
    """Years from publication to the target, and whether its indicator is known (null without one)."""
    import pandas as pd

    published = pd.to_datetime(frame["published_on"], errors="coerce").dt.year
    return frame.assign(
        years_ahead=frame["by_year"].astype(float) - published,
        indicator_known=_known(frame["indicator_code"], catalogue.indicators),
    )


def _known(codes: pd.Series[str], names: Container[str]) -> pd.Series[Any]:
    known: pd.Series[Any] = codes.map(lambda c: c in names, na_action="ignore").astype(object)
    return known


def _add_unit_count(frame: pd.DataFrame) -> pd.DataFrame:
    """How many units carry a task."""
    units = [frame[c].fillna("").str.split("、").map(lambda u: sum(map(bool, u))) for c in UNITS]
    return frame.assign(unit_count=sum(units))
