"""A run is soon RUNNING: its process is Prefect's engine from the first, and imports no heavy library before."""

from __future__ import annotations

import shlex
import subprocess
import sys

import pytest
from ruamel.yaml import YAML

from metroetl import pipeline
from metroetl.resources import folder

HEAVY = (
    "pandas", "numpy", "great_expectations", "sqlalchemy", "lxml", "bs4", "jinja2", "altair", "apprise", "redis",
    "dask", "distributed", "cn2an", "docx", "metroetl.pipeline.steps", "metroetl.harvest", "metroetl.documents",
)  # fmt: skip
DEPLOYMENTS = YAML(typ="safe").load((folder("deployments") / "prefect.yaml").read_text("utf-8"))[
    "deployments"
]


def test_a_flow_is_loaded_before_the_libraries_that_its_steps_need() -> None:
    flows = sorted({deployment["entrypoint"] for deployment in DEPLOYMENTS})
    assert len(flows) >= 8
    code = (
        f"import sys\nfrom prefect.flows import load_flow_from_entrypoint as load\nfor one in {flows!r}: load(one)\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_every_step_is_there_when_it_is_asked_for() -> None:
    assert {getattr(pipeline, name).__name__ for name in pipeline.__all__} == {*pipeline.__all__}
    with pytest.raises(AttributeError, match="no_such_step"):
        getattr(pipeline, "no_such_step")  # noqa: B009


def test_no_supervisor_comes_before_the_engine() -> None:
    """Without a command of its own a run's process imports Prefect twice."""
    commands = {deployment["work_pool"]["job_variables"]["command"] for deployment in DEPLOYMENTS}
    (command,) = commands
    assert shlex.split(command) == ["python", "-m", "prefect.engine"]
    unit = (folder("deployments") / "systemd" / "metroetl-worker@.service").read_text("utf-8")
    assert "PATH=/opt/metroetl/venv/bin:" in unit, "the worker's python is the installed one"
