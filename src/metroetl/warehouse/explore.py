"""What analysts may explore in a browser: the public rows of marts, dims and meta, copied into a file of their own.

A copy, not the warehouse itself: whoever may write SQL against a file reads all of it, and in the warehouse that is
core, quarantine and internal documents too. Copied in one reading transaction, it also keeps no long reader beside a
loader, and as tables with keys and indexes it is quick to filter. The copy is of the moment at which it was made.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import make_url

from metroetl.errors import WarehouseError
from metroetl.warehouse.engine import named_errors, reader
from metroetl.warehouse.looks import Look, take
from metroetl.warehouse.tables import metadata

VIEWS = ("mart_", "dic_", "report_", "chart_")
TABLES = ("dim_", "meta_")
LINKS = {
    "region_code": "dim_region",
    "indicator_code": "dim_indicator",
    "measure": "dim_measure",
    "period": "dim_period",
    "circle_id": "dim_circle",
    "source_id": "dim_source",
    "series_id": "dim_plan_series",
}
INDEXED = ("observation_id", "document_id", "region_code", "indicator_code")
STATIC, STYLE = "static", "metroetl.css"
CSS = ".column-descriptions { columns: 2; max-height: 12em; overflow: auto; border: 1px solid #ccc; padding: 4px 8px; }"


def copy_public(url: str, target: Path) -> dict[str, int]:
    """Copy a SQLite warehouse's public rows to a new file; rows by table.

    Raises WarehouseError for another database, and where there is no warehouse.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        raise WarehouseError(
            "Datasette reads SQLite, and this warehouse is PostgreSQL",
            way_out="Use a tool for many: docs/how-to/analysts/superset.md, metabase.md or finereport.md.",
        )
    with named_errors(), reader(url).connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.execute("ATTACH ? AS copy", (f"file:{quote(str(target.absolute()))}?mode=rwc",))
        take(connection, Look(public=True))
        counts = {name: _copy(raw, name) for name in _objects(raw)}
        connection.commit()
        raw.execute("ANALYZE copy")
    return counts


def _objects(connection: sqlite3.Connection) -> list[str]:
    """Tables first, for links lead to them."""
    found = connection.execute(
        "SELECT object_name, kind FROM meta_column WHERE column_name = '' ORDER BY 2, 1"
    )
    return [n for n, kind in found if n.startswith(TABLES if kind == "table" else VIEWS)]


def _copy(connection: sqlite3.Connection, name: str) -> int:
    columns = {row[1]: row[2] for row in connection.execute(f'PRAGMA table_info("{name}")')}
    lines = [f'"{column}" {kind}' for column, kind in columns.items()]
    if name in metadata.tables:
        key = ", ".join(f'"{c.name}"' for c in metadata.tables[name].primary_key)
        lines.append(f"PRIMARY KEY ({key})")
    links = {c: LINKS[c] for c in columns if c in LINKS and LINKS[c] != name}
    lines += [f'FOREIGN KEY ("{column}") REFERENCES "{to}" ("{column}")' for column, to in links.items()]
    connection.execute(f'CREATE TABLE copy."{name}" ({", ".join(lines)})')
    rows = connection.execute(f'INSERT INTO copy."{name}" SELECT * FROM "{name}"')  # noqa: S608
    for column in INDEXED if name not in metadata.tables else ():
        if column in columns:
            connection.execute(f'CREATE INDEX copy."ix_{name}_{column}" ON "{name}" ("{column}")')
    return rows.rowcount


