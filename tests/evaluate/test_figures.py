"""Scores out of counts, and their intervals over works."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.evaluate.figures import (
    Tally,
    calibration,
    confidence_cell,
    confusion_cell,
    f1,
    figure,
    matrix_accuracy,
    matrix_macro,
    per_label,
    share,
    spans,
)


@pytest.mark.parametrize(
    ("gold", "said", "exact", "counts"),
    [
        ([(0, 4)], [(0, 4)], True, (1, 1, 1)),
        ([(0, 4)], [(0, 5)], True, (0, 1, 1)),
        ([(0, 4)], [(0, 5)], False, (1, 1, 1)),
        ([(0, 4)], [(0, 9)], False, (0, 1, 1)),  # less than half of the longer one
        ([(0, 4), (0, 4)], [(0, 4)], True, (1, 1, 1)),  # the same place counts once
        ([(0, 4), (6, 9)], [(0, 4), (0, 3)], False, (1, 2, 2)),  # one prediction serves once
        ([], [], True, (0, 0, 0)),
    ],
)
def test_spans(gold: list[tuple[int, int]], said: list[tuple[int, int]], exact: bool, counts: tuple[int, ...]) -> None:
    assert tuple(spans(gold, said, exact)) == counts


def test_f1_and_share() -> None:
    assert f1(np.array([1.0, 2, 2])) == 0.5
    assert f1(np.array([0.0, 0, 0])) == 1.0
    assert f1(np.array([0.0, 0, 3])) == 0.0
    assert share(np.array([3.0, 4])) == 0.75
    assert share(np.array([0.0, 0])) == 0.0


def test_a_confusion_matrix_gives_accuracy_and_f1_of_each_force() -> None:
    cells = [confusion_cell("obligation", "obligation")] * 6 + [confusion_cell("permission", "obligation")] * 2
    total = np.sum(cells, axis=0)
    assert matrix_accuracy(total) == 0.75
    assert per_label(total)["obligation"] == (round(12 / 14, 4), 6)
    assert per_label(total)["permission"] == (0.0, 2)
    # "permission" has fewer than five passages and is left out of the mean
    assert matrix_macro(total) == pytest.approx(12 / 14)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([(True, 1.0), (True, 1.0)], 0.0),
        ([(False, 1.0), (False, 1.0)], 1.0),
        ([(True, 0.75), (True, 0.75), (True, 0.75), (False, 0.75)], 0.0),
        ([(True, 0.55), (False, 0.95)], (0.45 + 0.95) / 2),
    ],
)
def test_calibration(answers: list[tuple[bool, float]], error: float) -> None:
    assert calibration(np.sum([confidence_cell(*a) for a in answers], axis=0)) == pytest.approx(error)


KEY = ("passages", "test", "actors F1, exact", "en", "pledgebook")


def test_the_interval_is_over_works_and_holds_the_value() -> None:
    tally = Tally()
    for work, right in (("a", 9), ("b", 1), ("c", 5), ("d", 7)):
        for _ in range(2):
            tally.add(KEY, work, [right / 2, 5, 5])
    found = figure(tally, KEY, f1)
    assert found.value == 0.55
    assert found.n == 40
    assert found.low is not None
    assert found.high is not None
    assert 0.1 <= found.low < found.value < found.high <= 0.9
    assert figure(tally, KEY, f1) == found


def test_one_work_has_no_interval() -> None:
    tally = Tally()
    tally.add(KEY, "a", [1, 2, 2])
    assert (figure(tally, KEY, f1).low, figure(tally, KEY, f1).high) == (None, None)


def test_the_order_of_works_does_not_matter() -> None:
    one, two = Tally(), Tally()
    rows = [("a", [1, 2, 2]), ("b", [2, 2, 3]), ("c", [0, 1, 0])]
    for work, counts in rows:
        one.add(KEY, work, counts)
    for work, counts in reversed(rows):
        two.add(KEY, work, counts)
    assert figure(one, KEY, f1) == figure(two, KEY, f1)
