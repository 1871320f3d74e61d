"""Commands about plans: what came out, and which rounds end when."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

group = typer.Typer(help="规划 · Plans: releases, calendar, comparison.", no_args_is_help=True)

Circle = Annotated[
    str | None,
    typer.Option("--circle", help="都市圈编号或名称，留空为全部 · a circle's id or name; all if left out"),
]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="日期 YYYY-MM-DD · a day")]
_STATES = {"new": "新发布", "revised": "修订", "draft": "征求意见", "repealed": "废止"}


def register(app: typer.Typer) -> None:
    """Put the commands into the app."""
    app.add_typer(group, name="plans")


@group.command("list")
def list_releases(circle: Circle = None, since: Day = None) -> None:
    """规划发布：一部规划的一期一行 · Releases of plans, one row each though many sites carry it, newest first."""
    from metroetl.monitoring.calendar import load_releases

    for r in load_releases(_warehouse(), circle, since.date() if since else None):
        known = [r["issuers"], r["doc_number"], r["period"], _parts(r)]
        print(f"{r['issued_on'] or r['published_on'] or '':10}  {_STATES[r['state']]}  {r['title']}")
        print(f"{'':12}{' · '.join(str(k) for k in known if k)}")
        if r["succeeds_title"]:
            print(f"{'':12}接续 follows: {r['succeeds_title']}")
        print(f"{'':12}{r['url']}")


@group.command("calendar")
def calendar(
    circle: Circle = None,
    as_of: Day = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="写成单个网页文件 · write the timeline as one HTML file")
    ] = None,
) -> None:
    """规划日历：各轮次与到期提醒 · Rounds of the circles' plans and what ends without a successor, as of a day."""
    from metroetl.cli.show import show_table
    from metroetl.monitoring.calendar import STATES_ZH, alert_words, load_calendar, write_calendar

    found = load_calendar(_warehouse(), circle, as_of.date() if as_of else None)
    rounds = [
        [
            r["circle_name"],
            r["series_title"],
            r["round"],
            f"{r['period_start'] or ''}—{r['period_end'] or ''}",
            STATES_ZH.get(r["status"], r["status"]),
            r["issued_on"],
            r["origin"],
        ]
        for r in found.rounds
    ]
    show_table(
        f"规划轮次 rounds, {found.day}",
        [
            "都市圈 circle",
            "系列 series",
            "轮 round",
            "期 period",
            "状态 status",
            "印发 issued",
            "依据 origin",
        ],
        rounds,
    )
    told = [
        [a["level"], a["circle_name"], a["series_title"], alert_words(a), a["origin"]] for a in found.alerts
    ]
    show_table("提醒 alerts", ["级 level", "都市圈 circle", "系列 series", "提醒 alert", "依据 origin"], told)
    if html:
        print(f"网页 page: {write_calendar(found, html)}")


def _parts(release: dict[str, Any]) -> str:
    """The documents of a release by kind, those that there are."""
    names = {
        "plans": "正文",
        "notices": "通知",
        "news": "消息",
        "interpretations": "解读",
        "drafts": "征求意见",
        "mentions": "提及",
    }
    return " ".join(f"{zh}{release[name]}" for name, zh in names.items() if release[name])


def _warehouse() -> Any:
    from metroetl.settings import settings
    from metroetl.warehouse import Warehouse

    return Warehouse.open(settings())
