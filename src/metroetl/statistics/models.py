"""What a release states about numbers."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

Kind = Literal[
    "actual", "target", "forecast", "comparison", "change", "contribution", "rank", "average", "previous"
]


class Statement(BaseModel):
    """One number that a document states.

    `kind` actual makes it an observation; every other kind is a statement of its own and never becomes one.
    `value` is in `unit` as printed (a decline is negative; 1.3 倍 stays 1.3 倍); `value_norm` in the catalogue's unit
    of the indicator (亿元, %, 万人 …), None where it can't be converted. `measure` is a code of measures.csv.
    `period` is 2025-Q2, 2025-M08, 2025 or an ISO day; a cumulative period is named by its last quarter or month.
    Spans are offsets into the document's text. `publish` false means: abstained from, for review.
    """

    region: str
    region_code: str | None = None
    indicator: str
    indicator_code: str | None = None
    period: str
    period_start: date
    period_end: date
    measure: str
    value: float
    unit: str
    value_norm: float | None = None
    unit_norm: str | None = None
    value_text: str = ""
    decimals: int = 0
    kind: Kind = "actual"
    variant: str = Field(
        default="", description="a dimension that keeps two series apart: 不含农户, 美元计价"
    )
    revision_stage: str = Field(default="", description="预计, 快报, 初步核算, 最终核实, 普查修订")
    obs_status: str = Field(default="A", description="SDMX CL_OBS_STATUS")
    start: int
    end: int
    quote: str = ""
    table: int | None = None
    row: int | None = None
    column: int | None = None
    rule: str = ""
    confidence: float = 1.0
    publish: bool = True
    evidence: list[str] = []
