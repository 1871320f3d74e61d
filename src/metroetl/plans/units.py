"""Lists of units and what each is to do: 牵头 leads, 指导 guides, 负责, 配合 and 参与 carry."""

from __future__ import annotations

import re

from metroetl.plans.bodies import is_body, split_bodies

ROLES = ("lead", "responsible", "guiding")
SIGN = re.compile(r"负责|牵头|责任单位|配合|参与|参加|指导|主办|协办|分工|单位[:：]|落实$|实施$|推进$")
LABEL = re.compile(
    r"(?P<label>(?:牵头|主办|主要责任|责任|主责|负责|配合|协办|参与|参加|协同|指导|支持|实施|主管|承办)(?:责任|负责)?(?:单位|部门|机构|领导单位)?"
    r"(?:及配合单位)?)[:：]"
)
DEADLINE = re.compile(
    r"(?:20\d\d年(?:\d{1,2}月)?(?:底|末|上半年|下半年|\d{1,2}日)?(?:前|底前)?|持续(?:推进|实施|开展)?|长期(?:坚持|推进)?|(?:第[一二三四]|[一二三四])季度(?:末|前)?|年底前)(?:完成|取得[^，；]{0,8}|启动|实现)?"
)
_ROLE = (
    (re.compile(r"指导单位|(?:加强)?指导$|负责指导|督促指导"), "guiding"),
    (re.compile(r"牵头|主办|第一责任"), "lead"),
    (re.compile(r"负责|责任单位|配合|参与|参加|协办|协同|分工|支持|落实|实施|推进"), "responsible"),
)
_COOPERATING = re.compile(r"配合|参与|参加|协办|协同|支持")
_OTHER_LABEL = re.compile(r"[；;。，][\u3400-\u9fff]{2,6}[:：]")
_DUTY = re.compile(
    r"(?:(?:按照?(?:各自)?(?:职责|职能|任务)?(?:分工)?)|(?:根据|依)?职责分工|按职责|共同|分别|联合|具体|牵头|负责|会同|组织|加强|督促|参与|参加|配合|指导|落实|实施|推进|协同|主办|协办|和|等)+$"
)
_FIRST_LEADS = re.compile(
    r"[，；;。、]?(?:列|排)(?:名)?(?:在)?(?:首位|第一(?:位)?|最前)[的者]?(?:单位|部门)?[为系]牵头(?:单位|部门)?|[，；;]?(?:以)?下同$"
)
_PLACE = re.compile(r"[\u3400-\u9fff]{1,8}(?:省|市|区|县|州|盟|旗)")
_NO_PLACE = re.compile(r"[在到向为和的建设服务]")
_OFFICE = re.compile(
    r"(?:局|厅|委|署|政府|委员会|领导小组|办公室|办公厅|管委会|执委会|部门|妇联|科协|残联|工会|法院|检察院)$"
)
Units = dict[str, list[str]]


def read_units(inside: str) -> Units:
    """The units of a bracket or of labelled lines by role: 牵头 lead, 指导 guiding, all others responsible.

    Only names of bodies count, and of places among them (甲市、乙县人民政府负责).
    """
    units: Units = {role: [] for role in ROLES}
    first_leads = _FIRST_LEADS.search(inside)
    for role, text in _clauses(_FIRST_LEADS.sub("", inside)):
        _add(units, role, text)
    if first_leads and "牵头" in first_leads.group() and not units["lead"]:
        units["lead"], units["responsible"] = units["responsible"][:1], units["responsible"][1:]
    return units


def cooperating_units(inside: str) -> list[str]:
    """Those of the units that only cooperate (配合, 参与, 协办)."""
    labels = list(LABEL.finditer(inside))
    if labels:
        ends = [label.start() for label in labels[1:]] + [len(inside)]
        parts = [
            inside[a.end() : e] for a, e in zip(labels, ends, strict=True) if _COOPERATING.search(a["label"])
        ]
    else:
        parts = [part for part in _parts(inside) if _COOPERATING.search(part[-12:]) and "牵头" not in part]
    return list(dict.fromkeys(name for part in parts for name in split_units(_OTHER_LABEL.split(part)[0])))


def _clauses(inside: str) -> list[tuple[str, str]]:
    """Role and text of each label, or of each clause."""
    text = DEADLINE.sub("", inside)
    labels = list(LABEL.finditer(text))
    if not labels:
        return [(role_of(part[-12:]), part) for part in _parts(text)]
    ends = [label.start() for label in labels[1:]] + [len(text)]
    return [
        (role_of(label["label"]), _OTHER_LABEL.split(text[label.end() : end])[0])
        for label, end in zip(labels, ends, strict=True)
    ]


def _parts(text: str) -> list[str]:
    return re.split(r"[，；,;]|(?<=牵头)、", text)


def role_of(text: str) -> str:
    """The role that the end of a clause, or a label, names."""
    return next((role for pattern, role in _ROLE if pattern.search(text)), "responsible")


def _add(units: Units, role: str, text: str) -> None:
    text = re.sub(r"^(?:由|请|责任单位为|以下由)", "", text.strip(" 。；，"))
    for clause in re.split(r"(?<=牵头)(?=[\u3400-\u9fff])(?!负责|组织|会同|实施|推进|落实)", text):
        own = "lead" if clause.endswith("牵头") else role
        units[own] += [name for name in split_units(clause) if name not in units[own]]


def split_units(text: str) -> list[str]:
    """The bodies of a list of units, without what they are to do (牵头负责, 按职责分工负责); places count as units."""
    names, _ = split_bodies(_DUTY.sub("", text))
    plain = (_DUTY.sub("", name) for name in names)
    return list(dict.fromkeys(name for name in plain if is_unit(name)))


def is_unit(name: str) -> bool:
    """Whether a name in a list of units is one: a body, or a place that stands for its government."""
    if re.search(r".由|[，。；：]", name):
        return False
    return is_body(name) or (_PLACE.fullmatch(name) is not None and not _NO_PLACE.search(name))


def lists_offices(text: str) -> bool:
    """Whether a bracket without a word of duty is a list of units all the same: nothing but units, most of them offices."""
    names = [name for part in _parts(_FIRST_LEADS.sub("", text)) for name in split_bodies(part)[0]]
    offices = [name for name in names if _OFFICE.search(re.sub(r"[（(][^（）()]*[）)]$", "", name))]
    return bool(names) and all(map(is_unit, names)) and 2 * len(offices) >= len(names)


def is_only_units(text: str) -> bool:
    """Whether a sentence says nothing but who does it: 由甲局牵头，乙局、丙局配合."""
    parts = [re.sub(r"^由", "", part.strip()) for part in _parts(DEADLINE.sub("", text)) if part.strip()]
    if not parts or not SIGN.search(text):
        return False
    for part in parts:
        names, _ = split_bodies(_DUTY.sub("", part))
        if not names or not all(is_unit(_DUTY.sub("", name)) for name in names):
            return False
    return True
