"""`metroetl explore`: the public warehouse in a browser on this machine, by Datasette."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

HOST = "127.0.0.1"
DATABASE = "metroetl.db"  # its stem is the database's name in every address


def register(app: typer.Typer) -> None:
    """Put the command into the app."""
    app.command("explore")(explore)


def explore(
    port: Annotated[int, typer.Option(min=1, max=65535, help="本机端口 · local port")] = 8001,
    open_browser: Annotated[bool, typer.Option("--open", help="打开浏览器 · show it in the browser")] = False,
) -> None:
    """浏览：用 Datasette 查看公开数据（本机、只读） · Browse the public rows with Datasette, read-only, until interrupted."""
    import tempfile

    from metroetl.settings import settings
    from metroetl.warehouse.explore import copy_public

    _check(port)
    with tempfile.TemporaryDirectory(prefix="metroetl-explore-") as folder:
        file = Path(folder) / DATABASE
        counts = copy_public(settings().warehouse_url, file)
        marts = {name: rows for name, rows in counts.items() if name.startswith("mart_")}
        print(f"公开数据 public rows: {sum(marts.values()):,} / {len(marts)} mart_*")
        print(
            f"http://{HOST}:{port}/   Ctrl-C 结束 · stops; 重启即更新 · start again for newer rows",
            flush=True,
        )
        if open_browser:
            typer.launch(f"http://{HOST}:{port}/")
        _serve(file, port)


def _check(port: int) -> None:
    import importlib.util
    import socket

    from metroetl.errors import WarehouseError

    if importlib.util.find_spec("datasette") is None:
        raise WarehouseError("exploring needs Datasette", way_out="Install metroetl[explore].")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise WarehouseError(
                f"port {port} can't be used: {error.strerror}", way_out="Take another --port."
            ) from error


def _serve(file: Path, port: int) -> None:
    import uvicorn
    from datasette.app import Datasette

    from metroetl.warehouse.explore import CSS, STATIC, STYLE, describe_copy

    (file.parent / STYLE).write_text(CSS, encoding="utf-8")
    datasette = Datasette(
        immutables=[str(file)],
        metadata=describe_copy(file),
        static_mounts=[(STATIC, str(file.parent))],
        settings={"sql_time_limit_ms": 10_000, "facet_time_limit_ms": 1_000, "max_returned_rows": 5_000},
    )
    uvicorn.run(datasette.app(), host=HOST, port=port, log_level="warning")
