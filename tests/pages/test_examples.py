"""Every source has an example of its list and of a page, and the rooms read from them what they state.

An example without its expectation gets one written and fails: review it, then run again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from metroetl.catalogue import load
from metroetl.catalogue.models import Source
from metroetl.harvest import parse_listing
from metroetl.pipeline.examples import Example, differences, examples_in, read_example

PAGES = Path(__file__).resolve().parent
SOURCES = load().sources
READ = [s for s in SOURCES.values() if s.enabled or s.replica_list]


def examples() -> list[Any]:
    """Each example with its source."""
    return [
        pytest.param(source, example, id=f"{source.id}/{example.path.name}")
        for source in READ
        for example in examples_in(PAGES / source.id)
    ]


@pytest.mark.parametrize("source", READ, ids=lambda source: source.id)
def test_every_source_has_examples(source: Source) -> None:
    found = {example.path.stem: example for example in examples_in(PAGES / source.id)}
    assert "list" in found, f"add tests/pages/{source.id}/list.html"
    listed = found["list"].expected or {}
    assert "page" in found or listed.get("scheduled"), f"add tests/pages/{source.id}/page.html"


def test_every_example_has_a_source() -> None:
    assert {p.name for p in PAGES.iterdir() if p.is_dir() and p.name != "__pycache__"} <= set(SOURCES)


@pytest.mark.parametrize(("source", "example"), examples())
def test_example(source: Source, example: Example) -> None:
    if example.expected is None:
        url = source.replica_list or source.list
        found = {"origin": "unknown", "url": url, **read_example(source, example)}
        text = json.dumps(found, ensure_ascii=False, indent=1)
        example.sidecar.write_text(text + "\n", encoding="utf-8")
        pytest.fail(f"{example.sidecar.name} was missing and has been written: review it")
    assert not differences(source, example)
    if example.is_list:
        recognised = parse_listing(example.path.read_bytes(), example.expected["url"])
        assert recognised.family == source.family, "the family isn't recognised by the list alone"
