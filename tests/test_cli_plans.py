"""`metroetl plans` as a person uses it, over what stand-in sites show of plans."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from metroetl import pipeline
from metroetl.cli.show import show_summary
from metroetl.replica import Replica
from metroetl.runs import Failure, ReleaseNews, RunSummary
from metroetl.settings import settings
from tests import forked

Command = Callable[..., "subprocess.CompletedProcess[str]"]
SOURCES = ("sc_gov", "chengdu_gov", "shanghai")


@pytest.fixture(scope="module")
def metroetl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """Commands over a warehouse of three sites' plans as of June 2026, loaded without Prefect."""
    folder = tmp_path_factory.mktemp("plans")
    with pytest.MonkeyPatch.context() as patch, Replica(as_of=date(2026, 6, 1)) as replica:
        patch.setenv("METROETL_HOME", str(folder / "data"))
        patch.setenv("METROETL_HOST_MAP", json.dumps(replica.host_map))
        patch.setenv("METROETL_POLITENESS", "false")
        settings.cache_clear()
        run_id = pipeline.open_warehouse().start_run("collect", {})
        for source in SOURCES:
            pipeline.read_and_stage(run_id, source, pipeline.harvest_source(run_id, source))
        assert not pipeline.pass_gate(run_id).held
        settings.cache_clear()
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("METROETL_", "PREFECT_"))}
    env = {**clean, "METROETL_HOME": str(folder / "data"), "COLUMNS": "300"}

    def run(*arguments: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        done = forked.run("metroetl", "plans", *arguments, cwd=folder, env=env)
        assert done.returncode == expect, done.stdout + done.stderr
        return done

    yield run


def flat(text: str) -> str:
    """A printed table without its lines and blanks, for cells that were folded."""
    return re.sub(r"[\s│┃━─┏┓┗┛┡┩├┤└┘┴┳╇]", "", text)


def test_releases_are_listed_once_newest_first(metroetl: Command) -> None:
    told = metroetl("list").stdout
    assert told.count("新发布  成都都市圈三年行动计划（2023—2025年）\n") == 1
    assert "领导小组 · 2023—2025 · 正文1 消息1\n" in told
    assert "接续 follows: 成德眉资同城化发展暨成都都市圈建设三年行动计划（2020—2022年）\n" in told
    assert (
        told.index("2025-10-10")
        < told.index("2024-07-25")
        < told.index("2023-02-20")
        < told.index("2020-03-11")
    )


def test_the_list_is_narrowed_by_circle_and_day(metroetl: Command) -> None:
    delta = metroetl("list", "--circle", "长三角").stdout
    assert "长三角地区一体化发展三年行动计划" in delta and "成都都市圈" not in delta
    recent = metroetl("list", "--since", "2024-07-25").stdout
    assert "2024-07-25" in recent and "2023-02-20" not in recent
    wrong = metroetl("list", "--circle", "亚特兰蒂斯", expect=2)
    assert "no such circle" in wrong.stderr and "chengdu" in wrong.stderr


def test_the_calendar_warns_as_of_the_day_that_is_asked(metroetl: Command) -> None:
    early = flat(metroetl("calendar", "--circle", "chengdu", "--as-of", "2025-08-01").stdout)
    assert "成都都市圈三年行动计划2025-12-31到期，剩5个月，未见后续，后续在编" in early
    late = flat(metroetl("calendar", "--circle", "chengdu", "--as-of", "2026-02-01").stdout)
    assert "2025-12-31到期，已过32天" in late
    assert "长三角" not in late
    calm = flat(metroetl("calendar", "--circle", "guangzhou", "--as-of", "2025-08-01").stdout)
    assert "到期" not in calm.partition("提醒alerts")[2]


def test_curated_and_extracted_rounds_stand_side_by_side(metroetl: Command) -> None:
    told = flat(metroetl("calendar", "--circle", "yangtze_delta", "--as-of", "2026-06-01").stdout)
    row = "长三角长三角地区一体化发展三年行动计划32024—2026已发布"
    assert f"{row}2024-07-25curated{row}extracted" in told  # the page prints no day of issue
    assert "2023-12-31到期，下一轮2024-07-25印发，迟207天" in told


def test_the_timeline_is_one_file_that_asks_for_nothing(metroetl: Command, tmp_path: Path) -> None:
    page = tmp_path / "deep" / "calendar.html"
    assert str(page) in metroetl("calendar", "--as-of", "2025-11-01", "--html", str(page)).stdout.replace(
        "\n", ""
    )
    html = page.read_text(encoding="utf-8")
    assert "<svg" in html and "<script" not in html
    loads = re.findall(r"(?:src|href)=[\"'](?!#)|url\((?![\"']?#)|@import", html)
    assert loads == []
    for words in ("成都都市圈三年行动计划", "提升期", "▲", "2025-12-31 到期，剩 2 个月", "截至 2025-11-01"):
        assert words in html, words


def test_a_run_prints_what_it_announces(capsys: pytest.CaptureFixture[str]) -> None:
    news = ReleaseNews(
        release_key="x.r1",
        title="甲市发展规划",
        state="new",
        issuers=["甲市人民政府"],
        period="2026—2030",
        doc_number="甲政发〔2026〕1号",
        url="https://jia.example.cn/1",
        first_seen_at=datetime.now(UTC),
    )
    failure = Failure(code="NOTIFICATION", url="slack-webhook/x", detail="away", way_out="look")
    summary = RunSummary(
        run_id="r", flow="collect", started_at=datetime.now(UTC), releases=[news], not_told=[failure]
    )
    assert summary.exit_code == 0
    show_summary(summary)
    told = capsys.readouterr().out
    assert "★ 甲市发展规划   new · 2026—2030 · 甲市人民政府 · 甲政发〔2026〕1号" in told
    assert "https://jia.example.cn/1" in told
    assert "未通知 not told: NOTIFICATION slack-webhook/x: away → look" in told
