"""A site of which only the sitemap is known: an index by year, articles among other pages, no titles."""

from __future__ import annotations

import re
from datetime import date

from metroetl.replica.articles import Article, File
from metroetl.replica.mischief import NOT_FOUND
from metroetl.replica.sites.base import Answer, Ask, Row, Scene, Site, ask_for

FORM = '<?xml version="1.0" encoding="UTF-8"?>\n<{0} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{1}\n</{0}>\n'
ENTRY = "<{0}><loc>{1}</loc><lastmod>{2}</lastmod></{0}>"
OTHER_PAGES = ("/lxwm/index.html", "/wzdt/index.html")


class Sitemap(Site):
    """`sitemap.xml` names `sitemap_<year>.xml`, newest first; they are pages 2 and on of the list.

    Pages that are no articles are among them where the source's option `path` tells them apart.
    """

    family = "sitemap"
    templates = "generic"
    page_size = 10_000

    def article_path(self, article: Article) -> str:
        return f"/tjsj/{article.published_on:%Y%m}/{article.number}.html"

    def file_path(self, article: Article, file: File) -> str:
        return f"/upload/{article.published_on:%Y%m}/{article.number}.{file.kind}"

    @property
    def years(self) -> list[int]:
        """Years of which there is a sitemap, newest first."""
        return sorted({a.published_on.year for a in self.articles}, reverse=True)

    def list_asks(self, day: date) -> dict[str, tuple[str, Ask]]:
        newest = self.address(f"/sitemap_{self.years[0]}.xml")
        return {**super().list_asks(day), "list_2": (newest, ask_for(newest))}

    def list_number(self, ask: Ask, pages: int) -> int | None:
        if ask.path == self.list_path:
            return 1
        match = re.fullmatch(r"/sitemap_(\d{4})\.xml", ask.path)
        return self.years.index(int(match[1])) + 2 if match and int(match[1]) in self.years else None

    def rows(self, number: int, scene: Scene) -> list[Row]:
        every = super().rows(1, scene) if number > 1 else []
        return [row for row in every if row.date.year == self.years[number - 2]]

    def row_title(self, row: Row) -> str:
        return ""

    def row_day(self, row: Row) -> str | None:
        return None

    def onward(self, scene: Scene) -> dict[str, date]:
        """The sitemaps that the index names, each with the day of its newest page."""
        rows = super().rows(1, scene)
        return {
            self.address(f"/sitemap_{year}.xml"): max(days)
            for year in self.years
            if (days := [row.date for row in rows if row.date.year == year])
        }

    def listing(self, number: int, scene: Scene) -> Answer:
        if number == 1:
            entries = [ENTRY.format("sitemap", url, day) for url, day in self.onward(scene).items()]
            return self._map("sitemapindex", entries, scene)
        rows = self.rows(number, scene)
        if not rows:
            return Answer(NOT_FOUND.encode(), status=404)
        others = OTHER_PAGES if self.source.options.get("path") else ()
        pages = [(row.href, row.date) for row in rows] + [(path, rows[0].date) for path in others]
        return self._map(
            "urlset", [ENTRY.format("url", self.address(path), day) for path, day in pages], scene
        )

    def _map(self, kind: str, entries: list[str], scene: Scene) -> Answer:
        text = FORM.format(kind, "\n".join(entries))
        return Answer(text.encode(), media_type="text/xml", modified=self.modified(scene))
