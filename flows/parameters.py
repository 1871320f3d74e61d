"""What a person may choose in the form of a flow: ids from the catalogue, never an address, a path or SQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_serializer,
)

from flows import forms
from metroetl import clock
from metroetl.catalogue import catalogue
from metroetl.catalogue.models import INBOX

TODAY = clock.today()
FIRST_YEAR = 2000
FIRST_QUARTER_YEAR = 2018

CIRCLES = {circle.id: circle.name_zh for circle in catalogue().circles.values()}
SOURCES = {source_id: catalogue().title(source_id) for source_id in [*catalogue().sources, INBOX]}
KINDS = {"statistics": "统计数据", "plans": "规划计划"}
FORMATS = {"html": "网页", "xlsx": "表格", "docx": "简报"}


def _one_of(names: Mapping[str, str], what: str) -> BeforeValidator:
    """The id, of an id or of an option of a form (`forms.option`)."""

    def check(value: Any) -> Any:
        found = value.split(" ")[0] if isinstance(value, str) else value
        if found not in names:
            raise ValueError(f"no such {what}: {value}; choose one of {', '.join(names)}")
        return found

    return BeforeValidator(check)


def _quarters() -> list[str]:
    """Quarters that have begun, newest first."""
    last = (TODAY.month - 1) // 3 + 1
    years = range(TODAY.year, FIRST_QUARTER_YEAR - 1, -1)
    return [f"{y}-Q{q}" for y in years for q in (4, 3, 2, 1) if y < TODAY.year or q <= last]


SourceId = Annotated[str, _one_of(SOURCES, "source")]
KindOfRelease = Annotated[Literal["statistics", "plans"], _one_of(KINDS, "kind")]
Format = Annotated[Literal["html", "xlsx", "docx"], _one_of(FORMATS, "format")]
CircleId = Annotated[
    str,
    _one_of(CIRCLES, "circle"),
    PlainSerializer(lambda circle: forms.option(CIRCLES, circle), when_used="json"),
    WithJsonSchema({"type": "string", "enum": forms.options(CIRCLES)}),
]
Quarter = Annotated[str, Field(pattern=r"^(20\d\d)-?Q([1-4])$")]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=2100)]


class _Request(BaseModel):
    """A form. What is left empty isn't in it, for the Prefect UI shows a null as a type and not as an empty field."""

    model_config = ConfigDict(extra="forbid")

    @model_serializer(mode="wrap")
    def _without_what_is_empty(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in serialize(self).items() if value is not None}


def _sources(left_empty: str) -> Any:
    return Field(default=[], title="来源", description=left_empty, json_schema_extra=forms.several(SOURCES))


def _day(title: str, description: str) -> Any:
    return Field(default=None, title=title, description=description, json_schema_extra=forms.day)


class CollectRequest(_Request):
    """采集：从目录中的来源取新发布的页面，读取、校验并入库。"""

    sources: list[SourceId] = _sources("可多选、可输入搜索；留空则采集全部启用的来源")
    kinds: list[KindOfRelease] = Field(
        default=[], title="内容", description="留空则都取", json_schema_extra=forms.several(KINDS)
    )
    since: date | None = _day("起始日期", "只取这一天及以后发布的页面；留空则取全部新页面")
    dry_run: bool = Field(default=False, title="试运行", description="只看列表有什么新内容，不下载、不入库")


