"""Pages of plans: the calendar with what ends, rounds compared, releases; targets; the three lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from metroetl.monitoring import calendar
from metroetl.monitoring.site import specs
from metroetl.monitoring.site.grids import Grid, Item, item
from metroetl.monitoring.site.pages import Site
from metroetl.warehouse.keys import digest

Row = dict[str, Any]
SIGNS = {">=": "不低于", "<=": "不高于", "=": "达到"}
STATES = {"done": "完成", "on_time": "按期", "behind": "滞后", "not_started": "未启动"}
_COMPARED = (
    "SELECT * FROM mart_plan_comparison WHERE access = 'public' ORDER BY circle_id, series_id, round_after"
)
_SPOKEN = """
SELECT entry_id, series_id, series_title, round, document_id, span_start, span_end, count_span_start, count_span_end
FROM mart_plan_calendar
WHERE origin = 'extracted' AND access = 'public' AND series_id IS NOT NULL AND span_start IS NOT NULL
"""
_TARGETS = "SELECT * FROM mart_target_progress ORDER BY circle_id, due_on, plan_title, target_id"
_TASKS = "SELECT * FROM mart_task_progress ORDER BY list_year DESC, quarter, number, item_id"


# --- plans ---------------------------------------------------------------------------------------------------------


def write_plans(site: Site, circles: Sequence[str]) -> None:
    """When each series' rounds ran, what ends without a successor, how a round differs from the one before."""
    found = calendar.load_calendar(site.warehouse, as_of=site.as_of, public=True)
    rounds = [r for r in found.rounds if r["circle_id"] in circles]
    alerts = [a for a in found.alerts if a["circle_id"] in circles]
    shown = calendar.PlanCalendar(found.day, rounds, alerts)
    bars = _labelled_once(calendar.bars(shown))
    chart = (
        specs.timeline("plan-timeline", "各系列轮次", bars, calendar.gaps(shown), found.day.isoformat())
        if bars
        else None
    )
    grids = [
        Grid("alerts", "到期提示", ("都市圈", "系列", "提示"), list(_alerts(alerts)), f"截至 {found.day}"),
        Grid("rounds", "轮次", ("都市圈", "系列", "轮次", "时期", "状态", "印发", "到期", "印发单位", "依据"), [_round(r) for r in rounds]),
        Grid("compared", "与上一轮比较", ("系列", "轮次", "项", "上一轮", "本轮"), list(_compared(site, circles))),
        Grid("plan-releases", "规划发布", ("标题", "都市圈", "文号", "印发单位", "印发", "公布"), [
            _release(r) for r in calendar.load_releases(site.warehouse, as_of=site.as_of, public=True)
            if r["circle_id"] in (*circles, None)
        ]),
    ]  # fmt: skip
    for series in dict.fromkeys((r["series_title"], r["circle_name"]) for r in rounds):
        site.find(" ".join(map(str, series)), "plans.html#rounds", "规划")
    site.write(
        "plans.html", "grids.html", title=("规划日历与比较", "Plan calendar"), grids=grids, chart=chart
    )


def _labelled_once(bars: list[Row]) -> list[Row]:
    """Bars of a round that is both curated and extracted lie on each other: the first one has the label."""
    seen: set[tuple[str, str]] = set()
    found = []
    for bar in bars:
        place = (bar["lane"], bar["start"])
        found.append(bar | {"label": "" if place in seen else bar["label"]})
        seen.add(place)
    return found


def _alerts(alerts: Sequence[Row]) -> Iterator[list[Item]]:
    """One line each, though a round may be known from the catalogue and from documents."""
    told = {(a["circle_name"], a["series_title"], calendar.alert_words(a)): a["level"] for a in alerts}
    for (circle, series, words), level in told.items():
        yield [item(circle), item(series), Item(words, light="red" if level == "overdue" else "yellow")]


def _round(row: Row) -> list[Item]:
    years = "—".join(str(y) for y in (row["period_start"], row["period_end"]) if y)
    number = " ".join(filter(None, (f"第{row['round']}轮" if row["round"] else "", row["stage"])))
    told = str(row["provenance"] or "")
    basis = item("原文" if told.startswith("http") else told, told)
    state = calendar.STATES_ZH.get(row["status"], row["status"])
    return [item(row["circle_name"]), item(row["series_title"]), item(number), item(years), item(state), item(row["issued_on"]),
            item(row["expires_on"]), item(row["issuers"]), basis]  # fmt: skip


def _release(row: Row) -> list[Item]:
    return [item(row.get("title"), row.get("url")), item(row.get("circle_name")), item(row.get("doc_number")),
            item(row.get("issuers")), item(row.get("issued_on")), item(row.get("published_on"))]  # fmt: skip


_SIDES = (
    ("时期", ("period_start", "period_end"), "—"),
    ("印发单位", ("issuers", "curated_issuers"), None),
    ("文中所列数量", ("stated_count", "stated_what"), ""),
    ("整理的数量", ("curated_count", "curated_what"), ""),
    ("章节", ("sections",), ""),
    ("目标", ("targets",), ""),
    ("任务", ("tasks",), ""),
    ("项目", ("projects",), ""),
)


def _compared(site: Site, circles: Sequence[str]) -> Iterator[list[Item]]:
    spoken = _spoken(site)
    for row in site.records(_COMPARED):
        if row["circle_id"] not in circles:
            continue
        rounds = f"第{row['round_before']}轮 → 第{row['round_after']}轮"
        for what, names, between in _SIDES:
            sides = [_cell(row, names, between, side, spoken) for side in ("before", "after")]
            if any(side.text != "—" for side in sides):
                yield [item(row["series_title"]), item(rounds), item(what), *sides]


