"""A site shows what existed on the clock's day, and what comes out later when the clock gets there."""

from __future__ import annotations

from datetime import date

import httpx
import pytest

from metroetl.catalogue import catalogue
from metroetl.errors import ReplicaError
from metroetl.replica import Replica
from metroetl.replica.sites import Scene

from .conftest import Get, on_host


def test_releases_arrive_as_the_clock_moves(own: Replica, get: Get) -> None:
    site = own.sites["cdstats"]
    article = next(a for a in site.articles if a.key == "AGG.CDMC/2025-Q1/2025-05-17")
    address = on_host(site, site.article_path(article))

    own.set_clock(date(2025, 5, 16))
    before = get(own, site.list_url)
    assert article.title not in before.text
    assert get(own, address).status_code == 404

    own.set_clock(date(2025, 5, 17))
    after = get(own, site.list_url)
    assert article.title in after.text
    assert get(own, address).status_code == 200
    assert before.headers["etag"] != after.headers["etag"]


def test_a_revision_comes_on_its_own_day(own: Replica, get: Get) -> None:
    site = own.sites["tjj_sc"]
    own.set_clock(date(2024, 1, 18))
    assert "最终核实" not in get(own, site.list_url).text
    own.set_clock(date(2024, 1, 19))
    assert "关于2022年四川省地区生产总值最终核实数据的公告" in get(own, site.list_url).text


def test_files_wait_for_their_page(own: Replica, get: Get) -> None:
    site = own.sites["deyang"]
    article = next(a for a in site.articles if a.files)
    address = on_host(site, site.file_path(article, article.files[0]))
    own.set_clock(date(article.published_on.year - 1, 1, 1))
    assert get(own, address).status_code == 404
    own.set_clock(article.published_on)
    assert get(own, address).headers["content-type"].startswith("application/")


def test_nothing_is_shown_before_it_was_published() -> None:
    from metroetl.replica.server import replica_sites

    for site in replica_sites().values():
        for day in (date(2018, 1, 1), date(2022, 6, 1), date(2026, 11, 1)):
            assert all(a.published_on <= day for a in site.visible(Scene(day)))
        assert len(site.visible(Scene(date(2026, 11, 1)))) == len(site.articles)


def test_the_ports_are_closed_afterwards() -> None:
    with Replica(date(2025, 5, 1), sources=[catalogue().sources["meishan"]]) as running:
        address = running.host_map["www.ms.gov.cn"]
        assert httpx.get(f"{address}/tjsj.htm").status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/tjsj.htm")


def test_a_taken_port_is_told(own: Replica) -> None:
    taken = int(own.host_map["www.ms.gov.cn"].rpartition(":")[2])
    with pytest.raises(ReplicaError, match=str(taken)):
        Replica(date(2025, 5, 1), sources=[catalogue().sources["meishan"]], port_base=taken).__enter__()
