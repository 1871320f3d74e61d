"""Bytes to text: byte order mark, then valid UTF-8, then what page or header declare, then GB18030.

The declared charset alone isn't trusted: pages under `gb2312` hold characters of GB18030 only, and servers add a
default that the page contradicts (GOV_SITES §5). Raw bytes stay in the archive, so a better guess can come later.
"""

from __future__ import annotations

import codecs
import re

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SUPERSETS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
}
SINGLE_BYTE = {"iso8859-1", "cp1252", "ascii"}
META_CHARSET = re.compile(rb"charset\s{0,3}=\s{0,3}[\"']?\s{0,3}([A-Za-z0-9_.:-]{3,20})", re.I)
HEAD = 8192
REPLACEMENT = "\ufffd"


def decode(data: bytes, header_charset: str | None = None) -> tuple[str, str]:
    """Text and the encoding it was read with.

    Bytes that no encoding reads become U+FFFD in the text (`text.count(REPLACEMENT)`); nothing is dropped.
    """
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace"), encoding
    if (text := _utf8(data)) is not None:
        return text, "utf-8"
    tried = [(data.decode(e, "replace"), e) for e in _candidates(data, header_charset)]
    return min(tried, key=lambda pair: pair[0].count(REPLACEMENT))


def _utf8(data: bytes) -> str | None:
    """The text if it is UTF-8; a character cut off at the very end (a truncated answer) is allowed."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return None
        return data[: error.start].decode("utf-8") + REPLACEMENT


def _candidates(data: bytes, header_charset: str | None) -> list[str]:
    """Declared encodings first (page, then header), GB18030, and UTF-8 for a page with a few broken bytes."""
    declared = META_CHARSET.search(data[:HEAD])
    names = [declared.group(1).decode("ascii") if declared else None, header_charset, "gb18030", "utf-8"]
    found: list[str] = []
    for name in filter(None, names):
        known = _known(name)
        if known and known not in found:
            found.append(known)
    return found


def _known(name: str) -> str | None:
    name = SUPERSETS.get(name.strip().lower(), name.strip())
    try:
        canonical = codecs.lookup(name).name
    except LookupError:
        return None
    return None if canonical in SINGLE_BYTE else canonical
