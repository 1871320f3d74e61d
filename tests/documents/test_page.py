"""Pages in the forms of the CMS families, in the project's own words; figures are of the invented 甲市."""

from __future__ import annotations

from datetime import date

import pytest

from metroetl.catalogue.models import Source
from metroetl.errors import LayoutChanged

PROSE = "上半年，全市经济运行总体平稳。地区生产总值1234.5亿元，同比增长5.2%。"
MORE = "其中，第一产业增加值56.7亿元，增长3.1%；第二产业增加值456.7亿元，增长5.9%。"

GOV_CN = """<div class="wrap"><table><tbody><tr><td>
<table class="bd1"><tbody>
<tr><td><b>索 引 号：</b></td><td>000000001/2018-00101</td><td><b>主题分类：</b></td><td>综合政务\\其他</td></tr>
<tr><td><b>发文机关：</b></td><td>甲省人民政府</td><td><b>成文日期：</b></td><td>2004年04月17日</td></tr>
<tr><td><b>标　　题：</b></td><td colspan="3">甲省人民政府关于印发甲市试点方案的通知</td></tr>
<tr><td><b>发文字号：</b></td><td>甲政发〔2004〕36号</td><td><b>发布日期：</b></td><td>2018年12月24日</td></tr>
</tbody></table></td></tr></tbody></table>
<table><tbody><tr><td id="UCAP-CONTENT"><p style="text-align: center"><span>甲省人民政府关于印发</span><br>
<span>甲市试点方案的通知</span></p><p style="text-align: center">甲政发〔2004〕36号</p>
<p>各市人民政府：</p><p>现将《甲市试点方案》印发给你们，依据《总体意见》（国发〔2003〕9号）执行。</p>
<p>甲省人民政府</p><p>二〇〇四年四月二十七日</p></td></tr></tbody></table>
<div id="qr_container">扫一扫在手机打开当前页</div></div>"""

TRS = f"""<html><head><meta name="ArticleTitle" content="2025年上半年甲市经济运行情况">
<meta name="PubDate" content="2025-07-22 10:00:00"><META NAME="contentsource"content="甲市统计局">
<title>2025年上半年甲市经济运行情况_甲市统计局</title></head><body><div class="nav"><a href="/">首页</a></div>
<div class="article_con"><h1>2025年上半年甲市经济运行情况</h1><p class="info">发布时间：2025-07-22 10:00 来源：甲市统计局</p>
<div class="TRS_Editor"><style>.x{{color:red}}</style><p>　　{PROSE}</p><p>　　{MORE}</p></div>
<div class="share">分享到：微信 微博</div></div></body></html>
<!DOCTYPE html><html><body><div class="footer"><p>版权所有，网站标识码：0000000000，备案号。</p></div></body></html>"""

UCAP = f"""<!DOCTYPE html><html><head><meta name="SiteName" content="甲省统计局"><meta name="ColumnName" content="数据发布">
<meta name="ArticleTitle" content=""><meta name="ArticleTitle" content="甲省上半年经济运行情况">
<meta name="PubDate" content="null"><title>甲省上半年经济运行情况_甲省统计局</title></head><body>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "x.dtd"><html><head></head><body>
<div class="nav"><ul><li><a href="/a">新闻</a></li></ul></div></body></html>
<div class="con"><h1>甲省统计局</h1><h2 class="biaoti">甲省上半年经济运行情况</h2>
<ul class="date"><li>时间：2025-07-18 15:30</li><li>来源：甲省统计局</li></ul>
<div id="zoomcon"><p>{PROSE}</p><p>{MORE}</p></div></div></body></html></html>"""

NBS = """<html><head><meta name="ArticleTitle" content="甲地数据"><meta name="PubDate" content="2026/04/16 09:30"></head><body>
<div class="detail-title"><h1>甲地数据</h1></div><div class="detail-title-des"><h2><p>2026/04/16 09:30</p></h2></div>
<div class="detail-text-content mhide"><p>{p}</p>{t}</div>
<div class="detail-text-content pchide"><p>{p}</p>{t}</div></body></html>""".format(
    p=PROSE,
    t="<table><tr><td>指标</td><td>总量</td></tr><tr><td>甲</td><td>1.50</td></tr><tr><td>乙</td><td>2.00</td></tr></table>",
)

SHANDONG = f"""<body><h1>甲市关于做好统计工作的意见</h1><div id="zoom"><table><tr><td>索引号</td><td>11370000004500000K/2025-00011</td>
<td>发布机构</td><td>甲市人民政府办公室</td></tr><tr><td>成文日期</td><td>2025-03-01</td><td>发布日期</td><td>2025-03-05</td></tr>
<tr><td>文号</td><td>甲政办字〔2025〕7号</td><td>有效性</td><td>有效</td></tr></table>
<p>{PROSE}</p><p>本意见自2025年4月1日起施行。</p></div></body>"""

