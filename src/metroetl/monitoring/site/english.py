"""English of the words that headings of the site are made of; data and places keep their Chinese names."""

from __future__ import annotations

from metroetl.catalogue import catalogue

HEADINGS = {
    "地区": "Place", "指标": "Indicator", "累计值": "Year to date", "同比增速": "growth", "同比": "Growth", "占都市圈": "Share of circle",
    "占全省": "Share of province", "与全省差": "Gap to province", "与全国差": "Gap to nation", "百分点": "points", "增速位次": "Rank by growth",
    "都市圈总体": "The circle", "都市圈主要指标": "Headline figures of the circle", "各市": "cities", "季度": "Quarter", "累计": "year to date",
    "都市圈": "Circle", "最新季度": "Newest quarter", "最新值": "Newest", "最新": "Newest", "系列": "Series", "提示": "Alert", "轮次": "Round",
    "时期": "Period", "状态": "State", "印发单位": "Issuers", "印发": "Issued", "到期": "Ends", "依据": "Basis", "上一轮": "Before", "本轮": "Now",
    "项": "Item", "标题": "Title", "文号": "Number", "公布": "Published", "到期提示": "Rounds that end", "与上一轮比较": "Compared with the round before",
    "规划发布": "Releases of plans", "各系列轮次": "Rounds of each series", "规划目标进展": "Progress of targets", "规划": "Plan", "目标": "Target",
    "年份": "Year", "单位": "Unit", "差距": "Gap", "完成": "Reached", "时间进度": "Time elapsed", "判定": "Verdict", "三张清单": "The three lists",
    "各季度应完成事项": "Due by quarter", "逾期": "Overdue", "序号": "No.", "事项": "Item", "领域": "Field", "年度": "Year", "应完成": "Due",
    "牵头或责任": "Lead", "配合": "Cooperating", "进展": "Progress", "来源": "Source", "发布机构": "Publisher", "类别": "Kind", "启用": "Enabled",
    "最近读到列表": "Listing last read", "条数": "Items", "连续失败": "Failures in a row", "文件数": "Documents", "最新文件": "Newest document",
    "隔离行": "Quarantined", "暂缓批次": "Held batches", "列表页": "Listings", "地址": "Address", "读取时间": "Read at", "通常条数": "Usual items",
    "新条目": "New", "最新日期": "Newest day", "说明": "Note", "发布日历": "Release calendar", "窗口": "Window", "应发布": "Due", "实际发布": "Published",
    "晚（天）": "Days late", "文件": "Document", "规则": "Rule", "为什么": "Why", "表": "Table", "级别": "Severity", "判断次数": "Runs judged",
    "触发次数": "Runs fired", "判断行数": "Rows judged", "不合行数": "Rows that failed", "最近触发": "Last fired", "校验规则与触发情况": "Rules and how often each fired",
    "列": "Column", "类型": "Type", "被引用的文件": "Cited documents", "引用数": "Figures", "发布日期": "Published", "数值": "Value", "版次": "Vintage",
    "公布于": "Known from", "被替代于": "Replaced on", "亿元": "100 million yuan",
}  # fmt: skip


def english() -> dict[str, str]:
    """English by Chinese words, indicators and circles of the catalogue too; the longest words first."""
    words = catalogue()
    found = HEADINGS | {i.name_zh: i.name_en for i in words.indicators.values() if i.name_en}
    found |= {c.name_zh: c.name_en for c in words.circles.values()}
    return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))
