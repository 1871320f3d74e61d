"""The section of a report: what the check-up found, where a change of growth came from, which loops are open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from metroetl.monitoring.content import Block, Cell, Kind, Language, Light, Piece, Section, Table, paragraph
from metroetl.monitoring.figures import CircleFigures
from metroetl.monitoring.loop import words
from metroetl.monitoring.loop.causes import Diagnosis, diagnose
from metroetl.monitoring.loop.decomposed import decomposed
from metroetl.monitoring.loop.found import WHAT, CheckUp, Finding
from metroetl.monitoring.loop.lights import look_at
from metroetl.monitoring.loop.loops import CHECKED, Loop, open_loops, read_loops
from metroetl.monitoring.loop.rules import SEVERITIES, Severity, check_rules

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

_KINDS: Mapping[Severity, Kind] = {"alert": "critical", "watch": "warning", "notice": "text"}
_LIGHTS: Mapping[Severity, Light] = {"alert": "red", "watch": "yellow", "notice": ""}
_TEXT = {
    "title": ("体检、诊断与应对", "Check-up, diagnosis and response"),
    "sum": (
        "按{rules}条规则对{period}{circle}及各市体检，共{asked}项：判定{judged}项，其中{counts}；{unjudged}项因缺数据未判定",
        "{period}: {rules} rules asked {asked} questions of {circle} and its cities; {judged} were judged ({counts}), "
        "{unjudged} could not be for want of figures",
    ),
    "none": ("已判定的各项均未达到提示的阈值", "Nothing that was judged reaches a threshold"),
    "counts": ("{name}{number}项", "{name} {number}"),
    "causes": ("诊断提示：", "The numbers point to: "),
    "lack_title": ("未判定事项所缺的数据", "Figures without which it was not judged"),
    "lack_note": (
        "缺数据的事项不作判定，与“未发现”不同；补齐后再次体检",
        "What lacks a figure is not judged, which isn't the same as no finding",
    ),
    "lack_head": ("指标|所缺|时期|地区|影响的判定（项）", "Indicator|Lacks|Period|Places|Judgements"),
    "findings_title": ("体检发现", "Findings"),
    "findings_head": ("程度|地区|指标|发现|闭环编号", "Severity|Place|Indicator|Finding|Loop"),
    "findings_note": (
        "阈值为本项目可配置的选择（catalogue/monitoring/checkup.yml）",
        "The thresholds are this project's own, configurable choice (catalogue/monitoring/checkup.yml)",
    ),
    "loops": ("截至{period}体检，在办闭环{count}项：{counts}", "As of the check-up of {period}, {count} loops are open: {counts}"),
    "overdue": ("其中{count}项已过应对时限", "{count} of them are past their due quarter"),
    "no_loops": ("截至{period}体检，没有在办的闭环", "As of the check-up of {period}, no loop is open"),
    "unkept": (
        "{period}的体检结果尚未登入闭环台账",
        "The check-up of {period} has not been carried into the loops yet",
    ),
    "loops_title": ("在办闭环", "Open loops"),
    "loops_head": (
        "编号|程度|发现|立项|状态|责任单位|时限|依托事项",
        "Loop|Severity|Finding|Opened|State|Owner|Due|List item",
    ),
    "late": ("（已过时限）", " (overdue)"),
}  # fmt: skip


def section(
    data: CircleFigures,
    warehouse: Warehouse,
    quarter: str,
    language: Language = "zh",
    *,
    checkup: CheckUp | None = None,
    lacks: bool = True,
) -> Section:
    """The check-up of a quarter (given or made), the diagnosis, and the loops as they stood after it. Nothing is written.

    `lacks` off leaves out the table of what is missing (see `lacking`).
    """
    checkup = checkup or look_at(warehouse, data, quarter)
    loops = _as_of(read_loops(warehouse, data.circle.id), quarter)
    blocks: list[Block] = [
        *_findings(data, checkup, loops, language),
        *(_lacks(checkup, language) if lacks else ()),
        *decomposed(data, quarter, language),
        *_loops(warehouse, loops, quarter, language),
    ]
    return Section("loop", _say("title", language), blocks)


def lacking(checkup: CheckUp, language: Language = "zh") -> Section | None:
    """What is missing for a check-up; None where all was judged."""
    blocks = list(_lacks(checkup, language))
    return Section("loop_lacks", _say("lack_title", language), blocks) if blocks else None


def _say(key: str, language: Language, **values: object) -> str:
    return words.pick(_TEXT[key], language).format(**values)


def _stop(language: Language) -> str:
    return "。" if language == "zh" else "."


def _as_of(loops: list[Loop], quarter: str) -> list[Loop]:
    """The loops with what had happened by a quarter's check-up."""
    cut = [Loop(loop.row, [e for e in loop.events if e["quarter"] <= quarter]) for loop in loops]
    return [loop for loop in cut if loop.events]


