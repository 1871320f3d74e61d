"""Pictures of text to a document, by recognition (OCR) on this machine: an optional extra, off unless it is switched on.

`METROETL_OCR=true` and the extra `ocr` (RapidOCR with PP-OCR models inside the package: nothing is fetched). What was
recognised may be wrong in a digit, so a document that was read so says READ_BY_OCR, and its figures aren't published
without a person.
"""

from __future__ import annotations

import functools
import io
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from metroetl.documents.files import file_document
from metroetl.documents.layout import Placed, write_page
from metroetl.documents.models import Document
from metroetl.documents.writer import TextWriter
from metroetl.errors import ConverterMissing, ScannedImage, Unreadable

if TYPE_CHECKING:
    from PIL.Image import Image

    from metroetl.catalogue.models import Source
    from metroetl.harvest.models import Snapshot

READ_BY_OCR = "READ_BY_OCR"
DPI = 200
MAX_PAGES = 60
MAX_PIXELS = 60_000_000
LEAST_SURE = 0.5
POINTS = 72 / DPI
_one_at_a_time = threading.Lock()


def read_picture(data: bytes, snapshot: Snapshot, source: Source | None = None) -> Document:
    """The document of a picture (JPEG, PNG, TIFF …); raises ScannedImage where recognition is off or finds no text."""
    _require(snapshot, "is a picture")
    return _recognise(_pictures(data, snapshot), snapshot, source, snapshot.media_type or "image/unknown")


def read_scan(data: bytes, snapshot: Snapshot, source: Source | None, why: str) -> Document:
    """The document of a PDF without text; raises ScannedImage where recognition is off or finds no text."""
    _require(snapshot, why)
    return _recognise(_pages(data), snapshot, source, "application/pdf")


def _require(snapshot: Snapshot, why: str) -> None:
    from metroetl.settings import settings

    name = snapshot.name or snapshot.url
    if not settings().ocr:
        raise ScannedImage(f"{name} {why}")


def _recognise(pages: Iterator[Image], snapshot: Snapshot, source: Source | None, media: str) -> Document:
    """Read page by page; pieces that the recogniser itself doubts are left out and counted."""
    name, writer, scores, doubtful = snapshot.name or snapshot.url, TextWriter(), list[float](), 0
    for number, picture in enumerate(pages, start=1):
        found = _words(picture)
        sure = [(word, score) for word, score in found if score >= LEAST_SURE]
        doubtful += len(found) - len(sure)
        scores += [score for _, score in sure]
        write_page([w for w, _ in sure], (picture.width * POINTS, picture.height * POINTS), writer, number)
    if not writer.blocks:
        raise ScannedImage(f"{name} holds no text that can be recognised")
    finding = (
        f"{READ_BY_OCR}: {len(scores)} pieces of text, surest {max(scores):.2f}, least sure {min(scores):.2f}"
    )
    left_out = [f"OCR_LEFT_OUT: {doubtful} pieces that can't be made out"] if doubtful else []
    return file_document(writer, snapshot, source, media, [finding, *left_out])


def _words(picture: Image) -> list[tuple[Placed, float]]:
    """What stands on a picture: pieces of text in points, each with how sure the recogniser is (0 to 1)."""
    import numpy

    with _one_at_a_time:
        result = _engine()(numpy.asarray(picture)[:, :, ::-1])
    if result.boxes is None:
        return []
    found = []
    for box, text, score in zip(result.boxes, result.txts, result.scores, strict=True):
        xs, ys = [float(x) * POINTS for x, _ in box], [float(y) * POINTS for _, y in box]
        found.append((Placed(text=text, x0=min(xs), x1=max(xs), top=min(ys), bottom=max(ys)), float(score)))
    return found


@functools.cache
def _engine() -> Any:
    """The recogniser with the models of its own package; raises ConverterMissing without the extra."""
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise ConverterMissing(
            "recognition (OCR) is switched on, but the extra isn't installed",
            way_out="pip install 'metroetl[ocr]', or unset METROETL_OCR.",
        ) from error
    return RapidOCR(params={"Global.log_level": "error"})


def _pictures(data: bytes, snapshot: Snapshot) -> Iterator[Image]:
    """The pages of a picture file, few and small enough."""
    from PIL import Image, ImageSequence, UnidentifiedImageError

    name = snapshot.name or snapshot.url
    try:
        with Image.open(io.BytesIO(data)) as picture:
            for number, page in enumerate(ImageSequence.Iterator(picture)):
                if number == MAX_PAGES or page.width * page.height > MAX_PIXELS:
                    raise Unreadable(f"{name} has more than {MAX_PAGES} pages or {MAX_PIXELS} pixels")
                yield page.convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise Unreadable(f"{name} is no sound picture: {error}") from error


def _pages(data: bytes) -> Iterator[Image]:
    """The pages of a PDF as pictures, each bounded in size."""
    import pypdfium2

    with pypdfium2.PdfDocument(data) as pdf:
        for number in range(min(len(pdf), MAX_PAGES)):
            page = pdf[number]
            width, height = page.get_size()
            scale = min(DPI / 72, (MAX_PIXELS / max(1.0, width * height)) ** 0.5)
            yield page.render(scale=scale).to_pil()
