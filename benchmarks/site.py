"""How long the monitoring site takes, how large it is and how much memory it needs: 20 circles, 28 quarters, made up.

Every circle has cities (five prefectures of its provinces where the catalogue doesn't know its own), every place has
every indicator that cities publish each quarter, every figure a sentence. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.warehouse import opened, prepare
from benchmarks.world import Row, World, _places, core_rows, observations

if TYPE_CHECKING:
    from metroetl.catalogue import Catalogue
    from metroetl.warehouse import Warehouse

FIRST_YEAR, LAST_YEAR = 2018, 2024
CITIES = 5
CODES = ("GDP", "VA1", "VA2", "VA3", "IVA", "FAI", "RS", "TRD", "PBR", "PBE", "INC")


def main() -> None:
    """Load the world, build the site in this process, tell what it took."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--keep", type=Path, help="folder for warehouse and site, kept")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        print(json.dumps(run(folder)))


def run(folder: Path) -> dict[str, Any]:
    """What a site took: seconds, CPU, MB of files, MB of memory, pages."""
    from metroetl.catalogue import catalogue
    from metroetl.monitoring.site import build_site

    give_cities(catalogue())
    warehouse = opened(f"sqlite:///{folder.absolute() / 'warehouse.db'}")
    figures = load(warehouse)
    before, cpu = _memory(), time.process_time()
    built = build_site(warehouse, folder / "site")
    return {
        "figures": figures,
        "pages": built.pages,
        "files": built.files,
        "seconds": round(built.seconds, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "mb": round(built.size / 1e6, 1),
        "memory_mb": _memory(),
        "memory_before_mb": before,
    }


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def give_cities(words: Catalogue) -> None:
    """Circles without a known list get the first prefectures of their provinces, for this process only."""
    for circle in list(words.circles.values()):
        if not circle.order or not circle.members_known:
            near = [r.code for r in words.regions.values()
                    if r.level == "prefecture" and r.parent_code in circle.province_codes and r.valid_to is None]  # fmt: skip
            words.circles[circle.id] = circle.model_copy(
                update={"order": near[:CITIES], "members": [], "members_known": True}
            )


def load(warehouse: Warehouse) -> int:
    """Put the world in without the gate, documents with their sentences; how many figures."""
    from metroetl.warehouse.load import add_bulk
    from metroetl.warehouse.tables import table
    from metroetl.warehouse.vintages import _insert as insert_states
    from metroetl.warehouse.vintages import states_sql

    prepare(warehouse)
    words = warehouse.catalogue
    few = replace(words, indicators={code: words.indicators[code] for code in CODES})
    shown = [p for p in _places(words) if p.level != "prefecture" or _in_circle(words, p.code)]
    world = World(10**9, first_year=FIRST_YEAR, last_year=LAST_YEAR, places=len(shown))
    total = 0
    for snapshots, papers, figures in core_rows(observations(world, few, batch="bulk")):
        with warehouse._write() as connection:
            connection.connection.cursor().execute("PRAGMA defer_foreign_keys = ON")
            add_bulk(connection, table("raw_snapshot"), snapshots)
            add_bulk(connection, table("core_document"), [*with_sentences(papers, figures)])
            add_bulk(connection, table("core_observation"), figures)
        total += len(figures)
    with warehouse._write() as connection:
        insert_states(connection, states_sql(lone=True))
        connection.exec_driver_sql("ANALYZE")
    return total


def _in_circle(words: Catalogue, code: str) -> bool:
    return any(code in circle.order for circle in words.circles.values())


def with_sentences(papers: list[Row], figures: list[Row]) -> Iterator[Row]:
    """The documents with the sentences of their figures as text; spans are set to where these stand."""
    by_document: dict[str, list[Row]] = {}
    for figure in figures:
        by_document.setdefault(figure["document_id"], []).append(figure)
    for paper in papers:
        text = ""
        for figure in by_document[paper["document_id"]]:
            figure["span_start"], figure["span_end"] = len(text), len(text) + len(figure["quote"])
            text += figure["quote"] + ("。\n" if figure["ordinal"] % 8 == 7 else "，")
        yield paper | {"text": text, "text_length": len(text)}


if __name__ == "__main__":
    main()
