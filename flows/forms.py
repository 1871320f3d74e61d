"""JSON schemas as the forms of the Prefect UI show them well.

The UI takes the values of `enum` for the labels of a select, so an option is an id and its name (`tjj_sc 四川省统计局`);
a union with null is shown as a choice of types, so an optional field has the schema of its value alone and no default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field

Schema = dict[str, Any]


def titled(title: str) -> Any:
    """The title of a flow's parameter, in place of its name."""
    return Field(json_schema_extra={"title": title})


def option(names: Mapping[str, str], key: str) -> str:
    """What a form shows, and sends, for an id."""
    return f"{key} {names[key]}"


def options(names: Mapping[str, str]) -> list[str]:
    """The options of all ids."""
    return [option(names, key) for key in names]


def several(names: Mapping[str, str]) -> Schema:
    """A list of ids: a select of options by `items`; the server takes bare ids too, by `prefixItems`, which come before."""
    key = {"type": "string", "pattern": f"^({'|'.join(names)})( .*)?$"}
    return {
        "items": {"type": "string", "enum": options(names)},
        "prefixItems": [key] * len(names),
        "maxItems": len(names),
    }


def choice(values: Iterable[str]) -> Any:
    """A value of these, or none."""
    return _of({"type": "string", "enum": list(values)})


def day(schema: Schema) -> None:
    """A day, or none."""
    _of({"type": "string", "format": "date"})(schema)


def years(first: int, last: int) -> Any:
    """A year, newest first; without the type, for the UI writes integers as 2,025."""

    def put(schema: Schema) -> None:
        del schema["type"]
        schema["enum"] = list(range(last, first - 1, -1))

    return put


def in_order(earlier: str, later: str, values: Iterable[int]) -> Schema:
    """Of a model: `later` isn't before `earlier`, in words that the server checks when the form is sent."""
    rules = [
        {
            "if": {"properties": {earlier: {"const": value}}},
            "then": {"properties": {later: {"minimum": value}}},
        }
        for value in values
    ]
    return {"dependentSchemas": {earlier: {"allOf": rules}}}


def _of(only: Schema) -> Any:
    def put(schema: Schema) -> None:
        for name in ("anyOf", "default"):
            schema.pop(name, None)
        schema.update(only)

    return put
