"""The index in a report: own editions with contributions and ranges, then what others published, beside and apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from metroetl.catalogue import catalogue
from metroetl.monitoring.content import Block, Cited, Language, Piece, Section, paragraph
from metroetl.monitoring.figures import CircleFigures, number_of
from metroetl.monitoring.index.change import Change, change
from metroetl.monitoring.index.definitions import Edition, editions, newest
from metroetl.monitoring.index.published import Published, published
from metroetl.monitoring.index.score import Score, scores
from metroetl.monitoring.index.sensitivity import sensitivity
from metroetl.monitoring.index.tables import (
    gap_table,
    label,
    level_table,
    pick,
    place,
    process_chart,
    process_table,
    published_table,
    title_of,
)

if TYPE_CHECKING:
    from datetime import date

    from metroetl.warehouse import Warehouse

SHOWN = 3
"""So many contributions are told in words; the table has all."""


def section(
    data: CircleFigures,
    warehouse: Warehouse,
    quarter: str,
    language: Language = "zh",
    *,
    as_of: date | None = None,
) -> Section | None:
    """The section of a circle: of each index the newest edition whose year had ended by the quarter.

    None where no edition has the circle as a member and nobody published a value of it.
    """
    year = int(quarter[:4]) - (number_of(quarter) < 4)
    blocks: list[Block] = []
    for edition in newest(editions(), year):
        if data.region in edition.members:
            if as_of and (edition.as_of is None or as_of < edition.as_of):
                edition = edition.model_copy(update={"as_of": as_of})
            blocks += _blocks(edition, scores(warehouse, edition), data.region, data.province, language)
    stated = _stated(data, year, as_of) if warehouse.world == "facts" else []
    if not blocks and not any(row.region == data.region for row in stated):
        return None
    if blocks:
        blocks.insert(0, _whose(language))
    if stated:
        blocks += [published_table(stated, language), _sources(stated, language)]
    return Section("index", pick(language, "高质量发展指数", "Index of high-quality development"), blocks)


def edition_section(edition: Edition, found: Sequence[Score], language: Language = "zh") -> Section:
    """An edition alone: told of its first member, against the first that is a province."""
    first = edition.members[0]
    provinces = [m for m in edition.members if catalogue().regions[m].level == "province"]
    blocks = _blocks(edition, found, first, next((p for p in provinces if p != first), None), language)
    return Section(edition.id, title_of(edition, language), list(blocks))


def _blocks(
    edition: Edition, found: Sequence[Score], region: str, province: str | None, language: Language
) -> Iterator[Block]:
    if edition.kind == "level":
        return _level(edition, found, region, province, language)
    return _process(edition, [s for s in found if s.region == region], language)


def _whose(language: Language) -> Block:
    return paragraph(
        pick(
            language,
            "以下两项为本项目自行设定的试算指数：维度名称沿用公开指数，指标、权重、上下限为项目自选，可调整；版本一经定版不再改动。",
            "The two indices are this project's own trial: dimensions are named as in the published index; indicators, weights and "
            "bounds are its own choice and can be changed in a new edition. Editions are frozen.",
        ),
        kind="note",
    )


# --- level -----------------------------------------------------------------------------------------------------------


def _level(
    edition: Edition, found: Sequence[Score], region: str, province: str | None, language: Language
) -> Iterator[Block]:
    by_region = {s.region: s for s in found}
    mine = by_region[region]
    theirs = by_region.get(province or "")
    gap = change(theirs, mine) if theirs else None
    yield paragraph(*_level_words(edition, mine, gap, language))
    yield level_table(edition, found, sensitivity(found, edition.data_year), language)
    if gap:
        yield gap_table(gap, language)
    yield from _lacking(found, language)


def _level_words(edition: Edition, mine: Score, gap: Change | None, language: Language) -> Iterator[Piece]:
    head = f"{title_of(edition, language)}"
    yield pick(
        language, f"{head}（数据年份{edition.data_year}年）：", f"{head} (data of {edition.data_year}): "
    )
    yield from _said(mine, language)
    if gap and gap.before.value is not None and (figure := gap.before.figure()):
        whom, size = place(gap.before.region, language), f"{abs(gap.total):.1f}"
        higher = pick(language, "高" if gap.total > 0 else "低", "above" if gap.total > 0 else "below")
        if float(size) == 0:
            yield pick(language, f"，与{whom}（", f", level with {whom} (")
        else:
            yield pick(language, f"，比{whom}{higher}{size}分（", f", {size} points {higher} {whom} (")
        yield Cited(figure.text, figure)
        yield pick(language, f"），{_givers(gap, language)}", f"); {_givers(gap, language)}")
    yield pick(language, "。", ".")


def _said(one: Score, language: Language) -> Iterator[Piece]:
    figure = one.figure()
    yield place(one.region, language)
    if figure is None:
        yield pick(language, one.why, f" none: {one.covered:.0f} % of the weight is covered")
        return
    yield pick(language, "得", " scores ")
    yield Cited(figure.text, figure)
    yield pick(language, "分", "")


def _givers(moved: Change, language: Language) -> str:
    """The indicators that gave most, by size, those with the change's sign first told as its makers."""
    ranked = sorted(moved.items, key=lambda pair: -abs(pair[1]))
    told = [(item, v) for item, v in ranked if round(v, 2)][:SHOWN]
    words = [
        f"{label(item, language)}{v:+.2f}" if language == "zh" else f"{label(item, language)} {v:+.2f}"
        for item, v in told
    ]
    if not words:
        return pick(language, "各指标均无变化", "no indicator differs")
    return pick(language, "贡献居前的为" + "、".join(words), "most came from " + ", ".join(words))


