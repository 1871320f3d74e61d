"""A whole harvest over real HTTP: what is new comes once, what failed is told and comes the next time."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from metroetl.catalogue.models import Expectations
from metroetl.harvest import Archive, Client, harvest
from metroetl.harvest.models import Harvested
from metroetl.harvest.pages import AT_HAND

LIST = "/sj/index.html"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF"


def outcomes(steps: list[Harvested]) -> Counter[tuple[str, str]]:
    return Counter((s.fetch.role, s.fetch.outcome) for s in steps)


def rows(*numbers: int) -> list[tuple[str, str, str]]:
    return [(f"./202504/t202504{n:02d}_{n}.html", f"甲市第{n}号数据", f"2025-04-{n:02d}") for n in numbers]


def publish(world: Any, *numbers: int, links: str = "", pages: int | None = None) -> None:
    """Put articles on the site and their rows on the first list page."""
    world.site.replies[LIST] = world.list_page(rows(*numbers), pages)
    for n in numbers:
        world.site.replies[f"/sj/202504/t202504{n:02d}_{n}.html"] = world.article(f"甲市第{n}号数据", links)


def test_a_first_and_a_second_run(world: Any) -> None:
    publish(world, 3, 2, 1, pages=1)
    first = world.harvest()
    assert [s.fetch.role for s in first] == ["listing", "page", "page", "page"]
    assert outcomes(first) == {("listing", "listed"): 1, ("page", "new"): 3}
    listing = first[0].fetch
    assert (listing.items, listing.newest, listing.detail) == (3, date(2025, 4, 3), "3 new: 甲市第3号数据")
    page = next(s.snapshot for s in first if s.snapshot and s.snapshot.url.endswith("_2.html"))
    assert (page.title, page.listed_on, page.media_type) == ("甲市第2号数据", date(2025, 4, 2), "text/html")
    assert "甲市第2号数据" in world.archive.get(page.sha256).decode()
    assert world.archive.described(page.sha256) == [page]

    world.site.asked.clear()
    second = world.harvest(known=world.known(first))
    assert outcomes(second) == {("listing", "listed"): 1} and second[0].snapshot is None
    assert [a.path for a in world.site.asked] == ["/robots.txt", LIST]

    publish(world, 4, 3, 2, 1, pages=1)
    third = world.harvest(known=world.known(first))
    assert [s.fetch.url[-7:] for s in third if s.fetch.role == "page"] == ["_4.html"]


def test_an_unchanged_list_is_read_from_the_archive(world: Any) -> None:
    publish(world, 2, 1)
    page = world.site.replies[LIST]

    def conditional(request: Request) -> Response:
        same = request.headers.get("if-none-match") == '"v1"'
        return Response(status_code=304) if same else HTMLResponse(page, headers={"etag": '"v1"'})

    world.site.replies[LIST] = conditional
    first = world.harvest()
    known = world.known(first)
    known.pop(f"{world.root}/sj/202504/t20250401_1.html")
    again = world.harvest(known=known)
    assert (again[0].fetch.status, again[0].fetch.outcome, again[0].fetch.items) == (304, "listed", 2)
    assert [s.fetch.url[-7:] for s in again[1:]] == ["_1.html"]

    next((world.home / "archive").rglob(f"{known[world.root + LIST].sha256}.gz")).write_bytes(b"damaged")
    anew = world.harvest(known=known)
    assert (anew[0].fetch.status, anew[0].fetch.items) == (200, 2)


@pytest.mark.parametrize("etag", ['"v1"', None])
def test_a_damaged_file_is_asked_for_until_better_bytes_come(world: Any, etag: str | None) -> None:
    path, name = "/sj/202504/P1.pdf", "_1.html"
    publish(world, 2, 1, links=f'<a href="{path}">附件：甲市数据.pdf</a>', pages=1)

    def serve(data: bytes) -> None:
        def reply(request: Request) -> Response:
            if etag and request.headers.get("if-none-match") == etag and data is damaged:
                return Response(status_code=304)
            headers = {"content-type": "application/pdf"} | (
                {"etag": etag} if etag and data is damaged else {}
            )
            return Response(data, headers=headers)

        world.site.replies[path] = reply

    damaged = PDF[:30]
    serve(damaged)
    known = world.known(world.harvest())
    for url in (f"{world.root}{path}", next(url for url in known if url.endswith(name))):
        known[url] = known[url].model_copy(update={"readable": False})
    again = outcomes(world.harvest(known=known))
    assert again == {("listing", "listed"): 1, ("page", "unchanged"): 1, ("attachment", "unchanged"): 1}

    serve(PDF)
    mended = world.harvest(known=known)
    (file,) = [s for s in mended if s.fetch.role == "attachment"]
    assert file.fetch.outcome == "changed"
    assert file.snapshot and world.archive.get(file.snapshot.sha256) == PDF
    assert outcomes(world.harvest(known=known | world.known(mended)))[("attachment", "unchanged")] == 0


def test_list_pages_are_read_until_nothing_is_new(world: Any) -> None:
    world.site.replies |= {
        LIST: world.list_page(rows(9, 8), 4),
        "/sj/index_1.html": world.list_page(rows(7, 6), 4, 2),
        "/sj/index_2.html": world.list_page(rows(5, 4), 4, 3),
        "/sj/index_3.html": world.list_page(rows(3, 2), 4, 4),
    }
    for n in range(2, 10):
        world.site.replies[f"/sj/202504/t202504{n:02d}_{n}.html"] = world.article(f"{n}")
    source = world.source(max_pages=3)
    first = world.harvest(source)
    assert outcomes(first) == {("listing", "listed"): 3, ("page", "new"): 6}
    known = world.known(first)
    assert outcomes(world.harvest(source, known)) == {("listing", "listed"): 1}

    backfill = world.harvest(world.source(max_pages=9), known, since=date(2025, 1, 1))
    assert outcomes(backfill) == {("listing", "listed"): 4, ("page", "new"): 2}
    recent = world.harvest(world.source(max_pages=9), known, since=date(2025, 4, 7))
    assert outcomes(recent) == {("listing", "listed"): 3}


@pytest.mark.parametrize(
    ("stub", "stated", "outcome"),
    [
        (PlainTextResponse("gone", 404), None, None),
        (HTMLResponse("<html><body>" + " " * 300 + "</body></html>"), None, None),
        (PlainTextResponse("gone", 404), 3, "PAST_LAST_PAGE"),
        (HTMLResponse("<html><body>" + " " * 300 + "</body></html>"), 3, "PAST_LAST_PAGE"),
    ],
)
def test_the_end_of_a_list(world: Any, stub: Response, stated: int | None, outcome: str | None) -> None:
    publish(world, 2, 1, pages=stated)
    world.site.replies["/sj/index_1.html"] = stub
    steps = world.harvest()
    assert outcomes(steps)["page", "new"] == 2
    assert [s.fetch.outcome for s in steps if s.fetch.role == "listing"] == [
        "listed",
        *([outcome] if outcome else []),
    ]


def test_a_list_page_that_failed_is_made_up_for(world: Any) -> None:
    publish(world, 9, 8, pages=2)
    world.site.replies["/sj/index_1.html"] = Response(status_code=503)
    first = world.harvest()
    assert outcomes(first) == {("listing", "listed"): 1, ("listing", "RATE_LIMITED"): 1, ("page", "new"): 2}
    world.site.replies["/sj/index_1.html"] = world.list_page(rows(7), 2, 2)
    world.site.replies["/sj/202504/t20250407_7.html"] = world.article("7")
    known = world.known(first)
    second = world.harvest(known=known)
    assert outcomes(second) == {("listing", "listed"): 2, ("page", "new"): 1}
    known |= world.known(second)
    assert outcomes(world.harvest(known=known)) == {("listing", "listed"): 1}


def test_an_empty_list_is_an_outcome_and_not_nothing_new(world: Any) -> None:
    world.site.replies[LIST] = world.list_page([])
    (step,) = world.harvest()
    assert step.fetch.outcome == "EMPTY_LISTING" and not step.fetch.ok and step.fetch.way_out
    assert step.snapshot and world.archive.has(step.snapshot.sha256)

    publish(world, 2, 1)
    few = world.harvest(world.source(expect=Expectations(min_items=5)))
    assert outcomes(few) == {("listing", "EMPTY_LISTING"): 1, ("page", "new"): 2}


@pytest.mark.parametrize(
    ("reply", "outcome", "status"),
    [
        (Response(status_code=412), "BOT_CHALLENGE", 412),
        (Response(status_code=521), "BOT_CHALLENGE", 521),
        (HTMLResponse("<html>reason: UrlACL</html>", 403), "GEO_BLOCKED", 403),
        (Response(status_code=404), "NOT_FOUND", 404),
        (Response(status_code=500), "HOST_DOWN", 500),
        (HTMLResponse("<html><body><p>您访问的页面不存在</p></body></html>"), "SOFT_NOT_FOUND", 200),
        (Response(b"\x89PNG\r\n\0", media_type="image/png"), "UNEXPECTED_CONTENT_TYPE", 200),
    ],
)
def test_a_barrier_before_the_list_is_the_outcome(
    world: Any, reply: Response, outcome: str, status: int
) -> None:
    world.site.replies[LIST] = reply
    (step,) = world.harvest()
    assert (step.fetch.outcome, step.fetch.status, step.snapshot) == (outcome, status, None)
    assert step.fetch.detail and step.fetch.way_out and step.fetch.role == "listing"


def test_one_bad_page_stops_nothing_and_comes_the_next_time(world: Any) -> None:
    publish(world, 3, 2, 1)
    bad = "/sj/202504/t20250402_2.html"
    good = world.site.replies[bad]
    world.site.replies[bad] = Response(status_code=502)
    first = world.harvest()
    assert outcomes(first) == {("listing", "listed"): 1, ("page", "new"): 2, ("page", "HOST_DOWN"): 1}
    world.site.replies[bad] = good
    known = world.known(first)
    second = world.harvest(known=known)
    assert [(s.fetch.url, s.fetch.outcome) for s in second if s.fetch.role == "page"] == [
        (world.root + bad, "new")
    ]


def test_what_left_the_list_unread_is_still_fetched(world: Any) -> None:
    publish(world, 3, 2, 1)
    bad = "/sj/202504/t20250401_1.html"
    good, world.site.replies[bad] = world.site.replies[bad], Response(status_code=502)
    known = world.known(world.harvest())
    world.site.replies[LIST] = world.list_page(rows(3, 2))
    world.site.replies[bad] = good
    second = world.harvest(known=known)
    assert [s.fetch.url for s in second if s.fetch.role == "page"] == [world.root + bad]
    page = second[-1].snapshot
    assert page and (page.title, page.listed_on) == ("甲市第1号数据", date(2025, 4, 1))


def test_what_left_the_list_and_the_site_is_asked_for_once_more_only(world: Any) -> None:
    publish(world, 2, 1)
    gone = "/sj/202504/t20250401_1.html"
    world.site.replies[gone] = Response(status_code=502)
    known = world.known(world.harvest())
    world.site.replies[LIST] = world.list_page(rows(2))
    del world.site.replies[gone]
    assert outcomes(world.harvest(known=known))["page", "NOT_FOUND"] == 1
    assert outcomes(world.harvest(known=known)) == {("listing", "listed"): 1}


def test_a_killed_run_loses_nothing(world: Any) -> None:
    publish(world, 6, 5, 4, 3, 2, 1)
    source = world.source()

    async def killed_after(count: int) -> list[Harvested]:
        got: list[Harvested] = []
        async with Client(world.settings(), [source]) as client:
            steps = harvest(source, client=client, archive=world.archive, agenda=world.agenda, known={})
            async for step in steps:
                got.append(step)
                if len(got) == count:
                    await steps.aclose()
                    break
        return got

    recorded = asyncio.run(killed_after(3))
    world.site.asked.clear()
    rest = world.harvest(source, world.known(recorded))
    pages = {s.fetch.url for s in [*recorded, *rest] if s.fetch.role == "page" and s.fetch.ok}
    assert len(pages) == 6 and outcomes(rest)["page", "new"] == 4


class Watched(Archive):
    """An archive that knows which thread put what."""

    def __init__(self, address: Path) -> None:
        super().__init__(address)
        self.put_by: dict[str, int] = {}

    def put(self, data: bytes | BinaryIO) -> str:
        sha256 = super().put(data)
        self.put_by[sha256] = threading.get_ident()
        return sha256


def test_only_what_takes_long_is_taken_in_by_a_thread(world: Any) -> None:
    publish(world, 3, 2, 1, links='<a href="/f/gb.pdf">统计公报</a>')
    world.site.replies["/f/gb.pdf"] = Response(PDF, media_type="application/pdf")
    long = world.article("甲市第3号数据", "一" * AT_HAND)
    world.site.replies["/sj/202504/t20250403_3.html"] = long
    world.archive = Watched(world.home / "archive")
    steps = world.harvest(settings=world.settings(max_bytes=2_000_000))
    by_loop = {
        s.fetch.url.rpartition("/")[2]: world.archive.put_by[s.fetch.sha256] == threading.get_ident()
        for s in steps
        if s.fetch.role != "listing"
    }
    assert by_loop == {
        "t20250401_1.html": True,
        "t20250402_2.html": True,
        "t20250403_3.html": False,
        "gb.pdf": False,
    }


def test_attachments_follow_their_page(world: Any) -> None:
    links = '<p>附件：<a href="/sj/P020250418001.pdf" title="主要指标.pdf">主要指标</a> <a href="/sj/P020250418002.pdf">表</a></p>'
    publish(world, 1, links=links)
    world.site.replies |= {
        "/sj/P020250418001.pdf": Response(PDF, media_type="application/pdf"),
        "/sj/P020250418002.pdf": "<html><body><p>文件不存在？请稍后再试，或与网站管理员联系以取得帮助，谢谢您的理解与支持。</p><a href='/'>首页</a></body></html>",
    }
    steps = world.harvest()
    assert [s.fetch.role for s in steps] == ["listing", "page", "attachment", "attachment"]
    file = steps[2].snapshot
    assert file and file.parent_url == f"{world.root}/sj/202504/t20250401_1.html"
    assert file.media_type == "application/pdf" and "主要指标" in file.name and file.title == "甲市第1号数据"
    assert steps[3].fetch.outcome == "UNEXPECTED_CONTENT_TYPE"
    assert [a.headers["referer"] for a in world.site.asked if a.path.endswith("001.pdf")] == [file.parent_url]

    world.site.replies["/sj/P020250418002.pdf"] = Response(PDF + b"2", media_type="application/pdf")
    later = world.harvest(known=world.known(steps))
    assert outcomes(later) == {("listing", "listed"): 1, ("attachment", "new"): 1}
    owed = later[-1].snapshot
    assert owed and owed.parent_url == file.parent_url


def test_the_name_of_a_file_may_stand_in_its_header_only(world: Any) -> None:
    publish(world, 1, links='<p><a href="/module/download/downfile.jsp?classid=0&filename=ab12.pdf"></a></p>')
    world.site.replies["/module/download/downfile.jsp"] = Response(
        PDF,
        media_type="application/pdf",
        headers={
            "content-disposition": "attachment; filename*=UTF-8''%E7%94%B2%E5%B8%82%E5%85%AC%E6%8A%A5.pdf"
        },
    )
    files = [s.snapshot for s in world.harvest() if s.fetch.role == "attachment"]
    assert [f.name for f in files if f] == ["甲市公报.pdf"]


def test_a_row_may_lead_straight_to_a_file(world: Any) -> None:
    world.site.replies |= {
        LIST: world.list_page([("./甲市统计公报.pdf", "甲市2024年统计公报", "2025-04-01")]),
        "/sj/甲市统计公报.pdf": Response(PDF, media_type="application/pdf"),
    }
    page = world.harvest()[-1].snapshot
    assert page and (page.role, page.media_type) == ("page", "application/pdf")
    assert page.url == f"{world.root}/sj/%E7%94%B2%E5%B8%82%E7%BB%9F%E8%AE%A1%E5%85%AC%E6%8A%A5.pdf"


def test_titles_and_days_choose_what_is_fetched(world: Any) -> None:
    publish(world, 3, 2, 1)
    named = world.harvest(world.source(title_has=["第2号", "规划"]))
    assert [s.fetch.url[-7:] for s in named if s.fetch.role == "page"] == ["_2.html"]
    world.agenda.rename(world.home / "old")
    recent = world.harvest(since=date(2025, 4, 2))
    assert sorted(s.fetch.url[-7:] for s in recent if s.fetch.role == "page") == ["_2.html", "_3.html"]


def test_a_dry_run_stores_nothing(world: Any) -> None:
    publish(world, 2, 1)
    (step,) = world.harvest(dry_run=True)
    assert (step.fetch.outcome, step.fetch.items, step.snapshot) == ("listed", 2, None)
    assert step.fetch.detail.startswith("2 new") and not (world.home / "archive").exists()


def test_links_out_of_the_catalogue_are_told_and_not_followed(world: Any) -> None:
    elsewhere = ("https://mp.weixin.qq.com/s/abc", "甲市数据图解", "2025-04-02")
    publish(world, 1)
    world.site.replies[LIST] = world.list_page([*rows(1), elsewhere])
    steps = {s.fetch.url: s.fetch.outcome for s in world.harvest()}
    assert steps[elsewhere[0]] == "HOST_NOT_ALLOWED" and list(steps.values()).count("new") == 1


def test_where_a_redirect_led_is_kept(world: Any) -> None:
    publish(world, 1)
    moved = world.site.replies.pop("/sj/202504/t20250401_1.html")
    world.site.replies |= {
        "/sj/202504/t20250401_1.html": Response(status_code=301, headers={"location": "/new/1.html"}),
        "/new/1.html": moved,
    }
    page = world.harvest()[-1].snapshot
    assert page and page.url.endswith("t20250401_1.html")
    assert page.headers["content-location"] == f"{world.root}/new/1.html"


def test_an_unknown_list_uses_the_stand_in_only_where_one_is(world: Any) -> None:
    publish(world, 1)
    source = world.source(
        list="unknown", enabled=False, reason="未见于任何文件", replica_list=world.root + LIST
    )
    assert outcomes(world.harvest(source))["page", "new"] == 1
    (step,) = world.harvest(source, settings=world.settings(host_map={}))
    assert step.fetch.outcome == "HARVEST" and "未见于任何文件" in step.fetch.detail


def test_a_family_that_nobody_knows_is_an_outcome(world: Any) -> None:
    (step,) = world.harvest(world.source(family="wordpress"))
    assert step.fetch.outcome == "CATALOGUE" and "trs" in step.fetch.way_out


def test_pages_asked_by_form_are_read_to_the_end(world: Any) -> None:
    total, page_size, sent = 90, 25, 40

    def records(start: int, count: int) -> str:
        numbers = range(start, min(start + count, total + 1))
        row = "<record><![CDATA[<li><a href='/art/2025/4/1/art_7_{0}.html' title='甲市第{0}号通知'>甲市第...</a><b>2025-04-01</b></li>]]></record>"
        body = "".join(row.format(n) for n in numbers)
        return f"<datastore><totalrecord>{total}</totalrecord><totalpage>4</totalpage><recordset>{body}</recordset></datastore>"

    def proxy(request: Request) -> Response:
        if "/col/col7/" not in request.headers.get("referer", ""):
            return Response("<datastore><recordset></recordset></datastore>", media_type="text/xml")
        return Response(records(int(request.query_params["startrecord"]), sent), media_type="text/xml")

    script = (
        "var o={unitid:'77',webid:'3',columnid:'7',perPage:'25',proxyUrl:'/module/web/jpage/dataproxy.jsp'}"
    )
    world.site.replies |= {
        "/col/col7/index.html": f"<html><script type='text/xml'>{records(1, page_size)}</script><script>{script}</script></html>",
        "/module/web/jpage/dataproxy.jsp": proxy,
    }
    source = world.source(family="hanweb", list=f"{world.root}/col/col7/index.html", max_pages=9)
    steps = world.harvest(source, dry_run=True)
    assert [s.fetch.items for s in steps] == [25, 40, 25]
    posted = [a for a in world.site.asked if a.method == "POST"]
    assert ["startrecord=26" in posted[0].path, "startrecord=66" in posted[1].path] == [True, True]
    assert "columnid=7" in posted[0].body and "unitid=77" in posted[0].body and "webid=3" in posted[0].body


def test_many_sites_with_faults_are_read_to_the_last_page(world: Any) -> None:
    sites, each = 4, 25
    hosts = [f"tj{n}.jia.gov.cn" for n in range(sites)]
    served: Counter[tuple[str, int]] = Counter()

    def page(number: int) -> Any:
        def reply(request: Request) -> Response:
            served[request.headers["host"], number] += 1
            if number % 7 == 3 and served[request.headers["host"], number] <= 3:
                return Response(status_code=500 if number % 2 else 404)
            return HTMLResponse(world.article(f"{request.headers['host']}第{number}号数据"))

        return reply

    listed = [(f"./202504/t20250401_{n}.html", f"第{n}号", "2025-04-01") for n in range(each)]
    world.site.replies |= {f"/sj/202504/t20250401_{n}.html": page(n) for n in range(each)}
    world.site.replies[LIST] = world.list_page(listed, 1)
    settings = world.settings(host_map=dict.fromkeys(hosts, world.site.address))
    sources = [world.source(id=h.split(".")[0], list=f"https://{h}{LIST}", hosts=[h]) for h in hosts]
    for source in sources:
        steps: list[Harvested] = []
        for _ in range(4):
            steps += world.harvest(source, world.known(steps), settings)
        new = [s.fetch.url for s in steps if s.fetch.outcome == "new"]
        assert sorted(new) == sorted(
            f"https://{source.hosts[0]}/sj/202504/t20250401_{n}.html" for n in range(each)
        )


def test_the_maps_of_an_unchanged_sitemap_index_are_not_asked_for_again(world: Any) -> None:
    def index(day: str) -> Response:
        text = f"<sitemapindex><sitemap><loc>{world.root}/2025.xml</loc><lastmod>{day}</lastmod></sitemap></sitemapindex>"
        return Response(text, media_type="application/xml")

    def pages(*numbers: int) -> Response:
        urls = "".join(f"<url><loc>{world.root}/{n}.html</loc></url>" for n in numbers)
        return Response(f"<urlset>{urls}</urlset>", media_type="application/xml")

    for n in (1, 2):
        world.site.replies[f"/{n}.html"] = world.article(f"甲市第{n}号数据")
    source = world.source(family="sitemap", list=f"{world.root}/sitemap.xml")
    world.site.replies |= {"/sitemap.xml": index("2025-04-18"), "/2025.xml": pages(1)}
    first = world.harvest(source)
    known = world.known(first)
    assert outcomes(first) == {("listing", "listed"): 2, ("page", "new"): 1}
    assert outcomes(world.harvest(source, known)) == {("listing", "listed"): 1}

    today = datetime.now(UTC).date().isoformat()
    world.site.replies |= {"/sitemap.xml": index(today), "/2025.xml": pages(1, 2)}
    changed = world.harvest(source, known)
    assert outcomes(changed) == {("listing", "listed"): 2, ("page", "new"): 1}
    known |= world.known(changed)
    world.site.replies["/2025.xml"] = pages(1, 2, 3)
    world.site.replies["/3.html"] = world.article("甲市第3号数据")
    same_day = world.harvest(source, known)  # a second change within the day doesn't change the index
    assert outcomes(same_day)["page", "new"] == 1
