"""New plans told: an event a release, one artifact and one notification a run. Nothing of it can fail the run."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from uuid import NAMESPACE_URL, uuid5

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.events import Event
from prefect.runtime import flow_run

from flows.artifacts import cell
from metroetl import pipeline
from metroetl.runs import Failure, ReleaseNews, RunSummary

log = logging.getLogger("metroetl.flows")

EVENT = "metroetl.plan.released"
TITLE = "新发布规划 new plans"
STATES_ZH = {"new": "新发布", "revised": "修订", "draft": "征求意见", "repealed": "废止"}
_AT_ONCE = 50
_IN_A_MESSAGE = 20


def announce(summary: RunSummary) -> None:
    """Announce what waits and put it into the summary, with what could not be told."""
    try:
        summary.releases, summary.not_told = announce_releases()
    except Exception as error:  # the plans are in the warehouse; what was not told is told by the next run
        log.exception("plan releases could not be announced")
        summary.not_told = [_failure("ANNOUNCEMENT", error, "The next run announces them.")]


@task(task_run_name="announce")
def announce_releases() -> tuple[list[ReleaseNews], list[Failure]]:
    """Events, then artifact and notification, then the note in the warehouse: killed in between, the next run repeats it."""
    releases = pipeline.releases_to_announce()
    if not releases:
        return [], []
    for start in range(0, len(releases), _AT_ONCE):
        _send([event_of(release) for release in releases[start : start + _AT_ONCE]])
    create_markdown_artifact(key="new-plans", markdown=releases_markdown(releases), description=TITLE)
    failures = _notify(releases)
    pipeline.mark_announced(releases)
    return releases, failures


def event_of(release: ReleaseNews) -> Event:
    """The event of a release; its id is that of the release and state, so that a repetition is the same event."""
    run = {
        "prefect.resource.id": f"prefect.flow-run.{flow_run.id}",
        "prefect.resource.role": "flow-run",
        "prefect.resource.name": str(flow_run.name),
    }
    key = f"metroetl:{release.release_key}:{release.state}:{release.first_seen_at.isoformat()}"
    return Event.model_validate(
        {
            "id": uuid5(NAMESPACE_URL, key),
            "event": EVENT,
            "resource": {
                "prefect.resource.id": f"metroetl.plan.{release.release_key}",
                "prefect.resource.name": release.title,
            },
            "related": [run] if flow_run.id else [],
            "payload": {
                "title": release.title,
                "issuers": release.issuers,
                "period": release.period,
                "number": release.doc_number,
                "link": release.url,
                "succeeds": release.succeeds,
                "state": release.state,
                **release.model_dump(
                    mode="json", include={"before", "plan_type", "issued_on", "circle_name"}
                ),
            },
        }
    )


def _send(events: Sequence[Event]) -> None:
    """Hand events to the server and wait for its answer: `emit_event` gives none."""
    body = [event.model_dump(mode="json") for event in events]
    with get_client(sync_client=True) as client:
        client.request("POST", "/events", json=body).raise_for_status()


# --- notification --------------------------------------------------------------------------------------------------


def _notify(releases: Sequence[ReleaseNews]) -> list[Failure]:
    from flows.notify import notify

    body = "\n\n".join(release_text(release) for release in releases[:_IN_A_MESSAGE])
    if len(releases) > _IN_A_MESSAGE:
        body += f"\n\n… {len(releases) - _IN_A_MESSAGE} more"
    told = [release.model_dump(mode="json") for release in releases]
    return notify(
        f"MetroETL：{len(releases)} 部规划 · {len(releases)} plan releases", body, {"releases": told}
    )


def _failure(code: str, error: Exception, way_out: str) -> Failure:
    return Failure(code=code, detail=f"{type(error).__name__}: {error}", way_out=way_out)


# --- words ---------------------------------------------------------------------------------------------------------


def release_text(release: ReleaseNews) -> str:
    """A release in a few lines of plain text."""
    lines = [
        f"【{STATES_ZH[release.state]}】{release.title}",
        f"发布机关：{'、'.join(release.issuers) or '—'}　规划期：{release.period or '—'}　文号：{release.doc_number or '—'}",
    ]
    if release.succeeds:
        lines.append(f"接续：{release.succeeds}")
    return "\n".join([*lines, release.url])


def releases_markdown(releases: Sequence[ReleaseNews]) -> str:
    """A table, one row a release, each with a link to its best document."""
    lines = [
        f"# {TITLE}",
        "",
        "| 状态 | 规划 | 发布机关 | 规划期 | 文号 | 印发 | 接续 | 文件数 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for r in releases:
        title = f"[{cell(r.title)}](<{r.url}>)" if _is_link(r.url) else cell(r.title)
        cells = [
            STATES_ZH[r.state],
            title,
            *map(cell, ("、".join(r.issuers), r.period, r.doc_number, r.issued_on)),
        ]
        lines.append(f"| {' | '.join([*cells, cell(r.succeeds), str(r.documents)])} |")
    return "\n".join(lines) + "\n"


def _is_link(url: str) -> bool:
    return url.startswith(("http://", "https://")) and not set(url) & set("<> \n")
