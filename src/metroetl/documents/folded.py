"""A page's tree with its menus and sidebars folded: the element stays, what is in it becomes one text.

BeautifulSoup takes many times as long as lxml for an element, and nine of ten elements of a page are menus. lxml's tree
comes first; an element's content is folded where nothing below it is looked for: no container of a body is around it or
in it, no label, file, heading or printed day stands in it. What reads the page finds the same as in the whole tree; a
page without a known container isn't folded at all. The menus of a site are the same on all its pages: they are looked at
once.
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
from metroetl.documents.body import CONTAINERS, container_names
from metroetl.documents.html import BLOCK, BREAK, MAX_DEPTH, SILENT, plain_markup
from metroetl.documents.labels import is_label
from metroetl.documents.titles import marks_title
from metroetl.errors import TooMuchInside

LEAST = 3  # elements that are worth it
LARGE = 65_536  # characters of markup from which on a page may be made to take hours
ATTRIBUTES = 1000  # of an element: lxml's tree takes time with their square
HIGHEST = 12  # levels that a folded element may have below it
REMEMBERED = 2_000_000  # bytes of menus' markup, some 150 sites
LOOKED_FOR = frozenset({"html", "head", "body", "base", "link", "meta", "title", "publishtime"})
OTHER_TEXT = frozenset({"sup", "sub", "pre", "textarea", "rt", "rp", "template", "script", "style"})
NAMED = (*LOOKED_FOR, *OTHER_TEXT, *SILENT.pattern.split("|"))
CONTAINER_NAMES = tuple(name for name in CONTAINERS if name[0] not in "#.")
MARKS: Any = etree.XPath("//@id | //@class")
DAY = re.compile(r"(?:19|20)[0-9]{2}[年./-]")


class _Element:
    """One element with what is in it, in order: elements, texts, and other things with their names.

    `kept` says that it isn't folded; else `hard` and `soft` say what is below it, `size` how many elements, `height`
    levels. `contains` marks a known container of a body.
    """

    __slots__ = ("_text", "attributes", "contains", "hard", "height", "items", "kept", "name", "size", "soft")

    def __init__(self, node: Any, *, kept: bool = False) -> None:
        self.name: str = node.tag
        self.attributes: dict[str, str] = dict(node.attrib.items())
        self.items: list[_Element | str | tuple[str, ...]] = []
        self.size = self.height = 0
        self.hard = self.soft = self.contains = False
        self.kept = kept
        self._text: str | None = None

    @property
    def text(self) -> str:
        """The text of what is in it, made once."""
        if self._text is None:
            told: list[str] = []
            _tell(self, told)
            self._text = "".join(told)
        return self._text


def parse_folded(text: str) -> BeautifulSoup | None:
    """The tree of a page, folded; None where the page has no known container, or an element far too many attributes.

    Raises what `parse_html` raises.
    """
    markup = plain_markup(text)
    if len(markup) > LARGE and _most_attributes(markup) > ATTRIBUTES:
        return None
    parser = etree.HTMLParser(recover=True, huge_tree=True)
    parser.feed(markup)
    root: Any = parser.close()
    if root is None:  # not even a text
        return None
    containers = {mark.getparent() for mark in MARKS(root) if _names_container(mark.attrname, str(mark))}
    containers.update(root.iter(*CONTAINER_NAMES))
    page = _page(root, containers)
    return BeautifulSoup("", builder=_Builder(page, len(containers))) if containers else None


class _Attributes:
    """A target for lxml's parser that counts attributes."""

    def __init__(self) -> None:
        self.most = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.most = max(self.most, len(attributes))

    def close(self) -> None:
        """Nothing is left to be done."""


def _most_attributes(markup: str) -> int:
    """How many attributes the element with most has, told without a tree."""
    seen = _Attributes()
    target: Any = seen
    parser = etree.HTMLParser(target=target, recover=True)
    parser.feed(markup)
    parser.close()
    return seen.most


@lru_cache(maxsize=4096)  # the names of a site are the same on all its pages
def _names_container(attribute: str, names: str) -> bool:
    return bool(container_names("", names, "") if attribute == "id" else container_names("", "", names))


@lru_cache(maxsize=4096)
def _marks_title(name: str, own_id: str, classes: str) -> bool:
    return marks_title(name, f"{classes} {own_id}")


