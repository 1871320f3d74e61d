"""Archives that a page links: their documents are snapshots of their own, under the archive's address."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.responses import Response

from metroetl.harvest import Client, harvest
from metroetl.harvest.models import Harvested
from tests.documents.paper import archive, word
from tests.harvest.test_harvest import outcomes, publish

ZIP = "/sj/P020250418003.zip"
LINK = f'<p>附件：<a href="{ZIP}" title="附件.zip">附件</a></p>'
TEXT = "甲市经济运行情况，经济总体平稳，工业生产稳定增长。".encode()


@pytest.fixture
def serve(world: Any) -> Any:
    """Puts an archive of files on the site, linked by an article."""

    def _serve(**files: bytes) -> str:
        publish(world, 1, links=LINK)
        data = archive({name.replace("_", "."): content for name, content in files.items()})
        world.site.replies[ZIP] = Response(data, media_type="application/zip")
        return f"{world.root}{ZIP}"

    return _serve


def test_the_documents_in_an_archive_are_snapshots(world: Any, serve: Any) -> None:
    url = serve(a_txt=TEXT, b_docx=word(), c_exe=b"MZ")
    steps = world.harvest()
    assert [s.fetch.url for s in steps[-3:]] == [f"{url}#a.txt", f"{url}#b.docx", url]
    assert outcomes(steps)["attachment", "new"] == 3
    member = steps[-3].snapshot
    assert member and world.archive.get(member.sha256) == TEXT
    assert member.parent_url == f"{world.root}/sj/202504/t20250401_1.html" and member.title == "甲市第1号数据"
    assert (member.name, member.request) == ("a.txt", {"member_of": url})

    world.site.asked.clear()
    assert outcomes(world.harvest(known=world.known(steps))) == {("listing", "listed"): 1}
    assert ZIP not in world.site.paths()


def test_a_run_that_was_killed_looks_inside_again(world: Any, serve: Any) -> None:
    url = serve(a_txt=TEXT, b_docx=word())
    source = world.source()

    async def killed_inside() -> list[Harvested]:
        got: list[Harvested] = []
        async with Client(world.settings(), [source]) as client:
            steps = harvest(source, client=client, archive=world.archive, agenda=world.agenda, known={})
            async for step in steps:
                got.append(step)
                if step.fetch.url.endswith("#a.txt"):
                    await steps.aclose()
                    break
        return got

    recorded = asyncio.run(killed_inside())
    rest = world.harvest(source, world.known(recorded))
    assert {s.fetch.url: s.fetch.outcome for s in rest if s.fetch.role == "attachment"} == {
        f"{url}#a.txt": "unchanged",
        f"{url}#b.docx": "new",
        url: "new",
    }


def test_a_replaced_archive_tells_which_of_its_files_changed(world: Any, serve: Any) -> None:
    url = serve(a_txt=TEXT, b_txt=TEXT)
    known = world.known(world.harvest())
    serve(a_txt=TEXT, b_txt=TEXT + b"!", c_txt=TEXT)
    for address in (url, f"{world.root}/sj/202504/t20250401_1.html"):
        known[address] = known[address].model_copy(update={"readable": False})
    again = world.harvest(known=known)
    assert {s.fetch.url.rpartition("#")[2]: s.fetch.outcome for s in again if "#" in s.fetch.url} == {
        "a.txt": "unchanged",
        "b.txt": "changed",
        "c.txt": "new",
    }


def test_an_archive_beyond_bounds_stays_archived_as_it_is(world: Any, serve: Any) -> None:
    inner = archive({"x.zip": archive({"y.txt": TEXT})})
    url = serve(deep_zip=inner)
    files = [s for s in world.harvest() if s.fetch.role == "attachment"]
    assert [(s.fetch.url, s.fetch.outcome) for s in files] == [(url, "new")]
