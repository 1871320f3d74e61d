"""Releases kept: every plan row gets the key of its release, every release one row, whenever plans are published.

What tells one release from another is in `metroetl.plans.release_key`. It takes all plans together, for a page that
arrives late may say which period the news of last week was about; so keys may change, and what was announced under the
old key stays announced under the new one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, select, update

from metroetl.plans.release_key import PARTS, Claim, group_releases
from metroetl.warehouse.load import put
from metroetl.warehouse.tables import table
from metroetl.warehouse.versions import SHANGHAI

STATES = ("draft", "new", "revised", "repealed")
"""Of a release, each above the one before: only a rise is news."""
_STATE_OF = {"draft": "draft", "issued": "new", "amended": "revised", "repealed": "repealed"}
Values = dict[str, Any]


def keep_releases(connection: Connection, batch_ids: Sequence[str], now: datetime) -> None:
    """Bring keys and releases up to date where these batches, still staged, touched a plan."""
    if not _touched(connection, batch_ids):
        return
    _tell_parts(connection, batch_ids)
    rows = _plan_rows(connection)
    claims = {row.plan_id: _claim(row) for row in rows if row.withdrawn_at is None}
    keys = group_releases(claims.values())
    before = {row.plan_id: row.release_key for row in rows}
    _write_keys(connection, {i: key for i, key in keys.items() if before[i] != key})
    current = [row for row in _newest(rows) if row.plan_id in keys and _bears(row)]
    known = {
        row["release_key"]: dict(row)
        for row in connection.execute(select(table("core_plan_release"))).mappings()
    }
    found = _releases(current, keys)
    _tell_successions(found)
    for key, values in found.items():
        old = known.get(key) or _moved(values["documents"], rows, before, known)
        values |= _announced(old, values["state"])
    _put(connection, found, known, now)


def _touched(connection: Connection, batch_ids: Sequence[str]) -> bool:
    staged, documents, plans = table("staging_document"), table("core_document"), table("core_plan")
    mine = select(staged.c.document_key).where(staged.c.batch_id.in_(batch_ids))
    of_them = (
        select(plans.c.plan_id)
        .join_from(plans, documents, documents.c.document_id == plans.c.document_id)
        .where(documents.c.document_key.in_(mine))
    )
    return bool(connection.execute(select(exists(of_them))).scalar())


def _tell_parts(connection: Connection, batch_ids: Sequence[str]) -> None:
    """What a document is of a release, as it is read now: a plan row that core had already was read by other rules."""
    staged, documents, plans = table("staging_plan"), table("staging_document"), table("core_plan")
    read = connection.execute(
        select(plans.c.plan_id, staged.c.release_part)
        .join_from(staged, documents, documents.c.row_id == staged.c.document_row_id)
        .join(plans, plans.c.plan_id == staged.c.content_id + documents.c.suffix)
        .where(
            documents.c.batch_id.in_(batch_ids),
            plans.c.release_part.is_distinct_from(staged.c.release_part),
        )
    ).all()
    if read:
        statement = (
            update(plans).where(plans.c.plan_id == bindparam("row")).values(release_part=bindparam("to"))
        )
        connection.execute(statement, [{"row": row.plan_id, "to": row.release_part} for row in read])


def _plan_rows(connection: Connection) -> Sequence[Row[Any]]:
    """Every plan row, also what was withdrawn or stands in an older version of its page, with its document."""
    plans, documents, sources = table("core_plan"), table("core_document"), table("dim_source")
    return connection.execute(
        select(
            *(plans.c[name] for name in _OF_PLAN),
            *(documents.c[name] for name in _OF_DOCUMENT),
            sources.c.precedence,
        )
        .join_from(plans, documents, documents.c.document_id == plans.c.document_id)
        .join(sources, sources.c.source_id == documents.c.source_id)
        .order_by(plans.c.plan_id)
    ).all()


_OF_PLAN = (
    "plan_id", "withdrawn_at", "title", "plan_type", "series_id", "round", "period_start", "period_end", "issuers",
    "doc_number", "issued_on", "status", "release_key", "release_part",
)  # fmt: skip
_OF_DOCUMENT = (
    "document_id", "document_key", "version", "published_on", "listed_on", "first_seen_at", "publisher",
)  # fmt: skip


def _claim(row: Row[Any]) -> Claim:
    """What a row states of its release; a row of an older program, without a part, only speaks of one."""
    seen: datetime = row.first_seen_at
    return Claim(
        id=row.plan_id,
        title=row.title,
        series_id=row.series_id,
        round=row.round,
        period_start=row.period_start,
        period_end=row.period_end,
        issuers=tuple(filter(None, row.issuers.split("、"))),
        doc_number=row.doc_number,
        status=row.status,
        part=row.release_part or "mention",
        day=row.issued_on or row.published_on or row.listed_on or seen.astimezone(SHANGHAI).date(),
    )


def _bears(row: Row[Any]) -> bool:
    """Whether a row alone shows that there is a release."""
    return (row.release_part or "mention") != "mention" and row.status in _STATE_OF


def _newest(rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    """Rows of the latest version of each page."""
    latest: dict[str, tuple[datetime, int]] = {}
    found = list(rows)
    for row in found:
        moment = (row.first_seen_at, row.version)
        latest[row.document_key] = max(moment, latest.get(row.document_key, moment))
    return [row for row in found if (row.first_seen_at, row.version) == latest[row.document_key]]


def _write_keys(connection: Connection, keys: dict[str, str]) -> None:
    plans = table("core_plan")
    if keys:
        statement = (
            update(plans).where(plans.c.plan_id == bindparam("row")).values(release_key=bindparam("to"))
        )
        connection.execute(statement, [{"row": i, "to": key} for i, key in keys.items()])


# --- what a release is ---------------------------------------------------------------------------------------------


def _releases(rows: Iterable[Row[Any]], keys: dict[str, str]) -> dict[str, Values]:
    members: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        members[keys[row.plan_id]].append(row)
    return {key: _release(key, sorted(found, key=_rank)) for key, found in members.items()}


def _rank(row: Row[Any]) -> tuple[Any, ...]:
    """The plan's text first, at its issuer's own address, then by the sources' order."""
    own = bool(row.publisher) and row.publisher in row.issuers
    return PARTS.index(row.release_part), not own, row.precedence, row.document_id


