"""What leaves the warehouse: the same public rows in every format, from both engines, whole or not at all."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from metroetl.errors import WarehouseError
from metroetl.warehouse.exports import Tell, export
from metroetl.warehouse.exports.as_xlsx import write_xlsx
from metroetl.warehouse.exports.rows import KEYS, Look, public_look
from metroetl.warehouse.exports.stamp import stamp_of
from metroetl.warehouse.query import Answer
from tests.warehouse.desk import Desk, gdp

LATEST = "mart_observation_latest"
SECRET = "内部测算"
PG_KINDS = {
    "text": "text",
    "character varying": "text",
    "integer": "integer",
    "bigint": "integer",
    "numeric": "number",
    "double precision": "number",
    "date": "date",
    "timestamp with time zone": "moment",
    "boolean": "boolean",
}


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """Two years, a revision, a variant, a title that is a formula, and a page that isn't public."""
    city = "https://city.example.cn/"
    desk.load(
        desk.read(city + "1", "一季度", [gdp(5930.3), gdp(684.75, region="510600", variant="不含农户")]),
        desk.read(
            city + "2",
            "=cmd|' /C calc'!A0\n二〇二四年",
            [gdp(23511.3, "2024"), gdp(-3.2, "2024-Q3", value_text="-3.2", measure="yoy_real_ytd", unit="%",
                                       unit_norm="%", revision_stage="初步核算")],
            published_on=date(2025, 1, 27),
        ),
        desk.read(city + "secret", SECRET, [gdp(999.0, region="511400")], access="internal"),
    )  # fmt: skip
    desk.load(desk.read(city + "3", "一季度修订", [gdp(5950.3)], published_on=date(2025, 6, 30)))
    return desk


def sql_rows(desk: Desk, **asked: Any) -> Answer:
    """The public rows of the latest observations, as SQL has them."""
    sql = f"SELECT * FROM {LATEST} WHERE access = 'public' ORDER BY region_code, measure, period"
    return desk.warehouse.query(sql, **asked)


