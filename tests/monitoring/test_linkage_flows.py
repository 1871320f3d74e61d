"""An operator's file of flows is read strictly; every mistake is named with its row. All flows are invented."""

from __future__ import annotations

from pathlib import Path

import pytest

from metroetl.errors import FlowsRefused
from metroetl.monitoring.linkage.flows_in import COLUMNS, flow_files, read_flows

HEADER = "季度,销方地区代码,购方地区代码,行业,金额,单位,企业数"
GOOD = '2025年一季度,510100,510600,C36,"12,345.6",万元,12'


def write(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "invented.csv"
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_row_is_read_in_either_encoding(tmp_path: Path, encoding: str) -> None:
    (row,) = read_flows(write(tmp_path, HEADER, GOOD, "", encoding=encoding))
    assert (row.line, row.period, row.seller, row.buyer, row.industry) == (
        2,
        "2025-Q1",
        "510100",
        "510600",
        "C36",
    )
    assert (row.amount, row.value_text, row.unit, row.firms) == (1.23456, "12,345.6", "万元", 12)


@pytest.mark.parametrize(
    ("said", "period"),
    [("2025-Q1", "2025-Q1"), ("2025q2", "2025-Q2"), ("2025年第3季度", "2025-Q3"), ("2025年四季度", "2025-Q4"), ("2024年", "2024"), ("2024", "2024")],
)  # fmt: skip
def test_periods_are_written_in_several_ways(tmp_path: Path, said: str, period: str) -> None:
    path = write(tmp_path, "period,seller,buyer,amount,unit,firms", f"{said},510100,_O,0,亿元,")
    (row,) = read_flows(path)
    assert (row.period, row.amount, row.firms) == (period, 0.0, None)


def test_an_alias_means_one_column() -> None:
    aliases = [alias for group in COLUMNS.values() for alias in group]
    assert len(aliases) == len(set(aliases))


MISTAKES = {
    "PERIOD_UNKNOWN": "2025-Q5,510100,510600,,1,亿元,9",
    "REGION_UNKNOWN": "2025-Q1,519999,510600,,1,亿元,9",
    "REGION_LEVEL": "2025-Q1,510104,510600,,1,亿元,9",
    "REGION_ABOLISHED": "2025-Q1,371200,510600,,1,亿元,9",
    "REGION_BOTH_OTHERS": "2025-Q1,_O,_O,,1,亿元,9",
    "INDUSTRY_UNKNOWN": "2025-Q1,510100,510600,36,1,亿元,9",
    "AMOUNT_NOT_A_NUMBER": "2025-Q1,510100,510600,,约1,亿元,9",
    "AMOUNT_NEGATIVE": "2025-Q1,510100,510600,,-1,亿元,9",
    "UNIT_UNKNOWN": "2025-Q1,510100,510600,,1,吨,9",
    "FIRMS_NOT_A_COUNT": "2025-Q1,510100,510600,,1,亿元,3.5",
    "CELL_TWICE": "2025-Q1,510100,510600,C36,2,亿元,9",
    "REGION_OVERLAP": "2025-Q1,510000,510600,,1,亿元,9",
    "INDUSTRY_OVERLAP": "2025-Q1,510100,510600,C,2,亿元,9",
    "PARTS_EXCEED_TOTAL": "2025-Q1,510100,510600,,1,亿元,9",
    "CELLS": "2025-Q1,510100,510600,,1,亿元",
}


@pytest.mark.parametrize("code", MISTAKES)
def test_a_mistake_is_named_with_its_row(tmp_path: Path, code: str) -> None:
    with pytest.raises(FlowsRefused) as error:
        read_flows(write(tmp_path, HEADER, GOOD, MISTAKES[code]))
    assert f"{code} " in error.value.message and "行" in error.value.message
    if code not in ("REGION_OVERLAP", "INDUSTRY_OVERLAP"):  # told at the row within the other
        assert f"第3行 {code}" in error.value.message
    assert "invented.csv" in error.value.message


@pytest.mark.parametrize(
    ("header", "code"),
    [("季度,销方", "COLUMN_MISSING"), (HEADER + ",备注", "COLUMN_UNKNOWN"), (HEADER + ",amount", "COLUMN_TWICE"), (HEADER, "EMPTY")],
)  # fmt: skip
def test_a_header_must_say_all(tmp_path: Path, header: str, code: str) -> None:
    with pytest.raises(FlowsRefused, match=code):
        read_flows(write(tmp_path, header))


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FlowsRefused, match="ENCODING"):
        read_flows(write(tmp_path, HEADER, GOOD, encoding="utf-16"))


def test_all_mistakes_are_told_at_once_up_to_twenty(tmp_path: Path) -> None:
    with pytest.raises(FlowsRefused, match="30 处错误") as error:
        read_flows(write(tmp_path, HEADER, *["2025-Q1,1,510600,,1,亿元,9"] * 30))
    assert error.value.message.count("REGION_UNKNOWN") == 20 and "另有 10 处" in error.value.message


def test_a_file_is_parted_by_period(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, GOOD, "2024-Q4,510100,510600,,1,亿元,9")
    files = flow_files(path, "虚构税务局")
    assert [(f.period, len(f.rows), f.embargo_until) for f in files] == [
        ("2024-Q4", 1, None),
        ("2025-Q1", 1, None),
    ]
