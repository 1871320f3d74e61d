"""Facts to releases: one page for each region, period and day of publication, from the source that publishes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from metroetl.catalogue.models import Source
from metroetl.errors import ReplicaError
from metroetl.replica.articles import Article, Block, File, paragraph
from metroetl.replica.facts import Fact
from metroetl.replica.prose import CITY_LISTS, Prose
from metroetl.replica.tables import city_table, indicator_table, tabulated
from metroetl.replica.words import CIRCLE, CIRCLE_CITIES, Period, indicator, place

TABLE_FROM = 6
FILE_FROM = 8
BULLETIN_FROM = (2, 28)
NATION = "000000"
REPOSTS_FROM = 50

_TOPICS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"GDP", "VA1", "VA2", "VA3", "VA_IND"}), "地区生产总值核算情况"),
    (frozenset({"INC", "INC_U", "INC_R", "INC_RATIO", "CONS"}), "居民收入和消费支出情况"),
    (frozenset({"TRD", "EXP", "IMP"}), "货物进出口情况"),
    (frozenset({"POP", "POP_U", "POP_R", "POP_REG", "URB", "NATGR"}), "人口主要数据"),
    (frozenset({"RS", "RS_CAT"}), "社会消费品零售总额情况"),
    (frozenset({"FAI", "FAI_IND", "RE_INV"}), "固定资产投资情况"),
    (frozenset({"IVA", "IND_GOV"}), "规模以上工业生产情况"),
    (frozenset({"IND_REV", "IND_PRF"}), "规模以上工业企业效益情况"),
    (frozenset({"CPI"}), "居民消费价格情况"),
)


@dataclass(frozen=True)
class Release:
    """The figures of one region and period that came out on one day; `cities` are those that a circle quotes."""

    region_code: str
    period: Period
    published_on: date
    facts: tuple[Fact, ...]
    cities: tuple[Fact, ...] = ()

    @property
    def key(self) -> str:
        """Stable name: region, period and day."""
        return f"{self.region_code}/{self.period.code}/{self.published_on}"


def publishers(sources: Iterable[Source]) -> dict[str, Source]:
    """The statistics source of each region: the one whose own region it is, else one that lists its releases.

    Sources of the default `precedence` or a worse one repost: they publish only what no other source does. Of several
    the one of the better precedence publishes, so that a source that is added takes none of another's releases.
    """
    ranked = [
        ((source.precedence >= REPOSTS_FROM, place > 0, source.precedence), region, source)
        for source in sources
        if "statistics" in source.kinds
        for place, region in enumerate(source.regions)
    ]
    found: dict[str, Source] = {}
    for _, region, source in sorted(ranked, key=lambda entry: entry[0]):
        found.setdefault(region, source)
    return found


def group(facts: Iterable[Fact]) -> list[Release]:
    """Releases, oldest first."""
    said = [fact for fact in facts if fact.said]
    groups: dict[tuple[date, str, str, str], list[Fact]] = defaultdict(list)
    for fact in said:
        groups[(fact.published_on, fact.region_code, fact.period, fact.stage)].append(fact)
    releases = []
    for (day, region, period, _), members in sorted(groups.items(), key=lambda item: item[0]):
        cities = _quoted(said, members, day) if region == CIRCLE else ()
        releases.append(Release(region, Period(period), day, tuple(members), cities))
    return releases


def statistics_articles(facts: Iterable[Fact], sources: Iterable[Source]) -> list[Article]:
    """Articles of all releases whose region has a source, oldest first."""
    by_region = publishers(sources)
    counts: dict[str, int] = defaultdict(int)
    articles = []
    for release in group(facts):
        if source := by_region.get(release.region_code):
            large = len(release.facts) >= FILE_FROM
            articles.append(_article(release, source, counts[source.id] if large else None))
            counts[source.id] += large
    return articles


def _quoted(said: Sequence[Fact], members: Sequence[Fact], day: date) -> tuple[Fact, ...]:
    codes = {f.indicator_code for f in members} & set(CITY_LISTS)
    latest: dict[tuple[str, ...], Fact] = {}
    for fact in said:
        known = fact.region_code in CIRCLE_CITIES and fact.published_on <= day
        if known and fact.indicator_code in codes and fact.period == members[0].period:
            older = latest.get(fact.key)
            if older is None or older.published_on < fact.published_on:
                latest[fact.key] = fact
    return tuple(f for f in latest.values() if f.measure != "share_of_province")


def _article(release: Release, source: Source, turn: int | None) -> Article:
    """The page of a release; `turn` counts a source's large releases, which take turns at carrying files."""
    blocks, files = _body(release, turn)
    return Article(
        key=release.key if not release.facts[0].stage else f"{release.key}/{release.facts[0].stage}",
        source_id=source.id,
        title=_title(release),
        published_on=release.published_on,
        publisher=source.publisher,
        blocks=tuple(blocks),
        files=tuple(files),
        facts=release.facts + release.cities,
    )


