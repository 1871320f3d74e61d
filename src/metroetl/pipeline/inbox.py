"""Files that a person saved or received: archived, then read by the next run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from metroetl.harvest import Archive
from metroetl.harvest.models import INBOX, Fetch, Harvested, Snapshot
from metroetl.pipeline.steps import open_warehouse
from metroetl.settings import settings


def add_to_inbox(paths: Sequence[Path]) -> list[Snapshot]:
    """Archive files that a person saved or received; they are read by the next run, access internal."""
    import mimetypes

    warehouse = open_warehouse()
    archive = Archive(settings().archive)
    run_id = warehouse.start_run("inbox", {"files": [p.name for p in paths]})
    steps = []
    for path in paths:
        data = path.read_bytes()
        now = datetime.now(UTC)
        snapshot = Snapshot(
            sha256=archive.put(data),
            source_id=INBOX,
            url=f"inbox:{path.name}",
            role="inbox",
            fetched_at=now,
            media_type=mimetypes.guess_type(path.name)[0] or "",
            size=len(data),
            name=path.name,
        )
        archive.describe(snapshot)
        known = warehouse.known(INBOX).get(snapshot.url)
        same = known is not None and known.sha256 == snapshot.sha256
        fetch = Fetch(
            source_id=INBOX,
            url=snapshot.url,
            role="inbox",
            at=now,
            outcome="unchanged" if same else "changed" if known else "new",
            size=len(data),
            sha256=snapshot.sha256,
        )
        steps.append(Harvested(fetch=fetch, snapshot=None if same else snapshot))
    warehouse.record(run_id, steps)
    warehouse.finish_run(run_id, "loaded", {"files": len(steps)})
    return [s.snapshot for s in steps if s.snapshot]
