"""gkmlpt (广东): an interface with days in seconds, one page of it, and nothing for a foreign Referer."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlsplit

from metroetl.replica.articles import Article, File
from metroetl.replica.mischief import FORBIDDEN, NOT_FOUND
from metroetl.replica.sites.base import Answer, Ask, Scene, Site, json_answer

INTERFACE = "/gkmlpt/api/all/"
UNLISTED = 137  # what `post_count` counts beyond the rows that can be listed
MORNING = time(1)  # 9 o'clock in Beijing


class Gkmlpt(Site):
    """`/gkmlpt/api/all/<column>?page=1&sid=<sid>`; page 2 is 404 although `post_count` promises it."""

    family = "gkmlpt"
    page_size = 100

    @property
    def column(self) -> int:
        """Number of the column."""
        return int(self.list_path.rpartition("/")[2])

    def article_path(self, article: Article) -> str:
        number = article.number
        return f"/gkmlpt/content/{number // 1_000_000}/{number // 1_000}/post_{number}.html"

    def file_path(self, article: Article, file: File) -> str:
        number = article.number
        return f"/attachment/0/{number // 10_000}/{number // 10}/{number}.{file.kind}"

    def detail_script(self, article: Article) -> str:
        """The same as the page's table, in its script."""
        detail = {
            "title": article.title,
            "publisher": article.publisher,
            "document_number": article.doc_number,
            "identifier": self.index_number(article),
            "first_publish_time": _seconds(article),
        }
        return json.dumps({"TREE": [], "SITE_ID": self.column, "DETAIL": detail}, ensure_ascii=False)

    def list_number(self, ask: Ask, pages: int) -> int | None:
        number = ask.query.get("page", "1")
        return (int(number) if number.isdecimal() else 1) if ask.path == self.list_path else None

    def answer(self, ask: Ask, scene: Scene) -> Answer | None:
        referer = urlsplit(ask.headers.get("referer", ""))
        if ask.path.startswith(INTERFACE) and referer.hostname != self.host:
            return Answer(FORBIDDEN.encode(), status=403)
        return super().answer(ask, scene)

    def listing(self, number: int, scene: Scene) -> Answer:
        if number > 1:
            return Answer(NOT_FOUND.encode(), status=404)
        rows = self.rows(1, scene)
        classify = {
            "id": self.column,
            "name": self.source.title.split()[-1],
            "post_count": len(rows) + UNLISTED,
        }
        articles = [
            {
                "id": row.article.number,
                "title": row.title,
                "date": _seconds(row.article),
                "publisher": row.article.publisher,
                "identifier": self.index_number(row.article),
                "url": f"http://{self.host}{row.href}",
            }
            for row in rows
        ]
        return json_answer({"classify": classify, "articles": articles}, self.modified(scene))


def _seconds(article: Article) -> int:
    return int((datetime.combine(article.published_on, MORNING, UTC) + timedelta(minutes=12)).timestamp())
