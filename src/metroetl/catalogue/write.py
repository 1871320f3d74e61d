"""A source as its YAML file, in the order and form of those that people write."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from metroetl.catalogue.models import Source


def source_yaml(source: Source, comment: Sequence[str] = ()) -> str:
    """The file of a source, its comment first; what is at its default is left out."""
    lines = [f"# {line}" for line in comment]
    lines += [f"id: {source.id}", f"title: {_text(source.title)}"]
    lines += [f"title_en: {_text(source.title_en)}"] if source.title_en else []
    lines += [
        f"publisher: {_text(source.publisher)}",
        f"regions: {_flow(source.regions)}",
        f"kinds: {_flow(source.kinds)}",
        f"family: {source.family}",
        f"list: {_text(source.list)}",
    ]
    lines += [f"replica_list: {_text(source.replica_list)}"] if source.replica_list else []
    lines += [f"hosts: {_flow(source.hosts)}"]
    lines += [] if source.enabled else ["enabled: false", f"reason: {_text(source.reason)}"]
    lines += [
        f"verified: {_text(source.verified)}",
        "cadence:",
        f"  cron: {json.dumps(source.cadence.cron)}",
    ]
    lines += [f"  note: {_text(source.cadence.note)}"] if source.cadence.note else []
    expect = source.expect.model_dump(exclude_none=True)
    lines += [f"politeness: {_flow(source.politeness.model_dump())}", f"expect: {_flow(expect)}"]
    lines += ["tls:"] if source.tls else []
    lines += [f"  {host}: {_flow(exception.model_dump())}" for host, exception in source.tls.items()]
    lines += [f"title_has: {_flow(source.title_has)}"] if source.title_has else []
    lines += [f"max_pages: {source.max_pages}", f"precedence: {source.precedence}"]
    lines += [f"options: {_flow(source.options)}"] if source.options else []
    lines += [f"note: {_text(source.note)}"] if source.note else []
    return "\n".join(lines) + "\n"


def _flow(value: Any) -> str:
    """A list or mapping on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(str(k))}: {_scalar(v)}" for k, v in value.items()) + "}"
    return "[" + ", ".join(_scalar(v) for v in value) + "]"


def _scalar(value: Any) -> str:
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(text: str) -> str:
    """A text as it may stand in a line: plain where YAML reads it back as the same text, else quoted."""
    try:
        plain = YAML(typ="safe", pure=True).load(f"[{{key: {text}}}]") == [{"key": text}]
    except YAMLError:
        plain = False
    return text if plain else json.dumps(text, ensure_ascii=False)
