"""Targets: every number that a document wants reached, with its indicator, comparator and year."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from metroetl.plans.amounts import Amount, read_amounts
from metroetl.plans.counts import numeral
from metroetl.plans.indicators import before_amount, behind_amount, spread
from metroetl.plans.models import DocumentKind, Target
from metroetl.plans.passages import Passage

_BY_YEAR = re.compile(
    r"(?:到|至|在|于|力争|截至|，|^|。|；|确保)?(?P<year>20\d\d)年(?P<half>底|末|年底|前|以前|底前|全年|，|、|初步|时|建成|力争|完成|实现|基本|培育|全国|全市|全省)?"
)
_TO_YEAR = re.compile(r"(?:到|至)(20\d\d)年")
_THIS_YEAR = re.compile(r"今明两年|今年|本年|全年|明年")
_WITHIN = re.compile(
    r"(?:经过|用|力争用|通过)?(?P<n>\d{1,2}|[一二三四五六七八九十两])(?:—\d{1,2})?(?:个)?年(?:左右)?(?:的?(?:时间|努力)|内)"
)
_PAST = re.compile(
    r"已(?!经国务院)|截至|截止|目前|去年|上年|同比|年均增长了|以来|完成了|达到了|增长了|提高了|新增了|近年|(?<!占)比(?!重|例|率|值)[^，。重例]{2,16}(?:(?<!提)高|快|(?<!降)低)出?\d|较20\d\d年末|上半年|前三季度|前[一二三四五六七八九十两\d]{1,2}个月|1[-—至]\d{1,2}月|提前完成|此前|连续|曾|总投资|估算"
)
_RULE = re.compile(
    r"原则上|一般[为在]|的基础上|每年至少|适用|税率|罚款|按.{0,10}比例|出资|持股|补贴标准|补助|可按|不得|以上学历|以上企业工作|工作日|处以|每[季月周日]|修订1次|轮训|抵免"
)
_STAYS_PAST = re.compile(
    r"已(?!经[^，。]{2,10}(?:同意|批准))|截至|截止|目前|去年|上年|此前|今年上半年|前[一二三四五六七八九十两\d]{1,2}个?(?:月|季度)"
)
_STRONG = re.compile(
    r"到20\d\d年|20\d\d年(?:底|末|前)|目标|预期|力争|争取|确保|将(?:于|在|到|通过|进一步|持续|继续|加快|推动|推进|建|新|达|完成|实现|基本|全面|力争|是|超|形成|开展|实施|组织|累计|支持|深化|重点|打造|培育|投|突破|制定|遴选|布局)|计划(?=[到在于建新投完用])|拟|期末|未来|下一步|底前|不少于|不低于|至少"
)
_CITES = re.compile(
    r"《[^《》]{2,80}》[^。]{0,20}(?:提出|明确|要求|部署|强调|指出)|(?:提出|明确)[，：]?|(?:印发|发布|公布|出台)《"
)
_COMMENT = re.compile(r"(?:提出|实现|完成|确定)(?:上述|这些|以上)(?:预期)?目标")
_STATUS_PLACE = re.compile(r"现状|形势|背景|发展基础|工作基础|主要成效|成就|回顾|进展|实施情况|存在问题")
_TARGET_PLACE = re.compile(r"目标|指标|预期|愿景")
_FALL = re.compile(
    r"(?:下降|降低|减少|压减|缩短|削减|降幅|累计下降)(?:总体|均|都|分别|约|超过|不低于|幅度|达|达到)*$"
)
_OUTLOOK = 8


@dataclass(frozen=True, slots=True)
class Horizon:
    """What years a document's targets may count from: its plan's end, its own year or that of its issue, its start."""

    end: int | None
    year: int | None
    start: int | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a clause stands: its passage and sentence, the year that holds there, under which sort of heading."""

    passage: Passage
    sentence: str
    start: int
    year: int | None
    stated: bool
    aim: bool


