"""Formulas against cases computed by hand, and against an index whose publisher states weights' effect: 新动能指数 2024."""

from __future__ import annotations

import math

import pytest

from metroetl.errors import WarehouseError
from metroetl.monitoring.figures import Refused
from metroetl.monitoring.index.change import change
from metroetl.monitoring.index.definitions import equal
from metroetl.monitoring.index.normalise import (
    efficacy,
    relative,
    sample_minmax,
    sample_ranks,
    sample_zscores,
)
from metroetl.monitoring.index.published import published
from metroetl.monitoring.index.score import Score, rank, score
from metroetl.monitoring.index.sensitivity import sensitivity
from metroetl.monitoring.index.weigh import covered, effective, entropy, rounded, weights_yaml
from tests.monitoring.index_cases import (
    CHENGDU,
    CIRCLE,
    DEYANG,
    ZIYANG,
    edition,
    figure,
    item,
    place,
    process,
)


def test_efficacy_coefficient_and_relative_treatment() -> None:
    assert efficacy(50, 0, 100) == 80 and efficacy(0, 0, 100) == 60 and efficacy(100, 0, 100) == 100
    assert efficacy(30, 0, 100, (50, 100)) == 65 and efficacy(30, 0, 100, (0, 100)) == 30
    assert efficacy(20, 60, 10) == 92, "a minus indicator: 60 won't do, 10 satisfies; 60 + 40·(20−60)/(10−60)"
    assert efficacy(120, 0, 100) == 108, "not cut off"
    assert relative(110, 100, "plus") == pytest.approx(110) and relative(80, 100, "minus") == 125


def test_of_a_sample() -> None:
    assert sample_minmax([1, None, 3, 2]) == [0, None, 100, 50] and sample_minmax([5, 5]) == [50, 50]
    assert sample_zscores([1, 3]) == [90, 110] and sample_zscores([2, 2]) == [100, 100]
    assert sample_ranks([10, 30, None, 30]) == [0, 50, None, 50]


def test_entropy_weights_by_hand() -> None:
    """Three places; one indicator tells all apart, one only the last: the second is the more uneven, so it weighs more."""
    made = entropy({"even": [1.0, 2.0, 3.0], "uneven": [1.0, 1.0, 3.0]})

    def gain(shifted: list[float]) -> float:
        shares = [x / sum(shifted) for x in shifted]
        return 1 + sum(p * math.log(p) for p in shares) / math.log(3)

    first, second = gain([0.01, 0.51, 1.01]), gain([0.01, 0.01, 1.01])
    assert made["even"] == pytest.approx(first / (first + second) * 100)
    assert made["uneven"] == pytest.approx(second / (first + second) * 100)
    assert made["uneven"] > made["even"] and sum(made.values()) == pytest.approx(100)
    assert entropy({"alike": [4.0, 4.0, 4.0], "apart": [1.0, 2.0, 3.0]})["alike"] == 0
    with pytest.raises(WarehouseError, match="three places"):
        entropy({"x": [1.0, 2.0]})
    with pytest.raises(WarehouseError, match="alike"):
        entropy({"x": [1.0, 1.0, 1.0]})


def test_weights_for_a_file_sum_to_a_hundred() -> None:
    thirds = {"a": 100 / 3, "b": 100 / 3, "c": 100 / 3}
    assert sum(rounded(thirds).values()) == 100
    assert (
        weights_yaml("equal", thirds) == "weighting: equal\nweights: {a: 33.3334, b: 33.3333, c: 33.3333}\n"
    )


def test_a_missing_weight_goes_to_its_dimension_and_a_whole_one_to_none() -> None:
    made = edition([item("x"), item("y"), item("z", "b")], {"x": 30, "y": 30, "z": 40})
    assert effective(made, {"x", "z"}) == pytest.approx({"x": 0.6, "z": 0.4})
    assert covered(made, {"x", "z"}) == 70
    assert effective(made, {"x", "y"}) == {}, "no other dimension can stand for b"
    assert equal(made) == {"x": 25, "y": 25, "z": 50}


# --- coverage, carrying, members -------------------------------------------------------------------------------------

TWO = edition(
    [item("x"), item("y", indicator="RS")], {"x": 80, "y": 20}, coverage={"minimum": 80, "carry_years": 1}
)


def test_eighty_per_cent_is_enough_and_less_is_not() -> None:
    enough = score(TWO, place(CHENGDU, figure(CHENGDU, "GDP", 2024, 50)), 2024)
    assert enough.value == 80 and enough.covered == 80 and enough.missing_names() == ["y"]
    little = score(TWO, place(CHENGDU, figure(CHENGDU, "RS", 2024, 50)), 2024)
    assert little.value is None and "20%" in little.why and little.dimension("a") is None
    assert little.missing_names() == ["x"]


