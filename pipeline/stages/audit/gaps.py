"""What one language leaves out: a clause inside a bead, a passage between two beads.

Only length makes a bead suspect; a clause counts as missing if the other language has nothing like it and the rest of the
bead is more like the other language than the whole was. Free translation spells out and sums up, so a little of either is no
gap.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.embedding import embed
from pipeline.records import Lang
from pipeline.stages.audit.parts import clauses
from pipeline.stages.audit.sides import NAMES, Found, Pair, Severity, Side

# English letters for a Chinese character: the median over the works and the reports (3.5), as a logarithm.
USUAL = 1.26
# A bead is suspect if a side is longer than usual by so much (as a logarithm), and a clause missing if it is no more like
# the other side than ALIKE and without it the two are more alike by GAIN. Chosen on train and dev works and on reports, by
# taking clauses out: two in five are found, and one bead in two hundred of a freely translated report is suspected wrongly.
LONGER = 0.25
ALIKE = 0.45
GAIN = 0.08
SHORTEST: dict[Lang, int] = {"en": 25, "zh": 8}
LEAST_SHARE = 0.15


def size(text: str) -> int:
    """Characters without blanks."""
    return sum(not char.isspace() for char in text)


def clause(pair: Pair) -> Iterator[Found]:
    """A clause of the longer side that the other side does not have; at most one."""
    zh, en = size(pair.zh.own), size(pair.en.own)
    if not zh or not en:
        return
    more = math.log(zh / en) + USUAL
    if abs(more) < LONGER:
        return
    one, other = (pair.zh, pair.en) if more > 0 else (pair.en, pair.zh)
    words = _missing(one, other)
    if words:
        severity: Severity = "high" if one.status == "binding" else "medium"
        yield Found("missing", severity, f"{NAMES[other.lang]} has nothing for “{words}”")


def _missing(one: Side, other: Side) -> str:
    """The clause of one side that is least like the other side, if that is little enough; empty if there is none."""
    parts = clauses(one.own, one.lang)
    if len(parts) < 2:
        return ""
    joint = "" if one.lang == "zh" else " "
    rests = [joint.join(parts[:i] + parts[i + 1 :]) for i in range(len(parts))]
    found = embed([*parts, *rests, one.own, other.own, *clauses(other.own, other.lang)])
    count = len(parts)
    here, rest, whole, there, pieces = (
        found[:count], found[count : 2 * count], found[2 * count], found[2 * count + 1], found[2 * count + 1 :]
    )  # fmt: skip
    alike, gain = (here @ pieces.T).max(axis=1), rest @ there - whole @ there
    best = int(np.argmax(gain))
    long = size(parts[best]) >= max(SHORTEST[one.lang], LEAST_SHARE * size(one.own))
    return parts[best].strip(" ,;:，；：。") if long and alike[best] < ALIKE and gain[best] > GAIN else ""


def passage(alone: Side, neighbours: Sequence[str]) -> Iterator[Found]:
    """A passage without counterpart, if the other language's passages around its place say nothing like it.

    Args:
        alone: the passage.
        neighbours: what stands before and after its place in the other language.
    """
    if size(alone.own) < 2 * SHORTEST[alone.lang] or alone.forces == {"none"}:
        return
    other: Lang = "en" if alone.lang == "zh" else "zh"
    found = embed([alone.own, *neighbours, *(part for text in neighbours for part in clauses(text, other))])
    if float((found[1:] @ found[0]).max(initial=0.0)) < ALIKE:
        severity: Severity = "high" if alone.status == "binding" else "medium"
        yield Found("missing", severity, f"{NAMES[other]} has no counterpart of this passage")
