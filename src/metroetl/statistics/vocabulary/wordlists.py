"""The word lists of the catalogue's data folder, typed: a list with a mistake is named with file, line and fix."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, RootModel

from metroetl.catalogue.files import YamlFile
from metroetl.catalogue.load import FOLDER

Words = tuple[str, ...]


class _List(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GrammarWords(RootModel[dict[str, Words | dict[str, Words | str]]]):
    """Token kind → words, or what a word says → words."""


class NameWords(_List):
    """Heads that indicators end in, and names that must stay whole."""

    heads: Words
    lent: dict[str, str]
    widened: Words
    flows: Words
    kept: Words
    qualifiers: Words
    names: Words
    partners: Words


class IndicatorWords(_List):
    """More names of indicators, and what can be said of which."""

    aliases: dict[str, Words]
    others: dict[str, Words]
    printed: Words
    synonyms: dict[str, str]
    unsure: Words
    firms: Words
    not_indicators: Words
    standalone: Words
    weak: Words
    stocks: Words
    rates: Words
    not_rates: Words
    nation: Words
    ratios: dict[str, str]


class RegionWords(_List):
    """Regions that aren't administrative units, and words for the release's own."""

    regions: dict[str, Words]
    table_regions: dict[str, Words]
    own: Words
    collective: Words
    foreign: Words
    not_regions: Words
    areas: Words
    parts: dict[str, str]
    suffixes: Words


class TableWords(_List):
    """What headings and row labels say besides the indicator."""

    growth: Words
    down: Words
    nominal: Words
    real: Words
    share: Words
    month: Words
    cumulative: Words
    previous: Words
    rank: Words
    target: Words
    completion: Words
    contribution: Words
    average: Words
    change: Words
    skip: Words
    plain: Words
    labels: Words
    unit_heading: Words
    notes: Words
    sectored: Words
    totals: Words


class UnitWords(_List):
    """Units as printed: multiples and what they multiply, units of per cent, spellings."""

    multiples: dict[str, float]
    money: Words
    amounts: Words
    counts: Words
    multiples_only: Words
    percent: dict[str, float]
    points: Words
    per: Words
    ratio: Words
    same: dict[str, str]


L = TypeVar("L", bound=BaseModel)


def _read(name: str, model: type[L]) -> L:
    return YamlFile(FOLDER / "data" / f"words_{name}.yml").record(model)


@lru_cache(maxsize=1)
def grammar_words() -> GrammarWords:
    """words_grammar.yml."""
    return _read("grammar", GrammarWords)


@lru_cache(maxsize=1)
def name_words() -> NameWords:
    """words_names.yml."""
    return _read("names", NameWords)


@lru_cache(maxsize=1)
def indicator_words() -> IndicatorWords:
    """words_indicators.yml."""
    return _read("indicators", IndicatorWords)


@lru_cache(maxsize=1)
def region_words() -> RegionWords:
    """words_regions.yml."""
    return _read("regions", RegionWords)


@lru_cache(maxsize=1)
def table_words() -> TableWords:
    """words_tables.yml."""
    return _read("tables", TableWords)


@lru_cache(maxsize=1)
def unit_words() -> UnitWords:
    """words_units.yml."""
    return _read("units", UnitWords)
