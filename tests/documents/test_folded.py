"""The folded tree of a page gives what the whole tree gives, and has far fewer elements."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from metroetl.documents.attachments import list_attachments, names_files
from metroetl.documents.body import find_body
from metroetl.documents.decode import decode
from metroetl.documents.folded import parse_folded
from metroetl.documents.html import parse_html, plain_markup
from metroetl.documents.labels import find_labels, information_blocks
from metroetl.documents.metadata import printed_before, read_metas
from metroetl.documents.titles import heading_before
from metroetl.errors import TooMuchInside

URL = "https://www.example.gov.cn/tjsj/202504/t20250418_1.html"
PAGES = sorted((Path(__file__).parents[1] / "pages").glob("**/*.html"))
NAMES = [
    "div",
    "div",
    "div",
    "span",
    "span",
    "ul",
    "li",
    "li",
    "a",
    "a",
    "p",
    "p",
    "table",
    "tr",
    "td",
    "td",
    "th",
    "dt",
    "dd",
    "b",
    "h1",
    "h2",
    "h3",
    "label",
    "sup",
    "br",
    "img",
    "select",
    "option",
    "input",
    "nav",
    "footer",
    "header",
    "section",
    "article",
    "font",
    "pre",
    "form",
    "iframe",
    "publishtime",
    "noscript",
    "ruby",
    "rt",
]
CLASSES = [
    "",
    "",
    "",
    "nav",
    "title",
    "subtitle",
    "TRS_Editor",
    "content_con",
    "article-content",
    "bt",
    "file",
]
TEXTS = [
    "首页", "统计数据", "发布日期：", "2025-04-18", "来源：", "甲市统计局", "索引号", "发文机关：甲市人民政府", "文号", "\n", " ",
    "发布", "日期：", "日期", "标题：关于通知", "一季度，全市实现地区生产总值101.2亿元，同比增长5.5%。", "合成专题",
    "时间：2025-01-02 来源：某局", "成文日期：2025年1月2日", "甲政发〔2025〕3号", "\u3000", "m", "2",
]  # fmt: skip
ADDRESSES = ["/a/", "./P1.pdf", "javascript:;", "/download.jsp?id=3", "#", "/viewer.html?file=/x/y.pdf"]


def element(chance: random.Random, depth: int) -> str:
    """Markup that nobody would write, of everything that the readers look for."""
    name, made = chance.choice(NAMES), chance.choice(CLASSES)
    marks = f' class="{made}"' * bool(made)
    if chance.random() < 0.15:
        marks += f' id="{chance.choice(["zoom", "vsb_content_2", "title", "x"])}"'
    if name in {"a", "iframe"}:
        marks += f' {"href" if name == "a" else "src"}="{chance.choice(ADDRESSES)}"'
    if name in {"br", "img", "input"}:
        return f"<{name}{marks}>"
    inner = "".join(
        element(chance, depth + 1) if depth < 7 and chance.random() < 0.6 else chance.choice(TEXTS)
        for _ in range(chance.randint(0, 5 if depth < 6 else 1))
    )
    return f"<{name}{marks}>{inner}" + f"</{name}>" * (chance.random() < 0.95)


def seen(soup: BeautifulSoup) -> dict[str, Any]:
    """Everything that is read of a page's tree."""
    body = find_body(soup)
    assert body is not None
    labels = find_labels(soup)
    return {
        "found_by": body.found_by,
        "parts": [str(part) for part in body.parts],
        "labels": [(label.field, label.name, label.value) for label in labels],
        "blocks": [str(block) for block in information_blocks(labels) if block not in body.parts],
        "files": list_attachments(soup, URL),
        "headings": heading_before(soup, body, set()),
        "printed": printed_before(soup, body, set()),
        "metas": read_metas(soup, []),
    }


def assert_same(text: str) -> bool:
    """Whether the page is read from its folded tree, which then gives the same."""
    folded, whole = parse_folded(text), parse_html(text)
    assert names_files(plain_markup(text)) >= bool(list_attachments(whole, URL))
    body = find_body(folded) if folded is not None else None
    if folded is None or body is None or body.found_by != "container":
        return False
    assert text_of_blocks(seen(folded)) == text_of_blocks(seen(whole))
    return True


def text_of_blocks(found: dict[str, Any]) -> dict[str, Any]:
    """Information blocks by their text: folded or not is no difference."""
    blocks = [BeautifulSoup(block, "lxml").get_text("", strip=True) for block in found["blocks"]]
    return {**found, "blocks": ["".join(block.split()) for block in blocks]}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_examples_are_read_alike(path: Path) -> None:
    assert_same(decode(path.read_bytes())[0])


def test_wild_pages_are_read_alike() -> None:
    folded = 0
    for seed in range(40):
        chance = random.Random(seed)
        before, after = ("".join(element(chance, 0) for _ in range(5)) for _ in range(2))
        body = f'<div class="TRS_Editor"><p>一季度，全市实现地区生产总值101.2亿元。</p>{element(chance, 3)}</div>'
        folded += assert_same(
            f"<html><head><title>甲市</title></head><body>{before}{body}{after}</body></html>"
        )
    assert folded > 25


def test_a_menu_becomes_one_text() -> None:
    menu = (
        "<ul class=nav>"
        + "<li><a href=/a/><i></i>概况</a><ul><li><a href=/b/>机构</a></li></ul></li>" * 200
        + "</ul>"
    )
    page = f"<body>{menu}<h1>甲市一季度经济运行情况</h1><div class=TRS_Editor><p>地区生产总值101.2亿元。</p></div></body>"
    folded = parse_folded(page)
    assert folded is not None
    assert len(folded.find_all(True)) < 10 < 1000 < len(parse_html(page).find_all(True))
    assert "".join(folded.get_text().split()) == "".join(parse_html(page).get_text().split())


def test_without_a_known_container_nothing_is_folded() -> None:
    assert parse_folded("<body><div><p>地区生产总值101.2亿元，同比增长5.5%。</p></div></body>") is None


def test_a_template_that_nobody_filled_in_is_a_page_too() -> None:
    page = '<body><p {{shown}} :class="x" {% if y %}>甲市</p><div class=TRS_Editor><p>产值101.2亿元。</p></div></body>'
    assert str(parse_folded(page)) == str(parse_html(page))


def test_a_menu_that_was_seen_before_is_no_other() -> None:
    menu = "<ul class=nav>" + "<li><a href=/a/>概况</a></li>" * 9 + "</ul>"
    before = f"<body>{menu}<div class=TRS_Editor><p>产值101.2亿元。</p></div></body>"
    behind = f"<body><div class=TRS_Editor><p>产值101.2亿元。</p></div>{menu}<p>二〇二五年</p></body>"
    for page in (before, behind, before):
        assert_same(page)
        assert str(parse_folded(page)) == str(parse_folded(page))


def test_an_element_of_very_many_attributes_is_not_folded() -> None:
    page = "<body><p {}>甲市</p><div class=TRS_Editor><p>产值101.2亿元。</p></div></body>"
    assert parse_folded(page.format(" ".join(f"a{n}=x" for n in range(500)))) is not None
    assert parse_folded(page.format(" ".join(f"a{n}=x" for n in range(20_000)))) is None


def test_deep_markup_has_its_name() -> None:
    with pytest.raises(TooMuchInside, match="characters"):
        parse_folded("x" * 24_000_001)
