"""Pictures as SVG, drawn without a browser: sections that flow from one round to the next, targets before and after,
rounds on a line of years."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from metroetl.plans.compare.layout import clean, cut, percent

if TYPE_CHECKING:
    from jinja2 import Environment

    from metroetl.plans.compare.models import PlanComparison, SectionRef, TargetChange
    from metroetl.plans.compare.round_models import RoundsComparison

COLOURS = {
    "发展布局": "#7a6c9d", "设施互通": "#2f6690", "创新协同": "#3a7ca5", "产业协作": "#c17f3b",
    "开放共进": "#b0563b", "公共服务": "#5a9367", "生态环保": "#3e7d53", "体制机制": "#8a5a83",
}  # fmt: skip
PLAIN, NEW, GONE = "#8d99a6", "#1d6b40", "#a3271c"
WIDTH, HEIGHT, GAP, LEAST = 980, 460, 7, 17
LEFT, RIGHT, BAR = 300, 680, 14
MOST_TARGETS = 24


@dataclass
class Box:
    """A chapter drawn as a bar: its top and height."""

    ref: SectionRef
    y: float
    height: float
    colour: str
    label: str


def draw_flow(comparison: PlanComparison) -> str | None:
    """Chapters of the old plan on the left, of the new on the right, bands where one goes into the other."""
    old, new = comparison.old.chapters, comparison.new.chapters
    if not old or not new:
        return None
    height = max(HEIGHT, max(len(old), len(new)) * (LEAST + GAP) + 40)
    gone = {c.old[0].span for c in comparison.of_kind("gone") if c.old[0].depth == 1}
    fresh = {c.new[0].span for c in comparison.of_kind("new") if c.new[0].depth == 1}
    left, right = (
        _boxes(old, height, dict.fromkeys(gone, GONE)),
        _boxes(new, height, dict.fromkeys(fresh, NEW)),
    )
    total = max(b.y + b.height for b in (*left, *right)) + 12
    return _render(
        "flow.svg",
        width=WIDTH,
        height=round(total),
        left=left,
        right=right,
        bands=list(_bands(comparison, left, right)),
        x=(LEFT, RIGHT, BAR),
        heads=(_head(comparison.old.title), _head(comparison.new.title)),
        title="篇章流向",
    )


def _head(title: str) -> str:
    return cut(title, 22)


def _boxes(chapters: list[SectionRef], height: int, colours: dict[Any, str]) -> list[Box]:
    """Bars as high as their share of the chapters, none lower than its label needs."""
    whole = sum(c.length for c in chapters) or 1
    room = height - 40 - len(chapters) * (LEAST + GAP)
    boxes = []
    y = 40.0
    for chapter in chapters:
        tall = LEAST + max(0.0, room) * chapter.length / whole
        colour = colours.get(chapter.span) or COLOURS.get(chapter.field or "", PLAIN)
        label = f"{cut(chapter.title, 15)} {percent(chapter.share)}"
        boxes.append(Box(chapter, y, tall, colour, label))
        y += tall + GAP
    return boxes


def _bands(comparison: PlanComparison, left: list[Box], right: list[Box]) -> list[dict[str, Any]]:
    """Bands between bars: each bar is divided by the text that goes or comes; a successor with other text gets a pale one."""
    flows = [f for f in comparison.flows if f.linked or f.length >= 0.03 * comparison.new.length]
    out: dict[int, float] = defaultdict(float)
    into: dict[int, float] = defaultdict(float)
    weight = {}
    for flow in flows:
        old, new = left[flow.old].ref, right[flow.new].ref
        weight[flow.old, flow.new] = max(
            flow.length, 0.5 * min(old.length, new.length) if flow.linked else 0.0
        )
        out[flow.old] += weight[flow.old, flow.new]
        into[flow.new] += weight[flow.old, flow.new]
    at_left = {n: b.y for n, b in enumerate(left)}
    at_right = {n: b.y for n, b in enumerate(right)}
    bands = []
    for flow in flows:
        one, other, w = left[flow.old], right[flow.new], weight[flow.old, flow.new]
        tall = (
            one.height * w / max(out[flow.old], one.ref.length or 1),
            other.height * w / max(into[flow.new], other.ref.length or 1),
        )
        y = (at_left[flow.old], at_right[flow.new])
        at_left[flow.old] += tall[0]
        at_right[flow.new] += tall[1]
        share = flow.length / w if w else 0.0
        bands.append(
            {
                "path": _band(y, tall),
                "colour": other.colour if other.colour != NEW else one.colour,
                "opacity": round(0.18 + 0.42 * min(1.0, share), 2),
                "title": f"{one.ref.title} → {other.ref.title}：相近文字约{flow.length:.0f}字",
            }
        )
    return bands


def _band(y: tuple[float, float], tall: tuple[float, float]) -> str:
    x0, x1 = LEFT + BAR, RIGHT
    mid = (x0 + x1) / 2
    return (
        f"M{x0},{y[0]:.1f} C{mid},{y[0]:.1f} {mid},{y[1]:.1f} {x1},{y[1]:.1f} "
        f"L{x1},{y[1] + tall[1]:.1f} C{mid},{y[1] + tall[1]:.1f} {mid},{y[0] + tall[0]:.1f} {x0},{y[0] + tall[0]:.1f} Z"
    )


def draw_ladder(targets: list[TargetChange]) -> str | None:
    """Targets that both plans have, each on its own scale from 0 to the greater of its two values, before → after."""
    both = [t for t in targets if t.old and t.new][:MOST_TARGETS]
    if not both:
        return None
    rows = []
    for number, target in enumerate(both):
        old, new = target.old, target.new
        if old is None or new is None:
            continue
        most = max(abs(old.normal_value), abs(new.normal_value)) or 1.0
        x = [300 + 330 * abs(v.normal_value) / most for v in (old, new)]
        rows.append(
            {
                "y": 52 + number * 40,
                "name": cut(target.indicator, 18),
                "before": printed(old.value, old.unit, old.by_year),
                "after": printed(new.value, new.unit, new.by_year),
                "x": x,
                "colour": {"raised": NEW, "lowered": "#b0563b"}.get(target.kind, PLAIN),
                "arrow": abs(x[1] - x[0]) > 6,
            }
        )
    return _render("ladder.svg", width=WIDTH, height=60 + 40 * len(rows), rows=rows, title="目标前后对比")


def printed(value: float, unit: str, year: int | None = None) -> str:
    """A value as printed, with its year."""
    return f"{value:g}{unit}" + (f"（{year}年）" if year else "")


def draw_rounds(comparison: RoundsComparison) -> str | None:
    """The periods of all rounds on a line of years, with the day each was issued where it is known."""
    years = [
        y
        for s in comparison.series
        for r in s.rounds
        for y in (r.period_start, r.period_end)
        if y is not None
    ]
    if not years:
        return None
    first, last = min(years), max(years) + 1
    step = 700 / max(1, last - first)
    rows = []
    for number, series in enumerate(comparison.series):
        bars = []
        for entry in series.rounds:
            if entry.period_start is None or entry.period_end is None:
                continue
            x = 240 + (entry.period_start - first) * step
            issued = entry.first("issued_on")
            name = f"第{entry.number}轮" if entry.number else ""
            bars.append(
                {
                    "x": x + 1,
                    "width": (entry.period_end + 1 - entry.period_start) * step - 2,
                    "label": " ".join(filter(None, (name, entry.stage))),
                    "years": f"{entry.period_start}—{entry.period_end}",
                    "coming": entry.status != "issued",
                    "issued": 240 + (_year(issued) - first) * step if issued else None,
                    "day": issued,
                }
            )
        rows.append({"y": 44 + number * 92, "name": cut(series.title, 16), "bars": bars})
    ticks = [{"x": 240 + (y - first) * step, "year": y} for y in range(first, last + 1)]
    return _render(
        "rounds.svg",
        width=WIDTH,
        height=52 + 92 * len(rows),
        rows=rows,
        ticks=ticks,
        title="各轮次期间与发布时间",
    )


def _year(day: str) -> float:
    """A day as a year with its fraction."""
    when = date.fromisoformat(day)
    return when.year + (when.timetuple().tm_yday - 1) / 366


def environment() -> Environment:
    """Templates of this room; everything is escaped and cleaned."""
    from jinja2 import Environment, PackageLoader

    return Environment(
        loader=PackageLoader("metroetl.plans.compare"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: clean(value) if type(value) is str else value,
    )


def _render(template: str, **values: Any) -> str:
    return environment().get_template(template).render(font=FONT, **values).strip()


FONT = "Noto Sans CJK SC, Source Han Sans SC, Noto Serif CJK SC, PingFang SC, Microsoft YaHei, SimSun, sans-serif"
