"""A comparison as one self-contained HTML page: no address is asked for, nothing of the source's markup survives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from metroetl.documents.compare import labels
from metroetl.documents.lines import shown

if TYPE_CHECKING:
    from metroetl.documents.compare.models import Comparison, ValueChange


def render_page(comparison: Comparison) -> str:
    """The page; text of the versions is escaped, and a link leads only to the web."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("metroetl.documents.compare"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: shown(value) if isinstance(value, str) else value,
    )
    changes = comparison.changes
    return environment.get_template("changes.html").render(
        c=comparison,
        changes=changes,
        labels=labels,
        counts=[(labels.COUNTS[name], number) for name, number in changes.counts.items() if number],
        numbers=list(numbers_of(comparison)),
        link=comparison.url if comparison.url.startswith(("http://", "https://")) else "",
        moment=moment,
    )


def numbers_of(comparison: Comparison) -> Iterator[tuple[int, ValueChange]]:
    """The numbers of the text that changed, each with the place of its paragraph."""
    for text in comparison.changes.texts:
        for number in text.numbers:
            yield text.new_place or 0, number


def moment(at: datetime) -> str:
    """A moment as people read it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
