"""Values of indices that others published: data of their own, shown beside what is computed and never mixed with it.

`catalogue/data/published_indices.csv`: as stated, with the source; what isn't stated (often the data year) is empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from metroetl.catalogue import catalogue
from metroetl.catalogue.checks import near
from metroetl.catalogue.files import mistake, read_csv
from metroetl.catalogue.load import FOLDER
from metroetl.catalogue.models import wrong

FILE = FOLDER / "data" / "published_indices.csv"


class Published(BaseModel):
    """One published value or rank of an index, whole (`part` empty) or of a part."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    index: str = Field(pattern=r"^[a-z0-9_]+$")
    index_zh: str
    index_en: str
    edition: str = Field(description="as its publisher calls it")
    data_year: int | None = None
    region: str
    part: str = ""
    part_zh: str = ""
    part_en: str = ""
    value: Decimal | None = Field(default=None, description="with the decimals that were printed")
    rank: int | None = None
    of: int | None = None
    base: str = Field(
        description="2015=100, or 0-100 for scores; empty where only ranks are stated", default=""
    )
    publisher: str
    published_on: date | None = None
    source: str
    note: str = ""

    @property
    def decimals(self) -> int:
        """Decimals of the value as printed."""
        exponent = self.value.as_tuple().exponent if self.value is not None else 0
        return -exponent if isinstance(exponent, int) else 0

    @model_validator(mode="after")
    def _says_something(self) -> Published:
        if self.value is None and self.rank is None:
            raise wrong("value", "neither a value nor a rank", "give one of them, or remove the row")
        if bool(self.part) != bool(self.part_zh):
            raise wrong("part", "a part needs its key and its name", "fill both, or none")
        return self


def published(path: Path | None = None) -> tuple[Published, ...]:
    """All rows in their order; raises CatalogueError naming file, line and fix."""
    return _read(path or FILE)


@lru_cache(maxsize=4)
def _read(path: Path) -> tuple[Published, ...]:
    found: dict[tuple[str, ...], Published] = {}
    for line, row in read_csv(path, Published):
        if row.region not in catalogue().regions:
            raise mistake(
                path, line, f"no region has the code {row.region}", near(row.region, catalogue().regions)
            )
        key = (row.index, row.edition, str(row.data_year), row.region, row.part)
        if key in found:
            raise mistake(path, line, "the row stands there twice", "remove one")
        found[key] = row
    return tuple(found.values())


def published_of(regions: Iterable[str], rows: Iterable[Published] | None = None) -> list[Published]:
    """The rows of these places."""
    wanted = set(regions)
    return [row for row in (published() if rows is None else rows) if row.region in wanted]
