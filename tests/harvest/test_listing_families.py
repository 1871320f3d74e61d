"""Each family in its own form, in our own words: recognised, read and paged."""

from __future__ import annotations

import json
from datetime import date, time
from typing import Any

import pytest
from starlette.responses import Response

from metroetl.catalogue.checks import FAMILY_OPTIONS
from metroetl.errors import CatalogueError, LayoutChanged
from metroetl.harvest import parse_listing
from metroetl.harvest.listings import FAMILIES, ListPage, family_named
from metroetl.harvest.listings.nbsdata import window
from metroetl.harvest.models import Scheduled

SITE = "https://tjj.jia.gov.cn"


def read(text: str, url: str = f"{SITE}/sj/index.html", family: str | None = None) -> ListPage:
    return parse_listing(text.encode(), url, family)


def items(page: ListPage) -> list[tuple[str, str, str]]:
    return [(n.url.removeprefix(SITE), n.title, str(n.listed_on)) for n in page.notices]


def asked(family: str, number: int, so_far: list[ListPage], world: Any, **source: Any) -> str | None:
    request = family_named(family).page_request(world.source(family=family, **source), number, so_far)
    return request.key.removeprefix(SITE) if request else None


# --- TRS and NBS -------------------------------------------------------------------------------------------------

NDRC_LIKE = """<html><head><script>uaredirect(location.href+"wap_index.html");</script></head><body>
<div class="path"><a href="../../">首页</a> &gt; <a href="./">规划</a></div>
<ul class="u-list">
<li><a href="./202504/t20250418_2.html" title="《甲都市圈发展规划》 2025年第2号">《甲都市圈发展规划》 2025年第2号</a>
<script>if(1)document.write('<a href="/images/jd.html">解读</a>');</script>
<div class="popbox"><h3>相关解读</h3><ul><li><a href="../../jd/202504/t20250419_9.html" title="《甲都市圈发展规划》答记者问，内容比标题更长一些">答问</a></li></ul></div>
<span>2025/04/28</span></li>
<li class="empty"></li>
<li class="x"><a href="http://tjj.jia.gov.cn/sj/202504/t20250401_1.html" title="">乙市数据</a><span>2025/04/01</span></li>
</ul><script><!--
createPageHTML(9, 0, "index", "shtml");
//--></script></body></html>"""


def test_trs(world: Any) -> None:
    page = read(NDRC_LIKE)
    assert (page.family, page.pages) == ("trs", 9)
    assert items(page) == [
        ("/sj/202504/t20250418_2.html", "《甲都市圈发展规划》 2025年第2号", "2025-04-28"),
        ("/sj/202504/t20250401_1.html", "乙市数据", "2025-04-01"),
    ]
    assert asked("trs", 1, [], world) == "/sj/index.html"
    assert asked("trs", 2, [page], world) == "/sj/index_1.shtml"
    assert asked("trs", 2, [page], world, options={"first_index": 2}) == "/sj/index_2.shtml"
    assert asked("trs", 3, [], world, list=f"{SITE}/sj/zxfb/") == "/sj/zxfb/index_2.html"
    assert asked("trs", 2, [], world, options={"name": "list", "extension": "htm"}) == "/sj/list_1.htm"


@pytest.mark.parametrize(
    ("script", "pages"),
    [
        ('//createPageHTML(31, 0, "index", "shtml");\nvar countPage = 31//共多少页', 31),
        ("var countPage = 12//共多少页", 12),
        ("function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){}", None),
        ("$('#p').paging({totalPage: 7, cur: 1})", 7),
    ],
)
def test_trs_page_counts_hide_in_scripts(script: str, pages: int | None) -> None:
    row = "<li><a href='./202504/t20250418_2.html'>甲</a><span>2025-04-18</span></li>"
    assert read(f"<html><body><ul>{row}</ul><script>{script}</script></body></html>").pages == pages


def test_nbs_rows_for_pc_and_phone_count_once() -> None:
    row = (
        '<li><a class="fl pchide" href="./202504/t2025041{0}_{0}.html" title="{1}月份价格变动情况">{1}月份价格变动情况</a>'
        '<span>2025-04-1{0}</span><a class="fl mhide" href="./202504/t2025041{0}_{0}.html">{1}月份…</a></li>'
    )
    text = f"<html><body><ul>{row.format(6, 3)}{row.format(5, 2)}</ul></body></html>"
    page = parse_listing(text.encode(), "https://www.stats.gov.cn/sj/zxfb/")
    assert page.family == "nbs"
    assert [(n.title, str(n.listed_on)) for n in page.notices] == [
        ("3月份价格变动情况", "2025-04-16"),
        ("2月份价格变动情况", "2025-04-15"),
    ]


