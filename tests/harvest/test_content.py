"""Content of an answer: small in memory, large on disk, opened within bounds, and read as often as wanted."""

from __future__ import annotations

import gc
import gzip
import hashlib
import os
import threading
import zlib
from pathlib import Path
from typing import Any

import pytest

from metroetl.errors import MetroError, Truncated, UnexpectedContentType
from metroetl.harvest.content import IN_MEMORY, Content
from metroetl.harvest.wire import PIECE, Opener

LARGE = os.urandom(IN_MEMORY + 4321)


def filled(data: bytes, step: int = 65_536) -> Content:
    content = Content()
    for at in range(0, len(data), step):
        content.write(data[at : at + step])
    return content


@pytest.mark.parametrize("data", [b"", b"x", b"x" * IN_MEMORY, LARGE, LARGE * 3])
def test_what_was_written_is_read(data: bytes) -> None:
    content = filled(data)
    assert (content.size, content.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert content.read() == data and content.head(100) == data[:100]
    assert content.head(2 * IN_MEMORY) == data[: 2 * IN_MEMORY]
    with content.open() as first, content.open() as second:
        assert first.read(1000) == second.read(1000) == data[:1000], "one reader moved the other"
        first.seek(-10, os.SEEK_END) if len(data) > 10 else first.seek(0)
        assert first.read() == (data[-10:] if len(data) > 10 else data)
    assert content.read() == data


def test_several_threads_read_at_once() -> None:
    content, found = filled(LARGE), []

    def read() -> None:
        with content.open() as file:
            found.append(hashlib.sha256(b"".join(iter(lambda: file.read(777), b""))).hexdigest())

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [content.sha256] * 8


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc on this system")
def test_the_file_ends_with_its_last_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    gc.collect()
    before = open_files()
    content = filled(LARGE)
    assert open_files() == before + 1 and list(tmp_path.iterdir()) == [], (
        "a file that a killed run would leave"
    )
    reader = content.open()
    del content
    gc.collect()
    assert reader.read() == LARGE
    reader.close()
    del reader
    gc.collect()
    assert open_files() <= before


def opened(encoding: str, data: bytes, step: int = 1000) -> bytes:
    opener, found = Opener(encoding), bytearray()
    for at in range(0, len(data), step):
        for piece in opener.open(data[at : at + step]):
            assert len(piece) <= max(PIECE, step)
            found += piece
    opener.close()
    return bytes(found)


def raw_deflate(data: bytes) -> bytes:
    squeeze = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeeze.compress(data) + squeeze.flush()


TEXT = "甲市一季度地区生产总值。\n".encode() * 60_000
ZEROS = b"\0" * 3_000_000


def packed(data: bytes) -> bytes:
    """Gzip without the time, which would name tests differently in each process."""
    return gzip.compress(data, mtime=0)


HALVES = packed(TEXT[:999]) + packed(TEXT[999:])


@pytest.mark.parametrize("step", [1, 7, 1000, 10_000_000])
@pytest.mark.parametrize(
    ("encoding", "data", "plain"),
    [
        ("", TEXT[:5000], TEXT[:5000]),
        ("identity", TEXT[:5000], TEXT[:5000]),
        ("utf-8", TEXT[:5000], TEXT[:5000]),
        ("gzip", packed(TEXT), TEXT),
        ("GZIP", packed(ZEROS), ZEROS),
        ("gzip", zlib.compress(TEXT), TEXT),
        ("gzip", HALVES, TEXT),
        ("gzip", packed(TEXT) + b"\0\0\0", TEXT),
        ("deflate", zlib.compress(TEXT), TEXT),
        ("deflate", raw_deflate(TEXT), TEXT),
        ("deflate, gzip", packed(zlib.compress(TEXT)), TEXT),
        ("gzip", b"", b""),
        ("gzip", packed(b""), b""),
    ],
)
def test_compressed_bodies_are_opened(encoding: str, data: bytes, plain: bytes, step: int) -> None:
    assert opened(encoding, data, step) == plain


@pytest.mark.parametrize(
    ("encoding", "data", "kind"),
    [
        ("gzip", packed(TEXT)[:-9], Truncated),
        ("gzip", packed(TEXT)[:40], Truncated),
        ("gzip", b"<html>not compressed</html>", Truncated),
        ("gzip", packed(TEXT)[:500] + b"x" * 500, Truncated),
        ("deflate", b"\xff\xff\xff\xff", Truncated),
        ("br", b"x", UnexpectedContentType),
        ("gzip, zstd", b"x", UnexpectedContentType),
    ],
)
def test_what_can_t_be_opened_has_a_name(encoding: str, data: bytes, kind: type[MetroError]) -> None:
    with pytest.raises(kind):
        opened(encoding, data)


def test_a_bomb_in_a_bomb_gives_small_pieces() -> None:
    bomb = gzip.compress(gzip.compress(b"\0" * 50_000_000))
    opener = Opener("gzip, gzip")
    first = next(opener.open(bomb))
    assert len(bomb) < 1000 and len(first) == PIECE


def test_a_large_answer_goes_to_disk_and_to_the_archive_whole(world: Any) -> None:
    from starlette.responses import Response, StreamingResponse

    async def parts() -> Any:
        for at in range(0, len(LARGE), 50_000):
            yield LARGE[at : at + 50_000]

    pdf = {"media_type": "application/octet-stream"}
    world.site.replies |= {
        "/a.bin": lambda _: StreamingResponse(parts(), **pdf),
        "/b.bin": Response(gzip.compress(LARGE), headers={"content-encoding": "gzip"}, **pdf),
    }
    urls = [f"{world.root}/{name}.bin" for name in "ab"]
    for found in world.fetch(*urls, role="attachment", settings=world.settings(max_bytes=2 * IN_MEMORY)):
        assert found.content.sha256 == hashlib.sha256(LARGE).hexdigest()
        assert found.body == LARGE and found.content.size == len(LARGE)
