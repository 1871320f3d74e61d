"""Sentences and notes on one indicator: the circle, its cities, published beside computed, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence

from metroetl.monitoring.aggregates import contributions, gap, growth, made, rank, share, total
from metroetl.monitoring.analysis.view import View, adds_up
from metroetl.monitoring.content import Cited, Paragraph, Piece
from metroetl.monitoring.figures import Compared, Figure, Refused, earlier, printed
from metroetl.monitoring.phrases.base import sign, step_reached

Pieces = tuple[Piece, ...]
PACED = ("yoy_real_ytd", "yoy_comparable_ytd", "yoy_nominal_ytd", "yoy_ytd")


def circle_sentence(view: View, indicator: str) -> Paragraph:
    """The circle's level, growth, distance to province and nation, pace and share; published first, else computed."""
    level = total(view.data, indicator, view.quarter)
    rate = growth(view.data, indicator, view.quarter)
    clauses = [_opening(view, indicator, level, rate)]
    if rate.published:
        clauses += [gaps(view, view.data.region, indicator), pace(view, view.data.region, indicator)]
    clauses.append(share_of_province(view, indicator))
    if level.published and indicator == "GDP":
        clauses.append(stepped(view, view.data.region, indicator))
    return view.paragraph(*clauses)


def _opening(view: View, indicator: str, level: Compared, rate: Compared) -> Pieces:
    words, name = view.words, view.words.indicator(indicator)
    common = {"period": view.period, "place": view.circle_name, "indicator": name}
    if level.best is None:
        if rate.published is None:
            return view.say("no_total", **common)
        return view.say("growth_only", **common, growth=words.cited_change(rate.published))
    amount = words.cited_amount(level.best)
    if level.published is None:
        summed = view.say("summed", **common, amount=amount)
        if not isinstance(rate.computed, Figure):
            return summed
        made = view.say("synthesised", growth=words.cited_change(rate.computed))
        return words.join([summed, made])
    if rate.published is None:
        return view.say("level_only", **common, amount=amount)
    rise = words.cited_change(rate.published)
    if indicator != "GDP":
        return view.say("level_and_growth", **common, amount=amount, growth=rise)
    basis = words.word("basis") if rate.published.measure.startswith("yoy_real") else ""
    return view.say("total", **common, amount=amount, growth=rise, basis=basis)


def gaps(view: View, region: str, indicator: str) -> Pieces:
    """高于全省0.7个百分点、高于全国0.8个百分点; only where both publish the same kind of growth."""
    found = []
    for other in view.outside:
        points = gap(view.data, region, other, indicator, view.quarter)
        if isinstance(points, Figure):
            said = view.words.ahead(points.value, view.whom(other), points.decimals)
            found.append((Cited(said, points),))
    return view.say("gaps", gaps=view.words.join(found, view.words.listing)) if found else ()


def pace(view: View, region: str, indicator: str) -> Pieces:
    """How published growth moved from the quarter before (of Q1: from the year before)."""
    last = earlier(view.quarter, 1)
    now, before = view.growth(region, indicator), view.growth(region, indicator, last)
    if now is None or before is None or now.measure != before.measure or now.measure not in PACED:
        return ()
    since = view.words.earlier_period(last, view.quarter)
    decimals = max(1, min(now.decimals, before.decimals))
    moved = made((now, before), region, now.value - before.value, decimals, "增速之差", "yoy_pp", "百分点")
    return (Cited(view.words.pace(now.value, before.value, since, decimals), moved),)


