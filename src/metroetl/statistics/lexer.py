"""One longest-match lexer: uniform text to typed tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from metroetl.statistics.periods import PERIOD, read_specs
from metroetl.statistics.units import UNITS
from metroetl.statistics.wordlists import unit_words
from metroetl.statistics.words import Vocabulary, Word

_NUMBER = re.compile(
    r"(?=[-+\d])(?:(?<![\d.])(?:[-+](?<![\d%A-Za-z)][-+]))?\d{1,3}(?:,\d{3})++(?:\.\d++)?|(?<![\d.])(?:[-+](?<![\d%A-Za-z)][-+]))?\d++(?:\.\d++)?)"
)
_DATE = re.compile(
    r"(?=[\dh])(?:(?:19|20)\d\d-\d{1,2}-\d{1,2}(?: \d{1,2}:\d{2}(?::\d{2})?)?"
    r"|(?:(?:19|20)\d\d ?年 ?)?\d{1,2} ?月 ?\d{1,2} ?[日号](?: ?\d{1,2}:\d{2}(?::\d{2})?)?|\d{1,2}日(?=[，,在发公下上电])"
    r"|https?://[^\s)）]{0,500})"
)
_MARKS = {
    ",": "comma", "、": "enum", "；": "semi", ";": "semi", ":": "colon", "(": "open", ")": "close", "]": "close",
    "-": "range", " ": "space", "\n": "comma", "。": "semi", "\t": "space",
}  # fmt: skip
_RATIO = re.compile(f"/(?:{'|'.join(map(re.escape, sorted(unit_words().ratio, key=len, reverse=True)))})")
_AGE = re.compile(r"\d{1,3}(?:-\d{1,3})?岁(?:及以上|及以下|以上|以下)?(?:的)?")
_ZONE = re.compile("[^一二两三四五六七八九十各全本][\u4e00-\u9fff]{2,10}(?<![景社灾库牧城山小校病农林矿海市地])[区县旗]")
_TRILLION = re.compile(r"(?P<whole>\d{1,4}(?:,\d{3})?(?:\.\d{1,6})?)兆(?:余)?(?:(?P<rest>\d{1,4}(?:\.\d{1,4})?)亿)?(?P<unit>美元|元)")
_TURN = re.compile(r"由(?:正转负|负转正|降转升|升转降|降转增|增转降|跌转升|升转跌)")
_NUMERAL = re.compile(
    r"(?=[一二两三四五六七八九十百])(?:百分之(?P<percent>[零一二两三四五六七八九十百]{1,5}(?:点[零一二三四五六七八九]{1,3})?)"
    r"|(?P<parts>[二三四五六七八九十])分之(?P<of>[一二两三四五六七八九])"
    r"|(?<![几数第])(?P<count>[一二两三四五六七八九十][零一二两三四五六七八九十百千万亿]{0,8}?)(?=(?:多|余)?(?P<unit>成半?|倍|个百分点|个点|万?亿[美]?元|万[美]?元|亿人(?!次)|万人(?!次))))"
)
_UNIT_SET = frozenset(UNITS)
_LONGEST_UNIT = max(map(len, UNITS))
_LONGEST_NUMBER = 18
_LETTER_NAMES = ("GDP", "CPI", "PPI", "PMI")
_SORTED = re.compile(r"[按分](?!别)[\u4e00-\u9fa5]{1,12}?(?:分(?![之别])|来看|看)")
_EXCLUDING = re.compile(
    r"(?:剔除|扣除|不考虑|还原)[\u4e00-\u9fa5]{1,16}?(?:因素影响后|因素后|因素影响|因素|影响)"
)
_VALUE_NEXT = re.compile(r" ?(?:[了至到约近超逾负于]{0,2} ?-?\d|[一二三四五六七八九]成)")
_RANK_NEXT = re.compile(r" ?(?:全|第|首|前|各|中|所)")
_PREDICATE = frozenset(
    {
        "direction",
        "respectively",
        "base",
        "verb",
        "number",
        "average",
        "basis",
        "approx_before",
        "speed",
        "flat",
    }
)
_ASPECTS = ("方面", "领域")
_INSIDE = ("计算", "统计", "核算")
_LISTS = frozenset({"enum", "join", "respectively"})
_AFTER_SHOWN = frozenset({"comma", "colon", "semi", "end", "period", "region", "own"})
_UNNAMED = ("产业园区", "工业园区", "以上园区", "各园区")  # all of a kind, no place
_AFTER_AREA = frozenset({"number", "head", "indicator", "verb", "open", "attribute", "comma"})
_RANKED = re.compile(r" ?(?:排[名位在]?|位[居列次]|居)?第[一二三四五六七八九十\d]{1,4} ?(?:位|名|大|高|低|[,。；、])|首位|前列|前茅|前[三五十]|最[前高大多]")
_COUNTING = tuple("一二两三四五六七八九十各全")  # 三个综保区 is no place
_EDGES = frozenset({"", "comma", "semi", "colon", "open", "close", "skip", "period", "region", "own"})
_PLACES = frozenset({"period", "region", "own", "number", "date", "partner", "average"})
_COMPARED = _PLACES | {"name", "indicator", "head", "qualifier", "direction"}
_FOLLOWING = {
    "from": _PLACES | {"name", "partner"},
    "prep": _PLACES | {"name", "partner"},
    "skip": _PREDICATE,
    "each": _PREDICATE,
}


@dataclass(slots=True)
class Token:
    """A piece of uniform text: `kind` of the word lists, or number, period, date, region, mark or text."""

    kind: str
    start: int
    end: int
    text: str
    data: Any = None
    unit: str = ""
    sign: int = 0  # of a number in a list of mixed directions: 增长9.4%和下降1.2%

    @property
    def value(self) -> float:
        """Value of a number as printed."""
        return float(self.text.replace(",", "") if self.data is None else self.data)


def lex(text: str, start: int, end: int, vocabulary: Vocabulary) -> list[Token]:
    """Tokens of text[start:end], without gaps; unknown stretches are tokens of kind text."""
    piece = text[start:end]
    found = _words(piece, vocabulary)
    found += [Token("date", m.start(), m.end(), m.group()) for m in _DATE.finditer(piece)]
    found += [Token("name", m.start(), m.end(), m.group().rstrip("的")) for m in _AGE.finditer(piece)]
    found += [Token("cut", m.start(), m.end(), m.group()) for m in _SORTED.finditer(piece)]
    found += [Token("turn", m.start(), m.end(), m.group()) for m in _TURN.finditer(piece)]
    found += [Token("basis", m.start(), m.end(), m.group(), "comparable") for m in _EXCLUDING.finditer(piece)]
    found += [Token("period", m.start(), m.end(), m.group(), read_specs(m)) for m in PERIOD.finditer(piece)]
    found += [Token(_MARKS[c], i, i + 1, c) for i, c in enumerate(piece) if c in _MARKS]
    found += [t for m in _NUMBER.finditer(piece) if (t := _number(piece, m))]
    found += [_numeral(m) for m in _NUMERAL.finditer(piece)]
    if "兆" in piece:
        found += [_trillions(m) for m in _TRILLION.finditer(piece)]
    found.sort(key=_order)
    tokens = _sweep(piece, found)
    tokens = _join_text(piece, _guard(piece, tokens, vocabulary))
    for token in tokens:
        token.start += start
        token.end += start
    return tokens


def _order(token: Token) -> tuple[int, int]:
    return token.start, -token.end


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
        begin = last + 1 - size
        if piece[begin] == "年" and begin and piece[begin - 1].isdigit():
            return begin + 1
        found.append(Token(word.kind, begin, last + 1, piece[begin : last + 1], word.data))
    return None


def _number(piece: str, match: re.Match[str]) -> Token | None:
    text = match.group()
    if len(text) > _LONGEST_NUMBER:
        return None
    begin, end = match.span()
    letter = begin and piece[begin - 1].isascii() and piece[begin - 1].isalpha()
    if letter and not piece.endswith(_LETTER_NAMES, 0, begin):
        return None
    at = end + 1 if piece[end : end + 1] == " " or piece[end : end + 2] == ".%" else end
    for size in range(_LONGEST_UNIT, 0, -1):
        unit = piece[at : at + size]
        if len(unit) == size and unit in _UNIT_SET:
            if ratio := _RATIO.match(piece, at + size):
                size, unit = size + len(ratio.group()), unit + ratio.group()
            return Token("number", begin, at + size, text, unit=unit)
    if piece[at : at + 2] in ("余万", "多万", "余亿", "多亿"):
        return None
    return Token("number", begin, end, text)


def _numeral(match: re.Match[str]) -> Token:
    """三成, 两倍, 百分之五, 三分之二: `data` is the value; approximate by nature are 成 and fractions."""
    import cn2an

    text = match.group()
    if match["parts"]:
        share = 100 * cn2an.cn2an(match["of"], "smart") / cn2an.cn2an(match["parts"], "smart")
        return Token("number", match.start(), match.end(), text, round(share, 1), "%")
    value = float(cn2an.cn2an(match["percent"] or match["count"], "smart"))
    unit = "%" if match["percent"] else match["unit"]
    end = match.end() if match["percent"] else match.end("unit")
    if unit == "成半":
        unit, value = "成", value + 0.5
    return Token("number", match.start(), end, text, value, unit)


def _trillions(match: re.Match[str]) -> Token:
    """3兆3757.93亿元, 10兆元: 兆 is 1e12."""
    whole = float(match["whole"].replace(",", ""))
    rest = match["rest"]
    value = whole * 10_000 + float(rest.replace(",", "")) if rest else whole
    unit = ("亿" if rest else "万亿") + (match["unit"] or "元")
    return Token("number", match.start(), match.end(), match.group(), value, unit)


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


def _guard(piece: str, tokens: list[Token], vocabulary: Vocabulary) -> list[Token]:
    """Take back single characters that are only a part of an unknown word, and join places to longer names."""
    following, areas = "end", vocabulary.of_regions.areas
    for i in range(len(tokens) - 1, -1, -1):
        token = tokens[i]
        if token.end - token.start == 1 and token.kind not in ("text", "space"):
            token.kind = _single(piece, token, following, tokens[i - 1].kind if i else "")
        elif token.kind == "base" and token.data == "other" and following not in _PLACES:
            token.kind = "cut"
        elif token.kind in ("region", "own") and _RANKED.match(piece, token.end):
            token.kind = "ranked"
        elif token.text == "中国" and following in ("text", "name"):
            token.kind = "skip"
        elif token.kind == "region" and i + 1 < len(tokens):
            _longer_place(token, tokens[i + 1], vocabulary)
        elif token.kind == "text" and following in _LISTS and token.text in vocabulary.of_regions.parts:
            token.kind, token.data = "region", vocabulary.of_regions.parts[token.text]
        elif token.kind == "cut" and _inside_word(token, following, tokens[i - 1].kind if i else ""):
            token.kind = "text" if token.text not in _ASPECTS else "skip"
        elif token.kind == "text" and following in ("verb", "indicator") and _ZONE.fullmatch(token.text):
            token.kind = "area"
        elif token.kind == "text" and following in _AFTER_AREA and token.text.endswith(areas):
            named = not token.text.startswith((*areas, *_COUNTING)) and not token.text.endswith(_UNNAMED)
            token.kind = "area" if named else "text"
        if token.kind not in ("space", "skip"):
            following = token.kind
    return tokens


def _inside_word(token: Token, following: str, before: str) -> bool:
    """电子计算机, 平板显示模组, 民生方面支出: a word that parts clauses elsewhere stands in a name."""
    if token.text in _ASPECTS:
        return following in ("head", "indicator")
    if token.text == "显示":
        return following not in _AFTER_SHOWN
    return token.text in _INSIDE and before == following == "text"


def _single(piece: str, token: Token, following: str, before: str) -> str:
    """Kind of a single character: what it says where its neighbours allow it, else a part of a word."""
    following_text = piece[token.end : token.end + 1]
    match token.kind:
        case "direction" | "compare" | "approx_before" | "verb":
            stands = token.text in "为是" or following in ("flat", "approx_before")
            stands = stands or _VALUE_NEXT.match(piece, token.end) is not None
        case "rank":
            stands = _RANK_NEXT.match(piece, token.end) is not None
        case "base":
            stands = following in _COMPARED or following_text in tuple("同全上")
        case "join" if token.text in ("与", "同") and before in _EDGES and following == "partner":
            token.text = "对"
            return "prep"
        case "join" if token.text == "与" and before in _EDGES and following == "period":
            token.data = "other"
            return "base"
        case "from" | "prep" | "skip" | "each":
            stands = following in _FOLLOWING[token.kind]
        case "among":
            stands = before in _EDGES and following_text != "他"
        case "approx_after":
            stands = before == "number"
        case "to":
            stands = before == "direction" or following in ("number", "period")
        case "cut":
            stands = _cuts(token.text, following_text, following, before)
        case _:
            return token.kind
    return token.kind if stands else "text"


def _cuts(text: str, following_text: str, following: str, before: str) -> bool:
    if text == "把":
        return following_text not in tuple("握关控手")
    return before in _EDGES or following in ("comma", "colon", "semi", "end")


def _longer_place(token: Token, following: Token, vocabulary: Vocabulary) -> None:
    if following.kind == "organ":
        token.kind = "organ"
    elif following.kind == "text" and (
        suffix := next((s for s in vocabulary.of_regions.areas if following.text.startswith(s)), "")
    ):
        token.kind, token.text, token.end = "area", token.text + suffix, token.end + len(suffix)
        following.start, following.text = following.start + len(suffix), following.text[len(suffix) :]
    elif following.kind in ("text", "name") and following.text.startswith(vocabulary.of_regions.suffixes):
        token.kind = "text"


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
