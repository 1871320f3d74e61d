"""Two versions of a document compared."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from metroetl.documents.compare.models import Changes, FileChange, ValueChange
from metroetl.documents.compare.tables import compare_tables
from metroetl.documents.compare.text import compare_text, quiet, squeeze

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from metroetl.documents.models import Attachment, Document

FIELDS = (
    "title", "publisher", "doc_number", "index_number", "issue", "issue_total", "published_on", "written_on",
    "effective_on", "region_code", "access", "media_type",
)  # fmt: skip


def compare(
    old: Document,
    new: Document,
    old_files: Mapping[str, str] | None = None,
    new_files: Mapping[str, str] | None = None,
) -> Changes:
    """What changed from one version of a document to another; `old_files` and `new_files` are the SHA-256 of its
    attachments by address, as far as they are known.

    Two documents of one content hash have no changes of text, tables or links.
    """
    one, other = squeeze(quiet(old.text)), squeeze(quiet(new.text))
    texts = compare_text(old, new) if one != other else []
    tables = compare_tables(old, new) if one != other else []
    return Changes(
        fields=list(_fields(old, new)),
        texts=texts,
        tables=tables,
        files=list(compare_files(old.attachments, new.attachments, old_files or {}, new_files or {})),
        rearranged=one != other and not texts and not tables,
    )


def _fields(old: Document, new: Document) -> Iterator[ValueChange]:
    for name in FIELDS:
        before, after = (_plain(getattr(document, name)) for document in (old, new))
        if squeeze(before or "") != squeeze(after or ""):
            yield ValueChange(name=name, old=before, new=after)


def _plain(value: object) -> str | None:
    return None if value is None or value == "" else str(value)


def compare_files(
    old: Sequence[Attachment],
    new: Sequence[Attachment],
    old_files: Mapping[str, str],
    new_files: Mapping[str, str],
) -> Iterator[FileChange]:
    """Attachments that changed: by address, then by a name that only one file on each side has."""
    one, other = {a.url: a for a in old}, {a.url: a for a in new}
    gone = [a for a in one.values() if a.url not in other]
    come = [a for a in other.values() if a.url not in one]
    pairs = [(a, other[a.url]) for a in one.values() if a.url in other] + _namesakes(gone, come)
    for was, now in pairs:
        sums = old_files.get(was.url), new_files.get(now.url)
        told = _told(was, now) | {"old_sha256": sums[0], "new_sha256": sums[1]}
        if all(sums) and sums[0] != sums[1]:
            yield FileChange.model_validate({"kind": "replaced", **told})
        elif was.url != now.url:
            yield FileChange.model_validate({"kind": "moved" if all(sums) else "replaced", **told})
        elif squeeze(was.name) != squeeze(now.name):
            yield FileChange.model_validate({"kind": "renamed", **told})
    met = {a.url for pair in pairs for a in pair}
    for a in gone:
        if a.url not in met:
            yield FileChange(kind="removed", old_name=a.name, old_url=a.url, old_sha256=old_files.get(a.url))
    for a in come:
        if a.url not in met:
            yield FileChange(kind="added", new_name=a.name, new_url=a.url, new_sha256=new_files.get(a.url))


def _namesakes(gone: Sequence[Attachment], come: Sequence[Attachment]) -> list[tuple[Attachment, Attachment]]:
    """Files of one name at two addresses."""
    first, second = _by_name(gone), _by_name(come)
    return [(a, second[name]) for name, a in first.items() if name in second]


def _by_name(files: Sequence[Attachment]) -> dict[str, Attachment]:
    counts = Counter(squeeze(a.name) for a in files)
    return {name: a for a in files if (name := squeeze(a.name)) and counts[name] == 1}


def _told(was: Attachment, now: Attachment) -> dict[str, str]:
    return {"old_name": was.name, "new_name": now.name, "old_url": was.url, "new_url": now.url}
