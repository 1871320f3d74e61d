"""Pages that circles share: home, health of sources, releases that are due, rules, dictionary, evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from metroetl.monitoring.figures import CircleFigures
from metroetl.monitoring.site.book import page_of
from metroetl.monitoring.site.circle import best
from metroetl.monitoring.site.grids import Grid, Item, item
from metroetl.monitoring.site.pages import Site
from metroetl.monitoring.site.plan_rooms import write_lists, write_plans, write_targets

Row = dict[str, Any]
LIGHTS = {"green": "正常", "yellow": "注意", "red": "故障", "grey": "未采集"}
MOST = 1000  # rows of the release calendar on its page
_SOURCES = "SELECT * FROM mart_source_health ORDER BY enabled DESC, source_id"
_LISTINGS = "SELECT * FROM mart_listing_health ORDER BY source_id, url"
_RELEASES = "SELECT * FROM mart_release_calendar ORDER BY due_to DESC, region_code, window_id LIMIT 1001"
_RULES = "SELECT * FROM mart_rule_activity ORDER BY table_name, rule_code"
_WORDS = """
SELECT object_name, column_name, data_type, description_zh, description_en FROM meta_column
WHERE object_name LIKE 'mart%' OR object_name LIKE 'dic%' OR object_name LIKE 'report%' OR object_name LIKE 'chart%'
  OR object_name LIKE 'dim%' OR object_name LIKE 'meta%'
