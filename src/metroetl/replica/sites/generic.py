"""A site of a form of its own: rows that only a selector tells from those of its sidebar, pages by a pattern."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from metroetl.errors import ReplicaError
from metroetl.replica.articles import Article, File
from metroetl.replica.sites.base import Answer, Ask, Scene, Site

ROWS = ".xx-list p"
STEP = re.compile(r"([a-z][a-z0-9]{0,9})?((?:[.#][\w-]{1,60}){0,5})")


class Generic(Site):
    """Rows are what the source's option `rows` selects (without it there is no sidebar), page n where `next_page` says.

    Raises ReplicaError for a selector of more than tags, classes and identities.
    """

    family = "generic"
    page_size = 3

    def article_path(self, article: Article) -> str:
        return f"{self.folder}{article.published_on:%Y}/{article.number}.html"

    def file_path(self, article: Article, file: File) -> str:
        return f"/upload/{article.published_on:%Y%m}/{article.number}.{file.kind}"

    @property
    def frame(self) -> list[tuple[str, str]]:
        """Opening and closing tags of the selected elements, the row's last."""
        steps = str(self.source.options.get("rows", ROWS)).replace(">", " ").split()
        return [_tags(step, "p" if step is steps[-1] else "div") for step in steps]

    def page_path(self, number: int) -> str:
        """Address of page `number` of the list on the host."""
        if number == 1:
            return self.list_path
        pattern = str(self.source.options.get("next_page", f"{self.list_path}?page={{page}}"))
        return urlsplit(pattern.format(page=number, index=number - 1)).path

    def list_number(self, ask: Ask, pages: int) -> int | None:
        return next((n for n in range(1, pages + 1) if ask.path == self.page_path(n)), None)

    def listing(self, number: int, scene: Scene) -> Answer:
        rows, pages = self.rows(number, scene), self.pages(scene)
        return self.page("list", self.modified(scene), rows=rows, number=number, pages=pages)


def _tags(step: str, usual: str) -> tuple[str, str]:
    """`ul.news` as its two tags."""
    match = STEP.fullmatch(step)
    if match is None:
        raise ReplicaError(
            f"no example is made for the selector {step!r}",
            way_out="Choose rows by tags, classes and ids alone, or save list.html and page.html of your own.",
        )
    name, marks = match.group(1) or usual, match.group(2)
    classes = " ".join(re.findall(r"\.([\w-]+)", marks))
    identity = "".join(re.findall(r"#([\w-]+)", marks))
    attributes = (f' id="{identity}"' if identity else "") + (f' class="{classes}"' if classes else "")
    return f"<{name}{attributes}>", f"</{name}>"
