"""Each family's form: lists, paging, links, metadata and the traps that its real sites set."""

from __future__ import annotations

import json
import re
from datetime import date
from urllib.parse import urljoin, urlsplit

import pytest
from lxml import etree, html

from metroetl.catalogue import catalogue
from metroetl.catalogue.models import Source
from metroetl.errors import ReplicaError
from metroetl.harvest import parse_listing
from metroetl.replica import Replica
from metroetl.replica.server import replica_sites
from metroetl.replica.sites import Scene, Site, build_sites
from metroetl.replica.sites.base import Row
from metroetl.replica.sites.hanweb import PROXY, datastore
from metroetl.replica.sites.jpaas import UNIT
from metroetl.replica.sites.nbsdata import NbsData

from .conftest import NOW, Get, on_host

# a source that was added later is stood in for only where facts are there for it
IDS = sorted(replica_sites())


def hrefs(data: bytes, url: str) -> list[str]:
    page = html.document_fromstring(data.decode())
    base = next(iter(page.xpath("//base/@href")), "")
    return [urljoin(urljoin(url, base), str(h)) for h in page.xpath("//a/@href")]


def test_every_source_that_can_be_stood_in_for_is_served(replica: Replica) -> None:
    assert set(replica.sites) == set(IDS)
    assert set(replica.host_map) == {
        h for site in replica.sites.values() for h in (site.host, site.page_host)
    }
    assert len(set(replica.host_map.values())) == len(replica.host_map)


def test_a_family_without_a_module_is_refused() -> None:
    source = catalogue().sources["cdstats"].model_copy(update={"family": "unheard_of"})
    with pytest.raises(ReplicaError, match="unheard_of"):
        with_one_article(source)


def with_one_article(source: Source) -> dict[str, Site]:
    article = replica_sites()["cdstats"].articles[0]
    return build_sites([source], [article])


@pytest.mark.parametrize("source_id", IDS)
def test_the_list_answers_at_the_catalogues_address(replica: Replica, get: Get, source_id: str) -> None:
    site = replica.sites[source_id]
    for url, ask in site.list_asks(NOW).values():
        answer = get(replica, url, ask.method, content=ask.body, headers=dict(ask.headers))
        assert answer.status_code == 200
        assert answer.headers["x-metroetl-stand-in"] == "replica"
    if "html" in answer.headers["content-type"]:
        text = answer.text
        assert 'name="SiteIDCode"' in text
        assert site.site_code in text


@pytest.mark.parametrize("source_id", IDS)
def test_the_list_can_be_read_whole_within_the_sources_pages(replica: Replica, source_id: str) -> None:
    source = catalogue().sources[source_id]
    site = replica.sites[source_id]
    assert source.max_pages * site.page_size >= len(site.articles)
    assert site.is_open(Scene(NOW))


