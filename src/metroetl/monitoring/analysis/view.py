"""What a section is made of: the figures, the quarter, the language; and small sayings that all sections share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from metroetl.catalogue import catalogue
from metroetl.monitoring.content import Kind, Language, Paragraph, Piece, Section
from metroetl.monitoring.figures import NATION, CircleFigures, Figure
from metroetl.monitoring.phrases import Phrases, phrases

if TYPE_CHECKING:
    from metroetl.monitoring.loop.found import CheckUp
    from metroetl.warehouse import Warehouse


@dataclass
class View:
    """A circle's quarter as a report looks at it; `boundaries` is a user's GeoJSON, `two_year` asks for two-year averages."""

    warehouse: Warehouse
    data: CircleFigures
    quarter: str
    language: Language = "zh"
    as_of: date | None = None
    two_year: bool = False
    boundaries: Path | None = None

    @cached_property
    def words(self) -> Phrases:
        """The phrases of its language."""
        return phrases(self.language)

    @cached_property
    def checkup(self) -> CheckUp:
        """The check-up of the quarter."""
        from metroetl.monitoring.loop.lights import look_at

        return look_at(self.warehouse, self.data, self.quarter, as_of=self.as_of)

    @property
    def circle_name(self) -> str:
        """The circle's name in the language."""
        return self.words.circle(self.data.circle.id)

    @property
    def period(self) -> str:
        """The quarter in words."""
        return self.words.period(self.quarter)

    def place(self, region: str) -> str:
        """A place's name; the circle's own too."""
        return self.circle_name if region == self.data.region else self.words.place(region)

    def places(self, regions: Iterable[str]) -> str:
        """Names with the enumeration sign between them."""
        return self.words.listing.join(self.place(r) for r in regions)

    @cached_property
    def members(self) -> dict[str, str]:
        """How a text calls the members: 各市, 分市看, 四市; 各地 … where they aren't all cities."""
        regions = catalogue().regions
        kind = "city" if all(regions[c].level == "prefecture" for c in self.data.cities) else "place"
        number = len(self.data.cities)
        count = self.words.templates.get(f"count_{number}", str(number))
        found = {key: self.words.word(f"{key}_{kind}") for key in ("each", "split", "members")}
        return {key: text.format(count=count) for key, text in found.items()}

    @property
    def rows(self) -> list[str]:
        """The regions of a table: the circle, its cities in their fixed order, its province, the nation."""
        cities = [c for c in self.data.cities if c not in self.outside]
        return [self.data.region, *cities, *self.outside]

    @property
    def outside(self) -> list[str]:
        """What the circle is compared with: its province, where it has one, and the nation."""
        return [*([self.data.province] if self.data.province else []), NATION]

    def whom(self, region: str) -> str:
        """How a text calls what the circle is compared with: 全省, 全国."""
        return self.words.word("nation" if region == NATION else "province")

    def level(self, region: str, indicator: str, quarter: str = "") -> Figure | None:
        """A published level of this quarter, or of another."""
        return self.data.level(region, indicator, quarter or self.quarter)

    def growth(self, region: str, indicator: str, quarter: str = "") -> Figure | None:
        """Published growth of this quarter, or of another."""
        return self.data.growth(region, indicator, quarter or self.quarter)

    def known(self, indicator: str) -> bool:
        """Whether the circle or one of its cities published anything of it."""
        own = (self.data.region, *self.data.cities)
        return any(self.level(r, indicator) or self.growth(r, indicator) for r in own)

    def silent(self, indicator: str) -> list[str]:
        """The cities that published nothing of it."""
        return [c for c in self.data.cities if not (self.level(c, indicator) or self.growth(c, indicator))]

    def with_status(self, indicator: str, statuses: Sequence[str]) -> list[str]:
        """The places whose level or growth of this quarter has one of these statuses."""
        figures = ((r, f) for r in self.rows for f in (self.level(r, indicator), self.growth(r, indicator)))
        found = (r for r, f in figures if f and f.evidence and f.evidence.obs_status in statuses)
        return list(dict.fromkeys(found))

    def say(self, key: str, **values: Piece | Sequence[Piece]) -> tuple[Piece, ...]:
        """A sentence by its key; how the members are called, and 同比 or 比上年, is known to every one."""
        onyear = self.words.word("onyear_full" if self.quarter.endswith("Q4") else "onyear")
        return self.words.say(key, **{"onyear": onyear, **self.members, **values})

    def paragraph(
        self, *clauses: Sequence[Piece], between: str | None = None, kind: Kind = "text"
    ) -> Paragraph:
        """Clauses with commas (or another sign) between them and a stop, begun as a sentence begins."""
        said = self.words.join([clause for clause in clauses if clause], between)
        return Paragraph((*self.words.begin(said), self.words.stop), kind)

    def heading(self, key: str, **values: str) -> str:
        """A title or a table's head, by its key."""
        text = self.words.bracket(self.words.word(key).format(**{**self.members, **values}))
        return self.words.capital(text)


Maker = Callable[[View], Section | None]


def adds_up(indicator: str) -> bool:
    """Whether the indicator's levels can be summed over places."""
    return catalogue().indicators[indicator].agg_rule == "sum"
