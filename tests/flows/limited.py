"""Asks a host for pages as a worker's process does, with the gate of the Prefect server in the environment."""

from __future__ import annotations

import asyncio
import sys

from flows.limits import shared_gate
from metroetl.catalogue import catalogue
from metroetl.errors import MetroError
from metroetl.harvest import Client
from metroetl.harvest.addresses import Request
from metroetl.settings import settings


async def main(host: str, *paths: str) -> None:
    """Print the outcome of each address."""
    gate = shared_gate()
    assert gate is not None
    async with Client(settings(), catalogue().sources.values(), gate) as client:

        async def ask(path: str) -> str:
            try:
                return str((await client.fetch(Request(f"https://{host}{path}"))).status)
            except MetroError as error:
                return error.code

        print(*await asyncio.gather(*(ask(path) for path in paths)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
