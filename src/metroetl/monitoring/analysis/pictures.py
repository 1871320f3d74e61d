"""The charts of the sections: what they show and say; how they are drawn is `monitoring.charts`'."""

from __future__ import annotations

from metroetl.monitoring import charts
from metroetl.monitoring.analysis.sentences import listed
from metroetl.monitoring.analysis.view import View
from metroetl.monitoring.content import Chart
from metroetl.monitoring.figures import Figure, earlier

HISTORY = 12  # quarters that a line goes back


def levels(view: View, indicator: str) -> Chart | None:
    """The cities' levels as bars with their growth written above; None for fewer than two."""
    words = view.words
    found = [(c, f) for c in view.data.cities if (f := view.level(c, indicator))]
    if len(found) < 2:
        return None
    rows = []
    for city, figure in found:
        rate = view.growth(city, indicator)
        rise = words.change(rate.value, rate.decimals) if rate else ""
        rows.append({"name": view.place(city), "value": figure.value, "label": figure.text, "rise": rise})
    unit = words.unit(found[0][1].unit)
    title = view.heading(
        "chart_levels", cities=view.circle_name, period=view.period, indicator=words.indicator(indicator)
    )
    items = listed(view, [(view.place(c), f) for c, f in found])
    return Chart(
        f"{indicator.lower()}_levels", title, words.word("alt_levels").format(unit=unit, items=items), "bar", unit,
        charts.bars(rows, unit), [view.place(c) for c, _ in found], {words.capital(words.indicator(indicator)): [f.value for _, f in found]},
    )  # fmt: skip


def growths(view: View, indicator: str) -> Chart | None:
    """Growth of the circle, its cities, province and nation; None for fewer than two."""
    words = view.words
    known = [(r, f) for r in view.rows if (f := view.growth(r, indicator))]
    found = [(r, f) for r, f in known if f.measure == known[0][1].measure]
    if len(found) < 2:
        return None
    own = {view.data.region: "circle", **dict.fromkeys(view.data.cities, "city")}
    rows = [
        {"name": view.place(r), "value": f.value, "label": f"{f.text}%", "kind": own.get(r, "outside")}
        for r, f in found
    ]
    title = view.heading(
        "chart_growth", place=view.circle_name, period=view.period, indicator=words.indicator(indicator)
    )
    items = listed(view, [(view.place(r), f) for r, f in found])
    return Chart(
        f"{indicator.lower()}_growth", title, words.word("alt_growth").format(items=items), "bar", "%",
        charts.rates(rows), [view.place(r) for r, _ in found], {view.heading("yoy"): [f.value for _, f in found]},
    )  # fmt: skip


def lines(view: View, indicator: str) -> Chart | None:
    """Cumulative growth of the circle, province and nation over the last quarters; what isn't published is a gap."""
    words = view.words
    quarters = [earlier(view.quarter, n) for n in range(HISTORY, -1, -1)]
    places = [view.data.region, *view.outside]
    series: dict[str, list[Figure | None]] = {
        view.place(r): [view.growth(r, indicator, q) for q in quarters] for r in places
    }
    series = {name: figures for name, figures in series.items() if sum(f is not None for f in figures) > 1}
    if view.circle_name not in series:
        return None
    rows = [
        {"name": name, "quarter": q, "value": f.value if f else None}
        for name, figures in series.items()
        for q, f in zip(quarters, figures, strict=True)
    ]
    title = view.heading("chart_lines", place=view.circle_name, indicator=words.indicator(indicator))
    items = listed(view, [(name, figures[-1]) for name, figures in series.items()])
    alt = words.word("alt_lines").format(first=quarters[0], last=quarters[-1], items=items)
    values = {name: [f.value if f else None for f in figures] for name, figures in series.items()}
    return Chart(
        f"{indicator.lower()}_lines", title, alt, "line", "%", charts.lines(rows, quarters), quarters, values
    )


def tiles(view: View, indicator: str) -> Chart | None:
    """Growth of each city on a schematic map, or on the user's boundaries; None for fewer than two cities."""
    words, cities = view.words, view.data.cities
    found: list[tuple[str, Figure | None]] = [(c, view.growth(c, indicator)) for c in cities]
    if sum(f is not None for _, f in found) < 2:
        return None
    rows = [
        {
            "code": c, "name": view.place(c), "value": f.value if f else None,
            "label": f"{f.text}%" if f else words.word("no_value"),
        }
        for c, f in found
    ]  # fmt: skip
    spec = (
        charts.boundaries(rows, view.boundaries)
        if view.boundaries
        else charts.tiles(rows, view.data.circle.id)
    )
    title = view.heading(
        "chart_map", place=view.circle_name, period=view.period, indicator=words.indicator(indicator)
    )
    title += words.bracket(f"（{words.word('map_note_user' if view.boundaries else 'map_note')}）")
    items = listed(view, [(view.place(c), f) for c, f in found])
    return Chart(
        f"{indicator.lower()}_map",
        title,
        words.word("alt_map").format(items=items),
        "picture",
        "%",
        spec,
    )
