"""What breaks when: drawn from the seed, told in the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Literal

from benchmarks.timelapse.ledger import Where
from benchmarks.timelapse.places import REDESIGNED
from benchmarks.timelapse.world import QUIET, World

RATE = 0.05
# one bad answer of twenty is one of these; all but the last three are faults that the replica knows by name
BAD: dict[Where, tuple[str, ...]] = {
    "list": ("error", "ruishu", "ruishu_202", "empty_listing", "list_error", "unavailable", "garbage", "late", "cut"),
    "page": ("error", "ruishu", "soft_404", "home_page", "moved_home", "stub", "blank", "not_found", "garbage", "late", "cut"),
    "file": ("error", "ruishu", "soft_404", "page_as_file", "blank", "garbage", "late", "cut"),
    "robots": ("error", "robots_moved", "late"),
    "other": ("error", "ruishu", "garbage", "late", "cut"),
}  # fmt: skip
Kill = Literal["worker", "server", "database"]


@dataclass(frozen=True)
class Spell:
    """A site's bad days: `fault` of the replica, `skew` of its clock, or its redesign before an operator answers."""

    source_id: str
    fault: str
    first: date
    last: date

    def on(self, day: date) -> bool:
        """Whether it lasts on a day."""
        return self.first <= day <= self.last


@dataclass
class Mishaps:
    """The faults of a lapse by day."""

    spells: list[Spell]
    redesigned_on: date
    answered_on: date
    kills: dict[date, Kill]
    disk_full: set[date]
    clock_hours: dict[date, int]
    real_worker: set[date] = field(default_factory=set)

    def of(self, source_id: str, day: date) -> set[str]:
        """What is wrong with a site on a day."""
        return {s.fault for s in self.spells if s.source_id == source_id and s.on(day)}


def draw(world: World) -> Mishaps:
    """The mishaps of a world; none in the quiet days at its end."""
    dice = Random(f"mishaps/{world.seed}/{world.days}")

    def at(share: float) -> date:
        return world.first + timedelta(days=round(share * world.days))

    def spell(source: str, fault: str, share: float, days: int) -> Spell:
        first = at(share)
        return Spell(source, fault, first, first + world.days_of(days) - timedelta(days=1))

    long = world.scale == 1
    spells = [
        spell("bing_tj", "down", 0.15, 7),
        spell("yi_tj", "ruishu", 0.3, 10),
        spell("jia_tj", "ruishu_202", 0.45, 6),
        spell("ji_tj", "skew", 0.2, 90),
        *([spell("zi_gov", "down", 0.6, 7), spell("geng_tj", "ruishu", 0.8, 8)] if long else []),
    ]
    redesigned = at(0.4)
    noisy = [world.first + timedelta(days=n) for n in range(1, world.days - QUIET.days - 1)]
    return Mishaps(
        spells=spells,
        redesigned_on=redesigned,
        answered_on=redesigned + world.days_of(6),
        kills=_kills(noisy, dice),
        disk_full={at(0.55)},
        clock_hours={at(0.62): -20, at(0.7): 30} if not long else dict(_skews(noisy, dice)),
        real_worker={world.first + timedelta(days=3), at(0.9)} if long else set(),
    )


def _kills(days: Sequence[date], dice: Random) -> dict[date, Kill]:
    """At random: about every tenth day a worker, every thirtieth the server, every twentieth the database."""
    kinds: tuple[tuple[Kill, int], ...] = (("worker", 10), ("server", 30), ("database", 20))
    wanted = [kind for kind, every in kinds for _ in range(max(1, len(days) // every))]
    return dict(zip(dice.sample(list(days), len(wanted)), wanted, strict=True))


def _skews(days: Sequence[date], dice: Random) -> Iterator[tuple[date, int]]:
    """Days on which the machine's own clock is hours off."""
    for day in dice.sample(list(days), 20):
        yield day, dice.choice((-30, -20, -8, 8, 20, 30))


def bad_answer(seed: int, day: date, where: Where, target: str, number: int) -> str | None:
    """What one answer is instead of what was asked for, or None: decided by seed, day, address and how often it was asked."""
    dice = Random(f"answer/{seed}/{day}/{target}/{number}")
    return dice.choice(BAD[where]) if dice.random() < RATE else None


__all__ = ["BAD", "RATE", "REDESIGNED", "Kill", "Mishaps", "Spell", "bad_answer", "draw"]
