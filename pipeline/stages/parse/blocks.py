"""Turns drafts into the records: one text a block, with the place of every character.

Lines are joined as their script needs: nothing between Chinese characters, a blank between English words, a hyphen at the
end of a line undone unless the document, or else English, writes the word with one. Marks of notes are left out of the
text and noted with their place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from msgspec.structs import replace

from pipeline.records import Block, Line, Note, stable_id
from pipeline.stages.parse.characters import wide
from pipeline.stages.parse.english import is_english
from pipeline.stages.parse.marks import words
from pipeline.stages.parse.model import Draft, Glyph, Page, Row
from pipeline.text import language

WORD = re.compile(r"[A-Za-z][a-z]+(?:-[A-Za-z]+)*")
ENTRY = re.compile(r"(.*?)[\s　.．。·…⋯‥]*?[\s　.．。·…⋯‥(（-]+(\d{1,4}|[ivxl]{1,6})[)）-]?\s*")
# No blank after these where they end a line of English.
NO_BLANK_AFTER = "/—–(“‘[$€£"


class Vocabulary:
    """The words that a document writes within its lines: what decides about a hyphen at the end of a line."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.known: Counter[str] = Counter()
        broken = False
        for row in rows:
            found = WORD.findall(row.text)
            ends = row.text.rstrip()[-1:] in ("-", "\u2010")
            self.known.update(word.lower() for word in found[1 if broken else 0 : len(found) - ends])
            broken = ends

    def keeps_hyphen(self, first: str, second: str) -> bool:
        """Whether ``first`` and ``second``, parted by a hyphen and a line end, are a word with a hyphen."""
        joined, parted = f"{first}{second}".lower(), f"{first}-{second}".lower()
        if self.known[joined] != self.known[parted]:
            return self.known[parted] > self.known[joined]
        if first.isupper() or first.lower() in words("hyphens", "kept"):
            return True
        whole = first.lower() not in words("hyphens", "prefixes") and "-" not in first
        if whole and is_english(parted):
            return True
        if not whole or is_english(joined):
            return False
        return is_english(first.lower()) and len(second) > 1 and is_english(second) and not self.run_together

    @cached_property
    def run_together(self) -> bool:
        """Whether the document has lost blanks ("physicalor mental"): then two words at a line end may be such a loss."""
        long = [word for word in self.known if len(word) > 8 and "-" not in word and not is_english(word)]
        glued = [
            word
            for word in long
            if any(is_english(word[:cut]) and is_english(word[cut:]) for cut in range(3, len(word) - 1))
        ]
        return len(glued) >= 3 and len(glued) > 0.002 * self.known.total()


class _Writer:
    """Writes rows one after the other into a text, with the lines and notes of a block."""

    def __init__(self, pages: Mapping[int, Page], vocabulary: Vocabulary) -> None:
        self.pages, self.vocabulary = pages, vocabulary
        self.text = ""
        self.lines: list[Line] = []
        self.notes: list[Note] = []

    def add(self, row: Row, joint: str | None = None) -> None:
        kept: list[Glyph] = []
        notes: list[tuple[int, str]] = []
        for glyph in row.glyphs:
            if glyph.note:
                if notes and notes[-1][0] == len(kept):
                    notes[-1] = (len(kept), notes[-1][1] + glyph.text)
                else:
                    notes.append((len(kept), glyph.text))
            elif glyph.text != " " or (kept and kept[-1].text != " "):
                if notes and glyph.text in ".,;:!?)" and kept and kept[-1].text == " " and notes[-1][0] == len(kept):
                    kept.pop()
                    notes[-1] = (len(kept), notes[-1][1])
                kept.append(glyph)
        while kept and kept[-1].text == " ":
            kept.pop()
        if joint is None or not self.text:
            joint = self._joint(kept)
        start = len(self.text) + len(joint)
        for place, marks in notes:
            at = min(start + min(place, len(kept)), start + len(kept)) if kept else len(self.text)
            if place and place <= len(kept) and kept[place - 1].text == " ":
                at -= 1
            self.notes += [Note(offset=at, marker=mark) for mark in _marks(marks)]
        if not kept:
            return
        self.text += joint + "".join(glyph.text for glyph in kept)
        self.lines.append(self._line(row, kept, start))

    def _joint(self, following: Sequence[Glyph]) -> str:
        """What stands between the text so far and a further line; takes a hyphen that only the line end needed away."""
        if not self.text or not following:
            return ""
        last, first = self.text[-1], following[0].text
        if wide(last) or wide(first):
            return ""
        if last in "-\u2010" and len(self.text) > 1 and self.text[-2].isalpha() and first.isalpha():
            before = re.search(r"[A-Za-z]+(?:-[A-Za-z]+)*$", self.text[:-1])
            after = re.match(r"[^\W\d_]+", "".join(glyph.text for glyph in following[:30]))
            if after is not None and after.group() in words("hyphens", "suspended"):
                return " "
            if (
                before is None
                or after is None
                or first.isupper()
                or self.vocabulary.keeps_hyphen(before.group(), after.group())
            ):
                return ""
            self._shorten()
            return ""
        if last in NO_BLANK_AFTER or (last in "-\u2010" and self.text[-2:-1] not in (" ", "")):
            return ""
        token = self.text.rsplit(None, 1)[-1]
        if ("://" in token or token.startswith("www.")) and (last in "_.=?&%" or first in "/_=?&%"):
            return ""
        return " "

    def _shorten(self) -> None:
        self.text = self.text[:-1]
        line = self.lines.pop()
        if line.end - line.start > 1:
            edges = line.edges[:-1]
            box = replace(line.box, x1=max(line.box.x0, edges[-1])) if edges else line.box
            self.lines.append(Line(start=line.start, end=line.end - 1, box=box, edges=edges))

    def _line(self, row: Row, kept: Sequence[Glyph], start: int) -> Line:
        page = self.pages[row.page]
        box = page.place(kept[0].x0, row.top, max(g.x1 for g in kept), row.bottom)
        edges: list[float] = []
        if page.turn == 0 and not page.skew:
            for glyph in kept:
                edges.append(round(max(glyph.x0, edges[-1] if edges else glyph.x0), 2))
            edges.append(round(max(kept[-1].x1, edges[-1]), 2))
        return Line(start=start, end=start + len(kept), box=box, edges=tuple(edges))


