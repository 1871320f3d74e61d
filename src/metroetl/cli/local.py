"""The Prefect that a command runs its flow on."""

from __future__ import annotations

import os
from pathlib import Path


def use_local_prefect() -> None:
    """Without a Prefect server in the environment, use a private one for this command, kept under the data folder."""
    from metroetl.settings import settings

    if "PREFECT_API_URL" not in os.environ:
        home = Path(os.environ.setdefault("PREFECT_HOME", str((settings().home / "prefect").absolute())))
        home.mkdir(parents=True, exist_ok=True)
    quiet = {
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "metroetl",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "GX_ANALYTICS_ENABLED": "false",
    }
    for name, value in quiet.items():
        os.environ.setdefault(name, value)