# --- UCAP --------------------------------------------------------------------------------------------------------

HEX = "0123456789abcdef0123456789abcdef"
UCAP_LIST = f"""<html><head><meta name="channelId" content="{HEX}"></head><body>
<!DOCTYPE html><html><head></head><body><div class="nav"><ul><li><a href="/jia/c110311/zwgklist.shtml">政策法规</a></li></ul></div>
<ul class="list">
<li><a href="/jia/c1/2025/4/18/{HEX}.shtml" title="甲市2025年一季度经济运行情况新闻发布稿">甲市2025年一季度经济运行...</a><span>2025.04.18</span></li>
<li><a href="/jia/c1/2025-04/01/content_{HEX}.shtml">乙市数据</a><span>[2025-04-01]</span></li>
</ul><!-- <script>createPageHTML('page_div',10, 1,'zwgklist','shtml',200);</script> -->
<div class="links"><a href="http://www.gov.cn/">中国政府网</a></div></body></html></body></html>"""


def test_ucap(world: Any) -> None:
    page = read(UCAP_LIST)
    assert (page.family, page.pages, page.total) == ("ucap", 10, 200)
    assert items(page) == [
        (f"/jia/c1/2025/4/18/{HEX}.shtml", "甲市2025年一季度经济运行情况新闻发布稿", "2025-04-18"),
        (f"/jia/c1/2025-04/01/content_{HEX}.shtml", "乙市数据", "2025-04-01"),
    ]
    where = f"{SITE}/jia/c1/list.shtml"
    assert asked("ucap", 1, [], world, list=where) == "/jia/c1/list.shtml"
    assert asked("ucap", 2, [], world, list=where) == "/jia/c1/list_2.shtml"
    assert asked("ucap", 3, [page], world, list=where) == "/jia/c1/zwgklist_3.shtml"


def test_ucap_as_json(world: Any) -> None:
    rows = [
        {"title": "<em>甲</em>市数据", "url": "/jia/c1/1.shtml", "publishedTimeStr": "2025-04-18 10:00:00"},
        "x",
        {},
    ]
    page = read(json.dumps({"data": {"total": 45, "page": 1, "rows": 20, "results": rows}}))
    assert (page.family, page.pages, items(page)) == (
        "ucap",
        3,
        [("/jia/c1/1.shtml", "甲市数据", "2025-04-18")],
    )
    where = f"{SITE}/common/search/{HEX}?_isJson=true&_pageSize=20&page=1"
    assert (
        asked("ucap", 2, [page], world, list=where)
        == f"/common/search/{HEX}?_isJson=true&_pageSize=20&page=2"
    )


# --- Hanweb, jpaas, listData -------------------------------------------------------------------------------------


def hanweb(*rows: tuple[int, str], total: int = 60) -> str:
    record = "<record><![CDATA[<li><a href='/art/2025/4/{0}/art_7_{0}.html' title='{1}'>{2}</a><b>2025-04-{0:02d}</b></li>]]></record>"
    body = "".join(record.format(n, title, title[:6] + "...") for n, title in rows)
    return f"<datastore><totalrecord>{total}</totalrecord><totalpage>3</totalpage><recordset>{body}</recordset></datastore>"


def test_hanweb(world: Any) -> None:
    rows = [(18, "甲市2025年一季度统计数据"), (9, "乙市2025年一季度统计数据")]
    script = (
        "var o={unitid:'77', webid: 3, columnid:'7', perPage:'20', proxyUrl:'/module/jpage/dataproxy.jsp'}"
    )
    shell = (
        f"<html><body><script type='text/xml'>{hanweb(*rows)}</script><script>{script}</script></body></html>"
    )
    for text in (hanweb(*rows), shell):
        page = read(text)
        assert (page.family, page.pages, page.total) == ("hanweb", 3, 60)
        assert items(page) == [
            ("/art/2025/4/18/art_7_18.html", "甲市2025年一季度统计数据", "2025-04-18"),
            ("/art/2025/4/9/art_7_9.html", "乙市2025年一季度统计数据", "2025-04-09"),
        ]
    where = f"{SITE}/col/col7/index.html"
    key = asked("hanweb", 2, [page], world, list=where)
    assert key and key.startswith("/module/jpage/dataproxy.jsp?startrecord=3&endrecord=22&perpage=20#")
    assert "columnid=7" in key and "unitid=77" in key and "webid=3" in key
    assert asked("hanweb", 2, [read(hanweb(*rows))], world, list=where) == "/col/col7/index.html?pageNum=2"
    assert read("<datastore><recordset></recordset></datastore>").notices == []