# --- findings ------------------------------------------------------------------------------------------------------


def _findings(
    data: CircleFigures, checkup: CheckUp, loops: list[Loop], language: Language
) -> Iterator[Block]:
    comma = "、" if language == "zh" else ", "
    counts = comma.join(
        _say(
            "counts",
            language,
            name=words.pick(words.SEVERITY[s], language),
            number=sum(f.severity == s for f in checkup.findings),
        )
        for s in reversed(SEVERITIES)
    )
    yield paragraph(
        _say(
            "sum",
            language,
            rules=len(check_rules()),
            period=words.period(checkup.quarter, language),
            circle=words.place(data.region, language),
            asked=checkup.rules,
            judged=checkup.rules - len(checkup.unjudged),
            counts=counts,
            unjudged=len(checkup.unjudged),
        )
        + _stop(language)
    )
    if not checkup.findings:
        yield paragraph(_say("none", language) + _stop(language))
        return
    for finding in checkup.findings:
        if finding.severity != "notice":
            yield paragraph(*_sentence(diagnose(data, finding), language), kind=_KINDS[finding.severity])
    yield _table(checkup.findings, loops, language)


def _sentence(diagnosis: Diagnosis, language: Language) -> list[Piece]:
    """【关注】…。诊断提示：投资放缓（…）."""
    finding = diagnosis.finding
    name = words.pick(words.SEVERITY[finding.severity], language)
    pieces: list[Piece] = [
        f"【{name}】" if language == "zh" else f"[{name}] ",
        *finding.pieces(language),
        _stop(language),
    ]
    for n, cause in enumerate(diagnosis.causes):
        first = (" " if language == "en" else "") + _say("causes", language)
        pieces.append(("；" if language == "zh" else "; ") if n else first)
        brackets = "（）" if language == "zh" else "()"
        pieces += [f"{cause.name(language)}{brackets[0]}", *cause.pieces(language), brackets[1]]
    return [*pieces, _stop(language)] if diagnosis.causes else pieces


def _table(findings: Sequence[Finding], loops: list[Loop], language: Language) -> Table:
    living = {loop.key: loop.loop_id for loop in loops if not loop.ended}
    rows = [
        [
            Cell(words.pick(words.SEVERITY[f.severity], language), light=_LIGHTS[f.severity]),
            Cell(words.place(f.region, language)),
            Cell(words.indicator(f.indicator, language)),
            Cell(f.text(language), figure=f.figures[0] if f.figures else None),
            Cell(living[f.key][:8] if f.key in living else "—"),
        ]
        for f in findings
    ]
    return Table(
        "findings",
        _say("findings_title", language),
        _say("findings_head", language).split("|"),
        rows,
        _say("findings_note", language),
    )


