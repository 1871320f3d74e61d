"""What must hold of a trap beside its outcome, by the name that docs/reference/traps.md has in its last column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from urllib.parse import unquote, urlsplit

import httpx

from metroetl.documents.models import Document
from metroetl.documents.same import Paper, judge
from metroetl.harvest.models import Harvested
from metroetl.replica.life import LATER
from metroetl.replica.sites.hanweb import PROXY
from metroetl.replica.sites.nbs_calendar import NbsCalendar
from metroetl.replica.sites.nbsdata import NbsData

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
    growths = {f[4] for f in trial.figures() if f[:4] == ("510000", "GDP", "2022", "yoy_real_ytd")}
    assert growths == {2.9, 2.8}


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


@check
def releases_announced(trial: Trial) -> None:
    """Every release of the year is announced, with its day and time; nothing is called an item."""
    site = trial.site
    assert isinstance(site, NbsCalendar)
    told = {(s.title, s.due_on, s.due_at) for step in trial.steps for s in step.scheduled}
    assert told == {(e.title, e.day, time(10)) for e in site.announced(trial.scene)} != set()


@check
def published_periods_only(trial: Trial) -> None:
    """Periods without a figure and those to come are no items; what the others state is what was published."""
    site, day = trial.site, trial.replica.day
    assert isinstance(site, NbsData)
    listing = trial.archive.get(next(s.sha256 for s in trial.snapshots if s.role == "listing"))
    assert f'"code": "{day.year}04SS"'.encode() in listing  # a quarter that isn't over
    facts = [f for code in site.codes(day) for f in site.figures(code, day)]
    assert trial.figures() == {
        (f.region_code, f.indicator_code, f.period, f.measure, f.number) for f in facts
    }


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
        unquote(trial.site.address(trial.site.file_path(a, f))): f.name
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


@check
def told_unverified(trial: Trial) -> None:
    """Every snapshot says that the certificate wasn't checked."""
    assert {s.request["tls"] for s in trial.snapshots} == {"unverified"}


# --- the days after ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Week:
    """The newest page (with a file) on its first day, and what a revisit finds a week later."""

    url: str
    first: Trial
    revisited: list[Harvested]

    def found(self) -> set[tuple[str, str]]:
        """Role and outcome of what the revisit asked for: this page, and files."""
        fetches = [s.fetch for s in self.revisited]
        return {(f.role, f.outcome) for f in fetches if f.url == self.url or f.role == "attachment"}


def a_week_later(trial: Trial) -> Week:
    """A harvest of the page's day; a week later a harvest, which looks at no page again, and a revisit."""
    day, site = trial.replica.day, trial.site
    article = next(a for a in site.articles if a.files or not trial.files())
    first = replace(trial, home=trial.home / "life", steps=[], since=article.published_on)
    try:
        trial.replica.set_clock(article.published_on)
        first.harvest()
        trial.replica.set_clock(article.published_on + LATER)
        assert {s.fetch.role for s in first.harvest()} == {"listing"}
        week = Week(site.address(site.article_path(article)), first, first.revisit())
    finally:
        trial.replica.set_clock(day)
    assert week.url in first.pages()
    return week


@check
def edit_seen(trial: Trial) -> None:
    """A revisit finds the new version under the same address; it differs by what was edited."""
    week = a_week_later(trial)
    assert week.found() == {("page", "changed")}
    changed = next(s.snapshot for s in week.revisited if s.fetch.url == week.url)
    assert changed is not None
    before, after = week.first.pages()[week.url], week.first.document(changed)
    assert before.text in after.text
    assert "更正说明" in after.text.removeprefix(before.text)
    assert before.published_on == after.published_on
    assert before.content_hash != after.content_hash


@check
def replaced_file_seen(trial: Trial) -> None:
    """A revisit finds other bytes under the file's address."""
    assert ("attachment", "changed") in a_week_later(trial).found()


@check
def page_outlives_its_row(trial: Trial) -> None:
    """The row is gone from the list, its page is what it was."""
    week = a_week_later(trial)
    assert week.found() == {("page", "unchanged")}
    rows = ask(trial, trial.site.list_path).text
    assert urlsplit(week.url).path.rpartition("/")[2] not in rows


@check
def vanished_page_told(trial: Trial) -> None:
    """The harvest says nothing; the revisit says NOT_FOUND, and what was archived stays."""
    week = a_week_later(trial)
    assert week.found() == {("page", "NOT_FOUND")}
    assert all(week.first.archive.get(s.sha256) for s in week.first.snapshots)


@check
def forwarded_whole(trial: Trial) -> None:
    """The paper stands on three sites with three titles, addresses and days, its text whole in each."""
    replica = trial.replica
    papers: list[Document] = []
    for source_id in ("sc_gov", "chengdu_gov", "deyang"):
        replica.set_faults(source_id, "forwarded")
        other = Trial(replica, source_id, trial.home / source_id, since=date(2021, 11, 1))
        other.harvest()
        papers += [d for d in other.pages().values() if "《成都都市圈发展规划》" in d.title]
    original, *forwards = papers
    assert (original.doc_number, len(forwards)) == ("川府发〔2021〕34号", 2)
    for told in (lambda d: d.title, lambda d: d.url, lambda d: d.published_on):
        assert len(set(map(told, papers))) == 3
    for forward in forwards:
        assert "关于转发" in forward.title
        assert original.text in forward.text
        assert judge(paper_of(forward), paper_of(original)) is not None


def paper_of(document: Document) -> Paper:
    """What is compared of a document."""
    return Paper(
        id=document.url,
        key=document.url,
        url=document.url,
        title=document.title,
        text=document.text,
        number=document.doc_number,
        publisher=document.publisher,
        day=document.published_on,
        written_on=document.written_on,
    )


@check
def same_content_twice(trial: Trial) -> None:
    """Two addresses, one content."""
    hashes = [d.content_hash for d in trial.pages().values()]
    assert len(hashes) == len(set(hashes)) + 1
