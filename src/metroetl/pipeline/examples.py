"""Example pages of a source: whether the rooms read from them what their expectations say.

An example is a page (`list.html`, `page.html`, also `.json` or `.xml`) with `<name>.expected.json` beside it. All
figures of a page are compared, missing and surplus ones; of a plan only what the expectation names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metroetl.catalogue import catalogue
from metroetl.catalogue.load import own_folder, project_pages
from metroetl.documents import decode, read_document
from metroetl.harvest.listings import family_named
from metroetl.harvest.models import Snapshot
from metroetl.plans import read_plan
from metroetl.statistics import extract_statistics

if TYPE_CHECKING:
    from metroetl.catalogue.models import Source
    from metroetl.documents.models import Document
    from metroetl.harvest.models import Notice

SUFFIX = ".expected.json"
READ_AT = datetime(2026, 11, 1, tzinfo=UTC)
SIDE_NOTES = {"origin", "url"}


@dataclass(frozen=True)
class Example:
    """One page and what it is expected to say; `expected` is None where nobody wrote that yet."""

    path: Path
    expected: dict[str, Any] | None

    @property
    def is_list(self) -> bool:
        """Whether it is a list page, the first or a further one (`list_2`), and not an item's."""
        return self.path.stem.startswith("list")

    @property
    def sidecar(self) -> Path:
        """Where the expectation stands."""
        return self.path.with_name(self.path.stem + SUFFIX)


def examples_in(folder: Path) -> list[Example]:
    """The examples of a source's folder; none where there is no such folder."""
    pages = sorted(p for p in folder.glob("*") if p.is_file() and not p.name.endswith(SUFFIX))
    return [Example(path, _expectation(path)) for path in pages]


def _expectation(path: Path) -> dict[str, Any] | None:
    sidecar = path.with_name(path.stem + SUFFIX)
    if not sidecar.exists():
        return None
    found: dict[str, Any] = json.loads(sidecar.read_text(encoding="utf-8"))
    return found


def example_folders(source: Source) -> list[Path]:
    """Where examples of a source may be: the checkout's tests/pages, the operator's own folder."""
    return [f / source.id for f in (project_pages(), own_folder() / "pages") if f is not None]


def differences(source: Source, example: Example) -> list[str]:
    """What of an example is read otherwise than expected, a line each; nothing where all is as expected."""
    if example.expected is None:
        return [f"{example.sidecar.name} is missing"]
    found = read_example(source, example)
    wanted = {key: value for key, value in example.expected.items() if key not in SIDE_NOTES}
    return [f"{example.path.name}: {line}" for line in _compare(found, wanted)]


def _compare(found: dict[str, Any], wanted: dict[str, Any]) -> Iterator[str]:
    for key in [*wanted, *(k for k in found if k not in wanted)]:
        if found.get(key) != wanted.get(key):
            yield f"{key} is {_short(found.get(key))}, expected {_short(wanted.get(key))}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 200 else f"{text[:200]}…"


def read_example(source: Source, example: Example) -> dict[str, Any]:
    """What the rooms read of an example, in the form of its expectation."""
    expected = example.expected or {}
    url = expected.get("url") or source.replica_list or source.list
    if example.is_list:
        text = decode(example.path.read_bytes())[0]
        page = family_named(source.family).parse(text, url, source.options)
        scheduled = [release.model_dump(mode="json") for release in page.scheduled]
        besides = {"scheduled": scheduled, "onward": page.onward}
        notices = [_notice(n) for n in page.notices]
        return {"family": page.family, "notices": notices, **{k: v for k, v in besides.items() if v}}
    document = _document_of(source, example.path, url, expected.get("published_on"))
    found: dict[str, Any] = {
        "title": document.title,
        "publisher": document.publisher,
        "published_on": str(document.published_on) if document.published_on else None,
        "doc_number": document.doc_number,
        "tables": len(document.tables),
        "attachments": [attachment.url for attachment in document.attachments],
    }
    if "plans" in source.kinds:
        return {**found, "plan": _plan_of(document, expected.get("plan"))}
    return {**found, "observations": _observations_of(document, expected.get("observations"))}


def _notice(notice: Notice) -> dict[str, Any]:
    """An item as an expectation has it: `post` only where it is asked for so."""
    return notice.model_dump(mode="json", exclude={"source_id"} if notice.post else {"source_id", "post"})


def _document_of(source: Source, path: Path, url: str, published_on: str | None) -> Document:
    data = path.read_bytes()
    snapshot = Snapshot(
        sha256=sha256(data).hexdigest(),
        source_id=source.id,
        url=url,
        role="page",
        fetched_at=READ_AT,
        media_type="application/json" if path.suffix == ".json" else "text/html",
        size=len(data),
        listed_on=date.fromisoformat(published_on) if published_on else None,
    )
    return read_document(data, snapshot, source)


def _observations_of(document: Document, expected: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """The published figures of a document; those that are expected first, in their order."""
    found: list[dict[str, Any]] = []
    for statement in extract_statistics(document, catalogue()):
        observation = {
            "region_code": statement.region_code,
            "indicator_code": statement.indicator_code,
            "period": statement.period,
            "measure": statement.measure,
            "value": statement.value_norm,
            "unit": statement.unit_norm,
        }
        if statement.kind == "actual" and statement.publish and observation not in found:
            found.append(observation)
    if expected is None:
        return found
    return [o for o in expected if o in found] + [o for o in found if o not in expected]


def _plan_of(document: Document, expected: dict[str, Any] | None) -> dict[str, Any]:
    """What a document says of its plan; where something is expected, that part of it."""
    reading = read_plan(document, catalogue())
    release = reading.releases[0] if reading.releases else None
    found: dict[str, Any] = {
        "kind": reading.kind,
        "plan_title": reading.plan_title,
        "series_id": release.series_id if release else None,
        "round": release.round if release else None,
        "period_start": reading.period_start,
        "period_end": reading.period_end,
        "stage": reading.stage,
        "counts": {count.what: int(count.count) for count in reading.counts},
    }
    if expected is None:
        return found
    counts = {what: n for what, n in found["counts"].items() if what in expected.get("counts", {})}
    return {key: counts if key == "counts" else found[key] for key in expected}
