"""Two rounds of a plan compared: sections, targets, figures; and the rounds of series side by side.

Pure: no network, no database. What a text doesn't state isn't filled up: it is told as unknown.
"""

from metroetl.plans.compare.models import PlanComparison
from metroetl.plans.compare.plans import compare_plans

__all__ = ["PlanComparison", "compare_plans"]
