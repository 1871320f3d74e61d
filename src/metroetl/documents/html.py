"""Pages to a tree, and a part of the tree to blocks.

Markup is broken in known ways (GOV_SITES §5): a second DOCTYPE or </html> in the middle, scripts that hold markup,
blocks inside links. What breaks the tree is cut from the text before it is parsed, once, with lxml.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from metroetl.documents.grid import build_table, place_cells
from metroetl.documents.lines import clean_line, continues, is_furniture, line_kind, raised
from metroetl.documents.writer import TextWriter
from metroetl.errors import TooMuchInside

MAX_CHARACTERS = 24_000_000
MAX_ELEMENTS = 500_000
MAX_DEPTH = 1000
BREAK = "\u2028"
TWIN_CELLS = 6

CUT = (
    (re.compile(r"<script\b", re.I), re.compile(r"</script\s{0,9}>", re.I)),
    (re.compile(r"<style\b", re.I), re.compile(r"</style\s{0,9}>", re.I)),
    (re.compile(r"<!--"), re.compile(r"-->")),
)
ELEMENT = re.compile(r"<[A-Za-z]")
SECOND_PAGE = re.compile(r"<!doctype[^>]{0,300}>|</?(?:html|body)\b[^>]{0,2000}>", re.I)
BLOCK = re.compile(
    r"address|article|aside|blockquote|body|center|d[dlt]|details|div|fieldset|figcaption|figure|footer|form|h[1-6r]|header"
    r"|li|main|nav|ol|p|pre|section|table|tbody|t[dhr]|tfoot|thead|ul|ucapcontent|ucaptitle"
)
SILENT = re.compile(
    r"audio|button|canvas|embed|head|iframe|input|map|noscript|object|option|select|svg|textarea|title|video"
)
HEADINGS = {f"h{n}": n for n in range(1, 7)}


def parse_html(text: str) -> BeautifulSoup:
    """The tree of a page, without scripts, styles and comments; raises TooMuchInside where it is beyond bounds."""
    soup = BeautifulSoup(plain_markup(text), "lxml")
    if (depth := _depth(soup)) > MAX_DEPTH:
        raise TooMuchInside(f"markup nested {depth} deep: more than {MAX_DEPTH}")
    return soup


def plain_markup(text: str) -> str:
    """A page's markup without scripts, styles, comments and what begins a second page; raises TooMuchInside if too long."""
    check_size(text)
    for opening, closing in CUT:
        text = "".join(_outside(text, opening, closing))
    return SECOND_PAGE.sub("", text.replace("\x00", ""))


def check_size(text: str) -> None:
    """Raises TooMuchInside for markup of more text or elements than a tree is made of (an element takes about 1 KB)."""
    if len(text) > MAX_CHARACTERS:
        raise TooMuchInside(f"a page of {len(text)} characters: more than {MAX_CHARACTERS}")
    if text.count("<") > MAX_ELEMENTS and (elements := len(ELEMENT.findall(text))) > MAX_ELEMENTS:
        raise TooMuchInside(f"a page of {elements} elements: more than {MAX_ELEMENTS}")


def _outside(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> Iterator[str]:
    """The text between the cut elements; one that never closes ends at the next line."""
    position = 0
    while start := opening.search(text, position):
        yield text[position : start.start()]
        end = closing.search(text, start.end())
        if end is None:
            newline = text.find("\n", start.end())
            yield text[newline:] if newline >= 0 else ""
            return
        position = end.end()
    yield text[position:]


def _depth(root: Tag) -> int:
    deepest, stack = 0, [(root, 1)]
    while stack:
        tag, depth = stack.pop()
        deepest = max(deepest, depth)
        stack.extend((child, depth + 1) for child in tag.children if isinstance(child, Tag))
    return deepest


def elements(root: Tag, names: Container[str]) -> list[Tag]:
    """The elements of these names below `root`, in page order; BeautifulSoup asks a matcher of its own for each."""
    return [tag for tag in root.find_all(True) if tag.name in names]


def strings(root: Tag) -> Iterator[NavigableString]:
    """The strings below `root`, in page order."""
    return (node for node in root.descendants if isinstance(node, NavigableString))


def attribute(tag: Tag, name: str) -> str:
    """An attribute's value as one string, empty where it is missing."""
    value = tag.get(name)
    return " ".join(value) if isinstance(value, list) else value or ""


def text_of(node: PageElement) -> str:
    """The visible text of a node on one line."""
    return clean_line(inline_text(node).replace(BREAK, " "))


def is_short(tag: Tag, limit: int) -> bool:
    """Whether a part of the page has at most `limit` characters that aren't blank, without reading much more."""
    length = 0
    for node in tag.descendants:
        if isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            length += len("".join(node.split()))
            if length > limit:
                return False
    return True


def inline_text(node: PageElement) -> str:
    """The text of a node as written, with BREAK for every br and between blocks."""
    parts: list[str] = []
    stack: list[PageElement | str] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, Tag):
            if SILENT.fullmatch(item.name):
                continue
            if item.name == "br":
                parts.append(BREAK)
            elif item.name in {"sup", "sub"}:
                parts.append(raised(item.get_text(), "".join(parts[-1:]), low=item.name == "sub"))
            else:
                block = BLOCK.fullmatch(item.name) is not None
                stack.extend([BREAK] * block + list(reversed(item.contents)) + [BREAK] * block)
        elif isinstance(item, NavigableString):
            if not isinstance(item, PreformattedString):
                parts.append(str(item))
        else:
            parts.append(BREAK)
    return "".join(parts)


