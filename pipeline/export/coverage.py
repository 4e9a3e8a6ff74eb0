"""Counts commitments by layer, function and how binding they are; a cell with none is a gap.

The function of a commitment is the one whose cue words (``corpus/lexicons/functions.toml``) its sentence has most of,
the earlier function in the file where two are equal; one without any cue is ``unassigned``, so that the cells always
add up to the table. The layer is its bearer's; a commitment whose bearer is hidden is ``unspecified``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.lexicons import lexicon
from pipeline.tables import BINDINGS, LAYERS, CommitmentRow, CoverageRow

UNASSIGNED = "unassigned"
UNSPECIFIED = "unspecified"


@dataclass(frozen=True)
class Function:
    """A function of governance, with the patterns of its cue words in each language."""

    id: str
    en: str
    zh: str
    cues: dict[str, re.Pattern[str]]


@cache
def functions() -> tuple[Function, ...]:
    """The functions of the lexicon, in its order."""
    return tuple(
        Function(
            id=entry["id"],
            en=entry["en"],
            zh=entry["zh"],
            cues={
                "en": re.compile(rf"\b(?:{'|'.join(map(_english, entry['cues_en']))})\b", re.IGNORECASE),
                "zh": re.compile("|".join(re.escape(cue) for cue in sorted(entry["cues_zh"], key=len, reverse=True))),
            },
        )
        for entry in lexicon("functions")["function"]
    )


def _english(cue: str) -> str:
    """A cue as a pattern: blanks stand for any white space, a star for any ending."""
    return re.escape(cue).replace(r"\ ", r"\s+").replace(r"\*", r"\w*")


def function_of(row: CommitmentRow) -> str:
    """The id of the function that a commitment serves, or ``unassigned``."""
    text = f"{row.section} {row.quote}"
    scores = {function.id: len(set(function.cues[row.lang].findall(text))) for function in functions()}
    best = max(scores, key=lambda name: scores[name], default=UNASSIGNED)
    return best if scores.get(best) else UNASSIGNED


def coverage(rows: Sequence[CommitmentRow]) -> tuple[CoverageRow, ...]:
    """Every cell of layer × function × binding, the empty ones too.

    Rejected statements are not counted. Cells of an unassigned function or unspecified layer are there only if they
    hold something: an empty one would be no gap.
    """
    held: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in rows:
        if row.review != "rejected":
            held[row.layer or UNSPECIFIED, function_of(row), row.binding].append(row.statement_id)
    names = [(f.id, f.en, f.zh) for f in functions()]
    cells = []
    for layer in (*LAYERS, UNSPECIFIED):
        for name, english, chinese in (*names, (UNASSIGNED, UNASSIGNED, "未归类")):
            for binding in BINDINGS:
                statements = tuple(held.get((layer, name, binding), ()))
                named = layer != UNSPECIFIED and name != UNASSIGNED
                if statements or named:
                    cells.append(
                        CoverageRow(
                            layer=layer,
                            function=name,
                            function_en=english,
                            function_zh=chinese,
                            binding=binding,
                            count=len(statements),
                            gap=not statements,
                            statements=statements,
                        )
                    )
    return tuple(cells)
