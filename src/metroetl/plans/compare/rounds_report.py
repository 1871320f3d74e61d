"""Rounds of series as a report in the bulletin's layout; every value carries the number of its source."""

from __future__ import annotations

from collections.abc import Iterator

from metroetl.plans.compare.labels import TOPICS
from metroetl.plans.compare.layout import (
    Block,
    Heading,
    Paragraph,
    Picture,
    Quote,
    Report,
    Table,
    cited,
    source_text,
)
from metroetl.plans.compare.pair_report import contents
from metroetl.plans.compare.pictures import draw_rounds
from metroetl.plans.compare.round_models import Round, RoundsComparison, SeriesRounds, Topic

ROWS: tuple[Topic, ...] = (
    "issuers", "period", "stage", "status", "doc_number", "issued_on", "gap", "completion", "review", "aspects",
    "chapters", "quantitative", "qualitative", "projects", "tasks", "first_chapter", "largest_chapter",
    "new_chapters", "promoted", "split", "shape", "focus", "note",
)  # fmt: skip
ASPECTS: tuple[tuple[Topic, str], ...] = (
    ("new_chapters", "新增篇章：{}"),
    ("split", "篇章拆分：{}"),
    ("promoted", "由专节上升为专章：{}"),
    ("first_chapter", "首章为{}"),
    ("largest_chapter", "篇幅最大的是{}"),
    ("quantitative", "定量目标{}项"),
    ("qualitative", "定性目标{}项"),
    ("shape", "体例：{}"),
    ("projects", "项目事项：{}"),
    ("tasks", "任务：{}"),
    ("aspects", "分{}"),
    ("focus", "侧重：{}"),
)


def rounds_report(comparison: RoundsComparison) -> Report:
    """The report of one or two series."""
    names = [s.title for s in comparison.series]
    what = "与".join(f"《{n}》" for n in names)
    report = Report(
        title=f"{what}各轮次对比分析",
        subtitle="［n］为文末资料来源编号；登记簿与文件所载并列，互不覆盖",
        sources=[(source_text(s.title, s.access), s.url) for s in comparison.sources],
    )
    report.blocks = [Heading("一、基本情况对比"), *_basics(comparison)]
    report.blocks += [Heading("二、内容形式各自特点"), *_features(comparison)]
    for pair in comparison.comparisons:
        report.blocks.append(Heading(f"附：《{pair.old.title}》与《{pair.new.title}》逐章对照"))
        report.blocks += contents(pair)
    return report


def round_name(entry: Round) -> str:
    """第2轮（成长期）."""
    number = f"第{entry.number}轮" if entry.number else "轮次未定"
    return f"{number}（{entry.stage}）" if entry.stage else number


def _basics(c: RoundsComparison) -> Iterator[Block]:
    yield Heading("（一）制发主体", 2)
    for series in c.series:
        made = cited(series.values("makers"), "")
        issuers = dict.fromkeys(v for r in series.rounds for v, _ in r.values("issuers"))
        text = f"{series.title}：" + ("、".join(issuers) or "制发主体未见载明")
        yield Paragraph(text + (f"。{made}。" if made else "。"))
    yield Heading("（二）印发轮次", 2)
    for series in c.series:
        yield Paragraph(_rounds(series))
    picture = draw_rounds(c)
    if picture:
        yield Picture(picture, "各轮次期间与发布时间；虚线为尚未见印发的轮次，三角为发布日期")
    yield Heading("（三）完成情况", 2)
    for series in c.series:
        yield from _completion(series)


def _rounds(series: SeriesRounds) -> str:
    text = series.title
    issued = [r for r in series.rounds if r.status == "issued"]
    coming = [r for r in series.rounds if r.status != "issued"]
    text += f"已印发{len(issued)}轮：" + "、".join(map(_period, issued)) if issued else ""
    text += f"；尚未见印发{len(coming)}轮：" + "、".join(map(_period, coming)) if coming else ""
    unknown = [round_name(r) for r in series.rounds if not r.text_known]
    if unknown:
        text += f"。其中{'、'.join(unknown)}的正文未入库，仅按摘引与登记比较"
    return text + "。"


def _period(entry: Round) -> str:
    years = cited(entry.values("period"), "期间未载明", by="／")
    gap = entry.first("gap")
    return f"{round_name(entry)}{years}" + (f"（{gap}）" if gap else "")


def _completion(series: SeriesRounds) -> Iterator[Block]:
    told = False
    for entry in series.rounds:
        for fact in entry.facts:
            if fact.topic == "completion":
                told = True
                yield Quote(fact.value, f"{series.title}{round_name(entry)}［{fact.source + 1}］")
            elif fact.topic == "review" and fact.span is not None and fact.value not in ("是", "否"):
                told = True
                yield Quote(fact.value, f"{series.title}{round_name(entry)}正文［{fact.source + 1}］")
        if entry.first("review") == "否":
            told = True
            yield Paragraph(
                f"{series.title}{round_name(entry)}未反映上一轮完成情况{_marks(entry, 'review', '否')}。"
            )
    if not told:
        yield Paragraph(f"{series.title}：未见说明完成情况的文字。")


def _marks(entry: Round, topic: Topic, value: str) -> str:
    sources = next((s for v, s in entry.values(topic) if v == value), [])
    return "".join(f"［{n + 1}］" for n in sources)


def rounds_table(c: RoundsComparison) -> Table:
    """All rounds side by side, one column each."""
    columns = [(s, r) for s in c.series for r in s.rounds]
    several = len(c.series) > 1
    head = ["项目", *(f"{s.title}\n{round_name(r)}" if several else round_name(r) for s, r in columns)]
    rows = [("正文", *("已入库" if r.text_known else "未入库" for _, r in columns))]
    for topic in ROWS:
        cells = [cited(r.values(topic)) for _, r in columns]
        if any(cell != "—" for cell in cells):
            rows.append((TOPICS[topic], *cells))
    return Table(tuple(head), tuple(rows), "各轮次对照")


def _features(c: RoundsComparison) -> Iterator[Block]:
    yield Heading("（一）各轮次对照", 2)
    yield rounds_table(c)
    for number, series in enumerate(c.series, 1):
        yield Heading(f"（{'一二三四'[number]}）{series.title}的特点", 2)
        if series.values("themes"):
            yield Paragraph(f"各轮均从以下方面部署：{cited(series.values('themes'))}。")
        for entry in series.rounds:
            parts = [
                cited(entry.values(topic), form=form, by="；")
                for topic, form in ASPECTS
                if entry.values(topic)
            ]
            yield Paragraph(f"{round_name(entry)}：" + ("；".join(parts) or "未见可比内容") + "。")