DEYANG = f"""<body><section><div id="attribute"><span>索引号：510600-2025-000123</span><span>文号：甲府发〔2025〕5号</span>
<span>公开日期：2025-05-06</span><span>发布机构：甲市人民政府</span></div><article><h1>甲市人民政府关于推进同城化的通知</h1>
<p>{PROSE}</p><span class="gk fj"><file href="/wcm.files/upload/a/20250506/17803.pdf">同城化任务清单.pdf</file></span></article></section></body>"""

ANHUI = f"""<body><ul class="clearfix xxgk_nav_list"><li><b>索引号：</b>00298/202507-00012</li><li><b>信息分类：</b>统计</li>
<li><b>发布机构：</b><span>甲市统计局</span></li><li><b>发布日期：</b>2025-07-19 09:00</li><li><b>文　　号：</b>无</li></ul>
<h1>甲市上半年经济形势</h1><div class="wzcon"><p>{PROSE}</p><p>{MORE}</p></div></body>"""

VSB = f"""<html><head><title>甲市上半年经济运行情况-甲市人民政府</title></head><body><div class="main"><div class="tit">甲市上半年经济运行情况</div>
<div>发布日期：2025年07月21日　信息来源：甲市统计局　浏览次数：<span>123</span></div>
<div id="vsb_content_501"><div class="v_news_content"><p>{PROSE}</p><p>{MORE}</p></div></div>
<p>上一篇：甲市一季度经济运行情况</p></div></body></html>"""


def test_gov_cn_block(read):
    document = read(GOV_CN, url="http://www.jia.gov.cn/zhengce/content/2018-12/24/content_5351624.htm")
    assert document.title == "甲省人民政府关于印发甲市试点方案的通知"
    assert (document.doc_number, document.index_number) == ("甲政发〔2004〕36号", "000000001/2018-00101")
    assert (document.written_on, document.published_on) == (date(2004, 4, 17), date(2018, 12, 24))
    assert document.publisher == "甲省人民政府"
    assert [(c.origin, c.value) for c in document.dates] == [
        ("block", date(2004, 4, 17)),
        ("block", date(2018, 12, 24)),
        ("signature", date(2004, 4, 27)),
        ("url", date(2018, 12, 24)),
    ]
    assert document.blocks[0].text == "甲省人民政府关于印发甲市试点方案的通知"
    assert "索" not in document.text
    assert "扫一扫" not in document.text


def test_trs_page_with_a_second_page_in_it(read):
    document = read(TRS, title="2025年上半年甲市经济运行...", listed_on=date(2025, 7, 22))
    assert document.text == f"{PROSE}\n{MORE}"
    assert document.title == "2025年上半年甲市经济运行情况"
    assert document.publisher == "甲市统计局"
    assert {c.origin for c in document.dates} == {"meta", "printed", "list"}
    assert document.published_on == date(2025, 7, 22)
    assert document.doc_number is None


def test_ucap_page_with_conflicting_metas_and_a_site_name_as_h1(read):
    document = read(UCAP.replace('<meta name="ArticleTitle" content="甲省上半年经济运行情况">', ""))
    assert document.title == "甲省上半年经济运行情况"
    assert document.published_on == date(2025, 7, 18)
    assert document.text == f"{PROSE}\n{MORE}"


def test_a_meta_with_two_values_keeps_the_first_and_is_told(read):
    document = read(UCAP.replace("<title>", '<meta name="sitename" content="甲省统计调查网"><title>'))
    assert document.title == "甲省上半年经济运行情况"
    assert "META_CONFLICT: sitename is also 甲省统计调查网" in document.findings


def test_pc_and_phone_twins_are_read_once(read):
    document = read(NBS)
    assert document.text.count("1234.5") == 1
    assert len(document.tables) == 1
    assert document.published_on == date(2026, 4, 16)


def test_twins_inside_one_container_are_read_once(read):
    twin = f"<div class='mhide'><p>{PROSE}</p><p>{MORE}</p></div><div class='pchide'><p>{PROSE}</p><p>{MORE}</p></div>"
    assert read(f"<body><div class='txt-content'>{twin}</div></body>").text == f"{PROSE}\n{MORE}"


def test_a_metadata_table_inside_the_body_is_no_text(read):
    document = read(SHANDONG)
    assert document.text.startswith(PROSE)
    assert document.index_number == "11370000004500000K/2025-00011"
    assert document.doc_number == "甲政办字〔2025〕7号"
    assert (document.written_on, document.published_on) == (date(2025, 3, 1), date(2025, 3, 5))
    assert document.effective_on == date(2025, 4, 1)
    assert document.publisher == "甲市人民政府办公室"


