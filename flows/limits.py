"""Limits that all processes of an installation share: how many requests a host gets at once, and how often.

Each process keeps the same limits by itself (harvest/hosts.py); those of the Prefect server hold between a worker, a
second worker and the command line. They are made at deploy: `python -m flows.limits`. A limit that is missing is an
error and not a warning, for then nothing would hold.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from prefect.client.orchestration import get_client
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError, concurrency, rate_limit
from prefect.settings import PREFECT_API_URL

from metroetl.catalogue import catalogue
from metroetl.errors import SharedLimitFailure

if TYPE_CHECKING:
    from metroetl.harvest.client import Gate

LEASE = 60  # seconds after which the place of a killed process is free again; renewed while a request takes longer


def at_once(host: str) -> str:
    """Name of the limit of requests at once."""
    return f"host:{host}"


def how_often(host: str) -> str:
    """Name of the limit of requests over time."""
    return f"host-rate:{host}"


def make_limits() -> dict[str, float]:
    """Make the limits of every host of the catalogue, or correct them; seconds between requests by host."""
    from metroetl.harvest.hosts import politeness_of

    made = {}
    with get_client(sync_client=True) as client:
        for host, politeness in sorted(politeness_of(catalogue().sources.values()).items()):
            client.upsert_global_concurrency_limit_by_name(at_once(host), politeness.concurrency)
            rate = 1 / politeness.delay if politeness.delay > 0 else 1000.0
            client.upsert_global_concurrency_limit_by_name(how_often(host), 1, rate)
            made[host] = politeness.delay
    return made


def shared_gate() -> Gate | None:
    """The gate of the Prefect server that PREFECT_API_URL names; None without one, for this process is alone then."""
    return _gate if PREFECT_API_URL.value() else None


@asynccontextmanager
async def _gate(host: str) -> AsyncIterator[None]:
    """One request to a host; raises SharedLimitFailure where the server has no such limit or doesn't answer."""
    try:
        async with concurrency(
            at_once(host), strict=True, lease_duration=LEASE, raise_on_lease_renewal_failure=False
        ):
            await rate_limit(how_often(host), strict=True)
            yield
    except ConcurrencySlotAcquisitionError as error:
        raise SharedLimitFailure(f"{host}: {error}") from error


if __name__ == "__main__":
    for host, delay in make_limits().items():
        print(f"{host}\t每 {delay:g} 秒一次 · every {delay:g} s")
