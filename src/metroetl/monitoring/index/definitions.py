"""Editions of indices as `catalogue/indices/*.yml` define them, one file an edition; the operator's own come on top.

An edition is frozen: its bounds, weights, base and members stand in its file, so that nothing new shifts an old score.
Edition year and data year are two things: the edition of 2024 uses the data of 2023.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from metroetl.catalogue import catalogue
from metroetl.catalogue.checks import near
from metroetl.catalogue.files import YamlFile
from metroetl.catalogue.load import FOLDER, own_folder
from metroetl.catalogue.models import wrong
from metroetl.errors import WarehouseError

Normalisation = Literal["efficacy", "minmax", "relative"]
Weighting = Literal["expert", "equal", "entropy"]
Aggregation = Literal["arithmetic", "geometric"]
TOLERANCE = 0.05


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Dimension(_Entry):
    """A part of an index."""

    key: str = Field(pattern=r"^[a-z0-9_]+$")
    name_zh: str
    name_en: str


class Per(_Entry):
    """What a value is divided by; the quotient is multiplied by `times`."""

    indicator: str
    measure: str
    times: float = 1


class Item(_Entry):
    """An indicator of an index: which figure is taken, and how it counts.

    `take`: the value, or published growth chained from the base year on, or the first city's share of the sum of a circle's
    cities. `unacceptable` and `satisfactory` (不允许值, 满意值) are its fixed bounds; of a minus indicator the first is the higher.
    """

    key: str = Field(pattern=r"^[a-z0-9_]+$")
    dimension: str
    name_zh: str
    name_en: str
    indicator: str
    measure: str
    variant: str = ""
    take: Literal["value", "chain", "primacy"] = "value"
    per: Per | None = None
    unit: str
    direction: Literal["plus", "minus"]
    unacceptable: float | None = None
    satisfactory: float | None = None
    carry: bool = Field(default=True, description="may last year's value stand in (flag E)? Not for growth")
    note: str = ""


class Grade(_Entry):
    """A score of at least so much is called so."""

    at_least: float
    name_zh: str
    name_en: str


class Coverage(_Entry):
    """Below `minimum` per cent of the weight nothing is published; a value may be `carry_years` old."""

    minimum: float = Field(default=80, ge=50, le=100)
    carry_years: Literal[0, 1] = 1


class Edition(_Entry):
    """One edition of an index: `level` compares places in `data_year`, `process` follows each from `base` to it."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    edition: int = Field(ge=2000, le=2100)
    data_year: int = Field(ge=2000, le=2100)
    kind: Literal["level", "process"]
    title_zh: str
    title_en: str
    basis: str = Field(min_length=4, description="whose choice indicators, bounds and weights are")
    as_of: date | None = Field(
        default=None, description="figures as published by this day; the latest if unset"
    )
    normalisation: Normalisation
    scale: tuple[float, float] = Field(
        default=(60, 100), description="what the two bounds score; minmax: 0, 100"
    )
    base: int | None = Field(default=None, description="the year that is 100")
    aggregation: Aggregation = "arithmetic"
    weighting: Weighting
    weights: dict[str, float] = Field(
        description="per cent of the whole by indicator: frozen, however they came"
    )
    coverage: Coverage = Coverage()
    members: list[str] = Field(min_length=1)
    grades: list[Grade] = []
    dimensions: list[Dimension] = Field(min_length=1)
    indicators: list[Item] = Field(min_length=1)
    note: str = ""

    @property
    def key(self) -> str:
        """level-2024."""
        return f"{self.id}-{self.edition}"

    @property
    def years(self) -> list[int]:
        """The data years that it gives a value of: one, or all from the base on."""
        return [self.data_year] if self.base is None else list(range(self.base, self.data_year + 1))

    @property
    def unit(self) -> str:
        """What its values are in."""
        return "分" if self.base is None else f"{self.base}年=100"

    def grade(self, value: float) -> Grade | None:
        """What a score is called."""
        return next((g for g in self.grades if value >= g.at_least), None)

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        """What fields say together."""
        keys = {i.key for i in self.indicators}
        if set(self.weights) != keys:
            odd = sorted(set(self.weights) ^ keys)
            raise wrong(
                "weights",
                f"weights and indicators differ: {', '.join(odd)}",
                "give each indicator one weight",
            )
        if any(w <= 0 for w in self.weights.values()) or abs(sum(self.weights.values()) - 100) > TOLERANCE:
            raise wrong(
                "weights",
                f"the weights sum to {sum(self.weights.values()):g}",
                "positive weights that sum to 100",
            )
        if (self.kind == "process") != (self.normalisation == "relative" and self.base is not None):
            raise wrong(
                "normalisation",
                f"{self.kind} with {self.normalisation}",
                "process: relative with a `base`; level: efficacy or minmax without",
            )
        if self.base is not None and not self.base <= self.data_year < self.edition + 1:
            raise wrong("base", "the base is later than the data", "base <= data_year <= edition")
        if self.as_of and self.as_of.year <= self.data_year:
            raise wrong(
                "as_of",
                f"by {self.as_of} no figure of {self.data_year} was out",
                "a day of a later year, or none",
            )
        if not self.scale[0] < self.scale[1] or (self.normalisation == "minmax" and self.scale != (0, 100)):
            raise wrong(
                "scale", f"scale is {self.scale}", "the lower bound's score first; [0, 100] for minmax"
            )
        if self.aggregation == "geometric" and self.normalisation == "minmax":
            raise wrong(
                "aggregation", "a geometric mean of scores that may be 0", "use efficacy or arithmetic"
            )
        if self.weighting == "equal" and any(
            abs(self.weights[k] - w) > TOLERANCE for k, w in equal(self).items()
        ):
            raise wrong(
                "weights", "the weights aren't equal", f"`metroetl index weights {self.key} --method equal`"
            )
        if any(a.at_least <= b.at_least for a, b in pairwise(self.grades)):
            raise wrong("grades", "the grades aren't from high to low", "put the highest first")
        return self


