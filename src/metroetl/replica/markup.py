"""Lists and pages as a broken site marks them up: other links, other rows, other tags around the same content."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from typing import Literal
from urllib.parse import urljoin, urlsplit

from metroetl.replica.mischief import RUISHU_SCRIPT

Kind = Literal["page", "file"]
PAGER = re.compile(r"createPageHTML\([^)]{1,200}\);?")
PAGER_TOTAL = re.compile(r"(createPageHTML\((?:'[^']{1,40}',\s?)?)(\d{1,4})")
ROW = re.compile(r"<li>.*?</li>", re.S)
LINK = re.compile(r'<a [^>]*?href="([^"]{1,400})"[^>]*>.*?</a>', re.S)
HREF = re.compile(r'href="([^"]{1,400})"')
META = re.compile(r'<meta name="(\w{1,40})"\s{0,3}content="([^"]{0,400})"/?>')
HEAD_END = re.compile(r"</head>")
NEIGHBOUR = "https://tjj.linsheng.gov.cn"
STYLE = "<style>.con p{text-indent:2em}</style>"


@dataclass(frozen=True)
class Markup:
    """The text of a list or page at its address; `kind_of` says what an address of the host is."""

    url: str
    kind_of: Callable[[str], Kind | None]

    def listing(self, text: str, faults: frozenset[str]) -> str:
        """A list page with these faults."""
        for name, change in _LISTS.items():
            if name in faults:
                text = change(self, text)
        return self._both(text, faults)

    def page(self, text: str, faults: frozenset[str]) -> str:
        """An article's page with these faults."""
        for name, change in _PAGES.items():
            if name in faults:
                text = change(self, text)
        return self._both(text, faults)

    def _both(self, text: str, faults: frozenset[str]) -> str:
        if "ruishu_inside" in faults:
            text = HEAD_END.sub(lambda _: f"{RUISHU_SCRIPT}\n</head>", text, count=1)
        if "broken_html" in faults:
            text = text.replace("</head>", f"</head>{STYLE}", 1).replace("</html>", "</html>\n</html>")
        return text

    def points_to(self, href: str) -> Kind | None:
        """What a link of the text leads to."""
        parts = urlsplit(urljoin(self.url, href))
        if parts.netloc != urlsplit(self.url).netloc:
            return None
        return self.kind_of(f"{parts.path}?{parts.query}" if parts.query else parts.path)

    def rows(self, text: str, change: Callable[[str], str]) -> str:
        """The text with each row of the list that leads to a page or file changed."""
        return ROW.sub(lambda m: change(m[0]) if self._is_own(m[0]) else m[0], text)

    def _is_own(self, row: str) -> bool:
        return any(self.points_to(href) for href in HREF.findall(row))

    def files(self, text: str, change: Callable[[str], str]) -> str:
        """The text with each link to a file changed; `change` gets its address."""
        return LINK.sub(lambda m: change(m[1]) if self.points_to(m[1]) == "file" else m[0], text)


# --- lists -------------------------------------------------------------------------------------------------------


def _pager_gone(markup: Markup, text: str) -> str:
    return PAGER.sub("", text)


def _pager_lies(markup: Markup, text: str) -> str:
    return PAGER_TOTAL.sub(lambda m: f"{m[1]}{int(m[2]) + 2}", text)


def _written_rows(markup: Markup, text: str) -> str:
    def written(row: str) -> str:
        script = json.dumps(row, ensure_ascii=False).replace("</", "<\\/")
        return f"<script>document.write({script})</script>"

    return markup.rows(text, written)


def _same_titles(markup: Markup, text: str) -> str:
    return re.sub(r' title="[^"]{0,200}"', ' title=""', text)


