"""Rows of an HTML list: one link, its whole title, the date beside it; nothing of menus, sidebars and friends.

A row is the innermost element that holds a link and a date of its own. Rows that lie in equal surroundings make a list;
the list with most rows, links below the page's own folder counting more, is the page's. So related readings inside a
row (NDRC's popbox), sidebars and friendship links stay out without a selector for every site.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import NavigableString

from metroetl.documents.attachments import page_base
from metroetl.documents.html import HEADINGS, check_size, elements, strings
from metroetl.harvest.addresses import absolute, host_of
from metroetl.harvest.listings.base import is_cut, unique
from metroetl.harvest.listings.text import clean_title, date_among, dates_alone
from metroetl.harvest.models import Notice

ROW_TAGS = {"li", "tr"}
LIST_TAGS = {
    "ul",
    "ol",
    "table",
    "tbody",
    "body",
    "html",
    "form",
    "nav",
    "header",
    "footer",
    "section",
    "main",
}
NESTED = {"ul", "ol", "table", "script", "style", "select", "template"}
BESIDE = NESTED | {"a"}
CLIMB = 7
LONGEST_DATE = 60
HAS_DIGIT = re.compile(r"[0-9〇一二三]")
OWN_FOLDER = 3
MORE = re.compile(r"更多|更多>{0,2}|more|查看|详情|下载|上一页|下一页|首页|尾页|末页|\d{1,4}", re.I)
TWIN = re.compile(r"_wap(?=\.s?html?$)|/mpost_")
Signature = tuple[str, ...]


@dataclass
class Row:
    """One row as found: the element, its link and what is printed."""

    element: Tag
    notice: Notice

    @property
    def signature(self) -> Signature:
        """What equal rows have in common: their own tag and the two elements around them."""
        around = [_name(e) for e in list(self.element.parents)[:2]]
        return (self.element.name, *around)


def soup_of(text: str) -> BeautifulSoup:
    """A page as a tree (lxml, which reads broken markup); raises TooMuchInside where it is beyond bounds."""
    check_size(text)
    return BeautifulSoup(text, "lxml")


def xml_of(text: str) -> BeautifulSoup:
    """A feed or sitemap as a tree, its entities left alone; raises as `soup_of` does."""
    check_size(text)
    return BeautifulSoup(text.encode(), "xml", from_encoding="utf-8")


class PageRows:
    """The rows of one page, found once."""

    def __init__(self, soup: BeautifulSoup, base: str, url: str) -> None:
        self._soup, self._base, self._url = soup, base, url
        self._printed: dict[int, list[str]] = defaultdict(list)
        for string in strings(soup):
            if len(string) < LONGEST_DATE and _is_text(string) and HAS_DIGIT.search(string):
                self._note(string)

    def _note(self, string: NavigableString) -> None:
        """Let every element around a string know it, up to and with the first list or table."""
        for parent in string.parents:
            self._printed[id(parent)].append(str(string))
            if parent.name in NESTED:
                break

    def dated(self) -> list[Row]:
        """Every row with a date, once, in order; rows inside rows are left out."""
        found: dict[int, Row] = {}
        for link in _links(self._soup):
            element = self._row_element(link)
            if element is None or id(element) in found:
                continue
            row = self.row(element)
            if row is not None and row.notice.listed_on is not None:
                found[id(element)] = row
        return [row for row in found.values() if not any(id(p) in found for p in row.element.parents)]

    def undated(self, is_detail: Callable[[str], bool]) -> list[Row]:
        """Rows whose link is a page of the family, with or without a date."""
        found = []
        for link in _links(self._soup):
            target = absolute(str(link["href"]), self._base, self._url)
            if target and is_detail(urlsplit(target).path):
                row = self.row(next((p for p in link.parents if p.name in ROW_TAGS), link))
                if row and row.notice.url == target:
                    found.append(row)
        return found

    def row(self, element: Tag) -> Row | None:
        """The row of an element: the link with the longest title of its own, and the date printed beside it."""
        best: Notice | None = None
        for link in _links(element):
            if link is not element and any(p.name in NESTED for p in _between(link, element)):
                continue
            target, title = absolute(str(link["href"]), self._base, self._url), _title(link)
            if target is None or target == self._url or not title or MORE.fullmatch(title):
                continue
            if best is None or len(title) > len(best.title):
                best = Notice(source_id="", url=target, title=title, listed_on=self._date(element, target))
        return Row(element, best) if best else None

    def _row_element(self, link: Tag) -> Tag | None:
        """The innermost element around a link that holds a date of its own, None if it is no row."""
        href = str(link["href"])
        for element in [link, *list(link.parents)[:CLIMB]]:
            if element.name in LIST_TAGS:
                return None
            dates = self._alone(element, href)
            if element.name in ROW_TAGS:
                return element if dates or self._date(element, href) else None
            if dates:
                return element if len(dates) == 1 or len(_hrefs(element)) == 1 else None
        return None

    def _alone(self, element: Tag, href: str) -> list[date]:
        return [day for string in self._printed.get(id(element), ()) for day in dates_alone(string, href)]

    def _date(self, element: Tag, href: str) -> date | None:
        """The date of a row: one that stands alone (the last of several), else one in the text beside the links."""
        if alone := self._alone(element, href):
            return alone[-1]
        beside = (s for s in strings(element) if _is_text(s))
        return date_among(
            " ".join(s for s in beside if not any(p.name in BESIDE for p in _between(s, element)))
        )


def list_notices(
    text: str,
    url: str,
    options: Mapping[str, Any],
    is_detail: Callable[[str], bool] = lambda _: False,
) -> list[Notice]:
    """Items of an HTML page, each once, in order.

    `options["rows"]` is a CSS selector for the rows where the page's own form isn't enough. Rows without a date count
    where no row has one and `is_detail` says that the address is a page of this family. Rows inside comments count
    where the page has none outside (a Gansu list of 2025 is commented out as a whole).
    """
    soup = soup_of(text)
    base = page_base(soup, url)
    page = PageRows(soup, base, url)
    if selector := options.get("rows"):
        chosen = [page.row(element) for element in soup.select(str(selector))]
        return unique([row.notice for row in chosen if row])
    rows = page.dated()
    if not rows:
        hidden = "".join(c for c in soup.find_all(string=lambda s: isinstance(s, Comment)) if "<a" in c)
        rows = PageRows(soup_of(hidden), base, url).dated() if hidden else []
    rows = rows or page.undated(is_detail)
    return unique([row.notice for row in _drop_twins(_main_list(rows, url))])


def _main_list(rows: Sequence[Row], url: str) -> list[Row]:
    """Rows of the page's own list: most rows, those below the page's folder counting more; no foreign lists."""
    if not rows:
        return []
    folder = urljoin(url, "./")
    weights: Counter[Signature] = Counter()
    for row in rows:
        weights[row.signature] += OWN_FOLDER if row.notice.url.startswith(folder) else 1
    best = max(weights, key=lambda signature: weights[signature])
    chosen = [row for row in rows if row.signature == best]
    home = {id(r.element.parent) for r in chosen if host_of(r.notice.url) == host_of(url)}
    return [r for r in chosen if id(r.element.parent) in home] or chosen


def _drop_twins(rows: list[Row]) -> list[Row]:
    """Rows without the phone's copies (`_wap.html`, `mpost_`) of links that are there for the PC too."""
    urls = {row.notice.url for row in rows}

    def is_twin(url: str) -> bool:
        plain = TWIN.sub(lambda m: "/post_" if m.group() == "/mpost_" else "", url)
        return plain != url and plain in urls

    return [row for row in rows if not is_twin(row.notice.url)]


