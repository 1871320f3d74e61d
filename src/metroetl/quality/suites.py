"""Expectation suites: hand-written JSON in `expectations/`, one a table or view, loaded so that nothing is lost.

Those of staging tables (`staging_*.json`) are the gate's; the others judge what is published, after the gate: in them
`when` says whether they run after a load or in every run, `touched` which rows a load can have changed, `shows` which
columns name a failing row, and an SQL rule may stand in several lines.

Great Expectations logs and drops what it doesn't know (a type, an argument); `Suite.compile` counts both sides and
refuses a difference. The file is GE's own form; what GE doesn't have stands in `meta`: rule code, severity, owner and
the reason in both languages. Several expectations may share a code (a lower and an upper limit) if they agree.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from metroetl.errors import SuiteError
from metroetl.quality.models import Rule
from metroetl.resources import folder

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.core import ExpectationSuite

GATE = "staging_"
WHEN = ("loaded", "run")
_LOOKED_UP = (
    "expect_column_values_to_be_in_set",
    "expect_column_values_to_not_be_in_set",
    "expect_column_values_to_not_be_null",
)
_SQL = "unexpected_rows_query"
_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Suite:
    """The rules of one table or view, and the specification that GE takes."""

    table: str
    rules: dict[str, Rule]
    spec: dict[str, Any]
    path: Path

    def columns(self, frame: pd.DataFrame) -> list[str]:
        """The frame's columns that the suite names: a row_condition costs time for every column of the frame."""
        return [c for c in frame.columns if c in self._named]

    @cached_property
    def _named(self) -> set[str]:
        return set(_NAME.findall(json.dumps([e["kwargs"] for e in self.spec["expectations"]])))

    @cached_property
    def compared_columns(self) -> set[str]:
        """The columns whose values are more than looked for in a list."""
        return {
            name
            for e in self.spec["expectations"]
            if e["type"] not in _LOOKED_UP
            for name in columns_of(e["kwargs"])
        }

    @property
    def when(self) -> str:
        """`loaded`: after something was published; `run`: in every run."""
        return str(self.spec.get("when", "loaded"))

    @property
    def touched(self) -> str:
        """The SELECT of the rows that loads since the last judgement can have changed; empty: all."""
        lines = self.spec.get("touched", "")
        return lines if isinstance(lines, str) else "\n".join(lines)

    @property
    def shows(self) -> list[str]:
        """The columns that tell a person which row failed a rule that isn't SQL."""
        return list(self.spec.get("shows", []))

    def part(self, codes: Collection[str]) -> Suite:
        """The same suite with these rules only."""
        kept = [e for e in self.spec["expectations"] if e["meta"]["code"] in codes]
        rules = {code: rule for code, rule in self.rules.items() if code in codes}
        return Suite(self.table, rules, {**self.spec, "expectations": kept}, self.path)

    def parts(self, size: int) -> Iterator[Suite]:
        """The same rules in suites of so many; those with a condition first, for they need columns of others."""
        conditional = {e["meta"]["code"] for e in self.spec["expectations"] if "row_condition" in e["kwargs"]}
        codes = sorted(self.rules, key=lambda code: code not in conditional)
        return (self.part(codes[n : n + size]) for n in range(0, len(codes), size))

    def compile(self) -> ExpectationSuite:
        """GE's suite, made once; raises SuiteError when GE would drop an expectation. The first call imports GE."""
        return self._compiled

    @cached_property
    def _compiled(self) -> ExpectationSuite:
        expectation_suite = great_expectations().ExpectationSuite
        try:
            suite = expectation_suite(name=self.spec["name"], expectations=self.spec["expectations"])
        except ValueError as error:
            raise SuiteError(f"{self.path.name}: Great Expectations refuses {error}") from error
        wanted = Counter((e["type"], e["meta"]["code"]) for e in self.spec["expectations"])
        kept = Counter((e.expectation_type, e.meta["code"]) for e in suite.expectations)
        if wanted != kept:
            lost = ", ".join(f"{code} ({kind})" for kind, code in (wanted - kept))
            raise SuiteError(
                f"{self.path.name}: Great Expectations would silently drop {lost}",
                way_out=f"Correct type and arguments in {self.path.name}; GE's log names what it refused.",
            )
        return suite  # type: ignore[no-any-return]


