"""What the printed text says about a number and a page: its sign, whether it is a forecast, whether it is readable."""

from __future__ import annotations

import re
import unicodedata

_NUMBER = re.compile(r"[-－−]?[0-9][0-9,]{0,20}(?:\.[0-9]{1,10})?")
_DOWN = ("下降", "减少", "降低", "下滑", "回落", "负增长")
_DIRECTION = re.compile(rf"(增长|增加|上升|提高|{'|'.join(_DOWN)})[了约近超过为 ]{{0,3}}$")
_FORECAST = re.compile(
    r"预计|预测|预期(?!寿命)|力争|有望|(?<!年)(?<!度)目标(?:为|是|：|值|任务为)|确保|计划(?:完成|实现|增长|达到|投资)|将(?:达|实现|增长)"
)
_ERROR_TITLE = re.compile(
    r"40[34]|50[0-9]|\berror\b|not ?found|(?:系统|错误)?提示(?:信息)?$|(?:页面|网页|文章|信息).{0,6}(?:不存在|找不到|已删除)|安全验证|访问(?:验证|受限|被拒绝)|出错了?$",
    re.I,
)
_ERROR_TEXT = re.compile(
    r"[您你](?:访问|查看|请求|浏览)的.{0,12}(?:不存在|找不到|已被?删除|已下线|出错)|找不到(?:该|此|您).{0,12}(?:页面|网页)|系统(?:正在)?维护"
    r"|请(?:开启|启用)\s*javascript|输入验证码|访问过于频繁|HTTP (?:Status )?[45][0-9]{2}|404 not found|Internal Server Error|Bad Gateway",
    re.I,
)
_ERROR_LENGTH = 600
_HOME = re.compile(
    r"欢迎(?:访问|您|光临|来到|进入)?|首页|主页|官网|官方网站|门户网站|政府网站?|信息网|统计网|网站|网$|[-_|·—\s!！]"
)
_ORGAN = re.compile(r"(?:[\u4e00-\u9fff]{2,30}(?:政府|人民|委员会|委|厅|局|部|办公室|总站))?(?:统计)?")
_OPEN_END = re.compile(r"(?:[，、（(：:＋+]|增长|下降|达到?|完成|实现|同比|其中|分别|累计|占|为|比|[0-9]\.)$")
_CLAUSE_END = re.compile(r"[，。；;！？\n]")
_BROKEN = re.compile("[\ufffd\ue000-\uf8ff]")
_ASCII = re.compile("[\x00-\x7f]+")
_HAN = re.compile("[\u4e00-\u9fff]")
_MIXED_UP = (("gb18030", "utf-8", 3), ("latin-1", "utf-8", 3), ("latin-1", "gb18030", 2))
SAMPLE = 2000


def printed_number(value_text: str) -> float | None:
    """The number that stands in the printed value, without its sign; None for words (持平, 翻一番)."""
    found = _NUMBER.search(unicodedata.normalize("NFKC", value_text))
    return abs(float(found[0].replace(",", "").replace("−", "-"))) if found else None


def plain_digits(text: str) -> str:
    """The text with full-width digits and letters as plain ones."""
    return unicodedata.normalize("NFKC", text)


def clause_before(quote: str, value_text: str) -> str | None:
    """The words of the clause before the value (a quote ends with its value); None where it isn't in the quote."""
    if not value_text or value_text not in quote:
        return None
    before = quote[: quote.rindex(value_text)][-60:]
    return _CLAUSE_END.split(before)[-1]


def sign_agrees(quote: str, value_text: str, value: float) -> bool | None:
    """Whether the direction word right before a growth rate agrees with its sign; None without such a word."""
    before = clause_before(quote, value_text)
    found = _DIRECTION.search(before.rstrip()) if before is not None else None
    if not found or value == 0 or value_text.lstrip().startswith(("-", "－", "−")):
        return None
    return (found[1] in _DOWN) == (value < 0)


def is_forecast(quote: str, value_text: str) -> bool | None:
    """Whether the value's own clause speaks of the future; None where the value can't be placed."""
    before = clause_before(quote, value_text)
    return None if before is None else bool(_FORECAST.search(before))


def broken_share(text: str) -> float:
    """Share of replacement and private characters: what a decoder could not read."""
    return round(len(_BROKEN.findall(text)) / len(text), 4) if text else 0.0


def mojibake_share(text: str) -> float:
    """Share of the text's beginning that was decoded with a wrong table; clean releases stay below 0.1.

    Chinese in UTF-8 read as GB18030 gives rare characters that turn back into plain Chinese; read as Latin-1 it gives
    accented letters that do the same.
    """
    sample = text[:SAMPLE]
    foreign = _ASCII.sub("", sample)
    turned = (_turns_back(foreign, *tables) * len(foreign) / len(sample) for tables in _MIXED_UP if foreign)
    return round(max(broken_share(sample), *turned, 0.0), 4)


def _turns_back(foreign: str, wrong: str, right: str, width: int) -> float:
    """Share of the characters beyond ASCII that become Chinese once the wrong decoding is undone."""
    encoded = foreign.encode(wrong, "ignore")
    if not encoded or len(encoded) < len(foreign) / 2:
        return 0.0
    return min(1.0, width * len(_HAN.findall(encoded.decode(right, "ignore"))) / len(encoded))


def han_share(text: str) -> float:
    """Share of Chinese characters among letters and characters; 0 for an empty text."""
    sample = text[:SAMPLE]
    letters = sum(map(str.isalpha, sample))
    return round(len(_HAN.findall(sample)) / letters, 4) if letters else 0.0


def names_a_site(title: str) -> bool:
    """Whether a title is only a site's name: 首页, 欢迎访问德阳市统计局门户网站."""
    plain = _HOME.sub("", title)
    return title != "" and (plain == "" or (plain != title and _ORGAN.fullmatch(plain) is not None))


def error_words(title: str, text: str) -> str:
    """What an error page says of itself (soft 404, maintenance, a challenge); empty for any other page."""
    if len(text) > _ERROR_LENGTH:
        return ""
    found = _ERROR_TEXT.search(text) or _ERROR_TITLE.search(title)
    return found[0] if found else ""


def ends_open(text: str) -> str:
    """The end of a text that breaks off within a sentence; empty where it ends as texts do."""
    last = text.rstrip()[-40:].rpartition("\n")[2]
    return last if "\t" not in last and _OPEN_END.search(last) else ""


def in_points(quote: str, value_text: str) -> bool | None:
    """Whether the value is followed by 个百分点; None where it can't be placed."""
    if not value_text or value_text not in quote:
        return None
    return quote[quote.rindex(value_text) + len(value_text) :].lstrip().startswith(("个百分点", "百分点"))


def likeness_of_titles(announced: str, title: str) -> float:
    """How alike a listing's title and its page's are; listings cut long titles, pages add the site's name."""
    short, long = sorted((_plain(announced), _plain(title)), key=len)
    if not short or short[:-1] in long:
        return 1.0
    return likeness(short, long)


def _plain(title: str) -> str:
    return re.sub(r"[\s.…·“”\"'《》]", "", unicodedata.normalize("NFKC", title))


def likeness(before: str, after: str) -> float:
    """How alike two titles are, 0 to 1; the years and periods in them may change."""
    from difflib import SequenceMatcher

    return round(SequenceMatcher(None, before, after, autojunk=False).ratio(), 4)
