"""Where the project's own data lies: beside the code in a checkout, inside the package in a wheel."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Folder of shipped data: `expectations` or `deployments` (top level of the repo, inside the wheel)."""
    for candidate in (PACKAGE / name, PACKAGE.parents[1] / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"{name} is neither in the package nor beside src/: install MetroETL again")
