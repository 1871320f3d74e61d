"""A trace as one self-contained HTML page: the chain, the document's text with the figure marked, the page as archived.

Nothing is asked of the network and no script runs: text of the document is escaped, and the stranger's own markup
stands cleaned in a sandboxed frame with a policy of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from metroetl.documents.lines import shown
from metroetl.documents.models import Block, Cell, Document, Span
from metroetl.pipeline.trace import Row, Trace, archived, locate

if TYPE_CHECKING:
    from metroetl.harvest.models import Snapshot
    from metroetl.warehouse import Warehouse

FRAME = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{{font:15px/1.8 "Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;margin:12px;overflow-wrap:anywhere}}
table{{border-collapse:collapse}}td,th{{border:1px solid #bbb;padding:2px 8px}}mark{{background:#ffd54a}}</style>
</head><body>{body}</body></html>"""


@dataclass(frozen=True)
class Passage:
    """A block with the marked part of its text, or rows of cells of which one may be marked."""

    kind: str
    before: str = ""
    marked: str = ""
    after: str = ""
    rows: list[list[tuple[Cell, bool]]] = field(default_factory=list)
    caption: str = ""

    @property
    def has_mark(self) -> bool:
        """Whether the figure stands here."""
        return bool(self.marked) or any(marked for row in self.rows for _, marked in row)


def write_page(warehouse: Warehouse, found: Trace) -> str:
    """The page of a trace; raises what `archived` raises."""
    document, snapshot, data = archived(warehouse, found.figure["snapshot_id"])
    span = locate(document.text, found.figure)
    return render(found, document, span, framed(document, span, snapshot, data))


def render(found: Trace, document: Document, span: Span | None, frame: str | None) -> str:
    """The page of a trace, of the document as it is read today, and of the archived page for the frame, if it is one."""
    from jinja2 import Environment, PackageLoader

    from metroetl.pipeline.trace_text import decisions_of, facts_of, heading_of, prints_of

    environment = Environment(
        loader=PackageLoader("metroetl.pipeline"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: shown(value) if isinstance(value, str) else value,
    )
    return environment.get_template("trace.html").render(
        heading=heading_of(found.figure),
        sentence=(found.before, found.quote, found.after),
        facts=[*facts_of(found.figure), *decisions_of(found)],
        prints=prints_of(found),
        passages=list(passages(document, span, found.figure)),
        title=document.title,
        link=document.url if document.url.startswith(("http://", "https://")) else "",
        same=document.content_hash == found.figure["content_hash"],
        frame=frame,
    )


def passages(document: Document, span: Span | None, figure: Row) -> Iterator[Passage]:
    """The blocks of the document; the figure is marked by its span, in a table by its cell."""
    whole = Block(kind="paragraph", text=document.text, start=0, end=len(document.text))
    table_no = 0
    for block in document.blocks or [whole]:
        if block.kind == "page_break":
            continue
        if block.table is None:
            yield _text(document.text, block, span)
            continue
        wanted = figure["row_no"], figure["column_no"]
        by_place = span is not None and figure["table_no"] == table_no
        rows: list[list[tuple[Cell, bool]]] = [[] for _ in range(block.table.rows)]
        for cell in block.table.cells:
            inside = (
                span is not None
                and cell.start <= span.start
                and span.end <= cell.end
                and span.start < cell.end
            )
            rows[cell.row].append((cell, (cell.row, cell.column) == wanted if by_place else inside))
        table_no += 1
        yield Passage(
            "table", rows=rows, caption=" ".join(filter(None, (block.table.caption, block.table.unit_note)))
        )


def _text(text: str, block: Block, span: Span | None) -> Passage:
    if span is None or span.end <= block.start or block.end <= span.start:
        return Passage(block.kind, before=text[block.start : block.end])
    start, end = max(span.start, block.start), min(span.end, block.end)
    return Passage(block.kind, text[block.start : start], text[start:end], text[end : block.end])


def framed(document: Document, span: Span | None, snapshot: Snapshot, data: bytes) -> str | None:
    """The archived page, cleaned, for a sandboxed frame; None where the snapshot is a file."""
    from metroetl.documents.decode import decode
    from metroetl.documents.kinds import kind_of
    from metroetl.documents.page import header_charset
    from metroetl.documents.stranger import clean_page

    if kind_of(data) != "page":
        return None
    before, marked = (document.text[: span.start], document.text[span.start : span.end]) if span else ("", "")
    html, _ = decode(data, header_charset(snapshot))
    return FRAME.format(body=clean_page(html, before[-400:], marked)[0])
