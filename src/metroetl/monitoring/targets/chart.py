"""Progress against time as a chart: a bar of what is done, a tick where time stands; defined once in Altair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from metroetl.monitoring.aggregates import name
from metroetl.monitoring.charts import FONT
from metroetl.monitoring.content import Chart, Language
from metroetl.monitoring.phrases import period
from metroetl.monitoring.targets.pace import Pace
from metroetl.monitoring.targets.state import GoalState

DONE, TIME = {"zh": "完成比例", "en": "done"}, {"zh": "时间进度", "en": "time"}


def pace_chart(states: Sequence[GoalState], quarter: str, language: Language) -> Chart | None:
    """Levels as a share of their target, with the share of the time that is over where it is counted; None without any."""
    shown = [s for s in states if s.reached_pct is not None]
    if not shown:
        return None
    rows = [_row(s) for s in shown]
    names = [r["name"] for r in rows]
    title = f"{period(quarter)}目标完成比例与时间进度" if language == "zh" else f"Targets reached, {quarter}"
    alt = (
        "；".join(r["words"] for r in rows) + "。"
        if language == "zh"
        else "; ".join(f"{r['name']} {r['done']:.1f} %" for r in rows)
    )
    return Chart(
        "target_pace", title, alt, "bar", "%", _spec(rows, language), names,
        {DONE[language]: [r["done"] for r in rows], TIME[language]: [r["time"] for r in rows]},
    )  # fmt: skip


def _row(state: GoalState) -> dict[str, Any]:
    done = round(state.reached_pct or 0.0, 2)
    time = round(state.pace.elapsed.share, 2) if isinstance(state.pace, Pace) else None
    label = f"{name(state.goal.region_code)}{state.goal.title}（{state.goal.year}年目标）"
    words = f"{label}完成{done:.1f}%" + (f"，时间进度{time:.1f}%" if time is not None else "")
    return {"name": label, "done": done, "time": time, "label": f"{done:.1f}%", "words": words}


def _spec(rows: list[dict[str, Any]], language: Language) -> dict[str, Any]:
    import altair as alt

    top = max(100.0, *(r["done"] for r in rows)) * 1.12
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=320, labelFontSize=12))
    )
    scale = alt.Scale(domain=[0, top])
    bars = base.mark_bar(color="#2f6690", height=18).encode(
        x=alt.X("done:Q", title=f"{DONE[language]}（%）", scale=scale)
    )
    labels = base.mark_text(align="left", dx=4, fontSize=12, color="#222").encode(x="done:Q", text="label:N")
    ticks = (
        base.transform_filter("isValid(datum.time)")
        .mark_tick(color="#b3261e", thickness=3, size=28)
        .encode(x="time:Q", tooltip=[alt.Tooltip("time:Q", title=TIME[language])])
    )
    full = (
        alt.Chart(alt.InlineData(values=[{"at": 100}]))
        .mark_rule(strokeDash=[4, 3], color="#555")
        .encode(x="at:Q")
    )
    chart = alt.layer(bars, full, ticks, labels).properties(width=520, height=34 * len(rows) + 20)
    return dict(chart.configure(font=FONT).to_dict())
