"""The server of the synthetic sites, in a process of its own, as fast as Python serves files."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.collect.pages import CUT

PREFIX = "/@"  # a client that can't be told a stand-in asks for /@host/path


async def _serve(folder: Path, port: Any, asked: Any) -> None:
    @lru_cache(maxsize=512)
    def frame(host: str) -> tuple[bytes, bytes, bytes]:
        whole = (folder / host / "frame.html").read_bytes()
        head, _, rest = whole.partition(b"{meta}")
        return (head, *rest.split(CUT))  # type: ignore[return-value]

    def body_of(host: str, path: str) -> bytes | None:
        file = folder / host / path.lstrip("/")
        if ".." in path or not file.is_file():
            return None
        data = file.read_bytes()
        if CUT not in data:
            return data
        meta, text = data.split(CUT)
        head, before, after = frame(host)
        return b"".join((head, meta, before, text, after))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                break
            path = lines[0].split(" ")[1]
            host = next(v.strip() for n, _, v in (x.partition(":") for x in lines[1:]) if n.lower() == "host")
            if path.startswith(PREFIX):
                host, _, path = path[len(PREFIX) :].partition("/")
            body = body_of(host, path)
            asked.value += 1
            status = "200 OK" if body is not None else "404 Not Found"
            told = (
                f"HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: {len(body or b'')}\r\n\r\n"
            )
            writer.write(told.encode() + (body or b""))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port.value = server.sockets[0].getsockname()[1]
    await server.serve_forever()


def _server(folder: Path, port: Any, asked: Any) -> None:
    asyncio.run(_serve(folder, port, asked))


class Served:
    """A running server: its port, and how many requests it answered."""

    def __init__(self, port: Any, asked: Any) -> None:
        self.port: int = port.value
        self._asked = asked

    @property
    def asked(self) -> int:
        return int(self._asked.value)


@contextmanager
def server(folder: Path) -> Iterator[Served]:
    """Serve a folder of sites until the context ends."""
    port, asked = multiprocessing.Value("i", 0), multiprocessing.Value("i", 0)
    running = multiprocessing.Process(target=_server, args=(folder, port, asked), daemon=True)
    running.start()
    while not port.value:
        time.sleep(0.01)
    try:
        yield Served(port, asked)
    finally:
        running.terminate()
        running.join()
