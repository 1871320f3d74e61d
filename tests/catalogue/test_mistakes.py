"""Each kind of mistake ends as a CatalogueError that names file, line and fix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from metroetl.catalogue import catalogue, load
from metroetl.errors import CatalogueError

Spoil = Callable[[str, str, str], int]

# name of the case: file, text, what a person wrote in its place, lines from the text to the mistake, words of the
# message, words of the fix
CASES = {
    "unknown key": ("sources/tjj_sc.yml", "publisher:", "publischer:", 0, "unknown key 'publischer'", "write `publisher`"),
    "unknown key below": (
        "sources/tjj_sc.yml", "{delay: 3.0,", "{dealy: 3.0,", 0, "unknown key 'politeness.dealy'", "write `delay`",
    ),
    "unknown region": ("sources/deyang.yml", '["510600"]', '["510606"]', 0, "region '510606'", "write `510"),
    "region as a number": ("sources/deyang.yml", '["510600"]', "[510600]", 0, "510600, not text", 'quote it: "510600"'),
    "bad cron": ("sources/cdstats.yml", '"45 8,12,18', '"75 8,12,18', 0, "no cron expression", "minute, hour"),
    "bad zone": (
        "sources/cdstats.yml", "cadence:\n", "cadence:\n  timezone: Asia/Chengdu\n", 1, "no time zone", "Asia/Shanghai",
    ),
    "host not allowed": (
        "sources/ndrc.yml", "list: https://www.ndrc", "list: https://ndrc", 0, "host ndrc.gov.cn isn't in `hosts`",
        "add `ndrc.gov.cn`",
    ),
    "stand-in on another host": (
        "sources/sc_gov.yml", "replica_list: https://www.sc", "replica_list: https://x.sc", 0, "isn't in `hosts`", "add",
    ),
    "no address": ("sources/ndrc.yml", "list: https://", "list: ftp://", 0, "no http address", "https://"),
    "unknown family": ("sources/tjj_sc.yml", "family: ucap", "family: uccap", 0, "family 'uccap' is unknown", "`ucap`"),
    "unknown option": (
        "sources/ndrc.yml", "{first_index: 1}", "{firstindex: 1}", 0, "option 'firstindex'", "first_index",
    ),
    "TLS by a word": ("sources/tjj_sc.yml", "max_pages:", "tls: legacy\nmax_pages:", 0, "'tls' is 'legacy'", "correct `tls`"),
    "TLS of another host": (
        "sources/tjj_sc.yml", "max_pages:", "tls:\n  tj.sc.gov.cn: {mode: legacy, reason: 旧协议}\nmax_pages:", 1,
        "isn't in `hosts`", "write `tjj.sc.gov.cn`",
    ),
    "TLS in an unknown way": (
        "sources/tjj_sc.yml", "max_pages:", "tls:\n  tjj.sc.gov.cn: {mode: none, reason: 旧协议}\nmax_pages:", 1,
        "can't be 'none'", "'unverified'",
    ),
    "TLS without a reason": (
        "sources/tjj_sc.yml", "max_pages:", "tls:\n  tjj.sc.gov.cn: {mode: http}\nmax_pages:", 1,
        "reason' is missing", "add `reason:`",
    ),
    "TLS with an empty reason": (
        "sources/tjj_sc.yml", "max_pages:", "tls:\n  tjj.sc.gov.cn:\n    mode: http\n    reason: ' '\nmax_pages:", 3,
        "has no reason", "what was seen",
    ),
    "option where there are none": (
        "sources/nbs_calendar.yml", "max_pages: 1", "max_pages: 1\noptions: {rows: li}", 1, "option 'rows'", "leave it out",
    ),
    "missing option": ("sources/nbs_data_gdp.yml", "  rootId:", "  indicators: []\n  #", -2, "wants rootId", "add what is missing"),
    "no kind of period": ("sources/nbs_data_gdp.yml", "period: SS", "period: Q", 0, "'Q' is no kind of period", "SS (quarters)"),
    "titles of a sitemap": (
        "sources/cdmztch.yml", "max_pages: 3", "title_has: [规划]\nmax_pages: 3", 0, "no titles", "`options.path`",
    ),
    "signs of an address": (
        "sources/gov_cn_library.yml", "q=%E9%83%BD%E5%B8%82%E5%9C%88", "q=都市圈", 0, "other than ASCII", "q=%E9%83%BD",
    ),
    "no minimum of items": (
        "sources/ziyang.yml", "{min_items: 1, ", "{", 0, "'expect.min_items' is missing", "add `min_items:`",
    ),
    "id is not the file's name": ("sources/ziyang.yml", "id: ziyang", "id: ziyan", 0, "isn't the file's name", "ziyang"),
    "verified by no day": ("sources/ziyang.yml", "verified: never", "verified: soon", 0, "'soon' is no day", "never"),
    "unknown but enabled": (
        "sources/tjj_sc.yml", "list: https://tjj.sc.gov.cn/scstjj/c112117/list.shtml", "list: unknown", 0,
        "unknown but the source is enabled", "`enabled: false`",
    ),
    "disabled without a reason": (
        "sources/tjj_sc.yml", "verified: never", "enabled: false", 0, "disabled without a reason", "`reason:`",
    ),
    "no key to rename": ("sources/tjj_sc.yml", "verified: never", "zzz: 1", 0, "unknown key 'zzz'", "remove it"),
    "broken YAML": ("sources/ziyang.yml", "[www.ziyang.gov.cn]", "[www.ziyang.gov.cn", 1, "", "correct the YAML"),
    "key twice": ("sources/ziyang.yml", "kinds:", "family: ucap\nkinds:", 2, 'duplicate key "family"', "correct the YAML"),
    "unknown kind": ("sources/ziyang.yml", "[statistics]", "[statistic]", 0, "can't be 'statistic'", "'statistics'"),
    "circle twice": ("data/circles.yml", "- id: nanjing", "- id: chengdu", 0, "'chengdu' is there twice", "own id"),
    "unknown member": (
        "data/circles.yml", '{region_code: "510603",', '{region_code: "510693",', 0, "region '510693'", "write `",
    ),
    "no aggregate": ("data/circles.yml", "AGG.NJMC", '"320100"', 0, "320100 isn't an aggregate", "AGG.…"),
    "round twice": ("data/plan_series.yml", "round: 2\n      stage: 成长期", "round: 1\n      stage: 成长期", 0,
                    "round 1 is there twice", "once"),
    "period backwards": ("data/plan_series.yml", "period_end: 2022", "period_end: 2002", 0, "ends before it begins", ""),
    "unknown stage": ("data/plan_series.yml", "stage: 成长期", "stage: 生长期", 0, "stage '生长期'", "成长期"),
    "round without a source": (
        "data/plan_series.yml", ", source: a copy of a news page}", "}", 0, "source' is missing", "add `source:`",
    ),
    "unknown circle": ("data/plan_series.yml", "circle: chengdu\n", "circle: chengduu\n", 0, "'chengduu'", "`chengdu`"),
    "unknown indicator": ("data/release_windows.yml", "[GDP, VA1", "[GPD, VA1", 0, "indicator 'GPD'", "write `GDP`"),
    "window backwards": ("data/release_windows.yml", "last_day: 20", "last_day: 2", 0, "closes before it opens", ""),
    "indicator twice": ("data/indicators.csv", "\nVA1,", "\nGDP,", 1, "'GDP' stands already in line 2", "remove"),
    "unknown measure": ("data/indicators.csv", "level_ytd;yoy_real_ytd", "level_yt;yoy_real_ytd", 0, "'level_yt'", "`level_ytd`"),
    "alias of two": ("data/indicators.csv", "一产;第一产业", "GDP;第一产业", 0, "'GDP' already names GDP", "`related`"),
    "limits backwards": ("data/indicators.csv", ",-8,20,", ",20,-8,", 0, "are no range", "yoy_min below"),
    "part of nothing": ("data/indicators.csv", ",VA1;VA2;VA3,", ",VA1;VA2;VA9,", 0, "'VA9' isn't there", "write `VA"),
    "ratio of one": ("data/indicators.csv", ",INC_U;INC_R", ",INC_U", 0, "ratio_of names 1", "give two"),
    "column misspelt": ("data/measures.csv", "family", "famly", 0, "unknown column 'famly'", "write `family`"),
    "cell too many": ("data/measures.csv", "level_pit,", "level_pit,x,", 0, "more or fewer cells", "commas"),
    "unknown parent": ("data/regions.csv", "510600,德阳市,prefecture,510000", "510600,德阳市,prefecture,519000", 0,
                       "parent 519000", "write `51"),
    "short name of two": ("data/regions.csv", ",德阳,", ",成都,", 0, "'成都' already names 510100", "drop the alias"),
    "event to nowhere": ("data/region_events.csv", ",510118,", ",510199,", 0, "new code 510199", "add the region"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_mistake_names_file_line_and_fix(case: str, folder: Path, spoil: Spoil) -> None:
    name, old, new, below, what, fix = CASES[case]
    line = spoil(name, old, new)
    with pytest.raises(CatalogueError) as caught:
        load(folder)
    place = f"{name}:{line + below}: "
    assert caught.value.message.startswith(place)
    assert what in caught.value.message
    assert fix in caught.value.way_out
    assert caught.value.way_out


def test_one_host_has_one_tls_exception(folder: Path, spoil: Spoil) -> None:
    text = (folder / "sources/tjj_sc.yml").read_text(encoding="utf-8")
    other = (
        text.replace("id: tjj_sc", "id: tjj_sc_two") + "tls: {tjj.sc.gov.cn: {mode: http, reason: 旧协议}}\n"
    )
    (folder / "sources/tjj_sc_two.yml").write_text(other, encoding="utf-8")
    with pytest.raises(
        CatalogueError, match=r"tjj_sc_two.yml:\d+: tjj.sc.gov.cn has another TLS exception in tjj_sc"
    ):
        load(folder)
    spoil(
        "sources/tjj_sc.yml", "max_pages:", "tls: {tjj.sc.gov.cn: {mode: http, reason: 旧协议}}\nmax_pages:"
    )
    assert load(folder).sources["tjj_sc_two"].tls["tjj.sc.gov.cn"].mode == "http"


def test_folder_without_sources(folder: Path) -> None:
    for path in (folder / "sources").iterdir():
        path.unlink()
    with pytest.raises(CatalogueError, match="no source is there"):
        load(folder)


def test_unspoilt_copy_loads(folder: Path) -> None:
    assert load(folder).sources == catalogue().sources
