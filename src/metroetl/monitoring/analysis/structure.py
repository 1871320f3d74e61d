"""Sections of structure: the three sectors, single quarters and two-year averages, concentration and regional gap."""

from __future__ import annotations

from metroetl.monitoring.aggregates import single_quarter, two_year_average
from metroetl.monitoring.analysis.view import View
from metroetl.monitoring.content import Block, Cell, Cited, Paragraph, Piece, Section, Table, cell_of
from metroetl.monitoring.dispersion import Dispersion, dispersion
from metroetl.monitoring.figures import Computed, Figure, Refused, earlier, printed

SECTORS = ("VA1", "VA2", "VA3")


def sectors(view: View) -> Section | None:
    """三次产业 of the circle, its structure, whether the three add up to GDP; a table of all who publish them."""
    if not any(view.known(code) for code in SECTORS):
        return None
    blocks: list[Block] = [_sectors_sentence(view)]
    levels = [view.level(view.data.region, code) for code in SECTORS]
    gdp = view.level(view.data.region, "GDP")
    if gdp and all(levels):
        blocks.append(_structure(view))
        blocks.append(_sectors_sum(view, [f for f in levels if f], gdp))
    blocks.append(_sectors_table(view))
    return Section("sectors", view.heading("sectors_title"), blocks)


def _sectors_sentence(view: View) -> Paragraph:
    words = view.words
    parts: list[tuple[Piece, ...]] = []
    for code in SECTORS:
        level, rate = (read(view.data.region, code) for read in (view.level, view.growth))
        said = [(words.cited_amount(level),)] if level else []
        said += [(words.cited_change(rate),)] if rate else []
        if said:
            parts.append((words.indicator(code), words.gap, *words.join(said)))
    if not parts:
        return view.paragraph(view.say("sectors_none", place=view.circle_name))
    listed = words.join(parts, words.semicolon)
    return view.paragraph(
        view.say("sectors_lead", period=view.period, place=view.circle_name, sectors=listed)
    )


def _structure(view: View) -> Paragraph:
    """三次产业结构为2.6∶28.6∶68.8."""
    parts = []
    for code in SECTORS:
        level, gdp = (view.level(view.data.region, c) for c in (code, "GDP"))
        if level and gdp:
            value = level.value / gdp.value * 100
            made = Figure(
                view.data.region, code, "share_of_gdp", view.quarter, value, "%", 1, how="水平之比",
                parts=(level, gdp),
            )  # fmt: skip
            parts.append(Cited(made.text, made))
    given = dict(zip("abc", parts, strict=True))
    return view.paragraph(view.say("structure", **given))


def _sectors_sum(view: View, levels: list[Figure], gdp: Figure) -> Paragraph:
    """Whether the three add up, within half a last digit of each of the four printed figures."""
    whole = sum(f.value for f in levels)
    decimals = min(f.decimals for f in (*levels, gdp))
    tolerance = 2.0 * 10**-decimals
    made = Figure(
        view.data.region, "GDP", gdp.measure, view.quarter, whole, gdp.unit, decimals, how="三次产业之和",
        parts=tuple(levels),
    )  # fmt: skip
    apart = whole - gdp.value
    if printed(apart, decimals) == printed(0, decimals):
        said = view.say("sectors_even", amount=view.words.cited_amount(made))
    else:
        key = "sectors_sum" if abs(apart) <= tolerance + 1e-9 else "sectors_apart"
        difference = view.words.quantity(apart, decimals, gdp.unit)
        said = view.say(key, amount=view.words.cited_amount(made), difference=difference)
    return view.paragraph(said, kind="note")


def _sectors_table(view: View) -> Table:
    words = view.words
    used = [r for r in view.rows if any(view.level(r, c) or view.growth(r, c) for c in SECTORS)]
    unit = next((f.unit for r in used for c in SECTORS if (f := view.level(r, c))), "亿元")
    header = [view.heading("region")]
    for code in SECTORS:
        header += [words.capital(words.indicator(code)), view.heading("yoy")]
    rows = [
        [
            Cell(view.place(r)),
            *(cell_of(read(r, c)) for c in SECTORS for read in (view.level, view.growth)),
        ]
        for r in used
    ]
    title = view.heading("sectors_table", period=view.period, unit=words.unit(unit))
    return Table("sectors", title, header, rows)


def periods(view: View) -> Section | None:
    """当季 of GDP from the second quarter on, and two-year averages where asked (or of 2021, as the offices did)."""
    blocks = [*_singles(view), *_two_years(view)]
    return Section("periods", view.heading("periods_title"), blocks) if blocks else None


