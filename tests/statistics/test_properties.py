"""Whatever the text: no exception, spans that hold, bounded time."""

from __future__ import annotations

import random
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metroetl.catalogue import catalogue
from metroetl.statistics import Statement, extract_text
from metroetl.statistics.lexing.lexer import lex
from metroetl.statistics.lexing.normalise import normalise
from metroetl.statistics.vocabulary.words import vocabulary

PIECES = [
    "上半年", "2025年", "1-5月", "6月末", "7、8、9三个月", "全市", "成都", "德阳市", "四市", "地区生产总值", "GDP", "第一、二、三产业", "出口", "进口",
    "规上工业增加值", "居民人均可支配收入", "城镇", "增速", "同比", "比上年", "较2019年同期", "环比", "分别", "增长", "下降", "持平", "由", "提高到", "占",
    "比重为", "拉动", "贡献率", "高于全省", "力争", "预计", "其中", "等", "和", "、", "，", "。", "；", "：", "（", "）", "|", "\t", "\n", "- ", " ", "<td>",
    "</td></tr>", "<p>", "&nbsp;", "**", "100", "1,234.5", "6.0", "-3.2", "5—6", "亿元", "%", "个百分点", "倍", "‰", "万人", "个", "第1位", "🙂", "國家",
]  # fmt: skip
SENTENCES = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


def read(text: str) -> list[Statement]:
    return extract_text(
        text,
        title="2025年上半年",
        published_on=date(2025, 7, 20),
        region_code="510100",
        catalogue=catalogue(),
    )


def holds(text: str, statement: Statement) -> None:
    assert 0 <= statement.start < statement.end <= len(text)
    assert statement.quote == text[statement.start : statement.end]
    assert statement.period_start <= statement.period_end
    assert 0 <= statement.confidence <= 1
    assert statement.measure in catalogue().measures


@given(SENTENCES)
@settings(max_examples=400, deadline=None)
def test_any_order_of_words(text: str) -> None:
    for statement in read(text):
        holds(text, statement)


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_text(text: str) -> None:
    for statement in read(text):
        holds(text, statement)


@given(SENTENCES)
@settings(max_examples=200, deadline=None)
def test_tokens_cover_the_text(text: str) -> None:
    plain = normalise(text).text
    tokens = lex(plain, 0, len(plain), vocabulary(catalogue()))
    assert [t.start for t in tokens] == [0, *(t.end for t in tokens)][: len(tokens)]
    assert not tokens or tokens[-1].end == len(plain)


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_uniform_text_maps_back(text: str) -> None:
    result = normalise(text)
    for i in range(len(result.text)):
        start, end = result.span(i, i + 1)
        assert 0 <= start < end <= len(text)


HOSTILE = {
    "digits": "1" * 300_000,
    "decimals": "1.1" * 100_000,
    "brackets": "（" * 100_000,
    "closed brackets": "（1亿元" * 30_000 + "）" * 30_000,
    "tags": "<td" * 100_000,
    "open tag": "<p " + "a" * 300_000,
    "commas": "增长1%，" * 40_000,
    "enumeration": "出口、" * 60_000 + "分别增长1%、2%",
    "blanks": " " * 300_000,
    "pipes": "|1" * 100_000,
    "rows": "|甲|1|\n" * 20_000,
    "one sentence": "地区生产总值" * 40_000,
    "months": "1、" * 100_000 + "2月",
    "years": "2025年、" * 50_000,
    "excluded": "剔除" * 60_000,
    "mixed": "".join(random.Random(1).choices("增长%亿元（），。1２|<>-\t\n國a", k=200_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_take_bounded_time(name: str) -> None:
    started = time.process_time()
    read(HOSTILE[name])
    assert time.process_time() - started < 20


@pytest.mark.parametrize("text", ["", " ", "\x00\x01\x02", "%PDF-1.7\n\xff", "\ud800增长1%"])
def test_empty_and_binary_texts(text: str) -> None:
    assert read(text) == []
