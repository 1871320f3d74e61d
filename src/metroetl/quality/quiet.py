"""Which rules on what is published have nothing to tell: the database is asked once, before Great Expectations is.

An SQL rule is asked by the very query that GE would run (twice: for the rows, and for their number); a rule on one
column by its limits or its list. Only a rule that finds something, or that can't be asked so, goes to GE, which is then
imported: what fails is always GE's word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
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


def breaking_rows(warehouse: Warehouse, suite: Suite, code: str) -> list[dict[str, Any]]:
    """The rows that break a rule on what is published, as the rule tells them, asked without Great Expectations.

    For a rule in SQL, and one on one column by its limits or its list; ValueError for another.
    """
    found: list[dict[str, Any]] = []
    for expectation in suite.part([code]).spec["expectations"]:
        kwargs = expectation["kwargs"]
        if _QUERY in kwargs:
            sql = kwargs[_QUERY].replace("{batch}", f'"{suite.table}"')
        elif broken := _broken(expectation["type"], kwargs):
            shown = ", ".join(f'"{name}"' for name in suite.shows) or "*"
            sql = f'SELECT {shown} FROM "{suite.table}" WHERE {broken}'  # noqa: S608  words of our own suite
        else:
            raise ValueError(f"{code} is for Great Expectations alone")
        found += warehouse.records(sql)
    return found


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
