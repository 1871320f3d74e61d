"""WARC: what was exported comes back as it was; a file of another tool gives its pages and documents, the rest by name."""

from __future__ import annotations

import gzip
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from metroetl.catalogue.models import INBOX
from metroetl.errors import Unreadable
from metroetl.harvest import Archive
from metroetl.harvest.models import Snapshot
from metroetl.harvest.warc_in import LeftOut, WarcReader
from metroetl.harvest.warc_out import write_warc

HOST = "https://tjj.jia.gov.cn"
START = datetime(2025, 4, 18, 2, 3, 4, 567890, tzinfo=UTC)
PAGE = (
    "<html><title>甲市第一季度数据</title><body>甲市（合成）："
    + "初步核算，全市经济总体平稳。" * 40
    + "</body></html>"
)
PDF = b"%PDF-1.4\n" + bytes(range(256)) * 500 + b"\n%%EOF"


def kept(archive: Archive, number: int, data: bytes, url: str, **facts: Any) -> Snapshot:
    """Bytes and facts in an archive."""
    values = {
        "sha256": archive.put(data),
        "source_id": "jia_tjj",
        "url": url,
        "role": "page",
        "fetched_at": START + timedelta(hours=number),
        "size": len(data),
        "media_type": "text/html",
        **facts,
    }
    snapshot = Snapshot.model_validate(values)
    archive.describe(snapshot)
    return snapshot


def fill(archive: Archive) -> list[Snapshot]:
    """A snapshot of every kind, oldest first."""
    head = {"content-type": "text/html; charset=utf-8", "etag": '"1"', "content-length": "777", "date": "Fri"}
    moved = head | {"content-location": f"{HOST}/b.html", "content-disposition": 'a; filename="甲市.pdf"'}
    asked = {
        "method": "GET",
        "http_version": "HTTP/1.1",
        "attempts": "2",
        "user-agent": "MetroETL",
        "tls": "legacy",
    }
    post = {"method": "POST", "json": '{"id": "甲"}', "content-type": "application/json"}
    page = PAGE.encode()
    return [
        kept(archive, 0, b"<ul>", f"{HOST}/sj/", role="listing", headers=head, listed_on=date(2025, 4, 18)),
        kept(archive, 1, page, f"{HOST}/a.html?x=1&y=甲", headers=head, request=asked, title="甲市 数据"),
        kept(archive, 2, page, f"{HOST}/old.html", headers=moved, request=asked | {"url": f"{HOST}/b.html"}),
        kept(archive, 3, b'{"v": "1.0"}', f"{HOST}/api#id=1", headers=head, request=post, status=203),
        kept(archive, 4, PDF, f"{HOST}/P1.pdf", role="attachment", headers=head, parent_url=f"{HOST}/a.html"),
        kept(archive, 5, b"in a zip", f"{HOST}/P.zip#内 1.txt", role="attachment", name="内 1.txt"),
        kept(archive, 6, b"", f"{HOST}/empty.html", headers={"content-type": "text/html"}, role="part"),
        kept(
            archive, 7, b"sent by mail", "inbox:甲市 通知.txt", role="inbox", source_id=INBOX, access="internal",
            publisher="甲市统计局", published_on=date(2025, 4, 1), media_type="text/plain", name="甲市 通知.txt",
        ),
    ]  # fmt: skip


def export(archive: Archive, path: Path) -> list[Snapshot | Unreadable]:
    snapshots = archive.read_facts(sorted(f.name for f, _, is_body in archive.files() if not is_body))
    with path.open("wb") as file:
        return list(write_warc(archive, [s for s in snapshots if isinstance(s, Snapshot)], file))


def take(
    path: Path, archive: Archive, source: Any, *more: Any, **options: Any
) -> tuple[list[Snapshot], list[LeftOut]]:
    """What a file gives, and what is left out of it."""
    sources = {s.id: s for s in (source, *more)}
    taken = list(WarcReader(archive, sources, **{"max_bytes": 1_000_000, **options}).read(path))
    return [t for t in taken if isinstance(t, Snapshot)], [t for t in taken if isinstance(t, LeftOut)]


def contents(archive: Archive) -> dict[str, bytes | None]:
    return {file.name: archive.store.read(file.name) for file in archive.store.entries()}


