"""Columns of documents: readable, dated, the page that was announced, what it adds to what core had.

A page that became another page shows in its title and text; one that was cut, in what its release used to state; one
that came again, in its text or in that it states nothing new.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from metroetl.quality import evidence
from metroetl.quality.limits import RELEASE_FACTS, RELEASES_ALIKE, USUAL_FACTS

if TYPE_CHECKING:
    import pandas as pd

    from metroetl.catalogue import Catalogue
    from metroetl.quality.past import Past

_DATED = re.compile(
    r"[0-9０-９]|[一二三四前上下]+(?:季度|半年)|全年|[年月日季度—\-－–（）()\s,，、.]|[一二三四五六七八九十]+月"
)
_RECOGNISED = re.compile(r"READ_BY_OCR|FORMATS_UNREAD")


def add_document_columns(frame: pd.DataFrame, past: Past, catalogue: Catalogue) -> pd.DataFrame:
    """Readability, dates, what core had under this address, other addresses with the same content, what is missing."""
    import pandas as pd

    before = _last_versions(frame, past.documents)
    titles = zip(before["title"], frame["title"], strict=True)
    likeness = [evidence.likeness(a, b) if isinstance(a, str) else math.nan for a, b in titles]
    sites = {name for s in catalogue.sources.values() for name in (s.publisher, s.title)}
    published = pd.to_datetime(frame["published_on"], errors="coerce")
    written = pd.to_datetime(frame["written_on"], errors="coerce")
    fetched = pd.to_datetime(frame["fetched_at"], utc=True, errors="coerce").dt.tz_localize(None)
    title, texts = frame["title"].str.strip(), frame["text"].tolist()
    return frame.assign(
        mojibake_share=[evidence.mojibake_share(t) for t in texts],
        broken_share=[evidence.broken_share(t) for t in texts],
        han_share=[evidence.han_share(t) for t in texts],
        title_length=title.str.len(),
        title_is_site=title.isin(sites) | title.map(evidence.names_a_site),
        error_words=[evidence.error_words(t, x) for t, x in zip(title, texts, strict=True)],
        ends_open=[evidence.ends_open(t) for t in texts],
        title_likeness=likeness,
        announced_likeness=_announced(frame, past.announced or {}),
        length_ratio=frame["text_length"] / before["text_length"],
        observations_before=before["observations"],
        observation_ratio=frame["observation_count"] / before["observations"],
        days_in_future=(published - fetched).dt.days,
        days_written_after=(written - published).dt.days,
        published_year=published.dt.year,
        dated=frame[["published_on", "written_on", "listed_on"]].notna().any(axis=1),
        same_content=_same_content(frame, past.documents),
        copies_before=_copies_before(frame, past.documents),
    )


def add_release_columns(documents: pd.DataFrame, figures: pd.DataFrame | None, past: Past) -> pd.DataFrame:
    """usual_missing: share of what the last releases of this name all stated and this one does not; null where they
    have too little in common. repeated_days: how old the youngest print is of a document that states nothing new."""
    return documents.assign(
        usual_missing=_usual_missing(documents, figures, past.releases),
        repeated_days=_repeated_days(documents, figures),
    )


def recognised(documents: pd.DataFrame) -> pd.Series[bool]:
    """By row_id, whether a document's digits are in doubt: recognised in a picture, or read without their formats."""
    found: pd.Series[bool] = (
        documents.set_index("row_id")["findings"].fillna("").map(lambda text: bool(_RECOGNISED.search(text)))
    )
    return found[~found.index.duplicated()]


def release_name(title: str) -> str:
    """A title without its period: what releases of one kind have in common."""
    return _DATED.sub("", title)


def _announced(frame: pd.DataFrame, announced: dict[str, str]) -> list[float]:
    """How alike the title in the listing and the page's are; the shorter may be the beginning of the longer."""
    return [
        evidence.likeness_of_titles(announced[row], title) if row in announced and title.strip() else math.nan
        for row, title in zip(frame["row_id"], frame["title"], strict=True)
    ]


