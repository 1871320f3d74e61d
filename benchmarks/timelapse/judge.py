"""The warehouse beside the truth: what is missing, twice, wrong; what could not be read, and whether it has a name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from benchmarks.timelapse.calendar import BEIJING
from benchmarks.timelapse.ledger import Ledger
from benchmarks.timelapse.places import REDESIGNED
from benchmarks.timelapse.play import Played
from benchmarks.timelapse.truth import Key, Print, Truth
from benchmarks.timelapse.world import World
from metroetl.settings import settings
from metroetl.warehouse import Warehouse

Row = dict[str, Any]

OBSERVATIONS = """
SELECT o.region_code, o.indicator_code, o.period, o.measure, o.variant, o.value, o.published_at, o.published_basis,
  o.world, o.document_id, o.span_start, d.url, d.title, d.source_id
FROM core_observation AS o JOIN core_document AS d ON d.document_id = o.document_id
WHERE o.withdrawn_at IS NULL
"""
VINTAGES = """
SELECT region_code, indicator_code, period, measure, value_printed, known_from
FROM mart_observation_vintages ORDER BY known_from
"""
PLANS = """
SELECT d.title, d.published_on, d.source_id, COUNT(*) AS plans
FROM core_plan AS p JOIN core_document AS d ON d.document_id = p.document_id
WHERE p.withdrawn_at IS NULL AND d.kind = 'plan' GROUP BY d.title, d.published_on, d.source_id, d.document_id
"""
REFUSED = "SELECT DISTINCT url, outcome FROM raw_fetch WHERE NOT ok"
QUARANTINE = "SELECT table_name, rule_code, state, source_id, url, quote FROM ops_quarantine"
HELD = "SELECT batch_id, source_id, state, held_by FROM ops_batch WHERE state IN ('held', 'staged')"


@dataclass
class Verdict:
    """What the judge found; `passed` if nothing is missing, twice, wrong, unnamed, unexplained or unnoticed."""

    days: int
    releases: int
    figures: int
    vintages: int
    missing: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)  # title to its name in the warehouse, or nothing
    unexplained: list[str] = field(default_factory=list)
    unnoticed: list[str] = field(default_factory=list)
    no_chance: list[str] = field(default_factory=list)
    stopped: Counter[str] = field(default_factory=Counter)

    @property
    def named(self) -> int:
        """Unreadable releases that the warehouse names."""
        return sum(bool(name) for name in self.unreadable.values())

    @property
    def passed(self) -> bool:
        """Whether the proof holds."""
        bad = self.missing, self.twice, self.wrong, self.unexplained, self.unnoticed
        return not any(bad) and self.named == len(self.unreadable) and self.releases > 0

    @property
    def figure(self) -> str:
        """The last line."""
        amiss = {"stopped without a reason": self.unexplained, "bad answers unnoticed": self.unnoticed}
        return (
            f"timelapse: {self.days} days, {self.releases} releases, {len(self.missing)} missing, {len(self.twice)} twice, "
            f"{len(self.wrong)} wrong, {len(self.unreadable)} unreadable of which {self.named} named"
            + "".join(f", {len(found)} {what}" for what, found in amiss.items() if found)
        )


def judge(played: Played) -> Verdict:
    """Compare the warehouse of the settings with the world."""
    world, ledger = played.world, played.ledger
    truth = Truth(world, played.mishaps, ledger)
    warehouse = Warehouse.open(settings())
    verdict = Verdict(
        world.days, len(truth.releases), len(truth.prints), sum(map(len, truth.vintages.values()))
    )
    _prints(verdict, truth, _ask(warehouse, OBSERVATIONS))
    _vintages(verdict, truth, _ask(warehouse, VINTAGES))
    _plans(verdict, world, _ask(warehouse, PLANS))
    stopped = _ask(warehouse, QUARANTINE)
    _names(verdict, truth, ledger, {r["url"]: r["outcome"] for r in _ask(warehouse, REFUSED)}, stopped)
    _explain(verdict, world, ledger, stopped, _ask(warehouse, HELD))
    _noticed(verdict, played)
    verdict.no_chance = [f"{form.title} {form.modified_on}" for form, _ in truth.had_no_chance]
    return verdict


def _ask(warehouse: Warehouse, sql: str) -> list[Row]:
    names, rows = warehouse.query(sql)
    return [dict(zip(names, row, strict=True)) for row in rows]


def _key(row: Row) -> Key:
    return row["region_code"], row["indicator_code"], row["period"], row["measure"]


def _day(moment: datetime | str) -> date:
    """The day in Beijing of a moment in UTC, as either database gives it."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(BEIJING).date()


