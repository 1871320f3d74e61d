"""Charts, defined once in Altair and drawn without a browser."""

from __future__ import annotations

from datetime import date
from typing import Any

FONT = "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, sans-serif"


def level_and_growth_svg(rows: list[dict[str, Any]], unit: str, title: str) -> str:
    """Bars of levels (in `unit`) with growth (%) written above; rows: name, level, growth text, in drawing order.

    Gives an SVG string without links to other hosts.
    """
    import altair as alt
    import vl_convert

    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("name:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, labelFontSize=13))
    )
    bars = base.mark_bar(color="#2f6690", size=52).encode(
        y=alt.Y("level:Q", title=unit, axis=alt.Axis(grid=True, gridColor="#e6e6e6"))
    )
    labels = base.mark_text(dy=-8, fontSize=12, color="#222").encode(y="level:Q", text="label:N")
    chart = (bars + labels).properties(width=560, height=260, title=title)
    chart = chart.configure(font=FONT)
    return str(vl_convert.vegalite_to_svg(chart.to_json()))


def timeline_svg(bars: list[dict[str, Any]], gaps: list[dict[str, Any]], day: date) -> str:
    """Rounds as bars, a line a series; gaps after their end in red, ends that come as triangles, a rule at the day.

    Bars have lane, start, end, kind (整理, 提取, 预计), opacity and label; gaps have lane, start, end and label. Gives an SVG
    string without links to other hosts.
    """
    import altair as alt
    import vl_convert

    lanes = list(dict.fromkeys(row["lane"] for row in bars))
    y = alt.Y("lane:N", sort=lanes, title=None, axis=alt.Axis(labelLimit=380, labelFontSize=12, grid=True))
    begin, end = alt.X("start:T", title=None, axis=alt.Axis(format="%Y", tickCount="year")), alt.X2("end:T")
    base = alt.Chart(alt.InlineData(values=bars)).encode(x=begin, x2=end, y=y)
    colours = alt.Scale(domain=["整理", "提取", "预计"], range=["#7fb0d6", "#8fcfa6", "#d5d5d0"])
    drawn = base.mark_bar(height=13, cornerRadius=2, stroke="white").encode(
        color=alt.Color("kind:N", scale=colours, legend=alt.Legend(title=None, orient="top")),
        opacity=alt.Opacity("opacity:Q", scale=None),
    )
    names = base.mark_text(align="left", dx=4, fontSize=10, color="#111").encode(text="label:N")
    layers = [drawn, names]
    if gaps:
        late = alt.Chart(alt.InlineData(values=gaps)).encode(x=begin, y=y)
        layers += [
            late.encode(x2=end).mark_bar(height=5, color="#c0392b"),
            late.mark_text(dx=-1, dy=1, fontSize=13, color="#b9770e").encode(text="label:N"),
        ]
    today = alt.Chart(alt.InlineData(values=[{"day": day.isoformat()}]))
    layers.append(today.mark_rule(color="#222", strokeDash=[4, 3]).encode(x="day:T"))
    chart = alt.layer(*layers).properties(width=720, height=22 * len(lanes)).configure(font=FONT)
    return str(vl_convert.vegalite_to_svg(chart.to_json()))
