"""The explanation of a plan, printed: by kind, each with its value and the words that state it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from metroetl.documents.lines import shown
from metroetl.plans.explanation.model import LABELS

if TYPE_CHECKING:
    from metroetl.plans.explanation.model import PlanExplanation

QUOTED = ("fact", "count", "target")
LONGEST = 90


def show_plan(explanation: PlanExplanation) -> None:
    """Print what was read of a plan."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, 160)
    console.print(Text(shown(explanation.document.title), "bold"))
    for kind, label in LABELS.items():
        entries = [e for e in explanation.entries if e.kind == kind]
        if not entries:
            continue
        console.print(Text(f"\n{label} {len(entries)}", "bold"))
        table = Table(box=None, padding=(0, 1), show_header=False)
        for _ in range(4):
            table.add_column(overflow="fold")
        for entry in entries:
            words = explanation.quote(entry).replace("\n", " ") if kind in QUOTED else ""
            cells = (entry.name, entry.value, entry.detail, words[:LONGEST])
            table.add_row(*(Text(shown(cell), "dim" if i > 1 else "") for i, cell in enumerate(cells)))
        console.print(table)
