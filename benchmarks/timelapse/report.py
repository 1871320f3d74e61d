"""What the lapse was and came to, as a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from benchmarks.timelapse.judge import Verdict
from benchmarks.timelapse.play import Played

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "timelapse.md"
SHOWN = 20


def report(played: Played, verdict: Verdict, *, write: bool) -> str:
    """The report; `write` puts it into docs/ too."""
    text = "\n".join(_lines(played, verdict)) + "\n"
    if write:
        PAGE.write_text(text, encoding="utf-8")
    return text


def _lines(played: Played, verdict: Verdict) -> Iterable[str]:
    world, lapse, ledger = played.world, played.lapse, played.ledger.entries
    yield "# Time-lapse of a synthetic world"
    yield ""
    yield "Written by `make timelapse write=1`; what it proves and how is in the section [How](#how)."
    yield ""
    yield f"    {verdict.figure}"
    yield ""
    yield f"- {world.first} to {world.last}, seed {world.seed}: `make timelapse days={world.days} first={world.first}`"
    yield (
        f"- {verdict.figures:,} figures of {verdict.releases} releases that could be read, in {verdict.vintages:,} vintages; "
        f"{'all' if verdict.passed else '**not all**'} as they should be"
    )
    yield f"- {len(lapse.ran)} flow runs, {len(ledger):,} requests, {lapse.seconds / 60:.0f} minutes"
    cpu = [ran.cpu for ran in lapse.ran if ran.cpu]
    yield f"- {sum(cpu) / max(1, len(cpu)):.1f} CPU seconds a run in the worker"
    yield from _table("What was broken", "kind", _broken(played))
    yield from _table("What the runs said", "state", Counter(r.state for r in lapse.ran))
    bad = Counter(f"{served.where}: {served.fault}" for served in ledger if served.fault and not served.whole)
    share = sum(bad.values()) / max(1, len(ledger))
    yield from _table(f"Bad answers ({share:.1%} of all, those of bad days included)", "answer", bad)
    codes = Counter(
        failure["code"]
        for ran in lapse.ran if ran.summary
        for source in ran.summary["sources"]
        for failure in source["failures"]
    )  # fmt: skip
    yield from _table("How the runs named them", "code", codes)
    yield from _table("What the gate stopped", "rule (state): why", verdict.stopped)
    yield from _table(
        "What could not be read", "release", {k: v or "**no name**" for k, v in verdict.unreadable.items()}
    )
    for title, entries in _faults(verdict):
        yield from ("", f"## {title}", "", *(f"- {entry}" for entry in entries[:SHOWN]))
        if len(entries) > SHOWN:
            yield f"- … {len(entries)} in all"
    yield from HOW


def _broken(played: Played) -> dict[str, object]:
    world, mishaps, lapse = played.world, played.mishaps, played.lapse
    found: dict[str, object] = {
        f"{spell.source_id}: {'clock a day ahead' if spell.fault == 'skew' else spell.fault}": (
            f"{spell.first} to {spell.last}"
        )
        for spell in mishaps.spells
    }
    found["wu_tj: another system, new addresses"] = f"{mishaps.redesigned_on}, answered {mishaps.answered_on}"
    found |= {
        "pages edited in place": sum(a.revised is not None for a in world.articles) - len(world.misprints),
        "figures misprinted, corrected in place later": len(world.misprints),
        "pages taken down again": sum(a.gone_on is not None for a in world.articles),
        "releases that can never be read": len(world.damaged),
    }
    return found | dict(sorted(lapse.happened.items()))


def _faults(verdict: Verdict) -> Iterable[tuple[str, list[str]]]:
    for title, entries in (
        ("Missing", verdict.missing),
        ("Twice", verdict.twice),
        ("Wrong", verdict.wrong),
        ("Stopped without a reason", verdict.unexplained),
        ("Bad answers that nobody noticed", verdict.unnoticed),
        ("Forms of pages that no whole answer ever showed", verdict.no_chance),
    ):
        if entries:
            yield title, entries


def _table(title: str, head: str, rows: Counter[str] | dict[str, object] | dict[str, str]) -> Iterable[str]:
    pairs = rows.most_common() if isinstance(rows, Counter) else rows.items()
    if not rows:
        return
    yield from ("", f"## {title}", "", f"| {head} | |", "| --- | --- |")
    yield from (f"| {key} | {value} |" for key, value in pairs)


HOW = """
## How

Eleven sites of synthetic places (甲市 …, each page marked) in seven forms of content systems publish monthly and quarterly
figures, bulletins, final revisions and plans, from a seeded economy; so every figure, its day and its vintages are known
before anything runs. The sites are real HTTP servers whose clock is stepped day by day. On each day the runs that the
schedules of `deployments/prefect.yaml` start on it (one of each deployment) are triggered at a real Prefect server, on the
deployments made by `prefect deploy`, and run the real flows on PostgreSQL. `METROETL_CLOCK` sets the clock of what they
write. A worker process stays for many runs, to spare six seconds of imports each, and on two days of the long form Prefect's
own worker takes the runs.

Every answer is spoiled with a probability of 5 %, decided by seed, day and address. Worker, Prefect server and PostgreSQL
are killed (`kill -9`, `pg_ctl stop -m immediate`) at random moments and started again; what a dead worker left is marked
crashed by the driver, as a reaper does. The archive lies on a file system of its own, which is filled once. A site is
redesigned; days later its YAML is changed, as an operator would. On the last three days nothing is broken.

Then the judge compares. **Missing**: a figure of a release that could be read isn't there with its value and its day, or a
vintage isn't. **Twice**: one place of a document is there twice, or a
vintage is. **Wrong**: something is published
that no page stated, or with another day, or a misprint. **Named**: what can never be read has its code in the
warehouse. It also fails where the gate stopped a row that no fault explains, and where a run took a spoiled list for
"nothing new". What was edited or taken down before any whole answer showed it can't be known; it is told apart.

Days that the database counts by itself (ages of quarantined rows) go by the machine's clock: those checks are red in the
lapse, and runs say `ChecksFailed`.
""".splitlines()
