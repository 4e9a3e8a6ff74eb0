"""Text of formats without pages (TXT, Markdown, DOCX, HTML, mail) as lines and blocks of the same kind as printed ones.

Every paragraph becomes a line in letters of one width, so that the steps that tell headings, lists, notes and tables
serve all formats. The places of these lines mean nothing and are taken out of the blocks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from pipeline.records import Block
from pipeline.stages.parse.blocks import make_blocks
from pipeline.stages.parse.characters import usual_text, wide
from pipeline.stages.parse.model import Draft, Glyph, Page, Rect, Row, Table

SIZE = 10.0
LEADING = 12.0


def text_row(text: str, number: int = 0, bold: bool = False, size: float = SIZE) -> Row:
    """A line of text as a printed line: where its letters would stand in type of one width."""
    glyphs: list[Glyph] = []
    x = 0.0
    base = (number + 1) * LEADING
    for char in text:
        width = SIZE if wide(char) else 0.5 * SIZE
        if not char.isspace() or glyphs:
            glyphs.append(Glyph(" " if char.isspace() else char, x, x + width, base, size, bold))
        x += width
    row = Row(glyphs or [Glyph(" ", 0.0, 0.0, base, size)], 1, size=size, base=base, bold=bold)
    row.text = "".join(glyph.text for glyph in row.glyphs)
    row.right = x
    return row


def paragraph(text: str, **looks: bool | float) -> Draft:
    """A paragraph as a draft of one line."""
    return Draft([text_row(usual_text(text), bold=bool(looks.get("bold")), size=float(looks.get("size", SIZE)))])


def marked(pieces: Sequence[str]) -> Draft:
    """A paragraph from pieces of which every second one is the mark of a note."""
    draft = paragraph("".join(pieces))
    glyphs = draft.rows[0].glyphs
    place = 0
    for number, piece in enumerate(pieces):
        length = len(usual_text(piece))
        for glyph in glyphs[place : place + length]:
            glyph.note = number % 2 == 1
        place += length
    return draft


def table(rows: Iterable[Sequence[str]]) -> Draft:
    """A table from the texts of its cells; rows of different lengths are filled up."""
    texts = [list(row) for row in rows]
    width = max((len(row) for row in texts), default=0)
    cells = [
        [[text_row(usual_text(cell))] if cell.strip() else [] for cell in row + [""] * (width - len(row))]
        for row in texts
    ]
    return Draft([], "table", table=[Table(1, Rect(0, 0, 0, 0), cells, ())])


def written_blocks(document: str, drafts: Sequence[Draft]) -> tuple[Block, ...]:
    """The blocks of a text without pages: kinds are assigned already, lines have no places."""
    page = Page(number=1, width=1e7, height=1e9)
    return tuple(replace(block, lines=()) for block in make_blocks(document, drafts, {1: page}))
