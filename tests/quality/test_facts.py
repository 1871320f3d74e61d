"""The gate on real published figures: what is right passes, what is known to be wrong or made wrong is stopped."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from metroetl.catalogue import catalogue
from metroetl.quality.frames import Past, prepare
from metroetl.quality.suites import load_suites
from metroetl.quality.validate import validate
from metroetl.warehouse.models import Reading
from tests.quality.bench import figure, frames_of, past_of, release

pytestmark = pytest.mark.shared
Row = dict[str, str]
SPLIT = "2025-01-01"
TABLE = "staging_observation"
# Two texts of one day that each source had printed right, but that the file dates and files alike.
SAME_DAY = {("浙江省", "2023"), ("四川省", "2024-Q1")}


@cache
def rows_of(path: Path) -> list[Row]:
    measures = catalogue().measures
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [r for r in rows if r["measure"] in measures and measures[r["measure"]].family != "statement"]


@pytest.fixture(scope="module")
def facts(shared: Path) -> list[Row]:
    """Rows of reference_series.csv that are observations."""
    return rows_of(shared / "domain" / "reference_series.csv")


def good(facts: list[Row]) -> list[Row]:
    return [r for r in facts if r["quality"] == "ok"]


def readings(rows: Iterable[Row]) -> list[Reading]:
    """A page a region, day and address."""
    pages: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        pages[row["region_code"], row["published_on"], row["url"]].append(row)
    made = []
    for number, (key, found) in enumerate(pages.items()):
        statements = [
            figure(r["region_code"], r["indicator_code"], r["period"], r["measure"], r["value"], unit=r["unit"], unit_norm=r["unit"])
            for r in found
        ]  # fmt: skip
        title = f"{found[0]['region']}{key[1]}主要经济指标"
        made.append(release(f"fact-{number}", statements, published=date.fromisoformat(key[1]), title=title))
    return made


def judged(frames: dict[str, pd.DataFrame], past: Past) -> tuple[pd.DataFrame, dict[str, set[str]], set[str]]:
    """The rows by id, the error rules by stopped row, the critical rules that hold the batch."""
    prepared = prepare(frames, past, catalogue())
    stopped: dict[str, set[str]] = defaultdict(set)
    holding = set()
    for outcome in validate({TABLE: prepared[TABLE]}, {TABLE: load_suites()[TABLE]}):
        assert outcome.verdict != "error", outcome.message
        if outcome.verdict == "fail" and outcome.rule.severity == "critical":
            holding.add(outcome.rule.code)
        if outcome.rule.severity == "error":
            for row_id in outcome.failed:
                stopped[row_id].add(outcome.rule.code)
    return prepared[TABLE].set_index("row_id"), stopped, holding


def test_a_first_load_of_facts_passes(facts: list[Row]) -> None:
    rows, stopped, holding = judged(frames_of(readings(good(facts))), past_of())
    assert holding == set()
    assert len(rows) > 1400 and len(stopped) / len(rows) < 0.01
    told = {(rows.loc[r, "region"], rows.loc[r, "period"]) for r in stopped}
    assert told <= SAME_DAY, "only what contradicts itself within one text is stopped"


def test_new_facts_pass_against_the_old_ones(facts: list[Row]) -> None:
    old = [r for r in good(facts) if r["published_on"] < SPLIT]
    new = [r for r in good(facts) if r["published_on"] >= SPLIT]
    rows, stopped, holding = judged(frames_of(readings(new)), past_of(readings(old)))
    assert len(rows) > 400
    assert (dict(stopped), holding) == ({}, set())


def test_the_suspicious_trade_of_deyang_is_stopped(facts: list[Row]) -> None:
    old = [r for r in good(facts) if r["published_on"] < SPLIT]
    (suspect,) = [r for r in facts if r["value"] == "240.2" and r["indicator_code"] == "TRD"]
    rows, stopped, _ = judged(frames_of(readings([suspect])), past_of(readings(old)))
    assert stopped == {rows.index[0]: {"OBS-JUMP-PACE", "OBS-OTHER-SPAN"}}


def test_what_contradicts_core_is_told(facts: list[Row]) -> None:
    suite = load_suites()[TABLE].part(["OBS-REVISED"])
    wrong = [r for r in facts if r["quality"] == "contradicts"]
    prepared = prepare(frames_of(readings(wrong)), past_of(readings(good(facts))), catalogue())
    (outcome,) = validate({TABLE: prepared[TABLE]}, {TABLE: suite})
    known = prepared[TABLE]["last_value"].notna().sum()
    assert (len(outcome.failed), outcome.evaluated) == (known, known) and known >= 6


def scaled(factor: float) -> Callable[[pd.DataFrame, int], None]:
    def corrupt(frame: pd.DataFrame, at: int) -> None:
        value = frame.loc[at, "value"] * factor
        frame.loc[at, ["value", "value_norm"]] = value
        frame.loc[at, "rounding"] *= factor
        frame.loc[at, "value_text"] = f"{value:f}"

    return corrupt


def no_unit(frame: pd.DataFrame, at: int) -> None:
    frame.loc[at, ["unit", "unit_norm"]] = ["", None]
    frame.loc[at, "value_norm"] = float("nan")


def renamed(frame: pd.DataFrame, at: int) -> None:
    frame.loc[at, ["region", "region_code", "region_level"]] = ["新名市", None, None]


def lost_sign(frame: pd.DataFrame, at: int) -> None:
    frame.loc[at, ["value", "value_norm"]] *= -1


def a_share(frame: pd.DataFrame, at: int) -> None:
    frame.loc[at, ["value", "value_norm"]] = 12.3
    frame.loc[at, ["unit", "unit_norm", "value_text"]] = ["%", "%", "12.3"]


def early(frame: pd.DataFrame, at: int) -> None:
    frame.loc[at, "published_on"] = frame.loc[at, "period_end"] - pd.Timedelta(days=20)


LEVEL, GROWTH = ("level",), ("yoy",)
CORRUPTIONS = {
    "unit off by 10^4": (LEVEL, scaled(1e4), {"OBS-SCALE", "OBS-RANGE-SIZE"}, 0.95),
    "unit off by 10^-4": (LEVEL, scaled(1e-4), {"OBS-SCALE", "OBS-RANGE-SIZE"}, 0.85),
    "decimal point lost in a level": (LEVEL, scaled(10), {"OBS-SCALE", "OBS-RANGE-SIZE"}, 0.85),
    "decimal point lost in growth": (GROWTH, scaled(10), {"OBS-RANGE-YOY", "OBS-GROWTH-FAR"}, 0.75),
    "sign lost, the sentence tells": (GROWTH, lost_sign, {"OBS-SIGN-TEXT"}, 0.95),
    "a level below zero": (LEVEL, lost_sign, {"OBS-RANGE-LEVEL"}, 1.0),
    "no unit": (LEVEL, no_unit, {"OBS-UNIT-UNKNOWN"}, 1.0),
    "region renamed": (LEVEL, renamed, {"OBS-REGION-UNKNOWN"}, 1.0),
    "share taken for a level": (LEVEL, a_share, {"OBS-UNIT-MEASURE"}, 1.0),
    "published before the period ended": (LEVEL, early, {"OBS-PERIOD-FUTURE"}, 1.0),
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_corruptions_are_stopped_by_a_rule_that_names_them(facts: list[Row], name: str) -> None:
    families, corrupt, causes, share = CORRUPTIONS[name]
    old = [r for r in good(facts) if r["published_on"] < SPLIT]
    frames = frames_of(readings(r for r in good(facts) if r["published_on"] >= SPLIT))
    frame = frames[TABLE] = frames[TABLE].astype({"value": float, "value_norm": float, "rounding": float})
    candidates = frame.index[frame["measure_family"].isin(families) & frame["value"].ne(0)]
    chosen = random.Random(7).sample(list(candidates), 40)
    frames[TABLE] = frame.copy()
    for at in chosen:
        corrupt(frames[TABLE], at)
    _, stopped, _ = judged(frames, past_of(readings(old)))
    caught = [at for at in chosen if causes & stopped.get(frame.loc[at, "row_id"], set())]
    assert len(caught) / len(chosen) >= share, f"{len(caught)} of {len(chosen)}"
