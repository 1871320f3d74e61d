"""Text made uniform for reading, with a map back to the source text."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

# blocks that end a line, cells that end a column; every other tag vanishes
_BLOCK = frozenset(
    ("p", "div", "br", "li", "ul", "ol", "tr", "table", "caption", "thead", "tbody", "tfoot", "section", "article", "header", "footer",
     "h1", "h2", "h3", "h4", "h5", "h6")
)  # fmt: skip
_MARKUP = re.compile(
    r"<(?P<close>/?)(?P<tag>[A-Za-z][A-Za-z0-9]{0,15})(?:[\s/][^<>]{0,2000})?>"
    r"|<!--.{0,4000}?-->"
    r"|(?<=[\u4e00-\u9fff])\([a-z\u00e0-\u01dc]{1,7}\)"  # pinyin broken into the words: 統(tǒng)計
    r"|(?P<entity>&#?\w{1,10};)"
    r"|(?P<link>\]\([^()\s]{1,600}\))"
    r"|(?P<mark>\*\*|`)",
    re.DOTALL,
)
_BEGINS_MARKUP = re.compile(r"[<(&\]*`]")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_CHARACTERS = {
    **_FULL_WIDTH,
    **dict.fromkeys(map(ord, "—–－−~～―‐‑‒─"), "-"),
    **dict.fromkeys(map(ord, "\u3000\xa0\u2002\u2003\u2009\u200a\r\x0b\x0c"), " "),
    **dict.fromkeys(map(ord, ",，﹐"), ","),
    **dict.fromkeys(map(ord, "∶：﹕"), ":"),
    **dict.fromkeys(map(ord, ";；"), "；"),
    **dict.fromkeys(map(ord, "％﹪"), "%"),
    **dict.fromkeys(map(ord, "﹒．・"), "."),
    ord("["): "(",
    ord("]"): ")",
    ord("【"): "(",
    ord("】"): ")",
    ord("!"): "！",
    ord("！"): "！",
    ord("?"): "？",
    ord("？"): "？",
    ord("『"): "“",
    ord("』"): "”",
    ord("「"): "“",
    ord("」"): "”",
    ord("\u2028"): "\n",
    ord("\u2029"): "\n",
}
_TAIWAN = re.compile("積體電路|資訊|軟體|人工智慧|網路|數位|筆記型|列印")
_STOP = re.compile(r"(?<=[\u4e00-\u9fff])\.(?=[\u4e00-\u9fff])")
_TRADITIONAL = re.compile("[國業產總額億與對營應長開實現經濟規財進資會區務農據車專際東門廣達標計幣貿]")


@dataclass(slots=True)
class Normalised:
    """Uniform text; `offsets[i]` is the place in `source` of character i (None where both are alike)."""

    source: str
    text: str
    offsets: list[int] | None = field(default=None, repr=False)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Half-open range of the source text that the range of the uniform text came from."""
        if self.offsets is None:
            return start, end
        if not self.offsets or end <= start:
            return 0, 0
        return self.offsets[start], self.offsets[end - 1] + 1


@lru_cache(maxsize=4)  # a text is looked ahead through, then read
def normalise(source: str) -> Normalised:
    """Uniform text of a source text: width, dashes, markup (HTML, Markdown) and traditional characters.

    Block tags become line ends and cells tab stops, so that a table left in the text can be read as one.
    """
    source = _STOP.sub("。", source.replace("\n%", " %"))
    if _BEGINS_MARKUP.search(source) is None or _MARKUP.search(source) is None:
        return Normalised(source, _simplify(source.translate(_CHARACTERS)))
    pieces, offsets = _strip(source)
    return Normalised(source, _simplify("".join(pieces).translate(_CHARACTERS)), offsets)


def _strip(source: str) -> tuple[list[str], list[int]]:
    pieces: list[str] = []
    offsets: list[int] = []
    position, row = 0, False
    for match in _MARKUP.finditer(source):
        piece = source[position : match.start()]
        pieces.append(piece.replace("\n", " ") if row else piece)
        offsets.extend(range(position, match.start()))
        position = match.end()
        tag = (match["tag"] or "").lower()
        if tag == "tr":
            row = not match["close"]
        mark = _replacement(match, tag)
        pieces.append(mark)
        offsets.extend([match.start()] * len(mark))
    pieces.append(source[position:])
    offsets.extend(range(position, len(source)))
    return pieces, offsets


def _replacement(match: re.Match[str], tag: str) -> str:
    if match["entity"]:
        plain = html.unescape(match["entity"])
        return plain if len(plain) == 1 else " "
    if match["link"]:
        return "]"
    if tag in ("td", "th"):
        return "\t" if match["close"] else ""
    return "\n" if tag in _BLOCK else ""


def _simplify(text: str) -> str:
    if _TRADITIONAL.search(text) is None:
        return text
    convert = _converter("tw2sp" if _TAIWAN.search(text) else "t2s")
    simple = convert(text)
    return simple if len(simple) == len(text) else "".join(_one(convert(c), c) for c in text)


def _one(converted: str, original: str) -> str:
    return converted if len(converted) == 1 else original


@lru_cache(maxsize=2)
def _converter(config: str) -> Callable[[str], str]:
    import opencc

    convert: Callable[[str], str] = opencc.OpenCC(config).convert
    return convert
