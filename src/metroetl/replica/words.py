"""How a statistics bureau says things: names of places, periods and indicators, and words of growth."""

from __future__ import annotations

from dataclasses import dataclass

from metroetl.catalogue import catalogue
from metroetl.replica.facts import Fact

CIRCLE = "AGG.CDMC"
CIRCLE_CITIES = ("510100", "510600", "511400", "512000")

_PLACES = {
    "000000": ("全国", "全国"),
    "310000": ("上海市", "全市"),
    "320000": ("江苏省", "全省"),
    "330000": ("浙江省", "全省"),
    "340000": ("安徽省", "全省"),
    "510000": ("四川省", "全省"),
    "510100": ("成都市", "全市"),
    "510600": ("德阳市", "全市"),
    "511400": ("眉山市", "全市"),
    "512000": ("资阳市", "全市"),
    CIRCLE: ("成都都市圈", "成都都市圈"),
}

_QUARTERS = {"Q1": "一季度", "Q2": "上半年", "Q3": "前三季度"}

# A name after the places it is used for; every name is one that the catalogue's indicators know.
_NAMES = {
    "GDP": "地区生产总值",
    "GDPPC": "人均地区生产总值",
    "VA_IND": "全部工业增加值",
    "TRD": "货物进出口总额",
    "INC": "全体居民人均可支配收入",
    "CPI": "居民消费价格",
    "POP": "年末常住人口",
    "POP_REG": "年末户籍人口",
    "INC_RATIO": "城乡居民收入比",
}
_NATION_NAMES = {"GDP": "国内生产总值", "GDPPC": "人均生产总值", "INC": "全国居民人均可支配收入"}

INDENTED = frozenset(
    {"VA1", "VA2", "VA3", "RS_CAT", "EXP", "IMP", "TAXR", "INC_U", "INC_R", "POP_U", "POP_R"}
)


@dataclass(frozen=True)
class Period:
    """A period as texts name it: 2025-Q2 is 2025年 and 上半年; a year alone is 2025年 and 全年."""

    code: str

    @property
    def year(self) -> str:
        """2025年."""
        return f"{self.code[:4]}年"

    @property
    def part(self) -> str:
        """一季度, 上半年, 前三季度, 1—4月 or 全年."""
        tail = self.code[5:]
        if tail.startswith("M"):
            return f"1—{int(tail[1:])}月"
        return _QUARTERS.get(tail, "全年")

    @property
    def annual(self) -> bool:
        """Whether it is a whole year."""
        return len(self.code) == 4

    @property
    def full(self) -> str:
        """2025年上半年; 2025年."""
        return self.year if self.annual else self.year + self.part

    @property
    def base(self) -> str:
        """What growth compares with, as an adverb."""
        return "比上年" if self.annual else "同比"


def place(region_code: str) -> str:
    """The region's name in full: 成都市."""
    return _named(region_code)[0]


def short(region_code: str) -> str:
    """The region's name in lists: 成都."""
    return place(region_code).removesuffix("市")


def whole(region_code: str) -> str:
    """The region as its own bureau says it: 全市."""
    return _named(region_code)[1]


def _named(region_code: str) -> tuple[str, str]:
    """Both names of a region of the facts, or of another one of the catalogue."""
    if region_code in _PLACES:
        return _PLACES[region_code]
    name = catalogue().regions[region_code].name_zh
    return name, f"全{name[-1]}"


def indicator(fact: Fact) -> str:
    """The indicator's name in a text of its region."""
    if fact.region_code == "000000" and fact.indicator_code in _NATION_NAMES:
        return _NATION_NAMES[fact.indicator_code]
    name = _NAMES.get(fact.indicator_code, fact.indicator)
    if fact.variant == "不含农户":
        return f"{name}（不含农户）"
    return fact.variant + name


def growth(fact: Fact, up: str = "增长", down: str = "下降") -> str:
    """增长6.0%, 下降3.0% or 持平: a decline is said, never signed."""
    if fact.number == 0:
        return "持平"
    return f"{up if fact.number > 0 else down}{fact.value.lstrip('-')}%"


def amount(fact: Fact) -> str:
    """The value with its unit: 5930.3亿元."""
    return f"{fact.value}{fact.unit}"
