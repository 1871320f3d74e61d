"""From a document or a text to statements."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from metroetl.catalogue import Catalogue
from metroetl.documents.models import Document
from metroetl.statistics.evidence.arithmetic import weigh_release
from metroetl.statistics.grammar.context import Scope
from metroetl.statistics.grammar.frames import Frame
from metroetl.statistics.grammar.places import OwnPlaces
from metroetl.statistics.grammar.reader import Reader
from metroetl.statistics.lexing.lexer import lex
from metroetl.statistics.lexing.markup import pieces
from metroetl.statistics.lexing.normalise import Normalised, normalise
from metroetl.statistics.lexing.segment import lines, sentences
from metroetl.statistics.models import Statement
from metroetl.statistics.statements import Builder, part_currencies
from metroetl.statistics.tables.grid import Grid, Slot, grid_of_lines, grid_of_table, header_rows
from metroetl.statistics.tables.labels import unit_of_note
from metroetl.statistics.tables.reader import TableReader
from metroetl.statistics.vocabulary.periods import PERIOD, PeriodSpec, month_end, read_specs
from metroetl.statistics.vocabulary.words import Vocabulary, vocabulary

_REPORT_TITLE = re.compile(r"政府工作报告|国民经济和社会发展计划")
_ITEM = re.compile(r"\s{0,4}(?:\d{1,2}、|\([一二三四五六七八九十]{1,3}\)|[一二三四五六七八九十]{1,3}、)")
_LONGEST_QUOTE = 200
_LONGEST_LOOK = 20_000
_LONGEST_CAPTION = 40
_LONGEST_NOTE = 24
_POSTER = 30  # characters of a line that the next one may go on with
_ENDS = tuple("。；;：:！？!?")
_GOES_ON = re.compile(r"\s{0,4}(?:\d|占|同比|比上年|增长|下降|达)")
_CURRENCY = re.compile(r"(港币|港元|美元)[,，]? ?下同")
_COMPARED = tuple("比较由从与至到")
_UNSURE = {"READ_BY_OCR", "FORMATS_UNREAD"}  # findings of a document that leave its digits in doubt


def extract_statistics(document: Document, catalogue: Catalogue) -> list[Statement]:
    """Statements of a document, in reading order; spans are offsets into `document.text`.

    Tables are read as grids through their headings, everything else as sentences.
    """
    reading = _Reading(document.title, document.published_on, document.region_code, catalogue)
    statements: list[Statement] = []
    reading.look_ahead(document.text)
    if not document.blocks:
        return weigh_release(part_currencies(reading.text(document.text, 0)), catalogue)
    for block in document.blocks:
        if block.table is not None:
            found = reading.table(grid_of_table(block.table), block.table.caption, block.table.unit_note)
            statements += reading.build(found, document.text)
        elif block.kind != "page_break":
            statements += reading.text(document.text[block.start : block.end], block.start)
    return _doubt_unsure_readings(weigh_release(part_currencies(statements), catalogue), document)


def _doubt_unsure_readings(statements: list[Statement], document: Document) -> list[Statement]:
    """Abstain from every figure of a document whose digits themselves are unsure (recognised, or without formats)."""
    doubts = [code for finding in document.findings if (code := finding.partition(":")[0]) in _UNSURE]
    if not doubts:
        return statements
    return [s.model_copy(update={"publish": False, "evidence": [*s.evidence, *doubts]}) for s in statements]


def extract_text(
    text: str, *, title: str | None, published_on: date | None, region_code: str | None, catalogue: Catalogue
) -> list[Statement]:
    """Statements of a bare text (HTML or Markdown may be left in it); spans are offsets into `text`.

    `region_code` is a code or a name of the region whose release it is.
    """
    reading = _Reading(title or "", published_on, region_code, catalogue)
    reading.look_ahead(text)
    return weigh_release(part_currencies(reading.text(text, 0)), catalogue)


def extract_lines(in_path: Path, out_path: Path, catalogue: Catalogue) -> None:
    """Reads one JSON a line (id, title, date, region, text) and writes one a line: {"id", "observations"}."""
    with in_path.open(encoding="utf-8") as source, out_path.open("w", encoding="utf-8") as target:
        for line in source:
            if line.strip():
                request = json.loads(line)
                record = {"id": request.get("id"), "observations": _observations(request, catalogue)}
                target.write(json.dumps(record, ensure_ascii=False) + "\n")


def _observations(request: dict[str, Any], catalogue: Catalogue) -> list[dict[str, Any]]:
    statements = extract_text(
        request.get("text") or "",
        title=request.get("title"),
        published_on=read_date(request.get("date")),
        region_code=request.get("region"),
        catalogue=catalogue,
    )
    yuan = {s.indicator for s in statements if s.unit.endswith("元") and "美元" not in s.unit}
    return [
        {
            "region": s.region,
            "indicator": printed_indicator(s, catalogue, s.indicator in yuan),
            "period_start": s.period_start.isoformat(),
            "period_end": s.period_end.isoformat(),
            "measure": s.measure,
            "value": s.value,
            "unit": s.unit,
            "kind": s.kind,
            "publish": s.publish,
            "start": s.start,
            "end": s.end,
            "quote": s.quote,
            "rule": s.rule,
            "confidence": s.confidence,
        }
        for s in statements
        if s.unit or s.publish  # a level without a unit is kept for review only
    ]


def printed_indicator(statement: Statement, catalogue: Catalogue, beside_yuan: bool = True) -> str:
    """Name with what keeps two series apart: 居民人均可支配收入(实际), 出口总额(美元计价), 全社会固定资产投资.

    Dollars are told in the name only where the release has the same in yuan.
    """
    if statement.variant == "全社会":
        return statement.variant + statement.indicator
    if statement.variant == "美元计价" and beside_yuan:
        return f"{statement.indicator}(美元计价)"
    indicator = catalogue.indicators.get(statement.indicator_code or "")
    nominal = indicator is None or indicator.price_basis == "nominal"
    real = nominal and statement.measure.startswith("yoy_real")
    return f"{statement.indicator}(实际)" if real else statement.indicator


def read_date(text: str | None) -> date | None:
    """An ISO day; of a month alone its last day; None where it is neither.

    Of a year alone 30 November: what speaks of a whole year then is of the year before.
    """
    parts = [int(p) for p in re.findall(r"\d+", text or "")[:3]]
    try:
        if len(parts) == 3:
            return date(*parts)
        if len(parts) == 2:
            return month_end(*parts)
        return date(parts[0], 11, 30) if parts else None
    except ValueError:
        return None


class _Reading:
    """One document being read: its scope and what was met so far.

    A circle in the title is what the release speaks of, whoever publishes it.
    """

    def __init__(
        self, title: str, published_on: date | None, region: str | None, catalogue: Catalogue
    ) -> None:
        self.words: Vocabulary = vocabulary(catalogue)
        circle = next((name for name in self.words.circles if name in title), region)
        self.scope = Scope(self.words, circle, published_on, _title_periods(title, published_on))
        self.places = OwnPlaces(self.scope)
        self.reader = Reader(self.words, self.scope)
        self.builder = Builder(self.words, published_on)
        self.seen: list[str] = []
        self._before = ""
        self.caption = ""
        self.tables = 0
        self.heads: Grid = []
        self.captions = ("", "")

    def look_ahead(self, text: str) -> None:
        """The first cumulative time of the text holds for what stands before it."""
        normal = normalise(text[:_LONGEST_LOOK]).text
        if (currency := _CURRENCY.search(normal)) is not None:
            self.reader.currency = currency[1][0]
        for match in PERIOD.finditer(normal):
            if normal[max(0, match.start() - 1) : match.start()] in _COMPARED:
                continue
            for spec in read_specs(match):
                if not (spec.bare or spec.same or spec.accumulation not in ("ytd", "eop")):
                    self.scope.ahead = spec
                    return

    def text(self, source: str, offset: int) -> list[Statement]:
        """Statements of a stretch of the document's text that begins at `offset`; HTML tables in it keep their spans."""
        statements: list[Statement] = []
        if self.scope.place.name in self.words.of_regions.foreign:
            return statements
        for piece in pieces(source):
            if piece.table is None:
                statements += self._lines(source[piece.start : piece.end], offset + piece.start)
                continue
            caption = piece.table.caption or self.caption
            found = self.table(grid_of_table(piece.table), caption, piece.table.unit_note)
            statements += self.build(found, source, offset)
        return statements

    def _lines(self, source: str, offset: int) -> list[Statement]:
        statements: list[Statement] = []
        normalised = normalise(source)
        for line in lines(normalised.text):
            if line.grid:
                found = self.table(grid_of_lines(line.grid, line.aligned), self.caption)
                statements += self._placed(found, normalised, offset)
                continue
            self._note_caption(normalised.text[line.start : line.end].strip())
            if not (line.bullet or self._goes_on(normalised.text[line.start : line.end])):
                self.reader.paragraph()
            for start, end in sentences(normalised.text, line.start, line.end):
                if _ITEM.match(normalised.text, start):
                    self.reader.paragraph()
                tokens = self.places.mark(lex(normalised.text, start, end, self.words))
                frames = self.reader.sentence(tokens)
                self.seen += [f.name for f in frames if f.code and f.name not in self.seen]
                statements += self._placed(((f, None) for f in frames), normalised, offset)
        return statements

    def _goes_on(self, line: str) -> bool:
        """Whether a line goes on with the one before, as on a poster: 一般公共预算收入 ⏎ 479.89亿元."""
        before, self._before = self._before, line.strip()
        return (
            bool(before)
            and len(before) <= _POSTER
            and not before.endswith(_ENDS)
            and _GOES_ON.match(line) is not None
        )

    def _note_caption(self, line: str) -> None:
        """A short line may be the caption of a table below, with a line of its unit behind it; a long one ends it."""
        self.caption = f"{self.caption} {line}" if unit_of_note(line) and len(line) < _LONGEST_NOTE else line
        if len(line) > _LONGEST_CAPTION:
            self.caption, self.heads = "", []

    def table(self, grid: Grid, caption: str = "", unit_note: str = "") -> Iterator[tuple[Frame, Slot]]:
        """Frames of a grid in the scope of the document; one without headings goes on with those of the last one."""
        size = header_rows(grid)
        if grid and not size and self.heads and len(self.heads[0]) == len(grid[0]):
            grid = [*self.heads, *grid]
            caption, unit_note = caption or self.captions[0], unit_note or self.captions[1]
        elif size:
            self.heads, self.captions = grid[:size], (caption, unit_note)
        self.tables += 1
        return TableReader(self.words, self.scope, self.seen).read(grid, caption, unit_note)

    def build(self, found: Iterable[tuple[Frame, Slot]], text: str, offset: int = 0) -> list[Statement]:
        """Statements of a table whose cells have their ranges in `text`, which begins at `offset`."""
        statements = []
        for frame, slot in found:
            if statement := self.builder.build(frame):
                statement.table, statement.row, statement.column = self.tables - 1, slot.row, slot.column
                statement.start, statement.end = slot.start + offset, slot.end + offset
                statement.quote = text[slot.start : slot.end]
                statements.append(statement)
        return statements

    def _placed(
        self, found: Iterable[tuple[Frame, Slot | None]], normalised: Normalised, offset: int
    ) -> Iterator[Statement]:
        for frame, slot in found:
            if statement := self.builder.build(frame):
                start, end = normalised.span(
                    max(frame.start, frame.number.end - _LONGEST_QUOTE), frame.number.end
                )
                statement.start, statement.end = start + offset, end + offset
                statement.quote = normalised.source[start:end]
                if slot is not None:
                    statement.table, statement.row, statement.column = self.tables - 1, slot.row, slot.column
                yield statement


def _title_periods(title: str, published_on: date | None) -> list[PeriodSpec]:
    specs = [s for m in PERIOD.finditer(normalise(title).text) for s in read_specs(m)]
    if _REPORT_TITLE.search(title) and specs and specs[0].year is not None:
        return [PeriodSpec(specs[0].year - 1)]
    return [s for s in specs if not (s.bare and published_on and s.year and s.year > published_on.year)]
