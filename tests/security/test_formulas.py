"""No text of a stranger is run as a formula, by whichever way a cell is written; numbers stay numbers."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from metroetl.cells import no_formula
from metroetl.cli import app
from metroetl.pipeline import open_warehouse
from metroetl.settings import settings
from metroetl.warehouse.exports.as_csv import no_formula as no_formula_in_column

RUN = [f"{sign}HYPERLINK(1)" for sign in "=+-@\t\r\n＝＋－＠"] + ["-2+3+cmd|' /C calc'!A0", "=1", "@1"]
LEFT = ["-3.2", "+5.1%", "－3.2", "1,234.5", "-1,234.5", "增长5%", "a=b", "", "5-6", "(=1)"]


@pytest.mark.parametrize("text", RUN)
def test_a_formula_becomes_text(text: str) -> None:
    assert no_formula(text) == f"'{text}"


@pytest.mark.parametrize("value", [*LEFT, None, -3.2, 7])
def test_what_is_no_formula_stays(value: object) -> None:
    assert no_formula(value) == value


def test_columns_are_written_like_cells() -> None:
    texts = [*RUN, *LEFT]
    assert no_formula_in_column(pa.array(texts)).to_pylist() == [no_formula(text) for text in texts]


def test_a_question_s_csv_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METROETL_HOME", str(tmp_path))
    settings.cache_clear()
    open_warehouse()
    asked = "SELECT '=cmd()' AS a, '-3.2' AS b, -3.2 AS c, '＝cmd()' AS d"
    done = CliRunner().invoke(app, ["query", asked, "--csv"])
    assert list(csv.reader(io.StringIO(done.output)))[1] == ["'=cmd()", "-3.2", "-3.2", "'＝cmd()"]
