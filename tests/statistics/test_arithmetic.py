"""The figures of one release against each other: published figures in sentences of our own, and invented ones."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metroetl.catalogue import catalogue
from metroetl.documents.models import Block, Cell, Document, Table
from metroetl.statistics import Statement, extract_statistics
from metroetl.statistics.evidence.arithmetic import weigh_release
from metroetl.statistics.evidence.confidence import THRESHOLD
from tests.quality.bench import figure

SICHUAN = "2025年，四川省地区生产总值67665.34亿元。其中，第一产业增加值5751.35亿元，第二产业增加值23260.22亿元，第三产业增加值38653.77亿元。"
TABLE = [
    ["指标", "单位", "绝对量"],
    ["地区生产总值", "亿元", "67665.34"],
    ["第一产业增加值", "亿元", "5751.35"],
    ["第二产业增加值", "亿元", "23260.22"],
    ["第三产业增加值", "亿元", "38653.77"],
]


def read(
    text: str,
    rows: list[list[str]] | None = None,
    *,
    title: str = "2025年四川经济运行情况",
    region: str = "510000",
    day: date = date(2026, 1, 23),
) -> list[Statement]:
    """Statements of a release of one paragraph and, where rows are given, one table."""
    blocks = [Block(kind="paragraph", text=text, start=0, end=len(text))]
    if rows:
        cells, whole, at = [], "", len(text) + 1
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                cells.append(Cell(text=value, row=r, column=c, start=at, end=at + len(value)))
                whole, at = whole + value + "\t", at + len(value) + 1
        table = Table(rows=len(rows), columns=len(rows[0]), cells=cells)
        blocks.append(Block(kind="table", text=whole, start=len(text) + 1, end=at, table=table))
    document = Document(
        sha256="0" * 64,
        source_id="test",
        url="https://example.org/",
        title=title,
        published_on=day,
        region_code=region,
        text="\n".join(b.text for b in blocks),
        blocks=blocks,
    )
    return extract_statistics(document, catalogue())


def found(statements: Iterable[Statement]) -> list[tuple[str, float, list[str]]]:
    """Indicator, value and the names of what other statements say of it; figures and doubts of reading left out."""
    named = {"agrees", "sum", "share", "ratio", "growth", "change", "contribution"}
    named |= {"disagrees", "unit-error", "broken", "rounding", "sign", "mixed-vintages"}
    return [
        (s.indicator_code or s.indicator, s.value, [n for e in s.evidence if (n := e.partition("(")[0]).split(":")[0] in named])
        for s in statements
    ]  # fmt: skip


def evidence(statements: Iterable[Statement]) -> dict[tuple[str, float], list[str]]:
    return {(code, value): names for code, value, names in found(statements)}


def everywhere(statements: Iterable[Statement], name: str) -> bool:
    return all(name in names for _, _, names in found(statements))


def test_sectors_make_up_gdp() -> None:
    statements = read(SICHUAN)
    assert len(statements) == 4 and everywhere(statements, "sum:GDP")


@pytest.mark.parametrize(
    ("text", "region", "title", "name"),
    [
        # parts that miss the total by their rounding
        ("上半年，成都市地区生产总值12108.2亿元，第一产业增加值186.7亿元，第二产业增加值3267.4亿元，第三产业增加值8654.2亿元。",
         "510100", "2025年上半年", "sum:GDP"),
        ("上半年，德阳市进出口总额109.2亿元，出口74.9亿元，进口34.3亿元。", "510600", "2025年上半年", "sum:TRD"),
    ],
)  # fmt: skip
def test_parts_make_up_their_total(text: str, region: str, title: str, name: str) -> None:
    statements = read(text, region=region, title=title, day=date(2025, 7, 28))
    assert len(statements) >= 3 and everywhere(statements, name)


def test_population_its_parts_its_rate_and_its_change() -> None:
    text = (
        "2023年末，全国常住人口140967万人，比上年末减少208万人。城镇常住人口93267万人，乡村常住人口47700万人，"
        "常住人口城镇化率66.16%。2022年末全国常住人口141175万人。"
    )
    notes = evidence(read(text, region="000000", title="2023年人口情况", day=date(2024, 1, 17)))
    assert notes["POP", 140967] == ["sum:POP", "change:levels", "ratio"]
    assert notes["POP", -208] == ["change:levels"] == notes["POP", 141175]
    assert notes["POP_U", 93267] == ["sum:POP", "ratio"]
    assert notes["POP_R", 47700] == ["sum:POP"]
    assert notes["URB", 66.16] == ["ratio"]


def test_cities_make_up_the_circle_and_have_their_shares() -> None:
    text = (
        "一季度，成都都市圈一般公共预算收入582.4亿元。其中，成都市469.4亿元，德阳市48.3亿元，眉山市48.7亿元，"
        "资阳市15.9亿元。成都市一般公共预算收入占成都都市圈的比重为80.6%。"
    )
    statements = read(text, title="2022年一季度成都都市圈经济运行情况", day=date(2022, 5, 17))
    assert len(statements) == 6
    assert evidence(statements)["PBR", 80.6] == ["share"]
    assert all("sum:circle" in names for _, value, names in found(statements) if value != 80.6)


def test_a_share_printed_coarser_is_told_and_the_levels_are_not_blamed() -> None:
    cities = {"510100": "23511.3", "510600": "3265.4", "511400": "1890.1", "512000": "1090.0"}
    levels = [figure(code, "GDP", "2024", "level_ytd", value) for code, value in cities.items()]
    circle = figure("AGG.CDMC", "GDP", "2024", "level_ytd", "29756.8")
    share = figure("511400", "GDP", "2024", "share_of_circle", "6.3")
    weigh_release([circle, *levels, share], catalogue())
    assert share.evidence == [
        "rounding:share(地区生产总值6.3%≠地区生产总值1890.1亿元/地区生产总值29756.8亿元) 0.95"
    ]
    assert share.publish and all(s.evidence == ["sum:circle"] for s in (circle, *levels))


def test_contributions_to_growth() -> None:
    growth = figure("511400", "GDP", "2020", "yoy_real_ytd", "4.2")
    rates = [("VA1", "20.2"), ("VA2", "32.7"), ("VA3", "47.1")]
    points = [("VA1", "0.8"), ("VA2", "1.4"), ("VA3", "2.0")]
    given = [
        figure("511400", c, "2020", "contribution_rate", v, kind="contribution", unit="%") for c, v in rates
    ]
    given += [
        figure("511400", c, "2020", "contribution_pp", v, kind="contribution", unit="个百分点")
        for c, v in points
    ]
    weigh_release([growth, *given], catalogue())
    assert growth.evidence == ["sum:points", "contribution:points"]
    assert all(s.evidence == ["sum:contributions", "contribution:points"] for s in given[:3])
    assert all(set(s.evidence) == {"sum:points", "contribution:points"} for s in given[3:])


def test_growth_and_change_against_levels() -> None:
    text = "2024年，全市一般公共预算收入1000.0亿元，比上年增加50.0亿元，同比增长5.3%。2023年一般公共预算收入950.0亿元。"
    notes = evidence(read(text, region="510100", title="2024年财政收支情况", day=date(2025, 1, 20)))
    assert notes["PBR", 1000.0] == ["growth:levels", "growth:change", "change:levels"]
    assert notes["PBR", 5.3] == ["growth:levels", "growth:change"]
    assert notes["PBR", 50.0] == ["growth:change", "change:levels"]


def test_a_revised_base_is_told_and_does_not_stop_real_growth() -> None:
    before = figure("510100", "GDP", "2024-Q2", "level_ytd", "11152.1")
    now = figure("510100", "GDP", "2025-Q2", "level_ytd", "12108.2")
    growth = figure("510100", "GDP", "2025-Q2", "yoy_real_ytd", "5.8")
    weigh_release([before, now, growth], catalogue())
    told = "mixed-vintages:growth:levels(地区生产总值12108.2亿元/11152.1亿元=8.6%≠5.8%) 0.95"
    assert all(s.evidence == [told] and s.publish for s in (before, now, growth))


def test_real_growth_is_not_confirmed_by_nominal_levels() -> None:
    before = figure("510100", "GDP", "2023", "level_ytd", "22074.72")
    now = figure("510100", "GDP", "2024", "level_ytd", "23511.3")
    growth = figure("510100", "GDP", "2024", "yoy_real_ytd", "5.7")
    weigh_release([before, now, growth], catalogue())
    assert not any(s.evidence for s in (before, now, growth))


def test_a_lost_sign_is_the_growths() -> None:
    before = figure("510600", "TRD", "2024", "level_ytd", "200.0")
    now = figure("510600", "TRD", "2025", "level_ytd", "180.0")
    growth = figure("510600", "TRD", "2025", "yoy_nominal_ytd", "10.0")
    weigh_release([before, now, growth], catalogue())
    assert growth.evidence == ["sign:growth:levels(货物进出口总额180.0亿元/200.0亿元=-10.0%≠10.0%) 0.5"]
    assert not growth.publish and now.publish and before.publish


# --- text and table -------------------------------------------------------------------------------------------------


def test_text_and_table_that_agree() -> None:
    statements = read(SICHUAN, TABLE)
    assert len(statements) == 8
    assert all("agrees:table" in names for _, _, names in found(statements[:4]))
    assert all("agrees:text" in names for _, _, names in found(statements[4:]))
    assert all(s.publish and s.confidence > 0.9 for s in statements)


def test_fewer_decimals_are_no_disagreement() -> None:
    statements = read("2025年，四川省地区生产总值6.77万亿元，第三产业增加值38653.8亿元。", TABLE)
    notes = {(s.indicator_code, s.unit, s.decimals): s.evidence for s in statements}
    assert "agrees:table(67665.34亿元)" in notes["GDP", "万亿元", 2]
    assert "agrees:table(38653.77亿元)" in notes["VA3", "亿元", 1]
    assert "agrees:text(6.77万亿元)" in notes["GDP", "亿元", 2]
    assert all(s.publish for s in statements)


def test_a_disagreement_stops_both_and_names_both_values() -> None:
    statements = read(SICHUAN.replace("67665.34", "67565.34"), TABLE)
    text, cell = [s for s in statements if s.indicator_code == "GDP"]
    assert "disagrees:table(67565.34亿元≠67665.34亿元) 0.5" in text.evidence
    assert "disagrees:text(67665.34亿元≠67565.34亿元) 0.5" in cell.evidence
    assert not text.publish and not cell.publish
    # the sectors fit the table, which is said, and nothing is held against them
    assert "sum:GDP" in cell.evidence
    assert any(e.startswith("broken:sum:GDP(地区生产总值67565.34亿元≠") for e in text.evidence)
    sectors = [s for s in statements if s.indicator_code != "GDP"]
    assert len(sectors) == 6 and all(s.publish and "sum:GDP" in s.evidence for s in sectors)


def test_a_total_that_only_the_text_prints_is_to_blame_for_a_sum_of_restated_sectors() -> None:
    statements = read(SICHUAN.replace("67665.34", "69565.34"), [TABLE[0], *TABLE[2:]])
    total, *sectors = statements
    assert not total.publish and total.evidence[-1].startswith(
        "broken:sum:GDP(地区生产总值69565.34亿元≠第一产业增加值5751.35亿元+"
    )
    assert len(sectors) == 6 and all(s.publish for s in sectors)


def test_a_wrong_unit_is_named() -> None:
    rows = [[cell.replace("亿元", "万元") if r == 1 else cell for cell in row] for r, row in enumerate(TABLE)]
    statements = read(SICHUAN, rows)
    text, cell = [s for s in statements if s.indicator_code == "GDP"]
    assert "unit-error:table(67665.34亿元≠67665.34万元,×10^-4) 0.5" in text.evidence
    assert "unit-error:text(67665.34万元≠67665.34亿元,×10^4) 0.5" in cell.evidence
    assert all(s.publish for s in statements if s.indicator_code != "GDP")


def test_a_wrong_unit_in_a_sum_is_named_and_alone_to_blame() -> None:
    values = {"GDP": "67665.34", "VA1": "5751.35", "VA2": "232602.2", "VA3": "38653.77"}
    given = {code: figure("510000", code, "2025", "level_ytd", value) for code, value in values.items()}
    weigh_release(list(given.values()), catalogue())
    assert given["VA2"].evidence[0].startswith("unit-error:sum:GDP(") and not given["VA2"].publish
    assert all(given[code].publish and not given[code].evidence for code in ("GDP", "VA1", "VA3"))


def test_rates_that_differ_in_their_last_digit_disagree() -> None:
    text = figure("510100", "GDP", "2025", "yoy_real_ytd", "5.8")
    cell = figure("510100", "GDP", "2025", "yoy_real_ytd", "5.9", table=0, row=1, column=2)
    level = figure("510100", "VA3", "2025", "level_ytd", "3127.90")
    again = figure("510100", "VA3", "2025", "level_ytd", "3127.89", table=0, row=2, column=1)
    weigh_release([text, cell, level, again], catalogue())
    assert text.evidence == ["disagrees:table(5.8%≠5.9%) 0.5"] and not cell.publish
    assert level.evidence == ["agrees:table(3127.89亿元)"] and again.publish


def test_a_doubted_reading_is_settled_by_the_table_and_an_unsure_one_does_not_doubt_a_sure_one() -> None:
    doubts = {"confidence": 0.7, "publish": False}
    unsure = figure("510100", "GDP", "2025", "level_ytd", "24763.6", evidence=["name 0.7"], **doubts)
    cell = figure("510100", "GDP", "2025", "level_ytd", "24763.60", table=0, row=1, column=1, end=9)
    other = figure("510100", "GDP", "2025", "level_ytd", "1890.1", evidence=["name 0.7"], end=7, **doubts)
    weigh_release([unsure, cell, other], catalogue())
    assert unsure.publish and unsure.confidence == 1.0
    assert cell.publish and cell.evidence == ["agrees:text(24763.6亿元)"]
    assert not other.publish and other.confidence == 0.35


def test_what_is_doubted_in_both_places_stays_doubted() -> None:
    doubts = {"confidence": 0.76, "publish": False, "evidence": ["period:date 0.8", "place 0.95"]}
    text = figure("510100", "GDP", "2025", "level_ytd", "24763.6", **doubts)
    cell = figure("510100", "GDP", "2025", "level_ytd", "24763.6", table=0, row=1, column=1, **doubts)
    weigh_release([text, cell], catalogue())
    assert not text.publish and text.confidence == 0.76


def test_between_sentences_the_own_name_stands_against_another() -> None:
    text = "上半年，高技术产业投资增长28.8%，其中，高技术制造业投资增长41.6%。"
    statements = read(text, region="130000", title="2023年上半年", day=date(2023, 7, 20))
    assert [(s.value, s.publish) for s in statements if s.indicator_code == "FAI_HT"] in (
        [(28.8, True), (41.6, False)],
        [(28.8, True)],
    )


def test_final_and_preliminary_figures_targets_and_currencies_do_not_disagree() -> None:
    gdp = ("510000", "GDP", "2022", "level_ytd")
    given = [
        figure(*gdp, "56749.8", revision_stage="初步核算", obs_status="P"),
        figure(*gdp, "56610.2", revision_stage="最终核实"),
        figure(*gdp, "57000.0", kind="forecast"),
        figure("510000", "TRD", "2022", "level_ytd", "10076.7"),
        figure(
            "510000", "TRD", "2022", "level_ytd", "1507.6", unit="亿美元", unit_norm=None, value_norm=None
        ),
    ]
    weigh_release(given, catalogue())
    assert all(s.publish and not s.evidence for s in given)


# --- properties -----------------------------------------------------------------------------------------------------

SECTORS = ("VA1", "VA2", "VA3")


def printed(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}"


@st.composite
def releases(draw: st.DrawFn) -> list[Statement]:
    """A release whose figures were rounded from true ones: sectors, shares, trade, this year and the last."""
    decimals, place = draw(st.integers(0, 2)), draw(st.sampled_from(["510100", "510600", "310000"]))
    parts = [draw(st.floats(50, 9000)) for _ in SECTORS]
    growth, trade, out = draw(st.floats(-20, 40)), draw(st.floats(100, 5000)), draw(st.floats(0.1, 0.9))
    doubt = draw(st.sampled_from([[], ["name 0.9"], ["place 0.79"]]))
    stated = {"confidence": float(doubt[0].split()[1]) if doubt else 1.0, "evidence": doubt}
    stated["publish"] = stated["confidence"] >= THRESHOLD

    def level(code: str, value: float, period: str = "2025") -> Statement:
        return figure(place, code, period, "level_ytd", printed(value, decimals), **stated)

    figures = [level("GDP", sum(parts)), *(level(c, p) for c, p in zip(SECTORS, parts, strict=True))]
    for code, part in zip(SECTORS, parts, strict=True):
        share = printed(part / sum(parts) * 100, 1)
        figures.append(figure(place, code, "2025", "share_of_gdp", share, **stated))
    figures += [level("TRD", trade), level("EXP", trade * out), level("IMP", trade * (1 - out))]
    figures.append(level("TRD", trade / (1 + growth / 100), "2024"))
    figures.append(figure(place, "TRD", "2025", "yoy_nominal_ytd", printed(growth, 1), **stated))
    return figures


@given(releases())
@settings(max_examples=200, deadline=None)
def test_figures_that_add_up_never_lose(figures: list[Statement]) -> None:
    before = [s.confidence for s in figures]
    weigh_release(figures, catalogue())
    assert all(s.confidence >= was for s, was in zip(figures, before, strict=True))
    assert "sum:GDP" in figures[0].evidence and "sum:TRD" in figures[7].evidence


@given(releases(), st.integers(0, 3), st.floats(1.02, 3) | st.floats(0.3, 0.98))
@settings(max_examples=200, deadline=None)
def test_one_wrong_figure_is_always_found(figures: list[Statement], which: int, factor: float) -> None:
    """Beyond the tolerance of the printed digits, the wrong figure is among those that lose."""
    wrong = figures[which]
    slack = 5 * 10.0**-wrong.decimals + 0.002 * figures[0].value
    if abs(wrong.value * factor - wrong.value) <= slack:
        factor = 1 + 2 * slack / wrong.value
    wrong.value = float(printed(wrong.value * factor, wrong.decimals))
    before = [s.confidence for s in figures]
    weigh_release(figures, catalogue())
    lost = [s for s, was in zip(figures, before, strict=True) if s.confidence < was]
    assert lost and not all(s.publish for s in lost)
    assert not {id(s) for s in lost} & {id(s) for s in figures[7:]}, "trade has nothing to do with it"


@given(
    st.lists(
        st.tuples(st.sampled_from(["GDP", *SECTORS]), st.floats(-1e300, 1e300), st.booleans()), max_size=30
    )
)
@settings(max_examples=200, deadline=None)
def test_any_figures(given_figures: list[tuple[str, float, bool]]) -> None:
    figures = [
        figure("510100", code, "2025", "level_ytd", "0", row=1 if cell else None).model_copy(
            update={"value": value}
        )
        for code, value, cell in given_figures
    ]
    weigh_release(figures, catalogue())
    assert all(0 <= s.confidence <= 1 and s.publish == (s.confidence >= THRESHOLD) for s in figures)


@pytest.mark.parametrize("case", ["one fact", "many facts", "two values", "sentences"])
def test_twenty_thousand_figures_take_no_time(case: str) -> None:
    choose = random.Random(1)
    one = figure(
        "510100", "GDP", "2025", "level_ytd", "770.0", row=None if case == "sentences" else 1, table=0
    )
    many = {"indicator_code": None, "measure": "share"}
    figures = [
        one.model_copy(
            update={"value": choose.random() * 1e4 if "fact" in case else 7000.0 + 90 * (n % 2), "start": n}
            | (many | {"indicator": f"产品{n}产量"} if case == "many facts" else {})
        )
        for n in range(20_000)
    ]
    started = time.process_time()
    weigh_release(figures, catalogue())
    assert time.process_time() - started < 4


def test_close_values_in_a_row_are_not_one_value() -> None:
    values = [f"{-100 - n / 10:.1f}" for n in range(30)]
    figures = [
        figure("510100", "IND_PRF", "2025", "level_ytd", v, row=n, table=0) for n, v in enumerate(values)
    ]
    weigh_release(figures, catalogue())
    assert not any(s.publish for s in figures)
