"""What kind of document it is: by its title first, then by what a story says of plans."""

from __future__ import annotations

import re
from collections.abc import Sequence

from metroetl.plans.models import DocumentKind
from metroetl.plans.passages import MARK, Passage
from metroetl.plans.titles import (
    RELEASE,
    SINCE,
    TitleForm,
    bare,
    core,
    is_law,
    is_policy,
    names_plan,
    quoted_titles,
    read_form,
    released,
)

_STORY_HEAD = 1200
_OWN_TEXT = 1200
_LIST = re.compile(r"清单$|台账$|重点任务$|任务清单")
_CHANGES = re.compile(r"^(?:废止|停止执行|宣布失效|修改|修订|调整)")
_ANNEX = re.compile(r"^附件?\d{0,2}[:：]?\s?")
_DRAFT = re.compile(r"征求[^，。]{0,80}意见|征集意见|草案|建议稿|送审稿|讨论稿|听取意见的公告")
_STATISTICS = re.compile(
    r"统计公报|经济运行|国民经济|价格指数|消费价格|出厂价格|增加值数据|工业增加值|零售总额|固定资产投资|同比(?:增长|上涨|下降)"
    r"|居民收入|生产总值|核算结果|普查公报|统计月报|主要指标|数据公报"
)
_ABROAD = re.compile(r"会谈|会见|通话|致电|致贺|贺电|访问|峰会|联合声明|外长|大使|总统|首相|国事|互致")
_INTERPRETATION = re.compile(
    r"解读|答记者问|吹风会|发布会|对比分析|一图|图解|读懂|问答|怎么看|怎么干|专家|访谈|权威|政策简明|比较分析|述评"
)
_RELEASED_TITLE = re.compile(RELEASE)
_HEADLINE = re.compile(rf"(?:{RELEASE}|启动|推出)(?!(?:与|和|、|及|管理|平台|制度|工作|活动|机制|服务|会))")
_MENTION = re.compile(
    rf"(?:规划|行动计划|行动方案|实施方案|工作方案|任务清单|项目清单|三张清单)[^，。；]{{0,12}}(?:{RELEASE}|获批)"
)
_PROJECTS = re.compile(
    r"(?:重大|重点)(?:工程)?项目[^，。]{0,16}(?:集中开工|集中签约|开工|启动)|项目清单|重点任务"
    r"|\d+(?:项|条)(?:具体)?(?:措施|举措|任务|政策措施)|(?:三年|五年)(?:行动|计划|方案)"
)
_DONE = re.compile(
    r"收官|圆满完成|全面完成|提前完成|超额完成|顺利完成|如期完成|完成率|任务完成|已完成|基本完成|批复完成|成效显著|显著成效"
    r"|阶段性[^，。]{0,6}(?:成就|成果|成效)|重大成就|实施[^，。]{0,6}年来|总体进展顺利|进度达|目标[^，。]{0,6}实现|取得[^，。]{0,10}(?:成就|成效|进展)"
)
_RULED = re.compile(r"规划|计划|方案|行动|战略|纲要|清单|要点|政策|意见|办法|措施|条例|规定|细则")
_PLAN_WORD = re.compile(r"规划|计划|方案|行动|任务|工程|战略")
_ORDER = re.compile(r"(?:国务院|主席|国)令|签署[^，。]{0,12}令")
_LAW_NEWS = re.compile(
    r"(?:条例|[^办方做说书看想]法)》?(?:今起|正式|将于|明起|公布|施行|实施|获|表决|通过|颁布|修订|修改|[^，。]{0,12}施行)"
)


def classify(title: str, passages: Sequence[Passage], doc_number: str | None = None) -> DocumentKind:
    """The kind of a document with this clean title and body (rules: corpus/plans/LABELS.md).

    An official title decides alone, except that the notice of a plan is a plan when the plan's text stands behind it.
    A title that is no official one belongs to a story, which is judged by what it says of a plan.
    """
    if is_official(title):
        return _official(title, read_form(title), passages, doc_number)
    attached = attached_text(title, passages)
    if attached:
        return _official(attached, TitleForm(), passages, doc_number)
    return _story(title, passages)


def is_official(title: str) -> bool:
    """Whether a title is a document's own, not the headline of a story about it."""
    if read_form(title).end:
        return True
    own = names_plan(title) or is_policy(title) or is_law(title)
    return own and not _HEADLINE.search(re.sub(r"《[^》]*》", "", title))


