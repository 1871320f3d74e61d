"""VSB (博达): list pages count down, page 1 is the column's own file, the last one is `1.htm`."""

from __future__ import annotations

import re

from metroetl.replica.articles import Article, File
from metroetl.replica.sites.base import Answer, Ask, Scene, Site

DOWNLOAD = "/system/_content/download.jsp"


class Vsb(Site):
    """A VSB site; details are `/info/<column>/<id>.htm`."""

    family = "vsb"
    column = "1483"

    @property
    def stem(self) -> str:
        """/tjsj of /tjsj.htm."""
        return self.list_path.removesuffix(".htm")

    def article_path(self, article: Article) -> str:
        return f"/info/{self.column}/{article.number}.htm"

    def file_path(self, article: Article, file: File) -> str:
        number = int(article.digest[:8], 16) % 10**8
        return f"{DOWNLOAD}?urltype=news.DownloadAttachUrl&owner=1483&wbfileid={number}"

    def list_number(self, ask: Ask, pages: int) -> int | None:
        if ask.path == self.list_path:
            return 1
        match = re.fullmatch(rf"{re.escape(self.stem)}/(\d{{1,4}})\.htm", ask.path)
        number = pages + 1 - int(match[1]) if match else 0
        return number if 1 < number <= pages else None

    def listing(self, number: int, scene: Scene) -> Answer:
        pages = self.pages(scene)
        rows = self.rows(number, scene)
        return self.page("list", self.modified(scene), rows=rows, number=number, pages=pages)

    def page_path(self, number: int, pages: int) -> str:
        """Address of page `number` of the list."""
        return self.list_path if number == 1 else f"{self.stem}/{pages + 1 - number}.htm"
