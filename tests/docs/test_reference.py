"""The pages that are made from the code are as the code is: `make docs` writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from metroetl.cli.reference import PAGES


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_as_the_code_is(name: str, root: Path) -> None:
    assert (root / "docs/reference" / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"
