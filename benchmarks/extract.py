"""Speed and memory of the extractor, each measurement in a process of its own: `make bench`.

With `--against FOLDER` (another checkout) the two take turns in one run, so that both meet the same machine.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PASSAGE = 600  # characters
LARGE = 10 * 1024 * 1024  # bytes of UTF-8
SENTENCES = (
    "2025年上半年，全市实现地区生产总值1601.3亿元，按不变价格计算，同比增长6.4%，高于全省0.8个百分点。",
    "第一、二、三产业增加值分别为101.2亿元、760.4亿元和739.7亿元，分别增长2.9%、7.1%、6.2%。",
    "规模以上工业增加值同比增长8.1%，增速比一季度回落0.3个百分点；其中，装备制造业增长12.5%。",
    "6月末，金融机构本外币存款余额5120.5亿元，比年初增加210.3亿元，同比增长9.8%。",
    "全市认真贯彻落实各项决策部署，扎实推进高质量发展，经济运行总体平稳、稳中有进。",
)
ROWS = "地区生产总值\t1601.3\t6.4\n规模以上工业增加值\t—\t8.1\n社会消费品零售总额\t520.6\t5.5\n"


def passages() -> list[str]:
    """The open passages, or sentences of our own where those are missing."""
    from tests.conftest import SHARED

    files = sorted((SHARED / "corpus" / "statistics").glob("*.json"))
    return [json.loads(f.read_text(encoding="utf-8"))["raw"] for f in files] or ["".join(SENTENCES) * 3] * 50


def large() -> dict[str, str]:
    """10 MB each of prose, of prose in one line without a full stop, of table rows and of digits."""
    prose = "".join(SENTENCES)
    return {
        "10 MB of prose": _filled(prose + "\n"),
        "10 MB in one line": _filled(prose.replace("。", "，")),
        "10 MB of table rows": "指标\t绝对量（亿元）\t增长（%）\n" + _filled(ROWS),
        "10 MB of digits": _filled("1234567890"),
    }


def _filled(text: str) -> str:
    return text * (LARGE // len(text.encode()))


def read(texts: Sequence[str], rounds: int) -> dict[str, Any]:
    """In a child: read all texts, `rounds` times; best processor seconds, peak memory and what was found."""
    from metroetl.catalogue import catalogue
    from metroetl.statistics import extract_text

    words = catalogue()
    told: dict[str, Any] = {
        "title": "2025年上半年经济运行情况",
        "published_on": date(2025, 7, 28),
        "region_code": "510600",
    }
    extract_text(SENTENCES[0], **told, catalogue=words)
    before = _peak()
    seconds, found = [], 0
    for _ in range(rounds):
        started = time.process_time()
        found = sum(len(extract_text(text, **told, catalogue=words)) for text in texts)
        seconds.append(time.process_time() - started)
    return {"seconds": min(seconds), "statements": found, "peak": _peak(), "grown": _peak() - before}


def _peak() -> float:
    """Peak memory of this process in MB."""
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def in_child(checkout: Path, texts: Path, rounds: int) -> dict[str, Any]:
    """The measurement of one checkout."""
    path = os.pathsep.join((str(checkout / "src"), str(ROOT)))
    command = [sys.executable, "-m", "benchmarks.extract", "--child", str(texts), str(rounds)]
    done = subprocess.run(  # noqa: S603  this program itself
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, check=True, stdout=subprocess.PIPE
    )
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def measure(checkouts: Sequence[Path], texts: Sequence[str], rounds: int, turns: int) -> list[dict[str, Any]]:
    """One result a checkout; they take turns, and of the seconds the median counts."""
    results: list[list[dict[str, Any]]] = [[] for _ in checkouts]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.json"
        path.write_text(json.dumps(texts), encoding="utf-8")
        for _ in range(turns):
            for checkout, measured in zip(checkouts, results, strict=True):
                measured.append(in_child(checkout, path, rounds))
    return [r[-1] | {"seconds": statistics.median(x["seconds"] for x in r)} for r in results]


def show(name: str, size: str, results: Sequence[dict[str, Any]], rate: str) -> None:
    """One row."""
    cells = [
        f"{r['seconds']:8.2f} s {rate.format(r['rate']):>20} {r['peak']:6.0f} MB (+{r['grown']:.0f}) {r['statements']:7d}"
        for r in results
    ]
    print(f"{name:22} {size:>14}  " + "   |   ".join(cells), flush=True)


def main() -> None:
    """Print seconds of one core, rate, peak memory (and its growth) and statements for each text."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--against", type=Path, help="another checkout, measured in turn with this one")
    parser.add_argument("--turns", type=int, default=3, help="processes a measurement of passages")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        path, rounds = given.child
        print(json.dumps(read(json.loads(Path(path).read_text(encoding="utf-8")), int(rounds))))
        return
    checkouts = [ROOT, *([given.against.resolve()] if given.against else [])]
    print(
        "text, size: seconds, rate, peak memory (growth), statements" + " | the other's" * bool(given.against)
    )
    texts = passages()
    results = measure(checkouts, texts, 3, given.turns)
    characters = sum(map(len, texts))
    for r in results:
        r["rate"] = characters / PASSAGE / r["seconds"]
    show(f"{len(texts)} passages", f"{characters:,} chars", results, f"{{:.0f}} × {PASSAGE} chars/s")
    for name, text in large().items():
        results = measure(checkouts, [text], 1, 1)
        for r in results:
            r["rate"] = len(text.encode()) / 1e6 / r["seconds"]
        show(name, f"{len(text):,} chars", results, "{:.2f} MB/s")


if __name__ == "__main__":
    main()
