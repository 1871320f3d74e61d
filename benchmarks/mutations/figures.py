"""Corruptions of single figures and of their columns: units, digits, signs, measures, last year's column."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.mutations.scene import Form, Scene, apart, fact, mark, name_of, say
from metroetl.statistics.models import Statement


def scaled(factor: float, form: Form, pool: str = "levels") -> Callable[[Scene], bool]:
    """A figure off by a factor: a unit misread, a decimal point lost."""

    def corrupt(scene: Scene) -> bool:
        found = scene.levels() if pool == "levels" else scene.rates()
        s = scene.pick(x for x in found if x.value and (factor < 1 or pool == "levels" or x.decimals))
        if s is None:
            return False
        places = max(0, s.decimals - 1) if factor == 10 else s.decimals + (4 if factor < 1 else 0)
        say(s, s.value * factor, places, silent=form == "reader")
        return True

    return corrupt


def whole_table_scaled(scene: Scene) -> bool:
    """Every level of the batch in 万元 under 亿元."""
    found = scene.levels()
    for s in found:
        say(s, s.value * 1e4, 0)
    return len(found) >= 3


def sign_lost(form: Form) -> Callable[[Scene], bool]:
    """A decline as growth, or growth as a decline."""

    def corrupt(scene: Scene) -> bool:
        s = scene.pick(x for x in scene.rates() if abs(x.value) >= 1)
        if s is None:
            return False
        say(s, -s.value, silent=form == "reader")
        return True

    return corrupt


def negative_level(scene: Scene) -> bool:
    s = scene.pick(scene.levels())
    if s is not None:
        say(s, -s.value)
    return s is not None


# --- columns ---------------------------------------------------------------------------------------------------------


def last_year(pool: str) -> Callable[[Scene], bool]:
    """One figure taken from last year's column."""

    def corrupt(scene: Scene) -> bool:
        found = scene.levels() if pool == "levels" else scene.rates()
        options = [(s, v) for s in found if (v := scene.before(s, 1)) is not None and apart(s, v)]
        if not options:
            return False
        say(*scene.dice.choice(options))
        return True

    return corrupt


def last_year_column(scene: Scene) -> bool:
    """Every figure taken from last year's column."""
    changed = 0
    for s in scene.all():
        value = scene.before(s, 1)
        if value is not None and scene.family(s) in ("level", "yoy") and value != s.value:
            say(s, value)
            changed += 1
    return changed >= 4


def of_earlier_quarter(scene: Scene) -> bool:
    """One cumulative figure left as it was a quarter ago."""
    options = [
        (s, v)
        for s in scene.flows()
        if not s.period.endswith("Q1") and (v := scene.before(s, 0, 1)) is not None and v < s.value
    ]
    if options:
        say(*scene.dice.choice(options))
    return bool(options)


def stale_quarter(scene: Scene) -> bool:
    """Every figure left as it was a quarter ago."""
    changed = 0
    for s in scene.all():
        value = scene.before(s, 0, 1)
        if value is not None and scene.family(s) in ("level", "yoy") and value != s.value:
            say(s, value)
            changed += 1
    return changed >= 4


def single_quarter(scene: Scene) -> bool:
    """The quarter alone taken for the cumulative value."""
    options = [
        (s, s.value - v)
        for s in scene.flows()
        if not s.period.endswith("Q1") and (v := scene.before(s, 0, 1)) is not None and 0 < v < s.value
    ]
    if options:
        say(*scene.dice.choice(options))
    return bool(options)


def month_alone(scene: Scene) -> bool:
    """About the last month alone taken for the cumulative value."""
    s = scene.pick(scene.flows())
    if s is None:
        return False
    say(s, s.value / s.period_end.month * scene.dice.uniform(0.85, 1.25))
    return True


def longer_period(scene: Scene) -> bool:
    """The value of a longer period of the year under a shorter one: the half year's under the first quarter."""
    s = scene.pick(x for x in scene.flows() if x.period.endswith(("Q1", "Q2")))
    if s is None:
        return False
    year, months = s.period_end.year - 1, s.period_end.month
    later = name_of(year, months // 3)
    now, then = scene.before(s, 1), scene.known.get((fact(s)[0], fact(s)[1], s.measure, later))
    ratio = then / now if now and then and then > now else (months + 3) / months
    say(s, s.value * ratio)
    return True


# --- digits ----------------------------------------------------------------------------------------------------------


def digits(change: Callable[[str, Scene], str], pool: str = "levels") -> Callable[[Scene], bool]:
    """A change of the printed digits."""

    def corrupt(scene: Scene) -> bool:
        found = scene.levels() if pool == "levels" else scene.rates()
        s = scene.pick(x for x in found if abs(x.value) >= (100 if pool == "levels" else 1))
        if s is None:
            return False
        for _ in range(20):
            value = float(change(f"{abs(s.value):.{s.decimals}f}", scene)) * (-1 if s.value < 0 else 1)
            if abs(value - s.value) >= (0.02 * s.value if pool == "levels" else 0.5):
                say(s, value)
                return True
        return False

    return corrupt


def transposed(text: str, scene: Scene) -> str:
    """Two neighbouring digits change places."""
    whole, dot, rest = text.partition(".")
    plain = whole + rest
    at = scene.dice.randrange(len(plain) - 1)
    plain = plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :]
    return plain[: len(whole)] + dot + plain[len(whole) :]