def _last_versions(frame: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """What core has last of each staged address; null where it has none."""
    latest = documents.sort_values("version").drop_duplicates("document_key", keep="last")
    numbers = latest.set_index("document_key")[["title", "text_length", "observations"]]
    found = frame[["document_key"]].join(numbers, on="document_key")
    sizes = ["text_length", "observations"]
    return found.assign(**{c: found[c].astype(float).where(found[c].astype(float).gt(0)) for c in sizes})


def _same_content(frame: pd.DataFrame, documents: pd.DataFrame) -> pd.Series[int]:
    """Number of other addresses, in the batch and in core, with exactly this content."""
    import pandas as pd

    known = pd.concat([frame[["content_hash", "url"]], documents[["content_hash", "url"]]], ignore_index=True)
    addresses = known.drop_duplicates().groupby("content_hash")["url"].size()
    others: pd.Series[int] = frame["content_hash"].map(addresses) - 1
    return others


def _copies_before(frame: pd.DataFrame, documents: pd.DataFrame) -> list[int]:
    """Whether core has this content under another address, or this run does with this text and published earlier."""
    known: dict[str, set[str]] = defaultdict(set)
    for content, url in zip(documents["content_hash"], documents["url"], strict=True):
        known[content].add(url)
    first: dict[tuple[str, str], tuple[str, str]] = {}
    keys = [
        ((source, text), (str(day), url))
        for source, text, day, url in zip(
            frame["source_id"], frame["text"], frame["published_on"], frame["url"], strict=True
        )
    ]
    for text, at in keys:
        first[text] = min(first.get(text, at), at)
    return [
        int(bool(known[content] - {at[1]}) or (len(text[1]) >= 20 and first[text][1] != at[1]))
        for content, (text, at) in zip(frame["content_hash"], keys, strict=True)
    ]


def _usual_missing(
    documents: pd.DataFrame, figures: pd.DataFrame | None, releases: pd.DataFrame | None
) -> list[float]:
    if releases is None or releases.empty:
        return [math.nan] * len(documents)
    facts = ["region_code", "indicator_code", "measure"]
    stated: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    if figures is not None and not figures.empty:
        for row, *fact in figures[["document_row_id", *facts]].itertuples(index=False, name=None):
            stated[row].add(tuple(fact))
    known: dict[tuple[str, str], dict[tuple[str, str], set[tuple[Any, ...]]]] = defaultdict(
        lambda: defaultdict(set)
    )
    names = {title: release_name(title) for title in releases["title"].unique()}
    for source, title, day, *fact in releases[["source_id", "title", "published_on", *facts]].itertuples(
        index=False, name=None
    ):
        known[source, names[title]][str(day), title].add(tuple(fact))
    return [
        _missing(known.get((source, release_name(title)), {}), (str(day), title), stated[row])
        for row, source, title, day in documents[["row_id", "source_id", "title", "published_on"]].itertuples(
            index=False, name=None
        )
    ]


def _missing(
    releases: dict[tuple[str, str], set[tuple[Any, ...]]], this: tuple[str, str], stated: set[tuple[Any, ...]]
) -> float:
    """What all of the last releases before this one have, and this one hasn't, as a share."""
    before = [facts for key, facts in sorted(releases.items()) if key[0] < this[0] and key != this]
    if len(before) < RELEASES_ALIKE:
        return math.nan
    usual = set.intersection(*before[-RELEASES_ALIKE:])
    return len(usual - stated) / len(usual) if len(usual) >= RELEASE_FACTS else math.nan


def _repeated_days(documents: pd.DataFrame, figures: pd.DataFrame | None) -> pd.Series[float]:
    """Null for a document that states something new, or too little to tell."""
    import pandas as pd

    if figures is None or figures.empty:
        return pd.Series(math.nan, index=documents.index)
    same = figures["print_days"].where(figures["revision_excess"].le(0))
    groups = same.groupby(figures["document_row_id"])
    days = groups.min().where(groups.count().eq(groups.size()) & groups.size().ge(USUAL_FACTS))
    found: pd.Series[float] = documents["row_id"].map(days)
    return found
