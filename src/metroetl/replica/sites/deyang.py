"""Deyang's own system: `/info/iList.jsp`, details below `/gk/`, attachments as `<file href>`."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from metroetl.replica.articles import Article, File
from metroetl.replica.sites.base import Answer, Ask, Scene, Site


class Deyang(Site):
    """The list is told apart by its `cat_id`; page n is `cur_page=n`."""

    family = "deyang"

    @property
    def column(self) -> dict[str, str]:
        """Parameters of the list."""
        return dict(parse_qsl(urlsplit(self.list_url).query))

    def article_path(self, article: Article) -> str:
        return f"/gk/fjbm/fzjj/fadingnarong/tjxx/{article.number}.htm"

    def file_path(self, article: Article, file: File) -> str:
        day = f"{article.published_on:%Y%m%d}"
        name = int(article.digest[:15], 16) % 10**19
        return (
            f"/wcm.files/upload/{self.column['node_id']}/eupload/ueditor/file/{day}/{name:019d}.{file.kind}"
        )

    def list_number(self, ask: Ask, pages: int) -> int | None:
        if ask.path != self.list_path or ask.query.get("cat_id") != self.column["cat_id"]:
            return None
        number = ask.query.get("cur_page", "1")
        return int(number) if number.isdecimal() else 1

    def listing(self, number: int, scene: Scene) -> Answer:
        rows = self.rows(number, scene)
        return self.page("list", self.modified(scene), rows=rows, number=number, pages=self.pages(scene))
