"""Corruptions of whose figure it is and of when: places, indicators, rows, periods, status, vintages."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.mutations.figures import pairs_of_measures
from benchmarks.mutations.scene import Form, Scene, apart, as_period, fact, mark, moved, pairs, say
from metroetl.quality.limits import regions_above
from metroetl.statistics.models import Statement


def swapped(
    family: str, same: Callable[[Statement], object], differ: Callable[[Statement], object]
) -> Callable[[Scene], bool]:
    """Two figures in each other's place."""

    def corrupt(scene: Scene) -> bool:
        found = scene.levels() if family == "level" else scene.rates()
        options = list(pairs(found, same, differ))
        if not options:
            return False
        a, b = scene.dice.choice(options)
        first, second = (a.value, a.decimals), (b.value, b.decimals)
        say(a, *second)
        say(b, *first)
        return True

    return corrupt


def of_cell(s: Statement) -> object:
    return s.indicator_code, s.measure, s.variant, s.period


def in_table(s: Statement) -> object:
    return of_cell(s), s.table


def of_region(s: Statement) -> object:
    return s.region_code, s.measure[:3], s.variant, s.period


def whole_and_part(scene: Scene) -> bool:
    """Total and part in each other's place: GDP and a sector, trade and exports."""
    wholes = {part: i.code for i in scene.catalogue.indicators.values() for part in i.parts}
    found = {fact(s): s for s in scene.levels()}
    options = [
        (s, whole)
        for s in scene.levels()
        if s.indicator_code in wholes
        and (whole := found.get((s.region_code or "", wholes[s.indicator_code], s.measure, s.period)))
    ]
    if not options:
        return False
    part, whole = scene.dice.choice(options)
    one, other = (part.value, part.decimals), (whole.value, whole.decimals)
    say(part, *other)
    say(whole, *one)
    return True


def rotated(key: Callable[[Statement], object], family: str) -> Callable[[Scene], bool]:
    """Labels shifted by one row: each figure of a table stands one row off."""

    def corrupt(scene: Scene) -> bool:
        groups: dict[object, list[Statement]] = {}
        for s in scene.levels() if family == "level" else scene.rates():
            groups.setdefault(key(s), []).append(s)
        options = [g for g in groups.values() if len(g) >= 3]
        if not options:
            return False
        group = scene.dice.choice(options)
        values = [(s.value, s.decimals) for s in group]
        for s, (value, places) in zip(group, values[1:] + values[:1], strict=True):
            if value != s.value:
                say(s, value, places)
        return True

    return corrupt


def shifted_table(scene: Scene) -> bool:
    """The header one column off: growth under the level's heading and the level under the growth's."""
    options = pairs_of_measures(scene)
    for level, rate in options:
        one, other = (level.value, level.decimals), (rate.value, rate.decimals)
        say(level, *other)
        say(rate, *one)
    return len(options) >= 2


def of_parent(measure: str, nation: bool = False) -> Callable[[Scene], bool]:
    """The figure of the province (or the nation) under a city (or a province)."""

    def corrupt(scene: Scene) -> bool:
        options, above = [], regions_above(scene.catalogue)
        for s in scene.levels() if measure == "level" else scene.rates():
            parent = above.get(s.region_code or "")
            if not parent or nation != (parent == "000000"):
                continue
            value = scene.before(s, 0, 0, region=parent)
            if value is None:
                value = scene.before(s, 1, 0, region=parent)
            if value is not None and apart(s, value):
                options.append((s, value))
        if options:
            say(*scene.dice.choice(options))
        return bool(options)

    return corrupt


def renamed(scene: Scene) -> bool:
    """A place under a name that nobody knows."""
    s = scene.pick(scene.all())
    if s is not None:
        s.region, s.region_code = "新名市", None
        mark(s)
    return s is not None