def _singles(view: View) -> list[Block]:
    words = view.words
    known = {r: f for r, f in single_quarters(view).items() if isinstance(f, Figure)}
    if not known.keys() & {view.data.region, *view.data.cities}:
        return []
    alone, name = words.alone(view.quarter), words.indicator("GDP")
    parts = [
        view.say("single", place=view.place(r), period=alone, indicator=name, amount=words.cited_amount(f))
        for r, f in known.items()
    ]
    return [view.paragraph(view.say("single_lead", singles=words.join(parts, words.semicolon)))]


def single_quarters(view: View) -> dict[str, Computed]:
    """GDP of the quarter alone of all that published the cumulative one; nothing in a first quarter."""
    places = [] if view.quarter.endswith("Q1") else [r for r in view.rows if view.level(r, "GDP")]
    return {r: single_quarter(view.data, r, "GDP", view.quarter) for r in places}


def _two_years(view: View) -> list[Block]:
    if not (view.two_year or view.quarter.startswith("2021")):
        return []
    words, blocks = view.words, list[Block]()
    for code in ("GDP", "IVA", "RS"):
        found: dict[str, Computed] = {
            r: view.data.get(r, code, "yoy2_avg_real_ytd", view.quarter)
            or two_year_average(view.data, r, code, view.quarter)
            for r in view.rows
        }
        known = [(r, f) for r, f in found.items() if isinstance(f, Figure)]
        name = words.indicator(code)
        parts = [
            view.say("two_year", place=view.place(r), indicator=name, growth=words.cited_change(f))
            for r, f in known
        ]
        if parts:
            blocks.append(view.paragraph(*parts, between=words.semicolon))
    return blocks


def disparity(view: View) -> Section | None:
    """集中度与区域差距 of GDP, this year and the last; what lacks a city is refused by name."""
    if len(view.data.cities) < 2 or not view.data.circle.members_known:
        return None
    if not any(view.level(c, "GDP") for c in view.data.cities):
        return None
    now = dispersion(view.data, "GDP", view.quarter)
    before = dispersion(view.data, "GDP", earlier(view.quarter, years=1))
    title = view.heading("disparity_title")
    if isinstance(now.primacy, Refused):
        said = view.say("disparity_refused", why=view.words.refused(now.primacy))
        return Section("disparity", title, [view.paragraph(said, kind="note")])
    return Section("disparity", title, [*_disparity_text(view, now), _disparity_table(view, now, before)])


def _disparity_text(view: View, now: Dispersion) -> list[Block]:
    words, name = view.words, view.words.indicator("GDP")
    levels = sorted(
        (f for c in view.data.cities if (f := view.level(c, "GDP"))), key=lambda f: f.value, reverse=True
    )
    blocks: list[Block] = []
    if isinstance(now.primacy, Figure) and isinstance(now.primacy2, Figure):
        said = view.say(
            "primacy", period=view.period, indicator=name,
            first=view.place(levels[0].region_code), second=view.place(levels[1].region_code),
            share=words.cited_percent(now.primacy), ratio=Cited(now.primacy2.text, now.primacy2),
        )  # fmt: skip
        blocks.append(view.paragraph(said))
    if isinstance(now.cv, Figure) and isinstance(now.theil, Figure):
        said = view.say(
            "per_head", indicator=name, cv=Cited(now.cv.text, now.cv), theil=Cited(now.theil.text, now.theil)
        )
        blocks.append(view.paragraph(said))
    elif isinstance(now.cv, Refused):
        said = view.say("per_head_refused", why=words.refused(now.cv))
        blocks.append(view.paragraph(said, kind="note"))
    return blocks


def _disparity_table(view: View, now: Dispersion, before: Dispersion) -> Table:
    """This year beside the last, as far as the last is known."""
    last = view.words.period(earlier(view.quarter, years=1))
    years = [(view.period, now), (last, before)]
    keys = ("primacy", "primacy2", "cv", "theil")
    years = [(name, d) for name, d in years if any(isinstance(getattr(d, key), Figure) for key in keys)]
    rows = [
        [Cell(view.heading(f"{key}_row")), *(_cell(getattr(d, key)) for _, d in years)]
        for key in keys
        if any(isinstance(getattr(d, key), Figure) for _, d in years)
    ]
    title = view.heading("disparity_table", indicator=view.words.indicator("GDP"))
    header = [view.heading("measure"), *(view.words.capital(name) for name, _ in years)]
    return Table("disparity", title, header, rows)


def _cell(found: Computed) -> Cell:
    return cell_of(found if isinstance(found, Figure) else None)
