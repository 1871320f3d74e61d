"""What a trace says, in words: the same for the terminal and the page; Chinese first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from metroetl.pipeline.trace import Row, Trace

Fact = tuple[str, str, str]
BASES = {
    "printed": "页面所载 printed",
    "revisited": "复查所见 seen on a later visit",
    "loaded": "未载明，按入库 none printed, counted from loading",
}
ROLES = {"page": "网页 page", "attachment": "附件 attachment", "inbox": "收件箱 inbox", "part": "续页 part"}


def heading_of(figure: Row) -> str:
    """What the figure is of."""
    variant = f"（{figure['variant']}）" if figure["variant"] else ""
    return f"{figure['region_name']} {figure['indicator_name']}{variant} {figure['period_label_zh']}"


def facts_of(figure: Row) -> Iterator[Fact]:
    """The chain in order: Chinese label, English label, words."""
    f = figure
    yield "数值", "value", f"{f['value_norm']:.12g} {f['unit_norm']}"
    yield "原文", "as printed", f"{f['value_text'] or format(f['value'], 'g')} {f['unit']}"
    yield "口径", "series", f"{f['region_code']} · {f['indicator_code']} · {f['measure']} · {f['period']}"
    yield (
        "状态",
        "status",
        _joined(f["obs_status"], f["revision_stage"], *_if(f["withdrawn_at"], "已撤下 withdrawn {}")),
    )
    place = f"[{f['span_start']}:{f['span_end']}]"
    if f["table_no"] is not None:
        place += f" 表 table {f['table_no'] + 1} 行 row {(f['row_no'] or 0) + 1} 列 column {(f['column_no'] or 0) + 1}"
    yield (
        "位置",
        "place",
        _joined(place, f"规则 rule {f['rule']}", f"置信度 confidence {f['confidence']:.2f}"),
    )
    yield (
        "文件",
        "document",
        _joined(f["document_title"], f["publisher"], f"第{f['document_version']}版 version"),
    )
    yield (
        "发布",
        "published",
        _joined(f["published_on"] or _moment(f["published_at"]), BASES[f["published_basis"]]),
    )
    yield "地址", "address", _joined(f["url"], *_if(f["parent_url"], "附于 linked by {}"))
    yield "存档", "snapshot", _joined(f"sha256 {f['sha256']}", f["media_type"], f"{f['size']:,} 字节 bytes")
    yield "取得", "fetched", _joined(
        _moment(f["fetched_at"]), ROLES[f["role"]], *_if(f["fetch_outcome"], "{}"), *_if(f["fetch_status"], "HTTP {}"),
        f"运行 run {f['fetch_run_id']}",
    )  # fmt: skip
    yield "入库", "loaded", _joined(
        _moment(f["loaded_at"]), f"批次 batch {f['batch_id']}", f"运行 run {f['load_run_id']}",
        f"{f['load_flow']} {f['code_version']}",
    )  # fmt: skip
    yield "编号", "ids", f"observation_id {f['observation_id']} · document_id {f['document_id']}"
    if f["access"] != "public":
        yield "范围", "access", "内部，不得外传 internal, not to be passed on"
    if f["stand_in"]:
        yield "来源", "origin", "仿真站点的页面，非官网原页 a page of the stand-in, not of the site itself"
    if f["world"] != "facts":
        yield "数据", "world", f"合成数据 {f['world']}"


def decisions_of(found: Trace) -> Iterator[Fact]:
    """Who let it through, if a person did."""
    if not found.decisions:
        yield "裁定", "decided", "无人工裁定 no person: it passed all rules"
    for c in found.corrections:
        done = (
            "扣留 withheld" if c["action"] == "withhold" else f"替换为 replaced by {c['value']:g} {c['unit']}"
        )
        yield "更正", "correction", _joined(c["correction_id"], done, c["state"], c["reason"], c["source"])
    for d in found.decisions:
        rule = (
            f"放行规则 released from {d['rule_code']} {d['reason_zh']}" if "rule_code" in d else "批次 batch"
        )
        yield (
            "裁定",
            "decided",
            _joined(d["decided_by"], _moment(d["decided_at"]), d["decision_reason"], rule),
        )


PRINT_COLUMNS = (
    "发布 published",
    "数值 value",
    "原文 printed",
    "版次 vintage",
    "发布者 publisher",
    "文件 document",
    "observation_id",
)


def prints_of(found: Trace) -> list[list[str]]:
    """All prints of the same fact, oldest first; this one has an arrow."""
    rows = []
    for p in found.prints:
        this = "→ " if p["observation_id"] == found.figure["observation_id"] else ""
        vintage = f"第{p['vintage']}次" if p["vintage"] is not None else "同值再刊 same value"
        if p["withdrawn_at"]:
            vintage = "已撤下 withdrawn"
        elif p["vintage"] is not None and p["known_to"] is None:
            vintage += " 现行 latest"
        rows.append(
            [
                this + (p["published_on"] or _moment(p["published_at"])),
                f"{p['value_norm']:.12g} {p['unit_norm']}",
                f"{p['value_text']} {p['unit']}",
                _joined(vintage, p["revision_stage"]),
                p["publisher"],
                p["document_title"],
                p["observation_id"],
            ]
        )
    return rows


def _moment(text: str | None) -> str:
    return f"{text[:16]} UTC" if text else "—"


def _joined(*parts: Any) -> str:
    return " · ".join(str(p) for p in parts if p)


def _if(value: Any, words: str) -> list[str]:
    return [] if value is None or value == "" else [words.format(value)]
