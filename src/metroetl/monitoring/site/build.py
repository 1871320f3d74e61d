"""`metroetl site build`: the whole site into a folder, circle by circle, then what they share."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from metroetl.catalogue import catalogue
from metroetl.errors import WarehouseError
from metroetl.monitoring.calendar import circle_id
from metroetl.monitoring.report.build import is_rehearsal
from metroetl.monitoring.site import rooms, specs
from metroetl.monitoring.site.circle import write_circle
from metroetl.monitoring.site.compare import write_comparison
from metroetl.monitoring.site.english import english
from metroetl.monitoring.site.pages import ASSETS, Site, inline_json

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

MARKER = "site.json"


@dataclass(frozen=True)
class Built:
    """A site as it was written."""

    index: Path
    pages: int
    files: int
    size: int
    seconds: float


def build_site(
    warehouse: Warehouse, output: Path, *, circles: Sequence[str] = (), as_of: date | None = None
) -> Built:
    """Write the site into `output` (made anew if a site is there): of these circles or of all, as of a day.

    Public rows only. It is written beside and put in place whole. Raises WarehouseError where `output` holds anything
    else, CatalogueError for a circle that nobody monitors.
    """
    began = time.perf_counter()
    chosen = [catalogue().circles[circle_id(name)] for name in circles] or list(catalogue().circles.values())
    output = output.absolute()
    if output.exists() and not (output / MARKER).is_file() and (not output.is_dir() or any(output.iterdir())):
        raise WarehouseError(f"{output} is no site", way_out="Name an empty or new folder with --output.")
    draft = output.with_name(f".{output.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    site = Site(draft, warehouse, as_of)
    site.about = about = _about(site)
    _assets(site)
    data = [write_circle(site, circle) for circle in chosen]
    write_comparison(site, data)
    rooms.write_rooms(site, [circle.id for circle in chosen])
    rooms.write_home(site, data)
    rooms.write_evidence(site)
    _search(site)
    site.put(
        MARKER,
        json.dumps(
            {"circles": [c.id for c in chosen], "pages": site.pages, **about},
            ensure_ascii=False,
            indent=1,
            default=str,
        ),
    )
    _replace(draft, output)
    files = [file for file in output.rglob("*") if file.is_file()]
    size = sum(file.stat().st_size for file in files)
    return Built(output / "index.html", site.pages, len(files), size, time.perf_counter() - began)


def _about(site: Site) -> dict[str, object]:
    worlds = {row["world"] for row in site.records("SELECT world FROM meta_world")}
    return {
        "made_at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "as_of": site.as_of.isoformat() if site.as_of else "",
        "synthetic": "synthetic" in worlds,
        "rehearsal": is_rehearsal(site.warehouse),
    }


def _assets(site: Site) -> None:
    """Styles, the site's own script, the runtime of the charts (from the wheel, once), and their layouts."""
    for file in sorted(ASSETS.iterdir()):
        site.put(f"assets/{file.name}", file.read_text(encoding="utf-8"))
    site.put("assets/vega.js", f"(()=>{{{_runtime()}\n}})();\n")  # its many names stay its own
    layouts = {name: specs.layout(name) for name in specs.LAYOUTS}
    site.put("assets/english.js", f"window.METRO_ENGLISH={inline_json(english())};\n")
    site.put("assets/layouts.js", f"window.METRO_LAYOUTS={inline_json(layouts)};\n")


@cache
def _runtime() -> str:
    import vl_convert

    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")


def _search(site: Site) -> None:
    """What the search looks through: titles with their addresses, a script since a file can't fetch another."""
    entries = sorted((kind, title, address) for (title, kind), address in site.entries.items())
    site.put(
        "assets/search.js",
        f"window.METRO_SEARCH={inline_json([(title, address, kind) for kind, title, address in entries])};\n",
    )


def _replace(draft: Path, output: Path) -> None:
    old = output.with_name(f".{output.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if output.exists():
        output.rename(old)
    draft.rename(output)
    shutil.rmtree(old, ignore_errors=True)
