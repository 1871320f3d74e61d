"""A release is one row though five sites carry it; it is announced once; the calendar says what ends without a successor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from metroetl.monitoring.calendar import load_calendar, load_releases
from metroetl.plans.models import DocumentKind, PlanReading, PlanRelease
from metroetl.runs import ReleaseNews
from metroetl.warehouse.engine import writer, writing
from metroetl.warehouse.models import Reading
from tests.warehouse.desk import Desk

PLAN = "甲市数字经济发展规划（2026—2030年）"
WORDS = "为发展数字经济，制定本规划。"
TODAY = datetime.now(UTC).date()
RELEASES = "SELECT title, period, state, documents, plans, notices, news, interpretations, drafts FROM mart_plan_release ORDER BY first_seen_at, release_key"
STATUS = {"draft": "draft"}


def page(
    desk: Desk,
    url: str,
    kind: DocumentKind,
    *,
    title: str = PLAN,
    day: date = TODAY,
    source_id: str = "city",
    body: str = "",
    **release: Any,
) -> Reading:
    """A page that is, or is about, a plan; `release` overrides what it states of it."""
    named = {
        "title": title,
        "plan_type": "发展规划",
        "period_start": 2026,
        "period_end": 2030,
        "role": "text" if kind == "plan" else "mention",
        "status": STATUS.get(kind, "issued"),
    } | release
    plan = PlanReading(kind=kind, plan_title=title, releases=[PlanRelease.model_validate(named)])
    headline = f"《{title}》印发" if kind == "news" else title
    return desk.read(
        url,
        body or f"{headline}。{WORDS}{url}",
        source_id=source_id,
        plan=plan,
        published_on=day,
        title=headline,
    )


def five_sites(desk: Desk, day: date = TODAY) -> list[Reading]:
    """One release as five pages of three sites show it."""
    issued: dict[str, Any] = {"issuers": ["city 统计局"], "doc_number": "甲政发〔2026〕8号", "issued_on": day}
    return [
        page(desk, "https://media.example.cn/1", "news", source_id="media", day=day),
        page(desk, "https://province.example.cn/1", "plan", source_id="province", day=day, **issued),
        page(desk, "https://city.example.cn/1", "plan", day=day, **issued),
        page(desk, "https://city.example.cn/2", "notice_of_plan", day=day, **issued),
        page(
            desk, "https://city.example.cn/3", "interpretation", day=day, period_start=None, period_end=None
        ),
    ]


def load(desk: Desk, readings: list[Reading]) -> None:
    """Load pages of several sources as one run."""
    desk.new_run()
    for reading in readings:
        desk.stage(reading)
    desk.settle()


def waiting(desk: Desk, today: date = TODAY) -> list[tuple[str, str]]:
    """Title and state of what would be announced now."""
    return [(r.title, r.state) for r in desk.warehouse.waiting_releases(today)[0]]


def announce(desk: Desk, today: date = TODAY) -> list[ReleaseNews]:
    """Announce what waits, as a run does."""
    news, old = desk.warehouse.waiting_releases(today)
    desk.warehouse.mark_announced([*news, *old])
    return news


@pytest.fixture
def told(desk: Desk) -> Iterator[Desk]:
    """A warehouse that has loaded each source before, and announced something."""
    load(
        desk,
        [
            page(desk, f"https://{name}.example.cn/0", "plan", title=f"{name}市人才发展规划（2026—2030年）", source_id=name)
            for name in ("city", "province", "media")
        ],
    )  # fmt: skip
    assert len(announce(desk)) == 3
    yield desk


def test_five_sites_are_one_release_with_its_best_document(desk: Desk) -> None:
    load(desk, five_sites(desk))
    assert desk.rows(RELEASES) == [(PLAN, "2026—2030", "new", 5, 2, 1, 1, 1, 0)]
    assert desk.one("SELECT url, doc_number, issuers FROM mart_plan_release") == (
        "https://city.example.cn/1",
        "甲政发〔2026〕8号",
        "city 统计局",
    )
    assert desk.one("SELECT COUNT(DISTINCT release_key) FROM core_plan") == 1
    places = desk.rows("SELECT part FROM mart_plan_release_document ORDER BY place")
    assert [part for (part,) in places] == ["plan", "plan", "notice", "news", "interpretation"]


def test_the_issuers_own_site_goes_before_a_source_of_higher_rank(desk: Desk) -> None:
    issued: dict[str, Any] = {"issuers": ["province 统计局"]}
    urls = {name: f"https://{name}.example.cn/1" for name in ("city", "province")}
    load(desk, [page(desk, url, "plan", source_id=name, **issued) for name, url in urls.items()])
    assert desk.one("SELECT url FROM mart_plan_release") == urls["province"]


def test_only_the_newest_version_of_a_page_counts(told: Desk) -> None:
    url = "https://city.example.cn/p"
    told.load(page(told, url, "draft", day=TODAY - timedelta(days=50), body=f"征求意见：{WORDS}"))
    told.load(page(told, url, "plan", day=TODAY - timedelta(days=40)))
    assert told.one("SELECT COUNT(*) FROM core_document WHERE url = :url", url=url) == 2
    assert told.rows(RELEASES)[3:] == [(PLAN, "2026—2030", "new", 1, 1, 0, 0, 0, 0)]


def test_sites_that_come_one_by_one_make_the_same_release(told: Desk) -> None:
    for reading in five_sites(told):
        told.load(reading)
    assert told.rows(RELEASES)[3:] == [(PLAN, "2026—2030", "new", 5, 2, 1, 1, 1, 0)]
    assert waiting(told) == [(PLAN, "new")]


def test_it_is_announced_once_over_other_sites_and_replays(told: Desk) -> None:
    readings = five_sites(told)
    told.load(readings[0])
    (news,) = announce(told)
    assert (news.title, news.state, news.period, news.url) == (
        PLAN,
        "new",
        "2026—2030",
        "https://media.example.cn/1",
    )
    before = told.rows("SELECT * FROM core_plan_release ORDER BY release_key")
    told.load(readings[0])
    assert told.rows("SELECT * FROM core_plan_release ORDER BY release_key") == before
    load(told, readings[1:])
    load(told, readings)
    assert waiting(told) == []
    assert told.one("SELECT announced_at FROM mart_plan_release WHERE title LIKE '甲市%'") is not None


def test_a_release_that_was_published_but_not_announced_still_waits(told: Desk) -> None:
    told.load(five_sites(told)[2])
    told.new_run()
    assert waiting(told) == [(PLAN, "new")]


def test_a_plan_of_years_ago_that_a_later_run_finds_is_news(told: Desk) -> None:
    told.load(page(told, "https://city.example.cn/9", "plan", day=TODAY - timedelta(days=900)))
    assert waiting(told) == [(PLAN, "new")]


def test_a_first_load_announces_only_what_is_recent(desk: Desk) -> None:
    old = page(desk, "https://city.example.cn/o", "plan", title="甲市旧规划（2021—2025年）", day=TODAY - timedelta(days=61), period_start=2021, period_end=2025)  # fmt: skip
    new = page(desk, "https://city.example.cn/n", "plan", day=TODAY - timedelta(days=59))
    load(desk, [old, new])
    loud, quiet = desk.warehouse.waiting_releases(TODAY)
    assert ([r.title for r in loud], [r.title for r in quiet]) == ([PLAN], ["甲市旧规划（2021—2025年）"])
    desk.warehouse.mark_announced([*loud, *quiet])
    assert waiting(desk) == []


def test_the_first_load_of_a_further_source_is_no_flood(told: Desk) -> None:
    old = page(told, "https://inbox.example.cn/1", "plan", source_id="inbox", day=TODAY - timedelta(days=400))
    told.load(old)
    loud, quiet = told.warehouse.waiting_releases(TODAY)
    assert ([r.title for r in loud], [r.title for r in quiet]) == ([], [PLAN])


def test_states_rise_and_each_rise_is_announced(told: Desk) -> None:
    url = "https://city.example.cn/{}"
    told.load(page(told, url.format("d"), "draft", title=PLAN, day=TODAY - timedelta(days=50)))
    assert [(n.state, n.before) for n in announce(told)] == [("draft", None)]
    told.load(page(told, url.format("p"), "plan", day=TODAY - timedelta(days=40)))
    assert [(n.state, n.before) for n in announce(told)] == [("new", "draft")]
    told.load(page(told, url.format("d2"), "draft", title=PLAN, source_id="city", day=TODAY))
    assert waiting(told) == []
    told.load(page(told, url.format("r"), "plan", status="amended", day=TODAY))
    told.load(page(told, url.format("x"), "notice_of_plan", status="repealed", day=TODAY))
    assert [(n.state, n.before) for n in announce(told)] == [("repealed", "new")]
    assert told.one("SELECT COUNT(*) FROM core_plan_release WHERE title = :t", t=PLAN) == 1


def test_a_state_that_falls_and_rises_again_is_no_news(told: Desk) -> None:
    plan = five_sites(told)[2]
    load(told, [page(told, "https://city.example.cn/d", "draft"), plan])
    announce(told)
    told.load(plan.model_copy(update={"plan": PlanReading(kind="other")}))
    assert told.one("SELECT state FROM mart_plan_release WHERE title = :t", t=PLAN) == "draft"
    assert waiting(told) == []
    told.load(plan)
    assert told.one("SELECT state FROM mart_plan_release WHERE title = :t", t=PLAN) == "new"
    assert waiting(told) == []


def test_a_page_that_only_speaks_of_a_plan_is_no_release(told: Desk) -> None:
    told.load(page(told, "https://media.example.cn/8", "progress_report", source_id="media"))
    assert waiting(told) == []
    assert told.one("SELECT COUNT(*) FROM mart_plan_release WHERE title = :t", t=PLAN) == 0
    told.load(five_sites(told)[2])
    assert told.one("SELECT mentions, plans FROM mart_plan_release WHERE title = :t", t=PLAN) == (1, 1)


def test_an_interpretation_alone_waits_for_the_plan(told: Desk) -> None:
    told.load(five_sites(told)[4])
    assert waiting(told) == []
    told.load(five_sites(told)[2])
    assert waiting(told) == [(PLAN, "new")]


def test_a_key_that_changes_keeps_what_was_announced(told: Desk) -> None:
    undated: dict[str, Any] = {"period_start": None, "period_end": None, "title": "甲市数字经济发展规划"}
    told.load(page(told, "https://media.example.cn/1", "news", source_id="media", **undated))
    assert len(announce(told)) == 1
    told.load(five_sites(told)[2])
    keys = told.rows("SELECT DISTINCT release_key FROM core_plan WHERE title LIKE '甲市%'")
    assert len(keys) == 1
    assert keys[0][0].endswith(".2026-2030")
    assert waiting(told) == []
    gone = told.rows("SELECT release_key FROM core_plan_release WHERE withdrawn_at IS NOT NULL")
    assert [key.endswith(f".issued-{TODAY.year}") for (key,) in gone] == [True]


def test_a_reading_that_no_longer_finds_the_plan_withdraws_the_release(told: Desk) -> None:
    reading = five_sites(told)[2]
    told.load(reading)
    announce(told)
    told.load(reading.model_copy(update={"plan": PlanReading(kind="other")}))
    assert told.one("SELECT COUNT(*) FROM mart_plan_release WHERE title = :t", t=PLAN) == 0
    told.load(reading)
    assert told.one("SELECT state FROM mart_plan_release WHERE title = :t", t=PLAN) == "new"
    assert waiting(told) == []


def test_a_replay_tells_what_an_older_program_did_not(told: Desk) -> None:
    reading = five_sites(told)[2]
    told.load(reading)
    with writing(writer(told.warehouse.url)) as connection:
        connection.execute(text("UPDATE core_plan SET release_key = NULL, release_part = NULL"))
        connection.execute(text("DELETE FROM core_plan_release"))
        connection.execute(text("UPDATE core_document SET reading_id = NULL"))
    told.load(reading)
    assert [row[0] for row in told.rows(RELEASES)] == [PLAN]


def test_a_release_names_the_one_it_follows(told: Desk) -> None:
    before = "甲市数字经济发展规划（2021—2025年）"
    old = page(told, "https://city.example.cn/5", "plan", title=before, period_start=2021, period_end=2025, day=date(2021, 3, 1))  # fmt: skip
    load(told, [old, five_sites(told)[2]])
    assert told.one("SELECT succeeds_title FROM mart_plan_release WHERE title = :t", t=PLAN) == before
    assert told.one("SELECT succeeds_title FROM mart_plan_release WHERE title = :t", t=before) is None


def test_as_of_a_day_the_release_is_what_was_known(told: Desk) -> None:
    day = TODAY - timedelta(days=30)
    told.load(page(told, "https://city.example.cn/d", "draft", title=PLAN, day=day))
    told.load(page(told, "https://city.example.cn/p", "plan", day=TODAY))
    ask = "SELECT state, documents FROM mart_plan_release WHERE title = :t"
    assert told.warehouse.query(ask, {"t": PLAN}, as_of=day)[1] == [("draft", 1)]
    assert told.warehouse.query(ask, {"t": PLAN})[1] == [("new", 2)]


# --- the calendar and its alerts ------------------------------------------------------------------------------------

ALERTS = "SELECT round, alert, level, months_left, days_late, origin FROM mart_plan_alert ORDER BY period_end, origin"


def alerts(desk: Desk, day: date) -> list[tuple[Any, ...]]:
    """The alerts as of a day, of the one series of the small catalogue (its round 2: 2023-2025)."""
    return desk.warehouse.query(ALERTS, as_of=day)[1]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 12, 31), []),
        (date(2025, 1, 1), [(2, "no_successor", "12", 12, None, "curated")]),
        (date(2025, 6, 30), [(2, "no_successor", "12", 7, None, "curated")]),
        (date(2025, 7, 1), [(2, "no_successor", "6", 6, None, "curated")]),
        (date(2025, 10, 1), [(2, "no_successor", "3", 3, None, "curated")]),
        (date(2025, 12, 31), [(2, "no_successor", "3", 1, None, "curated")]),
        (date(2026, 1, 1), [(2, "no_successor", "overdue", 0, None, "curated")]),
    ],
)
def test_a_round_without_a_successor_is_told_in_time(desk: Desk, day: date, expected: list[Any]) -> None:
    assert alerts(desk, day) == expected


def series_round(desk: Desk, number: int, issued: date) -> Reading:
    """A page with a round of the catalogue's series."""
    start = 2017 + 3 * number
    return page(desk, f"https://city.example.cn/r{number}", "plan", title="成都都市圈建设三年行动计划", series_id="chengdu_action",
                round=number, period_start=start, period_end=start + 2, issued_on=issued, day=issued)  # fmt: skip


