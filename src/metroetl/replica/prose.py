"""Sentences around published figures, in the genre's own phrases and the project's own words.

A sentence is made only where its figure is known; what no sentence states is told by `Prose.unsaid`, so that nothing
of a release is lost silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from metroetl.replica.articles import Block, heading, paragraph
from metroetl.replica.facts import Fact
from metroetl.replica.words import (
    CIRCLE,
    CIRCLE_CITIES,
    Period,
    amount,
    growth,
    indicator,
    place,
    short,
    whole,
)

LEVELS = ("level_ytd", "level_eop")
GROWTHS = ("yoy_real_ytd", "yoy_nominal_ytd", "yoy_comparable_ytd", "yoy_ytd")
HEADINGS_FROM = 3
CITY_LISTS = ("GDP", "IVA", "FAI", "RS", "PBR", "PBE")

# section: title, then the groups of indicators that share a sentence
SECTIONS: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    (
        "综合",
        (("GDP",), ("VA1", "VA2", "VA3"), ("VA_IND",), ("VA_MFG",), ("VA_PRIV",), ("GDPPC",)),
    ),
    ("工业", (("IVA",), ("IND_GOV",), ("IND_REV", "IND_PRF"))),
    ("固定资产投资", (("FAI",), ("FAI_IND", "RE_INV"))),
    ("国内贸易", (("RS",), ("RS_CAT",))),
    ("对外经济", (("TRD",), ("EXP", "IMP"))),
    ("财政", (("PBR",), ("TAXR",), ("PBE",))),
    ("价格", (("CPI",),)),
    ("居民收入和消费", (("INC",), ("INC_U", "INC_R"), ("INC_RATIO",), ("CONS",))),
    ("人口和就业", (("POP", "URB"), ("POP_U", "POP_R"), ("POP_REG", "NATGR"), ("EMP_NEW", "UNEMP"))),
)
_INCOMES = frozenset({"INC", "INC_U", "INC_R", "CONS"})
_PARTS = {
    "VA1": ("GDP", "其中，"),
    "EXP": ("TRD", "其中，"),
    "INC_U": ("INC", "按常住地分，"),
    "POP_U": ("POP", "其中，"),
}
_SECTORS = ("VA1", "VA2", "VA3")


@dataclass
class Prose:
    """The text of one release of one region and period; `said` collects the figures that a sentence states."""

    region_code: str
    period: Period
    facts: Sequence[Fact]
    cities: Sequence[Fact] = ()
    press: bool = False
    said: list[Fact] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._by = {(f.indicator_code, f.measure): f for f in self.facts}
        self._started = False

    @property
    def prices(self) -> str:
        """The prices at which real growth is said to be counted."""
        return "可比价格" if self.press else "不变价格"

    @property
    def unsaid(self) -> list[Fact]:
        """Figures that no sentence has stated so far."""
        return [fact for fact in (*self.facts, *self.cities) if fact not in self.said]

    def blocks(self, headings: bool = False, only: Iterable[str] | None = None) -> list[Block]:
        """Paragraphs section by section; `only` restricts them to some indicators."""
        wanted = None if only is None else set(only)
        sections = []
        for title, groups in SECTIONS:
            kept = [tuple(c for c in group if wanted is None or c in wanted) for group in groups]
            if blocks := self._section(kept):
                sections.append((title, blocks))
        headings = headings and len(sections) >= HEADINGS_FROM
        for number, (title, blocks) in zip("一二三四五六七八九", sections, strict=False):
            if headings:
                blocks.insert(0, heading(f"{number}、{title}"))
        return [block for _, blocks in sections for block in blocks]

    def _section(self, groups: Sequence[tuple[str, ...]]) -> list[Block]:
        sentences = [sentence for group in groups if (sentence := self._sentence(group))]
        if not sentences:
            return []
        blocks = [paragraph(self._opening(sentences[0]) + "".join(f"{sentence}。" for sentence in sentences))]
        if lists := [text for group in groups for code in group if (text := self._city_list(code))]:
            blocks.append(paragraph(f"分市看，{''.join(lists)}"))
        return blocks

    def _opening(self, sentence: str) -> str:
        when = self.period.part if self._started else self.period.full
        self._started = True
        who = place(self.region_code) if self.press else whole(self.region_code)
        return f"{when}，" if sentence.startswith(("国内", "全国")) else f"{when}，{who}"

    def _sentence(self, codes: tuple[str, ...]) -> str:
        if codes == _SECTORS and self.press and (text := self._sectors()):
            return text
        clauses = [clause for code in codes if (clause := self._clause(code))]
        whole_code, lead = _PARTS.get(codes[0] if codes else "", ("", ""))
        if not any(fact.indicator_code == whole_code for fact in self.said):
            lead = ""
        return lead + _between(codes).join(clauses) if clauses else ""

    def _sectors(self) -> str:
        """The three sectors in one list, where all are known and move the same way."""
        levels = [self._by.get((code, "level_ytd")) for code in _SECTORS]
        growths = [self._by.get((code, "yoy_real_ytd")) for code in _SECTORS]
        known = [f for f in (*levels, *growths) if f]
        if len(known) < 2 * len(_SECTORS) or any(f.number <= 0 for f in growths if f):
            return ""
        self.said += known
        amounts = "、".join(amount(f) for f in levels if f)
        rates = "、".join(f"{f.value}%" for f in growths if f)
        lead = "分产业看，" if any(fact.indicator_code == "GDP" for fact in self.said) else ""
        return f"{lead}第一、二、三产业增加值分别为{amounts}，{self.period.base}分别增长{rates}"

    def _take(self, code: str, *measures: str) -> Fact | None:
        for measure in measures:
            if fact := self._by.get((code, measure)):
                self.said.append(fact)
                return fact
        return None

    def _clause(self, code: str) -> str:
        if code == "GDP":
            return self._gdp()
        if code in _INCOMES:
            return self._income(code)
        if fact := self._take(code, "rate", "rate_eop", "ratio"):
            return f"{indicator(fact)}为{amount(fact)}"
        level = self._take(code, *LEVELS)
        parts = [f"{indicator(level)}{amount(level)}"] if level else []
        for fact in self._growths(code):
            name = "" if parts else indicator(fact)
            parts.append(name + self._grew(fact))
        return "，".join([*parts, *self._shares(code, named=bool(parts))])

    def _growths(self, code: str) -> list[Fact]:
        return [fact for measure in GROWTHS if (fact := self._take(code, measure))]

    def _grew(self, fact: Fact) -> str:
        if fact.number == 0:
            return "与上年持平" if self.period.annual else "与上年同期持平"
        if fact.indicator_code == "PBR" and fact.measure == "yoy_comparable_ytd":
            return f"同口径{growth(fact)}"
        up = "上涨" if fact.indicator_code == "CPI" else "增长"
        basis = f"按{self.prices}计算，" if fact.indicator_code == "GDPPC" else ""
        return basis + self.period.base + growth(fact, up)

    def _shares(self, code: str, named: bool) -> list[str]:
        parts: list[str] = []
        for measure, whole_name in (("share_of_province", "全省"), ("share_of_circle", "成都都市圈")):
            if fact := self._take(code, measure):
                name = "" if named or parts else indicator(fact)
                parts.append(f"{name}占{whole_name}比重为{fact.value}%")
        return parts

    def _gdp(self) -> str:
        level, real = self._take("GDP", *LEVELS), self._take("GDP", "yoy_real_ytd")
        basis = f"按{self.prices}计算，"
        parts = []
        if level:
            verb = "" if self.press else "实现"
            parts.append(f"{verb}{indicator(level)}{amount(level)}")
        if real:
            parts.append(("" if level else indicator(real)) + basis + self._grew(real))
        return "，".join([*parts, *self._shares("GDP", named=bool(parts))])

    def _income(self, code: str) -> str:
        level = self._take(code, *LEVELS)
        nominal, real = self._take(code, "yoy_nominal_ytd"), self._take(code, "yoy_real_ytd")
        parts = []
        if level:
            parts.append(f"{indicator(level)}{amount(level)}")
        if nominal:
            name = "" if level else indicator(nominal)
            parts.append(f"{name}{self.period.base}名义{growth(nominal)}")
        if real:
            name = "" if level or nominal else indicator(real)
            parts.append(f"{name}扣除价格因素，{'' if nominal else self.period.base}实际{growth(real)}")
        return "，".join(parts)

    def _city_list(self, code: str) -> str:
        if self.region_code != CIRCLE or code not in CITY_LISTS:
            return ""
        of_code = [f for f in self.cities if f.indicator_code == code]
        levels = _in_order(f for f in of_code if f.measure in LEVELS)
        growths = _in_order(f for f in of_code if f.measure in GROWTHS)
        shares = _in_order(f for f in of_code if f.measure == "share_of_circle")
        self.said += [*levels, *growths, *shares]
        sentences = []
        same = [f.region_code for f in levels] == [f.region_code for f in growths]
        if levels:
            text = _listed(levels, indicator(levels[0]), "为", [amount(f) for f in levels])
            together = same and _one_way(growths)
            sentences.append(f"{text}，{_rates(growths, self.period.base)}" if together else text)
            growths = [] if together else growths
        if growths:
            sentences.append(_grown(growths, self.period.base))
        if shares:
            name = f"{indicator(shares[0])}占成都都市圈比重"
            sentences.append(_listed(shares, name, "为", [f"{f.value}%" for f in shares]))
        return "".join(f"{sentence}。" for sentence in sentences)


def _between(codes: tuple[str, ...]) -> str:
    """What stands between the clauses of a group: incomes are sentences of their own."""
    if not codes or codes[0] not in _PARTS:
        return "，"
    return "。" if codes[0] in _INCOMES else "；"


def _in_order(facts: Iterable[Fact]) -> list[Fact]:
    return sorted(facts, key=lambda f: CIRCLE_CITIES.index(f.region_code))


def _names(facts: Iterable[Fact]) -> str:
    return "、".join(short(f.region_code) for f in facts)


def _listed(facts: Sequence[Fact], name: str, verb: str, values: Sequence[str]) -> str:
    each = "分别" if len(facts) > 1 else ""
    return f"{_names(facts)}{name}{each}{verb}{'、'.join(values)}"


def _one_way(growths: Sequence[Fact]) -> bool:
    """Whether several grow, or several fall: then one verb serves all."""
    return len(growths) > 1 and (all(f.number > 0 for f in growths) or all(f.number < 0 for f in growths))


def _rates(growths: Sequence[Fact], base: str) -> str:
    word = "增长" if growths[0].number > 0 else "下降"
    return f"{base}分别{word}" + "、".join(f"{f.value.lstrip('-')}%" for f in growths)


def _grown(growths: Sequence[Fact], base: str) -> str:
    name = indicator(growths[0])
    if _one_way(growths):
        return f"{_names(growths)}{name}{_rates(growths, base)}"
    return "；".join(f"{short(f.region_code)}{name}{base}{growth(f)}" for f in growths)
