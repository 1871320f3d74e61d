"""The inbox folder: what lies in it is archived with what a person told, and every file's end is seen."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from metroetl import pipeline
from metroetl.errors import NotTakenIn, NotToldRight
from metroetl.harvest import Archive
from metroetl.pipeline.inbox import inbox_folder, rejected_files, waiting_files
from metroetl.pipeline.told import Told, told_of
from metroetl.settings import settings
from tests.blank import blank_home
from tests.documents import paper as papers
from tests.office import Convert
from tests.pipeline.conftest import Operator

TEXT = (
    "德阳市经济运行情况\n\n德阳市统计局\n\n发布日期：2025年4月20日\n\n一季度，德阳市地区生产总值771.1亿元。\n"
)
PAGE = (
    "<!DOCTYPE html>\n<!-- saved from url=(0040)https://tjj.sc.gov.cn/scstjj/c112117/x.shtml -->\n"
    "<html><head><meta charset='utf-8'><meta name='ArticleTitle' content='四川省经济运行情况'>"
    "<meta name='PubDate' content='2025-04-18 10:00'></head><body><div class='TRS_Editor'>"
    "<p>一季度，四川省经济运行平稳，工业生产稳定增长，服务业持续恢复，就业形势总体稳定。</p></div></body></html>"
)


@pytest.fixture
def inbox(operator: Operator) -> Path:
    """An empty inbox folder whose files needn't wait to be settled."""
    blank_home(operator())
    folder = inbox_folder()
    folder.mkdir(parents=True)
    return folder


def put(folder: Path, name: str, data: bytes | str = TEXT, age: float = 60) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def take_in() -> Any:
    """What a run does with the inbox: take it in and read it."""
    run_id = pipeline.open_warehouse().start_run("collect", {})
    return pipeline.read_and_stage(run_id, "inbox", pipeline.take_in_inbox(run_id))


def snapshots() -> dict[str, dict[str, Any]]:
    names, rows = pipeline.open_warehouse().query(
        "SELECT url, name, access, publisher, published_on, parent_url, state, role, sha256 FROM raw_snapshot"
    )
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def documents() -> dict[str, dict[str, Any]]:
    names, rows = pipeline.open_warehouse().query(
        "SELECT url, title, publisher, published_on, access FROM staging_document"
    )
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


@cache
def workbook() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([["指标", "总量"], ["地区生产总值（亿元）", 771.1]]):
            sheet.write_row(number, 0, row)
    return file.getvalue()


def paper() -> bytes:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    file = io.BytesIO()
    canvas = Canvas(file)
    canvas.setFont("STSong-Light", 12)
    canvas.drawString(60, 760, "德阳市经济运行情况：一季度，德阳市地区生产总值771.1亿元。")
    canvas.save()
    return file.getvalue()


KINDS: dict[str, Callable[[], bytes]] = {
    "情况.txt": TEXT.encode,
    "情况.html": lambda: PAGE.replace("saved from", "read at").encode("gb18030"),
    "情况.xlsx": workbook,
    "情况.pdf": paper,
    "计划.docx": papers.word,
    "计划.ofd": papers.ofd_paper,
    "计划.mhtml": lambda: papers.saved_page("cid:page"),
}
OLD_KINDS = {
    "计划.doc": ("docx", "doc"),
    "计划.wps": ("docx", "doc"),
    "情况.xls": ("xlsx", "xls"),
    "情况.et": ("xlsx", "xls"),
}


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_is_archived_read_and_moved(name: str, inbox: Path) -> None:
    assert_taken_in(name, KINDS[name](), inbox)


@pytest.mark.office
@pytest.mark.parametrize("name", OLD_KINDS)
def test_each_old_kind_too(name: str, inbox: Path, convert: Convert) -> None:
    now, old = OLD_KINDS[name]
    assert_taken_in(name, convert(papers.word() if now == "docx" else workbook(), f"a.{now}", old), inbox)


