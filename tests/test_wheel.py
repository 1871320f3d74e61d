"""The wheel carries everything: installed in an empty environment, the demo runs in an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def installed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `metroetl` of a wheel in a fresh environment; its dependencies are this environment's, by a .pth file."""
    folder = tmp_path_factory.mktemp("wheel")
    run = {"check": True, "capture_output": True, "text": True}
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist"], cwd=root, **run
    )
    (wheel,) = (folder / "dist").glob("*.whl")
    venv = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], **run)
    # a folder named in a .pth is searched, but its own .pth files (the editable install) are not read
    packages = next((venv / "lib").glob("python*")) / "site-packages"
    (packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    install = ["install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run([sys.executable, "-m", "pip", "--python", venv / "bin/python", *install], **run)
    where = [venv / "bin/python", "-c", "import metroetl, flows; print(metroetl.__file__, flows.__file__)"]
    assert subprocess.run(where, cwd=folder, **run).stdout.count(str(packages)) == 2
    return venv / "bin/metroetl"


@pytest.mark.timeout(300)
def test_the_demo_runs_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("METROETL_", "PREFECT_"))} | {
        "HOME": str(tmp_path)
    }

    done = subprocess.run(
        [installed, "demo", "--as-of", "2020-03-01"], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "已入库 · loaded" in done.stdout
    assert (tmp_path / "data/demo/warehouse.db").is_file()
    assert list((tmp_path / "data/demo/reports").glob("report-chengdu-*.html"))
    assert list((tmp_path / "data/demo/validation").glob("validation-*.html"))
