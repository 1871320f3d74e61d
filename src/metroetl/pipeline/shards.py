"""Shards: what is archived and waits to be read, in parts that any process of the installation can read.

A shard names its snapshots, so it is small; whoever reads it takes them from the warehouse and their bytes from the
archive. Reading is idempotent: a shard whose reader died is read again by another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict

from metroetl import __version__
from metroetl.catalogue import catalogue
from metroetl.catalogue.load import reload
from metroetl.errors import RunnerError
from metroetl.harvest import Archive
from metroetl.pipeline.reading import read_and_stage
from metroetl.pipeline.steps import open_existing, warehouse_kept_open
from metroetl.runs import SourceOutcome
from metroetl.settings import settings

PAGES = 200  # of a shard: seconds of work, beside which 0.2 s for a task on Dask is little


class Shard(BaseModel):
    """Snapshots of one source, oldest first; `witness` is one of their bodies that the archive holds.

    `version` and `words` say by which code and which catalogue files it is to be read.
    """

    model_config = ConfigDict(frozen=True)

    source_id: str
    part: int
    snapshot_ids: list[str]
    witness: str | None
    version: str
    words: str


def pending_shards(source_id: str) -> list[Shard]:
    """What of a source is archived and not read yet."""
    return _shards(source_id, open_existing().pending_ids(source_id))


def archived_shards(source_id: str, *, only_quarantined: bool = False) -> list[Shard]:
    """All that is archived of a source; or what has something in quarantine or in a held batch."""
    return _shards(source_id, open_existing().archived_ids(source_id, only_quarantined=only_quarantined))


def packed(shards: Sequence[Shard]) -> Iterator[list[Shard]]:
    """The shards in parts that are worth a task each: no more pages together than a full one has."""
    part: list[Shard] = []
    pages = 0
    for shard in shards:
        pages += len(shard.snapshot_ids)
        if part and pages > PAGES:
            yield part
            part, pages = [], len(shard.snapshot_ids)
        part.append(shard)
    if part:
        yield part


@warehouse_kept_open()
def read_shard(run_id: str, shard: Shard) -> SourceOutcome:
    """Read and stage a shard, in this process or on another machine.

    Raises RunnerError where this process reads otherwise than the one that made the shard, or looks elsewhere.
    """
    _read_alike(shard)
    snapshots = open_existing().snapshots(shard.snapshot_ids)
    if len(snapshots) < len(shard.snapshot_ids):
        raise RunnerError(
            f"this process's warehouse has {len(snapshots)} of {len(shard.snapshot_ids)} snapshots of {shard.source_id}",
            way_out="Set the same METROETL_DATABASE_URL for every worker.",
        )
    return read_and_stage(run_id, shard.source_id, snapshots=snapshots)


def _shards(source_id: str, ids: Sequence[str]) -> list[Shard]:
    shards: list[Shard] = []
    if not ids:
        return shards
    archive = Archive(settings().archive)
    for start in range(0, len(ids), PAGES):
        own = list(ids[start : start + PAGES])
        bodies = (s.sha256 for s in open_existing().snapshots(own[:1]))
        shards.append(
            Shard(
                source_id=source_id,
                part=start // PAGES + 1,
                snapshot_ids=own,
                witness=next(filter(archive.has, bodies), None),
                version=__version__,
                words=catalogue().digest,
            )
        )
    return shards


def _read_alike(shard: Shard) -> None:
    """Raise RunnerError unless this process has the code, the catalogue and the archive that the shard was made with."""
    if shard.version != __version__:
        raise RunnerError(
            f"metroetl {__version__} is here, {shard.version} there",
            way_out="Install the same version on every worker.",
        )
    # a worker lives on while a source is added: it looks at its files once more
    if shard.words != catalogue().digest and shard.words != reload().digest:
        raise RunnerError(
            "the catalogue is another here",
            way_out="Give every worker the same METROETL_HOME/catalogue, in a shared folder or as a copy.",
        )
    if shard.witness and not Archive(settings().archive).has(shard.witness):
        raise RunnerError(
            f"the archive {settings().archive} of this process isn't the one that pages went to",
            way_out="Set METROETL_ARCHIVE to one shared folder or bucket for every worker.",
        )