def test_a_value_is_carried_for_one_year_and_flagged() -> None:
    levels = figure(CHENGDU, "GDP", 2024, 50)
    last = score(TWO, place(CHENGDU, levels, figure(CHENGDU, "RS", 2023, 100)), 2024)
    assert last.value == 84 and [s.item.key for s in last.carried] == ["y"]
    older = score(TWO, place(CHENGDU, levels, figure(CHENGDU, "RS", 2022, 100)), 2024)
    assert older.value == 80 and not older.carried and len(older.missing) == 1
    never = TWO.model_copy(
        update={"indicators": [i.model_copy(update={"carry": False}) for i in TWO.indicators]}
    )
    assert len(score(never, place(CHENGDU, levels, figure(CHENGDU, "RS", 2023, 100)), 2024).missing) == 1


def test_a_new_member_shifts_no_score_whatever_the_method() -> None:
    old = [
        place(r, figure(r, "GDP", 2024, v), figure(r, "RS", 2024, v / 2))
        for r, v in ((CHENGDU, 90.0), (DEYANG, 30.0))
    ]
    new = place(ZIYANG, figure(ZIYANG, "GDP", 2024, 500), figure(ZIYANG, "RS", 2024, 1))
    for how in ({}, {"normalisation": "minmax", "scale": (0, 100)}, {"aggregation": "geometric"}):
        made = TWO.model_copy(update=how)
        before = [score(made, p, 2024).value for p in old]
        after = [score(made, p, 2024) for p in (*old, new)]
        assert [s.value for s in after[:2]] == before and after[2].value is not None
    assert [rank(after, s) for s in after] == [(2, 3), (3, 3), (1, 3)], (
        "a rank isn't frozen: it is among those there"
    )


def test_a_circle_is_not_ranked_against_its_cities() -> None:
    made = edition([item("x")], {"x": 100}, members=[CHENGDU, DEYANG, CIRCLE])
    found = [
        score(made, place(r, figure(r, "GDP", 2024, v)), 2024)
        for r, v in ((CHENGDU, 9.0), (DEYANG, 5.0), (CIRCLE, 14.0))
    ]
    assert [rank(found, s) for s in found] == [(1, 2), (2, 2), (1, 1)]


def test_what_is_missing_is_named_with_the_city_and_of_a_quotient_the_figure() -> None:
    head = item("head", per={"indicator": "POP", "measure": "level_eop"})
    made = edition([item("x"), head], {"x": 50, "head": 50}, members=[CIRCLE])
    cities = [figure(c, "GDP", 2024, 10) for c in (CHENGDU, DEYANG, "511400")]
    heads = [figure(c, "POP", 2024, 1, "level_eop") for c in (CHENGDU, DEYANG, ZIYANG)]
    lacking = score(made, place(CIRCLE, *cities, *heads), 2024)
    assert lacking.missing_names() == ["x（缺资阳市）", "head（缺资阳市地区生产总值）"]
    summed = score(made, place(CIRCLE, *cities, figure(ZIYANG, "GDP", 2024, 10), *heads), 2024)
    assert summed.d == {"x": 76} and summed.missing_names() == ["head（缺眉山市常住人口）"]


# --- contributions ---------------------------------------------------------------------------------------------------


def test_the_contributions_of_a_published_index_are_met() -> None:
    """新动能指数 2024: from its sub-indices, their growth and weights .3 .3 .2 .2, whole and 贡献率 as 国家统计局 states them."""
    stated = {r.part: r for r in published() if r.index == "nbs_drivers"}
    parts = {"network": ("GDP", 16.2, 35.2), "innovation": ("RS", 13.2, 28.5), "vitality": ("PBR", 14.5, 19.6), "upgrading": ("TRD", 12.5, 16.7)}  # fmt: skip
    weights = {"network": 30.0, "innovation": 30.0, "vitality": 20.0, "upgrading": 20.0}
    made = process({k: code for k, (code, *_) in parts.items()}, weights, base=2022)
    values = []
    for key, (code, rate, _) in parts.items():
        now = float(stated[key].value or 0)
        values += [
            figure(CHENGDU, code, 2022, 100),
            figure(CHENGDU, code, 2024, now),
            figure(CHENGDU, code, 2023, now / (1 + rate / 100)),
        ]
    before, after = (score(made, place(CHENGDU, *values), year) for year in (2023, 2024))
    assert after.value == pytest.approx(float(stated[""].value or 0), abs=0.05) == pytest.approx(136.0)
    moved = change(before, after)
    assert moved and moved.total / (before.value or 0) * 100 == pytest.approx(14.2, abs=0.05)
    for key, (_, _, share) in parts.items():
        assert moved.rate(moved.of(key) or 0) == pytest.approx(share, abs=0.15), key


