"""`metroetl explain`: what is read in a document, why, and which numbers aren't."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from metroetl.documents.models import Document
    from metroetl.statistics.explanation.model import Explanation, Passage, Piece, Record

STYLES = {
    "observation": "green",
    "abstained": "yellow",
    "target": "blue",
    "forecast": "magenta",
    "comparison": "cyan",
    "change": "dark_orange3",
    "contribution": "hot_pink3",
    "rank": "grey62",
    "average": "dark_khaki",
    "previous": "steel_blue1",
}
PLANS = ("plan", "notice_of_plan", "draft", "task_list")
UNREAD = "bold white on red"
COLUMNS = (
    "#",
    "指标",
    "code",
    "地区",
    "时间",
    "口径",
    "数值",
    "单位",
    "类别",
    "发布",
    "置信度",
    "规则",
    "依据",
)


def register(app: typer.Typer) -> None:
    """Put the command into the app."""
    app.command("explain")(explain)


def explain(
    file: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="HTML, PDF, XLSX, TXT")
    ] = None,
    snapshot: Annotated[
        str | None, typer.Option(help="存档中的一份（sha256） · an archived snapshot")
    ] = None,
    document: Annotated[
        str | None, typer.Option(help="已入库的文档（document_id） · a loaded document")
    ] = None,
    region: Annotated[str | None, typer.Option(help="代码或名称，代替文件所示 · whose release it is")] = None,
    date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="发布日期 · when it came out")
    ] = None,
    title: Annotated[str | None, typer.Option(help="标题 · its title")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="HTML，不联网即可打开")] = None,
    plan: Annotated[
        bool | None,
        typer.Option("--plan/--numbers", help="规划各项或各数字；缺省按文件类别 · by its kind if unset"),
    ] = None,
) -> None:
    """解释：读出了什么、依据何在、哪些数字没有读 · What is read, why, and which numbers aren't."""
    if sum(given is not None for given in (file, snapshot, document)) != 1:
        raise typer.BadParameter("FILE, --snapshot or --document: one of them")
    from metroetl.catalogue import catalogue
    from metroetl.documents.folder import document_of_person
    from metroetl.statistics.explanation.model import explain as explain_document

    found = document_of_person(file) if file else _archived(snapshot, document)
    told = {"region_code": region, "published_on": date.date() if date else None, "title": title}
    found = found.model_copy(update={k: v for k, v in told.items() if v is not None})
    if _explain_plan(found, plan, output):
        return
    explanation = explain_document(found, catalogue())
    if output is None:
        show(explanation)
        return
    from metroetl.statistics.explanation.page import render_page

    output.write_text(render_page(explanation), encoding="utf-8")
    print(f"{_counted(explanation)}\n{output}")


def _explain_plan(document: Document, wanted: bool | None, output: Path | None) -> bool:
    """Explain a document's plan where that is wanted, or where it is a plan and nothing else was said."""
    if wanted is False:
        return False
    from metroetl.catalogue import catalogue
    from metroetl.plans.explanation.model import explain_plan

    explanation = explain_plan(document, catalogue())
    if wanted is None and explanation.reading.kind not in PLANS:
        return False
    if output is None:
        from metroetl.cli.explain_plan import show_plan

        show_plan(explanation)
        return True
    from metroetl.plans.explanation.page import render_plan_page

    output.write_text(render_plan_page(explanation), encoding="utf-8")
    print(output)
    return True


def _archived(sha256: str | None, document_id: str | None) -> Document:
    """A document as it is read from the archive today."""
    from metroetl.catalogue import catalogue
    from metroetl.documents import read_document
    from metroetl.errors import WarehouseError
    from metroetl.harvest import Archive
    from metroetl.settings import settings

    if document_id is not None:
        return _loaded(document_id)
    archive = Archive(settings().archive)
    described = archive.described(str(sha256))
    if not described:
        raise WarehouseError(
            f"no snapshot {sha256} in {settings().archive}",
            way_out="`metroetl quarantine show ROW` and core_document name the sha256.",
        )
    snapshot = described[-1]
    source = catalogue().sources.get(snapshot.source_id)
    return read_document(archive.get(snapshot.sha256), snapshot, source)


