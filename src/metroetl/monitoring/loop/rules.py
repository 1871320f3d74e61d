"""Rules of the check-up and cause tags of the diagnosis: `catalogue/monitoring/*.yml` and the operator's own files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from metroetl.catalogue import catalogue
from metroetl.catalogue.files import YamlFile
from metroetl.catalogue.load import FOLDER, own_folder

Severity = Literal["notice", "watch", "alert"]
SEVERITIES: tuple[Severity, ...] = ("notice", "watch", "alert")
Light = Literal["green", "yellow", "red", "blue", "grey"]
Kind = Literal[
    "below", "slows", "turned_negative", "rank_falls", "concentrates", "light", "missing"
]  # fmt: skip
CauseKind = Literal["city_drag", "sector_drag", "indicator_slows", "base_effect", "data_scope"]
Since = Literal["last_year", "last_quarter"]

# what a rule of a kind must say besides, and the words that its templates may use
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "below": ("of", "against", "indicators", "thresholds"),
    "slows": ("since", "indicators", "thresholds"),
    "turned_negative": ("since", "indicators", "thresholds"),
    "rank_falls": ("since", "indicators", "thresholds"),
    "concentrates": ("since", "measure", "indicators", "thresholds"),
    "light": ("lights",),
    "missing": ("of", "indicators", "thresholds"),
}
_COMMON = {"period", "place", "indicator"}
_WORDS: Mapping[str, set[str]] = {
    "below": {"growth", "level", "gap"},
    "slows": {"growth", "pace"},
    "turned_negative": {"growth", "pace"},
    "rank_falls": {"growth", "rank", "members", "move"},
    "concentrates": {"level", "members", "move"},
    "light": {"light", "note"},
    "missing": {"places"},
    "city_drag": {"part", "points", "share"},
    "sector_drag": {"part", "points", "share"},
    "indicator_slows": {"part", "growth", "pace"},
    "base_effect": {"part", "growth", "pace"},
    "data_scope": {"part", "growth", "points"},
}
_PLACE = re.compile(r"\{(\w+)\}")


def _wrong(key: str, what: str, fix: str) -> PydanticCustomError:
    return PydanticCustomError("entry", "{what}", {"key": key, "what": what, "fix": fix})


class _Entry(BaseModel):
    """What both tables share: names, indicators and templates in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    kind: str
    name_zh: str = Field(min_length=2)
    name_en: str = Field(min_length=2)
    indicators: list[str] = []
    zh: str = Field(min_length=4)
    en: str = Field(min_length=4)

    @model_validator(mode="after")
    def _templates_can_be_filled(self) -> _Entry:
        known = _COMMON | _WORDS[self.kind]
        for key, template in (("zh", self.zh), ("en", self.en)):
            if unknown := sorted(set(_PLACE.findall(template)) - known):
                raise _wrong(
                    key,
                    f"{{{unknown[0]}}} is no word of a {self.kind} rule",
                    f"use one of {', '.join(sorted(known))}",
                )
        return self

    @model_validator(mode="after")
    def _indicators_exist(self) -> _Entry:
        if gone := [code for code in self.indicators if code not in catalogue().indicators]:
            raise _wrong("indicators", f"no indicator {gone[0]!r}", "use a code of data/indicators.csv")
        return self


class CheckRule(_Entry):
    """A rule of the check-up; which fields a kind needs is told in checkup.yml."""

    kind: Kind
    places: list[Literal["circle", "city"]] = Field(min_length=1)
    of: Literal["growth", "rate", "level"] | None = None
    against: Literal["province", "nation", "circle", "zero"] | None = None
    since: Since | None = None
    measure: Literal["primacy", "cv", "theil"] | None = None
    thresholds: dict[Severity, float] = {}
    lights: dict[Severity, Light] = {}
    quarters: list[Literal[1, 2, 3, 4]] = [1, 2, 3, 4]
    recovers_after: int = Field(default=2, ge=1)
    reopens_within: int = Field(default=4, ge=0)

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> CheckRule:
        for name in _NEEDS[self.kind]:
            if not getattr(self, name):
                raise _wrong("kind", f"a {self.kind} rule needs {name!r}", f"add `{name}:`")
        if self.against == "circle" and "circle" in self.places:
            raise _wrong("places", "the circle isn't held against itself", "write `places: [city]`")
        if self.against == "zero" and self.of != "growth":
            raise _wrong("of", "only growth is held against zero", "write `of: growth`")
        return self

    @model_validator(mode="after")
    def _thresholds_rise_with_severity(self) -> CheckRule:
        given = [self.thresholds[s] for s in SEVERITIES if s in self.thresholds]
        if given != sorted(set(given)) or any(value < 0 for value in given):
            raise _wrong(
                "thresholds", "thresholds must rise from notice to alert, none under 0", "put them in order"
            )
        return self

    def severity_of(self, value: float) -> Severity | None:
        """The highest severity whose threshold the value reaches (a billionth is nothing)."""
        reached = [s for s in SEVERITIES if s in self.thresholds and value >= self.thresholds[s] - 1e-9]
        return reached[-1] if reached else None


class CauseRule(_Entry):
    """A cause tag and when it is given; the kinds are told in causes.yml."""

    kind: CauseKind
    threshold: float = Field(gt=0)
    sector: Literal["VA1", "VA2", "VA3"] | None = None
    indicator: str | None = None

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> CauseRule:
        if self.kind == "sector_drag" and self.sector is None:
            raise _wrong("kind", "a sector_drag tag needs 'sector'", "add `sector: VA2`")
        if self.kind == "indicator_slows" and self.indicator not in catalogue().indicators:
            raise _wrong("indicator", f"no indicator {self.indicator!r}", "use a code of data/indicators.csv")
        if not self.indicators:
            raise _wrong("kind", "the tag is of no indicator", "add `indicators:`")
        return self


def check_rules() -> dict[str, CheckRule]:
    """The rules of the check-up by id; the operator's own come last, or in the place of the project's."""
    return _table("checkup.yml", CheckRule, own_folder())


def cause_rules() -> dict[str, CauseRule]:
    """The cause tags by id; the operator's own come last, or in the place of the project's."""
    return _table("causes.yml", CauseRule, own_folder())


E = TypeVar("E", CheckRule, CauseRule)


@lru_cache
def _table(name: str, model: type[E], own: Path) -> dict[str, E]:
    """Rules of both folders. Raises CatalogueError that names file, line and fix."""
    found: dict[str, E] = {}
    for path in (folder / "monitoring" / name for folder in (FOLDER, own)):
        if path.is_file():
            found |= read_table(path, model)
    return found


def read_table(path: Path, model: type[E]) -> dict[str, E]:
    """The rules of one file by id; an id that stands there twice is a mistake."""
    file = YamlFile(path)
    found: dict[str, E] = {}
    for index, entry in file.records(model):
        if entry.id in found:
            raise file.mistake([index, "id"], f"id {entry.id!r} is there twice", "give it its own id")
        found[entry.id] = entry
    return found
