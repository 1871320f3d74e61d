"""Every page says its own figures and no others, read over HTTP as a person reads it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from metroetl.replica import Replica
from metroetl.replica.articles import Article
from metroetl.replica.facts import Fact, load_facts
from metroetl.replica.prose import CITY_LISTS
from metroetl.replica.releases import publishers
from metroetl.replica.sites import Site
from metroetl.replica.words import CIRCLE, CIRCLE_CITIES, Period

from .conftest import Get, seen

NUMBER = re.compile(r"\d+(?:\.\d+)?")
NO_FIGURE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?: \d{2}:\d{2})?|\d{2}:\d{2}|\d{4}年\d{1,2}月\d{1,2}日"
    r"|(?<!\d)\d{1,2}月\d{1,2}日|000000000/\d{4}-\d{5}|网站标识码：\w+|川府发〔2021〕34号|粤府〔2023〕92号"
)
# what PLANS_AND_CIRCLES.md and the bulletin state, by page; years of periods and targets among them
PLAN_FIGURES = {
    "chengdu-three-year-1": "2020 2022 2.7 8 30 202",
    "chengdu-three-year-1-news": "2020 2022 8 30 2.7 183",
    "chengdu-2021-ten": "2021 25",
    "meishan-2025-report": "2025 6.0 2000",
    "chengdu-2025-report": "2025 5.7 5 81",
    "nanjing-development-reply": "8 2025 2035",
    "chengdu-development-reply": "2025",
    "chengdu-development-1": "11 2025 3.3 75",
    "chengdu-2022-projects": "2022 194 12241.3 1060.1 72 81 25 16 19 52 105 18 98 47 53 48",
    "chengdu-three-year-2": "2023 2025 8 26 197 75",
    "chengdu-three-year-2-news": "2023 2025 8 26 75",
    "delta-three-year-3": "2024 2026 9 165 20 25 23",
    "delta-three-year-3-news": "2024 2026 9 165",
    "delta-circles": "30",
    "delta-circles-news": "30",
    "guangdong-five-circles": "5 2030 2035",
}


@pytest.fixture(scope="module")
def texts(replica: Replica, get: Get) -> dict[str, tuple[Site, Article, str]]:
    """What each article's page and files say, by key."""
    found = {}
    for site in replica.sites.values():
        for article in site.articles:
            page = get(replica, site.address(site.article_path(article)))
            assert page.status_code == 200, article.key
            text = seen(page.content)
            for file in article.files:
                answer = get(replica, site.address(site.file_path(article, file)))
                assert answer.status_code == 200, file.name
                text += "\n" + seen(answer.content, file.kind)
            found[f"{site.source.id}/{article.key}"] = (site, article, text)
    return found


def test_every_fact_stands_on_the_pages_of_its_source_and_on_no_others(
    texts: dict[str, tuple[Site, Article, str]], replica: Replica
) -> None:
    owners = publishers(site.source for site in replica.sites.values())
    places: defaultdict[Fact, set[str]] = defaultdict(set)
    publishing = {source.id for source in owners.values()}
    for site, article, _ in texts.values():
        for fact in article.facts if site.source.id in publishing else ():
            places[fact].add(site.source.id)
    for fact in load_facts():
        expected = {owners[fact.region_code].id} if fact.said else set()
        if quoted(fact):
            expected.add(owners[CIRCLE].id)
        assert places[fact] == expected, fact.key


def test_a_page_says_each_of_its_figures(texts: dict[str, tuple[Site, Article, str]]) -> None:
    for key, (_, article, text) in texts.items():
        numbers = {float(n) for n in NUMBER.findall(text)}
        for fact in article.facts:
            if fact.number or "持平" not in text:
                assert abs(fact.number) in numbers, (key, fact.key)


def test_a_page_says_no_other_figure(texts: dict[str, tuple[Site, Article, str]]) -> None:
    for key, (_, article, text) in texts.items():
        allowed = set(own_figures(article))
        strange = {n for n in NUMBER.findall(NO_FIGURE.sub(" ", text)) if float(n) not in allowed}
        assert strange == set(), key


def test_every_plan_page_has_its_stated_figures(texts: dict[str, tuple[Site, Article, str]]) -> None:
    plans = {article.key: text for _, article, text in texts.values() if article.plan}
    assert plans.keys() == PLAN_FIGURES.keys()
    for key, stated in PLAN_FIGURES.items():
        numbers = {float(n) for n in NUMBER.findall(plans[key])}
        assert {float(n) for n in stated.split()} <= numbers, key


def test_a_decline_is_said_and_never_signed(texts: dict[str, tuple[Site, Article, str]]) -> None:
    for key, (_, article, text) in texts.items():
        assert not re.search(r"(?:增长|下降|上涨)-", text), key
        prose = "\n".join(block.text for block in article.blocks)
        for fact in article.facts:
            if fact.measure.startswith("yoy") and fact.number < 0 and f"{fact.value}" not in text:
                assert f"下降{fact.value.lstrip('-')}%" in prose, (key, fact.key)


def test_real_growth_of_the_product_names_its_prices(texts: dict[str, tuple[Site, Article, str]]) -> None:
    for key, (_, article, text) in texts.items():
        codes = {(fact.indicator_code, fact.measure) for fact in article.facts}
        if ("GDP", "yoy_real_ytd") in codes:
            assert "按不变价格计算" in text or "按可比价格计算" in text, key


def test_a_page_names_its_period(texts: dict[str, tuple[Site, Article, str]]) -> None:
    for key, (_, article, text) in texts.items():
        for fact in article.facts:
            assert Period(fact.period).full in text, key


def test_files_of_both_kinds_are_there(replica: Replica) -> None:
    kinds = [f.kind for s in replica.sites.values() for a in s.articles for f in a.files]
    assert kinds.count("xlsx") > 5
    assert kinds.count("pdf") > 5


def test_addresses_are_unique(replica: Replica) -> None:
    for site in replica.sites.values():
        paths = [site.article_path(a) for a in site.articles]
        paths += [site.file_path(a, f) for a in site.articles for f in a.files]
        assert len(paths) == len(set(paths)), site.source.id


def quoted(fact: Fact) -> bool:
    """Whether a release of the circle quotes a city's figure: it came out later (or that day) for the same period."""
    if fact.region_code not in CIRCLE_CITIES or fact.indicator_code not in CITY_LISTS:
        return False
    circle = [f for f in load_facts() if f.region_code == CIRCLE and f.indicator_code == fact.indicator_code]
    return (
        fact.said
        and fact.measure != "share_of_province"
        and any(f.said and f.period == fact.period and f.published_on >= fact.published_on for f in circle)
    )


def own_figures(article: Article) -> Iterator[float]:
    """Numbers that an article may print: its figures and the years and months of its periods."""
    for fact in article.facts:
        yield abs(fact.number)
        yield float(fact.period[:4])
        yield 1.0 if "-M" in fact.period else float(fact.period[:4])
        yield float(fact.period[6:]) if "-M" in fact.period else float(fact.period[:4])
    yield from (float(n) for n in PLAN_FIGURES.get(article.key, "").split())
