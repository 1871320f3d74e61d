"""The solver for 分别: names that share a head or a stem, aligned with the values."""

from __future__ import annotations

import re
from collections.abc import Sequence

from metroetl.statistics.lexing.tokens import Token
from metroetl.statistics.vocabulary.words import Vocabulary, clean_name

_ORDINAL = re.compile(r"^第?([一二三])(?:次)?(产业)?$")
_SHORT = (
    ("城乡", ("城镇", "农村")),
    ("产销", ("产量", "销量")),
    ("存贷款", ("存款", "贷款")),
    ("三次产业", ("第一产业", "第二产业", "第三产业")),
    ("三产", ("第一产业", "第二产业", "第三产业")),
    ("三大产业", ("第一产业", "第二产业", "第三产业")),
)
_KINDS = ("产业", "行业")  # 摩托车和装备产业
_SHORTEST_HEAD = 2


def split_names(nouns: Sequence[Token], want: int, vocabulary: Vocabulary) -> list[str] | None:
    """The `want` names that the nouns list, each completed by the shared head and qualifier.

    None where the count can't be reached: a pairing that disagrees is refused, not guessed.
    """
    nouns, head = _cut_etc(nouns, vocabulary)
    for joins in (0, 1, 99):
        items = _split(nouns, joins)
        if len(items) == want:
            return _complete(items, head, vocabulary)
    return _expand(items[0], want) if len(items) == 1 else None


def _cut_etc(nouns: Sequence[Token], vocabulary: Vocabulary) -> tuple[Sequence[Token], str]:
    """X、Y等新兴市场出口: the list before 等, and the head after it."""
    for i, token in enumerate(nouns):
        if token.kind == "etc" and i:
            after = nouns[i + 1 :]
            if any(t.kind in ("enum", "join") for t in after):
                return after, ""
            rest = "".join(t.text for t in after)
            return nouns[:i], vocabulary.head_of(clean_name(rest)) if rest else ""
    return nouns, ""


def _split(nouns: Sequence[Token], joins: int) -> list[str]:
    """Items between the marks of enumeration; the last `joins` of 和, 与, 及 part items too."""
    places = [i for i, t in enumerate(nouns) if t.kind == "join"]
    cuts = set(places[-joins:]) if joins else set()
    items: list[list[str]] = [[]]
    for i, token in enumerate(nouns):
        if token.kind == "enum" or i in cuts:
            items.append([])
        else:
            items[-1].append(token.text)
    return [text for item in items if (text := "".join(item).strip())]


def _complete(items: list[str], head: str, vocabulary: Vocabulary) -> list[str] | None:
    last = items[-1]
    if ordinals := _ordinals(items):
        return ordinals
    prefix = last[0] if last[0] in "对自" else ""
    shared = head or vocabulary.head_of(clean_name(last)) or next((e for e in _KINDS if last.endswith(e)), "")
    if clean_name(last) == shared and len(items) > 1:
        shared = ""
    shared = _after_alike(items, shared) or shared
    if len(shared) == 1:
        return None
    first = items[0]
    qualifier = next((q for q in vocabulary.of_names.qualifiers if first.startswith(q) and first != q), "")
    preposition = first[0] if first[0] in "对自" and len(first) > 1 and not prefix else ""
    stem = _stem(first, vocabulary)
    names = []
    for i, item in enumerate(items):
        name = item
        if (i < len(items) - 1 or head) and not _whole(item, vocabulary):
            name = join(name, shared)
        if (
            i
            and qualifier
            and not _whole(item, vocabulary)
            and not item.startswith(vocabulary.of_names.qualifiers)
        ):
            name = qualifier + name
        if i and stem and vocabulary.head_of(clean_name(item)) == clean_name(item):
            name = stem + item
        if i and preposition and not item.startswith(preposition):
            name = preposition + name
        names.append(name.replace("类商品零售额", "类零售额"))
    return names


def _after_alike(items: list[str], head: str) -> str:
    """铁路、公路运输总周转量: the head begins where names of one length and end do; '' where that can't be told.

    Where the known head is one character (水稻、玉米综合机械化率) the length alone decides.
    """
    last, first = items[-1], items[0]
    size = len(first)
    if any(len(item) != size for item in items[:-1]) or len(last) < size + _SHORTEST_HEAD:
        return ""
    alike = all(item[-1] == last[size - 1] for item in items[:-1])
    return last[size:] if head and last[:size] not in items and (alike or len(head) == 1) else ""


def _stem(first: str, vocabulary: Vocabulary) -> str:
    """规模以上工业企业 of 规模以上工业企业营业收入、利润总额: whose the bare heads after it are."""
    cleaned = clean_name(first)
    if cleaned in vocabulary.names and not cleaned.startswith("规模以上工业企业"):
        return ""
    return cleaned.removesuffix(vocabulary.head_of(cleaned) or cleaned)


def join(stem: str, head: str) -> str:
    """Both as one name: 城镇居民 and 居民人均可支配收入 share a word."""
    if stem.endswith("业") and head.startswith(_KINDS):
        return stem + head[2:]  # 汽车制造业 and 行业增加值
    least = 1 if head.startswith("类") else 2
    size = next((n for n in range(min(len(stem), len(head)), least - 1, -1) if stem.endswith(head[:n])), 0)
    return stem + head[size:]


def _whole(item: str, vocabulary: Vocabulary) -> bool:
    """True for a name that needs no head."""
    cleaned = clean_name(item)
    if cleaned in vocabulary.names and cleaned not in vocabulary.weak:
        return True
    return bool(vocabulary.head_of(cleaned)) and cleaned not in vocabulary.weak


def _ordinals(items: list[str]) -> list[str] | None:
    """第一、二、三产业增加值: three names."""
    numbers = [_ORDINAL.match(item) for item in items[:-1]]
    last = re.match(r"^第?([一二三])(?:次)?产业(.{0,12})$", items[-1])
    if not numbers or last is None or not all(numbers):
        return None
    order = [m[1] for m in numbers if m] + [last[1]]
    return [f"第{n}产业{last[2]}" for n in order]


def _expand(item: str, want: int) -> list[str] | None:
    """城乡居民收入 names two, 三次产业 three."""
    for word, parts in _SHORT:
        if word in item and len(parts) == want:
            return [item.replace(word, part) for part in parts]
    return None
