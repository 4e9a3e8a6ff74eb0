"""A run as marked passages: what every format writes, each in its own way.

In order: the desk reads the run and people's decisions; each statement is taken as it stands now, those that were rejected
are left out, those that people added come in; the words of its slots are given their places in the passage. A slot that
nobody changed has the place that the models marked; one that a person changed has the place that was marked on the desk,
or else the first place of its words inside the statement.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.export.decisions import Decision
from pipeline.records import Force, Record, Span, Statement, stable_id
from pipeline.review.desk import Desk, Item, extent
from pipeline.review.edits import LISTS, QUOTES
from pipeline.tables import CommitmentRow, PassageRow
from pipeline.text import find_quote


class Slot(Record, frozen=True):
    """A slot of a statement: the column of the commitments table, and its place in the passage."""

    column: str
    start: int
    end: int


class MarkedStatement(Record, frozen=True):
    """A statement as it stands, decisions included; ``review`` is its state, empty for one that is no row."""

    id: str
    start: int
    end: int
    force: Force
    strength: int
    binding: str
    bearer_id: str
    bearer_kind: str
    deadline_from: str
    deadline_to: str
    confidence: float
    review: str
    slots: tuple[Slot, ...]


class MarkedPassage(Record, frozen=True):
    """A passage with its statements; ``force`` follows them where people decided (empty: they rejected all there was)."""

    row: PassageRow
    path: str
    title: str
    legal_status: str
    force: tuple[Force, ...]
    statements: tuple[MarkedStatement, ...]

    @property
    def decided(self) -> bool:
        """Whether a person decided on anything in it that still stands."""
        return any(s.review not in ("", "unreviewed", "conflict") for s in self.statements)


def marked(desk: Desk) -> Iterator[MarkedPassage]:
    """Every passage of a run, documents in the run's order.

    Args:
        desk: the run with the decisions, refreshed.
    """
    by_passage: dict[str, list[Item]] = {}
    for item in desk.items.values():
        by_passage.setdefault(item.passage.id, []).append(item)
    for passage in desk.passages:
        items = by_passage.get(passage.id, [])
        rows = {item.id for item in items}
        predicted = {stable_id("s", passage.id, n): s for n, s in enumerate(passage.statements)}
        made = [_of_item(desk, item, predicted.get(item.id)) for item in items if desk.state(item.id) != "rejected"]
        made += [_of_statement(key, s, passage) for key, s in predicted.items() if key not in rows]
        made.sort(key=lambda s: (s.start, s.end, s.id))
        touched = any(desk.state(item.id) not in ("unreviewed", "conflict") for item in items)
        about = desk.documents.get(passage.document)
        yield MarkedPassage(
            row=passage,
            path=about.path if about else "",
            title=about.title if about else "",
            legal_status=about.legal_status if about else "",
            force=_forces(passage, made) if touched else passage.force,
            statements=tuple(made),
        )


def _forces(passage: PassageRow, statements: list[MarkedStatement]) -> tuple[Force, ...]:
    """The forces of the statements, in the order in which the passage had them, new ones last."""
    there = dict.fromkeys(s.force for s in statements)
    return (*(f for f in passage.force if f in there), *(f for f in there if f not in passage.force))


def _of_statement(key: str, statement: Statement, passage: PassageRow) -> MarkedStatement:
    """A statement that is no row of the table: nobody is to act because of it."""
    start, end = extent(statement, passage.text)
    bearer, deadline = statement.bearer, statement.deadline
    return MarkedStatement(
        id=key,
        start=start,
        end=end,
        force=statement.force,
        strength=statement.strength,
        binding=statement.binding,
        bearer_id=bearer.id if bearer else "",
        bearer_kind=bearer.kind if bearer else "",
        deadline_from=(deadline.from_ or "") if deadline else "",
        deadline_to=(deadline.to or "") if deadline else "",
        confidence=statement.confidence,
        review="",
        slots=tuple(Slot(column=c, start=s.start, end=s.end) for c, s in _predicted(statement, passage, start, end)),
    )


def _of_item(desk: Desk, item: Item, statement: Statement | None) -> MarkedStatement:
    row, found, (start, end) = desk.row(item), desk.standing(item.id), desk.stretch(item)
    return MarkedStatement(
        id=item.id,
        start=start,
        end=end,
        force=row.force,
        strength=row.strength,
        binding=row.binding,
        bearer_id=row.bearer_id,
        bearer_kind=row.bearer_kind,
        deadline_from=row.deadline_from,
        deadline_to=row.deadline_to,
        confidence=row.confidence,
        review=desk.state(item.id),
        slots=tuple(_slots(row, item, statement, found.decision if found else None, start, end)),
    )


def _predicted(statement: Statement, passage: PassageRow, start: int, end: int) -> Iterator[tuple[str, Span]]:
    """The marked spans of a statement by column; instruments and quantities as its row has them."""
    for column in QUOTES:
        span = getattr(statement, column)
        if span:
            yield column, span
    yield from (("hedge", hedge) for hedge in statement.hedges)
    alone = len(passage.statements) == 1
    for column in ("instruments", "quantities"):
        for mention in getattr(passage, column):
            if alone or (mention.start < end and start < mention.end):
                yield column, mention


def _slots(
    row: CommitmentRow, item: Item, statement: Statement | None, decision: Decision | None, start: int, end: int
) -> Iterator[Slot]:
    """The slots of a row with their places; words that stand nowhere in the passage have none and are left out."""
    text, spans = item.passage.text, decision.spans if decision else {}
    predicted: dict[tuple[str, str], list[Span]] = {}
    if statement:
        for column, span in _predicted(statement, item.passage, item.start, item.end):
            predicted.setdefault((column, span.text), []).append(span)
    for column in (*QUOTES, *LISTS):
        value = getattr(row, column)
        for words in (value,) if isinstance(value, str) else value:
            known = predicted.get((column, words))
            if known:
                yield from (Slot(column=column, start=span.start, end=span.end) for span in known)
            elif words and (place := _place(words, text, spans.get(column), start, end)):
                yield Slot(column=column, start=place[0], end=place[1])


def _place(words: str, text: str, near: tuple[int, int] | None, start: int, end: int) -> tuple[int, int] | None:
    """Where words stand: at the place that was marked, else inside the statement, else anywhere in the passage."""
    if near and text[near[0] : near[1]] == words:
        return near
    inside = find_quote(words, text[start:end])
    return (start + inside[0], start + inside[1]) if inside else find_quote(words, text)
