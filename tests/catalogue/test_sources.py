"""Every source loads, says where it is from, and claims nothing that wasn't seen."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from metroetl.catalogue import load
from metroetl.catalogue.checks import FAMILY_OPTIONS
from metroetl.catalogue.load import FOLDER

SOURCES = load().sources
FILES = sorted(path.stem for path in (FOLDER / "sources").glob("*.yml"))
ADDED = "# Added by `metroetl sources add`"  # a person who added a source has seen its address
# the sites that the warehouse is for
ISSUE = {
    "stats_gov_cn", "tjj_sc", "cdstats", "deyang", "meishan", "ziyang", "sc_gov", "chengdu_gov", "ndrc",
    "gov_cn_policy", "shanghai", "tjj_sh", "tj_jiangsu", "tjj_zj", "anhui",
}  # fmt: skip


def test_there_is_an_entry_for_every_real_site() -> None:
    assert set(SOURCES) == set(FILES) >= ISSUE


@pytest.mark.parametrize("source_id", FILES)
def test_source_is_complete(source_id: str) -> None:
    source = SOURCES[source_id]
    assert source.cadence.timezone == "Asia/Shanghai"
    assert source.expect.min_items >= 1
    assert any("一" <= sign <= "鿿" for sign in source.title + source.publisher)
    if source.list == "unknown":
        assert not source.enabled
        assert source.reason
        assert source.replica_list
    else:
        assert source.enabled
        assert source.replica_list is None


def test_statistics_of_the_circle_the_delta_and_the_nation_have_a_source() -> None:
    covered = {
        region for source in SOURCES.values() if "statistics" in source.kinds for region in source.regions
    }
    assert covered >= {
        "000000", "510000", "510100", "510600", "511400", "512000", "310000", "320000", "330000", "340000", "AGG.CDMC",
    }  # fmt: skip


def test_crons_are_staggered() -> None:
    by_hour: dict[tuple[str, str], list[str]] = {}
    for source in SOURCES.values():
        minute, *rest = source.cadence.cron.split()
        by_hour.setdefault((minute, " ".join(rest)), []).append(source.id)
    assert all(len(ids) == 1 for ids in by_hour.values())


def test_every_known_family_serves_a_source() -> None:
    assert {source.family for source in SOURCES.values()} == set(FAMILY_OPTIONS)


def test_deyang_is_asked_slowly() -> None:
    assert SOURCES["deyang"].politeness.delay >= 5


def test_allowed_hosts_are_those_of_the_sources() -> None:
    hosts = load().allowed_hosts
    assert "tjj.sc.gov.cn" in hosts
    assert hosts == {host for source in SOURCES.values() for host in source.hosts}


def test_addresses_are_stated_in_the_documents(shared: Path) -> None:
    stated = (shared / "sites" / "GOV_SITES.md").read_text(encoding="utf-8")
    stated += (shared / "corpus/pages_gold/retyped_excerpts/ndrc_trs_list.json").read_text(encoding="utf-8")
    for source in SOURCES.values():
        if source.list == "unknown" or ADDED in (FOLDER / f"sources/{source.id}.yml").read_text("utf-8"):
            continue
        parts = urlsplit(source.list)
        columns = [part for part in parts.path.split("/") if part][:-1] or [parts.path.strip("/")]
        columns += [value for key, values in parse_qs(parts.query).items() if key != "q" for value in values]
        for column in columns:
            assert column in stated, f"{source.id}: {column}"
        assert parts.hostname is not None
        assert parts.hostname in stated or source.id == "shanghai", f"{source.id}: {parts.hostname}"
