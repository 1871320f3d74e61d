"""Logs: text or JSON lines (METROETL_LOG), each with run, source and flow run where known, never with a secret.

`protect()` is for every process: no record leaves a logger of it with a secret, whoever made it and wherever it goes
(console, file, the Prefect server). `set_up()` is for the command line, which has no logging of its own otherwise;
flows use `deployments/logging.yml`, which takes the formatter from here.
"""

from __future__ import annotations

import inspect
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Literal, ParamSpec, TypeVar

from metroetl.redaction import redact

FIELDS = ("run_id", "source_id", "flow_run_id")
_bound: ContextVar[dict[str, str]] = ContextVar("metroetl_bound", default={})  # noqa: B039  never changed in place
_finders: list[Callable[[], dict[str, str]]] = []
_plain = logging.Formatter()

P = ParamSpec("P")
R = TypeVar("R")


# --- what a record is about ------------------------------------------------------------------------------------------


@contextmanager
def bound(**fields: str | None) -> Iterator[None]:
    """Records within are of this run, source or flow run; also in threads and tasks started within that copy the context."""
    token = _bound.set({**_bound.get(), **{name: value for name, value in fields.items() if value}})
    try:
        yield
    finally:
        _bound.reset(token)


def about() -> dict[str, str]:
    """What records are about here, by field."""
    found = _bound.get()
    for finder in _finders:
        found = {**finder(), **found}
    return found


def bound_by_arguments(function: Callable[P, R]) -> Callable[P, R]:
    """A step whose records are of the `run_id` and `source_id` it is called with."""
    names = [name for name in FIELDS if name in inspect.signature(function).parameters]
    signature = inspect.signature(function)

    @wraps(function)
    def step(*args: P.args, **kwargs: P.kwargs) -> R:
        given = signature.bind_partial(*args, **kwargs).arguments
        with bound(**{name: given.get(name) for name in names}):
            return function(*args, **kwargs)

    return step


# --- no secrets ------------------------------------------------------------------------------------------------------


def protect(finder: Callable[[], dict[str, str]] | None = None) -> None:
    """From now on every record of this process is without secrets; once is enough.

    `finder` says what else is known where a record is made (the flow run that an orchestrator runs there).
    """
    if finder is not None and finder not in _finders:
        _finders.append(finder)
    make = logging.getLogRecordFactory()
    if getattr(make, "protects", False):
        return

    def protected(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        clean(record)
        return record

    protected.protects = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(protected)


def clean(record: logging.LogRecord) -> None:
    """Take secrets out of message, arguments and traceback of a record; one without any stays as it was."""
    try:
        message = record.getMessage()
    except (TypeError, ValueError):  # the caller's mistake, told by logging itself
        return
    if (without := redact(message)) != message:
        record.msg, record.args = without, None
    if record.exc_info and record.exc_info[0] is not None:
        traceback = _plain.formatException(record.exc_info)
        if (safe := redact(traceback)) != traceback:
            record.exc_text, record.exc_info = safe, None  # handlers format what they find in exc_info anew


class RedactingFilter(logging.Filter):
    """The same for a handler of another process, in a logging configuration."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true: the record is cleaned, not dropped."""
        clean(record)
        return True


# --- form ------------------------------------------------------------------------------------------------------------


def json_formatter() -> logging.Formatter:
    """One JSON object a line: time, level, logger, message, what it is about, what `extra` says, exception."""
    from pythonjsonlogger.json import JsonFormatter

    class JsonLines(JsonFormatter):
        def add_fields(
            self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
        ) -> None:
            super().add_fields(log_data, record, message_dict)
            for name, value in about().items():
                log_data.setdefault(name, value)

    return JsonLines(
        "{asctime}{levelname}{name}{message}",
        style="{",
        datefmt="%Y-%m-%dT%H:%M:%S%z",
        rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        json_ensure_ascii=False,
    )


def set_up(form: Literal["text", "json"], level: str = "") -> None:
    """Logging of a command, on standard error; warnings and worse, as JSON also what was done, unless `level` says."""
    protect()
    handler = logging.StreamHandler(sys.stderr)
    text = logging.Formatter("%(levelname)s %(name)s: %(message)s")
    handler.setFormatter(json_formatter() if form == "json" else text)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("metroetl").setLevel(level or ("INFO" if form == "json" else "WARNING"))
