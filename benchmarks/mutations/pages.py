"""Corruptions of whole pages: what came instead of them, what came twice, what came in part, what can't be read."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta

from benchmarks.mutations.scene import Scene, fact, mark
from benchmarks.mutations.worlds import OPENING, Page
from metroetl.quality.limits import RELEASE_FACTS, RELEASES_ALIKE
from metroetl.quality.papers import release_name

HOME = """网站首页\t新闻中心\t政务公开\t统计数据\t互动交流\t专题专栏
要闻动态
市统计局召开党组会议
全市统计工作会议召开
通知公告
关于公开征求意见的公告
版权所有\t网站地图\t联系我们"""
ERRORS = (
    ("页面不存在", "抱歉，您访问的页面不存在或已被删除！\n5秒后自动返回首页"),
    ("404", "404 Not Found\n您要查看的页面找不到了\n返回首页"),
    ("系统提示", "系统维护中，请稍后再试。给您带来不便，敬请谅解。"),
    ("提示信息", "访问过于频繁，请输入验证码后继续访问"),
    ("Error", "HTTP Status 500 – Internal Server Error"),
    ("安全验证", "请开启JavaScript并刷新该页"),
)
HOMES = (
    "德阳市统计局",
    "首页",
    "四川省人民政府网站",
    "欢迎访问统计局门户网站",
    "统计局-首页",
    "甲市统计信息网",
)


def _page(scene: Scene, at_least: int = 1) -> Page | None:
    options = [p for p in scene.pages if len(p.statements) >= at_least]
    return scene.dice.choice(options) if options else None


def replaced(kind: str, known: bool) -> Callable[[Scene], bool]:
    """Another page came: the home page, an error page; at a new address, or at one that core knows."""

    def corrupt(scene: Scene) -> bool:
        page = _page(scene)
        old = [p for p in scene.history if len(p.statements) >= 3]
        if page is None or (known and not old):
            return False
        if known:
            page.url = scene.dice.choice(old).url
        page.announced = page.announced or page.title
        if kind == "home":
            page.title, page.text = scene.dice.choice(HOMES), HOME
        else:
            page.title, page.text = scene.dice.choice(ERRORS)
        page.statements = []
        scene.marked.add(page.key)
        return True

    return corrupt


def copied(days: int, title: str = "") -> Callable[[Scene], bool]:
    """The same content at another address, on the same day or later."""

    def corrupt(scene: Scene) -> bool:
        page = _page(scene)
        if page is None:
            return False
        copy = deepcopy(page)
        copy.key, copy.url = f"{page.key}-copy", page.url.replace("//tjj.", "//www.")
        copy.published += timedelta(days=days)
        copy.title += title
        scene.pages.append(copy)
        scene.marked.add(copy.key)
        return True

    return corrupt


def stale(dated: bool) -> Callable[[Scene], bool]:
    """A page of a year ago or more comes again as new; its text is the same, or has a new line."""

    def corrupt(scene: Scene) -> bool:
        page = _page(scene)
        if page is None:
            return False
        old = [
            p
            for p in scene.history
            if len(p.statements) >= 4 and 200 < (page.published - p.published).days < 900
        ]
        if not old:
            return False
        again = deepcopy(scene.dice.choice(old))
        again.key, again.url, again.published = page.key, page.url, page.published
        again.announced = again.title
        if dated:
            again.text = f"发布时间：{page.published}\n{again.body}"
            again.title = again.title.removesuffix(")")
        scene.pages[scene.pages.index(page)] = again
        scene.marked.add(again.key)
        return True

    return corrupt


def _is_known(scene: Scene, page: Page) -> bool:
    """Whether the last releases of this name have figures in common: else nobody knows what it should state."""
    before = [p for p in scene.history if release_name(p.title) == release_name(page.title)][-RELEASES_ALIKE:]
    usual = set.intersection(*({fact(s)[:3] for s in p.statements} for p in before)) if before else set()
    return len(before) == RELEASES_ALIKE and len(usual) >= RELEASE_FACTS


def cut_text(scene: Scene) -> bool:
    """The text breaks off in the middle of a sentence; what stood behind is lost."""
    page = _page(scene, 4)
    if page is None or not _is_known(scene, page):
        return False
    kept = max(1, len(page.statements) // 3)
    lines = page.body.split("\n")[: kept + 1]
    page.statements = page.statements[:kept]
    lines[-1] = lines[-1][: max(4, len(lines[-1]) * 2 // 3)]
    page.text = "\n".join(lines)
    scene.marked.add(page.key)
    return True


def cut_table(known: bool) -> Callable[[Scene], bool]:
    """The last rows of the page are missing: at an address that core knows, or in a new release."""

    def corrupt(scene: Scene) -> bool:
        page = _page(scene, 6)
        if page is None:
            return False
        if known:
            same = [
                p
                for p in scene.history
                if p.region == page.region and len(p.statements) >= len(page.statements)
            ]
            if not same:
                return False
            page.url = same[-1].url
        elif not _is_known(scene, page):
            return False
        page.statements = page.statements[: max(2, len(page.statements) // 3)]
        scene.marked.add(page.key)
        return True

    return corrupt


def mojibake(written: str, read: str) -> Callable[[Scene], bool]:
    """A page decoded with another character set than it was written in."""

    def corrupt(scene: Scene) -> bool:
        page = _page(scene)
        if page is None:
            return False
        text = f"{page.body}\n{OPENING * 3}"
        page.text = text.encode(written, "replace").decode(read, "replace")
        page.title = page.title.encode(written, "replace").decode(read, "replace")
        page.announced = None
        for s in page.statements:
            mark(s)
        scene.marked.add(page.key)
        return True

    return corrupt


def future(scene: Scene) -> bool:
    """A date of publication that lies ahead: 2052 for 2025, the day for the month."""
    page = _page(scene)
    if page is None:
        return False
    page.fetched = page.published + timedelta(days=1)
    page.published += timedelta(days=scene.dice.choice((40, 200, 365, 9862)))
    scene.marked.add(page.key)
    return True


def layout(scene: Scene) -> bool:
    """The layout changed: most figures lost their unit or place."""
    page = _page(scene, 10)
    if page is None:
        return False
    for s in page.statements:
        if scene.dice.random() < 0.8:
            s.unit, s.unit_norm, s.value_norm = "", None, None
            mark(s)
    return True