def dropped(text: str, scene: Scene) -> str:
    """A digit before the point is missing."""
    whole = text.partition(".")[0]
    at = scene.dice.randrange(len(whole))
    return text[:at] + text[at + 1 :] if len(whole) > 1 else text


def doubled(text: str, scene: Scene) -> str:
    """A digit before the point stands twice."""
    at = scene.dice.randrange(len(text.partition(".")[0]))
    return text[:at] + text[at] + text[at:]


def misread(text: str, scene: Scene) -> str:
    """One digit is another: 8 for 3, 6 for 0, 7 for 1."""
    alike = {
        "0": "8",
        "1": "7",
        "2": "7",
        "3": "8",
        "4": "9",
        "5": "6",
        "6": "0",
        "7": "1",
        "8": "3",
        "9": "4",
    }
    at = scene.dice.randrange(min(2, len(text.partition(".")[0])))
    return text[:at] + alike[text[at]] + text[at + 1 :]


def separator(scene: Scene) -> bool:
    """The thousands separator read as a decimal point, or what stands before it lost."""
    s = scene.pick(x for x in scene.levels() if x.value >= 1000)
    if s is None:
        return False
    if scene.dice.random() < 0.5:
        say(s, s.value / 1000, 3)
    else:
        say(s, s.value % 1000)
    return bool(s.value)


def merged(scene: Scene) -> bool:
    """A level and the growth beside it read as one number: 1234.5 and 5.6 as 1234.55 … 12345.6."""
    levels = {fact(s): s for s in scene.levels()}
    options = [
        (level, s)
        for s in scene.rates()
        if s.value > 0
        for measure in ("level_ytd", "level_eop")
        if (level := levels.get((*fact(s)[:2], measure, s.period))) is not None
    ]
    if not options:
        return False
    level, rate = scene.dice.choice(options)
    say(level, float(f"{level.value_text.replace('.', '')}{rate.value_text}"), rate.decimals)
    return True


def rounded(scene: Scene) -> bool:
    """Everything rounded to whole numbers."""
    changed = 0
    for s in scene.all():
        if s.decimals and s.unit in ("%", "亿元"):
            say(s, round(s.value), 0)
            changed += 1
    return changed >= 4


# --- measures --------------------------------------------------------------------------------------------------------


def share_as_level(scene: Scene) -> bool:
    """A sector's share of GDP under its level; the unit of the row is the level's."""
    totals = {s.region_code: s.value for s in scene.levels() if s.indicator_code == "GDP"}
    options = [
        (s, 100 * s.value / totals[s.region_code])
        for s in scene.levels()
        if s.region_code in totals and s.indicator_code in ("VA1", "VA2", "VA3")
    ]
    if options:
        say(*scene.dice.choice(options), 1)
    return bool(options)


def share_with_its_unit(scene: Scene) -> bool:
    """A share under a level, with its per cent."""
    s = scene.pick(scene.levels())
    if s is None:
        return False
    say(s, scene.dice.uniform(3, 60), 1)
    s.quote, s.unit, s.unit_norm = s.quote.replace(s.unit, "%"), "%", "%"
    return True


def pairs_of_measures(scene: Scene) -> list[tuple[Statement, Statement]]:
    rates = {(s.region_code, s.indicator_code, s.variant, s.period): s for s in scene.rates()}
    return [
        (s, rates[key])
        for s in scene.levels()
        if (key := (s.region_code, s.indicator_code, s.variant, s.period)) in rates
    ]


def growth_as_level(scene: Scene) -> bool:
    """The level's cell holds the growth beside it."""
    options = [(a, b) for a, b in pairs_of_measures(scene) if b.value > 0]
    if options:
        level, rate = scene.dice.choice(options)
        say(level, rate.value, rate.decimals)
    return bool(options)


def level_as_growth(scene: Scene) -> bool:
    """The growth's cell holds the level beside it."""
    options = pairs_of_measures(scene)
    if options:
        level, rate = scene.dice.choice(options)
        say(rate, level.value, level.decimals)
    return bool(options)


def points_as_growth(scene: Scene) -> bool:
    """A change in percentage points (比上季度回落0.3个百分点) taken for the growth."""
    s = scene.pick(x for x in scene.rates() if abs(x.value) >= 2.5 and x.row is None)
    if s is None:
        return False
    say(s, scene.dice.choice((-1, 1)) * round(scene.dice.uniform(0.1, 0.9), 1))
    s.quote = s.quote.replace("%", "个百分点")
    return True


def emptied(scene: Scene) -> bool:
    """A cell that is empty, read as zero."""
    s = scene.pick(scene.levels())
    if s is not None:
        say(s, 0.0)
    return s is not None


def unit_lost(scene: Scene) -> bool:
    """A number without its unit."""
    s = scene.pick(scene.levels())
    if s is not None:
        s.unit, s.unit_norm, s.value_norm = "", None, None
        s.quote = s.quote.replace("亿元", "")
        mark(s)
    return s is not None
