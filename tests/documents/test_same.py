"""The same paper on several sites is told from papers that only look alike (works.yml: synthetic, in our own words)."""

from __future__ import annotations

from datetime import date

import pytest

from metroetl.documents.candidates import Names, Sketches
from metroetl.documents.naming import number_key, title_layers
from metroetl.documents.same import Paper, judge
from tests.documents.works import Shown, all_papers, pairs


@pytest.fixture(scope="module")
def shown() -> list[Shown]:
    return all_papers()


def test_no_two_papers_are_tied_that_are_not_one_and_few_copies_are_missed(shown: list[Shown]) -> None:
    """Limits were chosen on the half `dev`; the half `held` measures them."""
    for half in ("dev", "held"):
        mine = [s for s in shown if s.half == half]
        same = [(a, b) for a, b in pairs(mine) if a.work == b.work]
        tied = [(a, b) for a, b in pairs(mine) if judge(a.paper, b.paper)]
        wrong = [(a.paper.id, b.paper.id) for a, b in tied if a.work != b.work]
        assert not wrong
        assert len(tied) / len(same) >= 0.88, half


def test_who_forwards_a_paper_whole_is_told(shown: list[Shown]) -> None:
    forwarders = [s for s in shown if s.forwarding]
    assert len(forwarders) == 2
    for outer in forwarders:
        original = next(s for s in shown if s.paper.id == outer.work)
        for tie in (judge(outer.paper, original.paper), judge(original.paper, outer.paper)):
            assert tie is not None
            assert tie.forwarder == outer.paper.id


def test_candidates_hold_every_pair_that_is_tied(shown: list[Shown]) -> None:
    papers = [s.paper for s in shown]
    sketches = Sketches()
    for paper in papers:
        sketches.add(paper)
    found = Names(papers).pairs(papers) | set(sketches.pairs(p.id for p in papers))
    tied = {tuple(sorted((a.paper.id, b.paper.id))) for a, b in pairs(shown) if judge(a.paper, b.paper)}
    assert len(tied - found) <= 0.02 * len(tied)
    assert len(found) < 0.1 * len(papers) * len(papers) / 2


@pytest.mark.parametrize(
    ("number", "key"),
    [
        ("甲府发〔2025〕6号", "甲府发〔2025〕6号"),
        ("甲府发[2025] 6 号", "甲府发〔2025〕6号"),
        ("甲府发（２０２５）第06号", "甲府发〔2025〕6号"),
        ("甲市人民政府令第31号", "甲市人民政府令31号"),
        ("2025年第12号", ""),
        ("无", ""),
        (None, ""),
    ],
)
def test_a_number_has_one_form(number: str | None, key: str) -> None:
    assert number_key(number) == key


def test_a_title_is_peeled_layer_by_layer() -> None:
    inner = "《丙省银发经济三年行动计划（2025—2027年）》"
    notice = f"丙省人民政府办公厅关于印发{inner}的通知（丙府办发〔2025〕11号）"
    outer = f"甲市人民政府办公室转发《{notice}》的通知"
    key = "丙省银发经济三年行动计划20252027年"
    assert title_layers(inner) == (key,)
    assert title_layers(notice) == (f"关于印发{key}的通知", key)
    assert title_layers(outer)[1:] == title_layers(notice)


TEXT = (
    "甲市今年安排养护资金三千万元，重点用于县道乡道的日常保洁和路面修补。" * 4
    + "各县区按季度上报进度，市级按年度考核。"
)


def paper(name: str, **values: object) -> Paper:
    known = {
        "id": name,
        "key": name,
        "url": f"https://{name}.example.cn/",
        "title": "关于农村公路养护的通知",
        "text": TEXT,
    }
    return Paper(**(known | values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "tied"),
    [
        ({}, True),
        ({"number": "甲府发〔2025〕6号"}, True),
        ({"number": "甲府发〔2025〕7号"}, True),
        ({"written_on": date(2025, 3, 2)}, False),
        ({"day": date(2026, 3, 1)}, False),
        ({"title": "关于农村公路养护的通知（征求意见稿）"}, False),
        ({"text": TEXT.replace("三千万元", "3000万元")}, False),
        ({"text": TEXT[:150]}, True),
        ({"text": TEXT[:60]}, False),
        ({"key": "a"}, False),
        ({"parent_url": "https://a.example.cn/"}, False),
        ({"title": "甲市三千万元养好农村路", "day": date(2025, 3, 5)}, True),
        ({"title": "甲市三千万元养好农村路", "day": date(2025, 5, 5)}, False),
        ({"title": "关于山区公路养护的通知"}, False),
    ],
)
def test_what_speaks_for_and_against(values: dict[str, object], tied: bool) -> None:
    first = paper("a", day=date(2025, 3, 1), written_on=date(2025, 3, 1))
    other = paper("b", **({"day": date(2025, 3, 1)} | values))
    assert (judge(first, other) is not None) is tied
    assert (judge(other, first) is not None) is tied


def test_other_numbers_of_two_papers_are_enough_to_keep_them_apart() -> None:
    assert judge(paper("a", number="甲府发〔2025〕6号"), paper("b", number="甲府发〔2025〕6 号")) is not None
    assert judge(paper("a", number="甲府发〔2025〕6号"), paper("b", number="甲府发〔2025〕7号")) is None
