"""What a measurement is: counts that add up over works, and from them a value with its interval.

Every score here is a function of counts (right, gold, predicted; a confusion matrix; bins of confidence), and counts add up.
So a work is counted once, its counts are kept as one array, and the bootstrap draws whole works and adds their arrays:
passages of one work resemble each other, and an interval that treats them as independent is too narrow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.metrics import interval, matched, overlaps
from pipeline.records import FORCES, Record

Counts = NDArray[np.float64]
Score = Callable[[Counts], float]
Pair = tuple[int, int]
Key = tuple[str, str, str, str, str]

# Labels with fewer gold passages say nothing in a mean over labels.
LEAST = 5
BINS = 10
DRAWS = 400


class Figure(Record, frozen=True):
    """One measured value.

    Attributes:
        section: what was measured on: ``passages``, ``documents``, ``texts``, ``others``.
        data: the set within the section.
        measure: what was measured.
        lang: ``en``, ``zh`` or ``both``.
        model: whose figure it is.
        value: the score, from 0 to 1.
        low, high: 95% interval by bootstrap over works; None where the set has no works to draw.
        n: gold items (for F1 of spans: gold spans).
    """

    section: str
    data: str
    measure: str
    lang: str
    model: str
    value: float
    low: float | None
    high: float | None
    n: int


def f1(counts: Counts) -> float:
    """F1 of (right, gold, predicted); 1 if there was nothing to find and nothing was found."""
    total = counts[1] + counts[2]
    return float(2 * counts[0] / total) if total else 1.0


def share(counts: Counts) -> float:
    """Right out of gold of (right, gold); 0 of none."""
    return float(counts[0] / counts[1]) if counts[1] else 0.0


def matrix_accuracy(counts: Counts) -> float:
    """Accuracy of a flattened confusion matrix (gold by predicted)."""
    table = counts.reshape(len(FORCES), len(FORCES))
    return float(np.trace(table) / table.sum()) if table.sum() else 0.0


def matrix_macro(counts: Counts) -> float:
    """Mean F1 of the forces with at least five gold passages."""
    table = counts.reshape(len(FORCES), len(FORCES))
    gold, said, right = table.sum(axis=1), table.sum(axis=0), np.diag(table)
    common = gold >= LEAST
    return float((2 * right[common] / (gold + said)[common]).mean()) if common.any() else 0.0


def calibration(counts: Counts) -> float:
    """Expected calibration error of bins (items, right, sum of confidence): mean distance weighted by size."""
    table = counts.reshape(3, BINS)
    return float(np.abs(table[1] - table[2]).sum() / table[0].sum()) if table[0].sum() else 0.0


def confusion_cell(gold: str, said: str) -> Counts:
    """A confusion matrix with one passage in it, flattened."""
    table = np.zeros((len(FORCES), len(FORCES)))
    table[FORCES.index(gold), FORCES.index(said)] = 1
    return table.ravel()


def confidence_cell(right: bool, confidence: float) -> Counts:
    """Bins with one passage in them, flattened."""
    table = np.zeros((3, BINS))
    table[:, min(BINS - 1, int(BINS * confidence))] = 1, float(right), confidence
    return table.ravel()


def spans(gold: Iterable[Pair], said: Iterable[Pair], exact: bool) -> Counts:
    """(right, gold, predicted) of two sets of spans: equal, or sharing at least half of the longer one."""
    want, have = sorted(set(gold)), sorted(set(said))
    right = len(set(want) & set(have)) if exact else matched(want, have, overlaps)
    return np.array([right, len(want), len(have)], dtype=np.float64)


class Tally:
    """Counts by key and work. A key is (section, data, measure, lang, model)."""

    def __init__(self) -> None:
        self.counts: dict[Key, dict[str, Counts]] = {}

    def add(self, key: Key, work: str, counts: Counts | Sequence[float]) -> None:
        """Adds counts of a work under a key; all counts under one key have the same shape."""
        array = np.asarray(counts, dtype=np.float64)
        works = self.counts.setdefault(key, {})
        works[work] = works[work] + array if work in works else array.copy()

    def total(self, key: Key) -> Counts:
        """The counts of all works together."""
        works = self.counts[key]
        return np.asarray(np.sum([works[name] for name in sorted(works)], axis=0))

    def measure(self, key: Key, score: Score) -> tuple[float, float | None, float | None]:
        """The score of a key with its interval; no interval where there is but one work."""
        works = self.counts[key]
        names = sorted(works)
        stacked = np.stack([works[name] for name in names])
        value = score(stacked.sum(axis=0))
        if len(names) < 2:
            return value, None, None
        low, high = interval(names, lambda at: score(stacked[list(at)].sum(axis=0)), DRAWS)
        return value, low, high


def figure(tally: Tally, key: Key, score: Score, n: int | None = None, name: Key | None = None) -> Figure:
    """A figure from a tally.

    Args:
        key: (section, data, measure, lang, model) of the counts.
        score: what is made of them.
        n: gold items; taken from the counts where they are (right, gold[, predicted]).
        name: what the figure is called, if not as its counts.
    """
    value, low, high = tally.measure(key, score)
    section, data, measure, lang, model = name or key
    return Figure(
        section=section,
        data=data,
        measure=measure,
        lang=lang,
        model=model,
        value=round(value, 4),
        low=None if low is None else round(low, 4),
        high=None if high is None else round(high, 4),
        n=int(tally.total(key)[1]) if n is None else n,
    )


def find(figures: Iterable[Figure], **wanted: str) -> Figure | None:
    """The first figure whose fields are as wanted."""
    return next((f for f in figures if all(getattr(f, key) == value for key, value in wanted.items())), None)


def per_label(counts: Counts) -> Mapping[str, tuple[float, int]]:
    """F1 and number of gold passages of each force of a flattened confusion matrix."""
    table = counts.reshape(len(FORCES), len(FORCES))
    gold, said, right = table.sum(axis=1), table.sum(axis=0), np.diag(table)
    return {
        force: (round(float(2 * right[i] / (gold[i] + said[i])), 4) if gold[i] + said[i] else 0.0, int(gold[i]))
        for i, force in enumerate(FORCES)
    }


def langs_of(lang: str) -> tuple[str, str]:
    """The groups a passage of a language counts in: its own and both together."""
    return lang, "both"
