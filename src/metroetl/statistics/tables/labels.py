"""What row labels and column headings say: name, unit, place, time, and what kind of figure stands under them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from metroetl.statistics.lexing.lexer import lex
from metroetl.statistics.lexing.tokens import Token
from metroetl.statistics.tables.cells import UNIT_SET, is_year, strip_notes
from metroetl.statistics.vocabulary.periods import PERIOD, PeriodSpec, read_specs
from metroetl.statistics.vocabulary.wordlists import table_words
from metroetl.statistics.vocabulary.words import Vocabulary, clean_name

_LONGEST = 80
_BRACKET = re.compile(r"\(([^()]{1,30})\)")
_AMONG = re.compile(r"(?:其中|#)[:、,]?|(?:\+|-{1,3})(?=[\u4e00-\u9fff])")
_NUMBERING = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}[、.]|\((?:[一二三四五六七八九十]{1,3}|\d{1,2})\)|\d{1,2}(?:[、.](?!\d)|(?:\.\d{1,2}){1,2}(?=[\u4e00-\u9fff])))"
)
_UNIT_NOTE = re.compile(r"(?:计量)?单 ?位 ?: ?([^\s();；:]{1,24})")
_UNIT_MARKS = re.compile(r"[、,，/;；和]")
_TAIL = re.compile(r"[\s,，/:]([^\s,，/:()]{1,8})$")
_GROUPING = re.compile(r"(?:在[^:]{1,14}中|按[^:]{1,14}分(?:组|类)?|分[^:]{1,10}(?:看|组)?)[:]?")
_BASE = tuple("比较为占与")
_POINTS = re.compile(r"(?:增减|变化)?个?百分点")
_WHOLE = re.compile(r"占(?!年|全年|预算|计划|目标)([^占]{2,12}?)的?(?:比重|比例|份额)")
_AIM = re.compile(r"(?:预期|主要|发展|年度)目标|目标任务")
_DONE = re.compile(r"完成|执行|实现|进展")
_FILLERS = "的为较比与年月末:：、,，.．;；-/±%·“”\"'"
_UP = tuple("增升涨±+")
_ROLES = ("contribution", "average", "change", "completion", "rank", "target", "share")
_WHOLE_PREVIOUS = 4


@dataclass(slots=True)
class Label:
    """What a row label or heading says; `role` is the kind of figure, `reach` a month alone or the year to date.

    `second` is what a number in brackets behind the figure is: growth, share or rank; `whole` what a share is of.
    """

    name: str = ""
    qualifier: str = ""
    unit: str = ""
    place: Token | None = None
    specs: list[PeriodSpec] = field(default_factory=list)
    base: list[PeriodSpec] = field(default_factory=list)
    role: str = ""
    reach: str = ""
    second: str = ""
    basis: str = ""
    whole: str = ""
    growth: bool = False
    down: bool = False
    among: bool = False
    indent: int = 0

    @property
    def derived(self) -> bool:
        """True for figures that belong to another one beside or above them: growth, shares, ranks."""
        return self.growth or self.role in (
            "share",
            "rank",
            "contribution",
            "completion",
            "average",
            "change",
        )


def unit_of_note(text: str) -> list[str]:
    """The units that a note such as 单位：亿元、% names; empty where it has none."""
    match = _UNIT_NOTE.search(text)
    return [u for u in _UNIT_MARKS.split(match[1]) if u in UNIT_SET] if match else []


def is_grouping(text: str) -> bool:
    """Whether a label only says how the rows below are grouped: 按构成分, 分产业."""
    return _GROUPING.fullmatch(re.sub(r"\s", "", text)) is not None


class LabelReader:
    """Reads labels with the words of the catalogue; each text once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.words = table_words()
        self._exact = {
            **dict.fromkeys(self.words.plain + self.words.labels, ""),
            **dict.fromkeys(self.words.skip, "skip"),
            **dict.fromkeys(self.words.unit_heading, "unit_heading"),
        }
        self._sorted = {
            kind: sorted(getattr(self.words, kind), key=len, reverse=True)
            for kind in (*_ROLES, "growth", "down", "previous", "month", "cumulative")
        }
        self._read: dict[str, Label] = {}

    def read(self, text: str) -> Label:
        """The label of a text; the same object for the same text, not to be changed."""
        label = self._read.get(text)
        if label is None:
            label = self._read[text] = self._parse(text) if len(text) <= _LONGEST else Label()
        return label

    def strong(self, name: str) -> bool:
        """Whether a name alone is surely an indicator."""
        cleaned = clean_name(name)
        return cleaned in self.vocabulary.names and cleaned not in self.vocabulary.weak

    def named(self, name: str) -> bool:
        """Whether a name is known or ends like an indicator."""
        cleaned = clean_name(name)
        return cleaned in self.vocabulary.names or bool(self.vocabulary.head_of(cleaned))

    def tail(self, name: str) -> str:
        """The head that a name lends to its parts: 投资 of 固定资产投资, 增加值 of 地区生产总值 and its sectors."""
        code = self.vocabulary.resolve(name)[1] or ""
        if code == "GDP" or (code.startswith("VA") and clean_name(name) in self.vocabulary.weak):
            return "增加值"
        return self.vocabulary.lent_head(name)

    def merge(self, labels: Iterable[Label]) -> Label:
        """What several labels say together, the widest first: levels of a heading, labels of one row."""
        merged = Label()
        for label in labels:
            merged = Label(
                self._compose(merged.name, label.name),
                merged.qualifier + label.qualifier,
                label.unit or ("" if label.derived else merged.unit),
                label.place or merged.place,
                combine(merged.specs, label.specs),
                label.base or merged.base,
                label.role or merged.role,
                label.reach or merged.reach,
                label.second or merged.second,
                label.basis or merged.basis,
                label.whole or merged.whole,
                merged.growth or label.growth,
                merged.down or label.down,
                merged.among or label.among,
                max(merged.indent, label.indent),
            )
        return merged

    def topic(self, caption: str) -> Label:
        """What a caption says of the whole table: the one indicator, the one place, the times."""
        tokens = lex(caption, 0, len(caption), self.vocabulary)
        names = {str(t.data) for t in tokens if t.kind == "indicator"}
        places = [t for t in tokens if t.kind in ("region", "own")]
        bare = self.read(_UNIT_NOTE.sub("", caption))
        name = bare.name if self.named(bare.name) else ""
        if len(names) == 1:
            name = name if self.strong(name) else names.pop()
        elif names:
            name = ""
        place = places[0] if len({t.text for t in places}) == 1 else None
        aims = _AIM.search(caption) is not None and not _DONE.search(caption)
        specs = [s for m in PERIOD.finditer(caption) for s in read_specs(m)]
        role = "target" if aims else "share" if bare.role == "share" else ""
        return Label(name, place=place, specs=specs, role=role, growth=bare.growth, basis=bare.basis)

    def _parse(self, text: str) -> Label:
        label = Label()
        if note := unit_of_note(text):
            label.unit = next((u for u in note if u != "%"), note[0])
            text = _UNIT_NOTE.sub("", text)
        tail = _TAIL.search(text)
        if tail is not None and tail[1] in UNIT_SET:
            label.unit, text = tail[1], text[: tail.start()]
        body = re.sub(r"\s", "", strip_notes(text))
        for pattern in (_NUMBERING, _AMONG, _NUMBERING):
            if match := pattern.match(body):
                label.among = label.among or pattern is _AMONG
                body = body[match.end() :]
        for bracket in _BRACKET.finditer(body):
            self._bracket(bracket[1], label)
        body = _BRACKET.sub("", body).strip("()")
        if (role := self._exact.get(body)) is not None:
            label.role = label.role or role
            return label
        if label.role == "index" and not self.strong(body) and self.named(body.removesuffix("指数")):
            body = body.removesuffix("指数")
        if is_year(body):
            label.specs = [PeriodSpec(int(body[:4]), bare=True)]
            return label
        if self.strong(body):
            label.name = body
            return label
        self._said(body, label)
        return label

    def _bracket(self, text: str, label: Label) -> None:
        """What stands in brackets: unit, base of an index, time, prices, the second number, or a qualifier."""
        units = [u.lstrip("±") for u in _UNIT_MARKS.split(text)]
        if text in UNIT_SET or all(u in UNIT_SET for u in units):
            known = [text] if text in UNIT_SET else units
            label.unit = next((u for u in known if u != "%"), known[0])
        elif "=100" in text:
            label.role = "index" if text.startswith(("上年", "去年")) else "change"
        elif (match := PERIOD.fullmatch(text)) is not None:
            label.specs = read_specs(match)
        elif self._prices(text):
            label.basis = self._prices(text)
        elif any(w in text for w in self.words.rank):
            label.second = "rank"
        elif any(w in text for w in self.words.growth) or "±" in text:
            label.second = "growth"
        elif any(w in text for w in self.words.share):
            label.second = "share"
        else:
            label.qualifier += text

    def _prices(self, text: str) -> str:
        if any(w in text for w in self.words.real):
            return "real"
        return "nominal" if any(w in text for w in self.words.nominal) else ""

    def _said(self, body: str, label: Label) -> None:
        """Role, growth, reach, time and place out of a text; what is left is the name."""
        label.basis = label.basis or self._prices(body)
        if match := _POINTS.search(body):
            label.unit = "百分点"
            label.growth = match.group()[0] in "增变" or "同比" in body
            body = body.replace(match.group(), "", 1)
        if "±" in body:
            label.growth = True
        if match := _WHOLE.search(body):
            label.role, label.whole, body = "share", match[1], body.replace(match.group(), "", 1)
        for role in _ROLES:
            word = self._word(role, body)
            if word and not label.role:
                label.role, body = role, body.replace(word, "", 1)
        body = self._growth(body, label)
        body = self._reach(body, label)
        body = self._times(body, label)
        label.place, body = self._place(body)
        if body.endswith("%"):
            label.unit = label.unit or "%"
        body = body.strip(_FILLERS)
        label.name = "" if body in self._exact else body

    def _word(self, kind: str, body: str) -> str:
        return next((w for w in self._sorted[kind] if w in body), "")

    def _growth(self, body: str, label: Label) -> str:
        """Words of growth out; 下降 without a word of the other direction says that a positive figure is a decline."""
        if self.strong(body):
            return body
        label.down = bool(self._word("down", body)) and not any(mark in body for mark in _UP)
        for kind in ("growth", "down"):
            while (kind == "growth" or label.down) and not self.strong(body):
                word = self._word(kind, body)
                if not word:
                    break
                label.growth, body = True, body.replace(word, "", 1)
        return body

    def _reach(self, body: str, label: Label) -> str:
        for kind in ("previous", "cumulative", "month"):
            word = self._word(kind, body)
            if not word or self.strong(body) or (kind == "previous" and label.growth):
                continue
            if kind == "previous" and len(word) < _WHOLE_PREVIOUS and body.strip(_FILLERS) != word:
                continue
            if kind == "previous":
                label.role = label.role or kind
            else:
                label.reach = label.reach or kind
            body = body.replace(word, "", 1)
        return body

    def _times(self, body: str, label: Label) -> str:
        for match in PERIOD.finditer(body):
            specs = read_specs(match)
            if label.derived and body[max(0, match.start() - 1) : match.start()] in _BASE and match.start():
                label.base = specs
            else:
                label.specs = combine(label.specs, specs)
                if specs and specs[0].same:
                    label.role = label.role or "previous"
        return PERIOD.sub("", body)

    def _place(self, body: str) -> tuple[Token | None, str]:
        """The place that a label is, or begins with (成都市地区生产总值)."""
        words = self.vocabulary
        total = next((t for t in self.words.totals if body.endswith(t) and body != t), "")
        if total and (found := self._place(body.removesuffix(total)))[0] is not None:
            return found
        for name, forms in words.of_regions.table_regions.items():
            if body in forms:
                return Token("region", 0, 0, body, name), ""
        if body in words.regions or body in words.region_groups:
            return Token("region", 0, 0, body, words.region_groups.get(body)), ""
        if body in words.of_regions.own:
            return Token("own", 0, 0, body), ""
        if body in words.of_regions.collective:
            return Token("collective", 0, 0, body), ""
        if body in words.circles:
            return Token("region", 0, 0, body, body), ""
        tokens = lex(body, 0, len(body), words) if len(body) > 4 else []
        if tokens and tokens[0].kind in ("region", "own") and self.named(body[tokens[0].end :]):
            return tokens[0], body[tokens[0].end :]
        return None, body

    def _compose(self, wide: str, narrow: str) -> str:
        """The name that two labels make: 社会消费品 over 零售总额, 商品房 over 销售额, 进出口 over 出口."""
        if not wide or not narrow or wide == narrow:
            return narrow or wide
        if clean_name(wide + narrow) in self.vocabulary.names:
            return wide + narrow
        head = self.vocabulary.head_of(clean_name(narrow))
        if self.strong(narrow) or (head and head != clean_name(narrow)):
            return narrow
        if head and clean_name(wide).endswith(head):
            return wide
        if head:
            return (
                narrow if self.strong(wide) and clean_name(narrow) in self.vocabulary.names else wide + narrow
            )
        tail = self.tail(wide)
        return narrow + tail if tail and clean_name(narrow + tail) in self.vocabulary.names else narrow


def combine(wide: list[PeriodSpec], narrow: list[PeriodSpec]) -> list[PeriodSpec]:
    """Times of two labels: a part of a year (1-6月) takes the year of the other (2024年)."""
    if not wide or not narrow:
        return narrow or wide
    for part, year in ((narrow[0], wide[0]), (wide[0], narrow[0])):
        if (
            part.year is None
            and part.relative is None
            and (year.year is not None or year.relative is not None)
        ):
            return [replace(part, year=year.year, relative=year.relative)]
    return narrow
