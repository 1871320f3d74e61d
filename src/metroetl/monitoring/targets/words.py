"""What is said of a target, in Chinese and English: no more than its figures say."""

from __future__ import annotations

from metroetl.catalogue import catalogue
from metroetl.monitoring.content import Cited, Language, Piece
from metroetl.monitoring.figures import Figure
from metroetl.monitoring.phrases import phrases
from metroetl.monitoring.targets.chance import BANDS, Chance
from metroetl.monitoring.targets.goals import Goal
from metroetl.monitoring.targets.pace import Pace
from metroetl.monitoring.targets.rules import trend_classes
from metroetl.monitoring.targets.state import GoalState
from metroetl.monitoring.targets.trend import Trend

_CHANCES = {"可能达到": "likely", "不大可能达到": "unlikely", "难以判断": "about as likely as not"}
_SIGNS = {">=": "≥ ", "<=": "≤ ", "=": "", "about": "≈ "}


def title_of(goal: Goal, language: Language) -> str:
    """地区生产总值增速; Gross regional product, growth."""
    known = catalogue().indicators.get(goal.indicator_code or "")
    text = known.name_en if known and language == "en" else goal.title
    growth = {"zh": "增速", "en": ", growth"}[language]
    return text + (growth if goal.growth and not text.endswith(("增速", "增长")) else "")


def label(goal: Goal, language: Language) -> str:
    """The place and the title."""
    gap = " " if language == "en" else ""
    return f"{phrases(language).place(goal.region_code)}{gap}{title_of(goal, language)}"


def wanted(goal: Goal, language: Language) -> str:
    """2025年不低于5.7%; 2025: ≥ 5.7 %."""
    if language == "zh":
        return f"{goal.year}年{goal.words}"
    return f"{goal.year}: {_SIGNS[goal.comparator]}{phrases(language).quantity(goal.figure.value, goal.figure.decimals, goal.unit)}"


def when(figure: Figure) -> str:
    """2024年全年; 2024年末, of a stock or a rate at the end of the year."""
    if figure.measure.endswith("_eop") and figure.quarter.endswith("4"):
        return f"{figure.quarter[:4]}年末"
    return phrases("zh").period(figure.quarter)


def state_word(state: GoalState, language: Language) -> str:
    """已达到, 未达到 at its date; before it 目前达到, 目前低于; 待公布, 缺数据, 进行中."""
    zh, en = _state(state)
    return en if language == "en" else zh


def _state(state: GoalState) -> tuple[str, str]:
    if state.reached is None:
        return "缺数据", "no figure"
    if state.due:
        return {True: ("已达到", "met"), False: ("未达到", "not met"), None: ("待公布", "to be published")}[
            state.met
        ]
    if state.met is not None and state.goal.growth:
        return ("目前达到", "on target so far") if state.met else ("目前未达", "below so far")
    return ("提前达到", "met early") if state.met else ("进行中", "under way")


def sentence(state: GoalState, quarter: str) -> list[Piece]:
    """地区生产总值增长5.8%，2025年目标不低于5.7%，高于目标0.1个百分点，已达到; figures cited."""
    goal, figure = state.goal, state.reached
    if figure is None:
        return []
    lead = "" if figure.quarter == quarter else when(figure)
    value = (
        phrases("zh").change(figure.value, max(1, figure.decimals))
        if goal.growth
        else f"{figure.text}{figure.unit}"
    )
    target = Cited(goal.words, goal.figure)
    verb = "" if goal.growth else "为"
    return [
        f"{lead}{goal.title}{verb}",
        Cited(value, figure),
        f"，{goal.year}年目标",
        target,
        f"，{verdict(state)}",
    ]


def verdict(state: GoalState) -> str:
    """为目标的94.9%，未达到; 为目标的22.4%，慢于序时进度2.6个百分点; 高于目标0.3个百分点."""
    if state.gap is None:
        return "尚无可比数据"
    done = f"，{_state(state)[0]}" if state.due else ""
    if state.goal.growth or state.goal.unit == "%":
        size = f"{abs(state.gap):.1f}"
        side = "高于" if state.gap > 0 else "低于"
        return ("与目标持平" if size == "0.0" else f"{side}目标{size}个百分点") + done
    share = f"为目标的{state.reached_pct:.1f}%" if state.reached_pct is not None else ""
    if state.due or not isinstance(state.pace, Pace):
        return share + done
    return f"{share}，{state.pace.text}"


def trend_note(goal: Goal, found: Trend, language: Language) -> str:
    """Rates, R, class and distance; that the cut-offs aren't confirmed."""
    sure = trend_classes().confirmed
    if language == "en":
        return (
            f"{label(goal, language)}: {found.actual:.2f} % a year {found.span}, {found.required:.2f} % needed, "
            f"R = {found.ratio:.3f}, {found.kind.title_en}{'' if sure else ' (cut-offs not confirmed)'}; "
            f"distance to the target path {found.distance:+.2f} of the whole way. Levels at current prices."
        )
    return (
        f"{label(goal, language)}：{found.span}年年均增长{found.actual:.2f}%，达到目标需年均增长{found.required:.2f}%，"
        f"R={found.ratio:.3f}，{found.kind.title}{'' if sure else '（分档界限未经原文核实）'}；"
        f"距目标路径{found.distance:+.2f}（占全程）。按现价水平计算。"
    )


def chance_note(goal: Goal, found: Chance, language: Language) -> str:
    """Probability, median, bands, method and how many past years."""
    digits = 1 if goal.growth or goal.unit == "%" else 0
    zh = language == "zh"
    dash, between = ("—", "%区间") if zh else (" to ", " % band ")
    bands = ("，" if zh else ", ").join(
        f"{b}{between}{found.bands[b][0]:.{digits}f}{dash}{found.bands[b][1]:.{digits}f}" for b in BANDS
    )
    if zh:
        return (
            f"{label(goal, language)}：达标概率{found.probability:.0f}%（{found.words}），中位数{found.median:.{digits}f}，"
            f"{bands}；方法{found.method}，历史观测{found.observations}个。"
        )
    return (
        f"{label(goal, language)}: chance {found.probability:.0f} % ({_CHANCES[found.words]}), "
        f"median {found.median:.{digits}f}, {bands}; method {found.method}, {found.observations} past observations."
    )
