"""The site of the facts: figures as published, every link inside it alive, nothing of another host but sources."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html

from metroetl.errors import CatalogueError, WarehouseError
from metroetl.monitoring.site import build_site
from metroetl.warehouse import Warehouse

BUDGET = 6_000_000  # bytes of the facts' site


@cache
def page(path: Path) -> html.HtmlElement:
    return html.fromstring(path.read_text(encoding="utf-8"))


def pages(site: Path) -> Iterator[Path]:
    yield from sorted(site.rglob("*.html"))


def cells(table: html.HtmlElement) -> dict[str, list[str]]:
    return {
        row[0].text_content(): [cell.text_content() for cell in row[1:]] for row in table.iterfind("tbody/tr")
    }


def test_a_quarter_says_what_was_published(site: Path) -> None:
    found = page(site / "circles/chengdu/2025-Q1.html")
    (table,) = found.xpath("//table[@data-name='gdp']")
    header = [th.text_content() for th in table.iterfind("thead/tr/th")]
    assert header == [
        "地区",
        "累计值",
        "同比（%）",
        "占都市圈（%）",
        "占全省（%）",
        "与全省差（百分点）",
        "与全国差（百分点）",
        "增速位次",
    ]
    rows = cells(table)
    assert list(rows) == ["成都都市圈", "成都市", "德阳市", "眉山市", "资阳市", "四川省", "全国"]
    assert rows["成都都市圈"] == ["7393.1", "6.2", "—", "48.5", "+0.7", "+0.8", "—"]
    assert rows["德阳市"][:2] == ["771.1", "7.5"] and rows["德阳市"][-1] == "2"
    text = found.text_content()
    assert "各市之和7393.1亿元，公布数7393.1亿元，相差-0.0" in text or "相差+0.0" in text
    assert "合成增速6.28%，公布数6.2%，相差+0.08" in text


def test_what_lacks_a_city_is_refused_by_name(site: Path) -> None:
    text = page(site / "circles/chengdu/2025-Q4.html").text_content()
    assert "合成增速：缺成员的水平或增速，未合成（眉山市）。" in text


def test_every_published_number_leads_to_its_marked_sentence(site: Path) -> None:
    checked = 0
    for path in sorted((site / "circles/chengdu").glob("2*.html")):
        for link in page(path).xpath("//table//a[starts-with(@href, '../../evidence/')]"):
            target, _, anchor = link.get("href").partition("#")
            mark = page((path.parent / target).resolve()).get_element_by_id(anchor)
            number = mark.xpath("following-sibling::b[1]")[0].text_content()
            (sentence,) = mark.xpath("ancestor::mark")
            assert number in sentence.text_content()
            if not re.fullmatch(r"[+\-−]?[\d.]+", link.text_content()):
                continue  # 72.54（2023年末）: words of a room around it
            value, printed = (
                float(link.text_content().replace("−", "-")),
                float(re.sub(r"[^\d.\-]", "", number) or "nan"),
            )
            assert abs(abs(value) - abs(printed)) < 0.06 or abs(value) >= 10_000 or printed > 10_000, (
                path,
                value,
                number,
            )
            checked += 1
    assert checked > 500


def test_every_relative_link_is_alive_and_every_other_one_a_source(site: Path, warehouse: Warehouse) -> None:
    """A link checker over the whole site: pages, anchors, assets; no absolute path, no other scheme."""
    sources = {row["url"] for row in warehouse.records("SELECT url FROM core_document", public=True)}
    sources |= {row["url"] for row in warehouse.records("SELECT url FROM mart_listing_health", public=True)}
    foreign = set()
    for path in pages(site):
        notes = (
            len(json.loads(page(path).get_element_by_id("parts").text)["notes"])
            if page(path).xpath("//*[@id='parts']")
            else 0
        )
        for element, attribute, link, _ in page(path).iterlinks():
            parts = urlsplit(link)
            if parts.scheme in ("http", "https"):
                assert (element.tag, attribute) == ("a", "href"), (path, link)
                foreign.add(link)
                continue
            assert not parts.scheme and not parts.netloc and not link.startswith("/"), (path, link)
            if re.fullmatch(r"#c\d+", link):
                assert 1 <= int(link[2:]) <= notes, (path, link)
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.is_file() and target.is_relative_to(site.resolve()), (path, link)
            if parts.fragment and target.name != "series.html":
                assert page(target).xpath("//*[@id=$id]", id=unquote(parts.fragment)), (path, link)
    assert foreign <= sources, sorted(foreign - sources)[:5]


def test_notes_name_parts_that_give_the_number(site: Path) -> None:
    """A share is its first part over its second, a gap its first less its second; both are linked."""
    found = page(site / "circles/chengdu/2025-Q1.html")
    given = json.loads(found.get_element_by_id("parts").text)
    links = list(
        {
            a.get("href"): a.text_content()
            for a in reversed(found.xpath("//main//a[contains(@href, 'evidence/')]"))
        }.items()
    )[::-1]
    order = {a.get("href"): None for a in found.xpath("//main//a[contains(@href, 'evidence/')]")}
    texts = [dict(links)[to] for to in order] + [text for _, text in given["more"]]
    shown = {a.get("href"): a.text_content() for a in found.xpath("//main//a[starts-with(@href, '#c')]")}
    kinds = set()
    for number, (_, how, parts, *_) in enumerate(given["notes"], 1):
        if min(parts) < 0 or len(parts) != 2 or f"#c{number}" not in shown:
            continue
        value, (one, other) = float(shown[f"#c{number}"]), (float(texts[n]) for n in parts)
        kinds.add(kind := given["words"][how])
        expected = one / other * 100 if kind == "水平之比（%）" else one - other
        assert value == pytest.approx(expected, abs=0.0501), (number, kind)
    assert kinds == {"水平之比（%）", "增速之差（百分点）"}


def test_series_keep_their_vintages(site: Path) -> None:
    found = page(site / "circles/chengdu/series.html")
    given = json.loads(found.get_element_by_id("given").text)
    (points,) = [s[5] for s in given["series"] if s[:3] == ["510000", "GDP", "yoy_real_ytd"]]
    of_2022 = [p for p in points if given["periods"][p[0]] == "2022"]
    assert [p[1] for p in of_2022] == ["2.9", "2.8"]  # preliminary, then finally verified
    assert [p[4] if len(p) > 4 else 1 for p in of_2022] == [1, 2]
    assert of_2022[0][6] > "2023-01-18" and len(of_2022[1]) < 7  # replaced on a day, in force


def test_policy_and_words_of_every_page(site: Path) -> None:
    for path in pages(site):
        found = page(path)
        (policy,) = found.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert (
            policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
            and "unsafe" not in policy
        )
        assert found.get("lang") == "zh-CN" and found.xpath("//title")[0].text_content().strip()
        assert not found.xpath(
            "//*[@style] | //script[not(@src) and @type != 'application/json'] | //script[not(@src) and not(@type)]"
        )
        assert all(th.get("scope") for th in found.xpath("//table//th[ancestor::table[@data-name]]"))
        assert all(len(chart.get("aria-label")) > 10 for chart in found.xpath("//*[@class='chart']"))
        assert "演示" in found.xpath("//p[@class='banner']")[0].text_content()


def test_it_is_searchable_and_small(site: Path) -> None:
    entries = json.loads(
        (site / "assets/search.js")
        .read_text(encoding="utf-8")
        .removeprefix("window.METRO_SEARCH=")
        .rstrip(";\n")
    )
    addresses = {address.partition("#")[0] for _, address, _ in entries}
    assert all((site / address).is_file() for address in addresses)
    assert ["成都都市圈 2025年一季度 2025-Q1", "circles/chengdu/2025-Q1.html", "季度"] in entries
    assert ["德阳市 地区生产总值", "circles/chengdu/series.html#510600/GDP", "序列"] in entries
    assert sum(file.stat().st_size for file in site.rglob("*") if file.is_file()) < BUDGET


def test_as_of_a_day_nothing_later_is_there(warehouse: Warehouse, tmp_path: Path) -> None:
    built = build_site(warehouse, tmp_path / "site", circles=["成都都市圈"], as_of=date(2025, 4, 28))
    folder = built.index.parent
    assert not (folder / "circles/chengdu/2025-Q1.html").exists()  # published on 29 April
    rows = cells(page(folder / "circles/chengdu/2024-Q4.html").xpath("//table[@data-name='gdp']")[0])
    assert rows["成都都市圈"][:2] == ["29756.8", "5.9"]
    assert {p.name for p in (folder / "circles").iterdir()} == {"chengdu"}
    assert "2025-04-28" in page(built.index).xpath("//footer")[0].text_content()


def test_it_replaces_a_site_and_nothing_else(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(WarehouseError, match="is no site"):
        build_site(warehouse, tmp_path)
    with pytest.raises(CatalogueError, match="no such circle"):
        build_site(warehouse, tmp_path / "site", circles=["nowhere"])
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_what_rounds_of_plans_state_leads_to_their_words(site: Path) -> None:
    found = page(site / "plans.html")
    (row,) = found.xpath(
        "//table[@data-name='compared']//tr[th='成都都市圈三年行动计划'][td[1]='第1轮 → 第2轮'][td[2]='文中所列数量']"
    )
    texts = []
    for link in row.xpath("td/a"):
        target, _, anchor = link.get("href").partition("#")
        texts.append(
            page(site / target).get_element_by_id(anchor).xpath("following-sibling::b[1]")[0].text_content()
        )
    assert texts == ["202个重大骨干支撑性工程", "197个重大项目事项"]
    (curated,) = found.xpath(
        "//table[@data-name='compared']//tr[th='成都都市圈三年行动计划'][td[1]='第1轮 → 第2轮'][td[2]='整理的数量']"
    )
    assert curated.xpath("td")[2].text_content().startswith("202项目（") and not curated.xpath(".//a")
