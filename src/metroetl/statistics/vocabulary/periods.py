"""Time expressions of Chinese releases: what they say, and which dates they mean."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

_NUMERALS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "首": 1}
_RELATIVE = {
    "今年": 0, "本年": 0, "去年": -1, "上年": -1, "前年": -2,
}  # fmt: skip
_YEAR = r"(?P<year>(?:19|20)\d\d) ?年(?:度)?|(?P<relative>今年|本年|去年|上年|前年)"
_PART = (
    r"(?P<dm>1[0-2]|[1-9]) ?月 ?(?P<dd>[12]\d|3[01]|[1-9]) ?日零时|(?P<now>当月|本月|单月)|(?P<full>全年)|(?P<h1>上半年)|(?P<h2>下半年)"
    r"|[前首](?P<cq>[二两三四123])个?季度?(?:度)?"
    r"|第?(?P<q>[一二三四1234首])季(?:度)?(?P<qe>末)?"
    r"|1(?: ?月)?份? ?[-至到] ?(?P<c>1[0-2]|[2-9]) ?月(?:份)?(?P<ce>末|底)?"
    r"|[前首](?P<cm>1[0-2]|[2-9]|十一|[二两三四五六七八九十]) ?个?月"
    r"|(?P<ma>1[0-2]|[1-9]) ?[-至到] ?(?P<mb>1[0-2]|[2-9]) ?月(?:份)?"
    r"|(?P<ml>(?:(?:1[0-2]|[1-9])(?:月份?)?[、和]){1,11}(?:1[0-2]|[1-9])) ?月份?(?:[一二三四两]个月)?"
    r"|(?P<m>1[0-2]|0?[1-9]) ?月(?P<me>末|底)"
    r"|(?P<mo>1[0-2]|0?[1-9]) ?月(?:份|当月)?(?! ?\d{1,2} ?日)"
    r"|(?P<ye>年末|年底)|(?P<months>(?:1[0-2]|[1-9])(?:[、和](?:1[0-2]|[1-9])){1,11}(?=[一二三四两六]个月))(?:[一二三四两六]个月)?"
)
_YEARS = r"(?P<years>(?:(?:19|20)\d\d ?年?[、和与]){1,4}(?:19|20)\d\d) ?年(?:度)?"
_ALONE = _PART.replace("(?P<", "(?P<_")
PERIOD = re.compile(
    rf"(?=[\d今本当去上前全下第首一二三四年单])(?:{_YEARS}|(?:{_YEAR})(?:末|底)?(?:的)?(?:[,]? ?(?P<part>{_PART}))?|(?P<alone>{_ALONE}))(?P<same>同期|同月)?"
)
_GROUPS = [name.lstrip("_") for name in PERIOD.groupindex]  # all groups have names
_CHINESE = {c: i for i, c in enumerate("一二三四五六七八九十", start=1)} | {"十一": 11, "两": 2}


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time: `accumulation` is period, month, ytd or eop (a point: start == end)."""

    start: date
    end: date
    accumulation: str

    @property
    def point(self) -> bool:
        """True where it is one day, the end of something."""
        return self.start == self.end

    @property
    def label(self) -> str:
        """2025, 2025-Q2, 2025-M08 or an ISO day; cumulative periods by their last quarter or month."""
        if self.point and (self.end.month, self.end.day) != (12, 31):
            return self.end.isoformat()
        if self.point or (self.start.month == 1 and self.end.month == 12):
            return str(self.end.year)
        quarterly = self.end.month % 3 == 0 and self.start != self.end.replace(day=1)
        return (
            f"{self.end.year}-Q{self.end.month // 3}"
            if quarterly
            else f"{self.end.year}-M{self.end.month:02d}"
        )

    def at_end(self) -> Period:
        """The last day of it."""
        return Period(self.end, self.end, "eop")

    def to_date(self) -> Period:
        """From January to its end."""
        return Period(date(self.end.year, 1, 1), self.end, "ytd")


