"""Names that the catalogue lacks: forms of one name are one, most frequent first, with what they resemble."""

from __future__ import annotations

from metroetl.catalogue import catalogue
from metroetl.statistics.gaps import Mention, find_gaps


def mention(name: str, document: str = "a", seen: str = "2025-04-28", region: str = "德阳市") -> Mention:
    return Mention(name, region, document, seen, f"{name}12.5亿元")


def test_forms_of_a_name_are_one() -> None:
    gaps = find_gaps(
        [
            mention("规上电子信息制造业增加值", "a", "2025-04-28"),
            mention("规模以上电子信息制造业增加值", "b", "2025-07-28", "成都市"),
            mention("规模以上电子信息制造业增加值", "b", "2025-07-28"),
            mention("夜光藻出口额"),
            mention("夜光藻出口总额", "c"),
            mention("夜光藻出口"),
            mention("夜光藻产量"),
        ],
        catalogue(),
    )
    assert [(g.name, g.statements, g.documents) for g in gaps] == [
        ("夜光藻出口额", 3, 2),
        ("规模以上电子信息制造业增加值", 3, 2),
        ("夜光藻产量", 1, 1),
    ]
    electronics = next(g for g in gaps if len(g.regions) == 2)
    assert electronics.regions == ["德阳市", "成都市"]
    assert electronics.forms == ["规模以上电子信息制造业增加值", "规上电子信息制造业增加值"]
    assert (electronics.last_seen, electronics.document) == ("2025-07-28", "b")
    assert electronics.quote.startswith("规模以上电子信息")


def test_nearest_names_have_their_codes() -> None:
    (gap,) = find_gaps([mention("社会消费零售品总额")], catalogue())
    assert gap.nearest[0] == ("社会消费品零售总额", "RS")
    assert all(code in catalogue().indicators for _, code in gap.nearest)
    (strange,) = find_gaps([mention("xyz")], catalogue())
    assert strange.nearest == []


def test_a_name_of_the_word_lists_is_marked() -> None:
    marked = {
        g.name: g.listed for g in find_gaps([mention("城镇消费品零售额"), mention("夜光藻产量")], catalogue())
    }
    assert marked == {"城镇消费品零售额": True, "夜光藻产量": False}
