"""Values by place and month, looked up by whole arrays; a place is a region, indicator and variant as a whole number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pandas as pd

PLACE = ["region_code", "indicator_code", "variant"]
_MONTHS = 100_000  # more than there are months since year 0


@dataclass(frozen=True)
class Series:
    """Values by place and month, sorted, to be looked up by arrays."""

    keys: np.ndarray[Any, Any]
    values: np.ndarray[Any, Any]

    @property
    def places(self) -> Any:
        """The place of each value."""
        return self.keys // _MONTHS

    @property
    def months(self) -> Any:
        """The month of each value."""
        return self.keys % _MONTHS

    @classmethod
    def of(cls, place: Any, at: Any, values: Any) -> Series:
        """The last of the values of each place and month."""
        import numpy as np

        keys = _key(place, at)
        order = np.argsort(keys, kind="stable")
        keys, values = keys[order], np.asarray(values, float)[order]
        last = np.append(keys[1:] != keys[:-1], True) if len(keys) else np.zeros(0, bool)
        return cls(keys[last], values[last])

    def at(self, place: Any, at: Any) -> Any:
        """The values there, NaN where there is none."""
        import numpy as np

        if not len(self.keys):
            return np.full(len(place), np.nan)
        wanted = _key(place, at)
        found = np.searchsorted(self.keys, wanted).clip(0, len(self.keys) - 1)
        return np.where(self.keys[found] == wanted, self.values[found], np.nan)

    def before(self, place: Any, at: Any, months: int) -> tuple[Any, Any]:
        """The newest value before that month, not older than so many months, and its month."""
        import numpy as np

        if not len(self.keys):
            return np.full(len(place), np.nan), np.full(len(place), np.nan)
        wanted = _key(place, at)
        found = (np.searchsorted(self.keys, wanted) - 1).clip(0)
        distance = wanted - self.keys[found]
        near = (distance > 0) & (distance <= months)
        months_at = np.where(near, np.asarray(at, float) - distance, np.nan)
        return np.where(near, self.values[found], np.nan), months_at


def _key(place: Any, at: Any) -> Any:
    """One whole number for place and month; a month that isn't known is before all others."""
    import numpy as np

    months = np.nan_to_num(np.asarray(at, float), nan=0.0).astype(np.int64)
    return np.asarray(place, np.int64) * _MONTHS + months


class Places:
    """Whole numbers for region, indicator and variant."""

    def __init__(self, facts: pd.DataFrame, parents: Mapping[str, str | None]) -> None:
        import pandas as pd

        self._index = pd.MultiIndex.from_frame(facts[PLACE].astype(object).drop_duplicates())
        self._parents = parents

    def of(self, frame: pd.DataFrame) -> Any:
        """-1 for a place without figures."""
        import pandas as pd

        return self._index.get_indexer(pd.MultiIndex.from_frame(frame[PLACE].astype(object)))

    def above(self, frame: pd.DataFrame) -> Any:
        """The same of the region above."""
        return self.of(frame[PLACE].assign(region_code=frame["region_code"].map(self._parents)))