def share_of_province(view: View, indicator: str) -> Pieces:
    """占全省比重为48.5%, as published, else of the two levels."""
    if view.data.province is None or not adds_up(indicator):
        return ()
    shares = [
        share(view.data, view.data.region, view.data.province, indicator, quarter, "share_of_province")
        for quarter in (view.quarter, earlier(view.quarter, years=1))
    ]
    now, before = shares[0].best, shares[1].published
    if now is None:
        return ()
    said = view.say("share_of_province", share=view.words.cited_percent(now))
    if now.evidence is None or before is None:
        return said
    points = round(now.value - before.value, 6)
    decimals = min(now.decimals, before.decimals)
    moved = made((now, before), view.data.region, points, decimals, "比重之差", "yoy_pp", "百分点")
    since = view.words.earlier_period(earlier(view.quarter, years=1), view.quarter)
    return view.words.join([said, (Cited(view.words.share_move(points, since, decimals), moved),)])


def stepped(view: View, region: str, indicator: str) -> Pieces:
    """迈上3万亿元台阶: a year's level past a round one that the year before hadn't reached."""
    now, before = (view.level(region, indicator, q) for q in (view.quarter, earlier(view.quarter, years=1)))
    if not view.quarter.endswith("Q4") or not now or not before or not now.unit == before.unit == "亿元":
        return ()
    step = step_reached(now.value, before.value)
    return (Cited(view.words.step(step), now),) if step else ()


def city_sentence(view: View, indicator: str) -> Paragraph | None:
    """Each city with level, growth and share of the circle, or all their growth rates; who published nothing is named."""
    words, cities = view.words, view.data.cities
    some = [c for c in cities if c not in view.silent(indicator)]
    if not some:
        return None
    gone = [c for c in cities if c not in some]
    silent = view.say("not_published", places=view.places(gone)) if gone else ()
    if any(view.level(c, indicator) for c in some):
        rated = any(view.growth(c, indicator) for c in some)
        parts = [_city(view, c, indicator, rated) for c in some]
        parts += [silent] if silent else []
        parts += [] if rated else [view.say("no_growth")]
        said = words.join(parts, words.semicolon)
    else:
        rates = [(c, rate) for c in some if (rate := view.growth(c, indicator))]
        said = words.respectively(rates)
        said = words.join([said, silent], words.semicolon) if silent else said
    return view.paragraph(view.say("by_city", cities=said))


def _city(view: View, city: str, indicator: str, rated: bool) -> Pieces:
    """A city's level, growth and share; `rated` says that some city has growth, so that one without is told."""
    words = view.words
    level, rate = view.level(city, indicator), view.growth(city, indicator)
    given = {"place": view.place(city)}
    if level is None:
        return (given["place"], words.cited_change(rate)) if rate else ()
    part = share(view.data, city, view.data.region, indicator, view.quarter, "share_of_circle").best
    said: dict[str, Piece] = {**given, "amount": words.cited_amount(level)}
    if rate:
        said["growth"] = words.cited_change(rate)
    if part and adds_up(indicator):
        said["share"] = words.cited_percent(part)
        clause = view.say("city_full" if rate else "city_no_growth" if rated else "city_shared", **said)
    else:
        clause = view.say("city_no_share" if rate else "city_level" if rated else "city_plain", **said)
    step = stepped(view, city, indicator) if indicator == "GDP" else ()
    return words.join([clause, step]) if step else clause


def race_sentence(view: View, indicator: str) -> Paragraph | None:
    """Which city's growth is first, and which are above or below the province's (else the nation's)."""
    rates = [(c, f) for c in view.data.cities if (f := view.growth(c, indicator))]
    parts = [_leader(view, rates, indicator), _against(view, rates, indicator)]
    said = [part for part in parts if part]
    if len(rates) < 2 or not said:
        return None
    return view.paragraph(*said, between=view.words.semicolon)


def _leader(view: View, rates: Sequence[tuple[str, Figure]], indicator: str) -> Pieces:
    places = {c: rank(view.data, c, lambda r: view.growth(r, indicator)) for c, _ in rates}
    first = [(c, f) for c, f in rates if places[c] == 1]
    if not first or len({f.measure for _, f in rates}) > 1 or not view.data.circle.members_known:
        return ()
    names = view.words.join([(Cited(view.place(c), f),) for c, f in first], view.words.listing)
    return view.say("leader", place=names) if len(first) == 1 else view.say("leaders", places=names)


