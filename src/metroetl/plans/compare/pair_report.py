"""Two plans as a report in the bulletin's layout: 基本情况 (制发主体, 印发轮次, 完成情况), then 内容形式 with tables."""

from __future__ import annotations

from collections.abc import Iterator

from metroetl.plans.compare.facts import FIELDS
from metroetl.plans.compare.labels import LEVELS, TARGETS, WORDS, change_text, kinds_text, value_text
from metroetl.plans.compare.layout import (
    Block,
    Heading,
    Paragraph,
    Picture,
    Quote,
    Report,
    Table,
    percent,
    source_text,
)
from metroetl.plans.compare.models import (
    PlanComparison,
    SectionChange,
    SectionKind,
    SectionRef,
    Side,
    TargetChange,
)
from metroetl.plans.compare.pictures import draw_flow, draw_ladder
from metroetl.plans.compare.rounds import gap_text, period_text

UNKNOWN = "文中未载明"
FORMS: tuple[tuple[SectionKind, str], ...] = (
    ("new", "新增{new}"),
    ("gone", "删去{old}"),
    ("split", "将{old}拆分为{new}"),
    ("merged", "将{old}合并为{new}"),
    ("promoted", "{new}由{low}上升为{high}"),
    ("demoted", "{new}由{high}降为{low}"),
    ("renamed", "{old}改称{new}"),
    ("moved", "{new}{place}"),
    ("grown", "{new}篇幅由{before}增至{after}"),
    ("shrunk", "{new}篇幅由{before}减至{after}"),
)


def pair_report(comparison: PlanComparison) -> Report:
    """The report of two plans."""
    c = comparison
    report = Report(title=f"{_name(c.old)}与{_name(c.new)}对比分析", subtitle="前一份与后一份逐章、逐项对照")
    report.sources = [(source_text(s.title, s.access), s.url) for s in (c.old, c.new)]
    report.blocks = [
        Heading("一、基本情况对比"),
        *basics(c),
        Heading("二、内容形式各自特点"),
        *contents(c),
    ]
    return report


def _name(side: Side) -> str:
    return f"《{side.title}》"


def basics(c: PlanComparison) -> Iterator[Block]:
    """Who issued, when, and what the later plan says of the earlier."""
    yield Heading("（一）制发主体", 2)
    yield Paragraph(_issuers(c))
    yield Heading("（二）印发轮次", 2)
    yield Paragraph(_rounds(c))
    yield Heading("（三）完成情况", 2)
    if c.review.passages:
        yield Paragraph(
            f"后一份中有{len(c.review.passages)}处说明前一轮实施情况，约占全文{percent(c.review.share)}（［2］）："
        )
        for passage in c.review.passages:
            yield Quote(passage.text, f"［2］第{passage.span.start}—{passage.span.end}字")
    else:
        yield Paragraph("后一份中未见说明前一轮完成情况的文字。")


def _issuers(c: PlanComparison) -> str:
    old, new = "、".join(c.old.issuers) or UNKNOWN, "、".join(c.new.issuers) or UNKNOWN
    if c.old.issuers == c.new.issuers and c.old.issuers:
        return f"两份均由{old}制发。"
    text = f"前一份：{old}；后一份：{new}。"
    if c.old.issuers and c.new.issuers:
        text += f"后一份增加{'、'.join(c.issuers_joined)}。" if c.issuers_joined else ""
        text += f"后一份不再列{'、'.join(c.issuers_left)}。" if c.issuers_left else ""
    return text


def _rounds(c: PlanComparison) -> str:
    parts = []
    for word, side in (("前一份", c.old), ("后一份", c.new)):
        years = period_text(side.period_start, side.period_end) or f"期间{UNKNOWN}"
        known = [f"第{side.round}轮" if side.round else "", side.stage or "", years]
        day = side.issued_on or side.published_on
        made = f"{day:%Y-%m-%d}{'印发' if side.issued_on else '发布'}" if day else f"印发时间{UNKNOWN}"
        parts.append(f"{word}为{'、'.join(filter(None, known))}，{made}")
    text = "；".join(parts) + "。"
    return text + (
        f"后一份于{gap_text(c.lag_days)}。" if c.lag_days is not None else "两轮衔接的时间差无法计算。"
    )


def contents(c: PlanComparison) -> Iterator[Block]:
    """Form, chapters, targets, tasks and projects."""
    yield Heading("（一）体例与篇幅", 2)
    yield Table(("项目", "前一份", "后一份"), tuple(_figures(c)))
    yield Heading("（二）篇章变化", 2)
    yield Paragraph(chapter_summary(c))
    flow = draw_flow(c)
    if flow:
        yield Picture(flow, "篇章流向：左为前一份、右为后一份，带宽示相近文字，绿为新增、红为删去")
    yield section_table(c)
    yield Heading("（三）目标变化", 2)
    yield from _targets(c)
    yield Heading("（四）任务与项目", 2)
    yield from _work(c)


