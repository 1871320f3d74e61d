"""How the cells of a workbook print: number formats and indents.

calamine gives values and merged ranges but no formats, so `12.30` would come as `12.3` and `5.2%` as `0.052`. They are
read from the XML of an xlsx, and by xlrd from an xls.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from metroetl.documents.container import open_container
from metroetl.errors import Unreadable

if TYPE_CHECKING:
    import zipfile

DEEPEST = 15
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
Format = tuple[int, bool, bool]


class Style(NamedTuple):
    """How a cell is shown: its number format, where it matters, and its indent."""

    form: Format | None = None
    indent: int = 0


Styles = dict[str, dict[tuple[int, int], Style]]


def read_styles(data: bytes, name: str) -> Styles | None:
    """By sheet and place (from 0), the styles that change how a cell prints; None where they can't be read.

    Raises Unreadable or TooMuchInside for a damaged or too large xlsx.
    """
    return _styles_of_xlsx(data, name) if data.startswith(b"PK") else _styles_of_xls(data)


def _styles_of_xlsx(data: bytes, name: str) -> Styles | None:
    from lxml import etree

    try:
        with open_container(data, name) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                return None
            styles = _styles(archive)
            paths = _sheet_paths(archive) if styles else {}
            return {sheet: _sheet_styles(archive, path, styles) for sheet, path in paths.items()}
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"{name} is no sound workbook: {error}") from error
    except KeyError:
        return {}


def _styles_of_xls(data: bytes) -> Styles | None:
    """Formats of an xls by xlrd; None for one that is older than formats, or that xlrd stumbles over."""
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
        return {sheet.name: _styles_of_old_sheet(book, sheet) for sheet in book.sheets()}
    except Exception:  # xlrd has no base class for what a damaged file makes it raise
        return None


def _styles_of_old_sheet(book: Any, sheet: Any) -> dict[tuple[int, int], Style]:
    found = {}
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            style = book.xf_list[sheet.cell_xf_index(row, column)]
            form = read_format(book.format_map[style.format_key].format_str)
            depth = min(style.alignment.indent_level, DEEPEST)
            if form or depth:
                found[row, column] = Style(form, depth)
    return found


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
