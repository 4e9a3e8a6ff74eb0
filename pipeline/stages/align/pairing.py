"""Which documents are the two languages of one work: said by the configuration, by file names, or found by content.

A file in both languages is a work by itself. Documents in one language are paired by the configuration's list, else by
names that differ only in the mark of the language (``summit.en.pdf``, ``summit.zh.pdf``). What is left is compared by content:
the passages of two documents that are each other's nearest in meaning and stand in the same order, as a share of the
shorter document. On the project's 65 works as 130 unnamed documents a translation has at least 0.88 and anything else at
most 0.35, a year's report against the next year's included.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.records import Lang

LANGUAGE_MARK = re.compile(r"[._ -](?:en|zh|eng|chi|cn|english|chinese|中文|英文)$", re.IGNORECASE)
# Fewer passages in order than this can fall so by chance.
FEWEST = 4


@dataclass(frozen=True)
class Document:
    """A document to be paired: its path, and the vectors of its passages by language, shape (passages, dimensions)."""

    id: str
    path: str
    vectors: Mapping[Lang, NDArray[np.float32]]

    @property
    def lang(self) -> Lang | None:
        """The only language of the document; None if it has both, or no passage."""
        held = [lang for lang, rows in self.vectors.items() if len(rows)]
        return held[0] if len(held) == 1 else None


@dataclass(frozen=True)
class Pairing:
    """Documents of one work, how sure it is that they are (0 to 1), what that rests on, and whether a person should look."""

    documents: tuple[str, ...]
    score: float
    how: str
    doubtful: bool


def pair(
    documents: Sequence[Document], given: Sequence[Sequence[str]], least: float, sure: float, margin: float
) -> list[Pairing]:
    """Groups documents into works.

    Args:
        documents: every document of the run.
        given: lists of paths that are one work, as the configuration says.
        least: below this share by content nothing is paired.
        sure: below this share a pair by content is doubtful.
        margin: a pair by content is doubtful too if another document comes as near to either of the two.

    Returns:
        works in order of their first document's path; every document stands in exactly one.

    Raises:
        ValueError: if the configuration puts a path into two works.
    """
    ordered = sorted(documents, key=lambda d: d.path)
    by_path = {d.path: d for d in ordered}
    works: list[Pairing] = []
    taken: set[str] = set()
    for paths in given:
        group = tuple(by_path[path].id for path in paths if path in by_path)
        if taken & set(group):
            raise ValueError(f"[align] works names a document twice: {', '.join(paths)}")
        if group:
            works.append(Pairing(group, 1.0, "configuration", False))
            taken.update(group)
    for group in _by_name([d for d in ordered if d.id not in taken]):
        works.append(Pairing(group, 1.0, "file names", False))
        taken.update(group)
    left = [d for d in ordered if d.id not in taken]
    found = _by_content([d for d in left if d.lang], least, sure, margin)
    taken.update(document for work in found for document in work.documents)
    works += found
    works += [Pairing((d.id,), 1.0, "one file", False) for d in left if d.id not in taken]
    place = {d.id: i for i, d in enumerate(ordered)}
    return sorted(works, key=lambda work: place[work.documents[0]])


def _by_name(documents: Sequence[Document]) -> list[tuple[str, ...]]:
    """Two or more documents whose names are the same but for the mark of the language."""
    groups: dict[str, list[str]] = {}
    for document in documents:
        stem = document.path.rsplit(".", 1)[0]
        bare = LANGUAGE_MARK.sub("", stem)
        if bare != stem:
            groups.setdefault(bare, []).append(document.id)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def _by_content(documents: Sequence[Document], least: float, sure: float, margin: float) -> list[Pairing]:
    """Pairs of a Chinese and an English document, the likest first, each document in one."""
    chinese = [d for d in documents if d.lang == "zh"]
    english = [d for d in documents if d.lang == "en"]
    scores = np.array([[likeness(z.vectors["zh"], e.vectors["en"]) for e in english] for z in chinese])
    pairs: list[Pairing] = []
    open_rows, open_columns = set(range(len(chinese))), set(range(len(english)))
    order = sorted((-scores[i, j], i, j) for i in open_rows for j in open_columns if scores[i, j] >= least)
    for minus, i, j in order:
        if i not in open_rows or j not in open_columns:
            continue
        open_rows.discard(i)
        open_columns.discard(j)
        others = max([0.0, *np.delete(scores[i], j), *np.delete(scores[:, j], i)])
        doubtful = bool(-minus < sure or -minus - others < margin)
        both = sorted((chinese[i], english[j]), key=lambda d: d.path)
        pairs.append(Pairing(tuple(d.id for d in both), round(float(-minus), 4), "content", doubtful))
    return pairs


def likeness(source: NDArray[np.float32], target: NDArray[np.float32]) -> float:
    """The share of the shorter document whose passages have a mutual nearest neighbour in the other, all in one order.

    Args:
        source, target: vectors of the passages of each, unit length, shape (passages, dimensions).
    """
    near = source @ target.T
    forth, back = near.argmax(axis=1), near.argmax(axis=0)
    tails: list[int] = []
    for i, j in enumerate(forth.tolist()):
        if back[j] == i:
            at = bisect_left(tails, j)
            tails[at : at + 1] = [j]
    return len(tails) / min(near.shape) if len(tails) >= FEWEST else 0.0
