"""Tables: each number read through the labels of its row and the tree of its column headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from metroetl.statistics.grammar.context import Place, Scope
from metroetl.statistics.grammar.frames import Frame
from metroetl.statistics.lexing.normalise import normalise
from metroetl.statistics.lexing.tokens import Token
from metroetl.statistics.tables.cells import Value, is_year
from metroetl.statistics.tables.figures import figure_family, figure_unit
from metroetl.statistics.tables.grid import Grid, Part, Row, Slot, distinct, header_rows, parts
from metroetl.statistics.tables.labels import Label, LabelReader, combine, unit_of_note
from metroetl.statistics.tables.names import NameFinder
from metroetl.statistics.tables.rows import RowLabels
from metroetl.statistics.vocabulary.periods import Period, month_end
from metroetl.statistics.vocabulary.words import Vocabulary

_SECOND = re.compile(r"括[号弧][内中里]?[^。；]{0,8}?(增|同比|比上年|%|位次|排名|排位|占比|比重)")
_RANKS = ("位次", "排名", "排位")
_DOLLARS = "美元"
_SHARES = ("占比", "比重")
_FRACTION = 0.6  # growth of 0.052 in each row may be 5.2% without its format
_SUM = 0.75  # 合计 may be of the rows above only


class TableReader:
    """Reads the numbers of a grid in the scope of its document."""

    def __init__(self, vocabulary: Vocabulary, scope: Scope, seen: Sequence[str]) -> None:
        self.vocabulary = vocabulary
        self.scope = scope
        self.labels = LabelReader(vocabulary)
        self.names = NameFinder(vocabulary, self.labels, seen)
        self.topic = Label()
        self.units: list[str] = []
        self.second = ""

    def read(self, grid: Grid, caption: str = "", unit_note: str = "") -> Iterator[tuple[Frame, Slot]]:
        """Frames with the cell of each."""
        if not grid or header_rows(grid) >= len(grid):
            return
        caption, unit_note = normalise(caption).text, normalise(unit_note).text
        self.units = unit_of_note(unit_note if "单" in unit_note else f"单位:{unit_note}") or unit_of_note(
            caption
        )
        self.topic = self.labels.topic(caption)
        self.second = _second_number(
            [caption, *(s.text for row in grid for s in distinct(row) if len(s.text) > 6)]
        )
        self.scope.enter_paragraph()
        self.scope.mention(self.topic.specs[:1], [], opening=True)
        for part in parts(grid, self._is_heading, self._is_label):
            yield from _PartReader(self, part).read()

    def _is_heading(self, text: str) -> bool:
        label = self.labels.read(text)
        said = bool(label.role or label.reach or label.specs or label.growth)
        return said or (not label.name and label.place is None) or bool(label.unit and len(label.name) < 5)

    def _is_label(self, text: str) -> bool:
        return re.sub(r"\s|\([^()]*\)", "", text) in self.labels.words.labels


class _PartReader:
    """Reads one part of a table, row by row."""

    def __init__(self, table: TableReader, part: Part) -> None:
        self.table = table
        self.vocabulary, self.labels, self.scope = table.vocabulary, table.labels, table.scope
        self.part = part
        self.columns = {c: self._heading(c) for c in part.columns}
        noted = next((self.columns[c].unit for c in part.labels if self.columns[c].unit), "")
        self.noted = table.units or ([noted] if noted else [])
        self._lend_headings()
        skipped = frozenset(c for c in part.columns if self.columns[c].role == "skip")
        self.rows = RowLabels(table.labels, table.names, part, skipped)
        self.fractions = {c for c in part.columns if self.columns[c].growth and self._is_fraction(c)}

    def read(self) -> Iterator[tuple[Frame, Slot]]:
        """Frames of the part with their cells."""
        for row in self.part.rows:
            slots = distinct([row[c] for c in self.part.columns])
            if not slots or self.rows.is_note(slots[0].text):
                continue
            if all(s.column in self.part.labels or s.empty or s.value is None for s in slots):
                self.rows.open(row, slots)
            elif (label := self.rows.label(row)) is not None:
                yield from self._figures(row, label)

    def _figures(self, row: Row, label: Label) -> Iterator[tuple[Frame, Slot]]:
        last: Slot | None = None
        for c in self.part.columns:
            slot = row[c]
            if slot is None or slot is last or c in self.part.labels or slot.value is None:
                continue
            last = slot
            column = self.columns[c]
            if column.role == "skip" or (slot.column == 0 and is_year(slot.text)):
                continue
            if frame := self._frame(slot, slot.value, label, column):
                yield frame, slot
            second = column.second or label.second or self.table.second
            if slot.value.second is not None and second:
                role, growth = ("", True) if second == "growth" else (second, False)
                behind = replace(column, role=role, growth=growth, unit="%")
                if frame := self._frame(slot, slot.value.second, label, behind):
                    yield frame, slot

    def _frame(self, slot: Slot, value: Value, row: Label, column: Label) -> Frame | None:
        topic = self.table.topic
        name, weight = self.table.names.find(row, column, topic)
        resolved, code, known = self.vocabulary.look_up(name)
        if not name or not (known or self.table.names.plausible(resolved)):
            return None
        both = self.labels.merge([replace(topic, name=""), replace(column, name=""), replace(row, name="")])
        both.role = row.role or column.role or topic.role
        both.growth = row.growth or column.growth
        unit = self._unit_of(both, value, row, column, resolved, code)
        both.growth = both.growth or (topic.growth and not both.role and unit == "%")
        predicate = figure_family(self.vocabulary, both, value, unit, resolved, code)
        if predicate is None or (predicate.family == "level" and not unit and code is None):
            return None
        place, place_weight = self._place(row, column)
        if place.name in self.vocabulary.of_regions.collective:
            return None
        period, period_weight, origin = self._period(row, column, both)
        if both.base and not self.scope.is_year_before(both.base[-1], period):
            predicate.kind = "change"
        if predicate.kind == "previous" and period is not None and not _dated(row, column):
            period = _year_before(period)
        weights = {"name": weight, "place": place_weight, f"table:{origin}": period_weight}
        if slot.column in self.fractions:
            weights["value:fraction"] = _FRACTION
        number = Token("number", slot.start, slot.end, value.digits, unit=unit)
        falls = both.down and not value.moves and "降" not in resolved and value.value > 0
        resolved, code = self.vocabulary.ratio(resolved, predicate.whole) or (resolved, code)
        return Frame(
            predicate,
            resolved,
            code,
            place,
            period,
            number,
            -value.value if falls else value.value,
            slot.start,
            printed=name + row.qualifier + column.qualifier,
            weights=weights,
        )

    def _unit_of(
        self, both: Label, value: Value, row: Label, column: Label, name: str, code: str | None
    ) -> str:
        """The unit of a figure; growth has that of its own label, not of the amount that grows."""
        said = [value.unit, column.unit, row.unit, self.rows.section.unit]
        if both.growth:
            said = [value.unit, column.unit if column.derived else row.unit]
        return figure_unit(self.vocabulary, both, value, [u for u in said if u], self.noted, name, code)

    def _place(self, row: Label, column: Label) -> tuple[Place, float]:
        token = row.place or column.place or self.rows.section.place or self.table.topic.place
        place, weight = self.scope.region(token, national=False)
        total = token is not None and token.text in self.labels.words.totals
        return place, _SUM if total and not place.collective else weight

    def _period(self, row: Label, column: Label, both: Label) -> tuple[Period | None, float, str]:
        section = self.rows.section
        specs = combine(section.specs, combine(column.specs, row.specs))
        period, weight, origin = self.scope.period(specs[0] if specs else None)
        reach = both.reach or section.reach
        if period is None or (specs and not specs[0].bare):
            return period, weight, origin
        if reach == "month":
            return Period(period.end.replace(day=1), period.end, "month"), weight, origin
        return (period.to_date() if reach == "cumulative" else period), weight, origin

    def _heading(self, column: int) -> Label:
        """The heading of a column: each level adds what it says."""
        levels: list[Slot] = []
        for row in self.part.heads:
            slot = row[column]
            if slot is not None and slot.text and (not levels or slot is not levels[-1]):
                levels.append(slot)
        return self.labels.merge(self.labels.read(s.text) for s in levels)

    def _lend_headings(self) -> None:
        """Growth, shares and ranks take name, time and place of the figure on their left, where they have none."""
        since: list[Label] = []
        closed = True
        for c in self.part.columns:
            label = self.columns[c]
            if c in self.part.labels or c in self.part.units or label.role in ("skip", "unit_heading"):
                continue
            if label.derived:
                closed = True
                if own := self._figures_of(label, since):
                    self.columns[c] = self._lent(label, own)
                continue
            if since and not label.name and label.role in ("previous", "target"):
                label = self.columns[c] = replace(label, name=since[-1].name)
            elif since and self.table.names.is_sector(label.name):
                label = self.columns[c] = replace(
                    label, name=self.table.names.under(label.name, since[-1].name)
                )
            since = [label] if closed else [*since, label]
            closed = False

    def _figures_of(self, label: Label, before: list[Label]) -> list[Label]:
        """The columns before a heading of growth that it belongs to: of its name, else of the nearest one's."""
        exact = [s for s in before if s.name == label.name]
        if label.name and exact:
            return exact
        nearest = next((s for s in reversed(before) if self.table.names.same(s.name, label.name)), None)
        return [s for s in before if nearest is not None and s.name == nearest.name]

    def _lent(self, label: Label, figures: list[Label]) -> Label:
        """The label with what it lacks from the latest of the figures (2023年, 2024年, 增长).

        Growth in dollars beside that in yuan is left out: one measure can't keep the two apart.
        """
        latest = max(figures, key=lambda s: (s.role != "previous", s.specs[0].year or 0 if s.specs else 0))
        yuan = any(s.unit.endswith("元") and _DOLLARS not in s.unit for s in self.columns.values())
        return replace(
            label,
            name=latest.name or label.name,
            specs=label.specs or latest.specs,
            reach=label.reach or latest.reach,
            place=label.place or latest.place,
            role="skip" if label.growth and yuan and _DOLLARS in latest.unit else label.role,
        )

    def _is_fraction(self, column: int) -> bool:
        """Whether all growth of a column is below 1 with three decimals: fractions that lost their format."""
        values = [s.value for row in self.part.rows if (s := row[column]) is not None and s.value is not None]
        small = len(values) > 1 and all(abs(v.value) < 1 and not v.unit for v in values)
        return small and any(len(v.digits.partition(".")[2]) > 2 for v in values)


def _dated(row: Label, column: Label) -> bool:
    return any(s.year is not None or s.relative or s.same for s in (*row.specs, *column.specs))


def _year_before(period: Period) -> Period:
    last = month_end(period.end.year - 1, period.end.month)
    return Period(last if period.point else period.start.replace(year=last.year), last, period.accumulation)


def _second_number(texts: list[str]) -> str:
    """What captions, headings and notes say of the numbers in brackets."""
    found = next((m[1] for t in texts if (m := _SECOND.search(t))), "")
    if not found:
        return ""
    return "rank" if found in _RANKS else "share" if found in _SHARES else "growth"
