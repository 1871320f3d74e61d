"""What every export says of itself: contract, world, vintage, what went out and on which terms."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from metroetl.warehouse.exports.rows import Look

MANIFEST, README = "_metroetl.json", "README.md"
LICENCE_ZH = (
    "数据是各行所列发布机构公开发布的事实；所引原文是注明出处的简短引用。本导出不另附许可，也不授予超出发布机构条款的权利；"
    "来源及其地址见 dim_source。"
)
LICENCE_EN = (
    "Figures are published facts of the publishers named in each row; quotes are short citations with their source. "
    "The export carries no licence of its own and grants nothing beyond the publishers' terms; "
    "dim_source has the sources and their addresses."
)


@dataclass(frozen=True)
class Stamp:
    """The facts about one export; `tables` are the rows of each object, known at the end. Moments are ISO, UTC."""

    format: str
    contract: str
    catalogue: str
    world: str
    metroetl: str
    exported_at: str
    as_of: str | None
    as_loaded: str | None
    latest_published_at: str | None
    latest_loaded_at: str | None
    licence_zh: str = LICENCE_ZH
    licence_en: str = LICENCE_EN
    tables: dict[str, int] | None = None

    def counted(self, tables: dict[str, int]) -> Stamp:
        """The stamp with the rows that went out."""
        return replace(self, tables=tables)

    def facts(self) -> dict[str, Any]:
        """As plain values; what isn't known isn't there."""
        return {key: value for key, value in asdict(self).items() if value is not None}

    def json(self) -> str:
        """As JSON with Chinese readable."""
        return json.dumps(self.facts(), ensure_ascii=False, indent=2)

    @property
    def vintage(self) -> str:
        """Which state of knowledge it shows, in Chinese and English."""
        if self.as_of or self.as_loaded:
            how = ("发布", "published") if self.as_of else ("入库", "loaded")
            return (
                f"截至 {self.as_of or self.as_loaded} 已{how[0]} · as {how[1]} by the end of that day (China)"
            )
        return f"{self.exported_at} 的最新状态 · the latest state at that moment"


def stamp_of(look: Look, form: str) -> Stamp:
    """The stamp of an export that begins."""
    contract = look.pairs("SELECT key, value FROM meta_contract")
    return Stamp(
        format=form,
        contract=contract["contract"],
        catalogue=contract["catalogue"],
        world=look.one("SELECT world FROM meta_world"),
        metroetl=version("metroetl"),
        exported_at=datetime.now(UTC).isoformat(timespec="seconds"),
        as_of=look.as_of.isoformat() if look.as_of else None,
        as_loaded=look.as_loaded.isoformat() if look.as_loaded else None,
        latest_published_at=_moment(
            look.one("SELECT MAX(published_at) FROM core_document WHERE published_basis <> 'loaded'")
        ),
        latest_loaded_at=_moment(look.one("SELECT MAX(loaded_at) FROM core_document")),
    )


def write_notes(look: Look, stamp: Stamp, folder: Path, files: dict[str, str]) -> None:
    """Write the manifest and the README of a folder; `files` tells where each object stands."""
    (folder / README).write_text(_readme(look, stamp, files), encoding="utf-8")
    (folder / MANIFEST).write_text(stamp.json() + "\n", encoding="utf-8")


def _readme(look: Look, stamp: Stamp, files: dict[str, str]) -> str:
    lines = [
        "# MetroETL 数据导出 · export of the warehouse",
        "",
        *([] if stamp.world == "facts" else ["**合成数据，仅供测试 · synthetic data, for tests only**", ""]),
        f"- 版本 vintage: {stamp.vintage}",
        f"- 最新发布 latest publication: {stamp.latest_published_at or '—'}",
        f"- 契约 contract: {stamp.contract}（catalogue {stamp.catalogue}）",
        f"- 世界 world: {stamp.world}",
        f"- 程序 program: metroetl {stamp.metroetl}",
        "",
        "## 内容 contents",
        "",
        "| 对象 object | 行数 rows | 文件 file | 说明 description |",
        "|---|---:|---|---|",
    ]
    for name, rows in (stamp.tables or {}).items():
        zh, en = look.shapes[name].describe() if name in look.shapes else ("", "")
        lines.append(f"| {name} | {rows} | `{files.get(name, '')}` | {zh} · {en} |".replace("\n", " "))
    lines += ["", "各列说明见 meta_column · columns are described in meta_column."]
    lines += ["", "## 使用条款 terms", "", stamp.licence_zh, "", stamp.licence_en, ""]
    return "\n".join(lines)


def _moment(value: Any) -> str | None:
    """ISO in UTC of what either driver gives."""
    if value is None:
        return None
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
