"""Pairs documents into works (``pairing``) and aligns the two languages of each, passage by passage (``sentences``).

A document without a partner is a work in one language and has no beads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pipeline.config import AlignSettings
from pipeline.records import (
    Alignments,
    Bead,
    Lang,
    Parsed,
    Passage,
    Passages,
    Vectors,
    WorkAlignment,
    stable_id,
)
from pipeline.stage import Stage
from pipeline.stages.align.pairing import Document, pair
from pipeline.stages.align.sentences import Match, align

__all__ = ["STAGE", "Match", "align", "align_sentences"]


def align_sentences(source: Sequence[str], target: Sequence[str]) -> list[Match]:
    """The alignment of two texts, a sentence an entry: see ``sentences.align``."""
    return align(source, target)


def build(settings: AlignSettings) -> Any:
    """The stage's function: every document's passages to the works of the corpus."""

    def run(
        parsed: Mapping[str, Parsed], passages: Mapping[str, Passages], vectors: Mapping[str, Vectors]
    ) -> Alignments:
        documents = [_document(parsed[d], passages[d], vectors[d]) for d in sorted(parsed)]
        works = []
        for found in pair(documents, settings.works, settings.pair_score, settings.sure_score, settings.margin):
            flat = [p for d in found.documents for p in passages[d].passages]
            works.append(
                WorkAlignment(
                    work=stable_id("w", *found.documents),
                    documents=found.documents,
                    score=found.score,
                    how=found.how,
                    doubtful=found.doubtful,
                    beads=_beads(flat, settings),
                )
            )
        return Alignments(works=tuple(works))

    return run


def _document(parsed: Parsed, passages: Passages, vectors: Vectors) -> Document:
    """What pairing needs of a document."""
    rows = np.frombuffer(vectors.data, np.dtype("<f2")).reshape(-1, vectors.dimensions).astype(np.float32)
    by_lang: dict[Lang, Any] = {
        lang: rows[[i for i, p in enumerate(passages.passages) if p.lang == lang]] for lang in ("en", "zh")
    }
    return Document(id=passages.document, path=parsed.path, vectors=by_lang)


def _beads(flat: Sequence[Passage], settings: AlignSettings) -> tuple[Bead, ...]:
    chinese = [p for p in flat if p.lang == "zh"]
    english = [p for p in flat if p.lang == "en"]
    if not chinese or not english:
        return ()
    found = align([p.text[p.item_start :] for p in chinese], [p.text[p.item_start :] for p in english])
    return tuple(
        Bead(
            source=tuple(chinese[i].id for i in m.source), target=tuple(english[j].id for j in m.target), score=m.score
        )
        for m in found
        if m.source and m.target and m.score >= settings.bead_score
    )


STAGE = Stage("align", ("parsed", "passages", "vectors"), "alignments", Alignments, "corpus", build)
