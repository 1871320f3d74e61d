"""The index as tables and a chart of a report; what isn't there is a dash, never 0."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from metroetl.catalogue import catalogue
from metroetl.monitoring.aggregates import made, name
from metroetl.monitoring.charts import FONT
from metroetl.monitoring.content import Cell, Chart, Language, Table, cell_of, cited
from metroetl.monitoring.index.change import Change
from metroetl.monitoring.index.definitions import Dimension, Edition, Item
from metroetl.monitoring.index.published import Published
from metroetl.monitoring.index.score import Score, rank
from metroetl.monitoring.index.sensitivity import Range

NONE = "—"


def pick(language: Language, zh: str, en: str) -> str:
    """The words of the language."""
    return zh if language == "zh" else en


def title_of(edition: Edition, language: Language) -> str:
    """都市圈发展水平指数（项目试算）2024版."""
    return pick(
        language, f"{edition.title_zh}{edition.edition}版", f"{edition.title_en}, edition {edition.edition}"
    )


def label(part: Dimension | Item, language: Language) -> str:
    """The part's name."""
    return pick(language, part.name_zh, part.name_en)


def place(region: str, language: Language) -> str:
    """The place's name; in English where the catalogue has one, which is for circles."""
    circle = next((c for c in catalogue().circles.values() if c.region_code == region), None)
    return circle.name_en if circle and language == "en" else name(region)


def number(value: float | None, decimals: int = 1) -> Cell:
    """A cell of a number that rests on others, or a dash."""
    return Cell(NONE) if value is None else Cell(f"{value:.{decimals}f}", value, decimals)


def signed(value: float | None, decimals: int = 2) -> Cell:
    """A cell of a change, with its sign, or a dash."""
    if value is None:
        return Cell(NONE)
    return Cell(f"{value:+.{decimals}f}" if round(value, decimals) else f"{0:.{decimals}f}", value, decimals)


# --- level -----------------------------------------------------------------------------------------------------------


def level_table(
    edition: Edition, found: Sequence[Score], ranges: Sequence[Range], language: Language
) -> Table:
    """Scores of all members: whole, dimensions, coverage, rank among places of their level, ranges."""
    known = {r.score.region: r for r in ranges}
    header = [
        pick(language, "地区", "place"),
        pick(language, "得分", "score"),
        *(label(d, language) for d in edition.dimensions),
        pick(language, "权重覆盖（%）", "weight covered (%)"),
        pick(language, "同级位次", "rank among its level"),
        pick(language, "权重±20%的得分", "score under weights ±20 %"),
        pick(language, "各种方法下的位次", "rank under all methods"),
        pick(language, "分档", "grade"),
    ]
    rows = [_level_row(edition, one, found, known.get(one.region), language) for one in found]
    note = pick(
        language,
        "得分按固定的不允许值与满意值计算，新增地区不改变已有得分；位次只在同级地区之间排列。",
        "Scores by fixed bounds: a new place changes none. Ranks are among places of one level only.",
    )
    return Table("index_level", title_of(edition, language), header, rows, note)


def _level_row(
    edition: Edition, one: Score, found: Sequence[Score], known: Range | None, language: Language
) -> list[Cell]:
    at = rank(found, one)
    grade = edition.grade(one.value) if one.value is not None else None
    low_high = f"{known.low:.1f}—{known.high:.1f}" if known else NONE
    best_worst = f"{known.best}—{known.worst}" if known and known.of > 1 else NONE
    return [
        Cell(place(one.region, language)),
        cell_of(one.figure()),
        *(number(one.dimension(d.key)) for d in edition.dimensions),
        number(one.covered, 0),
        Cell(f"{at[0]}/{at[1]}") if at and at[1] > 1 else Cell(NONE),
        Cell(low_high),
        Cell(best_worst),
        Cell(pick(language, grade.name_zh, grade.name_en) if grade else NONE),
    ]