def _figures(c: PlanComparison) -> Iterator[tuple[str, ...]]:
    sides = (c.old, c.new)
    yield "字数（不计空格）", *(f"{s.length}" for s in sides)
    yield "章 / 节", *(f"{len(s.chapters)} / {s.sections}" for s in sides)
    yield "首章", *(s.first.title if s.first else "—" for s in sides)
    yield (
        "篇幅最大章",
        *(f"{s.largest.title}（{percent(s.largest.share)}）" if s.largest else "—" for s in sides),
    )
    yield "专栏 / 表 / 图", *(f"{s.columns} / {s.tables} / {s.figures}" for s in sides)
    yield "定量目标 / 定性目标", *(f"{s.quantitative} / {s.qualitative}" for s in sides)
    yield "列明责任单位的任务", *(str(s.tasks) for s in sides)
    yield "清单所列项目", *(str(s.projects) for s in sides)
    yield "文中自述数量", *("、".join(s.counts) or "—" for s in sides)


def chapter_summary(c: PlanComparison) -> str:
    """The changes of the sections in sentences."""
    parts = []
    for kind, form in FORMS:
        told = [
            form.format(**_words(s))
            for s in c.of_kind(kind)
            if s.depth == 1 or kind in ("promoted", "demoted")
        ]
        parts += ["；".join(told)] if told else []
    return ("；".join(parts) + "。") if parts else "两份的章目没有变化。"


def _words(change: SectionChange) -> dict[str, str]:
    old, new = change.old, change.new
    depths = sorted({s.depth for s in (*old, *new)})
    place = ""
    if old and new:
        place = "提至" if new[0].place < old[0].place else "移至"
        place += f"第{new[0].place}章（原第{old[0].place}章）" if new[0].depth == 1 else "另一章"
    return {
        "old": "、".join(f"“{s.title}”" for s in old),
        "new": "、".join(f"“{s.title}”" for s in new),
        "high": LEVELS.get(depths[0], "上级"),
        "low": LEVELS.get(depths[-1], "下级"),
        "place": place,
        "before": percent(change.share_before),
        "after": percent(change.share_after),
    }


def section_table(c: PlanComparison) -> Table:
    """All sections side by side."""
    rows, marks = [], []
    for change in c.sections:
        kept = "—" if change.kept is None else percent(change.kept)
        field = next((s.field for s in (*change.new, *change.old) if s.field), None) or "—"
        shares = f"{_share(change.old)} → {_share(change.new)}"
        rows.append((kinds_text(change), _titles(change.old), _titles(change.new), shares, kept, field))
        marks.append({"new": "new", "gone": "gone"}.get(change.kinds[0] if change.kinds else "", ""))
    head = ("变化", "前一份", "后一份", "占全文比重", "相近文字", "领域")
    return Table(head, tuple(rows), "篇章对照", tuple(marks))


def _titles(sections: list[SectionRef]) -> str:
    return "\n".join(f"{'　' * (s.depth - 1)}{s.number}{s.title}" for s in sections) or "—"


def _share(sections: list[SectionRef]) -> str:
    return percent(sum(s.share for s in sections)) if sections else "无"


def _targets(c: PlanComparison) -> Iterator[Block]:
    counts = {kind: sum(t.kind == kind for t in c.targets) for kind in TARGETS}
    told = "、".join(f"{TARGETS[k]}{n}项" for k, n in counts.items() if n)
    yield Paragraph(
        f"定量目标由{c.old.quantitative}项变为{c.new.quantitative}项，定性目标由{c.old.qualitative}项变为{c.new.qualitative}项"
        + (f"；其中{told}。“提高”“降低”仅指数值。" if told else "。")
    )
    ladder = draw_ladder(c.targets)
    if ladder:
        yield Picture(ladder, "目标前后对比：空心为前一份，实心为后一份")
    if c.targets:
        rows = []
        for t in c.targets:
            cells = (t.indicator, value_text(t.old), value_text(t.new), change_text(t))
            rows.append((TARGETS[t.kind], *cells, "；".join(_notes(t))))
        marks = tuple({"added": "new", "dropped": "gone"}.get(t.kind, t.kind) for t in c.targets)
        yield Table(("变化", "指标", "前一份", "后一份", "数值增减", "说明"), tuple(rows), "目标对照", marks)


def _notes(target: TargetChange) -> Iterator[str]:
    """What changed of a target beside its number."""
    old, new = target.old, target.new
    if old is None or new is None:
        return
    if target.indicator != old.indicator:
        yield f"前一份称“{old.indicator}”"
    if target.comparator_changed:
        yield f"由“{WORDS[old.comparator]}”改为“{WORDS[new.comparator]}”"
    if target.binding_changed:
        yield f"由{old.binding or '未标属性'}改为{new.binding or '未标属性'}"


def _work(c: PlanComparison) -> Iterator[Block]:
    named = {k for s in (c.old, c.new) for k in (*s.tasks_by_field, *s.projects_by_field)}
    fields = [f for f in FIELDS if f in named] + sorted(named - set(FIELDS))
    if not fields:
        yield Paragraph("两份均未见列明责任单位的任务或项目清单。")
        return
    rows = tuple(
        (
            f,
            *(str(s.tasks_by_field.get(f, 0)) for s in (c.old, c.new)),
            *(str(s.projects_by_field.get(f, 0)) for s in (c.old, c.new)),
        )
        for f in fields
    )
    yield Table(("领域", "任务（前）", "任务（后）", "项目（前）", "项目（后）"), rows, "任务与项目按领域")
