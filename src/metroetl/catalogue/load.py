"""Loads the catalogue from its folder and checks it as a whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from metroetl.catalogue import checks
from metroetl.catalogue.checks import Complain
from metroetl.catalogue.files import Location, YamlFile, mistake, read_csv
from metroetl.catalogue.lookup import Catalogue, valid
from metroetl.catalogue.models import (
    Circle,
    Correction,
    Indicator,
    Measure,
    PlanSeries,
    Region,
    RegionEvent,
    ReleaseWindow,
    Source,
)
from metroetl.catalogue.regions import with_history
from metroetl.errors import CatalogueError
from metroetl.settings import settings

FOLDER = Path(__file__).resolve().parent

C = TypeVar("C", Indicator, Measure, Region)
E = TypeVar("E", Circle, Correction, PlanSeries, ReleaseWindow)


def own_folder() -> Path:
    """The operator's own part of the catalogue in METROETL_HOME: `sources/`, their example `pages/`, `corrections/`,
    and `data/regions.csv` with places that the project doesn't have."""
    return settings().home.absolute() / "catalogue"


def project_pages() -> Path | None:
    """`tests/pages` where this is a checkout of the project, else None."""
    root = FOLDER.parents[2]
    pages = root / "tests" / "pages"
    return pages if (root / "pyproject.toml").is_file() and pages.is_dir() else None


def load(folder: Path | None = None, own: Path | None = None) -> Catalogue:
    """The catalogue of a folder that holds `data/` and `sources/` (the project's own if unset).

    `own` is a folder whose `sources/`, `corrections/` and `data/regions.csv` come on top. Raises CatalogueError at the first mistake, naming file, line and
    fix; an id that stands in both is one.
    """
    folder = folder or FOLDER
    data = folder / "data"
    digest = _digest_of_files([folder, *([own] if own else [])])
    measures = {code: measure for code, (_, measure) in _by_code(data / "measures.csv", Measure).items()}
    indicators = _load_indicators(data / "indicators.csv", measures)
    current = _load_regions([folder, *([own] if own else [])])
    regions, events = _add_history(data / "region_events.csv", current)
    circles = _load_entries(data / "circles.yml", Circle, partial(checks.check_circle, regions=regions))
    series = _load_entries(
        data / "plan_series.yml", PlanSeries, partial(checks.check_series, circles=circles, regions=regions)
    )
    windows = _load_entries(
        data / "release_windows.yml", ReleaseWindow, partial(checks.check_window, indicators=indicators)
    )
    return Catalogue(
        sources=_load_sources([folder / "sources", *([own / "sources"] if own else [])], regions),
        indicators=indicators,
        measures=measures,
        regions=regions,
        circles=circles,
        plan_series=series,
        region_events=events,
        release_windows=list(windows.values()),
        corrections=_load_corrections([folder, *([own] if own else [])], regions, indicators, measures),
        digest=digest,
    )


def catalogue() -> Catalogue:
    """The project's own catalogue with the operator's own sources, loaded once a process."""
    return _loaded(settings().home, os.getcwd())  # noqa: PTH109  asked for each figure: no path is made


@lru_cache(maxsize=4)
def _loaded(home: Path, folder: str) -> Catalogue:
    own = Path(folder, home, "catalogue")
    return load(own=own) if own.is_dir() else _projects_own()


@lru_cache
def _projects_own() -> Catalogue:
    """One for all homes without a catalogue of their own, and with it what others derive from it."""
    return load()


def reload() -> Catalogue:
    """The catalogue as its files are now, after one was written."""
    _loaded.cache_clear()
    _projects_own.cache_clear()
    return catalogue()


def _digest_of_files(folders: Iterable[Path]) -> str:
    digest = blake2b(digest_size=12)
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".yml", ".csv"} and path.is_file():
                digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _by_code(path: Path, model: type[C]) -> dict[str, tuple[int, C]]:
    """The rows of a CSV file by their code, each with its line."""
    rows: dict[str, tuple[int, C]] = {}
    for line, record in read_csv(path, model):
        if record.code in rows:
            first, _ = rows[record.code]
            raise mistake(
                path, line, f"code {record.code!r} stands already in line {first}", "remove one of the rows"
            )
        rows[record.code] = (line, record)
    return rows


