"""The systemd units, read by systemd's own programs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flows.deploy import QUEUES
from metroetl.resources import folder
from tests.conftest import missing

INSTALLED = "/opt/metroetl/venv"  # where docs/how-to/systemd.md puts it
MOST_EXPOSED = 1.5  # of 10, as systemd reckons
SOURCES = sorted((folder("deployments") / "systemd").iterdir())


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units in a folder, with this environment in place of the installed one, the worker's also as an instance."""
    if not shutil.which("systemd-analyze"):
        missing("systemd", "no systemd-analyze on this machine (Debian: systemd)")
    target = tmp_path_factory.mktemp("units")
    for file in SOURCES:
        text = file.read_text(encoding="utf-8").replace(INSTALLED, sys.prefix)
        (target / file.name).write_text(text, encoding="utf-8")
    template = (target / "metroetl-worker@.service").read_text(encoding="utf-8")
    for queue in QUEUES:
        (target / f"metroetl-worker@{queue}.service").write_text(template, encoding="utf-8")
    return target


def analyze(units: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What systemd-analyze says of units in the folder."""
    env = os.environ | {"SYSTEMD_UNIT_PATH": f"{units}:", "SYSTEMD_LOG_LEVEL": "warning"}
    return subprocess.run(["systemd-analyze", *arguments], env=env, capture_output=True, text=True, cwd=units)


def test_systemd_takes_every_unit(units: Path) -> None:
    files = [str(f) for f in sorted(units.iterdir()) if "@." not in f.name]
    assert len(files) == len(SOURCES) - 1 + len(QUEUES)
    done = analyze(units, "verify", "--man=no", *files)
    assert (done.returncode, done.stderr + done.stdout) == (0, "")


def test_a_wrong_unit_is_not_taken(units: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.service"
    text = (units / "metroetl-server.service").read_text(encoding="utf-8")
    broken.write_text(text.replace("ProtectSystem=strict", "ProtectSytem=strict"), encoding="utf-8")
    assert "ProtectSytem" in analyze(tmp_path, "verify", "--man=no", str(broken)).stderr


def test_every_service_may_little(units: Path) -> None:
    services = [f for f in sorted(units.glob("*.service")) if "@." not in f.name]
    for service in services:
        done = analyze(units, "security", "--offline=true", "--no-pager", str(service))
        found = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
        assert found, done.stdout + done.stderr
        assert float(found[1]) <= MOST_EXPOSED, f"{service.name}: {found[1]}"


def test_what_runs_is_there_and_secrets_are_not(units: Path) -> None:
    for file in SOURCES:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"(?i)password|auth_string|postgresql\+|://[^/\s]*:[^/\s]*@", text), file.name
        if file.suffix == ".service":
            owner = file.stem in {"metroetl-setup", "metroetl-backup"}
            mine = ["server"] if file.stem == "metroetl-server" else ["metroetl"] + ["setup"] * owner
            assert re.findall(r"^EnvironmentFile=/etc/metroetl/(\w+).env$", text, re.M) == mine
            assert "User=metroetl" in text
            for program in re.findall(rf"^ExecStart={INSTALLED}/bin/(\S+)", text, re.M):
                assert Path(sys.prefix, "bin", program).exists(), program
