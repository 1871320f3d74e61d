"""Which documents belong to one release of a plan: its text, its notice, its news, its interpretation, its draft.

A release is a plan and a period. Documents of one plan are a family: of one series, or of one title without its years,
brackets and draft marks. Within a family those that state a period (or a round) are anchors; one that states none goes
to the anchor that it stands next to in time. A title without a place (实施方案) says little, so there the issuers count
too. A document number ties titles that differ by what stands before them, and never two plans of one notice.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Literal

from metroetl.plans.titles import YEARS, bare, core, period_of

ReleasePart = Literal["plan", "notice", "news", "interpretation", "draft", "mention"]
PARTS: tuple[ReleasePart, ...] = ("plan", "notice", "news", "interpretation", "draft", "mention")
"""What a document is of a release, the best first; `mention` only speaks of it."""
NEAR_DAYS = 330
"""Documents of a release without a period come out within this time of its first: a yearly plan comes again later."""
DRAFT_DAYS = 540
"""A draft may come this long before."""
OTHER_NUMBER_DAYS = 240
"""After this time another document number is another release."""
WITHOUT_ISSUER_DAYS = 90
"""A placeless title without issuers belongs to the one body that issued such a plan within this time."""

_FIVE_YEARS = re.compile(
    r"[“\"]?十[一二三四五六七八九]?五[”\"]?(?:时期|期间)?|第十[一二三四五六七八九]?个五年"
)
_SINGLE_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d年(?:度)?")
_MARKS = re.compile(r"[（(][^（）()]{0,40}[）)]|[《》“”\"'\s·,，、]")
_PLACE = re.compile(
    r"[\u3400-\u9fff](?:省|(?<![城都])市(?![场民容政])|县(?!域)|自治区|自治州|新区|开发区|示范区)"
    r"|都市圈|城市群|经济圈|经济带|湾区|三角洲"
    r"|长三角|珠三角|京津冀|长株潭|成德眉资|成渝|粤港澳|雄安|国家|全国|中国"
)
_OFFICE = re.compile(r"办公[厅室]$")


@dataclass(frozen=True, slots=True)
class Claim:
    """A plan as one document states it; `day` is when the document came out, as far as it is known."""

    id: str
    title: str
    series_id: str | None = None
    round: int | None = None
    period_start: int | None = None
    period_end: int | None = None
    issuers: tuple[str, ...] = ()
    doc_number: str | None = None
    status: str = "issued"
    part: ReleasePart = "plan"
    day: date | None = None

    @property
    def name(self) -> str:
        """The title without what changes from round to round."""
        return _name(self.title)

    @property
    def years(self) -> tuple[int, int] | None:
        """The period, where the title or the text states both ends; an end alone may be only the last target's year."""
        start, end = _years(self.title)
        start, end = (start, end) if start and end else (self.period_start, self.period_end)
        return (start, end) if start and end else None


@lru_cache(maxsize=65536)
def _name(title: str) -> str:
    text = core(bare(re.sub(r"\s", "", title)))
    for pattern in (YEARS, _FIVE_YEARS, _SINGLE_YEAR, _MARKS):
        text = pattern.sub("", text)
    return text


_years = lru_cache(maxsize=65536)(period_of)


@dataclass(slots=True)
class _Group:
    """Claims that are one release, what they are called and which period they share."""

    family: str
    claims: list[Claim]
    round: int | None = None
    years: tuple[int, int] | None = None

    @property
    def days(self) -> list[date]:
        return sorted(c.day for c in self.claims if c.day)

    @property
    def anchored(self) -> bool:
        return self.round is not None or self.years is not None

    @property
    def numbers(self) -> set[str]:
        return {c.doc_number for c in self.claims if c.doc_number}

    def distance(self, day: date | None) -> int:
        """Days between a day and the nearest of the group's; 0 where nothing is known."""
        if day is None or not self.days:
            return 0
        return min(abs((day - other).days) for other in self.days)

    def runs(self, day: date | None) -> bool:
        """Whether the plan is in force on a day, and not in its last year, in which the next one may come out."""
        return bool(day and self.years and self.years[0] <= day.year < self.years[1])

    def age(self, day: date | None) -> int:
        """Days between a day and the group's first."""
        return abs((day - self.days[0]).days) if day and self.days else 0

    @property
    def period(self) -> str:
        """What tells this release from others of its family, for the key."""
        if self.round is not None:
            return f"r{self.round}"
        if self.years is not None:
            start, end = self.years
            return str(end) if start == end else f"{start}-{end}"
        return f"issued-{self.days[0].year}" if self.days else "undated"


def release_key(claim: Claim) -> str:
    """The key of the release that a document states, as far as it can be told from the document alone."""
    return group_releases([claim])[claim.id]


def group_releases(claims: Iterable[Claim]) -> dict[str, str]:
    """Key of the release of each claim, by the claim's id; the same claims in any order give the same keys."""
    families: dict[str, list[Claim]] = defaultdict(list)
    for claim in sorted(claims, key=lambda c: (c.day or date.max, c.id)):
        families[claim.series_id or claim.name].append(claim)
    groups = [
        group
        for family, members in families.items()
        for issuer, part in _by_issuer(members)
        for group in _by_period(f"{family}|{issuer}" if issuer else family, part)
    ]
    keys: dict[str, str] = {}
    for group in _tied_by_number(groups):
        keys |= dict.fromkeys((c.id for c in group.claims), _key(group))
    return keys


