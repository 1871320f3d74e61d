"""Files made to take all memory or time, a few kilobytes each where that does it; and what reading each comes to.

`python -m tests.security.bombs` reads them one after the other, itself bounded to 2 GB, and prints a line each: the bomb,
the error's code (or OK), and whether a file of this machine was read.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import zipfile
import zlib
from collections.abc import Callable

from tests.documents import paper

BOUND = 2 * 1024**3
SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
PROSE = "初步核算，全市经济总体平稳，稳中有进。全年地区生产总值100亿元。"
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
    + '<!ENTITY z SYSTEM "file:///etc/passwd">]>'
)


def zeros(size: int) -> bytes:
    """A zlib stream of so many zero bytes (whole MB), without making them: one flushed block again and again."""
    maker = zlib.compressobj(9)
    head, block = maker.compress(b"") + maker.flush(zlib.Z_FULL_FLUSH), b""
    block = maker.compress(b"\0" * 2**20) + maker.flush(zlib.Z_FULL_FLUSH)
    checksum = (size % 65521) << 16 | 1  # Adler-32 of zeros
    return head + block * (size // 2**20) + b"\x03\x00" + checksum.to_bytes(4, "big")


def replaced(data: bytes, **files: str | bytes) -> bytes:
    """An office file with some of its XML files replaced, by the name without folder and ending."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        kept = {i.filename: old.read(i) for i in old.infolist()}
    for name in kept:
        if (stem := name.rpartition("/")[2].removesuffix(".xml")) in files:
            new = files[stem]
            kept[name] = new if isinstance(new, bytes) else new.encode()
    return paper.archive(kept)


def workbook(rows: str, shared: str = "", before: str = "") -> bytes:
    """A workbook of one sheet with this XML."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet().write(0, 0, "x")
    sheet = f"{before}<worksheet {SHEET}><sheetData>{rows}</sheetData></worksheet>"
    return replaced(out.getvalue(), sheet1=sheet, **({"sharedStrings": shared} if shared else {}))


def shared_strings() -> bytes:
    """One text of 4 MB in 8,000 cells."""
    rows = "".join(
        f'<row r="{r}">' + "".join(f'<c r="{c}{r}" t="s"><v>0</v></c>' for c in "ABCDEFGH") + "</row>"
        for r in range(1, 1001)
    )
    return workbook(rows, f"<sst {SHEET}><si><t>{'a' * 4_000_000}</t></si></sst>")


def pdf(*objects: bytes) -> bytes:
    """A PDF of these objects; the first is its catalogue."""
    out, places = io.BytesIO(b"%PDF-1.4\n"), []
    out.seek(0, io.SEEK_END)
    for number, one in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, one))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))
    return out.getvalue()


def pdf_page(content: bytes, resources: bytes, *more: bytes) -> bytes:
    """A PDF of one page: object 4 is its content."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<<%b>>>>" % resources
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page, content, *more)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%b>>stream\n%b\nendstream" % (len(data), entries, data)


def pdf_forms() -> bytes:
    """Eleven drawings, each of which shows the next ten times."""
    shown = [
        stream(
            b"/X Do " * 10,
            b"/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</X %d 0 R>>>>" % (n + 6),
        )
        for n in range(11)
    ]
    last = stream(b"BT (a) Tj ET", b"/Type/XObject/Subtype/Form/BBox[0 0 1 1]")
    return pdf_page(stream(b"/X Do"), b"/XObject<</X 5 0 R>>", *shown, last)


def pdf_many_pages() -> bytes:
    """A hundred thousand pages, all the same one."""
    kids = b" ".join([b"3 0 R"] * 100_000)
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 100000/Kids[%b]>>" % kids,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>",
    )  # fmt: skip


def word(body: str, before: str = "") -> bytes:
    return replaced(
        paper.word(), document=f'{before}<w:document xmlns:w="{paper.W}"><w:body>{body}</w:body></w:document>'
    )


def page(body: str) -> bytes:
    return f"<html><body><h1>甲市经济运行情况</h1><div id='zoom'>{body}<p>{PROSE}</p></div></body></html>".encode()


def ofd_laughs() -> bytes:
    text = f'{LAUGHS}<ofd:Page xmlns:ofd="http://www.ofdspec.org/2016"><ofd:TextObject Boundary="1 1 1 1">'
    return replaced(
        paper.ofd_paper(), Content=f"{text}<ofd:TextCode>&j;&z;</ofd:TextCode></ofd:TextObject></ofd:Page>"
    )


INLINE = '<row r="1"><c r="A1" t="inlineStr"><is><t>&j;&z;</t></is></c></row>'
CORNERS = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
BOMBS: dict[str, Callable[[], bytes]] = {
    "workbook, two far corners": lambda: workbook(CORNERS),
    "workbook, a text shown again and again": shared_strings,
    "workbook, entities": lambda: workbook(INLINE, before=LAUGHS),
    "word, elements": lambda: word("<w:p/>" * 5_000_000),
    "word, entities": lambda: word("<w:p><w:r><w:t>&j;&z;</w:t></w:r></w:p>", LAUGHS),
    "ofd, entities": ofd_laughs,
    "pdf, a stream in a stream": lambda: pdf_page(
        stream(zlib.compress(zeros(8 * 2**30)), b"/Filter[/FlateDecode/FlateDecode]"), b""
    ),
    "pdf, drawings in drawings": pdf_forms,
    "pdf, objects in a circle": lambda: pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"3 0 R", b"2 0 R"),
    "pdf, pages in a circle": lambda: pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[2 0 R]>>"),
    "pdf, pages without end": pdf_many_pages,
    "page, elements": lambda: page("<i></i>" * 600_000),
    "page, deep": lambda: page("<div>" * 100_000),
    "page, attributes": lambda: page("<p " + " ".join(f"a{n}='{n}'" for n in range(200_000)) + ">x</p>"),
    "page, a long attribute": lambda: page(f"<p style='{'a' * 10_000_000}'>x</p>"),
    "page, spans": lambda: page(
        "<table>" + "<tr><td colspan=1000000000>1<td rowspan=99999 colspan=99999>2</tr>" * 5000 + "</table>"
    ),
    "saved page, parts in parts": lambda: b"Content-Type: multipart/related; boundary=a\n\n" * 2
    + b"--a\nContent-Type: multipart/related; boundary=a\n\n" * 20_000,
    "json, deep": lambda: b'{"returncode":200,"returndata":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "json, wide": lambda: b"[" + b"{}," * 9_000_000 + b"{}]",
    "archive in archive in archive": lambda: paper.archive({"1.zip": paper.archive({"2.zip": paper.archive({"a.txt": b"x"})})}),
}  # fmt: skip


def main() -> None:
    """Read every bomb, the files among them within tighter bounds than a run has, and tell."""
    from metroetl.documents import apart, read_document
    from metroetl.errors import DocumentError
    from tests.documents.conftest import make_snapshot

    apart.MAX_MEMORY, apart.MAX_SECONDS = 2**29, 1
    for name, make in BOMBS.items():
        data = make()
        resource.setrlimit(resource.RLIMIT_AS, (BOUND, BOUND))
        code, text = "OK", ""
        try:
            text = read_document(data, make_snapshot(data, name=name)).text
        except DocumentError as error:
            code, text = error.code, error.message
        print(json.dumps([name, code, "root:" in text, len(data)]), flush=True)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 < BOUND


if __name__ == "__main__":
    sys.exit(main())
