"""One replica for all tests of a module that don't break it, and what a reader sees of a page."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import date
from urllib.parse import urlsplit

import httpx
import pdfplumber
import pytest
from lxml import html
from python_calamine import CalamineWorkbook

from metroetl.replica import Replica
from metroetl.replica.sites import Site

NOW = date(2026, 11, 1)
Get = Callable[..., httpx.Response]


@pytest.fixture(scope="session")
def replica() -> Iterator[Replica]:
    """A whole replica that no test moves or breaks."""
    with Replica(NOW) as running:
        yield running


@pytest.fixture
def own() -> Iterator[Replica]:
    """A replica of one test."""
    with Replica(NOW) as running:
        yield running


@pytest.fixture(scope="session")
def get() -> Iterator[Get]:
    """Ask a replica for a catalogue address, as the harvest does by its host map."""
    with httpx.Client(timeout=10, follow_redirects=False) as client:

        def ask(running: Replica, url: str, method: str = "GET", **options: object) -> httpx.Response:
            parts = urlsplit(url)
            target = running.host_map[parts.netloc] + parts.path + (f"?{parts.query}" if parts.query else "")
            return client.request(method, target, **options)  # type: ignore[arg-type]

        yield ask


def on_host(site: Site, path: str) -> str:
    """A path of a site as the catalogue's address."""
    return f"{urlsplit(site.list_url).scheme}://{site.host}{path}"


def seen(data: bytes, kind: str = "html") -> str:
    """What a person reads of a page or file, without menus and footers."""
    if kind == "xlsx":
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        return "\n".join("\t".join(str(cell) for cell in row) for row in sheet.to_python())
    if kind == "pdf":
        with pdfplumber.open(io.BytesIO(data)) as book:
            return "\n".join(page.extract_text() for page in book.pages)
    page = html.document_fromstring(data.decode(), parser=html.HTMLParser(encoding="utf-8"))
    for tag in page.xpath(
        "//script|//style|//head|//*[contains(@class,'footer')]|//footer|//*[@class='nav']"
    ):
        tag.drop_tree()
    # elements end words: without this a cell's figure would touch its neighbour's
    for tag in page.iter():
        if isinstance(tag.tag, str):
            tag.tail = f" {tag.tail or ''}"
    return re.sub(r"\s+", " ", page.text_content())
