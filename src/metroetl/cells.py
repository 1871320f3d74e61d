"""Cells of files that spreadsheets open: no text of a stranger is run as a formula (OWASP: CSV injection)."""

from __future__ import annotations

import re

RISKY = "^[=+\\-@\t\r\n＝＋－＠]"  # the full-width signs too: spreadsheets in Chinese run them
NUMBER = "^[+\\-＋－]?[0-9.,]+%?$"


def no_formula(value: object) -> object:
    """The value, an apostrophe before it where it is a text that a spreadsheet would run; numbers stay."""
    if not isinstance(value, str) or not re.search(RISKY, value) or re.search(NUMBER, value):
        return value
    return f"'{value}"
