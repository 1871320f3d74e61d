"""TRS WCM (拓尔思): `tYYYYMMDD_<id>.html` below a month's folder, list pages `index_1.html`, pager in a comment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from metroetl.replica.articles import Article, File
from metroetl.replica.sites.base import Answer, Ask, Scene, Site

# sites of this look whose pages lie by day and hash
BY_DAY = {"www.shanghai.gov.cn": "/nw12344/", "tjj.sh.gov.cn": "/ydsj51/"}
STUB = "<html><head><meta charset='utf-8'></head><body>" + " " * 260 + "</body></html>"
SHELL = "<html><head><script>window.location.href='{target}'</script></head><body></body></html>"


class Trs(Site):
    """A TRS site. `first_index` of the source's options is the number in the name of page 2 (1, elsewhere 2)."""

    family = "trs"

    @property
    def look(self) -> str:
        """nbs has everything twice (PC and phone), ndrc nests links of 解读 in its rows, the rest is plain."""
        return {"www.stats.gov.cn": "nbs", "www.ndrc.gov.cn": "ndrc"}.get(self.host, "plain")

    @property
    def first_index(self) -> int:
        """Number in the name of the second page."""
        return int(self.source.options.get("first_index", 1))

    @property
    def headers(self) -> Mapping[str, str]:
        return {"set-cookie": "wzws_sessionid=replica; path=/"} if self.look == "nbs" else {}

    def article_path(self, article: Article) -> str:
        day = article.published_on
        if self.host in BY_DAY:
            return f"{BY_DAY[self.host]}{day:%Y%m%d}/{article.digest}.html"
        return f"{self.folder}{day:%Y%m}/t{day:%Y%m%d}_{article.number}.html"

    def file_path(self, article: Article, file: File) -> str:
        folder = self.article_path(article).rpartition("/")[0]
        name = int(article.digest[:9], 16) % 10**9
        return f"{folder}/P0{article.published_on:%Y%m%d}{name:09d}.{file.kind}"

    def list_number(self, ask: Ask, pages: int) -> int | None:
        if not ask.path.startswith(self.folder):
            return None
        match = re.fullmatch(r"(?:index(?:_(\d{1,4}))?\.html)?", ask.path.removeprefix(self.folder))
        if match is None:
            return None
        return int(match[1]) + 2 - self.first_index if match[1] else 1

    def listing(self, number: int, scene: Scene) -> Answer:
        pages = self.pages(scene)
        if not 0 < number <= pages:
            return Answer(STUB.encode())
        rows = self.rows(number, scene)
        return self.page("list", self.modified(scene), rows=rows, pages=pages, number=number)

    def other(self, ask: Ask, scene: Scene) -> Answer | None:
        parent = self.folder.rstrip("/").rpartition("/")[0] + "/"
        if self.look == "ndrc" and ask.path == parent:
            return Answer(SHELL.format(target=f"./{self.folder.removeprefix(parent)}").encode())
        return self._second_part(ask, scene)

    def detail(self, article: Article, scene: Scene, **context: Any) -> Answer:
        if not self._in_parts(article, scene):
            return super().detail(article, scene, **context)
        part = context.get("part", 0)
        half = len(article.blocks) // 2
        blocks = article.blocks[half:] if part else article.blocks[:half]
        shown = replace(article, blocks=blocks, files=article.files if part else ())
        return super().detail(shown, scene, part=part, parts=2)

    def _in_parts(self, article: Article, scene: Scene) -> bool:
        """Whether a long article has a second page, `t20260418_1234567_1.html`."""
        return "two_parts" in scene.faults and len(article.blocks) > 1

    def _second_part(self, ask: Ask, scene: Scene) -> Answer | None:
        found = self._found(re.sub(r"_1(?=\.html$)", "", ask.path), scene)
        if found is None or found[1] is not None or not self._in_parts(found[0], scene):
            return None
        return self.detail(found[0], scene, part=1)

    def robots(self) -> Answer | None:
        if self.look == "ndrc":
            return self.home()  # as some hosts do: a page in place of the file
        return super().robots()

    def relative(self, path: str) -> str:
        """A link as the list prints it: below its own folder as `./`."""
        return f"./{path.removeprefix(self.folder)}" if path.startswith(self.folder) else path
