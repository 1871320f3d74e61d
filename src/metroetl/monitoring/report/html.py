"""The report as one HTML file that needs no network: charts interactive, every figure a link to its evidence."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metroetl.monitoring.charts import WIDTH
from metroetl.monitoring.report import drawing
from metroetl.plans.compare.layout import clean

if TYPE_CHECKING:
    from metroetl.monitoring.figures import Figure
    from metroetl.monitoring.report.model import Report

_DRAW = """
const specs = JSON.parse(document.getElementById("specs").textContent);
for (const node of document.querySelectorAll("[data-chart]")) {
  const spec = specs[node.dataset.chart];
  if (spec.width === %d) { spec.width = "container"; spec.autosize = {type: "fit-x", contains: "padding"}; }
  const words = JSON.parse(document.getElementById("words").textContent);
  vegaEmbed(node, spec, {ast: true, renderer: "svg", actions: {export: true, source: false, compiled: false, editor: false},
    i18n: words, downloadFileName: node.dataset.chart}).then(() => node.classList.add("drawn"));
}
"""


def write_html(report: Report, path: Path) -> list[str]:
    """Write the page; no warnings."""
    path.write_text(render(report), encoding="utf-8")
    return []


def render(report: Report) -> str:
    """The page. Strangers' texts are cleaned and escaped; only http(s) addresses become links."""
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    script = _script()
    page = Environment(
        loader=PackageLoader("metroetl.monitoring.report"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        finalize=lambda value: clean(value) if type(value) is str else value,
    )  # fmt: skip
    page.filters["figure_anchor"] = report.sources.anchor
    page.tests["web"] = lambda url: str(url).startswith(("https://", "http://"))
    words = report.view.words
    charts = list(report.charts())
    return page.get_template("report.html").render(
        report=report,
        words=words,
        w=words.word,
        lang="zh-CN" if report.view.language == "zh" else "en",
        script=Markup(script),  # noqa: S704  the runtime of the charts, from the wheel
        digest=_digest(script),
        specs=_json({chart.name: drawing.spec(chart) for chart in charts}),
        menu=_json({"SVG_ACTION": words.word("save_svg"), "PNG_ACTION": words.word("save_png"),
                    "CLICK_TO_VIEW_ACTIONS": words.word("save")}),
        pictures={chart.name: Markup(drawing.svg(chart)) for chart in charts},  # noqa: S704  its texts are escaped
        describe=lambda figure: _describe(report, figure),
    )  # fmt: skip


def _describe(report: Report, figure: Figure) -> str:
    """What the evidence of a figure says, for its hint."""
    words = report.view.words
    if figure.evidence is None:
        return words.colon.join((words.word("origin_computed"), words.method(figure.how)))
    evidence = figure.evidence
    return f"{evidence.publisher} {evidence.published_on or ''}{words.colon}{evidence.quote}"


@cache
def _script() -> str:
    """Vega, Vega-Lite and Vega-Embed from the wheel of vl-convert, and the lines that draw."""
    import vl_convert

    runtime: str = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # its stub wants the optional snippet
    return (runtime + _DRAW % WIDTH).replace("</script", "<\\/script")


def _digest(script: str) -> str:
    """The script's hash, by which the page's policy lets it run and no other."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _json(value: Any) -> Any:
    """JSON that can't end its own script element."""
    from markupsafe import Markup

    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028"))  # noqa: S704  escaped here
