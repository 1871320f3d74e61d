"""What must hold of a trap beside its outcome, by the name that docs/reference/traps.md has in its last column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import unquote, urlsplit

import httpx

from metroetl.harvest.models import Harvested
from metroetl.replica.life import LATER
from metroetl.replica.sites.hanweb import PROXY

from .conftest import on_host
from .trials import Trial

Check = Callable[[Trial], None]
CHECKS: dict[str, Check] = {}


def check(function: Check) -> Check:
    """Register a check under its name."""
    CHECKS[function.__name__] = function
    return function


def mended(trial: Trial) -> Trial:
    """The same source asked without its faults."""
    trial.replica.set_faults(trial.source_id)
    other = replace(trial, home=trial.home / "mended", steps=[], since=trial.start)
    other.harvest()
    return other


def ask(trial: Trial, path: str, method: str = "GET", **how: object) -> httpx.Response:
    """One bare request to the host's stand-in."""
    return httpx.request(method, trial.replica.host_map[trial.site.host] + path, **how)  # type: ignore[arg-type]


# --- reading -----------------------------------------------------------------------------------------------------


@check
def same_documents(trial: Trial) -> None:
    """Every page says what it says without the fault."""
    found = trial.pages()
    whole = mended(trial).pages()
    assert len(whole) > 1
    for url, document in whole.items():
        assert (found[url].title, found[url].text) == (document.title, document.text), url


@check
def same_figures(trial: Trial) -> None:
    """The statistics are those of the plain layout."""
    found = trial.figures()
    assert len(found) > 20
    assert found == mended(trial).figures()


@check
def no_new_figures(trial: Trial) -> None:
    """What can't be right is abstained from."""
    found, right = trial.figures(), mended(trial).figures()
    assert found < right


@check
def published_figures(trial: Trial) -> None:
    """No figure but those that were published."""
    told = trial.figures()
    published = {
        (f.region_code, f.indicator_code, f.period, f.measure, f.number)
        for article in trial.expected().values()
        for f in article.facts
    }
    assert len(told) > 20
    assert told <= published


@check
def both_vintages(trial: Trial) -> None:
    """The first figure and the revised one are both read, each from its page."""
    growth = {f[4] for f in trial.figures() if f[:4] == ("510000", "GDP", "2022", "yoy_real_ytd")}
    assert growth == {2.9, 2.8}


@check
def paper_dates_apart(trial: Trial) -> None:
    """成文 and 发布 are two dates; number and 索引号 are the paper's."""
    (paper,) = [d for d in trial.pages().values() if d.written_on and d.written_on.year == 2004]
    assert (paper.written_on, paper.published_on) == (date(2004, 6, 26), date(2018, 12, 3))
    assert (paper.doc_number, paper.index_number) == ("国发〔2004〕18号", "000014349/2004-00204")


@check
def list_date_apart(trial: Trial) -> None:
    """The list's date is kept beside the page's own."""
    for document in trial.pages().values():
        days = {d.origin: d.value for d in document.dates}
        assert days["list"] - days["meta"] == timedelta(days=10)
        assert document.published_on == days["meta"] == days["url"]


# --- lists -------------------------------------------------------------------------------------------------------


@check
def all_list_pages(trial: Trial) -> None:
    """Every list page is asked for once."""
    listed = [s.fetch.url for s in trial.steps if s.fetch.role == "listing"]
    assert len(listed) == len(set(listed)) == trial.site.pages(trial.scene) > 1


@check
def overlapping_answers(trial: Trial) -> None:
    """Three answers overlap (the server ignores `endrecord`), and one without a Referer is 54 bytes."""
    assert len([s for s in trial.steps if s.fetch.role == "listing"]) > 1
    form = {"col": "1", "columnid": str(trial.source.options["columnid"]), "webid": "1"}
    query = f"{PROXY}?startrecord=1&endrecord=5&perpage=5"
    refused = ask(trial, query, "POST", data=form)
    assert (refused.status_code, len(refused.content)) == (200, 54)
    given = ask(trial, query, "POST", data=form, headers={"Referer": trial.site.list_url})
    assert given.text.count("<record>") == len(trial.site.visible(trial.scene)) > 5


@check
def stub_ends_the_list(trial: Trial) -> None:
    """The list is read until a page of 300 bytes comes; nothing is called a failure."""
    listed = [s.fetch.outcome for s in trial.steps if s.fetch.role == "listing"]
    pages = trial.site.pages(trial.scene)
    assert listed == ["listed"] * pages
    stub = ask(trial, f"{trial.site.folder}index_{pages}.html")
    assert stub.status_code == 200
    assert 250 < len(stub.content) < 450


# --- files -------------------------------------------------------------------------------------------------------


@check
def files_by_href(trial: Trial) -> None:
    """`href` is asked for, `oldsrc` never."""
    assert trial.files()
    assert not [path for path in trial.asked() if "/protect/" in path]


@check
def named_files(trial: Trial) -> None:
    """Every file has the name that a person sees."""
    names = {
        unquote(on_host(trial.site, trial.site.file_path(a, f))): f.name
        for a in trial.expected().values()
        for f in a.files
    }
    assert names
    assert {unquote(url): s.name for url, s in trial.files().items()} == names


