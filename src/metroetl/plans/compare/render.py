"""A report as Markdown and as one self-contained HTML page. Texts of documents are escaped everywhere."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from metroetl.plans.compare.layout import Block, Heading, Paragraph, Picture, Quote, Report, Table, clean
from metroetl.plans.compare.pictures import environment

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_LIST = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s|$)")


def render_markdown(report: Report) -> str:
    """The report as Markdown; pictures are told by their caption only."""
    lines = [f"# {_plain(report.title)}", ""]
    lines += [_plain(report.subtitle), ""] if report.subtitle else []
    for block in report.blocks:
        lines += [*_markdown(block), ""]
    lines += ["## 资料来源", ""]
    lines += [
        f"{n}. {_plain(t)}" + (f" {_plain(u)}" if u else "") for n, (t, u) in enumerate(report.sources, 1)
    ]
    return "\n".join(lines).rstrip() + "\n"


def _markdown(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"{'#' * (block.level + 1)} {_plain(block.text)}"
    elif isinstance(block, Paragraph):
        yield _plain(block.text)
    elif isinstance(block, Quote):
        yield f"> {_plain(block.text)}" + (f"（{_plain(block.where)}）" if block.where else "")
    elif isinstance(block, Picture):
        yield f"（图见网页版：{_plain(block.caption)}）"
    else:
        yield from _rows(block)


def _rows(table: Table) -> Iterator[str]:
    if table.caption:
        yield f"**{_plain(table.caption)}**"
        yield ""
    yield f"| {' | '.join(map(_cell, table.head))} |"
    yield f"|{' --- |' * len(table.head)}"
    for row in table.rows:
        yield f"| {' | '.join(map(_cell, row))} |"


def _plain(text: str) -> str:
    escaped = _MARKS.sub(r"\\\1", clean(text).replace("\n", " "))
    return _LIST.sub(r"\1\\\2", escaped)


def _cell(text: str) -> str:
    return "<br>".join(_plain(line) for line in text.split("\n"))


def render_page(report: Report) -> str:
    """The report as one HTML page that opens offline; pictures are images in it, so nothing of them can run."""
    return (
        environment()
        .get_template("report.html")
        .render(report=report, image=_image, is_web=lambda url: url.startswith(("http://", "https://")))
    )


def _image(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")
