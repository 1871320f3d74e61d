"""`python -m benchmarks.timelapse`: the short form; `--days 730` the long one. The last line is the figure."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from benchmarks.postgres import Postgres

SHORT, LONG = (date(2025, 7, 15), 13), (date(2024, 2, 1), 730)


def main() -> int:
    """Make the world, run its days, judge, tell; 1 where the proof fails."""
    parser = argparse.ArgumentParser(prog="benchmarks.timelapse", description=__doc__)
    parser.add_argument("--days", type=int, default=SHORT[1])
    parser.add_argument("--first", type=date.fromisoformat, help="the first day")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument(
        "--home", type=Path, help="an empty folder that is kept; else one that is thrown away"
    )
    parser.add_argument("--again", action="store_true", help="only judge what was played in --home")
    parser.add_argument("--write", action="store_true", help="the report into docs/reference/timelapse.md")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is stopped
    first = options.first or (SHORT if options.days < 180 else LONG)[0]
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="metroetl-lapse-"))
        home: Path = (options.home or Path(folder)).absolute()
        home.mkdir(parents=True, exist_ok=True)
        postgres = _postgres(stack, home / "postgres" if options.home else None)

        from benchmarks.timelapse.judge import judge
        from benchmarks.timelapse.play import play, played_before
        from benchmarks.timelapse.report import report

        if options.again:
            played = played_before(home, postgres)
        else:
            played = play(home, options.seed, first, options.days, postgres)
        verdict = judge(played)
        text = report(played, verdict, write=options.write)
        (home / "report.md").write_text(text, encoding="utf-8")
        print(f"{text}\n{verdict.figure}")
    return 0 if verdict.passed else 1


def _postgres(stack: ExitStack, folder: Path | None) -> Postgres | None:
    try:
        return stack.enter_context(Postgres(safe=True, folder=folder))
    except FileNotFoundError as error:
        print(f"SQLite in place of PostgreSQL, whose deaths are left out: {error}")
        return None


if __name__ == "__main__":
    sys.exit(main())