def _against(view: View, rates: Sequence[tuple[str, Figure]], indicator: str) -> Pieces:
    """跑赢全省: by the sign of each city's gap."""
    words = view.words
    for other in view.outside:
        points = {c: gap(view.data, c, other, indicator, view.quarter) for c, _ in rates}
        known = {c: f for c, f in points.items() if isinstance(f, Figure)}
        if len(known) < len(rates) or not known:
            continue
        whom = view.whom(other)
        signs = {c: sign(f.value, f.decimals) for c, f in known.items()}
        complete = view.data.circle.members_known and len(known) == len(view.data.cities)
        if complete and len(set(signs.values())) == 1 and 0 not in signs.values():
            key = "all_ahead" if 1 in signs.values() else "all_behind"
            return view.say(key, whom=whom)
        keys = (("some_ahead", 1), ("some_even", 0), ("some_behind", -1))
        groups = [(key, [c for c, s in signs.items() if s == way]) for key, way in keys]
        return words.join(
            view.say(
                key,
                places=words.join([(Cited(view.place(c), known[c]),) for c in group], words.listing),
                whom=whom,
            )
            for key, group in groups
            if group
        )
    return ()


def beside(view: View, indicator: str) -> Paragraph | None:
    """What is computed beside what was published, with the difference, or why it isn't computed."""
    if not adds_up(indicator):
        return None
    words = view.words
    level = total(view.data, indicator, view.quarter)
    rate = growth(view.data, indicator, view.quarter)
    refused = (level.refused, rate.refused)
    if refused[0] and refused[1] and refused[0].missing == refused[1].missing:
        parts = [view.say("both_refused", why=words.refused(refused[1]))]
    else:
        parts = [_sum_beside(view, level), _growth_beside(view, rate)]
    parts.append(_share_beside(view, indicator))
    points = contributions(view.data, indicator, view.quarter)
    if isinstance(points, dict):
        parts.append(view.say("contributions", pulls=words.pulls(list(points.items()), view.circle_name)))
    said = [part for part in parts if part]
    return view.paragraph(*said, between=words.semicolon, kind="note") if said else None


def _sum_beside(view: View, level: Compared) -> Pieces:
    words = view.words
    if isinstance(level.computed, Refused):
        return view.say("sum_refused", why=words.refused(level.computed))
    if level.published is None or level.difference is None:
        return ()
    decimals = max(level.published.decimals, level.computed.decimals)
    said = words.difference(level.difference, decimals, level.published.unit)
    amount = words.cited_amount(level.computed)
    return view.say("sum_beside", amount=amount, difference=said)


def _growth_beside(view: View, rate: Compared) -> Pieces:
    words = view.words
    if isinstance(rate.computed, Refused):
        return view.say("growth_refused", why=words.refused(rate.computed))
    if rate.published is None or rate.difference is None:
        return ()
    said = words.difference(rate.difference, rate.computed.decimals, "%")
    computed = words.cited_percent(rate.computed)
    return view.say("growth_beside", growth=computed, difference=said)


def _share_beside(view: View, indicator: str) -> Pieces:
    if view.data.province is None:
        return ()
    part = share(
        view.data, view.data.region, view.data.province, indicator, view.quarter, "share_of_province"
    )
    if part.difference is None or isinstance(part.computed, Refused):
        return ()
    said = view.words.difference(part.difference, part.computed.decimals, "%")
    return view.say("share_beside", share=view.words.cited_percent(part.computed), difference=said)


def listed(view: View, items: Sequence[tuple[str, Figure | None]]) -> str:
    """Names with values, for the words of a chart: 成都市 6.0、德阳市 7.5."""
    none = view.words.word("no_value")
    return view.words.listing.join(
        f"{name} {printed(f.value, f.decimals) if f else none}" for name, f in items
    )
