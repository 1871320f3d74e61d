"""One paper of the project's own words in every kind of file that the readers know."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from itertools import groupby
from typing import Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Pt

TITLE = "甲市推进都市圈建设三年行动计划（2025—2027年）"
NUMBER = "甲政办发〔2025〕7号"
INTRODUCTION = "为加快建设现代化都市圈，推动各项任务落到实处，结合全市工作实际，制定本行动计划。"
TARGET = "到2027年，全市地区生产总值达到1234.5亿元，城区面积控制在86.5km²以内。"
HEADING = "一、总体要求"
ROWS = (
    ("序号", "任务", "牵头单位"),
    ("1", "建成城际铁路一期工程", "市交通运输局"),
    ("2", "新增学位12.5万个", "市教育局"),
)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word(extra: Any = None) -> bytes:
    """The paper as a Word file; `extra(document)` changes it before it is saved."""
    paper = docx.Document()
    paper.add_paragraph(TITLE, style="Title")
    paper.add_paragraph(NUMBER)
    paper.add_paragraph(INTRODUCTION)
    paper.add_heading(HEADING, level=1)
    target = paper.add_paragraph(TARGET.partition("²")[0])
    target.add_run("2").font.superscript = True
    target.add_run(TARGET.partition("²")[2])
    table = paper.add_table(rows=0, cols=3)
    for row in ROWS:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    if extra is not None:
        extra(paper)
    out = io.BytesIO()
    paper.save(out)
    with zipfile.ZipFile(out) as made:  # without the moment, so that what an office makes of it is made once
        return archive({name: made.read(name) for name in made.namelist()})


def add_list(paper: Any, levels: list[tuple[str, str]], items: list[tuple[int, str]]) -> None:
    """Paragraphs that Word numbers itself: `levels` are (format, text), `items` (depth, text)."""
    numbering = paper.part.numbering_part.element
    body = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for depth, (form, text) in enumerate(levels)
    )
    numbering.insert(
        0, parse_xml(f'<w:abstractNum xmlns:w="{W}" w:abstractNumId="77">{body}</w:abstractNum>')
    )
    numbering.append(parse_xml(f'<w:num xmlns:w="{W}" w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for depth, text in items:
        paragraph = paper.add_paragraph(text)
        paragraph._p.get_or_add_pPr().append(
            parse_xml(f'<w:numPr xmlns:w="{W}"><w:ilvl w:val="{depth}"/><w:numId w:val="77"/></w:numPr>')
        )
        paragraph.paragraph_format.space_after = Pt(0)


def vertical_merge(table: Any, column: int, first: int, last: int) -> None:
    """Merge cells of a table downwards."""
    table.cell(first, column).merge(table.cell(last, column))
    assert table._tbl.findall(f".//{qn('w:vMerge')}")


def page() -> str:
    """The paper as a page."""
    rows = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in ROWS)
    return (
        f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><div class='TRS_Editor'><p>{NUMBER}</p>"
        f"<p>{INTRODUCTION}</p><p>{HEADING}</p><p>{TARGET.replace('²', '<sup>2</sup>')}</p><table>{rows}</table>"
        "<p><a href='files/qd.pdf'>附件：任务清单</a></p></div></body></html>"
    )


def saved_page(
    address: str = "https://www.jia.gov.cn/zfxxgk/t20250301_7.html", charset: str = "utf-8"
) -> bytes:
    """The page as a browser saves it in one file (MHTML)."""
    message = MIMEMultipart("related", type="text/html")
    message["From"] = "<Saved by Blink>"
    message["Snapshot-Content-Location"] = address
    message["Subject"] = TITLE
    part = MIMEText(page(), "html", charset)
    part["Content-Location"] = address
    message.attach(part)
    style = EmailMessage()
    style.set_content("p { margin: 0 }", subtype="css")
    message.attach(style)
    return message.as_bytes()


def ofd(lines: list[tuple[float, float, str]], *, title: str = TITLE, box: str = "0 0 210 297") -> bytes:
    """An OFD of one page with texts at (x, y of the baseline, in mm), letters of 5 mm."""
    objects = "".join(
        f'<ofd:TextObject ID="{n}" Boundary="{x} {y - 5} 180 6" Font="1" Size="5">'
        f'<ofd:TextCode X="0" Y="5" DeltaX="{steps(t)}">{t}</ofd:TextCode></ofd:TextObject>'
        for n, (x, y, t) in enumerate(lines, start=10)
    )
    name = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    files = {
        "OFD.xml": f"<ofd:OFD {name}><ofd:DocBody><ofd:DocInfo><ofd:Title>{title}</ofd:Title></ofd:DocInfo>"
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {name}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>{box}"
        "</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>"
        '<ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>',
        "Doc_0/Pages/Page_0/Content.xml": f"<ofd:Page {name}><ofd:Content><ofd:Layer>{objects}</ofd:Layer>"
        "</ofd:Content></ofd:Page>",
    }
    return archive({path: text.encode() for path, text in files.items()})


def steps(text: str) -> str:
    """How letters of 5 mm advance, in the short form of OFD: half as far after digits."""
    widths = [2.5 if letter.isascii() else 5 for letter in text[:-1]]
    return " ".join(f"g {len(list(run))} {width}" for width, run in groupby(widths)) or "5"


def ofd_paper() -> bytes:
    """The paper as OFD: wrapped lines, an unruled table."""
    lines = [(40.0, 30.0, TITLE), (75.0, 42.0, NUMBER)]
    lines += [(30.0, 55.0, INTRODUCTION[:28]), (20.0, 65.0, INTRODUCTION[28:])]
    lines += [(30.0, 75.0, HEADING), (30.0, 85.0, TARGET[:33]), (20.0, 95.0, TARGET[33:])]
    return ofd(lines)


def archive(files: dict[str, bytes]) -> bytes:
    """A zip of files by name, the same whenever it is made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in files.items():
            container.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
