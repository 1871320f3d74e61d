"""Each answer that isn't the page gets its name; pages that only look suspicious stay pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from metroetl.harvest.barriers import find_barrier, shell_target
from metroetl.harvest.models import Role

URL = "https://tjj.jia.gov.cn/sj/202504/t20250418_1.html"
HTML = {"content-type": "text/html; charset=utf-8"}
RUISHU = "<html><head><meta content='x' r='m'><script r='m'>$_ts=window['$_ts'];$_ts.cd='qWN'</script></head><body></body></html>"
ARTICLE = (
    '<html><head><meta name="SiteName" content="甲市统计局"><meta name="ArticleTitle" content="一季度经济运行情况">'
    "<title>一季度经济运行情况</title></head><body><h1>一季度经济运行情况</h1><p>全市经济总体平稳，主要指标好于预期。</p>"
    "<a href='1.pdf'>附件</a></body></html>"
)
HOME = (
    '<html><head><meta name="SiteName" content="甲市统计局"><title>甲市统计局-首页</title></head><body>'
    + "".join(f"<a href='/{n}.html'>第{n}条新闻</a>" for n in range(40))
    + "</body></html>"
)
BARE_HOME = HOME.replace('<meta name="SiteName" content="甲市统计局">', "")
GONE = "<html><head><title>提示</title></head><body><p>您访问的页面不存在或已删除</p><a href='/'>返回首页</a></body></html>"


def barrier(
    status: int,
    body: str | bytes,
    headers: dict[str, str] = HTML,
    *,
    url: str = URL,
    final: str = "",
    role: Role = "page",
) -> str | None:
    data = body.encode() if isinstance(body, str) else body
    error = find_barrier(status, headers, data, url, final or url, role)
    assert error is None or (error.status == status and error.way_out)
    return error.code if error else None


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (412, RUISHU, "BOT_CHALLENGE"),
        (412, "", "BOT_CHALLENGE"),
        (202, RUISHU, "BOT_CHALLENGE"),
        (200, RUISHU, "BOT_CHALLENGE"),
        (521, "<script>document.cookie='__jsl_clearance=1'</script>", "BOT_CHALLENGE"),
        (200, "<script>document.cookie='C=1';location.reload()</script>", "BOT_CHALLENGE"),
        (403, "<html>wzws_cid challenge</html>", "BOT_CHALLENGE"),
        (403, "<html>reason: UrlACL, eventID: 1</html>", "GEO_BLOCKED"),
        (403, "<html>reason: GeoBL</html>", "GEO_BLOCKED"),
        (403, "<html><h1>403 Forbidden</h1></html>", "GEO_BLOCKED"),
        (200, "<html><h1>403 Forbidden</h1><hr>openresty</html>", "GEO_BLOCKED"),
        (404, "", "NOT_FOUND"),
        (410, "", "NOT_FOUND"),
        (420, "", "RATE_LIMITED"),
        (429, "", "RATE_LIMITED"),
        (503, "", "RATE_LIMITED"),
        (500, "", "HOST_DOWN"),
        (502, "", "HOST_DOWN"),
        (400, "", "HARVEST"),
        (200, GONE, "SOFT_NOT_FOUND"),
        (200, "", "SOFT_NOT_FOUND"),
        (200, "<html></html>", "SOFT_NOT_FOUND"),
        (
            200,
            "<html><head><title>404错误</title></head><body>请稍候 <a href='/'>返回</a></body></html>",
            "SOFT_NOT_FOUND",
        ),
        (200, HOME, "HOME_PAGE_INSTEAD"),
        (200, BARE_HOME, "HOME_PAGE_INSTEAD"),
        (200, ARTICLE, None),
    ],
)
def test_every_barrier_has_its_name(status: int, body: str, code: str | None) -> None:
    assert barrier(status, body) == code


def test_a_challenge_script_in_a_whole_page_is_no_barrier() -> None:
    whole = ARTICLE.replace("<title>", "<script r='m'>$_ts=window['$_ts'];$_ts.cd='q'</script><title>")
    assert barrier(200, whole) is None


def test_a_page_with_a_text_of_its_own_is_no_home_page() -> None:
    text = "<p>" + "全市经济总体平稳，主要指标好于预期。" * 30 + "</p>"
    assert barrier(200, BARE_HOME.replace("<body>", f"<body>{text}")) is None
    assert barrier(200, BARE_HOME.replace("甲市统计局-首页", "一季度经济运行情况")) is None
    assert barrier(200, BARE_HOME, role="listing") is None


def test_a_dead_article_that_leads_elsewhere() -> None:
    assert barrier(200, HOME, final="https://tjj.jia.gov.cn/index.html") == "HOME_PAGE_INSTEAD"
    assert barrier(200, ARTICLE, final="https://tjj.jia.gov.cn/404.htm") == "SOFT_NOT_FOUND"
    assert barrier(200, HOME, url="https://tjj.jia.gov.cn/") is None


def test_an_article_about_missing_pages_is_an_article() -> None:
    about = ARTICLE.replace("全市经济总体平稳", "部分网站页面不存在的问题已整改")
    assert barrier(200, about) is None
    long = (
        "<html><body><p>关于网站页面不存在问题的通报</p>"
        + "<p>各单位要加强网站管理。</p>" * 80
        + "</body></html>"
    )
    assert barrier(200, long) is None


def test_bytes_must_be_what_the_address_names() -> None:
    pdf = URL.replace(".html", ".pdf")
    assert (
        barrier(
            200, b"%PDF-1.7 ...", {"content-type": "application/octet-stream"}, url=pdf, role="attachment"
        )
        is None
    )
    assert barrier(200, ARTICLE, url=pdf, role="attachment") == "UNEXPECTED_CONTENT_TYPE"
    assert barrier(200, GONE, url=pdf, role="attachment") == "SOFT_NOT_FOUND"
    assert barrier(200, b"\x89PNG\r\n", {"content-type": "image/png"}) == "UNEXPECTED_CONTENT_TYPE"
    assert (
        barrier(200, b"PK\x03\x04\0\0", {"content-type": "application/zip"}, role="listing")
        == "UNEXPECTED_CONTENT_TYPE"
    )
    table = "<html><body><table><tr><td>地区生产总值</td><td>100.0</td></tr></table><p>单位：亿元，数据为初步核算数，不含区县明细数据，与年鉴口径一致</p></body></html>"
    assert barrier(200, table, url=URL.replace(".html", ".xls"), role="attachment") is None


def test_an_empty_answer_to_a_listing_is_left_to_the_count_of_its_items() -> None:
    assert barrier(200, "", role="listing") is None
    assert (
        barrier(
            200,
            "<datastore><recordset></recordset></datastore>",
            {"content-type": "text/xml"},
            role="listing",
        )
        is None
    )
    assert barrier(200, '{"data":{"html":""}}', {"content-type": "text/html"}, role="listing") is None
    assert barrier(200, GONE, role="listing") == "SOFT_NOT_FOUND"


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ("<script>window.location.href='./fzggwl/'</script>", "https://tjj.jia.gov.cn/sj/202504/fzggwl/"),
        ('<script>location.replace("/sj/")</script>', "https://tjj.jia.gov.cn/sj/"),
        ("<meta http-equiv='refresh' content='0; url=/sj/list.html'>", "https://tjj.jia.gov.cn/sj/list.html"),
        ("<script>document.cookie='a=1';location.href='/sj/'</script>", None),
        (ARTICLE.replace("</body>", "<script>if(phone)location.href='/m/'</script></body>"), None),
        ("<html><body>" + "x" * 5000 + "<script>location.href='/sj/'</script></body></html>", None),
    ],
)
def test_pages_that_only_lead_on(body: str, target: str | None) -> None:
    assert shell_target(body.encode(), URL) == target


@pytest.mark.shared
def test_no_real_page_is_taken_for_a_barrier(shared: Path) -> None:
    pages = [p for p in (shared / "corpus/pages").rglob("*.html") if p.parent.name != "error_pages"]
    assert len(pages) > 50
    for page in pages:
        body = page.read_bytes()
        assert find_barrier(200, HTML, body, URL, URL, "page") is None, page.name
        assert shell_target(body, URL) is None, page.name
    saved = (shared / "corpus/pages/error_pages/mofcom_403_openresty.html").read_bytes()
    assert barrier(403, saved) == "GEO_BLOCKED" == barrier(200, saved)
