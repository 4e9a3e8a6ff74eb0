"""The tables of a run: one frozen record a table, whose fields, in their order, are the columns of its files.

``CommitmentRow`` is the table that people come for; the others stand around it and point to it by ids: a passage's
id, a document's id, a work's id. Lists inside a cell are tuples here and are joined with ``; `` when they are
written. A place is a page and ``x0,top,x1,bottom`` in points from the page's top left corner, empty where the format
has none.
"""

from __future__ import annotations

from typing import Literal

from pipeline.records import (
    Actor,
    Binding,
    Deadline,
    Failure,
    Force,
    Instrument,
    Lang,
    Layer,
    Quantity,
    Record,
    Statement,
)

ReviewState = Literal["unreviewed", "accepted", "corrected", "rejected", "added", "conflict"]
REVIEW_STATES: tuple[ReviewState, ...] = ("unreviewed", "accepted", "corrected", "rejected", "added", "conflict")


class CommitmentRow(Record, frozen=True):
    """A statement whose force is obligation, prohibition, permission, commitment or recommendation."""

    statement_id: str
    work_id: str
    document: str
    title: str
    page: int
    bbox: str
    section: str
    lang: Lang
    force: Force
    strength: int
    binding: Binding
    bearer: str
    bearer_id: str
    bearer_kind: str
    layer: str
    counterparty: str
    action: str
    condition: str
    hedge: tuple[str, ...]
    deadline: str
    deadline_from: str
    deadline_to: str
    instruments: tuple[str, ...]
    quantities: tuple[str, ...]
    theme: str
    theme_label: str
    quote: str
    quote_other_language: str
    divergence: tuple[str, ...]
    confidence: float
    review: ReviewState


class StatementRow(Record, frozen=True):
    """A row of the commitments table with the passage that it stands in and the statement's place in that passage."""

    passage: str
    start: int
    end: int
    row: CommitmentRow


class PassageRow(Record, frozen=True):
    """A passage with every tag; offsets are into ``text``; ``boxes`` are [page, x0, top, x1, bottom], one a line."""

    id: str
    document: str
    work_id: str
    ordinal: int
    page: int
    section: tuple[str, ...]
    lang: Lang
    text: str
    item_start: int
    boxes: tuple[tuple[float, ...], ...]
    theme: str
    other_language: tuple[str, ...]
    force: tuple[Force, ...]
    confidence: float
    probabilities: dict[str, float]
    statements: tuple[Statement, ...]
    actors: tuple[Actor, ...]
    instruments: tuple[Instrument, ...]
    deadlines: tuple[Deadline, ...]
    quantities: tuple[Quantity, ...]
    labeller: str


class DocumentRow(Record, frozen=True):
    """A document of the input; ``same_as`` names other files with the same content, which are read once."""

    document: str
    path: str
    same_as: tuple[str, ...]
    work_id: str
    state: Literal["complete", "failed"]
    title: str
    title_en: str
    title_zh: str
    languages: tuple[str, ...]
    pages: int
    pages_recognised: int
    issuer: str
    date: str
    symbol: str
    genre: str
    legal_status: str
    participants: tuple[str, ...]
    theme: str
    theme_label: str
    blocks: int
    passages: int
    statements: int
    commitments: int
    failures: int
    characters: int


class EntityRow(Record, frozen=True):
    """An actor or instrument over both languages. ``places`` are ``document:page``, each once."""

    id: str
    name_en: str
    name_zh: str
    kind: str
    layer: str
    forms: tuple[str, ...]
    count: int
    documents: int
    places: tuple[str, ...]


class InstrumentRow(Record, frozen=True):
    """A treaty, resolution, law, plan or article over both languages. ``places`` are ``document:page``, each once."""

    id: str
    name_en: str
    name_zh: str
    forms: tuple[str, ...]
    count: int
    documents: int
    places: tuple[str, ...]


class QuantityRow(Record, frozen=True):
    """A number with unit, bounds and what it counts."""

    document: str
    passage: str
    page: int
    bbox: str
    lang: Lang
    text: str
    value: float
    low: float | None
    high: float | None
    unit: str
    of: str
    quote: str


class DefinitionRow(Record, frozen=True):
    """A definition: what is defined, as what, and who holds it."""

    document: str
    passage: str
    page: int
    bbox: str
    lang: Lang
    term: str
    definition: str
    holder: str
    sense: str
    quote: str


