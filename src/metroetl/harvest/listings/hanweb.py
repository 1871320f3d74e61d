"""Hanweb (大汉) jcms with jpage: Jiangsu, Zhejiang, Shandong (GOV_SITES §3.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urljoin

from metroetl.catalogue.models import Source
from metroetl.documents.attachments import page_base
from metroetl.harvest.addresses import Request, with_query
from metroetl.harvest.listings.base import NO_OPTIONS, Family, ListPage, pages_of, unique
from metroetl.harvest.listings.rows import PageRows, list_notices, soup_of
from metroetl.harvest.models import Notice

NUMBER = {key: re.compile(rf"<{key}>\s{{0,9}}(\d{{1,7}})") for key in ("totalrecord", "totalpage")}
PARAMETERS = (
    "col",
    "appid",
    "webid",
    "path",
    "columnid",
    "sourceContentType",
    "unitid",
    "webname",
    "permissiontype",
)
DEFAULTS = {
    "col": "1",
    "appid": "1",
    "path": "/",
    "sourceContentType": "1",
    "webname": "",
    "permissiontype": "0",
}
PARAMETER = re.compile(
    rf"['\"]?\b({'|'.join(PARAMETERS)}|perPage|perpage)['\"]?\s{{0,3}}[:=]\s{{0,3}}['\"]?([^'\",;&}}\s]{{1,40}})"
)
PROXY = re.compile(r"['\"]([^'\"\s]{0,80}/jpage/dataproxy\.jsp)")
DATAPROXY = "/module/web/jpage/dataproxy.jsp"
DETAIL = re.compile(r"/art/\d{4}/(?:\d{1,2}/\d{1,2}/art_\d{1,9}_\d{1,9}|art_[0-9a-f]{32})\.html$")
COLUMN = re.compile(r"/col/col(\d{1,9})/")


class Hanweb(Family):
    """Rows stand as CDATA in `<datastore>`: in a script of the list page, or in answers of `dataproxy.jsp`.

    Answers overlap (asked for 25 records, 76 came) and ignore `endrecord`: further pages are asked from the first record
    that hasn't come yet, and addresses count once. Parameters come from the page's script or from the source's options
    (`webid`, `columnid`, `unitid`, `perpage`, `dataproxy`); without them `pageNum` of the list address is counted up.
    """

    name = "hanweb"

    def recognise(self, text: str, url: str) -> bool:
        return "<datastore>" in text or ("/jpage/" in text and bool(PROXY.search(text)))

    def parse(self, text: str, url: str, options: Mapping[str, Any] = NO_OPTIONS) -> ListPage:
        records = _records(text)
        base = page_base(soup_of(text), url) if "<base" in text else url
        notices = unique([n for record in records if (n := _notice(record, base, url))])
        if not records and "<datastore>" not in text:
            notices = list_notices(text, url, options, lambda path: bool(DETAIL.search(path)))
        paging = dict(PARAMETER.findall(text)) if "jpage" in text else {}
        if proxy := PROXY.search(text):
            paging["dataproxy"] = proxy.group(1)
        total, pages = (int(m.group(1)) if (m := NUMBER[key].search(text)) else None for key in NUMBER)
        size = int(options.get("perpage") or paging.get("perPage") or 0)
        return ListPage(
            family=self.name,
            notices=notices,
            pages=pages or (pages_of(total, size) if total else None),
            total=total,
            paging=paging,
        )

    def page_request(self, source: Source, number: int, so_far: Sequence[ListPage] = ()) -> Request:
        known = {**(so_far[0].paging if so_far else {}), **{k: str(v) for k, v in source.options.items()}}
        column = COLUMN.search(source.list)
        known.setdefault("columnid", column.group(1) if column else "")
        proxied = "dataproxy.jsp" in source.list
        if number == 1 and not proxied:
            return Request(source.list)
        if not proxied and not (known.get("webid") and known.get("unitid")):
            return Request(with_query(source.list, pageNum=number))
        size = int(known.get("perpage") or known.get("perPage") or 25)
        start = len({n.url for page in so_far for n in page.notices}) + 1
        address = urljoin(source.list, source.list if proxied else known.get("dataproxy", DATAPROXY))
        address = with_query(address, startrecord=start, endrecord=start + size - 1, perpage=size)
        form = {key: known.get(key, DEFAULTS.get(key, "")) for key in PARAMETERS}
        return Request(address, "POST", form, {"X-Requested-With": "XMLHttpRequest"})


def _records(text: str) -> list[str]:
    """The HTML of each record, out of its CDATA."""
    inner = [part.partition("<![CDATA[")[2].partition("]]>") for part in text.split("<record>")[1:]]
    return [record for record, end, _ in inner if end]


def _notice(record: str, base: str, url: str) -> Notice | None:
    """The item of one record, a piece of HTML."""
    soup = soup_of(record)
    row = PageRows(soup, base, url).row(soup.body) if soup.body else None
    return row.notice if row else None
