"""Snapshots of bytes, and a check that every offset of a document is right."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
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
