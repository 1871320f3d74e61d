"""Tables: each number read through the labels of its row and the tree of its column headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from metroetl.statistics.context import Place, Scope
from metroetl.statistics.grammar import Frame
from metroetl.statistics.lexer import Token
from metroetl.statistics.normalise import normalise
from metroetl.statistics.periods import Period, month_end
from metroetl.statistics.table_cells import UNIT_SET, Value, is_year
from metroetl.statistics.table_figures import figure_family, figure_unit
from metroetl.statistics.table_grid import Grid, Part, Row, Slot, distinct, header_rows, parts
from metroetl.statistics.table_labels import (
    Label,
    LabelReader,
    combine,
    is_grouping,
    month_label,
    unit_of_note,
)
from metroetl.statistics.table_names import NameFinder
from metroetl.statistics.words import Vocabulary

_SECOND = re.compile(r"括[号弧][内中里]?[^。；]{0,8}?(增|同比|比上年|%|位次|排名|排位|占比|比重)")
_FRACTION = 0.6  # growth of 0.052 in each row may be 5.2% without its format
_SUM = 0.75  # 合计 may be of the rows above only
_AREA = re.compile(r".{1,9}(?:[区县市州盟旗]|开发区|新区)")


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
        self.scope.enter_paragraph(table=True)
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
        for c in part.labels:
            if unit := self.columns[c].unit:
                table.units = table.units or [unit]
        self._lend_headings()
        self.section = Label()
        self.above: list[Label] = []  # the rows that a row may belong to, widest first
        self.grouped = False
        self.regional = self._is_regional()
        self.fractions = {c for c in part.columns if self.columns[c].growth and self._is_fraction(c)}

    def read(self) -> Iterator[tuple[Frame, Slot]]:
        """Frames of the part with their cells."""
        pending = ""
        for row in self.part.rows:
            slots = distinct([row[c] for c in self.part.columns])
            if not slots or self._is_note(slots[0].text):
                continue
            figures = [
                s for s in slots if s.column not in self.part.labels and not s.empty and s.value is not None
            ]
            texts = [self._label_text(row, c) for c in sorted(self.part.labels)]
            if not figures:
                pending = self._open(slots, texts)
                continue
            label = self._row_label(row, texts, pending)
            pending = ""
            if label is not None:
                yield from self._figures(row, label)

    def _label_text(self, row: Row, column: int) -> str:
        slot = row[column]
        if slot is None or self.columns[column].role == "skip" or (column and slot is row[column - 1]):
            return ""
        heading = self.columns[column]
        return month_label(slot.text) if heading.name == "" and slot.text.isdecimal() else slot.text

    def _open(self, slots: list[Slot], texts: list[str]) -> str:
        """A row without figures: it groups the rows below, or says their place, time or head."""
        text = next((t for t in texts if t), slots[0].text)
        if is_grouping(text):
            self.grouped = True
            return ""
        label = self.labels.read(text)
        if len(slots) > 1:
            label = self._own_row(replace(label, indent=slots[0].indent), self._unit([s.text for s in slots]))
            self._stand(label)
            return ""
        if label.place or label.specs or label.unit or label.reach:
            self.section = Label(
                place=label.place or self.section.place,
                specs=label.specs or self.section.specs,
                unit=label.unit,
                reach=label.reach,
            )
        if label.name and self.labels.named(label.name):
            self._stand(replace(label, indent=slots[0].indent))
        elif not label.among:
            self.above, self.grouped = [], False
        return text

    def _row_label(self, row: Row, texts: list[str], pending: str) -> Label | None:
        """What the labels of a row say together; None for rows that can't be read."""
        said = [self.labels.read(t) for t in texts if t]
        if self.regional and any(s.name and s.place is None for s in said):
            said = [self._area(s) for s in said]
            if any(s.role == "skip" for s in said):
                return None
        label = self.labels.merge(said)
        if (
            pending
            and label.name
            and not self.labels.strong(label.name)
            and self.labels.strong(pending + texts[0])
        ):
            label.name = pending + label.name
        first = next((s for c in sorted(self.part.labels) if (s := row[c]) is not None and s.text), None)
        label.indent = first.indent if first is not None else 0
        label = self._own_row(
            label, self._unit([s.text for c in self.part.units if (s := row[c]) is not None])
        )
        if label.name and not label.derived:
            self._stand(label)
        return label

    def _area(self, label: Label) -> Label:
        """A row among rows of places: an area without a code, or the sum of the others."""
        if not label.name or label.place is not None:
            return label
        if label.name in self.labels.words.totals:
            return replace(label, name="", place=Token("own", 0, 0, label.name))
        if self.labels.named(label.name):
            return label
        if _AREA.fullmatch(label.name):
            return replace(label, name="", place=Token("region", 0, 0, label.name))
        return Label(role="skip")

    def _own_row(self, label: Label, unit: str) -> Label:
        """The label with what it takes from the rows above: head and unit of the one that it is part of."""
        label = replace(label, unit=unit or label.unit)
        last = self.above[-1] if self.above else None
        if (
            last is not None
            and not label.name
            and label.derived
            and _place_name(label) in ("", _place_name(last))
        ):
            return replace(
                label,
                name=last.name,
                place=last.place,
                specs=label.specs or last.specs,
                qualifier=last.qualifier,
            )
        parent = self._parent(label)
        if parent is not None and label.name:
            label.name = self.table.names.under(label.name, parent.name)
            label.unit = label.unit or parent.unit
        return label

    def _parent(self, label: Label) -> Label | None:
        """The row that a row is part of: the last with less indent; without indents the last that isn't 其中."""
        if label.indent:
            return next((a for a in reversed(self.above) if a.indent < label.indent), None)
        if label.among or (self.grouped and not self.labels.strong(label.name)):
            return next((a for a in reversed(self.above) if not a.among and not a.indent), None)
        return self.above[-1] if self.above and self.table.names.is_sector(label.name) else None

    def _stand(self, label: Label) -> None:
        if not label.indent and not label.among and not self.grouped:
            self.above = []
        if self.grouped and self.labels.strong(label.name) and not label.indent and not label.among:
            self.above, self.grouped = [], False
        while self.above and label.indent and self.above[-1].indent >= label.indent:
            self.above.pop()
        self.above.append(label)

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
                behind = replace(
                    column, role="" if second == "growth" else second, growth=second == "growth", unit="%"
                )
                if frame := self._frame(slot, slot.value.second, label, behind):
                    yield frame, slot

    def _frame(self, slot: Slot, value: Value, row: Label, column: Label) -> Frame | None:
        names = self.table.names
        name, weight = names.find(row, column, self.table.topic)
        resolved, code, known = self.vocabulary.look_up(name)
        if not name or not (known or names.plausible(resolved)):
            return None
        both = self.labels.merge([replace(column, name=""), replace(row, name="")])
        both.role = row.role or column.role
        units = [value.unit, column.unit, row.unit, self.section.unit, *self.table.units]
        unit = figure_unit(self.vocabulary, both, value, units, resolved, code)
        both.growth = both.growth or (self.table.topic.growth and not both.role and unit == "%")
        predicate = figure_family(self.vocabulary, both, value, unit, resolved, code)
        if predicate is None or (predicate.family == "level" and not unit and code is None):
            return None
        place, place_weight = self._place(row, column)
        if place.name in self.vocabulary.of_regions.collective:
            return None
        period, period_weight, origin = self._period(row, column, both)
        if both.base and not self.scope.is_year_before(both.base[-1], period):
            predicate.kind = "change"
        if predicate.kind == "previous" and period is not None and not self._dated(row, column):
            period = _year_before(period)
        unit = "%" if predicate.family in ("yoy", "share") and unit not in ("倍", "‰") else unit
        number = Token(
            "number", slot.start, slot.end, value.digits, unit="" if predicate.family == "rank" else unit
        )
        sign = -1 if both.down and "降" not in resolved and not value.moves else 1
        weights = {"name": weight, "place": place_weight, f"table:{origin}": period_weight}
        if slot.column in self.fractions:
            weights["value:fraction"] = _FRACTION
        resolved, code = self.vocabulary.ratio(resolved, predicate.whole) or (resolved, code)
        return Frame(
            predicate,
            resolved,
            code,
            place,
            period,
            number,
            value.value if value.value < 0 else value.value * sign,
            slot.start,
            printed=name + row.qualifier + column.qualifier,
            weights=weights,
        )

    def _place(self, row: Label, column: Label) -> tuple[Place, float]:
        token = row.place or column.place or self.section.place or self.table.topic.place
        place, weight = self.scope.region(token, national=False)
        total = token is not None and token.text in self.labels.words.totals
        return place, _SUM if total and not place.collective else weight

    def _dated(self, row: Label, column: Label) -> bool:
        return any(s.year is not None or s.relative or s.same for s in (*row.specs, *column.specs))

    def _period(self, row: Label, column: Label, both: Label) -> tuple[Period | None, float, str]:
        specs = combine(self.section.specs, combine(column.specs, row.specs))
        period, weight, origin = self.scope.period(specs[0] if specs else None)
        reach = both.reach or self.section.reach
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
            if not label.derived:
                since = [label] if closed else [*since, label]
                closed = False
                continue
            closed = True
            if own := self._figures_of(label, since):
                self.columns[c] = _lent(label, own)

    def _figures_of(self, label: Label, before: list[Label]) -> list[Label]:
        """The columns before a heading of growth that it belongs to: of its name, else of the nearest one's."""
        exact = [s for s in before if s.name == label.name]
        if label.name and exact:
            return exact
        nearest = next((s for s in reversed(before) if self.table.names.same(s.name, label.name)), None)
        return [s for s in before if nearest is not None and s.name == nearest.name]

    def _unit(self, texts: list[str]) -> str:
        return next((t for t in texts if t in UNIT_SET), "")

    def _is_note(self, text: str) -> bool:
        head = re.split(r"[:：.、\d]", text.strip("*#()"), maxsplit=1)[0].strip()
        return head in self.labels.words.notes and head != text

    def _is_fraction(self, column: int) -> bool:
        """Whether all growth of a column is below 1 with three decimals: fractions that lost their format."""
        values = [s.value for row in self.part.rows if (s := row[column]) is not None and s.value is not None]
        small = len(values) > 1 and all(abs(v.value) < 1 and not v.unit for v in values)
        return small and any(len(v.digits.partition(".")[2]) > 2 for v in values)

    def _is_regional(self) -> bool:
        """Whether the rows are labelled by places, sums aside."""
        said = [
            self.labels.read(s.text)
            for row in self.part.rows
            for c in self.part.labels
            if (s := row[c]) is not None and s.text and not s.empty
        ]
        rows = [s for s in said if s.name not in self.labels.words.totals]
        places = sum(s.place is not None for s in rows)
        return places > 1 and places * 2 >= len(rows)


def _place_name(label: Label) -> str:
    return label.place.text if label.place is not None else ""


def _lent(label: Label, figures: list[Label]) -> Label:
    """The label with what it lacks from the latest of the figures (2023年, 2024年, 增长)."""
    latest = max(figures, key=lambda s: (s.role != "previous", s.specs[0].year or 0 if s.specs else 0))
    return replace(
        label,
        name=latest.name if not label.name or latest.name else label.name,
        specs=label.specs or latest.specs,
        reach=label.reach or latest.reach,
        place=label.place or latest.place,
    )


def _year_before(period: Period) -> Period:
    last = month_end(period.end.year - 1, period.end.month)
    return Period(last if period.point else period.start.replace(year=last.year), last, period.accumulation)


def _second_number(texts: list[str]) -> str:
    """What captions, headings and notes say of the numbers in brackets."""
    found = next((m[1] for t in texts if (m := _SECOND.search(t))), "")
    if not found:
        return ""
    if found in ("位次", "排名", "排位"):
        return "rank"
    return "share" if found in ("占比", "比重") else "growth"
