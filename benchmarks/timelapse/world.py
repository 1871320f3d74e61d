"""The synthetic world: every page that is ever published, what happens to it later, and so the truth to judge by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from random import Random
from typing import Literal, TypeVar

from benchmarks.timelapse.economy import Bureaus
from benchmarks.timelapse.places import PLANS, REDESIGNED, REGIONS, STATISTICS
from metroetl.catalogue import catalogue
from metroetl.replica.articles import Article, Block, File, FileKind, heading, paragraph
from metroetl.replica.facts import Fact
from metroetl.replica.releases import statistics_articles
from metroetl.replica.tables import tabulated

MARK = "合成数据，仅供测试。Synthetic data, for tests only."
BEFORE = timedelta(days=60)  # what the sites already have on the first day
QUIET = timedelta(days=3)  # days at the end on which nothing is broken and nothing comes out

T = TypeVar("T")
Damage = Literal["soft_404", "truncated_pdf", "scan"]
DAMAGES: tuple[Damage, ...] = ("soft_404", "truncated_pdf", "scan")
TOPICS = ("现代产业体系建设", "综合交通", "生态环境保护", "公共服务均等化", "数字经济发展", "都市农业发展")
TASKS = ("推进交通互联", "促进产业协作", "推动公共服务共享")


@dataclass
class World:
    """What comes out from the first day to the last; `damaged` pages can never be read, by key."""

    seed: int
    first: date
    days: int
    articles: list[Article] = field(default_factory=list)
    damaged: dict[str, Damage] = field(default_factory=dict)
    misprints: list[Fact] = field(default_factory=list)

    @property
    def last(self) -> date:
        """The last day; the three before it are quiet."""
        return self.first + timedelta(days=self.days - 1)

    @cached_property
    def scale(self) -> float:
        """1 for two years; a short lapse has its events closer together."""
        return min(1.0, self.days / 180)

    def days_of(self, usual: int, least: int = 2) -> timedelta:
        """So many days of a long lapse, fewer in a short one."""
        return timedelta(days=max(least, round(usual * self.scale)))

    def readable(self) -> list[Article]:
        """Pages that could be read, in every form that they had."""
        return [a for a in self.articles if a.key not in self.damaged]


def make_world(seed: int, first: date, days: int) -> World:
    """The world of a seed from a first day on."""
    world = World(seed, first, days)
    dice = Random(f"world/{seed}/{first}/{days}")
    facts = list(Bureaus(seed).facts(first - BEFORE, world.last - QUIET))
    changed, misprints = _changes(world, facts, dice)
    sources = [catalogue().sources[place.id] for place in STATISTICS]
    later = {a.key: a for a in statistics_articles([changed.get(f, f) for f in facts], sources)}
    printed = statistics_articles([misprints.get(f, f) for f in facts], sources)
    world.misprints = list(misprints.values())
    for article in printed:
        true = later[article.key]
        if true.facts != article.facts:
            day = article.published_on + world.days_of(11, 3)
            article = replace(article, revised=replace(_marked(true), changed_on=day))
        world.articles.append(_marked(article))
    world.articles += _plans(world, dice)
    _damage(world, dice)
    if world.scale < 1:
        _attach(world)
    _vanish(world, dice)
    return world


def _new(world: World, fact: Fact) -> bool:
    """Whether it comes out within the lapse, early enough to be changed before the quiet days."""
    return world.first < fact.published_on <= world.last - QUIET - world.days_of(11, 3)


def _changes(world: World, facts: Sequence[Fact], dice: Random) -> tuple[dict[Fact, Fact], dict[Fact, Fact]]:
    """Figures that an edit in place changes later: what they become; and those printed wrongly at first, as printed."""
    # who is redesigned has another address for the edited page, and no edit in place
    sales = [
        f for f in facts if f.indicator_code == "RS" and _new(world, f) and f.region_code != REDESIGNED.region
    ]
    levels = [f for f in sales if f.measure == "level_ytd"]
    edited = _some(dice, levels, 12 * world.scale)
    places = {(f.region_code, f.period) for f in edited}
    growths = [f for f in sales if f not in levels and (f.region_code, f.period) not in places]
    wrong = _some(dice, [f for f in growths if f.number > 1], 12 * world.scale)
    changed = {f: replace_value(f, f"{f.number * 1.003:.1f}") for f in edited}
    return changed, {f: replace_value(f, f"{f.number * 100:.1f}") for f in wrong}


def _some(dice: Random, options: Sequence[T], count: float) -> list[T]:
    """About so many of them, at least one."""
    return dice.sample(options, min(len(options), max(1, round(count))))


def replace_value(fact: Fact, value: str) -> Fact:
    """The figure with another value."""
    return fact.model_copy(update={"value": value})


def _marked(article: Article) -> Article:
    """The page says that it is made up."""
    return article.with_blocks([*article.blocks, paragraph(MARK)])


def _damage(world: World, dice: Random) -> None:
    """Some pages that can't be read: never there, half a PDF file, a picture of text."""
    for number in range(max(len(DAMAGES), round(9 * world.scale))):
        kind = DAMAGES[number % len(DAMAGES)]
        options = [
            i for i, a in enumerate(world.articles)
            if a.facts and a.key not in world.damaged and not a.revised and a.published_on > world.first
            and (kind == "soft_404" or a.tables)
        ]  # fmt: skip
        index = dice.choice(options)
        article = world.articles[index]
        if kind != "soft_404":
            world.articles[index] = _as_file(article, "pdf")
        world.damaged[article.key] = kind


