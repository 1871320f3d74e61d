"""Loops in the warehouse, on both engines: ids that stay, recovery that a person verifies, loops that open again."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from metroetl.errors import LoadConflict, WarehouseError
from metroetl.monitoring.loop.loops import find_loop, read_loops
from metroetl.monitoring.loop.response import Kept, check_up, close, respond, verify
from metroetl.monitoring.loop.rules import CheckRule, check_rules
from metroetl.plans.models import PlanReading, Progress
from tests.warehouse.desk import Desk, gdp
from tests.warehouse.test_lists import FIRST, REPORT, at, first_list, load

RULE = CheckRule.model_validate(
    check_rules()["city-below-province"].model_dump() | {"places": ["circle"], "reopens_within": 2}
)
RATE = {"unit": "%", "unit_norm": "%", "measure": "yoy_real_ytd"}


def publish(desk: Desk, quarter: str, own: float | None, province: float = 6.0) -> None:
    """The circle's growth and its province's come out."""
    stated = [gdp(province, quarter, "510000", **RATE)]
    if own is not None:
        stated.append(gdp(own, quarter, "AGG.CDMC", **RATE))
    text = " ".join(s.value_text for s in stated)
    desk.load(desk.read(f"https://media.example.cn/{quarter}-{own}.html", text, stated, source_id="media",
                        published_on=date(2026, 1, 1)))  # fmt: skip


def checked(desk: Desk, quarter: str) -> Kept:
    return check_up(desk.warehouse, "chengdu", quarter, rules=[RULE])


def went(desk: Desk, quarter: str, own: float | None) -> list[str]:
    """Publish, check, and which events that brought."""
    publish(desk, quarter, own)
    return [e["kind"] for e in checked(desk, quarter).events]


def only(desk: Desk) -> dict[str, object]:
    (row,) = desk.warehouse.records("SELECT * FROM mart_loop")
    return row


def test_a_loop_keeps_its_id_until_recovery_is_verified(desk: Desk) -> None:
    assert went(desk, "2025-Q1", 5.0) == ["opened"]
    first = only(desk)
    assert (first["state"], first["severity"], first["opened_quarter"]) == ("open", "alert", "2025-Q1")
    assert checked(desk, "2025-Q1").events == (), "the same quarter again adds nothing"
    loop_id = str(first["loop_id"])
    respond(
        desk.warehouse,
        loop_id[:6],
        owner="市发展改革委",
        due_quarter="2025-Q3",
        note="调度重点项目",
        who="chen",
    )
    assert went(desk, "2025-Q2", 5.5) == ["found"]
    assert (only(desk)["loop_id"], only(desk)["state"], only(desk)["severity"]) == (
        loop_id,
        "responding",
        "watch",
    )
    assert went(desk, "2025-Q3", None) == ["unjudged"], "no figure is no recovery"
    assert only(desk)["clear_quarters"] == 0 and only(desk)["state"] == "responding"
    assert went(desk, "2025-Q4", 6.0) == ["clear"]
    with pytest.raises(LoadConflict, match="no recovery"):
        verify(desk.warehouse, loop_id, reason="恢复", who="chen")
    assert went(desk, "2026-Q1", 6.3) == ["proposed"]
    assert (only(desk)["state"], only(desk)["clear_quarters"]) == ("proposed", 2)
    assert checked(desk, "2026-Q1").events == ()
    verify(desk.warehouse, loop_id, reason="连续两季不低于全省", who="chen")
    ended = only(desk)
    assert (ended["state"], ended["ended_by"], ended["ended_reason"]) == (
        "verified",
        "chen",
        "连续两季不低于全省",
    )
    assert (ended["owner"], ended["due_quarter"], ended["response_note"]) == (
        "市发展改革委",
        "2025-Q3",
        "调度重点项目",
    )
    assert checked(desk, "2026-Q1").events == (), "what was verified stays so"
    with pytest.raises(LoadConflict, match="verified already"):
        close(desk.warehouse, loop_id, reason="again", who="chen")


def test_it_opens_again_under_its_id_and_after_long_a_new_one_begins(desk: Desk) -> None:
    went(desk, "2024-Q1", 5.0)
    loop_id = str(only(desk)["loop_id"])
    close(desk.warehouse, loop_id, reason="数据口径调整", who="chen")
    assert checked(desk, "2024-Q1").events == (), "a closed loop isn't opened again by the same quarter"
    assert went(desk, "2024-Q2", 5.2) == ["reopened"]
    again = only(desk)
    assert (again["loop_id"], again["state"], again["times_reopened"]) == (loop_id, "open", 1)
    assert again["owner"] is None and again["ended_by"] is None
    close(desk.warehouse, loop_id, reason="另有安排", who="chen")
    assert went(desk, "2025-Q1", 5.2) == ["opened"], "three quarters later it is another one"
    loops = read_loops(desk.warehouse, "chengdu")
    assert [loop.row["opened_quarter"] for loop in loops] == ["2024-Q1", "2025-Q1"]
    assert loops[0].loop_id == loop_id != loops[1].loop_id
    with pytest.raises(WarehouseError, match="2 loops begin with"):
        find_loop(desk.warehouse, "")


def test_an_earlier_quarter_is_judged_but_not_kept(desk: Desk) -> None:
    went(desk, "2025-Q2", 5.0)
    publish(desk, "2025-Q1", 4.0)
    kept = checked(desk, "2025-Q1")
    assert kept.stale == "2025-Q2" and kept.events == () and len(kept.checkup.findings) == 1
    assert len(read_loops(desk.warehouse)) == 1


def test_a_revised_figure_is_noted_once(desk: Desk) -> None:
    went(desk, "2025-Q1", 5.0)
    desk.load(desk.read("https://media.example.cn/revised.html", "5.8", [gdp(5.8, "2025-Q1", "AGG.CDMC", **RATE)],
                        source_id="media", published_on=date(2026, 2, 1)))  # fmt: skip
    assert [e["severity"] for e in checked(desk, "2025-Q1").events] == ["notice"]
    assert checked(desk, "2025-Q1").events == ()
    assert only(desk)["found_value"] == pytest.approx(0.2)


def test_a_loop_rests_on_a_list_item_and_is_proposed_once_it_is_done(desk: Desk) -> None:
    load(desk, "a", FIRST, first_list(), date(2024, 1, 9))
    went(desk, "2025-Q1", 5.0)
    loop_id = str(only(desk)["loop_id"])
    answer = {"owner": "市水务局", "due_quarter": "2025-Q3", "note": "水环境治理", "who": "chen"}
    with pytest.raises(WarehouseError, match="no item nowhere"):
        respond(desk.warehouse, loop_id, item="nowhere", **answer)
    item_id, key = desk.one(
        "SELECT DISTINCT item_id, item_key FROM mart_task_progress WHERE name LIKE '甲江%'"
    )
    respond(desk.warehouse, loop_id, item=item_id, **answer)
    assert only(desk)["item_id"] == key, "an item is known by the key that it keeps from list to list"
    assert went(desk, "2025-Q2", 5.1) == ["found"]
    done = [Progress(name="甲江流域水环境综合治理", text="已完工", state="done", span=at(REPORT, "已完工"))]
    load(desk, "r", REPORT, PlanReading(kind="progress_report", progress=done), date(2025, 8, 9))
    assert went(desk, "2025-Q3", None) == ["proposed"], "the item is done, the figure isn't out"
    assert went(desk, "2025-Q4", 6.1) == ["proposed"]
    verify(desk.warehouse, loop_id, reason="事项完成，增速恢复", who="chen")
    kinds = Counter(e["kind"] for e in desk.warehouse.records("SELECT kind FROM mart_loop_event"))
    assert kinds == {"opened": 1, "responded": 1, "found": 1, "proposed": 2, "verified": 1}


def test_persons_and_reasons_are_for_internal_readers(desk: Desk) -> None:
    went(desk, "2025-Q1", 5.0)
    respond(
        desk.warehouse,
        str(only(desk)["loop_id"]),
        owner="市发展改革委",
        due_quarter="2025-Q3",
        note="内部措施",
        who="chen",
    )
    (shown,) = desk.warehouse.records("SELECT * FROM mart_loop", public=True)
    assert (shown["owner"], shown["due_quarter"]) == ("市发展改革委", "2025-Q3")
    assert shown["response_note"] is None and shown["responded_by"] is None
    told = desk.warehouse.records(
        "SELECT kind, who, text_zh FROM mart_loop_event ORDER BY ordinal", public=True
    )
    assert [(e["kind"], e["who"]) for e in told] == [("opened", "metroetl"), ("responded", None)]
    assert told[0]["text_zh"] and told[1]["text_zh"] is None


def test_a_decision_needs_a_reason(desk: Desk) -> None:
    went(desk, "2025-Q1", 5.0)
    with pytest.raises(WarehouseError, match="there must be one"):
        close(desk.warehouse, str(only(desk)["loop_id"]), reason=" ", who="chen")
    assert only(desk)["state"] == "open"
