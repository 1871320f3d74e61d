"""What the printed text says about a number and a page: its sign, whether it is a forecast, whether it is readable."""

from __future__ import annotations

import re
import unicodedata

_NUMBER = re.compile(r"[-－−]?[0-9][0-9,]{0,20}(?:\.[0-9]{1,10})?")
_DOWN = ("下降", "减少", "降低", "下滑", "回落", "负增长")
_DIRECTION = re.compile(rf"(增长|增加|上升|提高|{'|'.join(_DOWN)})[了约近超过为 ]{{0,3}}$")
_FORECAST = re.compile(r"预计|力争|有望|预期将|计划完成|计划实现")
_CLAUSE_END = re.compile(r"[，。；;！？\n]")
_BROKEN = re.compile("[\ufffd\ue000-\uf8ff]")
_ASCII = re.compile("[\x00-\x7f]+")
_HAN = re.compile("[\u4e00-\u9fff]")
_MIXED_UP = (("gb18030", "utf-8", 3), ("latin-1", "utf-8", 3), ("latin-1", "gb18030", 2))
SAMPLE = 2000


def printed_number(value_text: str) -> float | None:
    """The number that stands in the printed value, without its sign; None for words (持平, 翻一番)."""
    found = _NUMBER.search(unicodedata.normalize("NFKC", value_text))
    return abs(float(found[0].replace(",", "").replace("−", "-"))) if found else None


def clause_before(quote: str, value_text: str) -> str | None:
    """The words of the clause before the value (a quote ends with its value); None where it isn't in the quote."""
    if not value_text or value_text not in quote:
        return None
    before = quote[: quote.rindex(value_text)][-60:]
    return _CLAUSE_END.split(before)[-1]


def sign_agrees(quote: str, value_text: str, value: float) -> bool | None:
    """Whether the direction word right before a growth rate agrees with its sign; None without such a word."""
    before = clause_before(quote, value_text)
    found = _DIRECTION.search(before.rstrip()) if before is not None else None
    if not found or value == 0 or value_text.lstrip().startswith(("-", "－", "−")):
        return None
    return (found[1] in _DOWN) == (value < 0)


def is_forecast(quote: str, value_text: str) -> bool | None:
    """Whether the value's own clause speaks of the future; None where the value can't be placed."""
    before = clause_before(quote, value_text)
    return None if before is None else bool(_FORECAST.search(before))


def broken_share(text: str) -> float:
    """Share of replacement and private characters: what a decoder could not read."""
    return round(len(_BROKEN.findall(text)) / len(text), 4) if text else 0.0


def mojibake_share(text: str) -> float:
    """Share of the text's beginning that was decoded with a wrong table; clean releases stay below 0.1.

    Chinese in UTF-8 read as GB18030 gives rare characters that turn back into plain Chinese; read as Latin-1 it gives
    accented letters that do the same.
    """
    sample = text[:SAMPLE]
    foreign = _ASCII.sub("", sample)
    turned = (_turns_back(foreign, *tables) * len(foreign) / len(sample) for tables in _MIXED_UP if foreign)
    return round(max(broken_share(sample), *turned, 0.0), 4)


def _turns_back(foreign: str, wrong: str, right: str, width: int) -> float:
    """Share of the characters beyond ASCII that become Chinese once the wrong decoding is undone."""
    encoded = foreign.encode(wrong, "ignore")
    if not encoded or len(encoded) < len(foreign) / 2:
        return 0.0
    return min(1.0, width * len(_HAN.findall(encoded.decode(right, "ignore"))) / len(encoded))


def han_share(text: str) -> float:
    """Share of Chinese characters among letters and characters; 0 for an empty text."""
    sample = text[:SAMPLE]
    letters = sum(map(str.isalpha, sample))
    return round(len(_HAN.findall(sample)) / letters, 4) if letters else 0.0


def likeness(before: str, after: str) -> float:
    """How alike two titles are, 0 to 1; the years and periods in them may change."""
    from difflib import SequenceMatcher

    return round(SequenceMatcher(None, before, after, autojunk=False).ratio(), 4)
