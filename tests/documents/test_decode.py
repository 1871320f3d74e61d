from __future__ import annotations

import codecs
from datetime import date

import pytest

from metroetl.documents import decode
from metroetl.documents.dates import day_in_url, find_days, first_day

TEXT = "甲市统计局发布：规模以上工业增加值同比增长５.２％，㐂镕〇。"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (b'<meta charset="gb2312">' + TEXT.encode("gb18030"), "gb18030"),
        (b'<meta charset="utf-8">' + TEXT.encode("gb18030"), "gb18030"),
        (TEXT.encode("gb18030"), "gb18030"),
    ],
)
def test_chinese_text_is_read_whatever_is_declared(data, encoding):
    text, found = decode(data)
    assert text.endswith(TEXT)
    assert found == encoding


@pytest.mark.parametrize("header", ["utf-8", "ISO-8859-1", "GBK", "nonsense-charset", None])
def test_a_wrong_header_does_not_matter(header):
    assert decode(TEXT.encode("gb18030"), header)[0] == TEXT
    assert decode(TEXT.encode(), header)[0] == TEXT


def test_a_declared_charset_is_used_where_it_reads_the_bytes():
    text = "臺灣與香港經濟合作"
    assert decode(b'<meta charset="big5">' + text.encode("big5"))[0].endswith(text)


def test_a_truncated_utf8_page_stays_utf8():
    text, encoding = decode(TEXT.encode()[:-1])
    assert (encoding, text.count("\ufffd")) == ("utf-8", 1)
    assert text.startswith("甲市统计局")


def test_a_broken_byte_costs_one_character_only():
    data = TEXT.encode()
    text, encoding = decode(data[:30] + b"\xff" + data[30:])
    assert encoding == "utf-8"
    assert text.count("\ufffd") == 1


def test_undecodable_bytes_are_counted_on_the_page(read):
    page = "<html><body><div id='zoom'><p>上半年全市经济运行总体平稳，稳中有进。</p></div></body></html>".encode()
    document = read(page.replace("平稳".encode(), b"\xff\xfe"))
    assert any(f.startswith("UNDECODABLE: ") for f in document.findings)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024年9月6日", date(2024, 9, 6)),
        ("2024 年 09 月 06 日", date(2024, 9, 6)),
        ("２０２４年９月６日", date(2024, 9, 6)),
        ("二〇〇四年四月二十七日", date(2004, 4, 27)),
        ("二○二四年十二月卅一日", date(2024, 12, 31)),
        ("二Ｏ二四年十月十日", date(2024, 10, 10)),
        ("发布时间：2026/04/16 09:30", date(2026, 4, 16)),
        ("[2024.09.06]", date(2024, 9, 6)),
        ("2023年1-9月", None),
        ("2024年9月", None),
        ("2024-13-40", None),
        ("2024年2月30日", None),
        ("电话 028-2024-1234", None),
    ],
)
def test_days(text, day):
    assert first_day(text) == day


def test_every_day_of_a_text_in_order():
    days = [d for d, _ in find_days("二〇二四年三月一日通过，自2024年5月1日起施行，2024-06-30废止")]
    assert days == [date(2024, 3, 1), date(2024, 5, 1), date(2024, 6, 30)]


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.gov.cn/x/202609/t20260916_1963001.html", date(2026, 9, 16)),
        ("https://a.gov.cn/c112117/2026/9/16/ab.shtml", date(2026, 9, 16)),
        ("https://a.gov.cn/c169603/2026-05/25/content_ab.shtml", date(2026, 5, 25)),
        ("https://a.gov.cn/art/2025/10/9/art_80_1.html", date(2025, 10, 9)),
        ("https://a.gov.cn/20251020/bf2c/c.html", date(2025, 10, 20)),
        ("https://a.gov.cn/zhengce/content/202609/content_7080735.htm", None),
    ],
)
def test_the_day_in_an_address(url, day):
    assert day_in_url(url) == day
