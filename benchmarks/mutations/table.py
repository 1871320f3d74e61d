"""The campaign's table, in Markdown and as the last line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.mutations.campaign import Mutant
from benchmarks.mutations.judging import Verdict
from benchmarks.mutations.kinds import KINDS, Kind

SHOWN = 4  # rules a kind
TUNED = 10  # seeds below were looked at while rules were made; the others are the test half


@dataclass(frozen=True)
class Result:
    """What was found in one world."""

    world: str
    mutants: Sequence[Mutant]
    clean: Sequence[Verdict]

    def named(self, half: bool | None = None) -> float:
        """Share of the mutants that a rule of their cause stopped; of the test half of the seeds, or of the other, if told."""
        found = [m for m in self.mutants if half is None or (m.seed >= TUNED) == half]
        return share(m.named for m in found)


def share(yes: Iterable[bool]) -> float:
    answers = list(yes)
    return sum(answers) / len(answers) if answers else 0.0


def last_line(results: Sequence[Result]) -> str:
    """The figure."""
    mutants = [m for r in results for m in r.mutants]
    clean = [v for r in results for v in r.clean]
    stopped, rows = (sum(n) for n in zip(*(v.clean_stopped() for v in clean), strict=True))
    held = sum(bool(v.held) for v in clean)
    return (
        f"mutations: {share(m.named for m in mutants):.1%} of {len(mutants):,} stopped by a rule that names the cause; "
        f"{held} of {len(clean)} clean batches held; {stopped / rows:.1%} of clean rows quarantined"
    )


def totals(results: Sequence[Result]) -> Iterator[str]:
    """A row a world: both halves, clean batches, clean rows in passing."""
    yield _line("world · 世界", "mutants", "stopped", "named", "tuned half", "test half", "clean batches held",
                "clean rows quarantined", "clean rows beside a mutant")  # fmt: skip
    yield "|---" * 9 + "|"
    for r in results:
        own, rows = (sum(n) for n in zip(*(v.clean_stopped() for v in r.clean), strict=True))
        passing, beside = (sum(n) for n in zip(*(m.verdict.clean_stopped() for m in r.mutants), strict=True))
        held = sum(bool(v.held) for v in r.clean)
        yield _line(
            r.world, len(r.mutants), f"{share(m.stopped for m in r.mutants):.1%}", f"{r.named():.1%}", f"{r.named(half=False):.1%}",
            f"{r.named(half=True):.1%}", f"{held} of {len(r.clean)}", f"{own} of {rows} ({own / rows:.2%})", f"{passing / beside:.1%}",
        )  # fmt: skip


def kinds(results: Sequence[Result]) -> Iterator[str]:
    """A row a kind: for each world stopped and named, and the rules that stopped it most often."""
    yield _line("kind · 种类", "who errs · 谁错", *(f"{r.world}: {what}" for r in results for what in ("stopped", "named", "test half")), "rules")  # fmt: skip
    yield "|---" * (3 + 3 * len(results)) + "|"
    for kind in KINDS:
        cells = [cell for r in results for cell in _cells([m for m in r.mutants if m.kind == kind.name])]
        yield _line(f"{kind.name} · {kind.zh}", kind.form, *cells, _rules(results, kind))


def _cells(mutants: Sequence[Mutant]) -> Sequence[str]:
    if not mutants:
        return ("–", "–", "–")
    test = [m.named for m in mutants if m.seed >= TUNED]
    shares = (share(m.stopped for m in mutants), share(m.named for m in mutants), share(test))
    return [f"{x:.0%}" for x in shares]


def _rules(results: Sequence[Result], kind: Kind) -> str:
    found = Counter(
        code
        for r in results
        for m in r.mutants
        if m.kind == kind.name
        for code in {*m.verdict.held, *(c for row in m.verdict.corrupted for c in m.verdict.codes(row))}
    )
    return ", ".join(f"**{code}**" if code in kind.causes else code for code, _ in found.most_common(SHOWN))


def _line(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"
