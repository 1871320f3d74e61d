"""Invoice flows in the warehouse: each file a vintage, internal for everybody who isn't a loader. All flows are invented."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from metroetl.catalogue import catalogue
from metroetl.errors import FlowsRefused
from metroetl.monitoring.content import Paragraph, Section, Table
from metroetl.monitoring.figures import CircleFigures
from metroetl.monitoring.linkage import load_flows, section, update
from metroetl.warehouse import Warehouse
from metroetl.warehouse.engine import writer, writing
from metroetl.warehouse.roles import Roles, admit_reader, put_roles_in_force
from tests.warehouse.desk import Desk, gdp

CITIES = ("510100", "510600", "511400", "512000")
SOURCE = "虚构税务局"
SHOWN = "SELECT value, suppressed FROM mart_linkage WHERE measure = 'flow' AND from_code = '{}' AND to_code = '{}' AND period = '2025-Q1'"
CHENGDU = CircleFigures(catalogue().circles["chengdu"])


def invented(
    folder: Path, quarter: str = "2025-Q1", times: float = 1.0, leave_out: tuple[str, str] | None = None
) -> Path:
    """A file of a quarter: 17 = 资阳→德阳 is of two firms, all others of nine."""
    lines = ["季度,销方地区代码,购方地区代码,金额,单位,企业数"]
    for n, i in enumerate((*CITIES, "_O")):
        for m, j in enumerate((*CITIES, "_O")):
            if (i, j) not in (("_O", "_O"), leave_out):
                firms = 2 if (i, j) == ("512000", "510600") else 9
                lines.append(f"{quarter},{i},{j},{(5 * n + m + 1) * times},亿元,{firms}")
    path = folder / f"invented-{quarter}-{times}.csv"
    path.write_text("\n".join(lines), encoding="gb18030")
    return path


def test_a_file_is_loaded_once_and_a_later_one_is_a_new_vintage(warehouse: Warehouse, tmp_path: Path) -> None:
    first = load_flows(warehouse, invented(tmp_path), SOURCE)
    assert [(v.period, v.vintage, v.rows, v.new) for v in first.vintages] == [("2025-Q1", 1, 24, True)]
    assert first.links > 50 and not first.refused
    again = load_flows(warehouse, invented(tmp_path), SOURCE)
    assert not again.vintages[0].new and again.links == first.links
    later = load_flows(warehouse, invented(tmp_path, times=2.0), SOURCE)
    assert later.vintages[0].vintage == 2
    back = load_flows(warehouse, invented(tmp_path), SOURCE)
    assert back.vintages[0].vintage == 3, "going back is news too"
    counts = "SELECT COUNT(*), COUNT(DISTINCT file_id) FROM core_flow"
    assert warehouse.query(counts)[1] == [(72, 3)], "nothing is overwritten"
    assert warehouse.query(SHOWN.format("510100", "510600"))[1] == [(2.0, "")]
    assert warehouse.query(SHOWN.format("512000", "510600"))[1] == [(None, "primary")]
    assert warehouse.query("SELECT COUNT(*) FROM mart_linkage WHERE suppressed <> '' AND value IS NOT NULL")[
        1
    ] == [(0,)]


def test_a_file_with_a_mistake_changes_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    path = invented(tmp_path)
    path.write_text(path.read_text("gb18030").replace("510600", "519999", 1), encoding="gb18030")
    with pytest.raises(FlowsRefused, match="第3行 REGION_UNKNOWN"):
        load_flows(warehouse, path, SOURCE)
    assert warehouse.query("SELECT COUNT(*) FROM core_flow_file")[1] == [(0,)]


def test_a_pair_that_is_missing_is_named_and_the_flows_are_kept(warehouse: Warehouse, tmp_path: Path) -> None:
    found = load_flows(warehouse, invented(tmp_path, leave_out=("510600", "511400")), SOURCE)
    assert found.links == 0 and found.refused["成都都市圈 2025-Q1"].missing == ("德阳市→眉山市",)
    assert warehouse.query("SELECT COUNT(*) FROM core_flow")[1] == [(23,)]


def test_growth_is_derived_whichever_year_comes_first(warehouse: Warehouse, tmp_path: Path) -> None:
    load_flows(warehouse, invented(tmp_path, times=1.1), SOURCE)
    load_flows(warehouse, invented(tmp_path, "2024-Q1"), SOURCE)
    growth = "SELECT value FROM mart_linkage WHERE measure = 'inner_trade_yoy'"
    assert warehouse.query(growth)[1] == [(pytest.approx(10.0),)]
    update(warehouse)
    assert warehouse.query(growth)[1] == [(pytest.approx(10.0),)]


def test_public_looks_and_as_of_looks_leave_out_what_they_must(warehouse: Warehouse, tmp_path: Path) -> None:
    load_flows(warehouse, invented(tmp_path), SOURCE)
    for table in ("mart_linkage", "core_flow", "core_flow_file", "core_linkage"):
        ask = f"SELECT COUNT(*) FROM {table}"
        assert warehouse.query(ask)[1][0][0] > 0
        assert warehouse.query(ask, public=True)[1] == [(0,)], table
        assert warehouse.query(ask, as_of=date(2025, 1, 1))[1] == [(0,)], table


def said_of(found: Section | None) -> str:
    assert found is not None
    return "".join(b.text for b in found.blocks if isinstance(b, Paragraph))


def test_flows_stand_in_internal_reports_only_and_are_marked(warehouse: Warehouse, tmp_path: Path) -> None:
    load_flows(warehouse, invented(tmp_path), SOURCE)
    assert SOURCE not in said_of(section(CHENGDU, warehouse, "2025-Q1"))
    found = section(CHENGDU, warehouse, "2025-Q1", internal=True)
    said = said_of(found)
    assert found and found.title.endswith("（内部）") and "内部资料，不得公开" in said and SOURCE in said
    tables = [b for b in found.blocks if isinstance(b, Table)]
    assert len(tables) == 2 and all("内部" in t.title for t in tables)
    words = {row[0].text: row[1].text for row in tables[1].rows}
    assert words["资阳市—德阳市"] == "Q" and words["成都市—德阳市"] == "2.0"
    english = section(CHENGDU, warehouse, "2025-Q1", "en", internal=True)
    assert english and english.title.endswith("(internal)") and "vintage 1" in said_of(english)


def test_flows_under_embargo_wait(warehouse: Warehouse, tmp_path: Path) -> None:
    load_flows(warehouse, invented(tmp_path), SOURCE, datetime.now(UTC).date() + timedelta(days=9))
    found = section(CHENGDU, warehouse, "2025-Q1", internal=True)
    assert "未列入" in said_of(found) and found is not None
    assert not [b for b in found.blocks if isinstance(b, Table)]


@pytest.fixture
def both(desk: Desk, tmp_path: Path) -> Desk:
    """A warehouse that holds invented figures of the four cities, and invented flows."""
    residents = {"indicator_code": "POP", "measure": "level_eop", "unit": "万人", "unit_norm": "万人"}
    figures = [gdp(100.0 * (n + 1), region=c) for n, c in enumerate(CITIES)]
    figures += [gdp(300.0 + n, "2024", c, **residents) for n, c in enumerate(CITIES)]
    desk.load(desk.read("https://city.example.cn/1", "虚构", figures))
    load_flows(desk.warehouse, invented(tmp_path), SOURCE)
    update(desk.warehouse)
    return desk


KINDS = "SELECT kind, MAX(access), COUNT(*) FROM mart_linkage WHERE period = '2025-Q1' GROUP BY kind ORDER BY kind"


def test_gravity_is_public_and_rests_on_what_it_names(both: Desk) -> None:
    assert [row[:2] for row in both.rows(KINDS)] == [("gravity", "public"), ("od", "internal")]
    assert both.warehouse.query(KINDS, public=True)[1] == [("gravity", "public", 36)]
    known = {row[0] for row in both.rows("SELECT observation_id FROM mart_observation_latest")}
    rests = both.rows("SELECT observation_ids FROM mart_linkage WHERE measure = 'gravity'")
    assert len(rests) == 12
    for (keys,) in rests:
        assert len(keys.split(",")) == 4 and set(keys.split(",")) <= known
    update(both.warehouse)
    assert len(both.rows("SELECT 1 FROM mart_linkage WHERE kind = 'gravity'")) == 36, (
        "derived anew, not twice"
    )


def test_a_reader_sees_gravity_and_no_flow(both: Desk) -> None:
    if not both.warehouse.url.startswith("postgresql"):
        pytest.skip("SQLite knows no roles")
    roles = Roles("metroetl_loader", "metroetl_reader")
    with writing(writer(both.warehouse.url)) as connection:
        put_roles_in_force(connection, roles)
        admit_reader(connection, roles, "clerk")
    with psycopg.connect(both.warehouse.url.replace("metroetl@", "clerk@"), autocommit=True) as clerk:
        assert clerk.execute(KINDS).fetchall() == [("gravity", "public", 36)]
        for table in ("core_flow", "core_flow_file", "core_linkage"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                clerk.execute(f"SELECT COUNT(*) FROM {table}".encode())
