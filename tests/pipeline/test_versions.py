"""Versions of an address as they lie in archive and warehouse: found, read whole, compared; and what isn't there is named."""

from __future__ import annotations

import pytest

from metroetl.errors import MetroError, Unreadable, VersionMissing
from metroetl.harvest import Archive
from metroetl.harvest.archive import body_name
from metroetl.pipeline import read_and_stage, versions
from metroetl.pipeline.versions import compare_versions, list_documents, look_at_versions
from tests.pipeline.conftest import Install, Installation

PAGE = "https://www.deyang.gov.cn/gk/t20250420_1.html"
PART = "https://www.deyang.gov.cn/gk/t20250420_1_1.html"
FILE = "https://www.deyang.gov.cn/gk/P01.xls"
PAGER = '<script>createPageHTML(2,0,"t20250420_1","html")</script>'


def page(text: str, *, links: str = "", counter: int = 1, pager: str = "") -> bytes:
    html = f"""<html><head><title>甲市经济运行情况</title></head><body><h1>甲市经济运行情况</h1>
        <p>浏览次数：{counter}次</p><div class="TRS_Editor"><p>{text}</p>{links}</div>{pager}</body></html>"""
    return html.encode()


@pytest.fixture
def here(install: Install) -> Installation:
    return install("here")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def anywhere(
    request: pytest.FixtureRequest, install: Install, monkeypatch: pytest.MonkeyPatch
) -> Installation:
    """An installation on either engine."""
    if request.param == "postgresql":
        url = request.getfixturevalue("new_postgres")()
        monkeypatch.setenv("METROETL_DATABASE_URL", url.replace("postgresql://", "postgresql+psycopg://"))
    return install("here")


def told(url: str, source_id: str | None = None) -> list[tuple[int, int, str]]:
    """Number, times and what changed, of each version."""
    found = []
    for look in look_at_versions(url, source_id)[1]:
        changes = look.changes.counts if look.changes else {}
        kinds = [k for k in ("texts_changed", "texts_added", "files") if changes.get(k)]
        found.append(
            (look.version.number, look.version.seen, look.error.code if look.error else " ".join(kinds))
        )
    return found


def test_an_edit_a_counter_and_an_unreadable_version(here: Installation) -> None:
    here.bring(page("同比增长6.2%，保持平稳。"), PAGE, days_ago=9)
    here.bring(page("同比增长6.2%，保持平稳。", counter=2), PAGE, days_ago=8)
    here.bring(page("同比增长6.2%，保持平稳。", counter=2), PAGE, days_ago=7)  # the same bytes again
    here.bring(b"", PAGE, days_ago=6)
    here.bring(page("同比增长6.4%，保持平稳。"), PAGE, days_ago=5)
    assert told(PAGE) == [(1, 1, ""), (2, 2, ""), (3, 1, "UNREADABLE"), (4, 1, "texts_changed")]
    assert compare_versions(PAGE, old=1, new=2).changes.is_empty
    (change,) = compare_versions(PAGE, old=2, new=4).changes.texts
    assert [(n.old, n.new) for n in change.numbers] == [("6.2%", "6.4%")]
    (back,) = compare_versions(PAGE, old=4, new=1).changes.texts
    assert [(n.old, n.new) for n in back.numbers] == [("6.4%", "6.2%")]
    with pytest.raises(Unreadable, match="version 3") as caught:
        compare_versions(PAGE)
    assert "--from" in caught.value.way_out


def test_a_lost_body_is_unreadable(here: Installation) -> None:
    first = here.bring(page("同比增长6.2%。"), PAGE, days_ago=9)
    here.bring(page("同比增长6.4%。"), PAGE, days_ago=5)
    here.archive.store.remove(body_name(first.sha256))
    assert told(PAGE) == [(1, 1, "UNREADABLE"), (2, 1, "")]
    with pytest.raises(Unreadable, match="version 1"):
        compare_versions(PAGE)


def test_a_replaced_part_makes_a_version_that_is_read_whole(here: Installation) -> None:
    here.bring(page("第一页。", pager=PAGER), PAGE, days_ago=9)
    here.bring(page("第二页，增长6.2%。"), PART, days_ago=8.9, role="part", parent_url=PAGE)
    here.bring(page("第二页，增长6.4%。"), PART, days_ago=5, role="part", parent_url=PAGE)
    here.bring(page("第一页，改。", pager=PAGER), PAGE, days_ago=3)
    assert told(PAGE) == [(1, 1, ""), (2, 1, "texts_changed"), (3, 1, "texts_changed")]
    (change,) = compare_versions(PAGE, old=1, new=2).changes.texts
    assert [(n.old, n.new) for n in change.numbers] == [("6.2%", "6.4%")]
    (change,) = compare_versions(PAGE).changes.texts
    assert (change.old, change.new) == ("第一页。", "第一页，改。")
    with pytest.raises(VersionMissing, match="isn't archived as a page"):
        look_at_versions(PART)


def test_a_page_without_its_part_is_named(here: Installation) -> None:
    here.bring(page("第一页。", pager=PAGER), PAGE, days_ago=9)
    assert told(PAGE) == [(1, 1, "PART_MISSING")]


