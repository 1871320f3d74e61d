"""What is to be reached: targets of plans and yearly targets of governments, each once, with where it is stated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from metroetl.catalogue import catalogue
from metroetl.monitoring.figures import GROWTHS, LEVELS, RATES, CircleFigures, Evidence, Figure

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

_PLANS = """
SELECT t.target_id, t.region_code, t.indicator, t.indicator_code, t.indicator_name, t.comparator, t.value, t.unit,
  t.value_in_series_unit, t.series_unit, t.measure, t.by_year, t.period_end, t.plan_title, t.quote, t.document_title,
  t.publisher, t.published_on, t.url
FROM mart_plan_target AS t
WHERE t.published_on IS NOT NULL
ORDER BY
  CASE WHEN EXISTS (
    SELECT 1 FROM mart_plan_release_document AS r WHERE r.document_id = t.document_id AND r.part IN ('plan', 'notice')
  ) THEN 0 ELSE 1 END,
  t.published_on, t.target_id
"""
_GOVERNMENTS = """
SELECT target_id, region_code, indicator_code, indicator_name, wanted, period_end, comparator, value, unit, decimals,
  quote, document_title, publisher, published_on, url
FROM mart_government_target
ORDER BY period_end, region_code, indicator_code, wanted
"""
Kind = Literal["plan", "government"]
WORDS = {">=": "不低于", "<=": "不高于", "=": "达到", "about": "左右"}


@dataclass(frozen=True, slots=True)
class Goal:
    """One target of a place: `value` in `unit`, due at the end of `year`; `growth` where a rate of growth is wanted.

    `=` and `about` name a figure only; where more is better (`floor`) they are read as at least that.
    """

    goal_id: str
    kind: Kind
    region_code: str
    indicator_code: str | None
    title: str
    comparator: str
    value: float
    unit: str
    decimals: int
    growth: bool
    year: int
    plan_title: str | None
    stated_on: date
    evidence: Evidence

    @property
    def floor(self) -> bool:
        """Whether at least the value is wanted."""
        return self.comparator != "<="

    @property
    def figure(self) -> Figure:
        """The target as a figure with its evidence, of the last quarter of its year."""
        measure = "target_yoy" if self.growth else "target"
        return Figure(
            self.region_code, self.indicator_code or "", measure, f"{self.year}-Q4", self.value, self.unit,
            self.decimals, evidence=self.evidence,
        )  # fmt: skip

    @property
    def words(self) -> str:
        """不低于5.7%; 3.2万亿元左右."""
        text = f"{self.figure.text}{self.unit}"
        return f"{text}左右" if self.comparator == "about" else f"{WORDS[self.comparator]}{text}"

    def met(self, figure: Figure) -> bool:
        """Whether a figure in the target's unit reaches it, at the precision it was printed with."""
        off = figure.value - self.value
        return off >= -1e-9 if self.floor else off <= 1e-9

    def reached(self, data: CircleFigures, quarter: str) -> Figure | None:
        """The published figure that is set against the target, as of a quarter; None where there is none.

        Growth is set against growth (the first basis that is published), a level against a level, stock or rate.
        """
        if self.indicator_code is None:
            return None
        measures = GROWTHS if self.growth else (*LEVELS, *RATES)
        found = data.first(self.region_code, self.indicator_code, measures, quarter)
        return found if found and found.unit == self.unit else None


def load_goals(warehouse: Warehouse, *, as_of: date | None = None) -> list[Goal]:
    """All public targets that can be set against a series, each once: a plan's own document before what repeats it."""
    plans = (
        _of_plan(r)
        for r in warehouse.records(_PLANS, as_of=as_of, public=True)
        if r["region_code"] and (r["by_year"] or r["period_end"])
    )
    governments = (_of_government(r) for r in warehouse.records(_GOVERNMENTS, as_of=as_of, public=True))
    return list(_once((*governments, *plans)))


def goals_of(goals: Iterable[Goal], data: CircleFigures, quarter: str) -> list[Goal]:
    """The targets of a circle and its cities that were stated by the end of a quarter and are due in its year or later.

    The circle's come first, then its cities' in their order; by year, then as stated. Those without an indicator of the
    catalogue are among them: nothing can be set against them.
    """
    places = [data.region, *data.cities]
    end = quarter_end(quarter)
    chosen = [
        g for g in goals if g.region_code in places and g.year >= int(quarter[:4]) and g.stated_on <= end
    ]
    return sorted(chosen, key=lambda g: (places.index(g.region_code), g.year, _order(g)))


def quarter_end(quarter: str) -> date:
    """The last day of a quarter."""
    number = int(quarter[-1])
    return date(int(quarter[:4]), number * 3, 31 if number in (1, 4) else 30)


def _order(goal: Goal) -> tuple[int, bool]:
    codes = list(catalogue().indicators)
    code = goal.indicator_code
    return (codes.index(code) if code in codes else len(codes), not goal.growth)


def _once(goals: Iterable[Goal]) -> Iterator[Goal]:
    seen = set()
    for goal in goals:
        key = (goal.region_code, goal.indicator_code or goal.title, goal.year, goal.growth, goal.value)
        if key not in seen:
            seen.add(key)
            yield goal


def _of_plan(row: dict[str, Any]) -> Goal:
    known = row["value_in_series_unit"] is not None
    value = row["value_in_series_unit"] if known else row["value"]
    return Goal(
        goal_id=row["target_id"],
        kind="plan",
        region_code=row["region_code"],
        indicator_code=row["indicator_code"],
        title=row["indicator_name"] or row["indicator"],
        comparator=row["comparator"],
        value=float(value),
        unit=row["series_unit"] if known else row["unit"],
        decimals=_decimals(value),
        growth=(row["measure"] or "").startswith("yoy"),
        year=int(row["by_year"] or row["period_end"]),
        plan_title=row["plan_title"] or row["document_title"],
        stated_on=_day(row["published_on"]),
        evidence=_evidence(row),
    )


def _of_government(row: dict[str, Any]) -> Goal:
    return Goal(
        goal_id=row["target_id"],
        kind="government",
        region_code=row["region_code"],
        indicator_code=row["indicator_code"],
        title=row["indicator_name"],
        comparator=row["comparator"],
        value=float(row["value"]),
        unit=row["unit"],
        decimals=max(row["decimals"], 1 if row["wanted"] == "growth" else 0),
        growth=row["wanted"] == "growth",
        year=_day(row["period_end"]).year,
        plan_title=None,
        stated_on=_day(row["published_on"]),
        evidence=_evidence(row),
    )


def _evidence(row: dict[str, Any]) -> Evidence:
    told = {n: row[n] for n in ("published_on", "publisher", "document_title", "url", "quote")}
    return Evidence(observation_id=row["target_id"], **told)


def _decimals(value: float) -> int:
    return len(f"{value:.10g}".partition(".")[2])


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
