"""One longest-match lexer: uniform text to typed tokens."""

from __future__ import annotations

import re
from operator import attrgetter

from metroetl.statistics.lexing.guards import guard
from metroetl.statistics.lexing.numerals import numbers
from metroetl.statistics.lexing.tokens import Token
from metroetl.statistics.vocabulary.periods import PERIOD, read_specs
from metroetl.statistics.vocabulary.words import Vocabulary, Word

_DATE = re.compile(
    r"(?=[\dh])(?:(?:19|20)\d\d-\d{1,2}-\d{1,2}(?: \d{1,2}:\d{2}(?::\d{2})?)?"
    r"|(?:(?:19|20)\d\d ?年 ?)?\d{1,2} ?月 ?\d{1,2} ?[日号](?: ?\d{1,2}:\d{2}(?::\d{2})?)?|\d{1,2}日(?=[，,在发公下上电])"
    r"|https?://[^\s)）]{0,500})"
)
_MARKS = {
    ",": "comma", "、": "enum", "；": "semi", ";": "semi", ":": "colon", "(": "open", ")": "close", "]": "close",
    "-": "range", " ": "space", "\n": "comma", "。": "semi", "\t": "space",
}  # fmt: skip
_MARK = re.compile(f"[{re.escape(''.join(_MARKS))}]")
_AGE = re.compile(r"\d{1,3}(?:-\d{1,3})?岁(?:及以上|及以下|以上|以下)?")
_TURN = re.compile(r"由(?:正转负|负转正|降转升|升转降|降转增|增转降|跌转升|升转跌)")
_SORTED = re.compile(r"[按分](?!别)[\u4e00-\u9fa5]{1,12}?(?:分(?![之别])|来看|看)")
_EXCLUDING = re.compile(
    r"(?:剔除|扣除|不考虑|还原)[\u4e00-\u9fa5]{1,16}?(?:因素影响后|因素后|因素影响|因素|影响)"
)

_PATTERNS = (  # kind, pattern, what it says, and the characters without one of which it can't be there
    ("date", _DATE, None, "日号-h"),
    ("name", _AGE, None, "岁"),
    ("cut", _SORTED, None, "按分"),
    ("turn", _TURN, None, "由"),
    ("basis", _EXCLUDING, "comparable", "除考原"),
)


def lex(text: str, start: int, end: int, vocabulary: Vocabulary) -> list[Token]:
    """Tokens of text[start:end], without gaps; unknown stretches are tokens of kind text."""
    piece = text[start:end]
    found = _words(piece, vocabulary)
    characters = set(piece)
    for kind, pattern, data, signs in _PATTERNS:
        if not characters.isdisjoint(signs):
            found += [Token(kind, m.start(), m.end(), m.group(), data) for m in pattern.finditer(piece)]
    found += [Token("period", m.start(), m.end(), m.group(), read_specs(m)) for m in PERIOD.finditer(piece)]
    found += [Token(_MARKS[m.group()], m.start(), m.end(), m.group()) for m in _MARK.finditer(piece)]
    found += numbers(piece)
    found.sort(key=attrgetter("end"), reverse=True)
    found.sort(key=attrgetter("start"))  # of those that begin together the longest first
    tokens = _sweep(piece, found)
    tokens = _join_text(piece, guard(piece, tokens, vocabulary))
    for token in tokens:
        token.start += start
        token.end += start
    return tokens


def _words(piece: str, vocabulary: Vocabulary) -> list[Token]:
    found: list[Token] = []
    start: int | None = 0
    while start is not None and start < len(piece):
        start = _scan(piece, start, vocabulary, found)
    return found


def _scan(piece: str, start: int, vocabulary: Vocabulary, found: list[Token]) -> int | None:
    """Words from `start` on; where to begin again after a 年 that belongs to a year (2018年增长), else None."""
    for last, (size, word) in vocabulary.automaton.iter_long(piece, start):
        assert isinstance(word, Word)
        begin: int = last + 1 - size
        if piece[begin] == "年" and begin and piece[begin - 1].isdigit():
            return begin + 1
        found.append(Token(word.kind, begin, last + 1, piece[begin : last + 1], word.data))
    return None


def _sweep(piece: str, found: list[Token]) -> list[Token]:
    tokens: list[Token] = []
    position = 0
    for token in found:
        if token.start < position:
            continue
        if token.start > position:
            tokens.append(Token("text", position, token.start, piece[position : token.start]))
        tokens.append(token)
        position = token.end
    if position < len(piece):
        tokens.append(Token("text", position, len(piece), piece[position:]))
    return tokens


def _join_text(piece: str, tokens: list[Token]) -> list[Token]:
    joined: list[Token] = []
    for token in tokens:
        if token.start == token.end:
            continue
        if token.kind == "text" and joined and joined[-1].kind == "text":
            last = joined[-1]
            last.end = token.end
            last.text = piece[last.start : last.end]
        else:
            joined.append(token)
    return joined