def read_targets(passages: Sequence[Passage], kind: DocumentKind, horizon: Horizon) -> list[Target]:
    """The targets of a document; results, status figures and limits of a rule are none.

    A year that the text names holds to the end of its paragraph; without one the plan's horizon counts.
    """
    if kind == "legislation":
        return []
    targets: list[Target] = []
    under_aim = under_status = False
    for passage in passages:
        if (passage.row and "\t" in passage.text) or _COMMENT.match(passage.text):
            continue
        if _opens_section(passage.text):
            under_aim = bool(_TARGET_PLACE.search(passage.text[:30]))
            under_status = bool(_STATUS_PLACE.search(passage.text[:30])) and not under_aim
        if under_status:
            continue
        year: int | None = None
        for start, end in passage.sentences():
            sentence = passage.text[start:end]
            year, stated = due_year(sentence, year, horizon)
            place = _Place(
                passage, sentence, start, year, stated, under_aim or bool(_TARGET_PLACE.search(sentence))
            )
            targets += _in_sentence(place, kind, horizon)
    last = horizon.end or last_year(targets)
    return once([t if t.by_year else t.model_copy(update={"by_year": last}) for t in targets])


def last_year(targets: Sequence[Target]) -> int | None:
    """The last year that targets name, unless it lies far behind the first (an outlook to 2035)."""
    years = sorted({t.by_year for t in targets if t.by_year})
    return max((y for y in years if y - years[0] <= _OUTLOOK), default=None)


def _opens_section(text: str) -> bool:
    return bool(
        re.match(r"[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)]|第.{1,4}[章节]|具体指标", text)
    )


def due_year(sentence: str, year: int | None, horizon: Horizon) -> tuple[int | None, bool]:
    """The year a sentence's targets are due: named in it, counted from the document's year, or carried."""
    named = _TO_YEAR.search(sentence)
    if named:
        return int(named[1]), True
    if horizon.year:
        relative = _THIS_YEAR.search(sentence)
        if relative:
            return horizon.year + (relative.group() in ("今明两年", "明年")), bool(_STRONG.search(sentence))
        within = _WITHIN.search(sentence)
        if within and (count := _small(within["n"])):
            return horizon.year + count, True
    named = _BY_YEAR.search(sentence)
    if named and (horizon.year is None or int(named["year"]) >= horizon.year) and named["half"]:
        return int(named["year"]), True
    return year, year is not None


def _small(text: str) -> int | None:
    value = numeral(text)
    return int(value) if value else None


def _in_sentence(place: _Place, kind: DocumentKind, horizon: Horizon) -> Iterator[Target]:
    if place.year is not None and horizon.year is not None and place.year < horizon.year - 1:
        return
    if not _wants(place, kind):
        return
    offset = 0
    year, stated = place.year, place.stated
    previous = ""
    past = False
    for clause in re.split(r"(?<=[，；。：])", place.sentence):
        own = _BY_YEAR.match(clause.lstrip("其中到至在，"))
        if own and own["half"]:
            past = horizon.year is not None and int(own["year"]) < horizon.year
            year, stated = int(own["year"]), True
        if year is not None and horizon.start is not None and year < horizon.start:
            past = True
        here = replace(place, year=year or horizon.end, stated=stated, start=place.start + offset)
        past = (past or bool(_STAYS_PAST.search(clause))) and not re.search(r"力争|将|到20\d\d年", clause)
        result = _PAST.search(clause) or ("累计" in clause and not stated)
        if not past and not result and not _RULE.search(clause):
            yield from _in_clause(clause, previous, here, kind)
        offset += len(clause)
        previous = clause


def _wants(place: _Place, kind: DocumentKind) -> bool:
    """Whether a sentence may state a target: it looks ahead, and in documents that are no plans it says so itself."""
    if kind in ("plan", "task_list"):
        return place.stated or place.aim or not re.search(r"^(?:目前|截至|近年|同时，各地在)", place.sentence)
    if kind == "interpretation":
        return place.stated or bool(re.search(r"力争|目标|预期", place.sentence))
    if kind == "policy" and (place.aim or place.stated):
        return True
    if kind in ("policy", "other", "progress_report"):
        return bool(re.search(r"力争|目标|预期|到20\d\d年|20\d\d年底前", place.sentence)) or (
            place.stated and kind == "policy"
        )
    return place.stated or bool(_STRONG.search(place.sentence) or _CITES.search(place.sentence))