def assert_taken_in(name: str, data: bytes, inbox: Path) -> None:
    """The file is archived as it is, read, internal, and lies in `done`."""
    put(inbox, name, data)
    outcome = take_in()
    assert not outcome.failures and outcome.outcomes == {"new": 1} and outcome.documents == 1
    assert not (inbox / name).exists() and (inbox / "done" / name).read_bytes() == data
    (snapshot,) = snapshots().values()
    assert (snapshot["access"], snapshot["role"], snapshot["name"]) == ("internal", "inbox", name)
    assert Archive(settings().archive).get(snapshot["sha256"]) == data
    assert {d["access"] for d in documents().values()} == {"internal"}
    if name.startswith("计划"):
        assert [d["title"] for d in documents().values()] == [papers.TITLE]


def test_the_files_in_an_archive_are_read_each_with_what_was_told(inbox: Path) -> None:
    put(
        inbox,
        "附件.zip",
        papers.archive({"表/指标.xlsx": workbook(), "计划.docx": papers.word(), "x.exe": b"MZ"}),
    )
    put(
        inbox,
        "附件.zip.meta.yml",
        "publisher: 德阳市统计局\nregion: 510600\naccess: public\npublished_on: 2025-04-20\n",
    )
    outcome = take_in()
    assert (outcome.outcomes, outcome.documents, outcome.failures) == ({"new": 3}, 3, [])
    found = documents()
    assert found["inbox:附件.zip#%E8%AE%A1%E5%88%92.docx"]["title"] == papers.TITLE
    assert {(d["publisher"], str(d["published_on"]), d["access"]) for d in found.values()} == {
        ("德阳市统计局", "2025-04-20", "public")
    }
    parents = {s["url"]: s["parent_url"] for s in snapshots().values()}
    assert parents["inbox:附件.zip#%E8%A1%A8/%E6%8C%87%E6%A0%87.xlsx"] == "inbox:附件.zip"


def test_an_archive_that_can_t_be_opened_is_kept_and_named(inbox: Path) -> None:
    locked = bytearray(papers.archive({"a.txt": TEXT.encode()}))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    put(inbox, "a.zip", bytes(locked))
    outcome = take_in()
    assert [f.code for f in outcome.failures] == ["ENCRYPTED"] and outcome.outcomes == {"new": 1}
    assert (inbox / "done" / "a.zip").exists() and len(snapshots()) == 1


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://tjj.sc.gov.cn/scstjj/c112117/x.shtml", "https://tjj.sc.gov.cn/scstjj/c112117/x.shtml"),
        ("https://www.example.com/x.html", "inbox:计划.mhtml"),
        ("https://tjj.sc.gov.cn.example.com/x.html", "inbox:计划.mhtml"),
    ],
)
def test_a_saved_page_of_a_known_host_stands_at_its_address(address: str, expected: str, inbox: Path) -> None:
    put(inbox, "计划.mhtml", papers.saved_page(address))
    assert not take_in().failures
    assert list(documents()) == [expected]


def test_a_saved_page_brings_the_documents_of_its_folder(inbox: Path) -> None:
    put(inbox, "四川省.html", PAGE)
    put(inbox, "四川省_files/附表.xlsx", workbook())
    put(inbox, "四川省_files/style.css", "p {}")
    assert not take_in().failures
    url = "https://tjj.sc.gov.cn/scstjj/c112117/x.shtml"  # as the browser noted it
    found = snapshots()
    assert found.pop(url)["role"] == "inbox"
    (file,) = found.values()
    assert file["url"].startswith(f"{url}#") and file["parent_url"] == url
    assert sorted(p.name for p in (inbox / "done").iterdir()) == ["四川省.html", "四川省_files"]
    assert documents()[url]["title"] == "四川省经济运行情况"


def test_what_is_told_fills_what_the_file_doesn_t_say(inbox: Path) -> None:
    put(inbox, "2025/a.txt", "经济运行情况\n\n一季度，全市地区生产总值771.1亿元，同比增长6.0%。\n")
    put(inbox, "2025/meta.yml", "publisher: 德阳市统计局\nregion: 510600\naccess: public\n")
    put(inbox, "2025/a.meta.yml", "published_on: 2025-04-20\n")
    take_in()
    document = documents()["inbox:2025/a.txt"]
    assert (document["publisher"], str(document["published_on"]), document["access"]) == (
        "德阳市统计局",
        "2025-04-20",
        "public",
    )
    _, rows = pipeline.open_warehouse().query("SELECT DISTINCT region_code FROM staging_observation")
    assert [row[0] for row in rows] == ["510600"]
    assert (inbox / "done/2025/a.meta.yml").exists() and (inbox / "2025/meta.yml").exists()


