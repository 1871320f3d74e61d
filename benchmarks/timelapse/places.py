"""The synthetic places and their sites: 子省, eight cities 甲市 to 辛市, one site each, two sites of plans."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.mutations.synthetic import CITIES, NAMES, PROVINCE

REGIONS = {PROVINCE: "子省", **{code: f"{name}市" for code, name in zip(CITIES, NAMES, strict=True)}}


@dataclass(frozen=True)
class Place:
    """A site: `path` is that of its list (with query), `options` are those of its family."""

    id: str
    region: str
    family: str
    path: str
    options: dict[str, str] = field(default_factory=dict)
    kind: str = "statistics"

    @property
    def host(self) -> str:
        """Host name, of a top domain that never exists."""
        return f"{self.id.replace('_', '.')}.example.gov.cn"

    @property
    def publisher(self) -> str:
        """甲市统计局（合成）."""
        return f"{REGIONS[self.region]}{'统计局' if self.kind == 'statistics' else '人民政府'}（合成）"

    def source(self) -> dict[str, Any]:
        """Its entry of the catalogue."""
        return {
            "id": self.id,
            "title": f"{self.publisher} {'数据发布' if self.kind == 'statistics' else '政策文件'}",
            "publisher": self.publisher,
            "regions": [self.region],
            "kinds": [self.kind],
            "family": self.family,
            "list": f"http://{self.host}{self.path}",
            "hosts": [self.host],
            "cadence": {"cron": "20 8 * * *"},
            "politeness": {"delay": 0.0, "concurrency": 4},
            "expect": {"min_items": 1},
            "max_pages": 12,
            "precedence": 20,
            "options": self.options,
            "note": "synthetic",
        }


_FORMS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("zi", "ucap", "/tjj/c100001/list.shtml", {}),
    ("jia", "trs", "/sj/sjfb/index.html", {}),
    ("yi", "hanweb", "/col/col20001/index.html", {"columnid": "20001"}),
    ("bing", "vsb", "/tjsj.htm", {}),
    ("ding", "listdata", "/dingsrmzf/tjsj/pc/list.html", {}),
    ("wu", "deyang", "/info/iList.jsp?node_id=GKwu&site_id=CMSwu&cat_id=30001", {}),
    ("ji", "trs", "/tjgb/index.html", {}),
    (
        "geng",
        "generic",
        "/tjxx/index.html",
        {"rows": ".xx-list p", "next_page": "http://geng.tj.example.gov.cn/tjxx/index_p{page}.html"},
    ),
    ("xin", "ucap", "/xintj/c200002/list.shtml", {}),
)
STATISTICS = [
    Place(f"{name}_tj", region, family, path, options)
    for (name, family, path, options), region in zip(_FORMS, REGIONS, strict=True)
]
PLANS = [
    Place("zi_gov", PROVINCE, "ucap", "/zw/c300003/zcwj.shtml", kind="plans"),
    Place("jia_gov", CITIES[0], "trs", "/zwgk/ghjh/index.html", kind="plans"),
]
PLACES = {place.id: place for place in (*STATISTICS, *PLANS)}
REDESIGNED = Place("wu_tj", CITIES[4], "ucap", "/wutj/c900009/list.shtml")

# who plays the sources that deployments/prefect.yaml names; where it names none, all are asked
CAST = {
    "cdstats": ["jia_tj"],
    "deyang": ["yi_tj", "bing_tj", "ding_tj", "wu_tj"],
    "ziyang": ["ji_tj", "geng_tj", "xin_tj"],
    "tj_jiangsu": ["jia_tj"],
    "nbs_data_retail": [place.id for place in STATISTICS],  # its months are the months of all here
}
ELSE = ["zi_tj"]


def write_catalogue(home: Path) -> None:
    """The places and sources as an operator's own part of the catalogue."""
    rows = ["code,name_zh,level,parent_code,aliases,note"]
    for code, name in REGIONS.items():
        level, parent = ("province", "000000") if code == PROVINCE else ("prefecture", PROVINCE)
        rows.append(f"{code},{name},{level},{parent},,synthetic")
    data = home / "catalogue" / "data"
    data.mkdir(parents=True, exist_ok=True)
    (data / "regions.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    for place in PLACES.values():
        write_source(home, place)


def write_source(home: Path, place: Place) -> None:
    """A source's YAML, as an operator writes it or answers a redesign."""
    from ruamel.yaml import YAML

    folder = home / "catalogue" / "sources"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{place.id}.yml").open("w", encoding="utf-8") as file:
        YAML().dump(place.source(), file)
