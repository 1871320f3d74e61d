"""The calendar of plan rounds: which ran when, what ends without a successor, as a table, a page and words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metroetl.catalogue import catalogue
from metroetl.errors import CatalogueError

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

Row = dict[str, Any]

_ROUNDS = """
SELECT circle_id, circle_name, circle_number, series_id, COALESCE(series_title, title) AS series_title, origin, round, stage, period_start, period_end,
  expires_on, days_to_expiry, status, system_place,
  MAX(title) AS title, MAX(issuers) AS issuers, MAX(doc_number) AS doc_number, MIN(issued_on) AS issued_on,
  COUNT(*) AS documents, MIN(CASE origin WHEN 'curated' THEN provenance ELSE url END) AS provenance
FROM mart_plan_calendar
WHERE circle_id IS NOT NULL AND (:circle = '' OR circle_id = :circle)
GROUP BY circle_id, circle_name, circle_number, series_id, COALESCE(series_title, title), origin, round, stage, period_start, period_end,
  expires_on, days_to_expiry, status, system_place
ORDER BY COALESCE(circle_number, 99), circle_name, series_id, COALESCE(series_title, title), COALESCE(period_end, 9999), origin
"""
_ALERTS = """
SELECT * FROM mart_plan_alert WHERE :circle = '' OR circle_id = :circle
ORDER BY CASE alert WHEN 'no_successor' THEN 0 ELSE 1 END, days_left DESC, circle_number, series_id, origin
"""
_RELEASES = """
SELECT * FROM mart_plan_release
WHERE (:circle = '' OR circle_id = :circle) AND (:since = '' OR CAST(COALESCE(issued_on, published_on) AS VARCHAR(10)) >= :since)
ORDER BY COALESCE(issued_on, published_on) DESC, release_key
"""
STATES_ZH = {
    "issued": "已发布",
    "amended": "修订",
    "draft": "征求意见",
    "expected": "预计",
    "repealed": "废止",
}


@dataclass(frozen=True)
class PlanCalendar:
    """Rounds of the circles' series, curated and extracted side by side, and their alerts, as of a day."""

    day: date
    rounds: list[Row]
    alerts: list[Row]


def circle_id(name: str | None) -> str:
    """The id of a circle by id, code or name; empty for all. Raises CatalogueError for one that nobody monitors."""
    if not name:
        return ""
    circle = catalogue().circle_of(name)
    if circle is None:
        known = "、".join(catalogue().circles)
        raise CatalogueError(f"no such circle: {name}", way_out=f"Use one of {known}.")
    return circle.id


def load_calendar(
    warehouse: Warehouse, circle: str | None = None, as_of: date | None = None, *, public: bool = False
) -> PlanCalendar:
    """The calendar of a circle (of all if None), as of a day (today's if None); of public rows only if told."""
    asked = {"circle": circle_id(circle)}
    look: Row = {"as_of": as_of, "public": public}
    rounds = warehouse.records(_ROUNDS, asked, **look)
    day = as_of or datetime.now(UTC).astimezone(_china()).date()
    return PlanCalendar(day, rounds, warehouse.records(_ALERTS, asked, **look))


def load_releases(
    warehouse: Warehouse, circle: str | None = None, since: date | None = None, **look: Any
) -> list[Row]:
    """Releases of plans, newest first; `look` as for Warehouse.query."""
    asked = {"circle": circle_id(circle), "since": since.isoformat() if since else ""}
    return warehouse.records(_RELEASES, asked, **look)


def _china() -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo("Asia/Shanghai")


# --- words and picture ---------------------------------------------------------------------------------------------


def alert_words(alert: Row) -> str:
    """What an alert says, in one Chinese sentence."""
    ends = f"{alert['expires_on']} 到期"
    if alert["alert"] == "successor_late":
        return f"{ends}，下一轮 {alert['successor_issued_on']} 印发，迟 {alert['days_late']} 天"
    coming = "，后续在编" if alert["in_preparation"] else ""
    if alert["level"] == "overdue":
        return f"{ends}，已过 {-alert['days_left']} 天，未见后续{coming}"
    return f"{ends}，剩 {alert['months_left']} 个月，未见后续{coming}"


def write_calendar(calendar: PlanCalendar, path: Path) -> Path:
    """Write the timeline as one self-contained HTML file, which needs no network."""
    from jinja2 import Environment, PackageLoader

    from metroetl.monitoring.charts import timeline_svg

    page = Environment(
        loader=PackageLoader("metroetl.monitoring"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    html = page.get_template("calendar.html").render(
        calendar=calendar,
        chart=timeline_svg(bars(calendar), gaps(calendar), calendar.day) if bars(calendar) else "",
        alerts=[(alert, alert_words(alert)) for alert in calendar.alerts],
        states=STATES_ZH,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html, encoding="utf-8")
    return path.absolute()


def bars(calendar: PlanCalendar) -> list[Row]:
    """Rounds with an end, to be drawn; one whose first year isn't stated begins with its issue, or a year before its end."""
    return [
        {
            "lane": lane(row),
            "start": f"{_first_year(row)}-01-01",
            "end": row["expires_on"],
            "opacity": 0.85 if row["period_start"] else 0.45,
            "kind": "预计"
            if row["status"] == "expected"
            else "整理"
            if row["origin"] == "curated"
            else "提取",
            "label": row["stage"] or (f"第{row['round']}轮" if row["round"] else ""),
        }
        for row in calendar.rounds
        if row["expires_on"]
    ]


def gaps(calendar: PlanCalendar) -> list[Row]:
    """From the end of a round to its late successor, or to the day of asking; ends that come are gaps of no length."""
    return [
        {
            "lane": lane(alert),
            "start": alert["expires_on"],
            "end": alert["successor_issued_on"] or max(alert["expires_on"], calendar.day.isoformat()),
            "label": "▲" if alert["level"] in ("12", "6", "3") else "",
        }
        for alert in calendar.alerts
    ]


def lane(row: Row) -> str:
    """The name of a series' line: its circle stands in the title already, or before it."""
    title, circle = str(row["series_title"]), str(row["circle_name"])
    return title if circle in title else f"{circle} · {title}"


def _first_year(row: Row) -> int:
    if row["period_start"]:
        return int(row["period_start"])
    return int(str(row["issued_on"])[:4]) if row["issued_on"] else int(row["period_end"]) - 1
