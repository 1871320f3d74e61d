"""What a person tells of a file: on the command line, or in a small YAML file beside it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from metroetl.catalogue import catalogue
from metroetl.errors import NotToldRight
from metroetl.harvest.addresses import host_of

SIDECAR, FOLDER_SIDECAR = ".meta.yml", "meta.yml"


def _is_region(code: str) -> str:
    if code and code not in catalogue().regions:
        raise ValueError(f"no region has the code {code}")
    return code


def _is_address(url: str) -> str:
    if url and not host_of(url):
        raise ValueError(f"{url} is no web address")
    return url


class Told(BaseModel):
    """Publisher, day of publication, address, region and title of a file; who may see it (internal unless told)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = ""
    publisher: str = ""
    published_on: date | None = None
    url: Annotated[str, AfterValidator(_is_address)] = ""
    region: Annotated[str, AfterValidator(_is_region)] = ""
    access: Literal["public", "internal"] = "internal"


def told_of(path: Path) -> Told:
    """What the sidecars of a file say: `meta.yml` for all files of its folder, over it `<file>.meta.yml` (or
    `<name without ending>.meta.yml`). Raises NotToldRight where one is wrong."""
    found: dict[str, object] = {}
    for sidecar in (path.with_name(FOLDER_SIDECAR), *sidecars_of(path)):
        if sidecar.is_file():
            found |= _entries(sidecar)
    return make_told(found, path.name)


def sidecars_of(path: Path) -> list[Path]:
    """The sidecars that are a file's own, whether they exist or not."""
    return [path.with_name(path.stem + SIDECAR), path.with_name(path.name + SIDECAR)]


def make_told(entries: dict[str, object], name: str) -> Told:
    """What was told of the file `name`; raises NotToldRight for what can't be."""
    try:
        return Told.model_validate(entries)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise NotToldRight(f"{name}: {where}: {first['msg']}") from error


def _entries(sidecar: Path) -> dict[str, object]:
    try:
        found = YAML(typ="safe").load(sidecar.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise NotToldRight(f"{sidecar.name} can't be read: {error}") from error
    if not isinstance(found, dict):
        raise NotToldRight(f"{sidecar.name} holds no `key: value` lines")
    return {
        key: str(value) if key in {"region", "title", "publisher"} else value for key, value in found.items()
    }
