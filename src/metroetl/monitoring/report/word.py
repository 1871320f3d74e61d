"""What python-docx doesn't do by itself: Chinese faces with fallbacks, page numbers, rules, bookmarks, links, shades."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from metroetl.plans.compare.layout import clean

TITLE, HEADS, KAI, BODY = "方正小标宋简体", "黑体", "楷体", "仿宋"
# names under which a machine without the face may have it, or one like it (w:altName, ISO 29500-1 17.8.3.1)
FALLBACKS = {
    TITLE: "FZXiaoBiaoSong-B05S,华文中宋,STZhongsong,宋体,SimSun,Noto Serif CJK SC",
    HEADS: "SimHei,Heiti SC,Noto Sans CJK SC",
    KAI: "KaiTi,楷体_GB2312,Kaiti SC,STKaiti,Noto Serif CJK SC",
    BODY: "FangSong,仿宋_GB2312,STFangsong,Noto Serif CJK SC",
}
_LATIN = "Times New Roman"

LETTERS = 84  # Latin letters of a table that fit in a line of the page


def set_up(document: Any, language: str) -> None:
    """Page, faces, heading styles and page numbers of an official document."""
    from docx.shared import Mm, Pt

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(32)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(22)
    normal = document.styles["Normal"]
    face(normal, BODY, 16)
    normal.paragraph_format.space_after = Pt(4)
    for level, name in ((1, HEADS), (2, KAI)):
        style = document.styles[f"Heading {level}"]
        face(style, name, 16, bold=(level == 2 and language == "zh") or language != "zh")
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(10), Pt(4)
        style.paragraph_format.first_line_indent = Pt(32)
        style.paragraph_format.keep_with_next = True
    _language(normal, language)
    _fallbacks(document)
    _page_numbers(section)


def face(styled: Any, name: str, size: float, *, bold: bool = False, color: str = "000000") -> None:
    """Set a face: the Chinese one for Chinese, Times for Latin letters and digits."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    styled.font.name, styled.font.size, styled.font.bold = _LATIN, Pt(size), bold
    styled.font.italic = False
    styled.font.color.rgb = RGBColor.from_string(color)
    fonts = styled.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), name)
    fonts.set(qn("w:hint"), "eastAsia")


def run(
    paragraph: Any, text: str, name: str, size: float, *, bold: bool = False, color: str = "000000"
) -> Any:
    """Add text in a face; nothing for an empty one."""
    if not text:
        return None
    added = paragraph.add_run(clean(text) if "\t" not in text else text)
    face(added, name, size, bold=bold, color=color)
    return added


def exact(paragraph: Any, points: float) -> None:
    """Lines of a fixed height, as the standard asks of running text."""
    from docx.enum.text import WD_LINE_SPACING
    from docx.shared import Pt

    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    paragraph.paragraph_format.line_spacing = Pt(points)


def text_width(document: Any) -> Any:
    """The width between the margins."""
    section = document.sections[0]
    return section.page_width - section.left_margin - section.right_margin


def right_tab(document: Any, paragraph: Any) -> None:
    """A tab to the right margin."""
    from docx.enum.text import WD_TAB_ALIGNMENT

    paragraph.paragraph_format.tab_stops.add_tab_stop(text_width(document), WD_TAB_ALIGNMENT.RIGHT)


def rule_below(paragraph: Any, color: str) -> None:
    """A thick line below a paragraph."""
    borders = _element("w:pBdr")
    borders.append(_element("w:bottom", val="single", sz="18", space="4", color=color))
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc"
    )


def shade(cell: Any, fill: str) -> None:
    """Colour a cell."""
    cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=fill))


def repeat(row: Any) -> None:
    """Let a table's head come again on every page."""
    row._tr.get_or_add_trPr().append(_element("w:tblHeader"))
    keep_whole(row)


def keep_whole(row: Any) -> None:
    """Let a row not break over pages."""
    row._tr.get_or_add_trPr().insert(0, _element("w:cantSplit"))


