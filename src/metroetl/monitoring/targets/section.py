"""The section of a report on targets: sentences, their table, progress against time as a chart, the assessment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metroetl.monitoring.aggregates import name
from metroetl.monitoring.content import (
    Block,
    Cell,
    Language,
    Paragraph,
    Piece,
    Section,
    Table,
    cell_of,
    paragraph,
)
from metroetl.monitoring.figures import CircleFigures, Figure, Refused
from metroetl.monitoring.phrases import phrases
from metroetl.monitoring.targets import words
from metroetl.monitoring.targets.chance import Chance
from metroetl.monitoring.targets.chart import pace_chart
from metroetl.monitoring.targets.goals import goals_of, load_goals
from metroetl.monitoring.targets.lights import Lit
from metroetl.monitoring.targets.pace import Pace
from metroetl.monitoring.targets.rules import chosen, light_rules
from metroetl.monitoring.targets.score_table import score_blocks
from metroetl.monitoring.targets.state import DEFAULT_LIGHTS, GoalState, goal_states
from metroetl.monitoring.targets.trend import Trend

if TYPE_CHECKING:
    from datetime import date

    from metroetl.warehouse import Warehouse

TITLE = {"zh": "目标进度与考核", "en": "Targets and assessment"}
HEADER = {
    "zh": ("地区与指标", "目标", "完成", "完成比例（%）", "时间进度（%）", "状态", "红黄绿灯", "R", "达标概率（%）"),
    "en": ("Place and indicator", "Target", "Reached", "Done (%)", "Time (%)", "State", "Light", "R", "Chance (%)"),
}  # fmt: skip


def section(
    data: CircleFigures,
    warehouse: Warehouse,
    quarter: str,
    language: Language = "zh",
    *,
    lights: str = DEFAULT_LIGHTS,
    as_of: date | None = None,
) -> Section | None:
    """What a report says of a circle's targets as of a quarter; None where none is known."""
    goals = load_goals(warehouse, as_of=as_of)
    states = goal_states(data, goals, quarter, lights=lights)
    if not states:
        return None
    blocks = [*_sentences(states, quarter, language), *blocks_of(states, quarter, language, lights)]
    if others := sum(g.indicator_code is None for g in goals_of(goals, data, quarter)):
        told = {
            "zh": f"另有{others}项目标无对应统计指标，未列。",
            "en": f"{others} targets without an indicator aren't shown.",
        }
        blocks.append(paragraph(told[language], kind="note"))
    if quarter.endswith("4"):
        blocks += score_blocks(data, goals, int(quarter[:4]), language)
    return Section("targets", TITLE[language], blocks)


def blocks_of(states: Sequence[GoalState], quarter: str, language: Language, lights: str) -> list[Block]:
    """The table of targets, the chart where a level has a target, the notes in small print."""
    chart = pace_chart(states, quarter, language)
    notes = [paragraph(note, kind="note") for note in _notes(states, language, lights)]
    return [target_table(states, language, lights), *([chart] if chart else []), *notes]


def _sentences(states: Sequence[GoalState], quarter: str, language: Language) -> list[Paragraph]:
    """One sentence a place: what was reached of its targets, figures cited; in English a count."""
    if language == "en":
        met, missed = (sum(s.due and s.met is is_met for s in states) for is_met in (True, False))
        return [paragraph(f"{len(states)} targets, {met} of them met and {missed} missed at their date.")]
    found = []
    for place in dict.fromkeys(s.goal.region_code for s in states):
        pieces: list[Piece] = []
        for state in (s for s in states if s.goal.region_code == place and s.reached):
            pieces += [
                "；" if pieces else f"{phrases('zh').period(quarter)}，{name(place)}",
                *words.sentence(state, quarter),
            ]
        if pieces:
            found.append(paragraph(*pieces, "。"))
    return found


# --- table ---------------------------------------------------------------------------------------------------------