@pytest.mark.parametrize("source_id", ["cdstats", "tjj_sc", "stats_gov_cn", "anhui", "tjj_sh"])
def test_list_pages_link_every_article_once(replica: Replica, get: Get, source_id: str) -> None:
    site = replica.sites[source_id]
    pages = -(-len(site.articles) // site.page_size)
    found: list[str] = []
    for number in range(1, pages + 1):
        url = page_url(site, number)
        answer = get(replica, url)
        assert answer.status_code == 200, url
        found += [link for link in hrefs(answer.content, url) if urlsplit(link).path in article_paths(site)]
    assert {urlsplit(link).path for link in found} == article_paths(site)


def article_paths(site: Site) -> set[str]:
    return {site.article_path(article) for article in site.articles}


def page_url(site: Site, number: int) -> str:
    if number == 1:
        return site.list_url
    if site.family == "ucap":
        return site.list_url.replace("list.shtml", f"list_{number}.shtml")
    index = number - 2 + int(site.source.options.get("first_index", 1))
    return on_host(site, f"{site.list_path.rpartition('/')[0]}/index_{index}.html")


def test_trs_pager_and_stub(replica: Replica, get: Get) -> None:
    site = replica.sites["stats_gov_cn"]
    first = get(replica, site.list_url).text
    assert re.search(r'<!--\s*createPageHTML\(2, 0, "index", "html"\)', first)
    assert 'class="fl pchide" href="./' in first
    assert first.count("mhide") == site.page_size
    stub = get(replica, urljoin(site.list_url, "index_7.html"))
    assert stub.status_code == 200
    assert 300 <= len(stub.content) <= 400


def test_nbs_pages_have_everything_twice(replica: Replica, get: Get) -> None:
    site = replica.sites["stats_gov_cn"]
    article = next(a for a in site.articles if a.tables)
    page = get(replica, on_host(site, site.article_path(article)))
    assert page.text.count(article.tables[0].caption) == 2
    assert "wzws_sessionid" in page.headers["set-cookie"]


def test_ndrc_shell_and_nested_links(replica: Replica, get: Get) -> None:
    site = replica.sites["ndrc"]
    assert 'name="ColumnName"content=' in get(replica, site.list_url).text
    assert 'class="popbox"' in get(replica, site.list_url).text
    shell = get(replica, "https://www.ndrc.gov.cn/xxgk/zcfb/").text
    assert "window.location.href='./fzggwl/'" in shell
    assert get(replica, "https://www.ndrc.gov.cn/robots.txt").headers["content-type"].startswith("text/html")


def test_ucap_traps(replica: Replica, get: Get) -> None:
    site = replica.sites["tjj_sc"]
    assert get(replica, "https://tjj.sc.gov.cn/scstjj/c112117/").status_code == 403
    assert get(replica, urljoin(site.list_url, "list_1.shtml")).status_code == 404
    text = get(replica, site.list_url).text
    assert re.search(r"<!--\s*<script[^>]*>\s*createPageHTML\('page_div',3, 1,'list','shtml',52\)", text)
    assert text.count('name="SiteName"') == 2
    channel = re.search(r'name="channelId" content="(\w{32})"', text)
    assert channel
    answer = get(replica, f"https://tjj.sc.gov.cn/common/search/{channel[1]}?_isJson=true&page=2").json()
    assert answer["data"]["total"] == 52
    assert len(answer["data"]["results"]) == site.page_size
    detail = get(replica, on_host(site, site.article_path(site.articles[0]))).text
    assert detail.lower().count("<!doctype") == 2


def test_ucap_forms_of_the_two_chengdu_sites(replica: Replica, get: Get) -> None:
    site = replica.sites["cdstats"]
    text = get(replica, site.list_url).text
    assert re.search(r"<span>20\d\d\.\d\d\.\d\d</span>", text)
    assert re.search(r"/cdstjj/c154737/20\d\d-\d\d/\d\d/content_[0-9a-f]{32}\.shtml", text)
    named = next(a for a in site.articles if a.files and a.files[0].kind == "pdf")
    assert re.search(r"/files/20\d\d%E5.*\.pdf$", site.file_path(named, named.files[0]))


def test_hanweb_answers_overlap_and_want_a_referer(replica: Replica, get: Get) -> None:
    site = replica.sites["tj_jiangsu"]
    page = get(replica, site.list_url).text
    assert "<datastore><totalrecord>12</totalrecord>" in page
    url = f"https://tj.jiangsu.gov.cn{PROXY}?startrecord=3&endrecord=4&perpage=2"
    form = {"col": "1", "columnid": "87243", "unitid": "344592", "webid": "1"}
    refused = get(replica, url, "POST", data=form)
    assert refused.status_code == 200
    assert len(refused.content) == 54
    answer = get(replica, url, "POST", data=form, headers={"Referer": site.list_url})
    store = etree.fromstring(answer.content)
    assert store.findtext("totalrecord") == "12"
    assert len(store.findall(".//record")) == 10  # the rest, although two were asked for


def test_jpaas_gives_html_inside_json(replica: Replica, get: Get) -> None:
    site = replica.sites["tjj_zj"]
    shell = get(replica, "https://tjj.zj.gov.cn/col/col1562308/index.html").text
    assert "bulidstatic" in shell
    assert "art_" not in shell
    query = "parseType=bulidstatic&webId=3077&pageType=column&pageId=1562308"
    answer = get(replica, f"https://tjj.zj.gov.cn{UNIT}?{query}").json()
    assert answer["data"]["html"].count("<li>") == len(site.articles)
    second = json.dumps({"pageNo": 2, "pageSize": 15})
    answer = get(replica, f"https://tjj.zj.gov.cn{UNIT}?{query}&paramJson={second}").json()
    assert answer["data"]["html"].count("<li>") == len(site.articles) - 15
    wrong = get(replica, f"https://tjj.zj.gov.cn{UNIT}?webId=1&pageId=1").json()
    assert wrong["success"] is False


def test_listdata_rows_stand_in_a_script(replica: Replica, get: Get) -> None:
    site = replica.sites["ziyang"]
    text = get(replica, site.list_url).text
    assert '<base href="/zysrmzf/" />' in text
    assert '<ul id="list-content"></ul>' in text
    data = re.search(r"var listData=(\{.*\});", text)
    assert data
    rows = json.loads(data[1])["articleList"]
    assert [row["title"] for row in rows] == [article.title for article in site.articles]
    assert json.loads(rows[0]["urls"])["pc"] == site.article_path(site.articles[0])
    form = {"current": "1", "channelCode": "xxgkgsgg", "webSiteCode": "zysrmzf"}
    answer = get(replica, "http://www.ziyang.gov.cn/queryList", "POST", data=form).json()
    assert answer["data"]["total"] == len(site.articles)


def test_hanweb_cuts_long_titles_in_the_text_only(replica: Replica) -> None:
    article = replica.sites["tj_jiangsu"].articles[0]
    long = "关于印发" + "甲市" * 30 + "的通知"
    text = datastore([Row(long, "/art/1.html", NOW, article)], 1, 20)
    assert f'title="{long}">{long[:40]}...</a>' in text


def test_gkmlpt_counts_more_than_it_lists_and_wants_its_referer(replica: Replica, get: Get) -> None:
    site = replica.sites["guangdong_gov"]
    own = {"Referer": "https://www.gd.gov.cn/gkmlpt/index"}
    answer = get(replica, site.list_url, headers=own).json()
    assert answer["classify"]["post_count"] > 100 > len(answer["articles"]) == 1
    assert answer["articles"][0]["date"] == 1703034720  # 2023-12-20 09:12 in Beijing
    second = site.list_url.replace("page=1", "page=2")
    assert get(replica, second, headers=own).status_code == 404
    for headers in ({}, {"Referer": "https://www.gov.cn/"}):
        assert get(replica, site.list_url, headers=headers).status_code == 403
    page = get(replica, answer["articles"][0]["url"]).text
    assert "window._CONFIG = {" in page and "粤府〔2023〕92号" in page


def test_feed_as_rss_and_atom(replica: Replica, get: Get) -> None:
    site = replica.sites["anhui_feed"]
    rss = etree.fromstring(get(replica, site.list_url).content)
    assert [item.findtext("title") for item in rss.iter("item")] == [a.title for a in site.articles]
    atom = get(replica, "https://www.ah.gov.cn/rss/atom.xml")
    page = parse_listing(atom.content, "https://www.ah.gov.cn/rss/atom.xml")
    assert (page.family, len(page.notices)) == ("feed", len(site.articles))
    assert page.notices[0].listed_on == site.articles[0].published_on


def test_sitemap_names_others_by_year(replica: Replica, get: Get) -> None:
    site = replica.sites["cdmztch"]
    index = get(replica, site.list_url).text
    assert "<sitemapindex" in index and "/sitemap_2026.xml</loc>" in index
    inner = get(replica, "https://www.cdmztch.com/sitemap_2026.xml").text
    assert "/lxwm/index.html" in inner and "/tjsj/" in inner and "title" not in inner
    assert get(replica, "https://www.cdmztch.com/sitemap_1999.xml").status_code == 404


def test_generic_rows_stand_beside_a_longer_list(replica: Replica, get: Get) -> None:
    site = replica.sites["tjj_deyang"]
    text = get(replica, site.list_url).content
    chosen = parse_listing(text, site.list_url, "generic", site.source.options)
    assert [n.title for n in chosen.notices] == [a.title for a in site.articles[:3]]
    assert [n.title for n in parse_listing(text, site.list_url, "generic").notices] != [
        n.title for n in chosen.notices
    ]


def test_ucap_list_as_json(replica: Replica, get: Get) -> None:
    site = replica.sites["sc_gov_data"]
    answer = get(replica, site.list_url).json()
    assert answer["data"]["results"][0].keys() >= {
        "title",
        "url",
        "publishedTimeStr",
        "channelName",
        "manuscriptId",
    }
    assert get(replica, site.list_url.replace("5f0e", "0000")).status_code == 404


def test_library_search_marks_words_and_finds_nothing_by_a_code(replica: Replica, get: Get) -> None:
    site = replica.sites["gov_cn_library"]
    found = get(replica, site.list_url).json()["searchVO"]
    assert found["listVO"] == []
    row = found["catMap"]["gongwen"]["listVO"][0]
    assert "<em>都市圈</em>" in row["title"] and row["pubtimeStr"] == "2025.10.10"
    assert get(replica, row["url"]).status_code == 200
    one = get(replica, site.list_url.replace("t=zhengcelibrary", "t=zhengcelibrary_gw")).json()["searchVO"]
    assert one["listVO"][0] == row and "catMap" not in one
    nothing = get(replica, site.list_url.replace("p=1&", "p=2&"))
    assert (nothing.status_code, nothing.json()["code"], nothing.json()["searchVO"]) == (200, 1001, None)


def test_the_data_interface_pads_and_leaves_empty(replica: Replica, get: Get) -> None:
    site = replica.sites["nbs_data_gdp"]
    assert isinstance(site, NbsData)
    url, ask = site.list_asks(NOW)["list"]
    periods = get(replica, url, "POST", content=ask.body).json()["data"]
    assert [p["code"] for p in periods][:2] == ["202604SS", "202603SS"]
    assert {v["value"] for v in periods[0]["values"]} == {""}
    values = {v["i_showname"]: v["value"] for p in periods if p["code"] == "202503SS" for v in p["values"]}
    assert (values["国内生产总值_累计值"], values["国内生产总值_当季值"]) == ("1015036", "")
    wrong = json.dumps({**json.loads(ask.body), "cid": "0"})
    assert get(replica, url, "POST", content=wrong).status_code == 404
    text = json.dumps({**json.loads(ask.body), "dts": "202601SS-202602SS"})
    assert get(replica, url, "POST", content=text).json()["success"] is False
    old = get(replica, "https://data.stats.gov.cn/easyquery.htm?m=QueryData&dbcode=hgjd")
    assert old.status_code == 403 and "UrlACL" in old.text


def test_the_calendar_has_two_rows_an_item(replica: Replica, get: Get) -> None:
    site = replica.sites["nbs_calendar"]
    text = get(replica, site.list_url).text
    assert "2026年主要统计信息发布日程表" in text and "<sup>注1</sup>" in text and "<td>……</td>" in text
    assert '<td rowspan="2">' in text and "<td>18/日</td>" in text and "<td>10:00</td>" in text
    with Replica(date(2025, 6, 1), sources=[site.source]) as running:
        assert "<td>18/六 24/五</td>" in get(running, site.list_url).text


def test_govcn_list_is_json_and_its_pages_have_the_block(replica: Replica, get: Get) -> None:
    site = replica.sites["gov_cn_policy"]
    rows = get(replica, site.list_url).json()
    assert {"TITLE", "SUB_TITLE", "URL", "DOCRELPUBTIME"} == rows[0].keys()
    page = get(replica, rows[0]["URL"]).text
    for label in (
        "索 引 号：",
        "标　　题：",
        "发文机关：",
        "成文日期：",
        "发文字号：",
        "发布日期：",
        "主 题 词：",
    ):
        assert label in page
    assert 'id="UCAP-CONTENT"' in page


def test_the_provinces_notice_has_number_and_both_dates(replica: Replica, get: Get) -> None:
    site = replica.sites["sc_gov"]
    article = next(a for a in site.articles if a.doc_number)
    page = get(replica, on_host(site, site.article_path(article))).text
    assert "川府发〔2021〕34号" in page
    assert "<td>2021年11月29日</td>" in page


def test_deyang_pages_by_parameter_and_file_elements(replica: Replica, get: Get) -> None:
    site = replica.sites["deyang"]
    assert 'class="list_div"' in get(replica, site.list_url).text
    assert 'title="' in get(replica, f"{site.list_url}&cur_page=1").text
    assert 'title="' not in get(replica, f"{site.list_url}&cur_page=9").text
    assert get(replica, site.list_url.replace("25723", "1")).status_code == 404
    article = next(a for a in site.articles if a.files)
    page = get(replica, on_host(site, site.article_path(article))).text
    assert '<span class="gk fj"><file href="/wcm.files/upload/GKdyszf/' in page
    assert 'id="attribute"' in page


def test_vsb_counts_down(replica: Replica, get: Get) -> None:
    site = replica.sites["meishan"]
    small = type("Small", (type(site),), {"page_size": 5})(site.source, site.articles)
    scene_pages = -(-len(site.articles) // 5)
    assert small.page_path(2, scene_pages) == "/tjsj/2.htm"
    assert small.page_path(scene_pages, scene_pages) == "/tjsj/1.htm"
    assert 'id="vsb_content"' in get(replica, on_host(site, site.article_path(site.articles[0]))).text


def test_a_second_visit_is_answered_304(replica: Replica, get: Get) -> None:
    site = replica.sites["cdstats"]
    for url in (site.list_url, on_host(site, site.article_path(site.articles[0]))):
        first = get(replica, url)
        again = get(replica, url, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        dated = get(replica, url, headers={"If-Modified-Since": first.headers["last-modified"]})
        assert dated.status_code == 304
        older = get(replica, url, headers={"If-Modified-Since": "Mon, 01 Jan 2018 00:00:00 GMT"})
        assert older.status_code == 200
    assert "etag" not in get(replica, replica.sites["deyang"].list_url).headers


def test_robots_and_home(replica: Replica, get: Get) -> None:
    for site in replica.sites.values():
        robots = get(replica, on_host(site, "/robots.txt"))
        assert robots.status_code == 200
        if site.source.id != "ndrc":
            assert robots.text.startswith("User-agent: *")
        home = get(replica, on_host(site, "/"))
        assert f"<title>{site.source.publisher}</title>" in home.text
    assert get(replica, "https://tjj.sc.gov.cn/nothing.html").status_code == 404


def test_the_log_has_every_request(get: Get) -> None:
    with Replica(NOW, sources=[catalogue().sources["deyang"]]) as running:
        site = running.sites["deyang"]
        get(running, site.list_url)
        get(running, on_host(site, "/nothing"))
        entries = [(e.host, e.method, e.target, e.status) for e in running.log]
    query = "node_id=GKdyszf&site_id=CMSdeyang&cat_id=25723"
    assert entries == [
        ("www.deyang.gov.cn", "GET", f"/info/iList.jsp?{query}", 200),
        ("www.deyang.gov.cn", "GET", "/nothing", 404),
    ]
