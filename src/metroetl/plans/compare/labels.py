"""What a comparison's findings are called in reports."""

from __future__ import annotations

from metroetl.plans.compare.models import SectionChange, TargetChange, TargetValue
from metroetl.plans.compare.round_models import Topic

SECTIONS = {
    "new": "新增", "gone": "删去", "split": "拆分", "merged": "合并", "moved": "移位", "renamed": "改名",
    "promoted": "升格", "demoted": "降格", "grown": "篇幅增加", "shrunk": "篇幅减少",
}  # fmt: skip
TARGETS = {"added": "新增", "dropped": "取消", "raised": "提高", "lowered": "降低", "same": "不变"}
COMPARATORS = {">=": "≥", "<=": "≤", "=": "", "about": "约"}
WORDS = {">=": "不低于", "<=": "不高于", "=": "达到", "about": "左右"}
LEVELS = {1: "专章", 2: "专节"}
TOPICS: dict[Topic, str] = {
    "title": "名称",
    "makers": "制定",
    "issuers": "制发主体",
    "doc_number": "文号",
    "period": "期间",
    "stage": "阶段",
    "status": "状态",
    "issued_on": "发布时间",
    "gap": "轮次衔接",
    "completion": "完成情况",
    "review": "回顾上一轮",
    "quantitative": "定量目标数",
    "qualitative": "定性目标数",
    "projects": "项目（事项）数",
    "tasks": "任务数",
    "aspects": "方面",
    "chapters": "篇章",
    "first_chapter": "首章",
    "largest_chapter": "篇幅最大章",
    "new_chapters": "新增篇章",
    "promoted": "专节升专章",
    "split": "篇章拆分",
    "shape": "体例",
    "focus": "侧重",
    "themes": "领域",
    "note": "登记备注",
}


def kinds_text(change: SectionChange) -> str:
    """What happened to a section; 保留 where nothing did."""
    return "、".join(SECTIONS[k] for k in change.kinds) or "保留"


def value_text(value: TargetValue | None) -> str:
    """A target as printed: ≥1.2万亿元（2023年）."""
    if value is None:
        return "—"
    year = f"（{value.by_year}年）" if value.by_year else ""
    return f"{COMPARATORS[value.comparator]}{value.value:g}{value.unit}{year}"


def change_text(target: TargetChange) -> str:
    """The change of the number in the base unit; of shares in points."""
    if target.change is None or target.new is None or target.kind == "same":
        return "—"
    unit = "个百分点" if target.new.normal_unit == "%" else target.new.normal_unit
    return f"{float(f'{target.change:.6g}'):+g}{unit}"
