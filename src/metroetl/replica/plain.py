"""Articles without any figure, for the examples of a source of whose region no facts are there: our own words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from metroetl.catalogue.models import Source
from metroetl.replica.articles import Article, File, Table, heading, paragraph, row

SCHEDULE = Table(
    "主要统计数据发布内容和时间",
    (row("内容", "发布时间", "发布方式"),),
    (
        row("国民经济核算", "季后", "本站"),
        row("规模以上工业生产", "月后", "本站"),
        row("居民收入和消费支出", "季后", "本站"),
    ),
)
PLAN = "甲市推进同城化发展三年行动计划（2024—2026年）"
PLAN_STATES: dict[str, Any] = {
    "kind": "plan",
    "plan_title": PLAN,
    "period_start": 2024,
    "period_end": 2026,
}


def plain_articles(source: Source) -> list[Article]:
    """Three articles of a source: of plans where it lists plans, else of how statistics are made."""
    return _plans(source) if "plans" in source.kinds else _statistics(source)


def _statistics(source: Source) -> list[Article]:
    schedule = _article(
        source,
        "schedule",
        "关于主要统计数据发布安排的公告",
        date(2025, 3, 20),
        "为方便社会各界了解和使用统计数据，现将主要统计数据的发布内容、时间和方式公布如下。",
        "如遇节假日，发布时间顺延。具体内容见附件。",
    )
    file = File(f"{SCHEDULE.caption}.xlsx", "xlsx", SCHEDULE)
    return [
        replace(schedule, files=(file,)),
        _article(
            source,
            "survey",
            "关于做好统计调查工作的通知",
            date(2025, 2, 14),
            "统计调查对象应当依法如实提供统计资料，统计人员对知悉的个人信息和商业秘密负有保密义务。",
        ),
        _article(
            source,
            "method",
            "统计数据解释说明",
            date(2025, 1, 10),
            "统计数据按照国家统计调查制度收集、审核和汇总，初步数据与最终数据可能不一致。",
        ),
    ]


def _plans(source: Source) -> list[Article]:
    plan = _article(
        source,
        "plan",
        PLAN,
        date(2024, 3, 20),
        "为推进同城化发展，制定本行动计划。实施期为2024—2026年。",
    )
    blocks = (
        *plan.blocks,
        heading("一、总体要求"),
        paragraph("坚持规划引领、分工协作、共建共享，健全工作机制。"),
        heading("二、重点任务"),
        paragraph("推进交通互联、产业协作、公共服务共享和生态共治。"),
        heading("三、组织实施"),
        paragraph("各有关单位按照职责分工抓好落实，定期报告进展。"),
    )
    return [
        plan.with_blocks(blocks),
        _article(
            source,
            "meeting",
            "同城化发展工作推进会召开",
            date(2024, 2, 6),
            "会议听取了同城化发展工作进展情况，研究了下一步工作。",
        ),
        _article(
            source,
            "reading",
            "同城化发展工作问答",
            date(2024, 1, 12),
            "问：同城化发展怎样推进？答：有关市建立会商机制，共同编制规划，分别组织落实。",
        ),
    ]


def _article(source: Source, key: str, title: str, day: date, *texts: str) -> Article:
    return Article(
        key=f"plain/{source.id}/{key}",
        source_id=source.id,
        title=title,
        published_on=day,
        publisher=source.publisher,
        blocks=tuple(paragraph(text) for text in texts),
        plan="plans" in source.kinds,
    )
