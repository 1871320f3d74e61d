"""Invoice flows from a CSV file that an operator gives: read strictly, every mistake named with its row.

A row is a cell of a matrix: what firms of one place sold to firms of another in a quarter (or year). Places are GB/T
2260 codes; `_O` is every place that the file doesn't name. An industry is a code of GB/T 4754 with its letter (C, C36,
C3612); empty means all together. Amounts are kept in 亿元, as printed beside.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from metroetl.catalogue import catalogue
from metroetl.catalogue.lookup import valid
from metroetl.errors import FlowsRefused

if TYPE_CHECKING:
    from metroetl.catalogue.models import Region
    from metroetl.warehouse.flows import FlowFile

OTHERS = "_O"
MOST_TOLD = 20
COLUMNS = {
    "period": ("period", "quarter", "季度", "期", "时期", "所属期", "所属季度"),
    "seller": ("seller", "seller_code", "seller_region", "销方", "销方地区", "销方地区代码", "销售方地区代码"),
    "buyer": ("buyer", "buyer_code", "buyer_region", "购方", "购方地区", "购方地区代码", "购买方地区代码"),
    "industry": ("industry", "industry_code", "行业", "行业代码"),
    "amount": ("amount", "金额", "开票金额", "不含税金额"),
    "unit": ("unit", "单位", "金额单位", "计量单位"),
    "firms": ("firms", "企业数", "户数", "企业户数", "纳税人户数"),
}  # fmt: skip
OPTIONAL = frozenset({"industry"})
UNITS = {"元": 1e-8, "千元": 1e-5, "万元": 1e-4, "百万元": 1e-2, "亿元": 1.0}
_PERIOD = re.compile(r"(\d{4})(?:-?Q([1-4])|年?第?([1-4一二三四])季度)?年?")
_INDUSTRY = re.compile(r"(?:[A-T](?:\d{2,4})?)?")
_AMOUNT = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One cell; `amount` in 亿元, `firms` None where the file leaves it empty."""

    line: int
    period: str
    seller: str
    buyer: str
    industry: str
    amount: float
    value_text: str
    unit: str
    firms: int | None


def read_flows(path: Path) -> list[FlowRow]:
    """All rows of a file in UTF-8 or GB18030; raises FlowsRefused that names up to 20 mistakes by row and code."""
    rows, wrong = [], []
    for line, cells in _cells(path):
        found = list(_mistakes(cells))
        wrong += [(line, code, said) for code, said in found]
        if not found:
            rows.append(_row(line, cells))
    wrong += _across(rows)
    if not rows and not wrong:
        wrong = [(1, "EMPTY", "没有数据行")]
    if wrong:
        _refuse(path, wrong)
    return rows


def flow_files(path: Path, source_name: str, embargo: date | None = None) -> list[FlowFile]:
    """The file by period, ready for the warehouse. An embargo ends at 0:00 of its day in China."""
    from metroetl.warehouse.flows import FlowFile
    from metroetl.warehouse.keys import parse_period
    from metroetl.warehouse.versions import midnight

    by_period: dict[str, list[FlowRow]] = defaultdict(list)
    for row in read_flows(path):
        by_period[row.period].append(row)
    until: datetime | None = midnight(embargo) if embargo else None
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    files = []
    for name, rows in sorted(by_period.items()):
        period = parse_period(name)
        if period is None:
            continue  # `_period` gives names that are periods
        stored = [
            {
                "line": r.line, "seller_code": r.seller, "buyer_code": r.buyer, "industry": r.industry,
                "amount": r.amount, "value_text": r.value_text, "unit_printed": r.unit, "firms": r.firms,
            }
            for r in rows
        ]  # fmt: skip
        files.append(FlowFile(source_name, name, period.period_end, sha256, path.name, stored, until))
    return files


# --- one row ------------------------------------------------------------------------------------------------------


