"""Lays people's decisions over the statements: the one place where a table differs from what the models said.

In order: the decision that counts for each statement is read (``pipeline.export.decisions``), its place in this run is
found (``pipeline.export.attach``), and its row takes the person's words. A row that was accepted keeps what the person
saw, though a later model says otherwise; a statement that a person has added, or that the models no longer find, gets a
row of its own; one that was rejected keeps its row and says so, so that it can be seen and taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from pipeline.export.attach import Placed, Placer, Unplaced
from pipeline.export.decisions import (
    EDITABLE,
    Decision,
    ReviewedPassage,
    ReviewError,
    Standing,
    decisions,
    read_log,
    standings,
)
from pipeline.records import OPERATIVE_FORCES
from pipeline.tables import CommitmentRow, PassageRow, ReviewState, StatementRow

__all__ = [
    "EDITABLE",
    "Decision",
    "ReviewError",
    "ReviewedPassage",
    "Standing",
    "apply_decision",
    "apply_reviews",
    "decisions",
    "new_row",
    "place_all",
    "read_log",
    "standings",
]
KEPT: tuple[ReviewState, ...] = ("accepted", "corrected", "added")
# The page and box (``x0,top,x1,bottom``, empty where the format has none) of a stretch of a passage.
Locate = Callable[[PassageRow, int, int], tuple[int, str]]


def apply_reviews(
    statements: Sequence[StatementRow],
    folder: Path,
    passages: Sequence[PassageRow] = (),
    titles: Mapping[str, str] | None = None,
    locate: Locate | None = None,
) -> tuple[CommitmentRow, ...]:
    """The rows of the commitments table, with what people decided.

    Args:
        statements: the rows as the models made them, in order.
        folder: the reviews folder; it need not exist.
        passages: the run's passages in order; without them a decision is found by its statement's id alone.
        titles: the titles of the documents by id, for rows that people have added.
        locate: finds a stretch on its page, for rows that people have added, split or merged; without it they have the
            lines of their passage.

    Returns:
        a row a statement, in the same order; rows that people have added come after those of their passage's place.

    Raises:
        ReviewError: if a line of the folder cannot be read.
    """
    known = decisions(folder)
    if not passages:
        return tuple(apply_decision(s.row, known.get(s.row.statement_id)) for s in statements)
    placed, _ = place_all(known.values(), statements, passages)
    by_statement = {place.statement_id: (decision, place) for decision, place in placed if place.statement_id}
    find = locate or _lines
    rows = []
    for s in statements:
        decision, there = by_statement.get(s.row.statement_id, (None, None))
        row = apply_decision(s.row, decision)
        if decision and there and row.review in KEPT:
            row = _moved(row, there, decision.stretch(there.passage.text, s.start, s.end), (s.start, s.end), find)
        rows.append((s.passage, s.start, row))
    order = {passage.id: at for at, passage in enumerate(passages)}
    for decision, place in placed:
        if not place.statement_id and decision.state in KEPT:
            row = apply_decision(new_row(decision, place, (titles or {}).get(place.passage.document, "")), decision)
            stretch = decision.stretch(place.passage.text, place.start, place.end)
            rows.append((place.passage.id, place.start, _moved(row, place, stretch, None, find)))
    rows.sort(key=lambda item: (order.get(item[0], -1), item[1]))
    return tuple(row for _, _, row in rows)


def place_all(
    known: Any, statements: Sequence[StatementRow], passages: Sequence[PassageRow]
) -> tuple[list[tuple[Decision, Placed]], list[Unplaced]]:
    """Where each decision belongs in a run, and those that belong nowhere.

    Two decisions that were made on different statements never land on one: the later one of the log is listed.
    """
    placer = Placer(statements, passages)
    placed: list[tuple[Decision, Placed]] = []
    lost: list[Unplaced] = []
    taken: set[str] = set()
    # Those whose id still stands have the first claim on their statement.
    for decision in sorted(known, key=lambda d: d.statement_id not in placer.by_id):
        place = placer.place(decision)
        if isinstance(place, Placed) and decision.state == "added" and place.statement_id in taken:
            place = msgspec.structs.replace(place, start=decision.start, end=decision.end, statement_id="")
        if isinstance(place, Unplaced):
            lost.append(place)
        elif place.statement_id and place.statement_id in taken:
            lost.append(
                Unplaced(
                    statement_id=decision.statement_id,
                    quote=decision.quote,
                    document=place.passage.document,
                    reason=f"another decision speaks of the statement that now stands there, {place.statement_id}",
                )
            )
        else:
            taken.add(place.statement_id)
            placed.append((decision, place))
        taken.discard("")
    return placed, lost


def _moved(
    row: CommitmentRow, place: Placed, stretch: tuple[int, int], before: tuple[int, int] | None, locate: Locate
) -> CommitmentRow:
    """A row with the quote, page and box of another stretch of its passage; as it is where that is the same as before."""
    if stretch == before:
        return row
    page, bbox = locate(place.passage, *stretch)
    quote = place.passage.text[stretch[0] : stretch[1]]
    return msgspec.structs.replace(row, quote=quote, page=page, bbox=bbox)


def _lines(passage: PassageRow, start: int, end: int) -> tuple[int, str]:
    """The page of a passage, and the union of its lines on it, for want of the places of its characters."""
    boxes = [box for box in passage.boxes if box[0] == passage.page]
    corners = (min, min, max, max)
    bbox = ",".join(f"{pick(box[at + 1] for box in boxes):.1f}" for at, pick in enumerate(corners)) if boxes else ""
    return passage.page, bbox


def new_row(decision: Decision, place: Placed, title: str) -> CommitmentRow:
    """The row of a statement that the models have not found, before the person's words are laid over it."""
    passage = place.passage
    page, bbox = _lines(passage, place.start, place.end)
    empty: dict[str, Any] = dict.fromkeys(CommitmentRow.__struct_fields__, "")
    empty |= dict.fromkeys(("hedge", "instruments", "quantities", "divergence"), ())
    empty |= {
        "statement_id": decision.statement_id,
        "work_id": passage.work_id,
        "document": passage.document,
        "title": title,
        "page": page,
        "bbox": bbox,
        "section": " / ".join(passage.section),
        "lang": passage.lang,
        "force": decision.force or "none",
        "strength": 0,
        "binding": "none",
        "theme": passage.theme,
        "quote": passage.text[place.start : place.end],
        "confidence": 1.0,
        "review": "unreviewed",
    }
    return msgspec.convert(empty, CommitmentRow)


def apply_decision(row: CommitmentRow, decision: Decision | None) -> CommitmentRow:
    """A row with a person's decision laid over it.

    A statement that a person says is none of the five operative forces stands in the table as rejected: the table holds
    what binds or advises somebody; what the person said it is stays in the log, and is learnt from.
    """
    if decision is None:
        return row
    if decision.state in ("rejected", "conflict"):
        return msgspec.structs.replace(row, review=decision.state)
    data = msgspec.to_builtins(row) | decision.seen | decision.changes | {"review": decision.state}
    if data["force"] not in OPERATIVE_FORCES:
        return msgspec.structs.replace(row, review="rejected")
    return msgspec.convert(data, CommitmentRow)
