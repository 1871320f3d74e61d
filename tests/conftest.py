"""What every test may use: the shared folder, and requirements that must or may be missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.postgres"]

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("METROETL_SHARED", ROOT.parent / "shared"))
REQUIRED = set(filter(None, os.environ.get("METROETL_REQUIRE", "").split(",")))


def missing(what: str, reason: str) -> None:
    """Skip with the reason, or fail where METROETL_REQUIRE names it."""
    if what in REQUIRED:
        pytest.fail(f"{what} is required here: {reason}")
    pytest.skip(f"{what}: {reason}")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repo."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real cases beside the repo; skipped where it is missing."""
    if not SHARED.is_dir():
        missing("shared", "the folder of real cases is not beside the repo (set METROETL_SHARED)")
    return SHARED
