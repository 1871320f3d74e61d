"""Recognition of pictures: off unless switched on; what was read so is told, and its figures wait for a person."""

from __future__ import annotations

import io
import subprocess
from datetime import date

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from metroetl.catalogue import catalogue
from metroetl.errors import ScannedImage, Unreadable
from metroetl.settings import settings
from metroetl.statistics import extract_statistics
from tests.conftest import missing

TITLE = "2025年一季度甲市经济运行情况"
LINES = [TITLE, "一季度，全市地区生产总值1234.5亿元，同比增长5.2%。"]
TABLE = [
    ("城市", "总量（亿元）", "增速（%）"),
    ("甲区", "234.5", "5.1"),
    ("乙区", "120.0", "6.3"),
    ("丙区", "98.7", "4.8"),
]


@pytest.fixture(scope="session")
def picture() -> Image.Image:
    """A page as a scanner gives it."""
    found = subprocess.run(["fc-match", "-f", "%{file}", "Noto Sans CJK SC"], capture_output=True, text=True)
    if "CJK" not in found.stdout:
        missing("browser", "fonts with Chinese characters aren't installed")
    font = ImageFont.truetype(found.stdout, 36)
    page = Image.new("RGB", (1654, 900), "white")
    draw = ImageDraw.Draw(page)
    for n, line in enumerate(LINES):
        draw.text((120, 100 + 80 * n), line, font=font, fill="black")
    for n, row in enumerate(TABLE):
        for x, text in zip((120, 600, 1100), row, strict=True):
            draw.text((x, 320 + 80 * n), text, font=font, fill="black")
    return page


@pytest.fixture
def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def scan(picture: Image.Image) -> bytes:
    """The page as a PDF without text."""
    out = io.BytesIO()
    pdf = canvas.Canvas(out, pagesize=(595, 324))
    pdf.drawImage(ImageReader(picture), 0, 0, 595, 324)
    pdf.save()
    return out.getvalue()


@pytest.fixture
def switched_on(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("METROETL_OCR", "true")
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_pictures_are_named_where_recognition_is_off(read, png, scan):
    for data, why in ((png, "is a picture"), (scan, "holds pictures only")):
        with pytest.raises(ScannedImage, match=why) as refused:
            read(data, name="a")
        assert "METROETL_OCR" in refused.value.way_out


def test_a_picture_and_a_scan_are_read(read, png, scan, switched_on):
    for data, name in ((png, "1.png"), (scan, "1.pdf")):
        document = read(data, name=name)
        assert [b.text for b in document.blocks[:2]] == LINES
        (table,) = document.tables
        assert [c.text for c in table.cells if c.row == 2] == list(TABLE[2])
        assert document.findings[0].startswith("READ_BY_OCR: ")


def test_figures_that_were_recognised_aren_t_published(read, png, switched_on):
    document = read(
        png, name="1.png", published_on=date(2025, 4, 20), headers={"x-metroetl-region": "510100"}
    )
    statements = extract_statistics(document, catalogue())
    assert {(s.value, s.unit) for s in statements} >= {(1234.5, "亿元"), (5.2, "%")}
    assert all(not s.publish and "READ_BY_OCR" in s.evidence for s in statements)


def test_an_empty_or_damaged_picture_is_named(read, switched_on):
    blank = io.BytesIO()
    Image.new("RGB", (300, 300), "white").save(blank, "PNG")
    with pytest.raises(ScannedImage, match="no text"):
        read(blank.getvalue(), name="1.png")
    with pytest.raises(Unreadable):
        read(blank.getvalue()[:60], name="1.png")


def test_a_picture_of_too_many_dots_is_refused(read, switched_on):
    import zlib

    wide = 40_000
    head = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", wide.to_bytes(4, "big") * 2 + b"\x01\x00\x00\x00\x00")
    with pytest.raises(Unreadable):
        read(head + _chunk(b"IDAT", zlib.compress(b"\x00" * 100)) + _chunk(b"IEND", b""), name="bomb.png")


def _chunk(kind: bytes, data: bytes) -> bytes:
    import zlib

    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
