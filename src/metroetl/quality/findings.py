"""Columns that hand the reader's findings to the gate: what it set against what in the document, and what it doubts.

The evidence of a statement is text, one line a finding: `name weight`, `name(figures)` or `name(figures) weight`, with
the names of metroetl.statistics.arithmetic.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_FINDING = re.compile(r"([^()\n]{1,60})\((.{1,2000})\) \d\.?\d{0,6}")
CONFLICT, UNIT, ARITHMETIC = ("disagrees:",), ("unit-error:",), ("broken:", "sign:")


def add_reader_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """stated_values, stated_units and identity: the figures that contradict each other; doubts: why it abstained.

    Each is empty where there is nothing to tell.
    """
    texts = frame["evidence"].fillna("").tolist()
    known = {text: text.splitlines() for text in set(texts)}
    lines = [known[text] for text in texts]
    published = frame["publish"].astype(bool)
    return frame.assign(
        stated_values=[figures(found, CONFLICT) for found in lines],
        stated_units=[figures(found, UNIT) for found in lines],
        identity=[figures(found, ARITHMETIC, named=True) for found in lines],
        doubts=[
            "" if sure else "；".join(found) or f"confidence {confidence:g}"
            for sure, found, confidence in zip(
                published.tolist(), lines, frame["confidence"].tolist(), strict=True
            )
        ],
    )


def figures(evidence: list[str], names: tuple[str, ...], named: bool = False) -> str:
    """The figures of the findings whose name begins so, with the name if `named`."""
    if not evidence:
        return ""
    found = [match for line in evidence if line.startswith(names) and (match := _FINDING.fullmatch(line))]
    return "；".join(f"{m[1]} {m[2]}" if named else m[2] for m in found)
