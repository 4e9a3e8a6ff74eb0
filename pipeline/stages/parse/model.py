"""What the parser's own steps hand to each other: glyphs, rules, printed lines and drafts of blocks.

These are working notes of one page, mutable and never stored; what leaves the parser are the records.
All places are in points from the top left corner of the *frame*: the page turned so that most of its text runs from
left to right. ``Page.place`` turns a rectangle of the frame back to the page as a reader sees it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from pipeline.records import BlockKind, Box


class Glyph:
    """A printed character: its text (one code point), edges, baseline, size in points and looks."""

    __slots__ = ("base", "bold", "font", "hidden", "note", "raised", "size", "text", "x0", "x1")

    def __init__(
        self,
        text: str,
        x0: float,
        x1: float,
        base: float,
        size: float,
        bold: bool = False,
        hidden: bool = False,
        font: int = 0,
    ) -> None:
        self.text, self.x0, self.x1, self.base, self.size = text, x0, x1, base, size
        self.bold, self.hidden, self.font = bold, hidden, font
        self.raised = False
        self.note = False

    @property
    def top(self) -> float:
        return self.base - 0.85 * self.size

    @property
    def bottom(self) -> float:
        return self.base + 0.2 * self.size


@dataclass(slots=True)
class Rect:
    """A rectangle of the frame."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def holds(self, x: float, y: float) -> bool:
        return self.x0 <= x <= self.x1 and self.top <= y <= self.bottom


def around(rects: Iterable[Rect]) -> Rect:
    """The smallest rectangle around several (at least one)."""
    boxes = list(rects)
    return Rect(
        min(r.x0 for r in boxes), min(r.top for r in boxes), max(r.x1 for r in boxes), max(r.bottom for r in boxes)
    )


@dataclass(slots=True)
class Row:
    """A printed line: its glyphs from left to right, blanks among them; ``column`` counts columns in reading order."""

    glyphs: list[Glyph]
    page: int
    column: int = 0
    size: float = 0.0
    base: float = 0.0
    bold: bool = False
    text: str = ""
    left: float = 0.0
    right: float = 0.0
    centred: bool = False
    numbered: bool = False

    @property
    def x0(self) -> float:
        return self.glyphs[0].x0

    @property
    def x1(self) -> float:
        return self.glyphs[-1].x1

    @property
    def top(self) -> float:
        return self.base - 0.85 * self.size

    @property
    def bottom(self) -> float:
        return self.base + 0.2 * self.size


@dataclass(slots=True)
class Table:
    """A ruled table: where it stands and its cells, each the rows of glyphs in it (empty for what a merged cell covers)."""

    page: int
    rect: Rect
    cells: list[list[list[Row]]]
    columns: tuple[float, ...]
    column: int = 0


@dataclass(slots=True)
class Draft:
    """A block in the making: its rows in reading order and what has been found out about it."""

    rows: list[Row]
    kind: BlockKind = "paragraph"
    level: int = 0
    marker: str = ""
    table: list[Table] = field(default_factory=list)
    series: str = ""
    closed: bool = False
    shown: str = ""

    @property
    def text(self) -> str:
        return "".join(row.text for row in self.rows)


@dataclass(slots=True)
class Word:
    """Glyphs that stand together, or a table; what lines and columns are found from."""

    rect: Rect
    base: float
    size: float
    glyphs: list[Glyph]
    table: Table | None = None


@dataclass(slots=True)
class Page:
    """A page: its size as a reader sees it, its turn, and what stands on it, in the frame's places.

    Text that runs in another direction than most of a page's is a page of its own here (a table turned on its side): its
    ``number`` tells it apart, ``real`` is the number of the page that it stands on.
    """

    number: int
    width: float
    height: float
    turn: int = 0
    glyphs: list[Glyph] = field(default_factory=list)
    across: list[Rect] = field(default_factory=list)
    down: list[Rect] = field(default_factory=list)
    pictures: list[Rect] = field(default_factory=list)
    aside: list[tuple[int, list[Glyph]]] = field(default_factory=list)
    real: int = 0
    ocr: bool = False
    drawn: bool = False
    unmapped: int = 0
    furniture: list[tuple[Literal["header", "footer"], Row]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    skew: float = 0.0
    words: list[Word] | None = None

    @property
    def frame(self) -> tuple[float, float]:
        """Width and height of the frame."""
        return (self.height, self.width) if self.turn in (90, 270) else (self.width, self.height)

    def levelled(self, x: float, y: float, back: bool = False) -> tuple[float, float]:
        """A place of the slanting picture as a place of the frame, or (``back``) the other way round."""
        if not self.skew:
            return x, y
        angle = math.radians(self.skew if back else -self.skew)
        width, height = self.frame
        dx, dy = x - width / 2, y - height / 2
        return width / 2 + dx * math.cos(angle) - dy * math.sin(angle), height / 2 + dx * math.sin(
            angle
        ) + dy * math.cos(angle)

    def place(self, x0: float, top: float, x1: float, bottom: float) -> Box:
        """A rectangle of the frame as a box of the page, kept inside the page."""
        if self.skew:
            corners = [self.levelled(x, y, back=True) for x in (x0, x1) for y in (top, bottom)]
            x0, x1 = min(x for x, _ in corners), max(x for x, _ in corners)
            top, bottom = min(y for _, y in corners), max(y for _, y in corners)
        if self.turn == 90:
            x0, top, x1, bottom = self.width - bottom, x0, self.width - top, x1
        elif self.turn == 180:
            x0, top, x1, bottom = self.width - x1, self.height - bottom, self.width - x0, self.height - top
        elif self.turn == 270:
            x0, top, x1, bottom = top, self.height - x1, bottom, self.height - x0
        x0, x1 = (min(max(value, 0.0), self.width) for value in (x0, x1))
        top, bottom = (min(max(value, 0.0), self.height) for value in (top, bottom))
        return Box(
            page=self.real or self.number, x0=round(x0, 2), top=round(top, 2), x1=round(x1, 2), bottom=round(bottom, 2)
        )
