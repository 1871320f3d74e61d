"""What can be broken on a site: wrong articles and wrong answers, each by the name in `FAULTS`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from metroetl.replica.articles import Article, Block, Cell, Table

# each is described at metroetl.replica.faults.Faults
FAULTS = frozenset(
    [
        "down",
        "error",
        "ruishu",
        "jiasule",
        "wzws",
        "forbidden",
        "cookie_bounce",
        "busy",
        "empty_listing",
        "soft_404",
        "not_found",
        "home_page",
        "wrong_charset",
        "truncated",
        "truncated_pdf",
        "no_unit",
        "out_of_range",
        "duplicate",
    ]
)


def spoil(articles: Sequence[Article], faults: frozenset[str]) -> list[Article]:
    """Articles as a broken site has them, newest first."""
    shown = list(articles)
    if not shown:
        return shown
    if "no_unit" in faults:
        index = next((i for i, a in enumerate(shown) if a.tables), None)
        if index is not None:
            shown[index] = _without_unit(shown[index])
    if "out_of_range" in faults:
        index = next((i for i, a in enumerate(shown) if _GROWTH.search(_text(a))), None)
        if index is not None:
            shown[index] = _too_large(shown[index])
    if "duplicate" in faults:
        shown.insert(1, replace(shown[0], key=f"{shown[0].key}/again"))
    return shown


_GROWTH = re.compile(r"(生产总值[0-9.]{1,20}亿元，按..价格计算，(?:同比|比上年)增长)([0-9.]{1,8})%")
_UNIT = re.compile(r"[（(](?:亿元|%|％)[）)]")


def _text(article: Article) -> str:
    return "\n".join(block.text for block in article.blocks)


def _too_large(article: Article) -> Article:
    blocks = []
    for block in article.blocks:
        text = _GROWTH.sub(lambda m: f"{m[1]}{float(m[2]) * 100:.1f}%", block.text)
        blocks.append(replace(block, text=text))
    return article.with_blocks(blocks)


def _without_unit(article: Article) -> Article:
    blocks = []
    for block in article.blocks:
        blocks.append(replace(block, table=_bare(block.table)) if block.table else block)
    kept = [b for b in blocks if b.table or b.kind == "heading"]
    return article.with_blocks([Block("paragraph", "有关数据见下表。"), *kept])


def _bare(table: Table) -> Table:
    column = next((i for i, cell in enumerate(table.head[0]) if cell.text == "单位"), None)
    rows = [_cut(row, column) for row in (*table.head, *table.body)]
    head = len(table.head)
    return replace(table, unit_note="", head=tuple(rows[:head]), body=tuple(rows[head:]))


def _cut(row: Sequence[Cell], column: int | None) -> tuple[Cell, ...]:
    return tuple(replace(cell, text=_UNIT.sub("", cell.text)) for i, cell in enumerate(row) if i != column)


# --- answers in place of a page ----------------------------------------------------------------------------------

RUISHU = """<!DOCTYPE html><html><head><meta charset="utf-8">
<meta id="9DhefwqGPrzGxEp9hPaoag" content="3N1ZV.replica.MVSmU2jFVQ" r="m">
<script type="text/javascript" r='m'>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=59352;$_ts.cd="qWNqrfAlErLcDsZk";</script>
<script type="text/javascript" charset="utf-8" src="/TZ4rkQ/8f2a.replica.js" r='m'></script>
</head><body></body></html>"""

JIASULE = """<script>document.cookie=('__jsl_clearance_s=')+('1700000000.000')+('|-1|')+('replica;Max-Age=3600;path=/');
location.href=location.pathname+location.search</script>"""

WZWS = """<html><head><meta charset="utf-8"><title>403</title></head><body>
<p>Request denied. reason: UrlACL</p><p>Client IP: 203.0.113.7</p><p>eventID: replica-0001</p></body></html>"""

FORBIDDEN = """<html>\r
<head><title>403 Forbidden</title></head>\r
<body>\r
<center><h1>403 Forbidden</h1></center>\r
<hr><center>openresty</center>\r
</body>\r
</html>\r
"""

SOFT_404 = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>提示信息</title></head><body>
<div class="tip"><p>您访问的页面不存在或已删除</p><p><a href="/">返回首页</a></p></div></body></html>"""

NOT_FOUND = """<html><head><title>404 Not Found</title></head><body><center><h1>404 Not Found</h1></center></body></html>"""
