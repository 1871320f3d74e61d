"""The `/pc/list.html` platform (江西, 资阳 …): an empty list in the page, its rows in `listData`, further ones posted."""

from __future__ import annotations

import json
from typing import Any

from metroetl.replica.articles import Article, File
from metroetl.replica.sites.base import Answer, Ask, Row, Scene, Site, json_answer

QUERY = "/queryList"


class ListData(Site):
    """A site of the platform; everything lies below the site's own first folder, which `<base href>` names."""

    family = "listdata"

    @property
    def base(self) -> str:
        """/zysrmzf/."""
        return f"/{self.list_path.split('/')[1]}/"

    @property
    def channel(self) -> str:
        """Code of the column: xxgkgsgg."""
        return self.list_path.split("/")[2]

    def article_path(self, article: Article) -> str:
        return f"{self.base}{self.channel}/pc/content/content_{_snowflake(article)}.html"

    def file_path(self, article: Article, file: File) -> str:
        return f"{self.base}uploadfiles/{article.published_on:%Y%m}/{_snowflake(article)}.{file.kind}"

    def list_number(self, ask: Ask, pages: int) -> int | None:
        return 1 if ask.path == self.list_path else None

    def listing(self, number: int, scene: Scene) -> Answer:
        channel = {"code": self.channel, "articleCount": len(self.visible(scene)), "channelType": "0"}
        shown = {"data": _script(self._data(1, scene)), "channel": _script(channel), "size": self.size(scene)}
        return self.page("list", self.modified(scene), **shown)

    def other(self, ask: Ask, scene: Scene) -> Answer | None:
        if ask.path not in {QUERY, f"{self.base.rstrip('/')}{QUERY}"} or ask.method != "POST":
            return None
        wanted = {**ask.query, **ask.form}
        if wanted.get("channelCode") != self.channel:
            return json_answer({"code": "500", "message": "栏目错误", "data": None})
        number = wanted.get("current", "1")
        return json_answer(
            {"code": "200", "data": self._data(int(number) if number.isdecimal() else 1, scene)},
            self.modified(scene),
        )

    def _data(self, number: int, scene: Scene) -> dict[str, Any]:
        return {
            "total": len(self.visible(scene)),
            "pages": self.pages(scene),
            "current": number,
            "perPage": self.size(scene),
            "articleList": [self._item(row) for row in self.rows(number, scene)],
        }

    def _item(self, row: Row) -> dict[str, Any]:
        files = [{"name": f.name, "url": self.file_path(row.article, f)} for f in row.article.files]
        return {
            "title": row.title,
            "pubDate": f"{row.date} 16:59",
            "urls": json.dumps({"pc": row.href}),
            "relationUrl": "",
            "articleFiles": files,
        }


def _script(data: dict[str, Any]) -> str:
    """JSON as it may stand inside a script element."""
    return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")


def _snowflake(article: Article) -> int:
    return 1_800_000_000_000_000_000 + article.published_on.toordinal() * 10**11 + article.number
