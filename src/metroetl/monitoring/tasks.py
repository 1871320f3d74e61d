"""The three lists (重大项目、重大事项、重要会议活动) by quarter: what is due, done, overdue, at risk; by unit and field.

From `mart_task_progress`. A milestone is overdue once its quarter is over, unless a report says that its item is done, or
a report after that quarter says it is on time; an item that stands in a newer list counts there only (carried over). No
report is no progress and no delay: it is told as such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Literal, cast
from zoneinfo import ZoneInfo

from metroetl.catalogue import catalogue
from metroetl.errors import WarehouseError
from metroetl.monitoring.content import Light
from metroetl.monitoring.figures import earlier

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

Status = Literal["done", "on_time", "overdue", "at_risk", "unreported", "coming"]
Row = Mapping[str, Any]
LightOf = Callable[[Row, date], str]
LISTS = ("project", "matter", "meeting")
LIGHTS: Mapping[Status, Light] = {
    "done": "green",
    "on_time": "green",
    "overdue": "red",
    "at_risk": "yellow",
    "unreported": "grey",
    "coming": "",
}
_SLOW = ("behind", "not_started")
_ITEMS = """
SELECT t.item_id, t.item_key, t.kind, t.number, t.name, t.field, t.list_year, t.quarter, t.due, t.due_to, t.lead,
  t.responsible, t.state, t.percent, t.progress, t.progress_on, t.document_title, t.publisher, t.published_on, t.url,
  r.circle_id
FROM mart_task_progress AS t
LEFT JOIN (
  SELECT document_id, MIN(circle_id) AS circle_id FROM mart_plan_release_document GROUP BY document_id
) AS r ON r.document_id = t.document_id
ORDER BY t.list_year, t.kind, t.document_id, t.span_start, t.quarter
"""


@dataclass(frozen=True, slots=True)
class Milestone:
    """What an item of a list has to reach in a quarter, and how it stands; the quarter is None where none is stated."""

    item_id: str
    item_key: str | None
    kind: str
    name: str
    field: str
    list_year: int | None
    quarter: str | None
    due: str
    lead: tuple[str, ...]
    state: str | None
    percent: float | None
    progress: str
    progress_on: date | None
    document_title: str
    url: str
    status: Status
    light: Light


@dataclass(frozen=True, slots=True)
class Tasks:
    """The lists of a circle as they stand for a quarter on a day."""

    circle_id: str
    quarter: str
    day: date
    milestones: tuple[Milestone, ...]

    @property
    def items(self) -> int:
        """How many items the lists have."""
        return len({m.item_id for m in self.milestones})

    @property
    def due(self) -> list[Milestone]:
        """Those of the quarter."""
        return [m for m in self.milestones if m.quarter == self.quarter]

    @property
    def overdue(self) -> list[Milestone]:
        """Those of the quarter and of earlier ones that are overdue, the oldest first."""
        found = [m for m in self.milestones if m.status == "overdue" and (m.quarter or "9") <= self.quarter]
        return sorted(found, key=lambda m: m.quarter or "")

    @property
    def at_risk(self) -> list[Milestone]:
        """Those of the quarter or the next one that haven't begun or are behind."""
        return [m for m in self.milestones if m.status == "at_risk"]

    @property
    def coming(self) -> list[Milestone]:
        """Those of the next quarter."""
        return [m for m in self.milestones if m.quarter == self.next_quarter]

    @property
    def next_quarter(self) -> str:
        """The quarter after."""
        return earlier(self.quarter, -1)

    @property
    def undated(self) -> list[Milestone]:
        """Items whose list states no quarter."""
        return [m for m in self.milestones if m.quarter is None]

    def by_unit(self) -> dict[str, list[Milestone]]:
        """The quarter's and the overdue ones by leading unit, the most first; one of two units counts at both."""
        return _grouped(self._now(), lambda m: m.lead or ("",))

    def by_field(self) -> dict[str, list[Milestone]]:
        """The same by field."""
        return _grouped(self._now(), lambda m: (m.field,))

    def _now(self) -> list[Milestone]:
        late = [m for m in self.overdue if m.quarter != self.quarter]
        return [*late, *self.due]


