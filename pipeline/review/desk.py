"""What lies on the review desk: the statements of a run as the models made them, and how people's decisions stand.

In order: a run's commitments and passages are read from its folder; decisions already laid over them are taken off again,
so that what a person sees as predicted is what was predicted; the log's decisions find their places; the queue is
filtered, searched and sorted from memory. When the run is made anew, the desk reads it again on the next look.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from pipeline.export.again import read_commitments
from pipeline.export.attach import Placed, Unplaced, around
from pipeline.export.decisions import Decision, ReviewedPassage, Standing
from pipeline.export.reviews import apply_decision, new_row, place_all
from pipeline.records import OPERATIVE_FORCES, Source, Span, Statement, stable_id
from pipeline.review.log import Log
from pipeline.sources import InputError
from pipeline.tables import CommitmentRow, PassageRow, StatementRow
from pipeline.text import strip_span

STATE = ".pledgebook"
SOURCES = "sources.json"
replace = msgspec.structs.replace


@dataclass(frozen=True)
class Item:
    """A statement on the desk: as predicted, and where it stands. ``added`` ones no model has found."""

    predicted: CommitmentRow
    passage: PassageRow
    start: int
    end: int
    haystack: str
    added: bool = False

    @property
    def id(self) -> str:
        """The statement's id."""
        return self.predicted.statement_id


@dataclass(frozen=True)
class About:
    """What a decision needs to know of a document, and where its file lies (None: the run did not say)."""

    path: str
    title: str
    legal_status: str
    genre: str
    file: Path | None


