"""Headings: levels, titles, lists that are none, tables of contents, sections' lengths and fields."""

from __future__ import annotations


def heads(reading):
    return [(h.level, h.number, h.title) for h in reading.headings]


def test_the_form_of_the_number_tells_the_level(read):
    reading = read(
        "甲市绿道意见",
        "一、总体要求",
        "（一）指导思想。坚持绿色发展。形成合力。",
        "1.关于步道问题。先行试点。再行推广。",
        "（1）关于标识：统一样式。统一颜色。",
        "二、保障措施",
    )
    assert heads(reading) == [
        (1, "一、", "总体要求"),
        (2, "（一）", "指导思想"),
        (3, "1.", "关于步道问题"),
        (4, "（1）", "关于标识"),
        (1, "二、", "保障措施"),
    ]


def test_items_of_lists_are_no_headings(read):
    reading = read(
        "甲市绿道意见",
        "一、下列事项应当公开：",
        "（一）绿道的位置；",
        "（二）绿道的长度；",
        "（三）其他事项。",
        "二、做好宣传",
        "1.张贴告示。",
        "2.发布消息。",
    )
    assert [h.title for h in reading.headings] == ["下列事项应当公开", "做好宣传"]


def test_of_articles_only_chapters_and_sections_count(read):
    lines = ["第一章　总　则", "第一条 为了保护绿道。", "第二条 本条例适用于本市。", "（一）绿道；"]
    reading = read("甲市绿道条例", *lines, "第二章 保护", "第一节 巡查", "第三条 定期巡查。")
    assert [(h.level, h.number) for h in reading.headings] == [(1, "第一章"), (1, "第二章"), (2, "第一节")]


def test_a_table_of_contents_is_left_out(read):
    contents = ["目录", "第一章 基础", "第二章 目标", "第三章 保障"]
    text = ["第一章 基础", "基础良好。", "第二章 目标", "目标明确。", "第三章 保障", "保障有力。"]
    assert len(read("甲市绿道规划", *contents, *text).headings) == 3
    dotted = ["第一章 基础………1", "第二章 目标………5", "第三章 保障………9"]
    assert len(read("甲市绿道规划", *dotted, *text).headings) == 3


def test_decimals_and_titles_without_units_in_brackets(read):
    reading = read(
        "甲市绿道规划",
        "1 总则",
        "1.1 目的",
        "明确目的。",
        "1.2 范围",
        "全市。",
        "1.2.1 步道",
        "一、加强巡查（林业局负责）",
    )
    assert heads(reading)[:4] == [
        (1, "1", "总则"),
        (2, "1.1", "目的"),
        (2, "1.2", "范围"),
        (3, "1.2.1", "步道"),
    ]
    assert heads(reading)[-1] == (1, "一、", "加强巡查")


def test_a_section_has_the_length_of_its_text_and_its_subsections(read):
    reading = read(
        "甲市绿道意见", "一、总体要求", "（一）甲。十个字的一句话在此。", "十个字的一句话在此呀", "二、保障"
    )
    assert reading.headings[0].length == reading.headings[1].length
    assert reading.headings[1].length > 10
    assert reading.headings[2].length == 0


def test_sections_are_mapped_to_the_eight_fields_and_unclear_ones_to_none(read):
    reading = read(
        "甲都市圈行动计划",
        "一、推进基础设施互联互通",
        "建设轨道交通和高速公路。",
        "二、推动生态共建污染共治",
        "加强生态环境保护。",
        "三、组织实施",
        "加强领导。",
    )
    assert [h.field for h in reading.headings] == ["设施互通", "生态环保", None]


def test_spans_lead_back_into_the_text(words):
    from metroetl.documents.models import Document
    from metroetl.plans import read_plan

    text = "一、 加强 2025 年巡查\n全年巡查１２次。"
    document = Document(sha256="0", source_id="t", url="", title="甲市绿道意见", text=text)
    heading = read_plan(document, words).headings[0]
    assert text[heading.start : heading.end] == "一、 加强 2025 年巡查"
    assert heading.title == "加强2025年巡查"


def test_lines_of_a_fixed_width_are_joined_and_page_numbers_left_out(read):
    lines = [
        "一、总体要求",
        "坚持把绿道建设放在突出的位置上来抓紧抓好，健全工作机制并完善各项政策，形成上下联",
        "动左右协同的工作格局，到2027年，全市绿道总里程力争达",
        "— 3 —",
        "到500公里，公园绿地服务半径覆盖率进一步提高。",
    ]
    reading = read("甲市绿道规划", *lines)
    assert [(t.indicator, t.value, t.unit) for t in reading.targets] == [("全市绿道总里程", 500.0, "公里")]


def test_the_field_of_a_section_has_its_evidence_and_the_deltas_theme(read):
    reading = read(
        "甲都市圈建设三年行动计划（2024—2026年）",
        "一、设施互通",
        "加快轨道交通和高速公路建设，完善综合交通枢纽。",
        "（一）概述。有关工作按计划推进。",
        "二、生态共建污染共治",
        "联合开展大气污染防治，加强水环境治理。",
    )
    first, under, second = reading.headings
    assert (first.field, first.theme) == ("设施互通", "交通")
    assert "设施互通" in first.evidence and set(first.evidence) <= {
        "设施互通",
        "轨道",
        "高速公路",
        "综合交通",
        "枢纽",
        "交通",
    }
    assert (under.field, under.evidence) == ("设施互通", [])
    assert (second.field, second.theme) == ("生态环保", "生态")
