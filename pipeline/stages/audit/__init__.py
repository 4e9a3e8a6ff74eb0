"""Audits the two languages of a work against each other: what one says and the other does not.

In order: the passages of each bead become two sides with their tags; each side is read for force, negation, hedges, numbers,
dates, actors, instruments and missing clauses, and what differs becomes a row with both quotes; then passages that stand
alone between two sure beads. A chapeau that many list items share is told once. Precision comes before recall: a
difference needs words to show for it, and nothing in the other language that might answer to them.

Works whose pairing is in doubt are left out: two texts that do not belong together differ everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from pipeline.config import ROOT, AuditSettings
from pipeline.records import (
    Alignments,
    Bead,
    Divergence,
    Divergences,
    Facts,
    Lang,
    Passage,
    Passages,
    Tagged,
    TaggedDocument,
    WorkAlignment,
)
from pipeline.stage import Stage, tick
from pipeline.stages.audit import cues, gaps, names, values
from pipeline.stages.audit.reader import Judge
from pipeline.stages.audit.sides import Found, Pair, Side

CHECKS: tuple[Callable[[Pair], Iterator[Found]], ...] = (
    cues.force,
    values.number,
    values.date,
    names.actor,
    names.instrument,
    cues.negation,
    cues.hedge,
    cues.proviso,
    gaps.clause,
)
SEVERITIES = ("low", "medium", "high")
STATUSES = ("analysis", "political", "binding")


def compare(pair: Pair) -> list[Found]:
    """Every difference of a pair, each kind at most a few times; a denial that is a difference of force is told once."""
    found: list[Found] = []
    for check in CHECKS:
        for difference in check(pair):
            if difference.kind != "negation" or not any(f.kind in ("force", "negation") for f in found):
                found.append(difference)
    return found


def compare_all(pairs: Sequence[Pair], judge: Judge, among: Sequence[Pair] = ()) -> list[list[Found]]:
    """The differences of each bead of a work: what the rules say, with all other evidence weighed (see ``reader``).

    Args:
        pairs: the beads.
        judge: weighs the evidence.
        among: other beads of their work, against which they are held; if there are none, against each other.
    """
    told = []
    for pair in pairs:
        tick(0)
        told.append(compare(pair))
    return judge(pairs, told, among)


class _Work:
    """The passages of a work with their tags, by id, and the sides of its beads."""

    def __init__(
        self,
        work: WorkAlignment,
        facts: Mapping[str, Facts],
        passages: Mapping[str, Passages],
        tagged: Mapping[str, TaggedDocument],
    ) -> None:
        self.work = work
        # One work has one status; where its documents seem to differ, the weaker keeps the audit from overstating.
        self.status = min((facts[d].legal_status for d in work.documents), key=STATUSES.index)
        self.passages: dict[str, Passage] = {}
        self.tags: dict[str, Tagged] = {}
        for document in work.documents:
            for passage, tags in zip(passages[document].passages, tagged[document].tagged, strict=True):
                self.passages[passage.id], self.tags[passage.id] = passage, tags

    def side(self, ids: Sequence[str]) -> Side:
        found = tuple(self.passages[i] for i in ids)
        return Side(found[0].lang, found, tuple(self.tags[i] for i in ids), self.status)

    def pair(self, bead: Bead) -> Pair:
        sides: dict[Lang, Side] = {side.lang: side for side in (self.side(bead.source), self.side(bead.target))}
        return Pair(sides["zh"], sides["en"], bead.score)

    def beads(self, score: float, judge: Judge) -> Iterator[Divergence]:
        """Differences inside beads with two sides that are alike enough to be held against each other."""
        told: set[tuple[str, str, str]] = set()
        beads = [bead for bead in self.work.beads if bead.source and bead.target and bead.score >= score]
        for bead, differences in zip(beads, compare_all([self.pair(bead) for bead in beads], judge), strict=True):
            for found in differences:
                chapeau = "".join(self.passages[i].text[: self.passages[i].item_start] for i in bead.source)
                key = (chapeau, found.kind, found.detail)
                if not chapeau or key not in told:
                    told.add(key)
                    yield found.record(self.work.work, bead.source, bead.target)

    def alone(self, score: float) -> Iterator[Divergence]:
        """Passages without counterpart whose neighbours on both sides have theirs, next to each other."""
        bead_of = {i: bead for bead in self.work.beads if bead.source and bead.target and bead.score >= score
                   for i in (*bead.source, *bead.target)}  # fmt: skip
        matched = {i for bead in self.work.beads if bead.source and bead.target for i in (*bead.source, *bead.target)}
        order = {i: n for lang in ("en", "zh") for n, i in enumerate(self._in(lang))}
        for lang in ("zh", "en"):
            for before, here, after in _triples(self._in(lang)):
                if here in matched or before not in bead_of or after not in bead_of:
                    continue
                left, right = (self._other(bead_of[i], lang) for i in (before, after))
                if order[left[-1]] + 1 != order[right[0]]:
                    continue
                side = self.side([here])
                for found in gaps.passage(side, [self.side(left).own, self.side(right).own]):
                    chinese = lang == "zh"
                    yield found.record(self.work.work, (here,) if chinese else (), () if chinese else (here,))

    def _in(self, lang: str) -> list[str]:
        return [i for i, passage in self.passages.items() if passage.lang == lang]

    def _other(self, bead: Bead, lang: str) -> tuple[str, ...]:
        return bead.target if self.passages[bead.source[0]].lang == lang else bead.source


def _triples(items: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    return ((a, b, c) for (a, b), (_, c) in pairwise(pairwise(items)))


def build(settings: AuditSettings) -> Any:
    """The stage's function: the works of the corpus to what their languages do not say alike."""
    least = SEVERITIES.index(settings.severity)
    judge = Judge(ROOT / settings.model)

    def run(
        facts: Mapping[str, Facts],
        passages: Mapping[str, Passages],
        tagged: Mapping[str, TaggedDocument],
        alignments: Alignments,
    ) -> Divergences:
        found = [
            divergence
            for work in alignments.works
            if work.beads and not work.doubtful
            for read in [_Work(work, facts, passages, tagged)]
            for divergence in (*read.beads(settings.score, judge), *read.alone(settings.score))
        ]
        return Divergences(divergences=tuple(d for d in found if SEVERITIES.index(d.severity) >= least))

    return run


STAGE = Stage("audit", ("facts", "passages", "tagged", "alignments"), "divergences", Divergences, "corpus", build)
