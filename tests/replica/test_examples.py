"""The examples under tests/pages are what the replica makes today."""

from __future__ import annotations

import json
from pathlib import Path

from metroetl.replica import examples


def test_examples_are_current_and_small(tmp_path: Path, root: Path) -> None:
    """Examples of a source that a person wrote by hand say so (`origin`), and are compared with nothing."""
    pages = root / "tests" / "pages"
    for path in examples.write(tmp_path):
        there = pages / path.relative_to(tmp_path)
        sidecar = there.with_name(there.stem.partition(".")[0] + ".expected.json")
        assert sidecar.exists(), f"run python -m metroetl.replica.examples tests/pages ({sidecar})"
        if json.loads(sidecar.read_text(encoding="utf-8"))["origin"] != "replica":
            continue
        assert there.read_bytes() == path.read_bytes(), (
            f"run python -m metroetl.replica.examples tests/pages ({there})"
        )
        assert path.stat().st_size < examples.LARGEST
