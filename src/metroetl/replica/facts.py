"""The figures that the replica may show: published ones, each with the day and the basis of that day.

`facts.csv` is made once from a table of reference series (`metroetl.replica.convert`) and is part of the project.
"""

from __future__ import annotations

import csv
from datetime import date
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from metroetl.errors import ReplicaError

FACTS = Path(__file__).with_name("facts.csv")

REGIONS = (
    "000000",
    "310000",
    "320000",
    "330000",
    "340000",
    "510000",
    "510100",
    "510600",
    "511400",
    "512000",
    "AGG.CDMC",
)

SAID = frozenset(
    {
        "level_ytd",
        "level_eop",
        "yoy_real_ytd",
        "yoy_nominal_ytd",
        "yoy_comparable_ytd",
        "yoy_ytd",
        "rate",
        "rate_eop",
        "share_of_province",
        "share_of_circle",
        "ratio",
    }
)

TARGETS = frozenset({"target", "target_yoy", "target_yoy_real"})  # of a year; pages of plans.yml state them


class Fact(BaseModel):
    """One published figure: `value` as printed, `published_on` with its basis (address, calendar or note).

    `stage` is 最终核实 or 普查修订 for a revised value; `variant` 不含农户 or 全社会 for investment where it is stated.
    """

    model_config = ConfigDict(frozen=True)

    region_code: str
    region: str
    indicator_code: str
    indicator: str
    period: str
    measure: str
    value: str
    unit: str
    published_on: date
    published_basis: str
    source_kind: str
    url: str = ""
    stage: str = ""
    variant: str = ""
    note: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """The series and period that the figure belongs to."""
        return (self.region_code, self.indicator_code, self.period, self.measure)

    @property
    def number(self) -> float:
        """The value as a number."""
        return float(self.value)

    @property
    def said(self) -> bool:
        """Whether a page of the replica states it (an average, a rank or an index score is left out)."""
        return self.measure in SAID


@lru_cache
def load_facts() -> tuple[Fact, ...]:
    """All facts of the project, in the order of the file. Raises ReplicaError if the file is damaged."""
    try:
        with FACTS.open(encoding="utf-8", newline="") as file:
            return tuple(Fact.model_validate(row) for row in csv.DictReader(file))
    except (OSError, ValueError) as error:
        raise ReplicaError(f"facts.csv can't be read: {error}") from error
