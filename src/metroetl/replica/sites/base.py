"""What every stand-in site does: it lists, shows and hands out what existed on a day."""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Any, ClassVar, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from jinja2 import Environment, PackageLoader, select_autoescape

from metroetl.catalogue.models import Source
from metroetl.replica.articles import Article, File
from metroetl.replica.spoil import spoil

HTML = "text/html"
MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "pdf": "application/pdf",
}
SHORT = 5
SAME = 3  # rows of one title, where titles are no keys
LATE = timedelta(days=10)
ROBOTS = "User-agent: *\nDisallow: /search/\n"
# NBS, NDRC and gov.cn as printed there; every other code ends in zeros and claims nothing
SITE_CODES = {"www.stats.gov.cn": "bm36000002", "www.ndrc.gov.cn": "bm04000007"}


@dataclass(frozen=True)
class Ask:
    """A request: path and query are decoded, `body` is what was posted, `form` the same as a form, header names are
    lower case."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    form: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    target: str = ""


@dataclass(frozen=True)
class Answer:
    """A response; `charset` is what the header says, `modified` the day of the newest thing in it."""

    body: bytes
    status: int = 200
    media_type: str = HTML
    charset: str | None = "utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    modified: date | None = None


@dataclass(frozen=True)
class Scene:
    """The day on which the site is looked at, and what is broken on it."""

    day: date
    faults: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Row:
    """A row of a list page."""

    title: str
    href: str
    date: date
    article: Article


class Site(ABC):
    """One source's stand-in. A family says where its pages lie and how they look.

    `templates` begins the names of its templates (else the family does); `reposts` is how many of another source's
    newest releases it shows where it has none of its own (None: all).
    """

    family: ClassVar[str]
    templates: ClassVar[str] = ""
    page_size: ClassVar[int] = 20
    reposts: ClassVar[int | None] = 5

    def __init__(self, source: Source, articles: Sequence[Article]) -> None:
        self.source = source
        self.list_url = source.replica_list or source.list
        self.articles = sorted(articles, key=lambda a: (a.published_on, a.key), reverse=True)
        self._indexes: dict[Scene, dict[str, tuple[Article, File | None]]] = {}

    # --- what a family says ---

    @classmethod
    def serves(cls, source: Source) -> bool:
        """Whether a source is served in this form."""
        return source.family == cls.family

    @abstractmethod
    def article_path(self, article: Article) -> str:
        """Address of an article's page on the host."""

    @abstractmethod
    def file_path(self, article: Article, file: File) -> str:
        """Address of an article's file on the host (with query, if the family has one)."""

    @abstractmethod
    def list_number(self, ask: Ask, pages: int) -> int | None:
        """Which page of the list is asked for (from 1), or None if something else is."""

    @abstractmethod
    def listing(self, number: int, scene: Scene) -> Answer:
        """A page of the list."""

    def other(self, ask: Ask, scene: Scene) -> Answer | None:
        """Anything else that the family serves: redirect shells, interfaces."""
        return None

    # --- what all do ---

    @cached_property
    def host(self) -> str:
        """Host name of the list."""
        return urlsplit(self.list_url).netloc

    @cached_property
    def list_path(self) -> str:
        """Path of the list on the host."""
        return urlsplit(self.list_url).path

    @cached_property
    def folder(self) -> str:
        """Folder of the list, with a slash at its end."""
        return self.list_path.rpartition("/")[0] + "/"

    @property
    def list_address(self) -> str:
        """Address from which the rows come: the list's own, or that of an interface."""
        return self.list_url

    def list_asks(self, day: date) -> dict[str, tuple[str, Ask]]:
        """How the pages of its list are asked for that show its form: address and request by name (`list`, `list_2`)."""
        return {"list": (self.list_address, ask_for(self.list_address))}

    def page_ask(self, article: Article) -> tuple[str, Ask]:
        """How an article's page is asked for: address and request."""
        url = self.address(self.article_path(article))
        return url, ask_for(url)

    @property
    def page_host(self) -> str:
        """Host name of the articles' pages."""
        return self.host

    def address(self, path: str) -> str:
        """An article's or file's path as the catalogue's address."""
        return f"{urlsplit(self.list_url).scheme}://{self.page_host}{path}"

    def row_title(self, row: Row) -> str:
        """A row's title as the list lets one know it."""
        return row.title

    def row_day(self, row: Row) -> str | None:
        """A row's day as the list lets one know it."""
        return str(row.date)

    def is_open(self, scene: Scene) -> bool:
        """Whether the site has published anything by the day."""
        return bool(self.visible(scene))

    @property
    def site_code(self) -> str:
        """SiteIDCode: the region's six digits and zeros, or the real one where it is known."""
        region = self.source.regions[0][:6]
        return SITE_CODES.get(self.host, f"{region}0000")

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers that the host sends with everything."""
        return {}

    def present(self, scene: Scene) -> list[Article]:
        """Articles whose pages answer on the day, newest first."""
        shown = [a for article in self.articles if (a := article.on(scene.day))]
        return spoil(shown, scene.faults, scene.day)

    def visible(self, scene: Scene) -> list[Article]:
        """Articles that the list shows on the day, newest first."""
        return [a for a in self.present(scene) if a.listed]

    def pages(self, scene: Scene) -> int:
        """Number of pages of the list (at least one)."""
        return max(1, math.ceil(len(self.visible(scene)) / self.size(scene)))

    def size(self, scene: Scene) -> int:
        """Rows of a list page."""
        return SHORT if "short_pages" in scene.faults else self.page_size

    def rows(self, number: int, scene: Scene) -> list[Row]:
        """Rows of a page of the list."""
        if "empty_listing" in scene.faults:
            return []
        start = (number - 1) * self.size(scene)
        shown = self.visible(scene)[start : start + self.size(scene)]
        rows = [Row(a.title, self.article_path(a), a.published_on, a) for a in shown]
        return [self._spoiled(row, rows[: SAME if number == 1 else 0], scene.faults) for row in rows]

    def _spoiled(self, row: Row, first: Sequence[Row], faults: frozenset[str]) -> Row:
        """A row as a broken list prints it."""
        if "same_titles" in faults and row in first:
            row = replace(row, title=first[0].title)
        if "late_dates" in faults:
            row = replace(row, date=row.date + LATE)
        if "pdf_rows" in faults and row.article.files:
            row = replace(row, href=self.file_path(row.article, row.article.files[0]))
        return row

    def index_number(self, article: Article) -> str:
        """索引号: zeros for the organ, then year and a number of this site; the paper's own where it has one."""
        return article.index_number or f"000000000/{article.published_on.year}-{article.number % 100_000:05d}"

    def answer(self, ask: Ask, scene: Scene) -> Answer | None:
        """The answer to a request, or None where the address is not of this site."""
        number = self.list_number(ask, self.pages(scene))
        if number is not None:
            return self.listing(number, scene)
        found = self._found(ask.target, scene) or self._found(ask.path, scene)
        if found is None:
            return self.other(ask, scene)
        article, file = found
        return self.detail(article, scene) if file is None else self.file(article, file, scene)

    def kind_of(self, target: str, scene: Scene) -> Literal["page", "file"] | None:
        """What answers at an address of the host: an article's page, a file, or something else."""
        if found := self._found(target, scene):
            return "file" if found[1] else "page"
        return None

    def file_name(self, ask: Ask, scene: Scene) -> str:
        """Name of the file at an address, as old servers send it: raw GBK."""
        _, file = self._found(ask.target, scene) or (None, None)
        return file.name.encode("gb18030").decode("latin-1") if file else ""

    def _found(self, target: str, scene: Scene) -> tuple[Article, File | None] | None:
        return self._index(scene).get(unquote(target))

    def detail(self, article: Article, scene: Scene, **context: Any) -> Answer:
        """An article's page."""
        files = [{"name": f.name, "href": self.file_path(article, f), "kind": f.kind} for f in article.files]
        return self.page("detail", article.modified_on, article=article, files=files, **context)

    def file(self, article: Article, file: File, scene: Scene) -> Answer:
        """A file of an article."""
        from metroetl.replica.files import file_bytes

        body = file_bytes(article, file)
        if file.kind == "pdf" and "truncated_pdf" in scene.faults:
            body = body[: len(body) // 2]
        return Answer(body, media_type=MEDIA[file.kind], charset=None, modified=article.modified_on)

    def page(self, name: str, modified: date, **context: Any) -> Answer:
        """A page made by the family's template of that name."""
        template = _templates().get_template(f"{self.templates or self.family}_{name}.html")
        text = template.render(site=self, source=self.source, **context)
        return Answer(text.encode(), modified=modified)

    def home(self) -> Answer:
        """The home page of the host."""
        text = _templates().get_template("home.html").render(site=self, source=self.source)
        return Answer(text.encode())

    def robots(self) -> Answer | None:
        """robots.txt, or None where the host has none."""
        return Answer(ROBOTS.encode(), media_type="text/plain")

    def modified(self, scene: Scene) -> date:
        """Day of the newest article."""
        return max((a.published_on for a in self.visible(scene)), default=scene.day)

    def _index(self, scene: Scene) -> dict[str, tuple[Article, File | None]]:
        if scene not in self._indexes:
            index: dict[str, tuple[Article, File | None]] = {}
            for article in self.present(scene):
                index[self.article_path(article)] = (article, None)
                index.update({unquote(self.file_path(article, f)): (article, f) for f in article.files})
            self._indexes[scene] = index
        return self._indexes[scene]


def ask_for(url: str, body: str | None = None) -> Ask:
    """The request for an address, from a page of the same host; a POST where there is a body."""
    parts = urlsplit(url)
    return Ask(
        path=unquote(parts.path),
        query=dict(parse_qsl(parts.query)),
        method="GET" if body is None else "POST",
        body=body or "",
        headers={"referer": url},
        target=f"{parts.path}?{parts.query}" if parts.query else parts.path,
    )


def json_answer(data: Any, modified: date | None = None) -> Answer:
    """A JSON answer, Chinese as it is."""
    body = json.dumps(data, ensure_ascii=False).encode()
    return Answer(body, media_type="application/json", modified=modified)


@lru_cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("metroetl.replica.sites"),
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
