"""The vocabulary: every word that the lexer knows, compiled from the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import ahocorasick

from metroetl.catalogue import Catalogue
from metroetl.catalogue.files import YamlFile
from metroetl.catalogue.load import FOLDER

_DATA = FOLDER / "data"
_FILES = ("grammar", "names", "indicators", "regions", "tables")
_NOTE = re.compile(r"\([^()]{0,40}\)")
_NOISE = re.compile(r"[\s()\"'“”《》*`·]")
_ORDINAL = re.compile(r"^第?([一二三])(?:产业|产(?!业)|次产业)")
_LEADING = re.compile(r"^(?:其中|全国|全省|全市|全区|全县|实现|完成|累计|全部|全年|当年|本年)+")
_LEVELS = {"province": "province", "prefecture": "city", "county": "county", "nation": "nation"}


@dataclass(frozen=True, slots=True)
class Word:
    """A known word: its kind and what it says (sign of a direction, code of a region, name of an indicator)."""

    kind: str
    data: Any = None


@lru_cache(maxsize=50_000)
def clean_name(text: str) -> str:
    """A name without blanks, quotes, brackets and words that change nothing; 规上 written out."""
    name = _NOISE.sub("", text)
    for printed, word in _synonyms().items():
        if printed in name:
            name = name.replace(printed, word)
    name = _LEADING.sub("", name.replace("规模以上以上", "规模以上")) or name
    return _ORDINAL.sub(r"第\1产业", name)


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, str]:
    words: dict[str, str] = _read("indicators")["synonyms"]
    return words


class Vocabulary:
    """All words in one automaton, and the tables that resolve names to the catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        words = {name: _read(name) for name in _FILES}
        self.catalogue = catalogue
        self.names: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        self.regions: dict[str, str] = {}
        self.heads: tuple[str, ...] = tuple(sorted(words["names"]["heads"], key=len, reverse=True))
        self.lent: dict[str, str] = words["names"]["lent"]
        self.widened = frozenset(words["names"]["widened"])
        self.head_set = frozenset(self.heads)
        self.longest_head = len(self.heads[0])
        self.qualifiers: tuple[str, ...] = tuple(sorted(words["names"]["qualifiers"], key=len, reverse=True))
        self.weak = frozenset(clean_name(w) for w in words["indicators"]["weak"])
        self.stocks: tuple[str, ...] = tuple(words["indicators"]["stocks"])
        self.rates: tuple[str, ...] = tuple(words["indicators"]["rates"])
        self.ratios: dict[str, str] = words["indicators"]["ratios"]
        self.unsure = frozenset(clean_name(w) for w in words["indicators"]["unsure"])
        self.firms: tuple[str, ...] = tuple(words["indicators"]["firms"])
        self.standalone = frozenset(words["indicators"]["standalone"])
        self.not_indicators: tuple[str, ...] = tuple(words["indicators"]["not_indicators"])
        self.nation = frozenset(words["indicators"]["nation"])
        self.table_regions: dict[str, str] = {
            alias: name for name, aliases in words["regions"]["table_regions"].items() for alias in aliases
        }
        self.table_words: dict[str, list[str]] = words["tables"]
        self.collectives = frozenset(words["regions"]["collective"])
        self.foreign: tuple[str, ...] = tuple(words["regions"]["foreign"])
        self.own_words = frozenset(w for texts in words["regions"]["own"].values() for w in texts)
        self.region_groups: dict[str, str] = {}
        self.circles: dict[str, tuple[str, str]] = {}
        self.area_suffixes: tuple[str, ...] = tuple(words["regions"]["areas"])
        self.name_suffixes: tuple[str, ...] = tuple(words["regions"]["suffixes"])
        self._lexicon: dict[str, Word] = {}
        self._add_grammar(words["grammar"])
        self._add_names(words["names"])
        self._add_indicators(words["indicators"])
        self._add_regions(words["regions"])
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
        code = self.ratios.get(f"{part}/{self.resolve(whole)[0]}")
        return (self.catalogue.indicators[code].name_zh, code) if code else None

    def is_ratio(self, code: str | None) -> bool:
        """True for ratios of two levels, which stand without a unit."""
        return code is not None and "ratio" in self.catalogue.indicators[code].measures

    def is_national(self, name: str) -> bool:
        """True for names that only the country has: 国内生产总值."""
        return any(word in name for word in self.nation)

    def head_of(self, name: str) -> str:
        """The longest known head that the name ends in, '' where it has none."""
        for size in range(min(self.longest_head, len(name)), 0, -1):
            if name[-size:] in self.head_set:
                return name[-size:]
        return ""

    def lent_head(self, name: str) -> str:
        """The head that the name lends to one without: 价格 of 居民消费价格指数."""
        head = self.head_of(clean_name(name))
        return self.lent.get(head, head)

    def is_stock(self, name: str, code: str | None) -> bool:
        """True for balances, populations and other ends of periods."""
        if code is not None:
            measures = self.catalogue.indicators[code].measures
            return any(m.endswith(("_eop", "_pit")) for m in measures)
        return not name.startswith("新") and any(s in name for s in self.stocks)

    def is_rate(self, name: str, code: str | None) -> bool:
        """True where a value in per cent is the thing itself and no growth."""
        if code is not None:
            return self.catalogue.indicators[code].unit in ("%", "‰") and not any(
                m.startswith("yoy") for m in self.catalogue.indicators[code].measures
            )
        return name.endswith(self.rates)

    def _put(self, texts: Iterable[str], kind: str, data: Any = None) -> None:
        for text in texts:
            self._lexicon[text] = Word(kind, data)

    def _add_grammar(self, words: Mapping[str, Any]) -> None:
        self.stages: dict[str, str] = words["stage"]
        for kind, value in words.items():
            if kind == "stage":
                self._put(value, kind)
            elif isinstance(value, dict):
                for data, texts in value.items():
                    self._put(texts, kind, data)
            else:
                self._put(value, kind)

    def _add_names(self, words: Mapping[str, Any]) -> None:
        self._put(words["names"], "name")
        self._put(words["partners"], "partner")
        self._put(words["heads"], "head")
        self._put(words["qualifiers"], "qualifier")

    def _add_indicators(self, words: Mapping[str, Any]) -> None:
        for code, indicator in self.catalogue.indicators.items():
            self._name(indicator.name_zh, indicator.name_zh, code)
            for alias in (*indicator.aliases, *words["aliases"].get(code, ())):
                bare = _NOTE.sub("", alias)
                if bare == alias or "不含" in alias:
                    self._name(alias, indicator.name_zh, code)
        for name, aliases in words["others"].items():
            for alias in (name, *aliases):
                self._name(alias, name, None)

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

    def _add_regions(self, words: Mapping[str, Any]) -> None:
        stop = set(words["not_regions"])
        for region in self.catalogue.regions.values():
            if region.valid_to is None and region.level in _LEVELS:
                self.regions.setdefault(region.name_zh, region.code)
                if region.level == "county" and region.name_zh.endswith("市") and len(region.name_zh) > 2:
                    self.regions.setdefault(region.name_zh[:-1], region.code)
        for name, code in self.catalogue.region_names().items():
            region = self.catalogue.regions[code]
            if (
                region.level in ("province", "prefecture", "aggregate")
                or region.name_zh.endswith("市")
                or name.endswith("州")
            ):
                self.regions.setdefault(name, code)
        self._put(
            [n for n in self.regions if n not in stop and len(n) > 1 and n not in self._lexicon], "region"
        )
        for name, aliases in words["regions"].items():
            for alias in (name, *aliases):
                self.region_groups[alias] = name
                self._put([alias], "region", name)
        for circle in self.catalogue.circles.values():
            for name in (circle.name_zh, *circle.aliases):
                self.circles[name] = (circle.name_zh, circle.region_code)
                self._put([name], "region", name)
            self.circles[circle.region_code] = (circle.name_zh, circle.region_code)
        self._put(words["collective"], "collective")
        self._put(self.own_words, "own")


def _read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = YamlFile(_DATA / f"words_{name}.yml").data
    return data


_COMPILED: dict[int, Vocabulary] = {}


def vocabulary(catalogue: Catalogue) -> Vocabulary:
    """The vocabulary of a catalogue, compiled once."""
    words = _COMPILED.get(id(catalogue))
    if words is None or words.catalogue is not catalogue:
        words = _COMPILED[id(catalogue)] = Vocabulary(catalogue)
    return words
