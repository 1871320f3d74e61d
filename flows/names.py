"""What a run is called in the list of runs: flow, sources by their short names, quarter or years, day and hour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from prefect.runtime import flow_run

from flows.parameters import CIRCLES, KINDS, SOURCES

FLOWS = {
    "collect": "采集",
    "backfill": "补采",
    "revisit": "复查",
    "replay": "重放",
    "retry": "重试",
    "monitor": "监测",
    "decide": "裁定",
}
DECISIONS = {"approve": "批准入库", "reject": "驳回"}
NAMED = 2


def short_names() -> dict[str, str]:
    """Short names of sources: the publisher's, or the whole title where it has several."""
    publishers = Counter(title.split()[0] for title in SOURCES.values())
    return {
        source_id: title.split()[0] if publishers[title.split()[0]] == 1 else title
        for source_id, title in SOURCES.items()
    }


def run_name() -> str:
    """The name of the flow run that runs here."""
    request = flow_run.parameters.get("request") or {}
    given = request if isinstance(request, dict) else request.model_dump(mode="json")
    return name_of(str(flow_run.flow_name), given, datetime.now(ZoneInfo("Asia/Shanghai")))


def name_of(flow: str, request: Mapping[str, Any], at: datetime) -> str:
    """Flow, what its request says, and when in Beijing: `采集 collect · 成都市统计局 · 0501 09:30`."""
    said = [*_what(request), _years(request), request.get("quarter")]
    dry = "试运行" if request.get("dry_run") else None
    told = [f"{FLOWS.get(flow, '')} {flow}".strip(), *said, dry, f"{at:%m%d %H:%M}"]
    return " · ".join(str(part) for part in told if part)


def _what(request: Mapping[str, Any]) -> list[str | None]:
    """Circle, sources or run that the request is about, and the kinds where it leaves any out."""
    if circle := request.get("circle"):
        return [CIRCLES.get(_id(circle), circle)]
    if batch := request.get("batch_id"):
        return [DECISIONS.get(request.get("decision", ""), ""), batch]
    if run := request.get("run"):
        return ["最近失败的运行" if run == "last" else run]
    ids, kinds = list(map(_id, request.get("sources") or [])), list(map(_id, request.get("kinds") or []))
    names = short_names()
    named = "、".join(names.get(i, i) for i in ids[:NAMED])
    if len(ids) > NAMED:
        named += f"等 {len(ids)} 个来源"
    some = "、".join(KINDS.get(k, k) for k in kinds) if len(kinds) == 1 else None
    return [named or "全部来源", some]


def _years(request: Mapping[str, Any]) -> str | None:
    years = {request[name] for name in ("year_from", "year_to") if name in request}
    return "—".join(map(str, sorted(years))) if years else None


def _id(option: str) -> str:
    return option.split(" ")[0]
