"""Where the document stands in its page.

A list of the containers that the CMS families use comes first (GOV_SITES §3), a page without one falls back to the
part with the densest text, and a page without that has changed its layout.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

from metroetl.documents.html import SILENT, attribute, is_layout, text_of

EDITORS = (
    "#ucap-content",
    "ucapcontent",
    "#zoomcon",
    "#zoom",
    "#bt-box-zoom",
    "#ivs_content",
    "#vsb_content",
    "#newstext",
    "#detailcontent",
    ".detail-text-content",
    ".pages_content",
    ".trs_editor",
    ".trs_editor_view",
    ".trs_ueditor",
    ".custom_unionstyle",
    ".v_news_content",
    ".article_zoom",
    ".bfr_article_content",
    ".zfwjwzcontent",
    ".zc-detail",
)
WRAPPERS = (
    ".article-content",
    ".article_con",
    ".article_content",
    ".articlecontent",
    ".txt-content",
    ".detail_content",
    ".detail-content",
    ".wrapper_detail_text",
    ".cont_t",
    ".xl_cont",
    ".content_con",
    ".main_section",
    ".news_content",
    ".news-content",
    ".con_text",
    ".conttxt",
    "article",
)
CONTAINERS = frozenset({*EDITORS, *WRAPPERS})
NUMBERED_ID = re.compile("_[0-9]{1,4}$")
FURNITURE = re.compile(
    r"(?:bd)?share\w*|social\w*|(?:qr|er)_?code\w*|qr_container|sweep|\w{0,3}ewm\w*|erweima|pager|pagination|page_?nav"
    r"|(?:bread)?crumbs?|position|dqwz|font_?size|toolbar|print\w*|pre_?v?_?next|related\w*|xgwz|xgxx|xgjd|xgzc"
    r"|recommend\w*|footer|copyright|nav|comments?"
)
FURNITURE_LENGTH = 600
ASIDE = frozenset({"nav", "footer", "aside", "header"})
LINK_SHARE = 0.4
LEAST_TEXT = 80
TWIN_LENGTH = 60
TWIN_LEVELS = 4
PROSE = re.compile("[，。；、]")


@dataclass(frozen=True)
class Body:
    """The parts of a page that are the document (one, or several editors one after the other)."""

    parts: list[Tag]
    found_by: str


@dataclass(frozen=True)
class Measures:
    """One pass over the page: of each element (by id) its place, its characters of text, of links and of prose."""

    place: dict[int, int]
    text: dict[int, int]
    links: dict[int, int]
    prose: dict[int, int]
    aside: frozenset[int]

    def link_share(self, tag: Tag) -> float:
        """Share of the text that is links."""
        text = self.text.get(id(tag), 0)
        return self.links[id(tag)] / text if text else 0.0


def measure(root: Tag) -> Measures:
    """Measure every element below `root`, in time linear in the page."""
    order: list[tuple[Tag, Tag | None]] = []
    aside: set[int] = set()
    stack: list[tuple[Tag, Tag | None]] = [(root, None)]
    while stack:
        tag, parent = stack.pop()
        order.append((tag, parent))
        if tag.name in ASIDE or (parent is not None and id(parent) in aside):
            aside.add(id(tag))
        stack.extend(
            (c, tag) for c in reversed(tag.contents) if isinstance(c, Tag) and not SILENT.fullmatch(c.name)
        )
    text, links, prose = (dict.fromkeys((id(t) for t, _ in order), 0) for _ in range(3))
    for tag, parent in reversed(order):
        own = [
            s
            for s in tag.contents
            if isinstance(s, NavigableString) and not isinstance(s, PreformattedString)
        ]
        text[id(tag)] += sum(len("".join(s.split())) for s in own)
        if tag.name == "a":
            links[id(tag)] = text[id(tag)]
        if any(PROSE.search(s) for s in own):
            prose[id(tag)] = text[id(tag)]
        if parent is not None:
            for sums in (text, links, prose):
                sums[id(parent)] += sums[id(tag)]
    return Measures({id(t): n for n, (t, _) in enumerate(order)}, text, links, prose, frozenset(aside))


def find_body(soup: BeautifulSoup, selectors: Sequence[str] = ()) -> Body | None:
    """The document's part of the page; None where there is none. `selectors` (CSS), the source's own, come first."""
    sizes = measure(soup)
    for selector in selectors:
        if chosen := [t for t in soup.select(selector) if _has_content(t, sizes)]:
            return Body(_untwin(_outermost(chosen, sizes)), f"selector {selector}")
    matches = _index(soup)
    editors = _untwin(_outermost((t for n in EDITORS for t in matches[n] if _has_content(t, sizes)), sizes))
    wrapper = _best_wrapper([t for n in WRAPPERS for t in matches[n] if _has_content(t, sizes)], sizes)
    if editors and not _holds_more(wrapper, editors, sizes):
        return Body(editors, "container")
    if wrapper is not None and sizes.link_share(wrapper) <= LINK_SHARE:
        return Body([wrapper], "container")
    densest = _densest(soup, sizes)
    return Body([densest], "density") if densest is not None else None


def _index(soup: BeautifulSoup) -> defaultdict[str, list[Tag]]:
    """Elements by #id, .class and name, lower case; numbered ids (vsb_content_2) without their number."""
    matches: defaultdict[str, list[Tag]] = defaultdict(list)
    for tag in soup.find_all(True):
        for name in container_names(tag.name, attribute(tag, "id"), attribute(tag, "class")):
            matches[name].append(tag)
    return matches


