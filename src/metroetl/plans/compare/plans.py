"""Two plans compared."""

from __future__ import annotations

from metroetl.documents.models import Document
from metroetl.plans.compare.facts import find_review, lag_days, side_of
from metroetl.plans.compare.models import PlanComparison
from metroetl.plans.compare.outline import outline
from metroetl.plans.compare.sections import compare_sections
from metroetl.plans.compare.targets import compare_targets
from metroetl.plans.models import PlanReading

Read = tuple[Document, PlanReading]


def compare_plans(old: Read, new: Read) -> PlanComparison:
    """The earlier and the later plan, each a document with its reading: sections, targets, figures, what is reviewed."""
    plans = outline(*old), outline(*new)
    one, other = side_of(*old, plans[0]), side_of(*new, plans[1])
    sections, flows = compare_sections(*plans)
    day = other.issued_on or other.published_on
    lag = lag_days(one.period_end, day)
    return PlanComparison(
        old=one,
        new=other,
        sections=sections,
        flows=flows,
        targets=compare_targets(old[1].targets, new[1].targets, (one.period_end, other.period_end)),
        issuers_joined=[i for i in other.issuers if i not in one.issuers],
        issuers_left=[i for i in one.issuers if i not in other.issuers],
        lag_days=lag,
        lag_basis=None if lag is None else "issued_on" if other.issued_on else "published_on",
        review=find_review(new[0], plans[1], one, other),
    )
