"""A copy of the catalogue in a folder of its own, to be spoilt."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from metroetl.catalogue.load import FOLDER


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the project's catalogue files."""
    for name in ("data", "sources"):
        shutil.copytree(FOLDER / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def spoil(folder: Path) -> Callable[[str, str, str], int]:
    """Replace the first `old` in a file by `new`; gives the line on which `old` begins."""

    def replace(name: str, old: str, new: str) -> int:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    return replace
