"""The typed, frozen records that flow between stages.

Nothing here reads, writes or computes beyond checking itself: a span that is empty, a box turned inside out or
an unknown label is refused when the record is made, so no later stage has to doubt what it is given.

Offsets are Unicode code points, half-open, into the ``text`` of the record that holds them.
Boxes are in points (1/72 inch) from the top left corner of the page as a reader sees it; pages count from 1.
Lists are tuples, so that a record hashes and compares by value.
"""

from __future__ import annotations

import hashlib
import math
from typing import Literal

import msgspec

Lang = Literal["en", "zh"]
LegalStatus = Literal["binding", "political", "analysis"]
Force = Literal[
    "obligation", "prohibition", "permission", "commitment", "recommendation", "declaration", "constitutive", "none"
]
Binding = Literal["legally_binding", "politically_binding", "voluntary", "none"]
ActorKind = Literal[
    "state",
    "state_group",
    "international_organisation",
    "regional_organisation",
    "government_body",
    "non_state",
    "person",
]
Layer = Literal["global", "regional", "national", "non-state"]
BlockKind = Literal["title", "heading", "paragraph", "list_item", "table", "footnote", "header", "footer", "caption"]

FORCES: tuple[Force, ...] = (
    "obligation",
    "prohibition",
    "permission",
    "commitment",
    "recommendation",
    "declaration",
    "constitutive",
    "none",
)
# The forces whose statements are rows of the commitments table.
OPERATIVE_FORCES: frozenset[str] = frozenset(FORCES[:5])
LAYER_OF_KIND: dict[str, Layer] = {
    "state": "national",
    "state_group": "national",
    "international_organisation": "global",
    "regional_organisation": "regional",
    "government_body": "national",
    "non_state": "non-state",
    "person": "national",
}


def stable_id(kind: str, *parts: object) -> str:
    """A short id that depends on nothing but its parts.

    Args:
        kind: a letter or word put in front, so that a reader sees what the id names.
        parts: JSON-encodable values; they are encoded together, never joined, so ("a", "bc") and ("ab", "c") differ.

    Returns:
        ``kind`` and 12 hexadecimal digits of SHA-256, such as ``s-0a1b2c3d4e5f``.
    """
    return f"{kind}-{hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:12]}"


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """Base of every record: immutable, compared by value, encoded field by field."""


