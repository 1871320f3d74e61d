"""What the process imports from which `tests.forked` forks: libraries that take long, and nothing of MetroETL."""

import os

os.environ |= {
    "GX_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
}

import altair  # noqa: F401
import great_expectations  # noqa: F401
import pandas  # noqa: F401
import prefect
import prefect.client.orchestration
import prefect.flow_engine
import prefect.task_engine  # noqa: F401
import sqlmodel  # noqa: F401
