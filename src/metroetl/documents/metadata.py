"""What a page says about its document: title, publisher, numbers, and six kinds of dates, every candidate kept.

Precedence: information block, then metas, then what is printed, then what the listing and the address say
(GOV_SITES §1, §2, §5). No meta alone decides a date that the page states itself.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

from metroetl.documents.body import Body
from metroetl.documents.dates import day_in_url, find_days, first_day
from metroetl.documents.html import attribute, text_of
from metroetl.documents.labels import Label
from metroetl.documents.lines import clean_line
from metroetl.documents.models import Block, DateCandidate
from metroetl.documents.titles import choose_title, heading_before

if TYPE_CHECKING:
    from metroetl.harvest.models import Snapshot

DOC_NUMBER = re.compile(
    r"[\u4e00-\u9fff]{1,16}\s?[〔\[［【（(]\s?(?:19|20)[0-9]{2}\s?[〕\]］】）)]\s?第?\s?[0-9]{1,5}\s?号"
    r"|[\u4e00-\u9fff]{2,16}(?:令|公告|通告)\s?[（(]?\s?(?:(?:19|20)[0-9]{2}年\s?)?第?\s?[0-9]{1,5}\s?号[）)]?"
)
INDEX_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z/\\_.〔〕\[\]—-]{4,59}")
NUMBER_LINES = 12
EMPTY = {"null", "undefined", "无", "-", "—", "none", "/"}
SIGNATURE = re.compile(
    r"[^，。；：]{0,40}?[（(]?(?P<day>[0-9〇○◯零一二三四五六七八九oO]{4}\s?年[^，。；：（）()]{3,12}日)[）)]?"
)
SIGNATURE_LENGTH = 60
IN_FORCE = re.compile(r"自\s?([^，。；自]{8,24}日)\s?起\s?(?:正式)?(?:施行|实施|执行|生效)")
TAGS = re.compile(r"<[^<>]{1,80}>")
PRINTED = re.compile(r"(?:[^0-9]{0,8}[：:])?\s{0,4}(?:19|20)[0-9]{2}[年./-]")
PRINTED_LENGTH = 60


@dataclass
class Metadata:
    """What was found, ready for a Document."""

    title: str = ""
    publisher: str = ""
    doc_number: str | None = None
    index_number: str | None = None
    written_on: date | None = None
    effective_on: date | None = None
    published_on: date | None = None
    dates: list[DateCandidate] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)


def read_metadata(
    soup: BeautifulSoup,
    body: Body,
    labels: Sequence[Label],
    blocks: Sequence[Block],
    snapshot: Snapshot,
    url: str,
) -> Metadata:
    """Metadata of a parsed page whose labels and blocks were read; `url` is where the page really stands."""
    found = Metadata()
    metas = read_metas(soup, found.findings)
    facts: defaultdict[str, list[Label]] = defaultdict(list)
    for label in labels:
        if label.value and label.value.lower() not in EMPTY:
            facts[label.field].append(label)
    found.title = choose_title(
        block=[v.value for v in facts["title"] if v.in_block],
        meta=metas.get("articletitle", ""),
        heading=heading_before(soup, body, {metas.get("sitename", ""), metas.get("columnname", "")}),
        page=clean_line(soup.title.get_text()) if soup.title is not None else "",
        listing=snapshot.title,
        blocks=blocks,
    )
    if not found.title:
        found.findings.append("TITLE_UNKNOWN: neither page nor listing states a title")
    found.publisher = next(
        (v.value for v in facts["publisher"]),
        metas.get("contentsource") or next((v.value for v in facts["source"]), ""),
    )
    found.index_number = next(
        (m.group() for v in facts["index_number"] if (m := INDEX_NUMBER.match(v.value))), None
    )
    found.doc_number = _doc_number(facts["doc_number"], blocks)
    _read_dates(found, facts, metas, soup, body)
    found.dates += text_dates(blocks)
    found.dates += listing_dates(snapshot, url)
    settle_dates(found)
    return found


def read_metas(soup: BeautifulSoup, findings: list[str]) -> dict[str, str]:
    """Metas by lower-case name, first value that isn't empty; other values of one name are told as a finding."""
    metas: dict[str, str] = {}
    for tag in soup.find_all("meta"):
        name = (attribute(tag, "name") or attribute(tag, "property")).strip().lower()
        value = clean_line(TAGS.sub("", html.unescape(attribute(tag, "content"))))
        if not name or not value or value.lower() in EMPTY:
            continue
        if metas.setdefault(name, value) != value:
            findings.append(f"META_CONFLICT: {name} is also {value[:60]}")
    return metas


def _doc_number(labelled: Sequence[Label], blocks: Sequence[Block]) -> str | None:
    """The 发文字号: labelled, else on a line of its own near the top. One cited in running text is another document's."""
    for label in labelled:
        return re.sub(r"\s", "", label.value) if len(label.value) <= 60 else None
    return number_on_own_line(blocks)