# --- process ---------------------------------------------------------------------------------------------------------


def _process(edition: Edition, mine: Sequence[Score], language: Language) -> Iterator[Block]:
    last = mine[-1]
    moved = change(mine[-2], last) if len(mine) > 1 else None
    head = title_of(edition, language)
    pieces: list[Piece] = [
        pick(
            language,
            f"{head}（{edition.base}年=100）：{last.year}年",
            f"{head} ({edition.base} = 100): in {last.year} ",
        )
    ]
    figure = last.figure()
    if figure is None:
        pieces.append(pick(language, last.why, f"none: {last.covered:.0f} % of the weight is covered"))
    else:
        pieces += [pick(language, "为", ""), Cited(figure.text, figure)]
    if moved:
        pieces.append(_moved(moved, language))
    yield paragraph(*pieces, pick(language, "。", "."))
    yield process_table(mine, moved, language)
    yield process_chart(mine, language)
    if figure and (ranges := sensitivity(mine, last.year)):
        low, high = f"{ranges[0].low:.1f}", f"{ranges[0].high:.1f}"
        yield paragraph(
            pick(
                language,
                f"各权重在±20%内变动时，{last.year}年指数在{low}—{high}之间。",
                f"With each weight within ±20 %, the index of {last.year} is between {low} and {high}.",
            ),
            kind="note",
        )
    yield from _lacking(mine, language)


def _moved(moved: Change, language: Language) -> str:
    size = f"{abs(moved.total):.1f}"
    if float(size) == 0:
        return pick(
            language,
            f"，与上年持平，{_givers(moved, language)}",
            f", as the year before; {_givers(moved, language)}",
        )
    way = pick(language, "提高" if moved.total > 0 else "下降", "up" if moved.total > 0 else "down")
    return pick(
        language,
        f"，比上年{way}{size}点，{_givers(moved, language)}",
        f", {way} {size} points on the year before; {_givers(moved, language)}",
    )


# --- what isn't there, what others say -------------------------------------------------------------------------------


def _lacking(found: Sequence[Score], language: Language) -> Iterator[Block]:
    """Missing and carried indicators by name, for each place and year that has some."""
    for one in found:
        where = f"{place(one.region, language)}{pick(language, '', ', ')}{one.year}"
        if one.missing:
            names = (
                "、".join(one.missing_names())
                if language == "zh"
                else ", ".join(s.item.name_en for s in one.missing)
            )
            why = pick(
                language,
                f"（{one.why}）" if one.why else "",
                f" ({one.covered:.0f} % covered: not published)" if one.why else "",
            )
            yield paragraph(
                pick(language, f"{where}年缺：{names}{why}。", f"{where} lacks: {names}{why}."), kind="note"
            )
        if one.carried and one.value is not None:
            names = pick(language, "、", ", ").join(label(s.item, language) for s in one.carried)
            weight = sum(s.weight for s in one.carried) * 100
            said = pick(
                language,
                f"{where}年沿用上年数（E，占权重{weight:.0f}%）：{names}。",
                f"{where}: values of the year before (E, {weight:.0f} % of the weight) for {names}.",
            )
            yield paragraph(said, kind="note")


def _stated(data: CircleFigures, year: int, as_of: date | None) -> list[Published]:
    """All parts of the circle's own, of others the whole only; nothing about a year that had not ended."""

    def known(row: Published) -> bool:
        last = row.data_year or (row.published_on.year - 1 if row.published_on else 0)
        early = as_of is None or (row.published_on is not None and row.published_on <= as_of)
        return last <= year and early

    rows = [r for r in published() if known(r) and (r.region == data.region or not r.part)]
    return sorted(rows, key=lambda r: r.region != data.region)


def _sources(rows: Sequence[Published], language: Language) -> Block:
    addresses = dict.fromkeys(row.source for row in rows)
    return paragraph(pick(language, "出处：", "Sources: "), "；".join(addresses), kind="note")
