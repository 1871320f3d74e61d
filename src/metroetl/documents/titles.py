"""The whole title of a page, out of the several places that state or cut it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bs4 import BeautifulSoup

from metroetl.documents.body import Body
from metroetl.documents.html import attribute, is_short, text_of
from metroetl.documents.lines import clean_line, continues, line_kind
from metroetl.documents.models import Block

CLASSES = re.compile(
    r"(?:^|[\s_-])(?:\w{0,12}title\w{0,6}|biaoti|bt|tit|xl_?tit\w{0,4}|con_?tit\w{0,4}|arti?cle_?tit\w{0,4})(?:$|[\s_-])",
    re.I,
)
NOT_CLASSES = re.compile(r"sub|column|lanmu|nav|list|side|fu_?title|site|logo", re.I)
CUT = re.compile(r"(?:\.{2,}|…{1,2})$")
SUFFIX = re.compile(r"\s?[-_—|–]{1,2}\s?[^-_—|–]{2,30}$")
ELSEWHERE = frozenset({"nav", "footer", "aside"})
LEAST, MOST = 4, 200
PAIRS = (("《", "》"), ("（", "）"), ("(", ")"), ("〔", "〕"), ("“", "”"), ("【", "】"))


def choose_title(
    *,
    block: Sequence[str],
    meta: str,
    heading: Sequence[str],
    page: str,
    listing: str,
    blocks: Sequence[Block],
) -> str:
    """The title by precedence: information block, meta, heading of the page, <title>, listing, first line of the body.

    A candidate that is cut ("…") gives way to a whole one that begins like it; so does one that a quotation mark in
    the meta cut without a sign, if heading and <title> both go on.
    """
    known = [title for c in (*block, meta) if (title := tidy_title(c))]
    headings = [tidy_title(h) for h in heading]
    others = [page_title(page, [*headings, *known, tidy_title(listing)]), tidy_title(listing)]
    headings.sort(key=lambda h: not _agrees(h, others))
    candidates = [
        c
        for c in (*known, *headings, *others, first_line(blocks))
        if LEAST <= len(c) <= MOST or c in known[:1]
    ]
    if not candidates:
        return ""
    best = candidates[0]
    stem, whole_page = _squeeze(CUT.sub("", best)), _squeeze(page)
    for longer in candidates:
        title = _squeeze(longer)
        stated = CUT.search(best) or (longer in headings and whole_page.startswith(title))
        if stated and title.startswith(stem) and not CUT.search(longer):
            return longer
    return best


def heading_before(soup: BeautifulSoup, body: Body, not_titles: set[str]) -> list[str]:
    """Headings of the page, most likely first: h1, then what is marked as a title, the nearest to the body first.

    Names of the site or column are none.
    """
    start = body.parts[0]
    first: list[str] = []
    marked: list[str] = []
    for node in soup.find_all(True):
        if node is start:
            break
        is_h1 = node.name in {"h1", "ucaptitle"}
        if not marks_title(node.name, f"{attribute(node, 'class')} {attribute(node, 'id')}"):
            continue
        text = text_of(node) if is_short(node, MOST) else ""
        if (
            not LEAST <= len(text) <= MOST
            or text in not_titles
            or any(p.name in ELSEWHERE for p in node.parents)
        ):
            continue
        (first if is_h1 else marked).append(text)
    return [*reversed(first), *reversed(marked)]


def marks_title(name: str, names: str) -> bool:
    """Whether an element of this name, with these classes and this id, may hold the title."""
    if name in {"h1", "ucaptitle", "h2", "h3"}:
        return True
    return bool(CLASSES.search(names)) and not NOT_CLASSES.search(names)


def page_title(text: str, candidates: Sequence[str]) -> str:
    """The <title> without the names of column and site behind it."""
    for candidate in candidates:
        if candidate and _squeeze(text).startswith(_squeeze(candidate)) and len(candidate) >= LEAST:
            return candidate
    shorter = text
    for _ in range(3):
        cut = SUFFIX.sub("", shorter)
        if len(cut) < 8:
            break
        shorter = cut
    return tidy_title(shorter)


def first_line(blocks: Sequence[Block]) -> str:
    """The first lines of the body as a title: short, without a sentence's end, more text behind."""
    lines = [b.text for b in blocks[:4] if b.table is None]
    if (
        len(lines) < 2
        or not 6 <= len(lines[0]) <= 80
        or lines[0][-1] in "。！？；：，:;"
        or line_kind(lines[0])[1]
    ):
        return ""
    return "" if "。" in lines[0] or continues(lines[0], lines[1]) else lines[0]


def tidy_title(text: str) -> str:
    """A title on one line, without a closing bracket that nothing opens."""
    text = clean_line(text)
    for opening, closing in PAIRS:
        if text.endswith(closing) and text.count(closing) > text.count(opening):
            text = text[:-1].rstrip()
    return text


def _agrees(title: str, others: Sequence[str]) -> bool:
    return any(
        o and (_squeeze(o) == _squeeze(title) or _squeeze(title).startswith(_squeeze(CUT.sub("", o))))
        for o in others
    )


def _squeeze(text: str) -> str:
    return "".join(text.split())
