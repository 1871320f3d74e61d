"""Which rules on what is published have nothing to tell: the database is asked once, before Great Expectations is.

An SQL rule is asked by the very query that GE would run (twice: for the rows, and for their number); a rule on one
column by its limits or its list. Only a rule that finds something, or that can't be asked so, goes to GE, which is then
imported: what fails is always GE's word.
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


def quiet_rules(warehouse: Warehouse, suite: Suite, rows: str, number: int) -> dict[str, int]:
    """The rules that no row breaks, with how many rows each could judge; `rows` is a table, or a SELECT in brackets.

    `number` is how many rows there are.
    """
    answers: dict[str, list[int | None]] = defaultdict(list)
    for expectation in suite.spec["expectations"]:
        answers[expectation["meta"]["code"]].append(_evaluated(warehouse, expectation, rows, number))
    return {
        code: max(n for n in found if n is not None) for code, found in answers.items() if None not in found
    }


def breaking_rules(warehouse: Warehouse, suite: Suite, codes: Iterable[str]) -> list[str]:
    """Which of these rules some row breaks: the view is read once for all of them, without Great Expectations.

    For rules in SQL, and on one column by its limits or its list; ValueError for others.
    """
    asked = {code: " UNION ALL ".join(_ones(suite, code)) for code in codes}
    broken = ", ".join(f"EXISTS ({sql})" for sql in asked.values())
    batch = f'WITH batch AS MATERIALIZED (SELECT * FROM "{suite.table}")'  # noqa: S608  words of our own suites
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


def _evaluated(warehouse: Warehouse, expectation: Mapping[str, Any], rows: str, number: int) -> int | None:
    """How many rows it judged; None where one fails, or nobody knows."""
    kwargs = expectation["kwargs"]
    try:
        if _QUERY in kwargs:
            query = kwargs[_QUERY].replace(
                "{batch}", rows if "{batch} AS " in kwargs[_QUERY] else f"{rows} AS b"
            )
            return None if warehouse.query(f"SELECT 1 FROM ({query}) AS q LIMIT 1")[1] else number  # noqa: S608
        broken = _broken(expectation["type"], kwargs)
        if not broken:
            return None
        count = (
            f'SELECT COUNT("{kwargs["column"]}"), SUM(CASE WHEN {broken} THEN 1 ELSE 0 END) FROM {rows} AS b'  # noqa: S608
        )
        [(filled, failed)] = warehouse.query(count)[1]
    except WarehouseError:
        return None
    return None if failed else int(filled)


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