def _as_file(article: Article, kind: FileKind) -> Article:
    """The page with its table in a file and nothing else."""
    table = article.tables[0]
    file = File(f"{table.caption}.{kind}", kind, table)
    blocks = (paragraph("详见附件。"), paragraph(MARK))
    return replace(article, blocks=blocks, files=(file,), facts=tuple(tabulated(article.facts)))


def _attach(world: World) -> None:
    """Files, which in a long lapse come by themselves: of every third page that is a table with text."""
    kinds: tuple[FileKind, ...] = ("xlsx", "pdf")
    large = [i for i, a in enumerate(world.articles) if a.tables and not a.revised and not a.files]
    for number, index in enumerate(large[::3]):
        world.articles[index] = _as_file(world.articles[index], kinds[number % 2])


def _vanish(world: World, dice: Random) -> None:
    """Some pages are taken down again, older ones too."""
    stays = world.days_of(20, 5)
    options = [
        i for i, a in enumerate(world.articles)
        if a.published_on < world.last - QUIET - stays and a.key not in world.damaged
        and not a.revised and not a.plan
    ]  # fmt: skip
    for index in _some(dice, options, 8 * world.scale):
        article = world.articles[index]
        gone = max(article.published_on, world.first) + stays
        world.articles[index] = replace(article, gone_on=gone)


def _plans(world: World, dice: Random) -> list[Article]:
    """A plan of each government every three weeks or so."""
    articles: list[Article] = []
    for place in PLANS:
        day = world.first - timedelta(days=20)
        while day < world.last - QUIET:
            articles.append(_plan(place.id, REGIONS[place.region], place.publisher, day, len(articles)))
            day += timedelta(days=dice.randrange(12, 30)) if world.scale == 1 else timedelta(days=6)
    return articles


def _plan(source: str, region: str, publisher: str, day: date, number: int) -> Article:
    topic, years = TOPICS[number % len(TOPICS)], (day.year, day.year + 2)
    title = f"{region}{topic}三年行动计划（{years[0]}—{years[1]}年）"
    if number >= len(TOPICS):
        title = f"{region}{topic}第{number}批三年行动计划（{years[0]}—{years[1]}年）"
    blocks: list[Block] = [
        paragraph(f"为推进{topic}，制定本行动计划。实施期为{years[0]}—{years[1]}年。"),
        heading("一、总体要求"),
        paragraph("坚持规划引领、分工协作、共建共享，健全工作机制。"),
        heading("二、重点任务"),
        *(paragraph(f"{task}。") for task in TASKS),
        heading("三、组织实施"),
        paragraph("各有关单位按照职责分工抓好落实，定期报告进展。"),
        paragraph(MARK),
    ]
    key = f"plan/{source}/{day}"
    return Article(
        key=key, source_id=source, title=title, published_on=day, publisher=publisher,
        blocks=tuple(blocks), plan=True,
    )  # fmt: skip