class Box(Record, frozen=True):
    """A rectangle on a page: ``x0 <= x1`` and ``top <= bottom``, in points from the page's top left corner."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float

    def __post_init__(self) -> None:
        if self.page < 1:
            raise ValueError(f"a page number is at least 1, not {self.page}")
        if not all(map(math.isfinite, (self.x0, self.top, self.x1, self.bottom))):
            raise ValueError("a box has finite corners")
        if self.x0 > self.x1 or self.top > self.bottom:
            raise ValueError(f"a box goes from top left to bottom right, not {self.x0, self.top, self.x1, self.bottom}")


class Line(Record, frozen=True):
    """The part ``text[start:end]`` of a block that stands on one printed line, with the edge of every character.

    ``edges`` has ``end - start + 1`` x positions in points (empty where the format has no places: DOCX, TXT).
    """

    start: int
    end: int
    box: Box
    edges: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a line covers at least one character, not [{self.start}, {self.end})")
        if self.edges and len(self.edges) != self.end - self.start + 1:
            raise ValueError(
                f"{self.end - self.start} characters have {self.end - self.start + 1} edges, not {len(self.edges)}"
            )


class Note(Record, frozen=True):
    """A footnote mark that stood before ``text[offset]`` of a block and is not part of its text."""

    offset: int
    marker: str


class Block(Record, frozen=True):
    """A piece of a document in reading order: a paragraph whole, however many lines, columns or pages it takes.

    ``rows`` holds the cells of a table, row by row; its ``text`` is the cells joined by tabs and line ends.
    ``page`` is where the block begins. ``ordinal`` counts the blocks of the document from 0.
    """

    id: str
    document: str
    ordinal: int
    kind: BlockKind
    lang: Lang
    text: str
    page: int
    level: int = 0
    marker: str = ""
    lines: tuple[Line, ...] = ()
    notes: tuple[Note, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        if any(line.end > len(self.text) for line in self.lines):
            raise ValueError("a line ends after the text of its block")
        if any(not 0 <= note.offset <= len(self.text) for note in self.notes):
            raise ValueError("a note stands outside the text of its block")


class Failure(Record, frozen=True):
    """Something that could not be read: a file (``page`` 0) or one page of it, and why, for a person."""

    path: str
    page: int
    stage: str
    reason: str


class Source(Record, frozen=True):
    """A file to read. ``document`` is its stable id, from its content; ``path`` is relative to the input folder."""

    document: str
    path: str
    file: str
    sha256: str


class PageSize(Record, frozen=True):
    """Width and height of a page in points, as a reader sees it (after rotation); ``ocr`` if it was recognised."""

    page: int
    width: float
    height: float
    ocr: bool = False


class Parsed(Record, frozen=True):
    """What the parser makes of a file: blocks in reading order, page sizes, and what it could not read."""

    document: str
    path: str
    pages: tuple[PageSize, ...]
    blocks: tuple[Block, ...]
    failures: tuple[Failure, ...] = ()


class Facts(Record, frozen=True):
    """What a document says of itself. Empty strings where it does not; dates are ISO 8601."""

    document: str
    title: str
    title_en: str
    title_zh: str
    languages: tuple[Lang, ...]
    issuer: str
    date: str
    symbol: str
    genre: str
    legal_status: LegalStatus
    participants: tuple[str, ...] = ()


class Anchor(Record, frozen=True):
    """``passage.text[start:end]`` is ``block.text[block_start:block_start + end - start]``."""

    start: int
    end: int
    block: str
    block_start: int


class Passage(Record, frozen=True):
    """The unit that a force is given to: a sentence, or a list item together with the chapeau that governs it.

    ``item_start`` is where the list item begins after its chapeau (0 where there is none). ``tokens`` are words.
    ``section`` is the path of headings, outermost first. ``before`` is the text of the passage before, in the
    same language. ``boxes`` are its places, one a printed line.
    """

    id: str
    document: str
    ordinal: int
    lang: Lang
    text: str
    anchors: tuple[Anchor, ...]
    boxes: tuple[Box, ...]
    section: tuple[str, ...] = ()
    before: str = ""
    item_start: int = 0
    tokens: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("a passage has text")
        if any(not 0 <= a < b <= len(self.text) for a, b in self.tokens):
            raise ValueError("a token lies outside its passage")


class Span(Record, frozen=True):
    """A stretch of a passage: ``passage.text[start:end] == text``, never empty."""

    start: int
    end: int
    text: str

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end or self.end - self.start != len(self.text):
            raise ValueError(f"[{self.start}, {self.end}) does not measure {self.text!r}")


class Actor(Span, frozen=True):
    """A mention of an actor. ``id`` is the canonical id, empty where the actor is generic or unknown."""

    kind: ActorKind
    layer: Layer
    id: str = ""


class Instrument(Span, frozen=True):
    """A mention of a treaty, resolution, law, plan or article."""

    id: str = ""


class Deadline(Span, frozen=True):
    """A time by or within which something is to be done; ISO dates where they can be known."""

    from_: str | None = msgspec.field(default=None, name="from")
    to: str | None = None


class Quantity(Span, frozen=True):
    """A number with its unit. ``low`` and ``high`` bound it: equal to ``value`` where the text is exact, None where open."""

    value: float
    low: float | None
    high: float | None
    unit: str
    of: str = ""


class Statement(Record, frozen=True):
    """One operative clause: one bearer, one force, one action. ``start`` and ``end`` bound the clause."""

    start: int
    end: int
    force: Force
    strength: int
    binding: Binding
    bearer: Actor | None = None
    counterparty: Span | None = None
    action: Span | None = None
    condition: Span | None = None
    hedges: tuple[Span, ...] = ()
    deadline: Deadline | None = None
    confidence: float = 0.0


class Tagged(Record, frozen=True):
    """Every label of a passage, by a model or by a person (``labeller``): the same record for both."""

    id: str
    lang: Lang
    force: tuple[Force, ...]
    confidence: float
    probabilities: dict[str, float]
    statements: tuple[Statement, ...] = ()
    actors: tuple[Actor, ...] = ()
    instruments: tuple[Instrument, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    labeller: str = "pledgebook"

    def __post_init__(self) -> None:
        if not self.force:
            raise ValueError("a tagged passage has at least one force; a heading has 'none'")


class Request(Record, frozen=True):
    """A passage that comes alone, without its document: what ``pledgebook tag`` is given, a line each."""

    id: str
    text: str
    lang: Lang | None = None
    legal_status: LegalStatus | None = None


class Passages(Record, frozen=True):
    """The passages of a document, in reading order."""

    document: str
    passages: tuple[Passage, ...]


class TaggedDocument(Record, frozen=True):
    """The tags of a document, one for each of its passages, in their order."""

    document: str
    tagged: tuple[Tagged, ...]


class Definition(Record, frozen=True):
    """A definition in a passage: what is defined, as what, by whom (empty where it is the document itself)."""

    passage: str
    term: str
    definition: str
    holder: str
    sense: str = ""


class Reference(Record, frozen=True):
    """A cited work or a footnote: as much of its bibliography as it gives."""

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


class Findings(Record, frozen=True):
    """What a document defines and what it cites."""

    document: str
    definitions: tuple[Definition, ...] = ()
    references: tuple[Reference, ...] = ()


class Bead(Record, frozen=True):
    """Passages of two languages that say the same; an empty side means that the other has no counterpart."""

    source: tuple[str, ...]
    target: tuple[str, ...]
    score: float


# The kinds of difference between the two languages of a work.
DIVERGENCES = ("force", "number", "date", "actor", "instrument", "negation", "hedge", "missing")


class Divergence(Record, frozen=True):
    """Where the two languages of a work do not say the same; an empty side says nothing at all. ``detail`` is for a person."""

    work: str
    kind: str
    severity: Literal["low", "medium", "high"]
    source: tuple[str, ...]
    target: tuple[str, ...]
    detail: str


class Vectors(Record, frozen=True):
    """The meaning of each passage of a document: little-endian float16, shape (passages, dimensions), as bytes."""

    document: str
    dimensions: int
    data: bytes


class Theme(Record, frozen=True):
    """A theme over both languages: its two names, the terms that tell it apart, how much it holds."""

    id: str
    label_en: str
    label_zh: str
    terms_en: tuple[str, ...]
    terms_zh: tuple[str, ...]
    documents: int
    passages: int
    parent: str = ""


class ThemeOf(Record, frozen=True):
    """The theme of a passage or a document, with its cosine similarity to the theme's centre."""

    id: str
    theme: str
    score: float


