"""What is said about a subject: the typed frame of a number, from the words around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from metroetl.statistics.lexing.tokens import Token
from metroetl.statistics.models import Kind
from metroetl.statistics.vocabulary.periods import PeriodSpec
from metroetl.statistics.vocabulary.units import COUNTS, is_percent, is_points

STRONG = frozenset(
    {
        "direction",
        "speed",
        "base",
        "basis",
        "average",
        "share",
        "compare",
        "contribution",
        "flat",
        "approx_before",
        "from",
        "rank",
        "risen",
        "target",
        "turn",
    }
)
_NOT_AFTER_COUNT = frozenset({"text", "name", "head", "indicator", "partner", "attribute", "qualifier"})


_LAST_YEAR = ("去年同期", "上年同期")
_ON_YEAR = ("多增", "少增", "多减", "少减")
_NAMES = ("indicator", "head", "name")
_PERCENTS = ("share", "rate", "yoy")


@dataclass(slots=True)
class Predicate:
    """Kind and family of a number, its sign, its base and what was met on the way."""

    kind: Kind
    family: str
    rule: str
    sign: int = 1
    basis: str = ""
    base: str = ""
    base_specs: list[PeriodSpec] = field(default_factory=list)
    specs: list[PeriodSpec] = field(default_factory=list)
    whole: str = ""
    approximate: bool = False
    guessed: bool = False


def predicate_start(left: Sequence[Token], unit: str) -> int:
    """Index of the first word of the predicate; len(left) where the number follows its subject."""
    lifts = not is_points(unit)
    for i, token in enumerate(left):
        if token.kind == "target" and any(t.kind in _NAMES for t in left[i:]):
            continue
        if token.kind == "speed" and any(t.kind == "attribute" for t in left[i + 1 : i + 4]):
            continue  # 增速较快的福建、广东分别增长
        if token.kind in STRONG and not (lifts and token.kind == "contribution" and "贡献" not in token.text):
            return i
    return len(left)


def decide(
    words: Sequence[Token], number: Token, right: Sequence[Token], rate: bool, before: Predicate | None
) -> Predicate | None:
    """The predicate of a number with the words before it; None where it states nothing that is known.

    `rate` says that the subject is a rate or share; `before` is what was said of the same subject just before.
    """
    kinds = {t.kind: t for t in words}
    found = _decide(kinds, words, number, right, rate, before)
    if found is None:
        return None
    found.approximate = (
        "approx_before" in kinds
        or number.unit == "成"
        or ("分之" in number.text and not number.text.startswith("百分之"))
        or (bool(right) and right[0].kind in ("approx_after", "range"))
    )
    found.basis = str(kinds["basis"].data) if "basis" in kinds else ""
    if found.approximate:
        found.rule += "~"
    return found


def _decide(
    kinds: dict[str, Token],
    words: Sequence[Token],
    number: Token,
    right: Sequence[Token],
    rate: bool,
    before: Predicate | None,
) -> Predicate | None:
    unit = number.unit
    if "contribution" in kinds and (is_points(unit) or "贡献" in kinds["contribution"].text):
        return Predicate(
            "contribution", "contribution_pp" if is_points(unit) else "contribution_rate", "contribution"
        )
    if "rank" in kinds and not unit:
        return Predicate("rank", "rank", "rank")
    if is_points(unit):
        return _points(kinds, words, rate, before)
    if "average" in kinds:
        return Predicate("average", "yoy2_avg" if is_percent(unit) else "level", "average", _sign(kinds))
    if "compare" in kinds and not (is_percent(unit) and "direction" in kinds):
        return Predicate("comparison", "level", "comparison")
    if "target" in kinds and is_percent(unit) and "direction" not in kinds:
        return Predicate("comparison", "completion_rate", "completion")
    if "target" in kinds and not is_percent(unit) and "direction" not in kinds:
        return Predicate("target", "level", "goal")
    if is_percent(unit):
        return _percent(kinds, words, number, right, rate, before)
    return _quantity(kinds, words, number, right)


def _points(
    kinds: dict[str, Token], words: Sequence[Token], rate: bool, before: Predicate | None
) -> Predicate | None:
    if "compare" in kinds or ("approx_before" in kinds and "direction" not in kinds):
        return Predicate("comparison", "yoy_pp", "points-compared")
    base = str(kinds["base"].data) if "base" in kinds else ""
    of_rate = (
        rate or "share" in kinds or (before is not None and before.family in ("share", "rate", "yoy_pp"))
    )
    specs = _specs(words)
    if "speed" not in kinds and of_rate and base in ("yoy", "other") and "direction" in kinds:
        return Predicate(
            "actual" if base == "yoy" or specs else "change",
            "yoy_pp",
            "points",
            _sign(kinds),
            base=base,
            base_specs=specs,
        )
    if "speed" not in kinds and of_rate and not base and "direction" in kinds:
        return Predicate("actual", "yoy_pp", "points", _sign(kinds), guessed=True)
    return Predicate("change", "pp_change", "points-changed", _sign(kinds))


def _percent(
    kinds: dict[str, Token],
    words: Sequence[Token],
    number: Token,
    right: Sequence[Token],
    rate: bool,
    before: Predicate | None,
) -> Predicate | None:
    specs = _specs(words)
    turned = "turn" in kinds and "from" in kinds and kinds["turn"].start > kinds["from"].start
    if turned:
        specs = []  # 由上半年下降转为增长0.2%
    kind: Kind = "previous" if "from" in kinds and not turned else "actual"
    if "share" in kinds and "speed" not in kinds:
        if "direction" in kinds and not _reached(kinds):
            return None
        stated = specs if kind == "previous" else []
        return Predicate(kind, "share", "share", whole=_whole(words), specs=stated)
    if _reached(kinds):
        family = before.family if before else ("rate" if rate else "")
        return Predicate("actual", family, "risen-to", specs=specs) if family in _PERCENTS else None
    if "speed" in kinds:
        return Predicate(kind, "yoy", "speed", -1 if kinds["speed"].data == "down" else 1, specs=specs)
    if kind == "previous" and "direction" in kinds:
        return Predicate(kind, "yoy", "from", _sign(kinds), specs=specs)
    if "direction" in kinds:
        return _growth(kinds, specs)
    if kind == "previous":
        return Predicate(kind, "rate" if rate else "yoy", "from", specs=specs)
    return _bare(words, number, right, rate, before)


def _bare(
    words: Sequence[Token], number: Token, right: Sequence[Token], rate: bool, before: Predicate | None
) -> Predicate | None:
    """Per cent without a word of growth or share: a rate, 25%的增速, or (of known growth only) growth."""
    if rate:
        return Predicate("actual", "rate", "rate")
    if any(t.kind == "speed" for t in right[:3]):
        return Predicate("actual", "yoy", "speed-after")
    if before is not None and before.rule == "share-said":
        return Predicate("actual", "share", "share")
    if before is not None and before.rule == "speed-said":
        return Predicate("actual", "yoy", "speed")
    if number.unit == "%" and (not words or words[-1].kind in ("verb", "approx_before", "base")):
        return Predicate("actual", "yoy", "bare", guessed=True)
    return None


def _growth(kinds: dict[str, Token], specs: list[PeriodSpec]) -> Predicate:
    base = str(kinds["base"].data) if "base" in kinds else ""
    kind: Kind = "actual" if base in ("", "yoy") or (base == "other" and specs) else "change"
    if "verb" in kinds and base == "yoy" and kinds["base"].text in _LAST_YEAR and kinds["verb"].text == "为":
        kind = "previous"  # 去年同期为增长16.3%
    return Predicate(
        kind,
        "yoy" if base != "mom" else "mom",
        "growth",
        _sign(kinds),
        base=base,
        base_specs=specs if base == "other" else [],
    )


def _quantity(
    kinds: dict[str, Token], words: Sequence[Token], number: Token, right: Sequence[Token]
) -> Predicate | None:
    unit = number.unit
    if "share" in kinds or "speed" in kinds:
        return None
    if unit in COUNTS and right and right[0].kind in _NOT_AFTER_COUNT:
        return None
    if _reached(kinds):
        return Predicate("actual", "level" if unit else "index", "risen-to", specs=_specs(words))
    if "direction" in kinds:
        base = str(kinds["base"].data) if "base" in kinds else ""
        base = "yoy" if kinds["direction"].text in _ON_YEAR else base
        return Predicate("change", "level", "change", _sign(kinds), base=base)
    if "from" in kinds:
        return Predicate("previous", "level", "from", specs=_specs(words))
    if "base" in kinds:
        return Predicate("comparison", "level", "comparison")
    return Predicate("actual", "level" if unit else "index", "level")


def _specs(words: Sequence[Token]) -> list[PeriodSpec]:
    return [spec for t in words if t.kind == "period" for spec in t.data]


def _reached(kinds: dict[str, Token]) -> bool:
    """提高到45%: the number is the value reached, not the change."""
    if "risen" in kinds:
        return True
    return "direction" in kinds and "to" in kinds and kinds["to"].start > kinds["direction"].start


def _sign(kinds: dict[str, Token]) -> int:
    return -1 if "direction" in kinds and kinds["direction"].data == "down" else 1


def _whole(words: Sequence[Token]) -> str:
    """占全省进出口比重: the total that the share is of."""
    at = next(i for i, t in enumerate(words) if t.kind == "share")
    parts = []
    for token in words[at + 1 :]:
        if token.kind in ("share", "number", "verb", "direction", "approx_before"):
            break
        if token.kind not in ("attribute", "skip", "space"):
            parts.append(token.text)
    return "".join(parts)
