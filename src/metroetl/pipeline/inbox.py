"""Files that a person saved or received: archived from the inbox folder or the command line, then read by the run.

The folder is `METROETL_HOME/inbox`. Each run takes in what lies there: what was archived moves to `done/`, what can't be
to `rejected/` with the reason beside it; a file that changed a moment ago waits for the next run. Taking a file in twice
is harmless, so a run that is killed between archive and move loses nothing.
"""

from __future__ import annotations

import mimetypes
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from metroetl import clock
from metroetl.catalogue import catalogue
from metroetl.catalogue.models import INBOX
from metroetl.documents import saved_from
from metroetl.documents.told import REGION
from metroetl.errors import MetroError, NotTakenIn
from metroetl.harvest import Archive
from metroetl.harvest.addresses import host_of
from metroetl.harvest.models import Fetch, Harvested, Known, Snapshot
from metroetl.harvest.steps import member_step, member_steps
from metroetl.pipeline.steps import open_warehouse
from metroetl.pipeline.told import FOLDER_SIDECAR, SIDECAR, Told, sidecars_of, told_of
from metroetl.runs import Failure, SourceOutcome
from metroetl.settings import settings

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

DONE, REJECTED, REASON = "done", "rejected", ".reason.txt"
SETTLED = 3.0
UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".opdownload", ".tmp")
PAGES = (".html", ".htm", ".shtml", ".xhtml")
COMPANIONS = ("_files", ".files", "_file", ".file", "-Dateien")
BELONGINGS = (".pdf", ".doc", ".docx", ".wps", ".rtf", ".xls", ".xlsx", ".et", ".ofd", ".zip")


def inbox_folder() -> Path:
    """The folder of the inbox."""
    return settings().home / "inbox"


@dataclass(frozen=True)
class Waiting:
    """A file in the inbox folder with what belongs to it: a saved page's folder, its sidecars."""

    path: Path
    name: str
    companion: Path | None = None
    sidecars: list[Path] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Whether nothing of it changed within the last seconds."""
        inside = [f for f in self.companion.rglob("*") if f.is_file()] if self.companion else []
        newest = max(f.lstat().st_mtime for f in (self.path, *self.sidecars, *inside))
        return not 0 <= time.time() - newest < SETTLED


def waiting_files() -> list[Waiting]:
    """What lies in the inbox folder and its subfolders, in the order of their names.

    The folder of a saved page whose page isn't there (yet) is left alone.
    """
    root = inbox_folder()
    return list(_waiting_in(root, root)) if root.is_dir() else []


def _waiting_in(folder: Path, root: Path) -> Iterator[Waiting]:
    files = sorted(p for p in folder.iterdir() if not p.name.startswith((".", "~$")))
    folders = {p.name: p for p in files if p.is_dir() and not p.is_symlink()}
    if folder == root:
        folders = {name: path for name, path in folders.items() if name not in {DONE, REJECTED}}
    for path in files:
        if (
            (path.is_dir() and not path.is_symlink())
            or path.name.endswith((SIDECAR, *UNFINISHED))
            or path.name == FOLDER_SIDECAR
        ):
            continue
        names = [path.stem + end for end in COMPANIONS] if path.suffix.lower() in PAGES else []
        companion = next((folders.pop(name) for name in names if name in folders), None)
        own = [s for s in sidecars_of(path) if s.is_file()]
        yield Waiting(path, path.relative_to(root).as_posix(), companion, own)
    for inner in (f for name, f in folders.items() if not name.endswith(COMPANIONS)):
        yield from _waiting_in(inner, root)


def take_in_inbox(run_id: str) -> SourceOutcome:
    """Take in what lies in the inbox folder; what it was, with a failure for each file that was rejected."""
    warehouse, outcome = open_warehouse(), SourceOutcome(source_id=INBOX, title=catalogue().title(INBOX))
    counts: Counter[str] = Counter()
    for file in waiting_files():
        try:
            if not file.settled:
                continue
            counts.update(_take_in(run_id, warehouse, file))
            _move(file, DONE)
        except FileNotFoundError:  # another run took it
            continue
        except MetroError as error:
            _reject(file, error)
            outcome.failures.append(
                Failure(
                    code=error.code, url=f"inbox:{file.name}", detail=error.message, way_out=error.way_out
                )
            )
    outcome.outcomes = dict(counts)
    outcome.announced = counts["new"] + counts["changed"]
    return outcome


def add_to_inbox(paths: Sequence[Path], told: Told | None = None) -> list[Snapshot]:
    """Archive files where they lie; they are read by the next run. The snapshots of what is new or changed.

    What isn't told is read from their sidecars. Raises NotToldRight or NotTakenIn for the first that can't be archived.
    """
    warehouse = open_warehouse()
    run_id = warehouse.start_run("inbox", {"files": [p.name for p in paths]})
    new: list[Snapshot] = []
    for path in paths:
        steps = _steps(_lying(path), told or told_of(path), warehouse.known(INBOX))
        warehouse.record(run_id, steps)
        new += [steps[-1].snapshot] if steps[-1].snapshot else []
    warehouse.finish_run(run_id, "loaded", {"files": len(paths)})
    return new


def _lying(path: Path) -> Waiting:
    """A file outside the inbox folder, with a saved page's folder beside it."""
    names = [path.stem + end for end in COMPANIONS] if path.suffix.lower() in PAGES else []
    return Waiting(path, path.name, next((d for name in names if (d := path.with_name(name)).is_dir()), None))


