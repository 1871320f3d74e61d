"""The history of a series with its outlier marked and the band of what is usual, as SVG and as a line of a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from metroetl.monitoring.charts import FONT

if TYPE_CHECKING:
    from metroetl.quality.anomaly_report import Point

_BLOCKS = "▁▂▃▄▅▆▇█"
USUAL, TOLD = "#b9cfe0", "#c0392b"


def anomaly_svg(history: Sequence[Point], marked: date, unit: str, title: str = "") -> str:
    """A series drawn: values joined, the usual band behind them, the figure at `marked` in red, in `unit`.

    Gives an SVG string without links to other hosts. Text stays text: the reader's own fonts draw it.
    """
    import altair as alt
    import vl_convert

    points = [_row(point, marked) for point in history]
    x = alt.X("day:T", title=None, axis=alt.Axis(format="%Y-%m", labelAngle=0, tickCount=8, grid=False))
    base = alt.Chart(alt.InlineData(values=points)).encode(x=x)
    band = alt.Chart(alt.InlineData(values=[p for p in points if p["low"] is not None])).encode(x=x)
    scale = alt.Scale(zero=False)
    y = alt.Y("value:Q", title=unit, scale=scale, axis=alt.Axis(gridColor="#eeeeee"))
    colour = alt.Color(
        "kind:N", scale=alt.Scale(domain=["所标数字", "其他期"], range=[TOLD, "#2f6690"]), legend=None
    )
    layers = [
        band.mark_rule(strokeWidth=9, color=USUAL, opacity=0.8).encode(
            y=alt.Y("low:Q", scale=scale), y2="high:Q"
        ),
        band.mark_tick(thickness=2, width=9, color="#5b83a3", orient="horizontal").encode(
            y=alt.Y("middle:Q")
        ),
        base.mark_line(color="#9fb3c3", strokeWidth=1).encode(y=y),
        base.mark_point(filled=True, opacity=1).encode(
            y=y, color=colour, size=alt.Size("size:Q", scale=None, legend=None)
        ),
        base.mark_text(dy=-12, fontSize=12, fontWeight="bold", color=TOLD).encode(y=y, text="label:N"),
    ]
    chart = alt.layer(*layers).properties(width=640, height=190, title=title).configure(font=FONT)
    return str(vl_convert.vegalite_to_svg(chart.to_json()))


def _row(point: Point, marked: date) -> dict[str, Any]:
    here = point.period_end == marked
    return {
        "day": point.period_end.isoformat(),
        "value": point.value,
        "low": point.low,
        "middle": point.middle,
        "high": point.high,
        "kind": "所标数字" if here else "其他期",
        "size": 110 if here else 28,
        "label": f"{point.value:,.6g}" if here else "",
    }


def sparkline(history: Sequence[Point], marked: date, longest: int = 24) -> tuple[str, int]:
    """The last values as blocks of eight heights, and the place of the marked one in them."""
    shown = list(history)
    at = next((n for n, point in enumerate(shown) if point.period_end == marked), len(shown) - 1)
    begin = max(0, min(at - longest // 2, len(shown) - longest))
    shown = shown[begin : begin + longest]
    values = [point.value for point in shown]
    low, high = min(values), max(values)
    steps = [round((value - low) / (high - low) * 7) if high > low else 3 for value in values]
    return "".join(_BLOCKS[step] for step in steps), at - begin