class Place(Record, frozen=True):
    """Where neighbouring passages lie on the map of a corpus: the first of them, how many they are, x and y from 0 to 1."""

    passage: str
    count: int
    x: float
    y: float


class Themes(Record, frozen=True):
    """The themes of a corpus, where each document and passage belongs, and a map on which what is alike lies together."""

    themes: tuple[Theme, ...]
    documents: tuple[ThemeOf, ...]
    passages: tuple[ThemeOf, ...]
    places: tuple[Place, ...] = ()


class WorkAlignment(Record, frozen=True):
    """The two languages of one work, as beads of passage ids.

    ``work`` is the id of the work; ``documents`` are its documents (one if it is bilingual). ``score`` is how sure the
    pairing is (1 where names or a manifest say so) and ``how`` says what it rests on; ``doubtful`` pairs are shown as such.
    """

    work: str
    documents: tuple[str, ...]
    score: float
    how: str
    doubtful: bool
    beads: tuple[Bead, ...]


class Alignments(Record, frozen=True):
    """Every work of the corpus; a work in one language has no beads."""

    works: tuple[WorkAlignment, ...]


class Divergences(Record, frozen=True):
    """What the two languages of the corpus's works do not say alike, work by work in order of place."""

    divergences: tuple[Divergence, ...]


Change = Literal["repeated", "strengthened", "weakened", "extended", "narrowed", "mixed", "new", "dropped"]


class LineageLink(Record, frozen=True):
    """A statement and what became of it in the next document of its series; ids are those of statements, or empty."""

    series: str
    earlier: str
    later: str
    change: Change
    detail: str
    score: float


class Lineage(Record, frozen=True):
    """What later documents of a corpus's series repeat, change, add and leave out."""

    links: tuple[LineageLink, ...]
