"""Speed and memory of the client, beside bare httpx, each measurement in a process of its own: `make bench-fetch`.

The two take turns against one server on this machine, so that both meet the same; read the figures as ratios. httpx
keeps a file in memory, the client on disk (`archived`: and compresses it into the archive); the client also reads robots.txt, names barriers and hashes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from metroetl.harvest import Archive

ROOT = Path(__file__).resolve().parents[1]
HOST = "bench.jia.gov.cn"
PAGES, PAGE_SIZE, AT_ONCE = 2_000, 62_000, 8
FILE_SIZE = 200 * 1024 * 1024
BLOCK = bytes(range(256)) * 256
WAYS = {"pages": ("httpx", "client"), "file": ("httpx", "client", "archived")}


def page() -> bytes:
    """A synthetic page of the usual size."""
    head = '<meta name="ArticleTitle" content="合成"><meta name="PubDate" content="2025-04-18">'
    text = "<p>甲市（合成）一季度数据，只供测量。</p>" * (PAGE_SIZE // 52)
    return f"<html><head>{head}<title>合成</title></head><body><h1>合成</h1>{text}</body></html>".encode()


async def _serve(port: Any) -> None:
    ready = page()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                path = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1]
            except asyncio.IncompleteReadError:
                break
            body = b"" if path == b"/robots.txt" else ready
            size, media = (
                (FILE_SIZE, b"application/octet-stream") if path == b"/file" else (len(body), b"text/html")
            )
            status = b"404 Not Found" if path == b"/robots.txt" else b"200 OK"
            writer.write(
                b"HTTP/1.1 %b\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n" % (status, media, size)
            )
            if path == b"/file":
                for _ in range(size // len(BLOCK)):
                    writer.write(BLOCK)
                    await writer.drain()
            else:
                writer.write(body)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port.value = server.sockets[0].getsockname()[1]
    await server.serve_forever()


def _server(port: Any) -> None:
    asyncio.run(_serve(port))


@contextmanager
def server() -> Iterator[int]:
    """The server in a process of its own; its port."""
    port = multiprocessing.Value("i", 0)
    running = multiprocessing.Process(target=_server, args=(port,), daemon=True)
    running.start()
    while not port.value:
        time.sleep(0.01)
    yield port.value
    running.terminate()
    running.join()


async def _by_httpx(port: int, paths: list[str]) -> int:
    import httpx

    slots = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:

        async def get(path: str) -> int:
            async with slots:
                return len((await client.get(f"http://127.0.0.1:{port}{path}")).content)

        return sum(await asyncio.gather(*map(get, paths)))


async def _by_client(port: int, paths: list[str], archive: Archive | None = None) -> int:
    from metroetl.catalogue.models import Cadence, Expectations, Source
    from metroetl.harvest import Client
    from metroetl.harvest.addresses import Request
    from metroetl.harvest.models import Role
    from metroetl.settings import Settings

    source = Source(
        id="bench",
        title="合成",
        publisher="合成",
        regions=["000000"],
        kinds=["statistics"],
        family="trs",
        list=f"https://{HOST}/",
        hosts=[HOST],
        cadence=Cadence(cron="0 0 * * *"),
        expect=Expectations(min_items=1),
    )
    settings = Settings(host_map={HOST: f"http://127.0.0.1:{port}"}, politeness=False, concurrency=AT_ONCE)
    async with Client(settings, [source]) as client:

        async def get(path: str) -> int:
            role: Role = "attachment" if path == "/file" else "page"
            content = (await client.fetch(Request(f"https://{HOST}{path}"), role=role)).content
            if archive is not None:
                with content.open() as file:
                    archive.put(file)
            return content.size

        return sum(await asyncio.gather(*map(get, paths)))


def fetch(way: str, port: int, what: str) -> dict[str, Any]:
    """In a child: fetch all pages or the file; seconds, bytes and how far memory rose above the start's."""
    from metroetl.harvest import Archive

    with tempfile.TemporaryDirectory() as folder:
        ask = _by_httpx if way == "httpx" else _by_client
        if way == "archived":
            ask = partial(_by_client, archive=Archive(folder))
        return _measured(ask, port, ["/file"] if what == "file" else [f"/{n}.html" for n in range(PAGES)])


def _measured(
    ask: Callable[[int, list[str]], Coroutine[Any, Any, int]], port: int, paths: list[str]
) -> dict[str, Any]:
    asyncio.run(ask(port, ["/warm"]))
    before, began = _peak(), time.perf_counter()
    size = asyncio.run(ask(port, paths))
    return {"seconds": time.perf_counter() - began, "size": size, "grown": _peak() - before}


def _peak() -> float:
    """Peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024 * 1024 if sys.platform == "darwin" else 1024
    )


def in_child(way: str, port: int, what: str) -> dict[str, Any]:
    """One measurement."""
    command = [sys.executable, "-m", "benchmarks.fetch", "--child", way, str(port), what]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE)  # noqa: S603
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def main() -> None:
    """Print pages a second, and seconds and memory of one large file, of both ways."""
    parser = argparse.ArgumentParser(prog="make bench-fetch", description=__doc__)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        way, port, what = given.child
        print(json.dumps(fetch(way, int(port), what)))
        return
    with server() as port:
        for what, ways in WAYS.items():
            found: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
            for _ in range(given.turns):
                for way in ways:
                    found[way].append(in_child(way, port, what))
            seconds = {way: statistics.median(r["seconds"] for r in found[way]) for way in ways}
            for way in ways:
                rate = PAGES / seconds[way] if what == "pages" else FILE_SIZE / 1024**2 / seconds[way]
                grown = max(r["grown"] for r in found[way])
                unit = "pages/s" if what == "pages" else "MB/s"
                print(
                    f"{what:6} {way:8} {seconds[way]:7.2f} s {rate:8.0f} {unit:8} memory +{grown:.0f} MB"
                    f"   {seconds[way] / seconds['httpx']:.2f} × the time of httpx",
                    flush=True,
                )


if __name__ == "__main__":
    main()
