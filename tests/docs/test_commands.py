"""Every command of the documentation is run, page by page, in a folder with the demo's data, as a reader would.

Placeholders of a page (ADDRESS, SHA256, …) are filled from the warehouse. A command that belongs to another machine
(a server's login, Docker) or to another test is named below with its reason; a page can't hold one that isn't.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from metroetl.replica import Replica
from metroetl.warehouse import Warehouse
from tests import forked
from tests.conftest import ROOT
from tests.docs.pages import PAGES, commands_of

pytestmark = pytest.mark.timeout(900)
ELSEWHERE = {
    r"make (demo|test|check)\b": "tests/test_wheel.py",
    r"make (up|accuracy|mutations|bench|timelapse|audit|sbom|docs)\b": "Makefile",
    r"(python -m )?prefect ": "tests/flows/test_server.py",
    r"python -m (flows\.limits|deployments\.)": "tests/flows/test_server.py",
    r"pip install ": "tests/test_wheel.py",
    r"psql ": "tests/warehouse/test_clients.py",
    r"metroetl (explore|serve)\b": "tests/warehouse/test_explore.py",
    r"(sudo )?(docker|systemctl|journalctl|systemd-analyze|useradd|install) ": "no daemon runs where tests run",
    r".*s3://": "tests/test_cli.py",
    r"METROETL_RUNNER=dask ": "tests/flows/test_dask.py",
    r"metroetl sources add ": "tests/test_cli_sources.py",
}


@dataclass
class Desk:
    """A reader's folder and environment, and what fills a page's placeholders."""

    folder: Path
    env: dict[str, str]
    _fresh: dict[str, Iterator[str]] = field(default_factory=dict)
    _ran: set[tuple[Any, ...]] = field(default_factory=set)

    def ask(self, sql: str) -> list[str]:
        """The first column of a query."""
        rows = Warehouse(f"sqlite:///{self.folder / 'data/warehouse.db'}").query(sql)[1]
        return [str(row[0]) for row in rows]

    def next_of(self, name: str, sql: str) -> str:
        """One that no command had yet, for what can be decided once."""
        if name not in self._fresh:
            self._fresh[name] = iter(self.ask(sql))
        return next(self._fresh[name])

    def run(self, command: str, expect: tuple[int, ...] = (0,)) -> None:
        """Run a command of a page, once in each environment: Python's in a forked process, all else by the shell."""
        again = (shlex.join(shlex.split(command, comments=True)), *self._around())
        if again in self._ran:
            return
        if python := _python(command):
            module, words, env = python
            if command.endswith(" || true"):
                expect = tuple(range(256))
            done = forked.run(
                module, *words, cwd=self.folder, env=self.env | env, typed="y\n" * 9, timeout=240
            )
        else:
            shell = ["bash", "-euo", "pipefail", "-c", command]
            done = subprocess.run(
                shell, cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=240
            )
        assert done.returncode in expect, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
        self._ran.add(again)

    def _around(self) -> tuple[Any, ...]:
        """The settings that a page made; the demo's folder is the reader's own here."""
        told = {name: value for name, value in self.env.items() if name.startswith("METROETL_")}
        home = (self.folder / told.pop("METROETL_HOME", "data")).resolve()
        return home, *sorted(told.items())


def _python(command: str) -> tuple[str, list[str], dict[str, str]] | None:
    """Module, arguments and assignments of a command that is Python's and needs no shell."""
    words = shlex.split(command.removesuffix(" || true"), comments=True)
    env = {}
    while words and re.match(r"[A-Z_]+=", words[0]):
        name, value = words.pop(0).split("=", 1)
        env[name] = value
    if set(words) & {"|", "&&", ">", "||"}:
        return None
    match words:
        case ["metroetl" | ".venv/bin/metroetl", *arguments]:
            return "metroetl", arguments, env
        case ["python", "-m", module, *arguments]:
            return module, arguments, env
    return None


RED = r"metroetl (health|retry|warehouse check)"  # 1 where there is something to do
POSTGRES = "postgresql+psycopg://loader:PASSWORD@HOST:5432/metroetl"
HELD = "SELECT batch_id FROM ops_batch WHERE state = 'held' ORDER BY batch_id"
OPEN = "SELECT quarantine_id FROM ops_quarantine WHERE state = 'open' ORDER BY table_name DESC, quarantine_id"
LOOP = "SELECT loop_id FROM mart_loop WHERE state <> 'closed' ORDER BY loop_id"
CHANGED = "https://tjj.example.gov.cn/changed.html"
FILLED: dict[str, Callable[[Desk], str]] = {
    r"\bADDRESS\b": lambda d: CHANGED,
    r"\bSHA256\b": lambda d: d.ask("SELECT sha256 FROM core_document WHERE source_id = 'deyang' LIMIT 1")[0],
    r"\bDOCUMENT_ID\b": lambda d: d.ask(
        "SELECT document_id FROM core_document WHERE source_id = 'deyang' LIMIT 1"
    )[0],
    r"\bOBSERVATION_ID\b": lambda d: d.ask("SELECT observation_id FROM core_observation LIMIT 1")[0],
    r"批次编号|\bBATCH\b": lambda d: d.next_of("batch", HELD),
    r"(?<=show )cb6bd76424": lambda d: d.ask(OPEN)[0][:10],
    r"(?<= )编号": lambda d: d.next_of("row", OPEN),
    r"(?<=respond )ID|(?<=show )ID(?=$)|(?<=verify )ID|(?<=close )ID": lambda d: d.ask(LOOP)[0],
    r"(?<=check )ID": lambda d: "deyang",
    r" \[--item ITEM\]": lambda d: "",
    r"/safe|/srv": lambda d: "safe",
    r"warehouse-facts-…\.zip": lambda d: sorted((d.folder / "data/backups").glob("*.zip"))[0].name,
}


