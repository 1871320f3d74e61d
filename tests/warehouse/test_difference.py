"""What changed between two days of a warehouse, or between two files of it."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from metroetl.cli.export import diff
from metroetl.errors import WarehouseError
from metroetl.settings import settings
from metroetl.warehouse.difference import Difference, difference
from metroetl.warehouse.difference_page import render_page
from metroetl.warehouse.exports import export
from tests.warehouse.desk import Desk, gdp

PAGE = "https://city.example.cn/"


@pytest.fixture
def revised(desk: Desk) -> Desk:
    """By the end of April four figures; in June one is revised, one restated, one printed finer, one withdrawn, one new."""
    figures = [
        gdp(5930.3),
        gdp(684.7, region="510600"),
        gdp(402.5, region="511400"),
        gdp(240.2, region="512000"),
    ]
    desk.load(desk.read(PAGE + "1", "一季度", figures))
    june = [
        gdp(5950.3),
        gdp(684.7, region="510600", obs_status="P", revision_stage="初步核算"),
        gdp(402.53, region="511400"),
        gdp(12000.0, "2025-Q2"),
    ]
    desk.load(desk.read(PAGE + "2", "<script>上半年</script>", june, published_on=date(2025, 6, 30)))
    return desk


def told(found: Difference) -> dict[str, list[tuple[str, str]]]:
    """Region and period of the changes by kind."""
    kinds: dict[str, list[tuple[str, str]]] = {}
    for change in found.changes:
        kinds.setdefault(change["kind"], []).append((change["region_code"], change["period"]))
    return kinds


def test_days_of_one_warehouse(revised: Desk) -> None:
    found = difference(revised.warehouse.url, "2025-04-30", "2025-06-30")
    assert found.counts == {"revised": 1, "restated": 2, "removed": 0, "added": 1}
    assert found.unchanged == 1 and (found.before.facts, found.after.facts) == (4, 5)
    assert told(found) == {
        "revised": [("510100", "2025-Q1")],
        "restated": [("510600", "2025-Q1"), ("511400", "2025-Q1")],
        "added": [("510100", "2025-Q2")],
    }
    revision, restated, finer, _ = found.changes
    assert (revision["before"]["value"], revision["after"]["value"]) == (5930.3, 5950.3)
    assert restated["fields"][:2] == ["obs_status", "revision_stage"]
    assert "decimals" in finer["fields"] and "value" not in finer["fields"]  # 402.5 and 402.53 are one value
    back = difference(revised.warehouse.url, "2025-06-30", "2025-04-30", limit=0)
    assert back.counts["removed"] == 1 and back.changes == []
    same = difference(revised.warehouse.url, "1999-01-01", "1999-01-02", as_loaded=True)
    assert (same.before.facts, same.unchanged) == (0, 0)


def test_an_export_equals_the_day_it_shows(revised: Desk, tmp_path: Path) -> None:
    """Every form of file gives the same facts as the warehouse itself, and the revision is found between two forms."""
    url = revised.warehouse.url
    export(url, "parquet", str(tmp_path / "april"), as_of=date(2025, 4, 30))
    export(url, "csv", str(tmp_path / "csv"))
    export(url, "duckdb", str(tmp_path / "june.duckdb"))
    for before, after in (("april", "csv"), ("april", "june.duckdb")):
        found = difference(url, str(tmp_path / before), str(tmp_path / after))
        assert found.counts == {"revised": 1, "restated": 2, "removed": 0, "added": 1}
    for place in ("csv", "june.duckdb"):
        found = difference(url, str(tmp_path / place), "2025-06-30")
        assert (sum(found.counts.values()), found.unchanged) == (0, 5)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_files_pages_and_lines(
    revised: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = Path(revised.warehouse.url.removeprefix("sqlite:///"))
    shutil.copy(file, tmp_path / "before.db")
    revised.load(revised.read(PAGE + "3", "更正", [gdp(5941.0)], published_on=date(2025, 7, 30)))
    monkeypatch.setenv("METROETL_DATABASE_URL", revised.warehouse.url)
    settings.cache_clear()
    diff(str(tmp_path / "before.db"), str(file), as_loaded=False, html=None, as_json=True)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(c["kind"], c["after"]["value"]) for c in lines] == [("revised", 5941.0)]
    page = tmp_path / "out" / "diff.html"
    diff("2025-04-30", "2025-07-30", as_loaded=False, html=page, as_json=False)
    assert "修订 revised: 1" in capsys.readouterr().out
    html = page.read_text("utf-8")
    assert "5,930.3 亿元" in html and "+10.7（+0.18%）" in html
    assert "<script>" not in html and "&lt;script&gt;上半年" in html
    assert "src=" not in html and "Content-Security-Policy" in html


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_units_are_compared_in_one(desk: Desk, tmp_path: Path) -> None:
    """5930.3亿元 and 0.59303万亿元 are one value, otherwise stated; 10亿元 and 11亿美元 aren't."""
    desk.load(
        desk.read(PAGE + "1", "一", [gdp(5930.3), gdp(10.0, region="510600")], published_on=date(2025, 4, 1)),
        desk.read(
            PAGE + "2",
            "二",
            [
                gdp(0.59303, printed="0.59303", unit="万亿元", unit_norm="万亿元"),
                gdp(11.0, region="510600", unit="亿美元", unit_norm="亿美元"),
            ],
            published_on=date(2025, 5, 1),
        ),
    )
    found = difference(desk.warehouse.url, "2025-04-30", "2025-05-30")
    assert told(found) == {"revised": [("510600", "2025-Q1")], "restated": [("510100", "2025-Q1")]}
    assert "unit" in found.changes[1]["fields"]
    assert render_page(found).count("亿美元") == 1


def test_what_is_no_day_and_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing of ours")
    for wrong in ("2025-02-30", "yesterday", str(tmp_path / "notes.txt"), str(tmp_path)):
        with pytest.raises(WarehouseError) as caught:
            difference(f"sqlite:///{tmp_path / 'none.db'}", wrong, wrong)
        assert "two days" in caught.value.way_out
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    with pytest.raises(WarehouseError, match="can't be compared"):
        difference("sqlite:///none.db", str(tmp_path / "bad.csv"), str(tmp_path / "bad.csv"))
