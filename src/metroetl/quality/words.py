"""Words of the gate for people, Chinese first: verdicts, what a rule does, states, tables, what to do about a failure."""

from __future__ import annotations

VERDICTS = {"pass": "通过", "fail": "未通过", "error": "规则出错", "skipped": "无可判断的行"}
SEVERITIES = {"critical": "拦下整批", "error": "隔离该行", "warning": "仅提示"}
TABLES = {
    "staging_document": "文件",
    "staging_observation": "数字",
    "staging_statement": "陈述（目标、预计、比较等）",
    "staging_plan": "规划",
    "staging_plan_section": "规划章节",
    "staging_plan_target": "规划目标",
    "staging_plan_task": "规划任务",
    "staging_plan_count": "规划数量",
    "staging_plan_project": "清单条目",
    "staging_milestone": "季度节点",
    "staging_plan_goal": "定性目标",
    "staging_plan_progress": "条目进展",
    "raw_snapshot": "存档（无法读取）",
    "core_observation": "已入库的数字",
    "core_vintage": "数字的历次状态",
    "mart_observation_latest": "最新数字",
    "mart_observation_conflict": "来源之间不一致",
    "mart_circle_sum": "都市圈与各市之和",
    "mart_circle_quarter": "都市圈季度表",
    "dim_circle_region": "都市圈成员与次序",
    "mart_correction": "已声明的更正",
    "mart_source_health": "来源状况与隔离区",
    "mart_listing_health": "列表状况",
    "mart_release_calendar": "发布日历",
    "mart_rule_activity": "规则自身",
}
# what a rule on published data does: nothing can be held any more
TOLD = {"critical": "运行变红", "error": "运行变红", "warning": "仅提示"}
BATCH_STATES = {
    "published": "已入库",
    "held": "已拦下",
    "rejected": "已驳回",
    "staged": "待处理",
    "replayed": "已重放",
}
ROW_STATES = {
    "open": "待处理",
    "released": "已放行",
    "rejected": "已驳回",
    "replayed": "已重放",
    "superseded": "已被新版取代",
}
# who answers for a rule: (who, what to do about it), Chinese and English
OWNERS: dict[str, tuple[str, str, str, str]] = {
    "harvest": (
        "采集",
        "打开原页核对：若站点给了旧页或别的页面，稍后再运行采集；每次都如此，则检查该来源的列表地址。",
        "harvest",
        "Open the page: if the site gave an old or another page, collect again later; if it lasts, check the source's listing.",
    ),
    "documents": (
        "文件解析",
        "用 metroetl explain 看存档读出的文字与表格；读错了就修正文件解析后重放；读得对则放行或批准，文件本身坏了则驳回。",
        "documents",
        "See what was read with metroetl explain: correct the reading and replay; release or approve what is right, reject a broken file.",
    ),
    "statistics": (
        "统计抽取",
        "对照原句：读错了就修正抽取规则后重放；原文确实如此则放行，原文有误则驳回。",
        "statistics",
        "Compare the sentence: correct the extraction and replay if it was read wrongly; release what is right, reject what is wrong.",
    ),
    "plans": (
        "规划抽取",
        "对照原文：读错了就修正规划抽取后重放；原文确实如此则放行，原文有误则驳回。",
        "plans",
        "Compare the text: correct the reading of plans and replay; release what is right, reject what is wrong.",
    ),
    "catalogue": (
        "目录",
        "在 catalogue/ 中补上名称、单位或界限，然后重放。",
        "catalogue",
        "Add the name, unit or limit to catalogue/, then replay.",
    ),
    "publisher": (
        "发布方",
        "查同一数字的其他来源或后续修订；发布方有误则在 catalogue/corrections/ 声明更正后重放，或放行、驳回并写明理由。",
        "publisher",
        "Look for another source or a later revision; declare a correction in catalogue/corrections/ and replay, or release or reject with the reason.",
    ),
    "warehouse": (
        "数据仓库",
        "按规则所附的办法处理，然后用 metroetl warehouse check 再查一次。",
        "warehouse",
        "Do what the rule says, then judge again with metroetl warehouse check.",
    ),
}
READ_AGAIN = (
    "此存档无法读取：修正解析后重放，或把可读的副本放入收件箱（metroetl inbox add）。",
    "This snapshot can't be read: replay after a fix, or put a readable copy into the inbox (`metroetl inbox add`).",
)


def table_words(name: str) -> str:
    """A table's name for people; the name itself where there is none."""
    return TABLES.get(name, name)


def advice(owner: str) -> tuple[str, str]:
    """What to do about a failure, Chinese and English; of a snapshot that can't be read where no rule has an owner."""
    found = OWNERS.get(owner)
    return (found[1], found[3]) if found else READ_AGAIN
