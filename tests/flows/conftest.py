"""Real things for the flows: stand-in sites over HTTP, a data folder with its warehouse, a Prefect server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from metroetl.catalogue import catalogue
from metroetl.replica import Faults, Replica
from metroetl.replica.facts import Fact, load_facts
from metroetl.runs import RedRun, RunSummary, SourceOutcome
from metroetl.settings import settings
from metroetl.warehouse import Warehouse
from tests.blank import blank_home

CORE = (
    "core_document", "core_observation", "core_statement", "core_plan", "core_plan_section",
    "core_plan_target", "core_plan_task", "core_plan_count", "core_plan_project", "core_milestone", "core_plan_goal",
    "core_plan_progress",
)  # fmt: skip
# when and by which run a row came; everything else is the same in every warehouse that saw the same pages
OF_THE_RUN = {"loaded_at", "first_seen_at", "batch_id", "run_id", "snapshot_id"}

Table = list[dict[str, Any]]


@dataclass(frozen=True)
class Run:
    """How a flow ended: the state's name as the UI shows it, and what the flow gives."""

    state: str
    result: Any

    @property
    def summary(self) -> RunSummary:
        """The result of `collect`, `backfill`, `revisit` and `replay`."""
        assert isinstance(self.result, RunSummary), self.result
        return self.result

    def of(self, source_id: str) -> SourceOutcome:
        """What the run did at one source."""
        return next(s for s in self.summary.sources if s.source_id == source_id)

    def outcomes(self, source_id: str) -> dict[str, int]:
        """Fetches of one source by outcome."""
        return self.of(source_id).outcomes


@dataclass
class World:
    """Stand-in sites as of a day, a data folder, and the flows between them."""

    replica: Replica
    home: Path
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        """The settings as environment variables, for this process or another."""
        return {
            "METROETL_HOME": str(self.home),
            "METROETL_HOST_MAP": json.dumps(self.replica.host_map),
            "METROETL_POLITENESS": "false",
            **self.extra,
        }

    @contextmanager
    def here(self) -> Iterator[None]:
        """This process works in this world."""
        try:
            with pytest.MonkeyPatch.context() as patch:
                for name, value in self.env.items():
                    patch.setenv(name, value)
                settings.cache_clear()
                yield
        finally:
            settings.cache_clear()

    def collect(self, **request: Any) -> Run:
        """Run the flow `collect`, over the sources that are stood in for unless the request says which."""
        from flows.collect import collect
        from flows.parameters import CollectRequest

        return self._run(collect, CollectRequest(**{"sources": list(self.replica.sites)} | request))

    def backfill(self, **request: Any) -> Run:
        """Run the flow `backfill`."""
        from flows.backfill import backfill
        from flows.parameters import BackfillRequest

        return self._run(backfill, BackfillRequest(**request))

    def revisit(self, **request: Any) -> Run:
        """Run the flow `revisit`, over the sources that are stood in for unless the request says which."""
        from flows.parameters import RevisitRequest
        from flows.revisit import revisit

        return self._run(revisit, RevisitRequest(**{"sources": list(self.replica.sites)} | request))

    def replay(self, **request: Any) -> Run:
        """Run the flow `replay`."""
        from flows.parameters import ReplayRequest
        from flows.replay import replay

        return self._run(replay, ReplayRequest(**request))

    def retry(self, run: str = "last") -> Run:
        """Run the flow `retry`."""
        from flows.parameters import RetryRequest
        from flows.retry import retry

        return self._run(retry, RetryRequest(run=run))

    def decide(self, batch_id: str, decision: str, reason: str) -> Run:
        """Run the flow `decide`."""
        from flows.decide import decide
        from flows.parameters import DecideRequest

        request = {"batch_id": batch_id, "decision": decision, "reason": reason, "decided_by": "值班员"}
        return self._run(decide, DecideRequest.model_validate(request))

    def monitor(self, **request: Any) -> Run:
        """Run the flow `monitor`."""
        from flows.monitor import monitor
        from flows.parameters import MonitorRequest

        return self._run(monitor, MonitorRequest(**request))

    def _run(self, flow: Any, request: Any) -> Run:
        from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

        # with heartbeats, a run waits up to a second for their thread to end
        with self.here(), temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            state = flow(request, return_state=True)
            result = state.result(raise_on_failure=False)
            return Run(state.name, result.summary if isinstance(result, RedRun) else result)

    def add_to_inbox(self, path: Path) -> int:
        """Put a file into the inbox; the number of new ones."""
        from metroetl.pipeline import add_to_inbox

        with self.here():
            return len(add_to_inbox([path]))

    def ask(self, sql: str, *, as_of: date | None = None, **parameters: Any) -> Table:
        """Rows of a read-only query, by column name."""
        with self.here():
            names, rows = Warehouse.open(settings()).query(sql, parameters=parameters, as_of=as_of)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def one(self, sql: str, **parameters: Any) -> Any:
        """The one value of a query."""
        ((value,),) = (row.values() for row in self.ask(sql, **parameters))
        return value

    def contents(self) -> dict[str, Table]:
        """Everything in core but when and by which run it came, in a fixed order."""
        found = {}
        for name in CORE:
            rows = [
                {k: v for k, v in row.items() if k not in OF_THE_RUN}
                for row in self.ask(f"SELECT * FROM {name}")
            ]
            found[name] = sorted(rows, key=lambda row: [str(value) for value in row.values()])
        return found

    def sizes(self) -> dict[str, int]:
        """Rows of every table of core, and of quarantine."""
        return {name: self.one(f"SELECT COUNT(*) FROM {name}") for name in (*CORE, "ops_quarantine")}


