"""What an evaluation found, as one record: figures with intervals, and the tables behind them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pipeline.evaluate.figures import (
    BINS,
    Figure,
    Tally,
    calibration,
    f1,
    figure,
    matrix_accuracy,
    matrix_macro,
    per_label,
    share,
)
from pipeline.records import FORCES, Record

MATRIX = len(FORCES) ** 2
RELIABILITY = 3 * BINS


class LabelScore(Record, frozen=True):
    """F1 of one force: ``n`` is its gold passages."""

    section: str
    data: str
    lang: str
    model: str
    force: str
    f1: float
    n: int


class Confusion(Record, frozen=True):
    """How often each gold force (row) was taken for each other (column), in the order of the forces."""

    section: str
    data: str
    lang: str
    model: str
    counts: tuple[tuple[int, ...], ...]


class Reliability(Record, frozen=True):
    """Passages by confidence, in ten bins of equal width: how many, how many right, and their mean confidence."""

    section: str
    data: str
    lang: str
    model: str
    n: tuple[int, ...]
    right: tuple[int, ...]
    confidence: tuple[float, ...]


class Evaluation(Record, frozen=True):
    """Everything that was measured; ``notes`` say what was not, and why."""

    version: str
    models: dict[str, str]
    figures: tuple[Figure, ...]
    labels: tuple[LabelScore, ...]
    confusions: tuple[Confusion, ...]
    reliability: tuple[Reliability, ...]
    notes: tuple[str, ...]


def collect(
    tally: Tally, version: str, models: dict[str, str], more: Iterable[Figure], notes: Iterable[str]
) -> Evaluation:
    """Figures and tables out of counts.

    Args:
        tally: keys are (section, data, measure, lang, model); what the counts are is known by their number: two are a
            share, three an F1, 64 a confusion matrix of forces, 30 bins of confidence.
        more: figures that are not sums over works.
        notes: what was not measured.
    """
    figures: list[Figure] = []
    labels: list[LabelScore] = []
    confusions: list[Confusion] = []
    reliability: list[Reliability] = []
    for key in sorted(tally.counts, key=str):
        section, data, measure, lang, model = key
        total = tally.total(key)
        where: dict[str, Any] = {"section": section, "data": data, "lang": lang, "model": model}
        if total.size == MATRIX:
            n = int(total.sum())
            accuracy = (section, data, measure.replace("force", "force accuracy", 1), lang, model)
            macro = (section, data, measure.replace("force", "force macro-F1", 1), lang, model)
            figures.append(figure(tally, key, matrix_accuracy, n, accuracy))
            figures.append(figure(tally, key, matrix_macro, n, macro))
            if measure == "force":
                labels += [LabelScore(**where, force=f, f1=v, n=c) for f, (v, c) in per_label(total).items()]
                table = total.reshape(len(FORCES), len(FORCES)).astype(int).tolist()
                confusions.append(Confusion(**where, counts=tuple(map(tuple, table))))
        elif total.size == RELIABILITY:
            bins, right, confidence = total.reshape(3, BINS).tolist()
            figures.append(figure(tally, key, calibration, int(sum(bins))))
            means = tuple(round(c / k, 4) if k else 0.0 for c, k in zip(confidence, bins, strict=True))
            reliability.append(
                Reliability(**where, n=tuple(map(int, bins)), right=tuple(map(int, right)), confidence=means)
            )
        else:
            figures.append(figure(tally, key, f1 if total.size == 3 else share))
    return Evaluation(
        version=version,
        models=models,
        figures=tuple(sorted([*figures, *more], key=lambda f: (f.section, f.data, f.measure, f.lang, f.model))),
        labels=tuple(labels),
        confusions=tuple(confusions),
        reliability=tuple(reliability),
        notes=tuple(notes),
    )
