"""What a person calls the kinds, token types, rules and evidence; a code without a label is shown as it is."""

from __future__ import annotations

import re
from typing import NamedTuple


class Label(NamedTuple):
    """Name in Chinese and English, and the one character that marks it where colours can't be seen."""

    zh: str
    en: str
    mark: str = ""


OBSERVED, ABSTAINED, UNREAD = "observation", "abstained", "unread"

# how a number was read → its label; `unread` is a number that no statement states
STYLES = {
    OBSERVED: Label("观测值", "observation"),
    ABSTAINED: Label("待审观测值", "abstained", "审"),
    "target": Label("目标", "target", "目"),
    "forecast": Label("预计", "forecast", "预"),
    "comparison": Label("比较", "comparison", "比"),
    "change": Label("增减量", "change", "变"),
    "contribution": Label("贡献", "contribution", "贡"),
    "rank": Label("位次", "rank", "位"),
    "average": Label("平均", "average", "均"),
    "previous": Label("上期", "previous", "上"),
    UNREAD: Label("未读数字", "unread", "?"),
}
TOKENS = {
    "number": "数值",
    "period": "时间",
    "date": "日期",
    "region": "地区",
    "own": "本地",
    "collective": "各地",
    "area": "片区",
    "organ": "机构",
    "indicator": "指标",
    "name": "名称",
    "head": "中心词",
    "partner": "贸易伙伴",
    "qualifier": "限定",
    "attribute": "修饰",
    "direction": "升降",
    "speed": "增速",
    "flat": "持平",
    "base": "基期",
    "compared": "相比",
    "basis": "口径",
    "average": "平均",
    "share": "占比",
    "compare": "高低",
    "contribution": "贡献",
    "bring": "带来",
    "rank": "位次",
    "ranked": "名次范围",
    "target": "目标",
    "forecast": "预计",
    "condition": "条件",
    "verb": "动词",
    "approx_before": "约数",
    "approx_after": "约数",
    "to": "至",
    "risen": "升至",
    "from": "由",
    "turn": "转为",
    "respectively": "分别",
    "each": "均",
    "among": "其中",
    "etc": "等",
    "join": "和",
    "prep": "介词",
    "skip": "略过",
    "cut": "分界",
    "stage": "数据阶段",
    "text": "其他",
    "enum": "顿号",
    "comma": "逗号",
    "semi": "句号分号",
    "colon": "冒号",
    "open": "括号",
    "close": "括号",
    "range": "连接号",
}
RULES = {
    "level": "水平",
    "growth": "增长",
    "share": "占比",
    "share-said": "占比",
    "rate": "比率",
    "speed": "增速",
    "speed-after": "增速在后",
    "bare": "只有百分数",
    "flat": "持平",
    "points": "百分点增减",
    "points-changed": "增速的增减",
    "points-compared": "百分点高低",
    "comparison": "与他地比较",
    "change": "增减量",
    "contribution": "贡献",
    "average": "多期平均",
    "rank": "位次",
    "completion": "完成进度",
    "risen-to": "升至",
    "from": "由……",
    "table": "表格",
}
EVIDENCE = {
    "name": "名称补全",
    "place": "地区承前",
    "period:paragraph": "时间承前",
    "period:document": "时间承标题",
    "period:ahead": "时间取后文",
    "period:same": "时间为同期",
    "period:date": "时间按发布日推定",
    "predicate:guessed": "谓词推测",
    "indicator:unknown": "目录没有该指标",
    "unit:misfit": "单位不符",
    "growth:out of range": "增速异常",
    "READ_BY_OCR": "文字识别所得",
    "FORMATS_UNREAD": "单元格格式未读",
}
# what statements of one release say of each other, by the part of the evidence before the colon
CHECKS = {
    "agrees": "相互印证",
    "disagrees": "前后不一",
    "unit-error": "疑单位有误",
    "broken": "勾稽不符",
    "rounding": "舍入差异",
    "mixed-vintages": "疑新旧口径混用",
    "sign": "疑正负有误",
    "sum": "合计相符",
    "growth": "增速与水平相符",
    "change": "增减量相符",
    "share": "占比相符",
    "ratio": "比值相符",
    "contribution": "贡献相符",
}
_PARTS = re.compile(r"(?P<name>[^(]{1,60}?)(?P<detail>\(.*\))?(?: (?P<weight>\d[\d.]{0,8}))?", re.DOTALL)


def style_label(style: str) -> Label:
    """Label of a style or statement kind."""
    return STYLES.get(style, Label(style, style))


def token_label(kind: str) -> str:
    """Token type as `指标 indicator`."""
    return f"{TOKENS[kind]} {kind}" if kind in TOKENS else kind


def rule_label(rule: str) -> str:
    """Rule as `增长 growth`; a tilde marks an approximate value."""
    name = RULES.get(rule.rstrip("~"), "")
    return f"{name}{'（约数）' if rule.endswith('~') else ''} {rule}".strip()


def evidence_label(evidence: str) -> str:
    """Evidence `period:document 0.95` as `时间承标题 ×0.95`, `broken:sum:GDP(…) 0.5` as `勾稽不符 sum:GDP(…) ×0.5`."""
    found = _PARTS.fullmatch(evidence)
    if found is None:
        return evidence
    name = found["name"].removeprefix("table:")
    head, _, rest = name.partition(":")
    said = EVIDENCE.get(name) or f"{CHECKS.get(head, head)} {rest}".strip()
    return said + (found["detail"] or "") + (f" ×{found['weight']}" if found["weight"] else "")