def test_an_archive_comes_back_as_it_was(world: Any, bucket: str, tmp_path: Path) -> None:
    first, second, out = Archive(tmp_path / "first"), Archive(f"{bucket}/second"), tmp_path / "out.warc.gz"
    snapshots = fill(first)
    assert {s.url for s in export(first, out) if isinstance(s, Snapshot)} == {s.url for s in snapshots}
    for _ in range(2):
        taken, left = take(out, second, world.source())
        assert sorted(taken, key=lambda s: s.fetched_at) == snapshots and left == []
        assert contents(second) == contents(first)


def test_other_tools_can_read_an_export(tmp_path: Path) -> None:
    archive, out = Archive(tmp_path / "first"), tmp_path / "out.warc.gz"
    snapshots = {s.url: s for s in fill(archive)}
    export(archive, out)
    records: dict[tuple[str, str], Any] = {}
    with out.open("rb") as file:
        for record in ArchiveIterator(file, check_digests="raise"):
            record.data = record.content_stream().read()
            records[record.rec_type, record.rec_headers.get_header("WARC-Target-URI") or ""] = record
            assert record.digest_checker.passed is not False
    asked = f"{HOST}/a.html?x=1&y=%E7%94%B2"
    response = records["response", asked]
    assert response.data == PAGE.encode() and response.http_headers.get_statuscode() == "200"
    assert response.rec_headers.get_header("WARC-Date") == "2025-04-18T03:03:04.567890Z"
    assert response.rec_headers.get_header("WARC-Payload-Digest").startswith("sha1:")
    assert response.http_headers.get_header("Content-Length") == str(len(PAGE.encode()))
    assert response.http_headers.get_header("X-Archive-Orig-content-length") == "777"
    request = records["request", asked]
    assert request.http_headers.protocol == "GET"
    assert request.http_headers.headers == [("Host", "tjj.jia.gov.cn"), ("user-agent", "MetroETL")]
    assert request.rec_headers.get_header("WARC-Concurrent-To") == response.rec_headers.get_header(
        "WARC-Record-ID"
    )
    assert records["request", f"{HOST}/api"].data == '{"id": "甲"}'.encode()
    assert records["request", f"{HOST}/api"].http_headers.statusline == "/api HTTP/1.1"
    assert records["response", f"{HOST}/b.html"].data == PAGE.encode()  # where the redirect led
    assert records["resource", "inbox:%E7%94%B2%E5%B8%82%20%E9%80%9A%E7%9F%A5.txt"].data == b"sent by mail"
    facts = records["metadata", f"{HOST}/b.html"].data
    assert Snapshot.model_validate_json(facts) == snapshots[f"{HOST}/old.html"]
    assert b"rebuilt from kept facts" in records["warcinfo", ""].data


def test_a_missing_body_is_named_and_the_rest_is_written(world: Any, tmp_path: Path) -> None:
    archive, out = Archive(tmp_path / "first"), tmp_path / "out.warc.gz"
    snapshots = fill(archive)
    pdf, empty = snapshots[4], snapshots[6]
    archive.store.write(f"{pdf.sha256[:2]}/{pdf.sha256}.gz", gzip.compress(PDF[:-1]))
    archive.store.remove(f"{empty.sha256[:2]}/{empty.sha256}.gz")
    errors = [e.message for e in export(archive, out) if isinstance(e, Unreadable)]
    assert sorted("another hash" in e for e in errors) == [False, True]
    taken, left = take(out, Archive(tmp_path / "second"), world.source())
    assert len(taken) == 6 and left == []


def test_damage_to_an_export_is_named(world: Any, tmp_path: Path) -> None:
    archive, out = Archive(tmp_path / "first"), tmp_path / "out.warc.gz"
    fill(archive)
    export(archive, out)
    whole, second = out.read_bytes(), Archive(tmp_path / "second")
    middle = len(whole) // 2
    for bad in (whole[:-9], whole[:middle], whole[:middle] + bytes(4) + whole[middle + 4 :]):
        out.write_bytes(bad)
        with pytest.raises(Unreadable, match="damaged or cut off"):
            take(out, second, world.source())
    assert not (tmp_path / "second").exists()
    plain = gzip.decompress(whole)
    at = plain.index(b"%PDF-1.4")
    out.write_bytes(plain[: at + 2000])
    with pytest.raises(Unreadable, match="cut off within a record"):
        take(out, second, world.source())
    out.write_bytes(plain[: at + 20] + b"!!" + plain[at + 22 :])
    taken, left = take(out, second, world.source())
    assert len(taken) == 7 and [(one.url, "damaged" in one.reason) for one in left] == [
        (f"{HOST}/P1.pdf", True)
    ]
    for bad in (b"", b"no WARC file\n", gzip.compress(b"neither\n")):
        out.write_bytes(bad)
        with pytest.raises(Unreadable, match=r"no record|no WARC file"):
            take(out, second, world.source())


