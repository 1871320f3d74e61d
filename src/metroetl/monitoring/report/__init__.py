"""The quarterly report of a circle as HTML, DOCX and XLSX, from one content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from metroetl.monitoring.report.build import CHAPTERS, build_report
from metroetl.monitoring.report.model import Chapter, Masthead, Report

Format = Literal["html", "xlsx", "docx"]
FORMATS: tuple[Format, ...] = ("html", "xlsx", "docx")


@dataclass(frozen=True)
class Written:
    """The files of a report, its lead in words, and what the reader should be warned of."""

    quarter: str
    files: list[Path]
    lead: str
    warnings: list[str]


def write_report(report: Report, folder: Path, formats: Sequence[Format] = FORMATS) -> Written:
    """Write the report in these formats as report-<circle>-<quarter>.<format>."""
    from metroetl.monitoring.report import docx, html, xlsx

    writers = {"html": html.write_html, "xlsx": xlsx.write_xlsx, "docx": docx.write_docx}
    folder.mkdir(parents=True, exist_ok=True)
    files, warnings = [], []
    for kind in dict.fromkeys(formats):
        path = folder.absolute() / f"{report.name}.{kind}"
        warnings += writers[kind](report, path)
        files.append(path)
    return Written(report.view.quarter, files, report.lead.text, list(dict.fromkeys(warnings)))


__all__ = [
    "CHAPTERS",
    "FORMATS",
    "Chapter",
    "Format",
    "Masthead",
    "Report",
    "Written",
    "build_report",
    "write_report",
]
