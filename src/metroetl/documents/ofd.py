"""OFD (GB/T 33190-2016) to a document: the text of its pages by position, line by line, tables by their columns.

An OFD is a zip: `OFD.xml` names the document, that its pages, and a page's `Content.xml` holds `TextCode` elements, in
millimetres within their object's boundary. Seals, pictures and template layers aren't read.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from metroetl.documents.container import open_container
from metroetl.documents.files import file_document
from metroetl.documents.layout import Placed, write_page
from metroetl.documents.metadata import Metadata
from metroetl.documents.models import Document
from metroetl.documents.titles import tidy_title
from metroetl.documents.writer import TextWriter
from metroetl.errors import ScannedImage, TooMuchInside, Unreadable

if TYPE_CHECKING:
    from metroetl.catalogue.models import Source
    from metroetl.harvest.models import Snapshot

MEDIA_TYPE = "application/ofd"
MAX_PAGES = 300
MAX_UNPACKED = 128 * 1024 * 1024
MAX_WORDS = 200_000
PAGE = (210.0, 297.0)
POINTS = 72 / 25.4  # a millimetre
MACHINE_TITLE = re.compile(
    r"[\w.-]{0,80}\.(?:docx?|wps|ofd|pdf)|[ -~]{0,80}|(?:新建|无标题|未命名).{0,20}", re.I
)


def read_ofd(data: bytes, snapshot: Snapshot, source: Source | None = None) -> Document:
    """The document of an OFD.

    Raises Unreadable or TooMuchInside where it is damaged or beyond bounds, ScannedImage where it holds pictures only.
    """
    from lxml import etree

    name = snapshot.name or snapshot.url
    writer, findings = TextWriter(), list[str]()
    try:
        with open_container(data, name, unpacked=MAX_UNPACKED) as archive:
            title = _read(_Package(archive), writer, findings, name)
    except (etree.XMLSyntaxError, KeyError) as error:
        raise Unreadable(f"{name} is no sound OFD: {error}") from error
    if not writer.blocks:
        raise ScannedImage(f"{name} has no text")
    return file_document(writer, snapshot, source, MEDIA_TYPE, findings, Metadata(title=title))


def _read(package: _Package, writer: TextWriter, findings: list[str], name: str) -> str:
    """Write all pages of all documents in the package; the title that it states."""
    entry, words = package.xml("OFD.xml"), 0
    bodies = [b for b in entry if _local(b) == "DocBody"]
    for body in bodies:
        root = next((_text(n) for n in body.iter() if _local(n) == "DocRoot"), "")
        document = package.xml(root)
        folder = posixpath.dirname(root)
        area = next((n for n in document.iter() if _local(n) == "PhysicalBox"), None)
        pages = [n.get("BaseLoc", "") for n in document.iter() if _local(n) == "Page" and n.get("BaseLoc")]
        if len(pages) > MAX_PAGES:
            findings.append(f"PAGES_CUT: {MAX_PAGES} of {len(pages)} pages were read")
        for number, page in enumerate(pages[:MAX_PAGES], start=1):
            content = package.xml(_path(folder, page))
            box = next((n for n in content.iter() if _local(n) == "PhysicalBox"), area)
            found = list(_words(content))
            words += len(found)
            if words > MAX_WORDS:
                raise TooMuchInside(f"{name} has more than {MAX_WORDS} pieces of text")
            write_page(found, _size(box), writer, number)
    stated = next((_text(n) for b in bodies for n in b.iter() if _local(n) == "Title"), "")
    return "" if MACHINE_TITLE.fullmatch(stated) else tidy_title(stated)


class _Package:
    """The XML files of an OFD by path, whatever case or leading slash a maker wrote them with."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {n.replace("\\", "/").lstrip("/").lower(): n for n in archive.namelist()}

    def xml(self, path: str) -> Any:
        from lxml import etree

        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        name = self._names[posixpath.normpath(path).lstrip("/").lower()]
        return etree.fromstring(self._archive.read(name), parser)


def _path(folder: str, location: str) -> str:
    return location if location.startswith("/") else posixpath.join(folder, location)


def _words(content: Any) -> Iterator[Placed]:
    """The text objects of a page in their places; DeltaX tells how letters advance."""
    for item in content.iter():
        if _local(item) != "TextObject" or item.get("Visible", "true") == "false":
            continue
        boundary = _numbers(item.get("Boundary", ""))
        if len(boundary) != 4:
            continue
        left, top, _, _ = boundary
        size = next(iter(_numbers(item.get("Size", ""))), 4.0)
        matrix = _numbers(item.get("CTM", "")) or [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]
        scale_x, scale_y = (matrix[0], matrix[3]) if len(matrix) == 6 else (1.0, 1.0)
        if scale_x <= 0 or scale_y <= 0:
            continue  # turned text: watermarks and the like
        for code in item:
            text = _text(code) if _local(code) == "TextCode" else ""
            if not text.strip():
                continue
            x = next(iter(_numbers(code.get("X", ""))), 0.0) * scale_x + left
            baseline = next(iter(_numbers(code.get("Y", ""))), size) * scale_y + top
            steps = _deltas(code.get("DeltaX", ""), len(text))
            yield from _letters(text, x, baseline, size * scale_y, [s * scale_x for s in steps])


def _letters(text: str, x: float, baseline: float, size: float, steps: list[float]) -> Iterator[Placed]:
    """One word for letters that follow each other closely, split where a step leaves a gap."""
    start, begin = 0, x
    for place, letter in enumerate(text):
        own = size if ord(letter) > 0x2E7F else size / 2
        step = steps[place] if place < len(steps) else own
        if place + 1 == len(text) or step > own + size:
            yield Placed(
                text=text[start : place + 1],
                x0=begin * POINTS,
                x1=(x + own) * POINTS,
                top=(baseline - size) * POINTS,
                bottom=baseline * POINTS,
            )
            start, begin = place + 1, x + step
        x += step


def _deltas(text: str, letters: int) -> list[float]:
    """The steps between letters; `g 3 4.2` stands for three steps of 4.2 (GB/T 33190, 11.3)."""
    parts, steps = text.split(), list[float]()
    while parts and len(steps) < letters:
        part = parts.pop(0)
        if part == "g" and len(parts) >= 2:
            count, step = _numbers(" ".join(parts[:2]), 2)
            steps += [step] * min(int(count), letters)
            parts = parts[2:]
        else:
            steps += _numbers(part)
    return steps


def _numbers(text: str, at_least: int = 0) -> list[float]:
    found = []
    for part in text.split():
        try:
            value = float(part)
        except ValueError:
            break
        found.append(value if -1e6 < value < 1e6 else 0.0)
    return found + [0.0] * (at_least - len(found))


def _size(box: Any) -> tuple[float, float]:
    numbers = _numbers(_text(box)) if box is not None else []
    width, height = numbers[2:] if len(numbers) == 4 and min(numbers[2:]) > 0 else PAGE
    return width * POINTS, height * POINTS


def _local(node: Any) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _text(node: Any) -> str:
    return (node.text or "").strip()
