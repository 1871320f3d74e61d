"""The name of what a number measures: before a verb of reaching, behind a verb of doing, or shared by several."""

from __future__ import annotations

import re
from functools import cache

from metroetl.plans.words import alternation

_REACH = re.compile(
    r"(?:总体|均|都|分别|全部|基本|力争|累计|年均|合计|再|各|平均)?"
    r"(?:达到|达|超过|突破|不低于|不少于|不超过|不高于|控制在|保持在|稳定在|维持在|(?:提高|提升|增加|下降|降低|扩大|增长|减少|缩短|压减|压缩|缩减|发展)(?:到|至)"
    r"|增至|降至|降到|约为|为|约|超|[≥≤＞＜><]|至少|大于|小于|低于|高于|占(?!比)|增长|提高|提升|增加|下降|降低|减少|缩短|保持|完成)"
    r"(?:总体|均|都|分别|约|超过|突破|到|至|不低于|不少于|不超过|控制在|在|近|各|达到|达|为|至少|接近)*$"
)
_SHARE_OF = re.compile(
    r"(?P<name>.{2,40}?)(?:达到|达|超过|突破|不低于|不少于|不超过|占)(?P<whole>[\u3400-\u9fff]{2,24})(?:的|超过|达到|不低于)$"
)
_OPENING = re.compile(
    r"^(?:其中|完成(?!率)|并|使|让|且|以及|同时|此外|还|也|和|及|力争|确保|推动|促进|实现|争取|努力|预计|预期|将|要|我国|全面|基本|到\d{4}年底?前?|\d{4}年底?前?|\d{4}年末?|[“\"]?十[四五]五[”\"]?(?:期间|时期|末|期末)?|今年|全年|提出|明确|是|：|、|，|“|今后|未来|每年|保持|保证|目标是|目标为|主要预期目标是|\d{1,2}年|了|该|即|即将|初步)+"
)
_TAIL = re.compile(
    r"(?:总体|均|都|分别|力争|稳定|进一步|持续|逐步|累计|合计|将|要|再|平均每年|(?<!率)在|(?<!理)由.{1,12}|从.{1,12}|比\d{4}年.{0,6}|较\d{4}年.{0,6}|\d+年|以上|每年|翻[一两]?番|，|、|：)+$"
)
_COUNTED = re.compile(r"(?:任务|举措|措施|方面|领域|大类|事项|章节|重点工程|行动|特点|内容|环节)$")
_LONGEST = 46
_COMPLETE = re.compile(
    r"(?:率|额|量|值|数|收入|人口|面积|比重|占比|支出|投资|里程|规模|能耗|产值|增加值|装机|强度|覆盖面|浓度)$"
)
_JOINED = re.compile(r"[、]|(?<=[\u3400-\u9fff]{2})(?:和|与|及|以及)(?=[\u3400-\u9fff]{2})")


@cache
def _doing() -> re.Pattern[str]:
    return re.compile(
        rf"(?:{alternation('units', 'verbs')})(?:了|并|一批|和[\u3400-\u9fff]{{2}}|、[\u3400-\u9fff]{{2}})?"
        r"(?:不少于|不低于|至少|超过|超|约|近|完成|实施|突破|达到|达|各类|形成|新增|建成|建设|培育|打造|出|累计|总数|力争|等|不超过)*$"
    )


@cache
def _made() -> re.Pattern[str]:
    return re.compile(
        rf"(?:^|[，、]|并|将|要|年内|力争|计划|确保|\d年)(?=(?P<new>新增)?)(?:{alternation('units', 'verbs')}){{1,2}}(?:各类|一批)?(?P<thing>[\u3400-\u9fff]{{2,18}})$"
    )


def before_amount(lead: str, behind: str, previous: str, *, bare: bool) -> str | None:
    """The indicator that stands before an amount; `bare` allows names without a verb (城镇新增就业1100万人).

    `lead` is the clause before the amount (from the last amount on), `behind` what follows it, `previous` the
    clause before: where a clause is only a verb and an amount, the name stands there.
    """
    share = _SHARE_OF.search(lead)
    if share:
        return _trim(f"{share['name']}占{share['whole']}比重" if "占" not in share["name"] else share["name"])
    reach = _REACH.search(lead)
    if reach:
        if _doing().search(lead) and re.match(r"[的\u3400-\u9fff“]", behind):
            return None
        name = _trim(lead[: reach.start()])
        follows = not name and re.fullmatch(r"[，；。：、]?", behind[:1] or "")
        if follows and not re.search(r"[比较](?:20\d\d年|上年)|同比", lead):
            name = _trim(_REACH.sub("", re.split(r"\d", previous)[0]))
        grows = "增长" if re.match(r"(?:总体|均|年均|累计)*增长", reach.group()) else ""
        return name + grows if name and _plausible(name) else None
    alone = re.match(r"(?:$|[，；。、：])", behind)
    made = _made().search(lead) if alone else None
    if made:
        return (made["new"] or "") + made["thing"]
    if bare and alone and not _doing().search(lead):
        name = _trim(lead)
        return name if _plausible(name) and len(name) <= 24 and not _COUNTED.search(name) else None
    return None


def behind_amount(lead: str, behind: str, unit: str, *, certain: bool) -> str | None:
    """The thing that an amount counts (培育30家…企业); None where no verb of doing stands before the amount.

    `certain` sentences look ahead by themselves, so an amount of things at the head of a clause counts as well.
    """
    joined = re.search(r"(?:^|和|与|及|、|以及)(?:不少于|至少|约|超过)?$", lead)
    if not _doing().search(lead) and not (
        certain and (joined or re.search(r"(?:不少于|不低于|至少)$", lead))
    ):
        return None
    thing = re.split(r"[，；。：]", behind)[0].lstrip("的").strip()
    thing = re.sub(r"(?:和|与|及|、|以及|等)$", "", thing)
    if _COUNTED.search(thing):
        return None
    if unit in ("%", "‰") or not thing:
        if not thing:
            verb = _doing().search(lead)
            return _trim(lead[: verb.start()]) if verb and len(lead[: verb.start()]) >= 4 else None
        return _trim(thing)
    if "的" in thing and len(thing.rsplit("的", 1)[1]) >= 4:
        thing = thing.rsplit("的", 1)[1]
    return thing[:_LONGEST] if len(thing) >= 2 else None


def _trim(name: str) -> str:
    name = name.strip(' “”"，；：、（）')
    while (shorter := _TAIL.sub("", _OPENING.sub("", name))) != name:
        name = shorter.strip(" ，；：、")
    return name[-_LONGEST:]


def _plausible(name: str) -> bool:
    return (
        len(name) >= 2
        and not re.search(r"(?:第|共|每|近)$", name)
        and bool(re.search(r"[\u3400-\u9fffA-Za-z]{2}", name))
    )


def spread(names: str) -> list[str]:
    """The names of a list, with what they share: 花生种植、收获机械化率 gives 花生种植机械化率 and 花生收获机械化率.

    The shared head is what the last name has behind as many characters as the first one's own part.
    """
    names = _trim(names)
    parts = [p for p in _JOINED.split(names) if p]
    if len(parts) < 2 or _COMPLETE.search(parts[0]):
        return parts or [names]
    own = 2
    head = parts[-1][own:]
    prefix = parts[0][:-own] if len(parts[0]) > own else ""
    if len(head) < 2:
        return parts
    middle = [prefix + p + head for p in parts[1:-1]]
    return [parts[0] + head, *middle, prefix + parts[-1]]
