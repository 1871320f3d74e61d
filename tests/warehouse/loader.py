"""A process that loads many figures, to be killed: `python -m tests.warehouse.loader ADDRESS PAGES STEP`.

It says `go` right before the step (stage or settle) in the middle of which it may die, and `done` after it.
"""

from __future__ import annotations

import sys
from datetime import date

from metroetl.warehouse import Warehouse
from metroetl.warehouse.models import Reading
from tests.warehouse.desk import Desk, gdp, small_catalogue

FIGURES = 120


def pages(desk: Desk, first: int, number: int) -> list[Reading]:
    """Pages that nobody has read, each with FIGURES figures of its own."""
    readings = []
    for n in range(first, first + number):
        figures = [gdp(1000.0 + i, f"{1990 + i % 30}-Q{1 + i // 30}") for i in range(FIGURES)]
        url = f"https://city.example.cn/{n}.html"
        readings.append(desk.read(url, f"第{n}页", figures, published_on=date(2025, 1, 1 + n % 28)))
    return readings


def main(url: str, number: int, step: str) -> None:
    desk = Desk(Warehouse(url, "facts", small_catalogue()))
    first = desk.one("SELECT COUNT(*) FROM raw_snapshot")
    readings = pages(desk, first, number)
    if step == "settle":
        desk.stage(*readings)
    print("go", flush=True)
    if step == "stage":
        desk.stage(*readings)
    else:
        desk.settle()
    print("done", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
