"""Bars of several series, for contributions and for lists: values are written at the bars, nothing is told by colour alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metroetl.monitoring.charts import FONT
from metroetl.monitoring.figures import printed

COLOURS = ("#12476b", "#b08442", "#5f6b73", "#9db8cc", "#7a4a8c")
ROOM = 0.1  # of the longest bar: what a segment needs to have its name written in it
Series = Mapping[str, Sequence[float | None]]


def grouped(categories: Sequence[str], series: Series, unit: str, decimals: int) -> dict[str, Any]:
    """Bars side by side within each category; a None is left out."""
    import altair as alt

    names = list(series)
    base = alt.Chart(alt.InlineData(values=_rows(categories, series, decimals))).encode(
        x=alt.X(
            "category:N", sort=list(categories), title=None, axis=alt.Axis(labelAngle=0, labelFontSize=13)
        ),
        xOffset=alt.XOffset("series:N", sort=names),
    )
    y = alt.Y("value:Q", title=unit, axis=alt.Axis(gridColor="#e6e6e6"), scale=alt.Scale(padding=14))
    drawn = base.mark_bar(stroke="#44525c", strokeWidth=0.6).encode(
        y=y, color=_colour(names), tooltip=_tips()
    )
    layers = [drawn]
    for side, dy, there in (
        ("datum.value >= 0", -7, any(v is not None and v >= 0 for vs in series.values() for v in vs)),
        ("datum.value < 0", 9, any(v is not None and v < 0 for vs in series.values() for v in vs)),
    ):
        if there:  # a layer without values has no extent
            text = base.transform_filter(side).mark_text(dy=dy, fontSize=11, color="#222")
            layers.append(text.encode(y=y, text="label:N"))
    return _spec(alt.layer(*layers), 240)


def stacked(
    categories: Sequence[str], series: Series, unit: str, colours: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Lying bars, the series of each category one after the other, named where there is room; zeros are left out."""
    import altair as alt

    names = list(series)
    longest = max((sum(v or 0 for v in values) for values in zip(*series.values(), strict=True)), default=0)
    rows = [
        row
        | {"order": names.index(row["series"])}
        | ({"label": f"{row['series']} {row['label']}"} if row["value"] >= longest * ROOM else {})
        for row in _rows(categories, series, 0)
        if row["value"]
    ]
    axis = alt.Axis(values=list(_ticks(int(longest))), format="d", gridColor="#e6e6e6")
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y(
            "category:N", sort=list(categories), title=None, axis=alt.Axis(labelFontSize=12, labelLimit=220)
        ),
        order=alt.Order("order:Q"),
    )
    x = alt.X("value:Q", title=unit, stack="zero", axis=axis)
    middle = alt.X("value:Q", title=unit, stack="zero", bandPosition=0.5, axis=axis)
    drawn = base.mark_bar(stroke="white").encode(x=x, color=_colour(names, colours), tooltip=_tips())
    label = base.mark_text(fontSize=11, color="white", fontWeight="bold").encode(
        x=middle, text="label:N", detail="series:N"
    )
    return _spec(alt.layer(drawn, label), 34 * max(1, len(categories)) + 20)


def _ticks(longest: int) -> range:
    return range(0, longest + 1, max(1, -(-longest // 8)))


def _rows(categories: Sequence[str], series: Series, decimals: int) -> list[dict[str, Any]]:
    return [
        {"category": category, "series": name, "value": value, "label": printed(value, decimals)}
        for name, values in series.items()
        for category, value in zip(categories, values, strict=True)
        if value is not None
    ]


def _colour(names: Sequence[str], colours: Mapping[str, str] | None = None) -> Any:
    import altair as alt

    shades = [colours[name] for name in names] if colours else list(COLOURS[: len(names)])
    scale = alt.Scale(domain=list(names), range=shades)
    return alt.Color("series:N", sort=list(names), scale=scale, legend=alt.Legend(title=None, orient="top"))


def _tips() -> list[Any]:
    import altair as alt

    return [alt.Tooltip(f"{name}:N") for name in ("category", "series", "label")]


def _spec(chart: Any, height: int) -> dict[str, Any]:
    drawn = chart.properties(width=600, height=height).configure(font=FONT, background="white")
    found: dict[str, Any] = drawn.configure_view(stroke=None).to_dict()
    return found