def _lacks(checkup: CheckUp, language: Language) -> Iterator[Block]:
    """What is missing: a row an indicator, what and period, with all places and how many judgements wait for it."""
    groups: dict[tuple[str, str, str, str], tuple[dict[str, None], set[int]]] = {}
    for number, outcome in enumerate(checkup.unjudged):
        for lack in outcome.lacks:
            why = words.pick(lack.why, language) if lack.why else ""
            key = (lack.indicator, lack.what, lack.quarter, why)
            places, waiting = groups.setdefault(key, ({}, set()))
            places.update(dict.fromkeys(words.place(r, language) for r in lack.regions))
            waiting.add(number)
    if not groups:
        return
    rows = [
        [
            Cell(words.indicator(indicator, language)),
            Cell(why or words.pick(WHAT[what], language)),
            Cell(words.period(quarter, language)),
            Cell(words.listed(list(places), language) or "—"),
            Cell(str(len(waiting)), float(len(waiting))),
        ]
        for (indicator, what, quarter, why), (places, waiting) in groups.items()
    ]
    header = _say("lack_head", language).split("|")
    yield Table("unjudged", _say("lack_title", language), header, rows, _say("lack_note", language))


# --- loops ---------------------------------------------------------------------------------------------------------


def _loops(warehouse: Warehouse, loops: list[Loop], quarter: str, language: Language) -> Iterator[Block]:
    period = words.period(quarter, language)
    living = list(open_loops(loops, quarter))
    checked = any(e["quarter"] == quarter and e["kind"] in CHECKED for loop in loops for e in loop.events)
    if not living:
        yield paragraph(_say("no_loops" if checked else "unkept", language, period=period) + _stop(language))
        return
    comma = "、" if language == "zh" else ", "
    states = {s: sum(loop.state == s for loop in living) for s in ("open", "responding", "proposed")}
    counts = comma.join(
        _say("counts", language, name=words.pick(words.STATES[s], language), number=n)
        for s, n in states.items()
    )
    late = sum(_late(loop, quarter) for loop in living)
    told = _say("loops", language, period=period, count=len(living), counts=counts)
    told += (("；" if language == "zh" else "; ") + _say("overdue", language, count=late)) if late else ""
    if not checked:
        yield paragraph(_say("unkept", language, period=period) + _stop(language), kind="note")
    yield paragraph(told + _stop(language))
    rows = [_row(warehouse, loop, quarter, language) for loop in living]
    yield Table("loops", _say("loops_title", language), _say("loops_head", language).split("|"), rows)


def _late(loop: Loop, quarter: str) -> bool:
    """Whether the response's quarter is over and recovery isn't even proposed."""
    due = loop.response["due_quarter"] if loop.response else None
    return bool(due and due < quarter and loop.state != "proposed")


def _row(warehouse: Warehouse, loop: Loop, quarter: str, language: Language) -> list[Cell]:
    found, response = loop.found, loop.response
    owner = due = item = "—"
    if response:
        owner, due = response["owner"], words.quarter_name(response["due_quarter"], language)
        item = _item_name(warehouse, response["item_id"])
    late = _late(loop, quarter)
    return [
        Cell(loop.loop_id[:8]),
        Cell(words.pick(words.SEVERITY[found["severity"]], language), light=_LIGHTS[found["severity"]]),
        Cell(found["text_zh" if language == "zh" else "text_en"]),
        Cell(words.quarter_name(loop.row["opened_quarter"], language)),
        Cell(words.pick(words.STATES[loop.state], language)),
        Cell(owner),
        Cell(due + (_say("late", language) if late else ""), light="red" if late else ""),
        Cell(item),
    ]


def _item_name(warehouse: Warehouse, item: str | None) -> str:
    """The name of the list item, where it is public."""
    if not item:
        return "—"
    asked = "SELECT name FROM mart_task_progress WHERE item_key = :item OR item_id = :item ORDER BY list_year DESC"
    rows = warehouse.records(asked, {"item": item}, public=True)
    return str(rows[0]["name"]) if rows else "—"
