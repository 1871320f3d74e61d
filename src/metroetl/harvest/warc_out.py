"""The archive as WARC 1.1 (ISO 28500), for other tools and other installations.

For each snapshot: a metadata record with its facts as we keep them (JSON, by which `warc_in` gives back exactly what
was exported), the request and the response. Facts come first, so that one pass reads them. A file that no HTTP answer
brought (inbox, a member of an archive) is a resource record. Heads of requests and responses are rebuilt from the
headers that are kept: their order, case and what was not kept are not as on the wire, and bodies are as decompressed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

from metroetl import __version__
from metroetl.errors import Unreadable
from metroetl.harvest.addresses import SAFE, host_of
from metroetl.harvest.archive import Archive
from metroetl.harvest.models import Snapshot

if TYPE_CHECKING:
    from warcio.warcwriter import WARCWriter

FACTS_TYPE = "application/vnd.metroetl.snapshot+json"
NOT_AS_SENT = ("content-length", "content-encoding", "transfer-encoding", "content-location")
ORIGINAL = "X-Archive-Orig-"
OF_US = {"method", "json", "form", "tls", "http_version", "url", "attempts"}
INFO = {
    "software": f"MetroETL/{__version__}",
    "format": "WARC File Format 1.1",
    "description": "Requests and responses are rebuilt from kept facts: order and case of headers, and headers that "
    f"were not kept, are lost; bodies are decompressed; what would contradict that is named {ORIGINAL}…. "
    f"The exact facts are in the metadata record ({FACTS_TYPE}) before each response or resource.",
}


def write_warc(
    archive: Archive, snapshots: Iterable[Snapshot], out: IO[bytes]
) -> Iterator[Snapshot | Unreadable]:
    """Write these snapshots, giving each when it is written, or the error of one whose body is missing or damaged."""
    from warcio.warcwriter import WARCWriter

    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    writer.write_record(writer.create_warcinfo_record(None, INFO))
    for snapshot in snapshots:
        try:
            records = _records(writer, archive, snapshot)
        except Unreadable as error:
            yield error
            continue
        for record in records:
            writer.write_record(record)
        yield snapshot


def _records(writer: WARCWriter, archive: Archive, snapshot: Snapshot) -> list[Any]:
    """The records of one snapshot; its body is checked as it is read into them."""
    served = bool(snapshot.headers and host_of(snapshot.url))
    uri = quote(_target(snapshot) if served else snapshot.url, safe=SAFE + "?#[]")
    key = f"<urn:uuid:{uuid4()}>"
    with archive.open(snapshot.sha256) as body:
        record = writer.create_warc_record(
            uri,
            "response" if served else "resource",
            payload=body,
            http_headers=_response_head(snapshot) if served else None,
            warc_content_type="" if served else snapshot.media_type or "application/octet-stream",
            warc_headers_dict={"WARC-Record-ID": key, "WARC-Date": _moment(snapshot.fetched_at)},
        )
    facts = snapshot.model_dump_json().encode()
    concurrent = {"WARC-Concurrent-To": key, "WARC-Date": _moment(snapshot.fetched_at)}
    metadata = writer.create_warc_record(
        uri,
        "metadata",
        payload=BytesIO(facts),
        length=len(facts),
        warc_content_type=FACTS_TYPE,
        warc_headers_dict=dict(concurrent),
    )
    return [metadata, *([_request(writer, uri, snapshot, concurrent)] if served else []), record]


def _target(snapshot: Snapshot) -> str:
    """The address that answered: the last of redirects, without the fragment that tells requests apart."""
    return snapshot.request.get("url", snapshot.url).partition("#")[0]


def _request(writer: WARCWriter, uri: str, snapshot: Snapshot, concurrent: dict[str, str]) -> Any:
    """How the bytes were asked for, as far as it was kept."""
    from warcio.statusandheaders import StatusAndHeaders

    asked, parts = snapshot.request, urlsplit(uri)
    body = (asked.get("json") or asked.get("form") or "").encode()
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    line = f"{asked.get('method', 'GET')} {path} HTTP/1.1"
    kept = [(name, _line(value)) for name, value in asked.items() if name not in OF_US]
    size = [("Content-Length", str(len(body)))] if body else []
    head = StatusAndHeaders(line, [("Host", parts.netloc), *kept, *size], is_http_request=True)
    return writer.create_warc_record(
        uri,
        "request",
        payload=BytesIO(body),
        length=len(body),
        http_headers=head,
        warc_headers_dict=dict(concurrent),
    )


def _response_head(snapshot: Snapshot) -> Any:
    from warcio.statusandheaders import StatusAndHeaders

    known = {status.value: status.phrase for status in HTTPStatus}
    kept = [
        (f"{ORIGINAL}{name}" if name.lower() in NOT_AS_SENT else name, _line(value))
        for name, value in snapshot.headers.items()
    ]
    line = f"{snapshot.status} {known.get(snapshot.status, '')}".strip()
    return StatusAndHeaders(line, [*kept, ("Content-Length", str(snapshot.size))], protocol="HTTP/1.1")


def _line(value: str) -> str:
    return " ".join(value.splitlines())


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