def test_deyang_block_and_file(read):
    document = read(DEYANG)
    assert (document.doc_number, document.index_number) == ("甲府发〔2025〕5号", "510600-2025-000123")
    assert document.published_on == date(2025, 5, 6)
    assert document.title == "甲市人民政府关于推进同城化的通知"
    assert [(a.url, a.name) for a in document.attachments] == [
        ("https://tjj.jia.gov.cn/wcm.files/upload/a/20250506/17803.pdf", "同城化任务清单.pdf")
    ]


def test_a_list_of_labels_and_a_body_without_known_container(read):
    document = read(ANHUI)
    assert document.index_number == "00298/202507-00012"
    assert document.publisher == "甲市统计局"
    assert (document.doc_number, document.published_on) == (None, date(2025, 7, 19))
    assert document.text == f"{PROSE}\n{MORE}"
    assert any(f.startswith("BODY_BY_DENSITY") for f in document.findings)


def test_vsb_page(read):
    document = read(VSB)
    assert document.title == "甲市上半年经济运行情况"
    assert document.publisher == "甲市统计局"
    assert document.published_on == date(2025, 7, 21)
    assert document.text == f"{PROSE}\n{MORE}"


def test_six_dates_are_kept_apart_and_their_conflict_is_told(read):
    page = f"""<head><meta name="PubDate" content="2025-03-10"></head><body><p>发布时间：2025-03-11</p><div id="zoom">
    <p>{PROSE}</p><p>本办法自2025年5月1日起施行。</p><p>甲市人民政府</p><p>2025年2月28日</p><p>附件</p><p>2024年1月1日</p></div></body>"""
    document = read(page, url="https://jia.gov.cn/art/2025/3/9/art_1_2.html", listed_on=date(2025, 6, 1))
    assert {c.origin: c.value for c in document.dates} == {
        "meta": date(2025, 3, 10),
        "printed": date(2025, 3, 11),
        "signature": date(2025, 2, 28),
        "effective": date(2025, 5, 1),
        "list": date(2025, 6, 1),
        "url": date(2025, 3, 9),
    }
    assert (document.published_on, document.written_on) == (date(2025, 3, 10), date(2025, 2, 28))
    assert document.effective_on == date(2025, 5, 1)
    assert "DATES_DIFFER: published 2025-03-10, list 2025-06-01" in document.findings


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<div class='news_title'>关于《甲》《乙》的通知》</div>", "关于《甲》《乙》的通知"),
        (
            "<h1>关于征求《甲市统计管理办法（征求意见稿）》意见的公告</h1>",
            "关于征求《甲市统计管理办法（征求意见稿）》意见的公告",
        ),
        ("<title>甲市上半年经济运行情况_数据发布_甲市统计局</title>", "甲市上半年经济运行情况"),
        ("<meta name='ArticleTitle' content='甲市 &amp;ldquo;十五五&amp;rdquo; 规划'>", "甲市 “十五五” 规划"),
        (
            "<meta name='ArticleTitle' content='关于加强甲市统计工作的...'><h1>关于加强甲市统计工作的若干意见</h1>",
            "关于加强甲市统计工作的若干意见",
        ),
        (
            "<title>甲市关于'十五五'规划的通知_甲市</title><meta name='ArticleTitle' content='甲市关于'十五五'规划的通知'>"
            "<h1>甲市关于'十五五'规划的通知</h1>",
            "甲市关于'十五五'规划的通知",
        ),
        ("", "列表标题：上半年经济"),
    ],
)
def test_titles_are_whole(read, page, title):
    document = read(f"{page}<div id='zoom'><p>{PROSE}</p></div>", title="列表标题：上半年经济")
    assert document.title == title


BODY = f"<div id='zoom'><p>{PROSE}</p><p>{MORE}</p></div>"


@pytest.mark.parametrize(
    "page",
    [
        f"<head><title>甲市上半年经济运行情况</title><style>a{{}}</style></head><style>b{{}}</style><body>{BODY}",
        f"<meta name=ArticleTitle content=甲市上半年经济运行情况 <meta name=x content=y><body>{BODY}</body>",
        f"<a href='/x'><h1>甲市上半年经济运行情况</h1><div>{BODY}</div></a>",
        f"<html><body><h1>甲市上半年经济运行情况</h1></body></html><html><body>{BODY}</body></html>",
        f"<article><header><h1>甲市上半年经济运行情况</h1></header>{BODY}</article>",
        f"<h1>甲市上半年经济运行情况</h1><!-- <div id='zoom'><p>旧稿。</p></div> -->{BODY}<!-- open",
        f"<h1>甲市上半年经济运行情况</h1><script>document.write('<div id=\"zoom\"><p>假。</p></div>')</script>{BODY}",
        f"<meta content='x' r='m'><script>$_ts.cd='a'</script><h1>甲市上半年经济运行情况</h1>{BODY}",
    ],
    ids=["style", "unquoted", "blocks in a link", "two pages", "header", "comments", "script", "challenge script"],
)  # fmt: skip
def test_broken_markup(read, page):
    document = read(page)
    assert document.title == "甲市上半年经济运行情况"
    assert document.text == f"{PROSE}\n{MORE}"


