"""The report's tables as a workbook: numbers as numbers, native charts, and every figure's evidence by its number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metroetl.monitoring.content import Cell, Chart, Table
from metroetl.plans.compare.layout import clean

if TYPE_CHECKING:
    from metroetl.monitoring.figures import Figure
    from metroetl.monitoring.report.model import Report

_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_FILLS = {"green": "#d9ead3", "yellow": "#fff2cc", "red": "#f4cccc", "grey": "#e7e6e6"}
_EVIDENCE = (
    "number", "region", "indicator", "measure", "quarter", "value", "unit", "published", "publisher", "title", "url",
    "quote", "status", "stage", "id", "how", "basis",
)  # fmt: skip
_WIDTHS = (7, 14, 22, 18, 9, 12, 9, 11, 20, 40, 50, 60, 6, 10, 28, 26, 20)
_HEIGHT = 17  # rows that a chart takes


def write_xlsx(report: Report, path: Path) -> list[str]:
    """Write the workbook; no warnings."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        _Book(report, book).write()
    return []


class _Book:
    def __init__(self, report: Report, book: Any) -> None:
        self.report, self.book, self.words = report, book, report.view.words
        self.formats: dict[Any, Any] = {}
        self.names: set[str] = set()
        self.evidence = self.words.word("evidence_sheet")

    def write(self) -> None:
        front = self.book.add_worksheet(self._name(self.words.word("contents")))
        sheets = [(table.title, self._table(table)) for table in self.report.tables()]
        drawn = [chart for chart in self.report.charts() if chart.series]
        if drawn:
            sheets.append((self.words.word("charts_sheet"), self._charts(drawn)))
        sheets.append((self.evidence, self._evidence()))
        self._front(front, sheets)
        view = self.report.view
        self.book.set_properties(
            {"title": self.report.title, "author": "MetroETL", "created": self.report.made_at.replace(tzinfo=None),
             "comments": f"{view.data.circle.id} {view.quarter}"}
        )  # fmt: skip

    def _front(self, sheet: Any, sheets: Sequence[tuple[str, str]]) -> None:
        sheet.set_column(0, 0, 90)
        self._printed(sheet)
        sheet.write_string(0, 0, self.report.title, self._format(bold=True, font_size=16))
        lines = [self.words.word("made_at").format(time=f"{self.report.made_at:%Y-%m-%d %H:%M} UTC")]
        lines += [self.words.word("rehearsal")] if self.report.rehearsal else []
        lines.append(self.words.word("workbook_note"))
        for row, line in enumerate(lines, 1):
            sheet.write_string(row, 0, line, self._format(font_color="#5b6873", text_wrap=True))
        for row, (title, name) in enumerate(sheets, len(lines) + 2):
            sheet.write_url(row, 0, f"internal:'{name}'!A1", string=clean(title))

    def _table(self, table: Table) -> str:
        name = self._name(table.title)
        sheet = self.book.add_worksheet(name)
        head = self._format(bold=True, bg_color="#e3eef6", border=1, text_wrap=True, valign="vcenter")
        sheet.write_string(0, 0, clean(table.title), self._format(bold=True, font_size=13))
        cited = [n for n in range(len(table.header)) if any(n < len(r) and r[n].figure for r in table.rows)]
        first = len(table.header) + 1
        for column, text in enumerate(table.header):
            sheet.write_string(2, column, clean(text), head)
        for column, of in enumerate(cited, first):
            sheet.write_string(2, column, f"{self.words.word('ev_number')}：{clean(table.header[of])}", head)
        for row, cells in enumerate(table.rows, 3):
            for column, cell in enumerate(cells):
                self._cell(sheet, row, column, cell, right=table.is_numeric(column))
            for column, of in enumerate(cited, first):
                if of < len(cells) and (figure := cells[of].figure):
                    self._link(sheet, row, column, figure)
        if table.note:
            sheet.write_string(4 + len(table.rows), 0, clean(table.note))
        sheet.freeze_panes(3, 1)
        sheet.set_row(2, 33)
        self._printed(sheet)
        sheet.print_area(0, 0, 4 + len(table.rows), len(table.header) - 1)
        sheet.set_column(0, 0, max(16, *(_width(r[0].text) for r in table.rows or [[Cell("")]])))
        for column in range(1, len(table.header)):
            sheet.set_column(column, column, min(46, max(12, *(_width(r[column].text) for r in table.rows))))
        sheet.set_column(first, first + len(cited), 11)
        return name

    def _cell(self, sheet: Any, row: int, column: int, cell: Cell, *, right: bool) -> None:
        look: dict[str, Any] = {"border": 1, "valign": "vcenter"}
        if cell.light:
            look["bg_color"] = _FILLS[cell.light]
        if cell.figure is not None and cell.figure.origin == "computed":
            look["italic"] = True
        if cell.number is not None:
            shown = self._format(**look, num_format=f"0.{'0' * cell.decimals}" if cell.decimals else "0")
            sheet.write_number(row, column, cell.number, shown)
        else:
            if right and column:
                look["align"] = "right"
            sheet.write_string(row, column, clean(cell.text), self._format(**look, text_wrap=True))

    def _link(self, sheet: Any, row: int, column: int, figure: Figure) -> None:
        number = self.report.sources.row(figure)
        sheet.write_url(row, column, f"internal:'{self.evidence}'!A{number + 1}", string=str(number))

    def _charts(self, charts: Sequence[Chart]) -> str:
        name = self._name(self.words.word("charts_sheet"))
        sheet = self.book.add_worksheet(name)
        sheet.set_column(0, 0, 18)
        self._printed(sheet)
        row = 0
        for chart in charts:
            self._chart(sheet, name, row, chart)
            row += max(_HEIGHT, len(chart.categories) + 3) + 2
        return name

    def _chart(self, sheet: Any, name: str, top: int, chart: Chart) -> None:
        sheet.write_string(top, 0, clean(chart.title), self._format(bold=True))
        sheet.write_string(top + 1, 0, self.words.word("unit_label").format(unit=chart.unit))
        lying = chart.kind == "bar" and chart.unit == "%"
        drawn = self.book.add_chart(
            {"type": "line" if chart.kind == "line" else "bar" if lying else "column"}
        )
        first, last = top + 2, top + 1 + len(chart.categories)
        for row, category in enumerate(chart.categories, first):
            sheet.write_string(row, 0, clean(category))
        for column, (label, values) in enumerate(chart.series.items(), 1):
            sheet.write_string(top + 1, column, clean(label), self._format(bold=True))
            shown = self._format(num_format=_digits(values))
            for row, value in enumerate(values, first):
                if value is not None:
                    sheet.write_number(row, column, value, shown)
            series = {
                "name": [name, top + 1, column], "categories": [name, first, 0, last, 0],
                "values": [name, first, column, last, column], "data_labels": {"value": chart.kind != "line"},
                "marker": {"type": "automatic"}, "gap": 60,
            }  # fmt: skip
            drawn.add_series(series)
        drawn.set_title({"name": clean(chart.title).lstrip("▲"), "name_font": {"size": 11}, "overlay": False})
        drawn.show_blanks_as("gap")
        drawn.set_legend({"none": True} if len(chart.series) == 1 else {"position": "bottom"})
        drawn.set_y_axis(
            {"reverse": True} if lying else {"name": chart.unit, "major_gridlines": {"visible": True}}
        )
        drawn.set_size({"width": 620, "height": 330})
        column = 2 + len(chart.series)
        sheet.insert_chart(top, column, drawn, {"description": chart.alt, "object_position": 1})

    def _evidence(self) -> str:
        sheet = self.book.add_worksheet(self._name(self.evidence))
        head = self._format(bold=True, bg_color="#e3eef6", border=1)
        for column, (key, width) in enumerate(zip(_EVIDENCE, _WIDTHS, strict=True)):
            sheet.write_string(0, column, self.words.word(f"ev_{key}"), head)
            sheet.set_column(column, column, width)
        for number, figure in self.report.sources.rows():
            self._evidence_row(sheet, number, figure)
        sheet.freeze_panes(1, 1)
        self._printed(sheet)
        sheet.autofilter(0, 0, sum(1 for _ in self.report.sources.rows()), len(_EVIDENCE) - 1)
        return self.evidence

    def _evidence_row(self, sheet: Any, row: int, figure: Figure) -> None:
        view, evidence = self.report.view, figure.evidence
        sheet.write_number(row, 0, row)
        places = [view.place(figure.region_code), self.words.indicator(figure.indicator_code), figure.measure]
        for column, text in enumerate((*places, figure.quarter), 1):
            sheet.write_string(row, column, clean(text))
        decimals = f"0.{'0' * figure.decimals}" if figure.decimals else "0"
        sheet.write_number(row, 5, figure.value, self._format(num_format=decimals))
        sheet.write_string(row, 6, self.words.unit(figure.unit))
        if evidence is None:
            basis = ", ".join(str(self.report.sources.row(f)) for f in figure.sources())
            sheet.write_string(row, 15, self.words.method(figure.how))
            sheet.write_string(row, 16, basis)
            return
        day = str(evidence.published_on or "")
        if day:
            stamp = date.fromisoformat(day[:10])
            sheet.write_datetime(row, 7, stamp, self._format(num_format="yyyy-mm-dd"))
        texts = (
            evidence.publisher, evidence.document_title, evidence.url, evidence.quote, evidence.obs_status,
            evidence.revision_stage, evidence.observation_id,
        )  # fmt: skip
        for column, text in enumerate(texts, 8):
            sheet.write_string(row, column, clean(text or ""))

    @staticmethod
    def _printed(sheet: Any) -> None:
        """A4 across, as wide as the page."""
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)

    def _format(self, **look: Any) -> Any:
        key = tuple(sorted(look.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(look)
        return self.formats[key]

    def _name(self, text: str) -> str:
        """A sheet's name: at most 31 characters, none of those that Excel forbids, unlike every other."""
        stem = _FORBIDDEN.sub(" ", clean(text)).strip()[:31] or "sheet"
        name, number = stem, 2
        while name.lower() in self.names:
            name, number = f"{stem[: 31 - len(str(number)) - 1]} {number}", number + 1
        self.names.add(name.lower())
        return name


def _digits(values: Sequence[float | None]) -> str:
    """The format of a series: as many decimals as its finest value has."""
    most = max((len(f"{value:.10g}".partition(".")[2]) for value in values if value is not None), default=0)
    return f"0.{'0' * most}" if most else "0"


def _width(text: str) -> int:
    """Columns that a text takes: a Chinese character takes two."""
    return 2 + sum(2 if ord(c) > 0x2E7F else 1 for c in text)
