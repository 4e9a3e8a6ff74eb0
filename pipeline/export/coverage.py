"""Counts commitments by layer, function and how binding they are, and by actor and function; a cell with none is a gap.

The function of a commitment is the one whose cue words (``corpus/lexicons/functions.toml``) its sentence has most of,
the earlier function in the file where two are equal; one without any cue is ``unassigned``, so that the cells always
add up to the table. The layer is its bearer's; a commitment whose bearer is hidden is ``unspecified``.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.lexicons import lexicon
from pipeline.tables import BINDINGS, LAYERS, ActorCoverageRow, CommitmentRow, CoverageRow, EntityRow

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


def _names() -> tuple[tuple[str, str, str], ...]:
    """Id, English and Chinese name of each function, and last of what has none."""
    return (*((f.id, f.en, f.zh) for f in functions()), (UNASSIGNED, UNASSIGNED, "未归类"))


def coverage(rows: Sequence[CommitmentRow]) -> tuple[CoverageRow, ...]:
    """Every cell of layer × function × binding, the empty ones too.

    Rejected statements are not counted. Cells of an unassigned function or unspecified layer are there only if they
    hold something: an empty one would be no gap.
    """
    held: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in rows:
        if row.review != "rejected":
            held[row.layer or UNSPECIFIED, function_of(row), row.binding].append(row.statement_id)
    cells = []
    for layer in (*LAYERS, UNSPECIFIED):
        for name, english, chinese in _names():
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


def actor_key(row: CommitmentRow) -> tuple[str, str]:
    """What tells a bearer from others: its canonical id, else its language and words, whatever their case."""
    return ("id", row.bearer_id) if row.bearer_id else (row.lang, " ".join(row.bearer.casefold().split()))


def actors_coverage(rows: Sequence[CommitmentRow], named: Sequence[EntityRow]) -> tuple[ActorCoverageRow, ...]:
    """What each actor is bound to do, a row a function: the actor with the most statements first.

    A bearer with a canonical id counts over both languages and all its names; one without is told apart by its words,
    whatever their case. Rejected statements and those without a named bearer are not counted.

    Args:
        rows: the commitments of a run.
        named: its actors, which give an id its names.
    """
    known = {actor.id: actor for actor in named if actor.id}
    held: defaultdict[tuple[str, str], list[CommitmentRow]] = defaultdict(list)
    for row in rows:
        if row.bearer and row.review != "rejected":
            held[actor_key(row)].append(row)
    found = []
    for _, group in sorted(held.items(), key=lambda item: (-len(item[1]), item[0])):
        words, lang = most_common(row.bearer for row in group), group[0].lang
        entity = known.get(group[0].bearer_id)
        layer = most_common(row.layer or UNSPECIFIED for row in group)
        by_function: defaultdict[str, list[CommitmentRow]] = defaultdict(list)
        for row in group:
            by_function[function_of(row)].append(row)
        for name, english, chinese in _names():
            if part := by_function.get(name):
                binds = Counter(row.binding for row in part)
                found.append(
                    ActorCoverageRow(
                        actor=group[0].bearer_id or words,
                        name_en=entity.name_en if entity else words if lang == "en" else "",
                        name_zh=entity.name_zh if entity else words if lang == "zh" else "",
                        layer=layer,
                        function=name,
                        function_en=english,
                        function_zh=chinese,
                        count=len(part),
                        legally_binding=binds["legally_binding"],
                        politically_binding=binds["politically_binding"],
                        voluntary=binds["voluntary"],
                        none=binds["none"],
                        statements=tuple(row.statement_id for row in part),
                    )
                )
    return tuple(found)


def most_common(values: Iterable[str]) -> str:
    """The value met most often, the first in order where two are equal."""
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], value))