def test_jpaas(world: Any) -> None:
    html = (
        "<ul><li><a href='/art/2025/art_0a1b2c.html' title='甲市数据'>甲市…</a><span>2025-04-18</span></li></ul>"
        "<div class='pagination' count='31' pageNo='1' pageSize='15'></div>"
    )
    page = read(json.dumps({"success": True, "data": {"html": html}}))
    assert (page.family, page.pages, page.total) == ("jpaas", 3, 31)
    assert items(page) == [("/art/2025/art_0a1b2c.html", "甲市数据", "2025-04-18")]
    unit = "/api-gateway/jpaas-publish-server/front/page/build/unit"
    second = asked("jpaas", 2, [page], world, list=f"{SITE}{unit}?webId=1&pageId=2")
    assert second == f"{unit}?webId=1&pageId=2&paramJson=%7B%22pageNo%22%3A2%2C%22pageSize%22%3A15%7D"
    first = asked(
        "jpaas", 1, [], world, list=f"{SITE}/col/col2/index.html", options={"webId": 1, "pageId": 2}
    )
    assert first and first.startswith(f"{unit}?parseType=bulidstatic&") and "webId=1&pageId=2" in first
    assert read('{"success":false,"data":null}', family="jpaas").notices == []


def listdata(*rows: tuple[int, str], quoted: bool = False) -> str:
    articles = [
        {
            "title": title,
            "pubDate": f"2025-04-{n:02d} 16:59",
            "urls": json.dumps({"pc": f"/jia/c/content_{n}.html"}),
        }
        for n, title in rows
    ]
    body = json.dumps(articles, ensure_ascii=False)
    return (
        f'{{"total": 31, "pages": 3, "articleList": {body}}}' if quoted else f"{{\n articleList: {body},\n}}"
    )


def test_listdata(world: Any) -> None:
    rows = [(18, "甲市数据"), (9, "“乙市”数据")]
    expected = [
        ("/jia/c/content_18.html", "甲市数据", "2025-04-18"),
        ("/jia/c/content_9.html", "“乙市”数据", "2025-04-09"),
    ]
    head = '<base href="/jia/" /><script>var channelsTagSelf = {"code":"c","articleCount":31}; var listData = %s;</script>'
    params = "<script>var params = {current: 1, unitid: '38', webSiteCode: ['jia'], channelCode: ['c'], perPage: '15'};</script>"
    template = "<script type='text/x-handlebars-template'><li><a href='{{pcUrl}}'>{{title}}</a></li></script>"
    page = read(
        f"<html><head>{head % listdata(*rows)}</head><body><div id='l'></div>{template}{params}</body></html>"
    )
    assert (page.family, page.pages, page.total, items(page)) == ("listdata", 3, 31, expected)
    assert asked("listdata", 2, [page], world) == (
        "/queryList#current=1&unitid=38&webSiteCode=jia&channelCode=c&perPage=15"
    )
    many = page.model_copy(
        update={
            "notices": [
                n.model_copy(update={"url": f"{SITE}/{i}"}) for i in range(30) for n in page.notices[:1]
            ]
        }
    )
    assert "current=3&" in (asked("listdata", 2, [many], world) or "")
    answer = read(f'{{"code": "200", "data": {listdata(*rows, quoted=True)}}}')
    assert (answer.family, answer.pages, items(answer)) == ("listdata", 3, expected)


# --- Deyang, VSB, gov.cn, gkmlpt, feeds --------------------------------------------------------------------------


def test_deyang(world: Any) -> None:
    text = """<div class="list_div"><ul><li><a title="关于发布甲市统计数据的通知" href="/gk/fjbm/1956445.htm">关于发布…</a><span>2025-04-18</span></li></ul></div>
<div>共3页 <a href="/info/iList.jsp?node_id=GK&amp;cat_id=1&amp;cur_page=2">2</a></div>"""
    where = f"{SITE}/info/iList.jsp?node_id=GK&cat_id=1"
    page = read(text, where)
    assert (page.family, page.pages) == ("deyang", 3)
    assert items(page) == [("/gk/fjbm/1956445.htm", "关于发布甲市统计数据的通知", "2025-04-18")]
    assert asked("deyang", 2, [page], world, list=where) == "/info/iList.jsp?node_id=GK&cat_id=1&cur_page=2"


