"""The release calendar of the National Bureau of Statistics: what comes out when (GOV_SITES §4.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from typing import Any

from bs4 import Tag

from metroetl.catalogue.models import Source
from metroetl.documents.grid import place_cells
from metroetl.documents.models import Cell
from metroetl.errors import LayoutChanged
from metroetl.harvest.addresses import Request
from metroetl.harvest.listings.base import NO_OPTIONS, Family, ListPage
from metroetl.harvest.listings.rows import soup_of
from metroetl.harvest.models import Scheduled

WEEKDAYS = "一二三四五六日"
DAY = re.compile(r"(\d{1,2})\s?[/／]\s?([一二三四五六日天])\s?((?:注\s?\d{1,2}[、,，]?){0,3})")
CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})")
MONTH = re.compile(r"(\d{1,2})月")
HEAD = re.compile(r">\s{0,9}11月\s{0,9}<.{0,200}>\s{0,9}12月\s{0,9}<", re.S)
YEAR = re.compile(r"(20\d{2})\s?年[^。；]{0,40}?(?:日程|发布|公布)")
ODD_WEEKDAYS = 0.5


class NbsCalendar(Family):
    """A table 序号｜内容｜1月…12月 with two rows an item: day and weekday (`19/一`) above, time (`10:00`) below.

    `……` is no release; a cell may hold two (`4/三注5 31/二`). It gives `scheduled` and no items. The year is that of the
    page's heading, and the weekdays must fit it: raises LayoutChanged where most don't, or where no year is stated.
    """

    name = "nbs_calendar"

    def recognise(self, text: str, url: str) -> bool:
        return HEAD.search(text) is not None and DAY.search(text) is not None

    def parse(self, text: str, url: str, options: Mapping[str, Any] = NO_OPTIONS) -> ListPage:
        soup = soup_of(text)
        tables = [table for table in soup.find_all("table") if not table.find("table")]
        grids = [cells for table in tables if (cells := _cells(table)) and _months(cells)]
        if not grids:
            return ListPage(family=self.name, notices=[], pages=1)
        year = YEAR.search(" ".join(soup.get_text(" ").split()))
        if year is None:
            raise LayoutChanged(
                "the calendar states no year", way_out="Open the page and compare its heading."
            )
        found = [release for cells in grids for release in _releases(cells, int(year.group(1)))]
        odd = sum(1 for _, fits in found if not fits)
        if odd > ODD_WEEKDAYS * len(found):
            raise LayoutChanged(
                f"{odd} of {len(found)} weekdays don't fit the year {year.group(1)}",
                way_out="Open the page: the heading may name another year than the table.",
            )
        scheduled = sorted((release for release, _ in found), key=lambda s: (s.due_on, s.title))
        return ListPage(family=self.name, notices=[], pages=1, scheduled=scheduled)

    def page_request(self, source: Source, number: int, so_far: Sequence[ListPage] = ()) -> Request | None:
        return Request(source.list) if number == 1 else None


def _cells(table: Tag) -> list[Cell]:
    """Cells of a table in the full grid."""
    lines = [
        [
            (cell.get_text(" "), _span(cell, "rowspan"), _span(cell, "colspan"))
            for cell in row.find_all(["td", "th"])
        ]
        for row in table.find_all("tr")
    ]
    return place_cells(lines)


def _span(cell: Tag, name: str) -> int:
    printed = str(cell.get(name) or "1")
    return max(int(printed), 1) if printed.isdecimal() else 1


def _bare(text: str) -> str:
    return "".join(text.split())


def _months(cells: Sequence[Cell]) -> dict[int, int]:
    """Month by column of a calendar's heading; empty for other tables."""
    row = next((c.row for c in cells if _bare(c.text) == "内容"), None)
    heads = [c for c in cells if c.row == row]
    found = {c.column: int(m.group(1)) for c in heads if (m := MONTH.fullmatch(_bare(c.text)))}
    return found if len(found) == 12 else {}


def _releases(cells: Sequence[Cell], year: int) -> Iterator[tuple[Scheduled, bool]]:
    """Every release of the table, with whether its weekday fits."""
    months = _months(cells)
    subject = next(c.column for c in cells if _bare(c.text) == "内容")
    titles = {
        row: re.sub(r"注\d{1,2}[、,，]?", "", _bare(c.text))
        for c in cells
        if c.column == subject and _bare(c.text) != "内容"
        for row in range(c.row, c.row + c.rowspan)
    }
    below = {(c.row, c.column): CLOCK.findall(c.text) for c in cells}
    for cell in cells:
        days = DAY.findall(cell.text) if cell.column in months else []
        clocks = CLOCK.findall(cell.text) or below.get((cell.row + cell.rowspan, cell.column), [])
        for place, (day, weekday, notes) in enumerate(days):
            due_on = _day(year, months[cell.column], int(day))
            if due_on is None or not titles.get(cell.row):
                continue
            same = [clocks[place]] if len(clocks) == len(days) else clocks if len(set(clocks)) == 1 else []
            due_at = time(int(same[0][0]), int(same[0][1])) if same else None
            fits = WEEKDAYS[due_on.weekday()] == weekday.replace("天", "日")
            release = Scheduled(
                title=titles[cell.row],
                due_on=due_on,
                due_at=due_at,
                note=" ".join([_bare(notes)] * bool(notes) + [f"星期{weekday}与日期不符"] * (not fits)),
            )
            yield release, fits


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