NewWorld = Callable[..., World]
CleanContents = Callable[..., dict[str, Table]]


@contextmanager
def open_world(
    home: Path, as_of: date, *sources: str, faults: Mapping[str, str] | None = None, **extra: str
) -> Iterator[World]:
    """A world of these sources (all if none is named), each with one fault or none."""
    known = catalogue().sources
    broken = Faults({source: [fault] for source, fault in (faults or {}).items()})
    with Replica(as_of, broken, sources=[known[s] for s in sources] or None) as replica:
        yield World(replica, home if "METROETL_DATABASE_URL" in extra else blank_home(home), extra)


@pytest.fixture
def new_world(prefect_server: str, tmp_path: Path) -> Iterator[NewWorld]:
    """Makes worlds (see `open_world`), each with a new warehouse; they end with the test."""
    with ExitStack() as stack:
        made: list[World] = []

        def make(as_of: date, *sources: str, **options: Any) -> World:
            made.append(
                stack.enter_context(open_world(tmp_path / f"home{len(made)}", as_of, *sources, **options))
            )
            return made[-1]

        yield make


@pytest.fixture(scope="session")
def clean_contents(prefect_server: str, tmp_path_factory: pytest.TempPathFactory) -> CleanContents:
    """Contents of core after one run over whole sites, by day, sources and request; each made once a session."""

    @cache
    def contents(as_of: date, *sources: str, **request: Any) -> dict[str, Table]:
        with open_world(tmp_path_factory.mktemp("clean"), as_of, *sources) as world:
            assert world.collect(**request).summary.exit_code == 0
            return world.contents()

    return contents


def published_facts(day: date) -> list[Fact]:
    """The facts that pages of the replica state by a day."""
    return [f for f in load_facts() if f.said and f.published_on <= day]


def assert_agrees_with_facts(world: World) -> None:
    """Every figure in core was published, as printed: value, unit, and not before its day (of a data interface: by now)."""
    facts: dict[tuple[str, ...], list[Fact]] = {}
    for fact in published_facts(world.replica.day):
        facts.setdefault((*fact.key, fact.variant), []).append(fact)
    rows = world.ask("SELECT * FROM mart_lineage WHERE withdrawn_at IS NULL")
    assert rows
    for row in rows:
        key = tuple(row[k] for k in ("region_code", "indicator_code", "period", "measure", "variant"))
        row["stated"] = [
            (f.number, f.unit)
            for f in facts.get(key, [])
            if row["published_on"] is None or f.published_on.isoformat() <= row["published_on"]
        ]
    assert [row for row in rows if (row["value"], row["unit"]) not in row["stated"]] == []
