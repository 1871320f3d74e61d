"""A site whose newest pages come as RSS, and beside it as Atom."""

from __future__ import annotations

from xml.sax.saxutils import escape

from metroetl.replica.articles import Article, File
from metroetl.replica.sites.base import Answer, Ask, Row, Scene, Site

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>{site}</title><link>{home}</link><description>{site}</description>
{items}
</channel></rss>
"""
RSS_ITEM = "<item><title><![CDATA[{title}]]></title><link>{link}</link><pubDate>{day:%a, %d %b %Y} 01:12:00 GMT</pubDate></item>"
ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>{site}</title><id>{home}</id>
{items}
</feed>
"""
ATOM_ENTRY = '<entry><title>{title}</title><link href="{link}"/><id>{link}</id><updated>{day}T09:12:00+08:00</updated></entry>'


class Feed(Site):
    """`rss.xml` at the list's address (told apart by `siteId`), `atom.xml` beside it."""

    family = "feed"

    def article_path(self, article: Article) -> str:
        return f"/public/column/{article.number % 100_000}?type=4&action=read&id={article.number}"

    def file_path(self, article: Article, file: File) -> str:
        return f"/group1/M00/{article.digest[:2].upper()}/{article.digest}.{file.kind}"

    def list_number(self, ask: Ask, pages: int) -> int | None:
        return 1 if ask.path == self.list_path else None

    def listing(self, number: int, scene: Scene) -> Answer:
        return self._feed(RSS, RSS_ITEM, scene)

    def other(self, ask: Ask, scene: Scene) -> Answer | None:
        return self._feed(ATOM, ATOM_ENTRY, scene) if ask.path == f"{self.folder}atom.xml" else None

    def _feed(self, form: str, item: str, scene: Scene) -> Answer:
        items = "\n".join(self._item(item, row) for row in self.rows(1, scene))
        text = form.format(site=self.source.publisher, home=self.address("/"), items=items)
        return Answer(text.encode(), media_type="text/xml", modified=self.modified(scene))

    def _item(self, form: str, row: Row) -> str:
        return form.format(title=escape(row.title), link=escape(self.address(row.href)), day=row.date)