def _cells(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(StringIO(_text(path)))
    header = [name.strip() for name in next(reader, [])]
    known = {alias: column for column, aliases in COLUMNS.items() for alias in aliases}
    columns = [known.get(name.lower(), "") for name in header]
    wrong = [
        (1, "COLUMN_UNKNOWN", f"不认识的列“{name}”") for name, c in zip(header, columns, strict=True) if not c
    ]
    wrong += [
        (1, "COLUMN_MISSING", f"缺“{aliases[2]}”列（{column}）")
        for column, aliases in COLUMNS.items()
        if column not in columns and column not in OPTIONAL
    ]
    wrong += [(1, "COLUMN_TWICE", f"两列同义（{c}）") for c in set(columns) if c and columns.count(c) > 1]
    if wrong:
        _refuse(path, wrong)
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            _refuse(path, [(reader.line_num, "CELLS", f"有 {len(cells)} 格，表头有 {len(columns)} 格")])
        yield reader.line_num, dict(zip(columns, (cell.strip() for cell in cells), strict=True))


def _text(path: Path) -> str:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FlowsRefused(
        f"{path.name}: ENCODING 编码既不是 UTF-8 也不是 GB18030", way_out="Save it as UTF-8 CSV."
    )


def _mistakes(cells: dict[str, str]) -> Iterator[tuple[str, str]]:
    if not _period(cells["period"]):
        yield "PERIOD_UNKNOWN", f"不认识的时期“{cells['period']}”（写 2025-Q1 或 2025）"
    yield from _wrong_places(cells)
    if not _INDUSTRY.fullmatch(cells.get("industry", "")):
        yield "INDUSTRY_UNKNOWN", f"不是 GB/T 4754 代码“{cells['industry']}”（带门类字母，如 C36）"
    yield from _wrong_numbers(cells)


def _wrong_places(cells: dict[str, str]) -> Iterator[tuple[str, str]]:
    for side, zh in (("seller", "销方"), ("buyer", "购方")):
        code = cells[side]
        region = catalogue().regions.get(code)
        if region is None and code != OTHERS:
            yield "REGION_UNKNOWN", f"{zh}地区代码“{code}”不在目录中"
        elif region and region.level not in ("province", "prefecture"):
            yield "REGION_LEVEL", f"{zh}“{region.name_zh}”不是省、市（县区请并入所在市）"
        elif region and not _valid(region, _period(cells["period"])):
            yield "REGION_ABOLISHED", f"{zh}“{region.name_zh}”（{code}）当期不存在"
    if cells["seller"] == cells["buyer"] == OTHERS:
        yield "REGION_BOTH_OTHERS", "销方、购方都是其他地区"


def _wrong_numbers(cells: dict[str, str]) -> Iterator[tuple[str, str]]:
    if not _AMOUNT.fullmatch(cells["amount"]):
        yield "AMOUNT_NOT_A_NUMBER", f"金额“{cells['amount']}”不是数"
    elif float(cells["amount"].replace(",", "")) < 0:
        yield "AMOUNT_NEGATIVE", f"金额为负“{cells['amount']}”（红字冲销请先合并）"
    if cells["unit"] not in UNITS:
        yield "UNIT_UNKNOWN", f"不认识的单位“{cells['unit']}”（{'、'.join(UNITS)}）"
    if cells["firms"] and not cells["firms"].isdecimal():
        yield "FIRMS_NOT_A_COUNT", f"企业数“{cells['firms']}”不是非负整数"


def _valid(region: Region, period: str) -> bool:
    """Whether the code counts on the last day of the period."""
    from metroetl.warehouse.keys import parse_period

    found = parse_period(period) if period else None
    return found is None or valid(region, found.period_end)


def _row(line: int, cells: dict[str, str]) -> FlowRow:
    amount = abs(float(cells["amount"].replace(",", "")))
    return FlowRow(
        line, _period(cells["period"]), cells["seller"], cells["buyer"], cells.get("industry", ""),
        float(f"{amount * UNITS[cells['unit']]:.15g}"), cells["amount"], cells["unit"],
        int(cells["firms"]) if cells["firms"] else None,
    )  # fmt: skip


def _period(text: str) -> str:
    """2025-Q1 or 2025; empty if it is neither."""
    found = _PERIOD.fullmatch(text.upper())
    if not found:
        return ""
    number = found[2] or {"一": "1", "二": "2", "三": "3", "四": "4"}.get(found[3] or "", found[3])
    return f"{found[1]}-Q{number}" if number else found[1]


# --- rows together ------------------------------------------------------------------------------------------------


def _across(rows: Iterable[FlowRow]) -> list[tuple[int, str, str]]:
    """Cells that are there twice, places within places, industries within industries, parts above their whole."""
    cells: dict[tuple[str, str, str], dict[str, FlowRow]] = defaultdict(dict)
    wrong: list[tuple[int, str, str]] = []
    places: dict[str, int] = {}
    for row in rows:
        cell = cells[row.period, row.seller, row.buyer]
        if earlier := cell.get(row.industry):
            wrong.append((row.line, "CELL_TWICE", f"与第{earlier.line}行是同一格"))
        cell.setdefault(row.industry, row)
        for code in (row.seller, row.buyer):
            places.setdefault(code, row.line)
    for code, line in places.items():
        region = catalogue().regions.get(code)
        if region and region.parent_code and region.parent_code in places:
            whole = catalogue().regions[region.parent_code].name_zh
            wrong.append(
                (
                    line,
                    "REGION_OVERLAP",
                    f"{whole}包含{region.name_zh}，两者不能同在一个文件（其余部分用 _O）",
                )
            )
    for cell in cells.values():
        wrong += _industries(cell)
    return wrong


def _industries(cell: dict[str, FlowRow]) -> list[tuple[int, str, str]]:
    parts = sorted((code, row) for code, row in cell.items() if code)
    wrong = [
        (row.line, "INDUSTRY_OVERLAP", f"行业 {code} 已含 {within}（第{other.line}行）")
        for (code, row), (within, other) in combinations(parts, 2)
        if within.startswith(code)
    ]
    whole = cell.get("")
    # a sum may exceed its whole by what printing in 万元 rounds off
    if whole and sum(row.amount for _, row in parts) > whole.amount + 1e-4:
        wrong.append((whole.line, "PARTS_EXCEED_TOTAL", "分行业之和大于全部行业"))
    return wrong


def _refuse(path: Path, wrong: list[tuple[int, str, str]]) -> None:
    told = [f"第{line}行 {code} {said}" for line, code, said in sorted(wrong)[:MOST_TOLD]]
    more = f"\n…另有 {len(wrong) - MOST_TOLD} 处" if len(wrong) > MOST_TOLD else ""
    raise FlowsRefused(f"{path.name}: {len(wrong)} 处错误\n" + "\n".join(told) + more)
