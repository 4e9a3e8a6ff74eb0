"""Measures and draws the learning curve: ``python -m benchmarks.learning_curve`` writes ``docs/learning-curve.md`` and ``.svg``.

What is measured, and how, stands in ``pipeline/evaluate/curve.py``. On a machine that does other things, OMP_NUM_THREADS=1
makes it several times faster: the fits are small, and their threads wait for each other.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from pipeline.config import ROOT, load
from pipeline.evaluate.curve import DRAWS, STEPS, Point, curves
from pipeline.evaluate.plots import curves as draw
from pipeline.evaluate.plots import standalone
from pipeline.store import atomic_write

COLOURS = ("c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8")


def mean(points: Sequence[Point]) -> list[tuple[float, float]]:
    """The mean over the fields that reach each step; only steps that all fields reach."""
    fields = {p.field for p in points}
    rows = {step: [p.accuracy for p in points if p.reviews == step] for step in STEPS}
    return [(step, sum(values) / len(values)) for step, values in rows.items() if len(values) == len(fields)]


def table(points: Sequence[Point]) -> str:
    """The page: what was measured, the picture, and the figures."""
    lines = [
        "# What fifty corrections buy",
        "",
        "A field is held out of what the force head learns from; then passages of it are added as if a user had reviewed them, "
        "and the other half of the field is measured. The mean of English and Chinese accuracy, over "
        f"{DRAWS} ways to halve the field. Written by `python -m benchmarks.learning_curve`.",
        "",
        "![Accuracy of a held-out field over the number of reviews](learning-curve.svg)",
        "",
        "| field | train works the encoder has seen | measured passages | reviews | accuracy | English | Chinese |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {p.field} | {p.encoder_works} | {p.measured} | {p.reviews} | {p.accuracy:.3f} | {p.english:.3f} | {p.chinese:.3f} |"
        for p in points
    ]
    lines += [f"| mean of the fields | | | {int(x)} | {y:.3f} | | |" for x, y in mean(points)]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measures all fields and writes the page and the picture."""
    points = curves(load(), lambda text: print(text, file=sys.stderr))
    lines = [("mean of the fields", "strong", mean(points))]
    for index, field in enumerate(dict.fromkeys(p.field for p in points)):
        own = [(float(p.reviews), p.accuracy) for p in points if p.field == field]
        lines.append((field.replace("_", " "), COLOURS[index % len(COLOURS)], own))
    picture = standalone(draw(lines, "accuracy of a held-out field over the number of reviews", "reviewed passages"))
    atomic_write(ROOT / "docs" / "learning-curve.svg", picture.encode())
    atomic_write(ROOT / "docs" / "learning-curve.md", table(points).encode())
    print(table(points))


if __name__ == "__main__":
    main()
