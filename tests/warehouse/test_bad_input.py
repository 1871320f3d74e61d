"""Full disks, lost connections, newer databases, texts and dates that can't be: a named error, core as it was, resumed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text

from metroetl.catalogue import Catalogue
from metroetl.errors import WarehouseError
from metroetl.plans.models import PlanReading
from metroetl.warehouse import Warehouse
from metroetl.warehouse.engine import writer, writing
from metroetl.warehouse.models import Held, Reading
from tests.forked import start
from tests.warehouse.desk import Desk, gdp
from tests.warehouse.loader import FIGURES, load_on_a_small_disk, pages

PAGE = "https://city.example.cn/1"


# --- disks and connections ------------------------------------------------------------------------------------------


def test_a_full_disk_is_a_clear_error_and_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    if desk.warehouse.url.startswith("postgresql"):
        pytest.skip("the disk of a server isn't ours to fill: see the next test")
    desk.load(desk.read(PAGE, "一季度", [gdp(5930.3)]))
    limit = (tmp_path / "warehouse.db").stat().st_size + 250_000
    words = tmp_path / "words"
    process = start(load_on_a_small_disk, desk.warehouse.url, 100, 40, limit, str(words))
    process.join()
    assert process.exitcode == 3
    said = words.read_text("utf-8")
    assert said.startswith("WAREHOUSE: ")
    assert "Nothing was changed" in said
    assert desk.one("SELECT COUNT(*) FROM core_observation") == 1
    assert desk.one("SELECT COUNT(*) FROM staging_document") in (0, 40)
    waiting = len(desk.warehouse.pending())
    desk.new_run()
    if waiting:
        desk.stage(*pages(desk, 100, waiting))
    desk.settle()
    assert desk.one("SELECT COUNT(*) FROM core_observation") == 1 + FIGURES * (waiting or 40)


def test_a_disk_that_fills_up_in_a_transaction_is_a_clear_error_and_changes_nothing(desk: Desk) -> None:
    """SQLite: no more pages than there are. PostgreSQL: the server writes to /dev/full, the disk that always is."""
    desk.load(desk.read(PAGE, "一季度", [gdp(5930.3)]))
    statements = {
        "sqlite": ("PRAGMA max_page_count = 1", GROW_SQLITE),
        "postgresql": ("COPY (SELECT n FROM generate_series(1, 100000) AS n) TO '/dev/full'",),
    }[make_url(desk.warehouse.url).get_backend_name()]
    with pytest.raises(WarehouseError, match="no room left") as caught, writing(writer(desk.warehouse.url)) as connection:  # fmt: skip
        connection.execute(text("DELETE FROM core_observation"))
        for statement in statements:
            connection.execute(text(statement))
    assert "Free disk space" in caught.value.way_out
    assert desk.one("SELECT COUNT(*) FROM core_observation") == 1
    desk.load(desk.read(PAGE + "1", "半年", [gdp(12000.1, "2025-Q2")]))
    assert desk.one("SELECT COUNT(*) FROM core_observation") == 2


GROW_SQLITE = """
INSERT INTO ops_run (run_id, flow, parameters, state, started_at, summary, code_version)
WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
SELECT 'run' || i, 'collect', '{}', 'loaded', '2026-01-01 00:00:00.000000', hex(randomblob(500)), '' FROM n
"""


@pytest.mark.postgres
def test_a_connection_lost_during_a_load_is_a_clear_error_and_the_next_run_goes_on(
    new_postgres: Callable[[], str], words: Catalogue
) -> None:
    url = new_postgres()
    warehouse = Warehouse(url, "facts", words)
    warehouse.upgrade()
    desk = Desk(warehouse)
    desk.load(desk.read(PAGE, "一季度", [gdp(5930.3)]))
    desk.stage(*pages(desk, 100, 10))
    cut = threading.Thread(target=cut_the_writer, args=(url,))
    cut.start()
    with pytest.raises(WarehouseError, match="can't be used") as caught:
        desk.settle()
    cut.join()
    assert "METROETL_DATABASE_URL" in caught.value.way_out
    assert "Nothing was changed" in caught.value.way_out
    assert desk.one("SELECT COUNT(*) FROM core_observation") == 1
    desk.new_run()
    assert desk.settle().observations == 10 * FIGURES
    assert desk.one("SELECT COUNT(*) FROM core_observation") == 1 + 10 * FIGURES


def cut_the_writer(url: str) -> None:
    """End the session that writes, in the middle: when it waits for a lock that is held here."""
    import psycopg

    waiting = (
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with psycopg.connect(url) as holder, psycopg.connect(url, autocommit=True) as watcher:
        holder.execute("LOCK TABLE core_observation IN SHARE MODE")
        for _ in range(1000):
            found = watcher.execute(waiting).fetchone()
            if found:
                watcher.execute("SELECT pg_terminate_backend(%s)", found)
                return
            time.sleep(0.01)


@pytest.mark.postgres
def test_a_server_that_is_down_is_a_clear_error(words: Catalogue) -> None:
    with pytest.raises(WarehouseError, match="can't be used"):
        Warehouse("postgresql://metroetl@127.0.0.1:1/none", "facts", words).upgrade()


def test_a_database_of_a_newer_version_is_left_alone(desk: Desk, words: Catalogue) -> None:
    desk.load(desk.read(PAGE, "一季度", [gdp(5930.3)]))
    reading = desk.read(PAGE + "2", "半年", [gdp(1.0, "2025-Q2")])
    with writing(writer(desk.warehouse.url)) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for deed in (
        desk.warehouse.upgrade,
        lambda: desk.stage(reading),
        desk.settle,
        desk.warehouse.info,
        desk.warehouse.pending,
    ):
        with pytest.raises(WarehouseError, match="newer version \\(revision 9999") as caught:
            deed()
        assert "newer MetroETL" in caught.value.way_out
    assert desk.one("SELECT COUNT(*) FROM core_observation") == 1
    assert desk.one("SELECT COUNT(*) FROM staging_document") == 0


# --- texts and dates ------------------------------------------------------------------------------------------------

STRANGE = "一\0季\ud800度😀𠮷\u202e‮\ufeff"


def test_strange_text_is_stored_wherever_it_comes_from(desk: Desk) -> None:
    """NUL and lone surrogates become U+FFFD, one for one; everything else stays."""
    stored = STRANGE.replace("\0", "\ufffd").replace("\ud800", "\ufffd")
    run_id = desk.warehouse.start_run("collect", {"words": STRANGE})
    desk.warehouse.finish_run(run_id, "loaded", {"words": STRANGE})
    told = desk.one("SELECT parameters, summary FROM ops_run WHERE run_id = :run", run=run_id)
    assert all("季\ufffd度😀𠮷" in words for words in told)
    snapshot = desk.archive(PAGE, "the bytes", title=STRANGE, name=STRANGE)
    document = {
        "sha256": snapshot.sha256,
        "source_id": "city",
        "url": PAGE,
        "title": STRANGE,
        "text": STRANGE,
    }
    figure = gdp(5930.3, quote=STRANGE).model_dump()
    desk.stage(Reading.model_validate({"document": document, "statements": [figure]}))
    batch = desk.warehouse.staged_batches()[0].batch_id
    desk.settle(held=[Held(batch_id=batch, rule_codes=[STRANGE])])
    desk.warehouse.decide(batch, approve=True, reason=STRANGE, who=STRANGE)
    assert desk.one("SELECT title, quote FROM raw_snapshot, core_observation") == (stored, stored)
    assert desk.one("SELECT decision_reason, decided_by FROM mart_lineage") == (stored, stored)
    assert desk.rows("SELECT document_title FROM mart_observation_latest WHERE quote = :q", q=STRANGE) == [
        (stored,)
    ]


UNLIKELY: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"published_on": date(202, 4, 29)}, {}, "CORE-DATE"),
    ({"published_on": date(2205, 4, 29)}, {}, "CORE-DATE"),
    (
        {},
        {"period": "0202-Q1", "period_start": date(202, 1, 1), "period_end": date(202, 3, 31)},
        "CORE-PERIOD",
    ),
    ({}, {"period_start": date(202, 1, 1)}, "CORE-PERIOD"),
    ({}, {"period_start": date(2025, 3, 31), "period_end": date(2025, 1, 1)}, "CORE-PERIOD"),
]


def test_dates_that_cannot_be_go_to_quarantine_with_their_reason(desk: Desk) -> None:
    desk.load(desk.read(PAGE, "一季度", [gdp(5930.3)]))
    before = desk.rows("SELECT * FROM core_observation")
    for n, (document, figure, code) in enumerate(UNLIKELY):
        done = desk.load(desk.read(f"{PAGE}{n}", f"四月{n}", [gdp(1.0, **figure)], **document))
        assert done.quarantined > 0
        asked = "SELECT rule_code, reason_zh, reason_en FROM ops_quarantine WHERE run_id = :run"
        found = desk.rows(asked, run=desk.run_id)
        assert {row[0] for row in found} == {code}
        assert all(zh and en for _, zh, en in found)
    assert desk.rows("SELECT * FROM core_observation") == before
    assert desk.one("SELECT COUNT(*) FROM dim_period WHERE year < 1949") == 0


UNLIKELY_PLANS: list[dict[str, Any]] = [
    {"issued_on": date(202, 4, 29)},
    {"period_start": 202, "period_end": 2025},
    {"period_start": 2023, "period_end": 20225},
]


def test_a_plan_of_the_year_0202_goes_to_quarantine(desk: Desk) -> None:
    for n, values in enumerate(UNLIKELY_PLANS):
        release = {"title": "行动计划", "status": "issued", "role": "text", **values}
        plan = PlanReading.model_validate({"kind": "plan", "releases": [release]})
        desk.load(desk.read(f"{PAGE}{n}", f"行动计划{n}", plan=plan))
        found = desk.rows("SELECT rule_code FROM ops_quarantine WHERE run_id = :run", run=desk.run_id)
        assert found == [("CORE-PLAN-DATE",)], values
    assert desk.one("SELECT COUNT(*) FROM core_plan") == 0
    assert desk.one("SELECT COUNT(*) FROM core_document") == 3


def test_other_days_of_a_document_in_the_year_0202_do_no_harm(desk: Desk) -> None:
    """A day that only a listing or a signature tells isn't what a figure is dated by."""
    reading = desk.read(
        PAGE, "一季度", [gdp(5930.3)], written_on=date(202, 4, 1), seen={"listed_on": date(202, 4, 29)}
    )
    desk.load(reading)
    assert desk.one("SELECT value FROM mart_observation_latest") == 5930.3
    assert desk.one("SELECT written_on FROM core_document") == "0202-04-01"
