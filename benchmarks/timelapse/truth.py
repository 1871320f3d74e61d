"""What ought to be in the warehouse: the prints and vintages of every figure, by what the sites really had a chance to say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from benchmarks.timelapse.calendar import BEIJING
from benchmarks.timelapse.ledger import Ledger
from benchmarks.timelapse.mishaps import Mishaps
from benchmarks.timelapse.world import World
from metroetl.replica.articles import Article

Key = tuple[str, str, str, str]  # region, indicator, period, measure
REVISITED = timedelta(days=7)  # an edit is seen within the week (deployments/prefect.yaml)


@dataclass(frozen=True)
class Print:
    """A figure as a page states it, the day from which it counts as known, and whether the day is printed there."""

    key: Key
    value: float
    day: date
    release: str
    stage: str = ""


class Truth:
    """The world's figures as the sites had them, told by world and ledger and by nothing of the warehouse."""

    def __init__(self, world: World, mishaps: Mishaps, ledger: Ledger) -> None:
        self.world, self.mishaps, self.ledger = world, mishaps, ledger
        self._wrong = {(f.key, f.value) for f in world.misprints}

    @cached_property
    def unreadable(self) -> list[Article]:
        """Releases that nobody could read."""
        return [a for a in self.world.articles if a.key in self.world.damaged]

    @cached_property
    def had_no_chance(self) -> list[tuple[Article, date]]:
        """Forms of pages that were gone or edited before any whole answer showed them."""
        forms = [f for a in self.world.readable() for f in versions(a)]
        return [(form, end) for form, end in forms if not self._must_be_known(form, end)]

    @cached_property
    def prints(self) -> list[Print]:
        """Every figure of every page that could be read; of an edited page's later form only what was changed."""
        found: list[Print] = []
        for article in self.world.readable():
            before: set[tuple[Key, str]] = set()
            for form, end in versions(article):
                if not self._must_be_known(form, end):
                    continue
                day = self._seen(form) if before and form.changed_on else form.published_on
                found += [
                    Print(f.key, f.number, day, form.key, f.stage)
                    for f in form.facts
                    if (f.key, f.value) not in before | self._wrong
                ]
                before |= {(f.key, f.value) for f in form.facts}
        return found

    @cached_property
    def vintages(self) -> dict[Key, list[tuple[float, date]]]:
        """Values by figure, in order, each with its first day; what is only said again opens none."""
        found: dict[Key, list[tuple[float, date]]] = defaultdict(list)
        for said in sorted(self.prints, key=lambda p: (p.day, p.release)):
            known = found[said.key]
            if not known or known[-1][0] != said.value:
                known.append((said.value, said.day))
        return found

    @cached_property
    def stated(self) -> set[tuple[Key, float, date]]:
        """All that may be published: figure, value, day."""
        return {(p.key, p.value, p.day) for p in self.prints}

    @cached_property
    def releases(self) -> list[Article]:
        """Releases that could be read, those of plans too."""
        lost = {form.key for form, _ in self.had_no_chance}
        known = {p.release for p in self.prints}
        return [a for a in self.world.readable() if a.key in known or (a.plan and a.key not in lost)]

    def _must_be_known(self, form: Article, end: date) -> bool:
        """Whether a form stands to the end, or was served whole, or could have been: a whole list named it and nobody asked.

        An edit of the last week before the end is due to be looked at after it.
        """
        if end > self.world.last:
            looked_again = form.changed_on is None or form.changed_on + REVISITED <= self.world.last
            return looked_again or self._seen(form) < date.max
        if len(self._kept(form)) >= 1 + len(form.files):
            return True
        asked_in_vain = (form.key, form.modified_on) in self.ledger.refused
        listed = self.ledger.listed_between(form.source_id, form.modified_on, end)
        return listed and not asked_in_vain

    def _seen(self, form: Article) -> date:
        """The day on which an edit was first seen, by the machine's clock of that day."""
        moments = self._kept(form)
        if not moments:
            return date.max
        seen = min(moments.values())
        hours = self.mishaps.clock_hours.get(seen.date(), 0)
        return (seen + timedelta(hours=hours)).astimezone(BEIJING).date()

    def _kept(self, form: Article) -> dict[str, datetime]:
        """When each address of a form was first served whole while the disk could keep it."""
        shown = self.ledger.shown.get((form.key, form.modified_on), {})
        moments = {url: self._first_kept(url, at) for url, at in shown.items()}
        return {url: at for url, at in moments.items() if at is not None}

    def _first_kept(self, url: str, since: datetime) -> datetime | None:
        full = self.mishaps.disk_full
        if since.date() not in full:
            return since
        return next((at for at in self._whole[url] if at > since and at.date() not in full), None)

    @cached_property
    def _whole(self) -> dict[str, list[datetime]]:
        """Moments of whole bodies by address, in order."""
        found: dict[str, list[datetime]] = defaultdict(list)
        for served in self.ledger.entries:
            if served.whole and served.status == 200:
                found[served.url].append(served.at)
        return found


def versions(article: Article) -> Iterator[tuple[Article, date]]:
    """The forms that a page had, each with the day on which it was no longer there."""
    end = article.gone_on or date.max
    if article.revised is None:
        yield article, end
        return
    yield article, article.revised.modified_on
    yield article.revised, end