ORDER BY object_name, ordinal
"""
CONTRACT = "SELECT value FROM meta_contract WHERE key = 'contract'"


def write_rooms(site: Site, circles: Sequence[str]) -> None:
    """Write the shared pages, for the plans and targets of these circles."""
    write_plans(site, circles)
    write_targets(site, circles)
    write_lists(site)
    write_sources(site)
    write_releases(site)
    write_rules(site)
    write_dictionary(site)


def write_home(site: Site, circles: Sequence[CircleFigures]) -> None:
    """The circles with their newest quarter, and how the sources fare."""
    cards = []
    for data in circles:
        own = [q for q in data.quarters if best(data, data.region, "GDP", "level", q)]
        quarter = max(own or data.quarters, default="")
        figures = (
            [best(data, data.region, "GDP", what, quarter) for what in ("level", "growth")] if quarter else []
        )
        cards.append({"circle": data.circle, "quarter": quarter, "level": figures and figures[0], "growth": figures and figures[1],
                      "quarters": len(data.quarters)})  # fmt: skip
    cards.sort(key=lambda card: (card["level"] is None or not card["level"], not card["quarters"]))
    lights = Counter(light(row) for row in site.records(_SOURCES))
    site.write(
        "index.html", "home.html", cards=cards, lights=lights, names=LIGHTS, documents=len(site.book.marks)
    )


# --- sources -------------------------------------------------------------------------------------------------------


def light(row: Row) -> str:
    """A source's light: red after three failures in a row or with a held batch; yellow after one, with quarantined rows,
    or where the newest document is older than the catalogue allows; grey if nobody asked it yet.
    """
    if not row["last_attempt_at"]:
        return "grey"
    if row["failures_in_a_row"] >= 3 or row["held_batches"]:
        return "red"
    age, most = row["newest_age_days"], row["max_age_days"]
    stale = age is not None and most is not None and age > most and not row["stand_in"]
    return "yellow" if row["failures_in_a_row"] or row["open_quarantine"] or stale else "green"


def write_sources(site: Site) -> None:
    """Health of the sources and of their listings."""
    sources = []
    for row in site.records(_SOURCES):
        colour = light(row)
        sources.append([
            item(row["title"]), Item(LIGHTS[colour], light=colour), item(row["publisher"]), item(row["kinds"]),
            item("启用" if row["enabled"] else "停用"), item(_minute(row["last_listing_ok_at"])),
            item(row["last_listing_items"]), item(row["failures_in_a_row"]), item(row["documents"]),
            item(row["newest_published_on"]), item(row["open_quarantine"]), item(row["held_batches"]),
        ])  # fmt: skip
        site.find(f"{row['title']} {row['source_id']}", "sources.html", "来源")
    header = (
        "来源",
        "状态",
        "发布机构",
        "类别",
        "启用",
        "最近读到列表",
        "条数",
        "连续失败",
        "文件数",
        "最新文件",
        "隔离行",
        "暂缓批次",
    )
    listings = [
        [item(r["title"]), item(r["url"], r["url"]), item(_minute(r["fetched_at"])), item(r["items"]), item(r["usual_items"]),
         item(r["fresh"]), item(r["newest"]), item("日期不再可读" if r["dates_lost"] else "")]
        for r in site.records(_LISTINGS)
    ]  # fmt: skip
    grids = [
        Grid(
            "sources",
            "来源",
            header,
            sources,
            "红：连续失败 3 次及以上或有暂缓批次；黄：有失败、有隔离行或久无新文件；灰：未采集。",
        ),
        Grid(
            "listings",
            "列表页",
            ("来源", "地址", "读取时间", "条数", "通常条数", "新条目", "最新日期", "说明"),
            listings,
        ),
    ]
    site.write("sources.html", "grids.html", title=("来源健康", "Source health"), grids=grids)


def write_releases(site: Site) -> None:
    """What was due when, and when it came."""
    found = site.records(_RELEASES)
    rows = [
        [item(r["region_name"]), item(r["window_id"]), item(r["period"]), item(f"{r['due_from']} 至 {r['due_to']}"),
         item(r["state_zh"]), item(r["published_on"]), item(r["days_late"]), item(r["document_title"], r["url"])]
        for r in found[:MOST]
    ]  # fmt: skip
    note = f"只列最近 {MOST} 条；全部见 mart_release_calendar。" if len(found) > MOST else ""
    header = ("地区", "窗口", "时期", "应发布", "状态", "实际发布", "晚（天）", "文件")
    grid = Grid("releases", "发布日历", header, rows, note)
    site.write("releases.html", "grids.html", title=("发布日历", "Release calendar"), grids=[grid])


def _minute(moment: object) -> str:
    return str(moment or "")[:16]


# --- rules, words, evidence ----------------------------------------------------------------------------------------


def write_rules(site: Site) -> None:
    """The rules of the gate and how often each fired."""
    rows = []
    for r in site.records(_RULES):
        rows.append([
            item(r["rule_code"]), item(r["reason_zh"]), item(r["table_name"]), item(r["severity"]), item(r["runs_judged"]),
            item(r["runs_fired"]), item(r["evaluated"]), item(r["unexpected"]), item(_minute(r["last_fired_at"])),
            item("从未判断" if r["never_judged"] else "次次触发" if r["always_fires"] else "从未触发" if r["never_fired"] else ""),
        ])  # fmt: skip
        site.find(f"{r['rule_code']} {r['reason_zh']}", "rules.html", "规则")
    header = (
        "规则",
        "为什么",
        "表",
        "级别",
        "判断次数",
        "触发次数",
        "判断行数",
        "不合行数",
        "最近触发",
        "说明",
    )
    grid = Grid("rules", "校验规则与触发情况", header, rows)
    site.write("rules.html", "grids.html", title=("校验", "Validation"), grids=[grid])


def write_dictionary(site: Site) -> None:
    """Views and dimensions with their columns, in both languages."""
    grids = []
    for name, group in groupby(site.records(_WORDS), key=lambda row: str(row["object_name"])):
        head, *columns = group
        rows = [
            [
                item(c["column_name"]),
                item(c["data_type"]),
                item(c["description_zh"]),
                item(c["description_en"]),
            ]
            for c in columns
        ]
        note = f"{head['description_zh']} · {head['description_en']}"
        grids.append(Grid(name, name, ("列", "类型", "中文", "English"), rows, note))
        site.find(f"{name} {head['description_zh']}", f"dictionary.html#{name}", "字典")
    contract = site.records(CONTRACT)
    intro = f"契约版本 {contract[0]['value']}" if contract else ""
    site.write(
        "dictionary.html",
        "grids.html",
        title=("数据字典", "Data dictionary"),
        grids=grids,
        intro=intro,
        contents=True,
    )


def write_evidence(site: Site) -> None:
    """One page a cited document: what it is, the paragraphs that state something, and each number's mark in them."""
    listed = []
    for document in site.book.documents(site.warehouse, site.as_of):
        path = page_of(document["document_id"])
        site.write(path, "evidence.html", document=document)
        site.find(document["title"], path, "文件")
        listed.append([item(document["title"], path, inside=True), item(document["publisher"]), item(document["published_on"]),
                       item(len(document["marks"]))])  # fmt: skip
    listed.sort(key=lambda row: row[2].text, reverse=True)
    grid = Grid("documents", "被引用的文件", ("文件", "发布机构", "发布日期", "引用数"), listed)
    site.write("documents.html", "grids.html", title=("出处", "Documents"), grids=[grid])
