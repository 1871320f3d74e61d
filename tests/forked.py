"""Commands in processes of their own, forked from one that has imported the libraries: an import costs seconds, a fork none.

`run("metroetl", "run", …, cwd=…, env=…)` is what `python -m metroetl run …` does: own environment, standard streams,
exit code, signals. Nothing of MetroETL but its modules' code is shared, for the server imports libraries only.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["tests.libraries"])


def start(work: Callable[..., None], *arguments: object) -> BaseProcess:
    """A process that does this work."""
    process = FORK.Process(target=work, args=arguments)
    process.start()
    return process


@dataclass
class Running:
    """A command that runs; its output goes to files."""

    process: BaseProcess
    arguments: tuple[str, ...]
    streams: tempfile.TemporaryDirectory[str]

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.is_alive()

    def kill(self, signal_number: int = signal.SIGKILL) -> None:
        """Send a signal."""
        assert self.process.pid
        os.kill(self.process.pid, signal_number)

    def finish(self, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Wait for its end; raises TimeoutExpired and kills it if that takes too long."""
        self.process.join(timeout)
        late = self.process.exitcode is None
        if late:
            self.process.kill()
            self.process.join()
        folder = Path(self.streams.name)
        told, error = (
            (folder / name).read_text(encoding="utf-8", errors="replace") for name in ("out", "err")
        )
        self.streams.cleanup()
        if late:
            raise subprocess.TimeoutExpired(self.arguments, timeout, told, error)
        return subprocess.CompletedProcess(self.arguments, self.process.exitcode or 0, told, error)


def begin(module: str, *arguments: str, cwd: Path, env: Mapping[str, str], typed: str = "") -> Running:
    """Start `python -m module arguments` in a folder, with this environment and nothing else of it."""
    streams = tempfile.TemporaryDirectory(prefix="metroetl-command-")
    folder = Path(streams.name)
    (folder / "in").write_text(typed, encoding="utf-8")
    process = start(_main, module, arguments, str(cwd), dict(env), streams.name)
    return Running(process, (module, *arguments), streams)


def run(
    module: str, *arguments: str, cwd: Path, env: Mapping[str, str], typed: str = "", timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run `python -m module arguments` to its end."""
    return begin(module, *arguments, cwd=cwd, env=env, typed=typed).finish(timeout)


def _main(module: str, arguments: tuple[str, ...], cwd: str, env: dict[str, str], streams: str) -> None:
    os.setsid()
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    folder = Path(streams)
    for number, (name, mode) in enumerate((("in", os.O_RDONLY), ("out", os.O_WRONLY), ("err", os.O_WRONLY))):
        os.dup2(os.open(folder / name, mode | os.O_CREAT), number)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
        for number, mode in enumerate("rww")
    )
    from prefect.context import refresh_global_settings_context

    refresh_global_settings_context()  # Prefect reads the environment when it is imported
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
