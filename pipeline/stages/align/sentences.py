"""Aligns the sentences of two languages: beads of up to four sentences a side, with unmatched ones, in order.

In the manner of Vecalign (Thompson and Koehn 2019) and Bertalign (Liu and Zhu 2023): every run of one to four
sentences has a vector; the cost of a bead is how far its two vectors are apart, divided by how far each is from random
others (so that a sentence that resembles everything is no bargain); a dynamic programme finds the cheapest path. To this
come what vectors do not see: lengths, and the numbers, article marks and Latin names that both sides share. For long
texts the path is searched in a band around the mutual nearest neighbours, so time and memory grow almost linearly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.embedding import embed
from pipeline.text import HAN

Array = NDArray[np.float32]

MOST = 4
SAMPLE = 200
BAND = 60
# A side with more sentences than this is long.
LONG = 3000
# Beads tried: (source sentences, target sentences), apart from the unmatched (1, 0) and (0, 1).
SHAPES = tuple((a, b) for a in range(1, MOST + 1) for b in range(1, MOST + 1) if min(a, b) == 1 or (a, b) == (2, 2))


@dataclass(frozen=True)
class Settings:
    """Weights of the cost, chosen on the government reports of 2008 to 2012 and on the development works.

    ``skip`` is the price of an unmatched sentence in units of the mean cost of unrelated ones; ``many`` is added for each
    sentence beyond the first on a side; ``length`` and ``anchors`` weigh the lengths and the shared numbers and names;
    ``marks`` is the price of a list mark that is torn from what it marks.
    """

    skip: float = 0.8
    many: float = 0.15
    length: float = 0.06
    anchors: float = 0.15
    marks: float = 0.3


@dataclass(frozen=True)
class Match:
    """A bead by index: sentences ``source`` say the same as ``target``; ``score`` from 0 to 1 is how alike they are."""

    source: tuple[int, ...]
    target: tuple[int, ...]
    score: float


class _Side:
    """The runs of sentences of one language: vectors, lengths and anchors of each run of one to four."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.count = len(texts)
        self.vectors = _runs(texts)
        weights = np.array([_weight(text) for text in texts], np.float32)
        total = np.concatenate([[0], np.cumsum(weights)])
        self.size = np.array(
            [[total[min(i + k, self.count)] - total[i] for i in range(self.count)] for k in range(1, MOST + 1)],
            np.float32,
        )
        self.anchors = [anchors(text) for text in texts]
        marks = np.array([bool(LIST_MARK.fullmatch(text.strip())) for text in texts])
        # Whether a run ends in a list mark that stands alone, and whether it is nothing else, shape (MOST, count).
        ends = np.arange(self.count) + np.arange(MOST)[:, None]
        self.ends_in_mark = marks[ends.clip(max=self.count - 1)]
        self.is_mark = np.vstack([marks, np.zeros((MOST - 1, self.count), bool)])

    def norms(self, other: _Side) -> Array:
        """Mean distance of every run to a fixed sample of single sentences of the other side, shape (MOST, count)."""
        step = max(1, other.count // SAMPLE)
        sample = other.vectors[0, ::step][:SAMPLE]
        return np.asarray(1 - np.einsum("kid,sd->kis", self.vectors, sample).mean(axis=2), np.float32)


def _runs(texts: Sequence[str]) -> Array:
    """Vectors of every run of one to ``MOST`` sentences, unit length, shape (MOST, sentences, dimensions); zeros past the end.

    In a long text runs of three and more are not read by the encoder but summed of their parts, weighed by length: three
    times faster, for 0.3 points of F1 on the government reports.
    """
    count = len(texts)
    exact = MOST if count <= LONG else 2
    read = embed([" ".join(texts[i : i + size]) for size in range(1, exact + 1) for i in range(count - size + 1)])
    vectors = np.zeros((MOST, count, read.shape[1]), np.float32)
    at = 0
    for size in range(1, exact + 1):
        rows = max(0, count - size + 1)
        vectors[size - 1, :rows] = read[at : at + rows]
        at += rows
    weight = np.array([_weight(text) for text in texts], np.float32)[:, None]
    for size in range(exact + 1, MOST + 1):
        rows = max(0, count - size + 1)
        head = sum(weight[i : i + rows] for i in range(size - 2)) * vectors[size - 3, :rows]
        tail = (weight[size - 2 : size - 2 + rows] + weight[size - 1 : size - 1 + rows]) * vectors[
            1, size - 2 : size - 2 + rows
        ]
        total = head + tail
        vectors[size - 1, :rows] = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-9)
    return vectors


