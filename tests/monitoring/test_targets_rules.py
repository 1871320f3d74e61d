"""Lights, classes and rules: each boundary that a rule names, and what a mistake in a file says."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from metroetl.catalogue.files import YamlFile
from metroetl.catalogue.load import FOLDER
from metroetl.errors import CatalogueError
from metroetl.monitoring.targets import item_light
from metroetl.monitoring.targets.lights import Standing, item_standing, light_of, months_late
from metroetl.monitoring.targets.rules import (
    AssessmentRule,
    LightRules,
    TrendClasses,
    assessment_rules,
    chosen,
    light_rules,
    trend_classes,
)


@pytest.mark.parametrize(
    ("standing", "light", "stated"),
    [
        ({"behind": -5.0}, "green", True),
        ({"behind": 0.0}, "green", True),
        ({"behind": 0.1}, "green", False),
        ({"behind": 9.9}, "green", False),
        ({"behind": 9.9, "overdue": False}, "green", False),
        ({"behind": 9.9, "overdue": True}, "yellow", False),
        ({"behind": 10.0}, "yellow", True),
        ({"behind": 30.0}, "yellow", True),
        ({"behind": 30.1}, "red", True),
        ({"start_late": 0}, "grey", True),
        ({"start_late": 1}, "yellow", True),
        ({"start_late": 2}, "yellow", True),
        ({"start_late": 3}, "red", True),
        ({"entry_late": 1}, "yellow", True),
        ({"entry_late": 2}, "red", True),
        ({"behind": -5.0, "start_late": 1}, "yellow", True),
        ({"behind": 40.0, "start_late": 1}, "red", True),
        ({"behind": 40.0, "done": True}, "green", False),
        ({}, "grey", True),
    ],
)
def test_yinchuan(standing: dict[str, Any], light: str, stated: bool) -> None:
    lit = light_of(Standing(**standing), light_rules()["yinchuan"])
    assert (lit.light, lit.stated) == (light, stated)
    assert lit.note and lit.rules == "yinchuan"


@pytest.mark.parametrize(
    ("standing", "light"),
    [
        ({"done_this_month": False}, "red"),
        ({"done_this_month": False, "caught_up": False}, "red"),
        ({"done_this_month": False, "caught_up": True}, "yellow"),
        ({"done_this_month": True}, "green"),
        ({"behind": 50.0}, "grey"),
    ],
)
def test_ouhai(standing: dict[str, Any], light: str) -> None:
    assert light_of(Standing(**standing), light_rules()["ouhai"]).light == light


@pytest.mark.parametrize(
    ("standing", "light"),
    [
        ({"overdue": True, "state": "behind"}, "red"),
        ({"overdue": False, "state": "behind", "due_in_days": 5}, "yellow"),
        ({"overdue": False, "behind": 0.1}, "yellow"),
        ({"overdue": False, "behind": 0.0, "due_in_days": 30}, "blue"),
        ({"overdue": False, "due_in_days": 31}, "green"),
        ({"overdue": True, "done": True}, "green"),
        ({}, "grey"),
    ],
)
def test_suqian(standing: dict[str, Any], light: str) -> None:
    lit = light_of(Standing(**standing), light_rules()["suqian"])
    assert lit.light == light
    assert {"blue": "蓝灯", "red": "红灯"}.get(lit.light, lit.word()) == lit.word()


@pytest.mark.parametrize(
    ("ratio", "kind"),
    [(1.2, "significant"), (0.95, "significant"), (0.949, "moderate"), (0.6, "moderate"), (0.599, "insufficient"),
     (0.0, "insufficient"), (-0.001, "away")],
)  # fmt: skip
def test_classes_of_required_against_actual_rate(ratio: float, kind: str) -> None:
    assert trend_classes().of(ratio).id == kind
    assert not trend_classes().confirmed, "the cut-offs were not read in their source: DOMAIN.md §8 [K]"


def test_months_are_counted_from_the_planned_month() -> None:
    planned = date(2025, 11, 30)
    days = (date(2025, 10, 1), date(2025, 11, 30), date(2025, 12, 1), date(2026, 2, 28), date(2026, 3, 1))
    assert [months_late(planned, day) for day in days] == [0, 0, 1, 3, 4]


ITEM: dict[str, Any] = {"due_to": "2025-06-30", "state": None, "percent": None}


@pytest.mark.parametrize(
    ("item", "day", "light"),
    [
        (ITEM, date(2025, 7, 31), "grey"),
        (ITEM | {"state": "not_started"}, date(2025, 6, 30), "grey"),
        (ITEM | {"state": "not_started"}, date(2025, 7, 1), "yellow"),
        (ITEM | {"state": "not_started"}, date(2025, 9, 1), "red"),
        (ITEM | {"state": "on_time", "percent": 50.0}, date(2025, 6, 30), "green"),
        (ITEM | {"state": "on_time", "percent": 30.0}, date(2025, 6, 30), "yellow"),
        (ITEM | {"state": "on_time", "percent": 10.0}, date(2025, 9, 30), "red"),
        (ITEM | {"state": "done"}, date(2025, 12, 31), "green"),
        ({"due_to": None, "state": None, "percent": None}, date(2025, 7, 31), "grey"),
    ],
)
def test_items_of_lists(item: dict[str, Any], day: date, light: str) -> None:
    assert item_light(item, day).light == light


def test_an_item_is_overdue_after_its_quarter_unless_done() -> None:
    assert item_standing(ITEM, date(2025, 6, 30)) == Standing(overdue=False, due_in_days=0)
    assert item_standing(ITEM, date(2025, 7, 1)).overdue
    assert item_standing(ITEM | {"state": "done"}, date(2025, 7, 1)).overdue is False
    assert item_standing(ITEM | {"percent": 40.0}, date(2025, 3, 31)).behind == pytest.approx(
        90 / 365 * 100 - 40
    )


@pytest.mark.parametrize(
    ("name", "model", "old", "new", "told"),
    [
        ("lights.yml", LightRules, "light: green", "light: mauve", "mauve"),
        ("lights.yml", LightRules, "behind: {over: 30}", "behind: {beyond: 30}", "beyond"),
        ("assessment.yml", AssessmentRule, "weight: 0.4", "weight: 0.5", "add up to 1.1"),
        ("assessment.yml", AssessmentRule, "  missing: refuse", "  missing: guess", "guess"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_line(
    tmp_path: Path, name: str, model: Any, old: str, new: str, told: str
) -> None:
    text = (FOLDER / "monitoring" / name).read_text(encoding="utf-8")
    path = tmp_path / name
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueError, match=rf"{name}:\d+") as error:
        list(YamlFile(path).records(model))
    assert told in str(error.value)


def test_the_last_class_takes_the_rest() -> None:
    classes = [{"id": c, "title": c, "title_en": c, "at_least": 0} for c in "ab"]
    with pytest.raises(ValueError, match="rest"):
        TrendClasses.model_validate({"confirmed": True, "source": "-", "classes": classes})


def test_own_rules_come_on_top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "catalogue" / "monitoring"
    own.mkdir(parents=True)
    monkeypatch.setattr("metroetl.monitoring.targets.rules.own_folder", lambda: own.parent)
    rule = "- {id: ours, title: 我处规则, source: 文件, rules: [{light: red, when: {behind: {over: 5}}, note: 低于5个百分点}]}\n"
    (own / "lights.yml").write_text(rule, encoding="utf-8")
    assert set(light_rules()) == {"yinchuan", "ouhai", "suqian", "ours"}
    assert light_of(Standing(behind=5.1), light_rules()["ours"]).light == "red"
    with pytest.raises(CatalogueError, match="nobody") as error:
        chosen(light_rules(), "nobody", "preset of lights")
    assert "ours" in error.value.way_out
    assert all(len(rule.items) >= 3 and rule.version for rule in assessment_rules().values())
