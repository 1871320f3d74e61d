"""The `content_<snowflake>` platform: Jiangxi, Ziyang, Zigong (GOV_SITES §3.4)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urljoin

from metroetl.catalogue.models import Source
from metroetl.documents.attachments import page_base
from metroetl.harvest.addresses import Request, absolute
from metroetl.harvest.listings.base import NO_OPTIONS, Family, ListPage, number_in, pages_of, rows_in, unique
from metroetl.harvest.listings.rows import list_notices, soup_of
from metroetl.harvest.listings.text import clean_title, date_of
from metroetl.harvest.models import Notice

LIST = re.compile(r"\blistData\s{0,3}=\s{0,3}(?=\{)")
ARTICLES = re.compile(r"\barticleList['\"]?\s{0,3}:\s{0,3}(?=\[)")
OWN_CHANNEL = re.compile(r"\bchannelsTagSelf\s{0,3}=\s{0,3}(?=\{)")
PARAMETER = re.compile(
    r"\b(unitid|perPage|webSiteCode|channelCode)['\"]?\s{0,3}[:=]\s{0,3}\[?\s{0,3}['\"]?([\w-]{1,40})"
)
DETAIL = re.compile(r"/content_\d{10,20}\.html$")


class ListData(Family):
    """The list element is empty in the HTML: rows stand in `var listData={articleList:[{title,pubDate,urls…}]}`.

    `urls` is JSON inside JSON (`{"pc":"/…"}`). The page holds more rows (50) than it shows at once (15). Further pages:
    POST `/queryList` with the parameters of the page's script (or of the source's options); its answer is read wherever
    the rows stand in it. That part is unproven.
    """

    name = "listdata"

    def recognise(self, text: str, url: str) -> bool:
        return bool(_list_of(text))

    def parse(self, text: str, url: str, options: Mapping[str, Any] = NO_OPTIONS) -> ListPage:
        data = _list_of(text)
        base = page_base(soup_of(text), url) if "<base" in text else url
        notices = unique(
            [n for article in rows_in(data.get("articleList")) if (n := _notice(article, base, url))]
        )
        if not data:
            notices = list_notices(text, url, options, lambda path: bool(DETAIL.search(path)))
        paging = dict(PARAMETER.findall(text))
        total = number_in(data.get("total")) or number_in(_value_after(OWN_CHANNEL, text).get("articleCount"))
        size = number_in(str(options.get("perPage") or paging.get("perPage")))
        pages = number_in(data.get("pages")) or (pages_of(total, size) if total else None)
        return ListPage(family=self.name, notices=notices, pages=pages, total=total or None, paging=paging)

    def page_request(self, source: Source, number: int, so_far: Sequence[ListPage] = ()) -> Request:
        if number == 1:
            return Request(source.list)
        known = {**(so_far[0].paging if so_far else {}), **{k: str(v) for k, v in source.options.items()}}
        form = {key: known.get(key, "") for key in ("unitid", "webSiteCode", "channelCode", "perPage")}
        came = len({n.url for page in so_far for n in page.notices})
        current = came // int(form["perPage"]) + 1 if form["perPage"].isdecimal() else number
        return Request(urljoin(source.list, "/queryList"), "POST", {"current": str(current), **form})


def _notice(article: Mapping[str, Any], base: str, url: str) -> Notice | None:
    """One article of the list; its address is the PC one of `urls`."""
    urls = article.get("urls")
    if isinstance(urls, str):
        try:
            urls = json.loads(urls)
        except ValueError:
            urls = {"pc": urls}
    address = urls.get("pc") if isinstance(urls, dict) else None
    target = absolute(str(address), base, url) if address else None
    title = clean_title(str(article.get("title") or article.get("showTitle") or ""))
    if target is None or not title:
        return None
    return Notice(source_id="", url=target, title=title, listed_on=date_of(article.get("pubDate")))


def _list_of(text: str) -> dict[str, Any]:
    """The object with `articleList`: of a JSON answer wherever it stands, or of the page's script; else empty."""
    if text.lstrip().startswith("{"):
        try:
            waiting = [json.loads(text)]
        except ValueError:
            return {}
        for value in waiting:
            if isinstance(value.get("articleList"), list):
                return dict(value)
            waiting += [inner for inner in value.values() if isinstance(inner, dict)]
        return {}
    whole = _value_after(LIST, text)
    return whole if "articleList" in whole else _value_after(ARTICLES, text)


def _value_after(mark: re.Pattern[str], text: str) -> dict[str, Any]:
    """The JSON value that follows a mark in a script; a list of articles as the object that holds it."""
    match = mark.search(text)
    if match is None:
        return {}
    try:
        value, _ = json.JSONDecoder().raw_decode(text, match.end())
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {"articleList": value}