def target_table(states: Sequence[GoalState], language: Language, lights: str = DEFAULT_LIGHTS) -> Table:
    """The targets: wanted, reached, elapsed, state, light by word and colour, R, chance."""
    rules = chosen(light_rules(), lights, "preset of lights")
    title = {"zh": "目标进度表", "en": "Progress of targets"}[language]
    note = {"zh": f"红黄绿灯规则：{rules.title}。", "en": f"Lights by the rules of {rules.title}."}[language]
    return Table("targets", title, HEADER[language], [_row(s, language) for s in states], note)


def _row(state: GoalState, language: Language) -> list[Cell]:
    goal, pace, figure = state.goal, state.pace, state.goal.figure
    unit = "" if goal.unit == "%" or language == "en" else f"（{goal.unit}）"
    return [
        Cell(words.label(goal, language) + unit),
        Cell(words.wanted(goal, language), figure.value, figure.decimals, figure),
        _reached(state.reached, goal.year, language),
        _number(state.reached_pct, 1),
        _number(pace.elapsed.share if isinstance(pace, Pace) else None, 1),
        Cell(words.state_word(state, language)),
        light_cell(state.lit, language),
        _number(state.trend.ratio if isinstance(state.trend, Trend) else None, 3),
        _number(state.chance.probability if isinstance(state.chance, Chance) else None, 0),
    ]


def _reached(figure: Figure | None, year: int, language: Language) -> Cell:
    cell = cell_of(figure)
    if figure is None or figure.quarter[:4] == str(year):
        return cell
    told = f"（{words.when(figure)}）" if language == "zh" else f" ({figure.quarter})"
    return Cell(cell.text + told, cell.number, cell.decimals, figure)


def _number(value: float | None, decimals: int) -> Cell:
    return Cell("—") if value is None else Cell(f"{value:.{decimals}f}", value, decimals)


def light_cell(lit: Lit, language: Language) -> Cell:
    """A light's word with its colour; one that the office's rule doesn't state is starred. Blue has the word alone."""
    star = "" if lit.stated else "*"
    return Cell(lit.word(language) + star, light="" if lit.light == "blue" else lit.light)


# --- notes ---------------------------------------------------------------------------------------------------------


def _notes(states: Sequence[GoalState], language: Language, lights: str) -> list[str]:
    """How it was computed; in Chinese also what was refused, why, and what is the project's own choice."""
    notes = [words.trend_note(s.goal, s.trend, language) for s in states if isinstance(s.trend, Trend)]
    notes += [words.chance_note(s.goal, s.chance, language) for s in states if isinstance(s.chance, Chance)]
    refused = {s: s.chance for s in states if isinstance(s.chance, Refused) and not s.due}
    if language == "en":
        gone = f"No chance is given for {len(refused)} targets: too few past years." if refused else ""
        return [*notes, *filter(None, [gone])]
    paces = [s for s in states if isinstance(s.pace, Pace)]
    kinds = dict.fromkeys(s.pace.elapsed.text for s in paces if isinstance(s.pace, Pace))
    asked = {
        s: s.pace.seasonal_refused for s in paces if isinstance(s.pace, Pace) and s.pace.seasonal_refused
    }
    own = dict.fromkeys(s.lit.note for s in states if not s.lit.stated)
    title = chosen(light_rules(), lights, "preset of lights").title
    return [
        *notes,
        *([f"时间进度{'、'.join(kinds)}。"] if kinds else []),
        *_reasons("按日历计时间进度", asked),
        *_reasons("达标概率未估计", refused),
        *([f"*{title}的原规则未规定，为本项目约定：{'；'.join(own)}。"] if own else []),
    ]


def _reasons(what: str, refused: dict[GoalState, Refused]) -> list[str]:
    """One note: each reason once, with the targets that it holds for."""
    by_reason: dict[str, list[str]] = {}
    for state, why in refused.items():
        by_reason.setdefault(why.why, []).append(words.label(state.goal, "zh"))
    told = "；".join(f"{'、'.join(dict.fromkeys(names))}（{why}）" for why, names in by_reason.items())
    return [f"{what}：{told}。"] if told else []
