"""What takes room, part by part, and how fast it grows: measured from the warehouse's own dates and the files' times.

The archive of years has millions of files: its size is worked out from what the warehouse knows of every body, and the
compression measured on some of its 256 folders (names are hashes, so any of them is a fair sample).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import make_url

from metroetl.harvest import Archive
from metroetl.operations.schedules import as_text, moment

if TYPE_CHECKING:
    from metroetl.settings import Settings
    from metroetl.warehouse import Warehouse

PARTS_ZH = {
    "archive": "存档",
    "warehouse": "数据库",
    "backups": "备份",
    "validation": "校验页",
    "reports": "报告",
    "prefect": "Prefect",
    "other": "其他",
}
SAMPLE = 400
"""Bodies and facts of the archive that are looked at, at least, to know its compression."""
_SHORTEST, _LONGEST = timedelta(days=14), timedelta(days=90)
_DATED = {
    "raw_fetch": "fetched_at",
    "raw_snapshot": "fetched_at",
    "core_observation": "loaded_at",
    "core_statement": "loaded_at",
    "ops_check": "checked_at",
}


@dataclass(frozen=True)
class Part:
    """Bytes of a part, and what it grows by in a year; None where that can't be told yet."""

    name: str
    bytes: int
    year: int | None = None
    local: bool = True

    @property
    def title(self) -> str:
        """Its name for people."""
        return f"{PARTS_ZH[self.name]} {self.name}"


@dataclass(frozen=True)
class Disk:
    """What takes room, and how much is left where METROETL_HOME is."""

    parts: list[Part]
    free: int
    total: int

    @property
    def year(self) -> int:
        """Bytes a year by which this disk fills, as far as known."""
        return sum(part.year or 0 for part in self.parts if part.local)

    @property
    def days_left(self) -> float | None:
        """Days until it is full if all goes on so; None where nothing is known to grow."""
        return self.free / self.year * 365 if self.year > 0 else None


def disk_use(warehouse: Warehouse, config: Settings, now: datetime) -> Disk:
    """The room that each part takes, and its growth."""
    since, days = _window(warehouse, now)
    usage = shutil.disk_usage(_existing(config.home))
    parts = [
        _archive(warehouse, config, since, days),
        _warehouse(warehouse, since, days),
        *(_folder(config.home / name, name, since, days) for name in ("backups", "validation", "reports")),
        _folder(config.home / "prefect", "prefect", None, days),
    ]
    return Disk([part for part in parts if part.bytes], usage.free, usage.total)


def in_words(size: float) -> str:
    """Bytes for people."""
    for unit in ("B", "KB", "MB", "GB"):
        if abs(size) < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def _existing(path: Path) -> Path:
    path = path.absolute()
    return path if path.exists() else _existing(path.parent)


def _window(warehouse: Warehouse, now: datetime) -> tuple[datetime | None, float]:
    """Since when growth is counted, and the days since: half of the warehouse's life, so that the first load, which
    never comes again, isn't in it."""
    [(first,)] = warehouse.query("SELECT MIN(started_at) FROM ops_run")[1]
    age = now - moment(first) if first else timedelta(0)
    if age < _SHORTEST:
        return None, 0.0
    window = min(age / 2, _LONGEST)
    return now - window, window.total_seconds() / 86400


def _archive(warehouse: Warehouse, config: Settings, since: datetime | None, days: float) -> Part:
    """Stored bytes by the distinct bodies that the warehouse knows, times what a body takes compressed, with its facts."""
    known = "SELECT sha256, MAX(size) AS size, MIN(fetched_at) AS at FROM raw_snapshot GROUP BY sha256"
    [(size, new)] = warehouse.query(
        f"SELECT COALESCE(SUM(size), 0), COALESCE(SUM(CASE WHEN at >= :since THEN size END), 0) FROM ({known}) AS b",  # noqa: S608
        {"since": as_text(since) if since else "9999-01-01"},
    )[1]
    stored = _stored(config.archive, warehouse)
    ratio = stored / size if size else 0.0
    local = "://" not in config.archive
    return Part("archive", stored, round(new * ratio * 365 / days) if since else None, local)


def _stored(address: str, warehouse: Warehouse) -> int:
    """Bytes of the archive's files, scaled up from the first folders with SAMPLE files in them."""
    store = Archive(address).store
    files = size = folders = 0
    for number in range(256):
        folders += 1
        for entry in store.entries(f"{number:02x}/"):
            files, size = files + 1, size + entry.size
        if files >= SAMPLE:
            break
    return round(size * 256 / folders)


def _warehouse(warehouse: Warehouse, since: datetime | None, days: float) -> Part:
    """The database's bytes, and the share of its dated rows that are new."""
    address = make_url(warehouse.url)
    if address.get_backend_name() == "sqlite":
        size = sum(_size(Path(f"{address.database}{end}")) for end in ("", "-wal"))
    else:
        [(size,)] = warehouse.query("SELECT pg_database_size(current_database())")[1]
    if since is None:
        return Part("warehouse", size, None, address.get_backend_name() == "sqlite")
    counted = " UNION ALL ".join(
        f"SELECT COUNT(*) AS n, SUM(CASE WHEN {at} >= :since THEN 1 ELSE 0 END) AS new FROM {name}"  # noqa: S608
        for name, at in _DATED.items()
    )
    [(rows, new)] = warehouse.query(
        f"SELECT SUM(n), COALESCE(SUM(new), 0) FROM ({counted}) AS c",  # noqa: S608
        {"since": as_text(since)},
    )[1]
    year = round(size * new / rows * 365 / days) if rows else None
    return Part("warehouse", size, year, address.get_backend_name() == "sqlite")


def _folder(path: Path, name: str, since: datetime | None, days: float) -> Part:
    size = new = 0
    for facts in _files(path):
        size += facts.st_size
        if since and facts.st_mtime >= since.timestamp():
            new += facts.st_size
    return Part(name, size, round(new * 365 / days) if since else None)


def _files(path: Path) -> Iterator[Any]:
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                yield os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118  many files
            except FileNotFoundError:  # removed just now
                continue


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
