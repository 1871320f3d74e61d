"""A dead-man's switch: an address is asked after each scheduled run, so that somebody notices when no run comes.

METROETL_PING_URL in the form of healthchecks.io (which can be hosted by oneself): POST to it when a run ended well, to
it with `/fail` when not, with the run's id as `rid`. It is a secret: whoever knows it can say that all is well.
"""

from __future__ import annotations

import logging
from typing import Any, TypeVar

import httpx
from prefect import Flow
from prefect.client.schemas.objects import FlowRun, State

from metroetl.redaction import redact
from metroetl.settings import settings

log = logging.getLogger("metroetl.flows")
SECONDS = 5.0
AnyFlow = TypeVar("AnyFlow", bound=Flow[Any, Any])


def pinged(flow: AnyFlow) -> AnyFlow:
    """A flow whose scheduled runs tell at their end that they took place; put it above `@flow`."""
    for register in (flow.on_completion, flow.on_failure, flow.on_crashed):
        register(ping)
    return flow


def ping(flow: Flow[Any, Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Tell of a scheduled run's end; what goes wrong with that is logged, and changes nothing for the run."""
    secret = settings().ping_url
    if secret is None or not is_scheduled(flow_run):
        return
    address = secret.get_secret_value().rstrip("/") + ("" if state.is_completed() else "/fail")
    told = redact(f"{flow_run.name}: {state.name} {state.message or ''}").strip()
    try:
        answer = httpx.post(address, params={"rid": str(flow_run.id)}, content=told.encode(), timeout=SECONDS)
        answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        log.warning("the ping after %s was answered %d", flow_run.name, error.response.status_code)
    except Exception as error:  # also an address that is none; its words may hold the address
        log.warning("the ping after %s failed: %s", flow_run.name, type(error).__name__)


def is_scheduled(flow_run: FlowRun) -> bool:
    """Whether a schedule made the run, and no person."""
    by = flow_run.created_by
    return flow_run.auto_scheduled or (by is not None and by.type == "SCHEDULE")
