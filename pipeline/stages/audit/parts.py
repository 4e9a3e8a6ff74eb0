"""Clauses of the two sides of a bead that say the same, so that what one clause does is not excused by another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pipeline.embedding import embed
from pipeline.records import Lang
from pipeline.stages.audit.sides import Pair, Side

CLAUSE = {"en": re.compile(r"(?<=[,;:])\s+"), "zh": re.compile(r"(?<=[，；：。])")}
# Two clauses belong together if each is most like the other, so much at least, and more than the next by so much.
ALIKE = 0.5
MARGIN = 0.05


def clauses(text: str, lang: Lang) -> list[str]:
    """A text cut after its commas, semicolons and colons."""
    return [part for part in CLAUSE[lang].split(text) if part.strip()]


@dataclass(frozen=True)
class Part(Side):
    """A clause of a side, with the tags of its passage."""

    words: str = ""

    @cached_property
    def text(self) -> str:
        return self.words

    @cached_property
    def own(self) -> str:
        return self.words


def clause_pairs(pair: Pair) -> Iterator[Pair]:
    """Pairs of clauses of a bead that are most like each other, in the order of the Chinese ones."""
    zh, en = clauses(pair.zh.own, "zh"), clauses(pair.en.own, "en")
    if len(zh) < 2 or len(en) < 2:
        return
    found = embed([*zh, *en])
    likeness = found[: len(zh)] @ found[len(zh) :].T
    for i, row in enumerate(likeness):
        j = int(row.argmax())
        rivals = [*(x for k, x in enumerate(row) if k != j), *(x for k, x in enumerate(likeness[:, j]) if k != i)]
        if row[j] >= ALIKE and row[j] - max(rivals) >= MARGIN:
            yield Pair(_part(pair.zh, zh[i]), _part(pair.en, en[j]), float(row[j]))


def _part(side: Side, words: str) -> Part:
    return Part(side.lang, side.passages, side.tags, side.status, words)