def _loaded(document_id: str) -> Document:
    from metroetl.errors import WarehouseError
    from metroetl.pipeline.steps import open_existing
    from metroetl.pipeline.trace import archived

    warehouse = open_existing()
    sql = "SELECT snapshot_id FROM core_document WHERE document_id = :id"
    _, rows = warehouse.query(sql, {"id": document_id})
    if not rows:
        raise WarehouseError(f"no document {document_id}", way_out="core_document has the ids.")
    return archived(warehouse, str(rows[0][0]))[0]


def show(explanation: Explanation) -> None:
    """Print the document, each paragraph followed by its records."""
    from rich.console import Console
    from rich.text import Text

    from metroetl.documents.lines import shown
    from metroetl.statistics.explanation.page import document_facts

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, 160)
    console.print(Text(shown(explanation.document.title), style="bold"))
    console.print(Text(" · ".join(document_facts(explanation)), style="dim"))
    records = {r.number: r for r in explanation.records}
    for passage in explanation.passages:
        console.print()
        _show_passage(console, passage)
        if passage.records:
            _show_records(console, [records[n] for n in passage.records])
    console.print(Text("\n" + _counted(explanation), style="bold"))


def _counted(explanation: Explanation) -> str:
    from metroetl.statistics.explanation.labels import style_label

    counts = [(style_label(k), n) for k, n in explanation.counts.items() if n]
    return "   ".join(f"{label.zh} {label.en} {n}" for label, n in counts) or "没有数字 no numbers"


def _show_passage(console: Console, passage: Passage) -> None:
    if not passage.rows:
        text = _styled(passage.pieces)
        if passage.kind == "heading":
            text.stylize("bold")
        console.print(text)
        return
    from rich.table import Table
    from rich.text import Text

    columns = max((c.cell.column + c.cell.colspan for row in passage.rows for c in row), default=0)
    table = Table(
        title=Text(passage.caption) if passage.caption else None, title_justify="left", show_header=False
    )
    for _ in range(columns):
        table.add_column(overflow="fold")
    for row in passage.rows:
        cells = {c.cell.column: _styled(c.pieces) for c in row}
        table.add_row(*(cells.get(i, Text("")) for i in range(columns)))
    console.print(table)


def _styled(pieces: list[Piece]) -> Text:
    """Text with its colours; marks say the same where there are none: 771.1亿元[1], 3家[?]."""
    from rich.text import Text

    from metroetl.statistics.explanation.labels import style_label

    text = Text()
    for piece in pieces:
        colour = STYLES.get(piece.style, "")
        if piece.values:
            text.append(piece.text, f"bold underline {colour}")
            mark = style_label(piece.style).mark
            text.append(f"[{mark}{','.join(map(str, piece.values))}]", f"dim {colour}")
        elif piece.style == "unread":
            text.append(f"{piece.text}[?]", UNREAD)
        else:
            text.append(piece.text, colour)
    return text


def _show_records(console: Console, records: list[Record]) -> None:
    from rich.table import Table

    table = Table(box=None, padding=(0, 1), header_style="dim")
    for name in COLUMNS:
        table.add_column(
            name, overflow="fold", justify="right" if name in ("#", "数值", "置信度") else "left"
        )
    for record in records:
        table.add_row(*map(_plain, _cells(record)), style=STYLES.get(record.style, ""))
    console.print(table)


def _cells(record: Record) -> list[Any]:
    from metroetl.statistics.explanation.labels import evidence_label, style_label
    from metroetl.statistics.explanation.page import sign

    s = record.statement
    return [
        record.number,
        s.indicator + (f"({s.variant})" if s.variant else ""),
        s.indicator_code or "—",
        f"{s.region} {s.region_code or ''}",
        s.period,
        s.measure,
        sign(s) + s.value_text if s.value_text else f"{s.value:g}",
        s.unit,
        style_label(record.style).zh,
        "是" if s.publish else "否",
        f"{s.confidence:.2f}",
        s.rule,
        "；".join(map(evidence_label, s.evidence)),
    ]


def _plain(value: Any) -> Text:
    from rich.text import Text

    from metroetl.documents.lines import shown

    return Text(shown(str(value)))