def test_vsb_counts_down(world: Any) -> None:
    text = """<ul><li id="line_1"><a href="info/1483/1199786.htm" title="甲市数据">甲市数据</a><span>2025-04-18</span></li></ul>
<span class="p_next"><a href="tjsj/45.htm">下页</a></span><span class="p_last"><a href="tjsj/1.htm">尾页</a></span>"""
    where = f"{SITE}/tjsj.htm"
    page = read(text, where)
    assert (page.family, page.pages) == ("vsb", 46)
    assert items(page) == [("/info/1483/1199786.htm", "甲市数据", "2025-04-18")]
    assert [asked("vsb", n, [page], world, list=where) for n in (1, 2, 46)] == [
        "/tjsj.htm",
        "/tjsj/45.htm",
        "/tjsj/1.htm",
    ]
    assert asked("vsb", 47, [page], world, list=where) is None


def test_govcn(world: Any) -> None:
    rows = [
        {
            "TITLE": "某规划",
            "SUB_TITLE": "",
            "URL": "https://tjj.jia.gov.cn/content_1.htm",
            "DOCRELPUBTIME": "2025-04-18",
        },
        None,
    ]
    page = read(json.dumps(rows))
    assert (page.family, page.pages, items(page)) == (
        "govcn",
        1,
        [("/content_1.htm", "某规划", "2025-04-18")],
    )
    assert asked("govcn", 2, [page], world) is None

    found = {"title": "<em>规划</em>", "url": "http://www.gov.cn/content_2.htm", "pubtimeStr": "2025.04.18"}
    search = {"totalCount": 41, "pageSize": 20, "catMap": {"gongwen": {"listVO": [found]}, "bumenfile": None}}
    page = parse_listing(
        json.dumps({"searchVO": search}).encode(), "https://sousuo.www.gov.cn/search-gov/data?p=1"
    )
    assert (page.family, page.pages, page.notices[0].title) == ("govcn", 3, "规划")
    nothing = read('{"code":1001,"msg":"抱歉，没有找到相关结果","searchVO":null}')
    assert (nothing.family, nothing.notices) == ("govcn", [])
    where = "https://sousuo.www.gov.cn/search-gov/data?t=zhengcelibrary&p=1"
    assert (
        asked("govcn", 2, [page], world, list=where)
        == "https://sousuo.www.gov.cn/search-gov/data?t=zhengcelibrary&p=2"
    )


def test_gkmlpt(world: Any) -> None:
    article = {"title": "甲市数据", "url": "/gkmlpt/content/3/3255/post_1.html", "date": 1744934400}
    page = read(json.dumps({"classify": {"post_count": 205}, "articles": [article]}))
    assert (page.family, page.pages, page.total) == ("gkmlpt", None, 205)
    assert items(page) == [("/gkmlpt/content/3/3255/post_1.html", "甲市数据", "2025-04-18")]
    where = f"{SITE}/gkmlpt/api/all/7?page=1&sid=2"
    assert asked("gkmlpt", 2, [page], world, list=where) == "/gkmlpt/api/all/7?page=2&sid=2"


@pytest.mark.parametrize(
    "text",
    [
        '<?xml version="1.0" encoding="utf-8"?><rss><channel><link>/</link><item><title><![CDATA[甲市数据]]></title>'
        "<link>https://tjj.jia.gov.cn/1.html</link><pubDate>Thu, 17 Apr 2025 23:30:00 GMT</pubDate></item></channel></rss>",
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>甲市数据</title><link href="/1.html"/>'
        "<updated>2025-04-18T09:00:00+08:00</updated></entry></feed>",
    ],
)
def test_feeds(world: Any, text: str) -> None:
    page = read(text, f"{SITE}/rss.xml")
    assert (page.family, page.pages, items(page)) == ("feed", 1, [("/1.html", "甲市数据", "2025-04-18")])
    assert asked("feed", 2, [page], world) is None


# --- NBS data interface and calendar, sitemaps -------------------------------------------------------------------

INTERFACE = "https://data.stats.gov.cn/dg/website/publicrelease/web/external/getEsDataByCidAndDt"
TABLE = {"cid": "c1", "rootId": "r1", "name": "国内生产总值", "period": "SS"}


