"""The search of gov.cn's policy library: JSON by category, words marked, pages on the host of gov.cn itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from metroetl.catalogue.models import Source
from metroetl.replica.articles import Article
from metroetl.replica.sites.base import Answer, Ask, Row, Scene, json_answer
from metroetl.replica.sites.govcn import GovCn

LIBRARY = "/search-gov/data"
NOTHING = {"code": 1001, "msg": "抱歉，没有找到相关结果", "searchVO": None}
CATEGORIES = {"zhengcelibrary_gw": "gongwen", "zhengcelibrary_bm": "bumenfile"}


class GovCnLibrary(GovCn):
    """`q` is looked for in titles; rows stand in `catMap`, or in `listVO` where `t` names one category."""

    templates = "govcn"
    page_size = 20

    def __init__(self, source: Source, articles: Sequence[Article]) -> None:
        wanted = dict(parse_qsl(urlsplit(source.replica_list or source.list).query)).get("q", "")
        super().__init__(source, [a for a in articles if wanted in a.title])

    @classmethod
    def serves(cls, source: Source) -> bool:
        return super().serves(source) and LIBRARY in (source.replica_list or source.list)

    @property
    def page_host(self) -> str:
        return "www.gov.cn"

    def list_number(self, ask: Ask, pages: int) -> int | None:
        number = ask.query.get("p", "1")
        return (int(number) if number.isdecimal() else 1) if ask.path == LIBRARY else None

    def answer(self, ask: Ask, scene: Scene) -> Answer | None:
        number = self.list_number(ask, 1)
        if number is None:
            return super().answer(ask, scene)
        return self._search(ask, number, scene)

    def _search(self, ask: Ask, number: int, scene: Scene) -> Answer:
        size = int(ask.query.get("n", "20")) or self.page_size
        word = ask.query.get("q", "")
        every = [] if "empty_listing" in scene.faults else self.visible(scene)
        found = [a for a in every if word in a.title]
        shown = [
            Row(a.title, self.article_path(a), a.published_on, a)
            for a in found[(number - 1) * size : number * size]
        ]
        if not shown:
            return json_answer(NOTHING)
        rows = [self._row(row, word) for row in shown]
        kind = ask.query.get("t", "")
        place = {"listVO": rows} if kind in CATEGORIES else {"catMap": self._categories(rows), "listVO": []}
        total = {"totalCount": len(found), "pageSize": size, "totalpage": math.ceil(len(found) / size)}
        return json_answer(
            {"code": 200, "msg": "操作成功", "searchVO": {**total, **place}}, self.modified(scene)
        )

    def _row(self, row: Row, word: str) -> dict[str, str]:
        return {
            "title": row.title.replace(word, f"<em>{word}</em>") if word else row.title,
            "url": self.address(row.href),
            "pcode": row.article.doc_number,
            "puborg": row.article.publisher,
            "pubtimeStr": f"{row.date:%Y.%m.%d}",
            "summary": "",
        }

    def _categories(self, rows: list[dict[str, str]]) -> dict[str, dict[str, object]]:
        return {
            "gongwen": {"totalCount": len(rows), "listVO": rows},
            "bumenfile": {"totalCount": 0, "listVO": []},
        }
