"""What waits in quarantine of bytes that the publisher has replaced: closed with run and version, or it goes on waiting."""

from __future__ import annotations

from metroetl.warehouse.models import Held, Reading
from tests.warehouse.desk import Desk, gdp
from tests.warehouse.test_review import stop

PAGE = "https://city.example.cn/2025/t20250429.html"
OTHER = "https://city.example.cn/2025/t20250430.html"


def wait(desk: Desk, reading: Reading, value: float = 2402.0) -> str:
    """Load a page whose figure of this value a rule stops; the row's id."""
    desk.new_run()
    desk.stage(reading)
    row_id = str(desk.one("SELECT row_id FROM staging_observation WHERE value = :v", v=value))
    desk.settle([stop("staging_observation", row_id)])
    return row_id


def typo(desk: Desk, text: str = "一季度") -> Reading:
    return desk.read(PAGE, text, [gdp(5930.3), gdp(2402.0, region="510600")])


def states(desk: Desk) -> list[str]:
    return [state for (state,) in desk.rows("SELECT state FROM ops_quarantine ORDER BY created_at")]


def test_a_corrected_page_closes_what_waited_of_the_old_one(desk: Desk) -> None:
    wait(desk, typo(desk))
    corrected = desk.read(PAGE, "一季度（更正）", [gdp(5930.3), gdp(771.1, region="510600")])
    desk.load(corrected)
    state, who, reason, at = desk.one(
        "SELECT state, decided_by, decision_reason, decided_at FROM ops_quarantine"
    )
    assert (state, who) == ("superseded", "gate") and at is not None
    assert desk.run_id in reason and corrected.document.sha256 in reason
    assert desk.one("SELECT open_quarantine FROM mart_source_health WHERE source_id = 'city'") == 0
    assert desk.one("SELECT value FROM mart_observation_latest WHERE region_code = '510600'") == 771.1
    assert desk.warehouse.archived("city", only_quarantined=True) == []


def test_a_page_that_no_longer_states_it_closes_it_too(desk: Desk) -> None:
    wait(desk, typo(desk))
    desk.load(desk.read(PAGE, "一季度（更正）", [gdp(5930.3)]))
    assert states(desk) == ["superseded"]


def test_what_a_rule_stops_again_goes_on_waiting_with_its_age(desk: Desk) -> None:
    wait(desk, typo(desk))
    since = desk.one("SELECT created_at FROM ops_quarantine")
    again = desk.read(PAGE, "一季度（更正）", [gdp(5930.3), gdp(2403.0, region="510600")])
    wait(desk, again, 2403.0)
    assert states(desk) == ["open", "open"]
    assert desk.one("SELECT MIN(created_at) FROM ops_quarantine") == since
    desk.load(desk.read(PAGE, "一季度（再更正）", [gdp(5930.3), gdp(771.1, region="510600")]))
    assert states(desk) == ["superseded", "superseded"]


def test_other_pages_and_older_bytes_close_nothing(desk: Desk) -> None:
    old = desk.read(PAGE, "一季度（旧）", [gdp(5930.3)])
    wait(desk, typo(desk))
    desk.load(desk.read(OTHER, "另一页", [gdp(771.1, region="510600")]))
    desk.load(old)
    assert states(desk) == ["open"]


def test_a_page_that_went_back_to_the_old_bytes_waits_again(desk: Desk) -> None:
    wait(desk, typo(desk))
    desk.load(desk.read(PAGE, "一季度（更正）", [gdp(5930.3), gdp(771.1, region="510600")]))
    wait(desk, typo(desk))
    assert states(desk) == ["open"], "nothing leaves silently"
    assert desk.one("SELECT decided_by FROM ops_quarantine") is None


def test_a_replay_of_both_versions_supersedes_it_again(desk: Desk) -> None:
    first = typo(desk)
    wait(desk, first)
    second = desk.read(PAGE, "一季度（更正）", [gdp(5930.3), gdp(771.1, region="510600")])
    desk.load(second)
    desk.new_run()
    desk.stage(first, second, judged_by="other rules")
    row_id = str(desk.one("SELECT row_id FROM staging_observation WHERE value = 2402.0"))
    desk.settle([stop("staging_observation", row_id)])
    state, reason = desk.one("SELECT state, decision_reason FROM ops_quarantine")
    assert state == "superseded" and desk.run_id in reason


def test_a_whole_page_that_was_stopped_is_superseded_with_its_rows(desk: Desk) -> None:
    desk.stage(desk.read(PAGE, "乱码", [gdp(2402.0, region="510600")]))
    document = str(desk.one("SELECT row_id FROM staging_document"))
    desk.settle([stop("staging_document", document, "DOC-SHORT")])
    desk.load(desk.read(PAGE, "一季度", [gdp(771.1, region="510600")]))
    assert states(desk) == ["superseded", "superseded"]


def test_a_held_batch_closes_nothing_until_a_person_approves_it(desk: Desk) -> None:
    wait(desk, typo(desk))
    desk.new_run()
    held = desk.stage(desk.read(PAGE, "一季度（更正）", [gdp(5930.3), gdp(771.1, region="510600")]))
    assert held is not None
    desk.settle(held=[Held(batch_id=held, rule_codes=["OBS-SHIFT"])])
    assert states(desk) == ["open"]
    desk.warehouse.decide(held, approve=True, reason="looked at the page", who="chen")
    assert states(desk) == ["superseded"]
