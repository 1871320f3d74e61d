"""Growth to every government site of China, worked out from measured figures: `python -m benchmarks.growth`.

Figures come from benchmarks/growth.json (`python -m benchmarks.growth_measure` measures them again); what is assumed
stands in this file with its basis. `--write` puts the tables into docs/explanation/growth.md. With prices it prints a
sum: `--price core=… ram=… disk=… traffic=…` (a core, a GB of memory and of disk for a month; a GB of traffic).
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.growth_measure import FIGURES

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "growth.md"
BEGIN, END = "<!-- made by python -m benchmarks.growth --write; don't edit -->", "<!-- end -->"
SITES = 13_508
DAYS, WORKING, KB, MB, GB = 365, 250, 1e3, 1e6, 1e9


@dataclass(frozen=True)
class Kind:
    """Sites of one kind: their share of all, and new pages a working day of the columns that are watched."""

    name: str
    share: float
    pages: float


# shares: 6.3 % of the State Council's bodies and 82.1 % of cities and below in December 2019 (CNNIC's 45th report, of
# 14,474 sites); 2,754 county portals on 2018-06-01 (of 22,206). Pages are assumed.
KINDS = (
    Kind("State Council's bodies · 国务院部门", 0.063, 5.0),
    Kind("provinces · 省级", 0.116, 4.0),
    Kind("county portals · 县级门户", 2_754 / SITES, 3.0),
    Kind("cities and the rest · 市级及其他", 0.821 - 2_754 / SITES, 2.0),
)
FLOOR = 0.1  # a working day: a front page without news for two weeks failed the general survey of 2015
STRESS = 10.0
ROUNDS = 2  # looks at each listing a day
DELAY, ANSWER = (
    3.0,
    1.0,
)  # seconds between requests (17 of the catalogue's 24 politeness lines), and of an answer
BUDGET, DEFAULT_BUDGET = (
    30,
    300,
)  # pages of a host that a revisit asks for again: chosen for this size, and by default
REVISITS = 93  # a year: each week, and each day from 15 December to 31 January
CHANGED = 0.02  # of those came back with other content
FIGURES_SHARE = 0.15  # of new pages state figures
BUSY = 0.5  # of a core that may be used on average, so that windows of release have room
SITES_A_RUN = 90  # a task a host and a run of less than 100 tasks
RUNS = math.ceil(SITES / SITES_A_RUN) * ROUNDS  # a day
FIRST_PAGES = 500  # of a site, when it is read for the first time


@dataclass(frozen=True)
class Load:
    """What a year brings under one assumption about new pages."""

    m: dict[str, float]
    kinds: tuple[Kind, ...]

    @property
    def pages(self) -> float:
        """New pages a year."""
        return sum(SITES * k.share * k.pages for k in self.kinds) * WORKING

    def asked_again(self, budget: int) -> float:
        """Pages asked again a year: those of the last 18 months, within a budget a host."""
        return sum(SITES * k.share * min(budget, 1.5 * WORKING * k.pages) for k in self.kinds) * REVISITS

    @property
    def revisits(self) -> float:
        """Pages asked again a year with the budget chosen for this size."""
        return self.asked_again(BUDGET)

    @property
    def listings(self) -> float:
        """Requests a year to find out that nothing is new."""
        return SITES * ROUNDS * DAYS * math.ceil(self.m["requests_nothing_new_per_source"])

    @property
    def requests(self) -> float:
        """All requests a year."""
        return self.listings + self.pages + self.revisits

    @property
    def read(self) -> float:
        """Pages read a year: new ones and changed ones."""
        return self.pages + self.revisits * CHANGED

    @property
    def batches(self) -> float:
        """Batches a year: a look that finds something new at a site makes one."""
        return sum(SITES * k.share * min(ROUNDS, k.pages) for k in self.kinds) * WORKING

    @property
    def core_seconds(self) -> float:
        """Processor seconds a year of harvest, reading and gate."""
        m = self.m
        page = m["cpu_s_per_page_fetch"] + m["cpu_s_read_60kb_page"] + m["cpu_s_per_page_gate"]
        ask = m["cpu_s_per_source_nothing_new"] / m["requests_nothing_new_per_source"]
        start = SITES * m["cpu_s_per_source_file"] + m["cpu_s_to_start"] + m["cpu_s_per_run_nothing_new"]
        return self.read * page + (self.listings + self.revisits) * ask + RUNS * DAYS * start

    @property
    def database_seconds(self) -> float:
        """Processor seconds a year of PostgreSQL for loading."""
        return (
            self.read * self.m["db_cpu_s_per_page"]
            + SITES * ROUNDS * DAYS * self.m["db_cpu_s_per_source_nothing_new"]
        )

    @property
    def cores(self) -> int:
        """Cores of the workers, at half use."""
        return math.ceil(self.core_seconds / (DAYS * 86_400) / BUSY)

    @property
    def archive(self) -> float:
        """Bytes a year: packed bodies as real pages are, and the facts beside them."""
        return self.read * (
            self.m["kb_real_page_packed"] * KB * self.growth_of_page + self.m["archive_b_facts"]
        )

    @property
    def growth_of_page(self) -> float:
        """How much larger a usual page of 60 KB is than the real ones that were packed."""
        return max(1.0, 60 / self.m["kb_real_page"])

    @property
    def tables(self) -> dict[str, float]:
        """Bytes a year by table."""
        m = self.m
        observations = self.read * FIGURES_SHARE * m["observations_per_statistics_page"]
        return {
            "raw_fetch": self.requests * m["b_per_raw_fetch"],
            "raw_snapshot": self.read * m["b_per_raw_snapshot"],
            "core_document": self.read * (m["b_per_core_document"] + m["b_text_of_real_page"]),
            "core_observation": observations * m["b_per_observation"],
            "ops_check": self.batches * m["checks_per_batch"] * m["b_per_check"],
        }

    @property
    def warehouse(self) -> float:
        """Bytes a year of the tables that grow."""
        return sum(self.tables.values())


def loads(m: dict[str, float]) -> list[Load]:
    """The three assumptions: floor, assumed, stress."""
    alike = ((Kind("all", 1.0, pages),) for pages in (FLOOR, STRESS))
    floor, stress = (Load(m, kinds) for kinds in alike)
    return [floor, Load(m, KINDS), stress]


def measured() -> dict[str, float]:
    """The figures, with the bytes of an observation as measured at ten millions (docs/reference/benchmarks.md)."""
    return {**json.loads(FIGURES.read_text(encoding="utf-8")), "b_per_observation": 1_285}


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def costs(m: dict[str, float]) -> str:
    """What was measured."""
    name = {
        "cpu_s_per_page_fetch": ("fetch, archive, record: a page of the replica", "core s", 3),
        "cpu_s_read_replica_page": (f"read and extract: the replica's pages, {m['kb_replica_page']:.0f} KB", "core s", 3),
        "cpu_s_read_60kb_page": ("the same with navigation and scripts to 60 KB", "core s", 3),
        "cpu_s_read_real_page": (f"{m['real_pages']:.0f} real pages of gov.cn, {m['kb_real_page']:.0f} KB", "core s", 3),
        "cpu_s_per_page_gate": ("gate (validate, publish): a page of the replica", "core s", 3),
        "db_cpu_s_per_page": ("PostgreSQL beside it: a page", "core s", 3),
        "requests_nothing_new_per_source": ("requests of a run that finds nothing new: a source", "", 2),
        "cpu_s_per_source_nothing_new": ("the same: a source", "core s", 3),
        "prefect_tasks_per_run": ("Prefect tasks of such a run, 8 sources", "", 0),
        "cpu_s_per_run_nothing_new": ("such a run with Prefect, in the process of the run", "core s", 2),
        "cpu_s_to_start": ("the imports of a run's process", "core s", 1),
        "prefect_b_per_task": ("Prefect's database: a task", "bytes", 0),
        "kb_real_page_packed": ("archive: a real page, packed", "KB", 1),
        "archive_b_facts": ("archive: the facts beside it", "bytes", 0),
        "b_per_raw_fetch": ("PostgreSQL: a row of `raw_fetch`, with indexes", "bytes", 0),
        "b_per_raw_snapshot": ("a row of `raw_snapshot`", "bytes", 0),
        "b_per_core_document": ("a row of `core_document` of the replica, whose texts are short", "bytes", 0),
        "b_text_of_real_page": ("the text of a real page, unpacked, which comes on top", "bytes", 0),
        "b_per_observation": ("an observation (of 10,000,000: benchmarks.md)", "bytes", 0),
        "observations_per_statistics_page": ("figures and statements of a statistics page", "", 1),
        "checks_per_batch": ("rows of `ops_check` of a batch", "", 0),
        "b_per_check": ("such a row", "bytes", 0),
        "cpu_s_per_source_file": ("loading the catalogue: a source's file", "core s", 4),
    }  # fmt: skip
    rows = [(what, f"{m[key]:,.{digits}f} {unit}".strip()) for key, (what, unit, digits) in name.items()]
    return table(("measured", "value"), rows)


def kinds() -> str:
    """What is assumed of the sites."""
    rows = [(k.name, f"{SITES * k.share:,.0f}", f"{k.pages:g}") for k in KINDS]
    return table(("kind", "sites", "new pages a working day (assumed)"), rows)


def a_year(x: Load) -> dict[str, str]:
    """A year under one assumption, line by line."""
    return {
        "new pages a day, mean": f"{x.pages / DAYS:,.0f}",
        "requests a day": f"{x.requests / DAYS:,.0f}",
        "… of them listings and robots.txt": f"{x.listings / DAYS:,.0f}",
        f"… revisits ({BUDGET} pages a host and revisit)": f"{x.revisits / DAYS:,.0f}",
        "requests a site and day": f"{x.requests / DAYS / SITES:,.1f}",
        "core hours a day, workers": f"{x.core_seconds / DAYS / 3600:,.1f}",
        "cores of workers (half used)": f"{x.cores}",
        "core hours a day, PostgreSQL (loading)": f"{x.database_seconds / DAYS / 3600:,.1f}",
        "archive, GB a year": f"{x.archive / GB:,.0f}",
        "PostgreSQL, GB a year": f"{x.warehouse / GB:,.0f}",
        **{f"… `{name}`": f"{size / GB:,.1f}" for name, size in x.tables.items()},
        "traffic, GB a year at most (60 KB a request)": f"{x.requests * 60 * KB / GB:,.0f}",
    }


def growth(m: dict[str, float]) -> str:
    """A year of all sites, by assumption."""
    years = [a_year(load) for load in loads(m)]
    rows = [(line, *(year[line] for year in years)) for line in years[0]]
    heads = (f"floor: {FLOOR:g} pages a site and working day", "assumed: as above", f"stress: {STRESS:g}")
    return table((f"a year of {SITES:,} sites", *heads), rows)


def walls(m: dict[str, float]) -> str:
    """How long it takes, by hosts that are asked at once."""
    look = math.ceil(m["requests_nothing_new_per_source"]) * (DELAY + ANSWER)
    middle = Load(m, KINDS)
    rows = [
        (
            f"{hosts:,}",
            f"{math.ceil(hosts / 32):,}",
            f"{SITES * look / hosts / 3600:.1f} h",
            f"{middle.pages / WORKING * (DELAY + ANSWER) / hosts / 3600:.1f} h",
            f"{SITES * FIRST_PAGES * (DELAY + ANSWER) / hosts / 86_400:.1f} days",
        )
        for hosts in (4, 32, 128, 512)
    ]
    head = (
        "hosts at once", "processes (32 each)", "one look at all sites",
        "a day's new pages (assumed)", f"first reading, {FIRST_PAGES} pages a site",
    )  # fmt: skip
    return table(head, rows)


def breaks(m: dict[str, float]) -> str:
    """What gives way, with the figure that says when."""
    tasks = SITES * ROUNDS + 2 * RUNS
    middle = Load(m, KINDS)
    gate = middle.read / DAYS * (m["cpu_s_per_page_gate"] + m["db_cpu_s_per_page"]) / 3600
    rows = [
        ("loading the catalogue, each run", f"{SITES * m['cpu_s_per_source_file']:,.0f} core s"),
        ("… all runs of a day", f"{RUNS * SITES * m['cpu_s_per_source_file'] / 3600:,.1f} core hours"),
        ("Prefect tasks a day", f"{tasks:,}"),
        ("flow runs a day (under 100 tasks each)", f"{RUNS:,}"),
        ("Prefect's database, GB a year if nothing is deleted", f"{tasks * DAYS * m['prefect_b_per_task'] / GB:,.0f}"),
        ("limits on the Prefect server (two a host)", f"{2 * SITES:,}"),
        ("rows of raw_fetch a year", f"{middle.requests / MB:,.0f} million"),
        ("verdicts of rules a year (ops_check)", f"{middle.batches * m['checks_per_batch'] / MB:,.0f} million"),
        ("hours a day that the gate is busy (one gate at a time)", f"{gate:,.1f}"),
        (
            f"revisits a day with the default budget of {DEFAULT_BUDGET} a host",
            f"{middle.asked_again(DEFAULT_BUDGET) / DAYS:,.0f}",
        ),
        ("replay of a year's archive, core hours", f"{middle.read * m['cpu_s_read_60kb_page'] / 3600:,.0f}"),
    ]  # fmt: skip
    return table(("assumed load", "figure"), rows)


def machine(m: dict[str, float]) -> dict[str, float]:
    """Quantities of the price formula under the middle assumption, at the end of the first year."""
    middle = Load(m, KINDS)
    database = max(2, math.ceil(middle.database_seconds / (DAYS * 86_400) / BUSY))
    cores = middle.cores + database + 2  # and two for the Prefect server
    return {
        "core": cores,
        "ram": cores * 4,
        "disk": (middle.archive + 2 * middle.warehouse) / GB,
        "traffic": middle.requests * 60 * KB / GB / 12,
    }


def price(m: dict[str, float]) -> str:
    """The formula, in quantities; prices are the reader's."""
    q = machine(m)
    return (
        f"cost a month = {q['core']:.0f} × core + {q['ram']:.0f} × GB of memory + {q['disk']:,.0f} × GB of disk "
        f"+ {q['traffic']:,.0f} × GB of traffic"
    )


def text(m: dict[str, float]) -> str:
    """All tables of the page."""
    on = f"Measured on {m['measured_on']}, {m['cores']} cores shared with other work."
    parts = (on, costs(m), kinds(), growth(m), walls(m), breaks(m), f"`{price(m)}`")
    return "\n\n".join(parts)


def main() -> None:
    """Print the tables, or write them into the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--price", nargs="+", default=[], metavar="WHAT=PRICE")
    given = parser.parse_args()
    m = measured()
    print(text(m))
    if given.price:
        prices = {k: float(v) for k, v in (p.split("=") for p in given.price)}
        print(f"\n{sum(machine(m)[what] * value for what, value in prices.items()):,.2f} a month")
    if given.write:
        page = PAGE.read_text(encoding="utf-8")
        head, rest = page.split(BEGIN)
        _, tail = rest.split(END)
        PAGE.write_text(f"{head}{BEGIN}\n\n{text(m)}\n\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
