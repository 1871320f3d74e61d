"""Charts drawn without a browser: each once, as SVG for the page and PNG for the document."""

from __future__ import annotations

import json
from functools import lru_cache

from metroetl.monitoring.content import Chart


def svg(chart: Chart) -> str:
    """The chart as SVG, its texts left to the reader's fonts."""
    return _svg(json.dumps(chart.spec, ensure_ascii=False))


def png(chart: Chart, scale: float = 2.0) -> bytes:
    """The chart as PNG, its texts drawn with this machine's fonts."""
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg(chart), scale=scale))


@lru_cache(maxsize=128)
def _svg(spec: str) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec))
