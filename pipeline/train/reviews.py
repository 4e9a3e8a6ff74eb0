"""Turns what people decided in review into training examples.

A decision carries the passage it was made on (text, language, status, context), so it can be learnt from when the run is
long gone. The decisions on one passage are taken together: the forces of its accepted and corrected statements are the
passage's forces. A passage of which every statement was rejected says what it is not, but not what it is: it teaches nothing.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.encoder import context
from pipeline.export.reviews import Decision, decisions
from pipeline.records import FORCES
from pipeline.train.examples import Example

# A person's word counts as much as this many passages of the works.
REVIEW_WEIGHT = 3.0


def reviewed(folder: Path) -> list[Example]:
    """An example for each passage that people accepted or corrected something in.

    Args:
        folder: the reviews folder; it need not exist.
    """
    groups: dict[str, list[Decision]] = {}
    for decision in decisions(folder).values() if folder.is_dir() else ():
        if decision.passage is not None and decision.state in ("accepted", "corrected"):
            groups.setdefault(decision.passage.id, []).append(decision)
    made = []
    for _, group in sorted(groups.items()):
        passage = group[0].passage
        assert passage is not None
        said = [str(d.changes.get("force", d.force)) for d in sorted(group, key=lambda d: d.start)]
        forces = tuple(dict.fromkeys(force for force in said if force in FORCES))
        if forces:
            where = context(passage.legal_status, passage.genre, passage.section, passage.before)
            made.append(
                Example(passage.id, f"review:{passage.document}", passage.lang, passage.text, where,
                        passage.legal_status, forces, weight=REVIEW_WEIGHT)
            )  # fmt: skip
    return made
