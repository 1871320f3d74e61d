"""Charts, defined once in Altair and drawn without a browser."""

from __future__ import annotations

from typing import Any


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
    chart = chart.configure(font="Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, sans-serif")
    return str(vl_convert.vegalite_to_svg(chart.to_json()))