@pytest.mark.parametrize("how", ["arithmetic", "geometric"])
def test_contributions_sum_to_the_change_exactly(how: str) -> None:
    made = process({"x": "GDP", "y": "RS", "z": "TRD"}, {"x": 50, "y": 30, "z": 20}, aggregation=how)
    values = [figure(CHENGDU, c, y, v) for c, y, v in (
        ("GDP", 2023, 80), ("GDP", 2024, 100), ("RS", 2023, 50), ("RS", 2024, 45), ("TRD", 2023, 7), ("TRD", 2024, 7),
    )]  # fmt: skip
    before, after = (score(made, place(CHENGDU, *values), year) for year in (2023, 2024))
    moved = change(before, after)
    assert moved and moved.total == pytest.approx((after.value or 0) - 100)
    assert (
        sum(v for _, v in moved.items) == pytest.approx(moved.total, abs=1e-12)
        and abs(moved.coverage) < 1e-12
    )
    assert moved.of("z") == 0 and (moved.of("y") or 0) < 0 < (moved.of("x") or 0)
    if how == "arithmetic":
        assert moved.of("x") == pytest.approx(0.5 * 25) and moved.of("y") == pytest.approx(-0.3 * 10)
    else:
        assert after.value == pytest.approx(125**0.5 * 90**0.3 * 100**0.2)


def test_what_came_from_coverage_is_told_apart() -> None:
    made = process({"x": "GDP", "y": "RS"}, {"x": 80, "y": 20}, coverage={"minimum": 80, "carry_years": 0})
    values = [
        figure(CHENGDU, "GDP", 2023, 100),
        figure(CHENGDU, "GDP", 2024, 110),
        figure(CHENGDU, "RS", 2023, 100),
    ]
    before, after = (score(made, place(CHENGDU, *values), year) for year in (2023, 2024))
    moved = change(before, after)
    assert moved and moved.total == pytest.approx(10) and moved.of("y") is None
    assert moved.of("x") == pytest.approx(0.9 * 10), "by the mean of its weights .8 and 1"
    assert moved.coverage == pytest.approx(1)


def test_growth_is_chained_from_the_base_and_a_gap_in_it_is_named() -> None:
    made = process({"x": "GDP"}, {"x": 100}, base=2022)
    chained = made.model_copy(
        update={
            "indicators": [made.indicators[0].model_copy(update={"take": "chain", "measure": "yoy_real_ytd"})]
        }
    )
    rates = {y: figure(CHENGDU, "GDP", y, r, "yoy_real_ytd") for y, r in ((2023, 10.0), (2024, -50.0))}
    assert score(chained, place(CHENGDU, *rates.values()), 2024).value == pytest.approx(55)
    torn = score(chained, place(CHENGDU, rates[2024]), 2024)
    assert (
        torn.value is None
        and isinstance(torn.items[0].raw.value, Refused)
        and "2023" in torn.items[0].raw.value.why
    )


# --- sensitivity -----------------------------------------------------------------------------------------------------


def _pair(x: float, y: float, region: str) -> Score:
    made = edition([item("x"), item("y", indicator="RS")], {"x": 50, "y": 50})
    return score(made, place(region, figure(region, "GDP", 2024, x), figure(region, "RS", 2024, y)), 2024)


def test_ranks_move_where_two_are_close_and_stay_where_they_are_apart() -> None:
    close = [_pair(90, 10, CHENGDU), _pair(10, 88, DEYANG), _pair(1, 1, ZIYANG)]
    first, second, last = sensitivity(close, 2024)
    assert (first.rank, first.best, first.worst) == (1, 1, 2) and (second.best, second.worst) == (1, 2)
    assert (last.rank, last.best, last.worst, last.kept) == (3, 3, 3, 100)
    assert 50 < first.kept < 100 and first.low < (first.score.value or 0) < first.high
    assert first.low <= efficacy(90, 0, 100) * 0.4 / 0.9 + efficacy(10, 0, 100) * 0.5 / 0.9, (
        "x weighs 20 % less"
    )
    assert set(first.ranks) == {"equal", "geometric", "minmax", "zscore", "rank"}
    uneven, even = sensitivity([_pair(90, 10, CHENGDU), _pair(48, 48, DEYANG)], 2024)
    assert uneven.rank == 1 and uneven.ranks["geometric"] == 2, "the geometric mean compensates less"
    assert even.ranks["geometric"] == 1 == even.best
    assert sensitivity(close, 2024) == [first, second, last], "seeded: the same draws"
