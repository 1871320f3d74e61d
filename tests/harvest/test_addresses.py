"""Addresses are made comparable and never leave the catalogue's world."""

from __future__ import annotations

import pytest

from metroetl.harvest.addresses import HostMap, Request, absolute, host_of, is_private, with_query

PAGE = "https://www.jia.gov.cn/sj/zxfb/index.html"


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("./202504/t20250418_1.html", "https://www.jia.gov.cn/sj/zxfb/202504/t20250418_1.html"),
        ("../../jd/1.html", "https://www.jia.gov.cn/jd/1.html"),
        ("//www.jia.gov.cn/a.html", "https://www.jia.gov.cn/a.html"),
        ("http://www.jia.gov.cn/a.html", "https://www.jia.gov.cn/a.html"),
        ("http://www.yi.gov.cn//dt/ywbb/", "http://www.yi.gov.cn/dt/ywbb/"),
        ("/path#", "https://www.jia.gov.cn/path"),
        (" /a\n/b.html ", "https://www.jia.gov.cn/a/b.html"),
        ("/files/附件 1.pdf", "https://www.jia.gov.cn/files/%E9%99%84%E4%BB%B6%201.pdf"),
        ("/files/%E9%99%84.pdf?x=1", "https://www.jia.gov.cn/files/%E9%99%84.pdf?x=1"),
        ("HTTPS://WWW.JIA.GOV.CN/A.html", "https://www.jia.gov.cn/A.html"),
        ("http://big5.www.jia.gov.cn/gate/big5/www.jia.gov.cn/a.html", "https://www.jia.gov.cn/a.html"),
        ("#top", None),
        ("javascript:void(0)", None),
        ("mailto:a@jia.gov.cn", None),
        ("", None),
        ("http://[broken", None),
    ],
)
def test_links_become_absolute(href: str, expected: str | None) -> None:
    assert absolute(href, PAGE, PAGE) == expected


def test_a_base_counts_for_relative_links() -> None:
    assert (
        absolute("col/1.html", "https://www.jia.gov.cn/jia/", PAGE) == "https://www.jia.gov.cn/jia/col/1.html"
    )


def test_query_parameters_are_set_and_replaced() -> None:
    assert with_query("https://h/list?cat=3&page=1", page=2) == "https://h/list?cat=3&page=2"
    assert with_query("https://h/list?empty=", page=2) == "https://h/list?empty=&page=2"


def test_forms_of_one_address_are_told_apart() -> None:
    first, second = (Request("https://h/q", "POST", {"current": n}) for n in "12")
    assert first.key != second.key and Request("https://h/q").key == "https://h/q"


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("169.254.1.1", True),
        ("fe80::1%eth0", True),
        *(
            (a, True)
            for a in [
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",
                "224.0.0.1",
                "239.1.1.1",
            ]
        ),
        *(
            (a, True)
            for a in [
                "::1",
                "::",
                "fc00::1",
                "fec0::1",
                "ff02::1",
                "::ffff:10.0.0.1",
                "::127.0.0.1",
                "::ffff:0:127.0.0.1",
            ]
        ),
        *((a, True) for a in ["64:ff9b::7f00:1", "64:ff9b:1::1", "2002:a00:1::", "2001:db8::1"]),
        ("64:ff9b::7272:7272", False),
        ("2400:3200::1", False),
        ("114.114.114.114", False),
    ],
)
def test_private_addresses(address: str, private: bool) -> None:
    assert is_private(address) is private


def test_a_mapped_host_is_sent_to_its_stand_in_and_back() -> None:
    hosts = HostMap({"tjj.jia.gov.cn": "http://127.0.0.1:8001/", "www.yi.gov.cn": "http://127.0.0.1:8002"})
    asked = "https://tjj.jia.gov.cn/sj/?p=1"
    assert hosts.origin("TJJ.jia.gov.cn") == "http://127.0.0.1:8001"
    assert hosts.back("http://127.0.0.1:8001/a.html?x=2", asked) == "https://tjj.jia.gov.cn/a.html?x=2"
    assert hosts.back("http://127.0.0.1:8002/b.html", asked) == "https://www.yi.gov.cn/b.html"
    assert hosts.back("https://www.bing.gov.cn/", asked) == "https://www.bing.gov.cn/"
    assert "tjj.jia.gov.cn" in hosts and "www.bing.gov.cn" not in hosts


def test_what_is_no_web_address_has_no_host() -> None:
    assert [host_of(u) for u in ("inbox:公报.txt", "unknown", "ftp://h/x", "http://H.gov.cn:80/")] == [
        "",
        "",
        "",
        "h.gov.cn",
    ]