def _load_indicators(path: Path, measures: dict[str, Measure]) -> dict[str, Indicator]:
    rows = _by_code(path, Indicator)
    names: dict[str, str] = {}
    for line, indicator in rows.values():
        checks.check_indicator(indicator, path, line, measures, names)
        checks.check_arithmetic(indicator, path, line, rows)
    return {code: indicator for code, (_, indicator) in rows.items()}


def _load_regions(folders: Iterable[Path]) -> dict[str, Region]:
    regions: dict[str, Region] = {}
    names: dict[str, str] = {}
    for path in (path for folder in folders if (path := folder / "data" / "regions.csv").is_file()):
        rows = _by_code(path, Region)
        if both := rows.keys() & regions:
            code = min(both)
            raise mistake(path, rows[code][0], f"code {code!r} is the project's already", "remove the row")
        regions |= {code: region for code, (_, region) in rows.items()}
        for line, region in rows.values():
            checks.check_region(region, path, line, regions, names)
    return regions


def _add_history(path: Path, current: dict[str, Region]) -> tuple[dict[str, Region], list[RegionEvent]]:
    rows = list(read_csv(path, RegionEvent))
    for line, event in rows:
        checks.check_event(event, path, line)
    events = [event for _, event in rows]
    regions = with_history(current, events)
    for line, event in rows:
        if event.new_code and event.new_code not in current and valid(regions[event.new_code]):
            raise mistake(
                path,
                line,
                f"new code {event.new_code} isn't in regions.csv",
                "add the region, or the event that ended it",
            )
    return regions, events


def _load_entries(path: Path, model: type[E], check: Callable[[E, Complain], None]) -> dict[str, E]:
    """A YAML file that is a list of entries with an id, each checked, by id."""
    file = YamlFile(path)
    entries: dict[str, E] = {}
    for index, entry in file.records(model):
        complain = partial(_complain, file, index)
        if entry.id in entries:
            raise complain(["id"], f"id {entry.id!r} is there twice", "give each entry its own id")
        check(entry, complain)
        entries[entry.id] = entry
    return entries


def _load_corrections(
    folders: Iterable[Path],
    regions: dict[str, Region],
    indicators: dict[str, Indicator],
    measures: dict[str, Measure],
) -> dict[str, Correction]:
    check = partial(checks.check_correction, regions=regions, indicators=indicators, measures=measures)
    corrections: dict[str, Correction] = {}
    for path in (path for folder in folders for path in sorted((folder / "corrections").glob("*.yml"))):
        for entry in _load_entries(path, Correction, check).values():
            if entry.id in corrections:
                raise mistake(
                    path, 1, f"correction {entry.id!r} stands already in another file", "rename one"
                )
            corrections[entry.id] = entry
    return corrections


def _complain(file: YamlFile, index: int, location: Location, what: str, fix: str) -> CatalogueError:
    return file.mistake([index, *location], what, fix)


def _load_sources(folders: Iterable[Path], regions: dict[str, Region]) -> dict[str, Source]:
    sources: dict[str, Source] = {}
    files: dict[str, Path] = {}
    folders = list(folders)
    for path in (path for folder in folders for path in sorted(folder.glob("*.yml"))):
        file = YamlFile(path)
        source = file.record(Source)
        checks.check_source(source, file, regions)
        if source.id in sources:
            raise file.mistake(["id"], f"id {source.id!r} stands already in {files[source.id]}", "rename one")
        checks.check_tls_agrees(source, file, sources.values())
        sources[source.id], files[source.id] = source, path
    if not sources:
        raise mistake(folders[0], 1, "no source is there", "add a file `<id>.yml`, one a source")
    return sources