@dataclass
class Desk:
    """A run and the decisions on it.

    Args:
        output: the run's folder.
        log: the decisions.
    """

    output: Path
    log: Log
    items: dict[str, Item] = field(default_factory=dict)
    documents: dict[str, About] = field(default_factory=dict)
    passages: list[PassageRow] = field(default_factory=list)
    at: dict[str, int] = field(default_factory=dict)
    actors: list[tuple[str, str]] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)
    _statements: list[StatementRow] = field(default_factory=list)
    _places: dict[str, tuple[int, str]] = field(default_factory=dict)
    _stamp: tuple[int, int] = (0, 0)
    _alias: dict[str, str] = field(default_factory=dict)
    _back: dict[str, list[str]] = field(default_factory=dict)

    def refresh(self) -> None:
        """Reads the run again if it was made anew, and what was added to the log.

        Raises:
            InputError: if the folder holds no run. ReviewError: if a line of the log is no decision.
        """
        path = self.output / "commitments.jsonl"
        stamp = (path.stat().st_mtime_ns, path.stat().st_size) if path.exists() else (0, 0)
        if stamp != self._stamp or not stamp[0]:
            self._load()
            self._stamp = stamp
            self.log.refresh()
            self._place()
        elif touched := self.log.refresh():
            self.noted(touched)

    def noted(self, statements: Iterable[str]) -> None:
        """Takes note of new decisions: one on a statement that the run does not have must find its place."""
        if any(self._alias.get(s, s) not in self.items or self._is_added(s) for s in statements):
            self._place()

    def replace_items(self) -> None:
        """Lays the items out again, after decisions that made or removed some were taken back."""
        self._place()

    def _is_added(self, statement: str) -> bool:
        return self.items[self._alias.get(statement, statement)].added

    def _load(self) -> None:
        rows = {row.statement_id: row for row in read_commitments(self.output)}
        try:
            lines = (self.output / "passages.jsonl").read_bytes().splitlines()
        except FileNotFoundError:
            raise InputError(f"{self.output} has no passages.jsonl; run pledgebook run again") from None
        decoder = msgspec.json.Decoder(PassageRow)
        self.passages = [decoder.decode(line) for line in lines]
        self.at = {passage.id: at for at, passage in enumerate(self.passages)}
        self.documents = _documents(self.output)
        self.actors = _actors(self.output)
        # Of statements that people added, the last run knows the place to the character.
        self._places = {key: (row.page, row.bbox) for key, row in rows.items() if row.review == "added"}
        self._statements = []
        for passage in self.passages:
            for ordinal, statement in enumerate(passage.statements):
                row = rows.get(stable_id("s", passage.id, ordinal))
                if row is not None:
                    start, end = extent(statement, passage.text)
                    predicted = (
                        row if row.review == "unreviewed" else predicted_row(row, statement, passage, start, end)
                    )
                    self._statements.append(StatementRow(passage=passage.id, start=start, end=end, row=predicted))

    def _place(self) -> None:
        """Finds the places of all decisions, and lays out the items."""
        found = self.log.standings()
        placed, self.unplaced = place_all([s.decision for s in found.values()], self._statements, self.passages)
        self._alias = {d.statement_id: place.statement_id or d.statement_id for d, place in placed}
        self._back = {}
        for old, new in self._alias.items():
            self._back.setdefault(new, []).append(old)
        items = [self._item(s.row, s.passage, s.start, s.end) for s in self._statements]
        for decision, place in placed:
            if not place.statement_id and decision.state != "rejected":
                items.append(self._added(decision, place))
        items.sort(key=lambda item: (self.at[item.passage.id], item.start))
        self.items = {item.id: item for item in items}

    def _item(self, row: CommitmentRow, passage: str, start: int, end: int, added: bool = False) -> Item:
        words = " ".join((row.title, row.section, row.quote, row.quote_other_language, row.bearer, row.theme_label))
        return Item(row, self.passages[self.at[passage]], start, end, fold(words), added)

    def _added(self, decision: Decision, place: Placed) -> Item:
        about = self.documents.get(place.passage.document)
        row = new_row(decision, place, about.title if about else "")
        if decision.statement_id in self._places:
            page, bbox = self._places[decision.statement_id]
            row = replace(row, page=page, bbox=bbox)
        shown = apply_decision(row, decision) if decision.state != "conflict" else row
        return self._item(replace(shown, review="unreviewed"), place.passage.id, place.start, place.end, True)

    def standing(self, statement: str) -> Standing | None:
        """How a statement on the desk stands, whatever id it had when it was decided on."""
        for known in self._back.get(statement, (statement,)):
            if found := self.log.standing(known):
                return found
        return self.log.standing(statement)

    def history(self, statement: str) -> list[Decision]:
        """Every line of the log on a statement."""
        ids = dict.fromkeys([*self._back.get(statement, ()), statement])
        return [line for known in ids for line in self.log.history(known)]

    def state(self, statement: str) -> str:
        """The review state of a statement."""
        found = self.standing(statement)
        return found.decision.state if found else "unreviewed"

    def stretch(self, item: Item) -> tuple[int, int]:
        """The part of its passage that a statement covers now: a split or a merge may have moved its ends."""
        found = self.standing(item.id)
        return found.decision.stretch(item.passage.text, item.start, item.end) if found else (item.start, item.end)

    def row(self, item: Item) -> CommitmentRow:
        """A statement's row as it stands now, decisions included; a corrected force is shown whatever it is."""
        found = self.standing(item.id)
        if not found:
            return item.predicted
        decision = found.decision
        if decision.state in ("accepted", "corrected", "added"):
            data = msgspec.to_builtins(item.predicted) | decision.seen | decision.changes | {"review": decision.state}
            if decision.extent:
                start, end = self.stretch(item)
                data["quote"] = item.passage.text[start:end]
            return msgspec.convert(data, CommitmentRow)
        return apply_decision(item.predicted, decision)

    def basis(self, item: Item) -> Decision:
        """A decision that says all of what it is made on and nothing yet of what was decided."""
        passage, about = item.passage, self.documents.get(item.passage.document)
        blank = self.blank(passage, item.start, item.end, about, item.id, item.predicted.force)
        stretch = self.stretch(item)
        return blank if stretch == (item.start, item.end) else replace(blank, extent=stretch)

    def blank(
        self, passage: PassageRow, start: int, end: int, about: About | None, statement: str, force: str
    ) -> Decision:
        """A decision on a stretch of a passage, empty but for what it is made on."""
        at = self.at[passage.id]
        before, after = around(self.passages, at, start, end)
        earlier = self.passages[at - 1] if at and self.passages[at - 1].document == passage.document else None
        return Decision(
            statement_id=statement,
            state="unreviewed",
            force=force,
            quote=passage.text[start:end],
            start=start,
            end=end,
            context_before=before,
            context_after=after,
            passage=ReviewedPassage(
                id=passage.id,
                document=passage.document,
                text=passage.text,
                lang=passage.lang,
                legal_status=about.legal_status if about else "",
                genre=about.genre if about else "",
                section=" / ".join(passage.section),
                before=earlier.text if earlier and earlier.lang == passage.lang else "",
            ),
        )


