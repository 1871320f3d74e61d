"""Items of lists keep their identity over the years: a list's items take the keys of those of the list before.

It is worked out anew from what core holds of a source's lists whenever one is loaded, so that the order of loading
and a replay make no difference. A list is known by its source and its title without years.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from metroetl.plans.carried import Listed, carry_over, identify, plain_name
from metroetl.warehouse.keys import digest
from metroetl.warehouse.tables import table


def item_keys(source_id: str, title: str, items: Sequence[Listed]) -> list[str]:
    """The key of each item of a list, as long as no list before it is known."""
    return [digest("item", source_id, plain_name(title), *what) for what in identify(items)]


def carry_items(connection: Connection, batch_ids: list[str]) -> None:
    """Give the items of the lists of these batches' sources their keys, and reports on them too."""
    documents = table("staging_document")
    sources: set[str] = set()
    for name in ("staging_plan_project", "staging_plan_progress"):
        staged = table(name)
        mine = (
            select(staged.c.source_id)
            .distinct()
            .join(documents, documents.c.row_id == staged.c.document_row_id)
            .where(documents.c.batch_id.in_(batch_ids))
        )
        sources |= set(connection.execute(mine).scalars())
    for source_id in sorted(sources):
        rows = _current(connection, source_id, "core_plan_project")
        keys = _keys(source_id, rows)
        _write(connection, "core_plan_project", "project_id", rows, keys)
        reports = _current(connection, source_id, "core_plan_progress")
        _write(connection, "core_plan_progress", "progress_id", reports, _of_reports(reports, rows, keys))


def _current(connection: Connection, source_id: str, name: str) -> list[Row[Any]]:
    """What the newest version of each of a source's documents says, in the order of publication."""
    target, documents = table(name), table("core_document")
    newer = documents.alias()
    later = select(newer.c.document_id).where(
        newer.c.document_key == documents.c.document_key, newer.c.first_seen_at > documents.c.first_seen_at
    )
    found = (
        select(target, documents.c.title.label("list_title"), documents.c.published_at)
        .join(documents, documents.c.document_id == target.c.document_id)
        .where(documents.c.source_id == source_id, target.c.withdrawn_at.is_(None), ~later.exists())
        .order_by(documents.c.published_at, documents.c.document_key, target.c.ordinal)
    )
    return list(connection.execute(found))


def _keys(source_id: str, rows: Sequence[Row[Any]]) -> list[str]:
    """The keys of a source's items: list by list, year by year, each year's from the year before."""
    lists: dict[str, dict[int, dict[str, list[int]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for index, row in enumerate(rows):
        lists[plain_name(row.list_title)][row.list_year or 0][row.document_id].append(index)
    keys = [""] * len(rows)
    for years in lists.values():
        before: dict[str, Row[Any]] = {}
        for year in sorted(years):
            found: dict[str, Row[Any]] = {}
            for document in years[year].values():
                items = [rows[i] for i in document]
                own = item_keys(source_id, items[0].list_title, items)
                kept = carry_over(list(before.values()), items).kept
                earlier = list(before)
                for position, index in enumerate(document):
                    keys[index] = earlier[kept[position]] if position in kept else own[position]
                    found.setdefault(keys[index], rows[index])
            before = found if year else {}
    return keys


def _of_reports(
    reports: Sequence[Row[Any]], rows: Sequence[Row[Any]], keys: Sequence[str]
) -> list[str | None]:
    """The key of the item that a report names: the only one of its name among the source's lists, else none."""
    named: dict[str, set[str]] = defaultdict(set)
    for row, key in zip(rows, keys, strict=True):
        named[plain_name(row.name)].add(key)
    found = (named.get(plain_name(report.name), set()) for report in reports)
    return [next(iter(keys)) if len(keys) == 1 else None for keys in found]


def _write(
    connection: Connection, name: str, key: str, rows: Sequence[Row[Any]], keys: Sequence[str | None]
) -> None:
    target = table(name)
    changed = [
        {"row_key": getattr(row, key), "new_key": item_key}
        for row, item_key in zip(rows, keys, strict=True)
        if row.item_key != item_key
    ]
    if changed:
        this = target.c[key] == bindparam("row_key")
        connection.execute(update(target).where(this).values(item_key=bindparam("new_key")), changed)
