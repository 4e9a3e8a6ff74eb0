"""How far two people agree who labelled the same sentences without seeing each other's labels.

The second labelling stands in ``corpus/second/NAME.txt``, in the format of the works; a file holds a work or a part of one.
Sentences are paired by language and text. Forces are compared by Cohen's kappa (Cohen 1960), for the primary force and for
each force against all others; spans by F1, in which neither labeller is the right one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from pipeline.evaluate.figures import Pair, f1, spans
from pipeline.records import FORCES, Record
from pipeline.works import LabelledPassage, Work


class Kappa(Record, frozen=True):
    """Agreement on a label: Cohen's kappa, the share of equal answers, and how often each labeller gave it."""

    label: str
    kappa: float
    equal: float
    first: int
    second: int


class Disagreement(Record, frozen=True):
    """A sentence on whose primary force two labellers differ, with its place in the first labelling."""

    work: str
    line: int
    lang: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    text: str


class Agreement(Record, frozen=True):
    """What two labellings of the same sentences have in common."""

    passages: int
    works: int
    forces: tuple[Kappa, ...]
    spans: dict[str, float]
    disagreements: tuple[Disagreement, ...]


def kappa(first: Sequence[str], second: Sequence[str]) -> float:
    """Cohen's kappa of two sequences of labels; 1 where both are always the same single label."""
    total = len(first)
    if not total:
        return 0.0
    seen = sum(a == b for a, b in zip(first, second, strict=True)) / total
    left, right = Counter(first), Counter(second)
    chance = sum(left[label] * right[label] for label in left) / total**2
    return 1.0 if chance == 1.0 else (seen - chance) / (1.0 - chance)


def pairs(first: Sequence[Work], second: Sequence[Work]) -> list[tuple[LabelledPassage, LabelledPassage]]:
    """Passages labelled twice: of the same work, language and text, in order, each once."""
    waiting: dict[tuple[str, str, str], list[LabelledPassage]] = {}
    for work in second:
        for p in work.passages:
            waiting.setdefault((p.work, p.lang, p.text), []).append(p)
    found = []
    for work in first:
        for p in work.passages:
            others = waiting.get((p.work, p.lang, p.text))
            if others:
                found.append((p, others.pop(0)))
    return found


def agreement(first: Sequence[Work], second: Sequence[Work]) -> Agreement:
    """Compares two labellings; passages that only one of them has are left out."""
    both = pairs(first, second)
    a, b = [p.force[0] for p, _ in both], [q.force[0] for _, q in both]
    forces = [_kappa("primary force", a, b)]
    for force in FORCES:
        left = [str(force in p.force) for p, _ in both]
        right = [str(force in q.force) for _, q in both]
        if "True" in left or "True" in right:
            forces.append(_kappa(force, left, right))
    totals: dict[str, list[float]] = {}
    for p, q in both:
        mine, theirs = _spans(p), _spans(q)
        for name in mine:
            for exact in (True, False):
                counts = spans(mine[name], theirs[name], exact)
                key = f"{name}, {'exact' if exact else 'overlap'}"
                totals[key] = [x + y for x, y in zip(totals.get(key, [0.0] * 3), counts, strict=True)]
    return Agreement(
        passages=len(both),
        works=len({p.work for p, _ in both}),
        forces=tuple(forces),
        spans={name: round(f1(np.array(counts)), 4) for name, counts in totals.items() if sum(counts)},
        disagreements=tuple(
            Disagreement(work=p.work, line=p.line, lang=p.lang, first=p.force, second=q.force, text=p.text)
            for p, q in both
            if p.force[0] != q.force[0]
        ),
    )


def _kappa(label: str, first: Sequence[str], second: Sequence[str]) -> Kappa:
    equal = sum(a == b for a, b in zip(first, second, strict=True)) / len(first) if first else 0.0
    wanted = [x for x in first if x != "False"], [x for x in second if x != "False"]
    return Kappa(
        label=label,
        kappa=round(kappa(first, second), 4),
        equal=round(equal, 4),
        first=len(wanted[0]),
        second=len(wanted[1]),
    )


def _spans(p: LabelledPassage) -> dict[str, list[Pair]]:
    statements = p.statements
    return {
        "actors": [(a.start, a.end) for a in p.actors],
        "bearers": [s.bearer for s in statements if s.bearer],
        "actions": [s.action for s in statements if s.action],
        "conditions": [s.condition for s in statements if s.condition],
        "counterparties": [s.counterparty for s in statements if s.counterparty],
        "hedges": [hedge for s in statements for hedge in s.hedges],
        "instruments": [(i.start, i.end) for i in p.instruments],
        "deadlines": [(d.start, d.end) for d in p.deadlines],
        "quantities": [(q.start, q.end) for q in p.quantities],
    }
