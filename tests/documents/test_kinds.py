"""One folder with a file of every kind, as `metroetl read FOLDER` reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xlsxwriter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from metroetl.documents import read_folder
from metroetl.documents.kinds import kind_of
from tests.documents import paper
from tests.documents.test_docx import old_word

WORDY = {"7.html", "7.mhtml", "7.docx", "7.doc", "7.wps", "7.rtf", "7.odt", "7.ofd", "7.txt", "7.pdf"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, convert) -> Path:
    """The paper in every kind of text, its table in every kind of workbook, and what can't be read."""
    place = tmp_path_factory.mktemp("kinds")
    text = "\n\n".join([paper.TITLE, paper.NUMBER, paper.INTRODUCTION, paper.HEADING, paper.TARGET])
    doc = old_word(convert, "doc")
    xlsx = workbook(place / "表.xlsx")
    files = {
        "7.html": paper.page().encode("gb18030"), "7.mhtml": paper.saved_page(), "7.docx": paper.word(),
        "7.doc": doc, "7.wps": doc, "7.rtf": old_word(convert, "rtf"), "7.odt": old_word(convert, "odt"),
        "7.ofd": paper.ofd_paper(), "7.txt": text.encode("utf-16"), "表.xls": convert(xlsx, "a.xlsx", "xls"),
        "表.et": convert(xlsx, "a.xlsx", "xls"), "新表.et": xlsx, "表.ods": convert(xlsx, "a.xlsx", "ods"),
        "表.csv": "指标,总量\n地区生产总值（亿元）,1.50\n".encode(), "附件.zip": paper.archive({"7.docx": paper.word()}),
        "图.png": b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "讲稿.zip": paper.archive({"ppt/presentation.xml": b"<p/>"}),
        "旧.docx": b"Rar!\x1a\x07\x00",
    }  # fmt: skip
    for name, data in files.items():
        (place / name).write_bytes(data)
    pdf(place / "7.pdf")
    return place


def workbook(path: Path) -> bytes:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("总值")
        sheet.write_row(0, 0, ["指标", "总量", "增速"])
        sheet.write(1, 0, "地区生产总值（亿元）")
        sheet.write(1, 1, 1234.5, book.add_format({"num_format": "#,##0.00"}))
        sheet.write(1, 2, 0.052, book.add_format({"num_format": "0.0%"}))
    return path.read_bytes()


def pdf(path: Path) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    page = canvas.Canvas(str(path))
    page.setFont("STSong-Light", 12)
    lines = [paper.TITLE, paper.NUMBER, paper.INTRODUCTION, paper.HEADING, paper.TARGET.replace("²", "2")]
    for n, line in enumerate(lines):
        page.drawString(40, 780 - 40 * n, line)
    page.save()


@pytest.mark.office
def test_a_folder_of_every_kind(folder):
    records = {record.pop("file"): record for record in read_folder(folder)}
    assert json.loads(json.dumps(records, ensure_ascii=False)) == records
    for name in WORDY:
        assert (records[name]["title"], records[name]["doc_number"]) == (paper.TITLE, paper.NUMBER), name
        assert paper.INTRODUCTION in records[name]["text"], name
    printed = ("1,234.50", "5.2%")
    for name in ("表.xlsx", "表.xls", "表.et", "新表.et"):
        assert all(figure in records[name]["text"] for figure in printed), name
        assert records[name]["findings"] == [], name
    assert records["表.ods"]["findings"][0].startswith("FORMATS_UNREAD")
    assert "1.50" in records["表.csv"]["text"]
    assert [a["name"] for a in records["附件.zip"]["attachments"]] == ["7.docx"]
    errors = {
        name: record["error"].partition(":")[0] for name, record in records.items() if "error" in record
    }
    assert errors == {"讲稿.zip": "UNREADABLE", "旧.docx": "UNREADABLE"}
    (picture,) = read_folder(
        folder / "图.png"
    )  # in a folder pictures are furniture, by its name it is a scan
    assert picture["error"].startswith("SCANNED_IMAGE")


@pytest.mark.parametrize("size", [8, 30, 200])
def test_any_beginning_of_a_file_has_a_kind(size):
    for data in (
        paper.word(),
        paper.ofd_paper(),
        paper.saved_page(),
        paper.page().encode(),
        b"{\\rtf1",
        b"%PDF-1.7",
    ):
        assert kind_of(data[:size])