def data_answer(*periods: tuple[str, list[tuple[str, str, str]]]) -> str:
    """An answer of the interface; a figure is (indicator, value, area)."""
    rows = [
        {
            "code": code,
            "name": "",
            "values": [
                {"_id": "1", "i_showname": name, "value": value, "da_name": area, "du_name": "亿元"}
                for name, value, area in figures
            ],
        }
        for code, figures in periods
    ]
    return json.dumps({"success": True, "data": rows}, ensure_ascii=False)


def test_nbs_data_periods_with_a_value_are_items() -> None:
    text = data_answer(
        ("202604SS", []),
        ("202603SS", [("国内生产总值_累计值", "", "全国")]),
        ("202602SS", [("国内生产总值_累计值", "1.50", "全国"), ("第一产业增加值_累计值", "", "全国")]),
        ("202601SS", [("国内生产总值_累计值", "0.70", "全国")]),
    )
    page = parse_listing(text.encode(), f"{INTERFACE}#c1", options=TABLE)
    assert (page.family, page.pages) == ("nbsdata", 1)
    assert [(n.url, n.title, n.listed_on) for n in page.notices] == [
        (
            f"{INTERFACE}#c1-000000000000-202602SS",
            "2026年第二季度 国内生产总值 全国 国家统计局数据发布库",
            None,
        ),
        (
            f"{INTERFACE}#c1-000000000000-202601SS",
            "2026年第一季度 国内生产总值 全国 国家统计局数据发布库",
            None,
        ),
    ]
    assert json.loads(page.notices[0].post) == {
        "cid": "c1",
        "indicatorIds": [],
        "daCatalogId": "",
        "das": [{"text": "全国", "value": "000000000000"}],
        "dts": ["202602SS-202602SS"],
        "showType": "1",
        "rootId": "r1",
    }


def test_nbs_data_is_asked_for_once_over_a_window_up_to_now(world: Any) -> None:
    source = world.source(
        family="nbsdata", list=INTERFACE, options={**TABLE, "periods": 5, "indicators": ["i1"]}
    )
    request = family_named("nbsdata").page_request(source, 1)
    assert request is not None and (request.method, request.url) == ("POST", f"{INTERFACE}#c1")
    body = json.loads(request.json or "")
    assert body["indicatorIds"] == ["i1"] and isinstance(body["dts"], list) and body["daCatalogId"] == ""
    assert family_named("nbsdata").page_request(source, 2) is None
    assert window("SS", 5, date(2026, 2, 3)) == ("202501SS", "202601SS")
    assert window("MM", 3, date(2026, 1, 31)) == ("202511MM", "202601MM")
    assert window("YY", 2, date(2026, 12, 31)) == ("2025YY", "2026YY")


def test_nbs_data_of_several_areas_are_items_of_their_own() -> None:
    areas = [{"text": "甲省", "value": "990000000000"}, {"text": "乙省", "value": "980000000000"}]
    figures = [("国内生产总值_累计值", "1.5", "甲省"), ("国内生产总值_累计值", "", "乙省")]
    page = parse_listing(
        data_answer(("202602SS", figures)).encode(), INTERFACE, options={**TABLE, "das": areas}
    )
    assert [n.url.partition("#")[2] for n in page.notices] == ["c1-990000000000-202602SS"]
    assert json.loads(page.notices[0].post)["das"] == areas[:1]


@pytest.mark.parametrize(
    ("figure", "told"),
    [(("工业增加值_累计值", "1.5", "全国"), "工业增加值"), (("国内生产总值_累计值", "1.5", "甲省"), "甲省")],
)
def test_nbs_data_under_another_name_is_refused(figure: tuple[str, str, str], told: str) -> None:
    text = data_answer(("202602SS", [figure]))
    with pytest.raises(LayoutChanged, match=told) as refused:
        parse_listing(text.encode(), INTERFACE, "nbsdata", TABLE)
    assert "queryIndexTreeAsync" in refused.value.way_out


def calendar(heading: str, *rows: str) -> str:
    months = "".join(f"<th>{m}月</th>" for m in range(1, 13))
    head = f"<tr><th>序号</th><th>内&nbsp;容</th>{months}</tr>"
    return f"<html><body><h1>{heading}</h1><table>{head}{''.join(rows)}</table></body></html>"


def calendar_rows(number: int, title: str, days: dict[int, str], times: dict[int, str]) -> str:
    above = "".join(f"<td>{days.get(m, '……')}</td>" for m in range(1, 13))
    below = "".join(f"<td>{times.get(m, '')}</td>" for m in range(1, 13))
    lead = f"<td rowspan='2'>{number}</td><td rowspan='2'>{title}</td>"
    return f"<tr>{lead}{above}</tr><tr>{below}</tr>"


