"""Articles as a broken site has them: wrong figures, hard tables, files that are something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from metroetl.replica.articles import Article, Block, Cell, File, Table, paragraph
from metroetl.replica.layouts import LAYOUTS
from metroetl.replica.life import LIFE

_GROWTH = re.compile(r"(生产总值[0-9.]{1,20}亿元，按..价格计算，(?:同比|比上年)增长)([0-9.]{1,8})%")
_UNIT = re.compile(r"[（(](?:亿元|%|％)[）)]")


def spoil(articles: Sequence[Article], faults: frozenset[str], day: date) -> list[Article]:
    """Articles that a site with these faults has on a day, newest first, also those that it doesn't list."""
    shown = list(articles)
    if not shown or not faults:
        return shown
    for name, change in LIFE.items():
        if name in faults:
            shown = change(shown, day)
    for name, spoil_one in _NEWEST.items():
        if name in faults:
            shown = _first(shown, *spoil_one)
    for name, spoil_each in _EACH.items():
        if name in faults:
            shown = [spoil_each(article) for article in shown]
    for name, layout in LAYOUTS.items():
        if name in faults:
            shown = [_laid_out(article, layout) for article in shown]
    return shown


def _first(
    articles: list[Article], fits: Callable[[Article], bool], change: Callable[[Article], Article]
) -> list[Article]:
    """The articles, the newest fitting one changed."""
    index = next((i for i, a in enumerate(articles) if fits(a)), None)
    return articles if index is None else [change(a) if i == index else a for i, a in enumerate(articles)]


# --- figures -----------------------------------------------------------------------------------------------------


def _grows(article: Article) -> bool:
    return any(_GROWTH.search(block.text) for block in article.blocks)


def _too_large(article: Article) -> Article:
    blocks = []
    for block in article.blocks:
        text = _GROWTH.sub(lambda m: f"{m[1]}{float(m[2]) * 100:.1f}%", block.text)
        blocks.append(replace(block, text=text))
    return article.with_blocks(blocks)


def _has_table(article: Article) -> bool:
    return bool(article.tables)


def _without_unit(article: Article) -> Article:
    blocks = []
    for block in article.blocks:
        blocks.append(replace(block, table=_bare(block.table)) if block.table else block)
    kept = [b for b in blocks if b.table or b.kind == "heading"]
    return article.with_blocks([Block("paragraph", "有关数据见下表。"), *kept])


def _bare(table: Table) -> Table:
    column = next((i for i, cell in enumerate(table.head[0]) if cell.text == "单位"), None)
    rows = [_cut(row, column) for row in (*table.head, *table.body)]
    head = len(table.head)
    return replace(table, unit_note="", head=tuple(rows[:head]), body=tuple(rows[head:]))


def _cut(row: Sequence[Cell], column: int | None) -> tuple[Cell, ...]:
    return tuple(replace(cell, text=_UNIT.sub("", cell.text)) for i, cell in enumerate(row) if i != column)


_NEWEST: dict[str, tuple[Callable[[Article], bool], Callable[[Article], Article]]] = {
    "no_unit": (_has_table, _without_unit),
    "out_of_range": (_grows, _too_large),
}


# --- files and tables --------------------------------------------------------------------------------------------


def _attachment_only(article: Article) -> Article:
    """A page whose file is the document."""
    return article.with_blocks([paragraph("详见附件。")]) if article.files else article


def _twin_files(article: Article) -> Article:
    """A spreadsheet and a PDF file under one name."""
    if not article.files:
        return article
    table = article.files[0].table
    return replace(article, files=(File(table.caption, "xlsx", table), File(table.caption, "pdf", table)))


def _html_xls(article: Article) -> Article:
    files = [replace(f, kind="xls", name=f"{f.table.caption}.xls") for f in article.files]
    return replace(article, files=tuple(files))


_EACH: dict[str, Callable[[Article], Article]] = {
    "attachment_only": _attachment_only,
    "twin_files": _twin_files,
    "html_xls": _html_xls,
}


def _laid_out(article: Article, layout: Callable[[Table], Table]) -> Article:
    """The article with its tables in another layout, their notes behind them."""
    blocks: list[Block] = []
    for block in article.blocks:
        if block.table is None:
            blocks.append(block)
            continue
        table = layout(block.table)
        blocks += [replace(block, table=table), *map(paragraph, table.notes)]
    return article.with_blocks(blocks)
