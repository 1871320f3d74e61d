"""Every source has an example of its list and of a page, and the rooms read from them what they state.

An example without its expectation gets one written and fails: review it, then run again.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from metroetl.catalogue import catalogue
from metroetl.catalogue.models import Source
from metroetl.documents import read_document
from metroetl.documents.models import Document
from metroetl.harvest import parse_listing
from metroetl.harvest.models import Snapshot
from metroetl.plans import read_plan
from metroetl.statistics import extract_statistics

PAGES = Path(__file__).resolve().parent
SUFFIX = ".expected.json"
READ = [s for s in catalogue().sources.values() if s.enabled or s.replica_list]


def examples() -> list[Any]:
    """Each example file with its source."""
    found = [
        pytest.param(source, path, id=f"{source.id}/{path.name}")
        for source in READ
        for path in sorted((PAGES / source.id).glob("*"))
        if not path.name.endswith(SUFFIX)
    ]
    return found


@pytest.mark.parametrize("source", READ, ids=lambda source: source.id)
def test_every_source_has_examples(source: Source) -> None:
    kinds = {path.stem for path in (PAGES / source.id).glob("*") if not path.name.endswith(SUFFIX)}
    assert {"list", "page"} <= kinds, f"add tests/pages/{source.id}/list.html and page.html"


def test_every_example_has_a_source() -> None:
    assert {p.name for p in PAGES.iterdir() if p.is_dir() and p.name != "__pycache__"} <= set(
        catalogue().sources
    )


@pytest.mark.parametrize(("source", "path"), examples())
def test_example(source: Source, path: Path) -> None:
    sidecar = path.with_name(path.stem + SUFFIX)
    if not sidecar.exists():
        url = source.replica_list or source.list
        found = {"origin": "unknown", "url": url, **read(source, path, url, None)}
        sidecar.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        pytest.fail(f"{sidecar.name} was missing and has been written: review it")
    expected = json.loads(sidecar.read_text(encoding="utf-8"))
    found = read(source, path, expected["url"], expected)
    wanted = {key: value for key, value in expected.items() if key not in {"origin", "url"}}
    assert found == wanted


def read(source: Source, path: Path, url: str, expected: dict[str, Any] | None) -> dict[str, Any]:
    """What the rooms read of an example, in the form of its expectation.

    All figures of a page are compared, missing and surplus ones; of a plan only what the expectation names.
    """
    if path.stem == "list":
        page = parse_listing(path.read_bytes(), url, source.family)
        notices = [n.model_dump(mode="json", exclude={"source_id"}) for n in page.notices]
        return {"family": page.family, "notices": notices}
    document = document_of(source, path, url, expected)
    found: dict[str, Any] = {
        "title": document.title,
        "publisher": document.publisher,
        "published_on": str(document.published_on),
        "doc_number": document.doc_number,
        "tables": len(document.tables),
        "attachments": [attachment.url for attachment in document.attachments],
    }
    if "plans" in source.kinds:
        return {**found, "plan": plan_of(document, (expected or {}).get("plan"))}
    return {**found, "observations": observations_of(document, (expected or {}).get("observations"))}


def document_of(source: Source, path: Path, url: str, expected: dict[str, Any] | None) -> Document:
    data = path.read_bytes()
    snapshot = Snapshot(
        sha256=sha256(data).hexdigest(),
        source_id=source.id,
        url=url,
        role="page",
        fetched_at=datetime(2026, 11, 1, tzinfo=UTC),
        media_type="text/html",
        size=len(data),
        listed_on=date.fromisoformat(expected["published_on"]) if expected else None,
    )
    return read_document(data, snapshot, source)


def observations_of(document: Document, expected: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
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


def plan_of(document: Document, expected: dict[str, Any] | None) -> dict[str, Any]:
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
