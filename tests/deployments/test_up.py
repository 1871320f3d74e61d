"""Where `make up` lets the Prefect server listen, and what it hands on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deployments.up import chosen_host, environment
from metroetl.errors import ServerOpen


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "prefect.example.org"])
def test_a_server_for_others_needs_a_password(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METROETL_UI_HOST", host)
    monkeypatch.delenv("PREFECT_SERVER_API_AUTH_STRING", raising=False)
    with pytest.raises(ServerOpen, match=r"SERVER_OPEN.*PREFECT_SERVER_API_AUTH_STRING"):
        chosen_host()
    monkeypatch.setenv("PREFECT_SERVER_API_AUTH_STRING", "duty:secret")
    assert chosen_host() == host


@pytest.mark.parametrize("host", ["", "127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_this_machine_needs_none(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METROETL_UI_HOST", host)
    monkeypatch.delenv("PREFECT_SERVER_API_AUTH_STRING", raising=False)
    assert chosen_host() == (host or "127.0.0.1")


def test_worker_and_deploy_get_address_and_password(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PREFECT_UI_URL", "PREFECT_UI_API_URL", "PREFECT_API_AUTH_STRING"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("PREFECT_SERVER_API_AUTH_STRING", raising=False)
    assert "PREFECT_API_AUTH_STRING" not in environment("127.0.0.1", 4200)
    monkeypatch.setenv("PREFECT_SERVER_API_AUTH_STRING", "duty:secret")
    made = environment("::", 4200)
    assert made["PREFECT_API_AUTH_STRING"] == "duty:secret"
    assert made["PREFECT_API_URL"] == "http://[::1]:4200/api"
    assert environment("0.0.0.0", 4300)["PREFECT_UI_URL"] == "http://127.0.0.1:4300"


def test_up_stops_before_it_starts_anything(root: Path, tmp_path: Path) -> None:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "METROETL_"))}
    env |= {"METROETL_UI_HOST": "0.0.0.0", "METROETL_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-m", "deployments.up"],
        cwd=root,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1 and done.stderr.startswith("SERVER_OPEN: METROETL_UI_HOST=0.0.0.0 opens")
    assert not (tmp_path / "home").exists()
