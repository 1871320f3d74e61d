"""The measure code of a statement: family, accumulation and basis, as the indicator declares it."""

from __future__ import annotations

from metroetl.catalogue import Catalogue
from metroetl.statistics.vocabulary.periods import Period

_PLAIN = {
    ("level", "ytd"): "level_ytd",
    ("level", "eop"): "level_eop",
    ("yoy", "ytd"): "yoy_ytd",
    ("yoy", "eop"): "yoy_eop",
    ("yoy", "month"): "yoy_m",
    ("share", "eop"): "rate_eop",
}
_BASIS = {"real": "yoy_real", "nominal": "yoy_nominal", "comparable": "yoy_comparable"}


def accumulation(period: Period, stock: bool) -> str:
    """How a value of the period adds up: a stock stands at its end."""
    return "eop" if stock else period.accumulation


def choose(
    catalogue: Catalogue, code: str | None, family: str, accumulated: str, basis: str = "", whole: str = ""
) -> str:
    """Code of measures.csv; declared ones of the indicator first, else the plain one of the family."""
    if family in ("share", "rate"):
        return _share(catalogue, code, accumulated, whole, family)
    declared = catalogue.indicators[code].measures if code else ()
    fitting = [
        m
        for m in declared
        if catalogue.measures[m].family == family and catalogue.measures[m].accumulation == accumulated
    ]
    if family == "yoy" and basis and (stem := _BASIS[basis]):
        suffix = "_ytd" if accumulated == "ytd" else ""
        if stem + suffix in catalogue.measures:
            return stem + suffix
    if fitting:
        return fitting[0]
    if family == "yoy" and accumulated == "period" and (alike := _same_basis(declared)):
        return alike
    if family == "yoy_pp":
        return "yoy_pp"
    if family == "index":
        return {"ytd": "yoy_index_ytd", "month": "yoy_index_m"}.get(accumulated, "yoy_index")
    return _PLAIN.get((family, accumulated), family)


def _same_basis(declared: tuple[str, ...]) -> str:
    stem = next((m.removesuffix("_ytd") for m in declared if m.startswith(("yoy_real", "yoy_nominal"))), "")
    return stem


def _share(catalogue: Catalogue, code: str | None, accumulated: str, whole: str, family: str) -> str:
    if code is not None and "ratio" in catalogue.indicators[code].measures:
        return "ratio"
    if family == "rate":
        return "rate_eop" if accumulated == "eop" else "rate"
    if not whole:
        return "share"
    if "全国" in whole:
        return "share_of_nation"
    if "都市圈" in whole:
        return "share_of_circle"
    if "省" in whole:
        return "share_of_province"
    return "share_of_gdp" if "GDP" in whole or "生产总值" in whole else "share"
