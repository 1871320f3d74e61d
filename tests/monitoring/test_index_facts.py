"""The index on facts: what is covered has a score that can be computed by hand, the rest is refused by name."""

from __future__ import annotations

from datetime import date

import pytest
from typer.testing import CliRunner

from metroetl.cli import app
from metroetl.errors import MetroError
from metroetl.monitoring.content import Chart, Cited, Paragraph, Section, Table
from metroetl.monitoring.figures import CircleFigures, load_figures
from metroetl.monitoring.index.change import change
from metroetl.monitoring.index.definitions import edition_of
from metroetl.monitoring.index.normalise import efficacy
from metroetl.monitoring.index.score import Score, scores
from metroetl.monitoring.index.section import section
from metroetl.monitoring.index.store import keep_indices
from metroetl.settings import settings
from metroetl.warehouse import Warehouse

CIRCLE, SICHUAN, MEISHAN = "AGG.CDMC", "510000", "511400"


@pytest.fixture(scope="module")
def level(warehouse: Warehouse) -> dict[str, Score]:
    return {s.region: s for s in scores(warehouse, edition_of("level-2024"))}


@pytest.fixture(scope="module")
def process(warehouse: Warehouse) -> dict[int, Score]:
    return {s.year: s for s in scores(warehouse, edition_of("process-2026"))}


@pytest.fixture(scope="module")
def chengdu(warehouse: Warehouse) -> CircleFigures:
    return load_figures(warehouse, "chengdu")


def test_a_circles_level_by_hand(level: dict[str, Score]) -> None:
    """2023 as published: 72.54 %, 27845.35亿元, 3006.4万人, 12231.8亿元, +6.1 %, +5.2 %, 2343.0 and 3602.7亿元."""
    parts = {
        "urb": efficacy(72.54, 40, 85),
        "gdp_head": efficacy(27845.35 / 3006.4, 3, 15),
        "retail_head": efficacy(12231.8 / 3006.4, 1, 6),
        "gdp_growth": efficacy(6.1, 0, 8),
        "iva_growth": efficacy(5.2, 0, 12),
        "fiscal": efficacy(2343.0 / 3602.7 * 100, 20, 90),
    }
    weights = {"urb": 20, "gdp_head": 20, "retail_head": 10, "gdp_growth": 20, "iva_growth": 10, "fiscal": 20}
    mine = level[CIRCLE]
    assert mine.d == pytest.approx(parts) and mine.covered == 100 and not mine.missing and not mine.carried
    assert mine.value == pytest.approx(sum(parts[k] * w for k, w in weights.items()) / 100)
    assert mine.value == pytest.approx(85.39, abs=0.01)
    figure = mine.figure()
    assert figure and len({f.evidence.observation_id for f in figure.sources() if f.evidence}) == 8


def test_what_is_not_covered_is_refused_by_name(level: dict[str, Score]) -> None:
    meishan = level[MEISHAN]
    assert meishan.value is None and meishan.covered == 50 and meishan.figure() is None
    assert meishan.missing_names() == [
        "常住人口城镇化率", "人均地区生产总值（年末常住人口）（缺常住人口）", "人均社会消费品零售额（年末常住人口）（缺常住人口）",
    ]  # fmt: skip
    assert [level[r].value for r in ("330000", "340000")] == [None, None]
    nation = level["000000"]
    assert (
        nation.covered == 80
        and nation.value is not None
        and [s.item.key for s in nation.missing] == ["fiscal"]
    )
    assert sum(s.weight for s in nation.items) == pytest.approx(1)


def test_sichuans_retail_sales_are_those_of_the_year_before(level: dict[str, Score]) -> None:
    (carried,) = level[SICHUAN].carried
    assert (
        carried.item.key == "retail_head" and carried.raw.figure and carried.raw.figure.quarter == "2022-Q4"
    )
    assert carried.raw.figure.value == pytest.approx(24104.6 / 8374.0)
    gap = change(level[SICHUAN], level[CIRCLE])
    assert gap and gap.total == pytest.approx(sum(v for _, v in gap.items)) and abs(gap.coverage) < 1e-9


