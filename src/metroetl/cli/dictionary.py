"""`metroetl warehouse dictionary`: the data dictionary as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(warehouse: typer.Typer) -> None:
    """Put the command into the group of the warehouse."""
    warehouse.command("dictionary")(dictionary)


def dictionary(
    output: Annotated[
        Path | None, typer.Option(dir_okay=False, help="写入文件，缺省为屏幕 · into a file instead")
    ] = None,
) -> None:
    """数据字典（中英文） · The data dictionary in Chinese and English, as Markdown."""
    from metroetl.settings import settings
    from metroetl.warehouse import Warehouse
    from metroetl.warehouse.dictionary_page import dictionary_page

    page = dictionary_page(Warehouse.open(settings()))
    if output is None:
        print(page, end="")
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(page, encoding="utf-8")
    print(output)
