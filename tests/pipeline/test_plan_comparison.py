"""Plans compared from files, from the archive by address, from the warehouse by series; and the command."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from metroetl.errors import MetroError, VersionMissing
from metroetl.pipeline import add_to_inbox, pass_gate, read_and_stage
from metroetl.pipeline.plan_comparison import compare_series, compare_two
from tests import forked
from tests.pipeline.conftest import Install
from tests.plans.test_compare import NEW, OLD

NAME = "成德眉资同城化发展暨成都都市圈建设三年行动计划"
FIRST = OLD[1].replace(OLD[0], f"{NAME}（2020—2022年）").replace("2021年1月20日", "2020年3月11日")
SECOND = NEW[1].replace(NEW[0], f"{NAME}（2023—2025年）").replace("2024年2月9日", "2023年2月19日")
SECOND = SECOND.replace("第一轮行动计划（2021—2023年）", "起步期行动计划（2020—2022年）")
Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Both plans as files."""
    old, new = tmp_path / "first.txt", tmp_path / "second.txt"
    old.write_text(FIRST, encoding="utf-8")
    new.write_text(SECOND, encoding="utf-8")
    return old, new


def test_files_addresses_and_series_give_the_same_comparison(
    install: Install, files: tuple[Path, Path]
) -> None:
    there = install("there")
    empty = compare_series(["chengdu_three_year"])
    assert [r.text_known for r in empty.series[0].rounds] == [False, False, False]
    assert {s.origin for s in empty.sources} == {"curated"}
    snapshots = add_to_inbox(list(files))
    read_and_stage(there.run_id, "inbox")
    assert pass_gate(there.run_id).published["plans"] >= 2
    pair = compare_two(*map(str, files))
    assert [len(pair.of_kind(k)) for k in ("new", "gone", "split", "merged", "promoted")] == [1] * 5
    assert len(pair.review.passages) == 1
    archived = compare_two(*(s.url for s in snapshots))
    assert archived.sections == pair.sections and archived.targets == pair.targets
    rounds = compare_series(["chengdu_three_year"])
    first, second, third = rounds.series[0].rounds
    assert (first.text_known, second.text_known, third.text_known) == (True, True, False)
    assert second.first("gap") == "上一轮期满后50天发布"
    assert rounds.comparisons[0].sections == pair.sections
    told = there.warehouse.query(
        "SELECT access, text_known_before, text_known_after, lag_days, targets_before, targets_after"
        " FROM mart_plan_comparison WHERE series_id = 'chengdu_three_year' AND round_after = 2 ORDER BY access"
    )[1]
    assert told == [("internal", 1, 1, 50, 5, 5), ("public", 0, 0, None, None, None)]


def test_what_cannot_be_compared_is_named_with_a_way_out(install: Install, files: tuple[Path, Path]) -> None:
    install("there")
    with pytest.raises(MetroError, match="no such series of plans: chengdu_3") as unknown:
        compare_series(["chengdu_3"])
    assert "chengdu_three_year" in unknown.value.way_out
    with pytest.raises(MetroError, match="is a series of plans"):
        compare_two("chengdu_three_year", str(files[0]))
    with pytest.raises(VersionMissing, match="neither a file nor an archived address"):
        compare_two(str(files[0]), "https://a.example.cn/nowhere.html")


@pytest.fixture
def metroetl(tmp_path: Path) -> Command:
    """Runs a command in an empty folder."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("METROETL_", "PREFECT_"))}

    def run(*arguments: str | Path, expect: int = 0) -> subprocess.CompletedProcess[str]:
        done = forked.run("metroetl", "plans", "compare", *map(str, arguments), cwd=tmp_path, env=env)
        assert done.returncode == expect, done.stdout + done.stderr
        return done

    return run


def test_the_command_writes_every_output(metroetl: Command, files: tuple[Path, Path], tmp_path: Path) -> None:
    out = [tmp_path / "out" / name for name in ("pair.html", "pair.md", "pair.docx")]
    shown = metroetl(*files, "--html", out[0], "--markdown", out[1], "--docx", out[2]).stdout
    assert shown.splitlines()[-3:] == [str(path) for path in out]
    assert "拆分" in shown and "1.2万亿元（2023年）" in shown and "（三）完成情况" in shown
    assert all(path.stat().st_size > 1000 for path in out)
    found = json.loads(metroetl(*files, "--json").stdout)
    assert {t["kind"] for t in found["targets"]} == {"raised", "lowered", "same", "added", "dropped"}


def test_the_command_compares_rounds_of_two_series(metroetl: Command, files: tuple[Path, Path]) -> None:
    series = ("chengdu_three_year", "delta_three_year")
    found = json.loads(metroetl(*series, "--rounds", "--json", "--with", files[0]).stdout)
    assert [len(s["rounds"]) for s in found["series"]] == [3, 3]
    assert [r["text_known"] for r in found["series"][0]["rounds"]] == [True, False, False]
    shown = metroetl(*series, "--rounds").stdout
    assert "202项目" in shown and "165重点任务" in shown and "提升期" in shown
    assert "A B, or --rounds" in metroetl(files[0], expect=2).stderr
    assert "METRO_ERROR" in metroetl("nowhere", "--rounds", expect=1).stderr