def _weight(text: str) -> float:
    """Length in a unit both languages share: a Chinese character counts as 2.8 English ones (measured on the works)."""
    han = len(HAN.findall(text))
    return max(1.0, 2.8 * han + (len(text) - han))


LIST_MARK = re.compile(
    r"[(（]?(?:\d{1,3}|[IVXLC]{1,6}|[ivxlc]{1,6}|[A-Za-z]|[一二三四五六七八九十]{1,3})[)）]?\s*[.、．]?"
)
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
LATIN = re.compile(r"[A-Z][A-Z0-9-]{1,}")


def anchors(text: str) -> frozenset[str]:
    """What stands in both languages alike: numbers of two digits or more (commas dropped), acronyms."""
    numbers = {n.replace(",", "").rstrip(".") for n in NUMBER.findall(text)}
    return frozenset({n for n in numbers if len(n) > 1} | set(LATIN.findall(text)))


def align(source: Sequence[str], target: Sequence[str], settings: Settings | None = None) -> list[Match]:
    """The alignment of two texts.

    Args:
        source, target: their sentences, in order.
        settings: weights of the cost.

    Returns:
        beads in order; every index of either side stands in exactly one, an empty side means unmatched.
    """
    settings = settings or Settings()
    if not source or not target:
        return [Match((i,), (), 0.0) for i in range(len(source))] + [Match((), (j,), 0.0) for j in range(len(target))]
    left, right = _Side(source), _Side(target)
    low, high = _band(left, right)
    back = _search(left, right, low, high, settings)
    beads: list[Match] = []
    i, j = len(source), len(target)
    while i or j:
        a, b = back[i][j - low[i]]
        rows, columns = tuple(range(i - a, i)), tuple(range(j - b, j))
        score = float(left.vectors[a - 1, i - a] @ right.vectors[b - 1, j - b]) if a and b else 0.0
        beads.append(Match(rows, columns, round(max(0.0, min(1.0, score)), 4)))
        i, j = i - a, j - b
    beads.reverse()
    return beads


