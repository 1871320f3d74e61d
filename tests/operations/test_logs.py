"""Logs and errors without secrets, and JSON lines that say what they are about."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextvars import copy_context
from threading import Thread

import pytest

from metroetl.errors import HostDown
from metroetl.operations.logs import bound, bound_by_arguments, json_formatter, protect
from metroetl.redaction import redact
from metroetl.runs import Failure
from metroetl.settings import Settings

SECRETS = [
    ("postgresql://loader:Tr0ub4dor@db/metro", "postgresql://loader:***@db/metro"),
    ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer ***"),
    ("{'authorization': 'Basic dXNlcjpwYXNz'}", "{'authorization': 'Basic ***'}"),
    ("connection to db failed: password=Tr0ub4dor host=db", "connection to db failed: password=*** host=db"),
    ("key AKIAIOSFODNN7EXAMPLE is unknown", "key *** is unknown"),
    ("https://tjj.sc.gov.cn/a@b:8001/c", "https://tjj.sc.gov.cn/a@b:8001/c"),
    (
        "口令不对：password authentication failed for user",
        "口令不对：password authentication failed for user",
    ),
]


@pytest.mark.parametrize(("said", "shown"), SECRETS)
def test_what_looks_like_a_secret_is_hidden_and_nothing_else(said: str, shown: str) -> None:
    assert redact(said) == shown


def test_what_the_settings_and_the_environment_hold_is_hidden_wherever_it_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG")
    monkeypatch.setenv("PREFECT_SERVER_API_AUTH_STRING", "admin:Pa55phrase")
    Settings.model_validate(
        {"database_url": "postgresql://me:S%40feWord1@db/x", "ping_url": "https://hc.example/ping/0b5e-7c9a"}
    )
    for secret in ("wJalrXUtnFEMI/K7MDENG", "admin:Pa55phrase", "S@feWord1", "S%40feWord1", "ping/0b5e-7c9a"):
        assert redact(f"the server said {secret!r} is wrong") == "the server said '***' is wrong"
        assert secret not in str(HostDown(f"no answer with {secret}"))
        assert secret not in Failure(code="X", detail=f"with {secret}").model_dump_json()


@pytest.fixture
def lines() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger of ours that writes JSON lines."""
    protect()
    stream, logger = io.StringIO(), logging.getLogger("metroetl.test")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(json_formatter())
    logger.addHandler(handler)
    logger.setLevel("INFO")
    yield logger, stream
    logger.removeHandler(handler)


def test_a_line_says_what_it_is_about_and_hides_secrets_also_of_a_traceback(
    lines: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, stream = lines

    @bound_by_arguments
    def step(run_id: str, source_id: str = "city", *, deep: bool = False) -> None:
        logger.info("读了 %d 页 by %s", 3, "http://me:Tr0ub4dor@proxy", extra={"pages": 3})
        Thread(target=copy_context().run, args=(logger.info, "in a thread")).start()

    with bound(flow_run_id="f1", source_id=None):
        step("r1", source_id="city", deep=True)
    try:
        raise ValueError("postgresql://me:Tr0ub4dor@db is no address")
    except ValueError:
        logger.exception("failed")
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    about = {"run_id": "r1", "source_id": "city", "flow_run_id": "f1"}
    assert told[0].items() >= {**about, "level": "INFO", "logger": "metroetl.test", "pages": 3}.items()
    assert told[0]["message"] == "读了 3 页 by http://me:***@proxy"
    assert told[1].items() >= about.items()
    assert "run_id" not in told[2] and "ValueError" in told[2]["exc_info"]
    assert "Tr0ub4dor" not in stream.getvalue()


def test_the_command_line_logs_as_the_settings_say() -> None:
    script = "import sys; sys.argv = ['metroetl', 'sources', 'list']\nfrom metroetl.cli import main\ntry:\n    main()\nfinally:\n    import logging; logging.getLogger('metroetl.x').info('ran %s', 'http://me:Tr0ub4dor@db')"
    environment = {"METROETL_LOG": "json", "METROETL_HOME": "nowhere", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    [line] = done.stderr.splitlines()
    assert json.loads(line)["message"] == "ran http://me:***@db"
