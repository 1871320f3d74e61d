"""JDBC for tests: a Java machine with Debian's drivers, in a process of its own (`python -m tests.jdbc`).

It reads [{"url", "user", "password", "sql"}, …] as JSON and answers [{"columns", "rows"}, …], values as text.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

JARS = [Path("/usr/share/java") / name for name in ("postgresql.jar", "sqlite-jdbc.jar")]
Ask = Callable[[Sequence[dict[str, str]]], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def jdbc(root: Path) -> Ask:
    """Runs statements through JDBC; skipped with the reason where Java or a driver isn't there."""
    from tests.conftest import missing

    if absent := [jar.name for jar in JARS if not jar.is_file()]:
        missing("jdbc", f"no {', '.join(absent)} (libpostgresql-jdbc-java, libxerial-sqlite-jdbc-java)")
    try:
        import jpype

        jpype.getDefaultJVMPath()
    except (ImportError, jpype.JVMNotFoundException) as error:
        missing("jdbc", f"no Java machine (default-jre-headless): {error}")

    def ask(questions: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
        command = [sys.executable, "-m", "tests.jdbc"]
        done = subprocess.run(
            command, input=json.dumps(questions), cwd=root, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        answers: list[dict[str, Any]] = json.loads(done.stdout)
        return answers

    return ask


def main() -> None:
    import jpype

    jpype.startJVM("-Xshare:auto", "-XX:TieredStopAtLevel=1", classpath=[str(jar) for jar in JARS])
    drivers = jpype.JClass("java.sql.DriverManager")
    answers = []
    for question in json.load(sys.stdin):
        login = [question["user"], question["password"]] if question["user"] else []
        connection = drivers.getConnection(question["url"], *login)
        try:
            found = connection.createStatement().executeQuery(question["sql"])
            about = found.getMetaData()
            width = range(1, about.getColumnCount() + 1)
            columns = [str(about.getColumnLabel(i)) for i in width]
            rows = []
            while found.next():
                rows.append([None if (v := found.getString(i)) is None else str(v) for i in width])
            answers.append({"columns": columns, "rows": rows})
        finally:
            connection.close()
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
