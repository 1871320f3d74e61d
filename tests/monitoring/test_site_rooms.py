"""Pages of the site whose marts the facts leave empty: lists, rules, releases, lights; and sections of other rooms."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from metroetl.catalogue import catalogue
from metroetl.harvest.models import Fetch, Harvested
from metroetl.monitoring.content import Cell, Chart, Cited, Section, Table, cell_of, paragraph
from metroetl.monitoring.figures import load_figures
from metroetl.monitoring.site import build_site, quarter
from metroetl.monitoring.site.pages import Site
from metroetl.monitoring.site.rooms import light
from metroetl.quality.after import rule_rows
from metroetl.warehouse import Warehouse
from tests.warehouse.desk import Desk, gdp
from tests.warehouse.test_lists import FIRST, REPORT, first_list, report

QUIET: dict[str, Any] = {
    "last_attempt_at": "2026-06-01", "failures_in_a_row": 0, "held_batches": 0, "open_quarantine": 0, "newest_age_days": 20,
    "max_age_days": 60, "stand_in": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a warehouse with a list and its report, rules that were judged, and a release that came."""
    home = tmp_path_factory.mktemp("rooms")
    warehouse = Warehouse(f"sqlite:///{home / 'warehouse.db'}")
    warehouse.upgrade()
    desk = Desk(warehouse)
    source = next(s.id for s in catalogue().sources.values() if "510100" in s.regions)
    seen = Fetch(
        source_id=source,
        url="list",
        role="listing",
        at=datetime(2024, 1, 5, 4, tzinfo=UTC),
        outcome="listed",
        items=9,
    )
    warehouse.record(desk.run_id, [Harvested(fetch=seen)])
    desk.load(
        desk.read(
            "https://a.example.cn/list",
            FIRST,
            plan=first_list(),
            published_on=date(2024, 1, 9),
            source_id=source,
        )
    )
    desk.load(
        desk.read(
            "https://a.example.cn/report",
            REPORT,
            plan=report(),
            published_on=date(2024, 4, 9),
            source_id=source,
        )
    )
    quote = "成都市实现地区生产总值5930.3亿元"
    told = gdp(5930.3, quote=quote, start=0, end=len(quote))
    desk.load(
        desk.read("https://a.example.cn/q1", quote, [told], published_on=date(2025, 4, 28), source_id=source)
    )
    warehouse.keep_rules(rule_rows())
    warehouse.keep_calendar(date(2025, 6, 3))
    return build_site(warehouse, home / "site", circles=["chengdu"]).index.parent


def rows(folder: Path, name: str, table: str) -> list[list[str]]:
    found = html.fromstring((folder / name).read_text(encoding="utf-8"))
    return [
        [cell.text_content() for cell in row]
        for row in found.xpath(f"//table[@data-name='{table}']/tbody/tr")
    ]


def test_items_of_a_list_lead_to_their_sentence(folder: Path) -> None:
    found = rows(folder, "lists.html", "items")
    river = next(row for row in found if row[1].startswith("甲江流域") and row[4] == "2024-Q1")
    assert river[3:6] == ["2024", "2024-Q1", "一季度开工"] and river[8] == "无进展报告（逾期）"
    assert next(row for row in found if row[1] == "乙山隧道")[8] == "滞后"
    assert rows(folder, "lists.html", "by-quarter") == [
        ["2024-Q1", "1", "0", "1"],
        ["2024-Q4", "1", "0", "1"],
    ]
    page = html.fromstring((folder / "lists.html").read_text(encoding="utf-8"))
    target, _, anchor = page.xpath("//td[5][text()='一季度开工']/../td[1]/a/@href")[0].partition("#")
    evidence = html.fromstring((folder / target).read_text(encoding="utf-8"))
    assert (
        evidence.get_element_by_id(anchor).xpath("following-sibling::b[1]")[0].text_content() == "一季度开工"
    )


def test_rules_and_releases_are_listed(folder: Path) -> None:
    assert len(rows(folder, "rules.html", "rules")) == len(rule_rows())
    came = [
        row for row in rows(folder, "releases.html", "releases") if row[0] == "成都市" and row[2] == "2025-Q1"
    ]
    assert sorted({row[4] for row in came if row[5] == "2025-04-28"}) == ["按时"]


@pytest.mark.parametrize(
    ("change", "colour"),
    [
        ({}, "green"), ({"last_attempt_at": None}, "grey"), ({"failures_in_a_row": 1}, "yellow"), ({"failures_in_a_row": 3}, "red"),
        ({"held_batches": 1}, "red"), ({"open_quarantine": 2}, "yellow"), ({"newest_age_days": 61}, "yellow"),
        ({"newest_age_days": 61, "stand_in": 1}, "green"), ({"newest_age_days": None}, "green"),
    ],
)  # fmt: skip
def test_a_light_tells_how_a_source_fares(change: dict[str, Any], colour: str) -> None:
    assert light(QUIET | change) == colour


def test_a_quarter_takes_sections_of_other_rooms(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = load_figures(warehouse, "chengdu", quarters=["2025-Q1"])
    figure = data.level("510100", "GDP", "2025-Q1")
    assert figure
    spec = {
        "mark": "bar",
        "data": {"values": [{"a": "</script>", "b": 1}]},
        "encoding": {"x": {"field": "a"}},
    }
    section = Section("index", "指数", [
        paragraph("成都实现", Cited("5930.3亿元", figure), "。", kind="warning"),
        Table("scores", "得分", ("城市", "GDP", "灯"), [[Cell("成都市"), cell_of(figure), Cell("达到", light="green")]], "注：试"),
        Chart("own", "自有图", "一根柱", "bar", "分", spec),
    ])  # fmt: skip
    monkeypatch.setattr(quarter, "ROOMS", (lambda site, data, quarter: [section],))
    site = Site(tmp_path, warehouse)
    from metroetl.monitoring.site.circle import write_quarter

    assert write_quarter(site, data, "2025-Q1")
    page = html.fromstring((tmp_path / "circles/chengdu/2025-Q1.html").read_text(encoding="utf-8"))
    (paragraph_link,) = page.xpath("//p[@class='warning']/a")
    assert paragraph_link.text_content() == "5930.3亿元"
    assert paragraph_link.get("href") == page.xpath("//table[@data-name='scores']//td[1]/a/@href")[0]
    assert page.xpath("//td[@class='green']")[0].text_content() == "达到"
    assert (
        json.loads(page.xpath("//*[@class='chart']/script")[0].text)["spec"]["data"]["values"][0]["a"]
        == "</script>"
    )
