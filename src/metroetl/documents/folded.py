"""A page's tree with its menus and sidebars folded: the element stays, what is in it becomes one text.

BeautifulSoup takes many times as long as lxml for an element, and nine of ten elements of a page are menus. lxml's
events, the very ones from which BeautifulSoup makes its tree, come first; an element's content is folded where nothing
below it is looked for: no container of a body is around it or in it, no label, file, heading or printed day stands in
it. What reads the page finds the same as in the whole tree; a page without a known container isn't folded at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from bs4 import BeautifulSoup
from bs4.builder._lxml import LXMLTreeBuilder
from lxml import etree

from metroetl.documents.attachments import CARRIERS, address_in
from metroetl.documents.body import container_names
from metroetl.documents.html import BLOCK, BREAK, MAX_DEPTH, SILENT, plain_markup
from metroetl.documents.labels import is_label
from metroetl.documents.titles import marks_title
from metroetl.errors import TooMuchInside

LEAST = 3  # elements that are worth it
HIGHEST = 12  # levels that a folded element may have below it
LOOKED_FOR = frozenset({"html", "head", "body", "base", "link", "meta", "title", "publishtime"})
OTHER_TEXT = frozenset({"sup", "sub", "pre", "textarea", "rt", "rp", "template", "script", "style"})
NONE: Mapping[str, str] = {}
DAY = re.compile(r"(?:19|20)[0-9]{2}[年./-]")


class _Element:
    """One element as lxml told it; `hard` and `soft` say what is below it, `size` how many elements, `height` levels."""

    __slots__ = (
        "attributes",
        "contained",
        "hard",
        "height",
        "items",
        "name",
        "place",
        "size",
        "soft",
        "title",
    )

    def __init__(self, name: str, attributes: Mapping[str, str], place: int) -> None:
        self.name = name
        self.attributes = attributes
        self.place = place
        self.items: list[_Element | str | tuple[str, ...]] = []
        self.size = self.height = 0
        self.hard = self.soft = False
        self.contained, self.title = _known(name, attributes.get("id", ""), attributes.get("class", ""))


@lru_cache(maxsize=4096)  # the menus of a site are the same on all its pages
def _known(name: str, own_id: str, classes: str) -> tuple[bool, bool]:
    """Whether an element is a known container of a body, and whether it may hold the title."""
    return bool(container_names(name, own_id, classes)), marks_title(name, f"{classes} {own_id}")


class _Events:
    """lxml's target: elements with what is in them, in order; `last` is the place of the last container of a body."""

    def __init__(self) -> None:
        self.root = _Element("", {}, 0)
        self.last, self.deepest, self._count = 0, 1, 0
        self._open = [self.root]
        self._texts: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._texts:
            self._end_text()
        self._count += 1
        element = _Element(
            name, attributes or NONE, self._count
        )  # lxml's own mapping of nothing is slow to ask
        if element.contained:
            self.last = self._count
        self._open[-1].items.append(element)
        self._open.append(element)
        if len(self._open) > self.deepest:
            self.deepest = len(self._open)

    def end(self, name: str) -> None:
        if self._texts:
            self._end_text()
        element, around = self._open.pop(), self._open[-1]
        around.size += element.size + 1
        if element.height >= around.height:
            around.height = element.height + 1
        if not around.hard and (element.hard or element.contained or _is_looked_for(element)):
            around.hard = True
        if element.soft or element.title:
            around.soft = True

    def data(self, text: str) -> None:
        self._texts.append(text)

    def comment(self, text: str) -> None:
        self._other("comment", text)

    def pi(self, target: str, data: str | None = None) -> None:
        self._other("pi", target, data or "")

    def doctype(self, name: str, public: str, system: str) -> None:
        self._other("doctype", name, public, system)

    def close(self) -> None:
        self._end_text()

    def _other(self, *told: str) -> None:
        self._end_text()
        self._open[-1].items.append(told)

    def _end_text(self) -> None:
        text = "".join(self._texts)
        self._texts.clear()
        if text:
            around = self._open[-1]
            around.items.append(text)
            around.hard = around.hard or is_label(text)


def parse_folded(text: str) -> BeautifulSoup | None:
    """The tree of a page, folded; None where the page has no known container. Raises what `parse_html` raises."""
    events = _Events()
    target: Any = events
    parser = etree.HTMLParser(target=target, recover=True)
    parser.feed(plain_markup(text))
    parser.close()
    if events.deepest > MAX_DEPTH:
        raise TooMuchInside(f"markup nested {events.deepest} deep: more than {MAX_DEPTH}")
    return BeautifulSoup("", builder=_Builder(events)) if events.last else None


class _Builder(LXMLTreeBuilder):
    """Tells BeautifulSoup the elements that were kept."""

    def __init__(self, events: _Events) -> None:
        super().__init__()
        self._events = events

    def feed(self, markup: str | bytes) -> None:
        """All events of the page, in order; `markup` was parsed before."""
        stack: list[Iterator[_Element | str | tuple[str, ...]]] = [iter(self._events.root.items)]
        names: list[str] = []
        while stack:
            item = next(stack[-1], None)
            if item is None:
                stack.pop()
                if names:
                    self.end(names.pop())
            elif isinstance(item, str):
                self.data(item)
            elif isinstance(item, tuple):
                getattr(self, item[0])(*item[1:])
            else:
                attributes: dict[str | bytes, str | bytes] = {}
                attributes.update(item.attributes)
                self.start(item.name, attributes)
                names.append(item.name)
                stack.append(iter(self._items(item)))

    def _items(self, element: _Element) -> list[_Element | str | tuple[str, ...]]:
        """What is in an element: all of it, or one text."""
        if element.contained:
            for item in element.items:
                if isinstance(item, _Element):
                    item.contained = True
            return element.items
        if element.hard or element.size < LEAST or element.height > HIGHEST or element.name in LOOKED_FOR:
            return element.items
        before = element.place < self._events.last
        if before and element.soft:
            return element.items
        told: list[str] = []
        _tell(element, told)
        text = "".join(told)
        if is_label(text) or (before and DAY.search(text)):
            return element.items
        return [text] if text else []


def _is_looked_for(element: _Element) -> bool:
    """Whether an element inside a folded one would be missed: by name, as a file, or for a text that counts otherwise."""
    name = element.name
    if name in CARRIERS and address_in(name, element.attributes):
        return True
    return name in LOOKED_FOR or name in OTHER_TEXT or (bool(element.items) and _is_silent(name))


@lru_cache(maxsize=512)
def _is_silent(name: str) -> bool:
    return SILENT.fullmatch(name) is not None


@lru_cache(maxsize=512)
def _is_block(name: str) -> bool:
    return BLOCK.fullmatch(name) is not None


def _tell(element: _Element, told: list[str]) -> None:
    """Add the text of what is in an element, as `inline_text` gives it."""
    for item in element.items:
        if isinstance(item, str):
            told.append(item)
        elif isinstance(item, _Element):
            if item.name == "br":
                told.append(BREAK)
            elif _is_block(item.name):
                told.append(BREAK)
                _tell(item, told)
                told.append(BREAK)
            elif not _is_silent(item.name):
                _tell(item, told)
