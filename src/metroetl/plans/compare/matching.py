"""Which sentences and sections of two plans belong together; the same from either side, and in bounded time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from metroetl.plans.compare.outline import Outline, Section, Sentence, grams

Pair = tuple[int, int]

LIKE = 0.45  # sentences with so many pairs of characters in common say the same
TITLE, TEXT = 0.6, 0.3  # either is enough for a section to be another's successor
TITLE_ACROSS, TEXT_ACROSS = 0.8, 0.5  # of sections of different depths
PAIRS = 300_000  # pairs of sentences that are looked at
COMMON = 2_500  # a pair of characters in more pairs of sentences tells nothing


@dataclass(frozen=True)
class Matching:
    """`links` are sections that succeed one another (indices), `shared` the characters that sections have in common."""

    links: dict[int, int]
    shared: dict[Pair, float]


def match_sections(old: Outline, new: Outline) -> Matching:
    """Each section of the old plan with its successor: by title first, by text where the title is another."""
    shared = _shared(old, new, match_sentences(old.sentences, new.sentences))
    scores = _scores(old, new, shared)
    return Matching(dict(greedy(scores)), shared)


def match_sentences(one: Sequence[Sentence], other: Sequence[Sentence]) -> list[Pair]:
    """Sentences that say the same: word for word first, then those most alike."""
    places: dict[str, list[int]] = defaultdict(list)
    for j, sentence in enumerate(other):
        places[sentence.text].append(j)
    taken: Counter[str] = Counter()
    found: list[Pair] = []
    for i, sentence in enumerate(one):
        same = places.get(sentence.text, [])
        if taken[sentence.text] < len(same):
            found.append((i, same[taken[sentence.text]]))
            taken[sentence.text] += 1
    left = sorted(set(range(len(one))) - {i for i, _ in found})
    right = sorted(set(range(len(other))) - {j for _, j in found})
    scores = {}
    for (i, j), common in _candidates(one, left, other, right).items():
        score = 2 * common / (len(one[i].words) + len(other[j].words))
        if score >= LIKE:
            scores[i, j] = score
    return found + greedy(scores)


def _candidates(
    one: Sequence[Sentence], left: Iterable[int], other: Sequence[Sentence], right: Iterable[int]
) -> Counter[Pair]:
    """Pairs of sentences with the number of character pairs in common; the rarest are looked at first."""
    firsts: dict[str, list[int]] = defaultdict(list)
    seconds: dict[str, list[int]] = defaultdict(list)
    for places, sentences, index in ((firsts, one, left), (seconds, other, right)):
        for i in index:
            for word in sentences[i].words:
                places[word].append(i)
    both = sorted((len(firsts[w]) * len(seconds[w]), w) for w in firsts.keys() & seconds.keys())
    common: Counter[Pair] = Counter()
    budget = PAIRS * 10
    for size, word in both:
        if size > COMMON or size > budget or len(common) > PAIRS:
            break
        budget -= size
        common.update((i, j) for i in firsts[word] for j in seconds[word])
    return common


def greedy(scores: dict[Pair, float]) -> list[Pair]:
    """Pairs with the best scores, each place once; equal scores go to the pair that stands nearest."""
    ranked = sorted(scores, key=lambda p: (-round(scores[p], 9), abs(p[0] - p[1]), p[0] + p[1]))
    used: tuple[set[int], set[int]] = (set(), set())
    found = []
    for i, j in ranked:
        if i not in used[0] and j not in used[1]:
            found.append((i, j))
            used[0].add(i)
            used[1].add(j)
    return found


def _shared(old: Outline, new: Outline, pairs: Sequence[Pair]) -> dict[Pair, float]:
    """Characters in common by sections: of each matched pair of sentences the mean length, for all sections around it."""
    homes_old, homes_new = _homes(old), _homes(new)
    shared: dict[Pair, float] = defaultdict(float)
    for i, j in pairs:
        length = (len(old.sentences[i].text) + len(new.sentences[j].text)) / 2
        for a in homes_old.get(i, ()):
            for b in homes_new.get(j, ()):
                shared[a, b] += length
    return dict(shared)


def _homes(plan: Outline) -> dict[int, list[int]]:
    """The sections around each sentence."""
    homes: dict[int, list[int]] = defaultdict(list)
    for number, section in enumerate(plan.sections):
        for sentence in section.sentences:
            homes[sentence].append(number)
    return homes


def text_length(plan: Outline, section: Section) -> int:
    """Characters of a section's sentences."""
    return sum(len(plan.sentences[i].text) for i in section.sentences)


def common_share(old: Outline, new: Outline, matching: Matching, pair: Pair) -> float:
    """The share of two sections' text that both have, 0 to 1."""
    both = text_length(old, old.sections[pair[0]]) + text_length(new, new.sections[pair[1]])
    return min(1.0, 2 * matching.shared.get(pair, 0.0) / both) if both else 0.0


def title_likeness(one: Section, other: Section) -> float:
    """How alike two titles are, 0 to 1; filler doesn't count."""
    from rapidfuzz.fuzz import ratio

    if one.plain == other.plain:
        return 1.0
    if one.core == other.core:
        return 0.95
    return 0.9 * ratio(*sorted((one.core, other.core))) / 100


def _scores(old: Outline, new: Outline, shared: dict[Pair, float]) -> dict[Pair, float]:
    """The score of each pair of sections that may belong together; a child's grows with its parents'."""
    lengths = ([text_length(old, s) for s in old.sections], [text_length(new, s) for s in new.sections])
    likeness: dict[Pair, tuple[float, float]] = {}
    for i, j in _title_pairs(old.sections, new.sections) | shared.keys():
        both = lengths[0][i] + lengths[1][j]
        text = min(1.0, 2 * shared.get((i, j), 0.0) / both) if both else 0.0
        likeness[i, j] = (title_likeness(old.sections[i], new.sections[j]), text)
    scores = {}
    for (i, j), (title, text) in likeness.items():
        one, other = old.sections[i], new.sections[j]
        across = one.depth != other.depth
        if title < (TITLE_ACROSS if across else TITLE) and text < (TEXT_ACROSS if across else TEXT):
            continue
        above = (
            likeness.get((one.parent, other.parent), (0.0, 0.0))
            if one.parent is not None and other.parent is not None
            else (0.0, 0.0)
        )
        scores[i, j] = title + text - 0.5 * across + 0.3 * max(above)
    return scores


def _title_pairs(one: Sequence[Section], other: Sequence[Section]) -> set[Pair]:
    """Pairs of sections whose titles share two characters."""
    index: dict[str, list[int]] = defaultdict(list)
    for j, section in enumerate(other):
        for gram in grams(section.core):
            index[gram].append(j)
    pairs = {(i, j) for i, s in enumerate(one) for gram in grams(s.core) for j in index.get(gram, ())}
    if len(pairs) <= PAIRS:
        return pairs
    plain = {s.plain for s in one} & {s.plain for s in other}
    return {(i, j) for i, j in pairs if one[i].plain == other[j].plain and one[i].plain in plain}