def test_what_the_file_says_of_itself_comes_before_what_is_told(inbox: Path) -> None:
    put(inbox, "a.txt")
    put(inbox, "a.txt.meta.yml", "published_on: 2025-05-30\n")
    take_in()
    assert str(documents()["inbox:a.txt"]["published_on"]) == "2025-04-20"


def test_a_file_that_is_being_written_waits(inbox: Path) -> None:
    put(inbox, "a.txt", age=0)
    put(inbox, "b.pdf.crdownload", paper())
    put(inbox, "c_files/x.pdf", paper())
    assert take_in().outcomes == {}
    assert [(w.name, w.settled) for w in waiting_files()] == [("a.txt", False)]
    put(inbox, "a.txt", age=5)
    assert take_in().outcomes == {"new": 1}


@pytest.mark.parametrize(
    ("name", "data", "sidecar", "code", "reason"),
    [
        ("a.txt", b"  \n", "", "NOT_TAKEN_IN", "empty"),
        ("b.txt", b"x" * 3000, "", "NOT_TAKEN_IN", "3000 bytes"),
        ("c.txt", TEXT.encode(), "published_on: last week", "NOT_TOLD_RIGHT", "published_on"),
        ("d.txt", TEXT.encode(), "region: '999999'", "NOT_TOLD_RIGHT", "999999"),
        ("e.txt", TEXT.encode(), "colour: red", "NOT_TOLD_RIGHT", "colour"),
    ],
)
def test_what_can_t_be_archived_is_set_aside_with_the_reason(
    name: str, data: bytes, sidecar: str, code: str, reason: str, operator: Operator
) -> None:
    blank_home(operator(MAX_BYTES="2000"))
    put(inbox_folder(), name, data)
    if sidecar:
        put(inbox_folder(), f"{name}.meta.yml", sidecar)
    put(inbox_folder(), "good.txt")
    outcome = take_in()
    assert [f.code for f in outcome.failures] == [code] and outcome.documents == 1
    told = rejected_files()
    assert list(told) == [name] and code in told[name] and reason in told[name] and "→" in told[name]
    assert (inbox_folder() / "rejected" / name).read_bytes() == data
    assert waiting_files() == []


def test_a_link_out_of_the_inbox_is_refused(inbox: Path, tmp_path: Path) -> None:
    put(tmp_path, "outside.txt")
    (inbox / "a.txt").symlink_to(tmp_path / "outside.txt")
    (inbox / "folder").symlink_to(tmp_path)
    for link in inbox.iterdir():
        os.utime(link, (time.time() - 60, time.time() - 60), follow_symlinks=False)
    assert {f.code for f in take_in().failures} == {"NOT_TAKEN_IN"}
    assert snapshots() == {}


def test_the_same_again_is_unchanged_and_nothing_is_overwritten(inbox: Path) -> None:
    put(inbox, "a.txt")
    assert take_in().outcomes == {"new": 1}
    put(inbox, "a.txt")
    assert take_in().outcomes == {"unchanged": 1}
    put(inbox, "a.txt", TEXT.replace("771.1", "772.2"))
    assert take_in().outcomes == {"changed": 1}
    assert sorted(p.name for p in (inbox / "done").iterdir()) == ["a (2).txt", "a (3).txt", "a.txt"]


def test_a_file_is_told_of_on_the_command_line(inbox: Path, tmp_path: Path) -> None:
    file = put(tmp_path, "附件1.txt", "经济运行情况\n\n经济总体平稳，工业生产稳定增长，服务业持续恢复。\n")
    told = Told(publisher="德阳市统计局", url="https://www.deyang.gov.cn/gk/1.htm", access="public")
    (snapshot,) = pipeline.add_to_inbox([file], told)
    assert (snapshot.url, snapshot.access) == ("https://www.deyang.gov.cn/gk/1.htm", "public")
    assert file.exists(), "it is archived where it lies"
    with pytest.raises(NotTakenIn):
        pipeline.add_to_inbox([put(tmp_path, "b.txt", b"")])
    put(tmp_path, "附件1.txt.meta.yml", "url: ftp://x")
    with pytest.raises(NotToldRight, match="url"):
        told_of(file)
