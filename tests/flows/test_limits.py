"""Two processes keep one host's limits together, by the Prefect server."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import forked

HOST, DELAY, PAGES = "tjj.jia.gov.cn", 1.5, 3
SOURCE = f"""\
id: jia_tjj
title: 甲市统计局（合成）
publisher: 甲市统计局（合成）
regions: ["000000"]
kinds: [statistics]
family: trs
list: https://{HOST}/sj/index.html
hosts: [{HOST}]
cadence: {{cron: "0 9 * * *"}}
politeness: {{delay: {DELAY}, concurrency: 1}}
expect: {{min_items: 1}}
"""
PAGE = f"<html><body><h1>甲市（合成）</h1>{'<p>合成的一段文字，只供测试：两个进程共同遵守一个站点的频率。</p>' * 9}</body></html>"
Start = Callable[..., forked.Running]


@dataclass
class Slow:
    """A site that takes its time; when it was asked, and how many requests were open at most."""

    port: int = 0
    asked: list[float] = field(default_factory=list)
    most: int = 0
    open: int = 0


@pytest.fixture
def site() -> Iterator[Slow]:
    seen, lock = Slow(), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with lock:
                seen.asked.append(time.monotonic())
                seen.open += 1
                seen.most = max(seen.most, seen.open)
            time.sleep(0.05)
            with lock:
                seen.open -= 1
            self.send_response(404 if self.path == "/robots.txt" else 200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(PAGE.encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    seen.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield seen
    server.shutdown()
    server.server_close()


@pytest.fixture
def start(prefect_server: str, site: Slow, tmp_path: Path, root: Path) -> Start:
    """Starts a Python module against the session's Prefect server, in a catalogue with one more source."""
    sources = tmp_path / "catalogue" / "sources"
    sources.mkdir(parents=True)
    (sources / "jia_tjj.yml").write_text(SOURCE, encoding="utf-8")
    env = os.environ | {
        "PREFECT_API_URL": prefect_server,
        "METROETL_HOME": str(tmp_path),
        "METROETL_HOST_MAP": json.dumps({HOST: f"http://127.0.0.1:{site.port}"}),
    }

    def run(module: str, *arguments: str) -> forked.Running:
        return forked.begin(module, *arguments, cwd=root, env=env)

    return run


def output(running: forked.Running) -> str:
    done = running.finish()
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_two_processes_keep_the_limits_of_a_host_together(
    start: Start, site: Slow, prefect_server: str
) -> None:
    refused = output(start("tests.flows.limited", HOST, "/1.html"))
    assert refused.split() == ["SHARED_LIMIT"] and site.asked == []

    assert f"{HOST}\t每 {DELAY} 秒一次" in output(start("flows.limits"))
    output(start("flows.limits"))
    limits = httpx.post(f"{prefect_server}/v2/concurrency_limits/filter", json={"limit": 200}).json()
    mine = {x["name"]: (x["limit"], x["slot_decay_per_second"]) for x in limits if HOST in x["name"]}
    assert mine == {f"host:{HOST}": (1, 0.0), f"host-rate:{HOST}": (1, 1 / DELAY)}

    paths = [f"/{n}.html" for n in range(PAGES)]
    both = [start("tests.flows.limited", HOST, *paths) for _ in range(2)]
    assert [output(process).split() for process in both] == [["200"] * PAGES] * 2
    assert len(site.asked) == 2 * (PAGES + 1) and site.most == 1
    gaps = [b - a for a, b in pairwise(sorted(site.asked))]
    assert min(gaps) >= 0.8 * DELAY, gaps


def test_a_place_is_taken_until_the_request_ends(prefect_server: str) -> None:
    from prefect.client.orchestration import get_client

    from flows.limits import at_once, how_often, shared_gate

    host, events = "www.yi.gov.cn", []
    with get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name(at_once(host), 1)
        client.upsert_global_concurrency_limit_by_name(how_often(host), 1, 10.0)
    gate = shared_gate()
    assert gate is not None

    async def hold(name: str) -> None:
        async with gate(host):
            events.append(name)
            await asyncio.sleep(1)
            events.append(name)

    async def both() -> None:
        await asyncio.gather(hold("a"), hold("b"))

    asyncio.run(both())
    assert events in (["a", "a", "b", "b"], ["b", "b", "a", "a"])
