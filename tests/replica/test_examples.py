"""The examples under tests/pages are what the replica makes today."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from metroetl.catalogue.checks import FAMILY_OPTIONS
from metroetl.catalogue.models import Source
from metroetl.errors import ReplicaError
from metroetl.harvest import parse_listing
from metroetl.pipeline.examples import differences, examples_in
from metroetl.replica import examples


def test_examples_are_current_and_small(tmp_path: Path, root: Path) -> None:
    """Examples of a source that a person wrote by hand say so (`origin`), and are compared with nothing."""
    pages = root / "tests" / "pages"
    for path in examples.write(tmp_path):
        there = pages / path.relative_to(tmp_path)
        sidecar = there.with_name(there.stem.partition(".")[0] + ".expected.json")
        assert sidecar.exists(), f"run python -m metroetl.replica.examples tests/pages ({sidecar})"
        if json.loads(sidecar.read_text(encoding="utf-8"))["origin"] != "replica":
            continue
        assert there.read_bytes() == path.read_bytes(), (
            f"run python -m metroetl.replica.examples tests/pages ({there})"
        )
        assert path.stat().st_size < examples.LARGEST


LISTS = {
    "trs": "/tjsj/index.html",
    "nbs": "/sj/zxfb/",
    "ucap": "/tjj/c1/list.shtml",
    "hanweb": "/col/col7/index.html",
    "jpaas": "/col/col7/index.html",
    "listdata": "/tjj/tjsj/pc/list.html",
    "gkmlpt": "/gkmlpt/api/all/7?page=1&sid=3",
    "govcn": "/zhengce/list.json",
    "deyang": "/info/iList.jsp?node_id=GK&site_id=CMS&cat_id=7",
    "vsb": "/tjsj.htm",
    "nbs_calendar": "/sj/fbrc/bnxxfb/",
    "feed": "/rss/rss.xml",
    "sitemap": "/sitemap.xml",
    "generic": "/news/index.html",
}
OPTIONS = {
    "hanweb": {"columnid": "7"},
    "jpaas": {"pageId": "7", "webId": "3"},
    "sitemap": {"path": "^/tjsj/"},
    "generic": {"rows": "ul.news > li"},
}


def added(family: str, kind: str) -> Source:
    """A source as a person adds it: YAML only."""
    host = "www.stats.gov.cn" if family == "nbs" else "tjj.jia.gov.cn"
    entry = {
        "id": f"jia_{family}",
        "title": "甲市统计局 数据发布",
        "publisher": "甲市统计局",
        "regions": ["510600"],
        "kinds": [kind],
        "family": family,
        "list": f"https://{host}{LISTS[family]}",
        "hosts": [host],
        "cadence": {"cron": "0 9 * * *"},
        "expect": {"min_items": 1},
        "options": OPTIONS.get(family, {}),
    }
    return Source.model_validate(entry)


def test_the_families_that_yaml_alone_adds_are_all_but_the_tables_of_the_data_interface() -> None:
    assert set(LISTS) == set(FAMILY_OPTIONS) - {"nbsdata"}


@pytest.mark.parametrize(
    ("family", "kind"),
    [(f, kind) for f in LISTS for kind in ("statistics", "plans") if (f, kind) != ("nbs_calendar", "plans")],
)
def test_an_added_source_of_every_family_has_examples_that_are_read(
    family: str, kind: str, tmp_path: Path
) -> None:
    source = added(family, kind)
    examples.write_source(examples.example_site(source), tmp_path)
    found = examples_in(tmp_path)
    assert [line for example in found for line in differences(source, example)] == []
    listed = next(e for e in found if e.path.stem == "list")
    assert (listed.expected or {}).keys() >= {"family", "notices"}
    for example in found:
        if example.is_list:
            page = parse_listing(example.path.read_bytes(), (example.expected or {})["url"])
            assert page.family == family


def test_a_selector_that_no_example_can_be_made_for_is_told() -> None:
    source = added("generic", "plans").model_copy(update={"options": {"rows": "li:nth-child(2n)"}})
    with pytest.raises(ReplicaError, match="nth-child"):
        examples.write_source(examples.example_site(source), Path("unused"))
