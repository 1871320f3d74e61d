"""`metroetl sources add` and `sources check` as a person uses them: asked, answered, refused."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from metroetl.replica import Replica
from tests import forked

Command = Callable[..., "subprocess.CompletedProcess[str]"]
LIST = "https://tjj.sc.gov.cn/scstjj/c112117/list.shtml"


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(as_of=date(2025, 5, 20)) as running:
        yield running


@pytest.fixture
def metroetl(replica: Replica, tmp_path: Path) -> Command:
    """Runs a command with an operator's own folder `data`, and what the person types."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("METROETL_")}
    base = {
        **clean,
        "METROETL_HOME": str(tmp_path / "data"),
        "METROETL_HOST_MAP": json.dumps(replica.host_map),
        "METROETL_POLITENESS": "false",
    }

    def run(
        *arguments: str, typed: str = "", expect: int = 0, **env: str
    ) -> subprocess.CompletedProcess[str]:
        done = forked.run("metroetl", *arguments, cwd=tmp_path, env=base | env, typed=typed)
        assert done.returncode == expect, done.stdout + done.stderr
        return done

    return run


def test_a_source_is_shown_asked_for_and_written(metroetl: Command, tmp_path: Path) -> None:
    answers = ["sc_again", "", "", "510000，510100", "", "", "", "y"]
    told = metroetl("sources", "add", LIST, "--own", typed="\n".join(answers) + "\n").stdout
    assert "类型 family: ucap" in told and "2025年一季度四川省经济运行情况" in told
    assert "已有来源使用同一列表" in told and "tjj_sc" in told
    assert "示例页读取无误" in told and "metroetl sources check sc_again --live" in told
    shown = json.loads(metroetl("sources", "show", "sc_again").stdout)
    assert shown["regions"] == ["510000", "510100"]
    assert (shown["publisher"], shown["family"], shown["verified"]) == ("四川省统计局", "ucap", "never")
    (checked,) = json.loads(metroetl("sources", "check", "sc_again", "--json").stdout)
    assert checked["outcome"] == "example_read"
    (live,) = json.loads(metroetl("sources", "check", "sc_again", "--live", "--json").stdout)
    assert (live["outcome"], live["family_seen"], live["live"], live["robots"]) == (
        "listed",
        "ucap",
        False,
        "allowed",
    )
    table = metroetl("sources", "check", "sc_again", "--live").stdout
    assert "四川省统计局" in table and "替身" in table and "1/1 可以读取" in table


def test_nothing_is_written_before_a_person_says_yes(metroetl: Command, tmp_path: Path) -> None:
    told = metroetl("sources", "add", LIST, "--own", typed="\n" * 7 + "n\n", expect=1).stdout
    assert "什么也没有写" in told
    metroetl("sources", "add", LIST, "--own", typed="", expect=1)  # the person went away
    assert not (tmp_path / "data").exists()


def test_without_questions_everything_is_an_option(metroetl: Command) -> None:
    options = ["--id", "a1", "--title", "甲", "--publisher", "乙", "--region", "510600", "--kind", "plans"]
    metroetl(
        "sources", "add", LIST, "--own", "--yes", *options, "--cron", "5 8 * * *", "--host", "www.sc.gov.cn"
    )
    shown = json.loads(metroetl("sources", "show", "a1").stdout)
    assert (shown["title"], shown["publisher"], shown["regions"]) == ("甲", "乙", ["510600"])
    assert (shown["kinds"], shown["cadence"]["cron"]) == (["plans"], "5 8 * * *")
    assert shown["hosts"] == ["tjj.sc.gov.cn", "www.sc.gov.cn"]
    again = metroetl("sources", "add", LIST, "--own", "--yes", "--id", "a1", expect=2).stderr
    assert "already there" in again and "→" in again


@pytest.mark.parametrize(
    ("arguments", "exit_code", "told"),
    [
        (["http://127.0.0.1:1/"], 1, "not on the public internet"),
        (["ftp://tjj.sc.gov.cn/"], 2, "no web address"),
        ([LIST, "--family", "sharepoint"], 2, "no such family"),
        ([LIST, "--option", "rows"], 2, "NAME=VALUE"),
        ([LIST, "--region", "123456"], 2, "123456"),
    ],
)
def test_wrong_usage_is_told(metroetl: Command, arguments: list[str], exit_code: int, told: str) -> None:
    refused = metroetl("sources", "add", *arguments, "--own", "--yes", expect=exit_code).stderr
    assert told in refused and "Traceback" not in refused


def test_without_questions_a_page_must_be_readable(
    metroetl: Command, replica: Replica, tmp_path: Path
) -> None:
    replica.set_faults("tjj_sc", "soft_404")
    try:
        refused = metroetl("sources", "add", LIST, "--own", "--yes", expect=1)
    finally:
        replica.set_faults("tjj_sc")
    assert "SOFT_NOT_FOUND" in refused.stderr and "2025年一季度四川省经济运行情况" in refused.stdout
    assert not (tmp_path / "data").exists()


def test_a_barrier_is_named_with_its_way_out(metroetl: Command, replica: Replica, tmp_path: Path) -> None:
    replica.set_faults("tjj_sc", "ruishu")
    try:
        refused = metroetl("sources", "add", LIST, "--own", "--yes", expect=1).stderr
        checked = metroetl("sources", "check", "tjj_sc", "--live", expect=1).stdout
    finally:
        replica.set_faults("tjj_sc")
    assert "BOT_CHALLENGE" in refused and "inbox add" in refused
    assert "BOT_CHALLENGE" in checked and "inbox add" in checked and "0/1" in checked


def test_all_examples_are_checked_offline(metroetl: Command, tmp_path: Path) -> None:
    told = metroetl("sources", "check", METROETL_HOST_MAP="{}").stdout
    assert "国家统计局" in told and "sources check --live" in told
    assert not (tmp_path / "data").exists()