def test_an_unknown_title_is_not_made_up(read):
    document = read(f"<div id='zoom'><p>{PROSE}</p></div>")
    assert document.title == ""
    assert any(f.startswith("TITLE_UNKNOWN") for f in document.findings)


def test_a_number_cited_in_the_text_is_not_the_documents(read):
    assert read(f"<div id='zoom'><p>根据甲政发〔2024〕8号文件，{PROSE}</p></div>").doc_number is None
    own = read(f"<div id='zoom'><p>关于统计工作的通知</p><p>（甲统〔2025〕 12号）</p><p>{PROSE}</p></div>")
    assert own.doc_number == "甲统〔2025〕12号"


def test_blocks_of_a_body(read):
    page = f"""<div id="zoom"><h2>一、综合</h2><p>{PROSE}</p><p>（一）农业</p><p>1.种植业<br>　　{MORE}</p>
    <ul><li>第一项工作</li></ul><p>注：1.增速按可比价格计算。</p><p>CO<sub>2</sub>排放，面积5km<sup>2</sup>，产值7<sup>1</sup>。</p></div>"""
    document = read(page)
    assert [(b.kind, b.level) for b in document.blocks] == [
        ("heading", 1),
        ("paragraph", 0),
        ("heading", 2),
        ("heading", 3),
        ("paragraph", 0),
        ("list_item", 0),
        ("note", 0),
        ("paragraph", 0),
    ]
    assert document.blocks[-1].text == "CO2排放，面积5km²，产值7[1]。"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("转发甲市统计局关于加强基层统计工作意见的通知", True),
        ("下一条轨道交通线路年内开工", True),
        ("分享经济规模扩大", True),
        ("分享到： 微信 微博", False),
        ("【打印】 【关闭】", False),
        ("【字体：大 中 小】", False),
        ("浏览次数：1024", False),
        ("上一篇：甲市一季度经济运行情况", False),
        ("扫一扫在手机打开当前页", False),
        ("当前位置：首页 > 数据发布", False),
    ],
)
def test_furniture_goes_and_the_document_stays(read, line, kept):
    document = read(f"<div id='zoom'><p>{PROSE}</p><p>{line}</p></div>")
    assert (line in document.text) == kept


def test_a_document_may_be_its_attachment(read):
    document = read(
        "<div class='TRS_Editor'><p class='insertfileTag'><a href='./P020250718.pdf' title='甲市公报.pdf'></a></p></div>"
    )
    assert document.text == ""
    assert document.attachments[0].name == "甲市公报.pdf"


def test_the_sources_own_container_comes_first(read):
    source = Source.model_validate(
        {
            "id": "jia_tjj",
            "title": "甲市统计局数据发布",
            "publisher": "甲市统计局",
            "regions": ["510100", "510600"],
            "kinds": ["statistics"],
            "family": "trs",
            "list": "https://tjj.jia.gov.cn/sjfb/",
            "hosts": ["tjj.jia.gov.cn"],
            "cadence": {"cron": "0 9 * * *"},
            "expect": {"min_items": 1},
            "options": {"body": "div.own"},
        }
    )
    document = read(f"<div id='zoom'><p>{MORE}</p></div><div class='own'><p>{PROSE}</p></div>", source)
    assert document.text == PROSE
    assert (document.publisher, document.region_code) == ("甲市统计局", "510100")


def test_an_editor_that_holds_only_a_remark_does_not_hide_the_article(read):
    paragraphs = "".join(f"<p>{n}、{PROSE}{MORE}</p>" for n in "一二三四五六")
    document = read(
        f"<div class='article_con'><div class='TRS_Editor'><p>编者按：略。</p></div>{paragraphs}</div>"
    )
    assert document.text.count("1234.5") == 6


@pytest.mark.parametrize(
    "page",
    [
        "<html><head><title>403 Forbidden</title></head><body><center><h1>403 Forbidden</h1></center></body></html>",
        "<html><body><div>您访问的页面不存在或已删除，请返回首页。</div></body></html>",
        "<html><body><script>window.location.href='./fzggwl/'</script></body></html>",
        "<html><body><ul>"
        + "<li><a href='/a.html'>甲市发布，上半年经济运行情况。</a> 2025-07-22</li>" * 30
        + "</ul></body></html>",
        "<html><body><div id='zoom'> </div></body></html>",
        "<html></html>",
    ],
)
def test_a_page_without_a_body_has_changed_its_layout(read, page):
    with pytest.raises(LayoutChanged):
        read(page)
