"""A piece of text with its kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Token:
    """A piece of uniform text: `kind` of the word lists, or number, period, date, region, mark or text."""

    kind: str
    start: int
    end: int
    text: str
    data: Any = None
    unit: str = ""
    sign: int = 0  # of a number in a list of mixed directions: 增长9.4%和下降1.2%

    @property
    def value(self) -> float:
        """Value of a number as printed."""
        return float(self.text.replace(",", "") if self.data is None else self.data)
