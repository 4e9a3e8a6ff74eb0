"""The learning curve: what a field gains when somebody corrects passages of it, measured where the field was held out.

A field is taken out of what the force head learns from. Half of its passages stand for a user's reviews, the other half is
only measured; the head is fitted anew with none of the reviews, with ten, with twenty-five and so on, weighted as accepted
reviews are in everyday training. Only dev and test works take part, because the encoder has learnt from the others. Halves are
drawn by runs of neighbouring passages, so that a review rarely stands beside what it is measured on, and several times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline import models
from pipeline.config import ROOT, Config
from pipeline.encoder import Encoded, Encoder
from pipeline.evaluate.corpus import split_lists
from pipeline.records import FORCES, Record
from pipeline.train.examples import Example, examples
from pipeline.train.head import fit_head
from pipeline.train.reviews import REVIEW_WEIGHT
from pipeline.works import Work, read_works

STEPS = (0, 10, 25, 50, 100)
DRAWS = 4
RUN = 8
LEAST = 100


class Point(Record, frozen=True):
    """A field's accuracy after so many reviews: the mean over draws and languages, and of each language."""

    field: str
    reviews: int
    accuracy: float
    english: float
    chinese: float
    measured: int
    encoder_works: int


@dataclass(frozen=True)
class Row:
    """A passage with what the encoder says of it."""

    example: Example
    coded: Encoded
    field: str


def curves(config: Config, say: Callable[[str], None] = lambda text: None, fields: Sequence[str] = ()) -> list[Point]:
    """The curve of every field with at least a hundred passages in dev and test works.

    Args:
        config: where works and models are.
        say: is told of each field.
        fields: the fields wanted; all that are large enough if empty.

    Returns:
        points in order of field and number of reviews.
    """
    folder = ROOT / config.train.works
    works = read_works(folder)
    of, _ = split_lists(works, folder.parent / "splits.toml")
    held = [work for work in works if of[work.id] != "train"]
    seen = {f: sum(of[w.id] == "train" and w.facts["field"] == f for w in works) for f in _fields(works)}
    rows = held_rows(held, config)
    points: list[Point] = []
    for name in fields or [f for f in _fields(held) if sum(row.field == f for row in rows) >= LEAST]:
        say(f"{name} …")
        points += _field(name, rows, seen[name], config.train.seed)
    return points


def _fields(works: Sequence[Work]) -> list[str]:
    return sorted({work.facts["field"] for work in works})


def held_rows(works: Sequence[Work], config: Config) -> list[Row]:
    """The passages of works that the encoder has not learnt from, as it sees them."""
    encoder = Encoder(models.current(ROOT / config.tag.model, "encoder"), config.tag.threads)
    made: list[tuple[Example, str]] = []
    for work in works:
        # A list item stands once, behind its chapeau, as a reviewer sees it.
        made += [(e, work.facts["field"]) for e in examples(work.passages) if e.weight == 1.0]
    coded = encoder.encode([e.text for e, _ in made], [e.context for e, _ in made])
    return [Row(e, code, field) for (e, field), code in zip(made, coded, strict=True)]


def _field(name: str, rows: Sequence[Row], seen: int, seed: int) -> list[Point]:
    """The points of one field."""
    base = [row for row in rows if row.field != name]
    mine = [row for row in rows if row.field == name]
    scores: dict[int, list[tuple[float, float]]] = {}
    measured = 0
    for draw in range(DRAWS):
        pool, kept = halves(mine, seed + draw)
        measured = len(kept)
        for count in [step for step in STEPS if step <= len(pool)]:
            scores.setdefault(count, []).append(_score(base, pool[:count], kept))
    return [
        Point(
            field=name,
            reviews=count,
            accuracy=round(float(np.mean(values)), 4),
            english=round(float(np.mean([en for en, _ in values])), 4),
            chinese=round(float(np.mean([zh for _, zh in values])), 4),
            measured=measured,
            encoder_works=seen,
        )
        for count, values in scores.items()
    ]


def halves(rows: Sequence[Row], seed: int) -> tuple[list[Row], list[Row]]:
    """Reviews in random order, and what is measured: alternate runs of neighbouring passages, shifted by the seed."""
    shift = seed % (2 * RUN)
    pool = [row for i, row in enumerate(rows) if (i + shift) // RUN % 2 == 0]
    kept = [row for i, row in enumerate(rows) if (i + shift) // RUN % 2 == 1]
    order = np.random.default_rng(seed).permutation(len(pool))
    return [pool[i] for i in order], kept


def _score(base: Sequence[Row], reviews: Sequence[Row], kept: Sequence[Row]) -> tuple[float, float]:
    """Accuracy in English and Chinese on what is kept, by a head fitted on the base and some reviews."""
    head = fit_head(
        [row.coded for row in base],
        [row.example.force[0] for row in base],
        [row.coded for row in reviews],
        [row.example.force[0] for row in reviews],
        [REVIEW_WEIGHT] * len(reviews),
    )
    best = head.probabilities([row.coded for row in kept]).argmax(axis=1)
    right = [FORCES[int(i)] == row.example.force[0] for i, row in zip(best, kept, strict=True)]
    shares = []
    for lang in ("en", "zh"):
        here = [ok for ok, row in zip(right, kept, strict=True) if row.example.lang == lang]
        shares.append(sum(here) / max(1, len(here)))
    return shares[0], shares[1]
