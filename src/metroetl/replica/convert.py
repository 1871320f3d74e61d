"""A table of reference series to the replica's facts: `python -m metroetl.replica.convert TABLE.csv`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from metroetl.errors import ReplicaError
from metroetl.replica.facts import FACTS, REGIONS, TARGETS, Fact

# Rows whose own note tells another day than the calendar's guess. (region, indicator, period, measure, value) → day
DATED_BY_NOTE: dict[tuple[str, str, str, str, str], str] = {
    # "REVISED: 最终核实 (published 2024-01-19)"; the growth is of the same announcement
    ("510000", "GDP", "2022", "level_ytd", "56610.2"): "2024-01-19",
    ("510000", "GDP", "2022", "yoy_real_ytd", "2.8"): "2024-01-19",
    # "REVISED by 5th economic census (2024-12-26)"
    ("000000", "GDP", "2023", "level_ytd", "1294272"): "2024-12-26",
    ("000000", "GDP", "2023", "revision_abs", "33690"): "2024-12-26",
    ("000000", "GDP", "2023", "revision_rel", "2.7"): "2024-12-26",
    # "text of the Zhejiang 2024 统计公报", whose other rows have this day
    ("330000", "GDP", "2023", "level_ytd", "85620"): "2025-01-23",
    # "as quoted in the H1 text", whose other rows have this day
    ("510000", "TRD", "2024-Q1", "level_ytd", "2401"): "2024-07-23",
    ("510000", "TRD", "2024-Q1", "yoy_nominal_ytd", "7.2"): "2024-07-23",
    # targets of the year: the page at the row's address tells of the congress that opened on 26 February 2025
    ("510100", "GDP", "2025", "target_yoy_real", "5.7"): "2025-02-26",
    ("510100", "FAI", "2025", "target_yoy", "5.0"): "2025-02-26",
    ("510100", "RS", "2025", "target_yoy", "5.0"): "2025-02-26",
    ("510100", "URB", "2025", "target", "81"): "2025-02-26",
    # "眉山日报 2025-01-08", as its address says
    ("511400", "GDP", "2025", "target", "2000"): "2025-01-08",
    ("511400", "GDP", "2025", "target_yoy_real", "6.0"): "2025-01-08",
}

# An index with last year as 100 can't be this small: the table has its growth in per cent under the index's code.
SMALLEST_INDEX = 50.0

_BETTER = ("official", "media", "copy")
_NOTE_LENGTH = 100


def convert(table: Path) -> list[Fact]:
    """Facts from a table of reference series: quality ok, dated, of a region that the replica serves; and targets of a
    year whose page is known.

    Of one value on one day the row with more decimals (then of the better source) stays; a different value on a
    later day is a revision and stays too. Raises ReplicaError where two different values meet on one day.
    """
    with table.open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["published_on"] and _usable(r)]
    facts = [_fact(row) for row in rows if row["region_code"] in REGIONS]
    chosen: dict[tuple[object, ...], Fact] = {}
    for fact in facts:
        key = (*fact.key, fact.published_on)
        chosen[key] = _better(chosen[key], fact) if key in chosen else fact
    return sorted(chosen.values(), key=lambda f: (f.region_code, f.period, f.published_on.isoformat()))


def write(facts: Iterable[Fact], path: Path = FACTS) -> None:
    """Write facts as CSV (UTF-8, LF)."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(Fact.model_fields), lineterminator="\n")
        writer.writeheader()
        writer.writerows(fact.model_dump() for fact in facts)


def _usable(row: dict[str, str]) -> bool:
    return row["quality"] == "ok" or (row["measure"] in TARGETS and row["url"] != "")


def _fact(row: dict[str, str]) -> Fact:
    key = (row["region_code"], row["indicator_code"], row["period"], row["measure"], row["value"])
    told = DATED_BY_NOTE.get(key)
    note = row["note"]
    return Fact(
        **{name: row[name] for name in ("region_code", "region", "indicator_code", "indicator")},
        **{name: row[name] for name in ("period", "value", "unit", "source_kind")},
        measure=_measure(row),
        published_on=date.fromisoformat(told or row["published_on"]),
        published_basis="note" if told else row["published_basis"],
        url=row["url"] if row["source_kind"] in {"official", "media"} else "",
        stage=_stage(note),
        variant=_variant(row["indicator_code"], note),
        note="; ".join(part.strip() for part in note.split(";")[:2])[:_NOTE_LENGTH],
    )


def _measure(row: dict[str, str]) -> str:
    grown = row["measure"] == "yoy_index" and float(row["value"]) < SMALLEST_INDEX
    return "yoy_ytd" if grown else row["measure"]


def _stage(note: str) -> str:
    if not note.startswith("REVISED"):
        return ""
    return "普查修订" if "census" in note else "最终核实"


def _variant(indicator_code: str, note: str) -> str:
    if indicator_code != "FAI":
        return ""
    return next((v for v in ("不含农户", "全社会") if v in note), "")


def _better(a: Fact, b: Fact) -> Fact:
    decimals = [len(f.value.partition(".")[2]) for f in (a, b)]
    if round(a.number, min(decimals)) != round(b.number, min(decimals)):
        raise ReplicaError(f"two values on {a.published_on} for {a.key}: {a.value} and {b.value}")
    if decimals[0] != decimals[1]:
        return a if decimals[0] > decimals[1] else b
    return min((a, b), key=lambda f: (_BETTER.index(f.source_kind), -len(f.stage)))


if __name__ == "__main__":
    converted = convert(Path(sys.argv[1]))
    write(converted)
    print(f"{len(converted)} facts, {sum(not fact.said for fact in converted)} of them not said on pages")
