"""A stranger's page as it may be shown: cleaned, with a stretch of its text marked; for a sandboxed frame only."""

from __future__ import annotations

from bs4.element import NavigableString, PreformattedString, Tag

from metroetl.documents.html import parse_html
from metroetl.documents.lines import INVISIBLE, shown

CONTEXT = 40
ATTRIBUTES = {
    "td": {"rowspan", "colspan", "align"},
    "th": {"rowspan", "colspan", "align"},
    "p": {"align"},
    "div": {"align"},
    "mark": {"id"},
}


def clean_page(html: str, before: str = "", marked: str = "") -> tuple[str, bool]:
    """The page's own structure without scripts, styles, forms, pictures and links; whether `marked` was found in it.

    `before` is the text in front of what is to be marked, by which it is told from others like it; blanks don't
    count. The mark has the id `figure`. Raises TooMuchInside for markup beyond bounds.
    """
    import nh3

    soup = parse_html(html)
    found = _mark(soup, before, marked)
    tags = nh3.ALLOWED_TAGS - {"img", "map", "area"} | {"section", "font"}
    cleaned = nh3.clean(
        str(soup.body or soup), tags=tags, attributes=ATTRIBUTES, link_rel=None, url_schemes=set()
    )
    return shown(cleaned), found


def _mark(soup: Tag, before: str, marked: str) -> bool:
    """Put <mark> around the text where it stands, across the elements that it runs through."""
    places = [
        (node, offset, sign)
        for node in soup.find_all(string=True)
        if isinstance(node, NavigableString) and not isinstance(node, PreformattedString)
        for offset, sign in enumerate(node)
        if not sign.isspace() and not INVISIBLE.match(sign)
    ]
    text, wanted = "".join(sign for *_, sign in places), _flat(marked)
    context = _flat(before)[-CONTEXT:]
    at = text.find(context + wanted) + len(context) if context + wanted in text else text.find(wanted)
    if not wanted or at < 0:
        return False
    stretches: dict[int, tuple[NavigableString, int, int]] = {}
    for node, offset, _ in places[at : at + len(wanted)]:
        first = stretches[id(node)][1] if id(node) in stretches else offset
        stretches[id(node)] = (node, first, offset + 1)
    for number, (node, start, end) in enumerate(stretches.values()):
        mark = Tag(name="mark", attrs={} if number else {"id": "figure"})
        mark.string = node[start:end]
        node.replace_with(node[:start], mark, node[end:])
    return True


def _flat(text: str) -> str:
    return "".join(INVISIBLE.sub("", text).split())
