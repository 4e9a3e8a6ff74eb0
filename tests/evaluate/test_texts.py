"""Alignment scores: strict and lax, with empty sides left out."""

from __future__ import annotations

import pytest

from pipeline.evaluate.texts import Sides, strict_and_lax

ONE: list[Sides] = [((0,), (0,)), ((1,), (1,)), ((2, 3), (2,))]


@pytest.mark.parametrize(
    ("said", "strict", "lax"),
    [
        (ONE, 1.0, 1.0),
        ([((0,), (0,)), ((1,), (1,)), ((2,), (2,)), ((3,), ())], 4 / 6, 1.0),  # touches, but is not whole
        ([((0,), (1,)), ((1,), (0,)), ((2, 3), (2,))], 1 / 3, 1 / 3),
        ([((0,), ()), ((1,), ())], 0.0, 0.0),
        ([((0, 1), (0, 1)), ((2, 3), (2,))], 2 / 5, 1.0),
    ],
)
def test_strict_and_lax(said: list[Sides], strict: float, lax: float) -> None:
    exact, touching = strict_and_lax(ONE, said)
    for counts, value in ((exact, strict), (touching, lax)):
        assert 2 * counts[0] / (counts[1] + counts[2]) == pytest.approx(value)


def test_unmatched_sentences_are_not_counted() -> None:
    gold: list[Sides] = [((0,), (0,)), ((1,), ())]
    exact, _ = strict_and_lax(gold, [((0,), (0,)), ((), (1,))])
    assert exact == [1, 1, 1]
