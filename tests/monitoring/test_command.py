"""The command that writes the report, in process."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from metroetl.cli import app
from metroetl.errors import CatalogueError, WarehouseError
from metroetl.settings import settings
from metroetl.warehouse import Warehouse


@pytest.fixture
def runner(warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command with a copy of the warehouse: it keeps what the rooms found there."""
    copied = tmp_path / "warehouse.db"
    with (
        closing(sqlite3.connect(warehouse.url.removeprefix("sqlite:///"))) as source,
        closing(sqlite3.connect(copied)) as copy,
    ):
        source.backup(copy)
    monkeypatch.setenv("METROETL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("METROETL_DATABASE_URL", f"sqlite:///{copied}")
    settings.cache_clear()
    return CliRunner()


def test_it_writes_the_formats_that_are_asked_for(runner: CliRunner, tmp_path: Path) -> None:
    told = runner.invoke(
        app,
        [
            "monitor",
            "--circle",
            "成都都市圈",
            "--quarter",
            "2025q1",
            "--format",
            "docx, xlsx",
            "--output",
            str(tmp_path / "out"),
        ],
    )
    assert told.exit_code == 0, told.output
    assert "实现地区生产总值7393.1亿元" in told.stdout
    names = ["report-chengdu-2025-Q1.docx", "report-chengdu-2025-Q1.xlsx"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    assert all(str(tmp_path / "out" / name) in told.stdout.splitlines() for name in names)


def test_in_english_into_the_home_of_the_data(runner: CliRunner, tmp_path: Path) -> None:
    told = runner.invoke(app, ["monitor", "--lang", "en", "--format", "xlsx", "--as-of", "2025-06-01"])
    assert told.exit_code == 0, told.output
    assert "GDP of Chengdu metropolitan circle was 739.31 billion yuan" in told.stdout
    assert [path.name for path in (tmp_path / "home" / "reports").iterdir()] == [
        "report-chengdu-2025-Q1-en.xlsx"
    ]


@pytest.mark.parametrize(
    "wrong", [["--format", "pdf"], ["--format", ","], ["--lang", "fr"], ["--as-of", "1.6.2025"]]
)
def test_wrong_choices_are_refused(runner: CliRunner, wrong: list[str]) -> None:
    assert runner.invoke(app, ["monitor", *wrong]).exit_code == 2


def test_what_is_not_there_is_said(runner: CliRunner) -> None:
    assert isinstance(runner.invoke(app, ["monitor", "--circle", "月球"]).exception, CatalogueError)
    told = runner.invoke(app, ["monitor", "--quarter", "2011Q1", "--format", "xlsx"]).exception
    assert isinstance(told, WarehouseError) and "2011-Q1" in told.message
