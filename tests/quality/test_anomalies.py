"""Outliers of a series are told, with what is usual; seasons, first figures and events are not taken for errors."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from metroetl.catalogue import catalogue
from metroetl.cli import app
from metroetl.pipeline import steps
from metroetl.quality.anomalies import NEEDS, TOLD
from metroetl.quality.anomaly_chart import sparkline
from metroetl.quality.anomaly_page import write_anomaly_page
from metroetl.quality.anomaly_report import Anomaly, Point, find_anomalies, latest_run
from metroetl.quality.frames import prepare
from metroetl.quality.gate import run_gate
from metroetl.quality.windows import near
from metroetl.statistics.models import Statement
from metroetl.warehouse import Warehouse
from metroetl.warehouse.keys import parse_period
from metroetl.warehouse.models import Reading
from tests.quality.bench import figure, frames_of, past_of, release, stage_into
from tests.quality.test_facts import good, readings, rows_of

QUARTERS = [f"{year}{q}" for year in range(2018, 2025) for q in ("-Q1", "-Q2", "-Q3", "")]
# Farming: a sixth of the year by March, two fifths by June (made up, in the proportions of VA1).
HARVEST = {"-Q1": 0.16, "-Q2": 0.38, "-Q3": 0.70, "": 1.0}


def printed(statements: Iterable[Statement]) -> list[Reading]:
    """A page a figure, published twenty days after its period."""
    return [
        release(
            f"{s.region_code}-{s.indicator_code}-{s.measure}-{s.period}",
            [s],
            published=s.period_end + timedelta(days=20) if s.period_end else None,
            title=f"{found.label_zh if (found := parse_period(s.period)) else s.period}德阳市经济运行情况",
        )
        for s in statements
    ]


def levels(indicator: str, growth: float = 1.06, region: str = "510600") -> list[Statement]:
    """Seven years of a seasonal cumulative series."""
    return [
        figure(
            region, indicator, p, "level_ytd", f"{200 * HARVEST[p[4:]] * growth ** (int(p[:4]) - 2018):.1f}"
        )
        for p in QUARTERS
    ]


def rates(indicator: str, values: dict[str, float], region: str = "510600") -> list[Statement]:
    """A steady rate around 6 % that wobbles by a few tenths, but for what is given."""
    return [
        figure(region, indicator, p, "yoy_real_ytd", f"{values.get(p, 6 + 0.2 * (n % 3)):.1f}")
        for n, p in enumerate(QUARTERS)
    ]


def judged(new: list[Reading], known: list[Reading] | None = None) -> pd.DataFrame:
    frame = prepare(frames_of(new), past_of(known or []), catalogue())["staging_observation"]
    return frame.set_index(["indicator_code", "period"])


def told(frame: pd.DataFrame) -> dict[tuple[str, str], str]:
    return {key: words for key, words in frame["anomaly"].items() if isinstance(words, str) and words}


def test_the_known_outlier_is_told_with_one_neighbour() -> None:
    """德阳市货物进出口: 2024 年上半年 109.2 亿元, then 240.2 for a quarter alone (published figures)."""
    known = printed([figure("510600", "TRD", "2024-Q2", "level_ytd", "109.2")])
    row = judged(printed([figure("510600", "TRD", "2025-Q1", "level_ytd", "240.2")]), known).iloc[0]
    assert row["anomaly_score"] > TOLD
    assert row["anomaly"].startswith("月均为邻近1期中位的4.40倍（季节未知）；修正z=4.0，常见14.9～199.8")


@pytest.mark.shared
def test_the_known_outlier_among_the_reference_figures(shared: Path) -> None:
    rows = rows_of(shared / "domain" / "reference_series.csv")
    (suspect,) = [r for r in rows if r["value"] == "240.2" and r["indicator_code"] == "TRD"]
    found = judged(readings([suspect]), readings(good(rows)))
    assert "修正z=" in found["anomaly"].iloc[0]


@pytest.mark.shared
def test_published_figures_are_seldom_told_and_breaks_are_explained(shared: Path) -> None:
    found = judged(readings(good(rows_of(shared / "domain" / "reference_series.csv"))))
    sentences = told(found)
    assert found["anomaly"].notna().sum() > 900, "most figures can be judged"
    assert 0 < len(sentences) / len(found) < 0.01
    explained = [w for w in sentences.values() if "可能确有其事" in w or "基数" in w]
    assert len(explained) / len(sentences) > 0.7, "what is told are 2020, 2021 and Shanghai in 2022"


def test_a_seasonal_series_raises_no_alarm() -> None:
    for indicator in ("VA1", "GDP", "TRD"):
        frame = judged(printed(levels(indicator)))
        assert told(frame) == {}
        assert frame["anomaly"].notna().all(), "and every figure of it was judged"


def test_growth_of_a_level_is_scored_by_the_formula() -> None:
    series = levels("GDP")
    wrong = figure("510600", "GDP", "2025-Q1", "level_ytd", "60.0")
    row = judged(printed([wrong]), printed(series)).iloc[0]
    x, usual = 100 * math.log(60.0 / (200 * 0.16 * 1.06**6)), 100 * math.log(1.06)
    floor = (20 - -8) / 30
    assert row["anomaly_score"] == pytest.approx(0.6745 * (x - usual) / floor, rel=0.02)
    assert "较上年同期+32.2%" in row["anomaly"] and "中位+6.0%" in row["anomaly"]


def test_growth_that_nobody_else_has_is_told_and_has_no_excuse() -> None:
    frame = judged(printed([*rates("GDP", {"2023-Q2": 12.6}), *rates("VA2", {}), *rates("VA3", {})]))
    ((key, words),) = told(frame).items()
    assert key == ("GDP", "2023-Q2") and "增速12.6%" in words
    assert "确有其事" not in words and "基数" not in words


def test_an_event_is_told_but_explained() -> None:
    """2020-Q1: everything falls at once, and a year later it rebounds from a low base."""
    event = {"2020-Q1": -6.0, "2021-Q1": 18.0}
    frame = judged(printed([s for code in ("GDP", "VA2", "VA3") for s in rates(code, event)]))
    sentences = told(frame)
    assert set(sentences) == {(c, p) for c in ("GDP", "VA2", "VA3") for p in event}
    assert all("本地区另2项指标" in words for words in sentences.values())
    assert all(("基数" in words) == (period == "2021-Q1") for (_, period), words in sentences.items())


def test_too_few_neighbours_are_not_judged() -> None:
    first = rates("GDP", {})[: NEEDS + 1]
    assert judged(printed(first[:NEEDS]))["anomaly"].isna().all()
    assert judged(printed(first))["anomaly"].notna().all()
    assert judged(printed([figure("510600", "GDP", "2025-Q1", "level_ytd", "700.0")]))["anomaly"].isna().all()


def test_the_season_is_learnt_from_other_regions() -> None:
    """Without last year's quarter, pace is compared; farming's is a third in spring, which other cities tell."""
    years = [s for s in levels("VA1") if len(s.period) == 4]
    spring = [f"{200 * 0.16 * 1.06**7 * factor:.1f}" for factor in (1.0, 1.8)]
    others = levels("VA1", region="510100")
    usual, double = (printed([figure("510600", "VA1", "2025-Q1", "level_ytd", value)]) for value in spring)
    assert judged(usual, printed([*years, *others])).iloc[0]["anomaly"] == ""
    assert "已扣季节" in judged(double, printed([*years, *others])).iloc[0]["anomaly"]
    assert judged(double, printed(years)).iloc[0]["anomaly"] == "", (
        "nobody knows that a spring is not so large"
    )


def test_what_the_digits_leave_open_is_no_anomaly() -> None:
    """0.1 to 0.2 is growth of 100 %, or none: half a printed place either way."""
    small = [figure("510600", "IMP", f"{year}", "level_ytd", "0.1") for year in range(2014, 2024)]
    row = judged(printed([figure("510600", "IMP", "2024", "level_ytd", "0.2")]), printed(small)).iloc[0]
    assert row["anomaly"] == ""


def test_neighbours_are_counted_by_place_whatever_their_number() -> None:
    """Thirty thousand prints of a single fact don't need thirty thousand squared."""
    import numpy as np

    keys = np.concatenate([np.full(30_000, 24_000.0), [24_003.0, 24_100.0]])
    values = np.concatenate([np.arange(30_000.0), [7.0, 8.0]])
    found = near(keys, keys, values, spread=True)
    assert found.number[0] == 1 and found.median[0] == 7.0 and found.mad[0] == 0.0
    assert found.number[-2] == 30_000 and found.median[-2] == 14_999.5 and found.mad[-2] == 7_500.0
    assert found.number[-1] == 0 and np.isnan(found.median[-1])


