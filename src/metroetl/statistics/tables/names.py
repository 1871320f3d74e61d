"""The indicator of a cell: from the label of its row, the heading of its column, both, or the caption."""

from __future__ import annotations

from collections.abc import Sequence

from metroetl.statistics.lexing.lexer import lex
from metroetl.statistics.tables.labels import Label, LabelReader
from metroetl.statistics.vocabulary.words import Vocabulary, clean_name

_LONGEST = 40
_HEADED = 0.95  # ends like an indicator, or takes the head of heading or row above
_FROM_CAPTION = 0.85
_SECTOR_ALONE = 0.75  # 工业 without a word of what of it


class NameFinder:
    """Finds names; `seen` are those of catalogue indicators met before the table: 销售额 means 商品房销售额."""

    def __init__(self, vocabulary: Vocabulary, labels: LabelReader, seen: Sequence[str]) -> None:
        self.vocabulary = vocabulary
        self.labels = labels
        self.seen = seen

    def find(self, row: Label, column: Label, topic: Label) -> tuple[str, float]:
        """Name and weight as evidence; '' where row and column contradict each other or say nothing."""
        heading = self._met(column.name) if self.labels.named(column.name) else ""
        if not row.name:
            if heading:
                return heading, _SECTOR_ALONE if self.is_sector(heading) else 1.0
            return topic.name, 0.9
        name = self._met(row.name)
        if self.labels.strong(name):
            other = heading and self.labels.strong(heading) and not column.derived
            if other and self.vocabulary.resolve(heading) != self.vocabulary.resolve(name):
                return "", 0.0
            return name, 1.0
        if self.vocabulary.head_of(clean_name(name)):
            return name, _HEADED
        if heading or topic.name:
            full = self.under(name, heading or topic.name)
            return ("", 0.0) if full == name else (full, _HEADED if heading else _FROM_CAPTION)
        return name, _SECTOR_ALONE if self.is_sector(name) else _FROM_CAPTION

    def under(self, name: str, parent: str) -> str:
        """A name without a head with that of the one it is part of: 工业 of 固定资产投资 is 工业投资."""
        cleaned = clean_name(name)
        if self.labels.strong(name) or self.vocabulary.head_of(cleaned) or not parent:
            return name
        tail = self.labels.tail(parent)
        whole = self.vocabulary.resolve(parent)[1] == "GDP"
        return name + tail if tail and (not whole or cleaned + tail in self.vocabulary.names) else name

    def is_sector(self, name: str) -> bool:
        """Whether a name is a sector without a word of what of it is meant: 工业, 第一产业."""
        cleaned = clean_name(name)
        if not cleaned or self.vocabulary.head_of(cleaned):
            return False
        tokens = lex(cleaned, 0, len(cleaned), self.vocabulary)
        return cleaned in self.vocabulary.weak or [t.kind for t in tokens] == ["name"]

    def plausible(self, name: str) -> bool:
        """Whether a name that the catalogue lacks can be an indicator of a region."""
        words = self.vocabulary.of_indicators
        if name.endswith(words.not_indicators) or any(w in name for w in words.firms):
            return False
        return len(name) <= _LONGEST and bool(self.vocabulary.head_of(name))

    def same(self, figure: str, derived: str) -> bool:
        """Whether a heading of growth or share (投资增速) can belong to that of a figure (投资额)."""
        if not figure or not derived or figure == derived:
            return True
        cleaned = clean_name(derived)
        return (cleaned.rstrip("额") or cleaned) in clean_name(figure) or self.vocabulary.resolve(
            figure
        ) == self.vocabulary.resolve(derived)

    def _met(self, name: str) -> str:
        """A bare head means the indicator with it that was met in the text before."""
        cleaned = clean_name(name)
        tail = cleaned.rstrip("额") if cleaned.endswith("投资额") else cleaned
        if not self.labels.strong(name) and self.vocabulary.head_of(tail) == tail:
            return next((s for s in self.seen if s.endswith(tail)), name)
        return name
