"""Processes that load many figures, to be killed or to run out of disk.

They are forked, so that one costs milliseconds: `start(load, url, …)` of `tests.forked`.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from datetime import date
from multiprocessing.synchronize import Event
from typing import Any

from sqlalchemy import Engine, event

from metroetl.errors import MetroError
from metroetl.warehouse import Warehouse
from metroetl.warehouse.models import Reading
from tests.warehouse.desk import Desk, gdp, small_catalogue

FIGURES = 40


def pages(desk: Desk, first: int, number: int) -> list[Reading]:
    """Pages that nobody has read, each with FIGURES figures of its own."""
    readings = []
    for n in range(first, first + number):
        figures = [gdp(1000.0 + i, f"{1990 + i % 10}-Q{1 + i // 10}") for i in range(FIGURES)]
        url = f"https://city.example.cn/{n}.html"
        readings.append(desk.read(url, f"第{n}页", figures, published_on=date(2025, 1, 1 + n % 28)))
    return readings


def load(url: str, first: int, number: int, go: Event | None = None) -> None:
    """What a run does: archive, stage, settle; when it is told to go."""
    if go is not None:
        go.wait()
    desk = Desk(Warehouse(url, "facts", small_catalogue()))
    desk.stage(*pages(desk, first, number))
    desk.settle()


def load_and_die(url: str, first: int, number: int, at: int, moments: Any) -> None:
    """The same, killed (SIGKILL) as it sends its statement or commit number `at`; counts them into `moments`."""

    def count(*_: Any) -> None:
        moments.value += 1
        if moments.value == at:
            os.kill(os.getpid(), signal.SIGKILL)

    for moment in ("before_cursor_execute", "commit"):
        event.listen(Engine, moment, count)
    load(url, first, number)


def load_on_a_small_disk(url: str, first: int, number: int, limit: int, words: str) -> None:
    """The same where no file may grow over a limit; the named error goes to a file."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        load(url, first, number)
    except MetroError as error:
        with open(words, "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(str(error))
        sys.exit(3)
