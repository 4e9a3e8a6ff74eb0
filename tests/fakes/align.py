"""Two documents with the same number of passages, one English and one Chinese, are one work."""

from __future__ import annotations

from typing import Any

from pipeline.config import AlignSettings
from pipeline.records import (
    Alignments,
    Bead,
    Facts,
    Parsed,
    Passages,
    TaggedDocument,
    WorkAlignment,
    stable_id,
)
from pipeline.stage import Stage


def align(
    facts: dict[str, Facts],
    parsed: dict[str, Parsed],
    passages: dict[str, Passages],
    tagged: dict[str, TaggedDocument],
) -> Alignments:
    english = [d for d, f in facts.items() if f.languages == ("en",)]
    chinese = [d for d, f in facts.items() if f.languages == ("zh",)]
    works = []
    for source in english:
        for target in chinese:
            left, right = passages[source].passages, passages[target].passages
            if left and len(left) == len(right):
                beads = tuple(Bead(source=(a.id,), target=(b.id,), score=0.9) for a, b in zip(left, right, strict=True))
                works.append(
                    WorkAlignment(
                        work=stable_id("w", source, target),
                        documents=(source, target),
                        score=1,
                        how="length",
                        doubtful=False,
                        beads=beads,
                    )
                )
    return Alignments(works=tuple(works))


def build(settings: AlignSettings) -> Any:
    return align


STAGE = Stage("align", ("facts", "parsed", "passages", "tagged"), "alignments", Alignments, "corpus", build)