def columns_of(kwargs: Mapping[str, Any]) -> list[str]:
    """The columns whose values an expectation judges."""
    one = [kwargs[name] for name in ("column", "column_A", "column_B") if name in kwargs]
    return [*one, *kwargs.get("column_list", ())]


@lru_cache
def load_suites(where: Path | None = None) -> dict[str, Suite]:
    """The gate's suites of a folder (the project's own if unset) by staging table; GE isn't imported yet.

    Raises SuiteError naming file and rule for JSON that isn't, for meta that is incomplete or contradicts itself.
    """
    return _suites(where, lambda name: name.startswith(GATE))


@lru_cache
def load_after_suites(where: Path | None = None) -> dict[str, Suite]:
    """The suites that judge what is published, by table or view; raises as `load_suites`."""
    return _suites(where, lambda name: not name.startswith(GATE))


def _suites(where: Path | None, wanted: Callable[[str], bool]) -> dict[str, Suite]:
    files = sorted(f for f in (where or folder("expectations")).glob("*.json") if wanted(f.stem))
    if not files:
        raise SuiteError(f"no suite in {where}", way_out="Install MetroETL again: expectations/ is missing.")
    return {suite.table: suite for suite in map(_load, files)}


@lru_cache
def rules_version() -> str:
    """What says that two batches were judged by the same rules: a digest of the project's own suites."""
    return blake2b(
        "".join(json.dumps(suite.spec, sort_keys=True) for suite in load_suites().values()).encode(),
        digest_size=8,
    ).hexdigest()


def _load(path: Path) -> Suite:
    try:
        spec = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SuiteError(f"{path.name} is no JSON: {error}") from error
    if spec.get("name") != path.stem or not spec.get("expectations"):
        raise SuiteError(f"{path.name}: `name` must be {path.stem}, and `expectations` must not be empty")
    if not path.stem.startswith(GATE) and spec.get("when") not in WHEN:
        raise SuiteError(f"{path.name}: `when` must be one of {', '.join(WHEN)}")
    rules: dict[str, Rule] = {}
    for number, expectation in enumerate(spec["expectations"], start=1):
        try:
            rule = Rule(**expectation["meta"])
            kwargs = expectation["kwargs"]
        except (KeyError, TypeError, ValidationError) as error:
            raise SuiteError(f"{path.name}, expectation {number}: {error}") from error
        if _SQL in kwargs:
            kwargs[_SQL] = _sql(kwargs[_SQL], f"{path.name}: {rule.code}")
        if rules.setdefault(rule.code, rule) != rule:
            raise SuiteError(f"{path.name}: {rule.code} stands twice with different meta")
        if "row_condition" in kwargs and kwargs.get("condition_parser") != "pandas":
            raise SuiteError(f"{path.name}: {rule.code} has a row_condition without condition_parser pandas")
    return Suite(table=path.stem, rules=rules, spec=spec, path=path)


def _sql(query: str | list[str], whose: str) -> str:
    """An SQL rule in one text. GE names what it puts for `{batch}` only where the query has no JOIN."""
    text = query if isinstance(query, str) else "\n".join(query)
    named, joined = "{batch} AS " in text, re.search(r"\bJOIN\b", text) is not None
    if "{batch}" not in text or named != joined:
        wanted = "`{batch} AS name`" if joined else "`{batch}` without a name"
        raise SuiteError(
            f"{whose} reads no batch as it should", way_out=f"Write {wanted}: {'' if joined else 'no '}JOIN."
        )
    return text


@lru_cache
def great_expectations() -> Any:
    """GE, imported at its first use (seconds, hundreds of megabytes) and told to keep quiet: no analytics.

    It brings pandas, whose texts come from the C library: Arrow's own pool keeps 40 MB more.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    import great_expectations

    # sets its own level to INFO, to tell of a temporary folder at every context
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    return great_expectations
