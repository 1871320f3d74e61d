"""Each family over a real site of its form: every page comes once whatever the paging, and unchanged it costs next to nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from metroetl.catalogue import catalogue
from metroetl.catalogue.models import Source
from metroetl.harvest import Archive, Client, harvest
from metroetl.harvest.models import Harvested, Known
from metroetl.replica import Replica
from metroetl.replica.sites.nbs_calendar import NbsCalendar
from metroetl.replica.sites.nbsdata import NbsData
from metroetl.settings import Settings

from .conftest import World

NOW = date(2026, 11, 1)
SICHUAN = "510000"  # 52 releases: several list pages in every family
SERVED = [s for s in catalogue().sources.values() if s.enabled or s.replica_list]


def whole(source: Source) -> Source:
    """The source with the releases of a province, as many list pages as there are, and no choice by title."""
    own = source.family.startswith("nbs") or source.publisher == "中国政府网" or source.id == "guangdong_gov"
    changes = {} if own else {"regions": [SICHUAN], "kinds": ["statistics"], "precedence": 20}
    return source.model_copy(update={**changes, "max_pages": 40, "title_has": []})


def collect(source: Source, replica: Replica, home: Path, known: dict[str, Known]) -> list[Harvested]:
    settings = Settings(home=home, host_map=replica.host_map, politeness=False, retries=0)

    async def steps() -> list[Harvested]:
        async with Client(settings, [source]) as client:
            archive, agenda = Archive(home / "archive"), home / "agenda"
            given = harvest(source, client=client, archive=archive, agenda=agenda, known=known)
            return [step async for step in given]

    return asyncio.run(steps())


def asked(replica: Replica) -> list[str]:
    """What the site was asked for, without robots.txt."""
    return [entry.target for entry in replica.log if entry.target != "/robots.txt"]


def addresses(steps: Sequence[Harvested], role: str) -> list[str]:
    return [s.fetch.url for s in steps if s.fetch.role == role]


@pytest.mark.parametrize("source", SERVED, ids=lambda source: f"{source.family}-{source.id}")
def test_every_page_comes_once_and_a_second_look_is_cheap(source: Source, tmp_path: Path) -> None:
    source = whole(source)
    with Replica(NOW, sources=[source, *companions(source)]) as replica:
        site = replica.sites[source.id]
        first = collect(source, replica, tmp_path, {})
        assert {s.fetch.outcome for s in first} <= {"listed", "new"}, [
            s.fetch for s in first if not s.fetch.ok
        ]
        shown = (
            site.articles[: site.page_size] if source.family == "feed" else site.articles
        )  # the newest only
        expected = [site.address(site.article_path(article)) for article in shown]
        if isinstance(site, NbsData):
            expected = [site.period_ask(code)[0] for code in site.codes(NOW)]
        assert sorted(addresses(first, "page")) == sorted(expected)
        files = [site.address(site.file_path(a, f)) for a in shown for f in a.files]
        assert sorted(addresses(first, "attachment")) == sorted(files)
        announced = [scheduled for s in first for scheduled in s.scheduled]
        assert bool(announced) == isinstance(site, NbsCalendar)

        replica.log.clear()
        again = collect(source, replica, tmp_path, World.known(first))
        assert {s.fetch.outcome for s in again} == {"listed"}
        assert 1 <= len(asked(replica)) <= 2


def companions(source: Source) -> list[Source]:
    """Sources whose pages another one shows."""
    return [catalogue().sources["gov_cn_policy"]] if source.id == "gov_cn_library" else []
