"""What the other rooms of monitoring say in a report: targets, index, linkage, check-up, the three lists."""

from __future__ import annotations

from metroetl.monitoring.analysis.view import View
from metroetl.monitoring.content import Section


def targets(view: View) -> Section | None:
    """Targets of plans and governments: progress against time, trend, chance, light."""
    from metroetl.monitoring.targets.section import section

    return section(view.data, view.warehouse, view.quarter, view.language, as_of=view.as_of)


def index(view: View) -> Section | None:
    """The project's own indices, and what others published."""
    from metroetl.monitoring.index.section import section

    return section(view.data, view.warehouse, view.quarter, view.language, as_of=view.as_of)


def linkage(view: View) -> Section | None:
    """How the cities are linked, by published figures."""
    from metroetl.monitoring.linkage import section

    return section(view.data, view.warehouse, view.quarter, view.language)


def loop(view: View) -> Section | None:
    """Check-up, diagnosis, and the loops of response."""
    from metroetl.monitoring.loop.section import section

    return section(view.data, view.warehouse, view.quarter, view.language, checkup=view.checkup, lacks=False)


def lacking(view: View) -> Section | None:
    """What is missing for the check-up, among the notes on the data."""
    from metroetl.monitoring.loop.section import lacking as section

    return section(view.checkup, view.language)


def tasks(view: View) -> Section | None:
    """The three lists by quarter, lights by the preset."""
    from metroetl.monitoring.targets import item_light
    from metroetl.monitoring.tasks_section import section

    return section(
        view.data, view.warehouse, view.quarter, view.language, as_of=view.as_of,
        light=lambda row, day: item_light(row, day).light,
    )  # fmt: skip
