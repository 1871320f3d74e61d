"""Funds that a text names, under one name each: 专项债, 超长期国债, 中央预算内投资, 财政专项资金."""

from __future__ import annotations

import re

_FUNDS = (
    ("超长期国债", re.compile(r"超长期(?:特别)?国债")),
    ("专项债", re.compile(r"专项债")),
    ("中央预算内投资", re.compile(r"中央(?:财政)?预算内")),
    ("财政专项资金", re.compile(r"财政[^，。；、\s]{0,8}专项")),
)


def find_funding(*texts: str) -> list[str]:
    """The funds that the texts name, in the order in which they are first named."""
    text = "\n".join(filter(None, texts))
    found = ((match.start(), name) for name, form in _FUNDS if (match := form.search(text)))
    return [name for _, name in sorted(found)]
