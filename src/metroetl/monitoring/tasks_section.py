"""The section on the three lists: what is due, overdue and at risk, by unit and field, what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from metroetl.monitoring.content import Block, Cell, Chart, Language, Light, Section, Table, paragraph
from metroetl.monitoring.figures import CircleFigures
from metroetl.monitoring.loop import picture, words
from metroetl.monitoring.tasks import LISTS, LightOf, Milestone, Status, Tasks, count, load_tasks

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

MOST_UNITS = 12
_SHOWN: tuple[Status, ...] = ("done", "on_time", "overdue", "at_risk", "unreported")
_STATUS: Mapping[Status, tuple[str, str]] = {
    "done": ("已完成", "done"),
    "on_time": ("按期", "on time"),
    "overdue": ("逾期", "overdue"),
    "at_risk": ("有风险", "at risk"),
    "unreported": ("未报进展", "not reported"),
    "coming": ("未到期", "not due yet"),
}
_COLOURS: Mapping[Status, str] = {
    "done": "#2d6a4f",
    "on_time": "#3f7ca8",
    "overdue": "#a93226",
    "at_risk": "#9a6a00",
    "unreported": "#5f6b73",
}
_KINDS = {
    "project": ("重大项目", "Major projects"),
    "matter": ("重大事项", "Major matters"),
    "meeting": ("重要会议活动", "Meetings and events"),
    "task": ("其他任务", "Other tasks"),
    "case": ("案例", "Cases"),
}
_TEXT = {
    "title": ("三张清单进展", "The three lists"),
    "none": (
        "截至{day}，未见{circle}的重大项目、重大事项、重要会议活动清单入库，本节不作统计",
        "As of {day} no list of major projects, matters or meetings of {circle} is in the warehouse: nothing is counted",
    ),
    "sum": (
        "截至{day}，{circle}清单共{items}项，{period}到期节点{due}个：{counts}",
        "As of {day} the lists of {circle} have {items} items; {due} milestones are due in {period}: {counts}",
    ),
    "late": ("以前季度结转逾期{late}个", "{late} more are overdue from earlier quarters"),
    "next": ("{period}到期{coming}个", "{coming} are due in {period}"),
    "undated": ("{undated}项未写明季度节点，不计入到期", "{undated} items state no quarter and are not counted as due"),
    "count": ("{name}{number}个", "{name} {number}"),
    "note": (
        "未报进展不等于未启动；季度结束后仍无“完成”报告（或季后“按期”报告）的计为逾期；列入新清单的事项只在新清单中计",
        "Not reported isn't not begun. Overdue: the quarter is over and no report says done (or, after it, on time). "
        "An item of a newer list counts there only",
    ),
    "overview": ("清单总体情况（节点数）", "The lists at a glance (milestones)"),
    "overview_head": ("清单|事项|本季到期|{statuses}|累计逾期|下季到期", "List|Items|Due|{statuses}|Overdue in all|Due next"),
    "due": ("{period}到期事项", "Due in {period}"),
    "overdue": ("逾期事项", "Overdue"),
    "at_risk": ("有风险事项", "At risk"),
    "coming": ("{period}到期事项（下季）", "Due in {period} (next)"),
    "head": ("事项|清单|节点|时限|牵头单位|进展|亮灯|出处", "Item|List|Milestone|Due|Lead|Progress|Light|Source"),
    "unit": ("按牵头单位", "By leading unit"),
    "unit_note": ("由多个单位牵头的，各单位分别计数", "A milestone of several units counts at each"),
    "field": ("按领域", "By field"),
    "group_head": ("{what}|节点|{statuses}", "{what}|Milestones|{statuses}"),
    "unit_word": ("牵头单位", "Lead"),
    "field_word": ("领域", "Field"),
    "no_unit": ("未注明", "not stated"),
    "chart": ("▲各牵头单位本季到期与逾期节点", "▲ Due and overdue milestones by leading unit"),
    "alt": ("条形图，单位个：{items}。", "Bars, milestones: {items}."),
    "unit_of_chart": ("个", "milestones"),
    "most": ("图中列前{most}个单位", "The chart has the first {most} units"),
}  # fmt: skip


def section(
    data: CircleFigures,
    warehouse: Warehouse,
    quarter: str,
    language: Language = "zh",
    *,
    as_of: date | None = None,
    public: bool = True,
    light: LightOf | None = None,
) -> Section:
    """The lists of a circle for a quarter; a circle without lists says so. `as_of`, `public`, `light`: load_tasks."""
    tasks = load_tasks(warehouse, data.circle.id, quarter, as_of=as_of, public=public, light=light)
    title = _say("title", language)
    if not tasks.milestones:
        told = _say("none", language, day=tasks.day, circle=words.place(data.region, language))
        return Section("tasks", title, [paragraph(told + _stop(language))])
    return Section("tasks", title, list(_blocks(data, tasks, language)))


def _say(key: str, language: Language, **values: object) -> str:
    return words.pick(_TEXT[key], language).format(**values)


def _stop(language: Language) -> str:
    return "。" if language == "zh" else "."


def _blocks(data: CircleFigures, tasks: Tasks, language: Language) -> Iterator[Block]:
    yield paragraph(_summary(data, tasks, language))
    yield paragraph(_say("note", language) + _stop(language), kind="note")
    yield _overview(tasks, language)
    period, then = (words.quarter_name(q, language) for q in (tasks.quarter, tasks.next_quarter))
    for key, found in (
        ("overdue", tasks.overdue),
        ("at_risk", tasks.at_risk),
        ("due", tasks.due),
        ("coming", tasks.coming),
    ):
        if found:
            title = _say(key, language, period=then if key == "coming" else period)
            yield _items(f"tasks_{key}", title, found, language)
    units = tasks.by_unit()
    if units:
        yield _groups("unit", units, language)
        yield _chart(units, language)
        yield _groups("field", tasks.by_field(), language)


def _summary(data: CircleFigures, tasks: Tasks, language: Language) -> str:
    counts = count(tasks.due)
    comma, semicolon = ("、", "；") if language == "zh" else (", ", "; ")
    told = comma.join(
        _say("count", language, name=words.pick(_STATUS[s], language), number=counts[s])
        for s in (*_SHOWN, "coming")
        if counts[s]
    )
    late = len([m for m in tasks.overdue if m.quarter != tasks.quarter])
    sentence = _say(
        "sum",
        language,
        day=tasks.day,
        circle=words.place(data.region, language),
        items=tasks.items,
        due=len(tasks.due),
        period=words.quarter_name(tasks.quarter, language),
        counts=told,
    ).rstrip("： :")
    then = words.quarter_name(tasks.next_quarter, language)
    parts = [sentence, _say("next", language, period=then, coming=len(tasks.coming))]
    if late:
        parts.insert(1, _say("late", language, late=late))
    if tasks.undated:
        parts.append(_say("undated", language, undated=len({m.item_id for m in tasks.undated})))
    return semicolon.join(parts) + _stop(language)


def _statuses(language: Language) -> str:
    return "|".join(words.pick(_STATUS[s], language) for s in _SHOWN)


def _number(value: int, light: Light = "") -> Cell:
    return Cell(str(value), float(value), light=light if value else "")


def _overview(tasks: Tasks, language: Language) -> Table:
    rows = []
    present = {m.kind for m in tasks.milestones}
    for kind in (*LISTS, *sorted(present - set(LISTS))):
        of = [m for m in tasks.milestones if m.kind == kind]
        due = [m for m in of if m.quarter == tasks.quarter]
        counts = count(due)
        overdue = [m for m in tasks.overdue if m.kind == kind]
        rows.append(
            [
                Cell(words.pick(_KINDS[kind], language)),
                _number(len({m.item_id for m in of})),
                _number(len(due)),
                *(_number(counts[s], _light(s)) for s in _SHOWN),
                _number(len(overdue), "red"),
                _number(len([m for m in tasks.coming if m.kind == kind])),
            ]
        )
    header = _say("overview_head", language, statuses=_statuses(language)).split("|")
    return Table("tasks_overview", _say("overview", language), header, rows)


def _light(status: Status) -> Light:
    return "red" if status == "overdue" else "yellow" if status == "at_risk" else ""


def _items(name: str, title: str, found: Sequence[Milestone], language: Language) -> Table:
    rows = [
        [
            Cell(m.name),
            Cell(words.pick(_KINDS[m.kind], language)),
            Cell(m.due or "—"),
            Cell(words.quarter_name(m.quarter, language) if m.quarter else "—"),
            Cell("、".join(m.lead) or "—"),
            Cell(_progress(m, language)),
            Cell(words.pick(_STATUS[m.status], language), light=m.light),
            Cell(m.document_title),
        ]
        for m in found
    ]
    return Table(name, title, _say("head", language).split("|"), rows)


def _progress(milestone: Milestone, language: Language) -> str:
    """What the last report says, and of which day: 滞后（2025-04-09）."""
    if milestone.state is None:
        return "—"
    percent = f" {milestone.percent:g}%" if milestone.percent is not None else ""
    day = f"（{milestone.progress_on}）" if language == "zh" else f" ({milestone.progress_on})"
    return f"{milestone.progress or milestone.state}{percent}{day if milestone.progress_on else ''}"


def _groups(what: str, groups: Mapping[str, list[Milestone]], language: Language) -> Table:
    rows = []
    for key, found in groups.items():
        counts = count(found)
        rows.append(
            [
                Cell(key or _say("no_unit", language)),
                _number(len(found)),
                *(_number(counts[s], _light(s)) for s in _SHOWN),
            ]
        )
    head = _say("group_head", language, what=_say(f"{what}_word", language), statuses=_statuses(language))
    note = _say("unit_note", language) if what == "unit" else ""
    return Table(f"tasks_by_{what}", _say(what, language), head.split("|"), rows, note)


def _chart(units: Mapping[str, list[Milestone]], language: Language) -> Chart:
    first = dict(list(units.items())[:MOST_UNITS])
    names = [name or _say("no_unit", language) for name in first]
    counts = [count(found) for found in first.values()]
    series = {
        words.pick(_STATUS[s], language): [float(c[s]) for c in counts]
        for s in _SHOWN
        if any(c[s] for c in counts)
    }
    comma = "、" if language == "zh" else ", "
    items = comma.join(f"{name} {len(found)}" for name, found in zip(names, first.values(), strict=True))
    more = _say("most", language, most=MOST_UNITS) if len(units) > MOST_UNITS else ""
    unit = _say("unit_of_chart", language)
    return Chart(
        "tasks_by_unit",
        _say("chart", language) + (f"（{more}）" if more else ""),
        _say("alt", language, items=items),
        "bar",
        unit,
        picture.stacked(
            names, series, unit, {words.pick(_STATUS[s], language): c for s, c in _COLOURS.items()}
        ),
        names,
        series,
    )
