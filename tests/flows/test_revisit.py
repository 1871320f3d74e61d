"""The flow `revisit`: edits in place, replaced files and vanished pages, asked conditionally and within a budget."""

from __future__ import annotations

import math
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from flows.parameters import RevisitRequest
from metroetl.catalogue import catalogue
from metroetl.harvest import Archive
from metroetl.replica.life import LATER
from metroetl.replica.server import Logged
from metroetl.replica.sites.base import Site
from metroetl.settings import settings
from tests import forked
from tests.flows.conftest import NewWorld, Run, Table, World, open_world

DAY = date(2026, 2, 4)  # each of the three sites has a new page
SINCE = date(2025, 1, 1)
NEWER = date(2025, 7, 1)  # the revisit asks for what came out from here on
EDITED, REPLACED, GONE = "meishan", "cdstats", "ziyang"
FAULTS = {EDITED: "edited", REPLACED: "attachment_replaced", GONE: "page_gone"}

ONE_HOST = ("sc_gov", "sc_gov_data")
REBUILT = "tjj_deyang"  # has pages enough for many to vanish


def months_since(day: date) -> int:
    """The number of months for which a revisit begins with the first of this day's month."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    return 12 * (today.year - day.year) + today.month - day.month


def newest(site: Site) -> str:
    """Address of the newest page of the day."""
    return site.address(site.article_path(next(a for a in site.articles if a.published_on <= DAY)))


def asked(log: list[Logged], site: Site) -> list[Logged]:
    """Requests at a site's host, without robots.txt."""
    return [r for r in log if r.host == site.host and r.target != "/robots.txt"]


@dataclass(frozen=True)
class Week:
    """Sites collected on a day and revisited a week later: the run, the server's log of it, and core as it was before."""

    world: World
    run: Run
    log: list[Logged]
    before: dict[str, Table]
    printed: str
    corrected: str

    def site(self, source_id: str) -> Site:
        """The stand-in of a source."""
        return self.world.replica.sites[source_id]

    def about(self, mart: str, url: str) -> Table:
        """Rows of a mart on one address."""
        return self.world.ask(f"SELECT * FROM {mart} WHERE url = :url", url=url)


