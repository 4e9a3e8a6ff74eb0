"""Scores: accuracy and F1 of forces, exact and overlapping spans, calibration, and intervals by bootstrap over works.

Passages of one work resemble each other, so an interval that treats them as independent is too narrow: the bootstrap draws
whole works. Everything is computed from a seed, so that the same predictions give the same figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

Spans = Sequence[tuple[int, int]]


@dataclass
class Counts:
    """True positives, gold and predicted spans, added up."""

    right: float = 0.0
    gold: float = 0.0
    predicted: float = 0.0

    def add(self, right: float, gold: float, predicted: float) -> None:
        self.right, self.gold, self.predicted = self.right + right, self.gold + gold, self.predicted + predicted

    @property
    def f1(self) -> float:
        """F1; 1 if there was nothing to find and nothing was found."""
        total = self.gold + self.predicted
        return 2 * self.right / total if total else 1.0


def overlaps(a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Whether two spans share at least half of the longer one."""
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return shared > 0 and 2 * shared >= max(a[1] - a[0], b[1] - b[0])


def matched(gold: Spans, predicted: Spans, same: Callable[[tuple[int, int], tuple[int, int]], bool]) -> int:
    """How many gold spans find a partner, each predicted span serving once, in order."""
    left = list(predicted)
    count = 0
    for span in gold:
        partner = next((other for other in left if same(span, other)), None)
        if partner is not None:
            left.remove(partner)
            count += 1
    return count


def accuracy(gold: Sequence[str], predicted: Sequence[str]) -> float:
    """Share of equal labels; 0 of none."""
    return sum(g == p for g, p in zip(gold, predicted, strict=True)) / len(gold) if gold else 0.0


def label_f1(gold: Sequence[str], predicted: Sequence[str]) -> dict[str, float]:
    """F1 of each label that stands in either."""
    found = {}
    for label in sorted({*gold, *predicted}):
        right = sum(g == p == label for g, p in zip(gold, predicted, strict=True))
        found[label] = Counts(right, sum(g == label for g in gold), sum(p == label for p in predicted)).f1
    return found


def macro_f1(gold: Sequence[str], predicted: Sequence[str], least: int = 5) -> float:
    """Mean F1 of the labels with at least ``least`` gold passages."""
    scores = label_f1(gold, predicted)
    common = [label for label in sorted(set(gold)) if sum(g == label for g in gold) >= least]
    return sum(scores[label] for label in common) / len(common) if common else 0.0


def calibration_error(right: Sequence[bool], confidence: Sequence[float], bins: int = 10) -> float:
    """Expected calibration error: mean distance of confidence and accuracy over bins of equal width, by their size."""
    total = np.zeros(bins)
    for ok, sure in zip(right, confidence, strict=True):
        total[min(bins - 1, int(bins * sure))] += float(ok) - sure
    return float(np.abs(total).sum() / len(right)) if right else 0.0


def interval(
    groups: Sequence[str], score: Callable[[Sequence[int]], float], draws: int = 400, seed: int = 11
) -> tuple[float, float]:
    """95% interval of a score by bootstrap over groups.

    Args:
        groups: the work of each item.
        score: the score of the items at given indices (an item may come several times).
    """
    members: dict[str, list[int]] = {}
    for index, group in enumerate(groups):
        members.setdefault(group, []).append(index)
    names = sorted(members)
    if len(names) < 2:
        value = score(range(len(groups)))
        return value, value
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(draws):
        drawn = rng.integers(0, len(names), len(names))
        values.append(score([i for at in drawn for i in members[names[at]]]))
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def confusion(gold: Iterable[str], predicted: Iterable[str]) -> dict[tuple[str, str], int]:
    """How often each gold label was taken for each other."""
    table: dict[tuple[str, str], int] = {}
    for pair in zip(gold, predicted, strict=True):
        table[pair] = table.get(pair, 0) + 1
    return dict(sorted(table.items()))
