"""A source is added by one look at its list: of every family, over real HTTP, and the generic test covers it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from metroetl import pipeline
from metroetl.catalogue import catalogue, load
from metroetl.catalogue.load import reload
from metroetl.catalogue.models import Source
from metroetl.catalogue.write import source_yaml
from metroetl.errors import CatalogueError, ExampleDiffers, MetroError
from metroetl.pipeline.adding import write_source
from metroetl.pipeline.examples import differences, examples_in
from metroetl.pipeline.proposal import examine, propose, watched_by
from metroetl.replica import Replica
from metroetl.replica.sites import form_of
from tests.blank import blank_home
from tests.harvest.conftest import HOST, ROOT, LocalSite, World, server, site  # noqa: F401  fixtures
from tests.pipeline.conftest import Operator

OF_FORM = {form_of(s).__name__: s for s in load().sources.values()}
SAY_NO_PLACE = {"sitemap", "nbsdata"}  # their lists have neither metas nor a page that says whose site it is
ROWS = [
    (f"./202504/t2025041{n}_{n}.html", f"甲市一季度经济运行情况之{n}", f"2025-04-1{n}") for n in range(1, 5)
]


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(date(2026, 11, 1)) as running:
        yield running


@pytest.mark.parametrize("form", sorted(OF_FORM))
def test_a_source_of_each_form_is_added_and_collected(
    form: str, replica: Replica, operator: Operator
) -> None:
    home = operator(replica.host_map)
    known = OF_FORM[form]
    family = known.family
    # an interface that only answers to POST can't be recognised by its address
    told = family if family == "nbsdata" else None
    seen = examine(known.replica_list or known.list, known.options, told)
    proposal = propose(seen)
    assert proposal["family"] == family
    if family not in SAY_NO_PLACE:
        assert proposal["regions"] == known.regions[:1]
    proposal |= {"regions": known.regions[:1], "publisher": proposal["publisher"] or known.publisher}
    assert known.id in watched_by(seen)
    written = write_source({**proposal, "id": f"new_{family}"}, seen, confirmed=True, own=True)
    assert {f.parent for f in written.files} == {
        home / "catalogue/sources",
        home / f"catalogue/pages/new_{family}",
    }
    source = catalogue().sources[f"new_{family}"]
    assert source.verified == "never", "a stand-in proves nothing of the real site"
    examples = examples_in(home / f"catalogue/pages/new_{family}")
    assert {e.path.stem for e in examples} >= ({"list"} if family == "nbs_calendar" else {"list", "page"})
    assert [line for example in examples for line in differences(source, example)] == []
    blank_home(home)
    collected = collect(source.id)
    assert not collected.failures, collected.failures[:3]
    assert collected.documents > 0 or collected.outcomes == {"listed": 1}


def collect(source_id: str) -> Any:
    run_id = pipeline.open_warehouse().start_run("collect", {})
    outcome = pipeline.harvest_source(run_id, source_id, max_pages=1)
    return pipeline.read_and_stage(run_id, source_id, outcome)


def test_the_yaml_reads_back_as_the_same_source() -> None:
    for source in load().sources.values():
        text = source_yaml(source, ["made by a test"])
        assert Source.model_validate(YAML(typ="safe").load(text)) == source
    odd = source.model_copy(
        update={"title": "甲: “乙” #1", "note": "- no, {x}: 'y' yes\\", "publisher": "null"}
    )
    assert Source.model_validate(YAML(typ="safe").load(source_yaml(odd))) == odd


# --- what a look shows -------------------------------------------------------------------------------------------


@pytest.fixture
def jia(site: LocalSite, operator: Operator) -> LocalSite:  # noqa: F811
    """The web server of 甲市, which a test gives its answers."""
    operator({HOST: site.address})
    return site


def test_a_frame_is_followed_and_one_page_is_read(jia: LocalSite) -> None:
    jia.replies |= {
        "/sj/": "<html><script>window.location.href='./fb/'</script></html>",
        "/sj/fb/": World.list_page(ROWS, pages=7),
        "/sj/fb/202504/t20250411_1.html": World.article(
            "甲市一季度经济运行情况之1", "<a href='./P01.pdf'>附件</a>"
        ),
    }
    seen = examine(f"{ROOT}/sj/")
    assert (seen.look.list, seen.look.family_seen, seen.look.page.pages) == (f"{ROOT}/sj/fb/", "trs", 7)
    assert seen.document is not None and str(seen.document.published_on) == "2025-04-18"
    assert [a.url for a in seen.document.attachments] == [f"{ROOT}/sj/fb/202504/P01.pdf"]
    assert jia.paths() == ["/sj/", "/sj/fb/", "/sj/fb/202504/t20250411_1.html"], "one page at most"
    proposal = propose(seen)
    assert proposal["title"] == "甲市统计局 数据发布"
    assert (proposal["id"], proposal["regions"]) == ("tjj_jia", []), (
        "a place that isn't known is a person's to say"
    )
    assert proposal["expect"]["min_items"] == 2


def test_a_page_that_can_t_be_read_is_told_and_hinders_nothing(jia: LocalSite) -> None:
    jia.replies |= {"/sj/": World.list_page(ROWS, pages=1)}
    seen = examine(f"{ROOT}/sj/")
    assert seen.document is None and seen.page_error is not None and seen.page_error.code == "NOT_FOUND"


def test_gkmlpt_s_frame_leads_to_its_interface(jia: LocalSite) -> None:
    rows = [
        {
            "id": 1,
            "title": "甲市统计公报",
            "date": 1745000000,
            "url": f"{ROOT}/gkmlpt/content/3/1/post_1.html",
        }
    ]
    answer = {"classify": {"id": 77, "post_count": 1}, "articles": rows}
    jia.replies |= {
        "/gkmlpt/index": "<html><script>window._CONFIG = {SITE_ID: 755, TREE: []}</script></html>",
        "/gkmlpt/api/all/77?page=1&sid=755": json_reply(answer),
    }
    seen = examine(f"{ROOT}/gkmlpt/index#77")
    assert seen.look.family_seen == "gkmlpt"
    assert seen.look.list == f"{ROOT}/gkmlpt/api/all/77?page=1&sid=755"
    assert [n.title for n in seen.look.page.notices] == ["甲市统计公报"]


def json_reply(data: Any) -> Any:
    from starlette.responses import JSONResponse

    return JSONResponse(data)


# --- refusals ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x", "http://10.1.2.3/", "http://[::1]/", "http://localhost/"]
)
def test_private_addresses_are_refused(url: str, operator: Operator) -> None:
    operator()
    with pytest.raises(MetroError, match="not on the public internet"):
        examine(url)


@pytest.mark.parametrize(
    "url", ["ftp://tjj.jia.gov.cn/", "file:///etc/passwd", "tjj.jia.gov.cn/sj", "javascript:x"]
)
def test_what_is_no_web_address_is_refused(url: str, operator: Operator) -> None:
    operator()
    with pytest.raises(CatalogueError, match="no web address"):
        examine(url)


RUISHU = HTMLResponse("<script>$_ts.nsd=1;$_ts.cd='x'</script>", status_code=412)
ELSEWHERE = RedirectResponse("https://www.yi.gov.cn/")


@pytest.mark.parametrize(
    ("replies", "code"),
    [
        ({"/sj/": RUISHU}, "BOT_CHALLENGE"),
        ({"/sj/": ELSEWHERE}, "HOST_NOT_ALLOWED"),
        ({"/robots.txt": PlainTextResponse("User-agent: *\nDisallow: /sj/")}, "ROBOTS_DISALLOWED"),
        ({"/sj/": "<html><body><p>本站介绍</p><a href='/a/'>首页</a></body></html>"}, "EMPTY_LISTING"),
        ({}, "NOT_FOUND"),
    ],
)
def test_what_stands_in_the_way_is_named_with_a_way_out(
    jia: LocalSite, replies: dict[str, Any], code: str
) -> None:
    jia.replies |= {"/sj/": World.list_page(ROWS), **replies} if replies else {}
    with pytest.raises(MetroError) as raised:
        examine(f"{ROOT}/sj/")
    assert raised.value.code == code
    assert raised.value.way_out


@pytest.fixture
def proposal(jia: LocalSite) -> tuple[dict[str, Any], Any]:
    jia.replies |= {"/sj/": World.list_page(ROWS, pages=1)}
    seen = examine(f"{ROOT}/sj/")
    return {**propose(seen), "regions": ["511100"]}, seen


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "tjj_sc"}, "already there"),
        ({"id": "Tjj-Jia"}, "id"),
        ({"regions": ["999999"]}, "999999"),
        ({"kinds": ["weather"]}, "kinds"),
        ({"cadence": {"cron": "often"}}, "cron"),
        ({"family": "sharepoint"}, "sharepoint"),
        ({"hosts": ["www.yi.gov.cn"]}, "hosts"),
        ({"options": {"colour": "red"}}, "colour"),
    ],
)
def test_a_wrong_entry_is_refused_and_nothing_stays_behind(
    proposal: tuple[dict[str, Any], Any], changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    entry, seen = proposal
    with pytest.raises(MetroError, match=message):
        write_source({**entry, **changes}, seen, confirmed=False, own=True)
    assert [p for p in (tmp_path / "home").rglob("*") if p.is_file()] == []
    assert "tjj_jia" not in catalogue().sources


def test_what_isn_t_read_as_its_form_shows_it_isn_t_added(
    proposal: tuple[dict[str, Any], Any], tmp_path: Path
) -> None:
    entry, seen = proposal
    with pytest.raises(ExampleDiffers) as raised:
        write_source({**entry, "options": {"rows": "div.menu a"}}, seen, confirmed=False, own=True)
    assert "--option" in raised.value.way_out
    assert [p for p in (tmp_path / "home").rglob("*") if p.is_file()] == []


def test_an_id_in_both_folders_is_a_mistake_of_the_catalogue(operator: Operator, root: Path) -> None:
    home = operator()
    (home / "catalogue/sources").mkdir(parents=True)
    kept = root / "src/metroetl/catalogue/sources/cdstats.yml"
    (home / "catalogue/sources/cdstats.yml").write_text(kept.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"sources/cdstats.yml:1: id 'cdstats' stands already"):
        reload()
    (home / "catalogue/sources/cdstats.yml").unlink()


def test_a_real_site_that_a_person_looked_at_is_verified(proposal: tuple[dict[str, Any], Any]) -> None:
    import dataclasses

    entry, seen = proposal
    live = dataclasses.replace(seen, stood_in=False)  # as it is without METROETL_HOST_MAP
    assert write_source({**entry, "id": "a"}, live, confirmed=False, own=True).source.verified == "never"
    today = str(datetime.now(UTC).date())
    assert write_source({**entry, "id": "b"}, live, confirmed=True, own=True).source.verified == today