def test_forged_and_unknown_facts_are_left_out(world: Any, tmp_path: Path) -> None:
    archive, out = Archive(tmp_path / "first"), tmp_path / "out.warc.gz"
    kept(archive, 1, b"<p>", f"{HOST}/a.html", source_id="gone", headers={"etag": "1"})
    (snapshot,) = [s for s in export(archive, out) if isinstance(s, Snapshot)]
    taken, left = take(out, Archive(tmp_path / "second"), world.source())
    assert (taken, [one.reason for one in left]) == ([], ["the catalogue has no source gone"])
    plain = gzip.decompress(out.read_bytes())
    out.write_bytes(plain.replace(b'"source_id":"gone"', b'"source_id":"jia_'.ljust(18, b" ")))
    _, left = take(out, Archive(tmp_path / "second"), world.source())
    assert [one.reason for one in left] == ["its facts are damaged"]
    out.write_bytes(plain.replace(snapshot.sha256.encode(), b"0" * 64))
    _, left = take(out, Archive(tmp_path / "second"), world.source())
    assert [one.reason for one in left] == ["its bytes are damaged (another hash)"]
    assert not (tmp_path / "second").exists()


class Foreign:
    """A WARC file as wget or a browser's recorder writes it: no facts of ours."""

    def __init__(self, path: Path, *, packed: bool = True) -> None:
        self.path = path
        self._file = path.open("wb")
        self._writer = WARCWriter(self._file, gzip=packed, warc_version="1.0")
        self._writer.write_record(self._writer.create_warcinfo_record("crawl.warc.gz", {"software": "Wget"}))

    def add(self, url: str, body: bytes | str, status: str = "200 OK", **headers: str) -> None:
        head = {"Content-Type": "text/html", **{k.replace("_", "-"): v for k, v in headers.items()}}
        request = self._writer.create_warc_record(
            url, "request", http_headers=StatusAndHeaders("GET / HTTP/1.1", [], is_http_request=True)
        )
        answer = self._writer.create_warc_record(
            url,
            "response",
            payload=io.BytesIO(body.encode() if isinstance(body, str) else body),
            http_headers=StatusAndHeaders(status, list(head.items()), protocol="HTTP/1.1"),
            warc_headers_dict={"WARC-Date": "2025-04-20T01:02:03Z"},
        )
        self._writer.write_request_response_pair(request, answer)

    def add_other(self, kind: str, url: str, body: bytes) -> None:
        self._writer.write_record(self._writer.create_warc_record(url, kind, payload=io.BytesIO(body)))

    def close(self) -> Path:
        self._file.close()
        return self.path


def chunked(data: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (data[:100], data[100:])) + b"0\r\n\r\n"


def test_a_foreign_file_gives_its_pages_and_documents(world: Any, tmp_path: Path) -> None:
    foreign, page = Foreign(tmp_path / "crawl.warc.gz"), PAGE.encode()
    foreign.add(f"{HOST}/sj/index.html", "<ul>" + "<li><a href='a.html'>甲市数据</a></li>" * 9)
    foreign.add("http://tjj.jia.gov.cn//sj/1.html", page, Set_Cookie="secret=1", ETag='"1"')
    foreign.add(f"{HOST}/sj/2.html", chunked(page + b"2"), Transfer_Encoding="chunked")
    foreign.add(f"{HOST}/sj/3.html", gzip.compress(page + b"3"), Content_Encoding="gzip")
    foreign.add(f"{HOST}/sj/P1.pdf", PDF, Content_Type="application/pdf")
    foreign.add(f"{HOST}/down?id=1", b"PK\3\4zip", Content_Type="application/octet-stream",
                Content_Disposition="attachment; filename*=UTF-8''%E7%94%B2.docx")  # fmt: skip
    archive = Archive(tmp_path / "archive")
    taken, left = take(foreign.close(), archive, world.source())
    assert left == []
    assert [(s.role, s.url.removeprefix(HOST)) for s in taken] == [
        ("listing", "/sj/index.html"),
        ("page", "/sj/1.html"),
        ("page", "/sj/2.html"),
        ("page", "/sj/3.html"),
        ("attachment", "/sj/P1.pdf"),
        ("attachment", "/down?id=1"),
    ]
    assert [archive.get(s.sha256)[-1:] for s in taken[1:4]] == [b">", b"2", b"3"]
    assert (taken[1].source_id, taken[1].headers) == ("jia_tjj", {"content-type": "text/html", "etag": '"1"'})
    assert taken[1].fetched_at == datetime(2025, 4, 20, 1, 2, 3, tzinfo=UTC)
    assert [s.name for s in taken[4:]] == ["P1.pdf", "甲.docx"]
    assert archive.described(taken[4].sha256) == [taken[4]] and archive.get(taken[4].sha256) == PDF


