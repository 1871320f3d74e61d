"""Files of a folder as records: what `metroetl read` prints."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from metroetl.documents.models import Document
from metroetl.documents.reading import read_document
from metroetl.errors import DocumentError

SUFFIX = re.compile(
    r"\.(?:s?html?|xhtml|mht(?:ml)?|pdf|docx?|wps|rtf|odt|xlsx|xlsm|xlsb|xls|et|ods|ofd|csv|txt|md|zip)",
    re.I,
)


def read_folder(path: Path) -> Iterator[dict[str, Any]]:
    """One record a file below `path` (or for the file itself), in the order of their names.

    A record holds `file` (relative to `path`), `title`, `doc_number`, `index_number`, `written_on`, `published_on` (ISO),
    `text`, `tables` (count), `attachments` ([{url, name}]) and, where the file couldn't be read, `error` in their place.
    """
    files = (
        [path]
        if path.is_file()
        else sorted(f for f in path.rglob("*") if SUFFIX.fullmatch(f.suffix) and f.is_file())
    )
    for file in files:
        name = file.name if path.is_file() else file.relative_to(path).as_posix()
        yield {"file": name, **read_file(file, name)}


def read_file(file: Path, url: str) -> dict[str, Any]:
    """What one file says, or the error that names why not."""
    try:
        document = document_of(file, url)
    except DocumentError as error:
        return {"error": str(error)}
    return {
        "title": document.title,
        "publisher": document.publisher,
        "doc_number": document.doc_number,
        "index_number": document.index_number,
        "written_on": document.written_on and document.written_on.isoformat(),
        "published_on": document.published_on and document.published_on.isoformat(),
        "text": document.text,
        "tables": len(document.tables),
        "attachments": [a.model_dump() for a in document.attachments],
        "findings": document.findings,
    }


def document_of(file: Path, url: str, *, source_id: str = "folder", role: str = "page") -> Document:
    """The document in a file that no source has fetched; raises DocumentError if there is none."""
    from metroetl.harvest.models import Snapshot

    data = file.read_bytes()
    snapshot = Snapshot(
        sha256=hashlib.sha256(data).hexdigest(),
        source_id=source_id,
        url=url,
        role=role,
        fetched_at=datetime.fromtimestamp(file.stat().st_mtime, UTC),
        media_type=mimetypes.guess_type(file.name)[0] or "",
        size=len(data),
        name=file.name,
    )
    return read_document(data, snapshot)


def document_of_person(path: Path) -> Document:
    """The document in a file of a person, as of the inbox; raises DocumentError if there is none."""
    from metroetl.catalogue.models import INBOX

    return document_of(path, f"inbox:{path.name}", source_id=INBOX, role="inbox")