def keep_together(table: Any, whole: bool) -> None:
    """Let a table stand on one page (`whole`), or at least its head with the first row; narrow margins in its cells."""
    rows = table.rows if whole else table.rows[:2]
    for row in list(rows)[:-1] if whole else rows:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = True
    margins = _element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w="60", type="dxa"))
    properties = table._tbl.tblPr
    look = properties.find(_name("w:tblLook"))
    properties.insert(list(properties).index(look) if look is not None else len(properties), margins)
    for cell in (cell for row in table.rows for cell in row.cells):
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.space_after = 0


def widths(document: Any, table: Any, lengths: Sequence[tuple[float, float]]) -> None:
    """Columns by the length of their texts (the longest word, all of it; in Latin letters), together the page's width.

    What is too much is taken from what a text can be broken into, so that no number is parted.
    """
    table.autofit = False
    cap = 18 if len(lengths) > 6 else 24
    least = [max(word, 6.0) for word, _ in lengths]
    wanted = [max(floor, min(text, cap)) for floor, (_, text) in zip(least, lengths, strict=True)]
    spare = sum(wanted) - sum(least)
    share = min(1.0, max(0.0, LETTERS - sum(least)) / spare) if spare else 0.0
    weights = [floor + (want - floor) * share for floor, want in zip(least, wanted, strict=True)]
    whole = text_width(document)
    for column, weight in zip(table.columns, weights, strict=True):
        width = int(whole * weight / sum(weights))
        column.width = width
        for cell in column.cells:
            cell.width = width


def bookmark(paragraph: Any, name: str, text: str, font: str, size: float) -> None:
    """Text that links can lead to."""
    number = name.removeprefix("source")
    paragraph._p.append(_element("w:bookmarkStart", id=number, name=name))
    run(paragraph, text, font, size)
    paragraph._p.append(_element("w:bookmarkEnd", id=number))


def link_inside(paragraph: Any, text: str, anchor: str) -> None:
    """A raised number that leads to a bookmark."""
    added = run(paragraph, text, BODY, 10.5)
    added.font.superscript = True
    link = _element("w:hyperlink", anchor=anchor, history="1")
    paragraph._p.remove(added._r)
    link.append(added._r)
    paragraph._p.append(link)


def ranges(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Numbers as runs: 1, 2, 3, 5 is 1–3 and 5."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _page_numbers(section: Any) -> None:
    """— 1 — in the middle of the foot."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run(paragraph, "— ", "宋体", 14)
    field = run(paragraph, "1", "宋体", 14)
    field._r.clear_content()
    for kind in ("begin", "instr", "separate", "text", "end"):
        if kind == "instr":
            part = _element("w:instrText")
            part.text = " PAGE "
        elif kind == "text":
            part = _element("w:t")
            part.text = "1"
        else:
            part = _element("w:fldChar", fldCharType=kind)
        field._r.append(part)
    run(paragraph, " —", "宋体", 14)


def _language(style: Any, language: str) -> None:
    properties = style.element.get_or_add_rPr()
    for old in properties.findall(_name("w:lang")):
        properties.remove(old)
    properties.append(_element("w:lang", val="en-US", eastAsia="zh-CN" if language == "zh" else "en-US"))


def _fallbacks(document: Any) -> None:
    """Name the faces in the table of fonts, each with others that may stand for it."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from lxml import etree

    part = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    fonts = etree.fromstring(part.blob)
    for name, others in FALLBACKS.items():
        font = etree.SubElement(fonts, _name("w:font"), {_name("w:name"): name})
        etree.SubElement(font, _name("w:altName"), {_name("w:val"): others})
        etree.SubElement(font, _name("w:charset"), {_name("w:val"): "86"})
        etree.SubElement(font, _name("w:family"), {_name("w:val"): "auto"})
        etree.SubElement(font, _name("w:pitch"), {_name("w:val"): "default"})
    part._blob = etree.tostring(fonts, xml_declaration=True, encoding="UTF-8", standalone=True)


def _element(tag: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement

    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(_name(f"w:{name}"), value)
    return element


def _name(tag: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(tag))
