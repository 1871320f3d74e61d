"""The disagreements of the reference figures: both prints are kept, precedence says which is latest, each is a finding."""

from __future__ import annotations

import csv
import dataclasses
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from metroetl.catalogue import catalogue
from metroetl.statistics.models import Statement
from metroetl.warehouse import Warehouse
from tests.warehouse.desk import Desk, gdp, source

Row = dict[str, str]
FACT = ("region_code", "indicator_code", "measure", "period")


@pytest.fixture
def reference(shared: Path) -> dict[tuple[str, ...], list[Row]]:
    """The rows of reference_series.csv by fact, those with more than one value."""
    with (shared / "domain" / "reference_series.csv").open(encoding="utf-8", newline="") as file:
        facts: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in csv.DictReader(file):
            facts[tuple(row[name] for name in FACT)].append(row)
    return {key: rows for key, rows in facts.items() if len({float(r["value"]) for r in rows}) > 1}


@pytest.fixture
def office(tmp_path: Path) -> Desk:
    """A warehouse of the project's own catalogue, with an official source and one that copies."""
    words = catalogue()
    sources = {s.id: s for s in (source("official", "510000", 10), source("copy", "510000", 90))}
    warehouse = Warehouse(
        f"sqlite:///{tmp_path / 'w.db'}", "facts", dataclasses.replace(words, sources=words.sources | sources)
    )
    warehouse.upgrade()
    return Desk(warehouse)


def statement(row: Row) -> Statement:
    decimals = len(row["value"].partition(".")[2])
    return gdp(
        float(row["value"]), row["period"], row["region_code"], indicator_code=row["indicator_code"],
        measure=row["measure"], unit=row["unit"], unit_norm=row["unit"], printed=row["value"], decimals=decimals,
        obs_status="F" if "forecast" in row["quality"] else "A",
    )  # fmt: skip


def load(desk: Desk, row: Row, number: int, day: str | None = None) -> None:
    whose = "official" if row["quality"] == "ok" else "copy"
    page = desk.read(
        f"https://{whose}.example.cn/{number}.html", f"{number}", [statement(row)], source_id=whose,
        published_on=date.fromisoformat(day or row["published_on"]),
    )  # fmt: skip
    desk.load(page)


def test_rows_that_contradict_are_kept_told_and_not_latest(
    office: Desk, reference: dict[tuple[str, ...], list[Row]]
) -> None:
    """One row a contradiction: a copy that says otherwise, on the day of the right figure."""
    pairs = {
        key: (right, wrong)
        for key, rows in reference.items()
        if (wrong := next((r for r in rows if r["quality"] == "contradicts"), None))
        and (right := next((r for r in rows if r["quality"] == "ok"), None))
    }
    assert len(pairs) >= 6
    for number, (right, wrong) in enumerate(pairs.values()):
        load(office, wrong, 2 * number, right["published_on"])
        load(office, right, 2 * number + 1)
    latest = {
        tuple(key): value
        for *key, value in office.rows(f"SELECT {', '.join(FACT)}, value FROM mart_observation_latest")
    }
    assert latest == {key: float(right["value"]) for key, (right, _) in pairs.items()}
    assert office.one("SELECT COUNT(*) FROM core_observation") == 2 * len(pairs)
    assert office.one("SELECT COUNT(*) FROM mart_observation_conflict WHERE in_force = 1") == len(pairs)


def test_a_forecast_gives_way_to_the_figure(
    office: Desk, reference: dict[tuple[str, ...], list[Row]]
) -> None:
    """31323.12 against 31310.2: the difference is 德阳's forecast, 3400 against 3387.1 (DOMAIN.md §4)."""
    circle, deyang = (("AGG.CDMC", "GDP", "level_ytd", "2025"), ("510600", "GDP", "level_ytd", "2025"))
    for number, row in enumerate([*reference[circle], *reference[deyang]]):
        load(office, row, number)
    rows = office.rows(
        "SELECT region_code, value, obs_status, known_to IS NULL FROM mart_observation_vintages"
        " ORDER BY region_code, vintage"
    )
    assert rows == [
        ("510600", 3400.0, "F", 0),
        ("510600", 3387.1, "A", 1),
        ("AGG.CDMC", 31323.12, "F", 0),
        ("AGG.CDMC", 31310.2, "A", 1),
    ]
    assert round(31323.12 - 31310.2 - (3400 - 3387.1), 1) == 0


def test_more_decimals_are_no_revision(office: Desk, reference: dict[tuple[str, ...], list[Row]]) -> None:
    """46615.82 and 46615.8, 17716.67 and 17716.7."""
    same = [("510000", "GDP", "level_ytd", "2019"), ("510100", "GDP", "level_ytd", "2020")]
    for number, row in enumerate(row for key in same for row in reference[key]):
        load(office, row, number)
    rows = office.rows(
        "SELECT value, decimals, conflict, prints FROM mart_observation_vintages ORDER BY value"
    )
    assert rows == [(17716.67, 2, 0, 1), (46615.82, 2, 0, 1)]
