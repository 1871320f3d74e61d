"""An explanation as one self-contained HTML page: no address is asked for, nothing of the source's markup survives."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING

from metroetl.documents.lines import shown
from metroetl.statistics.explanation.labels import STYLES, UNREAD, evidence_label, rule_label, token_label
from metroetl.statistics.explanation.model import Explanation

if TYPE_CHECKING:
    from metroetl.statistics.models import Statement

_PLAIN = frozenset({"text", "space", "comma", "enum", "semi", "colon", "open", "close", "range"})


def render_page(explanation: Explanation) -> str:
    """The page; its own script is allowed by its hash alone, so that no other can run."""
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("metroetl.statistics.explanation"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = _text("explain.js")
    return environment.get_template("explain.html").render(
        document=explanation.document,
        passages=explanation.passages,
        records=explanation.records,
        counts=explanation.counts,
        firsts=_firsts(explanation),
        facts=document_facts(explanation),
        styles=STYLES,
        plain=_PLAIN,
        token=token_label,
        rule=rule_label,
        evidence=evidence_label,
        sign=sign,
        shown=shown,
        style=Markup(_text("explain.css")),  # noqa: S704  a file of this package
        script=Markup(script),  # noqa: S704  a file of this package
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def document_facts(explanation: Explanation) -> list[str]:
    """What is known of the document, for its head line."""
    document = explanation.document
    told = (
        document.publisher,
        f"发布 {document.published_on or '日期不详'}",
        f"地区 {document.region_code or '不详'}",
        document.doc_number or "",
        document.url,
        f"存档 {document.sha256[:12]}",
        *document.findings,
    )
    return [shown(fact) for fact in told if fact]


def sign(statement: Statement) -> str:
    """Minus of a decline, whose printed number has none."""
    return "-" if statement.value < 0 and not statement.value_text.startswith("-") else ""


def _text(name: str) -> str:
    return files("metroetl.statistics.explanation").joinpath("templates", name).read_text(encoding="utf-8")


def _firsts(explanation: Explanation) -> dict[int, list[str]]:
    """Index of a passage → the styles that occur in it first, which the legend leads to."""
    firsts: dict[int, list[str]] = {}
    met: set[str] = set()
    for i, passage in enumerate(explanation.passages):
        for piece in passage.all_pieces():
            if (piece.values or piece.style == UNREAD) and piece.style not in met:
                met.add(piece.style)
                firsts.setdefault(i, []).append(piece.style)
    return firsts
