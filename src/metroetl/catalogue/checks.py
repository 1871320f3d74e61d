"""What must hold across the files of the catalogue: codes exist, names mean one thing, addresses stay on their hosts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from metroetl.catalogue.files import Location, YamlFile, mistake
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
from metroetl.errors import CatalogueError

# The options that a family's listing reader understands; `body` names the site's own container of the text.
FAMILY_OPTIONS: Mapping[str, frozenset[str]] = {
    "trs": frozenset({"first_index", "name", "extension", "rows", "body"}),
    "nbs": frozenset({"first_index", "name", "extension", "rows", "body"}),
    "ucap": frozenset({"page_parameter", "rows", "body"}),
    "hanweb": frozenset({"columnid", "unitid", "webid", "perpage", "dataproxy", "rows", "body"}),
    "jpaas": frozenset({"pageId", "webId", "tagId", "tplSetId", "pageSize", "rows", "body"}),
    "listdata": frozenset({"unitid", "webSiteCode", "channelCode", "perPage", "rows", "body"}),
    "gkmlpt": frozenset({"body"}),
    "govcn": frozenset({"body"}),
    "deyang": frozenset({"rows", "body"}),
    "vsb": frozenset({"rows", "body"}),
    "nbsdata": frozenset({"cid", "rootId", "name", "period", "periods", "indicators", "das"}),
    "nbs_calendar": frozenset(),
    "feed": frozenset({"body"}),
    "sitemap": frozenset({"path", "maps", "newest", "body"}),
    "generic": frozenset({"rows", "next_page", "body"}),
}
# Those without which its listing can't be asked for.
REQUIRED_OPTIONS: Mapping[str, frozenset[str]] = {
    "nbsdata": frozenset({"cid", "rootId", "name", "period"}),
}
ADDRESS_SIGNS = "/:?&=%#+,;@!$'()*~-._"
NBS_PERIODS = ("MM", "SS", "YY")
_PERIOD = re.compile(r"[0-9]{4}(-Q[1-4]|-M(0[1-9]|1[0-2]))?")
_FREQUENCIES = frozenset("DWMQHA")
_REGION_LEVELS = frozenset({"nation", "province", "prefecture", "county", "functional", "aggregate"})
_WINDOW_LEVELS = ("nation", "province", "city", "circle")

Complain = Callable[[Location, str, str], CatalogueError]


def near(word: str, words: Iterable[str]) -> str:
    """A fix that names the closest known word."""
    found = get_close_matches(word, list(words), n=1)
    return f"write `{found[0]}`" if found else "use one that exists, or add it there"


# --- sources -----------------------------------------------------------------------------------------------------


def check_source(source: Source, file: YamlFile, regions: Mapping[str, Region]) -> None:
    """Everything about a source that its model can't know."""
    if source.id != file.path.stem:
        raise file.mistake(
            ["id"],
            f"id {source.id!r} isn't the file's name",
            f"write `id: {file.path.stem}` or rename the file",
        )
    _check_codes(source.regions, regions, ["regions"], file.mistake)
    _check_family(source, file)
    _check_cadence(source, file)
    for key in ("list", "replica_list"):
        _check_address(source, key, file)
    _check_tls(source, file)
    if source.verified != "never" and not _is_day(source.verified):
        raise file.mistake(
            ["verified"], f"{source.verified!r} is no day", 'write `never` or a day, "2026-11-30"'
        )


def _check_family(source: Source, file: YamlFile) -> None:
    if source.family not in FAMILY_OPTIONS:
        raise file.mistake(
            ["family"],
            f"family {source.family!r} is unknown",
            f"use one of {', '.join(FAMILY_OPTIONS)} ({near(source.family, FAMILY_OPTIONS)})",
        )
    known = FAMILY_OPTIONS[source.family]
    for option in source.options:
        if option not in known:
            raise file.mistake(
                ["options", option],
                f"option {option!r} is unknown to the family {source.family}",
                f"use one of {', '.join(sorted(known))}" if known else "leave it out, the family has none",
            )
    if missing := REQUIRED_OPTIONS.get(source.family, frozenset()) - set(source.options):
        raise file.mistake(
            ["options"],
            f"the family {source.family} wants {', '.join(sorted(missing))}",
            "add what is missing",
        )
    if source.family == "nbsdata" and source.options["period"] not in NBS_PERIODS:
        raise file.mistake(
            ["options", "period"],
            f"{source.options['period']!r} is no kind of period",
            "write MM (months), SS (quarters) or YY (years)",
        )
    if source.family == "sitemap" and source.title_has:
        raise file.mistake(["title_has"], "sitemaps hold no titles", "choose by `options.path` instead")


