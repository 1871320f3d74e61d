"""WARC files between installations: archive and warehouse of the second are those of the first, however often."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from metroetl.catalogue.models import INBOX
from metroetl.errors import ArchiveFailure, MetroError, Unreadable
from metroetl.harvest.models import Snapshot
from metroetl.pipeline.warc import export_warc, import_warc

HOST = "https://www.deyang.gov.cn"


def fill(here: Any) -> list[Snapshot]:
    """Two versions of a page, a file, a list, a page of another source, a file that a person received."""
    return [
        here.bring(b"<p>first", f"{HOST}/1.html", days_ago=30),
        here.bring(b"<p>edited", f"{HOST}/1.html", days_ago=20, request={"method": "GET"}),
        here.bring(b"%PDF", f"{HOST}/1.pdf", days_ago=19, role="attachment", parent_url=f"{HOST}/1.html"),
        here.bring(b"<ul>", f"{HOST}/list.htm", days_ago=2, role="listing"),
        here.bring(b"<p>of another", "https://tjj.sc.gov.cn/1.html", days_ago=2, source_id="tjj_sc"),
        here.bring(
            b"mail", "inbox:1.txt", days_ago=1, role="inbox", source_id=INBOX, access="internal",
            publisher="甲市统计局", published_on=date(2025, 4, 1),
        ),
    ]  # fmt: skip


ROWS = """
SELECT sha256, source_id, url, role, state, fetched_at, size, headers, request, parent_url, publisher, published_on, access
FROM raw_snapshot ORDER BY fetched_at
"""


def contents(here: Any) -> dict[str, bytes | None]:
    return {file.name: here.archive.store.read(file.name) for file in here.archive.store.entries()}


def test_a_second_installation_gets_everything(install: Any, bucket: str, tmp_path: Path) -> None:
    first, out = install("first"), tmp_path / "out.warc.gz"
    snapshots = fill(first)
    done = export_warc(out, [])
    assert (done.snapshots, done.internal, done.unreadable) == (6, 1, [])
    assert {p.name for p in tmp_path.iterdir()} == {"first", "out.warc.gz"}
    second = install("second", f"{bucket}/archive")
    done_in = import_warc(out)
    assert (done_in.snapshots, done_in.new, done_in.internal, done_in.left) == (6, 6, 1, {})
    assert contents(second) == contents(first)
    assert second.warehouse.query(ROWS) == first.warehouse.query(ROWS)
    assert second.warehouse.pending() == first.warehouse.pending()
    assert second.warehouse.known("deyang").keys() == {s.url for s in snapshots if s.source_id == "deyang"}
    assert second.warehouse.known("deyang")[snapshots[0].url].sha256 == snapshots[1].sha256

    assert import_warc(out).new == 0
    assert second.warehouse.query(ROWS) == first.warehouse.query(ROWS)
    _, ((attempts,),) = second.warehouse.query("SELECT COUNT(*) FROM raw_fetch")
    assert attempts == 6
    _, runs = second.warehouse.query("SELECT state FROM ops_run WHERE flow = 'import'")
    assert runs == [("loaded",), ("loaded",)]


def test_an_export_takes_what_is_asked_for(install: Any, tmp_path: Path) -> None:
    here, out = install("here"), tmp_path / "out.warc.gz"
    fill(here)
    since = (datetime.now(UTC) - timedelta(days=10)).date()
    assert export_warc(out, ["deyang", INBOX]).snapshots == 5
    assert export_warc(out, [], since).snapshots == 3
    done = export_warc(out, [], since, public_only=True)
    assert (done.snapshots, done.internal) == (2, 0)
    assert b"mail" not in out.read_bytes()
    with pytest.raises(MetroError, match="no such source: nowhere"):
        export_warc(out, ["nowhere"])
    with pytest.raises(ArchiveFailure, match="missing"):
        export_warc(tmp_path / "missing" / "out.warc.gz", [])


def test_older_versions_take_their_place(install: Any, tmp_path: Path) -> None:
    """An installation that has a page's last version already learns of the first, and still knows the last as last."""
    first, out = install("first"), tmp_path / "out.warc.gz"
    snapshots = fill(first)
    export_warc(out, [])
    second = install("second")
    second.bring(b"<p>edited again", f"{HOST}/1.html", days_ago=1)
    assert import_warc(out).new == 6
    assert second.warehouse.known("deyang")[snapshots[0].url].sha256 not in {s.sha256 for s in snapshots}
    found = [s.sha256 for s in second.warehouse.pending(["deyang"]) if s.url == snapshots[0].url]
    assert found[:2] == [snapshots[0].sha256, snapshots[1].sha256] and len(found) == 3


def test_a_broken_file_takes_nothing_and_the_run_says_so(install: Any, tmp_path: Path) -> None:
    first, out = install("first"), tmp_path / "out.warc.gz"
    fill(first)
    export_warc(out, [])
    out.write_bytes(out.read_bytes()[:-20])
    second = install("second")
    with pytest.raises(Unreadable, match="cut off"):
        import_warc(out)
    assert second.warehouse.pending() == [] and second.bodies() == set()
    _, runs = second.warehouse.query("SELECT state FROM ops_run WHERE flow = 'import'")
    assert runs == [("failed",)]


def test_a_foreign_file_waits_to_be_read(install: Any, tmp_path: Path) -> None:
    here, path = install("here"), tmp_path / "crawl.warc.gz"
    page = "<html><title>合成</title><body>" + "甲市（合成）经济总体平稳。" * 60 + "</body></html>"
    with path.open("wb") as file:
        writer = WARCWriter(file)
        for url in (f"{HOST}/1.html", f"{HOST}/2.html", "https://elsewhere.example.cn/1.html"):
            head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            body = io.BytesIO((page + url).encode())
            writer.write_record(writer.create_warc_record(url, "response", payload=body, http_headers=head))
    done = import_warc(path)
    assert (done.new, dict(done.sources), done.left_out) == (2, {"deyang": 2}, 1)
    assert done.left == {"not of a host of the catalogue": ["https://elsewhere.example.cn/1.html"]}
    assert sorted(s.url for s in here.warehouse.pending()) == [f"{HOST}/1.html", f"{HOST}/2.html"]
    assert (import_warc(path).new, len(here.bodies())) == (0, 2)
