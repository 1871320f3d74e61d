"""Workbooks (xlsx, xls, et, ods) to a document: a table a sheet, numbers as the sheet prints them."""

from __future__ import annotations

import io
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from metroetl.documents.files import file_document
from metroetl.documents.grid import MAX_PLACES, build_table, read_cell
from metroetl.documents.models import Cell, Document
from metroetl.documents.number_formats import Format, Style, read_styles
from metroetl.documents.writer import TextWriter
from metroetl.errors import Encrypted, Unreadable

if TYPE_CHECKING:
    from metroetl.catalogue.models import Source
    from metroetl.harvest.models import Snapshot

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPE_OLD = "application/vnd.ms-excel"
LARGEST = 1e15  # whole numbers below it are exact
MACHINE_SHEET = re.compile(r"sheet\s?[0-9]{1,3}", re.I)


def read_workbook(data: bytes, snapshot: Snapshot, source: Source | None = None) -> Document:
    """The document of a workbook; hidden sheets are left out and told.

    Raises Encrypted where it opens with a password only, Unreadable or TooMuchInside where it is damaged or beyond
    bounds.
    """
    from python_calamine import (
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    name = snapshot.name or snapshot.url
    styles = read_styles(data, name)
    writer, findings = TextWriter(), []
    if styles is None:
        styles = {}
        findings.append("FORMATS_UNREAD: numbers without their formats, 5.2% as 0.052")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for sheet in book.sheets_metadata:
            if sheet.typ != SheetTypeEnum.WorkSheet:
                continue
            if sheet.visible != SheetVisibleEnum.Visible:
                findings.append(f"HIDDEN_SHEET: {sheet.name} was left out")
                continue
            _write_sheet(
                book.get_sheet_by_name(sheet.name), styles.get(sheet.name, {}), len(book.sheet_names), writer
            )
    except PasswordError as error:
        raise Encrypted(f"{name} opens with a password only") from error
    except (CalamineError, ValueError) as error:
        raise Unreadable(f"{name} is no sound workbook: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what a damaged file makes calamine's Rust raise
            raise
        raise Unreadable(f"{name} is no sound workbook: {error}") from None
    if not writer.blocks:
        raise Unreadable(f"{name} has no filled cell")
    media_type = MEDIA_TYPE if data.startswith(b"PK") else MEDIA_TYPE_OLD
    return file_document(writer, snapshot, source, media_type, findings)


def _write_sheet(sheet: Any, styles: dict[tuple[int, int], Style], sheets: int, writer: TextWriter) -> None:
    """Write a sheet as a table under its name (if there are several)."""
    if sheet.total_height * sheet.total_width > MAX_PLACES:
        raise Unreadable(f"sheet {sheet.name} has more than {MAX_PLACES} places")
    merged = dict(sheet.merged_cell_ranges or [])
    covered = {
        (r, c)
        for start, end in merged.items()
        for r in range(start[0], min(end[0], sheet.total_height) + 1)
        for c in range(start[1], min(end[1], sheet.total_width) + 1)
        if (r, c) != start
    }
    cells = []
    for row, values in enumerate(sheet.to_python(skip_empty_area=False)):
        for column, value in enumerate(values):
            if (row, column) in covered:
                continue
            style = styles.get((row, column), Style())
            text, indent = read_cell("\u3000" * style.indent + print_value(value, style.form))
            end = merged.get((row, column), (row, column))
            cells.append(
                Cell(
                    text=text,
                    row=row,
                    column=column,
                    rowspan=end[0] - row + 1,
                    colspan=end[1] - column + 1,
                    indent=indent,
                )
            )
    if not any(cell.text for cell in cells):
        return
    if sheets > 1:
        writer.write("heading", sheet.name, level=1)
    before = [] if MACHINE_SHEET.fullmatch(sheet.name) else writer.blocks[-1:]
    if table := build_table(_without_empty_edges(cells), before):
        writer.write_table(table)


def _without_empty_edges(cells: list[Cell]) -> list[Cell]:
    """Cells of rows and columns that hold anything (formatted but empty areas go)."""
    rows = {r for c in cells if c.text for r in range(c.row, c.row + c.rowspan)}
    columns = {r for c in cells if c.text for r in range(c.column, c.column + c.colspan)}
    return [c for c in cells if c.row in rows and c.column in columns]


def print_value(value: object, form: Format | None = None) -> str:
    """A value as the sheet prints it: decimals, thousands and percent by its format; days as ISO."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if form is None:
            return f"{Decimal(f'{value:.15g}'):f}" if abs(value) < LARGEST else repr(float(value))
        decimals, thousands, percent = form
        return f"{value * 100 if percent else value:{',' if thousands else ''}.{decimals}f}{'%' if percent else ''}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta) else str(value or "")
