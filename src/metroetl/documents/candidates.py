"""Which documents are worth comparing as the same paper: by number, by title, by a sketch of the body.

A sketch is a MinHash of the body's shingles; locality-sensitive hashing finds alike ones without comparing all pairs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from metroetl.documents.naming import number_key, title_layers
from metroetl.documents.same import DAYS, LEAST, SEASON, Paper

if TYPE_CHECKING:
    from datasketch import MinHash, MinHashLSH

Pair = tuple[str, str]
PERMUTATIONS = 64
ALIKE = 0.7
COMMON = 200  # a title that so many papers of a season bear says nothing


class Names:
    """Numbers and titles of papers, to be asked which go by the same."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        self._numbers: dict[str, list[Paper]] = defaultdict(list)
        self._titles: dict[str, list[Paper]] = defaultdict(list)
        self._wrapped: dict[str, list[Paper]] = defaultdict(list)
        for paper in papers:
            if number := number_key(paper.number):
                self._numbers[number].append(paper)
            for depth, layer in enumerate(title_layers(paper.title)):
                (self._wrapped if depth else self._titles)[layer].append(paper)

    def pairs(self, papers: Iterable[Paper]) -> set[Pair]:
        """Pairs of these and any other with the same number or title, or where one title wraps the other's."""
        return {
            _ordered(paper.id, other.id)
            for paper in papers
            for group in self._groups(paper)
            if len(group) <= COMMON
            for other in group
            if other.key != paper.key
        }

    def _groups(self, paper: Paper) -> Iterator[list[Paper]]:
        yield self._numbers.get(number_key(paper.number), [])
        if layers := title_layers(paper.title):
            yield _in_season(paper, self._titles.get(layers[0], []))
            yield self._wrapped.get(layers[0], [])
        yield from (self._titles.get(layer, []) for layer in layers[1:])


def _in_season(paper: Paper, others: list[Paper]) -> list[Paper]:
    day = paper.day
    if day is None:
        return others
    return [o for o in others if o.day is None or abs((o.day - day).days) <= SEASON]


def month_of(paper: Paper) -> int | None:
    """The DAYS days in which a paper came out, as a number; what may be its copy is of the ones beside."""
    return paper.day.toordinal() // DAYS if paper.day else None


class Sketches:
    """Sketches of bodies, to be asked which are alike and came out at about the same time.

    There is an index for every DAYS days, for a monthly release is like all those before it.
    """

    def __init__(self) -> None:
        from datasketch import MinHash

        self._empty = MinHash(num_perm=PERMUTATIONS, hashfunc=int)
        self._sketches: dict[str, tuple[MinHash, int | None]] = {}
        self._indexes: dict[int | None, MinHashLSH] = {}

    def add(self, paper: Paper) -> None:
        """Sketch a paper; one with hardly any text is left out."""
        from datasketch import MinHashLSH

        if len(paper.body) < LEAST or paper.id in self._sketches:
            return
        sketch = self._empty.copy()
        sketch.update_batch(paper.shingles.tolist())
        time = month_of(paper)
        self._sketches[paper.id] = sketch, time
        if time not in self._indexes:
            self._indexes[time] = MinHashLSH(threshold=ALIKE, num_perm=PERMUTATIONS)
        self._indexes[time].insert(paper.id, sketch, check_duplication=False)

    def __contains__(self, paper_id: str) -> bool:
        return paper_id in self._sketches

    def forget(self, before: int) -> None:
        """Drop what came out before a month."""
        self._indexes = {time: i for time, i in self._indexes.items() if time is None or time >= before}
        self._sketches = {i: (s, t) for i, (s, t) in self._sketches.items() if t is None or t >= before}

    def pairs(self, ids: Iterable[str]) -> Iterator[Pair]:
        """Pairs of these papers with any that was added and looks alike."""
        for paper_id in ids:
            if paper_id not in self._sketches:
                continue
            sketch, time = self._sketches[paper_id]
            near = self._indexes if time is None else {time - 1, time, time + 1, None} & self._indexes.keys()
            for other in (found for at in near for found in self._indexes[at].query(sketch)):
                if other != paper_id:
                    yield _ordered(paper_id, str(other))


def _ordered(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)
