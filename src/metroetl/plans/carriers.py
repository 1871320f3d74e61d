"""The units of a cell of a list: by the column's role, or by the labels in the cell (牵头单位：… 配合单位：…)."""

from __future__ import annotations

import re

from metroetl.plans.bodies import is_body, split_bodies
from metroetl.plans.units import split_units

Units = dict[str, list[str]]
ROLES = ("lead", "responsible", "guiding", "cooperating")
_LABEL = re.compile(
    r"(?P<label>(?:牵头|主办|主责|责任|负责|配合|协办|协同|参与|支持|指导|实施|承办)[\u3400-\u9fff及/]{0,6})[:：]"
)
_FORMS = (
    ("guiding", re.compile(r"指导")),
    ("lead", re.compile(r"牵头|主办")),
    ("cooperating", re.compile(r"^(?:配合|协办|协同|参与|支持)|^协作")),
    ("responsible", re.compile(r"责任|负责|承办|实施|配合|协办|参与|建设单位|业主|项目单位|主体|支持")),
)
_UNIT = re.compile(r"单位|部门|机构|责任|牵头|配合|业主|主体")
_PLACE_OR_FIRM = re.compile(r"(?:[市区县州省盟旗乡镇]|街道|大学|学院|医院|学校|研究所|协会|企业)$")


def role_of(label: str) -> str | None:
    """The role that a column of units is for, None for any other column."""
    if len(label) > 20 or not _UNIT.search(label):
        return None
    return next((role for role, form in _FORMS if form.search(label)), None)


def no_units() -> Units:
    """Every role with no unit."""
    return {role: [] for role in ROLES}


def read_carriers(text: str, role: str) -> Units:
    """The units of a cell; those that cooperate are responsible too."""
    units = no_units()
    labels = list(_LABEL.finditer(text))
    if not labels:
        add(units, {role: _names(text)})
        return units
    ends = [label.start() for label in labels[1:]] + [len(text)]
    for label, end in zip(labels, ends, strict=True):
        own = next((r for r, form in _FORMS if form.search(label["label"])), "responsible")
        add(units, {own: _names(text[label.end() : end])})
    return units


def add(units: Units, more: Units) -> None:
    """Put further units to those there are, each once."""
    for role, names in more.items():
        roles = ("responsible", "cooperating") if role == "cooperating" else (role,)
        for own in roles:
            units[own] += [name for name in names if name not in units[own]]


def is_carrier(name: str) -> bool:
    """Whether a name may be a unit's in a list: a body's, a place's, a firm's."""
    return is_body(name) or (2 <= len(name) <= 40 and bool(_PLACE_OR_FIRM.search(name)))


def _names(text: str) -> list[str]:
    """The units of a list; in a column of units a city or a firm is one too."""
    plain = re.sub(r"[（(](?:牵头|主办|责任|配合)[)）]", "", text.strip(" 。；;"))
    bodies = split_units(plain)
    if len(bodies) == len(split_bodies(plain)[0]):
        return bodies
    names = (name.strip(" 。；") for name in split_bodies(plain)[0])
    kept = [name for name in names if name in bodies or is_carrier(name)]
    return list(dict.fromkeys(kept)) if len(kept) > len(bodies) else bodies
