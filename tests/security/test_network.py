"""Only the catalogue's hosts, and only on the public internet: looked up by this machine's own resolver."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.responses import RedirectResponse

from metroetl.errors import HostNotAllowed, HostNotPublic, MetroError

# spellings of addresses inside, as a name server or a page may give them; the resolver reads each
INSIDE = (
    "localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0.0.0.0", "10.1.2.3", "172.16.0.1",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "[::1]", "[::]", "[fc00::1]", "[fe80::1]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::1]", "224.0.0.1",
)  # fmt: skip


def inside(world: Any, *hosts: str) -> Any:
    """A source whose catalogue entry names hosts that lead inside."""
    return world.source(hosts=[world.host, *(urlsplit(f"http://{h}").hostname or h for h in hosts)])


def test_no_spelling_of_an_inner_address_is_connected_to(world: Any) -> None:
    port = urlsplit(world.site.address).port
    urls = [f"http://{host}:{port}/secret.html" for host in INSIDE]
    world.site.replies["/secret.html"] = world.article("内网页面")
    found = world.fetch(*urls, source=inside(world, *INSIDE), settings=world.settings(retries=0))
    assert {url: type(f) for url, f in zip(urls, found, strict=True)} == dict.fromkeys(urls, HostNotPublic)
    assert not world.site.asked  # the server listens on 127.0.0.1: a connection would have been answered


@pytest.mark.parametrize("host", ["127.1", "[::ffff:127.0.0.1]", "localhost"])
def test_a_redirect_into_the_own_network_is_refused(world: Any, host: str) -> None:
    target = f"http://{host}:{urlsplit(world.site.address).port}/secret.html"
    world.site.replies |= {
        "/by-header.html": RedirectResponse(target),
        "/by-script.html": f"<script>window.location.href='{target}'</script>",
        "/secret.html": world.article("内网页面"),
    }
    urls = [f"{world.root}/by-header.html", f"{world.root}/by-script.html"]
    named = world.fetch(*urls, source=inside(world, host))  # even where the catalogue names the host
    assert [type(f) for f in named] == [HostNotPublic] * 2 and named[0].code == "HOST_NOT_PUBLIC"
    strange = world.fetch(*urls)
    assert [type(f) for f in strange] == [HostNotAllowed] * 2
    assert set(world.site.paths()) == {"/by-header.html", "/by-script.html"}


def test_an_attachment_inside_is_named_and_the_page_is_kept(world: Any) -> None:
    port = urlsplit(world.site.address).port
    links = "".join(
        f"<a href='http://{host}:{port}/f{n}.pdf'>附件{n}</a>"
        for n, host in enumerate(["127.1", "metadata.example"])
    )
    world.site.replies |= {
        "/sj/index.html": world.list_page([("./a.html", "2025年一季度甲市经济运行情况", "2025-04-18")]),
        "/sj/a.html": world.article("2025年一季度甲市经济运行情况", links),
    }
    steps = {s.fetch.url: s.fetch.outcome for s in world.harvest(source=inside(world, "127.1"))}
    assert steps[f"{world.root}/sj/a.html"] == "new"
    assert sorted(o for url, o in steps.items() if url.endswith(".pdf")) == [
        "HOST_NOT_ALLOWED",
        "HOST_NOT_PUBLIC",
    ]
    assert not [path for path in world.site.paths() if ".pdf" in path]


def test_a_proxy_of_the_environment_is_not_asked(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would look names up itself, behind the check."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, world.site.address)
        monkeypatch.setenv(name.upper(), world.site.address)
    (found,) = world.fetch("http://127.1/secret.html", source=inside(world, "127.1"))
    assert isinstance(found, HostNotPublic) and not world.site.asked


def test_the_stand_ins_are_refused_in_production(world: Any) -> None:
    with pytest.raises(MetroError, match="production refuses them"):
        world.settings(environment="production", politeness=True)
