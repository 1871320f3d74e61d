"""Plan pages of the Chengdu circle and the Delta, from `plans.yml`: what is stated of them and nothing else."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from metroetl.errors import ReplicaError
from metroetl.replica.articles import Article, Block, Table, heading, paragraph, row

PLANS = Path(__file__).with_name("plans.yml")
HEADING = "# "


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PlanTable(_Strict):
    """A table as rows of texts, the first of them the header."""

    caption: str
    rows: list[list[str]]


class PlanStatements(_Strict):
    """What a page states of a plan, as the plans room should read it; counts by what is counted."""

    kind: str
    plan_title: str | None = None
    series_id: str | None = None
    round: int | None = None
    period_start: int | None = None
    period_end: int | None = None
    stage: str | None = None
    counts: dict[str, int] = {}


class PlanPage(_Strict):
    """One page as `plans.yml` has it."""

    key: str
    source: str
    title: str
    published_on: date
    publisher: str
    text: list[str]
    written_on: date | None = None
    doc_number: str = ""
    table: PlanTable | None = None
    states: PlanStatements


@lru_cache
def plan_pages() -> tuple[PlanPage, ...]:
    """The pages in the order of the file. Raises ReplicaError if the file is damaged."""
    try:
        entries = YAML(typ="safe").load(PLANS.read_text(encoding="utf-8"))
        return tuple(PlanPage.model_validate(entry) for entry in entries)
    except (OSError, YAMLError, ValidationError, TypeError) as error:
        raise ReplicaError(f"plans.yml can't be read: {error}") from error


def plan_articles() -> list[Article]:
    """The pages as articles."""
    return [_article(page) for page in plan_pages()]


def plan_statements(key: str) -> dict[str, Any]:
    """What the page of that key states of its plan, without what it leaves open."""
    page = next(page for page in plan_pages() if page.key == key)
    return page.states.model_dump(exclude_none=True)


def _article(page: PlanPage) -> Article:
    blocks = [_block(line) for line in page.text]
    if page.table:
        head, *body = (row(*cells) for cells in page.table.rows)
        blocks.append(Block("table", table=Table(page.table.caption, (head,), tuple(body))))
    return Article(
        key=page.key,
        source_id=page.source,
        title=page.title,
        published_on=page.published_on,
        publisher=page.publisher,
        blocks=tuple(blocks),
        doc_number=page.doc_number,
        written_on=page.written_on,
        plan=True,
    )


def _block(line: str) -> Block:
    return heading(line.removeprefix(HEADING)) if line.startswith(HEADING) else paragraph(line)
