"""Documents of one release get one key, whatever site they stand on; other plans, places and periods get others."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest

from metroetl.plans.release_key import Claim, group_releases, release_key

# Families of made-up plans: what five sites make of one release.
SERIES = [
    Claim("text", "甲都市圈三年行动计划（2026—2028年）", "jia_three_year", 3, 2026, 2028, ("甲领导小组",), day=date(2026, 2, 1)),
    Claim("notice", "甲都市圈提升期三年行动计划", "jia_three_year", 3, None, None, doc_number="甲同〔2026〕3号", part="notice", day=date(2026, 2, 2)),
    Claim("news", "甲都市圈三年行动计划", "jia_three_year", None, None, None, part="news", day=date(2026, 2, 3)),
    Claim("told", "甲都市圈三年行动计划", "jia_three_year", None, None, 2028, part="interpretation", day=date(2026, 3, 9)),
    Claim("draft", "甲都市圈三年行动计划（2026—2028年）", "jia_three_year", None, 2026, 2028, status="draft", part="draft", day=date(2025, 11, 1)),
]  # fmt: skip
TITLE = [
    Claim("t1", "乙市数字经济发展规划（2026—2030年）", None, None, 2026, 2030, ("乙市人民政府",), "乙政发〔2026〕8号", day=date(2026, 5, 6)),
    Claim("t2", "《乙市数字经济发展规划》", part="news", day=date(2026, 5, 7)),
    Claim("t3", "乙市数字经济发展规划（2026－2030年）（征求意见稿）", None, None, 2026, 2030, status="draft", part="draft", day=date(2026, 1, 7)),
    Claim("t4", "数字经济发展规划", None, None, None, 2030, ("乙市人民政府办公厅",), "乙政发〔2026〕8号", part="notice", day=date(2026, 5, 8)),
    Claim("t5", "乙市 数字经济发展规划（2026-2030年）", None, None, 2026, 2030, part="interpretation", day=date(2026, 6, 1)),
]  # fmt: skip
GENERIC = [
    Claim("g1", "优化营商环境实施方案", issuers=("丙市人民政府",), doc_number="丙政〔2026〕1号", day=date(2026, 3, 1)),
    Claim("g2", "优化营商环境实施方案", issuers=("丙市人民政府办公室",), part="notice", day=date(2026, 3, 1)),
    Claim("g3", "优化营商环境实施方案", part="news", day=date(2026, 3, 2)),
    Claim("g4", "优化营商环境实施方案（试行）", issuers=("丙市人民政府",), part="plan", day=date(2026, 3, 20)),
    Claim("g5", "优化营商环境实施方案", issuers=("丙市人民政府",), part="interpretation", day=date(2026, 4, 2)),
]  # fmt: skip
FIVE_YEARS = [
    Claim("f1", "丁县“十五五”文化发展规划", None, None, 2026, 2030, ("丁县人民政府",), day=date(2026, 8, 1)),
    Claim("f2", "丁县\"十五五\"文化发展规划", part="news", day=date(2026, 8, 2)),
    Claim("f3", "丁县文化发展规划（2026—2030年）", part="interpretation", day=date(2026, 8, 3)),
    Claim("f4", "丁县“十五五”文化发展规划", status="amended", day=date(2028, 9, 1)),
    Claim("f5", "丁县文化发展规划", part="news", status="repealed", day=date(2029, 9, 1)),
]  # fmt: skip
YEARLY = [
    Claim("y1", "2026年戊市重点任务清单", None, None, 2026, 2026, day=date(2026, 1, 9)),
    Claim("y2", "戊市重点任务清单（2026年）", part="notice", day=date(2026, 1, 9)),
    Claim("y3", "戊市2026年度重点任务清单", part="news", day=date(2026, 1, 12)),
    Claim("y4", "戊市重点任务清单", part="interpretation", day=date(2026, 2, 1)),
    Claim("y5", "2026年戊市重点任务清单", None, None, 2026, 2026, part="mention", day=date(2026, 12, 1)),
]  # fmt: skip
FAMILIES = {
    "series": SERIES,
    "title": TITLE,
    "generic": GENERIC,
    "five_years": FIVE_YEARS,
    "yearly": YEARLY,
}


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES.keys())
def test_five_sites_are_one_release(family: list[Claim]) -> None:
    assert len(set(group_releases(family).values())) == 1


def test_families_stay_apart_and_order_does_not_matter() -> None:
    claims = [claim for family in FAMILIES.values() for claim in family]
    keys = group_releases(claims)
    assert len(set(keys.values())) == len(FAMILIES)
    for seed in range(5):
        random.Random(seed).shuffle(claims)
        assert group_releases(claims) == keys


NEAR_MISSES = {
    "another city": replace(TITLE[0], title="丙市数字经济发展规划（2026—2030年）", doc_number="丙政发〔2026〕8号"),
    "another period": replace(TITLE[0], title="乙市数字经济发展规划（2021—2025年）", period_start=2021, period_end=2025,
                              doc_number="乙政发〔2021〕8号", day=date(2021, 5, 6)),
    "a plan's own scheme": replace(TITLE[0], title="乙市数字经济发展规划实施方案（2026—2030年）"),
    "another plan of one notice": replace(TITLE[0], title="乙市人才发展规划（2026—2030年）"),
    "a scheme of another city": replace(GENERIC[0], issuers=("庚市人民政府",), doc_number="庚政〔2026〕1号", day=date(2026, 9, 1)),
    "a scheme reissued years later": replace(GENERIC[0], doc_number="丙政〔2029〕1号", day=date(2029, 3, 1)),
    "a scheme of the year after, no number told": replace(GENERIC[0], doc_number=None, day=date(2027, 2, 27)),
    "a scheme of the year after": replace(GENERIC[0], doc_number="丙政〔2027〕2号", day=date(2027, 2, 1)),
    "another round": replace(SERIES[0], round=2, title="甲都市圈三年行动计划", period_start=2023, period_end=2025),
    "the next round, no years told": replace(SERIES[2], day=date(2029, 2, 1)),
    "another series": replace(SERIES[0], series_id="jia_five_year", title="甲都市圈五年行动计划（2026—2028年）"),
    "the list of the next year": replace(YEARLY[1], title="戊市重点任务清单（2027年）", day=date(2027, 1, 9)),
}  # fmt: skip


@pytest.mark.parametrize("stranger", NEAR_MISSES.values(), ids=NEAR_MISSES.keys())
def test_near_misses_are_other_releases(stranger: Claim) -> None:
    claims = [claim for family in FAMILIES.values() for claim in family]
    keys = group_releases([*claims, replace(stranger, id="stranger")])
    assert list(keys.values()).count(keys["stranger"]) == 1
    assert len(set(keys.values())) == len(FAMILIES) + 1


def test_a_forwarded_copy_is_the_same_release_though_its_number_is_another() -> None:
    forwarded = replace(
        GENERIC[0], id="copy", doc_number="丙办〔2026〕9号", part="notice", day=date(2026, 5, 1)
    )
    keys = group_releases([*GENERIC, forwarded])
    assert len(set(keys.values())) == 1


def test_a_news_that_may_be_of_either_city_is_tied_to_neither() -> None:
    other = replace(GENERIC[0], id="other", issuers=("庚市人民政府",), doc_number="庚政〔2026〕1号")
    keys = group_releases([*GENERIC, other])
    assert keys["g1"] == keys["g2"] != keys["other"]
    assert list(keys.values()).count(keys["g3"]) == 1


def test_one_notice_of_several_plans_is_several_releases() -> None:
    circles = [
        Claim(name, f"{name}都市圈发展规划", f"{name}_development", None, 2023, 2030, (), "粤府〔2023〕92号")
        for name in ("广州", "深圳", "珠江口西岸")
    ]
    assert len(set(group_releases(circles).values())) == 3


def test_a_news_between_two_rounds_goes_to_the_one_it_stands_next_to() -> None:
    old = replace(SERIES[0], id="old", round=2, title="甲都市圈三年行动计划（2023—2025年）", period_start=2023,
                  period_end=2025, day=date(2023, 2, 1))  # fmt: skip
    early = replace(SERIES[2], id="early", day=date(2023, 2, 9))
    keys = group_releases([*SERIES, old, early])
    assert (keys["early"], keys["news"]) == ("jia_three_year.r2", "jia_three_year.r3")


def test_a_news_while_the_plan_runs_is_of_that_plan() -> None:
    late = replace(SERIES[2], id="late", day=date(2027, 9, 9))
    assert group_releases([*SERIES, late])["late"] == "jia_three_year.r3"


def test_an_end_that_only_the_targets_tell_parts_nothing() -> None:
    plan = Claim("a", "辛市总体规划", period_end=2030, day=date(2026, 1, 1))
    news = Claim("b", "辛市总体规划", period_end=2035, part="news", day=date(2026, 1, 2))
    assert len(set(group_releases([plan, news]).values())) == 1


def test_keys_are_legible_and_fit_for_a_resource_id() -> None:
    assert release_key(SERIES[0]) == "jia_three_year.r3"
    assert release_key(replace(SERIES[0], round=None)) == "jia_three_year.2026-2028"
    assert release_key(TITLE[0]).startswith("plan-")
    assert release_key(TITLE[0]).endswith(".2026-2030")
    assert release_key(TITLE[0]).isascii()
    assert release_key(Claim("x", "")).isascii()
