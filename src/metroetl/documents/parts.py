"""Further parts of a long article, by the pager that names the article's own file (GOV_SITES §3.1).

`createPageHTML(3, 0, "t20260612_4711", "html")` on `t20260612_4711.html` says that `t20260612_4711_1.html` and `…_2.html`
go on with it; the same function with another name turns the pages of a list. The form with six arguments counts from 1.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from metroetl.documents.decode import decode

MOST_PARTS = 50
SAYS_SO = tuple("createPageHTML".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
TEXT = r"['\"]([\w-]{1,80})['\"]"
GAP = r"\s{0,5},\s{0,5}"
PAGER = re.compile(rf"createPageHTML\(\s{{0,5}}(\d{{1,4}}){GAP}0{GAP}{TEXT}{GAP}['\"](\w{{2,6}})['\"]")
PAGER_OF_SIX = re.compile(
    rf"createPageHTML\(\s{{0,5}}{TEXT}{GAP}(\d{{1,4}}){GAP}1{GAP}{TEXT}{GAP}['\"](\w{{2,6}})['\"]"
)


def find_parts(data: bytes, url: str) -> list[str]:
    """Addresses of the parts that follow the first page of an article, in order; none for an article of one page."""
    if not any(name in data for name in SAYS_SO):
        return []
    text, _ = decode(data)
    own = urlsplit(url).path.rpartition("/")[2].rpartition(".")[0]
    for match in PAGER.finditer(text):
        pages, name, extension = match.groups()
        if name == own:
            return [urljoin(url, f"{name}_{n}.{extension}") for n in range(1, _bounded(pages))]
    for match in PAGER_OF_SIX.finditer(text):
        _, pages, name, extension = match.groups()
        if name == own:
            return [urljoin(url, f"{name}_{n}.{extension}") for n in range(2, _bounded(pages) + 1)]
    return []


def _bounded(pages: str) -> int:
    return min(int(pages), MOST_PARTS)