class ReferenceRow(Record, frozen=True):
    """A cited work or footnote reference."""

    document: str
    page: int
    marker: str
    author: str
    title: str
    venue: str
    year: str
    issue: str
    url: str
    text: str


class AlignmentRow(Record, frozen=True):
    """Passages of two languages that say the same; an empty side has no counterpart."""

    work_id: str
    source_document: str
    target_document: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    source_lang: str
    target_lang: str
    source_text: str
    target_text: str
    source_page: int
    target_page: int
    score: float
    pairing: str
    pairing_score: float
    doubtful: bool


class DivergenceRow(Record, frozen=True):
    """A pair of passages whose languages do not say the same."""

    work_id: str
    kind: str
    severity: str
    detail: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    source_text: str
    target_text: str
    source_page: int
    target_page: int


class ThemeRow(Record, frozen=True):
    """A theme over both languages."""

    theme: str
    label_en: str
    label_zh: str
    terms_en: tuple[str, ...]
    terms_zh: tuple[str, ...]
    documents: int
    passages: int
    commitments: int
    parent: str


class MapRow(Record, frozen=True):
    """A mark on the map of the corpus: where neighbouring passages begin, how many they are, their theme, x and y from 0 to 1."""

    document: str
    title: str
    page: int
    theme: str
    passages: int
    x: float
    y: float


class CoverageRow(Record, frozen=True):
    """A cell of layer × function × binding; an empty cell is a gap."""

    layer: str
    function: str
    function_en: str
    function_zh: str
    binding: str
    count: int
    gap: bool
    statements: tuple[str, ...] = ()


class ActorCoverageRow(Record, frozen=True):
    """What an actor is bound to do within one function, by how it binds; what it says nothing of has no row.

    ``actor`` is the canonical id, or the words that name the actor where there is no id.
    """

    actor: str
    name_en: str
    name_zh: str
    layer: str
    function: str
    function_en: str
    function_zh: str
    count: int
    legally_binding: int
    politically_binding: int
    voluntary: int
    none: int
    statements: tuple[str, ...]


class LineageRow(Record, frozen=True):
    """A statement and what became of it in the next document of its series; a side is empty where it is new or dropped."""

    series: str
    change: str
    detail: str
    earlier: str
    later: str
    earlier_document: str
    later_document: str
    earlier_title: str
    later_title: str
    earlier_date: str
    later_date: str
    earlier_page: int
    later_page: int
    earlier_quote: str
    later_quote: str
    score: float


class FailureRow(Record, frozen=True):
    """A document (page 0) or page that could not be read, at which stage, and why."""

    path: str
    page: int
    stage: str
    reason: str


class Mention(Record, frozen=True):
    """One place where an actor or instrument is named; gathered over the corpus into entity rows."""

    id: str
    text: str
    lang: Lang
    kind: str
    layer: str
    page: int


class DocumentRows(Record, frozen=True):
    """All rows of one document that need no other; what joins documents is filled in when tables are written."""

    document: str
    about: DocumentRow
    statements: tuple[StatementRow, ...]
    passages: tuple[PassageRow, ...]
    actors: tuple[Mention, ...]
    instruments: tuple[Mention, ...]
    quantities: tuple[QuantityRow, ...]
    definitions: tuple[DefinitionRow, ...]
    references: tuple[ReferenceRow, ...]
    failures: tuple[Failure, ...]


class RunView(Record, frozen=True):
    """Everything that a run writes, as rows: what the tables, the report and the review page are made of."""

    documents: tuple[DocumentRow, ...]
    commitments: tuple[CommitmentRow, ...]
    passages: tuple[PassageRow, ...]
    actors: tuple[EntityRow, ...]
    instruments: tuple[InstrumentRow, ...]
    quantities: tuple[QuantityRow, ...]
    definitions: tuple[DefinitionRow, ...]
    references: tuple[ReferenceRow, ...]
    alignments: tuple[AlignmentRow, ...]
    divergences: tuple[DivergenceRow, ...]
    themes: tuple[ThemeRow, ...]
    coverage: tuple[CoverageRow, ...]
    failures: tuple[FailureRow, ...]
    lineage: tuple[LineageRow, ...] = ()
    actors_coverage: tuple[ActorCoverageRow, ...] = ()
    map: tuple[MapRow, ...] = ()


LAYERS: tuple[Layer, ...] = ("global", "regional", "national", "non-state")
BINDINGS: tuple[Binding, ...] = ("legally_binding", "politically_binding", "voluntary", "none")
