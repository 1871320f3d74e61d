"""The data dictionary as a page: what readers by SQL may see, from `meta_column`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from metroetl.warehouse.store import Warehouse

ENTRIES = """
SELECT object_name, column_name, data_type, description_zh, description_en FROM meta_column
ORDER BY object_name, ordinal
"""
CONTRACT = "SELECT value FROM meta_contract WHERE key = 'contract'"
_SECTIONS = (
    ("mart_", "集市视图 · Marts (`mart_*`)"),
    ("dic_", "字典视图 · Lists for parameter boxes (`dic_*`)"),
    ("report_", "报表视图 · Rows for reports (`report_*`)"),
    ("chart_", "图表视图 · Series for charts (`chart_*`)"),
    ("dim_", "维度表 · Dimensions (`dim_*`)"),
    ("meta_", "元数据 · About the warehouse itself (`meta_*`)"),
)
_HEAD = """# 数据字典 · Data dictionary

契约版本 {contract} · contract {contract}. Made by `metroetl warehouse dictionary` from `meta_column`, where the tables behind
the views (`core_*`, `raw_*`, `ops_*` …) stand too. Types: `moment` is a timestamp in UTC, `date` a day; on SQLite both
are ISO text, and `boolean` is 0 or 1.
"""


def dictionary_page(warehouse: Warehouse) -> str:
    """The page in Markdown, the same from either engine."""
    objects = {
        name: list(rows) for name, rows in groupby(warehouse.query(ENTRIES)[1], lambda row: str(row[0]))
    }
    lines = [_HEAD.format(contract=warehouse.query(CONTRACT)[1][0][0])]
    for prefix, title in _SECTIONS:
        lines += [f"## {title}", ""]
        for name, rows in objects.items():
            if name.startswith(prefix):
                lines += _object(name, rows)
    return "\n".join(lines)


def _object(name: str, rows: list[tuple[Any, ...]]) -> Iterator[str]:
    head, *columns = rows
    yield f"### {name}\n\n{head[3]} · {head[4]}\n\n| column | type | 中文 | English |\n|---|---|---|---|"
    for _, column, kind, zh, en in columns:
        yield f"| `{column}` | {kind} | {zh.replace('|', chr(92) + '|')} | {en.replace('|', chr(92) + '|')} |"
    yield ""
