"""What people decided, as it stands in the reviews folder: read line by line, and brought to one decision a statement.

The log is ``REVIEWER.jsonl`` files to which lines are only ever added. In order: every line is read and checked;
what a later line of the same person takes back is left out; of each person the last decision on a statement counts;
where two people do not say the same, the statement is in ``conflict`` until a decision names those that it settles.
No file, clock or order of files decides between two people, so folders that were worked in apart can be merged.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from pipeline.records import Lang, stable_id
from pipeline.tables import ReviewState
from pipeline.text import find_quote

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


class Decision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person decided on a statement: its state, and by column what it should say instead.

    ``passage``, ``start``, ``end``, ``quote``, the context (what stands before and after the quote in the document),
    ``force`` (as predicted) and ``seen`` (the editable columns as they were shown) say what the decision was made on,
    so that it can be learnt from, and found again in a document that is parsed or tagged otherwise, when the run is
    long gone. ``spans`` are the places of changed slots in the passage; ``extent`` is the stretch of the passage that
    the statement covers from now on, where its ends were moved, as by a split or a merge (None: where it was).
    ``time`` is when, in ISO 8601. Decisions of one ``batch`` were made in one go (a split, a merge) and are taken
    back together. A line with ``undoes`` only takes back earlier decisions of the same person; one in state
    ``unreviewed`` without it is a mere note. ``settles`` are the decisions of others that this one was made in
    knowledge of.
    """

    statement_id: str
    state: ReviewState
    id: str = ""
    reviewer: str = ""
    time: str = ""
    changes: dict[str, Any] = {}
    spans: dict[str, tuple[int, int]] = {}
    extent: tuple[int, int] | None = None
    note: str = ""
    force: str = ""
    quote: str = ""
    start: int = 0
    end: int = 0
    context_before: str = ""
    context_after: str = ""
    passage: ReviewedPassage | None = None
    seen: dict[str, Any] = {}
    batch: str = ""
    undoes: tuple[str, ...] = ()
    settles: tuple[str, ...] = ()

    @property
    def decides(self) -> bool:
        """Whether it says anything of its statement, and is no note and no undoing."""
        return self.state not in ("unreviewed", "conflict") and not self.undoes

    def agrees(self, other: Decision) -> bool:
        """Whether two decisions come to the same row."""
        return bool(self.outcome() == other.outcome())

    def outcome(self) -> Any:
        """What a decision comes to, comparable: rejected, or kept with these changes."""
        if self.state == "rejected":
            return "rejected"
        changed = sorted((k, v) for k, v in msgspec.to_builtins(self.changes).items() if self.seen.get(k, None) != v)
        return [*changed, ("extent", self.extent)] if self.extent else changed

    def stretch(self, text: str, start: int, end: int) -> tuple[int, int]:
        """Where the statement stands in a passage's text, given where it was found: moved where the decision says so."""
        if self.extent is None or self.passage is None:
            return start, end
        if text == self.passage.text:
            return self.extent
        return find_quote(self.passage.text[self.extent[0] : self.extent[1]], text) or (start, end)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a statement stands: the decision that counts, and the last one of each person whose word is not settled.

    ``decision`` is in state ``conflict`` where those in ``open`` do not agree.
    """

    decision: Decision
    open: tuple[Decision, ...]
    all: tuple[Decision, ...]


def parse_line(line: bytes, path: Path, number: int) -> Decision:
    """A line of a log as a decision; one without an id or name is given the ones its place says.

    Raises:
        ReviewError: if it is none; nothing a person decided is passed over in silence.
    """
    try:
        decision = msgspec.json.decode(line, type=Decision)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ReviewError(f"{path}, line {number}: {error}") from None
    unknown = sorted((set(decision.changes) | set(decision.seen)) - set(EDITABLE))
    if unknown:
        raise ReviewError(f"{path}, line {number}: {unknown[0]!r} cannot be changed; allowed: {', '.join(EDITABLE)}")
    if not decision.id or not decision.reviewer:
        name = decision.reviewer or path.stem
        key = decision.id or stable_id("r", path.stem, number, decision.statement_id)
        decision = msgspec.structs.replace(decision, id=key, reviewer=name)
    return decision


def read_log(folder: Path) -> list[Decision]:
    """Every line of the log, files in order of name, each from its beginning.

    A last line without an end that cannot be read was never said to be saved: a process was killed while it wrote it.

    Raises:
        ReviewError: if any other line cannot be read.
    """
    found: list[Decision] = []
    for path in sorted(folder.glob("*.jsonl")):
        data = path.read_bytes()
        lines = data.split(b"\n")
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                found.append(parse_line(line, path, number))
            except ReviewError:
                if number < len(lines):
                    raise
    return found


def standings(log: Iterable[Decision]) -> dict[str, Standing]:
    """How each statement stands that anybody has decided on, by statement id, in order of the log."""
    lines = list(log)
    undone = {(line.reviewer, key) for line in lines for key in line.undoes}
    groups: dict[str, list[Decision]] = {}
    for line in lines:
        if line.decides and (line.reviewer, line.id) not in undone:
            groups.setdefault(line.statement_id, []).append(line)
    return {statement: standing(group) for statement, group in groups.items()}


def standing(group: list[Decision]) -> Standing:
    """How one statement stands, from its decisions that are not taken back, in order of the log (never empty)."""
    last = {line.reviewer: line for line in group}
    settled = {key for line in last.values() for key in line.settles}
    still = tuple(line for line in last.values() if line.id not in settled) or tuple(last.values())
    first = still[0]
    if all(first.agrees(other) for other in still[1:]):
        return Standing(decision=first, open=still, all=tuple(group))
    undecided = msgspec.structs.replace(first, state="conflict", changes={}, spans={}, extent=None)
    return Standing(decision=undecided, open=still, all=tuple(group))


def decisions(folder: Path) -> dict[str, Decision]:
    """The decision that counts for each statement; one in state ``conflict`` where people do not agree.

    Args:
        folder: the reviews folder; it need not exist.

    Raises:
        ReviewError: if a line cannot be read.
    """
    return {statement: found.decision for statement, found in standings(read_log(folder)).items()}