def _check_cadence(source: Source, file: YamlFile) -> None:
    try:
        CronSim(source.cadence.cron, datetime.now(UTC))
    except CronSimError as error:
        raise file.mistake(
            ["cadence", "cron"],
            f"{source.cadence.cron!r} is no cron expression: {error}",
            "write minute, hour, day, month, weekday",
        ) from error
    try:
        ZoneInfo(source.cadence.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise file.mistake(
            ["cadence", "timezone"], f"no time zone {source.cadence.timezone!r}", "write `Asia/Shanghai`"
        ) from error


def _check_address(source: Source, key: str, file: YamlFile) -> None:
    address = getattr(source, key)
    if address is None or address == "unknown":
        return
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise file.mistake([key], f"{address!r} is no http address", "write the whole address with https://")
    if not address.isascii():
        raise file.mistake(
            [key], f"{address!r} holds other than ASCII signs", f"write {quote(address, safe=ADDRESS_SIGNS)}"
        )
    if parts.hostname not in source.hosts:
        raise file.mistake(
            [key], f"host {parts.hostname} isn't in `hosts`", f"add `{parts.hostname}` to `hosts`"
        )


def _check_tls(source: Source, file: YamlFile) -> None:
    for host, exception in source.tls.items():
        if host not in source.hosts:
            raise file.mistake(
                ["tls", host],
                f"{host} has a TLS exception but isn't in `hosts`",
                f"{near(host, source.hosts)}, or remove the exception",
            )
        if not exception.reason.strip():
            raise file.mistake(
                ["tls", host, "reason"],
                f"the TLS exception of {host} has no reason",
                "write what was seen, and when",
            )


def check_tls_agrees(source: Source, file: YamlFile, others: Iterable[Source]) -> None:
    """One host is asked in one way, whichever source asks it."""
    for other in others:
        for host in set(source.hosts) & set(other.hosts):
            mine, theirs = source.tls.get(host), other.tls.get(host)
            if (mine and mine.mode) != (theirs and theirs.mode):
                raise file.mistake(
                    ["tls", host] if mine else ["hosts"],
                    f"{host} has another TLS exception in {other.id}",
                    "write the same `tls` entry for the host in both sources",
                )


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


# --- words -------------------------------------------------------------------------------------------------------


def check_indicator(
    indicator: Indicator, path: Path, line: int, measures: Mapping[str, Measure], names: dict[str, str]
) -> None:
    """Measures exist, limits are in order, no name means two indicators; adds its names to `names`."""
    for code in indicator.measures:
        if code not in measures:
            raise mistake(path, line, f"measure {code!r} isn't in measures.csv", near(code, measures))
    for letter in indicator.frequency:
        if letter not in _FREQUENCIES:
            raise mistake(path, line, f"frequency {letter!r} is unknown", "use D, W, M, Q, H or A")
    low, high = indicator.yoy_min, indicator.yoy_max
    if (low is None) != (high is None) or (low is not None and high is not None and low >= high):
        raise mistake(
            path, line, f"limits {low} to {high} are no range", "give yoy_min below yoy_max, or neither"
        )
    for name in (indicator.name_zh, *indicator.aliases):
        if names.setdefault(name, indicator.code) != indicator.code:
            raise mistake(
                path,
                line,
                f"{name!r} already names {names[name]}",
                "move it to `related`, or drop it from one of them",
            )


def check_arithmetic(
    indicator: Indicator, path: Path, line: int, indicators: Mapping[str, tuple[int, Indicator]]
) -> None:
    """Parts and the two sides of a ratio are indicators, and a ratio has two."""
    for code in (*indicator.parts, *indicator.ratio_of):
        if code not in indicators:
            raise mistake(path, line, f"indicator {code!r} isn't there", near(code, indicators))
    if len(indicator.ratio_of) not in (0, 2):
        raise mistake(
            path, line, f"ratio_of names {len(indicator.ratio_of)}", "give two: what is divided by what"
        )


def check_region(
    region: Region, path: Path, line: int, regions: Mapping[str, Region], names: dict[str, str]
) -> None:
    """Level and parent are known and no short name means two places; adds its short names to `names`."""
    if region.level not in _REGION_LEVELS:
        raise mistake(path, line, f"level {region.level!r} is unknown", near(region.level, _REGION_LEVELS))
    if region.parent_code and region.parent_code not in regions:
        raise mistake(
            path, line, f"parent {region.parent_code} isn't a region", near(region.parent_code, regions)
        )
    for name in region.aliases:
        if names.setdefault(name, region.code) != region.code:
            raise mistake(
                path, line, f"{name!r} already names {names[name]}", "drop the alias from one of them"
            )


def check_event(event: RegionEvent, path: Path, line: int) -> None:
    """A change names what was or what came, at the level of a prefecture (2) or a county (3)."""
    if event.level not in {2, 3}:
        raise mistake(path, line, f"level {event.level} is unknown", "write 2 (prefecture) or 3 (county)")
    if not event.old_code and not event.new_code:
        raise mistake(
            path, line, "neither old_code nor new_code is given", "give the code that ended or began"
        )


# --- circles, plan series, windows -------------------------------------------------------------------------------


def check_circle(circle: Circle, complain: Complain, regions: Mapping[str, Region]) -> None:
    """Its aggregate and every member exist, and known members are really given."""
    if circle.region_code not in regions or regions[circle.region_code].level != "aggregate":
        raise complain(
            ["region_code"], f"{circle.region_code} isn't an aggregate", "add it to regions.csv as AGG.…"
        )
    _check_codes(circle.province_codes, regions, ["province_codes"], complain)
    _check_codes(circle.order, regions, ["order"], complain)
    for index, member in enumerate(circle.members):
        _check_codes([member.region_code], regions, ["members", index, "region_code"], complain)
    if circle.members_known and not circle.members:
        raise complain(
            ["members"], "members_known but none is given", "list them, or write `members_known: false`"
        )


def check_series(
    series: PlanSeries, complain: Complain, circles: Mapping[str, Circle], regions: Mapping[str, Region]
) -> None:
    """Circle and regions exist; rounds are numbered once and each ends after it begins."""
    if series.circle is not None and series.circle not in circles:
        raise complain(
            ["circle"], f"circle {series.circle!r} isn't in circles.yml", near(series.circle, circles)
        )
    _check_codes(series.region_codes, regions, ["region_codes"], complain)
    seen: set[int] = set()
    for index, entry in enumerate(series.rounds):
        if entry.round in seen:
            raise complain(
                ["rounds", index, "round"], f"round {entry.round} is there twice", "number each round once"
            )
        if entry.round is not None:
            seen.add(entry.round)
        if entry.period_start and entry.period_end and entry.period_start > entry.period_end:
            raise complain(
                ["rounds", index, "period_end"], "the period ends before it begins", "correct the years"
            )
        if entry.stage and series.stages and entry.stage not in series.stages:
            raise complain(
                ["rounds", index, "stage"],
                f"stage {entry.stage!r} isn't in `stages`",
                near(entry.stage, series.stages),
            )


def check_window(window: ReleaseWindow, complain: Complain, indicators: Mapping[str, Indicator]) -> None:
    """Indicators and level exist, and the window opens before it closes."""
    for index, code in enumerate(window.indicator_codes):
        if code not in indicators:
            raise complain(
                ["indicator_codes", index],
                f"indicator {code!r} isn't in indicators.csv",
                near(code, indicators),
            )
    if window.level not in _WINDOW_LEVELS:
        raise complain(
            ["level"], f"level {window.level!r} is unknown", f"use one of {', '.join(_WINDOW_LEVELS)}"
        )
    if window.first_day > window.last_day:
        raise complain(
            ["last_day"], "the window closes before it opens", "give last_day not before first_day"
        )


def check_correction(
    correction: Correction,
    complain: Complain,
    regions: Mapping[str, Region],
    indicators: Mapping[str, Indicator],
    measures: Mapping[str, Measure],
) -> None:
    """Region, indicator and measure exist, and the period is one."""
    known = {"region": regions, "indicator": indicators, "measure": measures}
    for key, codes in known.items():
        code = getattr(correction, key)
        if code not in codes:
            raise complain([key], f"{key} {code!r} isn't in the catalogue", near(code, codes))
    if not _PERIOD.fullmatch(correction.period):
        raise complain(["period"], f"{correction.period!r} is no period", "write 2025, 2025-Q1 or 2025-M03")


def _check_codes(
    codes: Iterable[str], regions: Mapping[str, Region], location: list[str | int], complain: Complain
) -> None:
    for index, code in enumerate(codes):
        if code not in regions:
            where = location if location[-1] == "region_code" else [*location, index]
            raise complain(where, f"region {code!r} isn't in regions.csv", near(code, regions))
