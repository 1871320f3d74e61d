"""Lists of items, as tasks with their units and as projects, matters, meetings and cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from metroetl.plans.funding import find_funding
from metroetl.plans.items import Item
from metroetl.plans.models import Project, Task
from metroetl.plans.structure import field_of

KINDS = ("project", "matter", "meeting", "case")


def tasks_of(items: Iterable[Item]) -> list[Task]:
    """The items that some unit carries; one of a list of projects is a task of its units too."""
    return [
        Task(
            text=item.name,
            number=item.number,
            deadline=item.deadline,
            under=item.under,
            funding=item.funding,
            milestones=item.milestones,
            span=item.span,
            **item.units,
        )
        for item in items
        if any(item.units.values())
    ]


def projects_of(items: Iterable[Item]) -> list[Project]:
    """The items of lists of projects, matters, meetings and cases; the field is that of the section's title."""
    fields: dict[tuple[str, ...], str | None] = {}
    projects = []
    for item in items:
        if item.kind not in KINDS:
            continue
        if item.sections not in fields:
            fields[item.sections] = _field(item.sections)
        values = {
            "name": item.name,
            "kind": item.kind,
            "number": item.number,
            "content": item.content,
            "field": fields[item.sections],
            "place": item.place,
            "investment": item.investment,
            "year_investment": item.year_investment,
            "investment_unit": item.money,
            "stage": item.status if item.kind == "case" and item.status else item.stage,
            "list_year": item.year,
            "deadline": item.deadline,
            "under": item.under,
            "funding": item.funding,
            "milestones": item.milestones,
            "span": item.span,
            "quote": item.quote,
        }
        projects.append(Project.model_validate(values | item.units))
    return projects


def _field(titles: Sequence[str]) -> str | None:
    return next((found for title in reversed(titles) if title and (found := field_of(title, ""))), None)


def name_funding(tasks: Iterable[Task]) -> None:
    """Note the funds that tasks of running text name."""
    for task in tasks:
        task.funding = task.funding or find_funding(task.text)
