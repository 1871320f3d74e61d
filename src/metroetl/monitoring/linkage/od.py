"""Measures of a circle's invoice flows S_ij (seller i, buyer j, 亿元), as far as they may be shown.

flow S_ij; net_flow S_ij − S_ji; closeness (联系紧密度) (S_ij+S_ji)/(S_i+S_j), S_i all sales of i; intensity S_ij·S/(S_i·S_j)
over the circle's own matrix, 1 where a flow is as large as both places' sizes let expect; sales and purchases of a city,
outside too; net_sales within the circle; local_supply (本地配套率) the part of a city's purchases that comes from the
circle, itself too; inner_trade Σ S_ij, i≠j; circle_share (圈内贸易占比) that by all sales. DOMAIN.md §7.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from metroetl.monitoring.aggregates import name
from metroetl.monitoring.figures import Refused
from metroetl.monitoring.linkage.matrix import OUTSIDE, Matrix, Pair
from metroetl.monitoring.linkage.suppression import TRADED, Suppression, suppress

YI = "亿元"
RANKED = ("flow", "net_flow", "closeness", "intensity", "net_sales", "local_supply")


@dataclass(frozen=True, slots=True)
class Link:
    """A measure of two places, of one (`to` empty) or of the circle (both empty); `suppressed` says why it is None."""

    from_code: str
    to_code: str
    measure: str
    value: float | None
    unit: str
    suppressed: str = ""
    rank: int | None = None

    @property
    def obs_status(self) -> str:
        """SDMX: A, or Q where it is suppressed."""
        return "Q" if self.suppressed else "A"


@dataclass(frozen=True)
class Linkage:
    """A circle's links in a period, and what couldn't be computed of them, by measure."""

    matrix: Matrix
    suppression: Suppression
    links: tuple[Link, ...]
    refused: dict[str, Refused]

    def get(self, measure: str, from_code: str = "", to_code: str = "") -> Link | None:
        """One link."""
        wanted = (measure, from_code, to_code)
        return next((x for x in self.links if (x.measure, x.from_code, x.to_code) == wanted), None)


def linkage(matrix: Matrix, before: Matrix | None = None) -> Linkage | Refused:
    """All measures of a matrix, ranked; with growth of flows where the matrix of the year before is given.

    A pair of cities that isn't given is named and nothing is computed: a flow that is none must be given as 0.
    """
    if absent := matrix.absent:
        pairs = tuple(f"{name(i)}→{name(j)}" for i, j in absent)
        return Refused("缺流量（没有流量请写 0），未计算联系指标", pairs)
    found = suppress(matrix)
    links = [*_pairs(found), *_places(found), *_circle(found)]
    refused: dict[str, Refused] = {}
    if gone := tuple(name(c) for c in matrix.cities if c not in matrix.sells_out):
        refused |= dict.fromkeys(("sales", "closeness", "circle_share"), Refused("缺销往圈外的流量", gone))
    if gone := tuple(name(c) for c in matrix.cities if c not in matrix.buys_in):
        refused |= dict.fromkeys(("purchases", "local_supply"), Refused("缺自圈外购入的流量", gone))
    if before is None:
        refused["flow_yoy"] = Refused("缺上年同期流量")
    elif gone := tuple(f"{name(i)}→{name(j)}" for i, j in before.absent):
        refused["flow_yoy"] = Refused("缺上年同期流量", gone)
    else:
        links += _growth(found, suppress(before))
    return Linkage(matrix, found, tuple(_ranked([x for x in links if x])), refused)


def _pairs(found: Suppression) -> Iterator[Link | None]:
    cities, amount = found.matrix.cities, found.matrix.amount
    for pair in found.matrix.cells:
        yield _link(pair, "flow", YI, found.why(pair), amount(pair))
    inside = tuple(t for t in found.totals if t[0].endswith("_inside"))
    everything = sum(amount(p) for p in found.matrix.inner)
    for i, j in found.matrix.inner:
        expected = found.sum(("sold_inside", i)) * found.sum(("bought_inside", j))
        why = found.why((i, j), totals=inside)
        yield _link((i, j), "intensity", "", why, _ratio(amount((i, j)) * everything, expected))
        if i == j:
            continue
        both = ((i, j), (j, i))
        there, back = map(amount, both)
        yield _link((i, j), "net_flow", YI, found.why(*both), there - back)
        sold = (("sold", i), ("sold", j))
        if cities.index(i) < cities.index(j) and found.has(*sold):
            closeness = _ratio(there + back, sum(map(found.sum, sold)))
            yield _link((i, j), "closeness", "", found.why(*both, totals=sold), closeness)


def _places(found: Suppression) -> Iterator[Link | None]:
    for city in found.matrix.cities:
        sold, bought = ("sold_inside", city), ("bought_inside", city)
        net = found.sum(sold) - found.sum(bought)
        yield _link((city, ""), "net_sales", YI, found.why(totals=(sold, bought)), net)
        for measure, total in (("sales", ("sold", city)), ("purchases", ("bought", city))):
            if found.has(total):
                yield _link((city, ""), measure, YI, found.why(totals=(total,)), found.sum(total))
        if found.has(whole := ("bought", city)):
            supply = _percent(found.sum(bought), found.sum(whole))
            yield _link((city, ""), "local_supply", "%", found.why(totals=(bought, whole)), supply)


def _circle(found: Suppression) -> Iterator[Link | None]:
    traded = found.sum(TRADED)
    yield _link(("", ""), "inner_trade", YI, found.why(totals=(TRADED,)), traded)
    sold = tuple(("sold", c) for c in found.matrix.cities)
    if found.has(*sold):
        share = _percent(traded, sum(map(found.sum, sold)))
        yield _link(("", ""), "circle_share", "%", found.why(totals=(TRADED, *sold)), share)


def _growth(found: Suppression, before: Suppression) -> Iterator[Link | None]:
    """Growth of flows against the year before, per cent; neither may be hidden."""
    for pair in found.matrix.cells:
        if pair in before.matrix.cells:
            why = "derived" if pair in found.hidden | before.hidden else ""
            now, then = found.matrix.amount(pair), before.matrix.amount(pair)
            yield _link(pair, "flow_yoy", "%", why, _percent(now - then, then))
    why = found.why(totals=(TRADED,)) or before.why(totals=(TRADED,))
    now, then = found.sum(TRADED), before.sum(TRADED)
    yield _link(("", ""), "inner_trade_yoy", "%", why, _percent(now - then, then))


def _link(pair: Pair, measure: str, unit: str, why: str, value: float | None) -> Link | None:
    """The link, without its value where that is hidden; None where it has none, for its denominator is 0."""
    if why:
        return Link(*pair, measure, None, unit, why)
    return None if value is None else Link(*pair, measure, value, unit)


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _percent(part: float, whole: float) -> float | None:
    return 100 * part / whole if whole else None


def _ranked(links: Sequence[Link]) -> Iterator[Link]:
    """Ranks by size among those that are shown, equals alike; flows and intensities between different cities only."""
    for link in links:
        if link.measure not in RANKED or link.value is None or _outside_ranking(link):
            yield link
            continue
        others = [x.value for x in links if x.measure == link.measure and not _outside_ranking(x)]
        yield replace(link, rank=1 + sum(v is not None and v > link.value for v in others))


def _outside_ranking(link: Link) -> bool:
    return link.from_code == link.to_code or OUTSIDE in (link.from_code, link.to_code)
