"""SQL is written with parameters only: whatever else stands in a statement is a name of our own.

Every string of the code that holds SQL and is put together (f-string, `format`, `+`, `%`) is looked at. Constants in
capitals and `….name` of a table or shape pass; any other expression must be listed here, with where it comes from.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

STATEMENT = re.compile(
    r"\b(?:SELECT\b.*\bFROM|INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+\S+\s+SET|(?:CREATE|DROP|ALTER)\s+(?:\w+\s+){0,2}"
    r"(?:TABLE|VIEW|ROLE|POLICY|INDEX|FUNCTION|TRIGGER|SCHEMA|DATABASE)|GRANT\s|REVOKE\s|ATTACH\s|PRAGMA\s|COMMENT\s+ON"
    r"|ANALYZE\s|EXISTS\s*\(|WHERE\s|ORDER\s+BY)",
    re.S,
)
TEMPLATES = re.compile(r"_?(?:[A-Z]+_)*(?:HISTORY|LIST|QUARANTINE|HELD|WAITING|sql)")
OURS = re.compile(r"_?[A-Z][A-Z_]*|[\w.()]*\.name|(?:_|self\._)?schema(?:\(connection\))?")
# what else stands in SQL, by module: names and conditions that the code itself writes
LISTED = {
    "warehouse/vintages.py": {"', '.join(columns)", "moment", "names", "query"},
    "warehouse/functions.py": {"answer", "latest.replace('s.shown_to IS NULL', known)"},
    "warehouse/backup.py": {"name"},
    "warehouse/guard.py": {"dimension", "key or column", "column", "owner", "key", "guard.table", "guard.unfit"},
    "warehouse/engine.py": {"pragma"},
    "warehouse/difference.py": {  # a DuckDB in memory; paths that the operator gave, quoted
        "name", "typed", "', '.join(given)", "_quoted(path)", "_quoted(file)", "kept", "differing", "', '.join(FACT)",
        "kinds", "', '.join((f'COALESCE(a.{c}, b.{c}) AS {c}' for c in FACT))",
    },
    "warehouse/views.py": {"', '.join((f'\"{name}\"' for name in there))", "name"},
    "warehouse/load.py": {"names", "marks"},
    "warehouse/explore.py": {"name", "', '.join(lines)", "column"},
    "warehouse/roles.py": {  # roles match ROLE of the settings; logins and the base are quoted as identifiers
        "roles.loader", "roles.reader", "account", "name", "every", "readable", "base", "loads", "_open_rows(table)", "of",
        "column", "key", "quote(login)", "value",
    },
    "warehouse/looks.py": {"key", "name", "', '.join(shown)", "' AND '.join(conditions)", "query"},
    "warehouse/dictionary.py": {"what", "words"},  # the dictionary's own words, quotes doubled: COMMENT takes no parameter
    "warehouse/pg_client.py": {"', '.join(tables(connection))", "name", "to"},
    "warehouse/exports/rows.py": {
        "', '.join((f'\"{c}\"' for c in shape.columns))", "shape.where",
        "', '.join((self._in_order(shape, c) for c in order))",
    },
    "warehouse/exports/as_duckdb.py": {"_words(*shape.describe())", "_words(*shape.describe(column))", "column"},
    "quality/anomaly_report.py": {"lists['r']", "lists['i']"},  # names of parameters
    "quality/quarantine.py": {"condition"},
    "operations/disk.py": {"known", "at", "name", "counted"},  # tables and columns of ours
    "quality/quiet.py": {
        "sql", "shown", "once", "_batch(rows)", "', '.join(('COUNT(*)', *columns))",
        "kwargs[_QUERY].replace('{batch}', 'batch')", "broken", "rows",
    },  # the suites' own
    "quality/stopped.py": {"condition", "table", "which"},
    "monitoring/site/book.py": {"names"},  # names of parameters
    "cli/catalogue.py": {"table"},
}  # fmt: skip


def put_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and source of every expression that is put into a string which holds SQL."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(v.value) if isinstance(v, ast.Constant) else "x" for v in node.values)
            found = [v.value for v in node.values if isinstance(v, ast.FormattedValue)]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
            sides = (node.left, node.right)
            text = "".join(s.value for s in sides if isinstance(s, ast.Constant) and isinstance(s.value, str))
            found = [s for s in sides if not isinstance(s, ast.Constant | ast.JoinedStr | ast.BinOp)]
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"
        ):
            form = node.func.value
            text = str(form.value) if isinstance(form, ast.Constant) else ""
            text = "WHERE " if TEMPLATES.fullmatch(ast.unparse(form)) else text
            found = [*node.args, *(k.value for k in node.keywords)]
        else:
            continue
        if STATEMENT.search(text):
            yield from ((node.lineno, ast.unparse(expression)) for expression in found)


def test_only_names_of_our_own_are_put_into_sql(root: Path) -> None:
    strange, used = [], {module: set[str]() for module in LISTED}
    for folder in (root / "src" / "metroetl", root / "flows", root / "deployments"):
        for path in sorted(folder.rglob("*.py")):
            module = path.relative_to(folder).as_posix()
            if module.startswith("warehouse/migrations/"):
                continue  # they run once, take nothing from outside, and are never edited
            for line, expression in put_in(ast.parse(path.read_text(encoding="utf-8"))):
                if expression in LISTED.get(module, ()):
                    used[module].add(expression)
                elif not OURS.fullmatch(expression):
                    strange.append(f"{module}:{line}: {expression}")
    assert not strange, "bind it as a parameter, or list it with where it comes from: " + "; ".join(strange)
    assert used == LISTED  # nothing is listed that isn't there any more


def test_the_scan_finds_a_value_in_sql() -> None:
    written = [
        "f\"SELECT * FROM core_document WHERE title = '{title}'\"",
        "\"SELECT * FROM core_document WHERE title = '%s'\" % title",
        '"DELETE FROM ops_run WHERE run_id = " + title',
        '"SELECT {} FROM x WHERE y".format(title)',
    ]
    assert [list(put_in(ast.parse(code))) for code in written] == [[(1, "title")]] * len(written)
