"""Reads the catalogue's files; a mistake becomes a CatalogueError that names file, line and fix."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from metroetl.errors import CatalogueError

M = TypeVar("M", bound=BaseModel)
Location = Sequence[str | int]


def mistake(path: Path, line: int, what: str, fix: str) -> CatalogueError:
    """The error for one mistake: `sources/cdstats.yml:12: what`, with the fix as the way out."""
    return CatalogueError(f"{path.parent.name}/{path.name}:{line}: {what}", way_out=fix)


# --- CSV ---------------------------------------------------------------------------------------------------------


def read_csv(path: Path, model: type[M]) -> Iterator[tuple[int, M]]:
    """Each row as (line, record); fields that are tuples in the model are split at `;`, empty cells are left out."""
    lists = {name for name, field in model.model_fields.items() if get_origin(field.annotation) is tuple}
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        _check_header(path, model, reader.fieldnames or ())
        for row in reader:
            line = reader.line_num
            if None in row or None in row.values():
                raise mistake(
                    path, line, "the row has more or fewer cells than the header", "count the commas"
                )
            cells: dict[str, Any] = {name: text for name, text in row.items() if text}
            for name in lists & cells.keys():
                cells[name] = tuple(cells[name].split(";"))
            try:
                yield line, model.model_validate(cells)
            except ValidationError as error:
                what, fix = _explain(error, model)
                raise mistake(path, line, what, fix) from error


def _check_header(path: Path, model: type[BaseModel], header: Sequence[str]) -> None:
    for name in header:
        if name not in model.model_fields:
            raise mistake(path, 1, f"unknown column {name!r}", _rename(name, model))
    for name, field in model.model_fields.items():
        if field.is_required() and name not in header:
            raise mistake(path, 1, f"column {name!r} is missing", f"add the column `{name}`")


# --- YAML --------------------------------------------------------------------------------------------------------


class YamlFile:
    """One YAML file: parsed fast by the C parser, composed again with line numbers only when a mistake is told."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        try:
            self.data: Any = YAML(typ="safe").load(self.text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            problem = str(error.problem or "not valid YAML")
            raise mistake(path, line, problem, "correct the YAML at this line") from error

    def record(self, model: type[M], at: Location = ()) -> M:
        """The part at `at` as a record of `model`."""
        part = self.data
        for key in at:
            part = part[key]
        try:
            return model.model_validate(part)
        except ValidationError as error:
            first = _first(error)
            location = [*at, *first["loc"], first.get("ctx", {}).get("key", "")]
            raise self.mistake(location, *_explain(error, model)) from error

    def records(self, model: type[M]) -> Iterator[tuple[int, M]]:
        """A file that is a list: each entry as (index, record)."""
        if not isinstance(self.data, list):
            raise self.mistake((), "the file must be a list of entries", "begin each entry with `- id:`")
        for index in range(len(self.data)):
            yield index, self.record(model, [index])

    def mistake(self, location: Location, what: str, fix: str) -> CatalogueError:
        """The error for a mistake at `location` (keys and indexes from the top of the file)."""
        return mistake(self.path, self.line(location), what, fix)

    def line(self, location: Location) -> int:
        """Line of the deepest part of `location` that the file has."""
        node: Node | None = self._tree
        line = node.start_mark.line if node else 0
        for key in location:
            if isinstance(node, MappingNode):
                found = next((pair for pair in node.value if pair[0].value == str(key)), None)
                if found is None:
                    break
                line, node = found[0].start_mark.line, found[1]
            elif isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.value):
                node = node.value[key]
                line = node.start_mark.line
            else:
                break
        return line + 1

    @cached_property
    def _tree(self) -> Node | None:
        tree: Node | None = YAML(typ="safe", pure=True).compose(self.text)
        return tree


# --- explanations ------------------------------------------------------------------------------------------------


def _explain(error: ValidationError, model: type[BaseModel]) -> tuple[str, str]:
    """What the error to tell of a validation is, and how to mend it."""
    first = _first(error)
    kind, location, value = first["type"], first["loc"], first["input"]
    name = ".".join(str(part) for part in location) or model.__name__
    if kind == "extra_forbidden":
        return f"unknown key {name!r}", _rename(str(location[-1]), _model_at(model, location[:-1]))
    if kind == "missing":
        return f"{name!r} is missing", f"add `{location[-1]}:`"
    if kind == "string_type":
        return f"{name!r} is {value!r}, not text", f'quote it: "{value}"'
    if kind == "literal_error":
        return f"{name!r} can't be {value!r}", f"use one of {first['ctx']['expected']}"
    if kind == "entry":
        return first["msg"], str(first["ctx"]["fix"])
    return f"{name!r} is {value!r}: {first['msg']}", f"correct `{name}`"


def _first(error: ValidationError) -> ErrorDetails:
    """The error to tell: an unknown key before the missing one that it was meant to be."""
    errors = error.errors(include_url=False)
    return next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])


def _rename(name: str, model: type[BaseModel]) -> str:
    near = get_close_matches(name, model.model_fields, n=1)
    return f"write `{near[0]}`" if near else f"remove it, or use one of: {', '.join(model.model_fields)}"


def _model_at(model: type[BaseModel], location: Location) -> type[BaseModel]:
    """The model of the part at `location`, found through the annotations of its fields."""
    for key in location:
        if isinstance(key, str) and key in model.model_fields:
            annotation = model.model_fields[key].annotation
            candidates = (annotation, *get_args(annotation))
            model = next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), model)
    return model
