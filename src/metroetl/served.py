"""Which folders of METROETL_HOME `metroetl serve` shows beside the site, and under which address a file is reached."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from metroetl.settings import settings

SHOWN = ("validation", "reports")


def served_address(path: str | Path) -> str | None:
    """Address of a validation page or a report where METROETL_SITE_URL says that `metroetl serve` is reached; else None."""
    base, home = settings().site_url, settings().home.resolve()
    file = Path(path).resolve()
    if not base or not any(file.is_relative_to(home / folder) for folder in SHOWN):
        return None
    return f"{base.rstrip('/')}/{quote(file.relative_to(home).as_posix())}"
