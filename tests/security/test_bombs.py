"""Whatever a file is made to do, it ends in a named outcome, within memory and time, and the other pages load."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response

from metroetl.documents import apart, read_document
from metroetl.errors import ReaderFailed, TooMuchInside
from metroetl.harvest import Archive
from metroetl.pipeline import open_warehouse, read_and_stage
from metroetl.settings import settings
from tests.documents import paper
from tests.documents.conftest import make_snapshot
from tests.pipeline.conftest import Installation
from tests.security.bombs import BOMBS, PROSE, page

SITE = "https://www.deyang.gov.cn/gk"
HARMLESS = {"page, attributes", "page, a long attribute", "json, deep"}  # documents: nothing in them grows
NAMED = {"TOO_MUCH_INSIDE", "UNREADABLE", "SCANNED_IMAGE"}


@pytest.fixture(scope="module")
def told(root: Path) -> dict[str, tuple[str, bool, int]]:
    """Outcome, leak and size of each bomb; the process that read them had 2 GB, and lived to the end."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.security.bombs"], cwd=root, capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {
        name: (code, leaked, size) for name, code, leaked, size in map(json.loads, done.stdout.splitlines())
    }


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_with_a_name(told: dict[str, tuple[str, bool, int]], name: str) -> None:
    code, leaked, size = told[name]
    assert code in ({"OK"} if name in HARMLESS else NAMED)
    assert not leaked and size < 30_000_000


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """An installation that reads files within a second."""
    monkeypatch.setenv("METROETL_HOME", str(tmp_path))
    monkeypatch.setattr(apart, "MAX_SECONDS", 1)
    settings.cache_clear()
    warehouse = open_warehouse()
    yield Installation(Archive(settings().archive), warehouse, warehouse.start_run("collect", {}))


def test_the_other_pages_of_the_run_are_read(here: Installation) -> None:
    bombs = (
        "workbook, two far corners",
        "pdf, objects in a circle",
        "page, deep",
        "archive in archive in archive",
    )
    for number, name in enumerate(bombs):
        here.bring(BOMBS[name](), f"{SITE}/b{number}", role="attachment", name=name)
    here.bring(page("<p>2025年一季度，全市实现地区生产总值771.1亿元。</p>"), f"{SITE}/t20250420_1.html")
    outcome = read_and_stage(here.run_id, "deyang")
    assert (outcome.documents, outcome.unreadable) == (1, len(bombs))
    assert {f.code for f in outcome.failures} == {"TOO_MUCH_INSIDE"}
    assert all(f.way_out for f in outcome.failures)
    assert not here.warehouse.pending(["deyang"])  # they aren't read again and again


def test_a_helper_that_ends_is_replaced(here: Installation) -> None:
    """The process that reads files may be killed (by a person, by the system): one file fails, the next is read."""
    data = paper.word()
    before = read_document(data, make_snapshot(data))
    while len(apart._idle) > 1:  # threads of tests before had some each
        apart._idle.pop().kill()
    apart._idle[0].kill()
    with pytest.raises(ReaderFailed, match="ended"):
        read_document(data, make_snapshot(data))
    assert read_document(data, make_snapshot(data)) == before


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, gzip", "br", "zstd"])
def test_a_body_that_unpacks_without_end_is_stopped(world: Any, encoding: str) -> None:
    body = zlib.compress(b" " * 50_000_000)
    if encoding.startswith("gzip"):
        body = gzip.compress(b" " * 50_000_000)
        body = gzip.compress(body) if "," in encoding else body
    world.site.replies |= {
        "/bomb.html": Response(body, media_type="text/html", headers={"content-encoding": encoding}),
        "/good.html": world.article(PROSE),
    }
    bomb, good = world.fetch(f"{world.root}/bomb.html", f"{world.root}/good.html")
    assert bomb.code == ("UNEXPECTED_CONTENT_TYPE" if encoding in {"br", "zstd"} else "TOO_LARGE")
    assert PROSE in good.body.decode()


@pytest.mark.parametrize("failure", [ZeroDivisionError("x"), RecursionError("x"), MemoryError()])
def test_an_error_without_a_name_gets_one(failure: Exception) -> None:
    with (
        pytest.raises(ReaderFailed, match=rf"a\.pdf: {type(failure).__name__} in test_bombs\.py:\d+"),
        ReaderFailed.instead("a.pdf"),
    ):
        raise failure
    with pytest.raises(TooMuchInside), ReaderFailed.instead("a.pdf"):
        raise TooMuchInside("stays")
