"""The heading tree of a text, the length of each section and the field of work it belongs to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from metroetl.plans.models import Heading
from metroetl.plans.passages import MARK, Passage
from metroetl.plans.words import words

_LEVELS = (
    (re.compile(r"[一二三四五六七八九十百]+、"), 1),
    (re.compile(r"[（(][一二三四五六七八九十百]+[)）]"), 2),
    (re.compile(r"\d{1,3}[.、]"), 3),
    (re.compile(r"[（(]\d{1,2}[)）]"), 4),
    (re.compile(r"第[^章节篇条]+[章篇]"), 1),
    (re.compile(r"第[^章节篇条]+节"), 2),
)
_ARTICLE = re.compile(r"第[一二三四五六七八九十百零〇\d]{1,6}条[ \u3000]")
_CHAPTER = re.compile(r"第[一二三四五六七八九十百零〇\d]{1,5}[章节篇]")
_LEADERS = re.compile(r"[ .．·…]{2,}\d{1,4}$|\t\d{1,4}$")
_BRACKET_END = re.compile(
    r"[（(\[【〔][^（）()\[\]【】〔〕]*(?:[（(][^（）()]*[)）][^（）()\[\]【】〔〕]*){0,6}[)）\]】〕]$"
)
_TITLE_WEIGHT = 6
_MOST_EVIDENCE = 4


@dataclass(slots=True)
class _Opened:
    """A heading under construction: where it stands among the passages and in them."""

    heading: Heading
    passage: int
    after: int
    sentences: int
    ends_in_semicolon: bool
    short: bool


def read_headings(passages: Sequence[Passage]) -> list[Heading]:
    """The headings with their sections' lengths and fields.

    The level is told by the form of the number. In texts of chapters and articles only chapters and sections count;
    a table of contents is left out; items of a list (ending in ；, or single sentences at levels 3 and 4) are none.
    """
    articles = sum(bool(_ARTICLE.match(p.text + " ")) for p in passages) >= 3
    decimals = sum(bool(re.match(r"\d{1,2}\.\d{1,2}", p.text)) for p in passages) >= 2
    opened = []
    for index, passage in enumerate(passages):
        found = None if passage.row and "\t" in passage.text else _open(passage, index, articles, decimals)
        if found:
            opened.append(found)
    kept = _without_lists(_without_contents(opened))
    _measure(kept, passages)
    return [o.heading for o in kept]


def _open(passage: Passage, index: int, articles: bool, decimals: bool) -> _Opened | None:
    text = passage.text
    mark = MARK.match(text) or (
        re.match(r"(?P<mark>\d{1,2})(?=[\u3400-\u9fff]{2,20}$)", text) if decimals else None
    )
    if not mark or (articles and not _CHAPTER.match(text)) or mark["mark"].endswith("条"):
        return None
    level = _level(mark["mark"])
    rest = text[mark.end() :]
    body = rest.lstrip("　 \t、.")
    title = _title(_LEADERS.sub("", body))
    if level is None or not title or _LEADERS.search(body):
        return None
    begin = mark.end() + len(rest) - len(body)
    end = min(begin + len(title), len(text))
    span = passage.span(mark.start("mark"), end)
    heading = Heading(level=level, number=mark["mark"], title=title.strip(), start=span.start, end=span.end)
    body_text = _without_units(text[begin:])
    return _Opened(
        heading,
        index,
        end,
        sentences=len([s for s in re.split(r"[。！？：]", body_text) if len(s.strip("”）) ")) > 1]),
        ends_in_semicolon=text.endswith(("；", ";")),
        short=not re.search(r"[。；，]", body_text) and len(body_text) <= 60,
    )


def _level(mark: str) -> int | None:
    if re.fullmatch(r"\d+(?:\.\d+)*", mark):
        return mark.count(".") + 1
    return next((level for form, level in _LEVELS if form.fullmatch(mark)), None)


def _title(text: str) -> str:
    """The first sentence, to the first 。 or ：; without the units in brackets at its end."""
    sentence = re.split(r"[。：]", text, maxsplit=1)[0].strip()
    return _without_units(sentence).rstrip("；;，,")


def _without_units(text: str) -> str:
    """A text without the units in brackets at its end."""
    bracket = _BRACKET_END.search(text)
    units = bracket and re.search(r"负责|牵头|单位|部门|配合|参与|指导", bracket.group())
    return text[: bracket.start()].rstrip() if bracket and units else text


def _without_contents(opened: list[_Opened]) -> list[_Opened]:
    """Without a table of contents: a run of headings that comes again further down, with text between."""
    key = [(o.heading.level, re.sub(r"\s", "", o.heading.title)) for o in opened]
    seen = Counter(key)
    run = min(len(opened), 1)
    while run < len(opened) and seen[key[run]] > 1 and key[run] != key[0]:
        if opened[run].passage > opened[run - 1].passage + 1:
            return opened
        run += 1
    return opened[run:] if run >= 3 and key[0] in key[run:] else opened


def _without_lists(opened: list[_Opened]) -> list[_Opened]:
    kept: list[_Opened] = []
    in_list = -1
    for index, item in enumerate(opened):
        level = item.heading.level
        if item.ends_in_semicolon:
            in_list = level
            continue
        if in_list == level and item.sentences <= 1:
            in_list = -1
            continue
        in_list = in_list if level > in_list else -1
        if level >= 3 and not _stands_alone(item, opened, index):
            continue
        kept.append(item)
    return kept


def _stands_alone(item: _Opened, opened: Sequence[_Opened], index: int) -> bool:
    """Whether a numbered paragraph of level 3 or 4 is a heading: text goes on after its first sentence or below it."""
    if item.sentences > 1:
        return True
    if not item.short:
        return False
    if "." in item.heading.number[:-1]:
        return True
    following = opened[index + 1].passage if index + 1 < len(opened) else None
    return following is None or following > item.passage + 1


def _measure(opened: Sequence[_Opened], passages: Sequence[Passage]) -> None:
    """Length and field of each section: the characters up to the next heading of its own or a higher level."""
    own: list[int] = []
    texts: list[str] = []
    for index, item in enumerate(opened):
        until = opened[index + 1].passage if index + 1 < len(opened) else len(passages)
        body = [passages[item.passage].text[item.after :]]
        body += [p.text for p in passages[item.passage + 1 : until]]
        own.append(sum(len(text) for text in body))
        texts.append("".join(body))
    open_fields: list[tuple[int, str | None]] = []
    for index, item in enumerate(opened):
        heading = item.heading
        heading.length = own[index]
        for later in range(index + 1, len(opened)):
            if opened[later].heading.level <= heading.level:
                break
            heading.length += own[later]
        open_fields = [(lvl, field) for lvl, field in open_fields if lvl < heading.level]
        above = next((field for _, field in reversed(open_fields) if field), None)
        field, heading.evidence = belongs_to("fields", heading.title, texts[index])
        heading.field = field or above
        heading.theme, _ = belongs_to("themes", heading.title, texts[index])
        open_fields.append((heading.level, heading.field))


def field_of(title: str, body: str) -> str | None:
    """Which of the eight fields a section or item belongs to, by its title first; None without clear evidence."""
    return belongs_to("fields", title, body)[0]


def belongs_to(lists: str, title: str, body: str) -> tuple[str | None, list[str]]:
    """Which list of words (`fields`, `themes`) a section belongs to, with the words that say so, weightiest first.

    None where too little speaks for one, or nearly as much for another.
    """
    scores: Counter[str] = Counter()
    met: dict[str, Counter[str]] = {}
    for name, terms in words(lists).items():
        weights = {t: len(t) * (_TITLE_WEIGHT * (t in title) + min(body.count(t), 3)) for t in terms}
        met[name] = Counter({term: weight for term, weight in weights.items() if weight})
        scores[name] = sum(weights.values())
    (best, score), (_, second) = scores.most_common(2)
    if score < 2 * _TITLE_WEIGHT or score < 1.3 * second:
        return None, []
    return best, [term for term, _ in met[best].most_common(_MOST_EVIDENCE)]
