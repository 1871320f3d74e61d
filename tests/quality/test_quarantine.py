"""Quarantine as an operator works it: what waits and for how long, one row, many rows, and that nothing leaves silently."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError
from typer.testing import CliRunner, Result

from metroetl.cli import app
from metroetl.errors import WarehouseError
from metroetl.quality import list_quarantine, reject_quarantine, release_quarantine, run_gate
from metroetl.quality.quarantine import choose_rows, find_row, series_around
from metroetl.settings import settings
from metroetl.warehouse import Warehouse
from metroetl.warehouse.models import Reading
from tests.quality.bench import figure, release, stage_into
from tests.quality.conftest import inform
from tests.quality.templates import file_of

OTHER = "2025年一季度德阳市主要指标增速"


def wrong(indicator: str, value: str = "61.0", **other: str) -> Any:
    """A growth that no economy has."""
    return figure("510600", indicator, "2025-Q1", "yoy_real_ytd", value, **other)


def entries(warehouse: Warehouse) -> list[dict[str, Any]]:
    columns, rows = warehouse.query("SELECT * FROM ops_quarantine ORDER BY row_id, rule_code")
    return [dict(zip(columns, row, strict=True)) for row in rows]


def row_of(warehouse: Warehouse, indicator: str) -> str:
    """The row in quarantine that states an indicator."""
    (row_id,) = {
        e["row_id"] for e in entries(warehouse) if json.loads(e["row_json"])["indicator_code"] == indicator
    }
    return str(row_id)


def test_nothing_leaves_quarantine_without_who_when_and_why(warehouse: Warehouse) -> None:
    """All states: three rows wait; one is released, one rejected, one replayed after a fix; the rejected one stays out."""
    bad = [wrong("GDP"), wrong("IVA"), wrong("VA3")]
    before = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
    run_gate(warehouse, stage_into(warehouse, [release("city", bad)])[0])
    waiting = entries(warehouse)
    assert {e["state"] for e in waiting} == {"open"} and len({e["row_id"] for e in waiting}) == 3
    assert all(e["decided_by"] is None and e["decided_at"] is None for e in waiting)

    release_quarantine(
        warehouse, row_of(warehouse, "GDP"), reason="rebuilt after the flood", who="an analyst"
    )
    rejected = row_of(warehouse, "IVA")
    reject_quarantine(warehouse, rejected, reason="printed wrongly", who="a reviewer")
    page = release("city", bad).document
    fixed = Reading(document=page, statements=[wrong("GDP"), wrong("IVA"), wrong("VA3", "6.1")])
    replay, _ = stage_into(warehouse, [fixed])
    run_gate(warehouse, replay)

    decided = entries(warehouse)
    assert len(decided) == len(waiting), "no entry is gone, none is new"
    state = {json.loads(e["row_json"])["indicator_code"]: e for e in decided}
    assert {name: e["state"] for name, e in state.items()} == {
        "GDP": "released",
        "IVA": "rejected",
        "VA3": "replayed",
    }
    assert {name: e["decided_by"] for name, e in state.items()} == {
        "GDP": "an analyst",
        "IVA": "a reviewer",
        "VA3": "gate",
    }
    assert state["GDP"]["decision_reason"] == "rebuilt after the flood"
    assert replay in state["VA3"]["decision_reason"]
    assert all(e["decided_at"] >= before for e in decided)
    _, core = warehouse.query("SELECT indicator_code FROM core_observation ORDER BY 1")
    assert core == [("GDP",), ("VA3",)], "what was rejected stays out of a replay too"
    with pytest.raises(WarehouseError, match="waits"):
        release_quarantine(warehouse, rejected, reason="second thoughts", who="someone")


def test_waiting_is_counted_in_days_and_the_list_filters(informed: Warehouse) -> None:
    warehouse = informed
    run_gate(warehouse, stage_into(warehouse, [release("rate", [wrong("IVA")], title=OTHER)])[0])
    columns, rows = list_quarantine(warehouse)
    assert columns[-1] == "age_days" and {row[-1] for row in rows} == {0}
    codes = {row[columns.index("rule_code")] for row in rows}
    assert codes >= {"OBS-SCALE", "OBS-RANGE-YOY"}
    assert [r[columns.index("rule_code")] for r in list_quarantine(warehouse, rule="OBS-SCALE")[1]] == [
        "OBS-SCALE"
    ]
    assert list_quarantine(warehouse, older_than=1)[1] == []
    assert len(list_quarantine(warehouse, older_than=0, limit=2)[1]) == 2
    assert (
        list_quarantine(warehouse, source="nobody")[1]
        == list_quarantine(warehouse, table="raw_snapshot")[1]
        == []
    )
    row_id = row_of(warehouse, "EXP")
    assert find_row(warehouse, row_id[:10]) == row_id
    entry = next(e for e in entries(warehouse) if e["row_id"] == row_id)
    assert find_row(warehouse, entry["quarantine_id"]) == row_id
    assert [r["period"] for r in series_around(warehouse, entry["row_json"])][:2] == ["2024-Q1", "2023-Q1"]
    with pytest.raises(WarehouseError, match="no row zzzzzzzz"):
        find_row(warehouse, "zzzzzzzz")


@pytest.fixture(scope="module")
def at_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The commands' own warehouse: a unit error, two rates that no economy has, and one that isn't what is printed."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home")
        patch.setenv("METROETL_HOME", str(home))
        patch.setenv("METROETL_USER", "值班员")
        settings.cache_clear()
        file_of("informed", inform, tmp_path_factory, home)
        warehouse = Warehouse.open(settings())
        rates = [wrong("IVA", value_text="6.1", quote="工业增加值增长6.1%"), wrong("FAI"), wrong("RS")]
        run_gate(warehouse, stage_into(warehouse, [release("rates", rates, title=OTHER)])[0])
        yield warehouse


def metroetl(*arguments: str, answer: str | None = None) -> Result:
    """A command of the group, in this process."""
    settings.cache_clear()
    return CliRunner().invoke(app, ["quarantine", *arguments], input=answer)


def test_the_commands_show_what_waits_and_what_to_do(at_home: Warehouse) -> None:
    listed = json.loads(metroetl("list", "--rule", "OBS-SCALE", "--json").output)
    assert [row["rule_code"] for row in listed] == ["OBS-SCALE"] and listed[0]["age_days"] == 0
    shown = metroetl("show", listed[0]["row_id"][:12]).output
    for words in ("德阳市 出口总额 2025-Q1", "【220000.0】", "OBS-SCALE", "10 的整数次幂", "怎么办", "2024-Q1",
                  "https://tjj.sc.gov.cn/city.html", "metroetl quarantine release", "metroetl explain --snapshot"):  # fmt: skip
        assert words in shown, words
    assert "OBS-SCALE" in metroetl("list").output


def test_a_rule_names_only_the_rows_that_it_alone_stops(at_home: Warehouse) -> None:
    chosen, others = choose_rows(at_home, rule="OBS-RANGE-YOY")
    assert set(chosen) == {row_of(at_home, "FAI"), row_of(at_home, "RS")}
    stopped_by = {e["rule_code"] for e in entries(at_home) if e["row_id"] in others}
    assert len(others) == 1 and stopped_by > {"OBS-RANGE-YOY"}


def test_many_rows_are_decided_at_once_after_a_question(at_home: Warehouse) -> None:
    assert metroetl("release", "--reason", "x").exit_code == 2, "no ids and no rule"
    assert metroetl("release", row_of(at_home, "EXP"), "--reason", "  ").exit_code == 2, "a reason is kept"
    refused = metroetl("reject", "--rule", "OBS-RANGE-YOY", "--reason", "增速印错", answer="n\n")
    assert refused.exit_code == 1 and {e["state"] for e in entries(at_home)} == {"open"}
    done = metroetl("reject", "--rule", "OBS-RANGE-YOY", "--reason", "增速印错", answer="y\n")
    assert done.exit_code == 0 and "2 行" in done.output and "值班员" in done.output
    assert "1 行还被其他规则拦下" in done.output
    closed = [e for e in entries(at_home) if e["state"] != "open"]
    decision = {(e["rule_code"], e["state"], e["decided_by"], e["decision_reason"]) for e in closed}
    assert decision == {("OBS-RANGE-YOY", "rejected", "值班员", "增速印错")} and len(closed) == 2
    again = metroetl("reject", row_of(at_home, "FAI"), "--reason", "增速印错")
    assert again.exit_code == 1 and "decided already" in str(again.exception)
    assert metroetl("release", row_of(at_home, "EXP")[:12], "--reason", "新港口投用").exit_code == 0
    assert "已放行" in metroetl("show", row_of(at_home, "EXP")).output


def test_the_database_refuses_a_row_that_leaves_undecided(at_home: Warehouse) -> None:
    settings.cache_clear()
    leave = text("UPDATE ops_quarantine SET state = 'released', decided_at = NULL")
    with create_engine(settings().warehouse_url).connect() as connection, pytest.raises(IntegrityError):
        connection.execute(leave)
