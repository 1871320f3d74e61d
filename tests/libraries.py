"""What the process imports from which `tests.forked` forks: whatever takes long, and the code of MetroETL's modules.

Nothing is called: settings, catalogue and warehouse are each command's own.
"""

import gc
import importlib
import os
import pkgutil

os.environ |= {
    "GX_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
}

import alembic.command  # noqa: F401
import altair  # noqa: F401
import great_expectations  # noqa: F401
import pandas  # noqa: F401
import prefect.client.orchestration
import prefect.flow_engine
import prefect.task_engine  # noqa: F401
import sqlmodel  # noqa: F401

import metroetl

for found in pkgutil.walk_packages(metroetl.__path__, "metroetl."):
    if not found.name.endswith("__main__") and ".migrations" not in found.name:
        importlib.import_module(found.name)

gc.collect()
gc.freeze()  # a collection in a forked process leaves alone what all share
