"""From files of flows and from published figures to the rows of `mart_linkage`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metroetl.catalogue import catalogue
from metroetl.monitoring.figures import Figure, Refused, load_figures
from metroetl.monitoring.linkage.flows_in import flow_files
from metroetl.monitoring.linkage.gravity import Gravity, gravity
from metroetl.monitoring.linkage.matrix import Matrix, matrix_of
from metroetl.monitoring.linkage.od import linkage

if TYPE_CHECKING:
    from metroetl.catalogue.models import Circle
    from metroetl.warehouse import Warehouse
    from metroetl.warehouse.flows import FlowVintage

Row = dict[str, Any]

_FILES = """
SELECT file_id, source_name, period, period_end, vintage, published_at, embargo_until FROM core_flow_file AS f
WHERE vintage = (
  SELECT MAX(n.vintage) FROM core_flow_file AS n WHERE n.source_name = f.source_name AND n.period = f.period
)
ORDER BY source_name, period
"""
_CELLS = "SELECT seller_code, buyer_code, industry, amount, firms FROM core_flow WHERE file_id = :file ORDER BY line"


@dataclass(frozen=True)
class Loaded:
    """What became of a file: its vintages, how many links they gave, and the circles whose links they don't give."""

    vintages: list[FlowVintage]
    links: int
    refused: dict[str, Refused]


def load_flows(warehouse: Warehouse, path: Path, source_name: str, embargo: date | None = None) -> Loaded:
    """Store a file of flows and derive the links of every circle that it is of; the same again changes nothing.

    Raises FlowsRefused before anything is written.
    """
    vintages = warehouse.keep_flows(flow_files(path, source_name, embargo))
    links, refused = derive_flow_links(warehouse, source_name)
    return Loaded(vintages, links, refused)


def update(warehouse: Warehouse) -> int:
    """Derive all links anew, of flows and of published figures; their number."""
    links, _ = derive_flow_links(warehouse)
    return links + sum(derive_gravity(warehouse, circle.id) for circle in catalogue().circles.values())


# --- flows --------------------------------------------------------------------------------------------------------


def derive_flow_links(warehouse: Warehouse, source_name: str | None = None) -> tuple[int, dict[str, Refused]]:
    """Derive the links of the newest vintages (of one source, or all); their number, and what is refused by place."""
    files = [f for f in warehouse.records(_FILES) if source_name in (None, f["source_name"])]
    cells = {f["file_id"]: warehouse.records(_CELLS, {"file": f["file_id"]}) for f in files}
    by_period = {(f["source_name"], f["period"]): f for f in files}
    number, refused = 0, {}
    for file in files:
        last = by_period.get((file["source_name"], _year_before(file["period"])))
        for circle in _circles_of(cells[file["file_id"]]):
            matrix = matrix_of(circle.order, cells[file["file_id"]])
            before = matrix_of(circle.order, cells[last["file_id"]]) if last else None
            rows = _flow_rows(file, matrix, before, warehouse.world)
            if isinstance(rows, Refused):
                refused[f"{circle.name_zh} {file['period']}"] = rows
                rows = []
            number += warehouse.keep_links(circle.id, rows, file["file_id"])
    return number, refused


def _year_before(period: str) -> str:
    return f"{int(period[:4]) - 1}{period[4:]}"


def _circles_of(cells: list[Row]) -> Iterator[Circle]:
    """The circles of which the file has a flow between two cities."""
    pairs = {(c["seller_code"], c["buyer_code"]) for c in cells}
    for circle in catalogue().circles.values():
        if circle.members_known and any(
            (i, j) in pairs for i in circle.order for j in circle.order if i != j
        ):
            yield circle


def _flow_rows(file: Row, matrix: Matrix, before: Matrix | None, world: str) -> list[Row] | Refused:
    found = linkage(matrix, before)
    if isinstance(found, Refused):
        return found
    common = {name: file[name] for name in ("period", "source_name", "vintage")} | {
        "period_end": _day(file["period_end"]), "kind": "od", "observation_ids": "", "access": "internal",
        "published_at": moment(file["published_at"]), "loaded_at": datetime.now(UTC), "world": world,
        "embargo_until": moment(file["embargo_until"]) if file["embargo_until"] else None,
    }  # fmt: skip
    return [
        common
        | {name: getattr(x, name) for name in ("from_code", "to_code", "measure", "value", "unit", "suppressed", "rank")}
        | {"obs_status": x.obs_status}
        for x in found.links
    ]  # fmt: skip


# --- gravity ------------------------------------------------------------------------------------------------------


def derive_gravity(warehouse: Warehouse, circle_id: str) -> int:
    """Derive a circle's gravity model of every quarter that has its figures; the number of rows."""
    data = load_figures(warehouse, circle_id)
    rows: list[Row] = []
    for quarter in data.quarters:
        found = gravity(data, quarter)
        if isinstance(found, Gravity):
            rows += _gravity_rows(quarter, found, warehouse.world)
    return warehouse.keep_links(circle_id, rows, None)


def _gravity_rows(quarter: str, found: Gravity, world: str) -> Iterator[Row]:
    from metroetl.warehouse.keys import parse_period

    period = parse_period(quarter)
    common = {
        "period": quarter, "period_end": period.period_end if period else None, "kind": "gravity", "source_name": "",
        "vintage": 1, "suppressed": "", "obs_status": "A", "access": "public", "embargo_until": None,
        "loaded_at": datetime.now(UTC), "world": world,
    }  # fmt: skip
    for pair, force in found.forces.items():
        at = common | {"from_code": pair[0], "to_code": pair[1], "rank": None}
        told = {"measure": "gravity", "value": force.value, "unit": "", "rank": found.rank(pair)}
        yield at | told | _rests_on(force)
        if share := found.memberships.get(pair):
            yield at | {"measure": "membership", "value": share.value, "unit": "%"} | _rests_on(share)
        far = {"measure": "distance", "value": found.distances.by_pair[pair], "unit": found.distances.unit}
        yield at | far | _rests_on(force) | {"observation_ids": ""}


def _rests_on(figure: Figure) -> Row:
    """The published figures, and the day on which the last of them came out."""
    from metroetl.warehouse.versions import midnight

    sources = [f.evidence for f in figure.sources() if f.evidence]
    days = [_day(e.published_on) for e in sources if e.published_on]
    return {
        "observation_ids": ",".join(sorted({e.observation_id for e in sources})),
        "published_at": midnight(max(days)) if days else datetime.now(UTC),
    }


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def moment(value: datetime | str) -> datetime:
    """A moment as PostgreSQL gives it, or as SQLite does: a text in UTC."""
    if isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value).replace(tzinfo=UTC)
