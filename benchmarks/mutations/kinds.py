"""The kinds of corruption, and for each the rules whose reason tells that cause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.mutations import figures as f
from benchmarks.mutations import pages as p
from benchmarks.mutations import places as w
from benchmarks.mutations.scene import Form, Scene

SCALE = {"OBS-SCALE", "OBS-RANGE-SIZE", "OBS-CONFLICT-UNIT", "OBS-BATCH-SCALE"}
FITS = {
    "OBS-GROWTH-DRIFT",
    "OBS-GROWTH-FAR",
    "OBS-GROWTH-SUM",
}  # levels, growth and parts don't belong together
SUMS = {"OBS-SUM-SECTORS", "OBS-SUM-PARTS", "OBS-SUM-CIRCLE", "OBS-SUM-PLACES", "OBS-ARITHMETIC"}
PRINTS = {"OBS-REVISION-SIZE", "OBS-REVISION-RATE", "OBS-SOURCES"}  # another print says otherwise
TABLE = {"OBS-TABLE-SHIFTED", "OBS-COLUMN-SHIFTED"}  # rows or columns of a table are shifted
PLACE = {"OBS-OTHER-REGION", "OBS-GROWTH-SUM", *TABLE}
ROWS = {"OBS-OTHER-INDICATOR", "OBS-GROWTH-SUM", *TABLE}
COLUMN = {"OBS-OTHER-MEASURE", *TABLE}
YEAR = {"OBS-SAME-YEAR-AGO", "OBS-RATE-YEAR-AGO", "OBS-BATCH-STALE", "OBS-PAGE-OLD"}
PERIOD = {"OBS-OTHER-PERIOD", "OBS-PERIOD-FUTURE", "OBS-PERIOD-TITLE", "OBS-PAGE-OLD"}
SPAN = {"OBS-OTHER-SPAN", "OBS-YTD-SHRINK"}
SIGN = {"OBS-SIGN-TEXT", "OBS-SIGN-LAST", "OBS-SIGN-LEVELS", "OBS-SIGN-SERIES", "OBS-SIGN-EXPECTED"}
AHEAD = {"OBS-FORECAST", "OBS-STATUS-FORECAST", "OBS-PERIOD-FUTURE"}
WRONG = {"DOC-TITLE-SITE", "DOC-ERROR-PAGE", "DOC-OTHER-PAGE", "DOC-ANNOUNCED"}
AGAIN = {"DOC-REPEATED", "DOC-STALE"}


@dataclass(frozen=True)
class Kind:
    """One kind: its names, who errs, what it does to a scene, the rules that name its cause."""

    name: str
    zh: str
    form: Form
    corrupt: Callable[[Scene], bool]
    causes: frozenset[str]


def kind(name: str, zh: str, form: Form, corrupt: Callable[[Scene], bool], causes: set[str]) -> Kind:
    return Kind(name, zh, form, corrupt, frozenset(causes))


KINDS = (
    kind("unit off by 10^4", "单位差一万倍", "publisher", f.scaled(1e4, "publisher"), SCALE),
    kind("unit off by 10^-4", "单位差万分之一", "reader", f.scaled(1e-4, "reader"), SCALE),
    kind("unit off by 1000", "千与个单位混淆", "publisher", f.scaled(1e3, "publisher"), SCALE),
    kind("unit off by 10^8", "亿元与元混淆", "reader", f.scaled(1e8, "reader"), SCALE),
    kind("a whole table in 万元", "整表万元当亿元", "publisher", f.whole_table_scaled, SCALE),
    kind("unit lost", "单位缺失", "reader", f.unit_lost, {"OBS-UNIT-UNKNOWN"}),
    kind("decimal point lost (level)", "总量丢失小数点", "publisher", f.scaled(10, "publisher"), SCALE),
    kind("decimal point lost (growth)", "增速丢失小数点", "publisher", f.scaled(10, "publisher", "rates"), {"OBS-RANGE-YOY", *FITS, *PRINTS}),
    kind("sign lost, the sentence tells", "符号丢失（原句有方向）", "reader", f.sign_lost("reader"), SIGN),
    kind("sign lost in print", "印错正负号", "publisher", f.sign_lost("publisher"), SIGN),
    kind("negative level", "总量为负", "publisher", f.negative_level, {"OBS-RANGE-LEVEL"}),
    kind("last year's level", "总量取了上年数", "reader", f.last_year("levels"), YEAR),
    kind("last year's growth", "增速取了上年数", "reader", f.last_year("rates"), YEAR),
    kind("last year's whole column", "整列取了上年数", "reader", f.last_year_column, YEAR),
    kind("an earlier quarter's level", "总量取了上期累计数", "publisher", f.of_earlier_quarter, PERIOD | SPAN),
    kind("an earlier quarter's whole page", "整页为上期数", "publisher", f.stale_quarter, PERIOD | SPAN),
    kind("quarter alone for cumulative", "单季当累计", "reader", f.single_quarter, SPAN),
    kind("month alone for cumulative", "单月当累计", "reader", f.month_alone, SPAN),
    kind("half year for a quarter", "半年数当季度数", "reader", f.longer_period, SPAN),
    kind("page under the quarter before", "时期前移一季", "reader", w.shifted_period(0, 1), PERIOD),
    kind("page under the quarter after", "时期后移一季", "reader", w.shifted_period(0, -1), PERIOD),
    kind("page under the year before", "时期前移一年", "reader", w.shifted_period(1, 0), PERIOD | {"OBS-BATCH-STALE"}),
    kind("cities swapped (level)", "城市总量互换", "reader", w.swapped("level", w.of_cell, lambda s: s.region_code), PLACE),
    kind("cities swapped (growth)", "城市增速互换", "publisher", w.swapped("yoy", w.of_cell, lambda s: s.region_code), PLACE),
    kind("row labels one off (level)", "行标签错一行（总量）", "reader", w.rotated(w.in_table, "level"), PLACE),
    kind("row labels one off (growth)", "行标签错一行（增速）", "reader", w.rotated(w.in_table, "yoy"), PLACE),
    kind("indicators one off (level)", "指标错一行（总量）", "reader", w.rotated(w.of_region, "level"), ROWS),
    kind("indicators one off (growth)", "指标错一行（增速）", "reader", w.rotated(w.of_region, "yoy"), ROWS),
    kind("another indicator's growth", "取了另一指标增速", "reader", w.swapped("yoy", w.of_region, lambda s: s.indicator_code), ROWS),
    kind("header one column off", "表头错一列", "reader", w.shifted_table, COLUMN),
    kind("total and part swapped", "总数与分项互换", "publisher", w.whole_and_part, ROWS | SUMS),
    kind("province under a city (level)", "全省总量当市", "reader", w.of_parent("level"), {"OBS-OVER-PARENT", *PLACE}),
    kind("province under a city (growth)", "全省增速当市", "reader", w.of_parent("yoy"), PLACE),
    kind("nation under a province", "全国数当省", "reader", w.of_parent("level", True), {"OBS-OVER-PARENT", *PLACE}),
    kind("page under another city", "整页地区认错", "reader", w.other_region, PLACE | {"OBS-REGION-TEXT"}),
    kind("region unknown", "地区更名不识别", "publisher", w.renamed, {"OBS-REGION-UNKNOWN"}),
    kind("functional areas counted twice", "功能区重复计入", "publisher", w.districts, {"OBS-SUM-PLACES"}),
    kind("share as level", "占比当总量", "reader", f.share_as_level, COLUMN | {"OBS-UNIT-MEASURE"}),
    kind("share as level, with its unit", "占比当总量（带%）", "reader", f.share_with_its_unit, {"OBS-UNIT-MEASURE"}),
    kind("growth as level", "增速当总量", "reader", f.growth_as_level, COLUMN),
    kind("level as growth", "总量当增速", "reader", f.level_as_growth, COLUMN),
    kind("percentage points as growth", "百分点当增速", "reader", f.points_as_growth, {"OBS-POINTS"}),
    kind("digits transposed (level)", "数字颠倒（总量）", "publisher", f.digits(f.transposed), {"OBS-DIGITS", *FITS, *SUMS, *PRINTS}),
    kind("digits transposed (growth)", "数字颠倒（增速）", "publisher", f.digits(f.transposed, "rates"), {"OBS-DIGITS", "OBS-RANGE-YOY", *FITS, *PRINTS}),
    kind("digit dropped", "漏一位数字", "publisher", f.digits(f.dropped), {"OBS-DIGITS", *SCALE}),
    kind("digit doubled", "多一位数字", "publisher", f.digits(f.doubled), {"OBS-DIGITS", *SCALE}),
    kind("digit misread", "数字识别错误", "reader", f.digits(f.misread), {"OBS-DIGITS", *FITS, *SUMS, *PRINTS}),
    kind("thousands separator misread", "千分位误读", "reader", f.separator, SCALE | {"OBS-DIGITS"}),
    kind("two figures merged", "两数连读", "reader", f.merged, SCALE | {"OBS-DIGITS"}),
    kind("all rounded to integers", "全部取整", "publisher", f.rounded, {"OBS-PRECISION"}),
    kind("empty cell as zero", "空值当零", "reader", f.emptied, {"OBS-RANGE-LEVEL"}),
    kind("forecast as fact", "预计当实际", "reader", w.forecast("reader"), AHEAD),
    kind("forecast by its status", "状态为预测", "publisher", w.forecast("publisher"), AHEAD),
    kind("target as fact", "目标当实际", "reader", w.target, AHEAD),
    kind("this year's goal as its result", "当年目标当结果", "reader", w.next_year, AHEAD),
    kind("preliminary as final", "初步数当最终数", "reader", w.early_final, {"OBS-STAGE-EARLY"}),
    kind("revised base, one level", "基数修订混用（单个）", "publisher", w.revised_base, FITS | SUMS | PRINTS),
    kind("revised base, half of a page", "基数修订混用（半页）", "publisher", w.revised_column, FITS | SUMS | PRINTS),
    kind("home page instead (new address)", "首页顶替（新地址）", "publisher", p.replaced("home", False), WRONG),
    kind("home page instead (known address)", "首页顶替（旧地址）", "publisher", p.replaced("home", True), WRONG),
    kind("error page, soft 404", "错误页、软404", "publisher", p.replaced("error", False), WRONG),
    kind("error page at a known address", "旧地址变错误页", "publisher", p.replaced("error", True), WRONG),
    kind("duplicated release, same day", "同日重复发布", "publisher", p.copied(0), AGAIN),
    kind("duplicated release, later", "改日重复发布", "publisher", p.copied(9), AGAIN),
    kind("duplicate under another title", "换标题重复发布", "publisher", p.copied(3, "（转载）"), AGAIN),
    kind("stale page with a new date", "旧页换日期重发", "publisher", p.stale(False), AGAIN),
    kind("stale page, new date in the text", "旧页改日期重发", "publisher", p.stale(True), AGAIN),
    kind("truncated text", "正文截断", "reader", p.cut_text, {"DOC-CUT", "DOC-COVERAGE", "DOC-COVERAGE-USUAL"}),
    kind("truncated table (known address)", "表格截断（旧地址）", "reader", p.cut_table(True), {"DOC-COVERAGE", "DOC-COVERAGE-USUAL"}),
    kind("truncated table (new release)", "表格截断（新发布）", "reader", p.cut_table(False), {"DOC-COVERAGE", "DOC-COVERAGE-USUAL"}),
    kind("mojibake, UTF-8 as GB18030", "乱码（UTF-8当GB18030）", "reader", p.mojibake("utf-8", "gb18030"), {"DOC-MOJIBAKE", "DOC-BROKEN-CHARS"}),
    kind("mojibake, UTF-8 as Latin-1", "乱码（UTF-8当Latin-1）", "reader", p.mojibake("utf-8", "latin-1"), {"DOC-MOJIBAKE", "DOC-BROKEN-CHARS"}),
    kind("mojibake, GB18030 as UTF-8", "乱码（GB18030当UTF-8）", "reader", p.mojibake("gb18030", "utf-8"), {"DOC-MOJIBAKE", "DOC-BROKEN-CHARS"}),
    kind("published in the future", "发布日期在未来", "publisher", p.future, {"DOC-DATE-FUTURE"}),
    kind("layout changed, units lost", "版式变化单位丢失", "reader", p.layout, {"OBS-BATCH-UNUSABLE", "OBS-UNIT-UNKNOWN"}),
)  # fmt: skip
