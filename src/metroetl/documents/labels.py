"""The labelled facts of a page: the 政府信息公开 block in its many forms (GOV_SITES §2), and the line under the title.

A label is a text that says nothing else (blanks inside it don't count: 索 引 号：, 标　　题：); its value is the next
cell, the next element or the rest of the line.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from metroetl.documents.html import is_short, strings, text_of
from metroetl.documents.lines import BLANKS

NAMES = {
    "index_number": "索引号 索引号码 信息索引号",
    "doc_number": "发文字号 文号 发文文号 发文号 文件编号 文件号",
    "publisher": "发文机关 发布机构 主办单位 公开主体 发文单位 发布单位 发布机关 制发机关 公开机构 公开单位 发文机构",
    "written_on": "成文日期 成文时间 制发日期 发文日期 生成日期 印发日期",
    "published_on": "发布日期 公开日期 公开时间",
    "printed_on": "发布时间 发表时间 更新时间 发稿时间 日期 时间",
    "effective_on": "施行日期 实施日期 生效日期",
    "title": "标题 名称 公开事项名称 信息名称 文件名称 文件标题",
    "source": "来源 信息来源 文章来源 稿件来源 内容来源",
    "other": "主题分类 信息分类 分类 组配分类 体裁分类 服务对象分类 主题词 关键词 有效性 时效 效力状态 时效性 体裁 公开方式 公开范围"
    " 公开时限 废止日期 失效日期 有效期 浏览次数 字体 字号 责任编辑 编辑 作者 概述 内容概述 公开程序 文件状态",
}
FIELD = {name: field for field, names in NAMES.items() for name in names.split()}
SPACED = "|".join("[ 　]{0,3}".join(name) for name in sorted(FIELD, key=len, reverse=True))
IN_LINE = re.compile(rf"(?:^|[ 　|｜；;])[【\[■●·•]?\s?({SPACED})\s?[】\]]?\s?[：:]")
ALONE = re.compile(rf"[【\[■●·•]?\s?({SPACED})\s?[】\]]?")
BLOCK_LENGTH = 1500
BLOCK_LABELS = 3
CLIMB = 6
LINE_LENGTH = 300
HOLDERS = ["td", "th", "dt", "label", "b", "strong", "span"]
MOST_LABELS = 200


@dataclass(frozen=True)
class Label:
    """A label as it stands on the page, with its value and whether it belongs to an information block."""

    field: str
    name: str
    value: str
    node: NavigableString
    in_block: bool = False


def find_labels(root: Tag) -> list[Label]:
    """The labels below `root`, in page order, MOST_LABELS at most; values may be empty."""
    found: list[Label] = []
    for node in strings(root):
        if isinstance(node, PreformattedString) or len(node) > LINE_LENGTH:
            continue
        found += _labels_in(node)
        if len(found) >= MOST_LABELS:
            break
    return found


def _labels_in(node: NavigableString) -> list[Label]:
    """The labels of one line (`发布日期：… 来源：…`), or the one that a label cell holds."""
    line = _line_of(node)
    matches = list(IN_LINE.finditer(line))
    if matches and matches[0].start() == 0:
        ends = [m.start() for m in matches[1:]] + [len(line)]
        values = [
            line[m.end() : end].strip(" \u3000|｜;；【】") for m, end in zip(matches, ends, strict=True)
        ]
        names = ["".join(m.group(1).split()) for m in matches]
        values[-1] = values[-1] or _value_after(node)
        return [Label(FIELD[n], n, v, node) for n, v in zip(names, values, strict=True)]
    if (alone := ALONE.fullmatch(line)) and node.find_parent(HOLDERS) is not None:
        name = "".join(alone.group(1).split())
        return [Label(FIELD[name], name, _value_after(node), node)]
    return []


def is_label(text: str) -> bool:
    """Whether a text of the page would be read as a label, or as a line that begins with one."""
    return len(text) <= LINE_LENGTH and _is_label(text)


@lru_cache(maxsize=4096)  # the menus of a site are the same on all its pages
def _is_label(text: str) -> bool:
    line = _line_of(text)
    return IN_LINE.match(line) is not None or ALONE.fullmatch(line) is not None


def _line_of(text: str) -> str:
    return BLANKS.sub(" ", str(text)).strip(" \u3000")


def information_blocks(labels: Iterable[Label]) -> list[Tag]:
    """The innermost elements that hold three labels or more and little else: the page's information block."""
    names: defaultdict[int, set[str]] = defaultdict(set)
    holders: dict[int, Tag] = {}
    for label in labels:
        for holder in list(label.node.parents)[: CLIMB + 4]:
            names[id(holder)].add(label.name)
            holders[id(holder)] = holder
    blocks = [
        t
        for key, t in holders.items()
        if len(names[key]) >= BLOCK_LABELS
        and {FIELD[n] for n in names[key]} & {"index_number", "doc_number", "publisher", "written_on"}
        and is_short(t, BLOCK_LENGTH)
    ]
    outer = {id(p) for t in blocks for p in t.parents}
    return [t for t in blocks if id(t) not in outer and t.name not in {"body", "html", "[document]"}]


def _value_after(node: NavigableString) -> str:
    """The text that follows a label: the next cell, or what comes next around it."""
    cell = node.find_parent(["td", "th", "dt"])
    if isinstance(cell, Tag):
        following = cell.find_next_sibling(["td", "th", "dd"])
        return _as_value(following) if following is not None else ""
    place: PageElement = node
    for _ in range(CLIMB):
        parts = []
        for sibling in place.next_siblings:
            part = _as_value(sibling)
            if not part and text_of(sibling):
                break
            parts.append(part)
            if part and isinstance(sibling, Tag):
                break
        if value := _cut(" ".join(filter(None, parts))):
            return value
        if place.parent is None or text_of(place.parent) != text_of(node):
            return ""
        place = place.parent
    return ""


def _as_value(node: PageElement) -> str:
    """A neighbour's text, empty where it is a label itself."""
    text = text_of(node)
    return "" if IN_LINE.match(text) or ALONE.fullmatch(text) else text


def _cut(value: str) -> str:
    """A value up to the next label on the same line."""
    following = IN_LINE.search(value)
    value = value[: following.start()] if following else value
    return value.strip(" \u3000|｜;；【】")