# --- told with the history drawn, from the warehouse ------------------------------------------------------------------


def gate_of(warehouse: Warehouse, readings: Iterable[Reading]) -> str:
    run_id, _ = stage_into(warehouse, readings)
    run_gate(warehouse, run_id)
    return run_id


def test_a_run_tells_its_outlier_wherever_the_row_is(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deyang's trade: half a year in core, then the suspicious quarter, which another rule quarantines."""
    trade = figure("510600", "TRD", "2025-Q1", "level_ytd", "240.2")
    gate_of(warehouse, printed([figure("510600", "TRD", "2024-Q2", "level_ytd", "109.2")]))
    suspicious = gate_of(warehouse, printed([trade, *rates("GDP", {"2024": 13.0})]))
    (found, other) = sorted(find_anomalies(warehouse, suspicious), key=lambda a: a.indicator, reverse=True)
    assert (found.place, found.title) == ("quarantine", "德阳市 货物进出口总额 累计值 2025-Q1")
    assert [(p.period_end, p.value, p.told) for p in found.history] == [
        (date(2024, 6, 30), 109.2, False),
        (date(2025, 3, 31), 240.2, True),
    ]
    assert (other.place, other.period, len(other.history)) == ("core", "2024", len(QUARTERS))
    told_in_run = "SELECT detail FROM ops_check WHERE rule_code = 'OBS-ANOMALY' AND run_id = :run"
    [(detail,)] = warehouse.query(told_in_run, {"run": suspicious})[1]
    assert found.words in detail and other.words in detail

    gate_of(warehouse, printed(rates("GDP", {}, region="510100")))
    assert [a.words for a in find_anomalies(warehouse, suspicious)] == [other.words, found.words]
    assert latest_run(warehouse) != suspicious

    monkeypatch.setattr(steps, "open_existing", lambda: warehouse)
    lines = CliRunner().invoke(app, ["quality", "anomalies", "--run", suspicious]).output
    assert "2 个异常数字" in lines and "▁█" in lines and found.words in lines
    assert json.loads(CliRunner().invoke(app, ["quality", "anomalies", "--latest", "--json"]).output) == []


HISTORY = (
    Point(date(2024, 6, 30), 109.2, None, None, None, False),
    Point(date(2025, 3, 31), 240.2, 14.9, 54.6, 199.8, True),
)


def test_the_page_draws_the_history_and_asks_nobody(tmp_path: Path) -> None:
    anomaly = Anomaly(
        row_id="r1", place="quarantine", region="德阳市", indicator="货物进出口总额<script>", measure="累计值",
        period="2025-Q1", period_end=date(2025, 3, 31), value=240.2, unit="亿元", score=4.0,
        words="月均为邻近1期中位的4.40倍", quote="进出口总额240.2亿元", url="javascript:alert(1)", history=HISTORY,
    )  # fmt: skip
    page = write_anomaly_page([anomaly], "run-1", tmp_path / "new" / "anomalies.html").read_text("utf-8")
    assert page.count("<svg") == 1 and "240.2</text>" in page and "4.40倍" in page
    assert "quarantine show r1" in page and "<script" not in page and "href" not in page.split("</svg>")[1]
    assert not re.findall(r"(?:src|@import|url\()\s*=?\s*[\"']?https?:", page)


def test_a_sparkline_keeps_the_marked_figure_in_sight() -> None:
    assert sparkline(HISTORY, date(2025, 3, 31)) == ("▁█", 1)
    assert sparkline(HISTORY[:1], date(2024, 6, 30)) == ("▄", 0)
    points = [Point(date(2000 + n, 12, 31), float(n), None, None, None, False) for n in range(60)]
    for year, place in ((2000, 0), (2030, 12), (2059, 23)):
        line, at = sparkline(points, date(year, 12, 31))
        assert (len(line), at) == (24, place)
