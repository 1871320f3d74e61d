"""How a number is misprinted: digits transposed, dropped, doubled, misread, cut; the size of another span of its year."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from metroetl.quality.figures import Figure, Known, percent
from metroetl.quality.limits import CUT_PERCENT, FIT_ALONE, MISPRINT_PERCENT, ROUNDED, SHARE_OF_ITSELF

_SPANS = (1, 3, 6, 9, 12)


def misprint(figure: Figure) -> str:
    """How what is expected can have been misprinted as this value: digits transposed, dropped, doubled, misread, or what is
    before the thousands separator lost.

    A misprint of a value that was printed before gives that value, as printed: a revision comes near to some misprint.
    """
    value, expected, rounding = figure.value, figure.expected, figure.rounding
    if not (value > 0 and expected > 0 and rounding > 0) or _near(value, expected):
        return ""
    places = max(0, round(-math.log10(2 * rounding)))
    text = f"{value:.{places}f}"
    plain, point = text.replace(".", ""), len(text.partition(".")[0])
    for change, options in (
        ("transposed", _transpositions(plain)), ("doubled", _shorter(plain)), ("dropped", _longer(plain)),
        ("misread", _substitutions(plain)),
    ):  # fmt: skip
        for option in options:
            whole = option[: point + len(option) - len(plain)]
            number = float(f"{whole or 0}.{option[len(whole) :] or 0}")
            if abs(number - expected) <= rounding * ROUNDED if figure.exact else _near(number, expected):
                return f"{change}: {number:g}"
    return _cut(value, expected)


def _cut(value: float, expected: float) -> str:
    """What stands before the thousands separator is lost: 12,546.7 as 546.7."""
    lost = round((expected - value) / 1000) * 1000
    if value < 1000 <= lost and percent(value + lost, expected) <= CUT_PERCENT:
        return f"cut: {value + lost:g}"
    return ""


def turned_digits(figure: Figure) -> str:
    """Two digits of a rate in each other's place: 1.6 for 6.1."""
    units = round(abs(figure.value) / (2 * figure.rounding)) if figure.rounding else 0
    for option in _transpositions(f"{units:02}"):
        number = math.copysign(int(option) * 2 * figure.rounding, figure.value)
        if option != f"{units:02}" and abs(number - figure.expected) <= FIT_ALONE * abs(figure.off):
            return f"transposed: {number:g}"
    return ""


def _near(a: float, b: float) -> bool:
    return a > 0 and percent(a, b) <= MISPRINT_PERCENT


def _transpositions(plain: str) -> Sequence[str]:
    return [plain[:i] + plain[i + 1] + plain[i] + plain[i + 2 :] for i in range(min(len(plain) - 1, 4))]


def _substitutions(plain: str) -> Sequence[str]:
    return [plain[:i] + digit + plain[i + 1 :] for i in range(min(len(plain), 2)) for digit in "0123456789"]


def _shorter(plain: str) -> Sequence[str]:
    """Without one of two equal neighbours."""
    return [plain[:i] + plain[i + 1 :] for i in range(len(plain) - 1) if plain[i] == plain[i + 1]]


def _longer(plain: str) -> Sequence[str]:
    return [plain[:i] + digit + plain[i:] for i in range(min(len(plain), 4)) for digit in "0123456789"]


def of_span(figure: Figure, known: Known) -> Iterator[tuple[str, str]]:
    """Whether a cumulative level is that of another span of its year: a month, a quarter alone, a longer period."""
    months = (figure.at - 1) % 12 + 1
    if figure.measure != "level_ytd" or not figure.expected > 0 or figure.value <= 0:
        return
    before = {
        (o.at - 1) % 12 + 1: o.value
        for o in known.of_series(figure)
        if o.measure == figure.measure and o.variant == figure.variant and o.value > 0
        and figure.at - months - 12 < o.at <= figure.at - months
    }  # fmt: skip
    ratio = figure.value / figure.expected
    for span, share, slack in _shares(months, before):
        if abs(math.log(ratio / share)) <= slack:
            yield "span_echo", f"{span}: {ratio:.2f}"
            return


def _shares(months: int, before: dict[int, float]) -> Iterator[tuple[str, float, float]]:
    """Of other spans, the share of this one: as last year had it, else by the months."""
    whole = before.get(months)
    for other in _SPANS:
        if other == months:
            continue
        if whole and other in before:
            yield f"1—{other}", before[other] / whole, 0.06
        else:
            yield f"1—{other}", other / months, 0.12
    if months > 3:
        if whole and months - 3 in before and whole > before[months - 3]:
            yield "quarter", 1 - before[months - 3] / whole, 0.1
        else:
            yield "quarter", 3 / months, 0.25
    yield "month", 1 / months, 0.35


def as_share(figure: Figure, known: Known) -> Iterator[tuple[str, str]]:
    """A level that is its own share of GDP, or of the region above, in per cent."""
    if not (0 < figure.value < 100 and figure.expected > 0):
        return
    for whole in known.wholes(figure):
        share = 100 * figure.expected / whole.value
        if share < 100 and abs(figure.value - share) <= max(1.0, SHARE_OF_ITSELF * share):
            yield "measure_echo", f"{figure.indicator}/{whole.told}"
            return