def test_progress_by_hand(process: dict[int, Score]) -> None:
    """2024: 城镇化率 of 2023 (E), share 46.0 of 46.3, growth 5.9, 7.4, 3.6, first city's shares by the cities' levels."""
    cities = {2023: [22074.72, 3014.41, 1737.0, 1019.22], 2024: [23511.3, 3265.4, 1890.1, 1090.0]}
    retail = {2023: [10001.6, 1114.1, 645.2, 470.9], 2024: [10327.1, 1185.5, 672.7, 483.8]}

    def even(levels: dict[int, list[float]]) -> float:
        first = {y: v[0] / sum(v) for y, v in levels.items()}
        return first[2023] / first[2024] * 100

    by_hand = (100 + 46.0 / 46.3 * 100) / 6 + (105.9 + 107.4 + 103.6) / 9 + (even(cities) + even(retail)) / 6
    assert process[2023].value == pytest.approx(100)
    assert process[2024].value == pytest.approx(by_hand, abs=0.001)
    assert [s.item.key for s in process[2024].carried] == ["urb"]


def test_progress_of_2025_lacks_the_urbanisation_rate(process: dict[int, Score]) -> None:
    last = process[2025]
    assert last.missing_names() == ["常住人口城镇化率"], "that of 2023 is too old"
    assert last.covered == pytest.approx(83.33, abs=0.01) and last.value == pytest.approx(103.53, abs=0.01)
    assert {s.item.key for s in last.carried} == {"retail", "balance_retail"}
    assert last.d["gdp"] == pytest.approx(105.9 * 1.058)
    moved = change(process[2024], last)
    assert moved and moved.coverage == pytest.approx(-0.054, abs=0.001), (
        "the share below 100 weighs more, alone"
    )
    assert moved.coverage + sum(v for _, v in moved.items) == pytest.approx(moved.total)


def test_an_edition_is_frozen_in_time(warehouse: Warehouse) -> None:
    """What was published after its day isn't seen: the urbanisation rates came in May."""
    early = edition_of("level-2024").model_copy(update={"as_of": date(2024, 3, 1)})
    mine = next(s for s in scores(warehouse, early) if s.region == CIRCLE)
    assert mine.value is None and "常住人口城镇化率" in mine.missing_names()


# --- the warehouse ---------------------------------------------------------------------------------------------------


def test_it_is_kept_for_readers_by_sql(warehouse: Warehouse, process: dict[int, Score]) -> None:
    assert keep_indices(warehouse) == keep_indices(warehouse), "each computation replaces the one before"
    rows = warehouse.records(
        "SELECT * FROM mart_index WHERE circle_id = 'chengdu' AND index_id = 'process' AND edition = '2026'"
        " AND data_year = 2025 ORDER BY sort_order",
        public=True,
    )
    whole, parts = rows[0], [r for r in rows if r["part_level"] == "indicator"]
    assert (whole["part_level"], whole["origin"], whole["obs_status"], whole["missing"]) == (
        "total",
        "computed",
        "E",
        "常住人口城镇化率",
    )
    assert (
        whole["value"] == pytest.approx(process[2025].value)
        and whole["value_low"] < whole["value"] < whole["value_high"]
    )
    given = [
        r["contribution"]
        for r in rows
        if r["part_level"] in ("indicator", "coverage") and r["contribution"] is not None
    ]
    assert sum(given) == pytest.approx(whole["contribution"], abs=1e-7)
    assert [r["part"] for r in parts if r["obs_status"] == "L"] == ["urb"]
    gdp = next(r for r in parts if r["part"] == "gdp")
    known = "SELECT observation_id FROM mart_observation_latest WHERE observation_id = :id"
    assert all(warehouse.records(known, {"id": key}) for key in gdp["observation_ids"].split("、"))
    stated = warehouse.records(
        "SELECT value, rank, rank_of, data_year, edition, weighting, covered_pct FROM mart_index"
        " WHERE origin = 'published' AND circle_id = 'chengdu' AND part = '' AND value IS NOT NULL"
    )
    assert stated == [
        {"value": 76.4, "rank": 5, "rank_of": 12, "data_year": 2022, "edition": "2023版", "weighting": "", "covered_pct": None}
    ]  # fmt: skip
    refused = warehouse.records(
        "SELECT value, covered_pct, note FROM mart_index WHERE index_id = 'level' AND region_code = '511400' AND part = ''"
    )
    assert refused == [{"value": None, "covered_pct": 50.0, "note": "指标权重覆盖50%，低于80%，不发布"}]
    early = warehouse.records("SELECT DISTINCT index_id FROM mart_index", as_of=date(2024, 3, 10))
    assert {r["index_id"] for r in early} & {"level", "cdmc_hqd", "cysc_dev"} == {"cdmc_hqd", "cysc_dev"}


