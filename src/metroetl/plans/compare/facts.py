"""One plan in figures, and what the later one says of the earlier."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from metroetl.documents.models import Document, Span
from metroetl.plans.compare.models import Passage, Review, Side
from metroetl.plans.compare.outline import Outline, squeeze
from metroetl.plans.models import Heading, PlanReading
from metroetl.plans.passages import passages
from metroetl.plans.structure import field_of
from metroetl.plans.words import alternation

UNKNOWN = "未归类"
FIELDS = ("发展布局", "设施互通", "创新协同", "产业协作", "开放共进", "公共服务", "生态环保", "体制机制")
MOST_QUOTES, LONGEST = 6, 300
_NUMERALS = "一二三四五六七八九十"
_CAPTION = {
    "columns": re.compile(r"^\s*专\s*栏\s*([0-9一二三四五六七八九十]{1,3})?(?=[\s：:．.、]|[\u3400-\u9fff])", re.M),
    "tables": re.compile(r"^\s*(?:附)?表\s*([0-9]{1,2}(?:[-—.][0-9]{1,2})?|[一二三四五六七八九十]{1,3})(?=[\s：:．.、])", re.M),
    "figures": re.compile(r"^\s*(?:附)?图\s*([0-9]{1,2}(?:[-—.][0-9]{1,2})?|[一二三四五六七八九十]{1,3})(?=[\s：:．.、])", re.M),
}  # fmt: skip


def side_of(document: Document, reading: PlanReading, plan: Outline) -> Side:
    """The plan's identity and figures."""
    own = next((r for r in reading.releases if r.role == "text"), None)
    chapters = [s.ref for s in plan.chapters]
    captions = {name: _captions(form, document.text) for name, form in _CAPTION.items()}
    return Side(
        title=reading.plan_title or document.title,
        url=document.url,
        sha256=document.sha256,
        access=document.access,
        kind=reading.kind,
        period_start=reading.period_start,
        period_end=reading.period_end,
        stage=reading.stage,
        round=own.round if own else None,
        series_id=own.series_id if own else None,
        issuers=(own.issuers if own else None) or reading.issuers,
        doc_number=reading.doc_number,
        issued_on=reading.issued_on,
        published_on=reading.published_on,
        length=plan.length,
        chapters=chapters,
        sections=sum(s.depth == 2 for s in plan.sections),
        quantitative=len(reading.targets),
        qualitative=len(reading.goals),
        tasks=len(reading.tasks),
        projects=len(reading.projects),
        tasks_by_field=_by_field(
            (_field_at(reading.headings, t.span.start) or field_of(t.text[:30], t.text))
            for t in reading.tasks
        ),
        projects_by_field=_by_field(
            p.field or _field_at(reading.headings, p.span.start) or field_of(p.name, p.content)
            for p in reading.projects
        ),
        counts=list(dict.fromkeys(squeeze(c.quote) or f"{c.count:g}{c.what}" for c in reading.counts)),
        columns=captions["columns"],
        tables=max(captions["tables"], len(document.tables)),
        figures=captions["figures"],
        largest=max(chapters, key=lambda c: c.share, default=None),
        first=chapters[0] if chapters else None,
    )


def _captions(form: re.Pattern[str], text: str) -> int:
    """How many captions there are; a number printed again is the same one."""
    found = [m[1] for m in form.finditer(text)]
    return len({n for n in found if n}) or len(found)


def _field_at(headings: Sequence[Heading], start: int) -> str | None:
    """The field of the section in which a place lies."""
    inside = [h for h in headings if h.start <= start]
    return inside[-1].field if inside else None


def _by_field(fields: Iterable[str | None]) -> dict[str, int]:
    """Numbers by field, in the fields' fixed order."""
    counted = Counter(f or UNKNOWN for f in fields)
    known = [f for f in FIELDS if f in counted]
    return {f: counted[f] for f in [*known, *sorted(counted.keys() - set(known))]}


def lag_days(period_end: int | None, issued: date | None) -> int | None:
    """Days from the end of a period to a day; negative where the day is before it."""
    return (issued - date(period_end, 12, 31)).days if period_end and issued else None


def find_review(document: Document, new: Outline, earlier: Side, later: Side) -> Review:
    """The sentences that name the earlier round, its period or title and say how it went; at most six are quoted."""
    named = re.compile("|".join(_names(earlier, later)) or r"(?!)")
    done = re.compile(alternation("compare", "done"))
    found: list[Passage] = []
    length = 0
    for passage in passages(document):
        for start, end in passage.sentences():
            sentence = passage.text[start:end]
            if (
                not named.search(_without_title(sentence, later))
                or not done.search(sentence)
                or _ahead(sentence)
            ):
                continue
            length += len(squeeze(sentence))
            if len(found) < MOST_QUOTES:
                span = passage.span(start, end)
                found.append(
                    Passage(text=sentence[:LONGEST].strip(), span=Span(start=span.start, end=span.end))
                )
    return Review(passages=found, share=round(length / new.length, 6) if new.length else 0.0)


def _names(earlier: Side, later: Side) -> list[str]:
    """How the later plan may call the earlier one."""
    names = [alternation("compare", "former")]
    if earlier.period_start and earlier.period_end and earlier.period_end != later.period_end:
        names.append(rf"{earlier.period_start}\s*年?\s*[-—–─~～至到]+\s*{earlier.period_end}")
        if earlier.period_end - earlier.period_start == 4 and earlier.period_end % 5 == 0:
            names.append(f"“?{_five_years(earlier.period_end)}五”?")
    if earlier.stage and earlier.stage != later.stage:
        names.append(re.escape(earlier.stage))
    if earlier.round and earlier.round <= len(_NUMERALS) and earlier.round != later.round:
        names.append(f"第{_NUMERALS[earlier.round - 1]}轮")
    if earlier.title and earlier.title != later.title:
        names.append(re.escape(earlier.title))
    return names


def _five_years(period_end: int) -> str:
    """The numeral of a five-year plan by its last year: 2025 is 十四."""
    number = (period_end - 1955) // 5
    tens, ones = divmod(number, 10)
    return ("十" if tens == 1 else f"{_NUMERALS[tens - 1]}十" if tens else "") + (
        _NUMERALS[ones - 1] if ones else ""
    )


def _without_title(sentence: str, later: Side) -> str:
    return sentence.replace(later.title, "") if later.title else sentence


def _ahead(sentence: str) -> bool:
    """Whether a sentence speaks of what is still to be done."""
    return bool(re.match(r"\s*(?:到20\d\d年|力争|确保|下一步)", sentence))
