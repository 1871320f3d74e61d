"""A backup is rehearsed: made, restored into an empty place, the same rows are there, and the next run goes on."""

from __future__ import annotations

import json
import multiprocessing
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from typer.testing import CliRunner

from metroetl.catalogue import Catalogue
from metroetl.cli import app
from metroetl.errors import WarehouseError
from metroetl.settings import settings
from metroetl.warehouse import Warehouse
from metroetl.warehouse.backup import back_up, read_manifest, restore
from metroetl.warehouse.engine import named_errors, reader, reading, writer
from metroetl.warehouse.pg_client import set_aside
from tests.postgres import client_folder
from tests.warehouse.desk import Desk, gdp

PAGE = "https://city.example.cn/"


@pytest.fixture(autouse=True)
def clients(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump and pg_restore of the server that the tests run."""
    if database_url.startswith("postgresql"):
        monkeypatch.setenv("PATH", f"{client_folder()}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def other_url(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """An empty place elsewhere."""
    if database_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path / 'elsewhere' / 'warehouse.db'}"
    new_postgres: Callable[[], str] = request.getfixturevalue("new_postgres")
    return new_postgres()


@pytest.fixture
def loaded(desk: Desk) -> Desk:
    """A warehouse with published, quarantined and waiting rows, and text that is hard to keep."""
    desk.load(desk.read(PAGE + "1", "一季度\n𝟙😀\t|'\\N", [gdp(5930.3), gdp(2.5, "2025-Q2")]))
    desk.load(desk.read(PAGE + "2", "改版", [gdp(5931.0)], access="internal"))
    desk.archive(PAGE + "3", "没读过")
    return desk


def everything(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, but for when the contract was written."""
    with reading(reader(url)) as connection:
        names = inspect(connection).get_table_names()
        rows = {
            name: [tuple(row) for row in connection.execute(text(f'SELECT * FROM "{name}"'))]
            for name in names
        }
    if "meta_contract" in rows:
        rows["meta_contract"] = [row[:2] for row in rows["meta_contract"]]
    return {name: sorted(found, key=repr) for name, found in rows.items()}


def test_what_was_backed_up_is_restored_elsewhere_and_the_next_run_goes_on(
    loaded: Desk, other_url: str, tmp_path: Path, words: Catalogue
) -> None:
    before, file = everything(loaded.warehouse.url), tmp_path / "backups" / "one.zip"
    manifest = back_up(loaded.warehouse.url, file)
    assert manifest.rows["core_observation"] == 3
    assert {name for name, n in manifest.rows.items() if n} == {name for name, rows in before.items() if rows}
    assert manifest.world == "facts"
    assert read_manifest(file) == manifest
    assert file.stat().st_mode & 0o077 == 0
    assert [p.name for p in file.parent.iterdir()] == ["one.zip"]
    assert restore(other_url, file, "facts", words) == manifest
    assert everything(other_url) == before
    there = Desk(Warehouse(other_url, "facts", words))
    assert [s.url for s in there.warehouse.pending()] == [PAGE + "3"]
    there.clock = loaded.clock
    assert there.load(there.read(PAGE + "4", "二季度", [gdp(6100.0, "2025-Q3")])).observations == 1
    latest = "SELECT value FROM mart_observation_latest ORDER BY period"
    assert [row[0] for row in there.rows(latest)] == [5930.3, 2.5, 6100.0]
    if other_url.startswith("postgresql"):
        assert there.one("SELECT COUNT(*) FROM pg_policies WHERE tablename = 'core_observation'") == 1


def test_a_warehouse_with_data_is_replaced_only_when_told(
    loaded: Desk, tmp_path: Path, words: Catalogue
) -> None:
    url, file = loaded.warehouse.url, tmp_path / "one.zip"
    back_up(url, file)
    before = everything(url)
    loaded.load(loaded.read(PAGE + "5", "误载", [gdp(1.0, "2025-Q4")]))
    after = everything(url)
    with pytest.raises(WarehouseError, match="holds data") as caught:
        restore(url, file, "facts", words)
    assert "--force" in caught.value.way_out
    assert everything(url) == after
    restore(url, file, "facts", words, force=True)
    assert everything(url) == before
    with pytest.raises(WarehouseError, match="is there already"):
        back_up(url, file)


def test_what_cannot_be_restored_is_refused_and_nothing_changes(
    loaded: Desk, tmp_path: Path, words: Catalogue
) -> None:
    url, file = loaded.warehouse.url, tmp_path / "one.zip"
    back_up(url, file)
    before = everything(url)
    for name, change, said in (
        ("newer", {"revision": "9999"}, "newer version"),
        ("world", {"world": "synthetic"}, "marked synthetic"),
        ("format", {"format": 2}, "isn't a whole backup"),
        ("counts", {"rows": {**read_manifest(file).rows, "core_document": 7}}, "core_document 2 of 7"),
    ):
        changed = rewrite(file, tmp_path / f"{name}.zip", change)
        with pytest.raises(WarehouseError, match=said):
            restore(url, changed, "facts", words, force=True)
        assert everything(url) == before, name
    whole = file.read_bytes()
    for name, data in (
        ("cut", whole[: len(whole) // 2]),
        ("bad", whole[: len(whole) // 2] + b"\0\1\2\3" + whole[len(whole) // 2 + 4 :]),
        ("text", b"a page"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(WarehouseError, match="isn't a whole backup"):
            restore(url, tmp_path / name, "facts", words, force=True)
    with pytest.raises(WarehouseError, match="isn't there"):
        restore(url, tmp_path / "none.zip", "facts", words)
    assert everything(url) == before
    assert loaded.one("SELECT COUNT(*) FROM mart_observation_latest") == 2
    assert not list(tmp_path.glob(".restore-*"))


def rewrite(file: Path, copy: Path, change: dict[str, object]) -> Path:
    """The backup with another manifest."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "manifest.json":
                data = json.dumps(json.loads(data) | change).encode()
            new.writestr(name, data)
    return copy


def test_a_backup_of_the_other_engine_is_refused(loaded: Desk, tmp_path: Path, words: Catalogue) -> None:
    file = tmp_path / "one.zip"
    back_up(loaded.warehouse.url, file)
    engine = "postgresql" if loaded.warehouse.url.startswith("sqlite") else "sqlite"
    changed = rewrite(file, tmp_path / "other.zip", {"engine": engine})
    with pytest.raises(WarehouseError, match=f"the backup is of {engine}"):
        restore(loaded.warehouse.url, changed, "facts", words)


def test_the_commands_back_up_and_restore(
    loaded: Desk, other_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METROETL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("METROETL_DATABASE_URL", loaded.warehouse.url)
    settings.cache_clear()
    made = json.loads(CliRunner().invoke(app, ["warehouse", "backup"]).stdout)
    assert Path(made["file"]).parent == tmp_path / "home" / "backups"
    monkeypatch.setenv("METROETL_DATABASE_URL", other_url)
    settings.cache_clear()
    done = CliRunner().invoke(app, ["warehouse", "restore", made["file"]])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["rows"] == made["rows"]
    settings.cache_clear()


# --- PostgreSQL's programs ------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_programs_that_are_missing_or_old_are_named_with_the_way_out(
    loaded: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WarehouseError, match="pg_dump isn't on PATH") as caught:
        back_up(loaded.warehouse.url, tmp_path / "one.zip")
    assert "postgresql-client-" in caught.value.way_out
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    old.chmod(0o755)
    with pytest.raises(WarehouseError, match=r"9\.6\.24 is older than the server"):
        back_up(loaded.warehouse.url, tmp_path / "one.zip")
    assert not (tmp_path / "one.zip").exists()


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_password_stands_on_no_command_line(
    loaded: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spy = tmp_path / "pg_dump"
    real = client_folder() / "pg_dump"
    spy.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/seen\necho "$PGPASSWORD" >> {tmp_path}/env\nexec {real} "$@"\n'
    )
    spy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    back_up(loaded.warehouse.url.replace("metroetl@", "metroetl:geheim%20%E5%AF%86@"), tmp_path / "one.zip")
    assert "geheim" not in (tmp_path / "seen").read_text()
    assert "geheim 密" in (tmp_path / "env").read_text()


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_a_restore_that_died_set_aside_comes_back(
    loaded: Desk, tmp_path: Path, words: Catalogue
) -> None:
    url, file = loaded.warehouse.url, tmp_path / "one.zip"
    before = everything(url)
    back_up(url, file)
    with pytest.raises(WarehouseError, match="can't be used"), named_errors(), set_aside(url) as connection:
        process_id = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with writer(url).begin() as other:
            other.execute(text("SELECT pg_terminate_backend(:id)"), {"id": process_id})
        connection.execute(text("SELECT 1"))
    assert everything(url) == before  # a connection that is lost is made anew
    child = multiprocessing.get_context("fork").Process(target=die_with_a_warehouse_aside, args=(url,))
    child.start()
    child.join()
    assert everything(url) == {}
    broken = rewrite(file, tmp_path / "counts.zip", {"rows": {}})
    with pytest.raises(WarehouseError, match="the rows aren't those"):
        restore(url, broken, "facts", words)
    assert everything(url) == before
    assert loaded.one("SELECT COUNT(*) FROM mart_observation_latest") == 2


def die_with_a_warehouse_aside(url: str) -> None:
    with set_aside(url):
        os._exit(1)
