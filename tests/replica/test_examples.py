"""The examples under tests/pages are what the replica makes today."""

from __future__ import annotations

from pathlib import Path

from metroetl.replica import examples


def test_examples_are_current_and_small(tmp_path: Path, root: Path) -> None:
    written = examples.write(tmp_path)
    kept = {
        p.relative_to(root / "tests" / "pages")
        for p in (root / "tests" / "pages").glob("*/*.*")
        if p.suffix != ".pyc"
    }
    assert kept == {p.relative_to(tmp_path) for p in written}
    for path in written:
        there = root / "tests" / "pages" / path.relative_to(tmp_path)
        assert there.read_bytes() == path.read_bytes(), (
            f"run python -m metroetl.replica.examples tests/pages ({there})"
        )
        assert path.stat().st_size < examples.LARGEST
