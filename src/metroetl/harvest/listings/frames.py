"""Pages that are only the frame of a list: where its rows really come from, as the page's own script says.

For looking at a new source; a source in the catalogue names the right address and options itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from metroetl.harvest.listings.jpaas import UNIT

JPAAS = re.compile(r"['\"]?\b(webId|pageId|tagId|tplSetId)['\"]?\s{0,3}[:=]\s{0,3}['\"]([^'\"<>]{1,80})['\"]")
JPAAS_NEEDS = {"webId", "pageId"}
GKMLPT_SITE = re.compile(r"\bSITE_ID['\"]?\s{0,3}[:=]\s{0,3}['\"]?(\d{1,9})")
GKMLPT_COLUMN = re.compile(r"^(\d{1,9})$")
HANWEB_COLUMN = re.compile(r"/col/col(\d{1,9})/")


@dataclass(frozen=True)
class Frame:
    """What a source needs to read a list; `rows_here` where its rows stand in the page itself."""

    family: str
    list: str
    options: Mapping[str, Any] = field(default_factory=dict)
    rows_here: bool = False


def frame_of(text: str, url: str) -> Frame | None:
    """The list behind a page, or None where the page has its rows itself; `url` may have the fragment a person saw."""
    if UNIT in text:
        options = dict(JPAAS.findall(text))
        return Frame("jpaas", url, options) if options.keys() >= JPAAS_NEEDS else None
    parts = urlsplit(url)
    site, column = GKMLPT_SITE.search(text), GKMLPT_COLUMN.search(parts.fragment)
    if "/gkmlpt/" in parts.path and site and column:
        base = url.split("/gkmlpt/")[0]
        address = urljoin(f"{base}/", f"gkmlpt/api/all/{column.group(1)}?page=1&sid={site.group(1)}")
        return Frame("gkmlpt", address)
    return None


def options_in(family: str, url: str) -> dict[str, str]:
    """Options that a list's address states itself: Hanweb's column."""
    column = HANWEB_COLUMN.search(url)
    return {"columnid": column.group(1)} if family == "hanweb" and column else {}
