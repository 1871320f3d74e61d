"""What was archived is asked for again: edits in place, replaced files, vanished pages; and articles in parts."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from metroetl.harvest import Client, revisit
from metroetl.harvest.archive import body_name
from metroetl.harvest.models import Harvested, Snapshot

LIST = "/sj/index.html"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF"


def again(world: Any, steps: list[Harvested]) -> list[Harvested]:
    """Everything but the listing, asked for again."""
    pages = [s.snapshot for s in steps if s.snapshot and s.snapshot.role != "listing"]

    async def ask() -> list[Harvested]:
        source = world.source()
        async with Client(world.settings(), [source]) as client:
            given = revisit(
                source,
                client=client,
                archive=world.archive,
                agenda=world.agenda,
                known=world.known(steps),
                pages=pages,
            )
            return [step async for step in given]

    return asyncio.run(ask())


def with_tag(text: str) -> Any:
    """A page that is sent again only where the client doesn't have it."""

    def reply(request: Request) -> Response:
        headers = {"etag": f'"{hash(text)}"'}
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        return HTMLResponse(text, headers=headers)

    return reply


def publish(world: Any, count: int) -> None:
    rows = [
        (f"./202504/t2025040{n}_{n}.html", f"甲市第{n}号数据", f"2025-04-0{n}") for n in range(1, count + 1)
    ]
    world.site.replies[LIST] = world.list_page(rows, 1)
    for n in range(1, count + 1):
        page = world.article(f"甲市第{n}号数据", f"<a href='./P0{n}.pdf'>附件{n}</a>" if n == 1 else "")
        world.site.replies[f"/sj/202504/t2025040{n}_{n}.html"] = with_tag(page)
    world.site.replies["/sj/202504/P01.pdf"] = Response(PDF, media_type="application/pdf")


def test_unchanged_pages_are_asked_conditionally(world: Any) -> None:
    publish(world, 2)
    steps = world.harvest()
    world.site.asked.clear()
    found = again(world, steps)
    assert {s.fetch.outcome for s in found} == {"unchanged"} and len(found) == 3
    assert not any(s.snapshot for s in found)
    assert LIST not in world.site.paths()
    assert sum("if-none-match" in a.headers for a in world.site.asked) == 2


def test_a_page_whose_body_is_lost_is_asked_for_whole(world: Any) -> None:
    publish(world, 2)
    steps = world.harvest()
    lost = next(s.snapshot for s in steps if s.snapshot and s.snapshot.role == "page")
    world.archive.store.remove(body_name(lost.sha256))
    (found,) = [s.fetch for s in again(world, steps) if s.fetch.url == lost.url]
    assert (found.status, found.outcome) == (200, "unchanged")
    assert world.archive.get(lost.sha256) and world.archive.described(lost.sha256) == [lost]


def test_an_edit_a_replaced_file_and_a_vanished_page(world: Any) -> None:
    publish(world, 3)
    steps = world.harvest()
    edited = world.article(
        "甲市第1号数据（更正）", "<a href='./P01.pdf'>附件</a><a href='./P02.pdf'>更正表</a>"
    )
    world.site.replies["/sj/202504/t20250401_1.html"] = with_tag(edited)
    world.site.replies["/sj/202504/P01.pdf"] = Response(PDF + b"\n", media_type="application/pdf")
    world.site.replies["/sj/202504/P02.pdf"] = Response(PDF + b"\n\n", media_type="application/pdf")
    world.site.replies["/sj/202504/t20250403_3.html"] = PlainTextResponse("", status_code=404)
    found = {s.fetch.url.rpartition("/")[2]: s.fetch.outcome for s in again(world, steps)}
    assert found == {
        "t20250401_1.html": "changed",
        "P01.pdf": "changed",
        "P02.pdf": "new",
        "t20250402_2.html": "unchanged",
        "t20250403_3.html": "NOT_FOUND",
    }


def test_an_article_in_parts_comes_whole(world: Any) -> None:
    world.site.replies[LIST] = world.list_page([("./202504/t20250401_1.html", "甲市年报", "2025-04-01")], 1)
    first = world.article("甲市年报") + '<script>createPageHTML(3,0,"t20250401_1","html")</script>'
    world.site.replies["/sj/202504/t20250401_1.html"] = first
    world.site.replies["/sj/202504/t20250401_1_1.html"] = world.article(
        "甲市年报", "<a href='./P09.xls'>表</a>"
    )
    world.site.replies["/sj/202504/P09.xls"] = Response(b"\xd0\xcf\x11\xe0", media_type="application/xls")
    steps = world.harvest()
    told = [(s.fetch.role, s.fetch.url.rpartition("/")[2], s.fetch.outcome) for s in steps]
    assert told[1:] == [
        ("page", "t20250401_1.html", "new"),
        ("part", "t20250401_1_1.html", "new"),
        ("attachment", "P09.xls", "new"),
        ("part", "t20250401_1_2.html", "NOT_FOUND"),
    ]
    part: Snapshot = next(s.snapshot for s in steps if s.snapshot and s.fetch.role == "part")
    assert part.parent_url == f"{world.root}/sj/202504/t20250401_1.html"
    # the missing part is owed: the next run asks for it alone
    world.site.replies["/sj/202504/t20250401_1_2.html"] = world.article("甲市年报")
    world.site.asked.clear()
    later = world.harvest(known=world.known(steps))
    assert [s.fetch.role for s in later] == ["listing", "part"]


def test_an_item_of_a_data_interface_is_asked_by_post(world: Any) -> None:
    publish(world, 1)
    address, body = f"{world.root}/sj/data", '{"cid":"a","dts":["202501MM-202501MM"]}'
    page = Snapshot(
        sha256="0" * 64,
        source_id="jia_tjj",
        url=f"{address}#202501MM",
        role="page",
        fetched_at=world.harvest()[0].fetch.at,
        request={"method": "POST", "json": body},
    )
    world.site.replies["/sj/data"] = world.article("甲市数据")

    async def ask() -> list[Harvested]:
        async with Client(world.settings(), [world.source()]) as client:
            given = revisit(
                world.source(),
                client=client,
                archive=world.archive,
                agenda=world.agenda,
                known={},
                pages=[page],
            )
            return [step async for step in given]

    (step,) = asyncio.run(ask())
    asked = world.site.asked[-1]
    assert (asked.method, asked.path, asked.body) == ("POST", "/sj/data", body)
    assert asked.headers["content-type"] == "application/json"
    assert step.snapshot and step.snapshot.url == page.url and step.snapshot.request["json"] == body