def test_a_successor_ends_the_alert_and_tells_if_it_came_late(desk: Desk) -> None:
    load(desk, [series_round(desk, 1, date(2020, 3, 11)), series_round(desk, 3, date(2026, 2, 20))])
    assert alerts(desk, date(2026, 2, 19))[-1] == (2, "no_successor", "overdue", -1, None, "curated")
    after = alerts(desk, date(2026, 2, 21))
    assert after == [
        (1, "successor_late", "late", None, 50, "extracted"),
        (2, "successor_late", "late", None, 51, "curated"),
    ]
    rows = desk.rows(
        "SELECT provenance FROM mart_plan_alert WHERE origin = 'curated' AND alert = 'successor_late'"
    )
    assert rows == [("a page",)]


def test_a_successor_counts_from_its_day_of_issue(desk: Desk) -> None:
    told_before = series_round(desk, 3, date(2026, 2, 20))
    told_before.document.published_on = date(2026, 1, 10)
    load(desk, [told_before])
    assert [row[1] for row in alerts(desk, date(2026, 2, 19))] == ["no_successor"]
    assert [row[1] for row in alerts(desk, date(2026, 2, 20))] == ["successor_late"]


def test_a_round_that_both_know_stands_twice(desk: Desk) -> None:
    load(desk, [series_round(desk, 2, date(2023, 2, 19))])
    assert [row[-1] for row in alerts(desk, date(2025, 11, 1))] == ["curated", "extracted"]


