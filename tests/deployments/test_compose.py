"""`compose.yaml` by the Compose Specification's own schema and by what it may not do; the warehouse's logins for real.

compose_spec.json is the schema of the Compose Specification as docker-compose 1.29.2 ships it (Apache-2.0). Nothing is
built or started here, for that needs a Docker daemon.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import jsonschema
import psycopg
import pytest
from ruamel.yaml import YAML
from sqlalchemy.engine import make_url

from metroetl.resources import folder
from metroetl.settings import Settings
from metroetl.warehouse import Warehouse
from tests.postgres import client_folder

SCHEMA = json.loads(Path(__file__).with_name("compose_spec.json").read_text(encoding="utf-8"))
PLACEHOLDER = re.compile(r"(?<!\$)\$\{(\w+)(?::?([-?])([^}]*))?\}")

Compose = dict[str, Any]


@pytest.fixture(scope="module")
def text() -> str:
    """The file as it is."""
    return (folder("deployments") / "compose.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose(text: str) -> Compose:
    """The file with its defaults filled in, and a value for each secret."""
    filled = PLACEHOLDER.sub(lambda m: m[3] if m[2] == "-" else f"value-of-{m[1]}", text)
    found: Compose = YAML(typ="safe").load(filled)
    return found


@pytest.fixture(scope="module")
def services(compose: Compose) -> dict[str, dict[str, Any]]:
    """The services by name."""
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


def environment(service: dict[str, Any]) -> str:
    """All of a service's environment in one text."""
    return json.dumps(service.get("environment", {}))


def test_it_is_as_the_specification_says(compose: Compose) -> None:
    validator = jsonschema.Draft7Validator(SCHEMA)
    assert [f"{list(e.path)}: {e.message}" for e in validator.iter_errors(compose)] == []
    wrong = json.loads(json.dumps(compose))
    wrong["services"]["worker"]["read_onyl"] = True
    assert not validator.is_valid(wrong)


