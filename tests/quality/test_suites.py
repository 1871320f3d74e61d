"""Suites are loaded so that nothing is lost, and refused when something would be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from metroetl.errors import SuiteError
from metroetl.quality.suites import Suite, load_suites
from tests.quality.bench import TABLES

META = {
    "code": "OBS-RANGE-TEST",
    "severity": "error",
    "owner": "statistics",
    "reason_zh": "超出范围",
    "reason_en": "out of range",
}
BETWEEN = "expect_column_values_to_be_between"


def expectation(kind: str = BETWEEN, meta: dict[str, Any] | None = None, **kwargs: Any) -> dict[str, Any]:
    return {"type": kind, "kwargs": {"column": "value", **kwargs}, "meta": META if meta is None else meta}


def loaded(folder: Path, *expectations: dict[str, Any], name: str = "staging_test") -> Suite:
    (folder / "staging_test.json").write_text(
        json.dumps({"name": name, "expectations": list(expectations)}), encoding="utf-8"
    )
    return load_suites(folder)["staging_test"]


def test_every_staging_table_has_a_suite() -> None:
    assert set(load_suites()) == set(TABLES)


def test_suites_are_compiled_whole() -> None:
    for suite in load_suites().values():
        assert len(suite.compile().expectations) == len(suite.spec["expectations"])


def test_suites_are_readable_and_formatted_alike() -> None:
    for suite in load_suites().values():
        text = suite.path.read_text(encoding="utf-8")
        assert "\\u" not in text and text.endswith("]\n}\n")


def test_codes_are_unique_over_all_tables() -> None:
    codes = [code for suite in load_suites().values() for code in suite.rules]
    assert len(codes) == len(set(codes)) > 100


def test_an_unknown_type_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="OBS-RANGE-TEST"):
        loaded(tmp_path, expectation("expect_column_values_to_be_lucky")).compile()


def test_an_unknown_argument_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=r"(?s)staging_test\.json: .*min_valeu"):
        loaded(tmp_path, expectation(min_valeu=0)).compile()


@pytest.mark.parametrize(
    "meta",
    [
        {},
        {**META, "severity": "fatal"},
        {**META, "code": "range"},
        {**META, "reason_zh": ""},
        {**META, "reviewer": "nobody"},
    ],
    ids=["none", "severity", "code", "reason", "extra"],
)
def test_incomplete_meta_is_refused_with_file_and_place(tmp_path: Path, meta: dict[str, Any]) -> None:
    with pytest.raises(SuiteError, match=r"staging_test\.json, expectation 2"):
        loaded(tmp_path, expectation(min_value=0), expectation(meta=meta))


def test_one_code_has_one_meaning(tmp_path: Path) -> None:
    other = expectation(max_value=9, meta={**META, "severity": "warning"})
    with pytest.raises(SuiteError, match="twice"):
        loaded(tmp_path, expectation(min_value=0), other)


def test_a_condition_needs_its_parser(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="condition_parser"):
        loaded(tmp_path, expectation(min_value=0, row_condition="value > 1"))


def test_the_name_is_the_table(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="must be staging_test"):
        loaded(tmp_path, expectation(min_value=0), name="staging_toast")


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="no suite"):
        load_suites(tmp_path)


def test_broken_json_is_told(tmp_path: Path) -> None:
    (tmp_path / "staging_test.json").write_text("{", encoding="utf-8")
    with pytest.raises(SuiteError, match=r"staging_test\.json is no JSON"):
        load_suites(tmp_path)


def test_importing_the_room_is_cheap() -> None:
    code = (
        "import sys, metroetl.quality;"
        "print([m for m in ('great_expectations', 'pandas', 'sqlalchemy', 'prefect', 'jinja2') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_analytics_are_off_before_the_import() -> None:
    code = (
        "import os; from metroetl.quality.suites import great_expectations; great_expectations();"
        "print(os.environ['GX_ANALYTICS_ENABLED'])"
    )
    environment = {**os.environ, "GX_ANALYTICS_ENABLED": "true"}
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert found.stdout.strip() == "false"
