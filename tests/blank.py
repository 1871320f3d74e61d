"""A new warehouse with the project's catalogue, made once a process and copied: its migrations take longer than most tests."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from metroetl.catalogue import load
from metroetl.warehouse import Warehouse


def blank_home(home: Path) -> Path:
    """A data folder with a new SQLite warehouse, as the first command in an empty one leaves it."""
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(_made(), home / "warehouse.db")
    return home


@cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="metroetl-blank-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    Warehouse(f"sqlite:///{folder / 'warehouse.db'}", "facts", load()).upgrade()
    return folder / "warehouse.db"