# --- what readers see ------------------------------------------------------------------------------------------------


def _words(found: Section) -> str:
    return "\n".join(b.text for b in found.blocks if isinstance(b, Paragraph))


def test_the_section_says_what_the_figures_say(warehouse: Warehouse, chengdu: CircleFigures) -> None:
    found = section(chengdu, warehouse, "2025-Q1")
    assert found and found.key == "index"
    words = _words(found)
    assert "2025版（2023年=100）：2024年为101.9，比上年提高1.9点，贡献居前的为规模以上工业增加值" in words
    assert "成都都市圈得85.4分，比四川省高6.9分（78.5）" in words
    assert "眉山市2023年缺：常住人口城镇化率" in words and "本项目自行设定" in words
    tables = {b.name: b for b in found.blocks if isinstance(b, Table)}
    assert set(tables) == {"index_level", "index_gap", "index_process", "index_published"}
    assert all(len(row) == len(t.header) for t in tables.values() for row in t.rows)
    published = [[c.text for c in row] for row in tables["index_published"].rows]
    assert ["76.4", "5/12", "0-100"] in [row[5:8] for row in published] and ["129.5", "—", "2015=100"] in [
        r[5:8] for r in published
    ]
    (chart,) = [b for b in found.blocks if isinstance(b, Chart)]
    assert list(chart.categories) == ["2023", "2024"] and chart.series["总指数"][-1] == pytest.approx(
        101.88, abs=0.01
    )
    assert "2024年101.9" in chart.alt and len(chart.series) == 4
    cited = [
        p.figure for b in found.blocks if isinstance(b, Paragraph) for p in b.pieces if isinstance(p, Cited)
    ]
    assert cited and all(list(f.sources()) for f in cited), "each score leads to published figures"


def test_the_section_by_quarter_language_and_circle(warehouse: Warehouse, chengdu: CircleFigures) -> None:
    year = section(chengdu, warehouse, "2025-Q4", "en")
    assert year and "edition 2026 (2023 = 100): in 2025 103.5, up 1.7 points" in _words(year)
    assert "Chengdu metropolitan circle, 2025 lacks: Urbanisation rate." in _words(year)
    before = section(chengdu, warehouse, "2022-Q1")
    assert before is None, "no edition and no published value speaks of 2021"
    nanjing = load_figures(warehouse, "nanjing")
    assert section(nanjing, warehouse, "2025-Q1") is None


def _command(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["index", *arguments])
    if isinstance(done.exception, MetroError):
        return str(done.exception)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def test_the_commands(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METROETL_DATABASE_URL", warehouse.url)
    settings.cache_clear()
    try:
        listed = _command("list")
        assert "process-2026" in listed and "114.03" in listed
        assert "103.5" in _command("show", "process") and '"value": 85.39' in _command(
            "show", "level-2024", "--json"
        )
        assert "published 21" in _command("compute")
        weights = _command("weights", "level-2024")
        assert (
            "成都都市圈、成都市、德阳市、资阳市、四川省（2023）" in weights
            and "weighting: entropy" in weights
        )
        given = weights.split("{")[1].split("}")[0]
        assert sum(float(pair.split(":")[1]) for pair in given.split(",")) == pytest.approx(100)
        assert "urb: 25, gdp_head: 25" not in _command("weights", "level-2024", "--method", "equal")
        assert "three places" in _command("weights", "process")
    finally:
        settings.cache_clear()
