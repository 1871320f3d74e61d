"""The synthetic sites that a collect is measured on: pages of 60 KB as a CMS serves them, pre-rendered to files.

Every page is marked synthetic. Of twenty articles twelve are statistics news with a dozen figures in a few paragraphs,
three have the figures in a table too, five are news without figures; figures grow steadily from a seed, as a gate lets
pass. The frame around an article (navigation, scripts, styles, sidebar) is one file a site, the article another: the
server joins them, so that 20,000 pages need 80 MB of disk.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

PAGE_SIZE = 60_000
A_LIST = 20
LEVELS = (("社会消费品零售总额", 300.0), ("一般公共预算收入", 90.0), ("进出口总额", 210.0))
GROWTH = ("规模以上工业增加值", "固定资产投资", "工业用电量")
CUT = b"<!-- article -->"
FIRST_YEAR = 2018


@dataclass(frozen=True)
class Site:
    """One synthetic site with one listing; its place is one of the catalogue's, its articles speak of 全市 only."""

    number: int
    region: str

    @property
    def id(self) -> str:
        return f"synthetic_{self.number:03d}"

    @property
    def host(self) -> str:
        return f"tjj{self.number:03d}.jia.gov.cn"

    def source(self) -> str:
        """Its YAML in the operator's own part of the catalogue."""
        return "\n".join(
            [
                f"id: {self.id}",
                f"title: 合成站点 {self.number:03d}",
                "publisher: 合成统计局",
                f'regions: ["{self.region}"]',
                "kinds: [statistics]",
                "family: trs",
                f"list: https://{self.host}/tjsj/index.html",
                f"hosts: [{self.host}]",
                'cadence: {cron: "0 9 * * *"}',
                "expect: {min_items: 1}",
                "max_pages: 200",
                "note: synthetic, for benchmarks only",
                "",
            ]
        )


@dataclass(frozen=True)
class Article:
    """One article: its address below the listing, title, day and markup."""

    path: str
    title: str
    day: date
    markup: str


def write_world(folder: Path, sites: Sequence[Site], articles: int) -> None:
    """Frames, articles and list pages of all sites, so many articles each."""
    for site in sites:
        root = folder / site.host / "tjsj"
        root.mkdir(parents=True)
        made = [article(site, n) for n in range(articles)]
        (folder / site.host / "frame.html").write_bytes(frame(site))
        for one in made:
            path = root / one.path
            path.parent.mkdir(exist_ok=True)
            path.write_text(one.markup, encoding="utf-8")
        newest = made[::-1]
        lists = [newest[n : n + A_LIST] for n in range(0, articles, A_LIST)]
        for number, rows in enumerate(lists):
            name = "index.html" if number == 0 else f"index_{number}.html"
            (root / name).write_text(list_page(rows, len(lists)), encoding="utf-8")


def list_page(rows: list[Article], pages: int) -> str:
    """One list page of the TRS form."""
    items = "".join(
        f'<li><a href="./{a.path}" title="{a.title}">{a.title}</a><span>{a.day}</span></li>' for a in rows
    )
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>合成列表</title></head><body>'
        f'<ul class="list">{items}</ul><script>createPageHTML({pages}, 0, "index", "html");</script></body></html>'
    )


