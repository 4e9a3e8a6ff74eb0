"""From the glyphs of a document's pages to its blocks: the order of the steps, each in a module of its own.

Ruled lines and tables; running heads, feet and page numbers; columns in reading order and their lines; notes at the foot
of columns and the marks that point at them; paragraphs, joined over columns and pages; what each block is.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.records import Block
from pipeline.stages.parse.blocks import make_blocks
from pipeline.stages.parse.columns import make_words, split
from pipeline.stages.parse.furniture import body_size, take_furniture, take_masthead
from pipeline.stages.parse.kinds import assign, join_contents
from pipeline.stages.parse.marks import is_head
from pipeline.stages.parse.model import Draft, Page, Rect, Row, Table, Word, around
from pipeline.stages.parse.notes import flag_marks, foot, join_notes, make_notes, plain, take_rules
from pipeline.stages.parse.paragraphs import Setting, join_columns, make_paragraphs, measure
from pipeline.stages.parse.rows import make_rows
from pipeline.stages.parse.tables import join_tables, take_tables

# Numbers of pages that stand for text in another direction begin here, above any number of a real page.
ASIDE = 10_000_000
# So many characters in another direction are text to read; fewer are a number or name at the margin. Slanting text is
# a watermark.
LONG = 60


def lay_out(document: str, pages: Sequence[Page]) -> tuple[Block, ...]:
    """The blocks of a document, in reading order.

    Args:
        document: its id.
        pages: with their glyphs; they are taken apart.
    """
    body = body_size(pages)
    for page in pages:
        take_rules(page)
        take_tables(page)
    take_furniture(pages, body)
    if pages:
        take_masthead(pages[0], body)
    pages = _with_asides(pages)
    flows: list[list[Row | Table]] = []
    feet: dict[int, list[Row]] = {}
    gutters: list[float] = []
    for page in pages:
        for column in _columns(page, gutters):
            rows = [item for item in column if isinstance(item, Row)]
            if rows:
                area = around(_rect(row) for row in rows)
                start = foot(rows, page, body, area)
                below = {id(row) for row in rows[start:]}
                feet.setdefault(page.number, []).extend(rows[start:])
                column = [item for item in column if id(item) not in below]
            flows.append(column)
    notes = join_notes([note for page in pages for note in make_notes(feet.get(page.number, []))])
    running = [[item for item in flow if isinstance(item, Row)] for flow in flows]
    _flag(running, notes)
    setting = measure(running, body, any(page.ocr for page in pages))
    drafts = join_tables(join_columns([_paragraphs(flow, setting) for flow in flows], setting))
    assign(drafts, body)
    drafts = join_contents(drafts)
    return make_blocks(document, _in_order(drafts, notes, pages), {page.number: page for page in pages})


def _rect(row: Row) -> Rect:
    return Rect(row.x0, row.top, row.x1, row.bottom)


def _with_asides(pages: Sequence[Page]) -> list[Page]:
    """The pages, and after each the text that runs in another direction: a page of its own, or a foot if it is short."""
    all_pages: list[Page] = []
    for page in pages:
        all_pages.append(page)
        for turn, glyphs in page.aside:
            number = page.number + ASIDE * (1 + max(turn, 0) // 90)
            aside = Page(number, page.width, page.height, turn=max(turn, 0), glyphs=glyphs, real=page.number)
            if sum(not glyph.text.isspace() for glyph in glyphs) < LONG and turn >= 0:
                aside.furniture = [("footer", row) for row in make_rows(glyphs, number)]
                aside.glyphs = []
            if turn >= 0:
                all_pages.append(aside)
    return all_pages


def _columns(page: Page, gutters: list[float]) -> list[list[Row | Table]]:
    """Lines and tables of a page by column, in reading order."""
    words = make_words(page.glyphs) if page.words is None else list(page.words)
    words += [Word(table.rect, table.rect.bottom, 10.0, [], table) for table in page.tables]
    blanks = [glyph for glyph in page.glyphs if glyph.text.isspace()]
    found: list[list[Row | Table]] = []
    for column in split(words, gutters):
        area = around(word.rect for word in column)
        glyphs = [glyph for word in column for glyph in word.glyphs]
        glyphs += [
            b for b in blanks if area.x0 <= (b.x0 + b.x1) / 2 <= area.x1 and area.top - 2 <= b.base <= area.bottom + 2
        ]
        items: list[Row | Table] = [
            *make_rows(glyphs, page.number),
            *(word.table for word in column if word.table is not None),
        ]
        items.sort(key=lambda item: item.base if isinstance(item, Row) else item.rect.top)
        found.append(items)
    return found


def _flag(columns: Sequence[Sequence[Row]], notes: Sequence[Draft]) -> None:
    """Flags the marks of notes in the running text, knowing the notes of the page and those at the end."""
    listed: set[str] = set()
    inside = False
    for row in (row for column in columns for row in column):
        if is_head("noteheads", "words", row.text):
            inside = True
        elif inside:
            listed |= {plain(note.marker) for note in make_notes([row]) if note.marker}
    by_page: dict[int, set[str]] = {}
    for note in notes:
        for row in note.rows:
            by_page.setdefault(row.page, set()).add(plain(note.marker))
    for column in columns:
        for row in column:
            flag_marks([row], by_page.get(row.page, set()) | listed)


def _paragraphs(flow: Sequence[Row | Table], setting: Setting) -> list[Draft]:
    """The paragraphs and tables of a column."""
    drafts: list[Draft] = []
    rows: list[Row] = []
    for item in flow:
        if isinstance(item, Row):
            rows.append(item)
        else:
            drafts += make_paragraphs(rows, setting)
            drafts.append(Draft([], "table", table=[item]))
            rows = []
    return drafts + make_paragraphs(rows, setting)


def _in_order(drafts: list[Draft], notes: list[Draft], pages: Sequence[Page]) -> list[Draft]:
    """Running text in reading order, each page's head before it and its notes and foot after it."""
    heads: dict[int, list[Draft]] = {}
    tails: dict[int, list[Draft]] = {}
    for page in pages:
        for kind, row in page.furniture:
            (heads if kind == "header" else tails).setdefault(page.number, []).append(Draft([row], kind))
    for note in reversed(notes):
        tails.setdefault(note.rows[0].page, []).insert(0, note)
    ordered: list[Draft] = []
    numbers = [page.number for page in pages]
    order = {number: index for index, number in enumerate(numbers)}
    place = 0
    for index, number in enumerate(numbers):
        ordered += heads.get(number, [])
        while place < len(drafts) and order[_page(drafts[place])] <= index:
            ordered.append(drafts[place])
            place += 1
        ordered += tails.get(number, [])
    return ordered + drafts[place:]


def _page(draft: Draft) -> int:
    return draft.rows[0].page if draft.rows else draft.table[0].page
