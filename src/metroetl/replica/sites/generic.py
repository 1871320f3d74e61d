"""A site of a form of its own: rows that only a selector tells from those of its sidebar, pages by a pattern."""

from __future__ import annotations

from urllib.parse import urlsplit

from metroetl.replica.articles import Article, File
from metroetl.replica.sites.base import Answer, Ask, Scene, Site


class Generic(Site):
    """Rows are `.xx-list p`; page n lies where the source's option `next_page` says."""

    family = "generic"
    page_size = 3

    def article_path(self, article: Article) -> str:
        return f"{self.folder}{article.published_on:%Y}/{article.number}.html"

    def file_path(self, article: Article, file: File) -> str:
        return f"/upload/{article.published_on:%Y%m}/{article.number}.{file.kind}"

    def page_path(self, number: int) -> str:
        """Address of page `number` of the list on the host."""
        if number == 1:
            return self.list_path
        pattern = str(self.source.options["next_page"])
        return urlsplit(pattern.format(page=number, index=number - 1)).path

    def list_number(self, ask: Ask, pages: int) -> int | None:
        return next((n for n in range(1, pages + 1) if ask.path == self.page_path(n)), None)

    def listing(self, number: int, scene: Scene) -> Answer:
        rows, pages = self.rows(number, scene), self.pages(scene)
        return self.page("list", self.modified(scene), rows=rows, number=number, pages=pages)
