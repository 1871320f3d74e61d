"""A collect that fails for a wrong password, key or address shows none of them: output, logs, artifacts, states, files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import httpx
import psycopg
import pytest
from prefect.client.orchestration import get_client

from tests.flows.conftest import NewWorld, World

DAY = date(2025, 5, 1)
PASSWORD, KEY, PING = "Wr0ng-Tr0ub4dor", "wJalrXUtnFEMI/K7MDENG/bPxRfiCY", "0b5e7c9a-11aa-secret"


@pytest.fixture
def asks_for_passwords(new_postgres: Callable[[], str]) -> Iterator[str]:
    """A database whose server wants the password of one account."""
    url = new_postgres()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE ROLE careful LOGIN PASSWORD 'the right one'")
        [(file,)] = connection.execute("SHOW hba_file").fetchall()
        [(rules,)] = connection.execute("SELECT pg_read_file(%s)", [file]).fetchall()

        def put(text: str) -> None:
            lines = "SELECT * FROM regexp_split_to_table({}, E'\\n')"
            query = psycopg.sql.SQL("COPY (" + lines + ") TO {}").format(text, file)
            connection.execute(query)
            connection.execute("SELECT pg_reload_conf()")

        put(f"host all careful 127.0.0.1/32 scram-sha-256\n{rules}")
        yield url.replace("metroetl@", f"careful:{PASSWORD}@")
        put(rules)


@pytest.fixture
def strict_s3(s3_server: str, bucket: str) -> Iterator[str]:
    """A bucket of a server that looks at keys."""

    def let_in(number: str) -> None:
        httpx.post(f"{s3_server}/moto-api/reset-auth", content=number, trust_env=False).raise_for_status()

    let_in("0")
    yield bucket
    let_in("inf")


def run(world: World, api: str, **environment: str) -> str:
    """What `metroetl run` says, in JSON lines and on its output; it must fail."""
    env = {
        **os.environ,
        **world.env,
        "PREFECT_API_URL": api,
        "METROETL_LOG": "json",
        "PREFECT_LOGGING_LEVEL": "DEBUG",
    }
    done = subprocess.run(
        [sys.executable, "-m", "metroetl", "run", "--source", "ziyang"],
        env={**env, **environment, "METROETL_PING_URL": f"http://127.0.0.1:9/ping/{PING}"},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert any("flow_run_id" in line for line in lines), done.stderr
    return done.stdout + done.stderr


def everything_at_the_server() -> str:
    """Logs, states, artifacts and events of all runs."""
    with get_client(sync_client=True) as client:
        answers = [
            client.request("POST", f"/{what}/filter", json={"limit": 200}).raise_for_status().text
            for what in ("logs", "flow_runs", "task_runs", "artifacts")
        ]
    return "\n".join(answers)


def files_of(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_a_wrong_password_of_the_database_is_shown_nowhere(
    new_world: NewWorld, prefect_server: str, asks_for_passwords: str
) -> None:
    world = new_world(DAY, "ziyang")
    said = run(world, prefect_server, METROETL_DATABASE_URL=asks_for_passwords)
    assert "password authentication failed" in said
    told = everything_at_the_server()
    assert "password authentication failed" in told
    for place in (said, told, files_of(world.home).decode(errors="replace")):
        assert PASSWORD not in place and PING not in place


def test_a_wrong_key_of_the_archive_is_shown_nowhere(
    new_world: NewWorld, prefect_server: str, strict_s3: str
) -> None:
    world = new_world(DAY, "ziyang", METROETL_ARCHIVE=f"{strict_s3}/archive")
    said = run(world, prefect_server, AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY=KEY)
    assert "ARCHIVE" in said
    summary = world.one("SELECT summary FROM ops_run ORDER BY started_at DESC LIMIT 1")
    assert summary
    for place in (said, everything_at_the_server(), files_of(world.home).decode(errors="replace")):
        assert KEY not in place and "AKIAIOSFODNN7EXAMPLE" not in place