def _key(group: _Group) -> str:
    series = next((c.series_id for c in group.claims if c.series_id), None)
    name = series or "plan-" + blake2b(group.family.encode(), digest_size=8).hexdigest()
    return f"{name}.{group.period}"


# --- issuers -------------------------------------------------------------------------------------------------------


def _by_issuer(claims: Sequence[Claim]) -> list[tuple[str, list[Claim]]]:
    """Claims of a family apart by issuer where the title names no place; a claim without issuers goes to the nearest."""
    if claims[0].series_id or _PLACE.search(claims[0].name):
        return [("", list(claims))]
    apart: list[tuple[list[str], list[Claim]]] = []
    for claim in (c for c in claims if c.issuers):
        bodies = [_OFFICE.sub("", body) for body in claim.issuers]
        home = next((one for one in apart if _same_body(one[0], bodies)), None)
        if home is None:
            apart.append((bodies, [claim]))
        else:
            home[1].append(claim)
    left: list[Claim] = []
    for claim in (c for c in claims if not c.issuers):
        near = [members for _, members in apart if _near(claim, members)]
        (near[0] if len(near) == 1 else left).append(claim)
    found = [(min(bodies, key=len), members) for bodies, members in apart]
    return [*found, ("", left)] if left else found


def _same_body(one: Sequence[str], other: Sequence[str]) -> bool:
    return any(a.endswith(b) or b.endswith(a) for a in one for b in other if min(len(a), len(b)) >= 4)


def _near(claim: Claim, members: Sequence[Claim]) -> bool:
    if any(claim.doc_number and claim.doc_number == m.doc_number for m in members):
        return True
    return any(claim.day and m.day and abs((claim.day - m.day).days) <= WITHOUT_ISSUER_DAYS for m in members)


# --- periods -------------------------------------------------------------------------------------------------------


def _by_period(family: str, claims: Sequence[Claim]) -> list[_Group]:
    """Claims of one plan apart by period: anchors first, then those that state none."""
    groups: list[_Group] = []
    for claim in (c for c in claims if c.round is not None or c.years):
        home = next((g for g in groups if _same_period(g, claim)), None)
        if home is None:
            groups.append(_Group(family, [claim], claim.round, claim.years))
        else:
            home.claims.append(claim)
            home.round = home.round if home.round is not None else claim.round
            home.years = home.years or claim.years
    loose = [c for c in claims if c.round is None and not c.years]
    for claim in [c for c in loose if c.part != "mention"] + [c for c in loose if c.part == "mention"]:
        home = _home(groups, claim)
        if home is None:
            groups.append(_Group(family, [claim]))
        else:
            home.claims.append(claim)
    return groups


def _same_period(group: _Group, claim: Claim) -> bool:
    if group.round is not None and claim.round is not None:
        return group.round == claim.round
    return group.years is not None and group.years == claim.years


def _home(groups: Sequence[_Group], claim: Claim) -> _Group | None:
    """The group that a claim without a period belongs to: of its end, else nearest in time and not too far."""
    fitting = [g for g in groups if not g.anchored or _ends_alike(g, claim)] or list(groups)
    near = min(fitting, key=lambda g: (g.distance(claim.day), g.period), default=None)
    if near is None:
        return None
    if claim.part == "mention" or claim.status in ("amended", "repealed"):
        return near
    if near.runs(claim.day):
        return near
    away = near.distance(claim.day) if near.anchored else near.age(claim.day)
    draft = "draft" in {claim.status, *(c.status for c in near.claims)}
    other_number = claim.doc_number and near.numbers and claim.doc_number not in near.numbers
    limit = DRAFT_DAYS if draft else OTHER_NUMBER_DAYS if other_number else NEAR_DAYS
    return near if away <= limit else None


def _ends_alike(group: _Group, claim: Claim) -> bool:
    return claim.period_end is None or group.years is None or group.years[1] == claim.period_end


# --- numbers -------------------------------------------------------------------------------------------------------


def _tied_by_number(groups: Sequence[_Group]) -> list[_Group]:
    """Groups that share a document number and whose titles differ by a beginning only are one."""
    merged: list[_Group] = []
    by_number: dict[str, list[_Group]] = defaultdict(list)
    for group in sorted(groups, key=lambda g: (not g.claims[0].series_id, -len(g.family), g.family)):
        known = [g for number in group.numbers for g in by_number[number]]
        home = next((g for g in known if _one_paper(g, group)), None)
        if home is None:
            merged.append(replace(group, claims=list(group.claims)))
            for number in group.numbers:
                by_number[number].append(merged[-1])
        else:
            home.claims += group.claims
            home.round = home.round if home.round is not None else group.round
            home.years = home.years or group.years
    return merged


def _one_paper(one: _Group, other: _Group) -> bool:
    if one.years and other.years and one.years != other.years:
        return False
    a, b = one.claims[0].name, other.claims[0].name
    return a.endswith(b) or b.endswith(a)
