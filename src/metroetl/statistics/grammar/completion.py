"""Names in full: the head, owner or partner that governs a name that has none of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from metroetl.statistics.grammar.pairing import join
from metroetl.statistics.grammar.predicates import Predicate
from metroetl.statistics.grammar.subjects import Subject
from metroetl.statistics.lexing.tokens import Token
from metroetl.statistics.vocabulary.periods import PeriodSpec
from metroetl.statistics.vocabulary.units import COUNTS, is_percent
from metroetl.statistics.vocabulary.words import Vocabulary, clean_name

COMPLETED = 0.9
UNSURE = 0.75
NO_HEAD = 0.7
TRADE = ("出口", "进口", "进出口")
_LONGEST = 40
_COMPLETED_UNKNOWN = 0.8
_OUTPUT = "产量"  # of products, each with a unit of its own
_FIRMS = "规模以上工业企业"
_FIRMS_SHORT = ("规模以上工业企业", "工业企业")
_PARTNERED = ("对", "自", "与")
_INDUSTRIES = ("业", "产业", "行业", "制造")
_UNITS_OF_THINGS = ("户", "万户", "公里", "米", "度", "台", "块")
_SHORTEST, _LONGEST_UNKNOWN = 2, 14
_NO_NAME = re.compile(r"^[以据对要处年约比其该等在从由为被把将向有共即能可]|[≥≤≧却能会]|可以|如果")
_GENERIC = ("贷款余额", "存款余额")  # after 人民币各项贷款余额 they are of the same currency
_CURRENCIES = ("人民币", "外币", "外汇")
_PROFIT = ("利润总额", "利润")  # of industrial firms, where nobody else was named
_SEVERAL = ("上述", "三者", "两者", "四者", "者")
_SERVICES = "服务"
_REGISTERED = "户籍"
_MAKES = "生产"
_TRADED = re.compile(r"(?:对(?!外)|自|与)[^,、]{1,8}?(?=进出口|出口|进口|贸易)")


@dataclass(slots=True)
class Name:
    """One thing that statements are about; `ends` is the kind of its last noun, `weight` how surely it was found."""

    text: str
    ends: str = "text"
    region: Token | None = None
    spec: PeriodSpec | None = None
    weight: float = 1.0
    before: Predicate | None = None
    start: int = -1


class Completion:
    """What names lend to those after them, and how far it holds."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.head = ""
        self._led = ""  # the head that a lead-in gives to the names of its sentence
        self._prefix = ""  # “三新”经济, whose 第一产业 is its own
        self._owner = ""
        self._stem = ""
        self._trader = ""  # 民营企业 of 民营企业进出口: 其中出口 is theirs, for a sentence
        self._partner = ""  # 对韩国 of 对韩国进出口: what trade follows may be with them, for a paragraph
        self._apart = ""  # whose trade was told last: 服务 of 服务进出口, till trade as a whole is named
        self._trading = False  # the clause before spoke of the partner
        self._unit = ""
        self._industrial = False  # the release speaks of industry: an industry's bare growth is of 增加值

    def enter_paragraph(self) -> None:
        """Nothing is carried but 规模以上工业企业, whose accounts fill several paragraphs."""
        self.head, self._stem, self._partner = "", "", ""
        if not self._owner.startswith(_FIRMS):
            self._owner = ""

    def enter_sentence(self) -> None:
        """Forget what held for one sentence."""
        self._prefix, self._unit, self._trader, self._led = "", "", "", ""
        self._trading = False

    def note(self, subject: Subject) -> None:
        """Owner and partner that a clause without a number names."""
        if self._owner and clean_name(subject.text) == self._owner + "中":
            self._prefix = self._owner
        if subject.text.startswith(_FIRMS_SHORT) and not subject.known:
            self._owner = subject.text[: subject.text.index("企业") + 2]
        if (traded := _TRADED.match(subject.text)) is not None:
            self._partner = traded.group()

    def lead(self, name: str) -> None:
        """从主要产品产量看: its head governs what follows, whatever other names say."""
        self.lend(name)
        self._led = self.head

    def lend(self, name: str, unit: str = "") -> None:
        """Remember head and owner of a name for those that have none."""
        cleaned = clean_name(name)
        head = self.vocabulary.head_of(cleaned)
        if self._led:
            self.head = self._led
        elif not head.endswith(self.vocabulary.of_names.kept):
            self.head = self.vocabulary.lent_head(name)
        self._unit = self._unit if is_percent(unit) else unit or self._unit
        self._industrial = self._industrial or cleaned.endswith("工业增加值")
        if head.startswith(TRADE):
            self._lend_trade(cleaned, cleaned[: len(cleaned) - len(head)])
        if head != cleaned:
            self._stem = cleaned[: len(cleaned) - len(head)]
            known = cleaned in self.vocabulary.names and cleaned not in self.vocabulary.printed
            if cleaned.startswith(_FIRMS) or not known:
                self._owner = self._stem

    def _lend_trade(self, cleaned: str, stem: str) -> None:
        partnered = stem.startswith(_PARTNERED)
        owned = stem and cleaned not in self.vocabulary.names and not partnered
        self._trader = stem if owned else ""
        self._apart = stem
        if stem:
            self._partner = stem if partnered else ""
        self._trading = bool(stem) and stem == self._partner

    def complete(self, name: Name, unit: str) -> str:
        """The name in full: with the head or owner that governs it, where it has none of its own."""
        text = self._completed(name, unit)
        return self._prefix + text if self._prefix and not text.startswith(self._prefix) else text

    def plausible(self, name: Name, text: str, unit: str, known: bool) -> bool:
        """Whether a completed name can be an indicator."""
        if known:
            return True
        words = self.vocabulary.of_indicators
        cleaned = clean_name(text)
        if len(cleaned) > _LONGEST or cleaned.endswith(words.not_indicators) or cleaned.startswith(_SEVERAL):
            return False
        if any(w in cleaned for w in words.firms) or cleaned.startswith(self.vocabulary.of_regions.foreign):
            return False
        head = self.vocabulary.head_of(cleaned)
        endings = (*words.rates, *words.stocks)
        if cleaned in endings:
            return False
        if name.ends == "indicator" or (bool(head) and head != cleaned) or cleaned.endswith(endings):
            return True
        name.weight = min(name.weight, NO_HEAD)
        return not head and _says_much(cleaned, unit)

    def _completed(self, name: Name, unit: str) -> str:
        words = self.vocabulary
        cleaned = clean_name(name.text)
        if cleaned in words.unsure or (cleaned in _PROFIT and not self._owner.startswith(_FIRMS)):
            name.weight = min(name.weight, UNSURE)
        if (special := self._special(name, cleaned, unit)) is not None:
            return special
        if cleaned in words.names and cleaned not in words.weak:
            return name.text
        text, weight = self._owned(name, cleaned) or self._headed_by(name, cleaned, unit)
        name.weight = min(name.weight, weight)
        return text

    def _special(self, name: Name, cleaned: str, unit: str) -> str | None:
        """Names that say less than they mean: 生产汽车44.2万辆, 户籍人口 … 其中城镇人口, 人民币贷款余额 … 贷款余额."""
        things = unit[-1:] not in "元%倍" and not self.vocabulary.head_of(name.text)
        if name.text.startswith(_MAKES) and len(name.text) > _SHORTEST + 1 and things:
            return name.text.removeprefix(_MAKES) + _OUTPUT
        if _REGISTERED in self._stem and cleaned.endswith("人口"):
            return None if cleaned.startswith(("常住", _REGISTERED)) else _REGISTERED + cleaned
        if cleaned in _GENERIC and self._stem.startswith(_CURRENCIES):
            name.weight = min(name.weight, UNSURE)
            return self._stem + cleaned
        return None

    def _owned(self, name: Name, cleaned: str) -> tuple[str, float] | None:
        """A bare head belongs to the owner of the name before: 规模以上工业企业 … 利润总额."""
        words = self.vocabulary
        if cleaned in TRADE and self._trader:
            return self._trader + cleaned, _COMPLETED_UNKNOWN
        if cleaned in TRADE and self._apart.endswith(_SERVICES):
            return self._apart + cleaned, UNSURE
        if cleaned in TRADE and self._partner:
            return (self._with_partner(cleaned) if self._trading else name.text), UNSURE
        if words.head_of(cleaned) != cleaned or cleaned in words.names:
            return None
        if self._stem + cleaned in words.names:
            return self._stem + cleaned, 1.0
        return (join(self._owner, cleaned), COMPLETED) if self._owner else None

    def _with_partner(self, trade: str) -> str:
        """出口 after 自金砖国家进口 is 对金砖国家出口."""
        side = "自" if trade == "进口" else "对"
        return side + self._partner[1:] + trade

    def _headed_by(self, name: Name, cleaned: str, unit: str) -> tuple[str, float]:
        """A name without head takes the one in force: 制造业 after 采矿业增加值."""
        words = self.vocabulary
        head = words.head_of(cleaned)
        if head and self.head in words.of_names.widened and self.head != head and self.head.endswith(head):
            return name.text.removesuffix(head) + self.head, COMPLETED
        if (
            head
            or name.ends == "indicator"
            or cleaned.endswith((*words.of_indicators.rates, *words.of_indicators.stocks))
        ):
            return name.text, COMPLETED if cleaned in words.weak else 1.0
        if unit[-1:] not in COUNTS and unit not in ("户", "万户") and self._governs(name, unit):
            return join(name.text, self.head), _COMPLETED_UNKNOWN if name.ends == "text" else COMPLETED
        if self._industrial and not self.head and is_percent(unit) and cleaned.endswith(_INDUSTRIES):
            return name.text + "增加值", _COMPLETED_UNKNOWN
        return name.text, COMPLETED if cleaned in words.weak else 1.0

    def _governs(self, name: Name, unit: str) -> bool:
        """Whether the head in force completes the name: a known word, or text with a value of the same kind."""
        if not self.head:
            return False
        alike = unit == self._unit or is_percent(unit) or (self.head == _OUTPUT and not unit.endswith("元"))
        return name.ends in ("name", "partner", "qualifier") or (alike and name.ends == "text")


def _says_much(cleaned: str, unit: str) -> bool:
    """A name that ends in no known head, but long enough and measured, not counted: 中欧班列运输货物."""
    measured = unit not in ("", "万", "亿") and unit[-1:] not in COUNTS and unit not in _UNITS_OF_THINGS
    return measured and _SHORTEST < len(cleaned) <= _LONGEST_UNKNOWN and not _NO_NAME.search(cleaned)
