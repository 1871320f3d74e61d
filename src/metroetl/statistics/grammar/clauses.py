"""Clauses of a sentence, the groups of numbers in them, and the marks that part a clause."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from metroetl.statistics.grammar.predicates import STRONG
from metroetl.statistics.lexing.tokens import Token
from metroetl.statistics.vocabulary.units import COUNTS

_NO_WORDS = frozenset({"open", "close", "space"})
BREAKS = frozenset({"comma", "semi", "colon"})
_NOUN_KINDS = frozenset({"text", "name", "head", "indicator", "partner"})
_SAYS = frozenset({"verb", "rank", "cut", "bring", "skip", "each"})
_AIMED = frozenset(
    {"verb", "colon", "direction", "number", "region", "own", "period", "qualifier"} | _NOUN_KINDS
)
_MET = frozenset({"完成", "达到", "与", "提前", "实现", "实现了", "完成了", "超额", "好于"})
_PLANS = ("计划", "规划")
_GOALS = ("目标", "任务", "计划", "预期")
_MEANS = ("年主营", "年销售", "年营业", "指", "即")
_LONGEST_BRACKET = 80
_KEPT_BRACKET = 3
_NOT_KEPT = re.compile(r"^[一二三四五六七八九十单\d]|下同|^年$")


def clauses(tokens: Sequence[Token]) -> Iterator[tuple[list[Token], bool]]:
    """Clauses in order; a bracket that states numbers is a clause of its own (True), another one vanishes."""
    clause: list[Token] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        close = _closing(tokens, i) if token.kind == "open" else None
        if close is not None:
            inside = [t for t in tokens[i + 1 : close] if t.kind != "space"]
            if any(t.kind == "number" and t.unit for t in inside) and not _defines(inside):
                if clause:
                    yield _named_by_bracket(clause), False
                yield from ((part, True) for part in _parts(inside))
                clause = []
            else:
                clause = _with_bracket(clause, inside)
            i = close
        elif token.kind in BREAKS:
            if clause:
                yield clause, False
            clause = []
        elif token.kind not in _NO_WORDS:
            clause.append(token)
        i += 1
    if clause:
        yield clause, False


def groups(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Half-open ranges of numbers that stand together: a、b和c."""
    i, size = 0, len(tokens)
    while i < size:
        if tokens[i].kind != "number" or _attributive(tokens, i):
            i += 1
            continue
        first, last = i, i + 1
        while last < size and tokens[last].kind in ("enum", "join"):
            following = last + 1
            if following + 1 < size and tokens[following].kind == "direction":
                following = _turned(tokens, following, tokens[last - 1].unit)
            if following >= size or tokens[following].kind != "number":
                break
            last = following + 1
        yield first, last
        i = last


def _turned(tokens: Sequence[Token], i: int, unit: str) -> int:
    """增长9.4%、13.8%和下降1.2%: a direction inside a list is that of its number; the place of the number, or `i`."""
    at = i + 1
    if at >= len(tokens) or tokens[at].kind != "number" or tokens[at].unit != unit or unit == "":
        return i
    tokens[at].sign = -1 if tokens[i].data == "down" else 1
    return at


def share_units(numbers: Sequence[Token]) -> None:
    """0.9、1.1和0.5个百分点: the unit that stands once is that of each."""
    unit = ""
    for number in reversed(numbers):
        unit = number.unit or unit
        number.unit = number.unit or unit


def lift_basis(left: list[Token]) -> tuple[list[Token], list[Token]]:
    """居民名义消费支出: the basis inside a name is taken out of it."""
    lifted = [
        t
        for t, following in pairwise(left)
        if t.kind == "basis" and following.kind in ("head", "indicator", "name", "text")
    ]
    return ([t for t in left if t not in lifted], lifted) if lifted else (left, [])


def without_goal(left: list[Token], at: int) -> list[Token]:
    """完成全年目标的95%: the time of a goal is not the time of the value."""
    if at < len(left) and left[at].kind == "target":
        while at and left[at - 1].kind in ("period", "verb"):
            at -= 1
    return left[:at]


def noun_end(tokens: Sequence[Token]) -> int:
    """End of the nouns of a clause without a number: the first word that says something of a known one."""
    known = False
    for i, token in enumerate(tokens):
        if token.kind in STRONG or (known and token.kind in _SAYS):
            return i
        known = known or token.kind in ("name", "partner", "head", "indicator")
    return len(tokens)


def aims(tokens: Sequence[Token], i: int) -> bool:
    """Whether the word at `i` makes what follows a goal; 完成全年目标的95% and 与目标持平 speak of one that was met."""
    before = tokens[i - 1] if i else None
    if (
        tokens[i].text in _PLANS
        and before is not None
        and before.kind == "text"
        and before.end == tokens[i].start
    ):
        return False  # 稳岗计划 is a name
    if not any(w in tokens[i].text for w in _GOALS):
        return True
    if any(t.text in _MET for t in tokens[max(0, i - 4) : i]):
        return False
    return i + 1 == len(tokens) or tokens[i + 1].kind in _AIMED


def _defines(inside: Sequence[Token]) -> bool:
    """(年主营业务收入2000万元以上): what a name means, and no statement."""
    return "".join(t.text for t in inside).startswith(_MEANS)


def _closing(tokens: Sequence[Token], i: int) -> int | None:
    end = min(len(tokens), i + _LONGEST_BRACKET)
    return next((j for j in range(i + 1, end) if tokens[j].kind == "close"), None)


def _with_bracket(clause: list[Token], inside: list[Token]) -> list[Token]:
    """城镇人口占比重(城镇化率) is renamed by its bracket; of others only a short name stays: 中欧班列(成渝)."""
    if len(inside) != 1:
        return clause
    word = inside[0]
    if word.kind == "indicator" and clause and clause[-1].kind in ("text", "head"):
        return [t for t in clause if t.kind not in _NOUN_KINDS] + inside  # 地区产值(GDP)
    if word.kind in ("indicator", "name") and clause and clause[-1].kind == "share":
        return [t for t in clause if t.kind in ("period", "region", "own", "number")] + inside
    if word.kind == "text" and len(word.text) <= _KEPT_BRACKET and not _NOT_KEPT.search(word.text):
        return clause + inside
    return clause


def _named_by_bracket(clause: list[Token]) -> list[Token]:
    """增幅较大的有发酵酒(增长87%): what stands right before the bracket is its subject, known or not."""
    if any(t.kind == "number" for t in clause):
        return clause
    says = ("verb", "speed", "enum", "direction")
    last = max((i for i, t in enumerate(clause) if t.kind in says), default=-1)
    rest = clause[last + 1 :]
    if rest and rest[-1].kind == "text":
        rest[-1].kind = "name"
    return rest or clause


def _parts(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    part: list[Token] = []
    for token in tokens:
        if token.kind not in BREAKS:
            part.append(token)
        elif part:
            yield part
            part = []
    if part:
        yield part


def _attributive(tokens: Sequence[Token], i: int) -> bool:
    """31个大城市: a count before a noun is a part of the name."""
    unit = tokens[i].unit
    following = tokens[i + 1].kind if i + 1 < len(tokens) else "end"
    return (unit[-1:] in COUNTS or unit == "户") and following in _NOUN_KINDS
