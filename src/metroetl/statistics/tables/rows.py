"""The labels of a table's rows: what each says, and what it takes from the rows that it belongs to."""

from __future__ import annotations

import re
from dataclasses import replace

from metroetl.statistics.lexing.tokens import Token
from metroetl.statistics.tables.cells import UNIT_SET
from metroetl.statistics.tables.grid import Part, Row, Slot, distinct
from metroetl.statistics.tables.labels import Label, LabelReader, combine, is_grouping
from metroetl.statistics.tables.names import NameFinder
from metroetl.statistics.vocabulary.periods import PeriodSpec

_AREA = re.compile(r".{1,9}(?:[区县市州盟旗]|开发区|新区)")
_MONTHS = frozenset({"月份", "月"})
_MONTH = re.compile(r"(?:1[0-2]|[1-9])")
_NOTE_END = re.compile(r"[:.、\d]")


class RowLabels:
    """Walks the rows of a part; `section` is what rows without figures said for those below."""

    def __init__(self, labels: LabelReader, names: NameFinder, part: Part, skipped: frozenset[int]) -> None:
        self.labels = labels
        self.names = names
        self.part = part
        self.section = Label()
        self._columns = sorted(part.labels - skipped)
        self._months = {
            c
            for c in part.labels
            if any((s := row[c]) is not None and s.text in _MONTHS for row in part.heads)
        }
        self._above: list[Label] = []  # the rows that a row may belong to, widest first
        self._year: list[PeriodSpec] = []
        self._grouped = False
        self._pending = ""
        self._regional = self._is_regional()

    def is_note(self, text: str) -> bool:
        """Whether a row speaks about the table: 注：…, 资料来源：…."""
        head = _NOTE_END.split(text.strip("*#()"), maxsplit=1)[0].strip()
        return head in self.labels.words.notes and head != text

    def open(self, row: Row, slots: list[Slot]) -> None:
        """A row without figures: it groups the rows below, or says their place, time or head."""
        text = next((t for t in self._texts(row) if t), slots[0].text)
        self._pending = text if len(slots) == 1 else ""
        if is_grouping(text):
            self._grouped = True
            return
        label = replace(self.labels.read(text), indent=slots[0].indent)
        if len(slots) > 1:
            self._stand(self._belonging(label, _unit(slots)))
            return
        if label.place or label.specs or label.unit or label.reach:
            self.section = Label(
                place=label.place or self.section.place,
                specs=label.specs or self.section.specs,
                unit=label.unit,
                reach=label.reach,
            )
        if label.name and self.labels.named(label.name):
            self._stand(label)
        elif not label.among:
            self._above, self._grouped = [], False

    def label(self, row: Row) -> Label | None:
        """What the labels of a row with figures say together; None for rows that can't be read."""
        texts = [t for t in self._texts(row) if t]
        said = [self.labels.read(t) for t in texts]
        if self._regional:
            said = [self._area(s) for s in said]
            if any(s.role == "skip" for s in said):
                return None
        label = self.labels.merge(said)
        whole = self._pending + label.name
        if self._pending and label.name and not self.labels.strong(label.name) and self.labels.strong(whole):
            label.name = whole
        self._pending = ""
        first = next((s for c in self._columns if (s := row[c]) is not None and s.text), None)
        label.indent = first.indent if first is not None else 0
        label = self._belonging(label, _unit([s for c in self.part.units if (s := row[c]) is not None]))
        if label.specs:
            label.specs = combine(self._year, label.specs)
            self._year = [s for s in label.specs if s.year is not None] or self._year
        if label.name and not label.derived:
            self._stand(label)
        return label

    def _texts(self, row: Row) -> list[str]:
        texts = []
        last: Slot | None = None
        for column in self._columns:
            slot = row[column]
            if slot is not None and slot is not last:
                month = column in self._months and _MONTH.fullmatch(slot.text)
                texts.append(f"{slot.text}月" if month else slot.text)
            last = slot
        return texts

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

    def _belonging(self, label: Label, unit: str) -> Label:
        """The label with what it takes from the rows above: the name of growth, head and unit of a part."""
        label = replace(label, unit=unit or label.unit)
        last = self._above[-1] if self._above else None
        if last is not None and not label.name and label.derived and _place(label) in ("", _place(last)):
            label.name, label.place, label.qualifier = last.name, last.place, last.qualifier
            label.specs = label.specs or last.specs
            return label
        parent = self._parent(label)
        if parent is not None and label.name:
            label.name = self.names.under(label.name, parent.name)
            label.unit = label.unit or parent.unit
        return label

    def _parent(self, label: Label) -> Label | None:
        """The row that a row is part of: the last with less indent; without indents the last that isn't 其中."""
        if label.indent:
            return next((a for a in reversed(self._above) if a.indent < label.indent), None)
        if label.among or (self._grouped and not self.labels.strong(label.name)):
            return next((a for a in reversed(self._above) if not a.among and not a.indent), None)
        near = self._above[-1] if self._above and self.names.is_sector(label.name) else None
        return near if near and self.labels.tail(near.name) in self.labels.words.sectored else None

    def _stand(self, label: Label) -> None:
        """Keep a row for those that may belong to it."""
        apart = not label.indent and not label.among
        if apart and (not self._grouped or self.labels.strong(label.name)):
            self._above, self._grouped = [], False
        while self._above and label.indent and self._above[-1].indent >= label.indent:
            self._above.pop()
        self._above.append(label)

    def _is_regional(self) -> bool:
        """Whether the rows are labelled by places, sums aside."""
        said = [
            self.labels.read(s.text)
            for row in self.part.rows
            for s in distinct([row[c] for c in self._columns])
        ]
        rows = [s for s in said if s.name not in self.labels.words.totals]
        places = sum(s.place is not None for s in rows)
        return places > 1 and places * 2 >= len(rows)


def _unit(slots: list[Slot]) -> str:
    return next((s.text for s in slots if s.text in UNIT_SET), "")


def _place(label: Label) -> str:
    return label.place.text if label.place is not None else ""