def test_nbs_calendar() -> None:
    text = calendar(
        "2026年主要统计信息发布日程表",
        calendar_rows(1, "经济运行情况<sup>注1</sup>", {1: "19/一", 3: "16/一"}, {1: "10:00", 3: "10:00"}),
        calendar_rows(2, "采购经理指数", {3: "4/三<sup>注5</sup> 31/二", 4: "30 / 四"}, {3: "9:30", 4: ""}),
        calendar_rows(3, "价格", {5: "2/六 9/六"}, {5: "9:30 10:00"}),
    )
    page = read(text, "https://www.stats.gov.cn/sj/fbrc/bnxxfb/")
    assert (page.family, page.notices) == ("nbs_calendar", [])
    half_past_nine = time(9, 30)
    assert page.scheduled == [
        Scheduled(title="经济运行情况", due_on=date(2026, 1, 19), due_at=time(10)),
        Scheduled(title="采购经理指数", due_on=date(2026, 3, 4), due_at=half_past_nine, note="注5"),
        Scheduled(title="经济运行情况", due_on=date(2026, 3, 16), due_at=time(10)),
        Scheduled(title="采购经理指数", due_on=date(2026, 3, 31), due_at=half_past_nine),
        Scheduled(title="采购经理指数", due_on=date(2026, 4, 30)),
        Scheduled(title="价格", due_on=date(2026, 5, 2), due_at=half_past_nine),
        Scheduled(title="价格", due_on=date(2026, 5, 9), due_at=time(10)),
    ]


@pytest.mark.parametrize(
    ("heading", "told"), [("2027年主要统计信息发布日程表", "weekdays"), ("发布日程表", "no year")]
)
def test_a_calendar_of_an_uncertain_year_is_refused(heading: str, told: str) -> None:
    text = calendar(heading, calendar_rows(1, "价格", {1: "19/一"}, {1: "9:30"}))
    with pytest.raises(LayoutChanged, match=told):
        read(text, "https://www.stats.gov.cn/sj/fbrc/bnxxfb/")


def sitemap(kind: str, *entries: tuple[str, str]) -> str:
    name = {"urlset": "url", "sitemapindex": "sitemap"}[kind]
    rows = "".join(f"<{name}><loc>{loc}</loc><lastmod>{day}</lastmod></{name}>" for loc, day in entries)
    return f"<{kind} xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{rows}</{kind}>"


def test_sitemap(world: Any) -> None:
    text = sitemap(
        "urlset",
        (f"{SITE}/sj/1.html", "2025-04-07"),
        (f"{SITE}/sj/2.html", "2025-04-18T10:00:00+08:00"),
        (f"{SITE}/lxwm/3.html", "2025-05-01"),
    )
    where = f"{SITE}/sitemap.xml"
    assert items(read(text, where)) == [
        ("/lxwm/3.html", "", "None"),
        ("/sj/2.html", "", "None"),
        ("/sj/1.html", "", "None"),
    ]
    chosen = FAMILIES["sitemap"].parse(text, where, {"path": "^/sj/", "newest": 1})
    assert items(chosen) == [("/sj/2.html", "", "None")]
    index = read(
        sitemap(
            "sitemapindex", (f"{SITE}/maps/2024.xml", "2024-12-31"), (f"{SITE}/maps/2025.xml", "2025-04-18")
        ),
        where,
    )
    assert (index.family, index.notices, index.pages) == ("sitemap", [], 3)
    assert [asked("sitemap", n, [index], world, list=where) for n in (1, 2, 3, 4)] == [
        "/sitemap.xml",
        "/maps/2025.xml",
        "/maps/2024.xml",
        None,
    ]


