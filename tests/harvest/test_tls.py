"""TLS as servers really fail at it: strict by default, each exception by the catalogue's word and for its host only."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

from metroetl.catalogue.models import TlsException, TlsMode
from metroetl.errors import MetroError
from metroetl.harvest.wire import tls_context
from tests.certificates import Setup, old_cipher, old_key

PAGE = "/sj/202504/t20250418_1.html"
Serve = Callable[..., str]


class Secure:
    """Servers of one test, each with TLS of its own; `names` are the names that clients asked for."""

    def __init__(self, page: str) -> None:
        self.page, self.names = page, []
        self._running: list[ThreadingHTTPServer] = []

    def serve(self, *setups: Setup) -> str:
        """Start a server; its address. Without a set-up it speaks plain http."""
        page = self.page

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = self.path == PAGE
                self.send_response(200 if found else 404)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page.encode() if found else b"")

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        if setups:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.sni_callback = lambda _, name, __: self.names.append(name)
            for setup in setups:
                setup(context)
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        self._running.append(server)
        return f"https://127.0.0.1:{server.server_address[1]}"

    def stop(self) -> None:
        for server in self._running:
            server.shutdown()
            server.server_close()


@pytest.fixture
def secure(world: Any) -> Iterator[Secure]:
    servers = Secure(world.article("甲市一季度经济运行情况"))
    yield servers
    servers.stop()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    return tmp_path / "authority.pem"


def ask(world: Any, address: str, mode: TlsMode | None = None, ca_file: Path | None = None) -> Any:
    """What the client gives for the page from a stand-in at this address."""
    tls = {world.host: TlsException(mode=mode, reason="本测试")} if mode else {}
    settings = world.settings(host_map={world.host: address}, ca_file=ca_file)
    (found,) = world.fetch(world.root + PAGE, source=world.source(tls=tls), settings=settings)
    return found


def outcome(found: Any) -> str:
    return found.code if isinstance(found, MetroError) else "OK"


def test_a_good_certificate_of_a_trusted_authority(
    world: Any, secure: Secure, authority: trustme.CA, ca_file: Path
) -> None:
    address = secure.serve(authority.issue_cert(world.host).configure_cert)
    answer = ask(world, address, ca_file=ca_file)
    assert "一季度" in answer.body.decode() and answer.final_url == world.root + PAGE
    assert "tls" not in answer.request and set(secure.names) == {world.host}
    unknown = ask(world, address)
    assert outcome(unknown) == "TLS_FAILURE" and "METROETL_CA_FILE" in unknown.way_out


@pytest.mark.parametrize("fault", ["wrong name", "expired", "self-signed"])
def test_a_bad_certificate_is_refused_unless_the_catalogue_says_so(
    world: Any, secure: Secure, authority: trustme.CA, ca_file: Path, fault: str
) -> None:
    past = datetime.now(UTC) - timedelta(days=1)
    certificate = {
        "wrong name": lambda: authority.issue_cert("www.yi.gov.cn"),
        "expired": lambda: authority.issue_cert(
            world.host, not_before=past - timedelta(days=9), not_after=past
        ),
        "self-signed": lambda: trustme.CA().issue_cert(world.host),
    }[fault]()
    address = secure.serve(certificate.configure_cert)
    strict = ask(world, address, ca_file=ca_file)
    assert outcome(strict) == "TLS_FAILURE" and "CERTIFICATE_VERIFY_FAILED" in strict.message
    assert "`tls` exception" in strict.way_out
    assert outcome(ask(world, address, "legacy", ca_file)) == "TLS_FAILURE"
    told = ask(world, address, "unverified", ca_file)
    assert outcome(told) == "OK" and told.request["tls"] == "unverified"


@pytest.mark.parametrize("fault", ["old key", "old cipher"])
def test_old_tls_is_refused_unless_the_catalogue_says_so(
    world: Any, secure: Secure, authority: trustme.CA, ca_file: Path, tmp_path: Path, fault: str
) -> None:
    good = authority.issue_cert(world.host, key_type=trustme.KeyType.RSA).configure_cert
    setups = [old_key(authority, world.host, tmp_path)] if fault == "old key" else [good, old_cipher]
    address = secure.serve(*setups)
    assert outcome(ask(world, address, ca_file=ca_file)) == "TLS_FAILURE"
    told = ask(world, address, "legacy", ca_file)
    assert outcome(told) == "OK" and told.request["tls"] == "legacy"
    assert outcome(ask(world, address, "legacy")) == "TLS_FAILURE", "its certificate isn't checked"


def test_legacy_tls_still_checks_certificates() -> None:
    context = tls_context("legacy", None)
    assert context.verify_mode is ssl.CERT_REQUIRED and context.check_hostname
    assert context.options & 0x4 and not tls_context(None, None).options & 0x4


def test_http_in_place_of_https(world: Any, secure: Secure) -> None:
    address = secure.serve()
    assert outcome(ask(world, address)) == "TLS_FAILURE"
    told = ask(world, address, "http")
    assert outcome(told) == "OK" and told.request["tls"] == "http"
    assert told.final_url == told.url == world.root + PAGE


def test_an_exception_holds_for_its_host_only(
    world: Any, secure: Secure, authority: trustme.CA, ca_file: Path
) -> None:
    other = "www.yi.gov.cn"
    address = secure.serve(authority.issue_cert("www.bing.gov.cn").configure_cert)
    source = world.source(
        hosts=[world.host, other], tls={other: TlsException(mode="unverified", reason="本测试")}
    )
    settings = world.settings(host_map={world.host: address, other: address}, ca_file=ca_file)
    found = world.fetch(
        f"https://{other}{PAGE}",
        world.root + PAGE,
        f"https://{other}{PAGE}",
        source=source,
        settings=settings,
    )
    assert [outcome(f) for f in found] == ["OK", "TLS_FAILURE", "OK"]


def test_a_file_of_authorities_that_is_none(world: Any, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    for name in ("missing.pem", "empty.pem"):
        with pytest.raises(MetroError, match="METROETL_CA_FILE") as caught:
            ask(world, "https://127.0.0.1:9", ca_file=tmp_path / name)
        assert caught.value.code == "SETTINGS"
