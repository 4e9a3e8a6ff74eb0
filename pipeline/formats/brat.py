"""brat standoff: a text and its annotations for each document, with the configuration that brat needs.

In order: the passages of a document are laid out a line each, a chapeau once and its list items under it; every mark is
moved from its passage into that text; one that lies partly in the chapeau becomes a discontinuous span; statements, slots
and actors become text-bound annotations, slots are tied to their statements by relations, force and strength are
attributes, and the statement's id stands in a note. Marks that several passages share (the bearer in a chapeau) stand once.

Format: https://brat.nlplab.org/standoff.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from pipeline.formats.marked import MarkedPassage
from pipeline.records import FORCES, LAYER_OF_KIND

STATEMENT, ACTOR = "Statement", "Actor"
ROLES = {
    "bearer": "Bearer",
    "counterparty": "Counterparty",
    "action": "Action",
    "condition": "Condition",
    "deadline": "Deadline",
    "hedge": "Hedge",
    "instruments": "Instrument",
    "quantities": "Quantity",
}
BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
# A file name that every system takes; the document's id tells equal ones apart.
UNFIT = re.compile(r"[^\w.-]+")
LONGEST = 80

Fragments = tuple[tuple[int, int], ...]


def config() -> bytes:
    """``annotation.conf``: the types that the files use."""
    lines = ["[entities]", STATEMENT, *ROLES.values(), ACTOR, "", "[relations]"]
    lines += [f"{role}Of\tArg1:{role}, Arg2:{STATEMENT}" for role in ROLES.values()]
    # Without this line brat refuses marks that lie inside one another, as slots and statements do.
    lines += ["<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>", "", "[events]", "", "[attributes]"]
    lines += [f"Force\tArg:{STATEMENT}, Value:{'|'.join(FORCES)}", f"Strength\tArg:{STATEMENT}, Value:0|1|2|3|4|5"]
    lines += [f"Kind\tArg:{ACTOR}, Value:{'|'.join(LAYER_OF_KIND)}"]
    return ("\n".join(lines) + "\n").encode()


def files(passages: Iterable[MarkedPassage]) -> dict[str, bytes]:
    """Every file of the folder, by name.

    Args:
        passages: those of a document together and in order.
    """
    made = {"annotation.conf": config()}
    for document, group in groupby(passages, key=lambda p: p.row.document):
        own = list(group)
        stem = UNFIT.sub("_", own[0].path.rpartition(".")[0] or document).strip("._") or document
        # The id keeps equal names apart, and the name from being one that Windows keeps for a device.
        name = f"{stem[:LONGEST]}_{document}"
        text, annotations = _document(own)
        made[f"{name}.txt"], made[f"{name}.ann"] = text.encode(), annotations.encode()
    return made


class _Notes:
    """The lines of an annotation file; equal marks are one."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.known: dict[tuple[str, Fragments], str] = {}
        self.counts = dict.fromkeys("TRA#", 0)

    def add(self, letter: str, what: str) -> str:
        self.counts[letter] += 1
        key = f"{letter}{self.counts[letter]}"
        self.lines.append(f"{key}\t{what}")
        return key

    def mark(self, kind: str, fragments: Fragments, text: str) -> tuple[str, bool]:
        """The key of a mark, and whether it is new."""
        key = self.known.get((kind, fragments))
        if key:
            return key, False
        spans = ";".join(f"{a} {b}" for a, b in fragments)
        key = self.add("T", f"{kind} {spans}\t{' '.join(text[a:b] for a, b in fragments)}")
        self.known[kind, fragments] = key
        return key, True


def _document(passages: Sequence[MarkedPassage]) -> tuple[str, str]:
    text, moves = _lay_out(passages)
    notes = _Notes()
    for passage, (lead, item) in zip(passages, moves, strict=True):

        def moved(
            start: int, end: int, cut: int = passage.row.item_start, lead: int = lead, item: int = item
        ) -> Fragments:
            parts = [(start + lead, min(end, cut) + lead)] if start < cut else []
            parts += [(max(start, cut) - cut + item, end - cut + item)] if end > cut else []
            return tuple(_bare(text, a, b) for a, b in parts if text[a:b].strip())

        for actor in passage.row.actors:
            key, new = notes.mark(ACTOR, moved(actor.start, actor.end), text)
            if new:
                notes.add("A", f"Kind {key} {actor.kind}")
                if actor.id:
                    notes.add("#", f"AnnotatorNotes {key}\t{actor.id}")
        for statement in passage.statements:
            # Never merged: two statements may stand on the same words.
            spans = moved(statement.start, statement.end)
            notes.known.pop((STATEMENT, spans), None)
            key, _ = notes.mark(STATEMENT, spans, text)
            notes.add("A", f"Force {key} {statement.force}")
            notes.add("A", f"Strength {key} {statement.strength}")
            notes.add("#", f"AnnotatorNotes {key}\t{statement.id}")
            for slot in statement.slots:
                role = ROLES[slot.column]
                part, _ = notes.mark(role, moved(slot.start, slot.end), text)
                notes.add("R", f"{role}Of Arg1:{part} Arg2:{key}")
    return text, "".join(line + "\n" for line in notes.lines)


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """A fragment without blanks at its ends, which brat refuses."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def _lay_out(passages: Sequence[MarkedPassage]) -> tuple[str, list[tuple[int, int]]]:
    """The text of a document, and for each passage how far its chapeau moved and where its item begins."""
    parts: list[str] = []
    moves: list[tuple[int, int]] = []
    at, chapeau, lead = 0, "", 0
    for passage in passages:
        whole, cut = BREAKS.sub(" ", passage.row.text), passage.row.item_start
        if cut and whole[:cut] != chapeau:
            lead = at
            parts.append(whole[:cut] + "\n")
            at += cut + 1
        chapeau = whole[:cut]
        moves.append((lead, at))
        parts.append(whole[cut:] + "\n")
        at += len(whole) - cut + 1
    return "".join(parts), moves
