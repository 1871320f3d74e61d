"""WARC files out of the archive, and into archive and warehouse."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from metroetl.catalogue import catalogue
from metroetl.errors import ArchiveFailure
from metroetl.harvest import Archive
from metroetl.harvest.models import Fetch, Harvested, Snapshot
from metroetl.harvest.warc_in import LeftOut, WarcReader
from metroetl.harvest.warc_out import write_warc
from metroetl.pipeline.steps import choose_sources, open_warehouse
from metroetl.settings import settings
from metroetl.warehouse import Warehouse

CHUNK = 200
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class Exported:
    """What went into a WARC file; `internal` counts snapshots that aren't for passing on."""

    snapshots: int = 0
    internal: int = 0
    unreadable: list[str] = field(default_factory=list)


def export_warc(
    out: Path, source_ids: list[str], since: date | None = None, *, public_only: bool = False
) -> Exported:
    """Write the snapshots of these sources (all if none), that came on a day in China or later, oldest first.

    The file appears when it is whole. Raises ArchiveFailure where it can't be written.
    """
    choose_sources(source_ids)
    archive, done = Archive(settings().archive), Exported()
    begin = datetime.combine(since, time(), SHANGHAI) if since else None
    wanted: list[Snapshot] = []
    for snapshot in archive.read_facts(file.name for file, _, is_body in archive.files() if not is_body):
        if not isinstance(snapshot, Snapshot):
            done.unreadable.append(snapshot.message)
        elif (
            (not source_ids or snapshot.source_id in source_ids)
            and (begin is None or snapshot.fetched_at >= begin)
            and not (public_only and snapshot.access == "internal")
        ):
            wanted.append(snapshot)
    wanted.sort(key=lambda s: (s.fetched_at, s.source_id, s.url))
    part = out.with_name(f".{out.name}.part")
    try:
        with part.open("wb") as file:
            for written in write_warc(archive, wanted, file):
                if isinstance(written, Snapshot):
                    done.snapshots += 1
                    done.internal += written.access == "internal"
                else:
                    done.unreadable.append(written.message)
        part.replace(out)
    except OSError as error:
        raise ArchiveFailure(
            f"{out}: {error}", way_out="Name a file in a folder that can be written."
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return done


@dataclass
class Imported:
    """What came of a WARC file; `left` holds what was left out, by reason, with the first addresses of each."""

    snapshots: int = 0
    new: int = 0
    internal: int = 0
    sources: Counter[str] = field(default_factory=Counter)
    left: dict[str, list[str]] = field(default_factory=dict)

    @property
    def left_out(self) -> int:
        """Records that were left out."""
        return sum(map(len, self.left.values()))


def import_warc(path: Path, source_id: str | None = None) -> Imported:
    """Take a WARC file into the archive and the warehouse; what both have already stays as it is.

    New snapshots wait to be read, by the next run of their source. `source_id` says whose the records of a foreign file
    are where several sources have the host. Raises Unreadable for what is no whole WARC file.
    """
    if source_id is not None:
        choose_sources([source_id])
    warehouse, config = open_warehouse(), settings()
    reader = WarcReader(Archive(config.archive), catalogue().sources, config.max_bytes, source_id)
    run_id = warehouse.start_run("import", {"file": path.name, "source": source_id})
    done, waiting = Imported(), []
    state = "failed"
    try:
        for taken in reader.read(path):
            if isinstance(taken, LeftOut):
                done.left.setdefault(taken.reason, []).append(taken.url)
                continue
            done.snapshots += 1
            done.internal += taken.access == "internal"
            done.sources[taken.source_id] += 1
            waiting.append(taken)
            if len(waiting) >= CHUNK:
                done.new += _record(warehouse, run_id, waiting)
                waiting = []
        state = "loaded"
    finally:
        done.new += _record(warehouse, run_id, waiting)
        told = {"snapshots": done.snapshots, "new": done.new, "left_out": done.left_out}
        warehouse.finish_run(run_id, state, told)
    return done


_HAS = "SELECT sha256, url FROM raw_snapshot WHERE source_id = :source"


def _record(warehouse: Warehouse, run_id: str, snapshots: list[Snapshot]) -> int:
    """Put snapshots into the warehouse that it doesn't have; how many those were."""
    has = {
        (source, *row)
        for source in {s.source_id for s in snapshots}
        for row in warehouse.query(_HAS, {"source": source})[1]
    }
    new = [s for s in snapshots if (s.source_id, s.sha256, s.url) not in has]
    warehouse.record(run_id, [Harvested(fetch=_fetch(s), snapshot=s) for s in new])
    return len(new)


def _fetch(snapshot: Snapshot) -> Fetch:
    return Fetch(
        source_id=snapshot.source_id,
        url=snapshot.url,
        role=snapshot.role,
        at=snapshot.fetched_at,
        outcome="new",
        status=snapshot.status,
        size=snapshot.size,
        sha256=snapshot.sha256,
        detail="from a WARC file",
    )
