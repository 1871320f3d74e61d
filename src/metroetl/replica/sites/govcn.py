"""gov.cn: the list is one JSON file, an article has the table of 信息公开 above its text."""

from __future__ import annotations

from metroetl.replica.articles import Article, File
from metroetl.replica.sites.base import Answer, Ask, Scene, Site, json_answer


class GovCn(Site):
    """The list of latest policies and their pages."""

    family = "govcn"
    page_size = 1_100

    def article_path(self, article: Article) -> str:
        return f"/zhengce/content/{article.published_on:%Y%m}/content_{article.number}.htm"

    def file_path(self, article: Article, file: File) -> str:
        return f"/zhengce/content/{article.published_on:%Y%m}/P0{article.number}.{file.kind}"

    def list_number(self, ask: Ask, pages: int) -> int | None:
        return 1 if ask.path == self.list_path else None

    def listing(self, number: int, scene: Scene) -> Answer:
        rows = [
            {
                "TITLE": row.title,
                "SUB_TITLE": "",
                "URL": f"https://{self.host}{row.href}",
                "DOCRELPUBTIME": str(row.date),
            }
            for row in self.rows(1, scene)
        ]
        return json_answer(rows, self.modified(scene))
