"""Scores against values worked out by hand."""

from __future__ import annotations

import pytest

from pipeline.metrics import accuracy, calibration_error, confusion, interval, label_f1, macro_f1, matched, overlaps


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ((0, 10), (0, 10), True),
        ((0, 10), (5, 15), True),
        ((0, 10), (6, 16), False),
        ((0, 4), (0, 10), False),
        ((0, 2), (2, 4), False),
    ],
)
def test_overlaps(a, b, same):
    assert overlaps(a, b) is same


def test_each_span_serves_once():
    assert matched([(0, 10), (0, 9)], [(0, 10)], overlaps) == 1


def test_labels():
    gold, said = ["a", "a", "b", "b"], ["a", "b", "b", "b"]
    assert accuracy(gold, said) == 0.75
    assert label_f1(gold, said) == {"a": pytest.approx(2 / 3), "b": pytest.approx(0.8)}
    assert macro_f1(gold, said, least=2) == pytest.approx((2 / 3 + 0.8) / 2)
    assert macro_f1(gold, said, least=3) == 0.0
    assert confusion(gold, said) == {("a", "a"): 1, ("a", "b"): 1, ("b", "b"): 2}


def test_calibration():
    assert calibration_error([True] * 8 + [False] * 2, [0.85] * 10) == pytest.approx(0.05)
    assert calibration_error([], []) == 0.0


def test_the_interval_draws_whole_works():
    right = [1] * 10 + [0] * 10
    score = lambda at: sum(right[i] for i in at) / len(at)  # noqa: E731
    low, high = interval(["w1"] * 10 + ["w2"] * 10, score)
    assert (low, high) == (0.0, 1.0)
    assert interval(["w1"] * 20, score) == (0.5, 0.5)
    assert interval(["w1"] * 10 + ["w2"] * 10, score) == (low, high)