def test_a_sitemap_index_is_followed_and_unchanged_it_is_all_that_is_asked_for(world: Any) -> None:
    root = world.root
    world.site.replies |= {
        "/sitemap.xml": Response(
            sitemap(
                "sitemapindex",
                (f"{root}/maps/old.xml", "2024-12-31"),
                (f"{root}/maps/new.xml", "2025-04-18"),
                (f"{root}/maps/video.xml", "2025-05-01"),
            ),
            media_type="text/xml",
        ),
        "/maps/new.xml": Response(
            sitemap("urlset", (f"{root}/sj/2.html", "2025-04-18")), media_type="text/xml"
        ),
        "/maps/old.xml": Response(
            sitemap("urlset", (f"{root}/sj/1.html", "2024-04-18")), media_type="text/xml"
        ),
        "/sj/1.html": world.article("甲市2024年一季度数据"),
        "/sj/2.html": world.article("甲市2025年一季度数据"),
    }
    source = world.source(family="sitemap", list=f"{root}/sitemap.xml", options={"maps": "(old|new).xml"})
    steps = world.harvest(source)
    assert [s.fetch.outcome for s in steps] == ["listed", "listed", "listed", "new", "new"]
    assert sorted(s.fetch.url for s in steps if s.fetch.role == "page") == [
        f"{root}/sj/{n}.html" for n in (1, 2)
    ]
    world.site.asked.clear()
    again = world.harvest(source, known=world.known(steps))
    assert [s.fetch.outcome for s in again] == ["listed"]
    assert world.site.paths() == ["/sitemap.xml"]


# --- any HTML ----------------------------------------------------------------------------------------------------

TWO = [("/sj/a1.html", "甲市一季度数据", "2025-04-18"), ("/sj/a2.html", "乙市一季度数据", "2025-04-07")]


@pytest.mark.parametrize(
    "form",
    [
        "<ul><li><a href='a1.html'>甲市一季度数据</a><i>2025-04-18</i></li><li><a href='a2.html'>乙市一季度数据</a><i>2025/4/7</i></li></ul>",
        "<ul><li><i>（2025.04.18）</i><a href='a1.html'>甲市一季度数据</a></li><li><i>[2025-04-07]</i><a href='a2.html'>乙市一季度数据</a></li></ul>",
        "<ul><li><a href='a1.html'><b>2025-04-18</b>甲市一季度数据</a></li><li><a href='a2.html'><b>2025-04-07</b>乙市一季度数据</a></li></ul>",
        "<p><a href='a1.html'>甲市一季度数据</a> 二〇二五年四月十八日</p><p><a href='a2.html'>乙市一季度数据</a> 2025年4月7日</p>",
        "<ul><li><b>18</b><i>2025-04</i><a href='a1.html'>甲市一季度数据</a></li><li><b>7</b><i>2025-04</i><a href='a2.html'>乙市一季度数据</a></li></ul>",
        "<ul><li>·<a href='a1.html'>甲市一季度数据</a> 来源：统计局 2025-04-18</li><li>·<a href='a2.html'>乙市一季度数据</a>&nbsp;2025-04-07 阅读12次</li></ul>",
        "<dl><dt><a href='a1.html'>甲市一季度数据</a></dt><dd>25-04-18</dd></dl><dl><dt><a href='a2.html'>乙市一季度数据</a></dt><dd>25-04-07</dd></dl>",
        "<div><div class='i'><h3><a href='a1.html'>甲市一季度数据</a></h3><p>2025年4月1日起<a href='a1.html'>[详情]</a></p><s>发布时间：2025-04-18 10:00</s></div>"
        "<div class='i'><h3><a href='a2.html'>乙市一季度数据</a></h3><p>略</p><s>发布时间：2025-04-07 09:30:00</s></div></div>",
        "<table><tr><td><table><tr><th>标题</th><th>成文日期</th><th>发布日期</th></tr>"
        "<tr><td><a href='a1.html'>甲市一季度数据</a></td><td>2025-03-01</td><td>2025-04-18</td></tr>"
        "<tr><td><a href='a2.html'>乙市一季度数据</a></td><td>2025-04-01</td><td>2025-04-07</td></tr></table></td></tr></table>",
        "<!--<ul><li><a href='a1.html'>甲市一季度数据</a><i>2025-04-18</i></li><li><a href='a2.html'>乙市一季度数据</a><i>2025-04-07</i></li></ul>-->",
        "<ul><li><a href='a1.html' title='标题：甲市一季度数据&#10;发布日期：2025-04-18'>甲市...</a><i>2025-04-18</i></li>"
        "<li><a href='a2.html' title='null'>乙市一季度数据</a><i>2025-04-07</i></li></ul>",
        "<ul><li><a href='a1.html'>甲市一季度数据</a><i>2025-04-18</i></li><li><a href='javascript:;'>打印</a><i>2025-04-09</i></li></ul>"
        "<ul><li><a href='a2.html'>乙市一季度数据</a><i>2025-04-07</i></li></ul>",
    ],
)
def test_rows_in_many_forms(form: str) -> None:
    assert items(read(f"<html><body>{form}</body></html>")) == TWO


