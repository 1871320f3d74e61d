"""Two versions of a document compared: what changed is told, what is noise isn't."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from metroetl.documents import content_hash
from metroetl.documents.compare import Changes, Comparison, Version, compare
from metroetl.documents.compare.page import render_page
from metroetl.documents.grid import build_table, place_cells
from metroetl.documents.models import Attachment, Document
from metroetl.documents.writer import TextWriter

GDP = "一季度，全市实现地区生产总值5930.3亿元，同比增长6.2%。"
INDUSTRY = "规模以上工业增加值同比增长7.5%，工业生产保持平稳增长。"
PRICES = "居民消费价格同比下降0.2%，其中食品价格上涨1.1%。"
HEADS = ["指标", "绝对量", "同比增长（%）"]
ROWS = [["地区生产总值", "5930.3", "6.2"], ["第一产业", "181.5", "3.1"], ["第二产业", "2100.0", "6.0"]]
Rows = list[list[str]]


def document(*parts: str | Rows, **facts: Any) -> Document:
    """A document of paragraphs and tables, in order."""
    writer = TextWriter()
    for part in parts:
        if isinstance(part, str):
            writer.write("paragraph", part)
        elif table := build_table(place_cells([[(cell, 1, 1) for cell in row] for row in part])):
            writer.write_table(table)
    given = {
        "title": "甲市经济运行情况",
        "sha256": "0" * 64,
        "source_id": "jia",
        "url": "https://a.cn/1.html",
    }
    return Document.model_validate({**given, **facts, "text": writer.text, "blocks": writer.blocks})


# --- text ---


def test_a_changed_number_is_told_with_what_it_is_of() -> None:
    (change,) = compare(document(GDP, PRICES), document(GDP.replace("6.2%", "6.4%"), PRICES)).texts
    assert [(p.op, p.text) for p in change.pieces] == [
        ("same", "一季度，全市实现地区生产总值5930.3亿元，同比增长"),
        ("removed", "6.2%"),
        ("added", "6.4%"),
        ("same", "。"),
    ]
    assert [(n.name, n.old, n.new) for n in change.numbers] == [("同比增长", "6.2%", "6.4%")]
    assert (change.kind, change.old_place, change.new_place) == ("changed", 1, 1)


def test_replaced_words_are_told_whole() -> None:
    other = INDUSTRY.replace("保持平稳增长", "呈现平缓回升态势")
    (change,) = compare(document(INDUSTRY), document(other)).texts
    told = {p.op: p.text for p in change.pieces if p.op != "same"}
    assert told == {"removed": "保持平稳增长", "added": "呈现平缓回升态势"}
    assert not change.numbers


def test_paragraphs_come_go_and_move() -> None:
    changes = compare(document(GDP, INDUSTRY, PRICES), document(PRICES, GDP, "更正说明：数据已更正。"))
    assert sorted((t.kind, t.old_place, t.new_place) for t in changes.texts) == [
        ("added", None, 3),
        ("moved", 3, 1),
        ("removed", 2, None),
    ]


def test_a_moved_paragraph_with_another_number_is_a_change() -> None:
    other = PRICES.replace("0.2%", "0.1%")
    changes = compare(document(GDP, INDUSTRY, PRICES), document(other, GDP, INDUSTRY))
    (change,) = changes.texts
    assert (change.kind, change.old_place, change.new_place) == ("changed", 3, 1)
    assert [(n.old, n.new) for n in change.numbers] == [("0.2%", "0.1%")]


@pytest.mark.parametrize(
    "other",
    [
        [GDP, "浏览次数：98765次", PRICES],
        [GDP, "浏览次数：12次 页面生成时间：2025-04-30 10:11:12", PRICES],
        [GDP.replace("，", "， "), "　浏览次数：12 次", PRICES],
        [GDP[:12], GDP[12:], "浏览次数：12次", PRICES],
        [GDP, "浏览次数：", "12次", PRICES],
    ],
)
def test_noise_is_no_change(other: list[str]) -> None:
    one = document(GDP, "浏览次数：12次", PRICES)
    assert compare(one, document(*other)).is_empty
    # and beside a change it isn't told either
    changes = compare(one, document(*other[:-1], PRICES.replace("0.2%", "0.1%")))
    assert [t.kind for t in changes.texts] == ["changed"]


def test_the_same_pieces_in_another_order_are_told() -> None:
    changes = compare(document(GDP, [HEADS, *ROWS]), document([HEADS, *ROWS], GDP))
    assert changes.rearranged and not changes.texts and not changes.tables


def test_text_without_blocks_is_compared_by_lines() -> None:
    one, other = (document().model_copy(update={"text": f"{GDP}\n{last}"}) for last in (PRICES, INDUSTRY))
    assert {t.kind for t in compare(one, other).texts} == {"removed", "added"}


# --- facts and files ---


def test_facts_are_told() -> None:
    facts = {"published_on": date(2025, 4, 20), "doc_number": "甲统〔2025〕6号"}
    later = {"published_on": date(2025, 4, 27), "title": "甲市经济运行情况（更正）"}
    changes = compare(document(GDP, **facts), document(GDP, **later))
    assert [(f.name, f.old, f.new) for f in changes.fields] == [
        ("title", "甲市经济运行情况", "甲市经济运行情况（更正）"),
        ("doc_number", "甲统〔2025〕6号", None),
        ("published_on", "2025-04-20", "2025-04-27"),
    ]
    assert not changes.texts


def test_files_are_told() -> None:
    def file(name: str, url: str) -> Attachment:
        return Attachment(url=f"https://a.cn/{url}", name=name)

    one = document(attachments=[file("表", "1.xls"), file("说明", "2.pdf"), file("名单", "3.pdf")])
    other = document(
        attachments=[file("表", "1.xls"), file("说明", "20.pdf"), file("图", "4.pdf"), file("旧", "5.pdf")]
    )
    other.attachments[3] = file("名单", "30.pdf")
    sums = {"https://a.cn/1.xls": "a", "https://a.cn/3.pdf": "c"}
    later = {"https://a.cn/1.xls": "b", "https://a.cn/30.pdf": "c"}
    changes = compare(one, other, sums, later)
    assert [(f.kind, f.name, f.old_sha256, f.new_sha256) for f in changes.files] == [
        ("replaced", "表", "a", "b"),
        ("replaced", "说明", None, None),
        ("moved", "名单", "c", "c"),
        ("added", "图", None, None),
    ]
    assert compare(one, one, sums, {}).is_empty  # what isn't known says nothing
    renamed = document(attachments=[file("附表", "1.xls"), *one.attachments[1:]])
    assert [f.kind for f in compare(one, renamed).files] == ["renamed"]


# --- tables ---


def one_table(old: Rows, new: Rows) -> Any:
    (change,) = compare(document(old), document(new)).tables
    return change


def test_cells_are_told_by_row_and_column() -> None:
    change = one_table([HEADS, *ROWS], [HEADS, ["地区生产总值", "5931.0", "6.4"], *ROWS[1:]])
    assert [(c.row, c.column, c.old, c.new) for c in change.cells] == [
        ("地区生产总值", "绝对量", "5930.3", "5931.0"),
        ("地区生产总值", "同比增长（%）", "6.2", "6.4"),
    ]
    assert not change.rows and not change.columns


def test_an_inserted_row_changes_no_other() -> None:
    change = one_table(
        [HEADS, *ROWS], [HEADS, ["总人口", "2140", "0.3"], *ROWS[:2], ["第二产业", "2100.0", "6.1"]]
    )
    assert [(r.kind, r.label) for r in change.rows] == [("added", "总人口")]
    assert [(c.row, c.old, c.new) for c in change.cells] == [("第二产业", "6.0", "6.1")]


def test_serial_numbers_are_no_labels_and_no_change() -> None:
    old = [["序号", *HEADS], *([str(n), *row] for n, row in enumerate(ROWS, 1))]
    new = [
        ["序号", *HEADS],
        ["1", "总人口", "2140", "0.3"],
        *([str(n), *row] for n, row in enumerate(ROWS, 2)),
    ]
    change = one_table(old, new)
    assert [(r.kind, r.label) for r in change.rows] == [("added", "总人口")]
    assert not change.cells


def test_sorted_anew_rows_are_found_by_their_label() -> None:
    change = one_table([HEADS, *ROWS], [HEADS, ROWS[2], ["地区生产总值", "5930.3", "6.3"], ROWS[1]])
    assert [(c.row, c.old, c.new) for c in change.cells] == [("地区生产总值", "6.2", "6.3")]
    assert {r.kind for r in change.rows} == {"moved"}


def test_a_new_column_changes_no_cell() -> None:
    change = one_table([HEADS, *ROWS], [[*HEADS, "位次"], *([*row, "1"] for row in ROWS)])
    assert [(c.old, c.new) for c in change.columns] == [(None, "位次")]
    assert not change.cells and not change.rows


def test_a_table_comes_and_one_without_heads_changes() -> None:
    plain = [["甲市", "12.0"], ["乙市", "13.0"]]
    changes = compare(
        document(GDP, plain), document(GDP, [["甲市", "12.0"], ["乙市", "14.0"]], [HEADS, *ROWS])
    )
    changed, added = changes.tables
    assert [(c.row, c.column, c.number, c.old, c.new) for c in changed.cells] == [
        ("乙市", "", 2, "13.0", "14.0")
    ]
    assert added.kind == "added" and len(added.rows) == 3


# --- what always holds ---

LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [GDP, INDUSTRY, PRICES, "浏览次数：5次", "", "　", "附件", GDP.replace("6.2", "6.4")]
        ),
        st.text("增长下降工业，。%12.3 \u3000a<", max_size=12).map(lambda s: s.replace("\n", " ")),
        st.lists(
            st.lists(st.sampled_from(["", "甲", "乙", "1.0", "2.0"]), min_size=2, max_size=2), max_size=4
        ),
    ),
    max_size=7,
)
NAMES = st.lists(st.sampled_from(["1.xls", "2.xls", "3.pdf"]), unique=True, max_size=3)


def made(lines: list[Any], names: list[str]) -> Document:
    files = [Attachment(url=f"https://a.cn/{n}", name=f"附件{len(n)}") for n in names]
    return document(*lines, attachments=files)


@given(LINES, NAMES)
def test_nothing_differs_from_itself(lines: list[Any], names: list[str]) -> None:
    assert compare(made(lines, names), made(lines, names)).is_empty


@given(LINES, LINES, NAMES, NAMES)
def test_the_other_way_round_is_the_reverse(
    one: Any, other: Any, names: list[str], others: list[str]
) -> None:
    a, b = made(one, names), made(other, others)
    assert told(compare(a, b), "old", "new") == told(compare(b, a), "new", "old")


def told(changes: Changes, was: str, now: str) -> Counter[Any]:
    """Everything found, from one side."""
    swap = {"added": "removed", "removed": "added"} if was == "new" else {}
    ops = {was: "removed", now: "added"} if was == "old" else {was: "added", now: "removed"}
    found: Counter[Any] = Counter()
    for text in changes.texts:
        sides = [(getattr(text, s), getattr(text, f"{s}_place")) for s in (was, now)]
        numbers = [(getattr(n, was), getattr(n, now)) for n in text.numbers]
        pieces = ["".join(p.text for p in text.pieces if p.op == ops[s]) for s in (was, now)]
        found[swap.get(text.kind, text.kind), *sides, *numbers, *pieces] += 1
    for table in changes.tables:
        places = [getattr(table, f"{s}_place") for s in (was, now)]
        cells = [(getattr(c, was), getattr(c, now)) for c in table.cells]
        rows = [(swap.get(r.kind, r.kind), *r.cells) for r in table.rows if r.kind != "moved"]
        found[swap.get(table.kind, table.kind), *places, *sorted(cells), *sorted(rows)] += 1
    for file in changes.files:
        found[swap.get(file.kind, file.kind), getattr(file, f"{was}_url"), getattr(file, f"{now}_url")] += 1
    found["rearranged"] = changes.rearranged
    return found


@given(LINES, LINES, NAMES, NAMES)
def test_no_change_where_the_content_hash_is_the_same_and_one_where_it_isnt(
    one: Any, other: Any, names: list[str], others: list[str]
) -> None:
    a, b = made(one, names), made(other, others)
    assert compare(a, b).is_empty == (content_hash(a) == content_hash(b))


@given(LINES, LINES)
def test_pieces_give_both_paragraphs_back(one: Any, other: Any) -> None:
    for text in compare(made(one, []), made(other, [])).texts:
        if text.kind == "changed":
            for side, op in ((text.old, "removed"), (text.new, "added")):
                whole = "".join(p.text for p in text.pieces if p.op in ("same", op))
                assert "".join(whole.split()) == "".join(str(side).split())


@pytest.mark.parametrize("kind", ["numbers", "words", "unrelated", "repeated"])
def test_the_time_for_five_thousand_paragraphs_is_bounded(kind: str) -> None:
    dice = random.Random(kind)

    def words(count: int) -> str:
        return "".join(
            dice.choices("经济运行总体平稳稳中有进工业生产较快增长服务业持续恢复居民收入", k=count)
        )

    one = [
        f"{words(90)}，实现{dice.random() * 1000:.1f}亿元，增长{dice.random() * 10:.1f}%。"
        for _ in range(5000)
    ]
    other = {
        "numbers": [line.replace(".", "1.") for line in one],
        "words": [line[:20] + words(30) + line[50:] for line in one],
        "unrelated": [words(100) for _ in one],
        "repeated": ["附件", "附表"] * 2500,
    }[kind]
    a, b = document(*one), document(*other)
    start = time.process_time()
    assert not compare(a, b).is_empty
    assert time.process_time() - start < 20


# --- the page ---


def test_the_page_shows_what_changed_and_none_of_the_markup_of_its_text() -> None:
    evil = '<script>alert("x")</script><img src=x onerror=alert(1)>\x1b]0;y\x07\u202e'
    one = document(GDP, PRICES, [HEADS, *ROWS], title=evil)
    other = document(
        GDP.replace("6.2%", "6.4%"),
        PRICES + evil,
        [HEADS, [evil, "1.0", "2.0"], *ROWS],
        title=f"{evil}（更正）",
        attachments=[Attachment(url="javascript:alert(1)", name=evil)],
    )
    at = datetime(2025, 4, 20, 1, 30, tzinfo=UTC)
    versions = [
        Version(number=n, first_seen_at=at, last_seen_at=at, seen=3, sha256=c * 64, size=1234)
        for n, c in ((1, "a"), (2, "b"))
    ]
    comparison = Comparison(
        source_id="jia",
        url="javascript:alert(1)",
        title=evil,
        old=versions[0],
        new=versions[1],
        changes=compare(one, other),
    )
    page = render_page(comparison)
    soup = BeautifulSoup(page, "lxml")
    assert not soup.find(["script", "img", "iframe"]) and not soup.find(href=lambda h: h and ":" in h)
    assert "\x1b" not in page and "\u202e" not in page and "&amp;lt;" not in page
    assert 'alert("x")' in soup.get_text()
    for piece in ("aaaaaaaaaaaa", "bbbbbbbbbbbb", "2025-04-20 01:30 UTC", "1,234"):
        assert piece in soup.get_text()
    assert "6.2%" in [t.get_text() for t in soup.find_all("del")]
    assert "6.4%" in [t.get_text() for t in soup.find_all("ins")]
    assert "http" not in page.replace("http-equiv", "")