class BackfillRequest(_Request):
    """补采：按年份往回翻列表，取以前没有取过的页面。可中断：再次运行时，已存档的页面不再请求。"""

    model_config = ConfigDict(
        json_schema_extra=forms.in_order("year_from", "year_to", range(FIRST_YEAR, TODAY.year + 1))
    )

    sources: list[SourceId] = _sources("可多选、可输入搜索；留空则为全部启用的来源")
    year_from: Year = Field(
        default=TODAY.year - 2,
        title="起始年份",
        description="列表上的日期从这一年一月一日起",
        json_schema_extra=forms.years(FIRST_YEAR, TODAY.year),
    )
    year_to: Year = Field(
        default=TODAY.year,
        validate_default=True,
        title="截止年份",
        description="到这一年十二月三十一日止，不早于起始年份",
        json_schema_extra=forms.years(FIRST_YEAR, TODAY.year),
    )
    budget: int = Field(
        default=200,
        ge=1,
        le=5000,
        title="每个来源本次最多取多少页",
        description="附件另计。余下的页数写在运行摘要里，点其中的链接接着取",
    )
    max_pages: int = Field(
        default=50, ge=1, le=500, title="每个列表最多翻多少页", description="逐页礼貌访问，页数越多越久"
    )

    @field_validator("year_to")
    @classmethod
    def _in_order(cls, year_to: int, info: ValidationInfo) -> int:
        year_from = info.data.get("year_from")
        if year_from is not None and year_to < year_from:
            raise ValueError(f"截止年份 {year_to} 早于起始年份 {year_from} · year_to is before year_from")
        return year_to


class RevisitRequest(_Request):
    """复查：有条件地重新请求已存档的页面与附件，发现原地修改、附件替换与页面消失；每个主机有页数上限。"""

    sources: list[SourceId] = _sources("可多选、可输入搜索；留空则为全部启用的来源")
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

    sources: list[SourceId] = _sources("可多选、可输入搜索；留空则为全部来源")
    only_quarantined: bool = Field(
        default=False, title="仅隔离区", description="只重放隔离区中仍未处理的页面；否则重放全部存档页面"
    )


class RetryRequest(_Request):
    """重试：只重新请求一次运行中失败的部分（列表、网页、附件、读不出的文件）；验证码与 robots 禁止的不再请求，被拦下的等待裁定。"""

    run: str = Field(
        default="last",
        title="运行编号",
        description="运行摘要里的编号；last = 最近一次有失败的运行",
        pattern=r"^(last|[A-Za-z0-9-]{8,60})$",
    )


class MonitorRequest(_Request):
    """监测：由数据集市生成一个都市圈一个季度的监测报告。"""

    circle: CircleId = Field(
        default="chengdu",
        title="都市圈",
        description="可输入搜索",
        json_schema_extra={"default": forms.option(CIRCLES, "chengdu")},
    )
    quarter: Quarter | None = Field(
        default=None,
        title="季度",
        description="留空则取已有数据的最近一个季度",
        json_schema_extra=forms.choice(_quarters()),
    )
    formats: list[Format] = Field(
        default=[], title="格式", description="留空则三种都要", json_schema_extra=forms.several(FORMATS)
    )
    language: Literal["zh", "en"] = Field(default="zh", title="语言", description="zh = 中文；en = 英文")
    as_of: date | None = _day("截至日期", "只用这一天及以前公布的数据；留空则用全部")


class DecideRequest(_Request):
    """裁定：批准或驳回一个被拦下的批次，并写明理由。"""

    batch_id: str = Field(
        title="批次号", description="运行摘要中“被拦下的批次”的编号", pattern=r"^[A-Za-z0-9_.:-]{4,80}$"
    )
    decision: Literal["approve", "reject"] = Field(
        title="决定", description="approve = 批准入库；reject = 驳回"
    )
    reason: str = Field(title="理由", description="至少四个字，留存", min_length=4, max_length=500)
    decided_by: str = Field(title="决定人", description="姓名，留存", min_length=2, max_length=60)


# the same with the title that a form shows in place of the parameter's name
CollectForm = Annotated[CollectRequest, forms.titled("采集要求")]
BackfillForm = Annotated[BackfillRequest, forms.titled("补采要求")]
RevisitForm = Annotated[RevisitRequest, forms.titled("复查要求")]
ReplayForm = Annotated[ReplayRequest, forms.titled("重放要求")]
RetryForm = Annotated[RetryRequest, forms.titled("重试要求")]
MonitorForm = Annotated[MonitorRequest, forms.titled("监测要求")]
DecideForm = Annotated[DecideRequest, forms.titled("裁定")]
