"""Upkeep of the archive: versions always stay, what is missing or damaged is named, what may go goes on request."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from metroetl.catalogue.models import INBOX
from metroetl.errors import ArchiveFailure
from metroetl.harvest import Archive
from metroetl.pipeline import read_and_stage
from metroetl.pipeline.archive import find_prunable, prune, take_inventory, verify
from metroetl.warehouse import Warehouse

HOST = "https://www.deyang.gov.cn"
LIST = f"{HOST}/list.htm"


def age(archive: Archive, *names: str) -> None:
    """Make files of a folder look two days old."""
    for name in names:
        two_days_ago = time.time() - 2 * 86_400
        os.utime(Path(archive.address) / name, (two_days_ago, two_days_ago))


def test_versions_stay_and_superseded_list_pages_go(here: Any) -> None:
    stays = [
        here.bring(b"page, first", f"{HOST}/1.html", days_ago=900),
        here.bring(b"page, edited", f"{HOST}/1.html", days_ago=800),
        here.bring(b"file", f"{HOST}/1.pdf", days_ago=900, role="attachment"),
        here.bring(b"part", f"{HOST}/1_1.html", days_ago=900, role="part"),
        here.bring(b"mail", "inbox:1.txt", days_ago=900, role="inbox", source_id=INBOX),
        here.bring(b"list that came back", LIST, days_ago=700, role="listing"),
        here.bring(b"list and page", LIST, days_ago=650, role="listing"),
        here.bring(b"list and page", f"{HOST}/x.html", days_ago=650),
        here.bring(b"list and unrecorded page", LIST, days_ago=640, role="listing"),
        here.bring(b"list and unrecorded page", f"{HOST}/y.html", days_ago=640, recorded=False),
        here.bring(b"of a killed run", f"{HOST}/killed.html", days_ago=600, recorded=False),
        here.bring(b"last list of another address", f"{LIST}?2", days_ago=900, role="listing"),
    ]
    goes = [here.bring(b"list %d" % days, LIST, days_ago=days, role="listing") for days in (500, 91)]
    stays.append(here.bring(b"young list", LIST, days_ago=89, role="listing"))
    stays.append(here.bring(b"list that came back", LIST, days_ago=1, role="listing"))
    before = here.bodies()

    found = find_prunable(90)
    assert (found.orphans, found.leftovers, len(found.listings)) == ([], [], 4)
    assert here.bodies() == before
    prune(found)
    assert before - here.bodies() == {s.sha256 for s in goes}
    assert all(here.archive.described(s.sha256) for s in stays)
    assert not any(here.archive.described(s.sha256) for s in goes)
    assert list(find_prunable(90)) == []

    _, ((rows,),) = here.warehouse.query(
        "SELECT COUNT(*) FROM raw_snapshot WHERE sha256 = :sha", {"sha": goes[0].sha256}
    )
    verdict = verify()
    assert rows == 1 and verdict.good and verdict.pruned == 2


def test_orphans_and_leftovers_go_a_day_after(install: Any) -> None:
    here = install("here")
    here.bring(b"page", f"{HOST}/1.html")
    old, young = here.archive.put(b"nobody's"), here.archive.put(b"nobody's yet")
    for name in (".part-old", ".part-young", f"{old[:2]}/.part-older"):
        here.archive.store.write(name, b"half")
    age(here.archive, f"{old[:2]}/{old}.gz", ".part-old", f"{old[:2]}/.part-older")
    described = here.bring(b"described only", f"{HOST}/2.html", recorded=False).sha256
    age(here.archive, f"{described[:2]}/{described}.gz")
    found = find_prunable(90)
    assert [file.name for file in found.orphans] == [f"{old[:2]}/{old}.gz"]
    assert {file.name for file in found.leftovers} == {".part-old", f"{old[:2]}/.part-older"}
    prune(found)
    assert {young, described} < here.bodies() and old not in here.bodies()
    assert [file.name for file in here.archive.store.leftovers()] == [".part-young"]


def test_an_archive_of_another_warehouse_is_left_alone(here: Any) -> None:
    here.archive.put(b"of another warehouse")
    with pytest.raises(ArchiveFailure, match="the warehouse knows none of the 1 bodies"):
        find_prunable(1)


def test_damage_and_loss_are_found(here: Any) -> None:
    good, bad, lost, told = [here.bring(b"page %d" % n, f"{HOST}/{n}.html") for n in range(4)]
    here.bring(b"list", LIST, role="listing")
    assert verify().good and verify().bodies == 5
    (facts,) = [
        file.name for file, sha256, body in here.archive.files() if sha256 == told.sha256 and not body
    ]
    here.archive.store.write(f"{bad.sha256[:2]}/{bad.sha256}.gz", b"nothing")
    here.archive.store.write(facts, b"{}")
    here.archive.store.remove(f"{lost.sha256[:2]}/{lost.sha256}.gz")
    unrecorded = here.bring(b"unrecorded", f"{HOST}/u.html", recorded=False).sha256
    here.archive.store.remove(f"{unrecorded[:2]}/{unrecorded}.gz")
    found = verify()
    assert not found.good and (found.bodies, found.facts) == (4, 6)
    assert [bad.sha256 in found.damaged[0], facts in found.damaged[1]] == [True, True]
    assert len(found.damaged) == 2 and good.sha256 not in str(found)
    assert {line.split()[0] for line in found.missing} == {lost.sha256, unrecorded}
    assert any(line.endswith(lost.url) for line in found.missing)


def test_a_lost_page_isnt_taken_for_a_pruned_list(here: Any) -> None:
    latest = here.bring(b"last list", LIST, role="listing")
    here.archive.store.remove(f"{latest.sha256[:2]}/{latest.sha256}.gz")
    assert (verify().pruned, len(verify().missing)) == (0, 1)


def test_the_inventory_adds_up(here: Any) -> None:
    here.bring(b"page " * 1000, f"{HOST}/1.html", days_ago=400)
    here.bring(b"page " * 1000, f"{HOST}/copy.html", days_ago=10)
    here.bring(b"list", LIST, role="listing")
    here.archive.put(b"nobody's")
    found = take_inventory()
    assert {place: volume.bodies for place, volume in found.by_source.items()} == {
        ("deyang", "page"): 1,
        ("deyang", "listing"): 1,
        ("—", "—"): 1,
    }
    assert found.by_source["deyang", "page"].unpacked == 5000 > 50 * found.by_source["deyang", "page"].stored
    assert sum(volume.bodies for volume in found.by_month.values()) == found.total.bodies == 3
    assert len(found.by_month) == 2 and found.facts["files"] == 3
    assert found.total.stored == sum(file.size for file, _, body in here.archive.files() if body)


def test_a_store_that_is_away_makes_no_snapshot_unreadable(install: Any, bucket: str) -> None:
    import fsspec

    here = install("here", f"{bucket}/archive")
    here.bring(b"<html><body>no page of anything</body></html>", f"{HOST}/1.html")
    files: Any = fsspec.filesystem("s3", use_listings_cache=False)
    files.rm(bucket, recursive=True)
    with pytest.raises(ArchiveFailure, match="bucket does not exist"):
        read_and_stage(here.run_id, "deyang")
    assert len(here.warehouse.pending(["deyang"])) == 1 and quarantined(here.warehouse) == 0


def quarantined(warehouse: Warehouse) -> int:
    _, ((number,),) = warehouse.query("SELECT COUNT(*) FROM ops_quarantine")
    return int(number)