def describe_copy(file: Path) -> dict[str, Any]:
    """Datasette's metadata of the copy: words of tables and columns from meta_column, and the ready questions."""
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute(
            "SELECT object_name, column_name, description_zh || ' · ' || description_en FROM meta_column"
        ).fetchall()
        tables = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
    words = {(name, column): text for name, column, text in rows}
    described: dict[str, dict[str, Any]] = {}
    for name in tables & {name for name, _, _ in rows}:
        columns = {column: text for (table, column), text in words.items() if table == name and column}
        described[name] = {"description": words[name, ""], "columns": columns, **SHOWN.get(name, {})}
    questions = {name: {"hide_sql": True, **query} for name, query in QUERIES.items()}
    return {
        "title": "MetroETL 数据仓库 · warehouse",
        "extra_css_urls": [f"/{STATIC}/{STYLE}"],
        "description": "公开数据的只读副本：mart_* 为契约视图，dim_* 为维度，meta_column 为数据字典。 · A read-only copy of the public "
        "rows; the mart_* tables are the contract.",
        "databases": {file.stem: {"tables": described, "queries": questions}},
    }


SHOWN: dict[str, dict[str, Any]] = {
    "dim_region": {"label_column": "name_zh"},
    "dim_indicator": {"label_column": "name_zh", "sort": "sort_order"},
    "dim_period": {"label_column": "label_zh"},
    "dim_circle": {"label_column": "name_zh"},
    "dim_source": {"label_column": "title"},
    "dim_plan_series": {"label_column": "title_zh"},
    "mart_circle_quarter": {
        "facets": ["circle_name", "region_name", "quarter", "indicator_name"],
        "size": 50,
    },
    "mart_observation_latest": {"facets": ["region_name", "indicator_name", "measure"], "size": 50},
}
QUERIES: dict[str, dict[str, str]] = {
    "circle_quarter": {
        "title": "都市圈一季：各市按固定次序 · A circle's quarter",
        "description": "circle 如 chengdu（缺省），quarter 如 2025-Q1（缺省为最近一季） · both may be left empty",
        "sql": """WITH asked AS (
  SELECT COALESCE(NULLIF(:circle, ''), 'chengdu') AS circle_id
)
SELECT m.region_name, m.indicator_name, m.measure, m.variant, m.value, m.unit, m.period_label_zh, m.revision_stage,
  m.published_on, m.publisher, m.document_title, m.url, m.observation_id
FROM mart_circle_quarter AS m JOIN asked ON asked.circle_id = m.circle_id
WHERE m.quarter = COALESCE(
  NULLIF(:quarter, ''),
    (SELECT MAX(q.quarter) FROM mart_circle_quarter AS q JOIN asked ON asked.circle_id = q.circle_id WHERE q.role = 'city')
)
ORDER BY m.indicator_order, m.measure, m.variant, m.sort_order""",
    },
    "vintages": {
        "title": "一个数字的历次公布 · The vintages of a figure",
        "description": "地区与指标用名称或代码，如 成都市、GDP、2025-Q1 · region and indicator by name or code",
        "sql": """SELECT r.name_zh AS region, i.name_zh AS indicator, v.measure, v.variant, v.period, v.vintage, v.value, v.unit,
  v.revision_stage, v.known_from, v.known_to, v.conflict, v.quote, v.observation_id
FROM mart_observation_vintages AS v
JOIN dim_region AS r ON r.region_code = v.region_code
JOIN dim_indicator AS i ON i.indicator_code = v.indicator_code
WHERE :region IN (r.name_zh, r.region_code) AND :indicator IN (i.name_zh, i.indicator_code) AND v.period = :period
ORDER BY v.measure, v.variant, v.vintage""",
    },
    "plan_calendar": {
        "title": "规划日历：各轮起止与到期 · Rounds of plans and when they end",
        "description": "circle 如 chengdu，缺省为全部 · all circles if left empty",
        "sql": """SELECT circle_name, series_title, round, stage, period_start, period_end, issued_on, expires_on, days_to_expiry, title,
  status, successor_round, successor_issued_on, origin, url, provenance
FROM mart_plan_calendar
WHERE series_id IS NOT NULL AND (:circle = '' OR circle_id = :circle)
ORDER BY circle_number, series_id, period_start, origin""",
    },
    "lineage": {
        "title": "溯源 · Where a figure comes from",
        "description": "observation_id 见各 mart_* 表；命令行 metroetl trace 另给出存档页 · the command shows the archived page too",
        "sql": "SELECT * FROM mart_lineage WHERE observation_id = :observation_id",
    },
}
