"""The client over real HTTP: within the catalogue, within bounds, politely, and with a name for what goes wrong."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import time
from typing import Any

import httpcore
import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse

from metroetl.catalogue.models import Politeness
from metroetl.errors import MetroError
from metroetl.harvest import Client
from metroetl.harvest.addresses import Request as Wanted
from metroetl.harvest.answer import Answer
from metroetl.harvest.hosts import Host, new_breakers
from metroetl.harvest.models import Known

PAGE = "/sj/202504/t20250418_1.html"


def code(found: Answer | MetroError) -> str:
    return found.code if isinstance(found, MetroError) else "OK"


def test_a_page_comes_whole_and_under_the_catalogue_s_address(world: Any) -> None:
    world.site.replies[PAGE] = Response(
        world.article("一季度经济运行情况"),
        media_type="text/html",
        headers={"etag": '"v1"', "x-cache": "hit"},
    )
    (answer,) = world.fetch(world.root + PAGE)
    assert answer.url == answer.final_url == world.root + PAGE
    assert "一季度" in answer.body.decode() and answer.status == 200
    assert answer.headers["etag"] == '"v1"' and "x-cache" not in answer.headers
    sent = world.site.asked[-1].headers
    assert sent["host"] == world.host and sent["referer"] == f"{world.root}/"
    assert sent["user-agent"].startswith("MetroETL/")


def test_the_referer_stays_on_its_site(world: Any) -> None:
    world.site.replies[PAGE] = world.article("甲")
    world.fetch(world.root + PAGE, referer=f"{world.root}/sj/")
    world.fetch(world.root + PAGE, referer="https://www.yi.gov.cn/")
    assert [a.headers["referer"] for a in world.site.asked if a.path == PAGE] == [
        f"{world.root}/sj/",
        f"{world.root}/",
    ]


def test_only_hosts_of_the_catalogue_are_asked(world: Any) -> None:
    world.site.replies["/away.html"] = RedirectResponse("https://evil.example.com/x")
    found = world.fetch("https://evil.example.com/", "ftp://tjj.jia.gov.cn/", f"{world.root}/away.html")
    assert [code(f) for f in found] == ["HOST_NOT_ALLOWED"] * 3
    assert world.site.paths() == ["/away.html"]


def test_a_public_name_may_not_lead_into_the_own_network(world: Any) -> None:
    source = world.source(list="https://localhost/sj/", hosts=["localhost"])
    (found,) = world.fetch("https://localhost/sj/", source=source)
    assert code(found) == "HOST_NOT_PUBLIC" and "not on the public internet" in found.message
    assert not world.site.asked


def test_redirects_are_followed_and_mapped_back(world: Any) -> None:
    site = world.site
    site.replies |= {
        "/old.html": RedirectResponse("/middle.html", 301),
        "/middle.html": RedirectResponse(f"{site.address}/sj/shell.html", 302),
        "/sj/shell.html": "<script>window.location.href='./new.html'</script>",
        "/sj/new.html": world.article("搬家后的页面"),
    }
    (answer,) = world.fetch(f"{world.root}/old.html")
    assert answer.url == f"{world.root}/old.html" and answer.final_url == f"{world.root}/sj/new.html"


def test_redirects_end(world: Any) -> None:
    for n in range(9):
        world.site.replies[f"/r{n}"] = RedirectResponse(f"/r{n + 1}")
    (found,) = world.fetch(f"{world.root}/r0")
    assert code(found) == "HARVEST" and "redirects" in found.message
    assert len(world.site.paths()) == 6


def test_a_cookie_bounce_is_passed_once_and_named_when_it_goes_on(world: Any) -> None:
    def once(request: Request) -> Response:
        if "CT6T" in request.headers.get("cookie", ""):
            return HTMLResponse(world.article("甲"))
        return RedirectResponse(request.url.path, headers={"set-cookie": "CT6T=1; path=/"})

    def forever(request: Request) -> Response:
        return RedirectResponse(request.url.path, headers={"set-cookie": "C3VK=1; path=/"})

    world.site.replies |= {
        "/once.html": once,
        "/forever.html": forever,
        "/plain.html": RedirectResponse("/plain.html"),
    }
    found = world.fetch(*(f"{world.root}/{name}.html" for name in ("once", "forever", "plain")))
    assert [code(f) for f in found] == ["OK", "COOKIE_BOUNCE", "COOKIE_BOUNCE"]
    assert world.site.paths().count("/plain.html") == 1


def test_too_large_is_stopped_by_word_or_on_the_way(world: Any) -> None:
    async def endless() -> Any:
        for _ in range(100):
            yield b"x" * 10_000

    world.site.replies |= {
        "/announced.html": lambda _: HTMLResponse("x" * 200_001),
        "/endless.html": lambda _: StreamingResponse(endless(), media_type="text/html"),
        "/bomb.html": Response(
            gzip.compress(b" " * 3_000_000), media_type="text/html", headers={"content-encoding": "gzip"}
        ),
    }
    found = world.fetch(*(f"{world.root}/{name}.html" for name in ("announced", "endless", "bomb")))
    assert [code(f) for f in found] == ["TOO_LARGE"] * 3


def test_a_compressed_answer_is_opened(world: Any) -> None:
    body = gzip.compress(world.article("甲").encode())
    world.site.replies[PAGE] = Response(body, media_type="text/html", headers={"content-encoding": "gzip"})
    (answer,) = world.fetch(world.root + PAGE)
    assert "甲" in answer.body.decode()


def test_a_body_that_breaks_off_is_tried_again(world: Any) -> None:
    def short_once(_: Request) -> Response:
        whole = world.article("甲").encode()
        if world.site.paths().count(PAGE) > 1:
            return Response(whole, media_type="text/html")
        return Response(whole[:60], media_type="text/html", headers={"content-length": str(len(whole))})

    world.site.replies |= {
        PAGE: short_once,
        "/short.html": Response(b"<html>", headers={"content-length": "500"}),
        "/torn.html": Response(gzip.compress(b"page")[:-6] + b"xxxxxx", headers={"content-encoding": "gzip"}),
    }
    found = world.fetch(world.root + PAGE, f"{world.root}/short.html", f"{world.root}/torn.html")
    assert [code(f) for f in found] == ["OK", "TRUNCATED", "TRUNCATED"]
    assert world.site.paths().count(PAGE) == world.site.paths().count("/short.html") == 2


def test_a_slow_or_silent_host_is_down(world: Any) -> None:
    async def slow(_: Request) -> Response:
        await asyncio.sleep(1.5)
        return PlainTextResponse("late")

    world.site.replies["/slow.html"] = slow
    (late,) = world.fetch(f"{world.root}/slow.html", settings=world.settings(timeout_seconds=0.3, retries=0))
    (silent,) = world.fetch(
        world.root + PAGE, settings=world.settings(host_map={world.host: "http://127.0.0.1:9"})
    )
    assert code(late) == code(silent) == "HOST_DOWN"


def test_a_drip_is_bounded_in_time(world: Any) -> None:
    async def drip() -> Any:
        for _ in range(200):
            yield b"<p>."
            await asyncio.sleep(0.03)

    world.site.replies["/drip.html"] = lambda _: StreamingResponse(drip(), media_type="text/html")
    began = time.monotonic()
    (found,) = world.fetch(f"{world.root}/drip.html", settings=world.settings(timeout_seconds=0.1, retries=0))
    assert code(found) == "HOST_DOWN" and "no whole answer within 1 s" in found.message
    assert time.monotonic() - began < 4


def test_a_server_error_is_tried_again(world: Any) -> None:
    def mends(_: Request) -> Response:
        broken = world.site.paths().count(PAGE) == 1
        return Response(status_code=502) if broken else HTMLResponse(world.article("甲"))

    world.site.replies[PAGE] = mends
    assert code(world.fetch(world.root + PAGE)[0]) == "OK"
    assert world.site.paths() == [PAGE, PAGE]


def test_retry_after_is_kept(world: Any) -> None:
    def busy_once(_: Request) -> Response:
        if world.site.paths().count(PAGE) == 1:
            return Response(status_code=503, headers={"retry-after": "1"})
        return HTMLResponse(world.article("甲"))

    world.site.replies[PAGE] = busy_once
    assert code(world.fetch(world.root + PAGE)[0]) == "OK"
    first, second = (a.at for a in world.site.asked if a.path == PAGE)
    assert second - first >= 1.0


def test_a_long_pause_is_not_waited_for(world: Any) -> None:
    world.site.replies["/busy.html"] = Response(status_code=429, headers={"retry-after": "600"})
    world.site.replies[PAGE] = world.article("甲")
    found = world.fetch(f"{world.root}/busy.html", world.root + PAGE)
    assert [code(f) for f in found] == ["RATE_LIMITED"] * 2 and "pause" in found[1].message
    assert world.site.paths() == ["/busy.html"]


def test_a_host_that_keeps_failing_is_left_alone(world: Any) -> None:
    urls = [f"{world.root}/{n}.html" for n in range(8)]
    world.site.replies |= {f"/{n}.html": Response(status_code=500) for n in range(8)}
    found = world.fetch(*urls, settings=world.settings(retries=0))
    assert [code(f) for f in found] == ["HOST_DOWN"] * 8
    assert len(world.site.paths()) == 3 and "not asked" in found[-1].message and found[-1].status == 500


def test_failures_between_good_answers_don_t_count_together(world: Any) -> None:
    world.site.replies |= {f"/{n}.html": Response(status_code=500) for n in range(4)} | {
        PAGE: world.article("甲")
    }
    urls = [u for n in range(4) for u in (f"{world.root}/{n}.html", world.root + PAGE)]
    found = world.fetch(*urls, settings=world.settings(retries=0))
    assert [code(f) for f in found] == ["HOST_DOWN", "OK"] * 4


def test_known_pages_are_asked_conditionally(world: Any) -> None:
    def page(request: Request) -> Response:
        same = request.headers.get("if-none-match") == '"v1"' and "if-modified-since" in request.headers
        return Response(status_code=304) if same else HTMLResponse(world.article("甲"))

    world.site.replies[PAGE] = page
    known = Known(
        url=world.root + PAGE, sha256="0", etag='"v1"', last_modified="Fri, 18 Apr 2025 02:00:00 GMT"
    )
    (answer,) = world.fetch(world.root + PAGE, known=known)
    assert answer.not_modified and answer.body == b""
    assert not world.fetch(world.root + PAGE)[0].not_modified


@pytest.mark.parametrize(
    ("robots", "allowed"),
    [
        (PlainTextResponse("User-agent: *\nDisallow: /sj/"), False),
        (PlainTextResponse("User-agent: MetroETL\nDisallow: /\n\nUser-agent: *\nAllow: /"), False),
        (PlainTextResponse("User-agent: *\nDisallow: /search/"), True),
        (HTMLResponse("<html>User-agent: * Disallow: /</html>"), True),
        (RedirectResponse("/404.htm"), True),
        (Response(status_code=403), True),
        (Response(status_code=521), True),
    ],
)
def test_robots_are_respected_where_they_are_robots(world: Any, robots: Response, allowed: bool) -> None:
    world.site.replies |= {"/robots.txt": robots, PAGE: world.article("甲"), "/404.htm": "<html>404</html>"}
    found = world.fetch(world.root + PAGE, world.root + PAGE)
    assert [code(f) for f in found] == (["OK"] * 2 if allowed else ["ROBOTS_DISALLOWED"] * 2)
    assert [a.path for a in world.site.asked].count("/robots.txt") == 1


def test_robots_that_can_t_be_read_close_the_host(world: Any) -> None:
    world.site.replies |= {"/robots.txt": Response(status_code=500), PAGE: world.article("甲")}
    (found,) = world.fetch(world.root + PAGE)
    assert code(found) == "HOST_DOWN" and found.message == "robots.txt: HTTP 500"
    assert world.site.paths() == []


def test_politeness_is_kept_between_requests_and_at_once(world: Any) -> None:
    at_once: list[int] = []
    most: list[int] = []

    async def page(_: Request) -> Response:
        at_once.append(1)
        most.append(len(at_once))
        await asyncio.sleep(0.05)
        at_once.pop()
        return HTMLResponse(world.article("甲"))

    world.site.replies |= {f"/{n}.html": page for n in range(5)}
    source = world.source(politeness=Politeness(delay=0.25, concurrency=1))

    async def all_at_once() -> None:
        async with Client(world.settings(politeness=True), [source, world.source(id="other")]) as client:
            await asyncio.gather(*(client.fetch(Wanted(f"{world.root}/{n}.html")) for n in range(5)))

    asyncio.run(all_at_once())
    times = [a.at for a in world.site.asked]
    assert len(times) == 6 and max(most) == 1
    assert min(b - a for a, b in itertools.pairwise(times)) >= 0.2  # a busy server sees one late


def test_a_crawl_delay_of_robots_is_kept(world: Any) -> None:
    world.site.replies |= {
        "/robots.txt": PlainTextResponse("User-agent: *\nCrawl-delay: 0.6"),
        "/1.html": world.article("甲"),
        "/2.html": world.article("乙"),
    }
    settings = world.settings(politeness=True)
    world.fetch(f"{world.root}/1.html", f"{world.root}/2.html", settings=settings)
    first, second = (a.at for a in world.site.asked if a.path != "/robots.txt")
    assert second - first >= 0.58


def test_header_values_in_gbk_are_read(world: Any) -> None:
    response = Response(b"%PDF-1.4 x", media_type="application/pdf")
    response.raw_headers.append(
        (b"content-disposition", "attachment; filename=甲市公报.pdf".encode("gb18030"))
    )
    world.site.replies["/f.pdf"] = response
    (answer,) = world.fetch(f"{world.root}/f.pdf", role="attachment")
    assert answer.headers["content-disposition"] == "attachment; filename=甲市公报.pdf"


def test_a_form_is_posted(world: Any) -> None:
    world.site.replies["/q"] = HTMLResponse(world.article("甲"))

    async def post() -> Answer:
        async with Client(world.settings(), [world.source()]) as client:
            return await client.fetch(
                Wanted(f"{world.root}/q", "POST", {"current": "2"}, {"X-A": "b"}), role="listing"
            )

    answer = asyncio.run(post())
    sent = world.site.asked[-1]
    assert (sent.method, sent.body, sent.headers["x-a"], answer.status) == ("POST", "current=2", "b", 200)


def test_what_was_sent_is_told_without_what_is_secret(world: Any) -> None:
    world.site.replies |= {
        "/old.html": RedirectResponse("/q", 307),
        "/q": HTMLResponse(world.article("甲"), headers={"set-cookie": "session=1"}),
        PAGE: Response(status_code=304),
    }

    async def ask() -> list[Answer]:
        async with Client(world.settings(), [world.source()]) as client:
            secret = {"Authorization": "Bearer x", "X-Token": "y"}
            form = Wanted(f"{world.root}/old.html", "POST", {"page": "2"}, secret)
            data = Wanted(f"{world.root}/q#GDP", "POST", json='{"id":"GDP"}')
            known = Known(url=world.root + PAGE, sha256="0", etag='"v1"')
            return [
                await client.fetch(form),
                await client.fetch(data, referer=f"{world.root}/sj/"),
                await client.fetch(Wanted(world.root + PAGE), known=known),
            ]

    form, data, page = asyncio.run(ask())
    agent = {"user-agent": world.settings().user_agent, "http_version": "HTTP/1.1", "attempts": "1"}
    assert form.request == agent | {
        "method": "POST",
        "form": "page=2",
        "url": f"{world.root}/q",
        "referer": f"{world.root}/",
        "content-type": "application/x-www-form-urlencoded",
    }
    assert data.request == agent | {
        "method": "POST",
        "json": '{"id":"GDP"}',
        "referer": f"{world.root}/sj/",
        "content-type": "application/json",
    }
    assert page.request == agent | {"method": "GET", "referer": f"{world.root}/", "if-none-match": '"v1"'}
    assert [a.body for a in world.site.asked if a.path == "/q"] == ["page=2", '{"id":"GDP"}']


def test_attempts_are_counted(world: Any) -> None:
    def mends(_: Request) -> Response:
        early = world.site.paths().count(PAGE) < 3
        return Response(status_code=502) if early else HTMLResponse(world.article("甲"))

    world.site.replies[PAGE] = mends
    (answer,) = world.fetch(world.root + PAGE, settings=world.settings(retries=3))
    assert answer.request["attempts"] == "3"


def test_a_lost_host_is_tried_again_after_a_while(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metroetl.harvest.hosts.HALF_OPENS_AFTER", 0.3)
    broken = [True]
    world.site.replies["/a.html"] = lambda _: (
        Response(status_code=500) if broken[0] else HTMLResponse(world.article("甲"))
    )

    async def ask() -> list[str]:
        found = []
        async with Client(world.settings(retries=0), [world.source()]) as client:
            for step in range(9):
                broken[0] = step < 5
                await asyncio.sleep(0.35 if step in (4, 6) else 0)
                try:
                    found.append(code(await client.fetch(Wanted(f"{world.root}/a.html"))))
                except MetroError as error:
                    found.append("not asked" if error.message.startswith("not asked") else error.code)
        return found

    # three failures open the circuit; one more try fails and opens it at once; the next try is good and closes it
    down, left = ["HOST_DOWN"], ["not asked"]
    assert asyncio.run(ask()) == down * 3 + left + down + left + ["OK"] * 3
    assert len(world.site.paths()) == 7


def test_other_failures_are_answers_to_the_circuit(world: Any) -> None:
    world.site.replies |= {f"/{n}.html": Response(status_code=500) for n in (1, 2, 4, 5)}
    urls = [f"{world.root}/{n}.html" for n in range(1, 7)]
    found = world.fetch(*urls, settings=world.settings(retries=0))
    assert [code(f) for f in found] == ["HOST_DOWN", "HOST_DOWN", "NOT_FOUND"] * 2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("Wed, 21 Oct 2026 07:28:40 GMT", 40),
        ("Wed, 21 Oct 2026 07:28:40", 40),
        ("Wed, 21 Oct 2026 15:28:40 +0800", 40),
        ("Wednesday, 21-Oct-26 07:28:40 GMT", 40),
        ("Wed, 21 Oct 2026 07:00:00 GMT", 0),
        ("45", 45),
        (" 45 ", 45),
        ("0", 0),
        ("-5", 0),
        ("soon", 0),
        ("", 0),
        ("٤٥", 0),
        ("Wed, 99 Oct 2026 07:28:40 GMT", 0),
        ("9" * 12, 10**12),
        ("9" * 400, 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 10**11),
    ],
)
def test_pauses_that_a_host_asks_for(header: str, seconds: float) -> None:
    async def pause() -> float:
        host = Host("tjj.jia.gov.cn", None, 1, new_breakers())
        host.pause(header, "Wed, 21 Oct 2026 07:28:00 GMT")
        return host.pause_left

    left = asyncio.run(pause())
    assert (
        (left > 10**11) if seconds > 10**10 else left == pytest.approx(seconds, abs=1) or left < seconds == 0
    )


def test_an_absurd_pause_ends_the_host_and_not_the_run(world: Any) -> None:
    day = {"retry-after": "Fri, 31 Dec 2999 23:59:59 GMT"}
    world.site.replies["/busy.html"] = Response(status_code=503, headers=day)
    world.site.replies[PAGE] = world.article("甲")
    began = time.monotonic()
    found = world.fetch(f"{world.root}/busy.html", world.root + PAGE, settings=world.settings(retries=3))
    assert [code(f) for f in found] == ["RATE_LIMITED"] * 2 and time.monotonic() - began < 5
    assert world.site.paths() == ["/busy.html"]


def test_the_next_client_of_a_process_waits_its_turn(world: Any) -> None:
    world.site.replies[PAGE] = world.article("甲")
    source = world.source(politeness=Politeness(delay=0.4))
    for _ in range(2):
        world.fetch(world.root + PAGE, source=source, settings=world.settings(politeness=True))
    times = [a.at for a in world.site.asked]
    assert len(times) == 4 and min(b - a for a, b in itertools.pairwise(times)) >= 0.38


def test_what_is_connected_to_is_what_was_checked(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    looked_up: list[str] = []

    async def rebinding(self: Any, host: str, *_: Any, **__: Any) -> list[Any]:
        looked_up.append(host)
        return [(2, 1, 6, "", (address, 0)) for address in next(answers)]

    connected: list[str] = []

    async def connect(self: Any, host: str, port: int, **_: Any) -> Any:
        connected.append(host)
        raise httpcore.ConnectError("not from a test")

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", rebinding)
    monkeypatch.setattr("httpcore.AnyIOBackend.connect_tcp", connect)
    source = world.source(list="https://tjj.yi.gov.cn/", hosts=["tjj.yi.gov.cn"])
    found = world.fetch(*["https://tjj.yi.gov.cn/"] * 2, source=source, settings=world.settings(retries=0))
    assert [code(f) for f in found] == ["HOST_DOWN", "HOST_NOT_PUBLIC"]
    assert connected == ["93.184.215.14"] and looked_up == ["tjj.yi.gov.cn"] * 2
