"""Plans and rounds that a document speaks of: a bulletin that says who issued which rounds, and what comes next."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from metroetl.documents.models import Span
from metroetl.plans.bodies import is_body, split_bodies
from metroetl.plans.counts import numeral
from metroetl.plans.models import Count, PlanRelease
from metroetl.plans.passages import Passage
from metroetl.plans.series import find_round, full_name
from metroetl.plans.titles import YEARS

if TYPE_CHECKING:
    from metroetl.catalogue import Catalogue
    from metroetl.catalogue.models import PlanSeries

_ROUND = re.compile(r"第([一二三四五六七八九十\d]{1,2})轮")
_LISTED = re.compile(
    r"(?<![第一二三四五六七八九十\d])(?P<count>[一二三四五六七八九十两\d]{1,2})轮(?P<name>[^，。；（）()]{2,40})[（(](?:分别为|分别是|即|为)?(?P<list>[^（）()]{8,200})[）)]"
)
_SUBJECT = re.compile(
    r"(?:^|[，。；：])(?P<who>[^，。；：\d]{2,40}?)(?:已经|已|也|先后|连续|累计|陆续|共)*(?:印发|出台|发布|制定)"
)
_NEXT = re.compile(r"(?:编制|研究|谋划|续编|制定|起草|启动|开展)")
_AHEAD = re.compile(r"建议|谋划|今年|明年|下一步|将|推动|启动|筹备|20\d\d年(?:开展|启动|编制)")
_QUOTED_NEXT = re.compile(r"新一轮《(?P<name>[^《》]{4,60})》")


@dataclass(slots=True)
class _Found:
    """The rounds found so far, by series and round (or years), and the full names that the text uses."""

    catalogue: Catalogue
    releases: dict[tuple[str, int | str], PlanRelease] = field(default_factory=dict)
    names: dict[str, tuple[str, Span]] = field(default_factory=dict)

    def add(self, series: PlanSeries, key: int | str, release: PlanRelease) -> PlanRelease:
        """Keep a round once: what a later passage states fills what an earlier one left open."""
        known = self.releases.setdefault((series.id, key), release)
        if known is not release:
            for name in ("period_start", "period_end", "stage"):
                if getattr(known, name) is None and getattr(release, name) is not None:
                    setattr(known, name, getattr(release, name))
            known.issuers = known.issuers or release.issuers
            known.spans = release.spans | known.spans
        return known


def read_mentions(
    passages: Sequence[Passage], counts: Sequence[Count], catalogue: Catalogue
) -> list[PlanRelease]:
    """The rounds of the catalogue's series that a text states, with their counts; each value with its span."""
    found = _Found(catalogue)
    series: PlanSeries | None = None
    for passage in passages:
        for start, end in passage.sentences():
            sentence = passage.text[start:end]
            named = catalogue.series_of(sentence) or catalogue.series_of(_ROUND.sub("", sentence))
            if named is not None:
                series = _note_name(found, named, passage, start, sentence)
            if series is None:
                continue
            for release_series, key, release in _rounds(passage, start, sentence, series):
                found.add(release_series, key, release)
    for passage in passages:
        _expected(found, passage)
    _tie_counts(found, passages, counts)
    return _titled(found)


def _note_name(found: _Found, series: PlanSeries, passage: Passage, start: int, sentence: str) -> PlanSeries:
    name = max((n for n in (series.title_zh, *series.patterns) if n in sentence), key=len, default="")
    if len(name) > len(found.names.get(series.id, ("", None))[0]):
        at = start + sentence.find(name)
        found.names[series.id] = (name, passage.span(at, at + len(name)))
    return series


def _rounds(
    passage: Passage, start: int, sentence: str, series: PlanSeries
) -> Iterator[tuple[PlanSeries, int | str, PlanRelease]]:
    """Rounds that a sentence states: a list of years (分别为2018—2020年、…), or one round with its years."""
    listed = _LISTED.search(sentence)
    if listed:
        at = start + listed.start("list")
        found = list(YEARS.finditer(listed["list"]))
        whole = numeral(listed["count"]) == len(found)
        issuers, issuer_span = _issuers(passage, start, sentence[: listed.start()], series)
        for position, years in enumerate(found, 1):
            lead = listed["list"][found[position - 2].end() if position > 1 else 0 : years.start()]
            release = _round(passage, at, years, _stage(series, lead), series)
            if issuers:
                release.issuers, release.spans["issuers"] = issuers, issuer_span
            release.round = release.round or (position if whole else None)
            yield series, release.round or str(release.period_start), release
        return
    yield from _single_rounds(passage, start, sentence, series)


