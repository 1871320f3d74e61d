"""The data interface of the National Bureau of Statistics: a POST for a table, and the closed interface of before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha1
from typing import Any

from metroetl.catalogue.models import Source
from metroetl.harvest.listings.nbsdata import NbsData as Family
from metroetl.harvest.listings.nbsdata import request_body
from metroetl.replica.articles import Article, File
from metroetl.replica.facts import Fact
from metroetl.replica.mischief import WZWS
from metroetl.replica.sites.base import Answer, Ask, Scene, Site, ask_for, json_answer

OLD_INTERFACE = "/easyquery.htm"
IN_A_YEAR = {"MM": 12, "SS": 4, "YY": 1}
# the quarter to date as facts name it; the last is the year
QUARTERS = {1: "-Q1", 2: "-Q2", 3: "-Q3", 4: ""}


@dataclass(frozen=True)
class Column:
    """An indicator of a table: its name, and the facts that it shows (none: nothing is published)."""

    name: str
    unit: str
    indicator: str = ""
    measure: str = ""


# by the name of the table, which is what its indicators begin with
TABLES = {
    "国内生产总值": (
        Column("国内生产总值_当季值", "亿元"),
        Column("国内生产总值_累计值", "亿元", "GDP", "level_ytd"),
        Column("第一产业增加值_累计值", "亿元", "VA1", "level_ytd"),
        Column("第二产业增加值_累计值", "亿元", "VA2", "level_ytd"),
        Column("第三产业增加值_累计值", "亿元", "VA3", "level_ytd"),
    ),
    "社会消费品零售总额": (
        Column("社会消费品零售总额_当期值", "亿元"),
        Column("社会消费品零售总额_累计值", "亿元", "RS", "level_ytd"),
        Column("社会消费品零售总额_累计增长", "%", "RS", "yoy_nominal_ytd"),
    ),
}


class NbsData(Site):
    """One table of the interface, filled with the newest figures of the day; it has no pages of its own.

    Nothing published is an empty string; after the present the year's further periods are padded. Identities are made of
    names.
    """

    family = "nbsdata"
    reposts = None

    def __init__(self, source: Source, articles: Sequence[Article]) -> None:
        super().__init__(source, [])
        self.facts = [fact for article in articles for fact in article.facts]

    def article_path(self, article: Article) -> str:
        return self.list_path

    def file_path(self, article: Article, file: File) -> str:
        return self.list_path

    @property
    def columns(self) -> tuple[Column, ...]:
        """The indicators of the table."""
        return TABLES[self.source.options["name"]]

    def is_open(self, scene: Scene) -> bool:
        return any(f.published_on <= scene.day for f in self._shown())

    def list_asks(self, day: date) -> dict[str, tuple[str, Ask]]:
        wanted = Family().window_request(self.source.model_copy(update={"list": self.list_url}), day)
        return {"list": (wanted.url, ask_for(wanted.url, wanted.json))}

    def period_ask(self, code: str) -> tuple[str, Ask]:
        """How the figures of one period are asked for: the item's address, and the request."""
        area = {"text": "全国", "value": "000000000000"}
        url = f"{self.list_url}#{self.source.options['cid']}-{area['value']}-{code}"
        return url, ask_for(url, request_body(self.source.options, [area], code, code))

    def item_title(self, code: str) -> str:
        """The title of a period's figures: 2025年第四季度 国内生产总值 全国 国家统计局数据发布库."""
        year, number, kind = f"{code[:4]}年", int(code[4:-2] or 0), code[-2:]
        part = {"MM": f"{number}月", "SS": f"第{'零一二三四'[number % 5]}季度", "YY": ""}[kind]
        return f"{year}{part} {self.source.options['name']} 全国 国家统计局数据发布库"

    def list_number(self, ask: Ask, pages: int) -> int | None:
        return 1 if ask.path == self.list_path and ask.method == "POST" else None

    def answer(self, ask: Ask, scene: Scene) -> Answer | None:
        if ask.path == OLD_INTERFACE:
            return Answer(WZWS.encode(), status=403)
        if self.list_number(ask, 1) is None:
            return None
        wanted = _json(ask.body)
        if wanted.get("cid") != self.source.options["cid"]:
            return None  # the table of another source
        if not isinstance(wanted.get("dts"), list) or wanted.get("daCatalogId") != "":
            return json_answer({"success": False, "message": "参数错误", "data": None})
        codes = list(_codes(str(wanted["dts"][0])))
        if len(codes) > 1:
            codes += [code for code in _year_of(codes[-1]) if code > codes[-1]]
        shown = [] if "empty_listing" in scene.faults else self._shown()
        rows = [
            {
                "code": code,
                "name": "",
                "values": [self._value(column, code, shown, scene.day) for column in self.columns],
            }
            for code in reversed(codes)
        ]
        return json_answer({"success": True, "state": 20000, "message": "", "data": rows})

    def listing(self, number: int, scene: Scene) -> Answer:
        _, ask = self.list_asks(scene.day)["list"]
        return self.answer(ask, scene) or json_answer({"success": False, "data": None})

    def figures(self, code: str, day: date) -> list[Fact]:
        """The newest facts of a period, in the order of the table."""
        found = []
        for column in self.columns:
            fitting = [f for f in self._shown() if _is_of(f, column, code) and f.published_on <= day]
            found += [max(fitting, key=lambda f: f.published_on)] if fitting else []
        return found

    def codes(self, day: date) -> list[str]:
        """Codes of the periods that hold a figure, newest first, as far back as the list is asked for."""
        body = _json(self.list_asks(day)["list"][1].body)
        return [code for code in reversed(list(_codes(body["dts"][0]))) if self.figures(code, day)]

    def _shown(self) -> list[Fact]:
        return [
            f
            for f in self.facts
            if any(c.indicator == f.indicator_code and c.measure == f.measure for c in self.columns)
        ]

    def _value(self, column: Column, code: str, shown: Sequence[Fact], day: date) -> dict[str, str]:
        fitting = [f for f in shown if _is_of(f, column, code) and f.published_on <= day]
        value = max(fitting, key=lambda f: f.published_on).value if fitting else ""
        return {
            "_id": sha1(column.name.encode(), usedforsecurity=False).hexdigest()[:32],
            "i_showname": column.name,
            "value": value,
            "da_name": "全国",
            "du_name": column.unit,
        }


def _is_of(fact: Fact, column: Column, code: str) -> bool:
    year, number, kind = int(code[:4]), int(code[4:-2] or 0), code[-2:]
    period = str(year)
    if kind == "SS":
        period += QUARTERS[number]
    elif kind == "MM":
        period += QUARTERS[number // 3] if number % 3 == 0 else f"-M{number:02d}"
    return (fact.indicator_code, fact.measure, fact.period) == (column.indicator, column.measure, period)


def _codes(asked: str) -> Iterator[str]:
    """Codes of a range `202501MM-202602MM`, oldest first."""
    first, last = asked.split("-")
    return (
        code
        for year in range(int(first[:4]), int(last[:4]) + 1)
        for code in _year_of(f"{year}{first[4:]}")
        if first <= code <= last
    )


def _year_of(code: str) -> list[str]:
    year, kind = code[:4], code[-2:]
    return [f"{year}{n:02d}{kind}" for n in range(1, IN_A_YEAR[kind] + 1)] if kind != "YY" else [code]


def _json(body: str) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
