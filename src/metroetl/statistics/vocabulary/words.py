"""The vocabulary: every word that the lexer knows, compiled from the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import ahocorasick

from metroetl.catalogue import Catalogue
from metroetl.statistics.vocabulary.wordlists import grammar_words, indicator_words, name_words, region_words

_NOTE = re.compile(r"\([^()]{0,40}\)")
_NOISE = re.compile(r"[\s()\"'“”《》*`·]")
_ORDINAL = re.compile(r"^第?([一二三])(?:产业|产(?!业)|次产业)")
_LEADING = re.compile(r"^(?:其中|全国|全省|全市|全区|全县|实现|完成|累计|全部|全年|当年|本年)+")
_LEVELS = ("nation", "province", "prefecture", "county")
_ENDINGS = tuple("省市区县州")
_SHORT_LEVELS = ("province", "prefecture", "aggregate")


T = TypeVar("T")
_MOST_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Word:
    """A known word: its kind and what it says (sign of a direction, code of a region, name of an indicator)."""

    kind: str
    data: Any = None


@lru_cache(maxsize=50_000)
def clean_name(text: str) -> str:
    """A name without blanks, quotes, brackets and words that change nothing; 规上 written out."""
    name = _NOISE.sub("", text)
    for printed, word in indicator_words().synonyms.items():
        if printed in name:
            name = name.replace(printed, word)
    name = _LEADING.sub("", name.replace("规模以上以上", "规模以上")) or name
    return _ORDINAL.sub(r"第\1产业", name)


class Remembered(dict[str, T]):
    """Answers for names seen before; forgotten all at once where they grow too many."""

    def __setitem__(self, name: str, answer: T) -> None:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        super().__setitem__(name, answer)


class Vocabulary:
    """All words in one automaton, and the tables that resolve names to the catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.of_names = name_words()
        self.of_indicators = indicator_words()
        self.of_regions = region_words()
        self.names: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        self.regions: dict[str, str] = {}
        self.region_groups: dict[str, str] = {}
        self.circles: dict[str, tuple[str, str]] = {}
        self.stages: dict[str, str] = {}
        self.parts: dict[
            str, dict[str, str]
        ] = {}  # code → short and full names of its counties and districts
        self.weak = frozenset(map(clean_name, self.of_indicators.weak))
        self.unsure = frozenset(map(clean_name, self.of_indicators.unsure))
        self._heads = frozenset(self.of_names.heads)
        self._head_of = Remembered[str]()
        self._stocks = Remembered[bool]()
        self._longest_head = max(map(len, self._heads))
        self._lexicon: dict[str, Word] = {}
        self._add_grammar()
        self._add_names()
        self._add_indicators()
        self._add_regions()
        self._add_parts()
        self.automaton = ahocorasick.Automaton()
        for text, word in self._lexicon.items():
            self.automaton.add_word(text, (len(text), word))
        self.automaton.make_automaton()

    def resolve(self, name: str) -> tuple[str, str | None]:
        """Name of the catalogue (or the given one, cleaned) and its code."""
        cleaned = clean_name(name)
        known = self.names.get(cleaned, cleaned)
        return known, self.codes.get(known)

    def look_up(self, name: str) -> tuple[str, str | None, bool]:
        """As `resolve`, and whether the vocabulary has the name."""
        known, code = self.resolve(name)
        return known, code, code is not None or clean_name(name) in self.names

    def is_loose(self, name: str, code: str | None) -> bool:
        """True for a weak name of an indicator whose levels aren't published: 投资 of a project."""
        return (
            code is not None
            and clean_name(name) in self.weak
            and not self.catalogue.indicators[code].level_published
        )

    def ratio(self, part: str, whole: str) -> tuple[str, str] | None:
        """Name and code of the indicator that is the share of a part in a whole: 研发经费支出 in GDP."""
        if not whole:
            return None
        code = self.of_indicators.ratios.get(f"{part}/{self.resolve(whole)[0]}")
        return (self.catalogue.indicators[code].name_zh, code) if code else None

    def is_ratio(self, code: str | None) -> bool:
        """True for ratios of two levels, which stand without a unit."""
        return code is not None and "ratio" in self.catalogue.indicators[code].measures

    def base_unit(self, code: str) -> str:
        """The unit of an indicator without its multiple: 元 of 亿元, 人 of 万人; '' for rates."""
        unit = self.catalogue.indicators[code].unit
        return "" if "%" in unit else unit.lstrip("万亿")

    def is_national(self, name: str) -> bool:
        """True for names that only the country has: 国内生产总值."""
        return any(word in name for word in self.of_indicators.nation)

    def head_of(self, name: str) -> str:
        """The longest known head that the name ends in, '' where it has none."""
        head = self._head_of.get(name)
        if head is None:
            ends = (name[-size:] for size in range(min(self._longest_head, len(name)), 0, -1))
            head = self._head_of[name] = next((end for end in ends if end in self._heads), "")
        return head

    def lent_head(self, name: str) -> str:
        """The head that the name lends to one without: 价格 of 居民消费价格指数."""
        head = self.head_of(clean_name(name))
        return self.of_names.lent.get(head, head)

    def is_stock(self, name: str, code: str | None) -> bool:
        """True for balances, populations and other ends of periods."""
        if code is not None:
            measures = self.catalogue.indicators[code].measures
            return any(m.endswith(("_eop", "_pit")) for m in measures)
        stock = self._stocks.get(name)
        if stock is None:
            flow = name.startswith("新") or name.endswith("增加额")
            stock = not flow and any(s in name for s in self.of_indicators.stocks)
            self._stocks[name] = stock
        return stock

    def is_rate(self, name: str, code: str | None) -> bool:
        """True where a value in per cent is the thing itself and no growth."""
        if code is not None:
            return self.catalogue.indicators[code].unit in ("%", "‰") and not any(
                m.startswith("yoy") for m in self.catalogue.indicators[code].measures
            )
        words = self.of_indicators
        return name.endswith(words.rates) and not name.endswith(words.not_rates)

    def _put(self, texts: Iterable[str], kind: str, data: Any = None) -> None:
        for text in texts:
            self._lexicon[text] = Word(kind, data)

    def _add_grammar(self) -> None:
        for kind, words in grammar_words().root.items():
            if not isinstance(words, dict):
                self._put(words, kind)
                continue
            for data, said in words.items():
                if isinstance(said, str):
                    self.stages[data] = said
                    self._put([data], kind, said)
                else:
                    self._put(said, kind, data)

    def _add_names(self) -> None:
        self._put(self.of_names.names, "name")
        self._put(self.of_names.partners, "partner")
        self._put(self.of_names.heads, "head")
        self._put(self.of_names.qualifiers, "qualifier")

    def _add_indicators(self) -> None:
        for code, indicator in self.catalogue.indicators.items():
            self._name(indicator.name_zh, indicator.name_zh, code)
            for alias in (*indicator.aliases, *self.of_indicators.aliases.get(code, ())):
                bare = _NOTE.sub("", alias)
                if bare == alias or "不含" in alias:
                    self._name(alias, indicator.name_zh, code)
        for name, aliases in self.of_indicators.others.items():
            for alias in (name, *aliases):
                self._name(alias, name, None)
        self.printed = frozenset(map(clean_name, self.of_indicators.printed))
        for name in self.of_indicators.printed:
            self._name(name, clean_name(name), None)

    def _name(self, text: str, name: str, code: str | None) -> None:
        cleaned = clean_name(text)
        self.names.setdefault(cleaned, name)
        if "贡献率" in text:
            return
        if code is not None:
            self.codes[name] = code
        if cleaned in self.weak:
            self._lexicon.setdefault(text, Word("name"))
            return
        for form in {text, cleaned, cleaned.replace("规模以上", "规上")}:
            self._put([form], "indicator", name)

    def _add_parts(self) -> None:
        for region in self.catalogue.regions.values():
            short = region.name_zh[:-1]
            shortened = region.valid_to is None and region.name_zh.endswith(_ENDINGS) and len(short) > 1
            if shortened and region.parent_code and short not in self.regions:
                self.parts.setdefault(region.parent_code, {})[short] = region.name_zh

    def _add_regions(self) -> None:
        stop = set(self.of_regions.not_regions)
        for region in self.catalogue.regions.values():
            if region.valid_to is None and region.level in _LEVELS:
                self.regions.setdefault(region.name_zh, region.code)
                if region.level == "county" and region.name_zh.endswith("市") and len(region.name_zh) > 2:
                    self.regions.setdefault(region.name_zh[:-1], region.code)
        for name, code in self.catalogue.region_names().items():
            if self.catalogue.regions[code].level in _SHORT_LEVELS:
                self.regions.setdefault(name, code)
        known = [n for n in self.regions if n not in stop and len(n) > 1 and n not in self._lexicon]
        self._put(known, "region")
        for name, aliases in self.of_regions.regions.items():
            for alias in (name, *aliases):
                self.region_groups[alias] = name
                self._put([alias], "region", name)
        for circle in self.catalogue.circles.values():
            for name in (circle.name_zh, *circle.aliases, circle.region_code):
                self.circles[name] = (circle.name_zh, circle.region_code)
                self._put([name], "region", name)
        self._put(self.of_regions.collective, "collective")
        self._put(self.of_regions.own, "own")


_COMPILED: dict[int, Vocabulary] = {}


def vocabulary(catalogue: Catalogue) -> Vocabulary:
    """The vocabulary of a catalogue, compiled once."""
    words = _COMPILED.get(id(catalogue))
    if words is None or words.catalogue is not catalogue:
        words = _COMPILED[id(catalogue)] = Vocabulary(catalogue)
    return words
