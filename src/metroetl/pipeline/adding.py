"""A new source written into the catalogue with its examples, once it is confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from metroetl.catalogue import catalogue
from metroetl.catalogue.load import FOLDER, own_folder, project_pages, reload
from metroetl.catalogue.models import Source
from metroetl.catalogue.write import source_yaml
from metroetl.errors import CatalogueError, ExampleDiffers
from metroetl.pipeline.examples import differences, examples_in
from metroetl.pipeline.proposal import Examined

OPTIONS_WRONG = (
    "As it would be configured, a page of that form isn't read right: compare the items shown with the browser, then give "
    "--option (rows, path, body …) or another --family."
)


@dataclass(frozen=True)
class Written:
    """What was written for a source, and whether into the checkout."""

    source: Source
    files: list[Path]
    in_checkout: bool


def write_source(
    proposal: Mapping[str, Any], seen: Examined, *, confirmed: bool, own: bool = False
) -> Written:
    """Write a source's YAML and examples, load the catalogue to prove it, and read the examples.

    They go into the checkout where there is one, else (or with `own`) into METROETL_HOME. `confirmed` says that a person
    looked at what the live site shows: only then is the source verified. Raises CatalogueError for what is wrong with
    the entry, ReplicaError where no example can be made of it, ExampleDiffers where that isn't read as it should be; then
    nothing stays behind.
    """
    from metroetl.replica.examples import example_site
    from metroetl.replica.examples import write_source as write_examples

    source_folder, page_folder = _places(own)
    entry = {**proposal, "note": proposal.get("note") or _note(seen)}
    if confirmed and not seen.stood_in:
        entry["verified"] = str(_today())
    source = _valid(entry)
    if source.id in catalogue().sources:
        raise CatalogueError(
            f"a source {source.id!r} is already there", way_out="Choose another id with --id."
        )
    target, pages = source_folder / f"{source.id}.yml", page_folder / source.id
    if target.exists() or pages.exists():
        there = target if target.exists() else pages
        raise CatalogueError(f"{there} is already there", way_out="Move it away, or choose another id.")
    files: list[Path] = []
    try:
        files = write_examples(example_site(source), pages, origin="added")
        source_folder.mkdir(parents=True, exist_ok=True)
        target.write_text(source_yaml(source, _comment(seen)), encoding="utf-8")
        files.insert(0, target)
        source = reload().sources[source.id]
        if wrong := [line for example in examples_in(pages) for line in differences(source, example)]:
            raise ExampleDiffers("; ".join(wrong), way_out=OPTIONS_WRONG)
    except BaseException:
        _remove([target, *pages.glob("*")])
        if pages.is_dir():
            pages.rmdir()
        reload()
        raise
    return Written(source, files, source_folder == FOLDER / "sources")


def _places(own: bool) -> tuple[Path, Path]:
    pages = project_pages()
    if pages is None or own:
        return own_folder() / "sources", own_folder() / "pages"
    return FOLDER / "sources", pages


def _remove(files: Sequence[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _valid(entry: Mapping[str, Any]) -> Source:
    import pydantic

    try:
        return Source.model_validate(dict(entry))
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CatalogueError(
            f"{where or 'the source'}: {first['msg']}", way_out="Correct it, or give it as an option."
        ) from error


def _comment(seen: Examined) -> list[str]:
    how = "a stand-in" if seen.stood_in else "the site"
    return [f"Added by `metroetl sources add` on {_today()} after one look at {how}."]


def _note(seen: Examined) -> str:
    look = seen.look
    pages = look.page.pages if look.page.pages is not None else "unstated"
    return f"When it was added: {look.items} items on page 1, pages {pages}, robots.txt {look.robots}."


def _today() -> date:
    return datetime.now(UTC).date()