@dataclass(frozen=True, slots=True)
class PeriodSpec:
    """What an expression says: year or an offset to the year of the release, and months."""

    year: int | None = None
    relative: int | None = None
    first: int = 1
    last: int = 12
    accumulation: str = "ytd"
    bare: bool = False  # a year or 今年 without more
    day: int = 0  # of a count: 2020年11月1日零时
    current: bool = False  # 当月: the last month of the time in force
    same: bool = False  # 2015年同期: the months that the text speaks of, in another year

    def resolve(self, anchor: date | None, year: int | None = None) -> Period | None:
        """The dates meant in a release of day `anchor`; `year` is the year that the text speaks of, None if unknown."""
        if self.year is not None:
            value = self.year
        elif self.relative is not None and anchor is not None:
            value = anchor.year + self.relative
        elif year is not None:
            value = year
        elif anchor is not None:
            value = anchor.year if month_end(anchor.year, self.last) <= _slack(anchor) else anchor.year - 1
        else:
            return None
        if not 1949 <= value <= 2100:
            return None
        end = month_end(value, self.last)
        if self.day:
            end = date(value, self.last, self.day)
        if self.accumulation == "eop":
            return Period(end, end, "eop")
        return Period(date(value, self.first, 1), end, self.accumulation)


def _slack(anchor: date) -> date:
    """A release of the last days of a month may speak of that month."""
    return month_end(anchor.year, anchor.month) if anchor.day >= 25 else anchor


@lru_cache(maxsize=4096)
def month_end(year: int, month: int) -> date:
    """Last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def read_specs(match: re.Match[str]) -> list[PeriodSpec]:
    """The periods of a match of PERIOD, several for 7、8、9三个月."""
    return list(_specs(match.group(), match.groups()))


@lru_cache(maxsize=4096)  # a release names the same few again and again
def _specs(text: str, found: tuple[str | None, ...]) -> Sequence[PeriodSpec]:
    groups = {name: value for name, value in zip(_GROUPS, found, strict=True) if value}
    year = int(groups["year"]) if "year" in groups else None
    same = "same" in groups
    if "years" in groups:
        return [PeriodSpec(int(y), bare=True, same=same) for y in re.findall(r"\d{4}", groups["years"])]
    if "now" in groups:
        return [PeriodSpec(current=True, accumulation="month")]
    relative = _RELATIVE.get(groups.get("relative", ""))
    if "dd" in groups:
        month = int(groups["dm"])
        return [PeriodSpec(year, relative, month, month, "eop", day=int(groups["dd"]))]
    if "part" not in groups and "alone" not in groups:
        end = text.rstrip("的")[-1] in "末底"
        return [PeriodSpec(year, relative, 1, 12, "eop" if end else "ytd", bare=not end, same=same)]
    return [PeriodSpec(year, relative, *months) for months in _months(groups)]


def _months(groups: dict[str, str]) -> list[tuple[int, int, str]]:
    """First and last month and accumulation of each period that the groups name."""
    if listed := groups.get("ml") or groups.get("months"):
        return [(int(m), int(m), "month") for m in re.findall(r"\d+", listed)]
    if "q" in groups or "cq" in groups:
        return [_quarter(groups)]
    if "ma" in groups:
        return [(int(groups["ma"]), int(groups["mb"]), "period")]
    if "mo" in groups:
        return [(int(groups["mo"]), int(groups["mo"]), "month")]
    if "h2" in groups:
        return [(7, 12, "period")]
    last = 6 if "h1" in groups else 12
    if month := groups.get("c") or groups.get("cm") or groups.get("m"):
        last = _CHINESE.get(month) or int(month)
    point = any(key in groups for key in ("ce", "me", "ye"))
    return [(1, last, "eop" if point else "ytd")]


def _quarter(groups: dict[str, str]) -> tuple[int, int, str]:
    text = groups.get("q") or groups["cq"]
    n = _NUMERALS.get(text) or int(text)
    if "qe" in groups:
        return 1, 3 * n, "eop"
    if "cq" in groups or n == 1:
        return 1, 3 * n, "ytd"
    return 3 * n - 2, 3 * n, "period"
