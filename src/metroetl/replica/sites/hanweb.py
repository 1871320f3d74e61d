"""Hanweb (大汉) jpage: rows as CDATA in XML, first in the page, then from a posted interface whose answers overlap."""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape

from metroetl.replica.articles import Article, File
from metroetl.replica.sites.base import Answer, Ask, Row, Scene, Site

PROXY = "/module/web/jpage/dataproxy.jsp"
DOWNLOAD = "/module/download/downfile.jsp"
OVERLAP = 76
PER_PAGE = 25
CUT = 40
EMPTY = "<datastore><recordset></recordset></datastore>".ljust(54)


class Hanweb(Site):
    """A Hanweb site; `columnid` of the source's options is the column."""

    family = "hanweb"
    page_size = PER_PAGE
    unit = "344592"

    @property
    def column(self) -> str:
        """Number of the column, as in /col/col87243/."""
        return str(self.source.options["columnid"])

    def article_path(self, article: Article) -> str:
        day = article.published_on
        return f"/art/{day.year}/{day.month}/{day.day}/art_{self.column}_{article.number}.html"

    def file_path(self, article: Article, file: File) -> str:
        return f"{DOWNLOAD}?classid=0&filename={article.digest}.{file.kind}"

    def list_number(self, ask: Ask, pages: int) -> int | None:
        # the page is a shell: whatever pageNum it is asked for, it holds the first rows
        return 1 if ask.path in {self.list_path, self.folder} else None

    def listing(self, number: int, scene: Scene) -> Answer:
        store = datastore(self.rows(1, scene), len(self.visible(scene)), self.size(scene))
        return self.page(
            "list", self.modified(scene), store=store, total=len(self.visible(scene)), size=self.size(scene)
        )

    def other(self, ask: Ask, scene: Scene) -> Answer | None:
        return self._proxy(ask, scene) if ask.path == PROXY else None

    def _proxy(self, ask: Ask, scene: Scene) -> Answer:
        wanted = {**ask.query, **ask.form}
        start = wanted.get("startrecord", "")
        allowed = f"/col/col{self.column}/" in ask.headers.get("referer", "")
        if (
            ask.method != "POST"
            or not allowed
            or wanted.get("columnid") != self.column
            or not start.isdecimal()
        ):
            return Answer(EMPTY.encode(), media_type="text/xml")
        shown = [] if "empty_listing" in scene.faults else self.visible(scene)
        first = max(int(start), 1) - 1
        rows = [Row(a.title, self.article_path(a), a.published_on, a) for a in shown[first : first + OVERLAP]]
        return Answer(
            datastore(rows, len(shown), self.size(scene)).encode(),
            media_type="text/xml",
            modified=self.modified(scene),
        )


def datastore(rows: Iterable[Row], total: int, size: int) -> str:
    """The XML of the family, on one line; long link texts are cut, `title` is whole."""
    records = "".join(f"<record><![CDATA[{_record(row)}]]></record>" for row in rows)
    return (
        f"<datastore><totalrecord>{total}</totalrecord><totalpage>{math.ceil(total / size)}</totalpage>"
        f"<recordset>{records}</recordset></datastore>"
    )


def _record(row: Row) -> str:
    text = row.title if len(row.title) <= CUT else row.title[:CUT] + "..."
    title = escape(row.title)
    return (
        f'<li><a target="_blank" href="{row.href}" title="{title}">{escape(text)}</a>'
        f'<b readlabel="{row.date}">{row.date}</b></li>'
    )
