"""What a word means beside its neighbours: single characters, parts of names, places."""

from __future__ import annotations

import re

from metroetl.statistics.lexing.tokens import Token
from metroetl.statistics.vocabulary.words import Vocabulary

_ZONE = re.compile(
    "[^一二两三四五六七八九十各全本][\u4e00-\u9fff]{1,10}(?<![景社灾库牧城山小校病农林矿海市地范护能])[区县旗]"
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
_RANKED = re.compile(
    r" ?(?:排[名位在]?|位[居列次]|居)?第[一二三四五六七八九十\d]{1,4} ?(?:位|名|大|高|低|[,。；、])|首位|前列|前茅|前[三五十](?![季个])|最[前高大多]"
)
_COUNTING = tuple("一二两三四五六七八九十各全")  # 三个综保区 is no place
_EDGES = frozenset({"", "comma", "semi", "colon", "open", "close", "skip", "period", "region", "own"})
_PLACES = frozenset({"period", "region", "own", "number", "date", "partner", "average"})
_COMPARED = _PLACES | {"name", "indicator", "head", "qualifier", "direction"}
_FOLLOWING = {
    "from": _PLACES | {"name", "partner", "direction", "flat", "base"},
    "prep": _PLACES | {"name", "partner"},
    "skip": _PREDICATE,
    "each": _PREDICATE,
}


def guard(piece: str, tokens: list[Token], vocabulary: Vocabulary) -> list[Token]:
    """Take back words that are only a part of an unknown one, and join places to longer names."""
    following = "end"
    for i in range(len(tokens) - 1, -1, -1):
        token = tokens[i]
        before = tokens[i - 1].kind if i else ""
        if token.kind == "text":
            _as_place(token, following, vocabulary)
        elif token.end - token.start == 1 and token.kind != "space":
            token.kind = _single(piece, token, following, before)
        elif token.kind == "base" and token.data == "other" and following not in _PLACES:
            token.kind = "cut"
        elif token.kind == "cut" and _inside_word(token, following, before):
            token.kind = "skip" if token.text in _ASPECTS else "text"
        elif token.kind in ("region", "own"):
            _settle_place(piece, token, tokens[i + 1] if i + 1 < len(tokens) else None, following, vocabulary)
        if token.kind not in ("space", "skip"):
            following = token.kind
    return tokens


def _as_place(token: Token, following: str, vocabulary: Vocabulary) -> None:
    """Unknown text that is a place beside its neighbours: 中部 in a list, 城市发展新区 before a verb."""
    words = vocabulary.of_regions
    if following in _LISTS and token.text in words.parts:
        token.kind, token.data = "region", words.parts[token.text]
    elif following in ("verb", "indicator") and _ZONE.fullmatch(token.text):
        token.kind = "area"
    elif following in _AFTER_AREA and token.text.endswith(words.areas):
        named = not token.text.startswith((*words.areas, *_COUNTING)) and not token.text.endswith(_UNNAMED)
        token.kind = "area" if named else "text"


def _settle_place(
    piece: str, token: Token, after: Token | None, following: str, vocabulary: Vocabulary
) -> None:
    """全国第4位 says where something ranks, 中国企业 what it is; 贵阳综保区 is a longer place."""
    if _RANKED.match(piece, token.end):
        token.kind = "ranked"
    elif token.text == "中国" and following in ("text", "name"):
        token.kind = "skip"
    elif token.kind == "region" and after is not None:
        _longer_place(token, after, vocabulary)


def _inside_word(token: Token, following: str, before: str) -> bool:
    """电子计算机, 平板显示模组, 民生方面支出: a word that parts clauses elsewhere stands in a name."""
    if token.text in _ASPECTS:
        return following in ("head", "indicator")
    if token.text == "显示":
        return following not in _AFTER_SHOWN
    return token.text in _INSIDE and before == following == "text"


def _single(piece: str, token: Token, following: str, before: str) -> str:
    """Kind of a single character: what it says where its neighbours allow it, else a part of a word."""
    if token.kind == "join":
        return _joins(token, following, before)
    following_text = piece[token.end : token.end + 1]
    match token.kind:
        case "direction" | "compare" | "approx_before" | "verb":
            stands = token.text in "为是" or following in ("flat", "approx_before")
            stands = stands or _VALUE_NEXT.match(piece, token.end) is not None
        case "rank":
            stands = _RANK_NEXT.match(piece, token.end) is not None
        case "base":
            stands = following in _COMPARED or following_text in tuple("同全上")
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
            stands = True
    return token.kind if stands else "text"


def _joins(token: Token, following: str, before: str) -> str:
    """与欧盟贸易 is trade with it, 与上年相比 compares; elsewhere 与 joins."""
    if before not in _EDGES:
        return "join"
    if token.text in ("与", "同") and following == "partner":
        token.text = "对"
        return "prep"
    if token.text == "与" and following == "period":
        token.data = "other"
        return "base"
    return "join"


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
