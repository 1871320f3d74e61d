"""Which rules on what is published have nothing to tell: the database is asked once a suite, before Great Expectations is.

An SQL rule is asked by the very query that GE would run (twice: for the rows, and for their number); a rule on one
column by its limits or its list. A view, or a SELECT, is read once for all its rules. Only a rule that finds something,
or that can't be asked so, goes to GE, which is then imported: what fails is always GE's word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from metroetl.errors import WarehouseError

if TYPE_CHECKING:
    from metroetl.quality.suites import Suite
    from metroetl.warehouse import Warehouse

_QUERY = "unexpected_rows_query"


def quiet_rules(warehouse: Warehouse, suite: Suite, rows: str) -> tuple[int, dict[str, int]]:
    """How many rows there are, and the rules that none breaks, with how many each could judge.

    `rows` is a table, a view, or a SELECT in brackets. Where the suite can't be asked so, no rule is quiet.
    """
    asked = [(e["meta"]["code"], *_asked(e)) for e in suite.spec["expectations"]]
    columns = ", ".join(f"{judged}, {failed}" for _, judged, failed in asked)
    try:
        [(number, *answers)] = warehouse.query(f"{_batch(suite, rows)} SELECT COUNT(*), {columns} FROM batch")[1]  # noqa: S608  # fmt: skip
    except WarehouseError:
        return int(warehouse.query(f"SELECT COUNT(*) FROM {rows} AS b")[1][0][0]), {}  # noqa: S608  no stranger's text
    found: dict[str, list[int | None]] = defaultdict(list)
    for (code, *_), judged, failed in zip(asked, answers[::2], answers[1::2], strict=True):
        found[code].append(None if failed else int(judged))
    return int(number), {
        code: max(n for n in ones if n is not None) for code, ones in found.items() if None not in ones
    }


def _asked(expectation: Mapping[str, Any]) -> tuple[str, str]:
    """SQL over `batch` for how many rows it can judge, and for whether one fails; what only GE can ask counts as failed."""
    kwargs = expectation["kwargs"]
    if _QUERY in kwargs:
        return "COUNT(*)", f"CASE WHEN EXISTS ({kwargs[_QUERY].replace('{batch}', 'batch')}) THEN 1 END"
    if broken := _broken(expectation["type"], kwargs):
        return f'COUNT("{kwargs["column"]}")', f"SUM(CASE WHEN {broken} THEN 1 ELSE 0 END)"
    return "0", "1"


def _batch(suite: Suite, rows: str) -> str:
    """The rows as a name of the query, read once; of a table nothing is copied."""
    once = (
        "NOT MATERIALIZED"
        if rows == f'"{suite.table}"' and not suite.table.startswith("mart_")
        else "MATERIALIZED"
    )
    return f"WITH batch AS {once} (SELECT * FROM {rows} AS b)"  # noqa: S608  words of our own suites


def breaking_rules(warehouse: Warehouse, suite: Suite, codes: Iterable[str]) -> list[str]:
    """Which of these rules some row breaks: the view is read once for all of them, without Great Expectations.

    For rules in SQL, and on one column by its limits or its list; ValueError for others.
    """
    asked = {code: " UNION ALL ".join(_ones(suite, code)) for code in codes}
    batch = _batch(suite, f'"{suite.table}"')
    broken = ", ".join(f"EXISTS ({sql})" for sql in asked.values())
    [answers] = warehouse.query(f"{batch} SELECT {broken}")[1]
    return [code for code, answer in zip(asked, answers, strict=True) if answer]


def _ones(suite: Suite, code: str) -> Iterator[str]:
    return (f"SELECT 1 FROM ({sql}) AS r" for sql in _selects(suite, code, "batch"))  # noqa: S608


def breaking_rows(warehouse: Warehouse, suite: Suite, code: str) -> list[dict[str, Any]]:
    """The rows that break a rule on what is published, as the rule tells them; else as `breaking_rules`."""
    return [row for sql in _selects(suite, code, f'"{suite.table}"') for row in warehouse.records(sql)]


def _selects(suite: Suite, code: str, rows: str) -> Iterator[str]:
    """A SELECT of the rows of a table that break each expectation of a rule."""
    for expectation in suite.part([code]).spec["expectations"]:
        kwargs = expectation["kwargs"]
        if _QUERY in kwargs:
            yield kwargs[_QUERY].replace("{batch}", rows)
        elif broken := _broken(expectation["type"], kwargs):
            shown = ", ".join(f'"{name}"' for name in suite.shows) or "*"
            yield f"SELECT {shown} FROM {rows} WHERE {broken}"  # noqa: S608  words of our own suites
        else:
            raise ValueError(f"{code} is for Great Expectations alone")


def _broken(kind: str, kwargs: Mapping[str, Any]) -> str:
    """The condition of a value that breaks the rule; empty where the rule is of another kind."""
    names = {"column", "min_value", "max_value", "value_set"}
    values = [kwargs.get("min_value"), kwargs.get("max_value"), *kwargs.get("value_set", ())]
    if not names.issuperset(kwargs) or not all(v is None or isinstance(v, int | float) for v in values):
        return ""
    column = f'"{kwargs.get("column")}"'
    if kind == "expect_column_values_to_be_between":
        ends = (("<", kwargs.get("min_value")), (">", kwargs.get("max_value")))
        return " OR ".join(f"{column} {sign} {end}" for sign, end in ends if end is not None)
    if kind == "expect_column_values_to_be_in_set":
        return f"{column} NOT IN ({', '.join(str(v) for v in kwargs['value_set'])})"
    return ""