def _odd_links(markup: Markup, text: str) -> str:
    host = urlsplit(markup.url).netloc
    forms = cycle(
        (
            "//{host}{path}",
            "http://{host}/{path}",
            "{path}#top",
            "http://big5.{host}/gate/big5/{host}{path}",
        )
    )

    def odd(match: re.Match[str]) -> str:
        if markup.points_to(match[1]) != "page":
            return match[0]
        path = urlsplit(urljoin(markup.url, match[1])).path
        return f'href="{next(forms).format(host=host, path=path)}"'

    extra = '<li><a href="javascript:void(0)">更多数据</a><span>2026-01-01</span></li>'
    return HREF.sub(odd, text).replace("</ul>", f"{extra}</ul>", 1)


def _neighbours(markup: Markup, text: str) -> str:
    """The whole list once more, leading to another province."""
    rows = [row for row in ROW.findall(text) if markup._is_own(row)]

    def foreign(row: str) -> str:
        return HREF.sub(lambda m: f'href="{NEIGHBOUR}{urlsplit(urljoin(markup.url, m[1])).path}"', row)

    last = text.rindex(rows[-1]) + len(rows[-1])
    opening = text[text.rindex("<ul", 0, text.index(rows[0])) : text.index(rows[0])]
    block = f"\n</ul>\n<h3>兄弟省市</h3>\n{opening}{''.join(map(foreign, rows))}"
    return text[:last] + block + text[last:]


def _wap_twins(markup: Markup, text: str) -> str:
    def twice(row: str) -> str:
        return row + HREF.sub(lambda m: f'href="{re.sub(r"(?=[.]s?html?$)", "_wap", m[1])}"', row)

    return markup.rows(text, twice)


def _blocks_in_links(markup: Markup, text: str) -> str:
    """Headings and blocks inside links, rows that don't end (贵州)."""

    def broken(row: str) -> str:
        row = re.sub(r"(<a [^>]{1,600}>)([^<]{1,300})</a>", r"\1<h1>\2</h1><div class='jj'></div></a>", row)
        return row.removesuffix("</li>")

    return markup.rows(text, broken)


_LISTS: dict[str, Callable[[Markup, str], str]] = {
    "pager_gone": _pager_gone,
    "pager_lies": _pager_lies,
    "same_titles": _same_titles,
    "odd_links": _odd_links,
    "neighbours": _neighbours,
    "wap_twins": _wap_twins,
    "broken_html": _blocks_in_links,
    "written_rows": _written_rows,
}


# --- pages -------------------------------------------------------------------------------------------------------


def _bad_metas(markup: Markup, text: str) -> str:
    """Content before name, lower case, and values that say nothing."""
    host = urlsplit(markup.url).netloc
    values = {"PubDate": "null", "SiteIDCode": "", "SiteDomain": f"{host},old.{host}", "ColumnType": ""}

    def bad(match: re.Match[str]) -> str:
        name, content = match.groups()
        return f'<meta content="{values.get(name, content)}" name="{name.lower()}">'

    boilerplate = '<meta name="Description" content="本网站是本部门的官方网站">'
    return META.sub(bad, text).replace("</head>", f"{boilerplate}</head>", 1)


def _viewer(markup: Markup, text: str) -> str:
    def shown(href: str) -> str:
        path = urlsplit(urljoin(markup.url, href)).path
        return f'<iframe src="/pdfjs/web/viewer.html?file={path}" width="100%"></iframe>'

    return markup.files(text, shown)


def _icons(markup: Markup, text: str) -> str:
    """Links that are an icon only: the name stands in the response's header."""
    return markup.files(text, lambda href: f'<a href="{href}"><img src="/images/icon_file.gif"></a>')


def _second_document(markup: Markup, text: str) -> str:
    """A whole document included at the beginning of the body."""
    return re.sub(r"(<body[^>]{0,200}>)", r"\1<!DOCTYPE html><html><head></head><body>", text, count=1)


_PAGES: dict[str, Callable[[Markup, str], str]] = {
    "bad_metas": _bad_metas,
    "viewer": _viewer,
    "header_names": _icons,
    "broken_html": _second_document,
}
