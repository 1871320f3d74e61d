"""Quarters as people type them."""

from __future__ import annotations

import re

import typer

_QUARTER = re.compile(r"(\d{4})-?Q([1-4])", re.IGNORECASE)


def quarter_of(text: str, option: str = "--quarter") -> str:
    """`2025Q1` or `2025-Q1` as `2025-Q1`; wrong usage (exit 2) otherwise."""
    found = _QUARTER.fullmatch(text.strip())
    if not found:
        raise typer.BadParameter(f"{text}：写作 2025Q1 · write 2025Q1", param_hint=option)
    return f"{found[1]}-Q{found[2]}"
