"""Does the order of the review queue teach more than chance? Simulated review with labelled passages as the reviewer.

In order: a field is held out of the development and test works; the head is fitted on the others, as in training; half of
the field is decided on, in the queue's order or in a random one, and the head learns the decisions as it learns reviews; both
are scored on the other half. Every field with a hundred passages takes its turn, and each is cut in half many ways, in runs
of neighbouring passages. With files of labelled passages, these are one field of their own, unknown to every model.

Usage: ``python -m benchmarks.review_order [GOLD.jsonl …] [--decisions 25 50 100 200]``; the files hold lines ``{"text", "lang",
"force", "legal_status"}``. Ten minutes on one core; the figures of docs/review.md.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline import models
from pipeline.config import ROOT, load
from pipeline.encoder import Encoder, context
from pipeline.evaluate.corpus import split_lists
from pipeline.evaluate.curve import LEAST, Row, halves, held_rows
from pipeline.heads import ForceHead
from pipeline.records import FORCES
from pipeline.review.queue import training_order
from pipeline.train.examples import Example
from pipeline.train.head import fit_head
from pipeline.train.reviews import REVIEW_WEIGHT
from pipeline.works import read_works

DRAWS = 16
# Random orders are drawn anew so many times for each cut, because the mean of them is what is beaten.
CHANCES = 4
# So much of a pool at most is decided on: of a pool that is used up every order is the same.
MOST = 0.8


def queue_order(head: ForceHead, pool: Sequence[Row]) -> list[int]:
    """The pool in the order of the review queue, as places in it."""
    chances = head.probabilities([row.coded for row in pool])
    cases: list[dict[str, float]] = [dict(zip(FORCES, map(float, row), strict=True)) for row in chances]
    kinds = [(row.example.lang, max(case, key=case.__getitem__)) for row, case in zip(pool, cases, strict=True)]
    return training_order(cases, kinds)


def accuracy(head: ForceHead, rows: Sequence[Row]) -> float:
    """The share of rows whose likeliest force is the right one."""
    guess = head.probabilities([row.coded for row in rows]).argmax(axis=1)
    return float(np.mean([FORCES[g] == row.example.force[0] for g, row in zip(guess, rows, strict=True)]))


class Simulation:
    """Accuracies of one field: by number of decisions, a row a cut with (none, by the queue, at random)."""

    def __init__(self, base: Sequence[Row], field: Sequence[Row], counts: Sequence[int]) -> None:
        self.coded, self.labels = [row.coded for row in base], [row.example.force[0] for row in base]
        self.found: dict[int, list[tuple[float, float, float]]] = {}
        before = fit_head(self.coded, self.labels)
        for draw in range(DRAWS):
            pool, kept = halves(field, draw)
            pool = sorted(pool, key=lambda row: row.example.id)
            start, order = accuracy(before, kept), queue_order(before, pool)
            chances = [list(np.random.default_rng((draw, n)).permutation(len(pool))) for n in range(CHANCES)]
            for count in [count for count in counts if count <= MOST * len(pool)]:
                queue = self.learnt(pool, order[:count], kept)
                chance = float(np.mean([self.learnt(pool, other[:count], kept) for other in chances]))
                self.found.setdefault(count, []).append((start, queue, chance))

    def learnt(self, pool: Sequence[Row], taken: Sequence[int], kept: Sequence[Row]) -> float:
        """The accuracy on what is kept after some decisions."""
        reviews = [pool[at] for at in taken]
        decided = [row.example.force[0] for row in reviews]
        head = fit_head(
            self.coded, self.labels, [row.coded for row in reviews], decided, [REVIEW_WEIGHT] * len(reviews)
        )
        return accuracy(head, kept)


def gold_rows(files: Sequence[Path], encoder: Encoder) -> list[Row]:
    """Labelled passages as rows of one field."""
    lines = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines() if line.strip()]
    coded = encoder.encode([line["text"] for line in lines], [context(line["legal_status"]) for line in lines])
    return [
        Row(
            Example(f"{n:05d}", "gold", line["lang"], line["text"], "", line["legal_status"], tuple(line["force"])),
            code,
            "gold",
        )
        for n, (line, code) in enumerate(zip(lines, coded, strict=True))
    ]


def main() -> None:
    """Prints a line for each field and number of decisions, and the means over all fields."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("gold", nargs="*", type=Path)
    parser.add_argument("--decisions", nargs="+", type=int, default=[25, 50, 100, 200])
    given = parser.parse_args()
    config = load()
    folder = ROOT / config.train.works
    works = read_works(folder)
    of, _ = split_lists(works, folder.parent / "splits.toml")
    rows = held_rows([work for work in works if of[work.id] != "train"], config)
    fields = {name: [row for row in rows if row.field == name] for name in sorted({row.field for row in rows})}
    if given.gold:
        encoder = Encoder(models.current(ROOT / config.tag.model, "encoder"), config.tag.threads)
        fields = {"gold": gold_rows(given.gold, encoder)}
    every: dict[int, list[tuple[float, float, float]]] = {}
    for name, mine in fields.items():
        if len(mine) < LEAST:
            continue
        simulation = Simulation([row for row in rows if row.field != name], mine, given.decisions)
        for count, found in simulation.found.items():
            tell(name, count, np.array(found))
            every.setdefault(count, []).extend(found)
    for count, found in sorted(every.items()):
        tell("all fields", count, np.array(found))


def tell(name: str, count: int, found: NDArray[np.float64]) -> None:
    """Prints the means and the difference between the queue and chance with its standard error."""
    none, queue, chance = found.mean(axis=0)
    better = found[:, 1] - found[:, 2]
    error = better.std(ddof=1) / len(better) ** 0.5
    print(
        f"{name}: {count} decisions: none {none:.3f}, queue {queue:.3f}, random {chance:.3f}, "
        f"difference {better.mean():+.4f} (standard error {error:.4f}, {len(better)} cuts)",
        flush=True,
    )


if __name__ == "__main__":
    main()
