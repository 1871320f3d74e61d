from __future__ import annotations

import io
import struct
import zipfile
from datetime import date, datetime
from functools import cache

import pytest
import xlsxwriter

from metroetl.documents.number_formats import read_format
from metroetl.documents.workbook import print_value
from metroetl.errors import DocumentError, Encrypted, TooMuchInside, Unreadable


@cache
def make_workbook() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    two, one = book.add_format({"num_format": "0.00"}), book.add_format({"num_format": "#,##0.0"})
    percent, day = book.add_format({"num_format": "0.0%"}), book.add_format({"num_format": 'yyyy"年"m"月"'})
    sheet = book.add_worksheet("主要指标")
    sheet.merge_range(0, 0, 0, 3, "2025年上半年主要指标")
    sheet.merge_range(1, 0, 1, 3, "单位：亿元")
    sheet.merge_range(2, 0, 3, 0, "指标")
    sheet.merge_range(2, 1, 2, 2, "总量")
    sheet.merge_range(2, 3, 3, 3, "增速")
    sheet.write_row(3, 1, ["二季度", "上半年"])
    sheet.write_row(4, 0, ["地区生产总值", 1234.5, 2469], two)
    sheet.write(4, 3, 0.052, percent)
    sheet.write(5, 0, "　　第三产业")
    sheet.write(5, 1, 12345.678, one)
    sheet.write_row(5, 2, [7, "—"])
    sheet.write_row(6, 0, ["编码", "007", 12.3])
    sheet.write_datetime(6, 3, datetime(2025, 7, 20), day)
    hidden = book.add_worksheet("底稿")
    hidden.write(0, 0, "草稿")
    hidden.hide()
    other = book.add_worksheet("分区域情况")
    other.write_row(0, 0, ["地区", "增速（%）"])
    other.write_row(1, 0, ["甲区", 5.1])
    book.close()
    return out.getvalue()


def test_numbers_are_printed_as_in_the_sheet(read):
    document = read(make_workbook(), name="主要指标.xlsx", title="数据表", listed_on=date(2025, 7, 22))
    texts = {(c.row, c.column): c.text for c in document.tables[0].cells}
    assert [texts[4, c] for c in range(4)] == ["地区生产总值", "1234.50", "2469.00", "5.2%"]
    assert [texts[5, c] for c in range(4)] == ["　　第三产业", "12,345.7", "7", "—"]
    assert [texts[6, c] for c in range(4)] == ["编码", "007", "12.3", "2025-07-20"]
    assert (document.title, document.published_on) == ("主要指标", date(2025, 7, 22))


def test_merged_header_caption_and_unit(read):
    first, second = read(make_workbook()).tables
    cells = {(c.row, c.column): c for c in first.cells}
    assert (first.rows, first.columns, first.caption, first.unit_note) == (
        7,
        4,
        "2025年上半年主要指标",
        "单位：亿元",
    )
    assert (cells[2, 0].rowspan, cells[2, 1].colspan, cells[2, 3].rowspan) == (2, 2, 2)
    assert [c.text for c in first.cells if c.header] == ["指标", "总量", "增速", "二季度", "上半年"]
    assert cells[5, 0].indent == 2
    assert second.caption == "分区域情况"


def test_a_workbook_that_a_machine_named_takes_the_tables_caption(read):
    document = read(make_workbook(), name="P020250722_1.xlsx", title="")
    assert document.title == "2025年上半年主要指标"


def test_a_hidden_sheet_is_left_out_and_told(read):
    document = read(make_workbook())
    assert "草稿" not in document.text
    assert document.findings == ["HIDDEN_SHEET: 底稿 was left out"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("0.00", (2, False, False)),
        ("#,##0.0_ ", (1, True, False)),
        ("0.0%", (1, False, True)),
        ("#,##0.00;[Red]-#,##0.00", (2, True, False)),
        ('0.0"亿元"', (1, False, False)),
        ("General", None),
        ("yyyy-mm-dd", None),
        ("0.##", None),
    ],
)
def test_number_formats(code, expected):
    assert read_format(code) == expected


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (7.0, "7"),
        (12.3, "12.3"),
        (0.1 + 0.2, "0.3"),
        (True, "TRUE"),
        (None, ""),
        (-0.5, "-0.5"),
    ],
)
def test_values_without_a_format(value, printed):
    assert print_value(value) == printed


def test_a_truncated_workbook_is_unreadable(read):
    data = make_workbook()
    with pytest.raises(Unreadable):
        read(data[: len(data) // 2], name="a.xlsx")


def test_a_workbook_with_a_password_is_encrypted(read):
    container = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\x00" * 504
        + "EncryptedPackage".encode("utf-16-le")
        + b"\x00" * 512
    )
    with pytest.raises(Encrypted):
        read(container, name="a.xlsx")


def test_a_workbook_that_unpacks_beyond_bounds_is_refused(read):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    data = bytearray(out.getvalue())
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 0xF0000000)
    with pytest.raises(TooMuchInside, match="unpacks"):
        read(bytes(data), name="bomb.xlsx")


def test_the_indent_of_a_format_carries_the_hierarchy(read):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["指标", "总量"])
    sheet.write_row(1, 0, ["货物进出口总额", 4000.5])
    sheet.write(2, 0, "出口", book.add_format({"indent": 2}))
    sheet.write(2, 1, 2500)
    book.close()
    cells = [c for c in read(out.getvalue(), name="a.xlsx").tables[0].cells if c.column == 0]
    assert [(c.indent, c.text) for c in cells] == [(0, "指标"), (0, "货物进出口总额"), (2, "　　出口")]


@pytest.mark.office
def test_an_old_workbook_prints_its_numbers_as_the_sheet_does(read, convert):
    new, old = (
        read(make_workbook(), name="a.xlsx"),
        read(convert(make_workbook(), "a.xlsx", "xls"), name="a.et"),
    )
    assert old.media_type == "application/vnd.ms-excel"
    assert [f.partition(":")[0] for f in old.findings] == ["HIDDEN_SHEET"]
    assert old.text == new.text


def test_an_old_workbook_that_is_cut_off_ends_as_a_named_error(read, convert):
    data = convert(make_workbook(), "a.xlsx", "xls")
    for end in range(600, len(data), 1500):
        try:
            read(data[:end], name="a.xls")
        except DocumentError as error:
            assert error.way_out