def fold(text: str) -> str:
    """A text as it is searched: one width, one case."""
    return unicodedata.normalize("NFKC", text).casefold()


def extent(statement: Statement, text: str) -> tuple[int, int]:
    """The stretch of its passage that a statement's quote covers: its clause, widened to hold all its slots."""
    slots = [statement.bearer, statement.counterparty, statement.action, statement.condition, statement.deadline]
    spans = [(slot.start, slot.end) for slot in (*slots, *statement.hedges) if slot]
    start = min([statement.start, *(a for a, _ in spans)])
    return strip_span(text, start, max([statement.end, *(b for _, b in spans)]))


def predicted_row(row: CommitmentRow, statement: Statement, passage: PassageRow, start: int, end: int) -> CommitmentRow:
    """A row with what the models said of it, where people's words were laid over it."""
    bearer, deadline = statement.bearer, statement.deadline
    alone = len(passage.statements) == 1

    def inside(mentions: Iterable[Span]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(m.text for m in mentions if alone or (m.start < end and start < m.end)))

    return replace(
        row,
        force=statement.force if statement.force in OPERATIVE_FORCES else row.force,
        strength=statement.strength,
        binding=statement.binding,
        bearer=bearer.text if bearer else "",
        bearer_id=bearer.id if bearer else "",
        bearer_kind=bearer.kind if bearer else "",
        layer=bearer.layer if bearer else "",
        counterparty=statement.counterparty.text if statement.counterparty else "",
        action=statement.action.text if statement.action else "",
        condition=statement.condition.text if statement.condition else "",
        hedge=tuple(dict.fromkeys(hedge.text for hedge in statement.hedges)),
        deadline=deadline.text if deadline else "",
        deadline_from=(deadline.from_ or "") if deadline else "",
        deadline_to=(deadline.to or "") if deadline else "",
        instruments=inside(passage.instruments),
        quantities=inside(passage.quantities),
        quote=passage.text[start:end],
        review="unreviewed",
    )


def _table(path: Path) -> Sequence[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except FileNotFoundError:
        raise InputError(f"there is no {path}; run pledgebook run again") from None


def _documents(output: Path) -> dict[str, About]:
    files: dict[str, Path] = {}
    sources = output / STATE / SOURCES
    if sources.exists():
        files = {s.document: Path(s.file) for s in msgspec.json.decode(sources.read_bytes(), type=tuple[Source, ...])}
    return {
        line["document"]: About(
            line["path"], line["title"], line["legal_status"], line["genre"], files.get(line["document"])
        )
        for line in _table(output / "documents.csv")
    }


def _actors(output: Path) -> list[tuple[str, str]]:
    """Canonical ids with their names, for the look-up."""
    lines = _table(output / "actors.csv")
    return [(line["id"], " · ".join(filter(None, (line["name_en"], line["name_zh"])))) for line in lines if line["id"]]
