"""Steps of a harvest: an answer archived with its facts, or a failure by its name."""

from __future__ import annotations

import logging
import mimetypes
import re
import time
from collections.abc import Mapping
from datetime import date
from urllib.parse import unquote, urlsplit

from metroetl import clock
from metroetl.documents import is_archive, member_url, open_members
from metroetl.documents.told import REGION
from metroetl.errors import DocumentError, HarvestError, MetroError
from metroetl.harvest.addresses import Request
from metroetl.harvest.answer import Answer
from metroetl.harvest.archive import Archive
from metroetl.harvest.models import STAND_IN, Fetch, Harvested, Known, Notice, Role, Snapshot

log = logging.getLogger("metroetl.harvest")

CHARSET = re.compile(r"charset=[\"']?([\w.:-]{2,20})", re.I)
FILE_NAME = re.compile(
    r"filename\*\s{0,2}=\s{0,2}[\w-]{1,20}'[\w-]{0,10}'([^;]{1,400})|filename\s{0,2}=\s{0,2}\"?([^\";]{1,400})",
    re.I,
)


def keep(
    archive: Archive,
    answer: Answer,
    source_id: str,
    request: Request,
    role: Role,
    *,
    notice: Notice | None = None,
    listed_on: date | None = None,
    name: str = "",
) -> Snapshot:
    """Archive the bytes, then their facts. `notice` is the listing's word on a page, or on the page of an attachment.

    The header `content-location` is where a redirect led.
    """
    moved = {"content-location": answer.final_url} if answer.final_url != answer.url else {}
    with answer.content.open() as file:
        sha256 = archive.put(file)
    snapshot = Snapshot(
        sha256=sha256,
        source_id=source_id,
        url=request.key,
        role=role,
        fetched_at=answer.fetched_at,
        status=answer.status,
        media_type=answer.headers.get("content-type", "").split(";")[0].strip().lower(),
        size=answer.content.size,
        headers={**answer.headers, **moved},
        title=notice.title if notice else "",
        listed_on=notice.listed_on if notice else listed_on,
        parent_url=notice.url if notice and role in {"attachment", "part"} else None,
        name=name,
        request=dict(answer.request),
    )
    archive.describe(snapshot)
    return snapshot


def member_step(
    archive: Archive, container: Snapshot, name: str, data: bytes, known: Mapping[str, Known]
) -> Harvested:
    """A file out of an archive, as a snapshot of its own at the archive's address and the file's name."""
    member = container.model_copy(
        update={
            "sha256": archive.put(data),
            "url": member_url(container.url, name),
            "role": "inbox" if container.role == "inbox" else "attachment",
            "media_type": mimetypes.guess_type(name)[0] or "",
            "size": len(data),
            "headers": {k: v for k, v in container.headers.items() if k in {STAND_IN, REGION, "date"}},
            "parent_url": container.parent_url or container.url,
            "name": name,
            "request": {"member_of": container.url},
        }
    )
    archive.describe(member)
    before = known.get(member.url)
    same = before is not None and before.sha256 == member.sha256
    fetch = Fetch(
        source_id=member.source_id,
        url=member.url,
        role=member.role,
        at=member.fetched_at,
        outcome="unchanged" if same else "changed" if before else "new",
        size=member.size,
        sha256=member.sha256,
    )
    return Harvested(fetch=fetch, snapshot=None if same else member)


def member_steps(
    archive: Archive, container: Snapshot, data: bytes, known: Mapping[str, Known]
) -> list[Harvested]:
    """The documents in a file's bytes, each a snapshot of its own; none where it is no archive.

    They are to be recorded before the container, so that a killed run looks inside again. What can't be opened is told
    when the container is read.
    """
    if not is_archive(data):
        return []
    steps = []
    try:
        for member in open_members(data, container.name or container.url):
            steps.append(member_step(archive, container, member.name, member.data, known))
    except DocumentError as error:
        log.warning("%s: %s", container.url, error)
    return steps


def page_step(answer: Answer, snapshot: Snapshot, known: Known | None) -> Harvested:
    """A page or attachment that came, beside what was known of its address."""
    same = known is not None and known.sha256 == snapshot.sha256
    fetch = Fetch(
        source_id=snapshot.source_id,
        url=snapshot.url,
        role=snapshot.role,
        at=answer.fetched_at,
        outcome="unchanged" if same else "changed" if known else "new",
        status=answer.status,
        seconds=answer.seconds,
        size=snapshot.size,
        sha256=snapshot.sha256,
    )
    return Harvested(fetch=fetch, snapshot=None if same else snapshot)


def unmodified_step(answer: Answer, source_id: str, role: Role, known: Known) -> Harvested:
    """A page or attachment of which the site says that it is still the same."""
    fetch = Fetch(
        source_id=source_id,
        url=known.url,
        role=role,
        at=answer.fetched_at,
        outcome="unchanged",
        status=answer.status,
        seconds=answer.seconds,
        sha256=known.sha256,
    )
    return Harvested(fetch=fetch)


def failed_step(source_id: str, url: str, role: Role, error: MetroError, began: float) -> Harvested:
    """An attempt that brought nothing, begun at `began` (monotonic seconds)."""
    fetch = Fetch(
        source_id=source_id,
        url=url,
        role=role,
        at=clock.now(),
        outcome=error.code,
        status=error.status if isinstance(error, HarvestError) else None,
        seconds=time.monotonic() - began,
        detail=error.message,
        way_out=error.way_out,
    )
    return Harvested(fetch=fetch)


def charset_of(answer: Answer) -> str | None:
    """The charset that the header states."""
    match = CHARSET.search(answer.headers.get("content-type", ""))
    return match.group(1) if match else None


def file_name(answer: Answer, titled: str) -> str:
    """The name of a file: as its link titled it, unless that only repeats the address; else from Content-Disposition
    (percent-encoded or raw), else the end of the address."""
    address = unquote(answer.url)
    if titled and titled not in address:
        return titled
    if match := FILE_NAME.search(answer.headers.get("content-disposition", "")):
        return unquote((match.group(1) or match.group(2)).strip())
    return titled or urlsplit(address).path.rsplit("/", 1)[-1]