@pytest.fixture(scope="module")
def week(prefect_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    """A page is corrected, a file replaced and a page taken down in the week between collecting and revisiting."""
    with open_world(tmp_path_factory.mktemp("week"), DAY, *FAULTS, faults=FAULTS) as world:
        assert world.collect(since=SINCE).state == "Completed"
        before = world.contents()
        world.replica.set_clock(DAY + LATER)
        printed, corrected = correct_figure(world.replica.sites[EDITED])
        world.replica.log.clear()
        run = world.revisit(months=months_since(NEWER))
        yield Week(world, run, list(world.replica.log), before, printed, corrected)


def correct_figure(site: Site) -> tuple[str, str]:
    """Print another figure in the site's newest page; what it said, and what it says now."""
    article = next(a for a in site.articles if a.published_on <= DAY)
    printed = article.facts[0].value
    corrected = f"{float(printed) + 1:.{len(printed.partition('.')[2])}f}"
    blocks = [replace(b, text=b.text.replace(printed, corrected)) for b in article.blocks]
    site.articles = [article.with_blocks(blocks) if a is article else a for a in site.articles]
    return printed, corrected


def test_an_edited_page_is_a_new_version_and_its_figure_a_new_vintage(week: Week) -> None:
    url = newest(week.site(EDITED))
    assert week.run.outcomes(EDITED) == {"changed": 1, "unchanged": 1}
    assert week.run.of(EDITED).documents == 1
    versions = sorted(week.about("mart_document_version", url), key=lambda v: v["version"])
    assert [(v["version"], v["published_basis"]) for v in versions] == [(1, "printed"), (2, "revisited")]
    assert versions[0]["replaced_at"] == versions[1]["first_seen_at"]
    assert [v["new_observations"] for v in versions] == [1, 1]
    vintages = week.world.ask(
        "SELECT value_text, known_from, known_to, document_id FROM mart_observation_vintages"
        " WHERE region_code = '511400' AND indicator_code = 'GDP' AND measure = 'level_ytd' AND period = '2025'"
        " ORDER BY vintage"
    )
    assert [v["value_text"] for v in vintages] == [week.printed, week.corrected]
    assert [v["document_id"] for v in vintages] == [v["document_id"] for v in versions]
    assert vintages[0]["known_to"] == vintages[1]["known_from"] == versions[1]["first_seen_at"]
    assert vintages[1]["known_to"] is None


def test_a_replaced_file_is_noticed_and_read_though_its_page_is_the_same(week: Week) -> None:
    page = newest(week.site(REPLACED))
    assert week.run.outcomes(REPLACED)["changed"] == week.run.of(REPLACED).documents == 1
    (state,) = week.about("mart_page_state", page)
    assert (state["versions"], state["attachments"], state["attachments_replaced"]) == (1, 1, 1)
    (told,) = week.about("mart_document_version", page)
    assert told["files_replaced"] == 1
    files = week.world.ask(
        "SELECT url, version, length_change FROM mart_document_version WHERE parent_url = :page ORDER BY version",
        page=page,
    )
    assert [(f["version"], f["length_change"]) for f in files] == [(1, None), (2, len("（更正）"))]
    snapshots = week.about("raw_snapshot", files[0]["url"])
    assert len({s["sha256"] for s in snapshots}) == 2
    assert {s["state"] for s in snapshots} == {"read"}


def test_a_vanished_page_is_counted_and_fails_nothing(week: Week) -> None:
    url = newest(week.site(GONE))
    assert (week.run.state, week.run.summary.exit_code) == ("Completed", 0)
    assert {s.source_id: s.vanished for s in week.run.summary.sources} == {EDITED: 0, REPLACED: 0, GONE: 1}
    assert week.run.outcomes(GONE) == {"NOT_FOUND": 1, "unchanged": 1}
    assert not week.run.of(GONE).failures
    (state,) = week.about("mart_page_state", url)
    assert (state["state"], state["last_outcome"]) == ("vanished", "NOT_FOUND")
    assert state["last_seen_at"] < state["last_asked_at"]
    states = week.world.ask("SELECT url FROM mart_page_state WHERE state <> 'present'")
    assert [s["url"] for s in states] == [url]


def test_a_revisit_takes_nothing_away(week: Week) -> None:
    after = week.world.contents()
    for name, rows in week.before.items():
        assert [row for row in rows if row not in after[name]] == [], name
    assert len(after["core_document"]) == len(week.before["core_document"]) + 2
    url = newest(week.site(GONE))
    figures = week.world.ask(
        "SELECT value FROM mart_lineage WHERE url = :url AND withdrawn_at IS NULL", url=url
    )
    assert len(figures) == 2
    with week.world.here():
        archive = Archive(settings().archive)
        (gone,) = week.about("raw_snapshot", url)
        assert gone["title"] in archive.get(gone["sha256"]).decode()
        kept = week.world.ask("SELECT DISTINCT sha256 FROM raw_snapshot")
        assert all(archive.has(row["sha256"]) for row in kept)


def test_known_pages_are_asked_conditionally_once_each(week: Week) -> None:
    for source_id in FAULTS:
        site, counts = week.site(source_id), week.run.outcomes(source_id)
        log = asked(week.log, site)
        # the stand-in says 304 only to a condition that it knows
        assert sum(r.status == 304 for r in log) == counts["unchanged"] > 0
        assert sum(r.status == 200 for r in log) == counts.get("changed", 0)
        assert len({r.target for r in log}) == len(log) == sum(counts.values())
        assert site.list_path not in {r.target for r in log}


def test_older_pages_are_not_asked(week: Week) -> None:
    for source_id in FAULTS:
        site = week.site(source_id)
        archived = [a for a in site.articles if SINCE <= a.published_on <= DAY]
        recent = {site.article_path(a) for a in archived if a.published_on >= NEWER}
        targets = {r.target for r in asked(week.log, site)}
        assert {site.article_path(a) for a in archived} & targets == recent
        assert 0 < len(recent) < len(archived)
    assert months_since(RevisitRequest().since()) == 18


def test_a_host_is_asked_within_its_budget_for_all_its_sources(new_world: NewWorld) -> None:
    """What one run leaves out comes first in the next, whichever source it is of."""
    world = new_world(DAY, *ONE_HOST, "tjj_sc")
    world.collect(sources=list(ONE_HOST))
    known = world.one("SELECT COUNT(*) FROM mart_page_state")
    site, budget = world.replica.sites[ONE_HOST[0]], math.ceil(known / 2)
    targets = []
    for wanted in (budget, known - budget):
        world.replica.log.clear()
        world.revisit(sources=list(ONE_HOST), months=months_since(date(2020, 1, 1)), budget=wanted)
        log = asked(world.replica.log, site)
        assert len(log) == wanted
        targets += [r.target for r in log]
    assert len(set(targets)) == known


def test_most_pages_gone_at_once_is_a_failure_and_not_one_for_ever(new_world: NewWorld) -> None:
    world = new_world(DAY, REBUILT)
    world.collect(since=SINCE)
    before, months = world.contents(), months_since(SINCE)
    pages = len(before["core_document"])
    world.replica.set_faults(REBUILT, "not_found")
    run = world.revisit(months=months)
    assert (run.state, run.summary.exit_code) == ("SourcesFailed", 1)
    assert [f.code for f in run.of(REBUILT).failures] == ["MANY_VANISHED"]
    assert run.of(REBUILT).vanished == pages >= 5
    assert world.contents() == before
    again = world.revisit(months=months)
    assert (again.state, again.of(REBUILT).vanished) == ("NoChange", pages)


def test_the_command_tells_what_it_did(week: Week, prefect_server: str) -> None:
    told = command(week.world, prefect_server, GONE)
    assert told.returncode == 0, told.stderr
    announced, fetched, unchanged, vanished, failed, *_ = cells(told.stdout, GONE)
    assert (announced, fetched, unchanged, vanished, failed) == ("0", "0", "1", "1", "")
    assert "没有新内容 · nothing new" in told.stdout
    week.world.replica.set_faults(EDITED, "geo")
    try:
        told = command(week.world, prefect_server, EDITED)
    finally:
        week.world.replica.set_faults(EDITED, FAULTS[EDITED])
    assert told.returncode == 1, told.stderr
    assert "GEO_BLOCKED" in told.stdout
    assert "some source failed" in told.stdout


def command(world: World, prefect_server: str, source_id: str) -> subprocess.CompletedProcess[str]:
    """`metroetl revisit` of one source, in a process of its own."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("METROETL_", "PREFECT_"))}
    words = ["revisit", "--source", source_id, "--months", str(months_since(NEWER))]
    env = clean | world.env | {"PREFECT_API_URL": prefect_server}
    return forked.run("metroetl", *words, cwd=world.home, env=env)


def cells(told: str, source_id: str) -> list[str]:
    """What the printed table has behind a source's title, which may go on below."""
    title = catalogue().sources[source_id].title
    row = next(line for line in told.splitlines() if line.startswith(f"│ {title[:4]}"))
    return [cell.strip() for cell in row.split("│")[2:-1]]
