"""Charts drawn without a browser: each once, as SVG for the page and PNG for the document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from metroetl.monitoring.content import Chart
from metroetl.plans.compare.layout import clean


def spec(chart: Chart) -> dict[str, Any]:
    """The chart's specification, strangers' texts in it cleaned."""
    return {key: _clean(value) for key, value in chart.spec.items()}


def svg(chart: Chart) -> str:
    """The chart as SVG, its texts left to the reader's fonts."""
    return _svg(json.dumps(spec(chart), ensure_ascii=False))


def png(chart: Chart, scale: float = 2.0) -> bytes:
    """The chart as PNG, its texts drawn with this machine's fonts."""
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg(chart), scale=scale))


@lru_cache(maxsize=128)
def _svg(text: str) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(text))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return "\n".join(clean(line) for line in value.split("\n"))
    if isinstance(value, Mapping):
        return {key: _clean(part) for key, part in value.items()}
    return [_clean(part) for part in value] if isinstance(value, (list, tuple)) else value
