"""The archive keeps bytes by their hash, in a folder or a bucket, and says so when they are no longer what they were."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from metroetl.errors import ArchiveFailure, Unreadable
from metroetl.harvest import Archive
from metroetl.harvest.models import Known, Snapshot

PAGE = "<html>甲市统计局 page</html>".encode()


@pytest.fixture(params=["folder", "s3"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    """An empty archive of either kind; the bucket's has a prefix with a Chinese name."""
    if request.param == "folder":
        return Archive(tmp_path / "archive")
    return Archive(f"{request.getfixturevalue('bucket')}/甲市/archive")


def in_a_folder(archive: Archive) -> bool:
    return not archive.address.startswith("s3://")


def snapshot(sha256: str, url: str, **facts: object) -> Snapshot:
    at = datetime(2025, 4, 18, 2, tzinfo=UTC)
    values = {"sha256": sha256, "source_id": "jia", "url": url, "role": "page", "fetched_at": at, **facts}
    return Snapshot.model_validate(values)


def names(archive: Archive) -> list[str]:
    return sorted(file.name for file in archive.store.entries())


@given(data=st.binary(max_size=2000))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_come_back_as_they_were(archive: Archive, data: bytes) -> None:
    sha256 = archive.put(data)
    assert sha256 == hashlib.sha256(data).hexdigest() == archive.put(io.BytesIO(data))
    assert archive.get(sha256) == data == archive.open(sha256).read() and archive.has(sha256)


def test_equal_bytes_are_one_file_and_equal_files(bucket: str, tmp_path: Path) -> None:
    first, second = Archive(tmp_path), Archive(bucket)
    sha256 = first.put(PAGE)
    assert first.put(PAGE) == second.put(PAGE) == second.put(io.BytesIO(PAGE)) == sha256
    name = f"{sha256[:2]}/{sha256}.gz"
    assert names(first) == names(second) == [name]
    packed = (tmp_path / name).read_bytes()
    assert second.store.read(name) == packed and gzip.decompress(packed) == PAGE
    assert packed[3:8] == bytes(5)  # neither a name nor a time


def test_damage_and_absence_are_named(archive: Archive) -> None:
    sha256 = archive.put(b"the page" * 100)
    name = f"{sha256[:2]}/{sha256}.gz"
    stored = archive.store.read(name)
    assert stored
    for bad, why in [
        (gzip.compress(b"another page"), "another hash"),
        (stored[:-9], "damaged"),
        (b"no gzip", "damaged"),
        (stored[:40] + b"\xff" * 9 + stored[49:], "damaged"),
    ]:
        archive.store.write(name, bad)
        for read in (archive.get, lambda sha: archive.open(sha).read()):
            with pytest.raises(Unreadable, match=why):
                read(sha256)
    archive.put(b"the page" * 100)
    assert archive.get(sha256) == b"the page" * 100  # what comes again mends
    for read in (archive.get, archive.open):
        with pytest.raises(Unreadable, match="not in the archive"):
            read("0" * 64)


LARGE = """
import hashlib, resource, sys
from metroetl.harvest import Archive
def megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
archive = Archive(sys.argv[1])
archive.get(archive.put(b"small"))  # everything is imported and connected
before = megabytes()
with open(sys.argv[2], "rb") as file:
    sha256 = archive.put(file)
read = hashlib.sha256()
with archive.open(sha256) as body:
    while block := body.read(1 << 20):
        read.update(block)
print(read.hexdigest(), megabytes() - before)
"""


def test_a_large_file_goes_through_in_blocks(archive: Archive, tmp_path: Path) -> None:
    large, piece = tmp_path / "large", os.urandom(1024 * 1024)
    with large.open("wb") as file:
        for number in range(80):
            file.write(number.to_bytes(2, "big") + piece)
    running = start(LARGE, archive.address, str(large))
    assert running.stdout
    sha256, more = running.stdout.read().split()
    assert sha256.decode() == hashlib.sha256(large.read_bytes()).hexdigest()
    assert float(more) < 60 and archive.has(sha256.decode())


def test_many_threads_leave_whole_files_only(archive: Archive) -> None:
    pages = [f"page {n % 7}".encode() * 500 for n in range(70)]

    def keep(data: bytes) -> str:
        sha256 = archive.put(data)
        archive.describe(snapshot(sha256, f"https://h.gov.cn/{data[:6].decode()}"))
        return sha256

    with ThreadPoolExecutor(8) as pool:
        hashes = set(pool.map(keep, pages))
    assert len(hashes) == 7 and len(names(archive)) == 14
    assert all(archive.get(sha256) in pages for sha256 in hashes)
    assert archive.store.leftovers() == []


