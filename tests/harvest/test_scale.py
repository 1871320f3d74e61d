"""2,000 synthetic pages of 20 hosts, one answer of twenty faulty, through the real pipeline, killed and taken up."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from metroetl.harvest import Archive
from metroetl.harvest.pages import AT_ONCE as FETCHED_AT_ONCE
from metroetl.pipeline.steps import MOST_UNTOLD
from metroetl.settings import Settings
from metroetl.warehouse import Warehouse
from tests import forked
from tests.harvest.scale_run import AT_ONCE
from tests.harvest.scale_site import ALWAYS, ARTICLES, HOSTS, Answered, Sites, article, article_path, fault

DELAY, CONCURRENCY = 0.02, 2
STRETCH = 50  # requests of a host, half of its pages
KILLED_AFTER = 700
SOURCE = """\
id: {id}
title: 甲市（合成）{id}
publisher: 甲市（合成）统计局
regions: ["000000"]
kinds: [statistics]
family: trs
list: https://{host}/sj/index.html
hosts: [{host}]
cadence: {{cron: "0 9 * * *"}}
politeness: {{delay: {delay}, concurrency: {concurrency}}}
expect: {{min_items: 1}}
max_pages: 9
"""
NAMES = {"gone": "SOFT_NOT_FOUND", "challenge": "BOT_CHALLENGE"}


def wrong(host: str) -> dict[str, str]:
    """What never comes of a host, by address."""
    found = {n: fault(host, article_path(n)) for n in range(ARTICLES)}
    return {f"https://{host}{article_path(n)}": kind for n, kind in found.items() if kind in ALWAYS}


UNREADABLE = {url: NAMES[kind] for host in HOSTS for url, kind in wrong(host).items()}
READABLE = {f"https://{host}{article_path(n)}" for host in HOSTS for n in range(ARTICLES)} - set(UNREADABLE)


def environment(home: Path, port: int) -> dict[str, str]:
    sources = home / "catalogue" / "sources"
    sources.mkdir(parents=True)
    for host in HOSTS:
        name = host.partition(".")[0]
        text = SOURCE.format(id=name, host=host, delay=DELAY, concurrency=CONCURRENCY)
        (sources / f"{name}.yml").write_text(text, encoding="utf-8")
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith("METROETL_")},
        "METROETL_HOME": str(home),
        "METROETL_WORLD": "synthetic",
        "METROETL_HOST_MAP": json.dumps(dict.fromkeys(HOSTS, f"http://127.0.0.1:{port}")),
        "METROETL_TIMEOUT_SECONDS": "3",
    }


def start(root: Path, env: dict[str, str]) -> forked.Running:
    sources = (host.partition(".")[0] for host in HOSTS)
    return forked.begin("tests.harvest.scale_run", *sources, cwd=root, env=env)


def assert_polite(log: list[Answered]) -> None:
    """Never more at once than the source allows, and no stretch of requests faster than its delay.

    A busy machine notes one late and the next in time, so half of the gaps and whole stretches are looked at.
    """
    by_host: dict[str, list[float]] = defaultdict(list)
    for entry in log:
        assert entry.at_once <= CONCURRENCY, entry
        by_host[entry.host].append(entry.began)
    gaps = [b - a for times in by_host.values() for a, b in pairwise(sorted(times))]
    assert statistics.median(gaps) >= 0.7 * DELAY
    for times in by_host.values():
        times.sort()
        assert all(b - a >= 0.7 * STRETCH * DELAY for a, b in zip(times, times[STRETCH:], strict=False))


@pytest.mark.timeout(180)
def test_every_page_once_none_lost_politely_and_over_a_kill(tmp_path: Path, root: Path) -> None:
    with Sites() as sites:
        env = environment(tmp_path, sites.port)
        first = start(root, env)
        deadline = time.monotonic() + 60
        while len(sites.served()) < KILLED_AFTER and first.alive and time.monotonic() < deadline:
            time.sleep(0.01)
        assert first.alive, first.finish()
        first.kill()
        first.finish()
        before = sites.served()
        warehouse = Warehouse.open(Settings(home=tmp_path, world="synthetic"))
        _, rows = warehouse.query("SELECT url FROM raw_fetch WHERE ok AND role = 'page'")
        recorded = {url for (url,) in rows}

        second = start(root, env)
        told = second.finish()
        assert told.returncode == 0, told
        served = sites.served()

    assert_polite(sites.log)

    # every readable page is archived once, whole; none is lost; what couldn't be read has its name
    _, rows = warehouse.query("SELECT url, sha256 FROM raw_snapshot WHERE role = 'page'")
    assert len(rows) == len(READABLE) and {url for url, _ in rows} == READABLE
    archive = Archive(Settings(home=tmp_path).archive)
    for url, sha256 in rows[::50]:
        host, path = url.removeprefix("https://").split("/", 1)
        assert archive.get(sha256).decode() == article(host, f"/{path}")
    _, rows = warehouse.query("SELECT DISTINCT url, outcome FROM raw_fetch WHERE NOT ok AND role = 'page'")
    assert dict(rows) == UNREADABLE and len(rows) == len(UNREADABLE)
    _, rows = warehouse.query("SELECT source_id FROM raw_fetch WHERE NOT ok AND role = 'listing'")
    assert rows == []

    # the second run asked for what was missing only: twice came what was on its way as the first was killed
    twice = {url for url, count in served.items() if count > 1}
    assert KILLED_AFTER <= len(before) < len(READABLE)
    assert not twice & recorded and twice <= set(before)
    assert len(twice) <= AT_ONCE * (CONCURRENCY + 2 * MOST_UNTOLD + FETCHED_AT_ONCE)
