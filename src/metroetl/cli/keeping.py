"""Commands that keep the warehouse safe: backup, restore, who may read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer


def register(group: typer.Typer) -> None:
    """Put the commands into the group `warehouse`."""
    group.command("backup")(backup)
    group.command("restore")(restore)
    group.command("reader")(reader)


def backup(
    output: Annotated[
        Path | None, typer.Option(help="文件，默认在 home/backups · The zip file to write.")
    ] = None,
) -> None:
    """备份到一个文件 · One zip file of the whole warehouse, of one moment, while others read and write it."""
    from metroetl.settings import settings
    from metroetl.warehouse.backup import back_up

    config = settings()
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    file = output or config.home / "backups" / f"warehouse-{config.world}-{stamp}.zip"
    manifest = back_up(config.warehouse_url, file)
    found = manifest.model_dump(mode="json", include={"engine", "revision", "world", "rows"})
    print(
        json.dumps({"file": str(file), "bytes": file.stat().st_size, **found}, ensure_ascii=False, indent=2)
    )


def restore(
    file: Annotated[Path, typer.Argument(help="备份文件 · What `backup` wrote.")],
    force: Annotated[
        bool, typer.Option("--force", help="替换已有数据 · Replace what the warehouse holds.")
    ] = False,
) -> None:
    """从备份恢复，校验每张表的行数 · Put a backup in the warehouse's place; the rows of every table are compared."""
    from metroetl.catalogue import catalogue
    from metroetl.settings import settings
    from metroetl.warehouse.backup import restore as put_back

    config = settings()
    manifest = put_back(config.warehouse_url, file, config.world, catalogue(), force=force)
    found = manifest.model_dump(mode="json", include={"made_at", "revision", "world", "rows"})
    print(json.dumps(found, ensure_ascii=False, indent=2))


def reader(
    name: Annotated[str, typer.Argument(help="登录名 · Login role of a person or a BI tool.")],
) -> None:
    """准许一个账号只读 · Let a login role of PostgreSQL read public rows; it is made if it isn't there."""
    from metroetl.settings import settings
    from metroetl.warehouse.engine import writer, writing
    from metroetl.warehouse.roles import Roles, admit_reader

    with writing(writer(settings().warehouse_url)) as connection:
        made = admit_reader(connection, Roles.of_settings(), name)
    print(
        f"{name} 可以读 · may read"
        + (f"；请设口令 · now set a password: psql, \\password {name}" if made else "")
    )
