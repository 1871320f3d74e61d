"""Checks say of each source what stands there, and are kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from metroetl.catalogue import catalogue
from metroetl.pipeline import check_examples, check_sources, open_warehouse
from metroetl.pipeline.check import days_late
from metroetl.replica import Replica
from metroetl.runs import SourceCheck
from tests.pipeline.conftest import Operator

DAY = date(2025, 5, 20)


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(as_of=DAY) as running:
        yield running


def test_all_sources_are_checked_at_once_and_the_checks_are_kept(
    replica: Replica, operator: Operator
) -> None:
    operator(replica.host_map)
    broken = {
        "cdstats": "ruishu",
        "tj_jiangsu": "wzws",
        "ndrc": "error",
        "deyang": "empty_listing",
        "anhui": "down",
    }
    for source_id, fault in broken.items():
        replica.set_faults(source_id, fault)
    told: list[SourceCheck] = []
    try:
        found = check_sources(progress=told.append, today=DAY)
    finally:
        for source_id in broken:
            replica.set_faults(source_id)
    outcomes = {c.source_id: c.outcome for c in found}
    assert {i: outcomes[i] for i in broken} == {
        "cdstats": "BOT_CHALLENGE",
        "tj_jiangsu": "GEO_BLOCKED",
        "ndrc": "HOST_DOWN",
        "deyang": "EMPTY_LISTING",
        "anhui": "HOST_DOWN",
    }
    assert all(c.way_out for c in found if not c.ok)
    good = [c for c in found if c.ok]
    assert len(good) >= 8 and all(c.family_seen == c.family_declared for c in good), good
    assert all(c.robots in {"allowed", "html"} and not c.live for c in good)
    assert {c.source_id for c in told} == set(outcomes)
    _, rows = open_warehouse().query("SELECT source_id, outcome, robots, days_late FROM ops_source_check")
    assert {row[0]: row[1] for row in rows} == outcomes
    assert {"BOT_CHALLENGE"} == {
        row[0]
        for row in open_warehouse().query(
            "SELECT last_check_outcome FROM mart_source_health WHERE source_id = 'cdstats'"
        )[1]
    }


def test_a_family_that_the_page_no_longer_has_is_told(replica: Replica, operator: Operator) -> None:
    home = operator(replica.host_map)
    (home / "catalogue/sources").mkdir(parents=True)
    moved = catalogue().sources["tjj_sc"]
    from metroetl.catalogue.load import reload
    from metroetl.catalogue.write import source_yaml

    text = source_yaml(moved.model_copy(update={"id": "moved", "family": "hanweb"}))
    (home / "catalogue/sources/moved.yml").write_text(text, encoding="utf-8")
    reload()
    (check,) = check_sources(["moved"], today=DAY)
    assert (check.family_declared, check.family_seen) == ("hanweb", "ucap")
    assert "marks of ucap" in check.detail


@pytest.mark.parametrize(
    ("newest", "late"), [(date(2025, 5, 1), 0), (date(2025, 1, 1), 79), (None, None), (date(2025, 6, 1), 0)]
)
def test_late_counts_from_the_day_something_was_due(newest: date | None, late: int | None) -> None:
    assert days_late(catalogue().sources["cdstats"], newest, DAY) == late


def test_examples_are_checked_without_network_or_warehouse(operator: Operator) -> None:
    home = operator()
    found = check_examples(["cdstats", "ndrc", "tjj_zj"])
    assert [(c.source_id, c.outcome, c.live) for c in found] == [
        (i, "example_read", False) for i in ("cdstats", "ndrc", "tjj_zj")
    ]
    assert all(c.items and c.newest for c in found)
    assert not home.exists()
