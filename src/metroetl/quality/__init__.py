"""The gate: suites of `expectations/` judge what is staged; quarantine, hold or publish; pages that show it.

Importing this room is cheap: Great Expectations and pandas are imported by the first call that needs them.
"""

from metroetl.quality.gate import run_gate
from metroetl.quality.models import GateResult, Outcome, Rule
from metroetl.quality.pages import write_validation_page
from metroetl.quality.quarantine import (
    list_quarantine,
    reject_quarantine,
    release_quarantine,
    show_quarantine,
)
from metroetl.quality.stopped import Stopped, held_batch, held_batches, stopped_in
from metroetl.quality.suites import load_suites, rules_version

__all__ = [
    "GateResult",
    "Outcome",
    "Rule",
    "Stopped",
    "held_batch",
    "held_batches",
    "list_quarantine",
    "load_suites",
    "reject_quarantine",
    "release_quarantine",
    "rules_version",
    "run_gate",
    "show_quarantine",
    "stopped_in",
    "write_validation_page",
]
