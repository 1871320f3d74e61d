"""Charts, defined once in Altair: Vega-Lite for a page, a picture or a screen; drawn without a browser or a network.

Widths are those of a picture; a page lets them follow the screen. Colours keep 3:1 to the paper, values are written at
the marks, and nothing is told by colour alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from metroetl.errors import WarehouseError

FONT = "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, sans-serif"
WIDTH = 600
INK, GRID = "#222222", "#e6e6e6"
OWN, CITY, OUTSIDE = "#12476b", "#2f6690", "#8a6d3b"
LINES = ("#12476b", "#b5502a", "#5f6b73", "#7a4a8c", "#3b7d4f", "#8a6d3b")
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 1], [1, 3])

Spec = dict[str, Any]
Row = Mapping[str, Any]


def bars(rows: Sequence[Row], unit: str) -> Spec:
    """Levels as bars, the value and below it the growth written above; rows: name, value, label, rise where there is one."""
    import altair as alt

    base = alt.Chart(_data(rows)).encode(x=alt.X("name:N", sort=None, title=None, axis=_names()))
    y = alt.Y("value:Q", title=unit, axis=alt.Axis(gridColor=GRID), scale=_room(rows, 0.25))
    drawn = base.mark_bar(color=CITY, width={"band": 0.5}).encode(y=y, tooltip=_tips("name", "label", "rise"))
    layers = [drawn]
    lines = ("rise", "label") if any(row.get("rise") for row in rows) else ("label",)
    for place, line in enumerate(lines):
        words = base.mark_text(fontSize=12, color=INK, baseline="bottom", dy=-3 - 15 * place)
        layers.append(words.encode(y=y, text=f"{line}:N"))
    return _spec(alt.layer(*layers), height=180)


def rates(rows: Sequence[Row]) -> Spec:
    """Growth as lying bars from a zero line; rows: name, value, label, kind (circle, city, outside)."""
    import altair as alt

    colours = alt.Scale(domain=["circle", "city", "outside"], range=[OWN, "#6f9cbf", "#b9a888"])
    base = alt.Chart(_data(rows)).encode(y=alt.Y("name:N", sort=None, title=None, axis=_names()))
    x = alt.X("value:Q", title="%", axis=alt.Axis(gridColor=GRID), scale=_room(rows, 0.2))
    drawn = base.mark_bar(height={"band": 0.6}, stroke="#44525c", strokeWidth=0.6).encode(
        x=x, color=alt.Color("kind:N", scale=colours, legend=None), tooltip=_tips("name", "label")
    )
    layers = [drawn]
    sides: tuple[tuple[Literal["left", "right"], int, str], ...] = (
        ("left", 4, "datum.value >= 0"), ("right", -4, "datum.value < 0"),
    )  # fmt: skip
    for align, shift, test in sides:
        if any(
            (row["value"] < 0) == (align == "right") for row in rows
        ):  # a layer of nothing makes Vega warn
            label = base.transform_filter(test).mark_text(align=align, dx=shift, fontSize=12, color=INK)
            layers.append(label.encode(x=x, text="label:N"))
    return _spec(alt.layer(*layers), height=26 * len(rows) + 8)


def lines(rows: Sequence[Row], quarters: Sequence[str]) -> Spec:
    """Series over quarters, each with a colour, a dash and a point of its own; rows: name, quarter, value or None."""
    import altair as alt

    names = list(dict.fromkeys(row["name"] for row in rows))
    colours = alt.Scale(domain=names, range=list(LINES[: len(names)]))
    dashes = alt.Scale(domain=names, range=list(DASHES[: len(names)]))
    legend = alt.Legend(title=None, orient="top", symbolSize=160, symbolStrokeWidth=0)
    base = alt.Chart(_data(rows)).encode(
        x=alt.X(
            "quarter:O", sort=list(quarters), title=None, axis=alt.Axis(labelAngle=-45, labelFontSize=11)
        ),
        y=alt.Y("value:Q", title="%", axis=alt.Axis(gridColor=GRID)),
        color=alt.Color("name:N", scale=colours, sort=None, legend=legend),
        strokeDash=alt.StrokeDash("name:N", scale=dashes, sort=None, legend=legend),
    )
    drawn = base.mark_line(strokeWidth=2.2)
    points = base.mark_point(filled=True, size=46, opacity=1, strokeDash=[1, 0]).encode(
        shape=alt.Shape("name:N", sort=None, legend=legend, scale=alt.Scale(domain=names)),
        tooltip=_tips("name", "quarter", "value"),
    )
    return _spec(alt.layer(drawn, points), height=200)


def tiles(rows: Sequence[Row], circle_id: str) -> Spec:
    """A schematic map: a tile a city where it lies roughly; rows: code, name, value or None, label."""
    import altair as alt

    places = tile_places(circle_id, [row["code"] for row in rows])
    placed = [{**row, "x": places[row["code"]][0], "y": places[row["code"]][1]} for row in rows]
    high, wide = (1 + max(at[n] for at in places.values()) for n in (1, 0))
    gaps = alt.Scale(paddingInner=0.06)
    base = alt.Chart(_data(placed)).encode(
        x=alt.X("x:O", sort=list(range(wide)), axis=None, scale=gaps),
        y=alt.Y("y:O", sort=list(range(high)), axis=None, scale=gaps),
    )
    drawn = base.mark_rect(cornerRadius=6, stroke="#44525c").encode(
        color=_shade(rows), tooltip=_tips("name", "label")
    )
    names = base.mark_text(dy=-9, fontSize=14, fontWeight="bold", color="#111").encode(text="name:N")
    labels = base.mark_text(dy=11, fontSize=13, color="#111").encode(text="label:N")
    return _spec(alt.layer(drawn, names, labels), height=70 * high, width=140 * wide)


def boundaries(rows: Sequence[Row], path: Path) -> Spec:
    """A map of a user's GeoJSON, its features keyed by code (`adcode`, `code` or `gb` 156510100, or `id`).

    Raises WarehouseError for a file that isn't GeoJSON or lacks one of the places.
    """
    import altair as alt

    found = _features(path)
    if gone := [row["name"] for row in rows if row["code"] not in found]:
        raise WarehouseError(
            f"{path.name} has no boundary of {'、'.join(gone)}",
            way_out="Give each feature its GB/T 2260 code as property `adcode` (510100), or leave --boundaries out.",
        )
    shown = [{"type": "Feature", "geometry": found[row["code"]]["geometry"], **row} for row in rows]
    base = alt.Chart(alt.InlineData(values=shown)).project(type="identity", reflectY=True)
    drawn = base.mark_geoshape(stroke="#44525c").encode(color=_shade(rows), tooltip=_tips("name", "label"))
    return _spec(alt.layer(drawn), height=360)


def _features(path: Path) -> dict[str, Any]:
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        return {_code(f): f for f in features}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WarehouseError(
            f"{path} isn't a GeoJSON collection of features", way_out="Export the boundaries as GeoJSON."
        ) from error


def _code(feature: Mapping[str, Any]) -> str:
    own = feature.get("properties") or {}
    code = str(own.get("adcode") or own.get("code") or own.get("gb") or feature.get("id") or "")
    return code.removeprefix("156")[:6]


@cache
def _layouts() -> dict[str, dict[str, list[int]]]:
    from ruamel.yaml import YAML

    text = resources.files("metroetl.monitoring").joinpath("tiles.yml").read_text(encoding="utf-8")
    return {circle: dict(places) for circle, places in YAML(typ="safe").load(text).items()}


def tile_places(circle_id: str, codes: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Column and row of each city's tile: of tiles.yml, else four a row in their fixed order."""
    known = _layouts().get(circle_id, {})
    if all(code in known for code in codes):
        return {code: (known[code][0], known[code][1]) for code in codes}
    return {code: (number % 4, number // 4) for number, code in enumerate(codes)}


def _shade(rows: Sequence[Row]) -> Any:
    import altair as alt

    values = [row["value"] for row in rows if row["value"] is not None]
    scale = alt.Scale(domain=[min(values), max(values)], range=["#e3eef6", "#8fbbdc"])
    shade = alt.Color("value:Q", scale=scale, legend=None)
    return alt.condition("isValid(datum.value)", shade, alt.value("#eeeeee"))


def _data(rows: Sequence[Row]) -> Any:
    import altair as alt

    return alt.InlineData(values=[dict(row) for row in rows])


def _room(rows: Sequence[Row], share: float) -> Any:
    """A scale from zero with room for labels beyond the longest bars, on the sides that have bars."""
    import altair as alt

    values = [row["value"] for row in rows]
    low, high = min(0.0, *values), max(0.0, *values)
    room = (high - low or 1.0) * share
    return alt.Scale(domain=[low - room if low < 0 else 0, high + room if high > 0 else 0], nice=False)


def _names() -> Any:
    import altair as alt

    return alt.Axis(labelAngle=0, labelFontSize=13, labelLimit=200, ticks=False)


def _tips(*fields: str) -> Any:
    import altair as alt

    return [alt.Tooltip(f"{field}:{'Q' if field == 'value' else 'N'}") for field in fields]


def _spec(chart: Any, *, height: int, width: int = WIDTH) -> Spec:
    """The chart as a dict, its size set and the font of Chinese texts named."""
    drawn = chart.properties(width=width, height=height)
    drawn = drawn.configure(font=FONT, background="white").configure_view(stroke=None)
    found: Spec = drawn.to_dict(validate=False)  # the tests validate each kind
    return found


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
