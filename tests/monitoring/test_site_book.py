"""How a document's text is cut into passages with marks."""

from __future__ import annotations

from metroetl.monitoring.site.book import Mark, Passage, passages
from metroetl.monitoring.site.grids import item
from metroetl.monitoring.site.pages import inline_json

TEXT = "无关的一句。\n成都、德阳分别为24763.6亿元、3387.1亿元，同比增长。\n指标\t绝对量\nGDP\t1015036\nVA1\t58061\n"


def mark(quote: str, value: str, anchor: str) -> Mark:
    start = TEXT.index(quote)
    return Mark(anchor, start, start + len(quote), value, ("成都市",))


def plain(passage: Passage) -> list[list[str]]:
    """Cells as texts: what is marked in brackets, its numbers with the anchors before them."""

    def text(cell: object) -> str:
        return "".join(
            f"{'[' if s.opens else ''}{'|'.join(m.anchor for m in s.marks)}{s.text}{']' if s.closes else ''}"
            for s in cell  # type: ignore[attr-defined]
        )

    return [[text(cell) for cell in row] for row in passage.cells]


def test_spans_that_overlap_are_one_mark_with_an_anchor_at_each_number() -> None:
    first = mark("成都、德阳分别为24763.6亿元", "24763.6", "a")
    second = mark("成都、德阳分别为24763.6亿元、3387.1亿元", "3387.1", "b")
    (only,) = passages(TEXT, [first, second])
    assert plain(only) == [["[成都、德阳分别为a24763.6亿元、b3387.1亿元]，同比增长。"]]


def test_two_figures_of_one_number_have_an_anchor_each() -> None:
    quote = "成都、德阳分别为24763.6亿元"
    (only,) = passages(TEXT, [mark(quote, "24763.6", "a"), mark(quote, "24763.6", "b")])
    assert plain(only) == [["[成都、德阳分别为a|b24763.6亿元]、3387.1亿元，同比增长。"]]


def test_rows_of_a_table_stand_under_its_first_row() -> None:
    (only,) = passages(TEXT, [mark("58061", "58061", "a")])
    assert (only.table, only.head, plain(only)) == (True, ["指标", "绝对量"], [["VA1", "[a58061]"]])


def test_a_number_that_is_not_in_its_span_marks_the_whole_span() -> None:
    (only,) = passages(TEXT, [mark("同比增长", "一成", "a")])
    assert plain(only) == [["成都、德阳分别为24763.6亿元、3387.1亿元，[a同比增长]。"]]
    assert passages("另一个文本", [Mark("a", 90, 95, "1", ())]) == []


def test_json_in_a_page_ends_no_script() -> None:
    assert "<" not in inline_json({"a": "</script><!--\u2028"}) and "\u2028" not in inline_json("\u2028")


def test_only_web_addresses_are_linked() -> None:
    assert item("x", "javascript:alert(1)").to == "" and item("x", "https://a.example").to
    assert (item(None).text, item(0).text, item(1.50).text) == ("—", "0", "1.5")
