"""Articles that go on over several pages: found by the pager that names the article itself, read as one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from metroetl.documents import find_parts, read_document
from metroetl.harvest.models import Snapshot

URL = "https://tjj.jia.gov.cn/sj/202504/t20250418_4711.html"
FIRST = "上半年，全市经济运行总体平稳。地区生产总值1234.5亿元，同比增长5.2%。"
SECOND = "其中，第一产业增加值56.7亿元，增长3.1%；第二产业增加值456.7亿元，增长5.9%。"


def page(text: str, pager: str = "", links: str = "") -> bytes:
    head = '<meta name="ArticleTitle" content="甲市经济运行情况"><meta name="PubDate" content="2025-04-18 10:00">'
    body = (
        f"<h1>甲市经济运行情况</h1><div class='TRS_Editor'><p>{text}</p>{links}</div><script>{pager}</script>"
    )
    return f"<html><head>{head}</head><body>{body}</body></html>".encode()


def snapshot() -> Snapshot:
    return Snapshot(sha256="0" * 64, source_id="jia", url=URL, role="page", fetched_at=datetime.now(UTC))


@pytest.mark.parametrize(
    ("pager", "names"),
    [
        (
            'createPageHTML(3, 0, "t20250418_4711", "html");',
            ["t20250418_4711_1.html", "t20250418_4711_2.html"],
        ),
        ("<!--\ncreatePageHTML(2,0,'t20250418_4711','shtml')\n//-->", ["t20250418_4711_1.shtml"]),
        ("createPageHTML('page_div',2, 1,'t20250418_4711','shtml',200)", ["t20250418_4711_2.shtml"]),
        ('createPageHTML(1, 0, "t20250418_4711", "html");', []),
        ('createPageHTML(9, 0, "index", "html");', []),
        ('createPageHTML(3, 1, "t20250418_4711", "html");', []),
        ("", []),
    ],
)
def test_parts_are_found_by_the_articles_own_name(pager: str, names: list[str]) -> None:
    folder = URL.rpartition("/")[0]
    assert find_parts(page(FIRST, pager), URL) == [f"{folder}/{name}" for name in names]


def test_a_pager_without_bounds_is_bounded() -> None:
    assert len(find_parts(page(FIRST, 'createPageHTML(9999, 0, "t20250418_4711", "html")'), URL)) == 49


def test_parts_are_read_as_one_document() -> None:
    pager = 'createPageHTML(2, 0, "t20250418_4711", "html");'
    first, second = page(FIRST, pager), page(SECOND, links="<a href='./P020250418.pdf'>附表</a>")
    document = read_document(first, snapshot(), parts=[second])
    assert document.text == f"{FIRST}\n{SECOND}\n附表"
    assert [document.text[b.start : b.end] for b in document.blocks] == [FIRST, SECOND, "附表"]
    assert [a.url for a in document.attachments] == [f"{URL.rpartition('/')[0]}/P020250418.pdf"]
    assert not [f for f in document.findings if f.startswith("PARTS_MISSING")]


def test_missing_parts_are_told() -> None:
    pager = 'createPageHTML(2, 0, "t20250418_4711", "html");'
    findings = read_document(page(FIRST, pager), snapshot()).findings
    assert "PARTS_MISSING: 1 of 2 pages weren't given" in findings
