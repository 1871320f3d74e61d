"""What a line of a Chinese official text is: heading, note, running text, or the furniture of the page."""

from __future__ import annotations

import re

from metroetl.documents.models import BlockKind

INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
BLANKS = re.compile("[ \t\r\n\f\v\u00a0\u2000-\u200a\u202f]+")
CJK = "\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"
LINE_BREAK = re.compile(rf"(?<=[{CJK}])[ \t]*+[\r\n][ \t\r\n]*+(?=[{CJK}])")
# control characters would steer a terminal, direction marks would show text in another order than it is read
UNSHOWN = {
    **dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)), "\ufffd"),
    **dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd"),
}

NUMERAL = "[一二三四五六七八九十百]{1,4}"
NUMBERED = (
    (re.compile(rf"第(?:{NUMERAL}|[0-9]{{1,3}})[章篇编]"), 1),
    (re.compile(rf"第(?:{NUMERAL}|[0-9]{{1,3}})节"), 2),
    (re.compile(rf"{NUMERAL}、"), 1),
    (re.compile(rf"[（(]{NUMERAL}[）)]"), 2),
    (re.compile(r"[0-9０-９]{1,2}[.．、](?![0-9０-９])"), 3),
    (re.compile(r"[（(][0-9０-９]{1,2}[）)]"), 4),
)
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
HEADING_LENGTH = 60
LONGEST = 3000
NOTE = re.compile(r"(?:注|备注|附注|说明|资料来源|数据来源)\s?[0-9]{0,2}\s?[：:]|注[0-9]{1,2}[.、：]")
STARTS = re.compile(
    rf"[　【〔（(□■●◆★※*#]|第(?:{NUMERAL}|[0-9]{{1,3}})[章节篇编条期]|{NUMERAL}[、是]|[0-9]{{1,2}}[.．、]"
    r"|附件|附表|附录|表[0-9]|图[0-9]|注[：:0-9]|[^，。；：:]{1,8}[：:]|(?:19|20)[0-9]{2}年|[二〇○]{2}"
)
ENDS = "。！？；：…!?;:】"
GOES_ON = "，、,（《〈“‘—"
CANT_START = "，。、；：！？）》〉”’,;)"
FURNITURE = re.compile(
    r"扫一扫.{0,24}|.{0,4}手机(?:上)?(?:打开|查看|阅读|浏览).{0,12}"
    r"|[【\[（(]?(?:我要|本文)?(?:分享|转发)(?:[到至][：:]?.{0,40}|[：:】\]）)].{0,40})?"
    r"|(?:[\s【】\[\]（）()|｜·]|打\s?印|关\s?闭|本\s?页|窗\s?口|文章|正文|返回|顶部|上页|收藏|纠错|下载|推荐|大|中|小|字体|字号|[：:]|A[+-]?a?){2,30}"
    r"|[【\[（(]?字\s?[体号][：:]?[\s大中小】\]）)]{0,16}"
    r"|(?:浏览|阅读|访问|点击|查看)(?:次|量|数|率|人){0,2}(?:次数)?[：:]?\s{0,4}[0-9]{0,9}\s?次?"
    r"|(?:上|下)一(?:篇|条|页|个)(?:[：:].{0,80})?"
    r"|(?:您|你)?(?:现在|当前)(?:的)?位置[：:是].{0,120}"
)


def clean_line(text: str) -> str:
    """One line without layout: blanks collapsed, invisible characters and the first-line indent gone.

    A line break of the source between two Chinese characters is no blank; U+3000 inside the line stays.
    """
    text = LINE_BREAK.sub("", INVISIBLE.sub("", text))
    return BLANKS.sub(" ", text).strip(" \u3000")


def raised(text: str, before: str, *, low: bool = False) -> str:
    """A raised (or lowered) text: exponents of units as ² ³, bare footnote numbers in brackets, the rest as it is."""
    text = text.strip()
    if low or not text.isdecimal():
        return text
    if before.rstrip()[-1:].isascii() and before.rstrip()[-1:].isalpha():
        return text.translate(RAISED)
    return f"[{text}]"


def shown(text: str) -> str:
    """Text as it may be shown: control characters and direction marks replaced."""
    return text.translate(UNSHOWN)


def line_kind(text: str) -> tuple[BlockKind, int]:
    """Kind and level of a line by its numbering: heading (1–4), note or paragraph."""
    if NOTE.match(text):
        return "note", 0
    level = numbering_level(text)
    if level and len(text) <= HEADING_LENGTH and text[-1] not in "。；;，,：:！!" and "。" not in text:
        return "heading", level
    return "paragraph", 0


def numbering_level(text: str) -> int:
    """Level of the number a line begins with (第…章 1, 第…节 2, 一、 1, （一） 2, 1. 3, （1） 4), else 0."""
    return next((level for pattern, level in NUMBERED if pattern.match(text)), 0)


def continues(line: str, following: str, *, sure: bool = False) -> bool:
    """Whether a line break only wraps: the sentence goes on in the following line.

    With `sure` only where punctuation proves it; else also where running text stops without any.
    """
    if not line or not following or len(line) > LONGEST:
        return False
    if line[-1] in ENDS or STARTS.match(following) or line_kind(line)[0] == "heading":
        return following[0] in CANT_START
    if line[-1] in GOES_ON or following[0] in CANT_START:
        return True
    return not sure and len(line) >= 20 and any(mark in line for mark in "，。；、")


def is_furniture(text: str) -> bool:
    """Whether a line belongs to the page, not to the document: share bar, font size, visit counter, pager."""
    return len(text) <= 130 and FURNITURE.fullmatch(text) is not None
