from __future__ import annotations

import pytest

from metroetl.documents import find_attachments

PAGE = "https://tjj.jia.gov.cn/sjfb/202507/t20250722_1.html"


def found(markup: str, url: str = PAGE) -> list[tuple[str, str]]:
    page = f"<html><body><div id='zoom'><p>正文，见附件。</p>{markup}</div></body></html>"
    return [(a.url, a.name) for a in find_attachments(page.encode(), url)]


BASE = "https://tjj.jia.gov.cn/sjfb/202507/"


@pytest.mark.parametrize(
    ("markup", "url", "name"),
    [
        ("<a href='./P020250722.pdf'>甲市公报</a>", BASE + "P020250722.pdf", "甲市公报"),
        (
            "<a appendix='true' href='./P02.pdf' title='月报.pdf' download='月报.pdf' oldsrc='/protect/P02/P02.pdf'>下载</a>",
            BASE + "P02.pdf",
            "月报.pdf",
        ),
        ("<a href='/module/download/downfile.jsp?classid=0&filename=ab12.xls'>附件1：数据</a>",
         "https://tjj.jia.gov.cn/module/download/downfile.jsp?classid=0&filename=ab12.xls", "附件1：数据"),
        ("<a class='nfw-cms-attachment' href='/attachment/0/306/306724/32.pdf' title='点击下载'>方案</a>",
         "https://tjj.jia.gov.cn/attachment/0/306/306724/32.pdf", "方案"),
        ("<iframe src='/files/2025.pdf'></iframe>", "https://tjj.jia.gov.cn/files/2025.pdf", "2025.pdf"),
        ("<iframe src='/pdfjs/web/viewer.html?file=/files/%E5%85%AC%E6%8A%A5.pdf'></iframe>",
         "https://tjj.jia.gov.cn/files/公报.pdf", "公报.pdf"),
        ("<embed src='a.ofd'>", BASE + "a.ofd", "a.ofd"),
        ("<object data='a.pdf'></object>", BASE + "a.pdf", "a.pdf"),
        ("<a href='t20250722_1/files/%E6%95%B0%E6%8D%AE.xlsx'></a>", BASE + "t20250722_1/files/%E6%95%B0%E6%8D%AE.xlsx", "数据.xlsx"),
        ("<a href='..\\upload\\a.DOC'>通知</a>", "https://tjj.jia.gov.cn/sjfb/upload/a.DOC", "通知"),
        ("<file href='/wcm.files/upload/a.pdf'>清单</file>", "https://tjj.jia.gov.cn/wcm.files/upload/a.pdf", "清单"),
    ],
)  # fmt: skip
def test_ways_of_linking(markup, url, name):
    assert found(markup) == [(url, name)]


@pytest.mark.parametrize(
    "markup",
    [
        "<a href='javascript:void(0)'>下载</a>",
        "<a href='mailto:a@b.cn'>邮箱</a>",
        "<a href='/view.do?pk=12'>政策解读</a>",
        "<a href='t2.html'>相关</a>",
        "<img src='W020250722.jpg'>",
        "<a href='http://[bad/x.pdf'>坏地址</a>",
        "<footer><a href='/guide.pdf'>指南</a></footer>",
    ],
)
def test_what_is_no_attachment(markup):
    assert found(markup) == []


def test_each_file_once_with_the_better_name():
    markup = (
        "<a href='P1.pdf'></a><a href='./P1.pdf#page=2'>甲市年报</a><a href='P2.pdf' title='甲市年报'></a>"
    )
    assert found(markup) == [(BASE + "P1.pdf", "甲市年报"), (BASE + "P2.pdf", "甲市年报")]


def test_base_href_counts():
    page = b"<html><head><base href='/jiastj/'></head><body><a href='a/b.pdf'>x</a></body></html>"
    assert [a.url for a in find_attachments(page, "https://jia.gov.cn/col/1/content_2.html")] == [
        "https://jia.gov.cn/jiastj/a/b.pdf"
    ]


def test_bytes_that_are_no_page_link_nothing():
    assert find_attachments(b"%PDF-1.7 <a href='x.pdf'>", PAGE) == []
    assert find_attachments(bytes(range(256)), PAGE) == []


def test_the_same_as_the_document_has(read):
    page = "<html><body><div id='zoom'><p>正文，见附件。</p><a href='P1.pdf'>一</a></div></body></html>"
    assert read(page, url=PAGE).attachments == find_attachments(page.encode(), PAGE)