def equal(edition: Edition) -> dict[str, float]:
    """Equal weights in per cent: the same for each dimension, and in it for each indicator."""
    count = {d.key: sum(i.dimension == d.key for i in edition.indicators) for d in edition.dimensions}
    return {i.key: 100 / len(count) / count.get(i.dimension, 1) for i in edition.indicators}


@lru_cache(maxsize=4)
def _loaded(folders: tuple[Path, ...]) -> dict[str, Edition]:
    found: dict[str, Edition] = {}
    for path in (path for folder in folders for path in sorted(folder.glob("*.yml"))):
        file = YamlFile(path)
        edition = file.record(Edition)
        check(edition, file)
        if edition.key in found:
            raise file.mistake(
                ["edition"], f"edition {edition.key} stands already in another file", "raise `edition`"
            )
        found[edition.key] = edition
    return found


def editions(folders: Iterable[Path] | None = None) -> dict[str, Edition]:
    """All editions by key; raises CatalogueError at the first mistake, naming file, line and fix."""
    return _loaded(tuple(folders or (FOLDER / "indices", own_folder() / "indices")))


def edition_of(key: str) -> Edition:
    """An edition by its key, or the newest of an index; raises WarehouseError for one that isn't there."""
    known = editions()
    found = known.get(key) or max(
        (e for e in known.values() if e.id == key), key=lambda e: e.edition, default=None
    )
    if found is None:
        raise WarehouseError(f"no index {key}", way_out="`metroetl index list` names the editions.")
    return found


def newest(known: Mapping[str, Edition], year: int) -> list[Edition]:
    """Of each index the newest edition whose data year is `year` or earlier, level first."""
    best: dict[str, Edition] = {}
    for edition in sorted(known.values(), key=lambda e: e.edition):
        if edition.data_year <= year:
            best[edition.id] = edition
    return sorted(best.values(), key=lambda e: (e.kind, e.id))


# --- checks that need the catalogue ----------------------------------------------------------------------------------


def check(edition: Edition, file: YamlFile) -> None:
    """What the model can't know: codes exist, names agree, bounds point the right way."""
    if file.path.stem != edition.key:
        raise file.mistake(["id"], f"{edition.key} isn't the file's name", f"name it {edition.key}.yml")
    dimensions = [d.key for d in edition.dimensions]
    if unused := set(dimensions) - {i.dimension for i in edition.indicators}:
        raise file.mistake(
            ["dimensions"], f"no indicator is in {', '.join(sorted(unused))}", "remove the dimension"
        )
    for number, code in enumerate(edition.members):
        if code not in catalogue().regions:
            raise file.mistake(
                ["members", number], f"no region has the code {code}", near(code, catalogue().regions)
            )
    if len({i.key for i in edition.indicators}) < len(edition.indicators):
        raise file.mistake(["indicators"], "two indicators have one key", "give each its own")
    for number, item in enumerate(edition.indicators):
        at: list[str | int] = ["indicators", number]
        if item.dimension not in dimensions:
            raise file.mistake(
                [*at, "dimension"], f"no dimension {item.dimension}", near(item.dimension, dimensions)
            )
        _check_codes(item, file, at)
        _check_bounds(edition, item, file, at)


def _check_codes(item: Item, file: YamlFile, at: list[str | int]) -> None:
    words = catalogue()
    for code in (item.indicator, *([item.per.indicator] if item.per else [])):
        if code not in words.indicators:
            raise file.mistake([*at, "indicator"], f"no indicator {code}", near(code, words.indicators))
    for code in (item.measure, *([item.per.measure] if item.per else [])):
        if code not in words.measures:
            raise file.mistake([*at, "measure"], f"no measure {code}", near(code, words.measures))
    family = words.measures[item.measure].family
    if item.take == "chain" and family != "yoy":
        raise file.mistake([*at, "take"], f"{item.measure} isn't growth: nothing to chain", "take: value")
    if item.take == "primacy" and family != "level":
        raise file.mistake([*at, "take"], f"{item.measure} isn't a level", "use a level for primacy")
    if item.per and item.take != "value":
        raise file.mistake([*at, "per"], f"`per` with take: {item.take}", "remove one of them")


def _check_bounds(edition: Edition, item: Item, file: YamlFile, at: list[str | int]) -> None:
    low, high = item.unacceptable, item.satisfactory
    if edition.kind == "process":
        if low is not None or high is not None:
            raise file.mistake([*at, "unacceptable"], "relative treatment has no bounds", "remove them")
        return
    if item.take == "chain":
        raise file.mistake([*at, "take"], "a chain needs a base year", "use it in a process index")
    if low is None or high is None:
        raise file.mistake(
            [*at, "key"], f"{item.key} lacks a bound", "give `unacceptable` and `satisfactory`"
        )
    if (high > low) != (item.direction == "plus") or high == low:
        raise file.mistake(
            [*at, "satisfactory"],
            f"{item.key} is {item.direction}, its bounds point the other way",
            "swap them",
        )