def _band(left: _Side, right: _Side) -> tuple[list[int], list[int]]:
    """For each number of source sentences taken, the range of target sentences taken: around the sure pairs.

    Sure pairs are mutual nearest neighbours; of these the longest chain that rises on both sides is kept.
    """
    n, m = left.count, right.count
    if n * m <= 250_000:
        return [0] * (n + 1), [m] * (n + 1)
    best_right = np.empty(n, np.int64)
    best_left_score = np.full(m, -1.0, np.float32)
    best_left = np.zeros(m, np.int64)
    scores = np.empty(n, np.float32)
    for at in range(0, n, 1024):
        block = left.vectors[0, at : at + 1024] @ right.vectors[0].T
        best_right[at : at + 1024], scores[at : at + 1024] = block.argmax(1), block.max(1)
        top, where = block.max(0), block.argmax(0)
        better = top > best_left_score
        best_left[better], best_left_score[better] = where[better] + at, top[better]
    mutual = [(i, int(best_right[i])) for i in range(n) if best_left[best_right[i]] == i and scores[i] > 0.5]
    chain = [(0, 0), *_rising([(i + 1, j + 1) for i, j in mutual]), (n, m)]
    low, high = [0] * (n + 1), [0] * (n + 1)
    for (i0, j0), (i1, j1) in pairwise(chain):
        for i in range(i0, i1 + 1):
            low[i], high[i] = max(0, j0 - BAND), min(m, j1 + BAND)
    for i in range(1, n + 1):
        low[i], high[i] = max(low[i], low[i - 1]), max(high[i], high[i - 1])
    low[n] = min(low[n], m)
    high[n] = m
    return low, high


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence of pairs that rises on both sides (patience sorting)."""
    from bisect import bisect_left

    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = [-1] * len(pairs)
    for index, (_, j) in enumerate(pairs):
        at = bisect_left(tails, j)
        before[index] = ends[at - 1] if at else -1
        if at == len(tails):
            tails.append(j)
            ends.append(index)
        else:
            tails[at], ends[at] = j, index
    chain: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        chain.append(pairs[at])
        at = before[at]
    return chain[::-1]


def _search(
    left: _Side, right: _Side, low: list[int], high: list[int], settings: Settings
) -> list[list[tuple[int, int]]]:
    """The dynamic programme, a row at a time; returns for each cell of the band the bead that ends there."""
    n = left.count
    norm_left, norm_right = left.norms(right), right.norms(left)
    shared = _shared(left, right)
    best: list[Array] = []
    back: list[list[tuple[int, int]]] = []
    shapes = [*SHAPES, (1, 0), (0, 1)]
    for i in range(n + 1):
        lo, hi = low[i], high[i]
        width = hi - lo + 1
        cost = np.full(width, np.inf, np.float32)
        choice = np.full(width, -1, np.int8)
        if i == 0:
            cost[0] = 0.0
        for number, (a, b) in enumerate(shapes[:-1]):
            if i < a:
                continue
            j = np.arange(max(lo, low[i - a] + b), min(hi, high[i - a] + b) + 1)
            j = j[j >= b]
            if not len(j):
                continue
            before = best[i - a][j - b - low[i - a]]
            total = before + (
                _cost(left, right, norm_left, norm_right, shared, i - a, a, j - b, b, settings) if b else settings.skip
            )
            here = j - lo
            better = total < cost[here]
            cost[here[better]], choice[here[better]] = total[better], number
        ramp = np.arange(width, dtype=np.float32) * settings.skip
        run = np.minimum.accumulate(cost - ramp) + ramp
        skipped = run < cost - 1e-6
        cost, choice = np.where(skipped, run, cost), np.where(skipped, len(shapes) - 1, choice)
        best.append(cost.astype(np.float32))
        back.append([shapes[c] if c >= 0 else (0, 0) for c in choice.tolist()])
    return back


def _shared(left: _Side, right: _Side) -> dict[str, tuple[list[int], list[int]]]:
    """Anchors that both texts hold, with the sentences that hold them."""
    places: dict[str, tuple[list[int], list[int]]] = {}
    for side, texts in enumerate((left.anchors, right.anchors)):
        for index, words in enumerate(texts):
            for word in words:
                places.setdefault(word, ([], []))[side].append(index)
    return {word: found for word, found in places.items() if found[0] and found[1]}


def _cost(
    left: _Side, right: _Side, norm_left: Array, norm_right: Array, shared: dict[str, tuple[list[int], list[int]]],
    i: int, a: int, j: NDArray[np.int64], b: int, settings: Settings,
) -> Array:  # fmt: skip
    """Cost of the beads that take ``a`` source sentences from ``i`` and ``b`` target sentences from each of ``j``."""
    distance = 1 - right.vectors[b - 1, j] @ left.vectors[a - 1, i]
    cost = distance / (norm_left[a - 1, i] + norm_right[b - 1, j]).clip(0.2) * 2
    ratio = np.abs(np.log(left.size[a - 1, i] / right.size[b - 1, j])).clip(0, 2)
    cost = cost + settings.length * ratio
    torn = (
        left.ends_in_mark[a - 1, i] & ~right.is_mark[b - 1, j] | right.ends_in_mark[b - 1, j] & ~left.is_mark[a - 1, i]
    )
    cost = cost + settings.marks * torn
    words = frozenset().union(*left.anchors[i : i + a]) & shared.keys()
    if words:
        agree = np.zeros(len(j), np.float32)
        place = {int(value): index for index, value in enumerate(j)}
        for word in words:
            hit = {place[k] for t in shared[word][1] for k in range(t - b + 1, t + 1) if k in place}
            agree[list(hit)] += 1
        cost = cost + settings.anchors * (0.5 - agree / len(words))
    return np.asarray(cost * (a * b) + settings.many * (a + b - 2), np.float32)
