"""Each fault does what its name says, to its source alone, and goes away when it is mended."""

from __future__ import annotations

import codecs
import itertools
import re
import signal
import subprocess
import sys
from datetime import date

import httpx
import pytest

from metroetl.errors import ReplicaError
from metroetl.replica import Faults, Replica
from metroetl.replica.faults import FAULTS
from metroetl.replica.sites import Site

from .conftest import NOW, Get, on_host, seen

NEWEST = 0
NUMBERED = re.compile(r"000000000/\d{4}-\d{5}")


def first_page(site: Site) -> str:
    return on_host(site, site.article_path(site.articles[NEWEST]))


def test_every_fault_is_described() -> None:
    assert all(re.fullmatch(r"[a-z0-9_]{3,20}", name) and told for name, told in FAULTS.items())


def test_an_unknown_fault_or_source_is_refused(own: Replica) -> None:
    with pytest.raises(ReplicaError, match="on_fire"):
        Faults({"cdstats": ["on_fire"]})
    with pytest.raises(ReplicaError, match="nowhere"):
        own.set_faults("nowhere", "down")
    with pytest.raises(ReplicaError, match="nowhere"):
        Replica(NOW, Faults({"nowhere": ["down"]}))


def test_down_refuses_connections_until_mended(own: Replica, get: Get) -> None:
    site = own.sites["meishan"]
    own.set_faults("meishan", "down")
    with pytest.raises(httpx.ConnectError):
        httpx.get(own.host_map[site.host])
    assert get(own, own.sites["cdstats"].list_url).status_code == 200
    own.set_faults("meishan")
    assert httpx.get(own.host_map[site.host] + site.list_path).status_code == 200


def test_down_from_the_start() -> None:
    broken = Faults({"deyang": ["down"]})
    with Replica(date(2025, 5, 1), broken) as running, pytest.raises(httpx.ConnectError):
        httpx.get(running.host_map["www.deyang.gov.cn"])


@pytest.mark.parametrize(
    ("fault", "status", "mark"),
    [
        ("error", 500, "Internal Server Error"),
        ("ruishu", 412, "$_ts.nsd="),
        ("jiasule", 521, "__jsl_clearance_s"),
        ("wzws", 403, "reason: UrlACL"),
        ("forbidden", 403, "openresty"),
    ],
)
def test_refusals(own: Replica, get: Get, fault: str, status: int, mark: str) -> None:
    site = own.sites["tjj_sc"]
    own.set_faults("tjj_sc", fault)
    for url in (site.list_url, first_page(site)):
        answer = get(own, url)
        assert answer.status_code == status
        assert mark in answer.text
    assert get(own, own.sites["cdstats"].list_url).status_code == 200
    own.set_faults("tjj_sc")
    assert get(own, site.list_url).status_code == 200


def test_cookie_bounce_leads_to_itself(own: Replica, get: Get) -> None:
    site = own.sites["ndrc"]
    own.set_faults("ndrc", "cookie_bounce")
    answer = get(own, site.list_url)
    assert (answer.status_code, answer.headers["location"]) == (302, site.list_path)
    assert "C3VK" in answer.headers["set-cookie"]


def test_busy_from_the_fourth_request_on(own: Replica, get: Get) -> None:
    site = own.sites["deyang"]
    own.set_faults("deyang", "busy")
    answers = [get(own, site.list_url) for _ in range(5)]
    assert [a.status_code for a in answers] == [200, 200, 200, 503, 503]
    assert answers[-1].headers["retry-after"] == "1"


@pytest.mark.parametrize(
    "source_id", ["cdstats", "stats_gov_cn", "tj_jiangsu", "ziyang", "gov_cn_policy", "meishan"]
)
def test_empty_listing(own: Replica, get: Get, source_id: str) -> None:
    site = own.sites[source_id]
    own.set_faults(source_id, "empty_listing")
    answer = get(own, site.list_url)
    assert answer.status_code == 200
    assert site.articles[NEWEST].title not in answer.text


