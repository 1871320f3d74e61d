"""From a frame to a statement: settled period, measure, value in the catalogue's unit, confidence."""

from __future__ import annotations

from datetime import date

from metroetl.statistics.evidence.confidence import THRESHOLD, weigh
from metroetl.statistics.grammar.frames import Frame
from metroetl.statistics.measures import accumulation, choose
from metroetl.statistics.models import Kind, Statement
from metroetl.statistics.vocabulary.periods import Period, month_end
from metroetl.statistics.vocabulary.units import convert
from metroetl.statistics.vocabulary.words import Vocabulary

_MEASURES = {
    "target": "target",
    "rank": "rank",
    "contribution": "contribution_rate",
    "average": "yoy2_avg_real_ytd",
}


_WHOLE_SOCIETY = "全社会"


class Builder:
    """Makes the statements of one release."""

    def __init__(self, vocabulary: Vocabulary, published_on: date | None) -> None:
        self.words = vocabulary
        self.catalogue = vocabulary.catalogue
        self.published_on = published_on

    def build(self, frame: Frame) -> Statement | None:
        """The statement of a frame, its span still open; None where nobody says of which period."""
        period = self._settled(frame)
        if period is None:
            return None
        kind = self._kind(frame, period)
        predicate, number = frame.predicate, frame.number
        indicator = self.catalogue.indicators.get(frame.code or "")
        confidence, evidence = weigh(
            frame.weights, indicator, predicate.family, frame.value, number.unit, predicate.guessed
        )
        value_norm, unit_norm = self._normalised(frame)
        return Statement(
            region=frame.place.name,
            region_code=frame.place.code,
            indicator=frame.name,
            indicator_code=frame.code,
            period=period.label,
            period_start=period.start,
            period_end=period.end,
            measure=self._measure(frame, period, kind),
            value=frame.value,
            unit=number.unit,
            value_norm=value_norm,
            unit_norm=unit_norm,
            value_text=number.text,
            decimals=len(number.text.partition(".")[2]),
            kind=kind,
            variant=self._variant(frame),
            revision_stage="预计" if kind == "forecast" else frame.stage,
            obs_status="F" if kind == "forecast" else self.words.stages.get(frame.stage, "A"),
            start=0,
            end=0,
            rule=predicate.rule,
            confidence=confidence,
            publish=confidence >= THRESHOLD,
            evidence=evidence,
        )

    def _kind(self, frame: Frame, period: Period) -> Kind:
        """A period that hasn't ended when the release came out is aimed at, not observed."""
        day = self.published_on
        ahead = day is not None and period.end > month_end(day.year, day.month)
        return "target" if ahead and frame.predicate.kind == "actual" else frame.predicate.kind

    def _measure(self, frame: Frame, period: Period, kind: Kind) -> str:
        said = frame.predicate
        if kind == "contribution" and said.family in self.catalogue.measures:
            return said.family
        if kind in _MEASURES and not (kind == "target" and said.family == "yoy"):
            return _MEASURES[kind]
        accumulated = accumulation(period, self.words.is_stock(frame.name, frame.code))
        chosen = choose(self.catalogue, frame.code, said.family, accumulated, said.basis, said.whole)
        if kind == "target":
            return "target_yoy_real" if chosen.startswith("yoy_real") else "target_yoy"
        return chosen

    def _normalised(self, frame: Frame) -> tuple[float | None, str | None]:
        indicator = self.catalogue.indicators.get(frame.code or "")
        own = frame.predicate.family in ("level", "rate") or self.words.is_ratio(frame.code)
        target = (indicator.unit_of(frame.predicate.family) if indicator else "") if own else "%"
        value = convert(frame.value, frame.number.unit, target) if target else None
        return value, target if value is not None else None

    def _settled(self, frame: Frame) -> Period | None:
        """Stock or flow is decided by the indicator: a stock stands at the end, a flow adds up to a stated day."""
        period = frame.period
        if period is None:
            return None
        if self.words.is_stock(frame.name, frame.code):
            return period.at_end() if frame.code else period
        return period.to_date() if period.point else period

    def _variant(self, frame: Frame) -> str:
        unit = self.catalogue.indicators[frame.code].unit if frame.code else ""
        if "美元" in frame.number.unit and unit != "亿美元":
            return "美元计价"
        if frame.code is not None and frame.printed.startswith(_WHOLE_SOCIETY + frame.name):
            return _WHOLE_SOCIETY
        if "不含农户" in frame.printed:
            return "不含农户"
        return ""


def part_currencies(statements: list[Statement]) -> list[Statement]:
    """Dollars beside yuan of one indicator are a series of their own."""
    yuan = {
        (s.indicator, s.region, s.period, s.measure)
        for s in statements
        if s.unit.endswith("元") and "美元" not in s.unit
    }
    for s in statements:
        if "美元" in s.unit and (s.indicator, s.region, s.period, s.measure) in yuan:
            s.variant = "美元计价"
    return statements
