"""The archive keeps bytes by their hash, and says so when they are no longer what they were."""

from __future__ import annotations

import gzip
import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metroetl.errors import Unreadable
from metroetl.harvest import Archive
from metroetl.harvest.models import Snapshot


def snapshot(sha256: str, url: str, **facts: object) -> Snapshot:
    at = datetime(2025, 4, 18, 2, tzinfo=UTC)
    values = {"sha256": sha256, "source_id": "jia", "url": url, "role": "page", "fetched_at": at, **facts}
    return Snapshot.model_validate(values)


@given(data=st.binary(max_size=2000))
def test_bytes_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    archive = Archive(tmp_path_factory.mktemp("archive"))
    sha256 = archive.put(data)
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert archive.get(sha256) == data and archive.has(sha256)


def test_equal_bytes_are_one_file_and_equal_files(tmp_path: Path) -> None:
    first, second = Archive(tmp_path / "a"), Archive(tmp_path / "b")
    sha256 = first.put(b"page")
    assert first.put(b"page") == second.put(b"page") == sha256
    files = [next(iter(root.rglob("*.gz"))) for root in (tmp_path / "a", tmp_path / "b")]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert len(list((tmp_path / "a").rglob("*.gz"))) == 1


def test_damage_and_absence_are_named(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    sha256 = archive.put(b"the page" * 100)
    path = next(iter(tmp_path.rglob("*.gz")))
    path.write_bytes(gzip.compress(b"another page"))
    with pytest.raises(Unreadable, match="another hash"):
        archive.get(sha256)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(Unreadable, match="damaged"):
        archive.get(sha256)
    with pytest.raises(Unreadable, match="not in the archive"):
        archive.get("0" * 64)


def test_many_threads_leave_whole_files_only(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    pages = [f"page {n % 7}".encode() * 500 for n in range(70)]

    def keep(data: bytes) -> str:
        sha256 = archive.put(data)
        archive.describe(snapshot(sha256, f"https://h.gov.cn/{data[:6].decode()}"))
        return sha256

    with ThreadPoolExecutor(8) as pool:
        hashes = set(pool.map(keep, pages))
    assert len(hashes) == 7 == len(list(tmp_path.rglob("*.gz")))
    assert all(archive.get(sha256) in pages for sha256 in hashes)
    assert not list(tmp_path.rglob(".part-*"))


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file where the folder should be")
    with pytest.raises(OSError):
        Archive(tmp_path / "archive").put(b"page")
    assert not list(tmp_path.rglob(".part-*"))


def test_facts_of_every_address_stand_beside_the_bytes(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    sha256 = archive.put(b"the same paper on two sites")
    mine = snapshot(sha256, "https://a.gov.cn/1.html", title="某规划", headers={"etag": '"x"'})
    theirs = snapshot(sha256, "https://b.gov.cn/9.html", title="转发某规划")
    for told in (mine, theirs, mine):
        archive.describe(told)
    assert archive.described(sha256) == [mine, theirs]
    assert archive.described("f" * 64) == []
