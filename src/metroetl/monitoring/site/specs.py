"""The site's own charts, defined once in Altair: their layouts are a file of the site, pages carry the values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from metroetl.monitoring.charts import FONT
from metroetl.monitoring.content import Chart

Values = list[dict[str, Any]]
BLUE, AMBER, GREY = "#1f5f8b", "#b35900", "#6b7780"


def levels(name: str, title: str, unit: str, rows: Values) -> Chart:
    """Bars of levels; rows: place, value, text, own (1 the circle's cities, 0 others)."""
    alt = _alt(title, unit, rows)
    places = [r["place"] for r in rows]
    return Chart(
        name, title, alt, "bar", unit, _spec("levels", rows, 230), places, {unit: [r["value"] for r in rows]}
    )


def rates(name: str, title: str, unit: str, rows: Values) -> Chart:
    """Horizontal bars of rates with their values written; rows: place, value, text, own."""
    alt = _alt(title, unit, rows)
    places = [r["place"] for r in rows]
    return Chart(
        name,
        title,
        alt,
        "bar",
        unit,
        _spec("rates", rows, 24 * len(rows)),
        places,
        {unit: [r["value"] for r in rows]},
    )


def trend(
    name: str, title: str, unit: str, quarters: Sequence[str], lines: Mapping[str, Sequence[float | None]]
) -> Chart:
    """Lines over quarters, each place with a colour and a dash of its own; what is missing is a gap."""
    rows = [
        {"quarter": quarter, "place": place, "value": value}
        for place, values in lines.items()
        for quarter, value in zip(quarters, values, strict=True)
    ]
    alt = (
        f"{title}（{unit}），{quarters[0]} 至 {quarters[-1]}，{'、'.join(lines)}；数值见下表"
        if quarters
        else title
    )
    return Chart(name, title, alt, "line", unit, _spec("trend", rows, 260), list(quarters), dict(lines))


def _alt(title: str, unit: str, rows: Values) -> str:
    most, least = (pick(rows, key=lambda row: float(row["value"])) for pick in (max, min))
    told = f"最高{most['place']}{most['text']}，最低{least['place']}{least['text']}"
    return f"{title}（{unit}），{len(rows)} 个地区，{told}；数值见表"


def timeline(name: str, title: str, bars: Values, gaps: Values, day: str) -> Chart:
    """Rounds of plans as bars, a line a series, as monitoring/charts.py draws them in a report."""
    rows = [b | {"what": "round"} for b in bars] + [g | {"what": "gap"} for g in gaps]
    rows.append({"what": "day", "start": day})
    alt = f"{title}：{len({b['lane'] for b in bars})} 个系列的 {len(bars)} 轮，竖线为 {day}；内容见下表"
    lanes = list(dict.fromkeys(b["lane"] for b in bars))
    spec = _spec("timeline", rows, 22 * len(lanes))
    return Chart(name, title, alt, "picture", "", spec, lanes)


def layout_of(spec: Mapping[str, Any]) -> str:
    """Name of the shared layout that a spec has; empty for one of its own."""
    name = str((spec.get("usermeta") or {}).get("layout", ""))
    return name if name in LAYOUTS else ""


def _spec(name: str, values: Values, height: int) -> dict[str, Any]:
    return layout(name) | {"height": height, "data": {"values": values}}


@cache
def layout(name: str) -> dict[str, Any]:
    """A layout as a Vega-Lite spec without its values and its height."""
    import altair as alt

    made = LAYOUTS[name](alt).properties(width="container").configure(font=FONT, background="white")
    spec = _without_data(made.configure_view(stroke=None).to_dict())
    return spec | {"usermeta": {"layout": name}, "autosize": {"type": "fit-x", "contains": "padding"}}


def _without_data(spec: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in spec.items() if key not in ("data", "datasets")}
    if "layer" in kept:
        kept["layer"] = [_without_data(layer) for layer in kept["layer"]]
    return kept


def _empty(alt: Any) -> Any:
    return alt.Chart(alt.InlineData(values=[]))


def _tone(alt: Any) -> Any:
    return alt.condition("datum.own == 1", alt.value(BLUE), alt.value(GREY))


def _levels(alt: Any) -> Any:
    axis = alt.Axis(labelAngle=0, labelFontSize=12, labelLimit=90)
    base = _empty(alt).encode(x=alt.X("place:N", sort=None, title=None, axis=axis))
    y = alt.Y("value:Q", title=None, axis=alt.Axis(gridColor="#e4e8eb"))
    bars = base.mark_bar(size=34, tooltip=True).encode(y=y, color=_tone(alt))
    return bars + base.mark_text(dy=-8, fontSize=12, color="#222").encode(y="value:Q", text="text:N")


def _rates(alt: Any) -> Any:
    axis = alt.Axis(labelFontSize=12, labelLimit=120)
    base = _empty(alt).encode(y=alt.Y("place:N", sort=None, title=None, axis=axis))
    x = alt.X("value:Q", title=None, axis=alt.Axis(gridColor="#e4e8eb"))
    bars = base.mark_bar(size=15, tooltip=True).encode(x=x, color=_tone(alt))
    side, shift = alt.expr("datum.value < 0 ? 'right' : 'left'"), alt.expr("datum.value < 0 ? -4 : 4")
    text = base.mark_text(align=side, dx=shift, fontSize=12, color="#222")
    padding = {"left": 5, "top": 5, "bottom": 5, "right": 34}  # for the number of the longest bar
    return (bars + text.encode(x="value:Q", text="text:N")).properties(padding=padding)


def _trend(alt: Any) -> Any:
    x = alt.X("quarter:O", sort=None, title=None, axis=alt.Axis(labelAngle=-50, labelOverlap="greedy"))
    legend = alt.Legend(
        title=None, orient="top", columns=4, labelLimit=130, symbolType="stroke", symbolSize=400
    )
    place = {"sort": None, "legend": legend}
    return (
        _empty(alt)
        .mark_line(
            point=alt.OverlayMarkDef(size=36), strokeWidth=2, tooltip=True, invalid="break-paths-show-domains"
        )
        .encode(
            x=x,
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(gridColor="#e4e8eb")),
            color=alt.Color("place:N", scale=alt.Scale(scheme="dark2"), **place),
            strokeDash=alt.StrokeDash("place:N", **place),
        )
    )