def test_every_service_has_the_least_rights(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert set(service.get("cap_add", [])) <= {"NET_BIND_SERVICE"}, name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.keys() & {"privileged", "network_mode", "pid", "ipc", "devices"}, name
        limits = service["deploy"]["resources"]["limits"]
        assert limits["cpus"] and limits["memory"] and service["pids_limit"], name
        assert service["restart"] == ("no" if name == "setup" else "unless-stopped"), name
        assert "docker.sock" not in json.dumps(service), name
        ours = service["image"].startswith("metroetl:")  # its Dockerfile says USER
        assert ours or service["user"].split(":")[0] not in {"0", "root"}, name
    assert re.search(r"^USER 10001", (folder("deployments") / "Dockerfile").read_text(), re.M)


def test_no_port_is_open_to_other_machines(services: dict[str, dict[str, Any]]) -> None:
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert set(ports) == {"prefect", "site", "tls"}
    assert all(port.startswith("127.0.0.1:") for found in ports.values() for port in found), ports
    assert services["tls"]["profiles"] == ["tls"]


def test_databases_are_only_on_networks_of_their_own(
    compose: Compose, services: dict[str, dict[str, Any]]
) -> None:
    inner = {name for name, network in compose["networks"].items() if (network or {}).get("internal")}
    on = {
        network: {n for n, s in services.items() if network in s["networks"]}
        for network in compose["networks"]
    }
    assert {"prefect-store", "store", "control"} <= inner
    for database in ("prefect-db", "warehouse"):
        assert set(services[database]["networks"]) <= inner and "ports" not in services[database]
    assert on["prefect-store"] == {"prefect-db", "prefect"}
    assert on["store"] == {"warehouse", "setup", "worker", "site-builder", "backup"}
    assert set(on["outside"]) == {"prefect", "worker", "site", "tls"}


def test_each_has_the_secrets_it_needs_and_no_other(services: dict[str, dict[str, Any]]) -> None:
    holders = {
        "OWNER_PASSWORD": {"warehouse", "setup", "backup"},
        "LOADER_PASSWORD": {"warehouse", "worker", "site-builder"},
        "READER_PASSWORD": {"warehouse"},
        "POSTGRES_PASSWORD": {"warehouse"},
        "PREFECT_DB_PASSWORD": {"prefect-db", "prefect"},
        "PREFECT_SERVER_API_AUTH_STRING": {"prefect", "setup", "worker"},
    }
    for secret, names in holders.items():
        assert {n for n, s in services.items() if f"value-of-{secret}" in environment(s)} == names, secret
    assert {n for n, s in services.items() if "METROETL_NOTIFY_URL" in environment(s)} == {"setup"}


def test_a_missing_secret_stops_it_and_none_is_written_down(text: str) -> None:
    example = (folder("deployments") / "example.env").read_text(encoding="utf-8")
    given = dict(line.split("=", 1) for line in example.splitlines() if re.match(r"^\w+=", line))
    named = {line.lstrip("#").split("=", 1)[0] for line in example.splitlines() if re.match(r"^#?\w+=", line)}
    for name, how, _ in PLACEHOLDER.findall(text):
        secret = name.endswith(("PASSWORD", "AUTH_STRING"))
        assert how == ("?" if secret else "-"), name
        assert not secret or given[name] == "", name
        assert name in named | {"METROETL_TAG", "POSTGRES_IMAGE", "CADDY_IMAGE"}, name


def test_what_waits_waits_for_something_healthy(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert services[other]["healthcheck"]["test"], f"{name} waits for {other}"
            else:
                assert (other, how["condition"]) == ("setup", "service_completed_successfully")
    declared = {"prefect-db", "warehouse", "data", "pages", "backups"}
    mounted = {v.split(":")[0] for s in services.values() for v in s.get("volumes", [])}
    assert declared <= mounted and {m for m in mounted if m[0] not in "./"} == declared
    for mount in mounted - declared:
        assert (folder("deployments") / mount).exists(), mount


def test_programs_that_are_called_exist(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        if service["image"].startswith("metroetl:"):
            program = service["command"][0]
            assert program == "sh" or Path(sys.prefix, "bin", program).exists(), program


def test_the_image_installs_pinned_and_hashed_what_the_project_needs(root: Path) -> None:
    dockerfile = (folder("deployments") / "Dockerfile").read_text(encoding="utf-8")
    assert "--require-hashes -r deployments/requirements.txt" in dockerfile
    every, image = (
        _pins((root / name).read_text()) for name in ("requirements.txt", "deployments/requirements.txt")
    )
    assert {name: every.get(name) for name in image} == image  # the same pins and hashes as everywhere
    assert {"prefect", "psycopg-binary", "s3fs", "duckdb", "hatchling"} <= image.keys()
    assert not image.keys() & {"pytest", "mypy", "playwright", "ruff"}
    project = (root / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.search(r"^dependencies = \[(.*?)^\]", project, re.S | re.M)
    assert (
        listed
        and {n.lower().replace(".", "-") for n in re.findall(r'^  "([\w.-]+)', listed[1], re.M)}
        <= image.keys()
    )


def _pins(text: str) -> dict[str, tuple[str, ...]]:
    blocks = re.split(r"^(?=\w)", text, flags=re.M)
    return {
        b.split("==")[0].partition("[")[0]: (b.split()[0], *sorted(re.findall(r"sha256:\w+", b)))
        for b in blocks
        if "==" in b
    }


# --- the logins, on a real PostgreSQL --------------------------------------------------------------------------------


@pytest.fixture
def logins(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """logins.sh run as the image runs it; addresses by login."""
    server, tag = make_url(postgres_url), f"t{uuid4().hex[:8]}_"
    monkeypatch.setenv("METROETL_LOADER_ROLE", f"{tag}loaders")
    monkeypatch.setenv("METROETL_READER_ROLE", f"{tag}readers")
    given = {
        "POSTGRES_USER": str(server.username), "PGHOST": str(server.host), "PGPORT": str(server.port),
        "METROETL_DATABASE": f"{tag}db", "METROETL_LOGIN_PREFIX": tag,
        "OWNER_PASSWORD": "o'w", "LOADER_PASSWORD": "lo", "READER_PASSWORD": "re",
        "PATH": f"{client_folder()}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip
    script = folder("deployments") / "postgres" / "logins.sh"
    done = subprocess.run(["sh", script], env=os.environ | given, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    at = f"{server.host}:{server.port}/{tag}db"
    yield {name: f"postgresql+psycopg://{tag}{name}@{at}" for name in ("owner", "loader", "reader")}
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{tag}db"')
        for name in ("owner", "loader", "reader", "loaders", "readers"):
            admin.execute(f'DROP ROLE "{tag}{name}"')


@pytest.mark.postgres
def test_owner_makes_loader_loads_and_reader_reads_what_is_public(
    logins: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METROETL_DATABASE_URL", logins["owner"])
    Warehouse.open(Settings()).upgrade()  # what `metroetl warehouse init` does
    monkeypatch.setenv("METROETL_DATABASE_URL", logins["loader"])
    loader = Warehouse.open(Settings())
    loader.upgrade()  # what every run does first; nothing is due
    run_id = loader.start_run("collect", {})
    loader.finish_run(run_id, "nothing_new", {})
    assert loader.query("SELECT COUNT(*) FROM ops_run")[1] == [(1,)]
    assert not _may(logins["loader"], "DROP TABLE ops_run")
    reader = logins["reader"]
    assert _may(reader, "SELECT COUNT(*) FROM mart_observation_latest")
    for sql in (
        "SELECT * FROM ops_run",
        "SELECT * FROM core_document",
        "DELETE FROM dim_region",
        "CREATE TABLE t (i int)",
    ):
        assert not _may(reader, sql), sql


def _may(url: str, sql: str) -> bool:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        try:
            connection.execute(sql)
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction):
            return False
        return True
