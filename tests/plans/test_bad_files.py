"""Plans as they are really published: printed to PDF, with folios, contents and pages that are missing."""

from __future__ import annotations

import io

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from metroetl.documents import read_document
from metroetl.plans.gaps import find_gaps
from metroetl.plans.models import PlanReading
from metroetl.plans.read import read_plan
from tests.documents.conftest import make_snapshot

TITLE = "甲都市圈建设三年行动计划（2024—2026年）"
SECTIONS = {
    "一、总体要求": "为加快建设甲都市圈，推动各城市协调发展，结合实际制定本行动计划，请各有关部门和单位认真组织实施。",
    "（一）基本原则": "坚持统筹规划、分步实施，坚持改革创新、开放合作，坚持绿色低碳、共建共享，坚持以人为本、安全发展。",
    "（二）主要目标": "到2026年，都市圈地区生产总值突破1.2万亿元，轨道交通运营里程达到300公里以上，研发经费投入强度提高到3.2%，"
    "空气质量优良天数比率保持在85%左右，一小时通勤圈基本形成。",
    "二、设施互通": "统筹推进交通、能源、水利、信息等基础设施建设，加快构建互联互通、管理协同的现代化基础设施网络体系。",
    "（一）轨道交通": "加快建设甲乙市域铁路，开工建设甲丙城际铁路，推动轨道交通四网融合，实现公交化运营。（甲市交通运输局牵头，"
    "乙市交通运输局、丙市交通运输局配合，2026年底前完成）",
    "（二）公路网络": "打通跨市断头路28条，实施国省干线改造工程，优化收费站布局。（责任单位：甲市交通运输局、乙市公安局、丙市财政局）",
    "三、创新协同": "联合共建创新平台，推动科技资源共享，促进科技成果跨区域转移转化，打造具有影响力的创新策源地。",
    "（一）平台共建": "新建省级以上创新平台20个，组建产业技术创新联盟10家，联合开展关键核心技术攻关项目50项。",
    "四、保障措施": "加强组织领导，健全协调机制，强化督促检查，确保各项任务落到实处，重大事项及时向领导小组报告。",
}


class Print:
    """Sets lines of 31 letters, a folio at the foot of each page."""

    def __init__(self) -> None:
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        self.out = io.BytesIO()
        self.canvas = Canvas(self.out, pagesize=(595, 842))
        self.page, self.y = 1, 770

    def line(self, text: str, x: float = 60) -> None:
        if self.y < 90:
            self.end()
        self.canvas.setFont("STSong-Light", 15)
        self.canvas.drawString(x, self.y, text)
        self.y -= 27

    def paragraph(self, text: str) -> None:
        width = 0.0
        start = 0
        for place, letter in enumerate(text):
            own = 15 if ord(letter) > 0x2E7F else 7.5
            if width + own > 470:
                self.line(text[start:place])
                start, width = place, 0.0
            width += own
        self.line(text[start:])

    def end(self) -> None:
        self.canvas.setFont("STSong-Light", 10)
        self.canvas.drawCentredString(297, 40, f"— {self.page} —")
        self.canvas.showPage()
        self.page, self.y = self.page + 1, 770


def printed(*, contents: int = 0, without: tuple[str, ...] = ()) -> bytes:
    """The plan as PDF, with its table of contents so many times and without some sections."""
    print_ = Print()
    print_.line(TITLE, 100)
    for _ in range(contents):
        print_.line("目　录", 260)
        for number, head in enumerate(SECTIONS, start=1):
            print_.line(f"{head}{'…' * 12}{number}")
        print_.end()
    for head, text in SECTIONS.items():
        if head not in without:
            print_.line(head, 90)
            print_.paragraph(f"　　{text}")
    print_.end()
    print_.canvas.save()
    return print_.out.getvalue()


@pytest.fixture
def read_pdf(words):
    def read(data: bytes) -> PlanReading:
        return read_plan(read_document(data, make_snapshot(data, name=f"{TITLE}.pdf")), words)

    return read


def without_places(reading: PlanReading) -> dict[str, object]:
    """What was read, without offsets."""
    return {
        "headings": [(h.level, h.title, h.field) for h in reading.headings],
        "targets": [(t.indicator, t.value, t.unit, t.by_year, t.comparator) for t in reading.targets],
        "goals": [g.text for g in reading.goals],
        "tasks": [(t.text, t.lead, t.responsible, t.cooperating, t.deadline) for t in reading.tasks],
        "identity": (reading.kind, reading.plan_title, reading.period_start, reading.period_end),
        "findings": reading.findings,
    }


@pytest.mark.parametrize("contents", [0, 1, 2])
def test_a_printed_plan_reads_like_its_text(read, read_pdf, contents):
    lines = [line for section in SECTIONS.items() for line in section]
    assert without_places(read_pdf(printed(contents=contents))) == without_places(read(TITLE, *lines))


def test_missing_pages_are_named(read_pdf):
    lost = ("二、设施互通", "（一）轨道交通", "（二）公路网络", "三、创新协同", "（一）平台共建")
    found = read_pdf(printed(contents=1, without=lost)).findings
    assert found[0] == "HEADINGS_SKIP: between 一、总体要求 and 四、保障措施, 2 missing"
    assert [f for f in found if f.startswith("CONTENTS_MISSING")] == [
        f"CONTENTS_MISSING: {head} isn't in the text" for head in lost
    ]


def test_numbers_that_start_again_or_run_on_are_no_gap(read):
    reading = read(
        TITLE,
        *("一、甲", "（一）子", "（二）丑", "二、乙", "（一）寅", "（二）卯", "一、附则", "二、附表"),
    )
    assert find_gaps(reading.headings, []) == []
