"""Excel for people: a page that explains, then the tables most asked for; Chinese heads, words as comments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from metroetl.warehouse.exports.kinds import Kind
from metroetl.warehouse.exports.rows import Look, Shape
from metroetl.warehouse.exports.stamp import Stamp
from metroetl.warehouse.exports.tell import Tell

SHEETS = {
    "mart_circle_quarter": "都市圈季度",
    "mart_observation_latest": "最新数据",
    "mart_plan_calendar": "规划日历",
    "mart_plan_release": "规划发布",
    "dim_indicator": "指标",
    "dim_source": "来源",
}
MAX_ROWS = 1_048_576  # of a sheet, after Microsoft's "Excel specifications and limits"
MAX_TEXT = 32_767
_WIDTHS: dict[Kind, int] = {"text": 16, "integer": 9, "number": 12, "date": 11, "moment": 17, "boolean": 8}
_FORMATS: dict[Kind, str] = {
    "integer": "0",
    "number": "#,##0.######",
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm:ss",
}


def write_xlsx(look: Look, file: Path, stamp: Stamp, tell: Tell, max_rows: int = MAX_ROWS) -> Stamp:
    """Write the workbook; a table longer than a sheet goes on in the next. The stamp, counted."""
    import xlsxwriter

    counts: dict[str, int] = {}
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        book.set_properties({"title": "MetroETL", "comments": stamp.vintage})
        for name, value in stamp.facts().items():
            if isinstance(value, str) and len(value) < 256:  # which is all that a property holds
                book.set_custom_property(name, value)
        front = book.add_worksheet("说明")
        sheets = {}
        for name, title in SHEETS.items():
            pages = _Pages(book, look.shape(name), title, max_rows)
            counts[name] = pages.fill(tell.count(name, look.batches(look.shape(name))))
            sheets[name] = pages.titles
        stamp = stamp.counted(counts)
        _front(book, front, look, stamp, sheets)
        front.activate()
    return stamp


class _Pages:
    """The sheets of one table."""

    def __init__(self, book: Any, shape: Shape, title: str, max_rows: int) -> None:
        self._book, self._shape, self._title, self._max_rows = book, shape, title, max_rows
        self._formats = {kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()}
        self._decimals: dict[int, Any] = {}
        self._head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1, "text_wrap": True})
        self._sheet: Any = None
        self._row = max_rows
        self.titles: list[str] = []

    def fill(self, batches: Any) -> int:
        rows = 0
        self._turn()
        for batch in batches:
            columns = [column.to_pylist() for column in batch.columns]
            decimals = (
                columns[list(self._shape.columns).index("decimals")]
                if "decimals" in self._shape.columns
                else None
            )
            for index in range(batch.num_rows):
                if self._row >= self._max_rows:
                    self._turn()
                self._write([c[index] for c in columns], decimals[index] if decimals else None)
                rows += 1
        return rows

    def _write(self, values: list[Any], decimals: int | None) -> None:
        for place, (value, (column, kind)) in enumerate(
            zip(values, self._shape.columns.items(), strict=True)
        ):
            if value is None or value == "":
                continue
            if kind == "text":
                self._sheet.write_string(self._row, place, value[:MAX_TEXT])
            elif kind == "boolean":
                self._sheet.write_boolean(self._row, place, value)
            elif kind in ("date", "moment"):
                moment = value.replace(tzinfo=None) if kind == "moment" else value
                self._sheet.write_datetime(self._row, place, moment, self._formats[kind])
            else:
                shown = (
                    self._with(decimals)
                    if column == "value" and decimals is not None
                    else self._formats[kind]
                )
                self._sheet.write_number(self._row, place, value, shown)
        self._row += 1

    def _with(self, decimals: int) -> Any:
        """The format of a value that was printed with so many decimals."""
        if decimals not in self._decimals:
            form = "#,##0" + ("." + "0" * decimals if decimals > 0 else "")
            self._decimals[decimals] = self._book.add_format({"num_format": form})
        return self._decimals[decimals]

    def _turn(self) -> None:
        """Begin a sheet: frozen head, a filter, each column's words as a comment."""
        self.titles.append(self._title + (f" {len(self.titles) + 1}" if self.titles else ""))
        self._sheet = self._book.add_worksheet(self.titles[-1])
        self._sheet.freeze_panes(1, 0)
        for place, (column, kind) in enumerate(self._shape.columns.items()):
            zh, en = self._shape.describe(column)
            self._sheet.set_column(place, place, _WIDTHS[kind])
            self._sheet.write_string(0, place, head(zh), self._head)
            self._sheet.write_comment(0, place, f"{column}\n{zh}\n{en}", {"x_scale": 2, "font_size": 9})
        self._row = 1


def head(zh: str) -> str:
    """The name in a description: what stands before a colon, a bracket or a comma."""
    for sign in "：（，；":
        zh = zh.partition(sign)[0]
    return zh


def _front(book: Any, sheet: Any, look: Look, stamp: Stamp, sheets: dict[str, list[str]]) -> None:
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 110, wrap)
    lines: list[tuple[str, str]] = [
        ("MetroETL 数据导出", "export of the warehouse"),
        *([] if stamp.world == "facts" else [("合成数据", "仅供测试 · synthetic data, for tests only")]),
        ("版本 vintage", stamp.vintage),
        ("最新发布 latest publication", stamp.latest_published_at or "—"),
        ("契约 contract", f"{stamp.contract}, metroetl {stamp.metroetl}, {stamp.world}"),
        ("时刻 moments", "均为世界时（UTC） · all moments are UTC"),
        ("表头 heads", "表头批注有列名与中英文说明 · the comment of a head has the column's name and words"),
        (
            "行数上限 rows",
            f"Excel 每表至多 {MAX_ROWS:,} 行，超出部分接续在下一张表"
            f" · Excel holds {MAX_ROWS:,} rows a sheet; a longer table goes on in the next",
        ),
        ("", ""),
    ]
    for name, titles in sheets.items():
        zh, en = look.shape(name).describe()
        lines.append(("、".join(titles), f"{name}，{(stamp.tables or {})[name]:,} 行 rows：{zh} · {en}"))
    lines += [("", ""), ("使用条款", stamp.licence_zh), ("terms", stamp.licence_en)]
    write: Callable[..., Any] = sheet.write_string
    for row, (left, right) in enumerate(lines):
        write(row, 0, left, bold)
        write(row, 1, right, wrap)
