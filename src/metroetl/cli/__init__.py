"""The command line: it triggers flows and shows what is there. Heavy rooms are imported inside the commands."""

from __future__ import annotations

import sys

import typer

from metroetl.cli import (
    again,
    anomalies,
    archive,
    catalogue,
    decide,
    dictionary,
    documents,
    explain,
    explore,
    export,
    extract,
    health,
    inbox,
    index,
    keeping,
    linkage,
    loop,
    metrics,
    monitor,
    operate,
    plan_compare,
    plans,
    quality,
    quarantine,
    retention,
    site,
    sources,
    targets,
    trace,
    warehouse,
)
from metroetl.errors import CatalogueError, MetroError, SettingsError

app = typer.Typer(
    name="metroetl",
    help="都市圈规划与统计数据管道 · Plan releases and statistics of Chinese government sites, into a warehouse.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
operate.register(app)
again.register(app)
monitor.register(app)
sources.register(app)
inbox.register(app)
extract.register(app)
explain.register(app)
documents.register(app)
plans.register(app)
plan_compare.register(plans.group)
warehouse.register(app)
quarantine.register(app)
decide.register(app)
export.register(warehouse.warehouse)
dictionary.register(warehouse.warehouse)
trace.register(app)
explore.register(app)
site.register(app)
keeping.register(warehouse.warehouse)
archive.register(app)
catalogue.register(app)
quality.register(app)
anomalies.register(quality.group)
index.register(app)
linkage.register(app)
targets.register(app)
loop.register(app)
health.register(app)
metrics.register(app)
retention.register(app)


def main() -> None:
    """Run a command; a named error ends with its message and way out (exit 1, wrong usage 2)."""
    try:
        if "--help" not in sys.argv and len(sys.argv) > 1:
            _set_up_logs()
        app()
    except MetroError as error:
        print(f"{error.code}: {error.message}\n→ {error.way_out}", file=sys.stderr)
        sys.exit(2 if isinstance(error, (SettingsError, CatalogueError)) else 1)


def _set_up_logs() -> None:
    from metroetl.operations.logs import set_up
    from metroetl.settings import settings

    set_up(settings().log, settings().log_level)
