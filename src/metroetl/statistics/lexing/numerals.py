"""Numbers of a text with their units: figures, Chinese numerals, fractions, 兆."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metroetl.statistics.lexing.tokens import Token
from metroetl.statistics.vocabulary.units import UNITS
from metroetl.statistics.vocabulary.wordlists import unit_words

_NUMBER = re.compile(
    r"(?=[-+\d])(?:(?<![\d.])(?:[-+](?<![\d%A-Za-z)][-+]))?\d{1,3}(?:,\d{3})++(?:\.\d++)?|(?<![\d.])(?:[-+](?<![\d%A-Za-z)][-+]))?\d++(?:\.\d++)?)"
)
_RATIO = re.compile(f"/(?:{'|'.join(map(re.escape, sorted(unit_words().ratio, key=len, reverse=True)))})")
_TRILLION = re.compile(
    r"(?P<whole>\d{1,4}(?:,\d{3})?(?:\.\d{1,6})?)(?:兆|万(?=\d{4}(?:\.\d+)?亿))(?:余)?(?:(?P<rest>\d{1,4}(?:\.\d{1,4})?)亿)?(?P<unit>美元|元)"
)
_NUMERAL = re.compile(
    r"(?=[一二两三四五六七八九十百])(?:百分之(?P<percent>[零一二两三四五六七八九十百]{1,5}(?:点[零一二三四五六七八九]{1,3})?)"
    r"|(?P<parts>[二三四五六七八九十])分之(?P<of>[一二两三四五六七八九])"
    r"|(?<![几数第])(?P<count>[一二两三四五六七八九十][零一二两三四五六七八九十百千万亿]{0,8}?)(?=(?:多|余)?(?P<unit>成半?|倍|个百分点|个点|万?亿[美]?元|万[美]?元|亿人(?!次)|万人(?!次))))"
)
_UNIT_SET = frozenset(UNITS)
_UNIT_SIZES = {
    first: sorted({len(unit) for unit in UNITS if unit.startswith(first)}, reverse=True)
    for first in {unit[:1] for unit in UNITS}
}
_LONGEST_NUMBER = 18
_LETTER_NAMES = ("GDP", "CPI", "PPI", "PMI")


def numbers(piece: str) -> Iterator[Token]:
    """Number tokens of uniform text; a numeral keeps its text and has its value in `data`."""
    for match in _NUMBER.finditer(piece):
        if (token := _number(piece, match)) is not None:
            yield token
    for match in _NUMERAL.finditer(piece):
        yield _numeral(match)
    if "兆" in piece or "万" in piece:
        for match in _TRILLION.finditer(piece):
            yield _trillions(match)


def _number(piece: str, match: re.Match[str]) -> Token | None:
    text = match.group()
    if len(text) > _LONGEST_NUMBER:
        return None
    begin, end = match.span()
    letter = begin and piece[begin - 1].isascii() and piece[begin - 1].isalpha()
    if letter and not piece.endswith(_LETTER_NAMES, 0, begin):
        return None
    at = end + 1 if piece[end : end + 1] == " " or piece[end : end + 2] == ".%" else end
    for size in _UNIT_SIZES.get(piece[at : at + 1], ()):
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
