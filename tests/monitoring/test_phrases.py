"""Words say what the numbers say, in both languages, whatever the numbers are."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metroetl.monitoring.content import Cited, Language
from metroetl.monitoring.figures import Figure, Refused, printed, rounded
from metroetl.monitoring.phrases import phrases, weave
from metroetl.monitoring.phrases.base import step_reached
from metroetl.monitoring.phrases.words_en import TEMPLATES as EN
from metroetl.monitoring.phrases.words_zh import TEMPLATES as ZH

ZH_WORDS, EN_WORDS = phrases("zh"), phrases("en")
LANGUAGES: tuple[Language, ...] = ("zh", "en")
rates = st.floats(-300, 300, allow_nan=False, allow_infinity=False)
places = st.integers(0, 2)
RISE, FALL = (
    re.compile("增长|高于|加快|提高|up |above|faster"),
    re.compile("下降|低于|回落|down |below|slower"),
)


def growth(region: str, value: float, decimals: int = 1) -> Figure:
    return Figure(region, "GDP", "yoy_real_ytd", "2025-Q1", value, "%", decimals)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (6.2, "增长6.2%"), (-3.0, "下降3.0%"), (0.0, "持平"), (-0.04, "持平"), (0.04, "持平"), (0.05, "增长0.1%"),
        (-0.05, "下降0.1%"), (118.3, "增长118.3%"), (0.25, "增长0.3%"), (2.675, "增长2.7%"),
    ],
)  # fmt: skip
def test_change(value: float, said: str) -> None:
    assert ZH_WORDS.change(value) == said


@pytest.mark.parametrize(
    ("points", "said"),
    [(0.3, "高于全省0.3个百分点"), (-1.2, "低于全省1.2个百分点"), (0.04, "与全省持平"), (6.2 - 5.5, "高于全省0.7个百分点")],
)  # fmt: skip
def test_ahead(points: float, said: str) -> None:
    assert ZH_WORDS.ahead(points, "全省") == said


@pytest.mark.parametrize(
    ("now", "before", "zh", "en"),
    [
        (6.2, 6.0, "增速比一季度加快0.2个百分点", "0.2 percentage points faster than in Q1"),
        (6.0, 6.2, "增速比一季度回落0.2个百分点", "0.2 percentage points slower than in Q1"),
        (6.2, 6.2, "增速与一季度持平", "the same pace as in Q1"),
        (-1.2, -5.5, "降幅比一季度收窄4.3个百分点", "the decline being 4.3 percentage points smaller than in Q1"),
        (-5.5, -1.2, "降幅比一季度扩大4.3个百分点", "the decline being 4.3 percentage points larger than in Q1"),
        (1.0, -2.0, "增速较一季度由负转正", "turning from decline in Q1 to growth"),
        (-2.0, 1.0, "增速较一季度由正转负", "turning from growth in Q1 to decline"),
        (0.04, -2.0, "由一季度的下降转为持平", "after a decline in Q1"),
        (-0.04, 2.0, "由一季度的增长转为持平", "after growth in Q1"),
        (0.3, 0.0, "由一季度的持平转为增长", "after no change in Q1"),
        (-0.3, 0.01, "由一季度的持平转为下降", "after no change in Q1"),
    ],
)  # fmt: skip
def test_pace(now: float, before: float, zh: str, en: str) -> None:
    assert ZH_WORDS.pace(now, before, "一季度") == zh
    assert EN_WORDS.pace(now, before, "Q1") == en


@settings(deadline=None)
@given(rates, places)
def test_a_number_is_never_said_with_its_sign(value: float, decimals: int) -> None:
    shown = rounded(value, decimals)
    for words in (ZH_WORDS, EN_WORDS):
        for said in (words.change(value, decimals), words.ahead(value, "X", decimals)):
            assert "-" not in said
            assert bool(RISE.search(said)) == (shown > 0) and bool(FALL.search(said)) == (shown < 0)
            if shown:
                assert printed(abs(value), decimals) in said


@settings(deadline=None)
@given(rates, rates)
def test_pace_agrees_with_the_printed_figures(now: float, before: float) -> None:
    a, b = rounded(now, 1), rounded(before, 1)
    said = ZH_WORDS.pace(now, before, "X")
    assert ("收窄" in said or "扩大" in said) == (a < 0 and b < 0 and a != b)
    assert ("加快" in said) == (a > b > 0) and ("回落" in said) == (0 < a < b)
    assert ("由负转正" in said) == (b < 0 < a) and ("由正转负" in said) == (a < 0 < b)
    assert "-" not in said and "-" not in EN_WORDS.pace(now, before, "X")


@settings(deadline=None)
@given(st.lists(rates, min_size=1, max_size=4))
def test_each_place_is_said_once_under_its_own_sign(values: list[float]) -> None:
    regions = ("510100", "510600", "511400", "512000")
    pairs = [(region, growth(region, value)) for region, value in zip(regions, values, strict=False)]
    for language in LANGUAGES:
        words = phrases(language)
        pieces = words.respectively(pairs)
        text = "".join(p if isinstance(p, str) else p.text for p in pieces)
        assert {p.figure.region_code for p in pieces if isinstance(p, Cited)} == {r for r, _ in pairs}
        assert all(text.count(words.place(region)) == 1 for region, _ in pairs) and "-" not in text


def test_respectively() -> None:
    pairs = [
        ("510100", growth("510100", 8.5)),
        ("510600", growth("510600", -3.0)),
        ("511400", growth("511400", 8.9)),
    ]
    pairs.append(("512000", growth("512000", 0.0)))
    text = "".join(p if isinstance(p, str) else p.text for p in ZH_WORDS.respectively(pairs))
    assert text == "成都市、眉山市分别增长8.5%、8.9%，资阳市持平，德阳市下降3.0%"


def test_pulls_down() -> None:
    points = [("510100", growth("510100", 4.83, 2)), ("510600", growth("510600", -0.02, 2))]
    text = "".join(p if isinstance(p, str) else p.text for p in ZH_WORDS.pulls(points, "都市圈"))
    assert text == "成都市拉动都市圈增长4.83个百分点，德阳市下拉都市圈增速0.02个百分点"


@pytest.mark.parametrize(
    ("quarter", "zh", "en"),
    [
        ("2025-Q1", "2025年一季度", "the first quarter of 2025"), ("2025-Q2", "2025年上半年", "the first half of 2025"),
        ("2025-Q3", "2025年前三季度", "the first three quarters of 2025"), ("2025-Q4", "2025年", "2025"),
    ],
)  # fmt: skip
def test_period(quarter: str, zh: str, en: str) -> None:
    assert (ZH_WORDS.period(quarter), EN_WORDS.period(quarter)) == (zh, en)


def test_earlier_periods_as_a_text_calls_them() -> None:
    assert ZH_WORDS.earlier_period("2025-Q1", "2025-Q2") == "一季度"
    assert ZH_WORDS.earlier_period("2024-Q4", "2025-Q1") == "上年全年"
    assert ZH_WORDS.earlier_period("2024-Q2", "2025-Q2") == "上年同期"
    assert ZH_WORDS.earlier_period("2024-Q4", "2025-Q4") == "上年"
    assert ZH_WORDS.earlier_period("2019-Q4", "2025-Q4") == "2019年"


@pytest.mark.parametrize(
    ("now", "before", "step"),
    [(31310.2, 29756.8, 30000), (29756.8, 27845.4, None), (2008.72, 1890.1, 2000), (1890.1, 1737.0, None),
     (999.0, 900.0, None), (30000.0, 30000.0, None), (30000.0, 29999.9, 30000)],
)  # fmt: skip
def test_steps(now: float, before: float, step: float | None) -> None:
    assert step_reached(now, before) == step


def test_step_and_difference() -> None:
    assert ZH_WORDS.step(30000) == "迈上3万亿元台阶" and ZH_WORDS.step(2000) == "迈上2000亿元台阶"
    assert (
        EN_WORDS.step(30000) == "passing 3 trillion yuan"
        and EN_WORDS.step(2000) == "passing 200 billion yuan"
    )
    assert ZH_WORDS.difference(0.04, 1, "亿元") == "与公布数一致"
    assert ZH_WORDS.difference(-0.2, 1, "亿元") == "比公布数少0.2亿元"
    assert ZH_WORDS.difference(0.08, 2, "%") == "比公布数高0.08个百分点"
    assert EN_WORDS.difference(-0.2, 1, "亿元") == "0.02 billion yuan below the published one"


def test_amounts_in_english_are_in_billion_yuan() -> None:
    figure = Figure("AGG.CDMC", "GDP", "level_ytd", "2025-Q1", 7393.1, "亿元", 1)
    assert (ZH_WORDS.amount(figure), EN_WORDS.amount(figure)) == ("7393.1亿元", "739.31 billion yuan")


def test_a_refusal_names_who_is_missing() -> None:
    refused = Refused("缺成员的水平或增速，未合成", ("眉山市",))
    assert ZH_WORDS.refused(refused) == "未计算：缺眉山市的水平或增速"
    assert EN_WORDS.refused(refused).endswith("(missing: Meishan)")
    assert (
        ZH_WORDS.refused(Refused("缺常住人口，未计算人均差异", ("眉山市",))) == "未计算：缺常住人口（眉山市）"
    )
    assert ZH_WORDS.refused(Refused("该指标不可加总")) == "未计算：该指标不可加总"


def test_no_template_holds_a_word_of_direction() -> None:
    words = re.compile("增长[^速]?$|下降|加快|回落|收窄|扩大|转正|转负|提高")
    told = {key: text for key, text in ZH.items() if "{" in text and words.search(text)}
    assert told == {}, "direction comes from the functions that look at the number"
    assert set(EN) - {"note"} <= set(ZH) and {k for k in ZH if "{" in ZH[k]} <= set(EN)


def test_weave_keeps_figures_and_refuses_an_empty_place() -> None:
    cited = Cited("6.2%", growth("510100", 6.2))
    assert weave("{a}同比{b}。", a="成都市", b=cited) == ("成都市", "同比", cited, "。")
    with pytest.raises(KeyError):
        weave("{a}", b="x")
