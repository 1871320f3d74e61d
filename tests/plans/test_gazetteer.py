"""Bodies printed in several forms are one body; what isn't known stays as it is."""

from __future__ import annotations

import pytest

from metroetl.plans.gazetteer import normal_bodies, normal_body
from metroetl.plans.words import words


@pytest.mark.parametrize(
    ("printed", "normal"),
    [
        ("市发改委", "市发展改革委"),
        ("甲市发展和改革委员会", "甲市发展改革委"),
        ("国家发展改革委", "国家发展改革委"),
        ("省人社厅", "省人力资源社会保障厅"),
        ("市卫健委", "市卫生健康委"),
        ("市交通局（市铁路办）", "市交通运输局"),
        ("甲区政府", "甲区人民政府"),
        ("各区（市）县人民政府", "各区（市）县人民政府"),
        ("市轨道集团", "市轨道集团"),
    ],
)
def test_forms_of_one_body(printed, normal):
    assert normal_body(printed) == normal
    assert normal_body(normal) == normal


def test_each_body_once_in_its_order():
    assert normal_bodies(["市财政局", "市发改委"], ["市发展改革委", "市财政局"]) == [
        "市财政局",
        "市发展改革委",
    ]


def test_no_form_means_two_bodies():
    forms = [form for name, others in words("bodies").items() for form in (name, *others)]
    assert len(forms) == len(set(forms))
