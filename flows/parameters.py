"""What a person may choose in the form of a flow: ids from the catalogue, never an address, a path or SQL."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from metroetl import clock
from metroetl.catalogue import catalogue
from metroetl.harvest.models import INBOX
from metroetl.pipeline import source_title

SOURCES = catalogue().sources
CIRCLES = catalogue().circles


def _one_of(ids: list[str], what: str) -> AfterValidator:
    def check(value: str) -> str:
        if value not in ids:
            raise ValueError(f"no such {what}: {value}; choose one of {', '.join(ids)}")
        return value

    return AfterValidator(check)


SOURCE_IDS = [*SOURCES, INBOX]
SourceId = Annotated[
    str, _one_of(SOURCE_IDS, "source"), WithJsonSchema({"type": "string", "enum": SOURCE_IDS})
]
CircleId = Annotated[
    str, _one_of(list(CIRCLES), "circle"), WithJsonSchema({"type": "string", "enum": list(CIRCLES)})
]
KindOfRelease = Literal["statistics", "plans"]
Quarter = Annotated[str, Field(pattern=r"^(20\d\d)-?Q([1-4])$", examples=["2025-Q1"])]

_SOURCE_HELP = "；".join(f"{i} = {source_title(i)}" for i in SOURCE_IDS)


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CollectRequest(_Request):
    """采集：从目录中的来源取新发布的页面，读取、校验并入库。"""

    sources: list[SourceId] = Field(
        default=[], title="来源", description=f"留空则采集全部启用的来源。{_SOURCE_HELP}", max_length=200
    )
    kinds: list[KindOfRelease] = Field(
        default=["statistics", "plans"],
        title="内容",
        description="statistics = 统计数据；plans = 规划计划",
        min_length=1,
        max_length=2,
    )
    since: date | None = Field(
        default=None, title="起始日期", description="只取这一天以后发布的页面；留空则取全部新页面"
    )
    dry_run: bool = Field(default=False, title="试运行", description="只看列表有什么新内容，不下载、不入库")


class BackfillRequest(_Request):
    """补采：按年份往回翻列表，取以前没有取过的页面；可中断后再次运行。"""

    sources: list[SourceId] = Field(
        default=[], title="来源", description=f"留空则为全部启用的来源。{_SOURCE_HELP}", max_length=200
    )
    year_from: int = Field(default=2023, ge=2000, le=2100, title="起始年份")
    max_pages: int = Field(
        default=50, ge=1, le=500, title="每个列表最多翻页数", description="逐页礼貌访问，页数越多越久"
    )


class RevisitRequest(_Request):
    """复查：有条件地重新请求已存档的页面与附件，发现原地修改、附件替换与页面消失；每个主机有页数上限。"""

    sources: list[SourceId] = Field(
        default=[], title="来源", description=f"留空则为全部启用的来源。{_SOURCE_HELP}", max_length=200
    )
    months: int = Field(default=18, ge=1, le=120, title="月数", description="复查最近多少个月内的页面")
    budget: int = Field(
        default=300,
        ge=1,
        le=5000,
        title="每个主机复查的页数上限",
        description="超出的部分下次优先复查；改动页面新增的附件另计",
    )

    def since(self) -> date:
        """The first day of what is asked again, counted back from today in Beijing."""
        today = clock.today()
        months = today.year * 12 + today.month - 1 - self.months
        return date(months // 12, months % 12 + 1, 1)


class ReplayRequest(_Request):
    """重放：不访问网络，用存档重新读取、校验并入库（解析器、目录或更正修改之后使用）。"""

    sources: list[SourceId] = Field(
        default=[], title="来源", description=f"留空则为全部来源。{_SOURCE_HELP}", max_length=200
    )
    only_quarantined: bool = Field(
        default=False, title="仅隔离区", description="只重放隔离区中仍未处理的页面；否则重放全部存档页面"
    )


class MonitorRequest(_Request):
    """监测：由数据集市生成一个都市圈一个季度的监测报告。"""

    circle: CircleId = Field(
        default="chengdu",
        title="都市圈",
        description="；".join(f"{c.id} = {c.name_zh}" for c in CIRCLES.values()),
    )
    quarter: Quarter | None = Field(
        default=None, title="季度", description="例如 2025-Q1；留空则取已有数据的最近一个季度"
    )
    formats: list[Literal["html", "xlsx", "docx"]] = Field(
        default=["html", "xlsx", "docx"],
        title="格式",
        description="html = 网页；xlsx = 表格；docx = 简报",
        min_length=1,
        max_length=3,
    )
    language: Literal["zh", "en"] = Field(default="zh", title="语言", description="zh = 中文；en = 英文")
    as_of: date | None = Field(
        default=None, title="截至日期", description="只用这一天及以前公布的数据；留空则用全部"
    )


class DecideRequest(_Request):
    """裁定：批准或驳回一个被拦下的批次，并写明理由。"""

    batch_id: str = Field(
        title="批次号", description="运行摘要中“被拦下的批次”的编号", pattern=r"^[A-Za-z0-9_.:-]{4,80}$"
    )
    decision: Literal["approve", "reject"] = Field(
        title="决定", description="approve = 批准入库；reject = 驳回"
    )
    reason: str = Field(title="理由", min_length=4, max_length=500)
    decided_by: str = Field(title="决定人", min_length=2, max_length=60)
