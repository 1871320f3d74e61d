"""Names of public bodies: what is one, and lists of them taken apart."""

from __future__ import annotations

import re
from functools import cache

from metroetl.plans.counts import numeral
from metroetl.plans.words import alternation, words

_MORE = re.compile(
    r"等([一二三四五六七八九十\d]{1,3})?(?:个)?(?:部门|单位|部委|委|方|省市|机构|家|地)?$|等(?:有关|相关)?(?:部门|单位|方面)?$"
)
_SPLIT = re.compile(
    r"[、，,；;\s]+|(?<=[部委厅局署院办会府组行])(?:和|与|及|会同|联合)(?=[\u3400-\u9fff]{2})"
)


@cache
def _ending() -> re.Pattern[str]:
    return re.compile(rf"(?:{alternation('organs', 'suffixes')})$")


def is_body(name: str) -> bool:
    """Whether a name is a public body's, by its ending or by being known."""
    plain = re.sub(r"[（(][^（）()]{0,20}[）)]$", "", name)
    if name in words("organs")["names"] or plain in words("organs")["names"]:
        return True
    return 2 <= len(name) <= 40 and bool(_ending().search(plain) or _ending().search(name))


def split_bodies(text: str) -> tuple[list[str], int | None]:
    """The bodies of a list as printed, in their order, and the number that “等9部门” states; 等 is dropped."""
    text = text.strip(" ：:，、。")
    count = None
    more = _MORE.search(text)
    if more:
        count = int(numeral(more[1]) or 0) or None if more[1] else None
        text = text[: more.start()]
    parts = (re.sub(r"等$", "", part.strip()) for part in _split_outside_brackets(text))
    return [part for part in parts if part], count


def _split_outside_brackets(text: str) -> list[str]:
    parts, start, depth = [], 0, 0
    for found in re.finditer(rf"[（(]|[）)]|{_SPLIT.pattern}", text):
        if found.group() in "（(":
            depth += 1
        elif found.group() in "）)":
            depth = max(0, depth - 1)
        elif depth == 0:
            parts.append(text[start : found.start()])
            start = found.end()
    return [*parts, text[start:]]
