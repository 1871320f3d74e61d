"""Papers as several sites show them, made from works.yml: which of them are one work is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml

from metroetl.documents.same import Paper

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True)
class Shown:
    """A paper with the work that it shows."""

    work: str
    half: str
    paper: Paper
    forwarding: bool = False


def all_papers() -> list[Shown]:
    """Every work as its issuer published it, and as other sites show it."""
    families = yaml.safe_load(Path(__file__).with_name("works.yml").read_text("utf-8"))
    shown = []
    for family in families:
        for n, work in enumerate(family["works"]):
            text = work["text"] if family.get("separate") else family["text"].format(**work)
            shown += _treated(f"{family['family']}{n}", family["half"], work, text.strip())
    return shown


def pairs(shown: list[Shown]) -> Iterator[tuple[Shown, Shown]]:
    """All pairs, also those of different families."""
    return combinations(shown, 2)


def _treated(name: str, half: str, work: dict[str, Any], text: str) -> Iterator[Shown]:
    own = Paper(
        id=name,
        key=name,
        url=f"https://issuer.example.cn/{name}.html",
        title=work["title"],
        text=text,
        number=work.get("number"),
        day=work["day"],
        written_on=work.get("written_on"),
    )
    yield Shown(work=name, half=half, paper=own)
    for treat in (_portal, _department, _file, _headline, _edited):
        yield Shown(work=name, half=half, paper=treat(own))
    if title := work.get("forwarded_by"):
        yield Shown(work=name, half=half, paper=_forwarding(own, title), forwarding=True)


def _elsewhere(paper: Paper, site: str, days: int, **values: Any) -> Paper:
    day: date = (paper.day or date(2025, 1, 1)) + timedelta(days=days)
    name = f"{paper.id}@{site}"
    return replace(paper, id=name, key=name, url=f"https://{site}.example.cn/{paper.id}", day=day, **values)


def _portal(paper: Paper) -> Paper:
    head = f"{paper.title}\n发布时间：{paper.day} 来源：政府门户\n字体：大 中 小\n"
    return _elsewhere(paper, "portal", 1, text=head + paper.text + "\n责任编辑：小林\n相关链接")


def _department(paper: Paper) -> Paper:
    """Blanks around wide digits, the number with other brackets, the title without its maker."""
    text = "".join(f" {c} " if c.isdigit() else c for c in paper.text).translate(WIDE)
    number = paper.number.replace("〔", "[").replace("〕", "] ") if paper.number else None
    title = (
        "关于" + paper.title.partition("关于")[2]
        if "政府" in paper.title.partition("关于")[0]
        else paper.title
    )
    return _elsewhere(paper, "department", 3, text=text, number=number, title=title, written_on=None)


def _file(paper: Paper) -> Paper:
    """A PDF: lines broken anywhere, page numbers between, the number only in the title."""
    flat = paper.text.replace("\n", "")
    lines = [flat[i : i + 28] for i in range(0, len(flat), 28)]
    text = "\n".join(
        f"{line}\n— {n // 12} —" if n % 12 == 0 else line for n, line in enumerate(lines, start=1)
    )
    title = f"{paper.title}（{paper.number}）.pdf" if paper.number else f"{paper.title}.pdf"
    return _elsewhere(paper, "file", 0, text=text, title=title, number=None)


def _headline(paper: Paper) -> Paper:
    """A newsroom's own headline over the whole text; a number isn't shown there."""
    title = "刚刚发布！" + paper.text.replace("\n", "")[:14]
    return _elsewhere(
        paper, "news", 2, title=title, text=paper.text + "\n（编辑 小周）", number=None, written_on=None
    )


def _edited(paper: Paper) -> Paper:
    """One word written otherwise, quotation marks of another kind."""
    text = (
        paper.text.replace("进一步", "更进一步", 1)
        .replace("《", "“")
        .replace("》", "”")
        .replace("应当", "应", 1)
    )
    return _elsewhere(paper, "mirror", 5, text=text)


def _forwarding(paper: Paper, title: str) -> Paper:
    head = "各县区，市级各部门：现将有关通知转发给你们，请结合实际抓好落实。\n附件：全文如下\n"
    text = f"{head}{paper.text}\n甲市办公室印发"
    return _elsewhere(
        paper, "city", 20, title=title, text=text, number="甲办发〔2025〕30号", written_on=date(2025, 7, 15)
    )
