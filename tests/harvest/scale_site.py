"""Many sites on one port of this machine, with faults in one of twenty answers, and a log of its own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

ARTICLES, ROWS, SIZE = 100, 25, 6_000
HOSTS = [f"s{n:02d}.jia.gov.cn" for n in range(20)]
ONCE = ("500", "503", "cut", "late", "dropped")  # and then the page
ALWAYS = ("gone", "challenge")  # never the page
CHALLENGE = "<html><head><meta content='x' r='m'><script r='m'>$_ts=window['$_ts'];</script></head><body></body></html>"
GONE = "<html><body><p>您访问的页面不存在或已删除</p></body></html>"


@dataclass
class Answered:
    """One request in the server's log; `at_once` counts the host's requests that were open as it came."""

    host: str
    path: str
    kind: str
    began: float
    at_once: int


def article_path(number: int) -> str:
    return f"/sj/202504/t20250401_{number}.html"


def list_path(number: int) -> str:
    return f"/sj/index_{number - 1}.html" if number > 1 else "/sj/index.html"


def fault(host: str, path: str) -> str:
    """What is wrong with an address: one of twenty articles of each host, and one list page of every fourth host."""
    site = HOSTS.index(host)
    for number in range(7, ARTICLES, 20):
        if path == article_path(number):
            return (*ONCE, *ALWAYS)[(site * 5 + number // 20) % 7]
    return "500" if site % 4 == 0 and path == list_path(3) else ""


def article(host: str, path: str) -> str:
    """A page of a synthetic place."""
    title = f"甲市（合成）{host.split('.')[0]}号站第{path}篇"
    body = "".join(f"<p>合成的第{n}段，只供测试。</p>" for n in range(SIZE // 45))
    head = f'<meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="2025-04-01 10:00"><title>{title}</title>'
    return (
        f"<html><head>{head}</head><body><h1>{title}</h1><div class='TRS_Editor'>{body}</div></body></html>"
    )


def list_page(number: int) -> str:
    """A list page in the form of TRS."""
    first = (number - 1) * ROWS
    rows = "".join(
        f'<li><a href="{article_path(n)}" title="甲市（合成）第{n}号">甲市（合成）第{n}号</a><span>2025-04-01</span></li>'
        for n in range(first, first + ROWS)
    )
    pager = f'createPageHTML({ARTICLES // ROWS}, {number - 1}, "index", "html");'
    head = '<meta name="SiteName" content="甲市（合成）"><meta name="ColumnName" content="数据发布">'
    return (
        f"<html><head>{head}</head><body><ul class='list'>{rows}</ul><script>{pager}</script></body></html>"
    )


class Sites:
    """The server in a thread; `port` and `log` are of use from outside."""

    def __init__(self) -> None:
        self.log: list[Answered] = []
        self.port = 0
        self._open: Counter[str] = Counter()
        self._asked: Counter[tuple[str, str]] = Counter()
        self._ready, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self) -> Sites:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def served(self, kind: str = "page") -> Counter[str]:
        """How often each address was answered with what it is."""
        return Counter(f"https://{a.host}{a.path}" for a in list(self.log) if a.kind == kind)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._answer(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        path = head.split(" ", 2)[1]
        host = head.partition("\r\nhost: ")[2].partition("\r\n")[0]
        self._open[host] += 1
        self._asked[host, path] += 1
        wrong = fault(host, path)
        kind = "" if wrong in ONCE and self._asked[host, path] > 1 else wrong
        entry = Answered(host, path, kind or self._kind(path), time.monotonic(), self._open[host])
        self.log.append(entry)
        try:
            if entry.kind == "late":
                await reader.read()  # until the client gives up
            elif entry.kind != "dropped":
                reply = self._reply(host, path, entry.kind)
                await asyncio.sleep(0.002)
                # what is open is counted down first: the client may go on as soon as it has the last byte
                self._open[host] -= 1
                writer.write(reply)
                await writer.drain()
                return entry.kind != "cut"
            self._open[host] -= 1
            return False
        except (ConnectionError, asyncio.CancelledError):
            self._open[host] = max(0, self._open[host] - 1)
            raise

    @staticmethod
    def _kind(path: str) -> str:
        if path == "/robots.txt":
            return "robots"
        return "list" if path.startswith("/sj/index") else "page"

    @staticmethod
    def _reply(host: str, path: str, kind: str) -> bytes:
        number = int(path.rpartition("_")[2].removesuffix(".html")) + 1 if "/index_" in path else 1
        made: dict[str, Callable[[], tuple[str, str, str]]] = {
            "robots": lambda: ("404 Not Found", "", "no such page"),
            "list": lambda: ("200 OK", "", list_page(number)),
            "500": lambda: ("500 Internal Server Error", "", "error"),
            "503": lambda: ("503 Service Unavailable", "Retry-After: 1\r\n", "busy"),
            "gone": lambda: ("200 OK", "", GONE),
            "challenge": lambda: ("412 Precondition Failed", "", CHALLENGE),
        }
        status, more, text = made.get(kind, lambda: ("200 OK", "", article(host, path)))()
        body = text.encode()
        told = f"HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {len(body)}\r\n{more}\r\n"
        return told.encode() + (body[: len(body) // 2] if kind == "cut" else body)