def _prints(verdict: Verdict, truth: Truth, rows: Sequence[Row]) -> None:
    """Every figure of every release is there with its day; nothing else is; no place of a document is there twice."""
    there = Counter((*_key(r), r["variant"], r["document_id"], r["span_start"]) for r in rows)
    verdict.twice += [f"{key} {n} times at one place of a document" for key, n in there.items() if n > 1]
    found: set[tuple[Key, float, date]] = set()
    for row in rows:
        said = (_key(row), row["value"], _day(row["published_at"]))
        found.add(said)
        if said not in truth.stated or row["world"] != "synthetic":
            verdict.wrong.append(f"{said} in {row['title']} {row['url']} ({row['published_basis']})")
    lost: dict[str, list[Print]] = defaultdict(list)
    for due in truth.prints:
        if (due.key, due.value, due.day) not in found:
            lost[due.release].append(due)
    verdict.missing += [
        f"{release}: {len(of)} figures, {of[0].key} {of[0].value} {of[0].day}" for release, of in lost.items()
    ]


def _vintages(verdict: Verdict, truth: Truth, rows: Sequence[Row]) -> None:
    """Every figure has the vintages that it should have, in their order, each once, from its day on."""
    there: dict[Key, list[tuple[float, date]]] = defaultdict(list)
    for row in rows:
        there[_key(row)].append((row["value_printed"], _day(row["known_from"])))
    for key, due in truth.vintages.items():
        have = there[key]
        more, less = Counter(have) - Counter(due), Counter(due) - Counter(have)
        verdict.missing += [f"vintage {key} {value} of {day}" for value, day in less]
        values = {value for value, _ in due}
        verdict.twice += [f"vintage {key} {v} of {d}" for v, d in more if v in values]
        verdict.wrong += [f"vintage {key} {v} of {d}" for v, d in more if v not in values]


def _plans(verdict: Verdict, world: World, rows: Sequence[Row]) -> None:
    """Every plan is there once, with its day."""
    there = Counter((r["title"], _date(r["published_on"])) for r in rows)
    due = {(a.title, a.published_on) for a in world.readable() if a.plan}
    verdict.missing += [f"plan {title} {day}" for title, day in due - there.keys()]
    verdict.twice += [f"plan {title} {day}, {n} times" for (title, day), n in there.items() if n > 1]
    verdict.wrong += [f"plan {title} {day}" for title, day in there.keys() - due]


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def _names(
    verdict: Verdict, truth: Truth, ledger: Ledger, refused: dict[str, str], stopped: Sequence[Row]
) -> None:
    """Every release that nobody can read has a name: an outcome of its address, or a quarantined snapshot."""
    damaged = {r["url"]: r["rule_code"] for r in stopped if r["table_name"] == "raw_snapshot"}
    for article in truth.unreadable:
        urls = sorted(ledger.addresses[article.key])
        names = [name for u in urls if (name := damaged.get(u) or refused.get(u))]
        verdict.unreadable[f"{article.title} ({truth.world.damaged[article.key]})"] = (
            names[0] if names else ""
        )


def _explain(
    verdict: Verdict, world: World, ledger: Ledger, stopped: Iterable[Row], held: Iterable[Row]
) -> None:
    """Every row that the gate stopped goes back to something that was broken."""
    wrong = {f.value for f in world.misprints}
    spoiled = {served.url for served in ledger.entries if served.fault}
    for row in stopped:
        code, url = row["rule_code"], row["url"]
        if any(value in (row["quote"] or "") for value in wrong):
            why = "misprint of the site"
        elif code == "DOC-REPEATED" and row["source_id"] == REDESIGNED.id:
            why = "old release at a new address"
        elif url in spoiled:
            why = "bad answer"
        else:
            why = ""
            verdict.unexplained.append(f"{code} {url} {row['quote'][:80]}")
        verdict.stopped[f"{code} ({row['state']}): {why or 'unexplained'}"] += 1
    for batch in held:
        verdict.unexplained.append(f"batch {batch['batch_id']} of {batch['source_id']} is {batch['state']}")


def _noticed(verdict: Verdict, played: Played) -> None:
    """No run took a bad answer for nothing new: where a list was only ever spoiled, the run names a failure."""
    for ran in played.lapse.ran:
        if ran.summary is None or not ran.deployment.startswith("collect/"):
            continue
        lists: dict[str, list[bool]] = defaultdict(list)
        for served in played.ledger.entries[ran.asked[0] : ran.asked[1]]:
            if served.where == "list":
                lists[served.source_id].append(not served.whole)
        told = {s["source_id"] for s in ran.summary["sources"] if s["failures"]}
        verdict.unnoticed += [
            f"{ran.day} {ran.deployment}: {source}"
            for source, bad in lists.items()
            if all(bad) and source not in told
        ]
