"""A report as a person reads it: its sentences and tables as Markdown, without how it looks."""

from __future__ import annotations

from metroetl.monitoring.content import Chart, Paragraph, Table
from metroetl.monitoring.report import CHAPTERS, Report

ROOMS = (
    "chapter_targets",
    "chapter_links",
    "chapter_loop",
)  # the other rooms of monitoring, tested by themselves
OWN = [(key, makers) for key, makers in CHAPTERS if key not in ROOMS]


def as_markdown(report: Report) -> str:
    """Every word of the report's sections."""
    words = report.view.words
    lines = [f"# {report.title}", "", f"> {words.word('editor')}{words.colon}{report.lead.text}", ""]
    for number, chapter in enumerate(report.chapters, 1):
        lines += [f"## {words.chapter_number(number)}{chapter.title}", ""]
        for place, section in enumerate(chapter.sections, 1):
            lines += [f"### {words.section_number(number, place)}{section.title}", ""]
            for block in section.blocks:
                lines += [*_block(block), ""]
    return "\n".join(lines).rstrip() + "\n"


def _block(block: Paragraph | Table | Chart) -> list[str]:
    if isinstance(block, Paragraph):
        return [block.text if block.kind == "text" else f"[{block.kind}] {block.text}"]
    if isinstance(block, Chart):
        return [f"![{block.title}]({block.name})", "", block.alt]
    rows = [["" if cell.text is None else cell.text for cell in row] for row in block.rows]
    table = [list(block.header), ["---"] * len(block.header), *rows]
    return [
        f"**{block.title}**",
        "",
        *(f"| {' | '.join(row)} |" for row in table),
        *([block.note] if block.note else []),
    ]
