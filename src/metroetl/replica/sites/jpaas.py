"""jpaas (大汉 new): the list's rows come as HTML inside JSON from an interface that the page's script names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Template

from metroetl.replica.articles import Article, File
from metroetl.replica.sites.base import Answer, Ask, Row, Scene, Site, json_answer

UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
ROWS = Template(
    '<ul class="list">{% for row in rows %}<li><a href="{{ row.href }}" title="{{ row.title }}" target="_blank">'
    '{{ row.title }}</a><span>{{ row.date }}</span></li>{% endfor %}</ul><div class="pagination" '
    'count="{{ total }}" pageNo="{{ page.number }}" pageSize="{{ page.size }}"></div>',
    autoescape=True,
)


@dataclass(frozen=True)
class _Page:
    number: int
    size: int


class Jpaas(Site):
    """A jpaas site; `pageId` and `webId` of the source's options are column and site.

    The column's own page is a shell without rows; the interface gives them.
    """

    family = "jpaas"
    tag = "当前栏目列表"
    template_set = "jpaas0replica0set"

    @property
    def options(self) -> dict[str, Any]:
        """Options of the source."""
        return self.source.options

    @property
    def shell_path(self) -> str:
        """The column's own page."""
        return f"/col/col{self.options['pageId']}/index.html"

    @property
    def unit_query(self) -> dict[str, str]:
        """What the interface must be asked for, as the page's script holds it (`bulidstatic` is the real spelling)."""
        return {
            "parseType": "bulidstatic",
            "webId": str(self.options["webId"]),
            "tplSetId": self.template_set,
            "pageType": "column",
            "tagId": self.tag,
            "editType": "null",
            "pageId": str(self.options["pageId"]),
        }

    @property
    def unit_json(self) -> str:
        """The same as text."""
        return json.dumps(self.unit_query, ensure_ascii=False)

    def article_path(self, article: Article) -> str:
        return f"/art/{article.published_on.year}/art_{article.digest}.html"

    def file_path(self, article: Article, file: File) -> str:
        return f"/module/download/downfile.jsp?classid=0&filename={article.digest}.{file.kind}"

    @property
    def list_address(self) -> str:
        query = urlencode(self.unit_query)
        return f"{urlsplit(self.list_url).scheme}://{self.host}{UNIT}?{query}"

    def list_number(self, ask: Ask, pages: int) -> int | None:
        if ask.path == UNIT:
            return _parameters(ask).number if self._is_own(ask) else None
        return 1 if ask.path == self.shell_path else None

    def listing(self, number: int, scene: Scene) -> Answer:
        return self.page("list", self.modified(scene))

    def answer(self, ask: Ask, scene: Scene) -> Answer | None:
        if ask.path == UNIT and self._is_own(ask):
            return self._unit(_parameters(ask), scene)
        return super().answer(ask, scene)

    def other(self, ask: Ask, scene: Scene) -> Answer | None:
        wrong = {"success": False, "message": "页面不存在", "data": None}
        return json_answer(wrong) if ask.path == UNIT else None

    def _is_own(self, ask: Ask) -> bool:
        return all(ask.query.get(key) == str(self.options[key]) for key in ("webId", "pageId"))

    def _unit(self, page: _Page, scene: Scene) -> Answer:
        rows = [] if "empty_listing" in scene.faults else self.visible(scene)
        start = (page.number - 1) * page.size
        html = ROWS.render(
            rows=[
                Row(a.title, self.article_path(a), a.published_on, a) for a in rows[start : start + page.size]
            ],
            total=len(rows),
            page=page,
        )
        return json_answer({"success": True, "code": 200, "data": {"html": html}}, self.modified(scene))


def _parameters(ask: Ask) -> _Page:
    try:
        data = json.loads(ask.query.get("paramJson") or "{}")
        return _Page(max(1, int(data.get("pageNo", 1))), max(1, int(data.get("pageSize", Jpaas.page_size))))
    except (ValueError, AttributeError, TypeError):
        return _Page(1, Jpaas.page_size)