class BlockReader:
    """Walks a part of a page and writes its blocks: headings, paragraphs, list items, notes and tables.

    Walking keeps its own stack, so that nesting never meets Python's recursion limit. A table that only lays out
    (it holds other tables, or one column) is walked through.
    """

    def __init__(self, writer: TextWriter) -> None:
        self.writer = writer
        self._inline: list[str] = []
        self._seen_tables: set[tuple[str, ...]] = set()

    def read(self, root: Tag) -> None:
        """Write the blocks of everything below `root`."""
        stack: list[tuple[PageElement | None, Tag]] = [(child, root) for child in reversed(root.contents)]
        while stack:
            node, owner = stack.pop()
            if node is None:
                self._flush(owner)
            elif isinstance(node, Tag):
                if SILENT.fullmatch(node.name) or _hidden(node):
                    continue
                if node.name == "table" and not is_layout(node):
                    self._flush(owner)
                    self._table(node)
                elif BLOCK.fullmatch(node.name):
                    self._flush(owner)
                    stack.append((None, node))
                    stack.extend((child, node) for child in reversed(node.contents))
                elif node.name in {"br", "sup", "sub"}:
                    self._inline.append(
                        BREAK
                        if node.name == "br"
                        else raised(node.get_text(), "".join(self._inline[-1:]), low=node.name == "sub")
                    )
                else:
                    stack.extend((child, owner) for child in reversed(node.contents))
            elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
                self._inline.append(str(node) if owner.name != "pre" else str(node).replace("\n", BREAK))
        self._flush(root)

    def _flush(self, owner: Tag) -> None:
        """Write what was gathered since the last block as lines of their own, or as one where a break only wraps."""
        if not self._inline:
            return
        lines = [clean_line(part) for part in "".join(self._inline).split(BREAK)]
        self._inline.clear()
        centred = owner.name in HEADINGS or "center" in attribute(owner, "style") + attribute(owner, "align")
        joined: list[str] = []
        for line in filter(None, lines):
            if joined and (
                continues(joined[-1], line, sure=True) or (centred and _title_goes_on(joined[-1], line))
            ):
                joined[-1] += line
            else:
                joined.append(line)
        for line in joined:
            if not is_furniture(line):
                self._line(owner, line)

    def _line(self, owner: Tag, line: str) -> None:
        kind, level = line_kind(line)
        if owner.name in HEADINGS:
            kind, level = "heading", level or HEADINGS[owner.name]
        elif owner.name in {"li", "dd"} and kind == "paragraph":
            kind = "list_item"
        self.writer.write(kind, line, level=level)

    def _table(self, tag: Tag) -> None:
        caption = tag.find("caption", recursive=False)
        rows = [[_cell(cell) for cell in cells] for cells in table_rows(tag)]
        table = build_table(
            place_cells(rows), self.writer.blocks, text_of(caption) if caption is not None else ""
        )
        if table is None:
            return
        said = tuple(cell.text for cell in table.cells)
        if len(said) < TWIN_CELLS or said not in self._seen_tables:
            self._seen_tables.add(said)
            self.writer.write_table(table)


TITLE_PART = re.compile(r".{7,39}[^。：；，、号日）)》局厅委办部队府院会]")


def _title_goes_on(line: str, following: str) -> bool:
    """Whether a centred line goes on: a title broken over lines, where a number or organ ends a line of its own."""
    return (
        bool(TITLE_PART.fullmatch(line)) and following[0].isalpha() and line_kind(following)[0] == "paragraph"
    )


def is_layout(table: Tag) -> bool:
    """Whether a table only arranges the page: it holds other tables, or never has two cells in a row."""
    if table.find("table") is not None:
        return True
    return all(sum(1 for cell in cells if text_of(cell)) <= 1 for cells in table_rows(table))


def table_rows(table: Tag) -> list[list[Tag]]:
    """The cells of a table row by row, without those of tables inside it."""
    rows = []
    for row in table.find_all("tr"):
        cells = [c for c in row.children if isinstance(c, Tag) and c.name in {"td", "th"} and not _hidden(c)]
        if cells:
            rows.append(cells)
    return rows


def _hidden(tag: Tag) -> bool:
    return "display:none" in attribute(tag, "style").replace(" ", "").lower()


def _cell(tag: Tag) -> tuple[str, int, int]:
    raw = inline_text(tag).strip(" \t\r\n" + BREAK)
    lines = [part for part in raw.split(BREAK) if part.strip()]
    text = lines[0] if lines else ""
    for line in lines[1:]:
        text += line if not (text[-1:].isascii() or line[:1].isascii()) else f" {line}"
    return text, _span(tag, "rowspan"), _span(tag, "colspan")


def _span(tag: Tag, name: str) -> int:
    digits = attribute(tag, name).strip()
    return max(1, int(digits)) if digits.isdecimal() and len(digits) < 6 else 1
