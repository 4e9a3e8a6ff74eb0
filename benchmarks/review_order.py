"""Does the order of the review queue teach more than chance? Simulated review with labelled passages as the reviewer.

In order: the head is fitted on the development works, with the settings of the shipped one; the passages of a field that no
model has seen are cut into a pool and a test half, many times; the pool's passages are decided in the queue's order or in a
random one, and the head is fitted again with them, weighed as corrections are; both are scored on the test half.

Usage: ``python -m benchmarks.review_order GOLD.jsonl [GOLD.jsonl …] [--decisions 50 100 200]``; the files hold lines
``{"text", "lang", "force", "legal_status", "work"}``.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline import models
from pipeline.config import ROOT, load
from pipeline.encoder import Encoded, Encoder, context
from pipeline.heads import ForceHead
from pipeline.records import FORCES
from pipeline.review.queue import training_order
from pipeline.train.command import gather
from pipeline.train.head import fit_with
from pipeline.train.reviews import REVIEW_WEIGHT

THREADS = 2
SPLITS = 10


class Field:
    """The passages of an unseen field: as the encoder sees them, their forces and languages."""

    def __init__(self, files: Sequence[Path], encoder: Encoder) -> None:
        rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines() if line.strip()]
        self.coded = encoder.encode([row["text"] for row in rows], [context(row["legal_status"]) for row in rows])
        self.force = [row["force"][0] for row in rows]
        self.lang = [row["lang"] for row in rows]


def queue_order(head: ForceHead, field: Field, pool: Sequence[int]) -> list[int]:
    """The pool in the order of the review queue."""
    chances = head.probabilities([field.coded[at] for at in pool])
    cases: list[dict[str, float]] = [dict(zip(FORCES, map(float, row), strict=True)) for row in chances]
    kinds = [(field.lang[at], max(case, key=case.__getitem__)) for at, case in zip(pool, cases, strict=True)]
    return [pool[at] for at in training_order(cases, kinds)]


def accuracy(head: ForceHead, field: Field, test: Sequence[int]) -> float:
    """The share of the test passages whose likeliest force is the right one."""
    guess = head.probabilities([field.coded[at] for at in test]).argmax(axis=1)
    return float(np.mean([FORCES[g] == field.force[at] for g, at in zip(guess, test, strict=True)]))


def simulate(
    base: tuple[list[Encoded], list[str]], field: Field, counts: Sequence[int]
) -> dict[str, dict[int, list[float]]]:
    """Accuracies on the test half, by order and number of decisions, one a split."""
    coded, labels = base
    first = fit_with(coded, labels, [1.0] * len(labels))
    found: dict[str, dict[int, list[float]]] = {name: {n: [] for n in (0, *counts)} for name in ("queue", "random")}
    for split in range(SPLITS):
        places = list(range(len(field.force)))
        random.Random(split).shuffle(places)
        test, pool = places[: len(places) // 2], places[len(places) // 2 :]
        for name, order in (("queue", queue_order(first, field, sorted(pool))), ("random", pool)):
            found[name][0].append(accuracy(first, field, test))
            for count in counts:
                taken = order[:count]
                head = fit_with(
                    coded + [field.coded[at] for at in taken],
                    labels + [field.force[at] for at in taken],
                    [1.0] * len(labels) + [REVIEW_WEIGHT] * len(taken),
                )
                found[name][count].append(accuracy(head, field, test))
    return found


def main() -> None:
    """Prints a line for each number of decisions."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("gold", nargs="+", type=Path)
    parser.add_argument("--decisions", nargs="+", type=int, default=[25, 50, 100, 200])
    given = parser.parse_args()
    config = load()
    encoder = Encoder(models.current(ROOT / config.tag.model, "encoder"), THREADS)
    rows = gather(config).dev
    base = (
        encoder.encode([row.text for row in rows], [row.context for row in rows]),
        [row.force[0] for row in rows],
    )
    field = Field(given.gold, encoder)
    print(
        f"{len(rows)} passages to begin with; {len(field.force)} of the field, half of them to test on; {SPLITS} splits"
    )
    found = simulate(base, field, given.decisions)
    for count in (0, *given.decisions):
        queue, chance = np.array(found["queue"][count]), np.array(found["random"][count])
        better = queue - chance
        print(
            f"{count:4d} decisions: queue {queue.mean():.3f}, random {chance.mean():.3f}, "
            f"difference {better.mean():+.3f} (standard error {better.std(ddof=1) / len(better) ** 0.5:.3f})"
        )


if __name__ == "__main__":
    main()
