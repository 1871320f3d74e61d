"""The gravity model of published figures, and what the section says of it."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from pathlib import Path

import pytest

from metroetl.catalogue import catalogue
from metroetl.errors import CatalogueError
from metroetl.monitoring.content import Chart, Paragraph, Section, Table
from metroetl.monitoring.figures import CircleFigures, Refused, load_figures
from metroetl.monitoring.linkage import section
from metroetl.monitoring.linkage.distances import Distances, distances, hours, seats, straight_lines
from metroetl.monitoring.linkage.gravity import Gravity, gravity
from metroetl.settings import settings
from metroetl.warehouse import Warehouse

CHENGDU, DEYANG, MEISHAN, ZIYANG = "510100", "510600", "511400", "512000"
QUARTER = "2025-Q1"


@pytest.fixture(scope="module")
def chengdu(warehouse: Warehouse) -> CircleFigures:
    """All figures of the circle."""
    return load_figures(warehouse, "chengdu")


def model(data: CircleFigures, quarter: str = QUARTER, by: Distances | None = None) -> Gravity:
    found = gravity(data, quarter, by=by)
    assert isinstance(found, Gravity), found
    return found


def by_hand(data: CircleFigures, i: str, j: str, quarter: str, year_end: str) -> float:
    gdp = {c: f.value for c in (i, j) if (f := data.level(c, "GDP", quarter))}
    people = {c: f.value for c in (i, j) if (f := data.level(c, "POP", year_end))}
    return gdp[i] / (gdp[i] + gdp[j]) * sqrt(people[i] * gdp[i] * people[j] * gdp[j])


def test_it_is_the_formula_over_published_figures(chengdu: CircleFigures) -> None:
    found = model(chengdu)
    assert found.population_quarter == "2023-Q4", "of the end of 2024 fewer cities have published"
    assert {i for i, _ in found.forces} == {CHENGDU, DEYANG, ZIYANG} and len(found.forces) == 6
    for pair, force in found.forces.items():
        expected = by_hand(chengdu, *pair, QUARTER, "2023-Q4") / found.distances.by_pair[pair] ** 2
        assert force.value == pytest.approx(expected) and force.origin == "computed"
        assert len({f.evidence.observation_id for f in force.sources() if f.evidence}) == 4
    k, d = 5930.3 / (5930.3 + 771.1), found.distances.by_pair[CHENGDU, DEYANG]
    chengdu_deyang = k * sqrt(2140.3 * 5930.3 * 345.3 * 771.1) / d**2
    assert found.forces[CHENGDU, DEYANG].value == pytest.approx(chengdu_deyang)


def test_the_city_that_lacks_a_figure_is_named_and_nothing_of_the_whole_is_said(
    chengdu: CircleFigures,
) -> None:
    found = model(chengdu)
    assert found.refused == (Refused("缺2023年末常住人口", ("眉山市",)),)
    assert not found.memberships and found.rank((CHENGDU, DEYANG)) is None
    early = gravity(chengdu, "2021-Q1")
    assert isinstance(early, Refused) and "资阳市" in early.missing
    lacking = model(chengdu, QUARTER, Distances({(CHENGDU, DEYANG): 60.0}, "km"))
    assert "成都市—资阳市" in lacking.refused[1].missing and list(lacking.forces) == [(CHENGDU, DEYANG)]
    assert isinstance(gravity(CircleFigures(catalogue().circles["xian"]), QUARTER), Refused)


def whole(data: CircleFigures) -> CircleFigures:
    """The circle with an invented population of 眉山, for what only a whole circle has."""
    like = data.level(DEYANG, "POP", "2023-Q4")
    assert like
    invented = replace(like, region_code=MEISHAN, value=300.0)
    key = (MEISHAN, "POP", like.measure, "2023-Q4", "")
    return CircleFigures(data.circle, data.figures | {key: invented})


def test_memberships_of_a_city_add_up_to_the_whole(chengdu: CircleFigures) -> None:
    found = model(whole(chengdu))
    assert not found.refused and len(found.forces) == 12
    for city in chengdu.cities:
        shares = [f.value for (i, _), f in found.memberships.items() if i == city]
        assert sum(shares) == pytest.approx(100) and len(shares) == 3
    ranks = sorted(found.rank(pair) or 0 for pair in found.forces)
    assert ranks == list(range(1, 13)) and found.rank((CHENGDU, DEYANG)) == 1


@pytest.mark.parametrize(
    ("pair", "kilometres"),
    [((CHENGDU, DEYANG), 60), ((CHENGDU, MEISHAN), 73), ((CHENGDU, ZIYANG), 82), (("310000", "320100"), 270)],
)  # fmt: skip
def test_straight_lines_are_about_as_long_as_known(pair: tuple[str, str], kilometres: float) -> None:
    far = straight_lines().by_pair
    assert far[pair] == far[pair[1], pair[0]] == pytest.approx(kilometres, rel=0.04)


def test_every_city_of_a_circle_that_is_summed_has_a_seat() -> None:
    provinces = {"320000", "330000", "340000", "510000"}
    for circle in catalogue().circles.values():
        if circle.members_known:
            assert set(circle.order) - provinces <= seats().keys(), circle.id


def test_an_operators_hours_take_the_place_of_straight_lines(
    chengdu: CircleFigures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METROETL_HOME", str(tmp_path))
    settings.cache_clear()
    folder = tmp_path / "catalogue"
    folder.mkdir()
    (folder / "travel_hours.csv").write_text(
        f"from_code,to_code,hours\n{CHENGDU},{DEYANG},0.5\n{DEYANG},{CHENGDU},0.6\n{CHENGDU},{MEISHAN},0.7\n"
    )
    far = distances()
    assert far.unit == "小时" and far.by_pair[CHENGDU, DEYANG] == 0.5 and far.by_pair[DEYANG, CHENGDU] == 0.6
    assert far.by_pair[MEISHAN, CHENGDU] == 0.7, "both ways alike unless both are given"
    assert model(chengdu).refused[1].missing == (
        "成都市—资阳市",
        "德阳市—资阳市",
        "资阳市—成都市",
        "资阳市—德阳市",
    )
    (folder / "travel_hours.csv").write_text("from_code,to_code,hours\n519999,510100,1\n")
    with pytest.raises(CatalogueError, match=r"travel_hours\.csv:2"):
        hours(folder / "travel_hours.csv")


# --- the section ----------------------------------------------------------------------------------------------------


def said_of(found: Section | None) -> str:
    assert found is not None
    return "".join(b.text for b in found.blocks if isinstance(b, Paragraph))


def test_the_section_says_what_the_model_gives(chengdu: CircleFigures, warehouse: Warehouse) -> None:
    found = section(chengdu, warehouse, QUARTER)
    assert found and found.key == "linkage" and found.title == "经济联系分析"
    said = said_of(found)
    assert "在有数据的城市间，成都市与德阳市的联系最强。缺2023年末常住人口：眉山市。" in said
    assert "直线距离" in said and "2023年末数" in said and "2025年一季度数" in said
    (table,) = [b for b in found.blocks if isinstance(b, Table)]
    assert len(table.rows) == 6 and [c.text for c in table.rows[0]][::2] == ["成都市—德阳市", "—", "59"]
    assert all(list(f.sources()) for f in found.figures())
    assert len([b for b in found.blocks if isinstance(b, Chart)]) == 2


def test_the_section_of_a_whole_circle_has_memberships(chengdu: CircleFigures, warehouse: Warehouse) -> None:
    said = said_of(section(whole(chengdu), warehouse, QUARTER))
    assert "成都市与德阳市的联系最强；德阳市、眉山市、资阳市对成都市的隶属度分别为" in said


def test_the_section_of_a_quarter_without_figures_names_them(
    chengdu: CircleFigures, warehouse: Warehouse
) -> None:
    found = section(chengdu, warehouse, "2021-Q1")
    assert found and len(found.blocks) == 1 and "资阳市" in said_of(found)


def test_in_english_it_says_the_same(chengdu: CircleFigures, warehouse: Warehouse) -> None:
    found = section(chengdu, warehouse, QUARTER, "en")
    assert found and found.title == "Economic linkage"
    assert "straight line" in said_of(found) and "眉山市" in said_of(found)


def test_the_pictures_are_drawn_and_told_in_words(chengdu: CircleFigures, warehouse: Warehouse) -> None:
    import vl_convert

    found = section(chengdu, warehouse, QUARTER)
    assert found
    for chart in (b for b in found.blocks if isinstance(b, Chart)):
        svg = vl_convert.vegalite_to_svg(dict(chart.spec))
        numbers = {row.rsplit(" ", 1)[1] for row in chart.alt.split("：", 1)[1].split("、")}
        assert len(numbers) >= 3
        for wanted in ("成都市", "资阳市", *numbers):
            assert wanted in svg and wanted in chart.alt
