"""The numbers that Word sets itself in front of paragraphs (一、 （一） 1.): they carry the structure of a plan.

Levels, formats and counters follow ECMA-376 part 1, 17.9 (numbering).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
CHINESE = {"chineseCounting", "chineseCountingThousand", "ideographDigital", "japaneseCounting", "taiwaneseCounting"}  # fmt: skip
CIRCLED = {"decimalEnclosedCircle", "decimalEnclosedCircleChinese"}
DIGITS = "零一二三四五六七八九"
PLACE = re.compile(r"%([1-9])")
LEVELS = 9


@dataclass(frozen=True)
class Level:
    """How one level of a list counts: first number, format, and the text around it (`（%1）`)."""

    start: int = 1
    form: str = "decimal"
    text: str = ""


@dataclass
class Numbers:
    """Counts the automatic numbers of one Word file as its paragraphs pass by."""

    lists: dict[str, dict[int, Level]] = field(default_factory=dict)
    by_style: dict[str, tuple[str, int]] = field(default_factory=dict)
    counts: dict[str, list[int]] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, word: Any) -> Numbers:
        """The lists that a file (python-docx) defines; none where it has no numbering part."""
        numbers = cls()
        try:
            root = word.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return numbers
        kinds = {a.get(f"{W}abstractNumId", ""): _levels(a) for a in root.iter(f"{W}abstractNum")}
        for entry in root.iter(f"{W}num"):
            kind = entry.find(f"{W}abstractNumId")
            key = kind.get(f"{W}val", "") if kind is not None else ""
            if key in kinds:
                numbers.lists[entry.get(f"{W}numId")] = kinds[key]
                numbers.groups[entry.get(f"{W}numId")] = key
        for style in word.styles.element.iter(f"{W}style"):
            if found := _place(style):
                numbers.by_style[style.get(f"{W}styleId")] = found
        return numbers

    def next(self, paragraph: Any) -> str:
        """The number that Word shows in front of this paragraph; empty where it has none or only a bullet."""
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        inherited = self.by_style.get(style.get(f"{W}val")) if style is not None else None
        own = _place(paragraph)
        number, depth = own or inherited or ("0", 0)
        levels = self.lists.get(number)
        if levels is None or depth not in levels:
            return ""
        counts = self.counts.setdefault(self.groups[number], [0] * LEVELS)
        counts[depth] = counts[depth] + 1 if counts[depth] else levels[depth].start
        counts[depth + 1 :] = [0] * (LEVELS - depth - 1)
        if levels[depth].form in {"bullet", "none"}:
            return ""
        return PLACE.sub(lambda m: self._shown(levels, counts, int(m.group(1)) - 1), levels[depth].text)

    def _shown(self, levels: dict[int, Level], counts: list[int], depth: int) -> str:
        level = levels.get(depth, Level())
        return show_number(counts[depth] or level.start, level.form)


def _place(node: Any) -> tuple[str, int] | None:
    """List and depth of a paragraph or style; None where it names no list."""
    number = node.find(f"{W}pPr/{W}numPr/{W}numId")
    if number is None:
        return None
    depth = node.find(f"{W}pPr/{W}numPr/{W}ilvl")
    value = depth.get(f"{W}val", "0") if depth is not None else "0"
    return number.get(f"{W}val", "0"), min(int(value), LEVELS - 1) if value.isdecimal() else 0


def _levels(kind: Any) -> dict[int, Level]:
    found = {}
    for level in kind.iter(f"{W}lvl"):
        values = {n: level.find(f"{W}{n}") for n in ("start", "numFmt", "lvlText")}
        start, form, text = (n.get(f"{W}val", "") if n is not None else "" for n in values.values())
        depth = level.get(f"{W}ilvl", "")
        if depth.isdecimal() and int(depth) < LEVELS:
            found[int(depth)] = Level(int(start) if start.isdecimal() else 1, form or "decimal", text)
    return found


def show_number(number: int, form: str) -> str:
    """A number of a list as Word shows it: 一 for the Chinese formats, ① in a circle, a or A, else digits."""
    if form in CHINESE and 0 < number < 100:
        tens, ones = divmod(number, 10)
        if not tens:
            return DIGITS[ones]
        return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[ones] if ones else "")
    if form in CIRCLED and 0 < number <= 20:
        return chr(0x2460 + number - 1)
    if form in {"lowerLetter", "upperLetter"} and 0 < number <= 26:
        return chr((ord("a") if form == "lowerLetter" else ord("A")) + number - 1)
    return str(number)
