"""Republications: new documents compared with what is there, and tied where they are surely the same paper."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from metroetl import clock
from metroetl.warehouse.load import chunks, put
from metroetl.warehouse.tables import table
from metroetl.warehouse.versions import SHANGHAI

if TYPE_CHECKING:
    from metroetl.documents.same import Paper, Tie

Row = dict[str, Any]
AT_HAND = 5_000_000  # characters of texts, which are compared with several others


@dataclass(frozen=True)
class Head:
    """A document without its text, as far as it tells which of several was first."""

    paper: Paper
    first: tuple[date, int, datetime, str]
    has_text: bool


def tie_republications(connection: Connection, run_id: str | None) -> int:
    """Compare what a run published (all documents if None) with every address's latest version; rows that changed.

    A new version of a tied address stays tied, as long as its title is the same.
    """
    heads = {head.paper.id: head for head in _heads(connection)}
    new = [i for i in _published_by(connection, run_id) if i in heads]
    if not new:
        return 0
    before = _rows_before(connection)
    rows = _carried(connection, heads, new, before) | before
    groups = _Groups({i: row["work_id"] for i, row in rows.items()})
    for tie in _ties(connection, heads, new):
        groups.join(tie.first, tie.second)
        for member in (tie.first, tie.second):
            rows[member] = _better(rows.get(member), tie, member)
    everyone = _firsts(connection, heads, rows)
    now = clock.now()
    changed = []
    for members in groups.all():
        work = min(members, key=lambda i: (rows[i]["role"] == "forwarding", everyone[i]))
        for member in members:
            role = rows[member]["role"]
            role = "original" if member == work else "republication" if role == "original" else role
            row = rows[member] | {"document_id": member, "work_id": work, "role": role}
            if any(row[k] != before.get(member, {}).get(k) for k in ("work_id", "role", "basis", "score")):
                changed.append(row | {"tied_at": now})
    put(connection, table("core_republication"), changed)
    return len(changed)


def _ties(connection: Connection, heads: dict[str, Head], new: list[str]) -> Iterator[Tie]:
    """Ties of new documents, a month of them at a time: no more of others is kept than a copy may be of."""
    from metroetl.documents.candidates import Names, Sketches, month_of

    names, sketches = Names(head.paper for head in heads.values()), Sketches()
    months: dict[int, list[str]] = defaultdict(list)
    for i, head in heads.items():
        months[month_of(head.paper) or 0].append(i)
    wanted = set(new)
    for month in sorted(months):
        ours = [i for i in months[month] if i in wanted]
        if not ours:
            continue
        sketches.forget(before=month - 1)
        for near in (month - 1, month, month + 1):
            with_text = [i for i in months.get(near, ()) if heads[i].has_text and i not in sketches]
            for paper in _with_text(connection, heads, with_text):
                sketches.add(paper)
        pairs = names.pairs(heads[i].paper for i in ours)
        pairs |= {(a, b) for a, b in sketches.pairs(ours) if heads[a].paper.key != heads[b].paper.key}
        yield from _tied(connection, heads, pairs)


def _tied(connection: Connection, heads: dict[str, Head], pairs: Iterable[tuple[str, str]]) -> Iterator[Tie]:
    from metroetl.documents.same import compare, plausible

    likely = sorted(pair for pair in pairs if plausible(*(heads[i].paper for i in pair)))
    whole: dict[str, Paper] = {}
    for batch in _batches(likely):
        if sum(len(paper.text) for paper in whole.values()) > AT_HAND:
            whole.clear()
        missing = sorted({i for pair in batch for i in pair} - whole.keys())
        whole |= {paper.id: paper for paper in _with_text(connection, heads, missing)}
        for a, b in batch:
            if tie := compare(whole[a], whole[b]):
                yield tie


def _batches(pairs: Sequence[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    for start in range(0, len(pairs), 500):
        yield pairs[start : start + 500]


def _heads(connection: Connection) -> Iterator[Head]:
    """The latest version of each address."""
    from metroetl.documents.same import LEAST, Paper

    d, sources = table("core_document"), table("dim_source")
    place = func.row_number().over(
        partition_by=d.c.document_key, order_by=(d.c.first_seen_at.desc(), d.c.version.desc())
    )
    columns = [c for c in d.columns if c.name in _HEAD]
    latest = select(*columns, place.label("place")).subquery("latest")
    rows = connection.execute(
        select(latest, sources.c.precedence)
        .join(sources, sources.c.source_id == latest.c.source_id)
        .where(latest.c.place == 1)
    )
    for row in rows:
        paper = Paper(
            id=row.document_id,
            key=row.document_key,
            url=row.url,
            title=row.title,
            text="",
            number=row.doc_number,
            publisher=row.publisher,
            day=_day(row),
            written_on=row.written_on,
            parent_url=row.parent_url,
        )
        yield Head(paper, _first(row), row.text_length >= LEAST)


_HEAD = {
    "document_id", "document_key", "source_id", "url", "title", "doc_number", "publisher", "published_on", "listed_on",
    "written_on", "first_seen_at", "parent_url", "text_length",
}  # fmt: skip


def _day(row: Any) -> date:
    known: date | None = row.published_on or row.listed_on
    seen: datetime = row.first_seen_at
    return known or seen.astimezone(SHANGHAI).date()


def _first(row: Any) -> tuple[date, int, datetime, str]:
    return (_day(row), row.precedence, row.first_seen_at, row.document_id)


def _published_by(connection: Connection, run_id: str | None) -> list[str]:
    documents, batches = table("core_document"), table("ops_batch")
    wanted = select(documents.c.document_id)
    if run_id is not None:
        mine = select(batches.c.batch_id).where(batches.c.settled_by == run_id)
        wanted = wanted.where(documents.c.batch_id.in_(mine))
    return list(connection.execute(wanted.order_by(documents.c.document_id)).scalars())


def _with_text(connection: Connection, heads: dict[str, Head], ids: Sequence[str]) -> Iterator[Paper]:
    documents = table("core_document")
    for chunk in chunks(ids):
        rows = connection.execute(
            select(documents.c.document_id, documents.c.text).where(documents.c.document_id.in_(chunk))
        )
        for row in rows:
            yield replace(heads[row.document_id].paper, text=row.text)


def _rows_before(connection: Connection) -> dict[str, Row]:
    found = connection.execute(select(table("core_republication"))).mappings()
    return {row["document_id"]: dict(row) for row in found}


def _carried(
    connection: Connection, heads: dict[str, Head], new: list[str], before: dict[str, Row]
) -> dict[str, Row]:
    """What an earlier version of the same address and title was tied to."""
    from metroetl.documents.naming import title_layers

    documents = table("core_document")
    keys = {heads[i].paper.key: i for i in new if i not in before}
    carried: dict[str, Row] = {}
    for chunk in chunks(sorted(before)):
        rows = connection.execute(
            select(documents.c.document_id, documents.c.document_key, documents.c.title).where(
                documents.c.document_id.in_(chunk)
            )
        )
        for row in rows:
            heir = keys.get(row.document_key)
            if heir and title_layers(row.title) == title_layers(heads[heir].paper.title):
                carried[heir] = before[row.document_id]
    return carried


_STRENGTH = {"body": 0, "title": 1, "number": 2}


def _better(row: Row | None, tie: Tie, member: str) -> Row:
    """The stronger of two reasons; who forwards once forwards."""
    forwards = tie.forwarder == member or (row is not None and row["role"] == "forwarding")
    role = "forwarding" if forwards else row["role"] if row else "republication"
    if row is not None and (_STRENGTH[row["basis"]], row["score"]) >= (_STRENGTH[tie.basis], tie.score):
        return row | {"role": role}
    return {"role": role, "basis": tie.basis, "score": tie.score}


def _firsts(
    connection: Connection, heads: dict[str, Head], rows: Iterable[str]
) -> dict[str, tuple[date, int, datetime, str]]:
    """When each member came out, also an older version that is no address's latest."""
    documents, sources = table("core_document"), table("dim_source")
    found = {i: head.first for i, head in heads.items()}
    for chunk in chunks(sorted(set(rows) - set(found))):
        older = connection.execute(
            select(documents, sources.c.precedence)
            .join(sources, sources.c.source_id == documents.c.source_id)
            .where(documents.c.document_id.in_(chunk))
        )
        found |= {row.document_id: _first(row) for row in older}
    return found


class _Groups:
    """Documents in groups that grow together."""

    def __init__(self, works: dict[str, str]) -> None:
        self._parent: dict[str, str] = {}
        for member, work in works.items():
            self.join(member, work)

    def join(self, one: str, other: str) -> None:
        self._parent[self._root(one)] = self._root(other)

    def all(self) -> Iterable[list[str]]:
        groups: dict[str, list[str]] = defaultdict(list)
        for member in sorted(self._parent):
            groups[self._root(member)].append(member)
        return groups.values()

    def _root(self, member: str) -> str:
        root = self._parent.setdefault(member, member)
        while root != self._parent[root]:
            self._parent[root] = self._parent[self._parent[root]]
            root = self._parent[root]
        return root
