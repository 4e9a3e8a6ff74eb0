"""Lays people's decisions over the statements: the one place where a table differs from what the models said.

Decisions stand in ``*.jsonl`` files of the reviews folder, a line each, and are only ever added; of two on the same
statement the later line counts, files in order of name. A decision names its statement by id, so it holds as long as
the document says the same; one whose statement is not in this run waits for a run that has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from pipeline.records import Lang
from pipeline.tables import CommitmentRow, ReviewState, StatementRow

# The columns that a person may change; all others say where a row comes from.
EDITABLE = (
    "force",
    "strength",
    "binding",
    "bearer",
    "bearer_id",
    "bearer_kind",
    "layer",
    "counterparty",
    "action",
    "condition",
    "hedge",
    "deadline",
    "deadline_from",
    "deadline_to",
    "instruments",
    "quantities",
)


class ReviewError(ValueError):
    """A line of the reviews folder is no decision; the message has the file and the line."""


class ReviewedPassage(msgspec.Struct, frozen=True, kw_only=True):
    """The passage that a decision was made on, as it stood then, with what was known of it."""

    id: str
    document: str
    text: str
    lang: Lang
    legal_status: str = ""
    genre: str = ""
    section: str = ""
    before: str = ""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decided on a statement: its state, and by column what it should say instead.

    ``passage``, ``start``, ``end`` and ``force`` say what the decision was made on, so that it can be learnt from, and
    found again in a document that is parsed otherwise, when the run is long gone. ``at`` is when, in ISO 8601.
    """

    statement_id: str
    state: ReviewState
    changes: dict[str, Any] = {}
    reviewer: str = ""
    at: str = ""
    note: str = ""
    passage: ReviewedPassage | None = None
    start: int = 0
    end: int = 0
    force: str = ""


def decisions(folder: Path) -> dict[str, Decision]:
    """The decision that counts for each statement.

    Raises:
        ReviewError: if a line cannot be read; nothing a person decided is passed over in silence.
    """
    found: dict[str, Decision] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            if not line.strip():
                continue
            try:
                decision = msgspec.json.decode(line, type=Decision)
            except (msgspec.DecodeError, msgspec.ValidationError) as error:
                raise ReviewError(f"{path}, line {number}: {error}") from None
            unknown = sorted(set(decision.changes) - set(EDITABLE))
            if unknown:
                raise ReviewError(
                    f"{path}, line {number}: {unknown[0]!r} cannot be changed; allowed: {', '.join(EDITABLE)}"
                )
            found[decision.statement_id] = decision
    return found


def apply_reviews(statements: Sequence[StatementRow], folder: Path) -> tuple[CommitmentRow, ...]:
    """The rows of the commitments table, with what people decided.

    Args:
        statements: the rows as the models made them, in order.
        folder: the reviews folder; it need not exist.

    Returns:
        a row a statement, in the same order; a corrected one carries the person's words, a rejected one stays with its
        state, so that it can be seen and taken back.
    """
    known = decisions(folder)
    return tuple(_apply(row.row, known.get(row.row.statement_id)) for row in statements)


def _apply(row: CommitmentRow, decision: Decision | None) -> CommitmentRow:
    if decision is None:
        return row
    data = msgspec.to_builtins(row) | decision.changes | {"review": decision.state}
    return msgspec.convert(data, CommitmentRow)
