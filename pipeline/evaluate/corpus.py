"""What the labelled corpus holds, how far it repeats itself, and how far two labellers agree.

Counts come from the works themselves. Near-duplicates are passages of different works that share more than 60% of their
runs of five characters (Jaccard); candidates come from an index of the runs, so nothing is compared in vain.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pipeline.clauses import Clause
from pipeline.records import FORCES, Record
from pipeline.train.command import splits
from pipeline.works import LabelledPassage, Work, WorkError

GRAM = 5
ALIKE = 0.6
# A run that stands in more passages than this says nothing of any of them; passages that share only such runs are no copies.
COMMON = 200


class SplitError(WorkError):
    """``corpus/splits.toml`` does not say what it must."""


def split_lists(works: Sequence[Work], file: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """The split of each work and the names of the samples.

    Args:
        works: every work.
        file: ``corpus/splits.toml``: lists ``dev``, ``test`` and ``samples``; every other work trains.

    Raises:
        SplitError: if a list names a work that is not there, or two splits name the same.
    """
    try:
        of = splits(works, file)
    except ValueError as error:
        raise SplitError(str(error)) from None
    samples = tuple(tomllib.loads(file.read_text("utf-8")).get("samples", ()))
    unknown = sorted(set(samples) - of.keys())
    if unknown:
        raise SplitError(f"{file}: samples names {unknown[0]!r}, but there is no such work")
    return of, samples


class Twin(Record, frozen=True):
    """Two passages of different works that are nearly the same."""

    first: str
    second: str
    likeness: float
    text: str


def grams(text: str) -> frozenset[str]:
    """Runs of five characters of a text without white space and case."""
    plain = "".join(text.split()).lower()
    return frozenset(plain[i : i + GRAM] for i in range(max(1, len(plain) - GRAM + 1)))


def twins(passages: Iterable[LabelledPassage]) -> tuple[list[Twin], int]:
    """Near-duplicates between works, and how many passages have one.

    Returns:
        pairs in order of likeness, and the number of passages that stand in a pair.
    """
    rows = list(passages)
    runs = [grams(p.text) for p in rows]
    index: dict[str, list[int]] = {}
    for at, run in enumerate(runs):
        for gram in run:
            index.setdefault(gram, []).append(at)
    found: list[Twin] = []
    touched: set[int] = set()
    for at, run in enumerate(runs):
        shared: Counter[int] = Counter()
        for gram in run:
            places = index[gram]
            if len(places) <= COMMON:
                shared.update(other for other in places if other > at)
        for other, count in shared.items():
            if count * 2 < ALIKE * (len(run) + len(runs[other])) * 0.5 or rows[other].work == rows[at].work:
                continue
            likeness = len(run & runs[other]) / len(run | runs[other])
            if likeness > ALIKE:
                touched |= {at, other}
                found.append(
                    Twin(first=rows[at].work, second=rows[other].work, likeness=round(likeness, 3), text=rows[at].text)
                )
    return sorted(found, key=lambda t: (-t.likeness, t.first, t.second, t.text)), len(touched)


def tables(works: Sequence[Work], of: Mapping[str, str]) -> dict[str, list[tuple[str, ...]]]:
    """Counts of the corpus as tables: a name, and rows of which the first is the head."""
    en, zh = [p for work in works for p in work.en], [p for work in works for p in work.zh]
    beads = [bead for work in works for bead in work.beads]
    shapes = Counter(f"{len(b.en)}:{len(b.zh)}" for b in beads)
    planted = Counter(b.divergence for b in beads if b.divergence)
    return {
        "Splits": _splits(works, of, en, zh),
        "Forces": _forces(en, zh),
        "Slots and mentions": [("what", "English", "Chinese"), *_slots(en, zh)],
        "Genres": _by(works, "genre"),
        "Fields": _by(works, "field"),
        "Layouts": _by(works, "layout"),
        "Beads": [("English : Chinese sentences", "beads"), *_most(shapes)],
        "Planted differences": [("kind", "beads"), *_most(planted)],
    }


def clause_table(clauses: Sequence[Clause]) -> list[tuple[str, ...]]:
    """Counts of the single clauses by primary force and language."""
    sides = [[c for c in clauses if c.lang == lang] for lang in ("en", "zh")]
    rows = [(f, *(_n(c.force[0] == f for c in side) for side in sides)) for f in FORCES]
    return [("force, primary", "English", "Chinese"), *rows, ("all", *(str(len(side)) for side in sides))]


def _most(counts: Counter[str]) -> list[tuple[str, ...]]:
    return [(name, str(n)) for name, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def _splits(
    works: Sequence[Work], of: Mapping[str, str], en: Sequence[LabelledPassage], zh: Sequence[LabelledPassage]
) -> list[tuple[str, ...]]:
    rows = [
        (
            split,
            _n(of[w.id] == split for w in works),
            _n(of[p.work] == split for p in en),
            _n(of[p.work] == split for p in zh),
        )
        for split in ("train", "dev", "test")
    ]
    return [
        ("split", "works", "English passages", "Chinese passages"),
        *rows,
        ("all", str(len(works)), str(len(en)), str(len(zh))),
    ]


def _forces(en: Sequence[LabelledPassage], zh: Sequence[LabelledPassage]) -> list[tuple[str, ...]]:
    sides = (en, zh)
    return [
        ("force", "English, primary", "Chinese, primary", "English, any", "Chinese, any"),
        *(
            (
                f,
                *(_n(p.force[0] == f for p in side) for side in sides),
                *(_n(f in p.force for p in side) for side in sides),
            )
            for f in FORCES
        ),
    ]


def _n(hits: Iterable[bool]) -> str:
    return str(sum(hits))


def _by(works: Sequence[Work], key: str) -> list[tuple[str, ...]]:
    counts = Counter(work.facts[key] for work in works)
    passages = Counter(work.facts[key] for work in works for _ in work.passages)
    return [(key, "works", "passages"), *((name, n, str(passages[name])) for name, n in _most(counts))]


def _slots(en: Sequence[LabelledPassage], zh: Sequence[LabelledPassage]) -> list[tuple[str, ...]]:
    def of(rows: Sequence[LabelledPassage]) -> dict[str, int]:
        statements = [s for p in rows for s in p.statements]
        return {
            "statements": len(statements),
            "bearers": sum(s.bearer is not None for s in statements),
            "counterparties": sum(s.counterparty is not None for s in statements),
            "actions": sum(s.action is not None for s in statements),
            "conditions": sum(s.condition is not None for s in statements),
            "hedges": sum(len(s.hedges) for s in statements),
            "deadlines": sum(len(p.deadlines) for p in rows),
            "quantities": sum(len(p.quantities) for p in rows),
            "instruments": sum(len(p.instruments) for p in rows),
            "actors": sum(len(p.actors) for p in rows),
            "actors with an id": sum(bool(a.id) for p in rows for a in p.actors),
            "list items behind a chapeau": sum(bool(p.chapeau) for p in rows),
            "passages with two or more forces": sum(len(p.force) > 1 for p in rows),
        }

    left, right = of(en), of(zh)
    return [(name, str(left[name]), str(right[name])) for name in left]