def _release(key: str, rows: Sequence[Row[Any]]) -> Values:
    first = min(rows, key=lambda r: (r.published_on or r.listed_on or r.first_seen_at.date(), r.document_id))
    whole = next((r for r in rows if r.period_start and r.period_end), None)
    return {
        "release_key": key,
        "title": rows[0].title,
        "plan_type": _first(rows, "plan_type"),
        "series_id": _first(rows, "series_id"),
        "round": _first(rows, "round"),
        "period_start": whole.period_start if whole else None,
        "period_end": whole.period_end if whole else _first(rows, "period_end"),
        "issuers": _first(rows, "issuers") or "",
        "doc_number": _first(rows, "doc_number"),
        "issued_on": _first(rows, "issued_on"),
        "state": max((_STATE_OF[r.status] for r in rows), key=STATES.index),
        "first_document_id": first.document_id,
        "first_seen_at": min(r.first_seen_at for r in rows),
        "documents": {r.document_id for r in rows},
        "day": _first(rows, "issued_on") or first.published_on,
    }


def _first(rows: Sequence[Row[Any]], name: str) -> Any:
    return next((value for row in rows if (value := getattr(row, name))), None)


def _tell_successions(releases: dict[str, Values]) -> None:
    """Say of each release which one of its line came before it: by round, else by the end of its period."""
    lines: dict[str, list[Values]] = defaultdict(list)
    for key, values in releases.items():
        lines[key.rpartition(".")[0]].append(values)
    for line in lines.values():
        for one in line:
            earlier = [other for other in line if _before(other, one)]
            last = max(earlier, key=lambda r: (r["round"] or 0, _ends(r), r["release_key"]), default=None)
            one["succeeds_key"] = last["release_key"] if last else None


def _before(one: Values, other: Values) -> bool:
    if one["round"] and other["round"]:
        return bool(one["round"] < other["round"])
    return bool(_ends(one) < _ends(other))


def _ends(release: Values) -> int:
    return release["period_end"] or (release["day"].year if release["day"] else 0)


# --- what was announced --------------------------------------------------------------------------------------------


def _moved(
    documents: set[str], rows: Iterable[Row[Any]], before: dict[str, str | None], known: dict[str, Values]
) -> Values | None:
    """The announced release that these documents were of, before their key changed."""
    for row in rows:
        if row.document_id in documents and (row.release_part or "mention") != "mention":
            old = known.get(before[row.plan_id] or "")
            if old and old["announced_state"]:
                return old
    return None


def _announced(old: Values | None, state: str) -> Values:
    """Announced stays announced, unless the release rose to another state since."""
    told = old["announced_state"] if old else None
    rose = told is None or STATES.index(state) > STATES.index(told)
    return {
        "announced_state": told,
        "announced_at": None if rose or old is None else old["announced_at"],
        "withdrawn_at": None,
    }


def _put(connection: Connection, found: dict[str, Values], known: dict[str, Values], now: datetime) -> None:
    target = table("core_plan_release")
    columns = [column.name for column in target.columns]
    rows = [{name: values[name] for name in columns} for values in found.values()]
    rows += [
        row | {"withdrawn_at": now}
        for key, row in known.items()
        if key not in found and row["withdrawn_at"] is None
    ]
    put(connection, target, [row for row in rows if row != known.get(row["release_key"])])
