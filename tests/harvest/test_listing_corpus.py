"""Real list pages give their true items: counts, titles, days and page counts as read by eye."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from starlette.requests import Request
from starlette.responses import Response

from metroetl.harvest import parse_listing
from metroetl.harvest.listings import ListPage

pytestmark = pytest.mark.shared


class Case(NamedTuple):
    """What a saved list holds: begin and end of first and last title, and their days."""

    file: str
    url: str
    family: str
    items: int
    pages: int | None
    first: tuple[str, str, date]
    last: tuple[str, str, date]


CASES = [
    Case(
        "retyped_excerpts/ndrc_trs_list.html",
        "https://www.ndrc.gov.cn/xxgk/zcfb/fzggwl/",
        "trs",
        4,
        9,
        ("《国家发展改革委关于修改、废止", "2026年第45号令", date(2026, 7, 31)),
        ("《粮食流通行政执法办法》", "2026年第40号令", date(2026, 2, 11)),
    ),
    Case(
        "retyped_excerpts/mee_trs_list.html",
        "http://www.mee.gov.cn/ywgz/zysthjbhdc/dcjl/",
        "trs",
        4,
        31,
        ("中央生态环境保护督察集中通报", "典型案例", date(2026, 6, 2)),
        ("中央生态环境保护督察集中通报", "典型案例", date(2026, 5, 26)),
    ),
    Case(
        "retyped_excerpts/guizhou_zrzyt_trs_list.html",
        "https://zrzy.guizhou.gov.cn/wzgb/zwgk/zdlyxxgk/kyqgl/kyqcrgg/",
        "trs",
        2,
        None,
        ("省自然资源厅关于贵州高源煤业", "协议出让的公示", date(2026, 7, 24)),
        ("贵州省瓮安县建中镇太文村", "招标公告", date(2026, 6, 17)),
    ),
    Case(
        "retyped_excerpts/nea_list.html",
        "http://www.nea.gov.cn/xwzx/",
        "generic",
        3,
        None,
        ("国家能源局主要负责人会见国际能源署", "《三年合作计划》", date(2026, 9, 16)),
        ("中方提名人成功连任亚太经合组织", "工作组主席", date(2026, 9, 13)),
    ),
    Case(
        "ucap/gansu_jyt_list.html",
        "https://jyt.gansu.gov.cn/jyt/c110634/zwgklist.shtml",
        "ucap",
        20,
        10,
        ("关于开展2024年全域全员全过程", "结项工作的通知", date(2025, 11, 17)),
        ("关于做好甘肃省第十八届哲学社会科学", "有关工作的通知", date(2025, 6, 9)),
    ),
    Case(
        "hanweb_jpage/jiangsu_gxt_dataproxy_page1.xml",
        "https://gxt.jiangsu.gov.cn/module/web/jpage/dataproxy.jsp",
        "hanweb",
        76,
        31,
        ("省政府办公厅印发关于进一步支持专精特新", "若干政策措施的通知", date(2025, 10, 29)),
        ("关于公布2022年江苏省规划布局内", "培育库名单的通知", date(2022, 10, 24)),
    ),
    Case(
        "hanweb_jpage/jiangsu_gxt_dataproxy_page3.xml",
        "https://gxt.jiangsu.gov.cn/module/web/jpage/dataproxy.jsp",
        "hanweb",
        76,
        31,
        ("关于公布江苏省绿色工厂名单", "（第三批）的通知", date(2023, 1, 17)),
        ("关于印发江苏省贯彻《推进工业文化", "行动计划的通知", date(2021, 11, 8)),
    ),
    Case(
        "hanweb_jpage/jiangxi_sthjt_col42150_list.html",
        "https://sthjt.jiangxi.gov.cn/jxssthjt/col/col42150/index.html",
        "listdata",
        50,
        30,
        ("《江西省生态环境分类执法监管办法》", "政策解读", date(2025, 7, 29)),
        ("《江西省生态环境厅关于进一步加强危险废物跨省", "的实施意见》政策解读", date(2022, 12, 16)),
    ),
]


def read(shared: Path, file: str, url: str) -> ListPage:
    return parse_listing((shared / "corpus/pages" / file).read_bytes(), url)


@pytest.mark.parametrize("case", CASES, ids=lambda case: Path(case.file).stem)
def test_a_real_list_gives_its_items(shared: Path, case: Case) -> None:
    page = read(shared, case.file, case.url)
    assert (page.family, len(page.notices), page.pages) == (case.family, case.items, case.pages)
    for notice, (begin, end, day) in ((page.notices[0], case.first), (page.notices[-1], case.last)):
        assert notice.title.startswith(begin) and notice.title.endswith(end), notice.title
        assert notice.listed_on == day
    assert len({n.url for n in page.notices}) == case.items
    for notice in page.notices:
        assert notice.url.startswith(case.url.split("/", 3)[0] + "//" + case.url.split("/")[2]), notice.url
        assert notice.listed_on and notice.title and not notice.title.endswith(("...", "…"))


def test_every_row_of_a_commented_list_is_whole(shared: Path) -> None:
    raw = (shared / "corpus/pages/ucap/gansu_jyt_list.html").read_text("utf-8")
    rows = re.findall(
        r'href="(/jyt/c110634/\d{6}/\d+\.shtml)" title="([^"]+)">[^<]+</a>\s*<b>([\d-]+)</b>', raw
    )
    page = read(shared, "ucap/gansu_jyt_list.html", "https://jyt.gansu.gov.cn/jyt/c110634/zwgklist.shtml")
    assert [(n.url, n.title, str(n.listed_on)) for n in page.notices] == [
        (f"https://jyt.gansu.gov.cn{href}", " ".join(title.split()), day) for href, title, day in rows
    ]


def test_related_readings_are_no_items(shared: Path) -> None:
    page = read(shared, "retyped_excerpts/ndrc_trs_list.html", "https://www.ndrc.gov.cn/xxgk/zcfb/fzggwl/")
    assert not [n.url for n in page.notices if "/jd/" in n.url]
    # the list's day, ten days after the one in the address
    assert [str(n.listed_on) for n in page.notices if "t20260612_" in n.url] == ["2026-06-22"]


def test_a_page_without_items_has_none(shared: Path) -> None:
    url = "http://zrzyt.xinjiang.gov.cn/xjgtzy/kyqsc/common_list.shtml"
    page = read(shared, "retyped_excerpts/xinjiang_zrzyt_ucap_head.html", url)
    assert (page.family, page.notices) == ("ucap", [])
    refused = read(shared, "error_pages/mofcom_403_openresty.html", "http://www.mofcom.gov.cn/xwfb/")
    assert refused.notices == []


def test_overlapping_answers_give_each_link_once(world: Any, shared: Path) -> None:
    answers = [
        (shared / f"corpus/pages/hanweb_jpage/jiangsu_gxt_dataproxy_page{n}.xml").read_bytes()
        for n in (1, 2, 3)
    ]
    links = {h for a in answers for h in re.findall(r'href="([^"]+)"', a.decode())}
    assert len(links) == 126 < sum(a.count(b"<record>") for a in answers) == 228
    starts: list[str] = []

    def proxy(request: Request) -> Response:
        starts.append(request.query_params["startrecord"])
        return Response(answers[len(starts) - 1], media_type="text/xml")

    world.site.replies["/module/web/jpage/dataproxy.jsp"] = proxy
    source = world.source(family="hanweb", list=f"{world.root}/module/web/jpage/dataproxy.jsp", max_pages=3)
    pages = [s.fetch.url for s in world.harvest(source) if s.fetch.role == "page"]
    assert sorted(pages) == sorted(world.root + link for link in links)
    assert starts == ["1", "77", "102"]