def _page(root: Any, containers: set[Any]) -> _Element:
    """The elements of a page: those in a container and those around what is looked for are kept, others may be folded.

    Raises TooMuchInside where they are nested too deep.
    """
    around = _around(root, containers)
    page = _Element(root, kept=True)
    stack, deepest = [(root, page, False, 2)], 2
    while stack:
        node, element, contained, depth = stack.pop()
        _add_text(element, node.text)
        for child in node:
            if not isinstance(child.tag, str):
                element.items.append(_other(child))
            else:
                inside = contained or child in containers
                if inside or child in around:
                    below = _Element(child, kept=True)
                    below.contains = child in containers
                    stack.append((child, below, inside, depth + 1))
                else:
                    below = _menu(child)
                element.items.append(below)
                deepest = max(deepest, depth + 1 + below.height)
            _add_text(element, child.tail)
    if deepest > MAX_DEPTH:
        raise TooMuchInside(f"markup nested {deepest} deep: more than {MAX_DEPTH}")
    return page


def _around(root: Any, containers: set[Any]) -> set[Any]:
    """Elements around containers, and around those that are looked for by name or whose text counts otherwise or not."""
    found: set[Any] = set()
    named = (e for e in root.iter(*NAMED) if e.tag in LOOKED_FOR or e.tag in OTHER_TEXT or len(e) or e.text)
    for element in (*containers, *named):
        for around in element.iterancestors():
            if around in found:
                break
            found.add(around)
    return found


class _Menus:
    """Elements that may be folded, by their markup, as many as are worth their memory."""

    def __init__(self) -> None:
        self._known: dict[bytes, _Element] = {}
        self._size = 0

    def __call__(self, node: Any) -> _Element:
        markup: bytes = etree.tostring(node, with_tail=False, encoding="utf-8")
        found = self._known.get(markup)
        if found is None:
            found = _looked_at(node)
            self._size += len(markup)
            if self._size > REMEMBERED:
                self._known, self._size = {}, len(markup)
            self._known[markup] = found
        return found


_menu = _Menus()


def _looked_at(node: Any) -> _Element:
    """An element, and what speaks against folding it and those below it."""
    found = element = _Element(node)
    opened: list[_Element] = []
    for event, one in etree.iterwalk(node, events=("start", "end", "comment", "pi")):
        if event == "start":
            if one is not node:
                opened.append(element)
                element = _Element(one)
                opened[-1].items.append(element)
            _add_text(element, one.text)
        elif one is not node:
            if event == "end":
                _end(element, opened[-1])
                element = opened.pop()
            else:
                element.items.append(_other(one))
            _add_text(element, one.tail)
    return found


def _end(element: _Element, around: _Element) -> None:
    """Tell the element around of one that is whole."""
    around.size += element.size + 1
    if element.height >= around.height:
        around.height = element.height + 1
    name, given = element.name, element.attributes
    around.hard = around.hard or element.hard or (name in CARRIERS and bool(address_in(name, given)))
    around.soft = (
        around.soft or element.soft or _marks_title(name, given.get("id", ""), given.get("class", ""))
    )


def _add_text(element: _Element, text: str | None) -> None:
    if text:
        element.items.append(text)
        element.hard = element.hard or (not element.kept and is_label(text))


def _other(node: Any) -> tuple[str, ...]:
    """A comment, or an instruction to a processor."""
    return ("comment", node.text or "") if node.tag is etree.Comment else ("pi", node.target, node.text or "")


class _Builder(LXMLTreeBuilder):
    """Tells BeautifulSoup the elements that were kept; `containers` of a body are to come."""

    def __init__(self, page: _Element, containers: int) -> None:
        super().__init__()
        self._page, self._to_come = page, containers

    def feed(self, markup: str | bytes) -> None:
        """All events of the page, in order; `markup` was parsed before."""
        stack: list[Iterator[_Element | str | tuple[str, ...]]] = [iter([self._page])]
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
        self._to_come -= element.contains
        if element.kept or element.hard or element.size < LEAST or element.height > HIGHEST:
            return element.items
        before = self._to_come > 0
        if element.name in LOOKED_FOR or (before and element.soft):
            return element.items
        text = element.text
        if is_label(text) or (before and DAY.search(text)):
            return element.items
        return [text] if text else []


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
            else:
                _tell(item, told)