def load_tasks(
    warehouse: Warehouse,
    circle_id: str,
    quarter: str,
    *,
    as_of: date | None = None,
    public: bool = True,
    light: LightOf | None = None,
) -> Tasks:
    """The lists of a circle for a quarter: as published by a day (by now), public ones only unless told otherwise.

    A list is the circle's where its document is tied to it, or its title names it. `light` gives an item's light by
    other rules (the row of mart_task_progress and the day); yellow or red then counts as at risk before the quarter is
    over. Raises WarehouseError for an unknown circle.
    """
    circle = catalogue().circles.get(circle_id)
    if circle is None:
        raise WarehouseError(
            f"no circle {circle_id}", way_out='`metroetl query "SELECT * FROM dic_circle"` lists them.'
        )
    day = as_of or datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
    names = (circle.name_zh, *circle.aliases)
    rows = [
        row
        for row in warehouse.records(_ITEMS, as_of=as_of, public=public)
        if row["circle_id"] == circle_id
        or (row["circle_id"] is None and any(name in (row["document_title"] or "") for name in names))
    ]
    return Tasks(
        circle_id, quarter, day, tuple(_milestone(r, quarter, day, light) for r in _newest(rows, quarter))
    )


def _newest(rows: Sequence[Row], quarter: str) -> list[Row]:
    """Each item by its newest list of the quarter's year or before; what newer lists carry over counts there only.

    A table of progress names the items of its list again, without quarters: where the item has some, those count.
    """
    year = int(quarter[:4])
    known = [row for row in rows if row["list_year"] is None or row["list_year"] <= year]
    last: dict[str, int] = {}
    for row in known:
        if row["item_key"]:
            last[row["item_key"]] = max(last.get(row["item_key"], 0), row["list_year"] or 0)
    newest = [row for row in known if not row["item_key"] or last[row["item_key"]] == (row["list_year"] or 0)]
    dated = {row["item_key"] for row in newest if row["quarter"]}
    return [row for row in newest if row["quarter"] or not row["item_key"] or row["item_key"] not in dated]


def _milestone(row: Row, quarter: str, day: date, light: LightOf | None) -> Milestone:
    lit = light(row, day) if light else ""
    status = _status(row, quarter, day, lit)
    shown: Light = LIGHTS[status]
    if lit in ("green", "yellow", "red") and status not in ("overdue", "at_risk"):
        shown = cast(Light, lit)
    return Milestone(
        item_id=row["item_key"] or row["item_id"],
        item_key=row["item_key"],
        kind=row["kind"],
        name=row["name"],
        field=row["field"] or "",
        list_year=row["list_year"],
        quarter=row["quarter"],
        due=row["due"] or "",
        lead=tuple(filter(None, (row["lead"] or row["responsible"] or "").split("、"))),
        state=row["state"],
        percent=row["percent"],
        progress=row["progress"] or "",
        progress_on=_day(row["progress_on"]),
        document_title=row["document_title"],
        url=row["url"],
        status=status,
        light=shown,
    )


def _status(row: Row, quarter: str, day: date, lit: str) -> Status:
    state, due_to, reported = row["state"], _day(row["due_to"]), _day(row["progress_on"])
    if state == "done":
        return "done"
    if due_to and due_to < day:
        met = state == "on_time" and reported is not None and reported > due_to
        return "on_time" if met else "overdue"
    near = row["quarter"] is not None and row["quarter"] <= earlier(quarter, -1)
    if near and (state in _SLOW or lit in ("yellow", "red")):
        return "at_risk"
    if state == "on_time":
        return "on_time"
    return "unreported" if row["quarter"] is not None and row["quarter"] <= quarter else "coming"


def _grouped(
    milestones: Iterable[Milestone], keys: Callable[[Milestone], Iterable[str]]
) -> dict[str, list[Milestone]]:
    found: dict[str, list[Milestone]] = {}
    for milestone in milestones:
        for key in keys(milestone):
            found.setdefault(key, []).append(milestone)
    return dict(sorted(found.items(), key=lambda pair: -len(pair[1])))


def count(milestones: Iterable[Milestone]) -> dict[Status, int]:
    """How many there are of each status."""
    found: dict[Status, int] = dict.fromkeys(LIGHTS, 0)
    for milestone in milestones:
        found[milestone.status] += 1
    return found


def _day(value: Any) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
