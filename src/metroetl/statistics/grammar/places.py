"""The places that only one release knows: its own region by short names, and the parts of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metroetl.statistics.grammar.context import Scope
from metroetl.statistics.grammar.subjects import Subject
from metroetl.statistics.lexing.tokens import Token

_TOGETHER = re.compile("[一二三四五六七八九十两]{1,2}个.{0,6}$")  # 香洲、金湾和斗门三个行政区
_ZONES = ("新区", "开发区", "园区")  # as a zone's own texts call it
_ENDINGS = tuple("省市区县州")
_PLACE_ENDS = (*_ENDINGS, "圈", "角")
_PLACE_KINDS = frozenset({"region", "own", "area", "collective"})
_BEFORE_PLACE = frozenset({"period", "space", "among", "date"})
_OF_FIRMS = ("项目", "企业", "公司", "集团", "工程", "股份")  # 郑州比亚迪等重大项目: no place
_LONGEST_INTRODUCTION = 6


class OwnPlaces:
    """Marks in the tokens of a release what its vocabulary lacks: 余杭 for 杭州市余杭区, 香洲 in a release of 珠海市."""

    def __init__(self, scope: Scope) -> None:
        self._forms = _own_forms(scope)
        self._parts = scope.vocabulary.parts.get(scope.place.code or "", {})
        self._suffixes = scope.vocabulary.of_regions.suffixes

    def mark(self, tokens: list[Token]) -> list[Token]:
        """The tokens with own places as `own`, parts of the region as `region`."""
        if not self._forms and not self._parts:
            return tokens
        marked: list[Token] = []
        for i, token in enumerate(tokens):
            if token.kind == "text":
                marked += self._marked(token, tokens[i + 1].text if i + 1 < len(tokens) else "")
            else:
                marked.append(token)
        return marked

    def _marked(self, token: Token, after: str) -> Iterator[Token]:
        short = _TOGETHER.sub("", token.text)
        if short in self._parts and not after.startswith(self._suffixes):
            yield Token("region", token.start, token.start + len(short), short, self._parts[short])
            return
        form = next((f for f in self._forms if f in token.text), "")
        if not form:
            yield token
            return
        begin = token.start + token.text.find(form)
        end = begin + len(form)
        if begin > token.start:
            yield Token("text", token.start, begin, token.text[: begin - token.start])
        yield Token("own", begin, end, form, "name")
        if end < token.end:
            yield Token("text", end, token.end, token.text[end - token.start :])


def _own_forms(scope: Scope) -> Sequence[str]:
    """Names of the release's region in its own texts, longest first; the rest after a known one: 县域地区."""
    name, words = scope.place.name, scope.vocabulary
    region = words.catalogue.regions.get(scope.place.code or "")
    if region is not None and name.endswith(region.name_zh):
        name = region.name_zh
    rest = next((name[i:] for i in range(len(name) - 2, 1, -1) if name[:i] in words.regions), "")
    forms = {name, rest if region is None or region.name_zh != name else ""}
    if len(name) > 2 and name.endswith(_ENDINGS):
        forms.add(name[:-1])
    forms |= {a for a in (*words.of_regions.areas, *_ZONES) if name.endswith(a) and a != name}
    forms |= {"园区"} if name.endswith("园") else set()
    return sorted((f for f in forms if len(f) > 1 and f not in words.regions), key=len, reverse=True)


def leading(tokens: Sequence[Token], subject: Subject) -> list[Token]:
    """The places at the head of a clause, where it is about them: not 郑州比亚迪等重大项目, nor what is compared."""
    first = next((t for t in tokens if t.kind not in _BEFORE_PLACE), None)
    if first is None:
        return []
    if first.kind not in _PLACE_KINDS:
        return [tokens[-1]] if _introduces(tokens) else []
    if first.kind == "region" and not (len(first.text) > 2 and first.text.endswith(_PLACE_ENDS)):
        joined = any(t.start == first.end and t.kind in ("text", "name") for t in tokens)
        if joined and any(w in t.text for t in tokens for w in _OF_FIRMS):
            return []
    given = subject.regions
    return given if given and given[0].start <= first.end + 1 else [first]


def _introduces(tokens: Sequence[Token]) -> bool:
    """先看青岛, 被称世界工厂的东莞: a clause that ends in the place that it introduces."""
    if len(tokens) < 2 or tokens[-1].kind not in _PLACE_KINDS or len(tokens) > _LONGEST_INTRODUCTION:
        return False
    before = tokens[-2]
    return before.kind == "attribute" or (before.kind in ("text", "cut") and before.text.endswith("看"))
