"""The failed parts of a run once more: what of it is worth asking again, asking for just that, and what it came to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from metroetl.catalogue import catalogue
from metroetl.catalogue.models import INBOX
from metroetl.errors import (
    BotChallenge,
    CookieBounce,
    GeoBlocked,
    HostNotAllowed,
    ManyVanished,
    NothingToRetry,
    RobotsDisallowed,
    RunUnfinished,
    RunUnknown,
)
from metroetl.harvest import Archive, Client, ask_again
from metroetl.pipeline.inbox import take_in_inbox
from metroetl.pipeline.reading import read_and_stage
from metroetl.pipeline.steps import (
    harvest_source,
    known_addresses,
    open_existing,
    recorded,
)
from metroetl.runs import Failure, Retried, RunSummary, SourceOutcome
from metroetl.settings import settings
from metroetl.warehouse.unfinished import CRASHED

if TYPE_CHECKING:
    from metroetl.catalogue.models import Source
    from metroetl.harvest.client import Gate
    from metroetl.harvest.models import Snapshot
    from metroetl.warehouse import Warehouse

LAST = "last"
# a site that answers so was asked rightly and said no: a person decides, not a second request
LEFT_ALONE = {
    error.code
    for error in (BotChallenge, CookieBounce, GeoBlocked, HostNotAllowed, ManyVanished, RobotsDisallowed)
}
GONE = "no longer announced, nor archived"
NO_SOURCE = "the source is no longer in the catalogue"
SINCE = "a later run read it"

_FAILED = """
SELECT f.source_id, f.url, f.role, EXISTS (
  SELECT 1 FROM raw_fetch g WHERE g.source_id = f.source_id AND g.url = f.url AND g.ok AND g.fetched_at > f.fetched_at
) AS since
FROM raw_fetch f WHERE f.run_id = :run AND NOT f.ok
"""
_UNREADABLE = "SELECT source_id, url FROM ops_quarantine WHERE table_name = 'raw_snapshot' AND state = 'open'"
_RUN = "SELECT flow, parameters, state, summary FROM ops_run WHERE run_id = :run"
FLOWS = {"collect", "backfill", "revisit", "replay", "retry"}  # whose runs leave a RunSummary
UNFINISHED = {"running", CRASHED}
_RED = """
SELECT run_id, flow, summary FROM ops_run WHERE state IN ('sources_failed', 'held', 'checks_failed', 'loaded', 'nothing_new')
ORDER BY started_at DESC LIMIT 200
"""


class Part(BaseModel):
    """What is asked again of one source: its listing with what that announces, or single addresses; and which archived
    documents are read again."""

    source_id: str
    listing: bool = False
    urls: list[str] = []
    documents: list[str] = []
    failures: list[Failure] = []


class RetryPlan(BaseModel):
    """The failed parts of a run that are worth asking again, and those that need nothing or no more requests."""

    run_id: str
    since: date | None = None
    until: date | None = None
    budget: int | None = None
    max_pages: int | None = None
    parts: list[Part] = []
    settled: list[Retried] = []

    def part(self, source_id: str) -> Part:
        """What is asked again of a source."""
        return next(part for part in self.parts if part.source_id == source_id)


def plan_retry(run: str = LAST) -> RetryPlan:
    """What of a run (the newest with failures that no retry took up, if `last`) is to be asked again.

    Raises RunUnknown, RunUnfinished, and NothingToRetry where nothing failed.
    """
    warehouse = open_existing()
    run_id = _newest_failed(warehouse) if run == LAST else run
    summary = _summary_of(warehouse, run_id)
    plan = RetryPlan(run_id=run_id, **_reach_of(warehouse, run_id))
    _, rows = warehouse.query(_FAILED, parameters={"run": run_id})
    fetched = {(row[0], row[1]): (row[2], bool(row[3])) for row in rows}
    unreadable = set(map(tuple, warehouse.query(_UNREADABLE)[1]))
    for outcome in summary.sources:
        part = Part(source_id=outcome.source_id)
        for failure in outcome.failures:
            key = (outcome.source_id, failure.url)
            role, since = fetched.get(key, ("document" if failure.url else "listing", False))
            if role == "document":
                since = key not in unreadable
            if settled := _settled(outcome.source_id, failure, since):
                plan.settled.append(settled)
            else:
                _take(part, failure, role)
        if part.failures:
            plan.parts.append(part)
    if not plan.parts and not plan.settled:
        raise NothingToRetry(f"nothing failed in run {run_id}")
    return plan


def _newest_failed(warehouse: Warehouse) -> str:
    """The newest run with failures, but those that a later retry took up."""
    taken: set[str | None] = set()
    for run_id, flow, text in warehouse.query(_RED)[1]:
        if flow not in FLOWS:
            continue
        summary = RunSummary.model_validate_json(text)
        if any(s.failed for s in summary.sources) and run_id not in taken:
            return str(run_id)
        taken.add(summary.retry_of)
    raise NothingToRetry("no run has failures that were not retried")


def _summary_of(warehouse: Warehouse, run_id: str) -> RunSummary:
    _, rows = warehouse.query(_RUN, parameters={"run": run_id})
    if not rows:
        raise RunUnknown(f"no run {run_id}")
    flow, _, state, summary = rows[0]
    if flow not in FLOWS:
        raise NothingToRetry(f"run {run_id} is of {flow}, which asks no site")
    if state in UNFINISHED:
        raise RunUnfinished(f"run {run_id} is {state} and left no summary")
    return RunSummary.model_validate_json(summary)


def _reach_of(warehouse: Warehouse, run_id: str) -> dict[str, Any]:
    """How far the run looked that failed first: what its request said of days, budget and depth."""
    ((flow, text, _, summary),) = warehouse.query(_RUN, parameters={"run": run_id})[1]
    before = json.loads(summary).get("retry_of") if flow == "retry" else None
    if before:
        return _reach_of(warehouse, before)
    request = json.loads(text)
    if flow == "backfill" and "year_from" in request:
        first, last = date(request["year_from"], 1, 1), date(request["year_to"], 12, 31)
        return {"since": first, "until": last, **{n: request[n] for n in ("budget", "max_pages")}}
    return {"since": request.get("since")}


def _settled(source_id: str, failure: Failure, since: bool) -> Retried | None:
    """A failure that is not asked again: it is mended since, or it can't be helped."""
    told = {**failure.model_dump(), "source_id": source_id}
    if since:
        return Retried.model_validate({**told, "became": "mended", "detail": SINCE})
    if failure.code in LEFT_ALONE:
        return Retried.model_validate({**told, "became": "left"})
    if source_id != INBOX and source_id not in catalogue().sources:
        return Retried.model_validate({**told, "became": "left", "detail": NO_SOURCE})
    return None