@check
def two_files_of_one_name(trial: Trial) -> None:
    """Both files are archived, each by its own bytes."""
    by_name: dict[str, set[str]] = {}
    for snapshot in trial.files().values():
        by_name.setdefault(snapshot.name, set()).add(snapshot.sha256)
    assert by_name
    assert {len(hashes) for hashes in by_name.values()} == {2}


# --- barriers ----------------------------------------------------------------------------------------------------


@check
def two_stages(trial: Trial) -> None:
    """521 comes twice: with a cookie, then with the script that would make another."""
    first = ask(trial, trial.site.list_path)
    second = ask(trial, trial.site.list_path, headers={"Cookie": "__jsluid_s=replica"})
    assert (first.status_code, second.status_code) == (521, 521)
    assert "__jsluid_s" in first.headers["set-cookie"]
    assert "__jsl_clearance_s" in second.text
    assert first.text != second.text


@check
def never_hurried(trial: Trial) -> None:
    """A polite client never meets the 503."""
    assert {e.status for e in trial.replica.log if e.host == trial.site.host} <= {200, 404}


@check
def bytes_in_gzip(trial: Trial) -> None:
    """The bytes are compressed although the client wants them plain; the pages are the same."""
    plain = {"Accept-Encoding": "identity"}
    with httpx.stream(
        "GET", trial.replica.host_map[trial.site.host] + trial.site.list_path, headers=plain
    ) as answer:
        assert b"".join(answer.iter_raw()).startswith(b"\x1f\x8b")
    same_documents(trial)


# --- the days after ----------------------------------------------------------------------------------------------


def a_week_later(trial: Trial, *, with_file: bool = False) -> tuple[Trial, list[Harvested], list[Harvested]]:
    """The newest page (or that with a file) on its first day, and what a harvest and a revisit find a week later."""
    day = trial.replica.day
    shown = trial.site.visible(trial.scene)
    newest = next(a for a in shown if a.files) if with_file else shown[0]
    first = replace(trial, home=trial.home / "life", steps=[], since=newest.published_on)
    try:
        trial.replica.set_clock(newest.published_on)
        first.harvest()
        trial.replica.set_clock(newest.published_on + LATER)
        return first, first.harvest(), first.revisit()
    finally:
        trial.replica.set_clock(day)


def outcomes(steps: list[Harvested]) -> set[tuple[str, str]]:
    return {(s.fetch.role, s.fetch.outcome) for s in steps if s.fetch.role != "listing"}


@check
def edit_seen(trial: Trial) -> None:
    """A harvest doesn't look at the page again, a revisit finds the new version under the same address."""
    first, harvested, revisited = a_week_later(trial)
    assert outcomes(harvested) == set()
    (changed,) = [s.snapshot for s in revisited if s.fetch.outcome == "changed"]
    assert changed is not None
    before, after = first.pages()[changed.url], first.document(changed)
    (note,) = set(after.text.splitlines()) - set(before.text.splitlines())
    assert note.startswith("更正说明")
    assert before.published_on == after.published_on
    assert before.content_hash != after.content_hash


@check
def replaced_file_seen(trial: Trial) -> None:
    """A revisit finds other bytes under the file's address, whatever became of the page."""
    _, harvested, revisited = a_week_later(trial, with_file=True)
    assert outcomes(harvested) == set()
    assert ("attachment", "changed") in outcomes(revisited)


@check
def page_outlives_its_row(trial: Trial) -> None:
    """The row is gone from the list, its page is what it was."""
    first, harvested, revisited = a_week_later(trial)
    assert outcomes(harvested) == set()
    assert {outcome for _, outcome in outcomes(revisited)} == {"unchanged"}
    (url,) = first.pages()
    assert first.since is not None
    trial.replica.set_clock(first.since + LATER)
    assert urlsplit(url).path not in ask(trial, trial.site.list_path).text


@check
def vanished_page_told(trial: Trial) -> None:
    """A harvest says nothing; a revisit says NOT_FOUND, and what was archived stays."""
    first, harvested, revisited = a_week_later(trial)
    assert outcomes(harvested) == set()
    assert {outcome for _, outcome in outcomes(revisited)} == {"NOT_FOUND"}
    assert all(first.archive.get(s.sha256) for s in first.snapshots)


@check
def forwarded_whole(trial: Trial) -> None:
    """The paper stands on three sites with three titles, addresses and days, its text whole in each."""
    replica, papers = trial.replica, []
    for source_id in ("sc_gov", "chengdu_gov", "deyang"):
        replica.set_faults(source_id, "forwarded")
        other = replace(trial, source_id=source_id, home=trial.home / source_id, steps=[])
        other = Trial(replica, source_id, trial.home / source_id, since=date(2021, 11, 1))
        other.harvest()
        papers += [d for d in other.pages().values() if "《成都都市圈发展规划》" in d.title]
        replica.set_faults(source_id)
    original, *forwards = papers
    assert len(forwards) == 2
    assert len({d.title for d in papers}) == len({d.url for d in papers}) == 3
    assert len({d.published_on for d in papers}) == 3
    assert all(original.text in d.text for d in forwards)
    assert all(
        "关于转发" in d.title and original.doc_number in d.text for d in forwards if original.doc_number
    )


@check
def same_content_twice(trial: Trial) -> None:
    """Two addresses, one content."""
    hashes = [d.content_hash for d in trial.pages().values()]
    assert len(hashes) == len(set(hashes)) + 1