def test_pages_gone_in_three_ways(own: Replica, get: Get) -> None:
    site = own.sites["cdstats"]
    for fault, status, mark in (
        ("soft_404", 200, "您访问的页面不存在或已删除"),
        ("not_found", 404, "404 Not Found"),
        ("home_page", 200, f"<title>{site.source.publisher}</title>"),
    ):
        own.set_faults("cdstats", fault)
        answer = get(own, first_page(site))
        assert (answer.status_code, mark in answer.text) == (status, True)
        assert site.articles[NEWEST].title in get(own, site.list_url).text


def test_wrong_charset(own: Replica, get: Get) -> None:
    site = own.sites["anhui"]
    own.set_faults("anhui", "wrong_charset")
    answer = get(own, first_page(site))
    assert "utf-8" in answer.headers["content-type"]
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode()
    assert site.articles[NEWEST].title in answer.content.decode("gb18030")


def test_truncated_answers_and_files(own: Replica, get: Get) -> None:
    site = own.sites["cdstats"]
    article = next(a for a in site.articles if a.files and a.files[0].kind == "pdf")
    address = on_host(site, site.file_path(article, article.files[0]))
    whole = get(own, address).content
    own.set_faults("cdstats", "truncated_pdf")
    assert whole.startswith(get(own, address).content)
    assert len(get(own, address).content) < len(whole)
    own.set_faults("cdstats", "truncated")
    with pytest.raises(httpx.RemoteProtocolError):
        get(own, first_page(site))
    assert get(own, site.list_url).status_code == 200


def test_a_table_without_a_unit(own: Replica, get: Get) -> None:
    for source_id in ("stats_gov_cn", "cdstats"):
        site = own.sites[source_id]
        article = next(a for a in site.articles if a.tables)
        own.set_faults(source_id, "no_unit")
        text = seen(get(own, on_host(site, site.article_path(article))).content)
        assert "亿元" not in text
        assert "单位" not in text
        assert article.tables[0].caption in text


def test_a_number_out_of_range(own: Replica, get: Get) -> None:
    site = own.sites["tjj_sc"]
    own.set_faults("tjj_sc", "out_of_range")
    article = next(a for a in site.articles if "亿元，按可比价格计算" in a.blocks[0].text)
    text = seen(get(own, on_host(site, site.article_path(article))).content)
    growth = next(f for f in article.facts if (f.indicator_code, f.measure) == ("GDP", "yoy_real_ytd"))
    assert f"增长{growth.number * 100:.1f}%" in text
    assert f"增长{growth.value}%" not in text


def test_one_release_on_two_addresses(own: Replica, get: Get) -> None:
    site = own.sites["deyang"]
    own.set_faults("deyang", "duplicate")
    article = site.articles[NEWEST]
    links = set(re.findall(rf'href="(/gk/[^"]+)" title="{article.title}"', get(own, site.list_url).text))
    assert len(links) == 2
    first, second = (seen(get(own, on_host(site, link)).content) for link in links)
    assert NUMBERED.sub("", first) == NUMBERED.sub("", second)
    assert article.title in first


def test_an_operator_sees_a_broken_site_in_a_browser() -> None:
    command = [sys.executable, "-m", "metroetl", "replica", "serve", "--as-of", "2025-05-01"]
    command += ["--fault", "deyang:ruishu", "--fault", "meishan:bom", "--fault", "meishan:edited"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as serving:
        try:
            assert serving.stdout is not None
            lines = itertools.takewhile(lambda line: "www.ziyang" not in line, serving.stdout)
            hosts = dict(line.split() for line in lines)
            assert httpx.get(hosts["www.deyang.gov.cn"]).status_code == 412
            listed = httpx.get(f"{hosts['www.ms.gov.cn']}/tjsj.htm")
            assert listed.content.startswith(codecs.BOM_UTF8)
        finally:
            serving.send_signal(signal.SIGINT)
        assert serving.wait(20) == 0


@pytest.mark.parametrize("fault", ["nowhere:ruishu", "deyang:on_fire", "deyang"])
def test_a_fault_that_is_none_is_refused_on_the_command_line(fault: str) -> None:
    command = [sys.executable, "-m", "metroetl", "replica", "serve", "--fault", fault]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode != 0
    assert "REPLICA" in done.stderr
