"""Clean batches and mutants of a world, judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from random import Random

from benchmarks.mutations.judging import Case, Core, Verdict, case_of, judge
from benchmarks.mutations.kinds import KINDS, Kind
from benchmarks.mutations.scene import Scene
from benchmarks.mutations.worlds import World

GROUP = 200  # batches a validation
ATTEMPTS = 25  # batches that are tried until a kind applies


@dataclass(frozen=True)
class Mutant:
    """One corrupted batch and what the gate did with it."""

    world: str
    kind: str
    seed: int
    verdict: Verdict

    @property
    def causes(self) -> frozenset[str]:
        """The rules that name its cause."""
        return next(k.causes for k in KINDS if k.name == self.kind)

    @property
    def stopped(self) -> bool:
        """Held, or every corrupted row quarantined."""
        return bool(self.verdict.held) or self.verdict.all_stopped()

    @property
    def named(self) -> bool:
        """Held or quarantined, each row, by a rule that names the cause."""
        return bool(self.verdict.held & self.causes) or self.verdict.all_stopped(self.causes)


class Field:
    """A world with its core, and the batches that are judged: those of the later part, which has a past."""

    def __init__(self, world: World, share: float = 0.4) -> None:
        self.world = world
        self.core = Core(world.batches, world.catalogue)
        first = int(len(world.batches) * (1 - share))
        self.judged = range(first, len(world.batches))

    def scene(self, number: int, dice: Random) -> Scene:
        """The batch of this number, to be corrupted."""
        history = [page for batch in self.world.batches[:number] for page in batch]
        return Scene(self.world.catalogue, deepcopy(list(self.world.batches[number])), history, dice)


def run_mutants(field: Field, kinds: Sequence[Kind], seeds: Iterable[int]) -> list[Mutant]:
    """All mutants of the kinds; a kind that applies to no batch of the world gives none."""
    made = list(_mutants(field, kinds, list(seeds)))
    verdicts = judge_all([case for _, _, case in made], field)
    return [
        Mutant(field.world.name, kind.name, seed, verdict)
        for (kind, seed, _), verdict in zip(made, verdicts, strict=True)
    ]


def judge_all(cases: Sequence[Case], field: Field) -> list[Verdict]:
    """Each case's verdict, some of them in one go."""
    parts = (cases[start : start + GROUP] for start in range(0, len(cases), GROUP))
    return [verdict for part in parts for verdict in judge(part, field.world.catalogue)]


def _mutants(field: Field, kinds: Sequence[Kind], seeds: list[int]) -> Iterator[tuple[Kind, int, Case]]:
    for kind in kinds:
        for seed in seeds:
            dice = Random(f"{field.world.name} {kind.name} {seed}")
            for _ in range(ATTEMPTS):
                number = dice.choice(field.judged)
                scene = field.scene(number, dice)
                if kind.corrupt(scene):
                    batch = f"{kind.name}-{seed}"
                    yield kind, seed, case_of(scene.pages, batch, field.core, number, scene.marked)
                    break


def run_clean(field: Field) -> list[Verdict]:
    """Every batch of the field, as it is."""
    cases = [case_of(field.world.batches[n], f"clean-{n}", field.core, n) for n in field.judged]
    return judge_all(cases, field)
