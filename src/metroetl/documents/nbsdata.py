"""Answers of the data interface of the National Bureau of Statistics (GOV_SITES §4.2), as documents.

Values are strings as printed and empty where nothing is published; periods after the newest one are padded with empty
rows; `202602MM`, `202504SS` and `2025YY` are a month, a quarter and a year.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from metroetl.documents.files import file_document
from metroetl.documents.grid import build_table, place_cells
from metroetl.documents.metadata import Metadata
from metroetl.documents.titles import tidy_title
from metroetl.documents.writer import TextWriter
from metroetl.errors import Unreadable

if TYPE_CHECKING:
    from metroetl.catalogue.models import Source
    from metroetl.documents.models import Document
    from metroetl.harvest.models import Snapshot

MEDIA_TYPE = "application/json"
PUBLISHER = "国家统计局"
LIBRARY = "国家统计局数据发布库"
NATION = "全国"
CODE = re.compile(r"((?:19|20)\d{2})(\d{2})?(MM|SS|YY)")
# 国内生产总值_累计值, 社会消费品零售总额累计增长: how the figure is reckoned stands behind the indicator
SORT = re.compile(
    r"[_＿\s]?((?:累计|当季|当期|当月|期末|本期)(?:值|数)|(?:累计|当季|当月|当期)?(?:同比|环比)?(?:实际|名义)?(?:同比|增长|增速))$"
)
TO_DATE = re.compile(r"^累计")
TO_DATE_INDEX = re.compile(r"[(（]上年同期\s?=\s?100[)）]$")
QUARTERS = {1: "第一季度", 2: "第二季度", 3: "第三季度", 4: "第四季度"}
QUARTERS_TO_DATE = {1: "一季度", 2: "上半年", 3: "前三季度", 4: ""}


@dataclass(frozen=True)
class Figure:
    """One value as the interface has it; `value` is empty where nothing is published."""

    name: str
    value: str
    unit: str = ""
    area: str = ""

    @property
    def to_date(self) -> bool:
        """Whether it counts from the beginning of the year."""
        sort = SORT.search(self.name)
        return bool(TO_DATE.search(sort.group(1)) if sort else TO_DATE_INDEX.search(self.name))


@dataclass(frozen=True)
class DataPeriod:
    """The figures of one period, `202602MM`."""

    code: str
    figures: tuple[Figure, ...]

    @property
    def filled(self) -> tuple[Figure, ...]:
        """Figures that are published."""
        return tuple(f for f in self.figures if f.value)

    @property
    def text(self) -> str:
        """2026年2月, 2025年第四季度, 2025年."""
        year, number, kind = _parts(self.code)
        return f"{year}年" + {"MM": f"{number}月", "SS": QUARTERS.get(number, ""), "YY": ""}[kind]

    @property
    def text_to_date(self) -> str:
        """The same from the beginning of the year: 2026年1—2月, 2025年前三季度, 2025年."""
        year, number, kind = _parts(self.code)
        if kind == "MM":
            return f"{year}年1—{number}月" if number > 1 else f"{year}年1月"
        return f"{year}年" + (QUARTERS_TO_DATE.get(number, "") if kind == "SS" else "")


def is_period_code(text: str) -> bool:
    """Whether a text is a code of a month, a quarter or a year."""
    match = CODE.fullmatch(text)
    if match is None:
        return False
    kind, number = match.group(3), int(match.group(2) or 0)
    return number == 0 if kind == "YY" else 1 <= number <= (12 if kind == "MM" else 4)


def read_periods(text: str) -> list[DataPeriod] | None:
    """The periods of an answer, newest first as the codes say; None where a text is no such answer."""
    try:
        data = json.loads(text.lstrip("\ufeff"))
    except ValueError:
        return None
    rows = data.get("data") if isinstance(data, dict) else None
    if not isinstance(rows, list) or not all(
        isinstance(r, dict) and "code" in r and "values" in r for r in rows
    ):
        return None
    found = [
        DataPeriod(str(row["code"]), tuple(_figures(row["values"])))
        for row in rows
        if is_period_code(str(row["code"]))
    ]
    return sorted(found, key=lambda p: p.code, reverse=True)


def read_nbs_data(data: bytes, snapshot: Snapshot, source: Source | None = None) -> Document:
    """The document of an answer: for each period a table of what is published, in the order of the interface.

    Figures from the beginning of the year and those of the period alone stand in tables of their own, each under its
    own period. Raises Unreadable where nothing is published.
    """
    periods = [p for p in read_periods(data.decode("utf-8", "replace")) or [] if p.filled]
    if not periods:
        raise Unreadable(f"{snapshot.url}: an answer of the data interface without a value")
    writer = TextWriter()
    for period in periods:
        for to_date in (True, False):
            figures = [f for f in period.filled if f.to_date == to_date]
            heading = period.text_to_date if to_date else period.text
            rows = [["指标", "单位", heading], *([_label(f), f.unit, f.value] for f in figures)]
            if figures and (table := build_table(place_cells([[(c, 1, 1) for c in row] for row in rows]))):
                writer.write_table(table)
    first = periods[0].filled[0]
    made = f"{periods[0].text} {SORT.sub('', first.name)} {first.area or NATION} {LIBRARY}"
    found = Metadata(title=tidy_title(snapshot.title) or made)
    document = file_document(writer, snapshot, source, MEDIA_TYPE, [], found)
    return document.model_copy(update={"publisher": PUBLISHER})


def _parts(code: str) -> tuple[int, int, str]:
    match = CODE.fullmatch(code)
    if match is None:
        raise ValueError(f"{code} is no period")
    return int(match.group(1)), int(match.group(2) or 0), match.group(3)


def _figures(values: object) -> list[Figure]:
    rows: list[dict[str, Any]] = (
        [v for v in values if isinstance(v, dict)] if isinstance(values, list) else []
    )
    return [
        Figure(
            name="".join(str(row.get("i_showname") or "").split()),
            value=str(row["value"] if row.get("value") is not None else "").strip(),
            unit=str(row.get("du_name") or "").strip(),
            area="".join(str(row.get("da_name") or "").split()),
        )
        for row in rows
    ]


def _label(figure: Figure) -> str:
    """国内生产总值（累计值）, 社会消费品零售总额 累计增长; a part of the country stands before the indicator."""
    place = figure.area if figure.area != NATION else ""
    sort = SORT.search(figure.name)
    if sort is None:
        return place + figure.name
    name = place + SORT.sub("", figure.name)
    return f"{name}（{sort.group(1)}）" if sort.group(1).endswith(("值", "数")) else f"{name} {sort.group(1)}"