def test_what_is_left_of_a_foreign_file_is_named(world: Any, tmp_path: Path) -> None:
    foreign = Foreign(tmp_path / "crawl.warc", packed=False)
    foreign.add("https://elsewhere.gov.cn/1.html", PAGE)
    foreign.add(f"{HOST}/none.html", "gone", "404 Not Found")
    foreign.add(f"{HOST}/moved.html", "", "302 Found", Location="/x.html")
    foreign.add(f"{HOST}/logo.png", b"\x89PNG", Content_Type="image/png")
    foreign.add(f"{HOST}/wall.html", "<html><script>$_ts=1;r='m'</script></html>")
    foreign.add(f"{HOST}/soft.html", "<html><title>提示</title><body>您访问的页面不存在</body></html>")
    foreign.add(f"{HOST}/large.html", b"x" * 200_001)
    foreign.add(f"{HOST}/bomb.html", gzip.compress(b"x" * 10_000_000), Content_Encoding="gzip")
    foreign.add(f"{HOST}/br.html", b"\x0b\x02", Content_Encoding="br")
    foreign.add_other("resource", "file:///wget.log", b"log")
    foreign.add_other("revisit", f"{HOST}/again.html", b"HTTP/1.1 200 OK\r\n\r\n")
    archive = Archive(tmp_path / "archive")
    taken, left = take(foreign.close(), archive, world.source(), max_bytes=200_000)
    reasons = {one.url.rsplit("/", 1)[1]: one.reason for one in left}
    assert taken == [] and not (tmp_path / "archive").exists() and len(left) == 11
    assert reasons == {
        "1.html": "not of a host of the catalogue",
        "none.html": "HTTP 404",
        "moved.html": "HTTP 302",
        "logo.png": "neither page nor document: image/png",
        "wall.html": reasons["wall.html"],
        "soft.html": "SOFT_NOT_FOUND: a body of 74 bytes without content",
        "large.html": "more than 200000 bytes",
        "bomb.html": "more than 200000 bytes",
        "br.html": "its encoding br can't be undone",
        "wget.log": "a resource record",
        "again.html": "a revisit record",
    }
    assert reasons["wall.html"].startswith("BOT_CHALLENGE")


def test_a_host_of_several_sources_needs_a_choice(world: Any, tmp_path: Path) -> None:
    foreign = Foreign(tmp_path / "crawl.warc.gz")
    foreign.add(f"{HOST}/sj/1.html", PAGE)
    path, archive = foreign.close(), Archive(tmp_path / "archive")
    both = world.source(), world.source(id="jia_plan")
    taken, left = take(path, archive, *both)
    assert taken == [] and left[0].reason == "of jia_tjj, jia_plan: say which by --source"
    taken, left = take(path, archive, *both, chosen="jia_plan")
    assert [s.source_id for s in taken] == ["jia_plan"] and left == []
    other = world.source(id="yi_tjj", hosts=["tjj.yi.gov.cn"], list="https://tjj.yi.gov.cn/sj/")
    assert take(path, archive, *both, other, chosen="yi_tjj")[1][0].reason == "of jia_tjj, jia_plan"


def test_records_are_bounded(world: Any, tmp_path: Path) -> None:
    foreign = Foreign(tmp_path / "crawl.warc.gz")
    for number in range(5):
        foreign.add(f"{HOST}/sj/{number}.html", PAGE)
    with pytest.raises(Unreadable, match="more than 6 records"):
        take(foreign.close(), Archive(tmp_path / "archive"), world.source(), max_records=6)
