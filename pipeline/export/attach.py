"""Finds the statement of a run that a decision speaks of, when the document was parsed or tagged anew since.

In order: the statement with the decision's id, if it still covers the words that were decided on; else, in the same
passage, the statement that covers them best; else the words themselves, with blanks and widths set aside, in the same
document and then in the others (a new edition of a file is another document), told apart by what stands before and
after them. Where two places fit equally well, or none does, the decision is listed with the reason and left alone:
putting a person's word beside a text that the person has not seen is worse than asking again.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence

from pipeline.export.decisions import Decision
from pipeline.records import Record
from pipeline.tables import PassageRow, StatementRow

# A statement is the one that was decided on if the two share this part of the words that either covers.
SAME_CLAUSE = 0.5
# What a person added is a statement of its own, unless the models have since found the very same clause.
VERY_CLAUSE = 0.9
# Two places are told apart if their contexts differ by this much; below LIKE a changed wording is another text.
APART = 0.1
LIKE = 0.85
CONTEXT = 80


class Placed(Record, frozen=True):
    """Where a decision belongs: a passage and a stretch of it, and the statement there (empty: the run has none)."""

    passage: PassageRow
    start: int
    end: int
    statement_id: str = ""


class Unplaced(Record, frozen=True):
    """A decision that belongs nowhere in this run, and why."""

    statement_id: str
    quote: str
    document: str
    reason: str


def squeeze(text: str) -> tuple[str, list[int]]:
    """A text without blanks, in one width and case, and for each of its characters the place it comes from."""
    kept: list[str] = []
    places: list[int] = []
    for at, char in enumerate(text):
        for plain in unicodedata.normalize("NFKC", char).casefold():
            if not plain.isspace():
                kept.append(plain)
                places.append(at)
    return "".join(kept), places


def around(passages: Sequence[PassageRow], at: int, start: int, end: int) -> tuple[str, str]:
    """What stands before and after ``passages[at].text[start:end]`` in the document, up to ``CONTEXT`` characters."""
    here = passages[at]
    before = passages[at - 1].text if at and passages[at - 1].document == here.document else ""
    follows = at + 1 < len(passages) and passages[at + 1].document == here.document
    after = passages[at + 1].text if follows else ""
    return (before + here.text[:start])[-CONTEXT:], (here.text[end:] + after)[:CONTEXT]


class Placer:
    """Places decisions in a run.

    Args:
        statements: the run's statements.
        passages: its passages, those of a document together and in order.
    """

    def __init__(self, statements: Iterable[StatementRow], passages: Sequence[PassageRow]) -> None:
        self.passages = passages
        self.at = {passage.id: at for at, passage in enumerate(passages)}
        self.by_id: dict[str, StatementRow] = {}
        self.by_passage: dict[str, list[StatementRow]] = {}
        for statement in statements:
            self.by_id[statement.row.statement_id] = statement
            self.by_passage.setdefault(statement.passage, []).append(statement)
        self._squeezed: list[str] | None = None

    def place(self, decision: Decision) -> Placed | Unplaced:
        """Where a decision belongs, or why it cannot be said."""
        known = self.by_id.get(decision.statement_id)
        if known and (not decision.quote or self._covers(known, decision.start, decision.end, decision)):
            passage = self.passages[self.at[known.passage]]
            return Placed(passage=passage, start=known.start, end=known.end, statement_id=known.row.statement_id)
        if decision.passage is None or not decision.quote:
            return self._lost(
                decision, "the run has no such statement, and the decision does not say what it was made on"
            )
        here = self.at.get(decision.passage.id)
        if here is not None and self.passages[here].text == decision.passage.text:
            return self._in(here, decision.start, decision.end, decision)
        return self._search(decision)

    def _covers(self, statement: StatementRow, start: int, end: int, decision: Decision) -> bool:
        """Whether a statement is about the words that were decided on."""
        text = self.passages[self.at[statement.passage]].text if statement.passage in self.at else ""
        if decision.passage is not None and decision.passage.text != text:
            return False
        return _shared(statement.start, statement.end, start, end) >= SAME_CLAUSE

    def _in(self, at: int, start: int, end: int, decision: Decision) -> Placed:
        passage = self.passages[at]
        best = max(
            self.by_passage.get(passage.id, ()),
            key=lambda s: (_shared(s.start, s.end, start, end), -s.start),
            default=None,
        )
        enough = VERY_CLAUSE if decision.state == "added" else SAME_CLAUSE
        if best is None or _shared(best.start, best.end, start, end) < enough:
            return Placed(passage=passage, start=start, end=end)
        return Placed(passage=passage, start=best.start, end=best.end, statement_id=best.row.statement_id)

    def _search(self, decision: Decision) -> Placed | Unplaced:
        if self._squeezed is None:
            self._squeezed = [squeeze(passage.text)[0] for passage in self.passages]
        assert decision.passage is not None
        quote = squeeze(decision.quote)[0]
        found = [at for at, text in enumerate(self._squeezed) if quote and quote in text]
        own = [at for at in found if self.passages[at].document == decision.passage.document]
        candidates = own or found or self._alike(quote, decision.passage.document)
        if not candidates:
            return self._lost(decision, "its words stand nowhere in this run")
        scored = sorted(((self._fit(at, quote, decision), -at) for at in candidates), reverse=True)
        if len(scored) > 1 and scored[0][0] - scored[1][0] < APART:
            return self._lost(decision, f"its words stand at {len(scored)} places that cannot be told apart")
        at = -scored[0][1]
        return self._in(at, *self._stretch(at, quote), decision)

    def _alike(self, quote: str, document: str) -> list[int]:
        """Passages of the same document that say almost the same: a character read otherwise, a mark added."""
        assert self._squeezed is not None
        close: list[int] = []
        for at, passage in enumerate(self.passages):
            if passage.document != document or not quote:
                continue
            text = self._squeezed[at]
            if not 0.7 < len(text) / len(quote) < 1.4:
                continue
            matcher = difflib.SequenceMatcher(None, text, quote, autojunk=False)
            if matcher.quick_ratio() >= LIKE and matcher.ratio() >= LIKE:
                close.append(at)
        return close

    def _fit(self, at: int, quote: str, decision: Decision) -> float:
        """How well the context of a place agrees with that of the decision, from 0 to 1."""
        before, after = around(self.passages, at, *self._stretch(at, quote))
        pairs = ((before, decision.context_before), (after, decision.context_after))
        return (
            sum(difflib.SequenceMatcher(None, squeeze(a)[0], squeeze(b)[0], autojunk=False).ratio() for a, b in pairs)
            / 2
        )

    def _stretch(self, at: int, quote: str) -> tuple[int, int]:
        """Where a squeezed quote stands in a passage; the whole of it where it stands there almost."""
        text = self.passages[at].text
        plain, places = squeeze(text)
        found = plain.find(quote)
        if found < 0:
            return 0, len(text)
        return places[found], places[found + len(quote) - 1] + 1

    def _lost(self, decision: Decision, reason: str) -> Unplaced:
        document = decision.passage.document if decision.passage else ""
        return Unplaced(statement_id=decision.statement_id, quote=decision.quote, document=document, reason=reason)


def _shared(a: int, b: int, c: int, d: int) -> float:
    """What part of the characters that either of two stretches covers both cover."""
    both = max(0, min(b, d) - max(a, c))
    either = max(b, d) - min(a, c)
    return both / either if either else 0.0
