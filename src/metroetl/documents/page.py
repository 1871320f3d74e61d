"""A page to a document."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup

from metroetl.documents.attachments import list_attachments, names_files
from metroetl.documents.body import Body, clear, find_body
from metroetl.documents.decode import REPLACEMENT, decode
from metroetl.documents.folded import parse_folded
from metroetl.documents.html import BlockReader, attribute, elements, parse_html, plain_markup
from metroetl.documents.labels import find_labels, information_blocks
from metroetl.documents.metadata import read_metadata
from metroetl.documents.models import Attachment, Document
from metroetl.documents.parts import find_parts
from metroetl.documents.writer import TextWriter
from metroetl.errors import DocumentError, LayoutChanged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metroetl.catalogue.models import Source
    from metroetl.documents.labels import Label
    from metroetl.harvest.models import Snapshot

HEADER_CHARSET = re.compile(r"charset=[\"']?([A-Za-z0-9_.:-]{3,20})", re.I)


def read_page(
    data: bytes, snapshot: Snapshot, source: Source | None = None, parts: Sequence[bytes] = ()
) -> Document:
    """The document of an HTML page; `parts` are the further pages of a long article, in order.

    Raises LayoutChanged where no body is found (a shell, a challenge or a list is no document) and TooMuchInside
    where the markup is beyond bounds. A short body with attachments is a document: the attachment is its text.
    """
    text, encoding = decode(data, header_charset(snapshot))
    soup, body = _find_body(text, snapshot.url, source)
    labels, url = find_labels(soup), page_url(soup, snapshot)
    information = information_blocks(labels)
    labels = _outside_body(labels, body, {id(t) for t in information})
    attachments = list_attachments(soup, url)
    clear(body, [t for t in information if t not in body.parts])
    writer = TextWriter()
    reader = BlockReader(writer)
    for part in body.parts:
        reader.read(part)
    following = find_parts(data, url)
    for part_url, part_data in zip(following, parts, strict=False):
        attachments += _read_part(part_data, part_url, source, reader)
    if not writer.blocks and not attachments:
        raise LayoutChanged(f"the body of {snapshot.url} is empty and links no file")
    found = read_metadata(soup, body, labels, writer.blocks, snapshot, url)
    missing = len(following) - len(parts)
    findings = (
        [f"PARTS_MISSING: {missing} of {len(following) + 1} pages weren't given"] if missing > 0 else []
    )
    return Document(
        sha256=snapshot.sha256,
        source_id=snapshot.source_id,
        url=snapshot.url,
        title=found.title,
        publisher=found.publisher or (source.publisher if source else ""),
        doc_number=found.doc_number,
        index_number=found.index_number,
        published_on=found.published_on,
        written_on=found.written_on,
        effective_on=found.effective_on,
        dates=found.dates,
        text=writer.text,
        blocks=writer.blocks,
        attachments=list({a.url: a for a in reversed(attachments)}.values())[::-1],
        findings=[*_oddities(text, encoding, body), *findings, *found.findings],
    )


def _find_body(text: str, url: str, source: Source | None) -> tuple[BeautifulSoup, Body]:
    selectors = body_selectors(source)
    if not selectors and (folded := parse_folded(text)) is not None:
        body = find_body(folded)
        if body is not None and body.found_by == "container":
            return folded, body
    soup = parse_html(text)
    body = find_body(soup, selectors)
    if body is None:
        raise LayoutChanged(f"no body in {url}: no known container and no running text")
    return soup, body


def _read_part(data: bytes, url: str, source: Source | None, reader: BlockReader) -> list[Attachment]:
    """Let the reader go on with a further page of the article; the files that it links."""
    soup, body = _find_body(decode(data)[0], url, source)
    attachments = list_attachments(soup, url)
    clear(body, information_blocks(find_labels(soup)))
    for part in body.parts:
        reader.read(part)
    return attachments


def page_attachments(data: bytes, url: str) -> list[Attachment]:
    """The files that a page links; none where the bytes are no readable page."""
    text, _ = decode(data)
    try:
        return list_attachments(parse_html(text), url) if names_files(plain_markup(text)) else []
    except DocumentError:
        return []


def header_charset(snapshot: Snapshot) -> str | None:
    """The charset that the server declared, if any."""
    header = next(
        (v for k, v in snapshot.headers.items() if k.lower() == "content-type"), snapshot.media_type
    )
    match = HEADER_CHARSET.search(header)
    return match.group(1) if match else None


def page_url(soup: BeautifulSoup, snapshot: Snapshot) -> str:
    """Where the page stands: where a redirect led or a saved file says it stood, the snapshot's address, or what the
    page says of itself."""
    moved = snapshot.headers.get("content-location", "")
    own = (
        (attribute(tag, "content") or attribute(tag, "href")).strip()
        for tag in elements(soup, ("meta", "link"))
        if attribute(tag, "name").lower() == "url" or attribute(tag, "rel") == "canonical"
    )
    return next(
        (u for u in (moved, snapshot.url, *own) if u.startswith(("http://", "https://"))), snapshot.url
    )


def body_selectors(source: Source | None) -> list[str]:
    """The source's own body containers: `options: {body: CSS}` or a list of them."""
    own = source.options.get("body", []) if source is not None else []
    return [own] if isinstance(own, str) else list(own)


def _outside_body(labels: list[Label], body: Body, information: set[int]) -> list[Label]:
    """Labels of an information block or outside the body; 标题： in running text is no metadata."""
    parts = {id(p) for p in body.parts}
    kept = []
    for label in labels:
        around = [id(p) for p in label.node.parents]
        if in_block := any(a in information for a in around):
            kept.append(replace(label, in_block=in_block))
        elif not any(a in parts for a in around):
            kept.append(label)
    return kept


def _oddities(text: str, encoding: str, body: Body) -> list[str]:
    found = []
    if broken := text.count(REPLACEMENT):
        found.append(f"UNDECODABLE: {broken} characters, read as {encoding}")
    if body.found_by == "density":
        found.append("BODY_BY_DENSITY: no known container; the densest text was taken")
    return found
