"""What was read from a document as one word, so that the same reading under the same rules isn't judged again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select, text

from metroetl import __version__
from metroetl.warehouse.keys import digest
from metroetl.warehouse.load import chunks
from metroetl.warehouse.tables import table
from metroetl.warehouse.versions import timelines_of

Rows = Mapping[str, Sequence[dict[str, Any]]]


def known_readings(connection: Connection, rows: Rows, judged_by: str) -> set[str]:
    """Row ids of the documents of which core has just this reading, judged by these rules; notes `reading_id` on all.

    A document of which a row waits in quarantine isn't one of them: it is judged again.
    """
    documents = rows.get("staging_document", ())
    rules = _rules(connection, judged_by)
    said = _said(rows)
    for document in documents:
        document["reading_id"] = digest(
            rules, document["findings"], document["access"], *said[document["row_id"]]
        )
    timelines = timelines_of(connection, sorted({d["document_key"] for d in documents}))
    same = {
        d["row_id"]: d["url"]
        for d in documents
        if (before := [v for v in timelines[d["document_key"]] if v.first_seen_at <= d["fetched_at"]])
        and (before[-1].content_hash, before[-1].reading_id) == (d["content_hash"], d["reading_id"])
    }
    waiting = _waiting(connection, sorted(set(same.values())))
    return {row_id for row_id, url in same.items() if url not in waiting}


def _rules(connection: Connection, judged_by: str) -> str:
    catalogue = text("SELECT value FROM meta_contract WHERE key = 'catalogue'")
    return digest(__version__, judged_by, connection.execute(catalogue).scalar())


def _said(rows: Rows) -> dict[str, list[str]]:
    """By document: each row's content and what the reader thought of it."""
    said: dict[str, list[str]] = defaultdict(list)
    for name, part in rows.items():
        if name != "staging_document":
            for row in part:
                said[row["document_row_id"]].append(
                    f"{row['content_id']} {row.get('publish')} {row.get('confidence')} {row.get('evidence')}"
                )
    return said


def _waiting(connection: Connection, urls: Sequence[str]) -> set[str]:
    quarantine = table("ops_quarantine")
    found: set[str] = set()
    for chunk in chunks(urls):
        open_ = select(quarantine.c.url).where(quarantine.c.url.in_(chunk), quarantine.c.state == "open")
        found |= set(connection.execute(open_).scalars())
    return found
