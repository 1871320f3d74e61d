"""The explanation of a plan as one self-contained page: the text with its marks, beside it what was read."""

from __future__ import annotations

from metroetl.documents.lines import shown
from metroetl.plans.explanation.model import DOCUMENT_KINDS, LABELS, PlanExplanation, lines


def render_plan_page(explanation: PlanExplanation) -> str:
    """The page; without script, without a network, nothing of the source's markup survives."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("metroetl.plans.explanation"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = shown
    document = explanation.document
    told = (
        DOCUMENT_KINDS[explanation.reading.kind],
        document.publisher,
        f"发布 {document.published_on or '日期不详'}",
        document.url,
        f"存档 {document.sha256[:12]}",
        *document.findings,
        *explanation.reading.findings,
    )
    return environment.get_template("plan.html").render(
        document=document,
        facts=[shown(str(fact)) for fact in told if fact],
        labels=LABELS,
        counts=explanation.counts,
        entries=list(enumerate(explanation.entries, start=1)),
        lines=[
            (heading, [(shown(p.text), p.entries) for p in pieces])
            for heading, pieces in lines(explanation)
            if any(p.text.strip() for p in pieces)
        ],
        kinds=[entry.kind for entry in explanation.entries],
        quote=lambda entry: shown(explanation.quote(entry)),
    )
