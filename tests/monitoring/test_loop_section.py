"""What the report says of check-up, diagnosis and response, and the commands, over the facts of Chengdu's circle."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from metroetl.cli import app
from metroetl.errors import MetroError
from metroetl.monitoring.content import Chart, Cited, Paragraph, Section, Table
from metroetl.monitoring.figures import CircleFigures, load_figures
from metroetl.monitoring.loop.response import check_up, respond
from metroetl.monitoring.loop.section import section
from metroetl.settings import settings
from metroetl.warehouse import Warehouse
from metroetl.warehouse.upgrade import copy_sqlite


@pytest.fixture(scope="module")
def home(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose warehouse is a copy of the facts, so that its loops are its own."""
    folder = tmp_path_factory.mktemp("loop")
    copy_sqlite(Path(warehouse.url.removeprefix("sqlite:///")), folder / "warehouse.db")
    return folder


@pytest.fixture(scope="module")
def own(home: Path) -> Warehouse:
    """The facts, checked for 2024, the first quarter of 2025, and 2025."""
    made = Warehouse(f"sqlite:///{home / 'warehouse.db'}")
    for quarter in ("2024-Q4", "2025-Q1"):
        check_up(made, "chengdu", quarter)
    return made


@pytest.fixture(scope="module")
def chengdu(own: Warehouse) -> CircleFigures:
    return load_figures(own, "chengdu")


def texts(made: Section) -> list[str]:
    return [b.text for b in made.blocks if isinstance(b, Paragraph)]


def tables(made: Section) -> dict[str, Table]:
    return {b.name: b for b in made.blocks if isinstance(b, Table)}


def test_the_first_quarter_of_2025(own: Warehouse, chengdu: CircleFigures) -> None:
    made = section(chengdu, own, "2025-Q1")
    told = texts(made)
    assert (
        told[0].startswith("按16条规则对2025年一季度成都都市圈及各市体检")
        and "预警0项、关注1项、提示2项" in told[0]
    )
    assert told[1] == "【关注】2025年一季度，眉山市地区生产总值同比增长7.6%，增速比上年同期回落1.5个百分点。"
    (changed,) = [t for t in told if "与上年全年相比" in t]
    assert (
        "由5.97%变为6.28%，变动+0.31个百分点，其中成都市+0.31、德阳市−0.01、眉山市+0.01、资阳市−0.01"
        in changed
    )
    assert any("季节因素" in t for t in told), "a first quarter against a whole year says so"
    assert any("第二产业增加值2.04" in t and "公布的地区生产总值增速6.2%" in t for t in told)
    parts = tables(made)["contributions"]
    assert [c.text for c in parts.rows[-1]][1:4] == ["6.28", "5.97", "+0.31"]
    (chart,) = [b for b in made.blocks if isinstance(b, Chart)]
    assert chart.categories == ["成都市", "德阳市", "眉山市", "资阳市"] and "4.52 → 4.83" in chart.alt
    assert [len(v) for v in chart.series.values()] == [4, 4] and "mark" in json.dumps(chart.spec)


def test_every_number_of_a_sentence_has_its_evidence(own: Warehouse, chengdu: CircleFigures) -> None:
    for quarter in ("2024-Q4", "2025-Q1", "2025-Q4"):
        made = section(chengdu, own, quarter)
        cited = [p for b in made.blocks if isinstance(b, Paragraph) for p in b.pieces if isinstance(p, Cited)]
        assert cited and all(list(piece.figure.sources()) for piece in cited)


def test_2025_says_what_is_missing(own: Warehouse, chengdu: CircleFigures) -> None:
    made = section(chengdu, own, "2025-Q4")
    told = texts(made)
    assert "2025年地区生产总值增速变动未按市分解：缺眉山市2025年地区生产总值总量或增速。" in told
    assert not [b for b in made.blocks if isinstance(b, Chart)], "nothing is drawn of what can't be split"
    lacks = {tuple(c.text for c in row[:4]) for row in tables(made)["unjudged"].rows}
    assert ("地区生产总值", "增速", "2025年", "眉山市") in lacks
    assert any("投资放缓（德阳市固定资产投资同比增长5.1%" in t for t in told)
    assert "2025年的体检结果尚未登入闭环台账。" in told


def test_english(own: Warehouse, chengdu: CircleFigures) -> None:
    chinese, english = (section(chengdu, own, "2025-Q1", language) for language in ("zh", "en"))
    assert [type(b) for b in chinese.blocks] == [type(b) for b in english.blocks]
    assert "1.5 points slower than in the first quarter of 2024" in texts(english)[1]
    assert tables(english)["loops"].header[0] == "Loop"


def test_loops_show_as_they_stood(own: Warehouse, chengdu: CircleFigures) -> None:
    then = tables(section(chengdu, own, "2024-Q4"))["loops"]
    assert {row[3].text for row in then.rows} == {"2024年四季度"}
    (row,) = own.records(
        "SELECT loop_id FROM mart_loop WHERE rule_code = 'slows-on-year' AND region_code = '511400'"
    )
    respond(own, row["loop_id"], owner="眉山市发改委", due_quarter="2024-Q4", note="调度", who="chen")
    made = section(chengdu, own, "2025-Q1")
    (shown,) = [r for r in tables(made)["loops"].rows if r[0].text == row["loop_id"][:8]]
    assert [c.text for c in shown[4:7]] == ["应对中", "眉山市发改委", "2024年四季度（已过时限）"] and shown[
        6
    ].light == "red"
    assert any("其中1项已过应对时限" in t for t in texts(made))


# --- commands ------------------------------------------------------------------------------------------------------


@pytest.fixture
def shell(home: Path, own: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("METROETL_HOME", str(home))
    monkeypatch.setenv("METROETL_USER", "chen")
    monkeypatch.delenv("METROETL_DATABASE_URL", raising=False)
    settings.cache_clear()
    yield home
    settings.cache_clear()


def run(*args: str) -> Result:
    return CliRunner().invoke(app, ["loop", *args])


def test_the_commands(shell: Path) -> None:
    dry = run("check", "--quarter", "2025q4", "--dry-run")
    assert dry.exit_code == 0 and "缺眉山市2025年地区生产总值增速" in dry.output and "登记" not in dry.output
    kept = json.loads(run("check", "--circle", "成德眉资", "--quarter", "2025-Q4", "--json").output)
    assert kept["events"] and {f["severity"] for f in kept["findings"]} == {"alert", "watch", "notice"}
    assert json.loads(run("check", "--quarter", "2025Q4", "--json").output)["events"] == []
    assert "较早季度只判定不登记" in run("check", "--quarter", "2025Q1").output
    rows = json.loads(run("list", "--circle", "chengdu", "--json").output)
    (deyang,) = [
        r["loop_id"] for r in rows if (r["rule_code"], r["region_code"]) == ("slows-on-year", "510600")
    ]
    told = run("respond", deyang[:8], "--owner", "德阳市发改委", "--due", "2026Q2", "--note", "调度重点项目")
    assert "应对中 responding · chen" in told.output
    shown = run("show", deyang[:8]).output
    assert "立项" in shown and "责任单位 德阳市发改委  时限 2026-Q2" in shown and "loop close" in shown
    assert isinstance(run("verify", deyang, "--reason", "x").exception, MetroError)
    assert "已关闭 closed" in run("close", deyang, "--reason", "另行处理").output
    listed = run("list").output
    assert "德阳市发改委" not in listed and "德阳市发改委" in run("list", "--all").output
    assert run("respond", deyang, "--owner", "a", "--due", "2026", "--note", "b").exit_code == 2
