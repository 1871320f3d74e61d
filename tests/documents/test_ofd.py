"""OFD files: text by its places, line by line, tables by their columns."""

from __future__ import annotations

import struct

import pytest

from metroetl.errors import DocumentError, ScannedImage, TooMuchInside, Unreadable
from tests.documents import paper


def test_an_ofd(read):
    document = read(paper.ofd_paper(), name="7.ofd")
    assert (document.title, document.doc_number, document.media_type) == (
        paper.TITLE,
        paper.NUMBER,
        "application/ofd",
    )
    assert [b.text for b in document.blocks[1:]] == [
        paper.NUMBER,
        paper.INTRODUCTION,
        paper.HEADING,
        paper.TARGET,
    ]
    assert {b.page for b in document.blocks} == {1}


def test_columns_are_a_table_and_a_page_number_is_no_text(read):
    lines = [
        (70.0, 30.0, "表1 各市主要指标"),
        (20.0, 40.0, "城市"),
        (80.0, 40.0, "总量（亿元）"),
        (140.0, 40.0, "增速（%）"),
    ]
    for n, (city, total, growth) in enumerate(
        [("甲市", "234.5", "5.1"), ("乙市", "120.0", "6.3"), ("丙市", "98.7", "4.8")]
    ):
        lines += [(20.0, 50.0 + 10 * n, city), (85.0, 50.0 + 10 * n, total), (145.0, 50.0 + 10 * n, growth)]
    document = read(paper.ofd([*lines, (100.0, 290.0, "— 1 —")]), name="a.ofd")
    (table,) = document.tables
    assert table.caption == "表1 各市主要指标"
    assert [c.text for c in table.cells if c.row == 2] == [
        "乙市",
        "120.0",
        "6.3",
    ] or "乙市\t120.0\t6.3" in document.text
    assert "— 1 —" not in document.text


def test_a_title_of_a_machine_gives_way_to_the_files_name(read):
    assert (
        read(paper.ofd([(20, 40, paper.INTRODUCTION[:20])], title="新建文档1"), name="三年行动计划.ofd").title
        == "三年行动计划"
    )


def test_a_gap_in_a_line_parts_words(read):
    one = '<ofd:TextCode X="0" Y="5" DeltaX="5 40 5">甲市乙市</ofd:TextCode>'
    data = paper.ofd([(20, 40, "正文")]).replace(b"", b"")
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            text = old.read(info).decode()
            start = text.find("<ofd:TextCode")
            if start >= 0:
                text = text[:start] + one + text[text.index("</ofd:TextObject>") :]
            new.writestr(info.filename, text)
    assert read(out.getvalue(), name="a.ofd").text == "甲市 乙市"


def test_an_ofd_without_text_is_named_a_scan(read):
    with pytest.raises(ScannedImage):
        read(paper.ofd([]), name="a.ofd")


@pytest.mark.parametrize("content", [b"no xml", b"<ofd/>", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'])
def test_a_damaged_ofd_is_named(read, content):
    with pytest.raises(DocumentError):
        read(paper.archive({"OFD.xml": content}), name="a.ofd")


def test_an_ofd_beyond_bounds_is_refused(read):
    data = bytearray(paper.ofd_paper())
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 0xF0000000)
    with pytest.raises(TooMuchInside):
        read(bytes(data), name="bomb.ofd")


@pytest.mark.parametrize("value", ["nan", "1e309", "x", "", "-1e300 5 5 5"])
def test_odd_numbers_end_as_text_or_a_named_error(read, value):
    try:
        assert read(paper.ofd([(20, 40, "正文内容")], box=f"0 0 {value} 297"), name="a.ofd").text
    except DocumentError as error:
        assert isinstance(error, Unreadable)
