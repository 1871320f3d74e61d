"""`metroetl metrics`: figures for Prometheus."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Put the command into the app."""
    app.command("metrics")(metrics)


def metrics(
    serve: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="在 127.0.0.1 的端口上提供，直到中断 · until interrupted"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="写入文件（*.prom），供 node_exporter · for node_exporter's textfile collector"),
    ] = None,
) -> None:
    """Prometheus 指标：打印、写入文件或提供端口 · Figures for Prometheus: printed, written to a file, or served."""
    from prometheus_client import generate_latest, write_to_textfile

    from metroetl.operations.metrics import registry_of
    from metroetl.settings import settings
    from metroetl.warehouse import Warehouse

    if serve is not None and output is not None:
        raise typer.BadParameter("--serve 与 --output 二选一 · one of them")
    config = settings()
    registry = registry_of(Warehouse.open(config), config)
    if output is not None:
        write_to_textfile(str(output), registry)
    elif serve is None:
        print(generate_latest(registry).decode(), end="")
    else:
        _serve(registry, serve)


def _serve(registry: object, port: int) -> None:
    from prometheus_client import start_http_server

    server, thread = start_http_server(port, addr="127.0.0.1", registry=registry)  # type: ignore[arg-type]
    print(f"http://127.0.0.1:{server.server_port}/metrics", file=sys.stderr, flush=True)
    try:
        thread.join()
    except KeyboardInterrupt:
        server.shutdown()
