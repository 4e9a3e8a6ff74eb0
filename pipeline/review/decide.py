"""What a person does on the desk, as lines of the log: accept, correct, reject, add, split, merge, settle, note."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from pipeline.export.decisions import Decision, ReviewError
from pipeline.records import stable_id
from pipeline.review.desk import Desk, Item
from pipeline.review.edits import check, follow_force, seen
from pipeline.tables import CommitmentRow

replace = msgspec.structs.replace
LONGEST_NOTE = 2000
# What may stand between two statements of a passage and belongs to neither.
BETWEEN = " ,;，；、"


def judge(
    desk: Desk,
    item: Item,
    action: str,
    entered: Mapping[str, Any],
    places: Mapping[str, tuple[int, int]],
    note: str,
    time: str,
    reviewer: str,
    extent: tuple[int, int] | None = None,
) -> Decision:
    """A decision on one statement.

    Args:
        action: ``accept`` the row as it is shown, ``correct`` it with what was entered (nothing entered anew is an
            acceptance), ``reject`` it, or ``note`` something without deciding.
        entered: values by column; places: where slots were marked.
        note: a free remark; time: ISO 8601; reviewer: who decides. On a statement in conflict, the words of the others
            are named as settled.
        extent: the stretch of the passage that the statement covers from now on, where its ends are moved.

    Raises:
        ReviewError: if what was entered cannot be.
    """
    basis = replace(desk.basis(item), time=time, note=note.strip()[:LONGEST_NOTE])
    if action == "note":
        if not basis.note:
            raise ReviewError("a note has words")
        return basis
    found = desk.standing(item.id)
    # Only who has been shown that people disagree settles it; else two words stand side by side until somebody is.
    conflict = found is not None and found.decision.state == "conflict"
    others = tuple(line.id for line in found.open if line.reviewer != reviewer) if found and conflict else ()
    basis = replace(basis, settles=others, seen=seen(item.predicted), extent=extent or basis.extent)
    if action == "reject":
        return replace(basis, state="rejected")
    shown = desk.row(item)
    changes = {c: v for c, v in seen(shown).items() if v != basis.seen[c]}
    spans = dict(found.decision.spans) if found else {}
    if action == "correct":
        about = desk.documents.get(item.passage.document)
        changes, marked = check({**changes, **entered}, item.predicted, item.passage.text, places)
        spans = {c: spans[c] for c in changes if c in spans} | marked
        start, end = extent or desk.stretch(item)
        quote = item.passage.text[start:end]
        changes = follow_force(changes, item.predicted, quote, about.legal_status if about else "")
    elif action != "accept":
        raise ReviewError(f"{action!r} is nothing that can be decided; allowed: accept, correct, reject, note")
    state = "added" if item.added else ("corrected" if changes or basis.extent else "accepted")
    return replace(basis, state=state, changes=changes, spans=spans)


def add(
    desk: Desk,
    passage_id: str,
    start: int,
    end: int,
    entered: Mapping[str, Any],
    places: Mapping[str, tuple[int, int]],
    note: str,
    time: str,
) -> Decision:
    """A statement that the models have not found, in ``passage.text[start:end]``.

    Raises:
        ReviewError: if there is no such passage or stretch, or what was entered cannot be.
    """
    if passage_id not in desk.at:
        raise ReviewError("there is no such passage in this run")
    passage = desk.passages[desk.at[passage_id]]
    if not 0 <= start < end <= len(passage.text) or not passage.text[start:end].strip():
        raise ReviewError("mark the words of the statement in the passage first")
    about = desk.documents.get(passage.document)
    statement = stable_id("s", passage.id, "added", start, end)
    if statement in desk.items:
        raise ReviewError("that stretch has been added already; it is in the queue")
    base = desk.blank(passage, start, end, about, statement, passage.force[0])
    row = _empty(passage.lang)
    changes, spans = check(entered, row, passage.text, places)
    changes["force"] = force = changes.get("force", "obligation")
    changes = follow_force(changes, row, base.quote, about.legal_status if about else "")
    return replace(
        base, state="added", changes={**seen(row), **changes, "force": force}, spans=spans, note=note[:LONGEST_NOTE], time=time
    )  # fmt: skip


def split(desk: Desk, item: Item, at: int, time: str, reviewer: str) -> list[Decision]:
    """Two statements for one that holds two: the first keeps the row, the second gets one of its own.

    Slots that stand behind the place of the split leave the first; the second takes its force and bearer.

    Args:
        at: where, in code points of the passage, strictly inside the statement.

    Raises:
        ReviewError: if the place is not inside the statement.
    """
    start, end = desk.stretch(item)
    if not start < at < end:
        raise ReviewError("put the cursor inside the statement, where the second one begins")
    text, shown = item.passage.text, desk.row(item)
    first, second = text[start:at], text[at:end]
    kept: dict[str, Any] = {}
    moved: dict[str, Any] = {"force": shown.force, "bearer": shown.bearer, "bearer_id": shown.bearer_id}
    moved |= {"bearer_kind": shown.bearer_kind, "layer": shown.layer}
    for column in ("counterparty", "condition", "deadline"):
        words = getattr(shown, column)
        if words and words not in first:
            kept[column] = ""
            moved[column] = words
            if column == "deadline":
                moved |= {"deadline_from": shown.deadline_from, "deadline_to": shown.deadline_to}
                kept |= {"deadline_from": "", "deadline_to": ""}
    for column in ("hedge", "instruments", "quantities"):
        words = getattr(shown, column)
        kept[column] = tuple(word for word in words if word in first)
        moved[column] = tuple(word for word in words if word in second)
    if shown.action and shown.action not in first:
        kept["action"] = _cut(shown.action, first)
    moved["action"] = second.strip(BETWEEN + "。.")
    begins = end - len(second.lstrip(BETWEEN))
    extent = (start, start + len(first.rstrip(BETWEEN)))
    return [
        judge(desk, item, "correct", kept, {}, "split", time, reviewer, extent),
        add(desk, item.passage.id, begins, end, moved, {}, f"split from {item.id}", time),
    ]


def _cut(action: str, first: str) -> str:
    """The part of an action that stands before the place of a split; empty if none does."""
    for length in range(len(action), 0, -1):
        if first.rstrip(BETWEEN).endswith(action[:length].rstrip()):
            return action[:length].strip(BETWEEN)
    return ""


def merge(desk: Desk, item: Item, other: Item, time: str, reviewer: str) -> list[Decision]:
    """One statement for two of the same passage: the first takes the words of both, the second is rejected.

    Raises:
        ReviewError: if they do not stand in one passage.
    """
    if item.passage.id != other.passage.id or item.id == other.id:
        raise ReviewError("only two statements of one passage can be merged")
    if desk.stretch(other) < desk.stretch(item):
        item, other = other, item
    text, (start, middle), (follows, end) = item.passage.text, desk.stretch(item), desk.stretch(other)
    extent = (min(start, follows), max(middle, end))
    mine, theirs = desk.row(item), desk.row(other)
    joined: dict[str, Any] = {}
    if mine.action and theirs.action:
        start, end = text.find(mine.action), text.rfind(theirs.action) + len(theirs.action)
        if 0 <= start < end:
            joined["action"] = text[start:end]
    for column in ("bearer", "counterparty", "action", "condition", "deadline"):
        if not getattr(mine, column) and getattr(theirs, column):
            joined[column] = getattr(theirs, column)
    if "deadline" in joined:
        joined |= {"deadline_from": theirs.deadline_from, "deadline_to": theirs.deadline_to}
    if "bearer" in joined:
        joined |= {c: getattr(theirs, c) for c in ("bearer_id", "bearer_kind", "layer")}
    for column in ("hedge", "instruments", "quantities"):
        joined[column] = tuple(dict.fromkeys((*getattr(mine, column), *getattr(theirs, column))))
    return [
        judge(desk, item, "correct", joined, {}, f"merged with {other.id}", time, reviewer, extent),
        judge(desk, other, "reject", {}, {}, f"merged into {item.id}", time, reviewer),
    ]


def _empty(lang: Any) -> CommitmentRow:
    data: dict[str, Any] = dict.fromkeys(CommitmentRow.__struct_fields__, "")
    data |= dict.fromkeys(("hedge", "instruments", "quantities", "divergence"), ())
    data |= {"lang": lang, "page": 1, "strength": 0, "binding": "none", "force": "none", "confidence": 1.0}
    return msgspec.convert(data | {"review": "unreviewed"}, CommitmentRow)
