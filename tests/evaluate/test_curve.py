"""The learning curve's halves: disjoint, whole, and apart from each other."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from pipeline.encoder import Encoded
from pipeline.evaluate.curve import RUN, Row, halves
from pipeline.train.examples import Example

ROWS = [
    Row(
        Example(str(i), "w", "en", f"text {i}", "", "binding", ("none",)),
        Encoded(np.zeros(2, np.float32), np.zeros(8, np.float32), np.zeros(8, np.float32), {}),
        "climate",
    )
    for i in range(100)
]


@pytest.mark.parametrize("seed", range(4))
def test_halves(seed: int) -> None:
    pool, kept = halves(ROWS, seed)
    left = {int(row.example.id) for row in pool}
    right = [int(row.example.id) for row in kept]
    assert left.isdisjoint(right)
    assert len(left) + len(right) == len(ROWS)
    assert 40 <= len(right) <= 60
    # what is measured comes in runs, so that few of its passages have a review beside them
    assert sum(b - a > 1 for a, b in pairwise(right)) <= len(ROWS) / RUN / 2
    assert [row.example.id for row in halves(ROWS, seed)[0]] == [row.example.id for row in pool]


def test_seeds_draw_different_halves() -> None:
    assert {row.example.id for row in halves(ROWS, 0)[1]} != {row.example.id for row in halves(ROWS, 5)[1]}