def _title(link: Tag) -> str:
    """The whole title of a link: its tooltip where the text is cut or says more than the title, a heading inside it."""
    heading = next(iter(elements(link, HEADINGS)), link)
    text = clean_title("".join(s for s in strings(heading) if _is_text(s) and not dates_alone(s)))
    tooltip = clean_title(str(link.get("title") or ""))
    if not tooltip or (is_cut(tooltip) and not is_cut(text)):
        return text or tooltip
    extra = len(text) - len(tooltip)
    if is_cut(text) or (tooltip in text and extra <= 4):
        return tooltip
    return tooltip if extra <= 0 else text


def _between(inner: NavigableString | Tag, outer: Tag) -> list[Tag]:
    found: list[Tag] = []
    for parent in inner.parents:
        if parent is outer:
            break
        found.append(parent)
    return found


def _links(element: Tag) -> list[Tag]:
    """The links in an element, or the element that is one."""
    if element.name == "a":
        return [element]
    return [link for link in element.find_all("a") if link.has_attr("href")]


def _hrefs(element: Tag) -> set[str]:
    return {str(link["href"]) for link in _links(element)}


def _is_text(string: NavigableString) -> bool:
    return type(string) is NavigableString and bool(string.strip())


def _name(element: Tag) -> str:
    return " ".join([element.name, *sorted(str(c) for c in element.get_attribute_list("class"))])
