from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from metroetl.documents import read_folder
from metroetl.errors import DocumentError, LayoutChanged, ScannedImage, TooMuchInside, Unreadable

PROSE = "上半年，全市经济运行总体平稳。地区生产总值1234.5亿元，同比增长5.2%。"
PAGE = "<html><head><title>甲市经济运行情况_甲市</title></head><body><div id='zoom'><p>{}</p>{}</div></body></html>"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", Unreadable),
        (b"   \n", Unreadable),
        (b'{"success": true, "data": []}', Unreadable),
        (b"Rar!\x1a\x07\x00", Unreadable),
        (b"{\\rtf1\\ansi}", Unreadable),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, Unreadable),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 100, ScannedImage),
        (b"\x89PNG\r\n", ScannedImage),
    ],
)
def test_the_kind_is_told_by_the_bytes(read, data, error):
    with pytest.raises(error):
        read(data, name="a.html", media_type="text/html")


def test_a_table_page_named_xls_is_a_page(read):
    page = (
        "<html><body><table><tr><td>指标</td><td>总量</td></tr>"
        + "<tr><td>地区生产总值</td><td>1.50</td></tr>" * 20
        + "</table></body></html>"
    )
    assert read(page, name="月报.xls").tables[0].columns == 2


def test_a_counter_or_generation_time_is_no_change(read):
    first = read(
        PAGE.format(PROSE, "<p>浏览次数：12</p><p>全文阅读量：1次，页面生成时间 2025-07-22 10:00:00</p>")
    )
    again = read(
        PAGE.format(PROSE, " <p>浏览次数：3456</p><p>全文阅读量：77次，页面生成时间 2025-08-01 11:22:33</p>")
    )
    other = read(PAGE.format(PROSE.replace("5.2", "5.3"), ""))
    assert first.content_hash == again.content_hash != other.content_hash


def test_a_replaced_attachment_is_a_change(read):
    one, two = (read(PAGE.format(PROSE, f"<a href='{n}.pdf'>附件</a>")) for n in "12")
    assert one.content_hash != two.content_hash


def test_the_same_snapshot_gives_the_same_document(read):
    page = PAGE.format(PROSE, "")
    assert read(page) == read(page)


NESTED = "<table><tr><td>" * 150 + PROSE + "</td></tr></table>" * 150


@pytest.mark.parametrize(
    ("page", "outcome"),
    [
        ("<div>" * 50_000 + PROSE + "</div>" * 50_000, TooMuchInside),
        ("<div id='zoom'>" + "<span>" * 900 + PROSE * 3 + "</span>" * 900 + "</div>", None),
        (f"<div id='zoom'>{NESTED}</div>", None),
        ("<div id='zoom'><p>" + PROSE * 60_000 + "</p></div>", None),
        ("<div id='zoom'>" + "全市上下，<br>" * 60_000 + "</div>", None),
        ("<div id='zoom'>正文，" + "\n" * 3_000_000 + "x</div>", None),
        ("<div><p>" + "索引号：<b>发文字号</b>" * 30_000 + "</p></div>", LayoutChanged),
        ("<script>" * 300_000 + f"\n<div id='zoom'><p>{PROSE}</p></div>", None),
        ("<!--" * 500_000 + f"\n<div id='zoom'><p>{PROSE}</p></div>", None),
        ("<p>" + "<" * 2_000_000, LayoutChanged),
    ],
    ids=[
        "deep",
        "spans",
        "nested tables",
        "long paragraph",
        "breaks",
        "blank lines",
        "labels",
        "scripts",
        "comments",
        "angle brackets",
    ],
)
def test_time_is_bounded(read, page, outcome):
    start = time.process_time()
    if outcome is None:
        assert read(page).text
    else:
        with pytest.raises(outcome):
            read(page)
    assert time.process_time() - start < 20


def test_a_page_of_62_kilobytes_is_read_fast(read):
    rows = "".join(
        f"<tr><td><p><span>指标{n}</span></p></td><td>{n}.50</td><td>5.{n % 10}</td></tr>" for n in range(400)
    )
    script = "<script>var a = 1;</script>" * 300
    page = PAGE.format(
        PROSE,
        f"{script}<table><tr><td>指标</td><td>总量</td><td>增速</td></tr>{rows}</table>"
        + f"<p>{PROSE}</p>" * 300,
    )
    assert len(page.encode()) > 62_000
    read(page)
    start = time.process_time()
    read(page)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize("seed", range(8))
def test_binary_junk_ends_as_a_named_error(read, seed):
    import random

    junk = random.Random(seed).randbytes(20_000)
    for data in (
        junk,
        b"%PDF-1.4" + junk + b"%%EOF",
        b"PK\x03\x04xl/workbook" + junk,
        b"<html><body>" + junk,
    ):
        try:
            read(data)
        except DocumentError as error:
            assert error.way_out


def test_a_folder_as_records(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.html").write_text(
        PAGE.format(PROSE, "<a href='b.pdf'>附件一</a>"), encoding="gb18030"
    )
    (tmp_path / "b.html").write_text("<html><h1>403</h1></html>", encoding="utf-8")
    (tmp_path / "c.json").write_text("{}", encoding="utf-8")
    bad, good = list(read_folder(tmp_path))
    assert (bad["file"], good["file"]) == ("b.html", "sub/a.html")
    assert bad["error"].startswith("LAYOUT_CHANGED: ")
    assert good["attachments"] == [{"url": "sub/b.pdf", "name": "附件一"}]
    assert (good["title"], good["tables"], good["published_on"]) == ("甲市经济运行情况", 0, None)
    assert json.loads(json.dumps(good)) == good
    assert [r["file"] for r in read_folder(tmp_path / "b.html")] == ["b.html"]


def test_importing_the_room_stays_light():
    code = "import sys, metroetl.documents; print([m for m in ('bs4', 'pdfplumber', 'python_calamine', 'httpx') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
