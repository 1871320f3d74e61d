"""What must never show: internal rows, and markup or formulas that a stranger's page brings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import html

from metroetl.catalogue import catalogue
from metroetl.monitoring.site import build_site
from metroetl.warehouse import Warehouse
from tests.warehouse.desk import Desk, gdp

SECRET = "内部测算稿"
HOSTILE = "一季度<script>alert(1)</script></script>\u202e=HYPERLINK(1)"
OPEN, INSIDE = "成都市实现地区生产总值5930.3亿元", "成都市实现地区生产总值6000.4亿元"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """A new warehouse with the project's own catalogue, on each engine."""
    url = f"sqlite:///{tmp_path / 'warehouse.db'}"
    if request.param == "postgresql":
        new_postgres: Callable[[], str] = request.getfixturevalue("new_postgres")
        url = new_postgres()
    warehouse = Warehouse(url)
    warehouse.upgrade()
    return Desk(warehouse)


def test_internal_rows_and_strangers_markup_never_show(desk: Desk, tmp_path: Path) -> None:
    source = next(s.id for s in catalogue().sources.values() if "510100" in s.regions)
    told = gdp(5930.3, quote=OPEN, start=0, end=len(OPEN))
    hidden = gdp(6000.4, "2025-Q2", quote=INSIDE, start=0, end=len(INSIDE))
    address = "javascript:alert(1)"
    desk.load(desk.read(address, OPEN, [told], source_id=source, title=HOSTILE))
    desk.load(
        desk.read(
            "https://x.example.cn/2", INSIDE, [hidden], source_id=source, title=SECRET, access="internal"
        )
    )
    site = build_site(desk.warehouse, tmp_path / "site", circles=["chengdu"]).index.parent
    texts = {
        path: path.read_text(encoding="utf-8")
        for path in site.rglob("*")
        if path.suffix in (".html", ".js", ".json")
    }
    for path, text in texts.items():
        assert SECRET not in text and "6000.4" not in text, path
        assert "<script>alert" not in text and "\u202e" not in text, path
    assert [p.stem for p in (site / "circles/chengdu").glob("2*")] == ["2025-Q1"]
    (page,) = (site / "evidence").iterdir()
    found = html.fromstring(texts[page])
    assert "<script>alert(1)</script>" in found.xpath("//h1")[0].text_content()
    assert [b.text_content() for b in found.xpath("//mark/b")] == ["5930.3"]
    assert found.xpath("//mark")[0].text_content() == OPEN
    assert not found.xpath("//a[starts-with(@href, 'javascript')]")
