"""The data interface of the National Bureau of Statistics, open since March 2026 (GOV_SITES §4.2)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from metroetl.catalogue.models import Source
from metroetl.documents.nbsdata import LIBRARY, NATION, DataPeriod, Figure, read_periods
from metroetl.errors import LayoutChanged
from metroetl.harvest.addresses import Request
from metroetl.harvest.listings.base import NO_OPTIONS, Family, ListPage
from metroetl.harvest.listings.text import BEIJING
from metroetl.harvest.models import Notice

PERIODS = 12
WHOLE_NATION = {"text": NATION, "value": "000000000000"}
IN_A_YEAR = {"MM": 12, "SS": 4, "YY": 1}
WAY_OUT = (
    "Identities of tables change: look the table up in the interface's tree (new/queryIndexTreeAsync), then correct "
    "`cid` and `name` of the source."
)


class NbsData(Family):
    """One POST asks for the last periods of a table; each period with a value is an item, asked for by a POST of its own.

    Options: `cid` (the table), `rootId` (of its tree), `name` (how its indicators begin: identities change and names
    don't), `period` (MM, SS or YY), `periods` (12), `indicators` (identities; all where it is left out), `das` (areas
    as `{text, value}`; the nation where it is left out). Empty strings and padded periods are no items. Parsing raises
    LayoutChanged where indicators or areas are others than the source names.
    """

    name = "nbsdata"

    def recognise(self, text: str, url: str) -> bool:
        return bool(read_periods(text))

    def parse(self, text: str, url: str, options: Mapping[str, Any] = NO_OPTIONS) -> ListPage:
        periods = read_periods(text) or []
        if not options.get("cid"):
            return ListPage(family=self.name, notices=[], pages=1)
        _require_name(periods, options)
        notices = [
            _notice(period, area, url, options)
            for period in periods
            for area in _areas(options)
            if any(_is_of(figure, area, options) for figure in period.filled)
        ]
        return ListPage(family=self.name, notices=notices, pages=1)

    def page_request(self, source: Source, number: int, so_far: Sequence[ListPage] = ()) -> Request | None:
        return self.window_request(source, datetime.now(BEIJING).date()) if number == 1 else None

    def window_request(self, source: Source, today: date) -> Request:
        """The request for the last periods up to a day."""
        options = source.options
        first, last = window(str(options["period"]), int(options.get("periods", PERIODS)), today)
        body = request_body(options, _areas(options), first, last)
        return Request(f"{source.list}#{options['cid']}", "POST", json=body)


def window(kind: str, periods: int, today: date) -> tuple[str, str]:
    """Codes of the first and the last of so many periods up to the present one."""
    in_a_year = IN_A_YEAR[kind]
    last = today.year * in_a_year + (today.month - 1) * in_a_year // 12
    return _code(last - periods + 1, kind), _code(last, kind)


def request_body(
    options: Mapping[str, Any], areas: Iterable[Mapping[str, str]], first: str, last: str
) -> str:
    """What the interface is asked for; `dts` must be a list and `daCatalogId` empty."""
    wanted = {
        "cid": options["cid"],
        "indicatorIds": list(options.get("indicators", [])),
        "daCatalogId": "",
        "das": [dict(area) for area in areas],
        "dts": [f"{first}-{last}"],
        "showType": "1",
        "rootId": options.get("rootId", ""),
    }
    return json.dumps(wanted, ensure_ascii=False, separators=(",", ":"))


def _code(index: int, kind: str) -> str:
    in_a_year = IN_A_YEAR[kind]
    year, place = divmod(index, in_a_year)
    return f"{year}{place + 1:02d}{kind}" if in_a_year > 1 else f"{year}{kind}"


def _areas(options: Mapping[str, Any]) -> list[Mapping[str, str]]:
    return list(options.get("das") or [WHOLE_NATION])


def _require_name(periods: Iterable[DataPeriod], options: Mapping[str, Any]) -> None:
    """Raise LayoutChanged where no indicator that came begins as the source says."""
    wanted = "".join(str(options.get("name", "")).split())
    came = list(dict.fromkeys(f.name for p in periods for f in p.figures))
    if came and not any(name.startswith(wanted) for name in came):
        raise LayoutChanged(f"the table {options['cid']} holds {came[0]} and not {wanted}", way_out=WAY_OUT)


def _is_of(figure: Figure, area: Mapping[str, str], options: Mapping[str, Any]) -> bool:
    """Whether a figure is of an area; raises LayoutChanged for a figure of none that was asked for."""
    asked = [a["text"] for a in _areas(options)]
    if figure.area not in asked and (figure.area or len(asked) > 1):
        raise LayoutChanged(f"figures of {figure.area or 'no area'} came, asked was {asked}", way_out=WAY_OUT)
    return figure.area in {area["text"], ""}


def _notice(period: DataPeriod, area: Mapping[str, str], url: str, options: Mapping[str, Any]) -> Notice:
    return Notice(
        source_id="",
        url=f"{url.partition('#')[0]}#{options['cid']}-{area['value']}-{period.code}",
        title=f"{period.text} {options.get('name', '')} {area['text']} {LIBRARY}",
        post=request_body(options, [area], period.code, period.code),
    )