def _single_rounds(
    passage: Passage, start: int, sentence: str, series: PlanSeries
) -> Iterator[tuple[PlanSeries, int | str, PlanRelease]]:
    """Rounds named by number and years (第一轮三年行动计划（2018—2020年）); none where the catalogue has other years."""
    for ordinal in _ROUND.finditer(sentence):
        number = int(numeral(ordinal[1]) or 0)
        years = YEARS.search(sentence, ordinal.end(), min(len(sentence), ordinal.end() + 40))
        if years is None or _ROUND.search(sentence, ordinal.end(), years.start()):
            continue
        known = next((r for r in series.rounds if r.round == number and r.period_end), None)
        if number and (
            known is None or (known.period_start, known.period_end) == (int(years[1]), int(years[2]))
        ):
            release = _round(passage, start, years, None, series)
            release.round = number
            release.spans["round"] = passage.span(start + ordinal.start(), start + ordinal.end())
            yield series, number, release


def _round(
    passage: Passage, at: int, years: re.Match[str], stage: tuple[str, int, int] | None, series: PlanSeries
) -> PlanRelease:
    first, last = int(years[1]), int(years[2])
    spans = {"period": passage.span(at + years.start(), at + years.end())}
    if stage:
        back = years.start() - (stage[2] - stage[1])
        spans["stage"] = passage.span(at + back, at + back + len(stage[0]))
    return PlanRelease(
        title=series.title_zh,
        plan_type=series.plan_type,
        series_id=series.id,
        round=find_round(series, first, last, stage[0] if stage else None),
        stage=stage[0] if stage else None,
        period_start=first,
        period_end=last,
        role="mention",
        spans=spans,
    )


def _stage(series: PlanSeries, lead: str) -> tuple[str, int, int] | None:
    """The stage's name in the words before the years, with its start and the length of those words."""
    found = next(((name, lead.rfind(name)) for name in series.stages if name in lead), None)
    return (found[0], found[1], len(lead)) if found else None


def _issuers(passage: Passage, start: int, text: str, series: PlanSeries) -> tuple[list[str], Span]:
    for subject in reversed(list(_SUBJECT.finditer(text + "印发"))):
        names, _ = split_bodies(subject["who"])
        if names and all(map(is_body, names)):
            span = passage.span(start + subject.start("who"), start + subject.end("who"))
            return [full_name(name, series) for name in names], span
    return [], passage.span(start, start)


def _expected(found: _Found, passage: Passage) -> None:
    """Rounds that are being prepared: a stage that no plan has yet, or a new round of a plan by name."""
    for start, end in passage.sentences():
        sentence = passage.text[start:end]
        if not _AHEAD.search(sentence):
            continue
        for series_id in found.names:
            series = found.catalogue.plan_series[series_id]
            for stage in series.stages:
                at = sentence.find(stage)
                number = series.stages.index(stage) + 1
                if at >= 0 and (series.id, number) not in found.releases:
                    tail = sentence[at : at + 24]
                    if re.search(r"计划|规划|方案", tail) and _NEXT.search(tail):
                        span = passage.span(start + at, start + at + len(stage))
                        found.add(series, number, _coming(series, number, stage, {"stage": span}))
        for quoted in _QUOTED_NEXT.finditer(sentence):
            named = found.catalogue.series_of(quoted["name"])
            if named and _NEXT.search(sentence[quoted.end() : quoted.end() + 12]):
                span = passage.span(start + quoted.start("name"), start + quoted.end("name"))
                found.add(named, "next", _coming(named, None, None, {"title": span}))


def _coming(series: PlanSeries, number: int | None, stage: str | None, spans: dict[str, Span]) -> PlanRelease:
    return PlanRelease(
        title=series.title_zh,
        plan_type=series.plan_type,
        series_id=series.id,
        round=number,
        stage=stage,
        status="expected",
        role="mention",
        spans=spans,
    )


def _tie_counts(found: _Found, passages: Sequence[Passage], counts: Sequence[Count]) -> None:
    """Give each count to the round that its clauses name (第一轮起步期三年行动计划 … 细化形成202个项目)."""
    starts = [p.start for p in passages]
    for count in counts:
        passage = passages[max(0, bisect_right(starts, count.span.start) - 1)]
        at = bisect_left(passage.offsets, count.span.start)
        before = passage.text[max(passage.text.rfind("。", 0, at), passage.text.rfind("；", 0, at)) + 1 : at]
        release = _round_named(found, passage.text[:at], before)
        if release is not None:
            release.counts.append(count)


def _round_named(found: _Found, context: str, before: str) -> PlanRelease | None:
    ordinals = list(_ROUND.finditer(before))
    for (series_id, number), release in found.releases.items():
        series = found.catalogue.plan_series[series_id]
        if release.stage and release.stage in before and release.status != "expected":
            return release
        same = ordinals and numeral(ordinals[-1][1]) == number
        if same and found.catalogue.series_of(context[-2000:]) is series:
            return release
    return None


def _titled(found: _Found) -> list[PlanRelease]:
    """The releases with the fullest name that the text gives their series."""
    for (series_id, _), release in found.releases.items():
        name = found.names.get(series_id)
        if name and "title" not in release.spans:
            release.title = name[0]
            release.spans["title"] = name[1]
    return list(found.releases.values())