def other_region(scene: Scene) -> bool:
    """A city's whole page under another city's name: 本市 resolved wrongly."""
    page = scene.dice.choice(scene.pages)
    own = {s.region_code for s in page.statements}
    if len(own) != 1 or len(page.statements) < 3:
        return False
    region = scene.catalogue.regions[page.region]
    others = sorted({f[0] for f in scene.known} - own)
    alike = [
        c for c in others if c in scene.catalogue.regions and scene.catalogue.regions[c].level == region.level
    ]
    if not alike:
        return False
    code = scene.dice.choice(alike)
    for s in page.statements:
        s.region_code, s.region = code, scene.catalogue.regions[code].name_zh
        mark(s)
    return True


# --- periods, status -------------------------------------------------------------------------------------------------


def shifted_period(years: int, quarters: int) -> Callable[[Scene], bool]:
    """A page's figures under another period."""

    def corrupt(scene: Scene) -> bool:
        page = scene.dice.choice(scene.pages)
        moves = [(s, moved(s.period, years, quarters)) for s in page.statements]
        if not moves or any(period is None or "-M" in s.period for s, period in moves):
            return False
        if len({s.period for s in page.statements}) > 1:
            return False
        for s, period in moves:
            as_period(s, str(period))
        return True

    return corrupt


def forecast(form: Form) -> Callable[[Scene], bool]:
    """What the sentence expects, as a fact."""

    def corrupt(scene: Scene) -> bool:
        s = scene.pick(x for x in scene.all() if x.row is None)
        if s is None:
            return False
        if form == "reader":
            s.quote = scene.dice.choice(("预计", "预计全年", "有望实现", "预测")) + s.quote
        else:
            s.obs_status = "F"
        mark(s)
        return True

    return corrupt


def target(scene: Scene) -> bool:
    """A goal, as a fact."""
    s = scene.pick(x for x in scene.all() if x.row is None)
    if s is None:
        return False
    s.quote = scene.dice.choice(("力争", "预期目标：", "确保", "计划实现", "目标为")) + s.quote
    mark(s)
    return True


def next_year(scene: Scene) -> bool:
    """The goal of the year that has begun, as its result."""
    s = scene.pick(x for x in scene.all() if x.row is None)
    if s is None:
        return False
    as_period(s, f"{scene.page_of(s).published.year}")
    return True


def early_final(scene: Scene) -> bool:
    """A preliminary figure called finally verified weeks after the period."""
    s = scene.pick(s for s in scene.all() if (scene.page_of(s).published - s.period_end).days < 150)
    if s is None:
        return False
    s.revision_stage = "最终核实"
    mark(s)
    return True


def revised_base(scene: Scene) -> bool:
    """One level of another vintage among those of this one: its base was revised by 4 to 9 per cent."""
    s = scene.pick(scene.flows())
    if s is None:
        return False
    say(s, s.value * (1 + scene.dice.choice((-1, 1)) * scene.dice.uniform(0.04, 0.09)))
    return True


def revised_column(scene: Scene) -> bool:
    """Half of a page's levels of another vintage."""
    page = scene.dice.choice(scene.pages)
    found = [s for s in page.statements if s.measure == "level_ytd" and s.value > 0]
    if len(found) < 4:
        return False
    factor = 1 + scene.dice.choice((-1, 1)) * scene.dice.uniform(0.04, 0.09)
    for s in scene.dice.sample(found, len(found) // 2):
        say(s, s.value * factor)
    return True


def districts(scene: Scene) -> bool:
    """A city's total with its functional areas counted twice, beside its districts."""
    cities = {s.region_code: s for s in scene.flows() if s.indicator_code == "GDP"}
    areas = [
        (cities[region.parent_code], s)
        for s in scene.flows()
        if s.indicator_code == "GDP"
        and (region := scene.catalogue.regions.get(s.region_code or "")) is not None
        and region.level == "functional"
        and region.parent_code in cities
    ]
    if not areas:
        return False
    city, area = scene.dice.choice(areas)
    say(city, city.value + area.value)
    return True