def _in_clause(clause: str, previous: str, place: _Place, kind: DocumentKind) -> Iterator[Target]:
    amounts = [a for a in read_amounts(clause) if a.unit != "年" or re.search(r"寿命|年限", clause)]
    shared = _spread_amounts(clause, amounts, previous)
    years = _spread_years(clause, shared, previous)
    for position, amount in enumerate(amounts):
        behind_limit = amounts[position + 1].start if position + 1 < len(amounts) else len(clause)
        before_limit = amounts[position - 1].end if position else 0
        lead = clause[before_limit : amount.start]
        signed = _signed(lead, amount)
        names = shared.get(position) or _names(clause, lead, amount, behind_limit, previous, place, kind)
        for name in names:
            span = place.passage.span(place.start, place.start + len(clause.rstrip("，；。：")))
            yield Target(
                indicator=name,
                value=signed.value,
                unit=signed.unit,
                by_year=years.get(position, place.year),
                comparator=signed.comparator,
                strict=signed.strict,
                binding=_binding(place.sentence),
                span=span,
                quote=clause.rstrip("，；。："),
            )


def _names(
    clause: str, lead: str, amount: Amount, limit: int, previous: str, place: _Place, kind: DocumentKind
) -> list[str]:
    """The indicator of an amount: what stands before a verb of reaching, else what a verb of doing acts on."""
    behind = clause[amount.end : limit]
    name = before_amount(lead, behind, previous, bare=place.aim or place.stated)
    if name:
        return (
            spread(name)
            if re.search(r"(?:均|都)(?:达到|达|超过|提高到|稳定在|保持在|不低于)", lead)
            else [name]
        )
    thing = behind_amount(
        lead, behind, amount.unit, certain=place.stated or place.aim or kind in ("news", "draft")
    )
    return [thing] if thing else []


def _signed(lead: str, amount: Amount) -> Amount:
    """A fall is negative, and “降低10%以上” is at most −10."""
    if not _FALL.search(_strip_lead(lead)):
        return amount
    flipped = {">=": "<=", "<=": ">="}.get(amount.comparator, amount.comparator)
    return replace(amount, value=-amount.value, comparator=flipped)  # type: ignore[arg-type]


def _strip_lead(lead: str) -> str:
    return re.sub(r"(?:超过|不低于|不少于|约|至少|达)$", "", lead)


def _spread_amounts(clause: str, amounts: Sequence[Amount], previous: str) -> dict[int, list[str]]:
    """Names for the amounts of a clause with 分别: as many names as amounts, one for all or all for one."""
    at = clause.find("分别")
    if at < 0:
        return {}
    following = [i for i, a in enumerate(amounts) if a.start > at]
    head = re.sub(r"^(?:其中|到\d{4}年[，]?|力争|确保|使)", "", clause[:at])
    names = spread(head if len(head) >= 3 else previous.rstrip("，"))
    if len(following) == 1:
        return {following[0]: names}
    if len(names) == 1:
        names = names * len(following)
    return {i: [n] for i, n in zip(following, names, strict=True)} if len(names) == len(following) else {}


def _spread_years(clause: str, shared: dict[int, list[str]], previous: str) -> dict[int, int]:
    """Years for amounts of one thing: as many as amounts (到2026年、2028年，…分别达到5万个、8万个)."""
    if len(shared) < 2 or len({tuple(names) for names in shared.values()}) > 1:
        return {}
    years = re.findall(r"20\d\d(?=年)", previous + clause[: clause.find("分别")])
    return dict(zip(shared, map(int, years), strict=True)) if len(years) == len(shared) else {}


def _binding(sentence: str) -> str | None:
    found = re.findall(r"约束性|预期性", sentence)
    return found[0] if len(set(found)) == 1 else None


def once(targets: Sequence[Target]) -> list[Target]:
    """Each target once: the same number for the same thing in the same year, said again, is no second target."""
    kept: dict[tuple[float, str, int | None], list[Target]] = {}
    for target in targets:
        same = kept.setdefault((target.value, target.unit, target.by_year), [])
        if not any(target.indicator in t.indicator or t.indicator in target.indicator for t in same):
            same.append(target)
    return sorted((t for same in kept.values() for t in same), key=lambda t: t.span.start)
