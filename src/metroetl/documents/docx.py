"""Word files (docx) to a document: paragraphs with the numbers that Word shows, tables as grids, footnotes as notes.

What stands on the page counts: deleted and hidden text is left out, inserted text and text boxes are read; a raised `2`
of `km` is `km²`. Structure follows ECMA-376 (WordprocessingML).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from metroetl.documents.container import open_container
from metroetl.documents.docx_numbers import Numbers
from metroetl.documents.files import file_document
from metroetl.documents.grid import build_table, place_cells
from metroetl.documents.lines import clean_line, line_kind, raised
from metroetl.documents.metadata import Metadata
from metroetl.documents.models import Document
from metroetl.documents.writer import TextWriter
from metroetl.errors import ScannedImage, Unreadable

if TYPE_CHECKING:
    from metroetl.catalogue.models import Source
    from metroetl.harvest.models import Snapshot

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAX_UNPACKED = 128 * 1024 * 1024
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/picture}pic"
LEFT_OUT = {f"{W}del", f"{W}moveFrom", f"{W}instrText", f"{W}delText", f"{W}rPr", f"{W}pPr", FALLBACK}
HEADING_STYLE = re.compile(r"(?:heading|标题)\s?([1-6])", re.I)
TITLE_STYLE = re.compile(r"title|标题", re.I)
NO_NOTE = {"separator", "continuationSeparator", "continuationNotice"}
FOOTNOTES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"


def read_docx(data: bytes, snapshot: Snapshot, source: Source | None = None) -> Document:
    """The document of a docx; automatic numbers are read as Word shows them.

    Raises Unreadable or TooMuchInside where it is damaged or beyond bounds, ScannedImage where it holds pictures only.
    """
    import docx
    from docx.opc.exceptions import OpcError
    from lxml import etree

    name = snapshot.name or snapshot.url
    try:
        with open_container(data, name, unpacked=MAX_UNPACKED):
            word = docx.Document(io.BytesIO(data))
            reader = _Reader(word)
            reader.read()
    except (OpcError, KeyError, ValueError, AttributeError, etree.XMLSyntaxError, RecursionError) as error:
        raise Unreadable(f"{name} is no sound Word file: {error!r}") from error
    if not reader.writer.blocks:
        if word.element.body.find(f".//{PICTURE}") is not None:
            raise ScannedImage(f"{name} holds pictures only")
        raise Unreadable(f"{name} has no text")
    found = Metadata(title=reader.title)
    return file_document(reader.writer, snapshot, source, MEDIA_TYPE, [], found)


class _Reader:
    """Writes the blocks of one Word file in reading order."""

    def __init__(self, word: Any) -> None:
        self.writer = TextWriter()
        self.title = ""
        self._word = word
        self._styles = {s.style_id: s.name or "" for s in word.styles}
        self._numbers = Numbers.of(word)

    def read(self) -> None:
        """Write body and footnotes."""
        self._read_blocks(self._word.element.body)
        for note in self._footnotes():
            if text := clean_line("".join(t for p in note.iter(f"{W}p") for t in _texts(p))):
                self.writer.write("note", f"[{note.get(f'{W}id')}] {text}")

    def _read_blocks(self, root: Any) -> None:
        for child in root:
            if child.tag == f"{W}p":
                self._paragraph(child)
            elif child.tag == f"{W}tbl":
                self._table(child)
            elif child.tag in {f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml", f"{W}smartTag"}:
                self._read_blocks(child)

    def _paragraph(self, paragraph: Any) -> None:
        style = self._style_name(paragraph)
        number = self._numbers.next(paragraph)
        for place, line in enumerate("".join(_texts(paragraph)).split("\n")):
            text = clean_line(line)
            if not text:
                continue
            text = text if place else number + text
            kind, level = line_kind(text)
            if match := HEADING_STYLE.match(style):
                kind, level = "heading", level or int(match.group(1))
            elif TITLE_STYLE.fullmatch(style) and not self.title:
                self.title = text
            self.writer.write(kind, text, level=level)
        for box in paragraph.iter(f"{W}txbxContent"):
            if not any(a.tag == FALLBACK for a in box.iterancestors()):
                self._read_blocks(box)

    def _style_name(self, paragraph: Any) -> str:
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        return self._styles.get(style.get(f"{W}val"), "") if style is not None else ""

    def _table(self, table: Any) -> None:
        rows = [list(_cells_of(row)) for row in table.iter(f"{W}tr") if _owner(row, f"{W}tbl") is table]
        if max((len(row) for row in rows), default=0) <= 1:
            for row in rows:
                for _, _, cell, _ in row:
                    self._read_blocks(cell)
            return
        if built := build_table(place_cells(_spanned(rows)), self.writer.blocks):
            self.writer.write_table(built)

    def _footnotes(self) -> list[Any]:
        from lxml import etree

        part = next((r.target_part for r in self._word.part.rels.values() if r.reltype == FOOTNOTES), None)
        if part is None:
            return []
        root = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
        return [n for n in root.iter(f"{W}footnote") if n.get(f"{W}type") not in NO_NOTE]


Piece = tuple[int, int, Any, str]  # column, width, cell, how it merges downwards


def _cells_of(row: Any) -> Iterator[Piece]:
    """The cells of a table row with column, width and vertical merge (`""`, `restart` or `continue`)."""
    before = row.find(f"{W}trPr/{W}gridBefore")
    column = _number(before, 0)
    for cell in row.iter(f"{W}tc"):
        if _owner(cell, f"{W}tr") is not row:
            continue
        width = max(1, _number(cell.find(f"{W}tcPr/{W}gridSpan"), 1))
        merge = cell.find(f"{W}tcPr/{W}vMerge")
        yield column, width, cell, "" if merge is None else merge.get(f"{W}val") or "continue"
        column += width


def _spanned(rows: list[list[Piece]]) -> list[list[tuple[str, int, int]]]:
    """Rows of (text, rowspan, colspan): a cell that is merged downwards stands once, in its first row."""
    placed = []
    for number, row in enumerate(rows):
        cells = []
        for column, width, cell, merge in row:
            if merge == "continue" and number:
                continue
            height = 1
            if merge:
                below = rows[number + 1 :]
                while height <= len(below) and any(
                    c == column and m == "continue" for c, _, _, m in below[height - 1]
                ):
                    height += 1
            cells.append((_cell_text(cell), height, width))
        placed.append(cells)
    return placed


def _cell_text(cell: Any) -> str:
    """The text of a cell, its paragraphs on one line; the indent of the first stays."""
    paragraphs = ["".join(_texts(p)).replace("\n", " ") for p in cell.iter(f"{W}p")]
    return " ".join(p for p in paragraphs if p.strip())


def _texts(paragraph: Any) -> Iterator[str]:
    """What a paragraph shows, piece by piece: `\\n` for a break, without text boxes, deleted and hidden text."""
    stack, before = list(reversed(paragraph)), ""
    while stack:
        node = stack.pop()
        if node.tag in LEFT_OUT or node.tag == f"{W}txbxContent":
            continue
        if node.tag == f"{W}r" and _hidden(node):
            continue
        text = ""
        if node.tag in {f"{W}t", MATH_TEXT}:
            text = _run_text(node, before)
        elif node.tag in {f"{W}br", f"{W}cr"}:
            text = "\n"
        elif node.tag == f"{W}tab":
            text = " "
        elif node.tag == f"{W}noBreakHyphen":
            text = "-"
        elif node.tag == f"{W}footnoteReference" and (number := node.get(f"{W}id", "")).isdecimal():
            text = f"[{number}]"
        else:
            stack.extend(reversed(node))
            continue
        before = text or before
        yield text


def _run_text(node: Any, before: str) -> str:
    run = node.getparent()
    align = run.find(f"{W}rPr/{W}vertAlign") if run is not None else None
    place = align.get(f"{W}val") if align is not None else ""
    text = node.text or ""
    return raised(text, before, low=place == "subscript") if place in {"superscript", "subscript"} else text


def _hidden(run: Any) -> bool:
    vanish = run.find(f"{W}rPr/{W}vanish")
    return vanish is not None and vanish.get(f"{W}val", "true") not in {"0", "false", "off"}


def _owner(node: Any, tag: str) -> Any:
    return next((a for a in node.iterancestors() if a.tag == tag), None)


def _number(node: Any, default: int) -> int:
    value = node.get(f"{W}val", "") if node is not None else ""
    return min(int(value), 255) if value.isdecimal() else default