def test_a_replaced_file_makes_a_version_of_its_page(here: Installation) -> None:
    links = f'<p><a href="{FILE}">附件：主要指标</a></p>'
    here.bring(page("同比增长6.2%。", links=links), PAGE, days_ago=9)
    old = here.bring(
        "指标说明\n\n增长6.2%。\n".encode(), FILE, days_ago=8.9, role="attachment", parent_url=PAGE
    )
    new = here.bring(
        "指标说明\n\n增长6.4%。\n".encode(), FILE, days_ago=5, role="attachment", parent_url=PAGE
    )
    assert told(PAGE) == [(1, 1, ""), (2, 1, "files")]
    comparison = compare_versions(PAGE)
    (file,) = comparison.changes.files
    assert (file.kind, file.old_sha256, file.new_sha256) == ("replaced", old.sha256, new.sha256)
    assert not comparison.changes.texts
    (change,) = compare_versions(FILE).changes.texts
    assert [(n.old, n.new) for n in change.numbers] == [("6.2%", "6.4%")]


def test_what_one_run_brings_is_one_version(here: Installation) -> None:
    links = f'<p><a href="{FILE}">附件</a></p>'
    here.bring(page("一。", links=links), PAGE, days_ago=9)
    here.bring("说明文字一。".encode(), FILE, days_ago=8.99, role="attachment", parent_url=PAGE)
    here.run_id = here.warehouse.start_run("revisit", {})
    here.bring("说明文字二。".encode(), FILE, days_ago=5, role="attachment", parent_url=PAGE)
    here.bring(page("二。", links=links), PAGE, days_ago=4.99)
    here.run_id = here.warehouse.start_run("revisit", {})
    here.bring("说明文字三。".encode(), FILE, days_ago=4.98, role="attachment", parent_url=PAGE)
    assert told(PAGE) == [(1, 1, ""), (2, 1, "texts_changed files"), (3, 1, "files")]


def test_versions_that_are_not_there_are_named(here: Installation) -> None:
    with pytest.raises(VersionMissing, match="isn't archived"):
        compare_versions(PAGE)
    here.bring(page("一。"), PAGE, days_ago=9)
    with pytest.raises(VersionMissing, match="one version only") as caught:
        compare_versions(PAGE)
    assert "metroetl revisit" in caught.value.way_out
    here.bring(page("二。"), PAGE, days_ago=8)
    with pytest.raises(VersionMissing, match="versions 1 to 2, not 7"):
        compare_versions(PAGE, old=7)
    here.bring(page("一。"), PAGE, days_ago=7, source_id="tjj_deyang")
    with pytest.raises(VersionMissing, match="deyang, tjj_deyang") as caught:
        compare_versions(PAGE)
    assert "--source" in caught.value.way_out
    assert compare_versions(PAGE, "deyang").new.number == 2


def test_a_store_that_is_away_is_no_unreadable_version(here: Installation) -> None:
    here.bring(page("一。"), PAGE, days_ago=9)
    lost = Archive(here.archive.address + "-elsewhere")
    reader = versions.Reader(here.warehouse, versions.history_of(here.warehouse, PAGE, None))
    reader.archive = lost
    with pytest.raises(MetroError) as caught:
        reader.read(1)
    assert caught.value.code == "ARCHIVE"


def test_documents_are_listed_and_those_that_changed(anywhere: Installation) -> None:
    here = anywhere
    links = f'<p><a href="{FILE}">附件</a></p>'
    here.bring(page("一。", links=links), PAGE, days_ago=9)
    here.bring("说明文字一。".encode(), FILE, days_ago=8.99, role="attachment", parent_url=PAGE)
    here.bring(page("另一来源。"), PAGE + "#2", days_ago=9, source_id="tjj_deyang")
    columns, rows = list_documents()
    assert {row[columns.index("url")] for row in rows} == {PAGE, FILE, PAGE + "#2"}
    assert [row[0] for row in list_documents("tjj_deyang")[1]] == ["tjj_deyang"]
    assert list_documents(changed=True)[1] == []
    with pytest.raises(MetroError, match="no such source"):
        list_documents("nowhere")
    read_and_stage(here.run_id, "deyang")
    here.bring(page("二。", links=links), PAGE, days_ago=5)
    read_and_stage(here.run_id, "deyang")
    (row,) = list_documents(changed=True)[1]
    assert (row[columns.index("url")], row[columns.index("contents")]) == (PAGE, 2)
    assert told(PAGE) == [(1, 1, ""), (2, 1, "texts_changed")]


def test_what_one_run_brings_of_several_days_is_several_versions(here: Installation) -> None:
    """An import brings years in one run: what came a day later is a version of its own."""
    here.bring(page("第一页。", pager=PAGER), PAGE, days_ago=9)
    here.bring(page("第二页。"), PART, days_ago=8.99, role="part", parent_url=PAGE)
    here.bring(page("第一页，改。", pager=PAGER), PAGE, days_ago=5)
    here.bring(page("第二页，改。"), PART, days_ago=3, role="part", parent_url=PAGE)
    assert [number for number, *_ in told(PAGE)] == [1, 2, 3]