def container_names(name: str, own_id: str, classes: str) -> set[str]:
    """By which names of known containers an element goes."""
    if not own_id and not classes:
        return {name} & CONTAINERS
    own_id = NUMBERED_ID.sub("", own_id.lower())
    return {name, f"#{own_id}", *(f".{c}" for c in classes.lower().split())} & CONTAINERS


def _has_content(tag: Tag, sizes: Measures) -> bool:
    return sizes.text.get(id(tag), 0) > 0 or tag.find(["a", "iframe", "embed", "object", "file"]) is not None


def _outermost(tags: Iterable[Tag], sizes: Measures) -> list[Tag]:
    """Tags that aren't inside one another, in page order."""
    chosen = {id(t): t for t in tags}
    outer = [t for t in chosen.values() if not any(id(p) in chosen for p in t.parents)]
    return sorted(outer, key=lambda t: sizes.place.get(id(t), 0))


def _untwin(tags: list[Tag]) -> list[Tag]:
    """Drop a part that says what one before it says (PC and phone twins, GOV_SITES §4.3)."""
    kept: list[tuple[Tag, set[str]]] = []
    for tag in tags:
        lines = {squeezed for s in tag.stripped_strings if len(squeezed := "".join(s.split())) > 1}
        if not any(len(lines & other) > 0.6 * min(len(lines), len(other)) for _, other in kept):
            kept.append((tag, lines))
    return [tag for tag, _ in kept]


def _best_wrapper(tags: list[Tag], sizes: Measures) -> Tag | None:
    """The innermost wrapper that still holds most of the text of the largest one."""
    if not tags:
        return None
    size = sizes.text
    best = max(tags, key=lambda t: size.get(id(t), 0))
    shown = [t for t in tags if id(t) in size]
    inner = [
        t for t in shown if size[id(t)] >= 0.6 * size.get(id(best), 0) and any(p is best for p in t.parents)
    ]
    return min(inner, key=lambda t: size[id(t)], default=best)


def _holds_more(wrapper: Tag | None, editors: list[Tag], sizes: Measures) -> bool:
    """Whether the editors are only a small part of the prose that their wrapper holds."""
    if wrapper is None or not any(p is wrapper for p in editors[0].parents):
        return False
    shown = sum(sizes.text.get(id(e), 0) for e in editors)
    return sizes.prose.get(id(wrapper), 0) > 300 + 2 * shown


def _densest(soup: BeautifulSoup, sizes: Measures) -> Tag | None:
    """The element whose own paragraphs and tables hold the most text that isn't links."""
    scores: defaultdict[int, float] = defaultdict(float)
    tags: dict[int, Tag] = {}
    for tag in soup.find_all(["p", "div", "td", "section", "table", "span"]):
        if id(tag) in sizes.aside or id(tag) not in sizes.place or sizes.link_share(tag) > LINK_SHARE:
            continue
        length = _own_length(tag, sizes)
        if length < 10:
            continue
        home = tag if tag.name in {"div", "td", "section"} else tag.parent
        for step, holder in enumerate(h for h in (home, home.parent if home else None) if h is not None):
            tags[id(holder)] = holder
            scores[id(holder)] += length / (1 + step)
    best = max(scores, key=lambda key: scores[key], default=None)
    if best is None or scores[best] < LEAST_TEXT or sizes.link_share(tags[best]) > LINK_SHARE:
        return None
    return tags[best]


def _own_length(tag: Tag, sizes: Measures) -> int:
    """Characters of a paragraph with punctuation or of a data table; of other elements only what stands in them bare."""
    if tag.name == "table":
        return 0 if is_layout(tag) else sizes.text[id(tag)]
    if tag.name == "p":
        return sizes.text[id(tag)] if sizes.prose[id(tag)] else 0
    bare = [str(s) for s in tag.find_all(string=True, recursive=False)]
    return sum(len("".join(s.split())) for s in bare) if any(PROSE.search(s) for s in bare) else 0


def clear(body: Body, information: Iterable[Tag] = ()) -> None:
    """Take page furniture and the information block out of the document's parts."""
    inside = [t for t in information if any(p is part for part in body.parts for p in t.parents)]
    for tag in inside:
        tag.extract()
    for part in body.parts:
        _drop_twins(part)
        whole = len(text_of(part))
        for tag in [
            t for t in part.find_all(True) if t.name in ASIDE - {"header"} or _is_furniture(t, whole)
        ]:
            tag.extract()


def _drop_twins(part: Tag) -> None:
    """Keep the first of neighbours that say the same (the PC and the phone version side by side)."""
    level = [part]
    for _ in range(TWIN_LEVELS):
        level = [child for tag in level for child in tag.children if isinstance(child, Tag)]
        seen: set[tuple[int, str]] = set()
        for tag in level:
            said = (id(tag.parent), "".join(tag.get_text().split()))
            if len(said[1]) >= TWIN_LENGTH and said in seen:
                tag.extract()
            seen.add(said)


def _is_furniture(tag: Tag, whole: int) -> bool:
    names = f"{attribute(tag, 'id')} {attribute(tag, 'class')}".lower().replace("-", "_").split()
    if not any(FURNITURE.fullmatch(name) for name in names):
        return False
    size = len(text_of(tag))
    return size <= min(FURNITURE_LENGTH, 0.5 * whole) and tag.find(["table", "file"]) is None