WRITER = """
import sys
from metroetl.harvest import Archive
archive = Archive(sys.argv[1])
for n in range(40):
    archive.put(b"page %d " % n * 3000)
"""


def start(code: str, *arguments: str) -> subprocess.Popen[bytes]:
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen([sys.executable, "-c", code, *arguments], env=env, stdout=subprocess.PIPE)


def test_many_processes_write_one_archive(archive: Archive) -> None:
    running = [start(WRITER, archive.address) for _ in range(2)]
    assert [process.wait(60) for process in running] == [0, 0]
    assert len(names(archive)) == 40 and archive.store.leftovers() == []
    assert all(archive.get(sha256) for _, sha256, _ in archive.files())


ENDLESS = """
import io, os, sys
from metroetl.harvest import Archive
class Endless(io.RawIOBase):
    given = 0
    def read(self, size):
        self.given += 1
        if self.given == 12:
            print("twelve", flush=True)
        return os.urandom(size)
archive = Archive(sys.argv[1])
archive.put(b"whole")
archive.put(Endless())
"""


def test_a_killed_write_leaves_no_half_body(archive: Archive) -> None:
    running = start(ENDLESS, archive.address)
    assert running.stdout and running.stdout.readline() == b"twelve\n"
    running.send_signal(signal.SIGKILL)
    running.wait(30)
    whole = hashlib.sha256(b"whole").hexdigest()
    assert names(archive) == [f"{whole[:2]}/{whole}.gz"] and archive.get(whole) == b"whole"
    left = archive.store.leftovers()
    assert len(left) == (1 if in_a_folder(archive) else 0)
    for file in left:
        archive.store.remove(file.name)
        archive.store.remove(file.name)
    assert archive.store.leftovers() == []


def test_an_upload_that_breaks_off_is_a_leftover(bucket: str) -> None:
    import fsspec

    archive = Archive(f"{bucket}/a")
    files: Any = fsspec.filesystem("s3", use_listings_cache=False)
    name = bucket.removeprefix("s3://")
    for key in ("a/ab/cd.gz", "of another/ab/cd.gz"):
        files.call_s3("create_multipart_upload", Bucket=name, Key=key)
    (left,) = archive.store.leftovers()
    assert left.name.startswith("ab/cd.gz?uploadId=")
    archive.store.remove(left.name)
    assert archive.store.leftovers() == [] and len(files.list_multipart_uploads(name)) == 1


def test_a_source_that_fails_leaves_nothing(archive: Archive) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise ConnectionResetError("by peer")
            return super().read(5)

    with pytest.raises(ConnectionResetError):
        archive.put(Broken(b"more than five bytes"))
    assert names(archive) == [] and archive.store.leftovers() == []


def test_a_store_that_fails_is_named(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file where the folder should be")
    with pytest.raises(ArchiveFailure, match=r"archive.*File exists|archive.*Not a directory"):
        Archive(tmp_path / "archive").put(PAGE)
    with pytest.raises(ArchiveFailure, match="there is no archive at"):
        Archive(tmp_path / "elsewhere").get("0" * 64)
    for address in ("ftp://h/archive", "s3://"):
        with pytest.raises(ArchiveFailure) as refused:
            Archive(address)
        assert "s3://bucket/prefix" in refused.value.way_out
    assert not list(tmp_path.rglob(".part-*"))


@pytest.fixture
def afresh() -> Iterator[Callable[[str], Archive]]:
    """Opens an archive whose connection isn't one of before, nor one of later tests."""
    from s3fs import S3FileSystem

    def start_afresh(address: str) -> Archive:
        S3FileSystem.clear_instance_cache()
        return Archive(address)

    yield start_afresh
    S3FileSystem.clear_instance_cache()


def test_a_bucket_that_is_missing_or_closed_is_named(
    s3_env: dict[str, str], monkeypatch: pytest.MonkeyPatch, afresh: Callable[[str], Archive]
) -> None:
    archive = Archive("s3://nobody-made-it/archive")
    for deed in (lambda: archive.put(PAGE), lambda: archive.get("0" * 64), lambda: names(archive)):
        with pytest.raises(ArchiveFailure, match="bucket does not exist"):
            deed()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "no address")
    with pytest.raises(ArchiveFailure, match="Invalid endpoint"):
        afresh("s3://a/b").put(PAGE)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3_env["AWS_ENDPOINT_URL_S3"])
    with pytest.raises(ArchiveFailure, match="credentials"):
        afresh("s3://a/b").put(PAGE)


def test_without_s3fs_the_extra_is_named(tmp_path: Path) -> None:
    (tmp_path / "s3fs.py").write_text("raise ImportError('not here')")
    code = "from metroetl.harvest import Archive\ntry: Archive('s3://a')\nexcept Exception as e: print(e)"
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    told = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert "ARCHIVE: s3://a needs s3fs" in told.stdout and "pip install metroetl[s3]" in told.stdout


