"""UCAP (开普云): `list.shtml` and `list_2.shtml`, a pager of six arguments in a comment, JSON lists beside them."""

from __future__ import annotations

import re
from urllib.parse import quote

from metroetl.replica.articles import Article, File
from metroetl.replica.mischief import FORBIDDEN
from metroetl.replica.sites.base import HTML, Answer, Ask, Scene, Site, json_answer

# where a host keeps the articles of its list: folder, form of the day, prefix of the name
PLACES = {
    "www.sc.gov.cn": ("/10462/10464/10797/", "{0.year}/{0.month}/{0.day}", ""),
    "www.chengdu.gov.cn": ("/cdsrmzf/c169603/", "{0:%Y-%m}/{0:%d}", "content_"),
    "cdstats.chengdu.gov.cn": ("/cdstjj/c154737/", "{0:%Y-%m}/{0:%d}", "content_"),
}


class Ucap(Site):
    """A UCAP site; the list's folder itself is forbidden."""

    family = "ucap"

    @property
    def list_name(self) -> str:
        """`list` of `list.shtml`."""
        return self.list_path.rpartition("/")[2].partition(".")[0]

    @property
    def channel(self) -> str:
        """Identity of the column, 32 hexadecimal digits."""
        return self.articles[-1].digest

    @property
    def date_form(self) -> str:
        """How the list prints a day."""
        return "%Y.%m.%d" if self.host == "cdstats.chengdu.gov.cn" else "%Y-%m-%d"

    def article_path(self, article: Article) -> str:
        folder, day, prefix = PLACES.get(self.host, (self.folder, "{0.year}/{0.month}/{0.day}", ""))
        return f"{folder}{day.format(article.published_on)}/{prefix}{article.digest}.shtml"

    def file_path(self, article: Article, file: File) -> str:
        # PDF files keep their name, the rest is renamed
        name = (
            f"{quote(file.name.removesuffix('.pdf'))}.pdf"
            if file.kind == "pdf"
            else f"{article.digest[::-1]}.{file.kind}"
        )
        return f"{self.article_path(article).removesuffix('.shtml')}/files/{name}"

    def list_number(self, ask: Ask, pages: int) -> int | None:
        pattern = rf"{re.escape(self.folder + self.list_name)}(?:_([2-9]|[1-9]\d{{1,3}}))?\.shtml"
        match = re.fullmatch(pattern, ask.path)
        return int(match[1] or 1) if match and int(match[1] or 1) <= pages else None

    def listing(self, number: int, scene: Scene) -> Answer:
        rows, pages = self.rows(number, scene), self.pages(scene)
        total = len(self.visible(scene))
        return self.page("list", self.modified(scene), rows=rows, pages=pages, number=number, total=total)

    def other(self, ask: Ask, scene: Scene) -> Answer | None:
        if ask.path == self.folder:
            return Answer(FORBIDDEN.encode(), status=403, media_type=HTML)
        if ask.path == f"/common/search/{self.channel}":
            number = ask.query.get("page", "1")
            return search_answer(self, int(number) if number.isdecimal() else 1, scene)
        return None


def search_answer(site: Ucap, number: int, scene: Scene) -> Answer:
    """A page of the JSON list of a column."""
    results = [
        {
            "title": row.title,
            "url": row.href,
            "publishedTimeStr": f"{row.date} 10:00:00",
            "channelName": site.source.title.split()[-1],
            "manuscriptId": row.article.digest,
        }
        for row in site.rows(number, scene)
    ]
    data = {"total": len(site.visible(scene)), "page": number, "rows": site.page_size, "results": results}
    return json_answer({"success": True, "data": data}, site.modified(scene))
