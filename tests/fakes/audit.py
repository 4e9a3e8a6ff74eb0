"""The first pair of every work differs in force."""

from __future__ import annotations

from typing import Any

from pipeline.config import AuditSettings
from pipeline.records import Alignments, Divergence, Divergences, Facts, Passages, TaggedDocument
from pipeline.stage import Stage


def audit(
    facts: dict[str, Facts],
    passages: dict[str, Passages],
    tagged: dict[str, TaggedDocument],
    alignments: Alignments,
) -> Divergences:
    return Divergences(
        divergences=tuple(
            Divergence(
                work=work.work,
                kind="force",
                severity="high",
                source=work.beads[0].source,
                target=work.beads[0].target,
                detail="for the test",
            )
            for work in alignments.works
        )
    )


def build(settings: AuditSettings) -> Any:
    return audit


STAGE = Stage("audit", ("facts", "passages", "tagged", "alignments"), "divergences", Divergences, "corpus", build)