@pytest.fixture(scope="module")
def desk(facts_home: Path, prefect_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A folder with the demo's data, files that pages speak of, a batch that is held and rows that wait."""
    folder = tmp_path_factory.mktemp("reader")
    shutil.copytree(facts_home, folder / "data")
    (folder / "data/demo").symlink_to(folder / "data")
    for name in ("src", "tests", "deployments", "benchmarks", "requirements.txt"):
        (folder / name).symlink_to(ROOT / name)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("METROETL_", "PREFECT_", "PYTEST_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with Replica(as_of=date(2026, 6, 1)) as replica:
        sites = {"METROETL_HOST_MAP": json.dumps(replica.host_map), "METROETL_POLITENESS": "false"}
        env = {**clean, **sites, "PATH": path, "PREFECT_API_URL": prefect_server, "COLUMNS": "120"}
        desk = Desk(folder, env)
        _files(desk)
        yield desk


def _files(desk: Desk) -> None:
    """The files that pages name, and what the inbox took in: three versions of a page, two garbled, three damaged."""
    from metroetl import pipeline
    from metroetl.catalogue.models import INBOX
    from metroetl.pipeline.told import Told
    from metroetl.settings import settings

    folder = desk.folder
    page = next((ROOT / "tests/pages/deyang").glob("page*.html"))
    for name in ("page.html", "OLD", "NEW", "bulletin.pdf"):
        shutil.copy(page, folder / name)
    _pdf(folder / "通报.pdf", "德阳市一季度地区生产总值771.1亿元。")
    cities = ("510100", "510600", "511400", "512000")
    flows = [f"2025Q1,{i},{j},{100 + 7 * n},亿元,9" for n, i in enumerate(cities) for j in cities]
    shutil.copy(folder / "data/warehouse.db", folder / "backup.db")
    (folder / "flows-2025Q1.csv").write_text("\n".join(["period,seller,buyer,amount,unit,firms", *flows]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("METROETL_HOME", str(folder / "data"))
        settings.cache_clear()
        for n, value in enumerate((771.1, 771.2, 771.3)):
            text = f"德阳市简报\n\n2025年第{n}期\n\n2025年4月30日\n\n德阳市一季度地区生产总值{value}亿元，同比增长85.2%。\n"
            _take(folder / f"note{n}.txt", text.encode(), Told(url=CHANGED))
            run_id = pipeline.open_warehouse().start_run("inbox", {})
            pipeline.read_and_stage(run_id, INBOX)
            assert not pipeline.pass_gate(run_id).held
        for n in range(3):
            _take(folder / f"damaged{n}.pdf", b"%%PDF-1.7\n%d 0 obj << /Type /Catalog" % n, None)
        for n in range(3):  # a batch each
            garbled = f"第{n}期德阳市经济运行保持平稳，工业生产稳定增长。" * 40
            _take(folder / f"garbled{n}.txt", garbled.encode().decode("gb18030", "ignore").encode(), None)
            run_id = pipeline.open_warehouse().start_run("inbox", {})
            pipeline.read_and_stage(run_id, INBOX)
            assert len(pipeline.pass_gate(run_id).held) == 1
    settings.cache_clear()


def _pdf(file: Path, text: str) -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(file))
    canvas.setFont("STSong-Light", 12)
    canvas.drawString(72, 720, text)
    canvas.save()


def _take(file: Path, data: bytes, told: Any) -> None:
    from metroetl import pipeline

    file.write_bytes(data)
    assert pipeline.add_to_inbox([file], told)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_command_of_a_page_runs(desk: Desk, page: Path, request: pytest.FixtureRequest) -> None:
    env = dict(desk.env)
    try:
        for command in commands_of(ROOT / page):
            if POSTGRES in command:
                database = request.getfixturevalue("new_postgres")().replace(
                    "postgresql:", "postgresql+psycopg:"
                )
                command = command.replace(POSTGRES, database)
            _run(desk, command)
    finally:
        desk.env.clear()
        desk.env.update(env)


def _run(desk: Desk, command: str) -> None:
    if command.startswith("export "):
        for pair in shlex.split(command, comments=True)[1:]:
            if not re.search("…|s3:|PASSWORD", pair):
                name, value = pair.split("=", 1)
                desk.env[name] = value.replace("$PWD", str(desk.folder)).replace("$PATH", desk.env["PATH"])
        return
    for pattern, where in ELSEWHERE.items():
        if re.match(pattern, command):
            assert " " in where or (ROOT / where).exists(), where
            return
    for pattern, value in FILLED.items():
        if re.search(pattern, command):
            command = re.sub(pattern, lambda _, value=value: value(desk), command)
    desk.run(command, (0, 1) if re.match(RED, command) else (0,))


def test_every_command_named_in_a_text_exists(root: Path) -> None:
    """`metroetl …` in a line of text or a table: the command and its options are there."""
    import typer

    from metroetl.cli import app

    top: Any = typer.main.get_command(app)
    for page in PAGES:
        for said in re.findall(r"`(metroetl [^`]+)`", (root / page).read_text(encoding="utf-8")):
            command, words = top, said.split()[1:]
            while words and words[0] in getattr(command, "commands", ()):
                command = command.commands[words.pop(0)]
            is_group = hasattr(command, "commands")
            assert not (is_group and words and re.fullmatch(r"[a-z]+", words[0])), (page, said)
            known = {option for p in command.params for option in p.opts} | {"--help"}
            asked = set(re.findall(r"--[a-z][a-z-]+", " ".join(words)))
            assert is_group or " \\| " in said or asked <= known, (page, said, asked - known)
