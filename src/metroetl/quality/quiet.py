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

    `rows` is a table, a view, or a SELECT in brackets; of no rows each rule is quiet. Where the suite can't be asked so,
    none is.
    """
    asked = [(e["meta"]["code"], *_asked(e)) for e in suite.spec["expectations"]]
    try:
        number, *answers = _ask(warehouse, rows, (c for _, *columns in asked for c in columns))
    except WarehouseError:
        return _ask(warehouse, rows)[0], {}
    if not number:
        return 0, dict.fromkeys(suite.rules, 0)
    found: dict[str, list[int | None]] = defaultdict(list)
    for (code, *_), judged, failed in zip(asked, answers[::2], answers[1::2], strict=True):
        found[code].append(None if failed else judged)
    return number, {
        code: max(n for n in ones if n is not None) for code, ones in found.items() if None not in ones
    }


def _ask(warehouse: Warehouse, rows: str, columns: Iterable[str] = ()) -> tuple[int, ...]:
    """The number of rows, and what else is asked of `batch`."""
    sql = f"{_batch(rows)} SELECT {', '.join(('COUNT(*)', *columns))} FROM batch"  # noqa: S608  words of our own suites
    [answers] = warehouse.query(sql)[1]
    return answers


def _asked(expectation: Mapping[str, Any]) -> tuple[str, str]:
    """SQL over `batch` for how many rows it can judge, and for whether one fails; what only GE can ask counts as failed."""
    kwargs = expectation["kwargs"]
    if _QUERY in kwargs:
        return "COUNT(*)", f"CASE WHEN EXISTS ({kwargs[_QUERY].replace('{batch}', 'batch')}) THEN 1 END"
    if broken := _broken(expectation["type"], kwargs):
        return f'COUNT("{kwargs["column"]}")', f"SUM(CASE WHEN {broken} THEN 1 ELSE 0 END)"
    return "0", "1"


def _batch(rows: str) -> str:
    """The rows as a name of the query: a view or a SELECT is read once, of a table nothing is copied."""
    once = "MATERIALIZED" if rows.startswith(("(", '"mart_')) else "NOT MATERIALIZED"
    return f"WITH batch AS {once} (SELECT * FROM {rows} AS b)"  # noqa: S608  words of our own suites


def breaking_rules(warehouse: Warehouse, suite: Suite, codes: Iterable[str]) -> list[str]:
    """Which of these rules some row breaks: the view is read once for all of them, without Great Expectations.

    For rules in SQL, and on one column by its limits or its list; ValueError for others.
    """
    asked = {code: " UNION ALL ".join(_ones(suite, code)) for code in codes}
    batch = _batch(f'"{suite.table}"')
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