def _take(part: Part, failure: Failure, role: str) -> None:
    part.failures.append(failure)
    part.listing |= role == "listing"
    if role == "document":
        part.documents.append(failure.url)
    if role != "listing":
        part.urls.append(failure.url)


def retry_part(run_id: str, plan: RetryPlan, source_id: str, *, gate: Gate | None = None) -> SourceOutcome:
    """Ask again for what failed of one source, read what came and what could not be read, and stage it."""
    part, warehouse = plan.part(source_id), open_existing()
    if source_id == INBOX:
        outcome = take_in_inbox(run_id)
    elif part.listing:
        how = plan.model_dump(include={"since", "until", "budget", "max_pages"})
        outcome = harvest_source(run_id, source_id, **how, gate=gate)
    else:
        source = catalogue().sources[source_id]
        outcome = asyncio.run(_ask_again(run_id, source, warehouse, part.urls, gate))
    snapshots = warehouse.pending([source_id])
    waiting = {snapshot.url for snapshot in snapshots}
    again = [url for url in part.documents if url not in waiting]
    snapshots += _last_of(warehouse, source_id, again)
    return read_and_stage(run_id, source_id, outcome, snapshots)


async def _ask_again(
    run_id: str, source: Source, warehouse: Warehouse, urls: Sequence[str], gate: Gate | None
) -> SourceOutcome:
    config = settings()
    async with Client(config, catalogue().sources.values(), gate) as client:
        steps = ask_again(
            source,
            client=client,
            archive=Archive(config.archive),
            agenda=config.agenda,
            known=known_addresses(warehouse, source.id),
            urls=urls,
            pages=_last_of(warehouse, source.id, urls),
        )
        return await recorded(run_id, warehouse, source, steps)


def _last_of(warehouse: Warehouse, source_id: str, urls: Sequence[str]) -> list[Snapshot]:
    """The last snapshots of addresses, of those that are archived."""
    if not urls:
        return []
    last = {snapshot.url: snapshot for snapshot in warehouse.archived(source_id)}
    return [last[url] for url in dict.fromkeys(urls) if url in last]


def judge_retry(run_id: str, plan: RetryPlan, outcomes: Sequence[SourceOutcome]) -> list[Retried]:
    """What became of each failure of the run before."""
    _, rows = open_existing().query(
        "SELECT source_id, url FROM raw_fetch WHERE run_id = :run", parameters={"run": run_id}
    )
    asked = set(map(tuple, rows))
    judged = list(plan.settled)
    for outcome in outcomes:
        still = {failure.url: failure for failure in outcome.failures}
        part = plan.part(outcome.source_id)
        for failure in part.failures:
            now = still.get(failure.url) or (outcome.failures[0] if "" in still else None)
            told = {**(now or failure).model_dump(), "source_id": outcome.source_id}
            there = part.listing or failure.url in part.documents or (outcome.source_id, failure.url) in asked
            if now is None and not there and outcome.source_id != INBOX:
                told |= {"became": "left", "detail": GONE}
            judged.append(Retried.model_validate({"became": "remains" if now else "mended", **told}))
    return judged