def frame(site: Site) -> bytes:
    """What stands around every article of a site, with a mark where the article goes."""
    seed = random.Random(site.number)
    words = [
        "概况",
        "机构",
        "职能",
        "动态",
        "公告",
        "数据",
        "发布",
        "解读",
        "公报",
        "年鉴",
        "普查",
        "服务",
        "互动",
        "公开",
        "指南",
        "目录",
        "法规",
        "计划",
        "财政",
        "人事",
    ]
    menu = "".join(
        f'<li class="nav-item"><a href="/{n}/" target="_blank">{seed.choice(words)}{seed.choice(words)}</a>'
        f'<ul class="sub">{"".join(f"<li><a href=/{n}/{m}/>{seed.choice(words)}{m}</a></li>" for m in range(8))}</ul></li>'
        for n in range(16)
    )
    side = "".join(
        f'<li><a href="/tjsj/zt/{n}.html">合成专题{seed.choice(words)}之{n}</a><span class="d">08-{n % 28 + 1:02d}</span></li>'
        for n in range(60)
    )
    style = "".join(
        f".c{n}{{margin:{n}px;color:#{n:06x};background:url(/images/{n}.png) no-repeat}}" for n in range(180)
    )
    script = "".join(
        f"function f{n}(a,b){{var s='<div class=x>'+a+'</div>';return s.length>{n}?b:s;}}" for n in range(190)
    )
    before = (
        '<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8">{meta}'
        f"<style>{style}</style><script>{script}</script></head><body>"
        f'<div class="header"><a href="/"><img src="/logo.png" alt="合成"></a></div><ul class="nav">{menu}</ul>'
        '<div class="position">您现在的位置：<a href="/">首页</a> &gt; <a href="../">统计数据</a></div><div class="main">'
    )
    after = (
        f'<div class="sidebar"><h3>相关链接</h3><ul>{side}</ul></div></div><div class="footer"><p>主办单位：合成统计局</p>'
        "<p>本站页面均为合成，仅供测量 · synthetic</p></div><script>{filler}</script></body></html>"
    )
    size = len((before + after).encode()) + 3_000
    filler = "var h=[" + ",".join(f'"u{n}"' for n in range(max(0, PAGE_SIZE - size) // 8)) + "];"
    return before.encode() + CUT + after.replace("{filler}", filler).encode()


def article(site: Site, number: int) -> Article:
    """Article `number` of a site: one a month, five of twenty without figures."""
    kind = number % 20
    month = FIRST_YEAR * 12 + 1 + number + number // 11  # no release of January
    year, at = divmod(month, 12)
    day = date(year + (at == 11), (at + 1) % 12 + 1, 16) + timedelta(days=number % 7)
    if kind >= 15:
        title, body = f"合成统计局召开第{number}次工作例会", plain(number)
    else:
        title = f"{year}年1—{at + 1}月全市经济运行情况（合成）"
        body = news(site, year, at + 1)
        if kind >= 12:
            body += rows_of(site, year, at + 1)
    meta = (
        f'<title>{title}-合成统计局</title><meta name="ArticleTitle" content="{title}">'
        f'<meta name="PubDate" content="{day} 09:30"><meta name="ContentSource" content="合成统计局">'
        '<meta name="keywords" content="合成, synthetic">'
    )
    markup = (
        f'{meta}{CUT.decode()}<h1 class="title">{title}</h1><div class="info">发布时间：{day} 09:30　来源：合成统计局</div>'
        f'<div class="trs_editor_view TRS_UEDITOR">{body}<p>（合成数据，仅供测量）</p></div>'
    )
    return Article(f"{day:%Y%m}/t{day:%Y%m%d}_{site.number * 1000 + number}.html", title, day, markup)


def growth(site: Site, name: str, year: int, month: int) -> float:
    """A yearly growth in per cent, between 3 and 8, different each year and month."""
    return random.Random(f"{site.number} {name} {year} {month}").randint(30, 80) / 10


def level(site: Site, name: str, base: float, year: int, month: int) -> float:
    """The cumulative level in 亿元 to a month, grown year by year."""
    value = (base + site.number) * month / 12
    for past in range(FIRST_YEAR, year + 1):
        value *= 1 + growth(site, name, past, month) / 100
    return value


def news(site: Site, year: int, month: int) -> str:
    """A dozen figures in a few paragraphs, with the running text of such news between them."""
    sales, budget, trade = (
        f"{name}{level(site, name, base, year, month):.2f}亿元，同比增长{growth(site, name, year, month)}%"
        for name, base in LEVELS
    )
    industry, invested, power = (f"{name}同比增长{growth(site, name, year, month)}%" for name in GROWTH)
    deposits = level(site, "存款", 2_400.0, year, 12) * (1 + month / 300)
    paragraphs = (
        f"{year}年1—{month}月，全市坚持稳中求进工作总基调，扎实推进高质量发展，经济运行总体平稳、稳中有进。",
        f"工业生产稳定增长。1—{month}月，全市{industry}。企业生产经营活动保持活跃，重点行业支撑有力。",
        f"投资规模继续扩大。1—{month}月，全市{invested}。重点项目建设有序推进，要素保障不断加强。",
        f"消费市场持续恢复。1—{month}月，全市实现{sales}。线上线下融合发展，服务供给更加丰富。",
        f"财政收支总体平稳。1—{month}月，全市{budget}。",
        f"外贸结构不断优化。1—{month}月，全市{trade}。{power}。",
        f"金融运行平稳。{month}月末，全市金融机构本外币存款余额{deposits:.2f}亿元。居民消费价格同比上涨{0.5 + month / 10:.1f}%。",
        "总的来看，全市经济延续恢复向好态势，但外部环境更趋复杂，回升基础还需巩固。下阶段，要完整、准确、全面贯彻新发展理念。",
    )
    return "".join(f'<p style="text-indent: 2em;">{text}</p>' for text in paragraphs)


def rows_of(site: Site, year: int, month: int) -> str:
    """The same figures in a table."""
    rows = [
        (name, f"{level(site, name, base, year, month):.2f}", f"{growth(site, name, year, month)}")
        for name, base in LEVELS
    ]
    rows += [(name, "—", f"{growth(site, name, year, month)}") for name in GROWTH]
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    head = f"<tr><td>指标</td><td>1—{month}月（亿元）</td><td>同比增长（%）</td></tr>"
    return f'<p style="text-align: center;">{year}年1—{month}月主要指标</p><table border="1">{head}{lines}</table>'


def plain(number: int) -> str:
    """News of a meeting, without a figure."""
    sentence = (
        "会议传达学习有关会议精神，研究部署近期重点工作，强调要压实责任、强化协同、提升数据质量，"
        "以更高标准推进统计调查、分析服务和队伍建设。与会人员结合实际作了交流发言。"
    )
    return "".join(
        f'<p style="text-indent: 2em;">{sentence}{"合成" * (1 + number % 3)}。</p>' for _ in range(7)
    )
