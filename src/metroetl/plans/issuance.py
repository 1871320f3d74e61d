"""Who issued it and when: bodies and dates of notices, laws and stories, each only as the text states them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from metroetl.documents.models import Document
from metroetl.plans.bodies import is_body, split_bodies
from metroetl.plans.counts import numeral
from metroetl.plans.identity import Named
from metroetl.plans.kind import is_official
from metroetl.plans.models import DocumentKind
from metroetl.plans.passages import Passage
from metroetl.plans.titles import clean_title, core, quoted_titles, read_form

_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_DAY = r"(?P<year>(?:19|20)\d\d|[一二][〇○零一二三四五六七八九]{3})年(?P<month>\d{1,2}|[一二三四五六七八九十]{1,3})月(?P<day>\d{1,2}|[一二三四五六七八九十]{1,3})日"
_OWN_LINE = re.compile(rf"(?:(?P<who>[^\d，。；]{{2,60}}?)[ \t]*)?[（(]?{_DAY}[）)]?(?:印发|发布)?")
_LABELLED = re.compile(
    rf"(?:成文日期|印发日期|发文日期)[:：]? ?(?:{_DAY}|(?P<iso>\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}))"
)
_PASSED = re.compile(
    rf"{_DAY} ?(?P<who>[\u3400-\u9fff]{{2,20}}?)?(?:第[一二三四五六七八九十\d]{{1,4}}届)?(?P<body>(?:全国)?人民代表大会(?:常务委员会)?)"
    r"[^。；]{0,30}?通过"
)
_URL_DAY = re.compile(
    r"/(?P<y>20\d\d)[-/]?(?P<m>0[1-9]|1[0-2])[-/](?P<d>0[1-9]|[12]\d|3[01])(?=[/_.]|$)"
    r"|(?<!\d)(?P<y2>20\d\d)(?P<m2>0[1-9]|1[0-2])(?P<d2>0[1-9]|[12]\d|3[01])(?!\d)"
)
_TODAY = re.compile(
    r"(?P<word>今天|今日|昨天|昨日|\d{4}年)?[（(]?(?P<month>\d{1,2})月(?P<day>\d{1,2})日[）)]?"
)
_ISSUED = r"印发|发布|公布|出台|颁布|发出"
_ADVERB = re.compile(
    r"(?:近日|日前|今天|今日|昨天|昨日|联合|正式|已经|已|对外|共同|制定|编制|研究|并|向社会|向全社会|于|最新|再次|专门|\d{4}年|\d{1,2}月(?:\d{1,2}日|底|份)?|[（(][^（）()]{0,20}[）)]|\s)+$"
)
_LEAD = re.compile(
    r"^(?:[^：]{0,20}(?:消息|讯|电)(?:[（(][^（）()]{0,12}[）)])?[：:]?|据[^，]{0,12}[，]|记者[^，]{0,30}[，]|其中|近日|日前|今天|昨天|经[^，]{0,20}同意|\s)+"
)


def read_day(found: re.Match[str]) -> date | None:
    """The day of a match with the groups year, month and day, in digits or Chinese numerals."""
    try:
        year = int(found["year"].translate(_DIGITS))
        return date(year, int(numeral(found["month"]) or 0), int(numeral(found["day"]) or 0))
    except ValueError:
        return None


def find_published(document: Document, passages: Sequence[Passage]) -> date | None:
    """The day of the page: as the document has it, of its address, or printed at the head of a bulletin."""
    if document.published_on:
        return document.published_on
    if document.url.startswith("http"):
        for found in _URL_DAY.finditer(document.url.split("#")[0]):
            parts = found["y"] or found["y2"], found["m"] or found["m2"], found["d"] or found["d2"]
            try:
                return date(*map(int, parts))
            except ValueError:
                continue
        return None
    head = None if is_official(clean_title(document.title)) else _own_line_day(passages[:8])
    return head[1] if head else None


def find_issued(
    kind: DocumentKind,
    document: Document,
    plan: Named | None,
    published: date | None,
    passages: Sequence[Passage],
) -> date | None:
    """The day under the signature or of adoption; for a story the day that it gives for the release."""
    if kind == "draft":
        return None
    title = clean_title(document.title)
    if kind == "legislation" and (passed := _passed(passages)):
        return read_day(passed[1])
    for passage in passages[:12]:
        labelled = _LABELLED.search(passage.text)
        if labelled:
            iso = labelled["iso"]
            return _iso(iso) if iso else read_day(labelled)
    if signed := _signed(passages):
        return signed[1]
    if document.written_on:
        return document.written_on
    if is_official(title) and kind != "legislation":
        return None
    return _told_day(plan, published, passages, kind)


def _iso(text: str) -> date | None:
    try:
        return date(*map(int, re.split(r"[-/.]", text)))
    except ValueError:
        return None


def _own_line_day(passages: Sequence[Passage]) -> tuple[int, date, str] | None:
    """The first line that is a day alone, or a body and a day: its place, the day and the body."""
    for index, passage in enumerate(passages):
        found = _OWN_LINE.fullmatch(passage.text) if len(passage.text) <= 90 else None
        if found and (found["who"] is None or all(map(is_body, split_bodies(found["who"])[0]))):
            day = read_day(found)
            if day:
                return index, day, found["who"] or ""
    return None


def _signed(passages: Sequence[Passage]) -> tuple[list[str], date] | None:
    """The first signature: bodies on lines of their own (or on the same line), then the day."""
    first: tuple[list[str], date] | None = None
    at = 0
    while found := _own_line_day(passages[at:]):
        index, day, who = at + found[0], found[1], found[2]
        bodies = split_bodies(who)[0] if who else _bodies_above(passages, index)
        if bodies:
            return bodies, day
        first = first or ([], day)
        at = index + 1
    return first


def _bodies_above(passages: Sequence[Passage], index: int) -> list[str]:
    bodies: list[str] = []
    for passage in reversed(passages[max(0, index - 30) : index]):
        names, _ = split_bodies(passage.text)
        if len(passage.text) > 120 or not names or not all(map(is_body, names)):
            break
        bodies[:0] = names
    return bodies


def _passed(passages: Sequence[Passage]) -> tuple[str, re.Match[str]] | None:
    """The first adoption of a law: the congress (without its number) and the match with the day."""
    for passage in passages[:15]:
        found = _PASSED.search(passage.text)
        if found:
            return f"{found['who'] or ''}{found['body']}", found
    return None


def _told_day(
    plan: Named | None, published: date | None, passages: Sequence[Passage], kind: DocumentKind
) -> date | None:
    """The day that a story gives for the release: 今天（7月25日），《…》发布."""
    if published is None:
        return None
    for passage in passages[:12]:
        for start, end in passage.sentences():
            sentence = passage.text[start:end]
            if _tells_release(sentence, plan, kind) and (found := _TODAY.search(sentence)):
                return _near(published, int(found["month"]), int(found["day"]))
    return None


def _tells_release(sentence: str, plan: Named | None, kind: DocumentKind) -> bool:
    named = f"《{plan.title}》" in sentence if plan else kind == "legislation" and "《" in sentence
    if not named or re.search(r"^[^《]{0,40}(?:获悉|召开|举行|会议上)", sentence):
        return False
    outside = re.sub(r"《[^《》]*》", "《》", sentence)
    clause = r"[^，。；]{0,24}"
    return bool(re.search(rf"(?:{_ISSUED}){clause}《》|《》{clause}(?:{_ISSUED})", outside))


def _near(published: date, month: int, day: int) -> date | None:
    year = published.year - (month > published.month)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def find_issuers(
    kind: DocumentKind, title: str, plan: Named | None, passages: Sequence[Passage]
) -> tuple[list[str], int | None]:
    """The bodies that issue, compile or jointly publish it, as named and in their order, and how many they are.

    A body that forwards is none; nothing is filled up from elsewhere.
    """
    if kind == "legislation" and (found := _law_makers(title, passages)):
        return found, None
    report = re.search(r"(?:\d{4}年)?(?P<who>[\u3400-\u9fff]{2,20}?)(?P<gov>人民政府|政府)工作报告", title)
    if report:
        national = report["who"].endswith("国务院")
        return ["国务院" if national else report["who"] + report["gov"]], None
    if is_official(title):
        for names, count in _of_title(title):
            if names:
                return names, count
        signed = _signed(passages)
        return (signed[0] if signed else []) or _of_head(passages) or _of_text(passages), None
    told = _told_issuers(title, plan, passages)
    return told if told[0] else (_of_head(passages), None)


def _law_makers(title: str, passages: Sequence[Passage]) -> list[str]:
    congress = re.match(r"([\u3400-\u9fff]{0,20}人民代表大会(?:常务委员会)?)关于", title)
    if congress:
        return [congress[1]]
    passed = _passed(passages)
    if passed:
        who = passed[0]
        return [re.sub(r"第[一二三四五六七八九十\d]{1,4}届", "", who)]
    head = title + "\n" + "\n".join(p.text for p in passages[:6])
    return ["国务院"] if re.search(r"国务院令|国令|国务院关于", head) else []


def _of_title(title: str) -> Iterator[tuple[list[str], int | None]]:
    form = read_form(title)
    if form.maker:
        yield _bodies(form.maker)
    who = form.who if form.end else title.split("关于")[0] if "关于" in title else ""
    if who and not form.maker:
        yield _bodies(who)


def _bodies(text: str) -> tuple[list[str], int | None]:
    names, count = split_bodies(text)
    if len(names) == 1 and re.match(r"[一二三四五六七八九十\d]{1,3}个?(?:部门|部委|单位)", names[0]):
        return [], None
    own = [name for name in names if re.match(r"[我本该]", name)]  # 我委, 本局: whoever speaks
    return (names, count) if names and not own and all(map(is_body, names)) else ([], None)


def _of_head(passages: Sequence[Passage]) -> list[str]:
    """A body alone on a line above the day at the head of a bulletin."""
    day = _own_line_day(passages[:8])
    return _bodies_above(passages, day[0]) if day else []


def _of_text(passages: Sequence[Passage]) -> list[str]:
    """The body that says it makes the plan (…制定本行动计划), else one alone on the last line."""
    for passage in passages[:20]:
        if (named := re.search(r"以([^，。；]{2,40}?)(?:的)?名义(?:印发|发布)", passage.text)) and _bodies(
            named[1]
        )[0]:
            return _bodies(named[1])[0]
        found = re.search(
            r"(?:^|[，。])([^，。]{2,60}?)(?:组织)?(?:制定|编制)(?:了)?本(?:规划|方案|计划|行动|意见)",
            passage.text,
        )
        if found and (names := _bodies(_ADVERB.sub("", found[1]))[0]):
            return names
    last = passages[-1].text if passages else ""
    return _bodies(last)[0] if len(last) <= 60 else []


def _told_issuers(
    title: str, plan: Named | None, passages: Sequence[Passage]
) -> tuple[list[str], int | None]:
    for text in (*(p.text for p in passages[:12]), title):
        for subject in _subjects(text, plan):
            names, count = _bodies(_ADVERB.sub("", _LEAD.sub("", subject)))
            if names:
                return names, count
    return [], None


def _subjects(text: str, plan: Named | None) -> Iterator[str]:
    """Texts that stand as the subject of a verb of release whose object is the plan (or 行动方案, 规划 …)."""
    verb = rf"(?:{_ISSUED}|批复同意|批复)(?:了|实施)?"
    thing = r"(?:《》|[^，。；：《》]{0,40}[（(](?:公开)?征求意见稿[）)]|[^，。；：《》]{0,12}(?:行动方案|行动计划|规划|方案|计划|通知|意见|清单|要点|任务))"
    outside = re.sub(r"《[^《》]*(?:《[^《》]*》[^《》]*)*》", "《》", text)
    about = (
        plan is None
        or core(plan.title) in text
        or any(core(q) == core(plan.title) for _, _, q in quoted_titles(text))
    )
    if not about and not re.search(rf"{verb}(?!《)", outside):
        return
    for found in re.finditer(rf"(?P<who>[^，。；：！？《》\n]{{2,80}}?){verb}{thing}", outside):
        yield found["who"].split("会同")[0]
    for found in re.finditer(
        rf"由(?P<who>[^，。；《》]{{2,60}}?)(?:联合|共同)?(?:{_ISSUED}|编制|制定)"
        r"|(?P<drafter>[^，。；《》]{2,60}?)(?:就|起草(?:了)?)《》",
        outside,
    ):
        yield (found["who"] or found["drafter"]).split("会同")[0]
