"""Columns that set a figure against the document it stands in: its title's period, its places, its printed places.

Also what the document's way to us says of the figures: digits that were recognised in a picture.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from metroetl.quality import evidence
from metroetl.quality.limits import COARSE_NEEDS, FINE_ROUNDING, TITLE_NEEDS

if TYPE_CHECKING:
    import pandas as pd

    from metroetl.catalogue import Catalogue

_PERIOD = re.compile(
    r"(20[0-9]{2})年(?:第?([一二三四1-4])季度|(上半年)|前?(三)季度|(?:1\s?[—\-–－至到]\s?)?([0-9]{1,2})月(?!\s?[0-9]{1,2}\s?日)|(.{0,30}统计公报))"
)
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}
_SPOKEN = {
    3: ("一季度", "1季度"), 6: ("上半年", "二季度", "2季度"), 9: ("三季度", "3季度"),
    12: ("全年", "年末", "年底", "四季度", "4季度"),
}  # fmt: skip
_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})年(?!.{0,4}[0-9]{1,2}月)")
_TOLD = ["region_code", "title", "publisher", "text"]
_LEVELS = ("province", "prefecture", "county", "aggregate")


def add_context_columns(frame: pd.DataFrame, documents: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """title_share, region_named, coarse_share, in_points; each null where the document can't tell.

    title_share: the part of the document's cumulative figures whose period is the title's. coarse_share: the part that is
    printed in whole numbers though the series is printed with decimals; of the batch where the document has too few.
    """
    papers = documents.drop_duplicates("row_id").set_index("row_id")
    quotes, texts = frame["quote"].fillna("").tolist(), frame["value_text"].fillna("").tolist()
    points = [evidence.in_points(q, t) for q, t in zip(quotes, texts, strict=True)]
    return frame.assign(
        title_share=_title_share(frame, papers),
        region_named=_region_named(frame, papers, catalogue),
        coarse_share=_coarse_share(frame),
        in_points=_objects(frame, points).where(frame["measure_family"].eq("yoy"), None),
    )


def add_recognised(frame: pd.DataFrame, found: pd.Series[bool]) -> pd.DataFrame:
    """recognised: whether the digits of the row's document are in doubt (see papers.recognised)."""
    return frame.assign(recognised=frame["document_row_id"].map(found).eq(True))


def title_at(title: str) -> float | None:
    """The period that a title tells, in months since year 0; None where it tells none."""
    found = _PERIOD.search(evidence.plain_digits(title))
    if found is None:
        return None
    year, quarter, half, third, month, whole = found.groups()
    if month and not 1 <= int(month) <= 12:
        return None
    months = 12 if whole else 6 if half else 9 if third else int(month or 0)
    return int(year) * 12 + (months or 3 * (_QUARTERS.get(quarter) or int(quarter)))


def title_year(title: str) -> float | None:
    """The only year that a title names; None where it names none or several."""
    years = set(_YEAR.findall(evidence.plain_digits(title)))
    return float(years.pop()) if len(years) == 1 else None


def _title_share(frame: pd.DataFrame, papers: pd.DataFrame) -> pd.Series[float]:
    """On the compared figures, and on what else the document states of the same period: it was found the same way."""
    told = frame["document_row_id"].map(papers["title"].map(title_at)).astype(float)
    year = frame["document_row_id"].map(papers["title"].map(title_year)).astype(float)
    told = told.fillna((year * 12 + 12).where(year.lt(frame["published"].dt.year)))
    compared = told.notna() & frame["accumulation"].isin(["ytd", "eop"]) & frame["at"].notna()
    same = frame["at"].eq(told).astype(float).where(compared)
    groups = same.groupby(frame["document_row_id"])
    enough = groups.transform("count").ge(TITLE_NEEDS) | _unsaid(frame, papers, compared)
    share = groups.transform("mean").where(enough)
    periods = [frame["document_row_id"], frame["at"]]
    beside = compared.groupby(periods).transform("any")
    found: pd.Series[float] = share.where(compared | beside)
    return found


def _unsaid(frame: pd.DataFrame, papers: pd.DataFrame, compared: pd.Series[bool]) -> pd.Series[bool]:
    """Figures of a period that nothing in their document names, neither by year nor by month or quarter."""
    import pandas as pd

    said = papers["title"].fillna("") + "\n" + papers["text"].fillna("")
    asked = frame.loc[compared & frame["document_row_id"].isin(said.index), ["document_row_id", "at"]]
    unsaid = [
        (row, at)
        for row, at in asked.drop_duplicates().itertuples(index=False, name=None)
        if not _says(said[row], int(at))
    ]
    keys = pd.MultiIndex.from_frame(frame[["document_row_id", "at"]])
    return pd.Series(keys.isin(unsaid), index=frame.index)


def _says(text: str, at: int) -> bool:
    year, month = divmod(at - 1, 12)
    quarter = _SPOKEN.get(month + 1, ())
    return any(word in text for word in (f"{month + 1}月", *quarter, *((f"{year}",) if month == 11 else ())))


def _region_named(frame: pd.DataFrame, papers: pd.DataFrame, catalogue: Catalogue) -> pd.Series[bool]:
    """Whether the document names the place, by any of its names, or is that place's own."""
    chosen = frame["region_level"].isin(_LEVELS)
    pairs = frame.loc[chosen, ["document_row_id", "region_code"]].drop_duplicates()
    told: Mapping[Any, dict[Any, Any]] = papers.loc[
        papers.index.isin(pairs["document_row_id"]), _TOLD
    ].to_dict("index")
    found: Mapping[tuple[str, str], bool | None] = {
        (row, code): _names(told[row], code, catalogue) if row in told else None
        for row, code in pairs.itertuples(index=False, name=None)
    }
    keys = zip(frame["document_row_id"], frame["region_code"], strict=True)
    return _objects(frame, [found.get(key) if ok else None for key, ok in zip(keys, chosen, strict=True)])


def _names(paper: Mapping[str, Any], code: str, catalogue: Catalogue) -> bool | None:
    if paper["region_code"] == code or not paper["text"]:
        return True
    region = catalogue.regions.get(code)
    if region is None:
        return None
    words = {region.name_zh[:2], region.name_zh[:-1], *region.aliases}
    words.update(
        a for c in catalogue.circles.values() if c.region_code == code for a in (c.name_zh, *c.aliases)
    )
    said = f"{paper['title']}\n{paper['publisher']}\n{paper['text']}"
    return any(len(word) >= 2 and word in said for word in words)


def _coarse_share(frame: pd.DataFrame) -> pd.Series[float]:
    """Of the document, or where it has too few such figures of the batch; on rates whose series is not known, too."""
    fine = frame["usual_rounding"].le(FINE_ROUNDING)
    whole = frame["rounding"].ge(0.5)
    coarse = whole.astype(float).where(fine)
    shares = []
    for owner in ("document_row_id", "batch_id"):
        groups = coarse.groupby(frame[owner])
        shares.append(groups.transform("mean").where(groups.transform("count").ge(COARSE_NEEDS)))
    unknown = frame["usual_rounding"].isna() & frame["unit_norm"].eq("%")
    share: pd.Series[float] = shares[0].fillna(shares[1]).where(whole & (fine | unknown))
    return share


def _objects(frame: pd.DataFrame, values: list[bool | None]) -> pd.Series[bool]:
    import pandas as pd

    return pd.Series(values, index=frame.index, dtype=object)