def _spoken(site: Site) -> dict[tuple[Any, ...], tuple[str, str]]:
    """Where a document speaks of a round, and where it states its count: addresses by document, series and round."""
    found = {}
    for row in site.records(_SPOKEN):
        label = (row["series_title"], f"第{row['round']}轮" if row["round"] else "")
        document = row["document_id"]
        entry = digest("round", row["entry_id"]), document, row["span_start"], row["span_end"], ""
        count = digest("count", row["entry_id"]), document, row["count_span_start"], row["count_span_end"], ""
        stated = "" if row["count_span_start"] is None else site.book.add(*count, label)
        found[document, row["series_id"], row["round"]] = site.book.add(*entry, label), stated
    return found


def _cell(
    row: Row,
    names: Sequence[str],
    between: str | None,
    side: str,
    spoken: dict[tuple[Any, ...], tuple[str, str]],
) -> Item:
    """What a round has; what a document says leads to its words, what is curated tells its basis."""
    text = _side(row, names, between, side)
    if names[0] == "curated_count" and text:
        return item(f"{text}（{row[f'provenance_{side}']}）")
    key = row[f"document_id_{side}"], row["series_id"], row[f"round_{side}"]
    entry, count = spoken.get(key, ("", ""))
    to = count if names[0] == "stated_count" else entry
    curated = names[0] == "issuers" and not row[f"issuers_{side}"]
    return item(text, "" if curated else to, inside=bool(to) and not curated)


def _side(row: Row, names: Sequence[str], between: str | None, side: str) -> str:
    values = [row[f"{name}_{side}"] for name in names]
    texts = [f"{v:.10g}" if isinstance(v, float) else str(v) for v in values if v not in (None, "")]
    return texts[0] if between is None and texts else (between or "").join(texts)


# --- targets and lists ---------------------------------------------------------------------------------------------


def write_targets(site: Site, circles: Sequence[str]) -> None:
    """Each target beside the newest figure up to its day; both lead to where they were read."""
    found = [r for r in site.records(_TARGETS) if r["circle_id"] in circles]
    site.know(r["observation_id"] for r in found if r["observation_id"])
    rows = []
    for r in found:
        label = (
            r["region_name"] or "",
            r["indicator_name"] or r["indicator"],
            "目标",
            str(r["by_year"] or ""),
            r["unit_printed"],
        )
        target = site.book.add(
            digest("target", r["target_id"]), r["document_id"], r["span_start"], r["span_end"], "", label
        )
        reached = site.book.places.get(r["observation_id"] or "", "")
        state = {1: ("已达到", "green"), 0: ("未达到", "red")}.get(r["met"], ("未判定", "grey"))
        rows.append([
            item(r["circle_name"]), item(r["plan_title"]), item(r["region_name"]), item(r["indicator_name"] or r["indicator"]),
            item(f"{SIGNS.get(r['comparator'], '左右')}{r['target_printed']:g}{r['unit_printed']}", target, inside=True), item(r["by_year"]),
            item(r["observed_value"], reached, inside=bool(reached)), item(r["unit"]), item(r["period_label_zh"]), item(r["gap"]),
            item(r["reached_pct"]), item(r["elapsed_pct"]), Item(state[0], light=state[1]),
        ])  # fmt: skip
    header = (
        "都市圈",
        "规划",
        "地区",
        "指标",
        "目标",
        "年份",
        "最新值",
        "单位",
        "时期",
        "差距",
        "完成（%）",
        "时间进度（%）",
        "判定",
    )
    grid = Grid(
        "targets",
        "规划目标进展",
        header,
        rows,
        "最新值为目标日期以前最近一期公布数；“左右”“达到”不作高低判定时为未判定。",
    )
    site.write("targets.html", "grids.html", title=("目标", "Targets"), grids=[grid])
    site.find("规划目标进展", "targets.html", "页面")


def write_lists(site: Site) -> None:
    """Items of the lists by quarter, each with its sentence; and how many are due, done and overdue."""
    found = site.records(_TASKS)
    rows = []
    for r in found:
        label = (r["name"], r["quarter"] or "", r["due"] or "")
        key = digest("item", r["item_id"], r["quarter"])
        place = site.book.add(key, r["document_id"], r["span_start"], r["span_end"], "", label)
        overdue = bool(r["overdue"])
        state = STATES.get(r["state"], "无进展报告")
        rows.append([
            item(r["number"]), item(r["name"], place, inside=True), item(r["field"]), item(r["list_year"]), item(r["quarter"]),
            item(r["due"]), item(r["lead"] or r["responsible"]), item(r["cooperating"]),
            Item(f"{state}{'（逾期）' if overdue else ''}", light="red" if overdue else "green" if r["state"] == "done" else "grey"),
            item(r["progress"], r["progress_url"]),
        ])  # fmt: skip
    header = ("序号", "事项", "领域", "年度", "季度", "应完成", "牵头或责任", "配合", "状态", "进展")
    grids = [
        Grid("by-quarter", "各季度应完成事项", ("季度", "事项", "完成", "逾期"), list(_by_quarter(found))),
        Grid("items", "三张清单", header, rows),
    ]
    site.write("lists.html", "grids.html", title=("清单", "Lists"), grids=grids)
    site.find("三张清单 重大项目 重大事项 重要会议活动", "lists.html", "页面")


def _by_quarter(found: Sequence[Row]) -> Iterator[list[Item]]:
    due = Counter(r["quarter"] for r in found if r["quarter"])
    done = Counter(r["quarter"] for r in found if r["state"] == "done")
    late = Counter(r["quarter"] for r in found if r["overdue"])
    for quarter in sorted(due):
        yield [item(quarter), item(due[quarter]), item(done[quarter]), item(late[quarter])]