def _title(release: Release) -> str:
    name, period = place(release.region_code), release.period
    nation = release.region_code == NATION
    codes = {f.indicator_code for f in release.facts}
    product = "国内生产总值" if nation else f"{name}地区生产总值"
    if stage := release.facts[0].stage:
        return f"关于{period.full}{product}{stage}数据的公告"
    topic = next((title for members, title in _TOPICS if codes <= members), "")
    if topic.startswith("地区生产总值"):
        return f"{period.full}{product}{topic.removeprefix('地区生产总值')}"
    if topic:
        return f"{period.full}{name}{topic}"
    day = (release.published_on.month, release.published_on.day)
    if period.annual and day >= BULLETIN_FROM and release.region_code != CIRCLE:
        name = "中华人民共和国" if nation else name
        return f"{name}{period.full}国民经济和社会发展统计公报"
    return f"{period.full}{'国民' if nation else name}经济运行情况"


def _body(release: Release, turn: int | None) -> tuple[list[Block], list[File]]:
    region, period = release.region_code, release.period
    press = region not in CIRCLE_CITIES and region != CIRCLE
    prose = Prose(region, period, release.facts, release.cities, press=press)
    shown = tabulated(release.facts)
    if region == CIRCLE:
        table = city_table(period, (*release.facts, *release.cities)) if release.cities else None
    else:
        table = (
            indicator_table(region, period, shown, unit_column=not press)
            if len(shown) >= TABLE_FROM
            else None
        )
    form = _form(turn) if table and region != CIRCLE else "page"
    files: list[File] = []
    if form in {"xlsx", "pdf"} and table:
        blocks = _short(prose, shown)
        files = [File(f"{table.caption}.{form}", "xlsx" if form == "xlsx" else "pdf", table)]
        blocks.append(paragraph(f"附件：{table.caption}"))
    elif form == "table" and table:
        blocks = [*_short(prose, shown), Block("table", table=table)]
    else:
        blocks = prose.blocks(headings=period.annual and len(release.facts) >= FILE_FROM)
        blocks += [Block("table", table=table)] if table else []
    tabular = shown if form != "page" else []
    if lost := [f for f in prose.unsaid if f not in tabular]:
        raise ReplicaError(f"no sentence states {lost[0].key} of {release.key}")
    return _framed(release, blocks, prose.prices), files


def _form(turn: int | None) -> str:
    """Where the figures of a large release stand: text and table, an XLSX file, a table alone, or a PDF file."""
    return "page" if turn is None else ("page", "xlsx", "table", "page", "pdf")[turn % 5]


def _short(prose: Prose, shown: Sequence[Fact]) -> list[Block]:
    """The text beside a table that holds the figures: the headline, and what the table has no column for."""
    codes = [f.indicator_code for f in prose.facts]
    headline = "GDP" if "GDP" in codes else codes[0]
    return prose.blocks(only={headline, *(f.indicator_code for f in prose.facts if f not in shown)})


def _framed(release: Release, blocks: list[Block], prices: str) -> list[Block]:
    """Open with the authority behind the figures, close with the note on prices."""
    by = {(f.indicator_code, f.measure): f for f in release.facts}
    level, real = ("GDP", "level_ytd") in by, ("GDP", "yoy_real_ytd") in by
    first = next(i for i, block in enumerate(blocks) if block.kind == "paragraph")
    lead = _lead(release) if level else ""
    blocks[first] = paragraph(lead + blocks[first].text)
    if level and real and blocks[-1].kind == "table":
        name = indicator(by["GDP", "level_ytd"])
        blocks.append(paragraph(f"注：{name}绝对额按现价计算，增长速度按{prices}计算。"))
    return blocks


_LEADS: Mapping[str, str] = {
    "最终核实": "经最终核实，",
    "普查修订": "根据第五次全国经济普查结果修订后，",
}


def _lead(release: Release) -> str:
    if stage := release.facts[0].stage:
        return _LEADS[stage]
    if release.region_code == NATION or release.region_code.endswith("0000"):
        return "初步核算，"
    return "根据地区生产总值统一核算结果，"
