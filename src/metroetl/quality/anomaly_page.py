"""A page of a run's unusual figures: each series drawn, the outlier marked, the sentence, what is usual, the link.

One self-contained HTML file, Chinese first, no request to anywhere; strings of strangers are cleaned.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from metroetl.quality.anomalies import NEEDS, TOLD
from metroetl.quality.anomaly_chart import anomaly_svg
from metroetl.quality.anomaly_report import Anomaly
from metroetl.quality.limits import WINDOW_MONTHS

PLACES = {"core": "已入库", "quarantine": "已隔离", "held": "批次待处理"}


def write_anomaly_page(anomalies: Sequence[Anomaly], run_id: str, path: Path) -> Path:
    """Write the page to `path`, also where there is nothing to tell; gives its absolute path."""
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    from metroetl.quality.pages import clean

    environment = Environment(
        loader=PackageLoader("metroetl.quality"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["clean"] = clean
    drawn = [
        (a, Markup(anomaly_svg(a.history, a.period_end, a.unit)))  # noqa: S704  an SVG of our own numbers
        for a in anomalies
    ]
    page = environment.get_template("anomalies.html").render(
        run_id=run_id,
        made_at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        drawn=drawn,
        places=PLACES,
        needs=NEEDS,
        told=TOLD,
        window=WINDOW_MONTHS,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return path.absolute()