def number_on_own_line(blocks: Sequence[Block]) -> str | None:
    """A document number that stands alone on one of the first lines."""
    for block in blocks[:NUMBER_LINES]:
        line = re.sub(r"\s", "", block.text)
        if block.table is None and len(line) <= 44:
            for text in (line, line.strip("（）()")):
                if DOC_NUMBER.fullmatch(text):
                    return text
    return None


def _read_dates(
    found: Metadata, facts: dict[str, list[Label]], metas: dict[str, str], soup: BeautifulSoup, body: Body
) -> None:
    """Dates that the page states: written and in force from their labels, published as candidates by origin."""
    for label in facts["written_on"]:
        found.written_on = found.written_on or _candidate(found, "block", label.value, label.name)
    for label in facts["effective_on"]:
        found.effective_on = found.effective_on or _candidate(found, "effective", label.value, label.name)
    for label in facts["published_on"]:
        origin_ok = label.in_block
        day = _candidate(found, "block" if origin_ok else "printed", label.value, label.name)
        found.published_on = found.published_on or (day if origin_ok else None)
    _candidate(
        found,
        "meta",
        metas.get("pubdate") or metas.get("publishdate") or metas.get("publish-date", ""),
        "PubDate",
    )
    for label in facts["printed_on"]:
        _candidate(found, "printed", label.value, label.name)
    if not any(c.origin == "printed" for c in found.dates):
        labelled = {label.value for own in facts.values() for label in own}
        _candidate(found, "printed", printed_before(soup, body, labelled), "")


def _candidate(found: Metadata, origin: str, value: str, name: str) -> date | None:
    day = first_day(value)
    if day is not None:
        text = f"{name} {value}".strip()[:80]
        found.dates.append(DateCandidate.model_validate({"origin": origin, "value": day, "text": text}))
    return day


def printed_before(soup: BeautifulSoup, body: Body, labelled: set[str]) -> str:
    """The last short text in front of the body that begins with a day and is no label's value: the line under the title."""
    last, start = "", body.parts[0]
    for node in soup.descendants:
        if node is start:
            break
        if isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            text = clean_line(node)
            if text in labelled:
                continue
            if len(text) <= PRINTED_LENGTH and PRINTED.match(text) and first_day(text):
                last = text
        elif isinstance(node, Tag) and node.name == "publishtime":
            last = text_of(node)
    return last


def text_dates(blocks: Sequence[Block]) -> list[DateCandidate]:
    """What the text itself states: the signature's day, and the day from which it is in force."""
    found = []
    if signature := find_signature(blocks):
        found.append(DateCandidate(origin="signature", value=signature[0], text=signature[1]))
    for block in blocks:
        for match in IN_FORCE.finditer(block.text):
            if day := first_day(match.group(1)):
                found.append(DateCandidate(origin="effective", value=day, text=match.group()))
    return found


def find_signature(blocks: Sequence[Block]) -> tuple[date, str] | None:
    """The day on a line of its own: the first that follows its organ's line (behind it may stand an annex), else the last."""
    lines = [b.text for b in blocks if b.table is None]
    last = None
    for before, line in zip(["", *lines], lines, strict=False):
        if len(line) > SIGNATURE_LENGTH or not (match := SIGNATURE.fullmatch(line.strip())):
            continue
        for day, printed in find_days(match["day"]):
            own_organ = bool(ORGAN.search(line[: match.start("day")]))
            if own_organ or (len(before) <= SIGNATURE_LENGTH and ORGAN.search(before)):
                return day, printed
            last = day, printed
    return last


ORGAN = re.compile(r"(?:局|府|厅|委|委员会|会|室|办|部|院|署|行|社|队|中心|小组|公司|法院|联席会议)\s{0,20}$")


def listing_dates(snapshot: Snapshot, url: str) -> list[DateCandidate]:
    """What stands outside the page: the listing's date and the day in the address."""
    found = []
    if snapshot.listed_on is not None:
        found.append(DateCandidate(origin="list", value=snapshot.listed_on, text=snapshot.title))
    if day := day_in_url(snapshot.url) or day_in_url(url):
        found.append(DateCandidate(origin="url", value=day, text=snapshot.url))
    return found


def settle_dates(found: Metadata) -> None:
    """Choose by precedence what no information block stated, and tell where the candidates differ."""
    by_origin: dict[str, date] = {}
    for candidate in found.dates:
        by_origin.setdefault(candidate.origin, candidate.value)
    for origin in ("meta", "printed", "list", "url"):
        found.published_on = found.published_on or by_origin.get(origin)
    found.written_on = found.written_on or by_origin.get("signature")
    found.effective_on = found.effective_on or by_origin.get("effective")
    claims = {o: by_origin[o] for o in ("meta", "printed", "list", "url") if o in by_origin}
    far = [
        f"{o} {d}" for o, d in claims.items() if found.published_on and abs((d - found.published_on).days) > 1
    ]
    if far:
        found.findings.append(f"DATES_DIFFER: published {found.published_on}, {', '.join(far)}")
