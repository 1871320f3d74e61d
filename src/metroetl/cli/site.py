"""`metroetl site build` and `metroetl serve`: the monitoring site, and showing it on this machine."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

group = typer.Typer(help="监测网站 · The monitoring site.", no_args_is_help=True)

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="截至某日 · as published on a day")]


def register(app: typer.Typer) -> None:
    """Put the commands into the app."""
    app.add_typer(group, name="site")
    app.command("serve")(serve)


@group.command("build")
def build(
    output: Annotated[
        Path | None, typer.Option(help="网站目录，默认数据目录下 site · folder of the site, made anew")
    ] = None,
    circle: Annotated[
        list[str] | None, typer.Option(help="都市圈，可多次；不写则全部 · circle, repeatable; all if unset")
    ] = None,
    as_of: Day = None,
) -> None:
    """生成静态网站（只含公开数据） · Write the static site, public rows only; it opens without a server."""
    from metroetl.monitoring.site import build_site
    from metroetl.settings import settings
    from metroetl.warehouse import Warehouse

    warehouse = Warehouse.open(settings())
    folder = output or settings().home / "site"
    built = build_site(warehouse, folder, circles=circle or [], as_of=as_of.date() if as_of else None)
    print(f"{built.index}")
    print(f"{built.pages:,} 页 pages · {built.size / 1e6:.1f} MB · {built.seconds:.1f} s")


def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="本机端口 · local port")] = 8010,
    site: Annotated[
        Path | None, typer.Option(help="网站目录，默认数据目录下 site · folder of the site")
    ] = None,
    prefect: Annotated[
        str, typer.Option(help="Prefect 界面地址；不写则取 Prefect 的设置 · address of the Prefect UI")
    ] = "",
) -> None:
    """查看网站、校验页与报告（本机），并链接到 Prefect 界面 · Show the site, validation pages and reports on this machine, until interrupted."""
    import uvicorn

    from metroetl.monitoring.site.serve import HOST, site_app
    from metroetl.served import SHOWN
    from metroetl.settings import settings

    if not prefect:
        from flows.links import ui_address

        prefect = ui_address()
    others = {name: settings().home / name for name in SHOWN}
    for path in others.values():
        path.mkdir(parents=True, exist_ok=True)
    app = site_app(site or settings().home / "site", prefect, others)
    print(f"http://{HOST}:{port}/   Ctrl-C 结束 · stops", flush=True)
    uvicorn.run(app, host=HOST, port=port, log_level="warning", server_header=False)