def _marks(text: str) -> list[str]:
    """The marks of a run: ``1, 2`` are two, ``[3,5]`` are two, ``①`` is one."""
    bare = text.strip().strip("[]［］〔〕()（）【】")
    parts = [part.strip() for part in re.split(r"[,，\s]", bare) if part.strip()]
    if parts and bare != text.strip() and len(parts) == 1:
        return [text.strip()]
    return parts


def make_blocks(document: str, drafts: Sequence[Draft], pages: Mapping[int, Page]) -> tuple[Block, ...]:
    """The blocks of a document.

    Args:
        document: its id.
        drafts: in reading order, their kinds assigned.
        pages: by number.
    """
    vocabulary = Vocabulary(row for draft in drafts for row in draft.rows)
    blocks: list[Block] = []
    for draft in drafts:
        block = (
            _table(document, len(blocks), draft, pages)
            if draft.table
            else _block(document, len(blocks), draft, pages, vocabulary)
        )
        if block is not None:
            blocks.append(block)
    return tuple(blocks)


def _block(
    document: str, ordinal: int, draft: Draft, pages: Mapping[int, Page], vocabulary: Vocabulary
) -> Block | None:
    writer = _Writer(pages, vocabulary)
    rows = draft.rows
    if draft.kind == "footnote":
        rows = _unmarked(draft)
    cells: tuple[tuple[str, ...], ...] = ()
    if draft.kind == "table":
        entries = [_entry(row) for row in rows]
        cells = tuple(texts for texts, _ in entries)
        for _, row in entries:
            writer.add(row, "\n")
    else:
        for row in rows:
            writer.add(row)
    if not writer.text.strip():
        return None
    return Block(
        id=stable_id("b", document, ordinal, writer.text),
        document=document,
        ordinal=ordinal,
        kind=draft.kind,
        lang=language(writer.text),
        text=writer.text,
        page=writer.lines[0].box.page,
        level=draft.level,
        marker=draft.marker,
        lines=tuple(writer.lines),
        notes=tuple(writer.notes),
        rows=cells,
    )


def _unmarked(draft: Draft) -> list[Row]:
    """The lines of a note without the mark at its beginning, which the block's ``marker`` holds."""
    row = draft.rows[0]
    left = list(draft.marker)
    glyphs = list(row.glyphs)
    while left and glyphs and (glyphs[0].text == left[0] or glyphs[0].text == " "):
        if glyphs.pop(0).text == left[0]:
            left.pop(0)
    while glyphs and glyphs[0].text in " .．、":
        glyphs.pop(0)
    if left:
        return draft.rows
    shown = Row(glyphs, row.page, size=row.size, base=row.base, text="".join(g.text for g in glyphs))
    return [shown, *draft.rows[1:]]


def _entry(row: Row) -> tuple[tuple[str, ...], Row]:
    """A line of a table of contents: its title and its page, and the line without what leads from one to the other."""
    match = ENTRY.fullmatch(row.text)
    if match is None or not match.group(1):
        return (row.text.strip(),), row
    between = row.glyphs[match.end(1) : match.start(2)]
    tab = Glyph("\t", between[0].x0, between[-1].x1, row.base, row.size)
    glyphs = [*row.glyphs[: match.end(1)], tab, *row.glyphs[match.start(2) : match.end(2)]]
    return (match.group(1).strip(), match.group(2)), Row(glyphs, row.page, size=row.size, base=row.base)


def _table(document: str, ordinal: int, draft: Draft, pages: Mapping[int, Page]) -> Block | None:
    """A table: its cells joined by tabs and line ends; the lines are those of the cells."""
    vocabulary = Vocabulary([])
    text, lines = "", []
    table_rows: list[tuple[str, ...]] = []
    for table in draft.table:
        for cells in table.cells:
            texts: list[str] = []
            for number, cell in enumerate(cells):
                if number:
                    text += "\t"
                writer = _Writer(pages, vocabulary)
                for row in cell:
                    writer.add(row)
                for line in writer.lines:
                    start, end = line.start + len(text), line.end + len(text)
                    lines.append(Line(start=start, end=end, box=line.box, edges=line.edges))
                text += writer.text
                texts.append(writer.text)
            text += "\n"
            table_rows.append(tuple(texts))
    text = text.removesuffix("\n")
    if not text.strip():
        return None
    return Block(
        id=stable_id("b", document, ordinal, text),
        document=document,
        ordinal=ordinal,
        kind="table",
        lang=language(text),
        text=text,
        page=(pages[draft.table[0].page].real or draft.table[0].page),
        lines=tuple(lines),
        rows=tuple(table_rows),
    )