def plain(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Values as `query` gives them, in its order."""
    rows = sorted(rows, key=lambda r: (r["region_code"], r["measure"], r["period"]))
    return [tuple(_plain(value) for value in row.values()) for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return value.isoformat() if isinstance(value, date) else value


def test_parquet_holds_the_public_rows_with_their_types_by_year(filled: Desk, tmp_path: Path) -> None:
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq

    stamp = export(filled.warehouse.url, "parquet", str(tmp_path / "lake"))
    mart = tmp_path / "lake" / LATEST
    assert sorted(p.name for p in mart.iterdir()) == ["year=2024", "year=2025"]
    table = ds.dataset(mart, partitioning="hive").to_table()
    columns, rows = sql_rows(filled)
    assert table.column_names == [*columns, "year"]
    assert plain(table.drop(["year"]).to_pylist()) == rows
    assert len(rows) == 4 == (stamp.tables or {})[LATEST]
    assert {str(table.schema.field(c).type) for c in ("period_end", "published_on")} == {"date32[day]"}
    assert str(table.schema.field("known_from").type) == "timestamp[us, tz=UTC]"
    file = pq.ParquetFile(mart / "year=2025" / "part-0.parquet")
    told = json.loads(file.schema_arrow.metadata[b"metroetl"])
    assert told["contract"] and told["world"] == "facts" and told["licence_zh"]
    assert file.schema_arrow.field("rounding").metadata[b"description_zh"].decode().startswith("修约误差")
    manifest = json.loads((tmp_path / "lake" / "_metroetl.json").read_text("utf-8"))
    assert manifest["tables"][LATEST] == 4
    assert manifest["latest_published_at"] == "2025-06-29T16:00:00+00:00"
    assert SECRET.encode() not in b"".join(p.read_bytes() for p in (tmp_path / "lake").rglob("*.*"))


def test_as_of_a_day_the_export_shows_what_was_known(filled: Desk, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    stamp = export(filled.warehouse.url, "parquet", str(tmp_path / "lake"), as_of=date(2025, 4, 30))
    assert "2025-04-30" in stamp.vintage
    table = pq.read_table(tmp_path / "lake" / LATEST / "year=2025" / "part-0.parquet", partitioning=None)
    values = {row["region_code"]: row["value"] for row in table.to_pylist()}
    assert values == {"510100": 5930.3, "510600": 684.75}
    assert (stamp.tables or {})["mart_document_version"] == 2


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_declared_kinds_are_those_of_postgresql(desk: Desk) -> None:
    """The kinds, by which both engines' rows are typed, held against the server's own."""
    with public_look(desk.warehouse.url) as look:
        shapes = look.shapes
        found = look._connection.exec_driver_sql(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
        ).all()
    typed = {(table, column): PG_KINDS[kind] for table, column, kind in found if table in shapes}
    assert typed == {(s.name, column): kind for s in shapes.values() for column, kind in s.columns.items()}
    assert set(KEYS) <= set(shapes)


def test_keys_that_are_promised_hold(filled: Desk) -> None:
    with public_look(filled.warehouse.url) as look:
        for shape in look.shapes.values():
            rows = [row for batch in look.batches(shape) for row in batch.to_pylist()]
            keys = [tuple(row[c] for c in shape.key) for row in rows]
            assert not shape.key or len(set(keys)) == len(keys), shape.name
            assert rows == [row for batch in look.batches(shape, rows=2) for row in batch.to_pylist()]


def test_csv_is_a_valid_data_package(filled: Desk, tmp_path: Path) -> None:
    from frictionless import Package

    export(filled.warehouse.url, "csv", str(tmp_path / "csv"))
    package = Package(str(tmp_path / "csv" / "datapackage.json"))
    report = package.validate()
    assert report.valid, report.flatten(["type", "rowNumber", "fieldName", "note"])
    latest = package.get_resource(LATEST)
    rows = [row.to_dict() for row in latest.read_rows()]
    columns, expected = sql_rows(filled)
    assert [f.name for f in latest.schema.fields] == columns
    keys = {key["reference"]["resource"] for key in latest.schema.foreign_keys}
    assert keys == {"dim_region", "dim_indicator", "dim_measure", "dim_period", "dim_source"}
    at = columns.index("value")
    by_key = {(r["region_code"], r["period"]): r for r in rows}
    for row in expected:
        found = by_key[row[columns.index("region_code")], row[columns.index("period")]]
        assert math.isclose(found["value"], row[at])
    growth = by_key["510100", "2024-Q3"]
    assert growth["value_text"] == "-3.2"  # a number stays one
    assert growth["document_title"].startswith("'=cmd|")  # a formula doesn't
    assert SECRET not in "".join(p.read_text("utf-8") for p in (tmp_path / "csv").iterdir())


def test_sdmx_reads_back_with_every_code_in_its_list(filled: Desk, tmp_path: Path) -> None:
    import sdmx

    export(filled.warehouse.url, "sdmx", str(tmp_path / "sdmx"))
    structure: Any = sdmx.read_sdmx(tmp_path / "sdmx" / "structure.xml")
    flow = structure.dataflow["OBSERVATION"]
    data: Any = sdmx.read_sdmx(tmp_path / "sdmx" / "data.csv", structure=flow)
    observations = data.data[0].obs
    parts = [*flow.structure.dimensions.components, *flow.structure.attributes.components]
    listed = {p.id: p.local_representation.enumerated for p in parts if p.local_representation.enumerated}
    assert set(listed) == {"FREQ", "REF_AREA", "INDICATOR", "MEASURE", "VARIANT", "UNIT_MEASURE", "OBS_STATUS",
                           "REVISION_STAGE", "SOURCE"}  # fmt: skip
    found = set()
    for o in observations:
        told = {k: v.value for k, v in {**o.dimension.values, **o.attached_attribute}.items()}
        for part, codes in listed.items():
            assert told[part] in structure.codelist[codes.id], (part, told[part])
        found.add((told["OBS_ID"], float(o.value), told["TIME_PERIOD"], int(told["DECIMALS"])))
    columns, rows = sql_rows(filled)
    place = [columns.index(c) for c in ("observation_id", "value", "period", "decimals")]
    assert found == {tuple(row[p] for p in place) for row in rows}
    units = {
        (o.attached_attribute["UNIT_MEASURE"].value, o.attached_attribute["UNIT_MULT"].value)
        for o in observations
    }
    assert units == {("CNY", "8"), ("PT", "0")}
    variants = structure.codelist["CL_VARIANT"]
    assert {
        str(variants[o.dimension.values["VARIANT"].value].name.localizations["zh"]) for o in observations
    } == {
        "无",
        "不含农户",
    }


def test_excel_is_for_people(filled: Desk, tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook

    with public_look(filled.warehouse.url) as look:
        write_xlsx(look, tmp_path / "small.xlsx", stamp_of(look, "xlsx"), Tell(), max_rows=4)
    book = CalamineWorkbook.from_path(tmp_path / "small.xlsx")
    assert book.sheet_names[:3] == ["说明", "都市圈季度", "都市圈季度 2"]  # a longer table goes on
    first, second = (book.get_sheet_by_name(name).to_python() for name in ("最新数据", "最新数据 2"))
    assert first[0] == second[0] and first[0][:2] == ["地区代码", "地区名称"]
    columns, rows = sql_rows(filled)
    body = [dict(zip(columns, row, strict=True)) for row in (*first[1:], *second[1:])]
    assert [row["value"] for row in body] == [r[columns.index("value")] for r in _by_key(columns, rows)]
    assert body[0]["period_end"] == date(2024, 12, 31)
    assert body[0]["document_title"].startswith("=cmd|")  # as text: a formula would come back empty
    front = "".join(str(cell) for line in book.get_sheet_by_name("说明").to_python() for cell in line)
    assert "1,048,576" in front and "发布机构" in front


def _by_key(columns: list[str], rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    key = [columns.index(c) for c in KEYS[LATEST]]
    return sorted(rows, key=lambda row: [str(row[k]) for k in key])


def test_duckdb_has_tables_with_words(filled: Desk, tmp_path: Path) -> None:
    import duckdb

    export(filled.warehouse.url, "duckdb", str(tmp_path / "metro.duckdb"))
    with duckdb.connect(str(tmp_path / "metro.duckdb"), read_only=True) as database:
        columns, rows = sql_rows(filled)
        found = database.sql(f"SELECT * FROM {LATEST} ORDER BY region_code, measure, period")
        assert found.columns == columns
        assert plain(found.to_arrow_table().to_pylist()) == rows
        words = database.sql(
            f"SELECT comment FROM duckdb_columns() WHERE table_name = '{LATEST}' AND column_name = 'rounding'"
        )
        assert "修约误差" in words.fetchall()[0][0]
        assert database.sql("SELECT value FROM meta_export WHERE key = 'world'").fetchall() == [("facts",)]
    assert [p.name for p in tmp_path.iterdir() if "duckdb" in p.name] == ["metro.duckdb"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_failed_export_leaves_nothing_and_nothing_else_is_replaced(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "out"
    export(desk.warehouse.url, "csv", str(place))
    before = (place / "_metroetl.json").read_bytes()
    with pytest.raises(WarehouseError, match="there already") as caught:
        export(desk.warehouse.url, "csv", str(place))
    assert "--force" in caught.value.way_out

    class Full(Tell):
        def tell(self, name: str, done: int) -> None:
            if name == "mart_lineage":
                raise OSError(28, "No space left on device")

    with pytest.raises(WarehouseError, match="No space left"):
        export(desk.warehouse.url, "csv", str(place), force=True, tell=Full())
    with pytest.raises(WarehouseError, match="No space left"):
        export(desk.warehouse.url, "parquet", str(tmp_path / "new"), tell=Full())
    assert (place / "_metroetl.json").read_bytes() == before
    assert export(desk.warehouse.url, "parquet", str(place), force=True).format == "parquet"
    assert not (place / "datapackage.json").exists()
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(WarehouseError, match="no export"):
        export(desk.warehouse.url, "parquet", str(mine), force=True)
    assert (mine / "thesis.txt").exists()
    kept = {p.name for p in tmp_path.iterdir()}
    assert not [name for name in kept if name == "new" or ".part-" in name]


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(WarehouseError, match="pyarrow") as caught:
        export("sqlite:///nowhere.db", "parquet", str(tmp_path / "x"))
    assert "metroetl[export]" in caught.value.way_out


def test_the_lake_answers_a_mart_as_the_warehouse_does(filled: Desk, bucket: str) -> None:
    """Parquet on an S3-compatible store, read by DuckDB, gives the rows of the mart."""
    import duckdb
    import fsspec

    sql = "SELECT {} FROM {} WHERE circle_id = 'chengdu' AND quarter = '2025-Q1' ORDER BY sort_order, measure, variant"
    columns, rows = filled.warehouse.query(sql.format("*", "mart_circle_quarter"))
    shown = [row for row in rows if row[columns.index("access")] == "public"]
    assert len(shown) == 2
    place = f"{bucket}/lake/2025"
    export(filled.warehouse.url, "parquet", place)
    files = fsspec.filesystem("s3", use_listings_cache=False)
    with duckdb.connect() as database:
        database.register_filesystem(files)
        lake = f"read_parquet('{place}/mart_circle_quarter/*/*.parquet', hive_partitioning = true)"
        found = database.sql(sql.format(", ".join(columns), lake)).to_arrow_table().to_pylist()
    assert [tuple(_plain(value) for value in row.values()) for row in found] == shown
    with pytest.raises(WarehouseError, match="there already"):
        export(filled.warehouse.url, "parquet", place)
    stale = f"{place}/mart_circle_quarter/year=1999/part-0.parquet"
    files.pipe_file(stale, b"old")
    export(filled.warehouse.url, "parquet", place, force=True)
    assert not files.exists(stale) and files.exists(f"{place}/_metroetl.json")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_failed_upload_takes_back_what_it_had_put(filled: Desk, bucket: str) -> None:
    import fsspec

    class Dead(Tell):
        def tell(self, name: str, done: int) -> None:
            if name.startswith("→") and done == 9:
                raise OSError("the line went dead")

    with pytest.raises(WarehouseError, match="went dead") as caught:
        export(filled.warehouse.url, "parquet", f"{bucket}/lake", tell=Dead())
    assert "Nothing half" in caught.value.way_out
    assert fsspec.filesystem("s3", use_listings_cache=False).find(bucket) == []


def test_a_look_is_one_moment(filled: Desk) -> None:
    """What is loaded while an export reads isn't in it."""
    with public_look(filled.warehouse.url) as look:
        assert isinstance(look, Look)
        before = look.one(f"SELECT COUNT(*) FROM {LATEST}")
        filled.load(filled.read("https://city.example.cn/9", "三季度", [gdp(17000.0, "2025-Q3")]))
        assert look.one(f"SELECT COUNT(*) FROM {LATEST}") == before
        assert sum(b.num_rows for b in look.batches(look.shape(LATEST))) == before
