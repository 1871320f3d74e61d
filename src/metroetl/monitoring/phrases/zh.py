"""Chinese, as the statistics offices write it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from metroetl.catalogue import catalogue
from metroetl.monitoring.content import Cited, Piece
from metroetl.monitoring.figures import Figure, Refused, printed
from metroetl.monitoring.phrases.base import Pace, Phrases, pace, sign
from metroetl.monitoring.phrases.words_zh import TEMPLATES

_PERIODS = {"1": "一季度", "2": "上半年", "3": "前三季度", "4": ""}
_QUARTERS = {"1": "一季度", "2": "二季度", "3": "三季度", "4": "四季度"}
_PACES: dict[Pace, str] = {
    "same": "增速与{since}持平",
    "faster": "增速比{since}加快{size}个百分点",
    "slower": "增速比{since}回落{size}个百分点",
    "narrower": "降幅比{since}收窄{size}个百分点",
    "wider": "降幅比{since}扩大{size}个百分点",
    "to_rise": "增速较{since}由负转正",
    "to_fall": "增速较{since}由正转负",
    "from_flat_up": "由{since}的持平转为增长",
    "from_flat_down": "由{since}的持平转为下降",
    "rise_to_flat": "由{since}的增长转为持平",
    "fall_to_flat": "由{since}的下降转为持平",
}


class Chinese(Phrases):
    """Simplified Chinese."""

    templates = TEMPLATES
    comma, semicolon, stop, listing, colon, gap, gap_sentence = "，", "；", "。", "、", "：", "", ""

    def period(self, quarter: str) -> str:
        """2025年上半年; a whole year is 2025年."""
        year, number = quarter.split("-Q")
        return f"{year}年{_PERIODS[number]}"

    def earlier_period(self, quarter: str, seen_from: str) -> str:
        """一季度 of the same year, 上年全年 of the year before, 上年同期 of the same quarter a year before."""
        years = int(seen_from[:4]) - int(quarter[:4])
        if years > 1:
            return self.period(quarter)
        if years and quarter[-1] == seen_from[-1]:
            return "上年" if quarter.endswith("Q4") else "上年同期"
        name = _PERIODS[quarter[-1]] or "全年"
        return f"上年{name}" if years else name

    def alone(self, quarter: str) -> str:
        """2025年二季度当季."""
        return f"{quarter[:4]}年{_QUARTERS[quarter[-1]]}当季"

    def day(self, day: date) -> str:
        """2025年6月1日."""
        return f"{day.year}年{day.month}月{day.day}日"

    def place(self, region: str) -> str:
        """成都市; a code that the catalogue lacks stays as it is."""
        known = catalogue().regions.get(region)
        return known.name_zh if known else region

    def circle(self, circle_id: str) -> str:
        """成都都市圈."""
        return catalogue().circles[circle_id].name_zh

    def indicator(self, code: str) -> str:
        """地区生产总值; a code that the catalogue lacks (an index of its own) stays as it is."""
        known = catalogue().indicators.get(code)
        return known.name_zh if known else code

    def unit(self, unit: str) -> str:
        """As the catalogue has it."""
        return unit

    def quantity(self, value: float, decimals: int, unit: str) -> str:
        """7393.1亿元."""
        return f"{printed(value, decimals)}{unit}"

    def variant(self, variant: str) -> str:
        """As it is."""
        return variant

    def bracket(self, text: str) -> str:
        """As it is: full-width."""
        return text

    def method(self, how: str) -> str:
        """As it is."""
        return how

    def chapter_number(self, number: int) -> str:
        """一、."""
        return f"{_numeral(number)}、"

    def section_number(self, chapter: int, number: int) -> str:
        """（一）, whatever the chapter."""
        return f"（{_numeral(number)}）"

    def change(self, value: float, decimals: int = 1) -> str:
        """增长6.2%, 下降3.0%, 持平."""
        way = sign(value, decimals)
        if way == 0:
            return "持平"
        return f"{'增长' if way > 0 else '下降'}{printed(abs(value), decimals)}%"

    def ahead(self, value: float, whom: str, decimals: int = 1) -> str:
        """高于全省0.3个百分点, 低于…, 与全省持平."""
        way = sign(value, decimals)
        if way == 0:
            return f"与{whom}持平"
        return f"{'高于' if way > 0 else '低于'}{whom}{printed(abs(value), decimals)}个百分点"

    def pace(self, now: float, before: float, since: str, decimals: int = 1) -> str:
        """增速比一季度加快0.2个百分点."""
        kind, size = pace(now, before, decimals)
        return _PACES[kind].format(since=since, size=printed(size, decimals))

    def share_move(self, points: float, since: str, decimals: int = 1) -> str:
        """比上年同期提高0.4个百分点."""
        way = sign(points, decimals)
        if way == 0:
            return f"与{since}持平"
        return f"比{since}{'提高' if way > 0 else '下降'}{printed(abs(points), decimals)}个百分点"

    def respectively(self, changes: Sequence[tuple[str, Figure]]) -> tuple[Piece, ...]:
        """成都市、德阳市分别增长8.5%、8.2%，眉山市下降3.0%."""
        return self.join(self._group(group) for group in self.by_sign(changes))

    def _group(self, group: Sequence[tuple[str, Figure]]) -> tuple[Piece, ...]:
        names = "、".join(self.place(region) for region, _ in group)
        figures = [figure for _, figure in group]
        if len(group) == 1:
            return (names, self.cited_change(figures[0]))
        way = sign(figures[0].value, figures[0].decimals)
        if way == 0:
            return self.join([[self.place(region), Cited("持平", f)] for region, f in group])
        sizes = [[Cited(f"{printed(abs(f.value), f.decimals)}%", f)] for f in figures]
        return (f"{names}分别{'增长' if way > 0 else '下降'}", *self.join(sizes, "、"))

    def pulls(self, points: Sequence[tuple[str, Figure]], whole: str) -> tuple[Piece, ...]:
        """成都市、德阳市分别拉动成都都市圈增长4.81、0.77个百分点，资阳市下拉0.02个百分点."""
        found: list[Sequence[Piece]] = []
        for group in self.by_sign(points):
            way = sign(group[0][1].value, group[0][1].decimals)
            names, each = (
                "、".join(self.place(region) for region, _ in group),
                "分别" if len(group) > 1 else "",
            )
            verb = {1: f"{each}拉动{whole}增长", 0: f"对{whole}增速的影响为", -1: f"{each}下拉{whole}增速"}[
                way
            ]
            sizes = [[Cited(printed(abs(f.value), f.decimals), f)] for _, f in group]
            found.append([names, verb, *self.join(sizes, "、"), "个百分点"])
        return self.join(found)

    def step(self, value: float) -> str:
        """迈上3万亿元台阶, 迈上2000亿元台阶; the value in 亿元."""
        return f"迈上{value / 10000:g}万亿元台阶" if value >= 10000 else f"迈上{value:g}亿元台阶"

    def difference(self, value: float, decimals: int, unit: str) -> str:
        """与公布数一致, 比公布数多0.2亿元, 比公布数高0.08个百分点."""
        way = sign(value, decimals)
        if way == 0:
            return "与公布数一致"
        if unit == "%":
            return f"比公布数{'高' if way > 0 else '低'}{printed(abs(value), decimals)}个百分点"
        return f"比公布数{'多' if way > 0 else '少'}{self.quantity(abs(value), decimals, unit)}"

    def refused(self, refused: Refused) -> str:
        """未计算：缺资阳市的水平或增速 of 缺成员的水平或增速，未合成; all else as it stands, the places after it."""
        what, _, end = refused.why.rpartition("，")
        names = "、".join(refused.missing)
        if not what:
            return f"未计算：{end}（{names}）" if names else f"未计算：{end}"
        if "成员" in what and names:
            return f"未计算：{what.replace('成员', names)}"
        return f"未计算：{what}（{names}）" if names else f"未计算：{what}"


def _numeral(number: int) -> str:
    """一 to 九十九."""
    tens, ones = divmod(number, 10)
    digits = "零一二三四五六七八九"
    head = "" if tens == 0 else "十" if tens == 1 else f"{digits[tens]}十"
    return head + (digits[ones] if ones or not tens else "")
