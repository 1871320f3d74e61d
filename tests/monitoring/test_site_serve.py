"""`metroetl site build` and `metroetl serve` as a person uses them."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from metroetl.cli import app
from metroetl.errors import WarehouseError
from metroetl.monitoring.site.serve import site_app
from metroetl.served import SHOWN, served_address
from metroetl.settings import settings
from metroetl.warehouse import Warehouse


@pytest.fixture(scope="module")
def served(site: Path) -> Iterator[str]:
    """Address of the site as `metroetl serve` shows it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    asked = ["serve", "--port", str(port), "--site", str(site), "--prefect", "http://127.0.0.1:4299"]
    process = subprocess.Popen([sys.executable, "-m", "metroetl", *asked])
    address = f"http://127.0.0.1:{port}"
    for _ in range(150):
        try:
            httpx.get(address)
            break
        except httpx.ConnectError:
            time.sleep(0.2)
    yield address
    process.terminate()
    process.wait(10)


def test_it_shows_the_site_and_leads_to_prefect(served: str) -> None:
    first = httpx.get(served)
    assert 'href="site/"' in first.text and 'href="http://127.0.0.1:4299"' in first.text
    home = httpx.get(f"{served}/site/")
    assert home.status_code == 200 and "成都都市圈" in home.text
    assert httpx.get(f"{served}/site/circles/chengdu/2025-Q1.html").status_code == 200
    for answer in (first, home, httpx.get(f"{served}/site/nothing.html")):
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "server" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/site/../pyproject.toml",
        "/site/%2e%2e/%2e%2e/etc/passwd",
        "/site/..%2f..%2fetc/passwd",
        "/site//etc/passwd",
    ],
)
def test_nothing_above_the_folder_is_shown(served: str, path: str) -> None:
    host, port = served.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    assert answer.split()[1] == "404" and "root:" not in answer


def test_another_name_for_this_machine_and_writing_are_refused(served: str) -> None:
    assert httpx.get(served, headers={"Host": "evil.example"}).status_code == 400
    assert httpx.post(f"{served}/site/").status_code == 405


def test_without_a_site_it_says_how_to_make_one(tmp_path: Path, site: Path) -> None:
    with pytest.raises(WarehouseError) as told:
        site_app(tmp_path, "http://127.0.0.1:4200")
    assert "metroetl site build" in told.value.way_out
    with pytest.raises(WarehouseError, match="no web address"):
        site_app(site, "javascript:alert(1)")


def test_validation_pages_and_reports_are_shown_and_linked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "validation" / "页.html"
    page.parent.mkdir()
    page.write_text("<h1>校验</h1>", encoding="utf-8")
    (tmp_path / "warehouse.db").write_text("secret")
    app = site_app(tmp_path / "site", "http://127.0.0.1:4200", {name: tmp_path / name for name in SHOWN[:1]})

    def get(path: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.get(path)

        return asyncio.run(ask())

    assert "metroetl site build" in get("/").text
    monkeypatch.setenv("METROETL_HOME", str(tmp_path))
    settings.cache_clear()
    assert served_address(page) is None
    monkeypatch.setenv("METROETL_SITE_URL", "http://127.0.0.1:8010/")
    settings.cache_clear()
    address = served_address(page)
    assert address == "http://127.0.0.1:8010/validation/%E9%A1%B5.html"
    shown = get(address.removeprefix("http://127.0.0.1:8010"))
    assert shown.text == "<h1>校验</h1>"
    assert "style-src 'unsafe-inline'" in shown.headers["Content-Security-Policy"]
    assert "script-src" not in shown.headers["Content-Security-Policy"]
    for path in ("/validation/", "/validation/../warehouse.db", "/validation/%2e%2e/warehouse.db"):
        assert get(path).status_code == 404
    assert served_address(tmp_path / "warehouse.db") is None


def test_the_command_builds_a_circle(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METROETL_DATABASE_URL", warehouse.url)
    settings.cache_clear()
    asked = [
        "site",
        "build",
        "--output",
        str(tmp_path / "out"),
        "--circle",
        "chengdu",
        "--as-of",
        "2024-06-30",
    ]
    told = CliRunner().invoke(app, asked)
    assert told.exit_code == 0, told.output
    assert "页 pages" in told.output and (tmp_path / "out/circles/chengdu/2023-Q4.html").is_file()
    assert not (tmp_path / "out/circles/chengdu/2025-Q1.html").exists()
