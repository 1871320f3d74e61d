"""Random changes of the example pages and of a paper of each kind: reading them gives a document or a named error.

`python -m tests.security.fuzz --seconds 300 --seed 1` tells every input whose reader failed unforeseen, and keeps it in
the folder `fuzz` under the system's temporary folder.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import random
import re
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from metroetl.catalogue import catalogue
from metroetl.documents import read_document
from metroetl.errors import DocumentError, ReaderFailed
from metroetl.plans import read_plan
from metroetl.statistics import extract_statistics
from tests.conftest import ROOT
from tests.documents import paper
from tests.documents.conftest import make_snapshot
from tests.documents.test_pdf import make_pdf
from tests.documents.test_workbook import make_workbook

ODD = (
    b"<", b">", b"&#x0;", b"\0", b"<table>", b"</td>", b"<![CDATA[", b"9" * 30, b"-1", b"1e400", b"%", b"\xff\xfe",
    b"<td rowspan=99999>", "　".encode() * 50, b"&a;", "2025年".encode(), "增长".encode(),
)  # fmt: skip
NUMBERS = (b"0", b"-1", b"99999999999999999999", b"4294967296", b"", b"1e999", b"0x")
NUMBER = re.compile(rb"\d+")


def seeds() -> list[bytes]:
    """The example pages, and the paper in each kind of file."""
    pages = [
        p.read_bytes()
        for p in sorted((ROOT / "tests" / "pages").rglob("*"))
        if p.suffix in {".html", ".xml", ".json"}
    ]
    whole = paper.archive({"a.txt": b"x" * 99, "b.html": paper.page().encode()})
    return [*pages, paper.word(), make_workbook(), make_pdf(), paper.ofd_paper(), paper.saved_page(), whole]


def changed(data: bytes, dice: random.Random) -> bytes:
    """The bytes with up to twenty changes; most files that are zips are changed inside."""
    if data.startswith(b"PK") and dice.random() < 0.7:
        with zipfile.ZipFile(io.BytesIO(data)) as container:
            files = {i.filename: container.read(i) for i in container.infolist()}
        for name in dice.sample(sorted(files), min(len(files), dice.randint(1, 3))):
            files[name] = changed(files[name], dice)
        return paper.archive(files)
    out = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 5, 20))):
        if out:
            _change(out, dice)
    return bytes(out)


def _change(out: bytearray, dice: random.Random) -> None:
    at, length = dice.randrange(len(out)), dice.choice((1, 2, 8, 64, 512, 4096))
    match dice.randrange(7):
        case 0:
            out[at] = dice.randrange(256)
        case 1:
            del out[at : at + length]
        case 2:
            out[at:at] = out[at : at + length] * dice.choice((1, 2, 50))
        case 3:
            out[at : at + length] = dice.randbytes(length)
        case 4:
            out[at:at] = dice.choice(ODD)
        case 5:
            del out[at if dice.random() < 0.3 else len(out) :]
        case _:
            if found := list(NUMBER.finditer(bytes(out))):
                match = dice.choice(found)
                out[match.start() : match.end()] = dice.choice(NUMBERS)


def outcomes(seed: int) -> Iterator[tuple[bytes, str, str]]:
    """Changed bytes, what reading them came to (OK or a code), and the message, without end.

    Any other error than a DocumentError leaves this as it is.
    """
    dice, files, words = random.Random(seed), seeds(), catalogue()
    while True:
        data = changed(dice.choice(files), dice)
        try:
            document = read_document(data, make_snapshot(data))
            with ReaderFailed.instead("extraction"):
                extract_statistics(document, words)
                read_plan(document, words)
            yield data, "OK", ""
        except DocumentError as error:
            yield data, error.code, error.message


def main() -> None:
    """Read for a while; tell and keep what failed unforeseen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    folder = Path(tempfile.gettempdir()) / "fuzz"
    counts: Counter[str] = Counter()
    end = time.monotonic() + asked.seconds
    for data, code, message in outcomes(asked.seed):
        counts[code] += 1
        if code == ReaderFailed.code:
            folder.mkdir(exist_ok=True)
            (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
            print(message, flush=True)
        if time.monotonic() > end:
            break
    print(dict(counts))


if __name__ == "__main__":
    main()