def _take_in(run_id: str, warehouse: Warehouse, file: Waiting) -> list[str]:
    """Archive a file and record it; the outcomes of its steps."""
    steps = _steps(file, told_of(file.path), warehouse.known(INBOX))
    warehouse.record(run_id, steps)
    return [step.fetch.outcome for step in steps]


# --- one file ----------------------------------------------------------------------------------------------------


def _steps(file: Waiting, told: Told, known: dict[str, Known]) -> list[Harvested]:
    """A file as snapshots: itself last, before it what a saved page's folder or an archive holds."""
    archive = Archive(settings().archive)
    data = _bytes_of(file.path)
    snapshot = _snapshot(file, told, data)
    snapshot = snapshot.model_copy(update={"sha256": archive.put(data)})
    archive.describe(snapshot)
    steps = [member_step(archive, snapshot, name, content, known) for name, content in _inside(file)]
    steps += member_steps(archive, snapshot, data, known)
    before = known.get(snapshot.url)
    same = before is not None and before.sha256 == snapshot.sha256
    fetch = Fetch(
        source_id=INBOX,
        url=snapshot.url,
        role="inbox",
        at=snapshot.fetched_at,
        outcome="unchanged" if same else "changed" if before else "new",
        size=len(data),
        sha256=snapshot.sha256,
    )
    return [*steps, Harvested(fetch=fetch, snapshot=None if same else snapshot)]


def _bytes_of(path: Path) -> bytes:
    """The bytes of a file; raises NotTakenIn for a link, an empty, unreadable or too large one."""
    limit = settings().max_bytes
    if path.is_symlink():
        raise NotTakenIn(
            f"{path.name} is a link to another place", way_out="Put the file itself into the inbox."
        )
    try:
        size = path.stat().st_size
        if size > limit:
            raise NotTakenIn(
                f"{path.name} has {size} bytes, the limit is {limit}",
                way_out="Raise METROETL_MAX_BYTES if it is wanted.",
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise NotTakenIn(f"{path.name} can't be read: {error.strerror}") from error
    if not data.strip():
        raise NotTakenIn(f"{path.name} is empty")
    return data


def _snapshot(file: Waiting, told: Told, data: bytes) -> Snapshot:
    return Snapshot(
        sha256="",
        source_id=INBOX,
        url=told.url or _saved_address(data) or f"inbox:{file.name}",
        role="inbox",
        fetched_at=clock.now(),
        media_type=mimetypes.guess_type(file.path.name)[0] or "",
        size=len(data),
        headers={REGION: told.region} if told.region else {},
        title=told.title,
        name=file.path.name,
        publisher=told.publisher,
        published_on=told.published_on,
        access=told.access,
    )


def _saved_address(data: bytes) -> str:
    """The address that a saved page names as its own, if it is on a host of the catalogue; empty for others."""
    address = saved_from(data) or ""
    hosts = {host for source in catalogue().sources.values() for host in source.hosts}
    return address if host_of(address) in hosts else ""


def _inside(file: Waiting) -> list[tuple[str, bytes]]:
    """Files that came with a file: documents in the folder of a saved page."""
    if file.companion is None:
        return []
    found = sorted(f for f in file.companion.rglob("*") if f.suffix.lower() in BELONGINGS and f.is_file())
    return [(f.relative_to(file.companion.parent).as_posix(), _bytes_of(f)) for f in found]


# --- where files go ----------------------------------------------------------------------------------------------


def _move(file: Waiting, place: str) -> Path:
    """Move a file with what belongs to it; nothing that lies there is overwritten. Where the file is now."""
    root = inbox_folder() / place
    for path in (*file.sidecars, *([file.companion] if file.companion else [])):
        _free(root / path.relative_to(inbox_folder()), path)
    return _free(root / file.name, file.path)


def _free(target: Path, path: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    number, wanted = 1, target
    while target.exists():
        number += 1
        target = wanted.with_name(f"{wanted.stem} ({number}){wanted.suffix}")
    path.rename(target)
    return target


def _reject(file: Waiting, error: MetroError) -> None:
    now = _move(file, REJECTED)
    text = f"{clock.now():%Y-%m-%d %H:%M} UTC\n{error.code}: {error.message}\n→ {error.way_out}\n"
    now.with_name(now.name + REASON).write_text(text, encoding="utf-8")


def rejected_files() -> dict[str, str]:
    """Files that were rejected, each with the reason."""
    folder = inbox_folder() / REJECTED
    reasons = sorted(folder.rglob(f"*{REASON}")) if folder.is_dir() else []
    return {
        path.relative_to(folder).as_posix().removesuffix(REASON): path.read_text(encoding="utf-8")
        for path in reasons
    }
