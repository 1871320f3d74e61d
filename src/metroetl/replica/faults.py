"""Which source of the replica is broken, and how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from metroetl.errors import ReplicaError
from metroetl.replica.mischief import FAULTS


class Faults:
    """Faults by source, each switched by name.

    | name | what happens |
    |---|---|
    | down | nothing listens on the host's port (all sources of the host) |
    | error | every answer is 500 |
    | ruishu, jiasule, wzws, forbidden | a challenge or refusal: 412, 521, 403 UrlACL, a bare 403 |
    | cookie_bounce | 302 to the same address with a cookie, for ever |
    | busy | 503 with Retry-After from the fourth request on |
    | empty_listing | the list answers 200 without a row |
    | soft_404, not_found, home_page | pages are gone: told on 200, by 404, or replaced by the home page |
    | wrong_charset | GB18030 bytes under a header that says utf-8 |
    | truncated, truncated_pdf | the connection ends early; PDF files end in the middle |
    | no_unit, out_of_range | the newest table has no unit; the newest growth is a hundred times too large |
    | duplicate | the newest release stands on two addresses |
    """

    def __init__(self, broken: Mapping[str, Iterable[str]] | None = None) -> None:
        self._broken: dict[str, frozenset[str]] = {}
        for source_id, names in (broken or {}).items():
            self.set(source_id, *names)

    def of(self, source_id: str) -> frozenset[str]:
        """The faults of a source."""
        return self._broken.get(source_id, frozenset())

    def set(self, source_id: str, *names: str) -> None:
        """Break a source in these ways and no others; none mends it. Raises ReplicaError for an unknown name."""
        if unknown := set(names) - FAULTS:
            raise ReplicaError(
                f"no such fault: {', '.join(sorted(unknown))}", way_out=f"One of {', '.join(sorted(FAULTS))}."
            )
        self._broken[source_id] = frozenset(names)
