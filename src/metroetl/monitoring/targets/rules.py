"""Rules of lights, trend classes and assessment, from `catalogue/monitoring/*.yml` and the operator's own files."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from metroetl.catalogue.files import YamlFile
from metroetl.catalogue.load import FOLDER, own_folder
from metroetl.errors import CatalogueError

Light = Literal["green", "yellow", "red", "blue", "grey"]


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(_Rule):
    """Bounds of a number: `at_least` and `at_most` are inclusive, `over` and `under` exclusive."""

    at_least: float | None = None
    over: float | None = None
    at_most: float | None = None
    under: float | None = None

    def hold(self, value: float) -> bool:
        """Whether the value lies within (a billionth is nothing)."""
        tiny = 1e-9
        return not (
            (self.at_least is not None and value < self.at_least - tiny)
            or (self.over is not None and value <= self.over + tiny)
            or (self.at_most is not None and value > self.at_most + tiny)
            or (self.under is not None and value >= self.under - tiny)
        )


class When(_Rule):
    """The conditions of a light, all of which must be met; the fields are those of `lights.Standing`."""

    behind: Limits | None = None
    start_late: Limits | None = None
    entry_late: Limits | None = None
    due_in_days: Limits | None = None
    done: bool | None = None
    done_this_month: bool | None = None
    caught_up: bool | None = None
    overdue: bool | None = None
    state: list[str] | None = None


class LightRule(_Rule):
    """One light and when it is given; `stated` is false for what the office's own rule doesn't say."""

    light: Light
    when: When
    note: str = Field(min_length=2)
    stated: bool = True


class LightRules(_Rule):
    """A preset: the rules of one office, the first that is met decides."""

    id: str
    title: str
    source: str
    rules: list[LightRule] = Field(min_length=1)


class TrendClass(_Rule):
    """A class of R; the one without `at_least` takes the rest."""

    id: str
    title: str
    title_en: str
    at_least: float | None = None


class TrendClasses(_Rule):
    """Classes from the highest down; `confirmed` tells whether the cut-offs were read in their source."""

    confirmed: bool
    source: str
    classes: list[TrendClass] = Field(min_length=2)

    def of(self, ratio: float) -> TrendClass:
        """The class of a ratio of actual to required growth (1 is as required)."""
        return next(c for c in self.classes if c.at_least is None or ratio * 100 >= c.at_least)

    @model_validator(mode="after")
    def _take_the_rest(self) -> TrendClasses:
        if self.classes[-1].at_least is not None:
            raise ValueError("the last class must take the rest: leave out its at_least")
        return self


class AssessedItem(_Rule):
    """One item: the indicator whose yearly target counts, as growth or as level, and its weight."""

    id: str
    title: str
    indicator: str
    what: Literal["growth", "level"]
    weight: float = Field(gt=0, le=1)


class Veto(_Rule):
    """An event that outweighs everything (一票否决)."""

    id: str
    title: str


class AssessmentRule(_Rule):
    """How a city's year is scored; weights add up to 1."""

    id: str
    version: str
    title: str
    source: str
    cap: float = Field(gt=0)
    floor: float = 0
    missing: Literal["refuse", "reweight"]
    min_weight: float = Field(gt=0, le=1)
    items: list[AssessedItem] = Field(min_length=1)
    veto: list[Veto] = []
    veto_score: float = 0

    @model_validator(mode="after")
    def _weights_add_up(self) -> AssessmentRule:
        whole = sum(item.weight for item in self.items)
        if abs(whole - 1) > 1e-9:
            raise ValueError(f"the weights add up to {whole:g}, not 1")
        return self


R = TypeVar("R", LightRules, AssessmentRule)


def light_rules() -> dict[str, LightRules]:
    """All presets of lights by id, the project's and the operator's own."""
    return _entries("lights.yml", LightRules, own_folder())


def assessment_rules() -> dict[str, AssessmentRule]:
    """All rules of assessment by id, the project's and the operator's own."""
    return _entries("assessment.yml", AssessmentRule, own_folder())


@lru_cache
def trend_classes() -> TrendClasses:
    """The classes of actual against required growth."""
    return YamlFile(FOLDER / "monitoring" / "trend.yml").record(TrendClasses)


def chosen(rules: dict[str, R], wanted: str, kind: str) -> R:
    """The rule of an id; raises CatalogueError that names the known ones."""
    if wanted not in rules:
        raise CatalogueError(f"no {kind} {wanted}", way_out=f"Use one of {'、'.join(rules)}.")
    return rules[wanted]


@lru_cache
def _entries(name: str, model: type[R], own: Path) -> dict[str, R]:
    found: dict[str, R] = {}
    for file in _files(name, (FOLDER, own)):
        for index, entry in file.records(model):
            if entry.id in found:
                raise file.mistake([index, "id"], f"id {entry.id!r} is there twice", "give it its own id")
            found[entry.id] = entry
    return found


def _files(name: str, folders: Iterable[Path]) -> list[YamlFile]:
    paths = (folder / "monitoring" / name for folder in folders)
    return [YamlFile(path) for path in paths if path.is_file()]
