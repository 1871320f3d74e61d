"""Two pictures of a circle's links: a heat map (from a row to a column) and a flow map with schematic positions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from metroetl.monitoring.aggregates import name
from metroetl.monitoring.charts import FONT
from metroetl.monitoring.content import Chart, Language
from metroetl.monitoring.linkage.distances import seats

Pair = tuple[str, str]
BLUES = ["#eef4f9", "#2f6690"]
BEND = 0.3
MOST_DRAWN = 12


def heat_map(
    key: str, title: str, unit: str, cities: Sequence[str], values: Mapping[Pair, float | None],
    language: Language = "zh", decimals: int = 1,
) -> Chart:  # fmt: skip
    """A cell for each pair that `values` has, its number printed in it; None is a flow that isn't shown, and says so."""
    import altair as alt

    hidden = "不列示" if language == "zh" else "suppressed"
    top = max((v for v in values.values() if v is not None), default=0.0)
    rows = [
        {
            "from": name(i), "to": name(j), "value": v, "label": hidden if v is None else f"{v:.{decimals}f}",
            "dark": v is not None and v > 0.55 * top,
        }
        for (i, j), v in values.items()
    ]  # fmt: skip
    order = [name(c) for c in cities]
    seller, buyer = ("自", "至") if language == "zh" else ("from", "to")
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X(
            "to:N", scale=alt.Scale(domain=order), title=buyer, axis=alt.Axis(labelAngle=0, orient="top")
        ),
        y=alt.Y("from:N", scale=alt.Scale(domain=order), title=seller),
    )
    cells = base.mark_rect(stroke="white", strokeWidth=2).encode(
        color=alt.Color("value:Q", scale=alt.Scale(range=BLUES, domainMin=0), legend=None)
    )
    grey = base.transform_filter("!isValid(datum.value)").mark_rect(color="#e4e4e0")
    words = base.mark_text(fontSize=13).encode(
        text="label:N", color=alt.condition("datum.dark", alt.value("white"), alt.value("#1c2a35"))
    )
    side = max(72, 420 // max(len(order), 1))
    chart = (cells + grey + words).properties(width=side * len(order), height=min(side, 64) * len(order))
    return _chart(key, title, unit, chart, _told(rows, unit, hidden, language))


def flow_map(
    key: str, title: str, unit: str, cities: Sequence[str], values: Mapping[Pair, float | None],
    language: Language = "zh", decimals: int = 1,
) -> Chart | None:  # fmt: skip
    """Cities where they lie to one another, each link (both directions together) as wide as it is strong, with its number.

    A pair with a direction that isn't shown has no line; only the strongest twelve are drawn. None where a city's place isn't known.
    """
    if any(c not in seats() for c in cities):
        return None
    at = _positions(cities)
    both = {
        (i, j): there + back
        for n, i in enumerate(cities)
        for j in cities[n + 1 :]
        if (there := values.get((i, j))) is not None and (back := values.get((j, i))) is not None
    }
    links: list[dict[str, Any]] = [
        {
            "from": name(i),
            "to": name(j),
            "value": v,
            "label": f"{v:.{decimals}f}",
            "points": _arc(at[i], at[j]),
        }
        for (i, j), v in sorted(both.items(), key=lambda item: -item[1])
    ]
    top = max(both.values(), default=0.0) or 1.0
    paths: list[dict[str, Any]] = [
        {"link": n, "x": x, "y": y, "order": step, "width": 1 + 11 * link["value"] / top}
        for n, link in enumerate(links[:MOST_DRAWN])
        for step, (x, y) in enumerate(link["points"])
    ]
    middle = len(links[0]["points"]) // 2 if links else 0
    words = [
        {"x": link["points"][middle][0], "y": link["points"][middle][1], "label": link["label"]}
        for link in links[:MOST_DRAWN]
    ]
    dots = [{"x": at[c][0], "y": at[c][1], "label": name(c)} for c in cities]
    chart = _drawn(paths, words, dots)
    if len(links) > MOST_DRAWN:
        only = f"（最强的{MOST_DRAWN}对）" if language == "zh" else f" (strongest {MOST_DRAWN})"
        title += only
    return _chart(key, title, unit, chart, _told(links, unit, "", language))


def _drawn(paths: list[dict[str, Any]], words: list[dict[str, Any]], dots: list[dict[str, Any]]) -> Any:
    """Arcs, numbers on them, cities over all; words have a white border, so that they can be read on a line."""
    import altair as alt

    def layer(rows: list[dict[str, Any]]) -> Any:
        frame = alt.Scale(domain=[-0.15, 1.15])
        return alt.Chart(alt.InlineData(values=rows)).encode(
            x=alt.X("x:Q", axis=None, scale=frame), y=alt.Y("y:Q", axis=None, scale=frame)
        )

    def text(rows: list[dict[str, Any]], **mark: Any) -> list[Any]:
        base = layer(rows).encode(text="label:N")
        return [
            base.mark_text(stroke="white", strokeWidth=4, **mark),
            base.mark_text(color="#1c2a35", **mark),
        ]

    arcs = layer(paths).mark_line(color="#7fb0d6", strokeCap="butt", opacity=0.85)
    return alt.layer(
        arcs.encode(
            detail="link:N", order="order:Q", strokeWidth=alt.StrokeWidth("width:Q", scale=None, legend=None)
        ),
        *text(words, fontSize=12),
        layer(dots).mark_circle(size=160, color="#1d3f5e", opacity=1),
        *text(dots, fontSize=13, fontWeight="bold", dy=-16),
    ).properties(width=440, height=440)


def _arc(start: tuple[float, float], end: tuple[float, float], steps: int = 24) -> list[tuple[float, float]]:
    """Points of a slight arc, so that lines which lie on one another can be told apart."""
    (ax, ay), (bx, by) = start, end
    bend = BEND * math.hypot(
        bx - ax, by - ay
    )  # the longer, the more: what passes a city lies clear of its lines
    mx, my = (ax + bx) / 2 + bend * (by - ay), (ay + by) / 2 - bend * (bx - ax)
    return [
        (
            (1 - t) ** 2 * ax + 2 * t * (1 - t) * mx + t**2 * bx,
            (1 - t) ** 2 * ay + 2 * t * (1 - t) * my + t**2 * by,
        )
        for t in (n / steps for n in range(steps + 1))
    ]


def _positions(cities: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Where the seats lie in a square of side 1, true to scale (longitude shortened by the latitude)."""
    places = [seats()[c] for c in cities]
    shrink = math.cos(math.radians(sum(p.latitude for p in places) / len(places)))
    x, y = [p.longitude * shrink for p in places], [p.latitude for p in places]
    span = max(max(x) - min(x), max(y) - min(y)) or 1.0
    left, low = (min(x) + max(x) - span) / 2, (min(y) + max(y) - span) / 2
    return {c: ((a - left) / span, (b - low) / span) for c, a, b in zip(cities, x, y, strict=True)}


def _told(rows: Sequence[Mapping[str, Any]], unit: str, hidden: str, language: Language) -> str:
    """The picture in words: each pair with its number, largest first."""
    known = sorted((r for r in rows if r["value"] is not None), key=lambda r: -r["value"])
    gone = len(rows) - len(known)
    unit = f" {unit}" if language == "en" and unit else unit
    said = [f"{r['from']}—{r['to']} {r['label']}{unit}" for r in known]
    text = ("、" if language == "zh" else ", ").join(said)
    if not gone:
        return text
    return f"{text}；另{gone}项{hidden}" if language == "zh" else f"{text}; {gone} {hidden}"


def _chart(key: str, title: str, unit: str, chart: Any, alt_text: str) -> Chart:
    spec = chart.properties(title=title).configure(font=FONT).configure_view(stroke=None).to_dict()
    return Chart(key, title, f"{title}：{alt_text}", "picture", unit, spec)
