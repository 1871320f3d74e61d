"""`metroetl documents` as a person uses it: pages of the replica are edited, files replaced, and the change is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from click.testing import Result
from typer.testing import CliRunner

from metroetl import pipeline
from metroetl.cli import app
from metroetl.errors import MetroError
from metroetl.replica import Replica
from metroetl.settings import settings

Command = Callable[..., Result]
SOURCES = ("anhui", "deyang", "tjj_sh")


@pytest.fixture(scope="module")
def metroetl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """Commands over an archive of three sites, whose pages and files changed after they were archived."""
    with pytest.MonkeyPatch.context() as patch, Replica(as_of=date(2025, 5, 20)) as replica:
        patch.setenv("METROETL_HOME", str(tmp_path_factory.mktemp("documents")))
        patch.setenv("METROETL_HOST_MAP", json.dumps(replica.host_map))
        patch.setenv("METROETL_POLITENESS", "false")
        settings.cache_clear()
        _collect()
        replica.set_faults("anhui", "edited")
        replica.set_faults("deyang", "out_of_range", "dashes")
        replica.set_faults("tjj_sh", "attachment_replaced")
        _revisit()
        yield _command
    settings.cache_clear()


def _collect() -> None:
    run_id = pipeline.open_warehouse().start_run("collect", {})
    for source_id in SOURCES:
        outcome = pipeline.harvest_source(run_id, source_id, since=date(2024, 10, 1))
        pipeline.read_and_stage(run_id, source_id, outcome)
    assert not pipeline.pass_gate(run_id).held


def _revisit() -> None:
    run_id = pipeline.open_warehouse().start_run("revisit", {})
    for outcome in pipeline.revisit_sources(run_id, SOURCES, since=date(2017, 1, 1), budget=300):
        pipeline.read_and_stage(run_id, outcome.source_id, outcome)
    pipeline.pass_gate(run_id)


def _command(*arguments: str | Path, expect: int = 0) -> Result:
    """A command as `main` runs it: a named error ends with its message and exit code 1."""
    done = CliRunner().invoke(app, [str(a) for a in arguments])
    if isinstance(done.exception, MetroError):
        assert expect == 1, done.exception
        done.stderr_bytes = str(done.exception).encode()
        return done
    assert done.exit_code == expect, (done.output, done.exception)
    return done


def addresses(metroetl: Command, *options: str) -> list[str]:
    lines = metroetl("documents", "list", *options).stdout.splitlines()
    return [line.strip() for line in lines if line.startswith("  http")]


def address(metroetl: Command, where: str) -> str:
    sql = f"SELECT url FROM raw_snapshot WHERE {where} GROUP BY url HAVING COUNT(*) > 1 ORDER BY url DESC"
    return metroetl("query", sql, "--csv").stdout.split()[1]


def test_what_changed_is_listed(metroetl: Command) -> None:
    everything, changed = addresses(metroetl), addresses(metroetl, "--changed")
    assert set(changed) < set(everything)
    of_anhui = addresses(metroetl, "--source", "anhui", "--changed")
    assert of_anhui and set(of_anhui) < set(changed)
    told = metroetl("documents", "list", "--source", "tjj_sh", "--changed").stdout
    assert "附件替换 files replaced 1" in told and "附件 file" in told
    metroetl("documents", "list", "--source", "nowhere", expect=1)


def test_an_edit_in_place(metroetl: Command) -> None:
    url = address(metroetl, "source_id = 'anhui' AND role = 'page'")
    told = metroetl("documents", "versions", url).stdout
    assert "首次 first" in told and "正文 text" in told and url in told
    told = metroetl("documents", "diff", url).stdout
    assert "新增段落 paragraphs added 1" in told and "更正说明：本页文字已于" in told


def test_numbers_old_and_new_in_terminal_json_and_page(metroetl: Command, tmp_path: Path) -> None:
    sql = (
        "SELECT url FROM core_document WHERE source_id = 'deyang' AND version > 1 ORDER BY published_on DESC"
    )
    url = metroetl("query", sql, "--csv").stdout.split()[1]
    told = metroetl("documents", "diff", url).stdout
    assert "同比增长[-7.5%-]{+750.0%+}" in told
    assert "同比增长 7.5% → 750.0%" in told
    assert "规模以上工业增加值" in told and "— → …" in told
    found = json.loads(metroetl("documents", "diff", url, "--from", "2", "--to", "1", "--json").stdout)
    assert (found["old"]["number"], found["new"]["number"]) == (2, 1)
    numbers = [n for text in found["changes"]["texts"] for n in text["numbers"]]
    assert {"name": "同比增长", "old": "750.0%", "new": "7.5%"} in numbers
    out = tmp_path / "diff.html"
    assert str(out) in metroetl("documents", "diff", url, "--html", out).stdout
    soup = BeautifulSoup(out.read_text(encoding="utf-8"), "lxml")
    assert "7.5%" in [t.get_text() for t in soup.find_all("del")]
    assert "750.0%" in [t.get_text() for t in soup.find_all("ins")]
    link = soup.select_one("header a")
    assert link is not None and link["href"] == url
    assert all(v[s]["sha256"][:12] in soup.get_text() for v in (found,) for s in ("old", "new"))


def test_a_replaced_file_is_noticed_on_its_page_and_compared_itself(metroetl: Command) -> None:
    sql = "SELECT parent_url, url FROM core_document WHERE source_id = 'tjj_sh' AND role = 'attachment' AND version > 1"
    page, file = metroetl("query", sql, "--csv").stdout.splitlines()[1].split(",")
    assert "附件 files" in metroetl("documents", "versions", page).stdout
    told = metroetl("documents", "diff", page).stdout
    assert "替换 replaced" in told and file in told and "sha256" in told
    assert "（更正）" in metroetl("documents", "diff", file).stdout


def test_what_cannot_be_compared_is_named_with_a_way_out(metroetl: Command) -> None:
    once = sorted(set(addresses(metroetl)) - set(addresses(metroetl, "--changed")))[0]
    for arguments, what in (
        (("diff", "https://nowhere.cn/"), "isn't archived"),
        (("versions", "https://nowhere.cn/"), "isn't archived"),
        (("diff", once), "one version only"),
    ):
        told = metroetl("documents", *arguments, expect=1).stderr
        assert "VERSION_MISSING" in told and what in told and "→" in told and "Traceback" not in told
    metroetl("documents", "diff", once, "--from", "0", expect=2)
