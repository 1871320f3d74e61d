"""How a page of the site is written: one template environment, relative links only, data as inline JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from metroetl.catalogue import catalogue
from metroetl.documents.lines import shown
from metroetl.monitoring.phrases import phrases
from metroetl.monitoring.site.book import Book
from metroetl.monitoring.site.specs import layout_of

if TYPE_CHECKING:
    from datetime import date

    from jinja2 import Environment

    from metroetl.monitoring.content import Chart, Section
    from metroetl.monitoring.figures import Figure
    from metroetl.warehouse import Warehouse

ASSETS = Path(__file__).resolve().parent / "assets"


@dataclass
class Site:
    """A site that is being written: where to, from what, as of which day, and what it says of itself."""

    folder: Path
    warehouse: Warehouse
    as_of: date | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    book: Book = field(default_factory=Book)
    entries: dict[tuple[str, str], str] = field(default_factory=dict)
    pages: int = 0

    def records(self, sql: str, asked: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Public rows, as of the site's day."""
        return self.warehouse.records(sql, asked, as_of=self.as_of, public=True)

    def know(self, ids: Iterable[str]) -> None:
        """Let the book know where these observations stand."""
        self.book.know(self.warehouse, ids, self.as_of)

    def find(self, title: str, address: str, kind: str) -> None:
        """Let the search find it; what several circles show (the nation's series) is found in the first."""
        self.entries.setdefault((shown(title), kind), address)

    @cached_property
    def environment(self) -> Environment:
        """Jinja with the site's filters; everything is escaped."""
        from jinja2 import Environment, PackageLoader

        found = Environment(
            loader=PackageLoader("metroetl.monitoring.site"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        found.globals |= {"about": self.about, "words": catalogue()}
        found.filters |= {
            "json": inline_json,
            "shown": lambda text: shown(str(text or "")),
            "period": phrases("zh").period,
            "day": lambda moment: str(moment or "")[:10],
            "web": lambda url: url if str(url or "").startswith(("http://", "https://")) else "",
        }
        return found

    def write(self, path: str, template: str, **context: Any) -> None:
        """Write a page of the site from a template."""
        page = Page(path, self.book)
        html = self.environment.get_template(template).render(page=page, root=page.root, path=path, **context)
        self.put(path, html)
        self.pages += 1

    def put(self, path: str, text: str) -> None:
        """Write a file of the site."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


@dataclass
class Page:
    """What a template needs of its own page: links to evidence, and notes on what was computed."""

    path: str
    book: Book
    notes: dict[tuple[Any, ...], tuple[int, Figure]] = field(default_factory=dict)
    cited: dict[str, int] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)

    def numbers(self, words: Iterable[str]) -> str:
        """Words that a page repeats, by their numbers in its list."""
        return " ".join(str(_number(self.words, word)) for word in words)

    @property
    def root(self) -> str:
        """The way to the site's root."""
        return "../" * self.path.count("/")

    def link(self, figure: Figure | None) -> str:
        """Address of a figure's origin: its sentence; or, if computed, the note with its parts; empty if unknown."""
        if figure is None:
            return ""
        if figure.evidence:
            address = self.book.address(figure)
            if address:
                to = self.root + address
                self.cited.setdefault(to, len(self.cited))
                return to
            return figure.evidence.url if figure.evidence.url.startswith(("http://", "https://")) else ""
        key = (
            figure.region_code,
            figure.indicator_code,
            figure.measure,
            figure.quarter,
            figure.how,
            figure.value,
        )
        if key not in self.notes:
            self.notes[key] = (len(self.notes) + 1, figure)
        return f"#c{self.notes[key][0]}"

    def calculations(self) -> dict[str, Any]:
        """What was computed and is linked on the page, for its script, which knows the page's links already.

        `notes`: what and how (numbers of `words`), parts (numbers of the page's evidence links in their order, then of
        `more`; below 0 another note's), and the value where the page doesn't show it.
        """
        linked, shown_here = len(self.cited), len(self.notes)
        more: list[list[str]] = []
        notes: list[list[Any]] = []
        names = catalogue()
        while len(notes) < len(self.notes):  # a part may be computed itself, and becomes a note
            _, figure = list(self.notes.values())[len(notes)]
            parts = []
            for part in figure.parts:
                to = self.link(part)
                if to.startswith("#"):
                    parts.append(-int(to[2:]))
                    continue
                parts.append(self.cited.setdefault(to, len(self.cited)))
                if len(self.cited) > linked + len(more):
                    more.append([to, part.text])
            what = f"{names.regions[figure.region_code].name_zh} {names.indicators[figure.indicator_code].name_zh}"
            how = f"{figure.how}（{figure.unit}）"
            value = [] if len(notes) < shown_here else [figure.text]
            notes.append([_number(self.words, what), _number(self.words, how), parts, *value])
        return {"notes": notes, "more": more, "words": list(self.words)}

    @staticmethod
    def data(chart: Chart) -> Markup:
        """The chart as inline JSON: the name of a shared layout with its values, or the whole spec."""
        name = layout_of(chart.spec)
        if not name:
            return inline_json({"name": chart.name, "spec": dict(chart.spec)})
        values = chart.spec["data"]["values"]
        columns = list(dict.fromkeys(key for value in values for key in value))
        if all("text" in value and float(value["text"]) == value.get("value") for value in values):
            columns.remove("value")  # the script reads it from the text
        rows = [[value.get(column) for column in columns] for value in values]
        given = {"layout": name, "height": chart.spec["height"], "columns": columns, "rows": rows}
        return inline_json({"name": chart.name} | given)


def _number(words: dict[str, int], word: str) -> int:
    return words.setdefault(word, len(words))


def inline_json(value: Any) -> Markup:
    """JSON that can stand inside a script element, whatever its texts say."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704  no sign of markup is left


def published(figures: Iterable[Figure]) -> set[str]:
    """Ids of the published figures that these rest on."""
    return {f.evidence.observation_id for figure in figures for f in figure.sources() if f.evidence}


def stated(sections: Iterable[Section]) -> set[str]:
    """Ids of the published figures that the sections rest on."""
    return published(figure for section in sections for figure in section.figures())
