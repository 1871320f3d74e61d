"""The facts are those of the reference series, and no others."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from metroetl.catalogue import catalogue
from metroetl.errors import ReplicaError
from metroetl.replica.convert import convert, write
from metroetl.replica.facts import FACTS, REGIONS, Fact, load_facts

HEADER = (
    "region_code,region,indicator_code,indicator,period,measure,value,unit,published_on,published_basis,source_kind,url,"
    "quality,note\n"
)


def table(folder: Path, *rows: str) -> Path:
    path = folder / "series.csv"
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def gdp(
    value: str, day: str = "2021-02-04", quality: str = "ok", kind: str = "copy", note: str = "prelim"
) -> str:
    return f"510100,成都市,GDP,地区生产总值,2020,level_ytd,{value},亿元,{day},calendar,{kind},http://a/,{quality},{note}"


def test_facts_are_the_converted_reference_series(shared: Path) -> None:
    assert convert(shared / "domain" / "reference_series.csv") == list(load_facts())


def test_a_written_file_reads_back(tmp_path: Path) -> None:
    write(load_facts(), tmp_path / "facts.csv")
    assert (tmp_path / "facts.csv").read_bytes() == FACTS.read_bytes()


def test_only_the_served_regions_and_known_words() -> None:
    words = catalogue()
    for fact in load_facts():
        assert fact.region_code in REGIONS
        assert fact.region_code in words.regions
        assert fact.indicator_code in words.indicators
        assert fact.measure in words.measures
        assert fact.published_on < date(2026, 11, 1)
        assert not fact.url or fact.source_kind in {"official", "media"}


def test_one_value_a_day() -> None:
    values: defaultdict[tuple[object, ...], set[str]] = defaultdict(set)
    for fact in load_facts():
        values[(*fact.key, fact.published_on)].add(fact.value)
    assert {key for key, found in values.items() if len(found) > 1} == set()


def test_printed_decimals_are_kept() -> None:
    assert find("510100", "VA1", "2020-Q2", "level_ytd")[0].value == "214.50"


def test_revisions_stay_on_their_own_day() -> None:
    growth = find("510000", "GDP", "2022", "yoy_real_ytd")
    assert [(f.value, f.published_on, f.stage) for f in growth] == [
        ("2.9", date(2023, 1, 23), ""),
        ("2.8", date(2024, 1, 19), "最终核实"),
    ]
    nation = find("000000", "GDP", "2023", "level_ytd")
    assert [(f.value, f.published_on.year) for f in nation] == [("1260582", 2024), ("1294272", 2024)]
    assert nation[1].stage == "普查修订"


def test_more_decimals_win_on_one_day(tmp_path: Path) -> None:
    facts = convert(table(tmp_path, gdp("17716.7", kind="media"), gdp("17716.67")))
    assert [fact.value for fact in facts] == ["17716.67"]


def test_the_better_source_wins_where_all_else_is_equal(tmp_path: Path) -> None:
    facts = convert(table(tmp_path, gdp("17716.7"), gdp("17716.7", kind="media")))
    assert [(fact.source_kind, fact.url) for fact in facts] == [("media", "http://a/")]


def test_two_values_on_one_day_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReplicaError, match=r"17716\.7 and 17800"):
        convert(table(tmp_path, gdp("17716.7"), gdp("17800")))


def test_unsure_and_undated_rows_stay_out(tmp_path: Path) -> None:
    assert convert(table(tmp_path, gdp("1", quality="derived"), gdp("2", day=""))) == []


def find(region: str, indicator: str, period: str, measure: str) -> list[Fact]:
    return [fact for fact in load_facts() if fact.key == (region, indicator, period, measure)]
