"""The diagnosis in a report: a change of growth by city and sector, in words, as a table and as a chart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metroetl.monitoring.aggregates import growth as growth_both
from metroetl.monitoring.content import Block, Cell, Chart, Cited, Language, Piece, Table, cell_of, paragraph
from metroetl.monitoring.figures import CircleFigures, Figure, earlier
from metroetl.monitoring.loop import picture, words
from metroetl.monitoring.loop.diagnosis import (
    Decomposition,
    Pulls,
    When,
    by_sector,
    nearest,
    sector_pulls,
    share_moves,
)
from metroetl.monitoring.loop.found import Lack

_TEXT = {
    "changed": (
        "与{then}相比，{place}按各市水平与增速合成的{indicator}增速由{before}变为{now}，变动{change}个百分点，其中{parts}",
        "Against {then}, the growth of {indicator} of {place} computed of its cities went from {before} to {now}, "
        "{change} points, of which {parts}",
    ),
    "refused": ("{period}{indicator}增速变动未按市分解：{lacks}", "The change of growth of {indicator} in {period} is not split by city: {lacks}"),
    "not_on_year": (
        "未与上年同期比较：{lacks}。改与上季累计比较，其中比重变化含季节因素",
        "Not compared with the same period of last year: {lacks}. Compared with the last quarter's cumulative figures instead, where weights move with the season",
    ),
    "part": ("{name}{points}", "{name} {points}"),
    "sectors": (
        "{period}，三次产业对{place}合成增速的拉动：{parts}（单位为个百分点；合成增速{now}，公布的{indicator}增速{published}）",
        "{period}: the sectors of {place} pull the growth computed of them by {parts} points (computed {now}, "
        "published growth of {indicator} {published})",
    ),
    "sectors_changed": ("与{then}相比，三次产业拉动的变动：{parts}（单位为个百分点）", "Against {then} they changed by {parts} points"),
    "sectors_none": ("三次产业拉动未计算：{lacks}", "Contributions of the sectors are not computed: {lacks}"),
    "shares": ("各市占都市圈{indicator}比重与{then}相比：{parts}", "Shares of the circle's {indicator} against {then}: {parts}"),
    "table": ("{indicator}增速变动的分市分解（个百分点）", "Change of growth of {indicator} by city (points)"),
    "head": (
        "地区|本期拉动|{then}拉动|变动|其中：自身增速|其中：比重变化",
        "Place|Pull now|Pull in {then}|Change|of own growth|of its weight",
    ),
    "whole": ("合计（合成增速）", "Total (computed growth)"),
    "note": (
        "拉动=增速×基期比重，各市之和等于合成增速；变动=自身增速变化（按平均比重）＋比重变化（按平均增速）",
        "Pull = growth × share of the base; pulls add up to the computed growth. Change = own growth (at mean shares) + weight (at mean growth)",
    ),
    "chart": ("▲各市对{indicator}增速的拉动", "▲ Pull on the growth of {indicator} by city"),
    "alt": ("柱状图，单位个百分点：{items}。", "Bars, in points: {items}."),
    "now": ("本期（{period}）", "now ({period})"),
    "points": ("个百分点", "points"),
}  # fmt: skip


def _say(key: str, language: Language) -> str:
    return words.pick(_TEXT[key], language)


def _told(key: str, language: Language, **values: Piece | list[Piece]) -> list[Piece]:
    """A sentence with its stop; a place may take several pieces."""
    marks: dict[str, Piece] = {k: v for k, v in values.items() if not isinstance(v, list)}
    many = {k: v for k, v in values.items() if isinstance(v, list)}
    pieces: list[Piece] = []
    for piece in words.weave(_say(key, language), marks | {k: f"\0{k}" for k in many}):
        several = many.get(piece[1:]) if isinstance(piece, str) and piece.startswith("\0") else None
        pieces += several if several is not None else [piece]
    return [*pieces, "。" if language == "zh" else "."]


def decomposed(data: CircleFigures, quarter: str, language: Language) -> Iterator[Block]:
    """Paragraphs, the table and the chart of a quarter's change of GDP growth; what can't be split says why."""
    change, lacks = nearest(data, "GDP", quarter)
    told = "；".join(lack.text(language) for lack in lacks)
    if isinstance(change, Lack):
        values = {
            "period": words.period(quarter, language),
            "indicator": words.indicator("GDP", language),
            "lacks": told,
        }
        yield paragraph(*_told("refused", language, **values), kind="note")
    else:
        if lacks:
            yield paragraph(*_told("not_on_year", language, lacks=told), kind="note")
        yield paragraph(*_sentence(change, language))
        yield _table(change, language)
        yield _chart(change, language)
    yield from _sectors(data, quarter, language)
    yield from _shares(data, quarter, language)


def _listed(parts: list[list[Piece]], language: Language) -> list[Piece]:
    found: list[Piece] = []
    for part in parts:
        found += [*(["、" if language == "zh" else ", "] if found else []), *part]
    return found


def _sentence(change: Decomposition, language: Language) -> list[Piece]:
    how = "按各市水平与增速合成（拉氏）"
    rates = [
        change.figure(change.growth_before, how, "yoy_real_ytd", "%", ("before",)),
        change.figure(change.growth, how, "yoy_real_ytd", "%", ("now",)),
    ]
    whole = change.figure(change.change, "两期合成增速之差", "yoy_pp", "百分点")
    parts: list[list[Piece]] = [
        [
            words.place(p.code, language) + (" " if language == "en" else ""),
            Cited(words.signed(p.change, 2), p.figure),
        ]
        for p in change.parts
    ]
    return _told(
        "changed",
        language,
        then=words.since(change.before, change.quarter, language),
        place=words.place(change.region, language),
        indicator=words.indicator(change.indicator, language),
        before=Cited(f"{rates[0].text}%", rates[0]),
        now=Cited(f"{rates[1].text}%", rates[1]),
        change=Cited(words.signed(change.change, 2), whole),
        parts=_listed(parts, language),
    )


def _table(change: Decomposition, language: Language) -> Table:
    rows = [
        [
            Cell(words.place(p.code, language)),
            cell_of(p.now.figure),
            cell_of(p.before.figure),
            Cell(words.signed(p.change, 2), p.change, 2, p.figure),
            Cell(words.signed(p.own, 2), p.own, 2),
            Cell(words.signed(p.shift, 2), p.shift, 2),
        ]
        for p in change.parts
    ]
    whole = [
        change.growth,
        change.growth_before,
        change.change,
        sum(p.own for p in change.parts),
        sum(p.shift for p in change.parts),
    ]
    both: tuple[When, ...] = ("now", "before")
    sums: list[tuple[str, Sequence[When]]] = [
        ("contribution_pp", ("now",)),
        ("contribution_pp", ("before",)),
        ("yoy_pp", both),
        ("yoy_pp", both),
        ("yoy_pp", both),
    ]
    figures = [
        change.figure(value, "各市之和", measure, "百分点", of)
        for value, (measure, of) in zip(whole, sums, strict=True)
    ]
    total = [
        Cell(f.text if n < 2 else words.signed(f.value, 2), f.value, 2, f) for n, f in enumerate(figures)
    ]
    then = words.since(change.before, change.quarter, language)
    return Table(
        "contributions",
        _say("table", language).format(indicator=words.indicator(change.indicator, language)),
        _say("head", language).format(then=then).split("|"),
        [*rows, [Cell(_say("whole", language)), *total]],
        _say("note", language),
    )


def _chart(change: Decomposition, language: Language) -> Chart:
    cities = [words.place(p.code, language) for p in change.parts]
    then = words.period(change.before, language)
    now = _say("now", language).format(period=words.period(change.quarter, language))
    series = {then: [p.before.points for p in change.parts], now: [p.now.points for p in change.parts]}
    items = (", " if language == "en" else "、").join(
        f"{city} {p.before.figure.text} → {p.now.figure.text}"
        for city, p in zip(cities, change.parts, strict=True)
    )
    unit = _say("points", language)
    return Chart(
        "contributions",
        _say("chart", language).format(indicator=words.indicator(change.indicator, language)),
        _say("alt", language).format(items=items),
        "bar",
        unit,
        picture.grouped(cities, series, unit, 2),
        cities,
        series,
    )


def _sectors(data: CircleFigures, quarter: str, language: Language) -> Iterator[Block]:
    pulls = sector_pulls(data, data.region, quarter)
    if isinstance(pulls, Lack):
        yield paragraph(*_told("sectors_none", language, lacks=pulls.text(language)), kind="note")
        return
    published = growth_both(data, "GDP", quarter).best
    parts: list[list[Piece]] = [
        [words.indicator(code, language) + (" " if language == "en" else ""), Cited(p.figure.text, p.figure)]
        for code, p in pulls.items()
    ]
    now = _whole(data, pulls)
    yield paragraph(
        *_told(
            "sectors",
            language,
            period=words.period(quarter, language),
            place=words.place(data.region, language),
            parts=_listed(parts, language),
            now=Cited(f"{now.text}%", now),
            indicator=words.indicator("GDP", language),
            published=Cited(f"{published.text}%", published) if published else "—",
        )
    )
    before = earlier(quarter, years=1)
    change = by_sector(data, data.region, quarter, before)
    if isinstance(change, Decomposition):
        moved: list[list[Piece]] = [
            [
                words.indicator(p.code, language) + (" " if language == "en" else ""),
                Cited(words.signed(p.change, 2), p.figure),
            ]
            for p in change.parts
        ]
        then = words.since(before, quarter, language)
        yield paragraph(*_told("sectors_changed", language, then=then, parts=_listed(moved, language)))


def _whole(data: CircleFigures, pulls: Pulls) -> Figure:
    from metroetl.monitoring.aggregates import made

    parts = [f for p in pulls.values() for f in (p.rate, p.level)]
    return made(
        parts, data.region, sum(p.points for p in pulls.values()), 2, "三次产业拉动之和", "yoy_real_ytd", "%"
    )


def _shares(data: CircleFigures, quarter: str, language: Language) -> Iterator[Block]:
    before = earlier(quarter, years=1)
    moves = share_moves(data, "GDP", quarter, before)
    if not moves:
        return
    unit = _say("points", language)
    parts: list[list[Piece]] = [
        [
            words.place(m.region, language) + (" " if language == "en" else ""),
            Cited(f"{m.now.text}%", m.now),
            "（" if language == "zh" else " (",
            Cited(
                f"{words.signed(m.points, m.figure.decimals)}{'' if language == 'zh' else ' '}{unit}",
                m.figure,
            ),
            "）" if language == "zh" else ")",
        ]
        for m in moves
    ]
    then, name = words.since(before, quarter, language), words.indicator("GDP", language)
    yield paragraph(*_told("shares", language, indicator=name, then=then, parts=_listed(parts, language)))
