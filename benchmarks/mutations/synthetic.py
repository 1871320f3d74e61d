"""A synthetic world of 28 quarters: a province of eight cities, a circle of four, districts of the first.

Every figure is made up from a seed and marked （合成）: levels add up over sectors, trade, places; growth is that of
the levels (real growth less a common deflator); 2020 has its shock, the census of 2023 its revised base.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from benchmarks.mutations.worlds import Page, World, label, stated
from metroetl.catalogue.models import Circle, Member, Region

if TYPE_CHECKING:
    from metroetl.catalogue import Catalogue
    from metroetl.statistics.models import Statement

YEARS = range(2019, 2026)
PROVINCE, CIRCLE = "990000", "AGG.SYN"
CITIES = [f"99{n:02}00" for n in range(1, 9)]
MEMBERS = CITIES[:4]
DISTRICTS = [f"9901{n:02}" for n in range(1, 6)]
FUNCTIONAL = "990100.SYNF"
NAMES = "甲乙丙丁戊己庚辛"
SIZES = (15800, 2680, 1510, 930, 3120, 2240, 1830, 690)
# share of GDP, seasonal shares of the quarters, mean nominal growth, its spread, decimals
FLOWS = {
    "VA1": (0.09, (0.14, 0.22, 0.38, 0.26), 3.2, 1.0, 2),
    "VA2": (0.38, (0.22, 0.26, 0.25, 0.27), 5.6, 1.6, 2),
    "VA3": (0.53, (0.24, 0.24, 0.25, 0.27), 6.4, 1.2, 2),
    "RS": (0.42, (0.25, 0.24, 0.24, 0.27), 6.0, 2.0, 1),
    "EXP": (0.16, (0.22, 0.25, 0.26, 0.27), 7.0, 6.0, 1),
    "IMP": (0.11, (0.23, 0.25, 0.25, 0.27), 5.0, 6.0, 1),
    "PBR": (0.085, (0.27, 0.27, 0.22, 0.24), 5.0, 3.0, 2),
}
WHOLES = {"GDP": ("VA1", "VA2", "VA3"), "TRD": ("EXP", "IMP")}
STOCKS = {"DEP": (1.9, 9.0), "LOAN": (1.5, 11.0)}
REAL = {"GDP", "VA1", "VA2", "VA3"}
INCOMES = {"INC": (38000, 6.2), "INC_U": (47000, 5.4), "INC_R": (21000, 7.3)}
RATES = {"IVA": (6.5, 1.5), "FAI": (6.0, 3.0)}
SHOCK = {(2020, 1): -11.0, (2020, 2): -3.0, (2021, 1): 11.0, (2021, 2): 3.0}
DEFLATOR = {2020: 0.6, 2021: 4.0, 2022: 2.2, 2023: -0.4, 2024: -0.7, 2025: -0.9}
CENSUS = 2024  # levels from this year on stand on the revised base
Cell = tuple[str, str, int, int]


@dataclass
class Economy:
    """Single quarters of every place by (place, indicator, year, quarter), and rates that have no level."""

    quarters: dict[Cell, float]
    rates: dict[Cell, float]
    revised: dict[str, float]
    share_rural: dict[str, float]

    def ytd(self, place: str, code: str, year: int, quarter: int, base: int | None = None) -> float:
        """Cumulative value on the base in force in `base` (its own year's unless given)."""
        if code in WHOLES:
            return sum(self.ytd(place, part, year, quarter, base) for part in WHOLES[code])
        total = sum(
            self.quarters[p, code, year, q]
            * (self.revised[p] if (base or year) >= CENSUS and code in REAL else 1)
            for p in members(place)
            for q in range(1, quarter + 1)
        )
        return total

    def growth(self, place: str, code: str, year: int, quarter: int) -> float | None:
        """Growth of the cumulative value on the same base, without the deflator where it is real."""
        if year == YEARS[0]:
            return None
        ratio = self.ytd(place, code, year, quarter, year) / self.ytd(place, code, year - 1, quarter, year)
        return (ratio / (1 + DEFLATOR[year] / 100) - 1 if code in REAL else ratio - 1) * 100


def members(place: str) -> list[str]:
    """The cities (or the place itself) whose figures add up to it."""
    return {PROVINCE: CITIES, CIRCLE: MEMBERS}.get(place, [place])


def synthetic_world(words: Catalogue, seed: int = 2026, first: int = YEARS[0]) -> World:
    """28 quarters of releases (fewer from a later `first` year on): the province, then each city, then the circle's bulletin and the table of cities."""
    words = _with_places(words)
    economy = make_economy(Random(seed))
    batches = [
        batch
        for year in YEARS
        if year >= first
        for quarter in (1, 2, 3, 4)
        for batch in _Releases(words, economy, year, quarter).batches()
    ]
    return World("synthetic", words, batches)


def _with_places(words: Catalogue) -> Catalogue:
    def place(code: str, name: str, level: str, parent: str | None) -> tuple[str, Region]:
        return code, Region(code=code, name_zh=f"{name}（合成）", level=level, parent_code=parent)

    places = dict([
        place(PROVINCE, "子省", "province", "000000"),
        *(place(c, f"{n}市", "prefecture", PROVINCE) for c, n in zip(CITIES, NAMES, strict=True)),
        *(place(c, f"甲{n}区", "county", CITIES[0]) for c, n in zip(DISTRICTS, "东西南北中", strict=True)),
        place(FUNCTIONAL, "甲新区", "functional", CITIES[0]),
        place(CIRCLE, "甲市都市圈", "aggregate", PROVINCE),
    ])  # fmt: skip
    circle = Circle(
        id="synthetic", region_code=CIRCLE, name_zh="甲市都市圈（合成）", name_en="synthetic circle", province_codes=[PROVINCE],
        order=MEMBERS, members=[Member(region_code=c) for c in MEMBERS],
    )  # fmt: skip
    return replace(words, regions=words.regions | places, circles=words.circles | {"synthetic": circle})


def make_economy(dice: Random) -> Economy:
    """Every quarter of every place, made up from the dice."""
    quarters: dict[Cell, float] = {}
    rates: dict[Cell, float] = {}
    places = dict(zip(CITIES, SIZES, strict=True))
    for place, size in places.items():
        own = dice.gauss(0, 0.9)
        for code, (share, season, mean, spread, _) in FLOWS.items():
            tilt = dice.uniform(0.75, 1.25)
            for year in YEARS:
                for quarter in (1, 2, 3, 4):
                    shock = SHOCK.get((year, quarter), 0.0) * (0.3 if code == "VA1" else 1.0)
                    price = DEFLATOR.get(year, 0.0) if code in REAL else 0.0
                    grown = mean + own + shock + price + dice.gauss(0, spread / 2)
                    before = quarters.get((place, code, year - 1, quarter))
                    start = size * share * tilt * season[quarter - 1] * dice.uniform(0.97, 1.03)
                    quarters[place, code, year, quarter] = (
                        start if before is None else before * (1 + grown / 100)
                    )
        _add_other(place, size, own, dice, quarters, rates)
    revised = {place: dice.uniform(1.005, 1.045) for place in places}
    _add_districts(dice, quarters, revised)
    return Economy(quarters, rates, revised, {place: dice.uniform(0.25, 0.5) for place in places})


def _add_districts(dice: Random, quarters: dict[Cell, float], revised: dict[str, float]) -> None:
    """The first city's districts add up to it; the functional area lies in them and doesn't count again."""
    weights = {d: dice.uniform(0.6, 1.6) for d in DISTRICTS}
    drifts = {d: dice.uniform(-0.01, 0.01) for d in DISTRICTS}
    for (place, code, year, quarter), value in list(quarters.items()):
        if place != CITIES[0] or code not in REAL:
            continue
        now = {d: w * (1 + drifts[d]) ** (year - YEARS[0]) for d, w in weights.items()}
        for d, weight in now.items():
            quarters[d, code, year, quarter] = value * weight / sum(now.values())
        quarters[FUNCTIONAL, code, year, quarter] = value * 0.12 * (1.01 ** (year - YEARS[0]))
    revised |= dict.fromkeys((*DISTRICTS, FUNCTIONAL), revised[CITIES[0]])


def _add_other(
    place: str, size: float, own: float, dice: Random, quarters: dict[Cell, float], rates: dict[Cell, float]
) -> None:
    """Stocks, incomes, and the rates that have no level."""
    level = {code: size * share * dice.uniform(0.8, 1.2) for code, (share, _) in STOCKS.items()}
    income = {code: base * (1 + own / 40) for code, (base, _) in INCOMES.items()}
    shares = (0.30, 0.22, 0.24, 0.24)
    rate = {code: mean + own for code, (mean, _) in RATES.items()}
    for year in YEARS:
        for quarter in (1, 2, 3, 4):
            for code, (_, growth) in STOCKS.items():
                level[code] *= 1 + (growth + own + dice.gauss(0, 0.8)) / 400
                quarters[place, code, year, quarter] = level[code]
            for code in RATES:
                shock = SHOCK.get((year, quarter), 0.0)
                rate[code] += 0.5 * (RATES[code][0] + own - rate[code]) + dice.gauss(0, RATES[code][1] / 3)
                rates[place, code, year, quarter] = rate[code] + shock
            for code in INCOMES:
                quarters[place, code, year, quarter] = income[code] * shares[quarter - 1]
        for code, (_, growth) in INCOMES.items():
            income[code] *= 1 + (growth + dice.gauss(0, 0.6)) / 100


class _Releases:
    """What is published of one quarter."""

    def __init__(self, words: Catalogue, economy: Economy, year: int, quarter: int) -> None:
        self.words, self.economy, self.year, self.quarter = words, economy, year, quarter
        self.period = f"{year}-Q{quarter}" if quarter < 4 else f"{year}"
        self.end = date(year, quarter * 3, 28)
        self.dice = Random(f"{year}{quarter}")

    def batches(self) -> Iterator[list[Page]]:
        yield [self._page(PROVINCE, 20, self._economy(PROVINCE))]
        for city in CITIES:
            statements = self._economy(city)
            if city == CITIES[0]:
                statements += self._table([*DISTRICTS, FUNCTIONAL], ("GDP",), table=1)
            yield [self._page(city, 24 + int(city[2:4]), statements)]
        bulletin = [*self._table([*MEMBERS, CIRCLE], ("GDP", "RS", "TRD"), table=0)]
        yield [self._page(CIRCLE, 45, bulletin)]
        yield [
            self._page(PROVINCE, 50, self._table([*CITIES, PROVINCE], ("GDP", "RS", "PBR"), table=0), "分市")
        ]

    def _page(self, place: str, lag: int, statements: list[Statement], what: str = "") -> Page:
        name = self.words.regions[place].name_zh
        title = f"{label(self.period)}{name}{what}经济运行情况"
        key = f"syn-{self.period}-{place}{'-table' if what else ''}"
        return Page(key, title, self.end + timedelta(days=lag + self.dice.randrange(2)), place, statements)

    def _economy(self, place: str) -> list[Statement]:
        found: list[Statement] = []
        for code in ("GDP", "VA1", "VA2", "VA3"):
            found += self._pair(place, code, "yoy_real_ytd")
        found += [self._rate(place, code) for code in RATES]
        for row, code in enumerate(("RS", "TRD", "EXP", "IMP", "PBR")):
            found += self._pair(place, code, "yoy_nominal_ytd", table=0, row=row)
        found += self._stocks(place, 5) + self._incomes(place, 7)
        return found + (self._people(place) if self.quarter == 4 and place in CITIES else [])

    def _table(self, places: list[str], codes: tuple[str, ...], table: int) -> list[Statement]:
        return [
            s
            for row, place in enumerate(places)
            for code in codes
            for s in self._pair(place, code, "yoy_real_ytd" if code in REAL else "yoy_nominal_ytd", table=table, row=row)
        ]  # fmt: skip

    def _state(
        self, place: str, code: str, measure: str, value: float, decimals: int, **at: int | None
    ) -> Statement:
        return stated(self.words, place, code, self.period, measure, f"{value:.{decimals}f}", **at)

    def _pair(
        self, place: str, code: str, growth: str, *, table: int | None = None, row: int | None = None
    ) -> list[Statement]:
        """A level and its growth; in a table, neighbouring cells of a row."""

        def at(column: int) -> dict[str, int | None]:
            return {} if row is None else {"table": table, "row": row, "column": column}

        decimals = FLOWS[code][4] if code in FLOWS else (2 if code == "GDP" else 1)
        value = self.economy.ytd(place, code, self.year, self.quarter)
        found = [self._state(place, code, "level_ytd", value, decimals, **at(1))]
        rate = self.economy.growth(place, code, self.year, self.quarter)
        if rate is not None:
            found.append(self._state(place, code, growth, rate, 1, **at(2)))
        return found

    def _rate(self, place: str, code: str) -> Statement:
        rates = [self.economy.rates[p, code, self.year, self.quarter] for p in members(place)]
        measure = "yoy_real_ytd" if code == "IVA" else "yoy_nominal_ytd"
        return self._state(place, code, measure, sum(rates) / len(rates), 1)

    def _stocks(self, place: str, row: int) -> list[Statement]:
        found = []
        for number, code in enumerate(STOCKS):
            at = {"table": 0, "row": row + number}
            now, before = (
                sum(self.economy.quarters.get((p, code, y, self.quarter), 0.0) for p in members(place))
                for y in (self.year, self.year - 1)
            )
            found.append(self._state(place, code, "level_eop", now, 2, **at, column=1))
            if before:
                found.append(self._state(place, code, "yoy_eop", (now / before - 1) * 100, 1, **at, column=2))
        return found

    def _incomes(self, place: str, row: int) -> list[Statement]:
        found = []
        for number, code in enumerate(INCOMES):
            at = {"table": 0, "row": row + number}
            now, before = (self._income(place, code, y) for y in (self.year, self.year - 1))
            found.append(self._state(place, code, "level_ytd", now, 0, **at, column=1))
            if before:
                rate = (round(now) / round(before) - 1) * 100
                found.append(self._state(place, code, "yoy_nominal_ytd", rate, 1, **at, column=2))
        return found

    def _income(self, place: str, code: str, year: int) -> float:
        cities = members(place)
        return sum(
            self.economy.quarters.get((p, code, year, q), 0.0)
            for p in cities
            for q in range(1, self.quarter + 1)
        ) / len(cities)

    def _people(self, place: str) -> list[Statement]:
        """Inhabitants at the year's end, urban and rural, and the share of the urban."""
        years = self.year - YEARS[0]
        total = round(SIZES[CITIES.index(place)] / 9.5 * (1 + 0.002 * years), 2)
        rural = round(total * (self.economy.share_rural[place] - 0.008 * years), 2)
        urban = round(total - rural, 2)
        levels = {"POP": total, "POP_U": urban, "POP_R": rural}
        found = [self._state(place, code, "level_eop", v, 2) for code, v in levels.items()]
        return [*found, self._state(place, "URB", "rate_eop", urban / total * 100, 2)]
