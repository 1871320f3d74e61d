"""The report as DOCX in the bulletin's layout, editable in Word and WPS: red masthead, 一、（一）, tables, pictures, sources.

Margins, sizes and faces follow GB/T 9704—2012 (仿宋 三号 for the text, 黑体 and 楷体 for headings), as far as a report with
tables can.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metroetl.monitoring.content import Cell, Chart, Cited, Paragraph, Piece, Section, Table
from metroetl.monitoring.report import drawing, word
from metroetl.monitoring.report.word import BODY, HEADS, KAI, TITLE
from metroetl.plans.compare.layout import clean

if TYPE_CHECKING:
    from metroetl.monitoring.figures import Figure
    from metroetl.monitoring.report.model import Report

SIZE, SMALL, TABLE = 16, 10.5, 10.5  # 三号, 五号
MOST = 7  # columns; a table with more is set smaller
_WORD = re.compile(r"[0-9A-Za-z.,%+\-−/=—–]+\*?")  # what no line breaks
WHOLE = 14  # rows; a table with more may break over pages
_FILLS = {"green": "D9EAD3", "yellow": "FFF2CC", "red": "F4CCCC", "grey": "E7E6E6"}
_GLYPH = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><text x="4" y="30" font-size="28" font-family="{font}">{text}</text></svg>'


def write_docx(report: Report, path: Path) -> list[str]:
    """Write the document; a warning where this machine has no font for the Chinese of the pictures."""
    from docx import Document

    document: Any = Document()
    word.set_up(document, report.view.language)
    _Bulletin(report, document).write()
    document.core_properties.title = clean(report.title)[:250]
    document.core_properties.author = "MetroETL"
    document.core_properties.created = document.core_properties.modified = report.made_at.replace(tzinfo=None)
    document.save(str(path))
    return [] if has_chinese_font() else [report.view.words.word("no_font")]


def has_chinese_font() -> bool:
    """Whether pictures can show Chinese: without a font two different characters look the same."""
    import vl_convert

    from metroetl.monitoring.charts import FONT

    first, second = (vl_convert.svg_to_png(_GLYPH.format(font=FONT, text=text)) for text in "成都")
    return bool(first != second)


class _Bulletin:
    def __init__(self, report: Report, document: Any) -> None:
        self.report, self.document, self.words = report, document, report.view.words
        self.zh = report.view.language == "zh"

    def write(self) -> None:
        self._masthead()
        self._lead()
        for number, chapter in enumerate(self.report.chapters, 1):
            alone = len(chapter.sections) == 1
            self.document.add_heading(self.words.chapter_number(number) + chapter.title, 1)
            for place, section in enumerate(chapter.sections, 1):
                if not alone:
                    self.document.add_heading(self.words.section_number(number, place) + section.title, 2)
                self._section(section)
        self._sources()

    def _masthead(self) -> None:
        head = self.report.masthead
        self._line(
            clean(head.name),
            TITLE,
            min(40, 860 // max(1, _letters(head.name))),
            color="C00000",
            bold=True,
            after=14,
            before=10,
        )
        self._line(clean(head.issue), BODY, SIZE, after=12)
        line = self.document.add_paragraph()
        word.right_tab(self.document, line)
        day = self.words.day(self.report.day)
        word.run(line, f"{clean(head.office)}\t{day}", BODY, SIZE)
        word.rule_below(line, "C00000")
        for place, line in enumerate(self.report.title_lines):
            self._line(
                clean(line),
                TITLE,
                min(22, 860 // max(1, _letters(line))),
                bold=True,
                before=0 if place else 18,
            )
        if self.report.rehearsal:
            self._line(self.words.word("rehearsal"), KAI, SMALL, color="8A5A00", after=6)

    def _line(self, text: str, face: str, size: float, **look: Any) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

        line = self.document.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.paragraph_format.space_before = Pt(look.pop("before", 0))
        line.paragraph_format.space_after = Pt(look.pop("after", 0))
        word.run(line, text, face, size, **look)

    def _lead(self) -> None:
        mark = f"【{self.words.word('editor')}】" if self.zh else f"{self.words.word('editor')}. "
        paragraph = self._body()
        word.run(paragraph, mark, HEADS, SIZE, bold=True)
        self._pieces(paragraph, self.report.lead.pieces, KAI, SIZE)

    def _body(self) -> Any:
        from docx.shared import Pt

        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.first_line_indent = Pt(2 * SIZE)
        word.exact(paragraph, 28)
        return paragraph

    def _section(self, section: Section) -> None:
        for block in section.blocks:
            if isinstance(block, Paragraph):
                self._paragraph(block)
            elif isinstance(block, Table):
                self._table(block)
            else:
                self._chart(block)

    def _paragraph(self, block: Paragraph) -> None:
        from docx.shared import Pt

        if block.kind == "note":
            paragraph = self.document.add_paragraph()
            paragraph.paragraph_format.first_line_indent = Pt(24)
            word.run(paragraph, self.words.word("note_mark"), KAI, 12)
            self._pieces(paragraph, block.pieces, KAI, 12)
            return
        paragraph = self._body()
        if block.marked:
            word.run(paragraph, self.words.word(f"{block.kind}_mark"), HEADS, SIZE, bold=True)
        self._pieces(paragraph, block.pieces, BODY, SIZE)

    def _pieces(self, paragraph: Any, pieces: Sequence[Piece], face: str, size: float) -> None:
        """Text with the numbers of its sources: after the last figure in a row that rests on the same pages."""
        for place, piece in enumerate(pieces):
            word.run(paragraph, piece if isinstance(piece, str) else piece.text, face, size)
            if isinstance(piece, Cited):
                numbers = self.report.sources.numbers(piece.figure)
                later = next((p for p in pieces[place + 1 :] if isinstance(p, Cited)), None)
                if later is None or self.report.sources.numbers(later.figure) != numbers:
                    self._mark(paragraph, numbers)

    def _mark(self, paragraph: Any, numbers: Sequence[int]) -> None:
        for first, last in word.ranges(numbers):
            text = f"[{first}]" if first == last else f"[{first}–{last}]"
            word.link_inside(paragraph, text, f"source{first}")

    def _table(self, block: Table) -> None:
        from docx.enum.table import WD_TABLE_ALIGNMENT
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        caption = self.document.add_paragraph()
        caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
        caption.paragraph_format.keep_with_next = True
        word.run(caption, clean(block.title), HEADS, 12)
        table = self.document.add_table(1 + len(block.rows), len(block.header), style="Table Grid")
        size = TABLE if len(block.header) <= MOST else TABLE - 1.5
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        for cell, text in zip(table.rows[0].cells, block.header, strict=True):
            self._cell(cell, Cell(text), HEADS, size, center=True)
            word.shade(cell, "E3EEF6")
        word.repeat(table.rows[0])
        for row, cells in zip(table.rows[1:], block.rows, strict=True):
            word.keep_whole(row)
            for place, (cell, content) in enumerate(zip(row.cells, cells, strict=True)):
                self._cell(cell, content, BODY, size, right=block.is_numeric(place))
        word.keep_together(table, len(block.rows) <= WHOLE)
        word.widths(self.document, table, [_wide(block, n) for n in range(len(block.header))])
        computed = any(c.figure and c.figure.origin == "computed" for row in block.rows for c in row)
        remarks = [self.words.word("star")] if computed else []
        remarks += [clean(block.note)] if block.note else []
        after = self.document.add_paragraph()
        word.run(after, self.words.gap_sentence.join(remarks), KAI, SMALL)

    def _cell(
        self, cell: Any, content: Cell, face: str, size: float, *, right: bool = False, center: bool = False
    ) -> None:
        from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        paragraph = cell.paragraphs[0]
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        if center:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        word.run(paragraph, clean(content.text), face, size)
        if content.figure is not None and content.figure.origin == "computed":
            word.run(paragraph, "*", face, size)
        if content.light:
            word.shade(cell, _FILLS[content.light])

    def _chart(self, chart: Chart) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Mm

        picture = self.document.add_paragraph()
        picture.alignment = WD_ALIGN_PARAGRAPH.CENTER
        picture.paragraph_format.keep_with_next = True
        wide = chart.spec.get("width", 600)
        width = Mm(min(140, 140 * wide / 600)) if isinstance(wide, (int, float)) else Mm(140)
        shape = picture.add_run().add_picture(BytesIO(drawing.png(chart)), width=width)
        shape._inline.docPr.set("descr", clean(chart.alt))
        shape._inline.docPr.set("title", clean(chart.title))
        caption = self.document.add_paragraph()
        caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
        word.run(caption, clean(chart.title), KAI, 12)

    def _sources(self) -> None:
        self.document.add_heading(self.words.word("sources_title"), 1)
        for page in self.report.sources.pages:
            day = f"，{page.day}" if self.zh and page.day else f", {page.day}" if page.day else ""
            title = f"《{clean(page.title)}》" if page.title else ""
            line = self.document.add_paragraph()
            word.bookmark(line, f"source{page.number}", f"[{page.number}] ", BODY, SMALL)
            word.run(line, f"{clean(page.publisher)}{title}{day}{self.words.stop}", BODY, SMALL)
            word.run(line, f" {clean(page.url)}", BODY, 9)
        computed = self.report.sources.computed
        if computed:
            line = self.document.add_paragraph()
            word.run(line, self.words.word("computed_note"), KAI, SMALL)
            for how, figures in _by_method(computed):
                pages = sorted({n for f in figures for n in self.report.sources.numbers(f)})
                line = self.document.add_paragraph()
                names = dict.fromkeys(self.words.indicator(f.indicator_code) for f in figures)
                text = f"{self.words.method(how)}（{self.words.listing.join(names)}）"
                word.run(line, self.words.bracket(text), BODY, SMALL)
                self._mark(line, pages)


def _by_method(figures: Sequence[Figure]) -> list[tuple[str, list[Figure]]]:
    found: dict[str, list[Figure]] = {}
    for figure in figures:
        found.setdefault(figure.how, []).append(figure)
    return list(found.items())


def _wide(table: Table, column: int) -> tuple[float, float]:
    """How wide a column must and should be: its longest word; its longest text, its head on two lines; in Latin letters."""
    texts = [row[column].text for row in table.rows]
    word = max((len(w) for text in texts for w in _WORD.findall(text)), default=0)
    longest = max((_letters(text) + 1 for text in texts), default=0)
    return word + 3, max(longest, _letters(table.header[column]) / 2 + 2)


def _letters(text: str) -> int:
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)
