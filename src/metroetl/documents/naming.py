"""Keys by which the same paper is told on several sites: 发文字号 and titles without what sites do to them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

HAN = r"\u3400-\u9fff"
NUMBER = re.compile(
    rf"([{HAN}]{{1,20}})[\[(〔【]?((?:19|20)\d\d)年?[\])〕】]?第?0{{0,4}}(\d{{1,5}})号|([{HAN}]{{1,20}}令)第?(\d{{1,4}})号"
)
WRAPPER = re.compile(
    r"(?:关于)?(?:印发|转发|批转|发布|公布)(?:[^《》]{0,60})《(?P<quoted>.{4,160})》的?[^《》]{0,6}$"
)
FORWARDED = re.compile(r"(?:关于)?(?:转发|批转)(?P<whole>[^《》]{8,160})的通知$")
MAKER = re.compile(
    rf"^[{HAN}、·\s]{{2,80}}?(?:政府|办公厅|办公室|委员会|厅|局|委|部|院|会|中心|署|总队|办)(?=关于)"
)
TAIL = re.compile(
    r"\((?:[^()]{0,30}号|全文|附全文|附[^()]{0,12}|公开版|转载|[^()]{0,4}PDF[^()]{0,4})\)$|\.(?:pdf|docx?|wps|html?|ofd)$",
    re.I,
)
PUNCTUATION = re.compile(r"[^\w]|_")
KINDS = re.compile(
    r"解读|图解|一图|问答|答记者问|发布会|吹风会|征求意见|征集意见|意见稿|草案|送审|公示|废止|失效|修订|修正|修改|更正|勘误"
    r"|说明|简介|述评|评论|综述|摘要|提要|目录|预告"
)
NUMERALS = re.compile(
    r"\d+(?:\.\d+)?|第[一二三四五六七八九十百]{1,4}|[一二三四]季度|上半年|下半年|前三季度|全年|[一二三四五六七八九十]{1,3}月"
)
MARKS = str.maketrans("〈〉「」『』", "《》“”“”")


def plain(text: str) -> str:
    """Text without blanks, in the usual width, nested book marks as simple ones."""
    return "".join(unicodedata.normalize("NFKC", text).translate(MARKS).split())


def number_key(number: str | None) -> str:
    """A 发文字号 in one form, whatever its brackets and blanks; empty where there is none."""
    found = NUMBER.fullmatch(plain(number)) if number else None
    if found is None:
        return ""
    return f"{found[1]}〔{found[2]}〕{found[3]}号" if found[1] else f"{found[4]}{found[5]}号"


@lru_cache(maxsize=50_000)
def title_layers(title: str) -> tuple[str, ...]:
    """Keys of a title and of what it wraps, the outermost first: 转发《…关于印发《…》的通知》的通知 has three.

    A key lacks the issuer before 关于, a number or 全文 in brackets behind, and all punctuation.
    """
    layers: list[str] = []
    rest = plain(title)[:300]
    while rest and len(layers) < 4:
        rest = _without_tails(_without_marks(rest))
        layers.append(PUNCTUATION.sub("", MAKER.sub("", rest)))
        wrapped = WRAPPER.search(rest) or FORWARDED.search(rest)
        rest = next(iter(wrapped.groups()), "") if wrapped else ""
    return tuple(layer for layer in layers if layer)


@lru_cache(maxsize=50_000)
def title_kind(title: str) -> frozenset[str]:
    """Words that make another document of the same name: 解读, 征求意见稿, 修订 …"""
    return frozenset(KINDS.findall(plain(title)))


@lru_cache(maxsize=50_000)
def title_numerals(title: str) -> frozenset[str]:
    """Years, numbers, batches and periods that a title names."""
    return frozenset(NUMERALS.findall(plain(title)))


def _without_marks(title: str) -> str:
    whole = title.startswith("《") and title.endswith("》") and "《" not in title[1:]
    return title[1:-1] if whole else title


def _without_tails(title: str) -> str:
    while (shorter := TAIL.sub("", title)) != title:
        title = shorter
    return title
