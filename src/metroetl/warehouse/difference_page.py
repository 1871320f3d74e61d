"""A difference as one readable page that opens offline, Chinese first."""

from __future__ import annotations

from typing import Any

from metroetl.warehouse.difference import KINDS, Difference

TITLES = {
    "revised": ("修订", "value revised beyond rounding"),
    "restated": ("重述", "same value, otherwise stated"),
    "removed": ("消失", "no longer there"),
    "added": ("新增", "new"),
}
FIELDS = {
    "value": "数值",
    "obs_status": "观测状态",
    "revision_stage": "修订阶段",
    "decimals": "小数位数",
    "unit": "单位",
    "source_id": "来源",
    "document_id": "文件",
}


def render_page(found: Difference) -> str:
    """The page; texts of publishers are escaped, and only web addresses are links."""
    from jinja2 import Environment, PackageLoader

    page = Environment(
        loader=PackageLoader("metroetl.warehouse"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    page.filters["number"] = number
    parts = [
        (kind, *TITLES[kind], found.counts[kind], [c for c in found.changes if c["kind"] == kind])
        for kind in KINDS
    ]
    return page.get_template("difference.html").render(found=found, parts=parts, fields=FIELDS, moved=moved)


def number(side: dict[str, Any] | None) -> str:
    """A value with its decimals and unit; empty where there is none."""
    if side is None:
        return ""
    decimals = side["decimals"] if side["decimals"] is not None and side["decimals"] >= 0 else None
    value = f"{side['value']:g}" if decimals is None else f"{side['value']:,.{decimals}f}"
    return f"{value} {side['unit']}"


def moved(change: dict[str, Any]) -> str:
    """By how much a value was revised, in its unit and in per cent of the value before."""
    before, after = change["before"], change["after"]
    if not (before and after) or before["unit"] != after["unit"]:
        return ""
    delta = after["value"] - before["value"]
    decimals = max(before["decimals"] or 0, after["decimals"] or 0, 0)
    share = f"（{delta / abs(before['value']):+.2%}）" if before["value"] else ""
    return f"{delta:+,.{decimals}f}{share}"
