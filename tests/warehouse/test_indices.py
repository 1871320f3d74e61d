"""Indices on both engines: kept, replaced, and not in a synthetic world."""

from __future__ import annotations

from pathlib import Path

from metroetl.catalogue import Catalogue
from metroetl.monitoring.index.published import published_of
from metroetl.monitoring.index.store import keep_indices
from metroetl.warehouse import Warehouse
from tests.monitoring.index_cases import CHENGDU, DEYANG, edition, item
from tests.warehouse.desk import Desk, gdp

PAGE = "https://city.example.cn/1"


def test_an_index_is_kept_and_computed_again(desk: Desk) -> None:
    made = edition([item("x")], {"x": 100}, members=[CHENGDU, DEYANG])
    desk.load(desk.read(PAGE, "年报", [gdp(50.0, "2024"), gdp(90.0, "2024", DEYANG)]))
    stated = published_of(["AGG.CDMC"])
    first = keep_indices(desk.warehouse, {made.key: made}, stated)
    assert (
        first
        == {"computed": 6, "published": len(stated)}
        == keep_indices(desk.warehouse, {made.key: made}, stated)
    )
    wanted = (
        "SELECT region_name, value, rank, rank_of, weight_pct, period, period_end, obs_status FROM mart_index"
        " WHERE index_id = 'test' AND part_level = 'total' ORDER BY rank"
    )
    assert desk.rows(wanted) == [
        ("德阳市", 96.0, 1, 2, 100.0, "2024-Q4", "2024-12-31", "A"),
        ("成都市", 80.0, 2, 2, 100.0, "2024-Q4", "2024-12-31", "A"),
    ]
    (chengdu,) = desk.rows("SELECT value, rank, rank_of, access, world FROM mart_index WHERE value = 76.4")
    assert chengdu == (76.4, 5, 12, "public", "facts")
    keep_indices(desk.warehouse, {}, [])
    assert desk.rows("SELECT COUNT(*) FROM mart_index") == [(0,)]


def test_published_values_are_no_part_of_a_synthetic_world(words: Catalogue, tmp_path: Path) -> None:
    invented = Warehouse(f"sqlite:///{tmp_path / 'synthetic.db'}", "synthetic", words)
    invented.upgrade()
    made = edition([item("x")], {"x": 100}, members=[CHENGDU])
    kept = keep_indices(invented, {made.key: made}, published_of(["AGG.CDMC"]))
    assert kept == {"computed": 3, "published": 0}
    assert invented.query("SELECT DISTINCT world, value, missing FROM mart_index WHERE part = ''")[1] == [
        ("synthetic", None, "x")
    ]