def attached_text(title: str, passages: Sequence[Passage]) -> str | None:
    """The title of the document whose full text follows a headline (…印发《…》 … 全文如下), if one does."""
    length = sum(len(p.text) for p in passages)
    for _, _, quoted in quoted_titles(title):
        same = [p for p in passages[1:40] if core(p.text) == core(quoted)]
        if length >= _OWN_TEXT and (same or any("如下" in p.text[-30:] for p in passages[:8])):
            return quoted
    return None


def _official(
    title: str, form: TitleForm, passages: Sequence[Passage], doc_number: str | None
) -> DocumentKind:
    named = bare(form.what)
    if _DRAFT.search(title):
        return "draft"
    if is_law(title) or (doc_number and re.search(r"令", doc_number)):
        return "legislation"
    if re.search(r"(?:修改|废止|修订)[^，。]{0,40}决定$", core(title)):
        return "legislation"
    if form.end in ("批复", "复函", "函"):
        return "notice_of_plan" if _holds_plan(form.what) else "other"
    if form.end in ("答复", "报告", "请示", "公告", "通报") or re.search(
        r"预案$|工作报告$", core(named or title)
    ):
        return "other"
    if _CHANGES.search(named) and _holds_plan(form.what):
        return "notice_of_plan"
    if names_plan(named):
        if not text_follows(named, passages):
            return "notice_of_plan"
        return "task_list" if _LIST.search(core(named)) else "plan"
    if not form.what and names_plan(title):
        return "task_list" if _LIST.search(core(title)) else "plan"
    return "policy"


def text_follows(named: str, passages: Sequence[Passage]) -> bool:
    """Whether the text of what a notice issues stands behind it: long, or under its own title with sections or rows."""
    if sum(len(p.text) for p in passages) >= _OWN_TEXT:
        return True
    own = core(named)
    at = next((i for i, p in enumerate(passages) if i and core(_ANNEX.sub("", p.text)) == own), None)
    if at is None:
        return False
    return sum(bool(MARK.match(p.text)) or (p.row and "\t" in p.text) for p in passages[at + 1 :]) >= 2


def _holds_plan(text: str) -> bool:
    return names_plan(text) or any(names_plan(quoted) for _, _, quoted in quoted_titles(text))


def _story(title: str, passages: Sequence[Passage]) -> DocumentKind:
    if (
        re.search(r"清单|项目名单|任务分工|台账", title)
        and not _RELEASED_TITLE.search(title)
        and _lists_tasks(passages)
    ):
        return "task_list"
    head = "\n".join(p.text for p in passages)[:_STORY_HEAD]
    if _DRAFT.search(title) or (_DRAFT.search(head) and not _RELEASED_TITLE.search(title)):
        return "draft"
    if _ABROAD.search(title) or _STATISTICS.search(title) or "工作报告" in title:
        return "other"
    if _ORDER.search(title) or _LAW_NEWS.search(title):
        return "legislation"
    if _INTERPRETATION.search(title) and (_holds_plan(title + "\n" + head) or _RULED.search(title)):
        return "interpretation"
    return _about_plan(title, head)


def _lists_tasks(passages: Sequence[Passage]) -> bool:
    return any(p.row for p in passages) or sum("单位" in p.text or "负责" in p.text for p in passages) >= 2


def _about_plan(title: str, head: str) -> DocumentKind:
    quoted = any(names_plan(q) for _, _, q in quoted_titles(title + "\n" + head))
    if quoted and _RELEASED_TITLE.search(title):
        return "news"
    if SINCE.search(head):
        return "progress_report"
    if re.search(r"吹风会|新闻发布会[^。]{0,60}(?:介绍|解读)|解读", head) and (
        quoted or _PLAN_WORD.search(title)
    ):
        return "interpretation"
    found = [released(head, a, b) for a, b, name in quoted_titles(head) if names_plan(name)]
    if not any(found) and _done(title, head, quoted):
        return "progress_report"
    if quoted or _MENTION.search(title + "。" + head) or _PROJECTS.search(title):
        return "news"
    return "other"


def _done(title: str, head: str, quoted: bool) -> bool:
    if _DONE.search(title) and (quoted or _PLAN_WORD.search(title)):
        return True
    for found in _DONE.finditer(head):
        clause = head[max(0, found.start() - 40) : found.end() + 20]
        if quoted or re.search(r"(?:规划|行动计划|行动方案|三年行动|五年行动)", clause):
            return True
    return False
