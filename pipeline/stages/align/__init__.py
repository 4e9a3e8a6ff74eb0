"""Pairs documents into works and aligns their two languages.

A file in both languages is a work by itself; two files are one work if their names differ only in the mark of the language
(``summit.en.pdf``, ``summit.zh.pdf``). A document without a partner is a work in one language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.config import AlignSettings
from pipeline.records import (
    Alignments,
    Bead,
    Facts,
    Parsed,
    Passage,
    Passages,
    TaggedDocument,
    WorkAlignment,
    stable_id,
)
from pipeline.stage import Stage
from pipeline.stages.align.sentences import Match, align

__all__ = ["STAGE", "Match", "align", "align_sentences"]

LANGUAGE_MARK = re.compile(r"[._ -](?:en|zh|eng|chi|cn|english|chinese|中文|英文)$", re.IGNORECASE)


def align_sentences(source: Sequence[str], target: Sequence[str]) -> list[Match]:
    """The alignment of two texts, a sentence an entry: see ``sentences.align``."""
    return align(source, target)


def works_by_name(paths: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Documents grouped into works by their file names, in order of path.

    Args:
        paths: document id to path.
    """
    groups: dict[str, list[str]] = {}
    for document in sorted(paths, key=lambda d: paths[d]):
        stem = paths[document].rsplit(".", 1)[0]
        bare = LANGUAGE_MARK.sub("", stem)
        groups.setdefault(bare if bare != stem else document, []).append(document)
    return [tuple(group) for group in groups.values()]


def build(settings: AlignSettings) -> Any:
    """The stage's function: every document's passages to the works of the corpus."""

    def run(
        facts: Mapping[str, Facts],
        parsed: Mapping[str, Parsed],
        passages: Mapping[str, Passages],
        tagged: Mapping[str, TaggedDocument],
    ) -> Alignments:
        works = []
        for documents in works_by_name({d: p.path for d, p in parsed.items()}):
            flat = [p for d in documents for p in passages[d].passages]
            works.append(
                WorkAlignment(
                    work=stable_id("w", *documents),
                    documents=documents,
                    score=1.0,
                    how="one file" if len(documents) == 1 else "file names",
                    doubtful=False,
                    beads=_beads(flat, settings),
                )
            )
        return Alignments(works=tuple(works))

    return run


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


STAGE = Stage("align", ("facts", "parsed", "passages", "tagged"), "alignments", Alignments, "corpus", build)