def gap_table(gap: Change, language: Language) -> Table:
    """What each indicator gives to the distance of two places of one edition."""
    theirs, mine = gap.before, gap.after
    header = [
        pick(language, "指标", "indicator"),
        pick(language, "单位", "unit"),
        place(mine.region, language),
        pick(language, "得分", "score"),
        place(theirs.region, language),
        pick(language, "得分", "score"),
        pick(language, "权重（%）", "weight (%)"),
        pick(language, "对差距的贡献（分）", "points of the distance"),
    ]
    rows = []
    for own, other in zip(mine.items, theirs.items, strict=True):
        cells = [cell_of(s.raw.figure if s.d is not None else None) for s in (own, other)]
        rows.append(
            [
                Cell(label(own.item, language)), Cell(own.item.unit), cells[0], number(own.d), cells[1], number(other.d),
                number(own.weight * 100, 1), signed(gap.of(own.item.key)),
            ]
        )  # fmt: skip
    rows += _rest(gap, len(header), language)
    title = pick(language, "与全省得分差距的分解", "The distance to the province, decomposed")
    return Table("index_gap", title, header, rows)


def _rest(moved: Change, columns: int, language: Language) -> list[list[Cell]]:
    """What is due to coverage where there is some, then the sum."""
    blank = [Cell("")] * (columns - 2)
    rows = []
    if abs(moved.coverage) > 1e-9:
        what = pick(language, "覆盖变化（非数值变动）", "other indicators covered")
        rows.append([Cell(what), *blank, signed(moved.coverage)])
    return [*rows, [Cell(pick(language, "合计", "sum")), *blank, signed(moved.total)]]


# --- process ---------------------------------------------------------------------------------------------------------


def process_table(found: Sequence[Score], moved: Change | None, language: Language) -> Table:
    """Index, dimensions and indicators by year, with what each gave to the last change."""
    last = found[-1]
    header = [
        pick(language, "部分", "part"),
        pick(language, "权重（%）", "weight (%)"),
        *(str(s.year) for s in found),
        pick(language, "比上年（点）", "points on the year before"),
        pick(language, "贡献率（%）", "share of the change (%)"),
    ]
    values = [cell_of(s.figure()) for s in found]
    rows = [_part(pick(language, "总指数", "whole"), 100, values, moved, moved.total if moved else None)]
    for dimension in last.edition.dimensions:
        rows += _dimension(dimension, found, moved, language)
    if moved and abs(moved.coverage) > 1e-9:
        what = pick(language, "覆盖变化（非数值变动）", "other indicators covered")
        rows.append(_part(what, None, [Cell(NONE)] * len(found), moved, moved.coverage))
    note = pick(
        language,
        "E：沿用上年数。缺数指标的权重在所属维度内重新分配；各指标贡献与覆盖变化之和等于总指数的变化。",
        "E: the value of the year before. Weights of missing indicators go to others of their dimension; all contributions "
        "sum to the change.",
    )
    return Table("index_process", title_of(last.edition, language), header, rows, note)


def _dimension(
    dimension: Dimension, found: Sequence[Score], moved: Change | None, language: Language
) -> Iterator[list[Cell]]:
    """The dimension's row, then those of its indicators."""
    mine = [s for s in found[-1].items if s.item.dimension == dimension.key]
    values, weight = [number(s.dimension(dimension.key)) for s in found], sum(s.weight for s in mine) * 100
    given = moved.dimension(dimension.key) if moved else None
    yield _part(label(dimension, language), weight, values, moved, given)
    for one in mine:
        cells = [_indexed(s, one.item) for s in found]
        own = one.weight * 100 if one.d is not None else None
        words = f"　{label(one.item, language)}"
        yield _part(words, own, cells, moved, moved.of(one.item.key) if moved else None)


def _part(
    words: str, weight: float | None, values: Sequence[Cell], moved: Change | None, given: float | None
) -> list[Cell]:
    rate = moved.rate(given) if moved and given is not None else None
    return [Cell(words), number(weight, 1), *values, signed(given), number(rate)]


def _indexed(score: Score, item: Item) -> Cell:
    one = next(s for s in score.items if s.item.key == item.key)
    if one.d is None:
        return Cell(NONE)
    text = f"{one.d:.1f}" + (" E" if one.carried else "")
    raw = cited(one.raw.figure)
    figure = raw and made((raw,), raw.region_code, one.d, 1, "按本指数的方法标准化", "index_base", "点")
    return Cell(text, one.d, 1, figure)


