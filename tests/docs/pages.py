"""The pages of the documentation, and the commands in their shell blocks."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.conftest import ROOT

PAGES = [
    path.relative_to(ROOT)
    for path in (*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md")))
    if "reference" not in path.parts and path.name != "CHANGELOG.md"
]
BLOCK = re.compile(r"^( *)```(?:sh|bash|shell)\n(.*?)^\1```", re.DOTALL | re.MULTILINE)


def commands_of(page: Path) -> list[str]:
    """The commands of a page in their order; one may go on over several lines."""
    found: list[str] = []
    for _, block in BLOCK.findall(page.read_text(encoding="utf-8")):
        waiting = ""
        for line in block.splitlines():
            waiting += line.strip() + "\n"
            if waiting.rstrip().endswith("\\") or not _is_whole(waiting):
                continue
            if command := waiting.replace("\\\n", " ").strip():
                found.append(command)
            waiting = ""
        assert not waiting.strip(), f"{page}: a command without an end: {waiting}"
    return [command for command in found if not command.startswith("#")]


def _is_whole(text: str) -> bool:
    try:
        shlex.split(text, comments=True)
    except ValueError:
        return False
    return True
