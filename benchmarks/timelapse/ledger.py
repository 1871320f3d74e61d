"""What the sites really said, kept for the judge."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Where = Literal["list", "page", "file", "robots", "other"]
Form = tuple[str, date]  # an article's key and the day on which it became what it is


@dataclass(frozen=True)
class Served:
    """One answer: when (in the world), of which site, what it was, and its fault if it had one."""

    at: datetime
    source_id: str
    where: Where
    url: str
    fault: str
    status: int

    @property
    def whole(self) -> bool:
        """Whether it was what was asked for; nothing can be wrong with "not modified"."""
        return self.status == 304 or (self.status == 200 and not self.fault)


@dataclass
class Ledger:
    """Every answer; of each form of a page what of it was served whole and when first; where each page lies."""

    entries: list[Served] = field(default_factory=list)
    shown: dict[Form, dict[str, datetime]] = field(default_factory=dict)
    refused: set[Form] = field(default_factory=set)
    listed: dict[str, set[date]] = field(default_factory=lambda: defaultdict(set))
    addresses: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def note(self, served: Served, form: Form | None) -> None:
        """Keep an answer, and what of a page's form it showed or refused."""
        self.entries.append(served)
        if served.where in {"list", "other"} and served.whole:
            self.listed[served.source_id].add(served.at.date())
        if form and served.whole:
            self.shown.setdefault(form, {}).setdefault(served.url, served.at)
        elif form:
            self.refused.add(form)

    def listed_between(self, source_id: str, first: date, end: date) -> bool:
        """Whether a list of a site was served whole from a day on, before another."""
        return any(first <= day < end for day in self.listed.get(source_id, ()))
