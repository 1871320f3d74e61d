"""`metroetl index`: editions of indices, what they give, and weights for a new one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from metroetl.monitoring.content import Section, Table
    from metroetl.monitoring.index.score import Score

group = typer.Typer(
    help="指标体系与指数 · The indicator system and the index.", no_args_is_help=True, rich_markup_mode=None
)
Key = Annotated[
    str,
    typer.Argument(
        metavar="EDITION", help="版本，如 process-2026；或指数编号，取最新版 · an edition, or an index"
    ),
]


def register(app: typer.Typer) -> None:
    """Put the commands into the app."""
    app.add_typer(group, name="index")


@group.command("list")
def index_list(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """列出自算指数的版本与已发布的指数 · Own editions, and the indices that others published."""
    from metroetl.cli.show import show_table
    from metroetl.monitoring.index.definitions import editions
    from metroetl.monitoring.index.published import published

    if as_json:
        print(
            json.dumps([e.model_dump(mode="json") for e in editions().values()], ensure_ascii=False, indent=2)
        )
        return
    columns = [
        "版本 edition",
        "名称 title",
        "数据年份 data year",
        "方法 method",
        "权重 weights",
        "合成 aggregation",
        "成员 members",
    ]
    rows = [
        [e.key, e.title_zh, e.data_year, e.normalisation, e.weighting, e.aggregation, len(e.members)]
        for e in editions().values()
    ]  # fmt: skip
    show_table("自算 · computed", columns, rows)
    wholes = [r for r in published() if not r.part]
    stated = [
        [r.index, r.index_zh, r.edition, r.data_year, r.value, r.rank, r.of, r.base, r.publisher]
        for r in wholes
    ]
    columns = [
        "编号 index",
        "名称 title",
        "版本 edition",
        "数据年份 data year",
        "数值 value",
        "位次 rank",
        "共 of",
        "基期 base",
        "发布方 publisher",
    ]
    show_table("他人发布 · published by others", columns, stated)


@group.command("show")
def index_show(
    key: Key,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    english: Annotated[bool, typer.Option("--english", help="英文 · in English")] = False,
) -> None:
    """某一版本的得分、贡献、敏感性与缺数 · Scores of an edition, contributions, ranges and what is missing."""
    from metroetl.monitoring.index.definitions import edition_of
    from metroetl.monitoring.index.score import scores
    from metroetl.monitoring.index.section import edition_section
    from metroetl.pipeline import open_warehouse

    edition = edition_of(key)
    found = scores(open_warehouse(), edition)
    if as_json:
        print(json.dumps([_entry(s) for s in found], ensure_ascii=False, indent=2))
        return
    _show(edition_section(edition, found, "en" if english else "zh"))


@group.command("compute")
def index_compute() -> None:
    """计算全部版本，连同已发布的指数写入仓库 · Compute all editions; they and the published ones go to the warehouse."""
    from metroetl.monitoring.index.store import keep_indices
    from metroetl.pipeline import open_warehouse

    kept = keep_indices(open_warehouse())
    print(f"自算 computed {kept['computed']}   发布 published {kept['published']}   → mart_index")


@group.command("weights")
def index_weights(
    key: Key,
    method: Annotated[
        Literal["entropy", "equal"], typer.Option(help="熵权或等权 · entropy or equal")
    ] = "entropy",
) -> None:
    """计算新版本用的权重，输出可贴入版本文件的 YAML · Weights for a new edition, as YAML for its file.

    熵权随样本而变，故写入文件后即固定 · Entropy weights depend on the sample: in the file they are frozen.
    """
    from metroetl.monitoring.index.definitions import edition_of, equal
    from metroetl.monitoring.index.weigh import entropy, weights_yaml

    edition = edition_of(key)
    if method == "equal":
        print(weights_yaml("equal", equal(edition)), end="")
        return
    from metroetl.monitoring.aggregates import name
    from metroetl.monitoring.index.score import entropy_sample
    from metroetl.pipeline import open_warehouse

    places, sample = entropy_sample(open_warehouse(), edition)
    weights = entropy(sample)
    print(f"# 样本 sample: {'、'.join(map(name, places))}（{edition.data_year}）")
    print(weights_yaml("entropy", weights), end="")


def _entry(one: Score) -> dict[str, Any]:
    return {
        "edition": one.edition.key,
        "region_code": one.region,
        "data_year": one.year,
        "value": one.value,
        "unit": one.edition.unit,
        "covered_pct": one.covered,
        "why": one.why,
        "missing": one.missing_names(),
        "carried": [s.item.key for s in one.carried],
        "dimensions": {d.key: one.dimension(d.key) for d in one.edition.dimensions},
        "indicators": {
            s.item.key: {
                "raw": s.raw.figure.value if s.raw.figure else None,
                "normalised": s.d,
                "weight": s.weight,
            }
            for s in one.items
        },
    }


def _show(section: Section) -> None:
    from metroetl.monitoring.content import Paragraph, Table

    for block in section.blocks:
        if isinstance(block, Paragraph):
            print(f"\n{block.text}")
        elif isinstance(block, Table):
            _show_table(block)


def _show_table(table: Table) -> None:
    from metroetl.cli.show import show_table

    print()
    show_table(table.title, list(table.header), [[cell.text for cell in row] for row in table.rows])
