"""Yearly targets of governments as the mart shows them, and scores of assessments as they are kept; on each engine."""

from __future__ import annotations

from datetime import date
from typing import Any

from metroetl.monitoring.targets import load_goals
from metroetl.statistics.models import Statement
from tests.warehouse.desk import Desk, gdp

SHOWN = "region_code, wanted, comparator, value, unit, period, published_on"


def target(text: str, printed: str, value: float, year: str = "2025", **values: Any) -> Statement:
    """A target whose number and words stand in the text."""
    start = text.index(printed)
    given = {
        "kind": "target",
        "measure": "target",
        "start": start,
        "end": start + len(printed),
        "quote": printed,
    }
    return gdp(value, year, **given | values)


def growth(text: str, printed: str, value: float, **values: Any) -> Statement:
    return target(
        text, printed, value, **{"unit": "%", "unit_norm": "%", "measure": "target_yoy_real"} | values
    )


def test_the_newest_yearly_target_with_what_its_words_say(desk: Desk) -> None:
    report = "地区生产总值增长5.5%左右，经济总量突破2000亿元；到2030年达到3000亿元。"
    changed = "地区生产总值增长5.7%以上。"
    fall = "地区生产总值增长6%以内。"
    desk.load(
        desk.read(
            "https://a.gov.cn/1", report,
            [growth(report, "增长5.5%", 5.5), target(report, "总量突破2000亿元", 2000.0),
             target(report, "达到3000亿元", 3000.0, "2030")],
            published_on=date(2025, 1, 8),
        ),
        desk.read("https://a.gov.cn/2", changed, [growth(changed, "增长5.7%", 5.7)], published_on=date(2025, 2, 26)),
        desk.read(
            "https://a.gov.cn/3", fall, [growth(fall, "增长6%", 6.0, region="511400")], published_on=date(2024, 12, 20)
        ),
        desk.read(
            "https://a.gov.cn/4", fall, [growth(fall, "增长6%", 6.0, region="512000")], published_on=date(2024, 6, 20)
        ),
    )  # fmt: skip
    found = [
        (*row[:-1], str(row[-1]))
        for row in desk.rows(f"SELECT {SHOWN} FROM mart_government_target ORDER BY 1, 2")
    ]
    assert found == [
        ("510100", "growth", ">=", 5.7, "%", "2025", "2025-02-26"),
        ("510100", "level", ">=", 2000.0, "亿元", "2025", "2025-01-08"),
        ("511400", "growth", "<=", 6.0, "%", "2025", "2024-12-20"),
    ]
    known = desk.warehouse.query(
        f"SELECT {SHOWN} FROM mart_government_target ORDER BY 1, 2", as_of=date(2025, 2, 1)
    )
    assert known[1][0][2:4] == ("about", 5.5), "as of a day before the change"
    goals = [(g.region_code, g.growth, g.words, g.stated_on) for g in load_goals(desk.warehouse)]
    assert goals[:2] == [
        ("510100", True, "不低于5.7%", date(2025, 2, 26)), ("510100", False, "不低于2000亿元", date(2025, 1, 8)),
    ]  # fmt: skip


def test_an_internal_target_is_not_public(desk: Desk) -> None:
    text = "地区生产总值增长5.5%以上。"
    desk.load(
        desk.read(
            "https://a.gov.cn/1", text, [growth(text, "增长5.5%", 5.5)], published_on=date(2025, 1, 8),
            seen={"access": "internal"}, access="internal",
        )
    )  # fmt: skip
    assert desk.one("SELECT access FROM mart_government_target") == "internal"
    assert desk.warehouse.query("SELECT * FROM mart_government_target", public=True)[1] == []


SCORE = {
    "circle_id": "chengdu", "region_code": "510100", "year": 2025, "rule_id": "r", "rule_version": "1", "rule_digest": "d",
    "state": "scored", "score": 86.9, "refused": "", "veto": "", "items": "[]", "access": "internal",
}  # fmt: skip


def test_scores_are_kept_with_their_rule_and_never_changed(desk: Desk) -> None:
    vetoed = SCORE | {"state": "vetoed", "score": 0.0, "veto": "造假"}
    other = SCORE | {"rule_version": "2", "score": 80.0, "access": "public"}
    kept = [desk.warehouse.keep_scores([score]) for score in (SCORE, SCORE, vetoed, vetoed, SCORE, other)]
    assert kept == [1, 0, 1, 0, 1, 1], "the same again adds nothing, a change and a change back do"
    shown = desk.rows("SELECT rule_version, state, score, region_name FROM mart_assessment_score ORDER BY 1")
    assert shown == [("1", "scored", 86.9, "成都市"), ("2", "scored", 80.0, "成都市")]
    public = desk.warehouse.query("SELECT rule_version FROM mart_assessment_score", public=True)[1]
    assert [tuple(row) for row in public] == [("2",)]
