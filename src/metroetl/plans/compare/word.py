"""A report as DOCX in the bulletin's layout: title, headings 一、 and （一）, tables, pictures, sources at the end."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from metroetl.plans.compare.layout import Heading, Paragraph, Picture, Quote, Report, Table, clean

if TYPE_CHECKING:
    from pathlib import Path

BODY, HEADS, SIZE, SMALL = "仿宋", "黑体", 14, 9
WIDE = 6  # more columns than this need a page across
_FACES = ("ascii", "hAnsi", "eastAsia", "cs")


def write_word(report: Report, path: Path) -> None:
    """Write the report; pictures are drawn as PNG."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    document: Any = Document()
    _font(document.styles["Normal"], BODY, SIZE)
    _page(document, any(isinstance(b, Table) and len(b.head) > WIDE for b in report.blocks))
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(title, report.title, HEADS, 20, bold=True)
    if report.subtitle:
        line = document.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(line, report.subtitle, BODY, SMALL + 2)
    for block in report.blocks:
        _add(document, block)
    _heading(document, Heading("资料来源"))
    for number, (text, url) in enumerate(report.sources, 1):
        _run(document.add_paragraph(), f"［{number}］{text} {url}".rstrip(), BODY, SMALL + 2)
    document.core_properties.title = clean(report.title)[:250]
    document.core_properties.author = "MetroETL"
    document.save(str(path))


def _add(document: Any, block: Any) -> None:
    from docx.shared import Pt

    if isinstance(block, Heading):
        _heading(document, block)
    elif isinstance(block, Paragraph):
        paragraph = document.add_paragraph(clean(block.text))
        paragraph.paragraph_format.first_line_indent = Pt(2 * SIZE)
    elif isinstance(block, Quote):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.left_indent = Pt(2 * SIZE)
        _run(paragraph, block.text, BODY, SIZE - 2)
        _run(paragraph, f"（{block.where}）" if block.where else "", BODY, SMALL)
    elif isinstance(block, Picture):
        _picture(document, block)
    elif isinstance(block, Table):
        _table(document, block)


def _heading(document: Any, heading: Heading) -> None:
    paragraph = document.add_heading(level=heading.level)
    _run(
        paragraph, heading.text, HEADS if heading.level == 1 else "楷体", SIZE + 2 - heading.level, bold=True
    )


def _picture(document: Any, picture: Picture) -> None:
    import vl_convert
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    section = document.sections[0]
    width = section.page_width - section.left_margin - section.right_margin
    document.add_picture(BytesIO(vl_convert.svg_to_png(picture.svg, scale=2.0)), width=width)
    caption = document.add_paragraph()
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(caption, picture.caption, BODY, SMALL)


def _table(document: Any, block: Table) -> None:
    if block.caption:
        caption = document.add_paragraph()
        caption.paragraph_format.keep_with_next = True
        _run(caption, block.caption, HEADS, SMALL + 2)
    table = document.add_table(rows=1 + len(block.rows), cols=len(block.head), style="Table Grid")
    for number, row in enumerate((block.head, *block.rows)):
        for cell, text in zip(table.rows[number].cells, row, strict=True):
            _run(cell.paragraphs[0], text, HEADS if number == 0 else BODY, SMALL, bold=number == 0)
    _repeat(table.rows[0])
    document.add_paragraph()


def _repeat(row: Any) -> None:
    """Let a table's head come again on every page."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _run(paragraph: Any, text: str, face: str, size: float, *, bold: bool = False) -> None:
    if not text:
        return
    run = paragraph.add_run(clean(text))
    run.bold = bold
    _font(run, face, size)


def _font(styled: Any, face: str, size: float) -> None:
    """Set a face for Latin and Chinese alike."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    styled.font.name = face
    styled.font.size = Pt(size)
    styled.font.color.rgb = RGBColor(0, 0, 0)
    fonts = styled.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in _FACES:
        fonts.set(qn(f"w:{kind}"), face)


def _page(document: Any, across: bool) -> None:
    """A4, with the margins of official documents; across for wide tables."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = (Mm(297), Mm(210)) if across else (Mm(210), Mm(297))
    section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = Mm(26)
    section.top_margin, section.bottom_margin = Mm(30), Mm(25)