def test_facts_of_every_address_stand_beside_the_bytes(archive: Archive) -> None:
    sha256 = archive.put(b"the same paper on two sites")
    mine = snapshot(sha256, "https://a.gov.cn/1.html", title="某规划", headers={"etag": '"x"'})
    theirs = snapshot(sha256, "https://b.gov.cn/9.html", title="转发某规划")
    for told in (mine, theirs, mine):
        archive.describe(told)
    assert archive.described(sha256) == [mine, theirs]
    assert archive.described("f" * 64) == []
    facts = [file.name for file, _, body in archive.files() if not body]
    assert sorted(s.url for s in archive.read_facts(facts) if isinstance(s, Snapshot)) == [
        mine.url,
        theirs.url,
    ]


def test_the_first_facts_stay(archive: Archive) -> None:
    sha256 = archive.put(PAGE)
    first = snapshot(sha256, "https://a.gov.cn/1.html", request={"method": "GET"})
    archive.describe(first)
    archive.describe(first.model_copy(update={"fetched_at": datetime(2025, 5, 1, tzinfo=UTC), "status": 203}))
    assert archive.described(sha256) == [first]
    told = first.model_copy(
        update={"publisher": "甲市统计局", "published_on": date(2025, 4, 1), "access": "internal"}
    )
    archive.describe(told)
    assert [s.access for s in archive.described(sha256)] == ["public", "internal"]


def test_damaged_facts_are_named_and_mended(archive: Archive) -> None:
    sha256 = archive.put(PAGE)
    kept = snapshot(sha256, "https://a.gov.cn/1.html")
    archive.describe(kept)
    (name,) = [file.name for file, _, body in archive.files() if not body]
    archive.store.write(name, b'{"sha256": ')
    with pytest.raises(Unreadable, match="no facts of a snapshot"):
        archive.described(sha256)
    assert [type(s) for s in archive.read_facts([name])] == [Unreadable]
    archive.describe(kept)
    assert archive.described(sha256) == [kept]


LIST, FILE = "/sj/index.html", "/sj/202504/P1.pdf"


def put_on_site(world: Any) -> None:
    """A list that can be asked conditionally, two articles, a file."""
    rows = [(f"./202504/t2025040{n}_{n}.html", f"甲市第{n}号数据", f"2025-04-0{n}") for n in (2, 1)]
    page = world.list_page(rows, 1)

    def listing(request: Request) -> Response:
        same = request.headers.get("if-none-match") == '"v1"'
        return Response(status_code=304) if same else HTMLResponse(page, headers={"etag": '"v1"'})

    link = f'<a href="{FILE}">附件：甲市数据.pdf</a>'
    world.site.replies |= {
        LIST: listing,
        "/sj/202504/t20250401_1.html": world.article("甲市第1号数据", link),
        "/sj/202504/t20250402_2.html": world.article("甲市第2号数据"),
        FILE: Response(b"%PDF-1.4\n%%EOF", media_type="application/pdf"),
    }


def test_a_harvest_into_a_bucket(world: Any, bucket: str) -> None:
    put_on_site(world)
    world.archive = Archive(f"{bucket}/archive")
    snapshots = [s.snapshot for s in world.harvest()]
    assert [s.role for s in snapshots].count("page") == 2 and len(snapshots) == 4
    assert all(world.archive.described(s.sha256) == [s] for s in snapshots)
    assert world.archive.get(snapshots[-1].sha256) and len(names(world.archive)) == 8
    known = {s.url: Known(url=s.url, sha256=s.sha256, etag=s.headers.get("etag")) for s in snapshots}
    (listing,) = world.harvest(known=known)
    assert (listing.fetch.status, listing.fetch.items, listing.snapshot) == (304, 2, None)
    assert not (world.home / "archive").exists() and (world.home / "agenda").is_dir()


def test_a_harvest_goes_on_when_the_store_is_back(world: Any, s3_env: dict[str, str]) -> None:
    import fsspec

    put_on_site(world)
    world.archive = Archive("s3://made-later")
    with pytest.raises(ArchiveFailure, match="bucket does not exist"):
        world.harvest()
    fsspec.filesystem("s3", use_listings_cache=False).mkdir("made-later")
    assert [s.fetch.outcome for s in world.harvest()] == ["listed", "new", "new", "new"]


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file of this process grows over 1,000 bytes."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("size", [5_000, 5_000_000])
def test_a_full_disk_is_a_failure_of_the_archive_and_leaves_nothing(
    tmp_path: Path, size: int, full_disk: None
) -> None:
    archive = Archive(str(tmp_path))
    with pytest.raises(ArchiveFailure):
        archive.put(os.urandom(size))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
