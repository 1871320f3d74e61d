"""Progress against time as a chart: a bar of what is done, a tick where time stands; defined once in Altair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from metroetl.monitoring.charts import FONT
from metroetl.monitoring.content import Chart, Language
from metroetl.monitoring.phrases import phrases
from metroetl.monitoring.targets.pace import Pace
from metroetl.monitoring.targets.state import GoalState
from metroetl.monitoring.targets.words import label

DONE = {"zh": "完成比例", "en": "Done"}
TIME = {"zh": "时间进度", "en": "Time"}
AXIS = {
    "zh": "占全年目标（%）：横条为完成比例，竖线为时间进度，虚线为目标",
    "en": "% of the year's target: bar done, tick time, dashed line the target",
}
WIDTH, ROW = 520, 40


def pace_chart(states: Sequence[GoalState], quarter: str, language: Language) -> Chart | None:
    """The yearly levels that are set against time: what is done and how much of the time is over; None without any."""
    rows = [_row(s, s.pace, language) for s in states if isinstance(s.pace, Pace)]
    if not rows:
        return None
    title = {
        "zh": f"{phrases('zh').period(quarter)}目标完成比例与时间进度",
        "en": f"Targets and time, {quarter}",
    }[language]
    between, stop = ("；", "。") if language == "zh" else ("; ", ".")
    alt = between.join(f"{r['name']}：{r['label']}" for r in rows) + stop
    series = {
        DONE[language]: [r["done"] for r in rows],
        TIME[language]: [r["time"] for r in rows],
    }
    return Chart(
        "target_pace", title, alt, "bar", "%", _spec(rows, language), [r["name"] for r in rows], series
    )


def _row(state: GoalState, pace: Pace, language: Language) -> dict[str, Any]:
    done, time = round(pace.done.value, 2), round(pace.elapsed.share, 2)
    title = label(state.goal, language)
    told = {"zh": f"完成{done:.1f}%，时间{time:.1f}%", "en": f"{done:.1f} % done, {time:.1f} % of the time"}
    return {"name": title, "done": done, "time": time, "label": told[language]}


def _spec(rows: list[dict[str, Any]], language: Language) -> dict[str, Any]:
    import altair as alt

    top = max(100.0, *(r["done"] for r in rows))
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=320, labelFontSize=12))
    )
    scale = alt.Scale(domain=[0, top * 1.04])
    x = alt.X("done:Q", title=AXIS[language], scale=scale)
    bars = base.mark_bar(color="#2f6690", height=14, yOffset=6).encode(x=x)
    labels = base.mark_text(align="left", dy=-12, fontSize=12, color="#222").encode(
        x=alt.value(3), text="label:N"
    )
    ticks = base.mark_tick(color="#111", thickness=3, size=22, yOffset=6).encode(x="time:Q")
    full = alt.Chart(alt.InlineData(values=[{"at": 100}])).mark_rule(strokeDash=[4, 3], color="#555")
    layers = alt.layer(bars, full.encode(x="at:Q"), ticks, labels)
    chart = layers.properties(width=WIDTH, height=ROW * len(rows) + 10)
    return dict(chart.configure(font=FONT).to_dict())
