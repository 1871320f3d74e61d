"""`metroetl` in a process that kills itself (SIGKILL) as it sends the n-th database statement that begins so."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from sqlalchemy import Engine, event


def main(beginning: str, number: str, *arguments: str) -> None:
    """Run the command line; nothing of it knows."""
    left = int(number)

    @event.listens_for(Engine, "before_cursor_execute")
    def die(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        nonlocal left
        left -= statement.startswith(beginning)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    from metroetl.cli import main as metroetl

    sys.argv = ["metroetl", *arguments]
    metroetl()


if __name__ == "__main__":
    main(*sys.argv[1:])