def _timeline(alt: Any) -> Any:
    axis = alt.Axis(labelLimit=230, labelFontSize=11, grid=True)
    y = alt.Y("lane:N", sort=None, title=None, axis=axis)
    x = alt.X("start:T", title=None, axis=alt.Axis(format="%Y", tickCount="year", labelOverlap="greedy"))
    base = _empty(alt).encode(x=x, y=y)
    rounds = base.transform_filter("datum.what == 'round'")
    gaps = base.transform_filter("datum.what == 'gap'")
    kinds = alt.Scale(domain=["整理", "提取", "预计"], range=["#7fb0d6", "#8fcfa6", "#d5d5d0"])
    day = _empty(alt).transform_filter("datum.what == 'day'").mark_rule(strokeDash=[4, 3]).encode(x=x)
    return alt.layer(
        rounds.mark_bar(height=13, stroke="white", tooltip=True).encode(
            x2="end:T",
            color=alt.Color("kind:N", scale=kinds, legend=alt.Legend(title=None, orient="top")),
            opacity=alt.Opacity("opacity:Q", scale=None),
        ),
        rounds.mark_text(align="left", dx=4, fontSize=10, color="#111").encode(text="label:N"),
        gaps.mark_bar(height=5, color="#c0392b").encode(x2="end:T"),
        gaps.mark_text(dy=1, fontSize=13, color="#8a5200").encode(text="label:N"),
        day,
    )


LAYOUTS = {"levels": _levels, "rates": _rates, "trend": _trend, "timeline": _timeline}