def process_chart(found: Sequence[Score], language: Language) -> Chart:
    """The index and its dimensions as lines, told apart by dashes and marks too."""
    import altair as alt

    edition, years = found[-1].edition, [str(s.year) for s in found]
    unit = pick(language, edition.unit, f"{edition.base} = 100")
    series: dict[str, list[float | None]] = {pick(language, "总指数", "whole"): [s.value for s in found]}
    for dimension in edition.dimensions:
        series[label(dimension, language)] = [s.dimension(dimension.key) for s in found]
    points: list[dict[str, Any]] = [
        {"year": y, "part": part, "value": round(v, 2)}
        for part, values in series.items()
        for y, v in zip(years, values, strict=True)
        if v is not None
    ]
    told: dict[str, Any] = {
        "scale": alt.Scale(domain=list(series)),
        "legend": alt.Legend(title=None, orient="top"),
    }
    # one domain for all three: only then their legends become one
    chart = alt.Chart(alt.InlineData(values=points)).encode(
        x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0)),
        y=alt.Y("value:Q", title=unit, scale=alt.Scale(zero=False)),
        color=alt.Color("part:N", **told),
    )
    marks = chart.mark_point(filled=True, size=60).encode(
        shape=alt.Shape("part:N", **told),
        tooltip=[alt.Tooltip("year:O"), alt.Tooltip("part:N"), alt.Tooltip("value:Q", format=".1f")],
    )
    drawn = (
        (chart.mark_line().encode(strokeDash=alt.StrokeDash("part:N", **told)) + marks)
        .properties(width=560, height=240)
        .configure(font=FONT)
    )
    return Chart(
        "index_process_lines",
        pick(language, "建设进程指数", "Progress index"),
        _told(series, years, edition, language),
        "line",
        unit,
        drawn.to_dict(),
        years,
        series,
    )


def _told(
    series: dict[str, list[float | None]], years: Sequence[str], edition: Edition, language: Language
) -> str:
    said = [
        f"{part}："
        + "、".join(
            f"{y}年{v:.1f}" if v is not None else f"{y}年未发布" for y, v in zip(years, values, strict=True)
        )
        for part, values in series.items()
    ]
    if language == "zh":
        return f"折线图，{edition.unit}。" + "；".join(said) + "。"
    english = [
        f"{part}: "
        + ", ".join(
            f"{y} {v:.1f}" if v is not None else f"{y} none" for y, v in zip(years, values, strict=True)
        )
        for part, values in series.items()
    ]
    return f"Lines, {edition.base} = 100. " + "; ".join(english) + "."


# --- published -------------------------------------------------------------------------------------------------------


def published_table(rows: Sequence[Published], language: Language) -> Table:
    """Values of others, as they state them."""
    header = [
        pick(language, *words)
        for words in (
            ("指数", "index"), ("版本", "edition"), ("数据年份", "data year"), ("地区", "place"), ("部分", "part"),
            ("数值", "value"), ("位次", "rank"), ("基期或分制", "base or scale"), ("发布方", "publisher"),
        )
    ]  # fmt: skip
    body = []
    for row in rows:
        ranked = f"{row.rank}/{row.of}" if row.of else str(row.rank) if row.rank else NONE
        body.append(
            [
                Cell(pick(language, row.index_zh, row.index_en)), Cell(row.edition), Cell(str(row.data_year or NONE)),
                Cell(place(row.region, language)), Cell(pick(language, row.part_zh, row.part_en) or pick(language, "总指数", "whole")),
                number(None if row.value is None else float(row.value), row.decimals), Cell(ranked), Cell(row.base or NONE), Cell(row.publisher),
            ]
        )  # fmt: skip
    note = pick(
        language,
        "他人发布的指数，体系、基期与口径各不相同，仅供并列参照，不与自算指数相互换算或合并。",
        "Indices of others, each with its own system and base: beside ours for reference, never converted or merged.",
    )
    return Table(
        "index_published", pick(language, "已发布的同类指数", "Published indices"), header, body, note
    )
