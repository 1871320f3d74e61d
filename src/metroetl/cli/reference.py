"""The reference pages that are made from the code: commands, settings, errors. `make docs` writes them."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from metroetl import errors
from metroetl.errors import MetroError
from metroetl.settings import Settings


def settings_page() -> str:
    """All settings: environment variable, type, default, what it is for."""
    lines = [
        "# Settings · 设置",
        "",
        "Environment variables, or lines of a file `.env` in the working folder. Made from the code by `make docs`.",
        "",
        inspect.cleandoc(Settings.__doc__ or "").partition("\n\n")[2],
        "",
        "| variable | type | default | for |",
        "|---|---|---|---|",
    ]
    prefix = str(Settings.model_config.get("env_prefix", ""))
    for name, field in Settings.model_fields.items():
        kind = _kind(field.annotation).replace("|", "\\|")
        default = field.get_default(call_default_factory=True)
        words = (field.description or "").replace("|", "\\|")
        lines.append(f"| `{prefix}{name.upper()}` | {kind} | `{default!s}` | {words} |")
    return "\n".join(lines).replace("``", "") + "\n"


def _kind(annotation: Any) -> str:
    """A type as a person reads it."""
    if get_origin(annotation) is Literal:
        return " | ".join(get_args(annotation))
    text = (
        annotation.__name__ if isinstance(annotation, type) and not get_args(annotation) else str(annotation)
    )
    return re.sub(r"\b[a-z]\w*(?:\.\w+)*\.(?=[A-Z])", "", text)


def errors_page() -> str:
    """All named errors: code, what happened, what to do; indented under what they are a kind of."""
    lines = [
        "# Errors · 错误",
        "",
        "Every failure has a stable code: it stands in `raw_fetch.outcome`, in the run's summary, in quarantine, or is what a",
        "command prints. Made from the code by `make docs`.",
        "",
        "| code | what happened | what to do |",
        "|---|---|---|",
    ]
    for error in _tree(MetroError):
        what = " ".join((error.__doc__ or "").split("\n\n")[0].split())
        lines.append(f"| `{error.code}` | {what} | {error.way_out} |".replace("\n", " "))
    return "\n".join(lines) + "\n"


def _tree(root: type[MetroError]) -> Iterator[type[MetroError]]:
    yield root
    for kind in root.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield from _tree(kind)


def commands_page() -> str:
    """All commands with their options."""
    import typer
    from typer.cli import get_docs_for_click

    from metroetl.cli import app

    command = typer.main.get_command(app)
    page = get_docs_for_click(obj=command, ctx=typer.Context(command), name="metroetl")
    return page.rstrip() + "\n"


PAGES = {"commands.md": commands_page, "settings.md": settings_page, "errors.md": errors_page}


def main(folder: Path) -> None:
    """Write the pages into a folder."""
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
