"""The releases of the stand-in sites, in their own words: each figure that they state is read, and no other."""

from __future__ import annotations

from metroetl.catalogue import catalogue
from metroetl.documents.models import Block, Cell, Document, Table
from metroetl.replica import articles
from metroetl.replica.facts import load_facts
from metroetl.replica.releases import statistics_articles
from metroetl.statistics import extract_statistics


def table_block(table: articles.Table, start: int) -> Block:
    """A table as a document holds it: cells on the full grid, joined by tabs in the text."""
    rows = [*table.head, *table.body]
    text, cells, taken = "", [], set()
    for r, row in enumerate(rows):
        c = 0
        for cell in row:
            while (r, c) in taken:
                c += 1
            taken |= {(r + i, c + j) for i in range(cell.rowspan) for j in range(cell.colspan)}
            plain = cell.text.lstrip("\u3000")
            cells.append(
                Cell(
                    text=plain,
                    row=r,
                    column=c,
                    rowspan=cell.rowspan,
                    colspan=cell.colspan,
                    header=r < len(table.head),
                    indent=len(cell.text) - len(plain),
                    start=start + len(text),
                    end=start + len(text) + len(plain),
                )
            )
            text += plain + "\t"
    grid = Table(
        rows=len(rows),
        columns=table.columns,
        cells=cells,
        caption=table.caption,
        unit_note=table.unit_note,
    )
    return Block(kind="table", text=text, start=start, end=start + len(text), table=grid)


def document(article: articles.Article) -> Document:
    text, blocks = "", []
    tables = [articles.Block("table", table=file.table) for file in article.files]
    for part in (*article.blocks, *tables):
        if part.table is not None:
            block = table_block(part.table, len(text))
        else:
            block = Block(kind=part.kind, text=part.text, start=len(text), end=len(text) + len(part.text))
        blocks.append(block)
        text += block.text + "\n"
    return Document(
        sha256="0" * 64,
        source_id=article.source_id,
        url="https://example.org/",
        title=article.title,
        published_on=article.published_on,
        region_code=catalogue().sources[article.source_id].regions[0],
        text=text,
        blocks=blocks,
    )


def test_every_figure_of_every_release() -> None:
    words = catalogue()
    stated = 0
    for article in statistics_articles(load_facts(), words.sources.values()):
        facts = {(f.region_code, f.indicator_code, f.period, f.measure): f for f in article.facts}
        doc = document(article)
        read = set()
        for s in extract_statistics(doc, words):
            assert doc.text[s.start : s.end] == s.quote
            if s.publish:
                key = (s.region_code, s.indicator_code, s.period, s.measure)
                assert key in facts, (article.title, s.quote)
                fact = facts[key]
                assert fact.number in (s.value, s.value_norm), (article.title, s.quote)
                read.add(key)
        assert read == set(facts), article.title
        stated += len(facts)
    assert stated > 1000
