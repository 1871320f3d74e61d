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


def heat_map(
    key: str, title: str, unit: str, cities: Sequence[str], values: Mapping[Pair, float | None],
    language: Language = "zh", decimals: int = 1,
) -> Chart:  # fmt: skip
    """A cell for each pair that `values` has, its number printed in it; None is a flow that isn't shown, and says so."""
    import altair as alt

    hidden = "不公开" if language == "zh" else "suppressed"
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
        color=alt.condition(
            "isValid(datum.value)",
            alt.Color("value:Q", scale=alt.Scale(range=BLUES, domainMin=0), legend=None),
            alt.value("#e4e4e0"),
        )
    )
    words = base.mark_text(fontSize=13).encode(
        text="label:N", color=alt.condition("datum.dark", alt.value("white"), alt.value("#1c2a35"))
    )
    side = max(72, 420 // max(len(order), 1))
    chart = (cells + words).properties(width=side * len(order), height=min(side, 64) * len(order))
    return _chart(key, title, unit, chart, _told(rows, unit, hidden, language))


def flow_map(
    key: str, title: str, unit: str, cities: Sequence[str], values: Mapping[Pair, float | None],
    language: Language = "zh", decimals: int = 1,
) -> Chart | None:  # fmt: skip
    """Cities where they lie to one another, each link (both directions together) as wide as it is strong, with its number.

    A pair with a direction that isn't shown has no line. None where a city's place isn't known.
    """
    import altair as alt

    if any(c not in seats() for c in cities):
        return None
    at = _positions(cities)
    both = {
        (i, j): there + back
        for n, i in enumerate(cities)
        for j in cities[n + 1 :]
        if (there := values.get((i, j))) is not None and (back := values.get((j, i))) is not None
    }
    top = max(both.values(), default=0.0) or 1.0
    links = [
        {
            "x": at[i][0], "y": at[i][1], "x2": at[j][0], "y2": at[j][1], "width": 1 + 11 * v / top,
            "mx": 0.55 * at[i][0] + 0.45 * at[j][0], "my": 0.55 * at[i][1] + 0.45 * at[j][1],
            "from": name(i), "to": name(j), "value": v, "label": f"{v:.{decimals}f}",
        }
        for (i, j), v in sorted(both.items(), key=lambda item: item[1])
    ]  # fmt: skip
    dots = [{"name": name(c), "x": at[c][0], "y": at[c][1]} for c in cities]
    x, y = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.15, 1.15])), alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-0.15, 1.15]))  # fmt: skip
    drawn = alt.Chart(alt.InlineData(values=links))
    places = alt.Chart(alt.InlineData(values=dots)).encode(x=x, y=y)
    labels = drawn.encode(x=alt.X("mx:Q"), y=alt.Y("my:Q"), text="label:N")
    chart = alt.layer(
        drawn.mark_rule(color="#7fb0d6", strokeCap="round").encode(
            x=x, y=y, x2="x2:Q", y2="y2:Q", strokeWidth=alt.StrokeWidth("width:Q", scale=None)
        ),
        labels.mark_text(fontSize=12, stroke="white", strokeWidth=4),
        labels.mark_text(fontSize=12, color="#1c2a35"),
        places.mark_circle(size=160, color="#1d3f5e", opacity=1),
        places.mark_text(dy=-16, fontSize=13, fontWeight="bold", stroke="white", strokeWidth=4).encode(text="name:N"),
        places.mark_text(dy=-16, fontSize=13, fontWeight="bold", color="#1c2a35").encode(text="name:N"),
    ).properties(width=520, height=420)  # fmt: skip
    return _chart(key, title, unit, chart, _told(links, unit, "", language))


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