def test_the_calendar_counts_from_the_day_that_is_asked_for(desk: Desk) -> None:
    ask = "SELECT circle_name, days_to_expiry FROM mart_plan_calendar"
    assert desk.warehouse.query(ask, as_of=date(2025, 12, 1))[1] == [("成都都市圈", 30)]
    today = desk.rows(
        "SELECT days_to_expiry, DATE(as_of) FROM mart_plan_calendar, (SELECT as_of FROM mart_plan_alert) AS a"
    )
    left, as_of = today[0]
    assert left == (date(2025, 12, 31) - date.fromisoformat(as_of)).days


def test_the_calendar_and_the_list_are_the_same_on_both_engines(told: Desk) -> None:
    load(told, [series_round(told, 3, date(2026, 2, 20))])
    calendar = load_calendar(told.warehouse, "chengdu", date(2026, 3, 1))
    assert [(r["round"], r["origin"]) for r in calendar.rounds] == [(2, "curated"), (3, "extracted")]
    assert [(a["round"], a["days_late"]) for a in calendar.alerts] == [(2, 51)]
    assert load_calendar(told.warehouse, "nanjing").rounds == []
    assert len(load_releases(told.warehouse)) == 4
    assert [r["round"] for r in load_releases(told.warehouse, "chengdu", date(2026, 2, 20))] == [3]
    assert load_releases(told.warehouse, "chengdu", date(2026, 2, 21)) == []


def test_the_round_before_is_named_from_the_text_where_its_release_is_not_here(told: Desk) -> None:
    told.load(page(told, "https://city.example.cn/p", "plan", succeeds="甲市信息化规划", circle="chengdu"))
    row = told.one(
        "SELECT succeeds_key, succeeds_title, circle_name FROM mart_plan_release WHERE title = :t", t=PLAN
    )
    assert row == (None, "甲市信息化规划", "成都都市圈")
