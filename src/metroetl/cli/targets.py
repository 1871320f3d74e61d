"""Commands about targets: how far they are, and the scores of an assessment."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from metroetl.cli.quarters import quarter_of

if TYPE_CHECKING:
    from metroetl.monitoring.figures import CircleFigures
    from metroetl.monitoring.targets import GoalState, Score
    from metroetl.warehouse import Warehouse

group = typer.Typer(help="目标 · Targets: progress, rates, chance, lights; assessment.", no_args_is_help=True)

Circle = Annotated[str, typer.Option("--circle", help="都市圈编号或名称 · a circle's id or name")]


class Elapsed(StrEnum):
    """By what the elapsed time counts."""

    calendar = "calendar"
    seasonal = "seasonal"


def register(app: typer.Typer) -> None:
    """Put the commands into the app."""
    app.add_typer(group, name="targets")


@group.command("show")
def show(
    circle: Circle = "chengdu",
    quarter: Annotated[str | None, typer.Option(help="2025Q1；留空取最近 · newest if left out")] = None,
    lights: Annotated[
        str, typer.Option(help="红黄绿灯规则 · preset: yinchuan, ouhai, suqian, or own")
    ] = "yinchuan",
    elapsed: Annotated[
        Elapsed, typer.Option(help="时间进度：季节路径或日历 · seasonal path, or calendar")
    ] = Elapsed.seasonal,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """目标进度：规划目标与政府年度目标 · How far the targets of plans and governments are, as of a quarter."""
    from metroetl.monitoring.content import Paragraph
    from metroetl.monitoring.targets import goal_states, load_goals
    from metroetl.monitoring.targets.section import blocks_of

    warehouse, data, asked = _figures(circle, quarter)
    states = goal_states(data, load_goals(warehouse), asked, lights=lights, path=elapsed.value)
    if as_json:
        _print_json([_state(s) for s in states])
        return
    if not states:
        print(f"{data.circle.name_zh} {asked}：没有已知目标 · no target is known")
        return
    table, *others = blocks_of(states, asked, "zh", lights)
    _show_table(table)
    for block in others:
        if isinstance(block, Paragraph):
            print(block.text)


@group.command("assess")
def assess(
    circle: Circle = "chengdu",
    year: Annotated[
        int | None, typer.Option(help="考核年度；留空取最近有年度数的一年 · newest year if left out")
    ] = None,
    rule: Annotated[str, typer.Option(help="考核规则编号 · id of the rule of assessment")] = "circle-example",
    veto: Annotated[
        list[str] | None,
        typer.Option(
            help="一票否决：地区代码:事项编号 · CODE:ITEM, an event that outweighs everything; repeatable"
        ),
    ] = None,
    keep: Annotated[
        bool,
        typer.Option("--keep", help="连同规则版本存入数据仓库 · keep the scores, with the rule's version"),
    ] = False,
    public: Annotated[
        bool, typer.Option("--public", help="存为公开，缺省为内部 · keep them as public rows")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """考核得分：各市年度目标完成情况 · Scores of the circle's cities by a versioned rule."""
    from metroetl.monitoring.content import Paragraph, Table
    from metroetl.monitoring.targets import load_goals
    from metroetl.monitoring.targets.assessment import assess as score
    from metroetl.monitoring.targets.rules import assessment_rules, chosen
    from metroetl.monitoring.targets.score_table import scores_as_blocks, scores_as_rows

    warehouse, data, asked = _figures(circle, None)
    year = year or (int(asked[:4]) if asked.endswith("4") else int(asked[:4]) - 1)
    chosen_rule = chosen(assessment_rules(), rule, "rule of assessment")
    scores = score(data, load_goals(warehouse), chosen_rule, year, _vetoes(veto or []))
    if as_json:
        _print_json([_score(s) for s in scores])
    else:
        for block in scores_as_blocks(scores, "zh"):
            if isinstance(block, Table):
                _show_table(block)
            elif isinstance(block, Paragraph):
                print(block.text)
    if keep:
        new = warehouse.keep_scores(scores_as_rows(data, scores, "public" if public else "internal"))
        print(f"存入 {new} 条得分 · {new} scores kept")


def _figures(circle: str, quarter: str | None) -> tuple[Warehouse, CircleFigures, str]:
    from metroetl.monitoring.calendar import circle_id
    from metroetl.monitoring.figures import latest_quarter, load_figures
    from metroetl.pipeline.steps import open_existing

    warehouse, known = open_existing(), circle_id(circle)
    return (
        warehouse,
        load_figures(warehouse, known),
        quarter_of(quarter) if quarter else latest_quarter(warehouse, known),
    )


def _vetoes(told: list[str]) -> dict[str, list[str]]:
    vetoes: dict[str, list[str]] = {}
    for entry in told:
        region, colon, item = entry.partition(":")
        if not colon:
            raise typer.BadParameter(f"{entry}: CODE:ITEM, 510100:false_statistics")
        vetoes.setdefault(region, []).append(item)
    return vetoes


def _show_table(table: Any) -> None:
    from metroetl.cli.show import show_table

    show_table(table.title, list(table.header), [[cell.text for cell in row] for row in table.rows])
    if table.note:
        print(table.note)


def _print_json(rows: list[dict[str, Any]]) -> None:
    import json

    print(json.dumps(rows, ensure_ascii=False, indent=2))


def _state(state: GoalState) -> dict[str, Any]:
    from metroetl.monitoring.targets.chance import Chance
    from metroetl.monitoring.targets.pace import Pace
    from metroetl.monitoring.targets.trend import Trend
    from metroetl.monitoring.targets.words import state_word

    goal, reached = state.goal, state.reached
    trend, chance, pace = state.trend, state.chance, state.pace
    return {
        "target_id": goal.goal_id, "kind": goal.kind, "region_code": goal.region_code, "indicator_code": goal.indicator_code,
        "growth": goal.growth, "comparator": goal.comparator, "target": goal.value, "unit": goal.unit, "year": goal.year,
        "quote": goal.evidence.quote, "url": goal.evidence.url,
        "value": reached.value if reached else None, "quarter": reached.quarter if reached else None,
        "reached_pct": state.reached_pct, "met": state.met, "state": state_word(state, "zh"),
        "pace": {"done": pace.done.value, "elapsed": pace.elapsed.share, "by": pace.elapsed.path, "gap": pace.gap}
        if isinstance(pace, Pace) else {"refused": pace.why},
        "trend": {"actual": trend.actual, "required": trend.required, "ratio": trend.ratio, "class": trend.kind.id, "distance": trend.distance}
        if isinstance(trend, Trend) else {"refused": trend.why},
        "chance": {"probability": chance.probability, "median": chance.median, "bands": chance.bands, "method": chance.method}
        if isinstance(chance, Chance) else {"refused": chance.why},
        "light": {"light": state.lit.light, "note": state.lit.note, "stated": state.lit.stated, "rules": state.lit.rules},
    }  # fmt: skip


def _score(score: Score) -> dict[str, Any]:
    from metroetl.monitoring.targets.score_table import item_parts

    return {
        "region_code": score.region_code, "year": score.year, "rule": score.rule.id, "version": score.rule.version,
        "state": score.state, "score": score.score, "missing": score.refused, "veto": list(score.veto),
        "items": item_parts(score),
    }  # fmt: skip
