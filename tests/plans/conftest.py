"""What the tests of the plans room share: the catalogue, and a document from a title and lines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from metroetl.catalogue import Catalogue, catalogue
from metroetl.documents.models import Document
from metroetl.plans import read_plan
from metroetl.plans.models import PlanReading

Read = Callable[..., PlanReading]


@pytest.fixture(scope="session")
def words() -> Catalogue:
    """The project's catalogue."""
    return catalogue()


@pytest.fixture(scope="session")
def read(words: Catalogue) -> Read:
    """Reads a document given as title, lines of text and address."""

    def read_lines(title: str, *lines: str, url: str = "") -> PlanReading:
        document = Document(sha256="0" * 64, source_id="test", url=url, title=title, text="\n".join(lines))
        return read_plan(document, words)

    return read_lines
