"""What a person told of a file, where the file itself doesn't say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from metroetl.documents.models import DateCandidate

if TYPE_CHECKING:
    from metroetl.documents.models import Document
    from metroetl.harvest.models import Snapshot

REGION = "x-metroetl-region"  # a header of our own beside a file's facts: the region whose release it is
STATED = {"block", "meta", "printed"}


def with_told(document: Document, snapshot: Snapshot) -> Document:
    """The document with publisher and day of publication as told, unless it states its own; a contradiction is a finding.

    A day that only the address or the listing's date suggested gives way to the one that was told.
    """
    told = snapshot.published_on
    publisher = document.publisher or snapshot.publisher
    if told is None:
        return document.model_copy(update={"publisher": publisher})
    stated = any(c.origin in STATED and c.value == document.published_on for c in document.dates)
    candidate = DateCandidate(origin="told", value=told, text="told of the file")
    findings = list(document.findings)
    if stated and document.published_on is not None and abs((document.published_on - told).days) > 1:
        findings.append(f"DATES_DIFFER: published {document.published_on}, told {told}")
    return document.model_copy(
        update={
            "publisher": publisher,
            "published_on": document.published_on if stated else told,
            "dates": [*document.dates, candidate],
            "findings": findings,
        }
    )


def access_of(snapshot: Snapshot) -> Literal["public", "internal"]:
    """Who may see a document: as told; a file of the inbox of which nothing was told is internal."""
    if snapshot.role == "inbox" and "access" not in snapshot.model_fields_set:
        return "internal"
    return snapshot.access
