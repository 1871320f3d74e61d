"""Word files of both ages: what stands on the page is read, with the numbers that Word sets itself."""

from __future__ import annotations

import shutil
import struct

import pytest
from docx.oxml import parse_xml

from metroetl.documents.docx_numbers import show_number
from metroetl.documents.office import MEDIA_TYPE
from metroetl.errors import ConverterMissing, Encrypted, ScannedImage, TooMuchInside, Unreadable
from tests.documents import paper

BODY = [
    paper.NUMBER,
    paper.INTRODUCTION,
    paper.HEADING,
    paper.TARGET,
    "\n".join("\t".join(r) for r in paper.ROWS),
]


def append(document, inner: str) -> None:
    """A paragraph of raw runs at the end of the body."""
    document.element.body.insert(
        len(document.element.body) - 1, parse_xml(f'<w:p xmlns:w="{paper.W}">{inner}</w:p>')
    )


def test_a_word_file(read):
    document = read(paper.word(), name="7.docx")
    assert (document.title, document.doc_number) == (paper.TITLE, paper.NUMBER)
    assert [b.text for b in document.blocks[1:]] == BODY
    assert [(b.kind, b.level) for b in document.blocks if b.kind != "paragraph"] == [
        ("heading", 1),
        ("table", 0),
    ]
    assert [c.text for c in document.tables[0].cells if c.header] == list(paper.ROWS[0])


def test_numbers_that_word_sets_itself(read):
    levels = [("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3."), ("bullet", "●")]
    items = [
        (0, "总体要求"),
        (1, "指导思想"),
        (1, "基本原则"),
        (2, "统筹规划"),
        (3, "不编号"),
        (0, "重点任务"),
    ]
    items += [(1, "设施互通")]
    blocks = read(paper.word(lambda d: paper.add_list(d, levels, items)), name="a.docx").blocks[-7:]
    assert [b.text for b in blocks] == [
        "一、总体要求", "（一）指导思想", "（二）基本原则", "1.统筹规划", "不编号", "二、重点任务", "（一）设施互通"
    ]  # fmt: skip
    assert [b.level for b in blocks] == [1, 2, 2, 3, 0, 1, 2]


@pytest.mark.parametrize(
    ("number", "form", "shown"),
    [(1, "chineseCounting", "一"), (10, "chineseCountingThousand", "十"), (12, "chineseCounting", "十二"),
     (20, "chineseCounting", "二十"), (35, "chineseCounting", "三十五"), (3, "decimalEnclosedCircle", "③"),
     (2, "upperLetter", "B"), (7, "decimal", "7"), (120, "chineseCounting", "120")],
)  # fmt: skip
def test_how_a_list_counts(number, form, shown):
    assert show_number(number, form) == shown


def test_cells_that_span_columns_and_rows(read):
    def table(document):
        grid = document.add_table(rows=4, cols=4)
        for row, texts in enumerate(
            [
                ["城市", "总值", "", "增速"],
                ["", "一季度", "上半年", ""],
                ["甲市", "1.50", "3.20", "5.1"],
                ["乙市", "2.00", "4.10", "5.0"],
            ]
        ):
            for column, text in enumerate(texts):
                grid.cell(row, column).text = text
        grid.cell(0, 1).merge(grid.cell(0, 2)).text = "总值（亿元）"
        grid.cell(0, 0).merge(grid.cell(1, 0)).text = "城市"
        grid.cell(0, 3).merge(grid.cell(1, 3)).text = "增速（%）"

    cells = {(c.row, c.column): c for c in read(paper.word(table), name="a.docx").tables[1].cells}
    assert (cells[0, 0].rowspan, cells[0, 1].colspan, cells[0, 3].rowspan) == (2, 2, 2)
    assert [cells[1, 1].text, cells[1, 2].text, cells[2, 1].text, cells[3, 3].text] == [
        "一季度",
        "上半年",
        "1.50",
        "5.0",
    ]
    assert (1, 0) not in cells


def test_deleted_and_hidden_text_is_no_text_and_inserted_is(read):
    inner = (
        "<w:r><w:t>目标为</w:t></w:r><w:del><w:r><w:delText>90</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>95</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>草稿</w:t></w:r><w:r><w:t>%</w:t></w:r>"
    )
    document = read(paper.word(lambda d: append(d, inner)), name="a.docx")
    assert document.blocks[-1].text == "目标为95%"


