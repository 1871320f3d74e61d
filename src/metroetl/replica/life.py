"""What happens to pages after they came out (GOV_SITES §5): edited, replaced, taken down, said again by others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from metroetl.replica.articles import Article, paragraph
from metroetl.replica.plans import plan_articles

LATER = timedelta(days=7)
FORWARDED_AFTER = {"chengdu_gov": timedelta(days=10), "deyang": timedelta(days=20)}
FORWARDED = "chengdu-development-1"


def edited(articles: list[Article], day: date) -> list[Article]:
    """A week after it came out a page says at its end that it was edited; its printed date stays."""
    return [_edited(a) if a.published_on + LATER <= day else a for a in articles]


def _edited(article: Article) -> Article:
    changed = article.published_on + LATER
    note = f"更正说明：本页文字已于{changed:%Y年%m月%d日}更正，数据不变。"
    return replace(article, blocks=(*article.blocks, paragraph(note)), changed_on=changed)


def attachment_replaced(articles: list[Article], day: date) -> list[Article]:
    """A week after it came out a page's files are others, under the same name and address."""
    return [_replaced(a) if a.files and a.published_on + LATER <= day else a for a in articles]


def _replaced(article: Article) -> Article:
    files = [replace(f, table=replace(f.table, caption=f"{f.table.caption}（更正）")) for f in article.files]
    return replace(article, files=tuple(files), changed_on=article.published_on + LATER)


def row_gone(articles: list[Article], day: date) -> list[Article]:
    """A week after it came out the newest page is in no list any more."""
    first, *rest = articles
    return [replace(first, listed=first.published_on + LATER > day), *rest]


def page_gone(articles: list[Article], day: date) -> list[Article]:
    """A week after it came out the newest page is gone."""
    return articles[1:] if articles[0].published_on + LATER <= day else articles


def forwarded(articles: list[Article], day: date) -> list[Article]:
    """Another organ's paper under an own title, address and day, its text whole (关于转发…的通知)."""
    paper = next(a for a in plan_articles() if a.key == FORWARDED)
    source_id, publisher = articles[0].source_id, articles[0].publisher
    published = paper.published_on + FORWARDED_AFTER.get(source_id, LATER)
    if source_id == paper.source_id or published > day:
        return articles
    lead = f"现将《{paper.title}》（{paper.doc_number}）转发你们，请结合实际抓好落实。"
    notice = replace(
        paper,
        key=f"{paper.key}/{source_id}",
        source_id=source_id,
        publisher=publisher,
        title=f"{publisher}关于转发《{paper.title}》的通知",
        published_on=published,
        doc_number="",
        written_on=None,
        blocks=(paragraph("各有关单位："), paragraph(lead), *paper.blocks, paragraph(publisher)),
    )
    return sorted([*articles, notice], key=lambda a: (a.published_on, a.key), reverse=True)


def duplicate(articles: list[Article], day: date) -> list[Article]:
    """The newest page on a second address too."""
    first, *rest = articles
    return [first, replace(first, key=f"{first.key}/again"), *rest]


def old_paper(articles: list[Article], day: date) -> list[Article]:
    """A paper of 2004 that gov.cn put on its site in 2018: titles, numbers and dates as published, the text left out."""
    paper = Article(
        key="old-paper",
        source_id=articles[0].source_id,
        title="国务院关于印发《国务院工作规则》的通知",
        published_on=date(2018, 12, 3),
        publisher="国务院",
        blocks=(paragraph("仿真页面：此处只有文件的标题、文号、索引号和日期，正文从略。"),),
        doc_number="国发〔2004〕18号",
        written_on=date(2004, 6, 26),
        index_number="000014349/2004-00204",
        plan=True,
    )
    return [*articles, paper] if paper.published_on <= day else articles


LIFE: dict[str, Callable[[list[Article], date], list[Article]]] = {
    "edited": edited,
    "attachment_replaced": attachment_replaced,
    "row_gone": row_gone,
    "page_gone": page_gone,
    "forwarded": forwarded,
    "duplicate": duplicate,
    "old_paper": old_paper,
}
