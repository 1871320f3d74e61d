"""What the synthetic bureaus publish: figures by release, from the seeded economy of the mutation benchmark."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from random import Random

from benchmarks.mutations.synthetic import (
    CITIES,
    FLOWS,
    INCOMES,
    PROVINCE,
    REAL,
    SIZES,
    WHOLES,
    Economy,
    make_economy,
    members,
)
from benchmarks.timelapse.places import REGIONS
from metroetl.catalogue import catalogue
from metroetl.replica.facts import Fact

FINAL = "最终核实"
MONTHS = (2, 4, 5, 7, 8, 10, 11)
PRODUCT = ("GDP", "VA1", "VA2", "VA3")


class Bureaus:
    """The figures of all places of a seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._economy: Economy = make_economy(Random(seed))

    def facts(self, first: date, last: date) -> Iterator[Fact]:
        """Every figure that comes out from `first` to `last`."""
        for year in range(first.year - 2, last.year + 1):
            for number, region in enumerate(REGIONS):
                for fact in self._of_year(region, number, year):
                    if first <= fact.published_on <= last:
                        yield fact

    def _of_year(self, region: str, number: int, year: int) -> Iterator[Fact]:
        if year not in range(2020, 2026):  # the economy's years that have one before
            return
        for quarter in (1, 2, 3, 4):
            period = f"{year}-Q{quarter}" if quarter < 4 else f"{year}"
            day = _after(year, quarter * 3, 17 + number + self._dice(region, period).randrange(3))
            yield from self._quarterly(region, period, year, quarter, day)
        for month in MONTHS:
            period = f"{year}-M{month:02}"
            day = _after(year, month, 15 + self._dice(region, period).randrange(5))
            yield from self._monthly(region, period, year, month, day)
        bulletin = date(year + 1, 3, 12) + timedelta(days=2 * number + self._dice(region, year).randrange(3))
        yield from self._bulletin(region, year, bulletin)
        yield from self._final(region, year, date(year + 1, 12, 20) + timedelta(days=number))

    def _dice(self, *what: object) -> Random:
        return Random(f"{self._seed}/{what}")

    def _quarterly(self, region: str, period: str, year: int, quarter: int, day: date) -> Iterator[Fact]:
        for code in (*PRODUCT, "RS", "TRD", "EXP", "IMP", "PBR"):
            yield from self._pair(region, code, period, year, quarter, day)
        for code, measure in (("IVA", "yoy_real_ytd"), ("FAI", "yoy_comparable_ytd")):
            rate = self._rate(region, code, year, quarter)
            yield _fact(region, code, period, measure, f"{rate:.1f}", "%", day)
        for code in INCOMES:
            now, before = (self._income(region, code, y, quarter) for y in (year, year - 1))
            yield _fact(region, code, period, "level_ytd", f"{now:.0f}", "元", day)
            rate = (round(now) / round(before) - 1) * 100
            yield _fact(region, code, period, "yoy_nominal_ytd", f"{rate:.1f}", "%", day)

    def _pair(
        self, region: str, code: str, period: str, year: int, quarter: int, day: date, **stage: str
    ) -> Iterator[Fact]:
        decimals = FLOWS[code][4] if code in FLOWS else (2 if code == "GDP" else 1)
        level, rate = (
            self._economy.ytd(region, code, year, quarter),
            self._economy.growth(region, code, year, quarter),
        )
        yield _fact(region, code, period, "level_ytd", f"{level:.{decimals}f}", "亿元", day, **stage)
        if rate is not None:
            measure = "yoy_real_ytd" if code in REAL else "yoy_nominal_ytd"
            yield _fact(region, code, period, measure, f"{rate:.1f}", "%", day, **stage)

    def _monthly(self, region: str, period: str, year: int, month: int, day: date) -> Iterator[Fact]:
        """Retail sales, industry and investment of the months so far, on the way from one quarter to the next."""
        now, before = (self._to_month(region, "RS", y, month) for y in (year, year - 1))
        yield _fact(region, "RS", period, "level_ytd", f"{now:.1f}", "亿元", day)
        yield _fact(region, "RS", period, "yoy_nominal_ytd", f"{(now / before - 1) * 100:.1f}", "%", day)
        for code, measure in (("IVA", "yoy_real_ytd"), ("FAI", "yoy_comparable_ytd")):
            rate = self._rate(region, code, year, (month + 2) // 3) + self._dice(code, period).uniform(
                -0.3, 0.3
            )
            yield _fact(region, code, period, measure, f"{rate:.1f}", "%", day)

    def _bulletin(self, region: str, year: int, day: date) -> Iterator[Fact]:
        """统计公报: the year's figures once more, and the people."""
        for code in (*PRODUCT, "RS", "TRD", "EXP", "IMP", "PBR"):
            yield from self._pair(region, code, f"{year}", year, 4, day)
        total = urban = 0.0
        for city in members(region):
            people = SIZES[CITIES.index(city)] / 9.5 * (1 + 0.002 * (year - 2019))
            total += people
            urban += people * (1 - self._economy.share_rural[city] + 0.008 * (year - 2019))
        yield _fact(region, "POP", f"{year}", "level_eop", f"{total:.2f}", "万人", day)
        yield _fact(region, "URB", f"{year}", "rate_eop", f"{urban / total * 100:.2f}", "%", day)

    def _final(self, region: str, year: int, day: date) -> Iterator[Fact]:
        """最终核实: the product of the year before, revised a little, its growth too."""
        ratio = 1 + self._dice(year, "final").uniform(0.002, 0.009)
        parts = {code: round(self._economy.ytd(region, code, year, 4) * ratio, 2) for code in WHOLES["GDP"]}
        for code, level in {"GDP": sum(parts.values()), **parts}.items():
            yield _fact(region, code, f"{year}", "level_ytd", f"{level:.2f}", "亿元", day, stage=FINAL)

    def _to_month(self, region: str, code: str, year: int, month: int) -> float:
        quarter, part = (month - 1) // 3, ((month - 1) % 3 + 1) / 3
        before = self._economy.ytd(region, code, year, quarter) if quarter else 0.0
        return before + part * (self._economy.ytd(region, code, year, quarter + 1) - before)

    def _rate(self, region: str, code: str, year: int, quarter: int) -> float:
        rates = [self._economy.rates[city, code, year, quarter] for city in members(region)]
        return sum(rates) / len(rates)

    def _income(self, region: str, code: str, year: int, quarter: int) -> float:
        cities = members(region)
        quarters = [self._economy.quarters[c, code, year, q] for c in cities for q in range(1, quarter + 1)]
        return sum(quarters) / len(cities)


def _fact(
    region: str, code: str, period: str, measure: str, value: str, unit: str, day: date, stage: str = ""
) -> Fact:
    return Fact(
        region_code=region,
        region=REGIONS[region],
        indicator_code=code,
        indicator=_name(code),
        period=period,
        measure=measure,
        value=value,
        unit=unit,
        published_on=day,
        published_basis="synthetic",
        source_kind="synthetic",
        stage=stage,
    )


@cache
def _name(code: str) -> str:
    return catalogue().indicators[code].name_zh


def _after(year: int, month: int, days: int) -> date:
    """So many days after the end of a month."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return following + timedelta(days=days - 1)


__all__ = ["FINAL", "PROVINCE", "Bureaus"]