def test_text_in_a_box_and_a_break_are_lines_of_their_own(read):
    box = (
        "<w:r><w:t>正文第一行</w:t><w:br/><w:t>正文第二行</w:t></w:r><w:r><w:pict><w:txbxContent><w:p><w:r>"
        "<w:t>专栏1 重大工程</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    )
    document = read(paper.word(lambda d: append(d, box)), name="a.docx")
    assert [b.text for b in document.blocks[-3:]] == ["正文第一行", "正文第二行", "专栏1 重大工程"]


def test_a_file_of_pictures_only_is_named_a_scan(read):
    import io

    import docx
    from PIL import Image

    picture = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(picture, "PNG")
    picture.seek(0)
    word = docx.Document()
    word.add_picture(picture)
    out = io.BytesIO()
    word.save(out)
    with pytest.raises(ScannedImage):
        read(out.getvalue(), name="a.docx")


@pytest.mark.parametrize("name", ["word/document.xml", "[Content_Types].xml"])
def test_a_damaged_word_file_is_unreadable(read, name):
    with pytest.raises(Unreadable, match="Word"):
        read(paper.archive({"word/document.xml": b"<w:document/>", name: b"no xml"}), name="a.docx")


def test_a_word_file_beyond_bounds_is_refused(read):
    data = bytearray(paper.word())
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 0xF0000000)
    with pytest.raises(TooMuchInside):
        read(bytes(data), name="bomb.docx")


def test_entities_aren_t_expanded(read):
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        b'<!ENTITY f SYSTEM "file:///etc/hostname">]><w:document xmlns:w="'
        + paper.W.encode()
        + b'"><w:body><w:p><w:r>'
        b"<w:t>&b;&f;</w:t></w:r></w:p></w:body></w:document>"
    )
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(paper.word())) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            new.writestr(info.filename, bomb if info.filename == "word/document.xml" else old.read(info))
    with pytest.raises(Unreadable):
        read(out.getvalue(), name="a.docx")


# --- old kinds ---------------------------------------------------------------------------------------------------


def old_word(convert, to: str) -> bytes:
    """The paper as an older kind of file (by way of odt: from docx straight to doc, LibreOffice 7.4 loses tables)."""
    odt = convert(paper.word(), "7.docx", "odt")
    return odt if to == "odt" else convert(odt, "7.odt", to)


@pytest.mark.office
@pytest.mark.parametrize(
    ("to", "name"), [("doc", "7.doc"), ("doc", "7.wps"), ("rtf", "7.doc"), ("odt", "7.odt")]
)
def test_old_word_files_say_the_same(read, convert, to, name):
    document = read(old_word(convert, to), name=name)
    assert (document.title, document.doc_number, document.media_type) == (
        paper.TITLE,
        paper.NUMBER,
        MEDIA_TYPE,
    )
    assert [b.text for b in document.blocks[1:]] == BODY


@pytest.mark.office
def test_an_old_word_file_with_a_password_is_named(read, convert):
    import io

    import olefile

    data = old_word(convert, "doc")
    with olefile.OleFileIO(io.BytesIO(data)) as container:
        head = container.openstream("WordDocument").read(12)
    place = data.index(head)
    locked = data[: place + 11] + bytes([data[place + 11] | 1]) + data[place + 12 :]
    with pytest.raises(Encrypted):
        read(locked, name="7.doc")


@pytest.mark.office
def test_a_damaged_old_word_file_is_unreadable(read, convert):
    data = old_word(convert, "doc")
    with pytest.raises(Unreadable):
        read(data[:2048] + b"\x00" * 4096, name="7.doc")


@pytest.mark.office
def test_nothing_outside_of_a_file_is_asked_for(read, site):
    fields = "".join(
        r"{\field{\*\fldinst " + f'{what} "{site.url}{n}"' + r" \\d }{\fldrslt x}}\par "
        for n, what in enumerate(["INCLUDEPICTURE", "INCLUDETEXT", "LINK Word.Document.8"])
    )
    document = read((r"{\rtf1\ansi " + fields + r"plain text of the file}").encode(), name="a.rtf")
    assert "plain text of the file" in document.text
    assert site.asked == []


def test_without_an_office_suite_the_way_out_is_told(read, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("soffice") is None
    with pytest.raises(ConverterMissing, match="LibreOffice") as refused:
        read(b"{\\rtf1 x}", name="a.rtf")
    assert "replay" in refused.value.way_out
