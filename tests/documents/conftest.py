"""Snapshots of bytes, and a check that every offset of a document is right."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from metroetl.documents import read_document
from metroetl.documents.models import Document
from metroetl.harvest.models import Snapshot

Read = Callable[..., Document]


def make_snapshot(data: bytes, **fields: Any) -> Snapshot:
    """A snapshot of these bytes, as a page of 甲市's statistics bureau unless told otherwise."""
    known = {
        "sha256": hashlib.sha256(data).hexdigest(),
        "source_id": "jia_tjj",
        "url": "https://tjj.jia.gov.cn/sjfb/page.html",
        "role": "page",
        "fetched_at": datetime(2025, 8, 1, tzinfo=UTC),
    }
    return Snapshot.model_validate(known | fields)


def assert_offsets(document: Document) -> None:
    """Every block and cell is found in the text where it says it is."""
    for block in document.blocks:
        assert document.text[block.start : block.end] == block.text
        for cell in block.table.cells if block.table else []:
            assert document.text[cell.start : cell.end] == cell.text
            assert block.start <= cell.start <= cell.end <= block.end


@pytest.fixture
def read() -> Read:
    """Read bytes or a page's text, with the offsets checked."""

    def _read(content: bytes | str, source: Any = None, **fields: Any) -> Document:
        data = content.encode() if isinstance(content, str) else content
        document = read_document(data, make_snapshot(data, **fields), source)
        assert_offsets(document)
        return document

    return _read


@dataclass
class Site:
    """A server that notes every request; where it listens."""

    url: str = ""
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def site() -> Iterator[Site]:
    """A real HTTP server that nobody should ask."""
    seen = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    seen.url = f"http://127.0.0.1:{server.server_address[1]}/"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield seen
    server.shutdown()
    server.server_close()
