"""Workbooks (xlsx, xls) to a document: a table a sheet, numbers as the sheet prints them.

calamine gives values and merged ranges but no number formats, so `12.30` would come as `12.3`; the formats are read
from the workbook's own XML (xlsx only).
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from metroetl.documents.files import file_document
from metroetl.documents.grid import MAX_PLACES, build_table, read_cell
from metroetl.documents.models import Cell, Document
from metroetl.documents.writer import TextWriter
from metroetl.errors import Encrypted, Unreadable

if TYPE_CHECKING:
    from metroetl.catalogue.models import Source
    from metroetl.harvest.models import Snapshot

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPE_OLD = "application/vnd.ms-excel"
LARGEST = 1e15  # whole numbers below it are exact
MAX_UNPACKED = 256 * 1024 * 1024
DEEPEST = 15
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    37: "#,##0",
    38: "#,##0",
    39: "#,##0.00",
    40: "#,##0.00",
}
QUOTED = re.compile(r"\"[^\"]{0,40}\"|\\.|_.|\*.|\[[^\]]{0,20}\]")
MACHINE_SHEET = re.compile(r"sheet\s?[0-9]{1,3}", re.I)
Format = tuple[int, bool, bool]


class Style(NamedTuple):
    """How a cell is shown: its number format, where it matters, and its indent."""

    form: Format | None = None
    indent: int = 0


def read_workbook(data: bytes, snapshot: Snapshot, source: Source | None = None) -> Document:
    """The document of a workbook; hidden sheets are left out and told.

    Raises Encrypted where it opens with a password only, Unreadable where it is damaged or beyond bounds.
    """
    from python_calamine import (
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    name = snapshot.name or snapshot.url
    if ENCRYPTED in data[: 1024 * 1024]:
        raise Encrypted(f"{name} opens with a password only")
    styles = _read_styles(data, name)
    writer, findings = TextWriter(), []
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
    if not writer.blocks:
        raise Unreadable(f"{name} has no filled cell")
    old = not data.startswith(b"PK")
    if old:
        findings.append("FORMATS_UNREAD: an xls gives numbers without their formats, 5.2% as 0.052")
    return file_document(writer, snapshot, source, MEDIA_TYPE_OLD if old else MEDIA_TYPE, findings)


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


def _read_styles(data: bytes, name: str) -> dict[str, dict[tuple[int, int], Style]]:
    """By sheet and place (from 0), the styles that change how a cell prints; empty for xls."""
    from lxml import etree

    if not data.startswith(b"PK"):
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
                raise Unreadable(f"{name} unpacks to more than {MAX_UNPACKED} bytes")
            styles = _styles(archive)
            paths = _sheet_paths(archive) if styles else {}
            return {sheet: _sheet_styles(archive, path, styles) for sheet, path in paths.items()}
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        ValueError,
        EOFError,
        zlib.error,
        etree.XMLSyntaxError,
    ) as error:
        raise Unreadable(f"{name} is no sound workbook: {error}") from error
    except KeyError:
        return {}


def _styles(archive: zipfile.ZipFile) -> dict[str, Style]:
    from lxml import etree

    root = etree.fromstring(archive.read("xl/styles.xml"), etree.XMLParser(resolve_entities=False))
    own = {int(n.get("numFmtId", "0")): n.get("formatCode", "") for n in root.iter(f"{MAIN}numFmt")}
    styles = {}
    for number, style in enumerate(root.iterfind(f"{MAIN}cellXfs/{MAIN}xf")):
        code = int(style.get("numFmtId", "0"))
        form = read_format(own.get(code) or BUILT_IN.get(code, ""))
        alignment = style.find(f"{MAIN}alignment")
        indent = alignment.get("indent", "0") if alignment is not None else "0"
        depth = min(int(indent), DEEPEST) if indent.isdecimal() else 0
        if form or depth:
            styles[str(number)] = Style(form, depth)
    return styles


def read_format(code: str) -> Format | None:
    """Decimals, thousands and percent of a number format such as `#,##0.00_ ` or `0.0%`; None for General and dates."""
    plain = QUOTED.sub("", code.split(";")[0]).strip()
    match = re.fullmatch(r"[#,0?]{0,20}([0#?])(?:\.([0#?]{1,12}))?(%?)", plain)
    if match is None or "0" not in plain:
        return None
    decimals = match.group(2) or ""
    return (
        (len(decimals), "," in plain, bool(match.group(3))) if decimals.count("0") == len(decimals) else None
    )


def _sheet_paths(archive: zipfile.ZipFile) -> dict[str, str]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False)
    targets = {
        r.get("Id"): r.get("Target", "").lstrip("/")
        for r in etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), parser)
    }
    sheets = etree.fromstring(archive.read("xl/workbook.xml"), parser).iter(f"{MAIN}sheet")
    paths = {s.get("name", ""): targets.get(s.get(RELATION), "") for s in sheets}
    return {name: path if path.startswith("xl/") else f"xl/{path}" for name, path in paths.items()}


def _sheet_styles(
    archive: zipfile.ZipFile, path: str, styles: dict[str, Style]
) -> dict[tuple[int, int], Style]:
    from lxml import etree

    found = {}
    with archive.open(path) as stream:
        for _, cell in etree.iterparse(stream, tag=f"{MAIN}c", resolve_entities=False):
            style, place = styles.get(cell.get("s", "0")), cell.get("r", "")
            if style and place:
                found[_place(place)] = style
            cell.clear()
    return found


def _place(reference: str) -> tuple[int, int]:
    """Row and column from 0 of a reference such as `AB12`."""
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(reference[len(letters) :]) - 1, column - 1