def test_days_without_a_year_need_one_in_the_address() -> None:
    form = "<ul><li><a href='./t20250418_1.html'>甲</a><i>04-18</i></li><li><a href='/x/2.html'>乙</a><i>04-07</i></li></ul>"
    assert items(read(form)) == [("/sj/t20250418_1.html", "甲", "2025-04-18")]


def test_menus_sidebars_and_friends_stay_out() -> None:
    text = """<div class="nav"><ul><li><a href="/zwgk/">政务公开</a></li></ul></div>
<div class="side"><ul class="l"><li><a href="/x/t20250101_1.html">热点一</a><i>2025-01-01</i></li><li><a href="/x/t20250102_2.html">热点二</a><i>2025-01-02</i></li></ul></div>
<div class="main"><ul class="l"><li><a href="./t20250418_1.html">甲市数据</a><i>2025-04-18</i></li><li><a href="http://www.gov.cn/c_1.htm">国家规划</a><i>2025-04-16</i></li></ul>
<ul class="l"><li><a href="http://tj.yi.gov.cn/1.html">乙省统计</a><i>2025-04-15</i></li></ul></div>
<div class="foot"><p>更新：2025-05-01 <a href="/beian.html">备案</a></p></div>"""
    assert [n.title for n in read(text).notices] == ["甲市数据", "国家规划"]


def test_phone_twins_stay_out() -> None:
    text = """<ul><li><a href="post_1.html">甲</a><i>2025-04-18</i></li><li><a href="mpost_1.html">甲</a><i>2025-04-18</i></li>
<li><a href="b.html">乙</a><i>2025-04-17</i></li><li><a href="b_wap.html">乙</a><i>2025-04-17</i></li>
<li><a href="c_wap.html">丙</a><i>2025-04-16</i></li></ul>"""
    assert [u for u, _, _ in items(read(text))] == ["/sj/post_1.html", "/sj/b.html", "/sj/c_wap.html"]


def test_equal_titles_are_different_items_and_equal_links_are_one() -> None:
    text = """<ul><li><a href="1.html">典型案例</a><i>2025-04-18</i></li><li><a href="2.html">典型案例</a><i>2025-04-18</i></li>
<li><a href="1.html" title="典型案例（全文）">典型…</a><i>2025-04-18</i></li></ul>"""
    assert items(read(text)) == [
        ("/sj/1.html", "典型案例（全文）", "2025-04-18"),
        ("/sj/2.html", "典型案例", "2025-04-18"),
    ]


def test_marks_inside_a_title_leave_no_blanks() -> None:
    text = "<ul><li><a href='1.html'>甲<em>都市圈</em>发展 规划</a><i>2025-04-18</i></li></ul>"
    assert items(read(text)) == [("/sj/1.html", "甲都市圈发展 规划", "2025-04-18")]


def test_a_selector_in_the_source_s_options(world: Any) -> None:
    text = "<div id='a'><p><a href='1.html'>甲</a></p></div><div id='b'><p><a href='2.html'>乙</a></p></div>"
    page = FAMILIES["generic"].parse(text, f"{SITE}/", {"rows": "#b p"})
    assert items(page) == [("/2.html", "乙", "None")]
    where = {"next_page": f"{SITE}/list_{{index}}.html?p={{page}}"}
    assert asked("generic", 3, [page], world, options=where) == "/list_2.html?p=3"
    assert asked("generic", 2, [page], world) is None


@pytest.mark.parametrize(
    "text", ["", "<html></html>", "{", "[]", "null", '{"data": 3}', "plain text", "\x00\x01"]
)
@pytest.mark.parametrize("family", [None, *FAMILIES])
def test_nothing_readable_is_no_item_and_no_exception(text: str, family: str | None) -> None:
    assert read(text, family=family).notices == []


def test_a_charset_of_the_page_is_enough() -> None:
    text = '<html><head><meta charset="gb2312"></head><body><ul><li><a href="1.html">镕市数据</a><i>2025-04-18</i></li></ul></body></html>'
    page = parse_listing(text.encode("gb18030"), f"{SITE}/sj/")
    assert page.notices[0].title == "镕市数据" and page.notices[0].listed_on == date(2025, 4, 18)


def test_an_unknown_family_is_named() -> None:
    with pytest.raises(CatalogueError, match="wordpress"):
        read("<html></html>", family="wordpress")


def test_the_catalogue_knows_every_family() -> None:
    assert set(FAMILY_OPTIONS) == set(FAMILIES)
