"""Footnotes: which lines at the foot of a column are notes, and which marks in the running text point at them.

A note begins under a short ruled line, or in smaller type at the foot of its column, with a mark; lines without a mark go
on with the note before, on the next page too. Marks in the running text are raised or small, or they are circled numbers
or stars that a note of the same page begins with; ordinals (19th), powers (10⁵) and squares (m²) are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.stages.parse.marks import note_mark
from pipeline.stages.parse.model import Draft, Glyph, Page, Rect, Row

# Parts of the body's letter size: notes are at most so large where no ruled line parts them, and where one does.
NOTE_SIZE = 0.93
RULED_SIZE = 1.02
RAISED_DIGITS = str.maketrans("¹²³⁰⁴⁵⁶⁷⁸⁹", "1230456789")
MARKS = re.compile(r"[\d*＊∗†‡§¶①-⑳㉑-㉟¹²³⁰⁴-⁹,，\[\]［］()（）〔〕【】–-]+")
UNITS = re.compile(r"(?:^|[\s\d（(/])(?:m|km|cm|mm|dm|s|ft|10)$")
# Characters that may be a note's mark without being raised, and those of them that stand in runs.
REPEATED = frozenset("¹²³⁰⁴⁵⁶⁷⁸⁹*＊∗†‡")
LONE = REPEATED | {chr(code) for code in (*range(0x2460, 0x2474), *range(0x3251, 0x3260))}


def take_rules(page: Page) -> None:
    """Turns lines of underscores, which some writers draw a ruled line with, into ruled lines."""
    by_line: dict[int, list[Glyph]] = {}
    for glyph in page.glyphs:
        if glyph.text in "_＿─━":
            by_line.setdefault(round(glyph.base), []).append(glyph)
    for run in by_line.values():
        others = [
            g for g in page.glyphs if abs(g.base - run[0].base) < 2 and not g.text.isspace() and g.text not in "_＿─━"
        ]
        if len(run) >= 5 and not others:
            base = run[0].base
            page.across.append(Rect(min(g.x0 for g in run), base, max(g.x1 for g in run), base))
            gone = set(map(id, run))
            page.glyphs = [glyph for glyph in page.glyphs if id(glyph) not in gone]


def foot(rows: Sequence[Row], page: Page, body: float, column: Rect) -> int:
    """Where the notes at the foot of a column begin: an index into its rows (their number, if there are none).

    Args:
        rows: of the column, from top to bottom.
        page: for its ruled lines.
        body: size of the document's letters in points.
        column: the rectangle around the rows.
    """
    best = len(rows)
    for rule in page.across:
        short = 25 < rule.width < 0.72 * max(column.width, 0.5 * page.frame[0])
        if not short or not column.x0 - 40 < rule.x0 < column.x1 or rule.x0 > column.x0 + 0.25 * column.width:
            continue
        start = next((i for i, row in enumerate(rows) if row.base - 0.6 * row.size > rule.top), len(rows))
        below = rows[start:]
        if not below or rule.top < 0.25 * page.frame[1]:
            continue
        marked = bool(_mark(below[0]))
        if all(row.size <= (RULED_SIZE if marked else NOTE_SIZE + 0.03) * body for row in below):
            best = min(best, start)
    if best < len(rows):
        return best
    start = len(rows)
    while start and rows[start - 1].size <= NOTE_SIZE * body:
        start -= 1
    if start == 0 and len(rows) > 3 and not _mark(rows[0]):
        return len(rows)
    while start < len(rows) and not _mark(rows[start]):
        start += 1
    return start


def _mark(row: Row) -> str:
    """The mark that a note's first line begins with; a plain number counts if it is raised or a blank follows."""
    lead = "".join(g.text for g in row.glyphs[:6])
    raised = ""
    for glyph in row.glyphs[:6]:
        if not glyph.raised:
            break
        raised += glyph.text
    if raised.strip() and MARKS.fullmatch(raised.strip()):
        return raised.strip()
    kind, mark = note_mark(row.text)
    if kind == "number" and not re.match(
        r"\d{1,3}(?:[\s　.．、]+[^\d\s%.,，。年月日/／–-]|[\u3400-\u9fff《“「])", lead
    ):
        return ""
    return mark


def make_notes(rows: Sequence[Row]) -> Iterator[Draft]:
    """Notes from the rows at the foot of a column; the first may go on from the page before (no marker)."""
    current: Draft | None = None
    for row in rows:
        mark = _mark(row)
        if mark.isdecimal() and current is not None and not row.glyphs[0].raised:
            # A line of a note may begin with a year or a volume: a plain number opens a note only if it counts on.
            known = plain(current.marker)
            if int(mark) != (int(known) + 1 if known.isdecimal() else 1):
                mark = ""
        if mark or current is None:
            if current is not None:
                yield current
            current = Draft([row], "footnote", marker=mark)
        else:
            current.rows.append(row)
    if current is not None:
        yield current


def plain(marker: str) -> str:
    """A mark without brackets, in plain digits: what two marks are compared by."""
    bare = re.sub(r"[\[\]［］〔〕【】()（）\s]", "", marker).translate(RAISED_DIGITS)
    if len(bare) == 1 and "①" <= bare <= "⑳":
        return str(ord(bare) - ord("①") + 1)
    return bare.replace("＊", "*").replace("∗", "*")


def flag_marks(rows: Sequence[Row], markers: set[str]) -> None:
    """Flags the glyphs of running text that are marks of notes, so that they are kept apart from the text.

    Args:
        rows: of running text, in any order.
        markers: the marks of the notes that they may point at, as ``plain`` gives them.
    """
    for row in rows:
        for start, end in _candidates(row):
            run = row.glyphs[start:end]
            text = "".join(g.text for g in run).strip()
            if not text or not MARKS.fullmatch(text):
                continue
            before = "".join(g.text for g in row.glyphs[:start]).rstrip()
            raised = all(g.raised or g.text.isspace() for g in run) or bool(re.fullmatch("[¹²³⁰⁴-⁹]+", text))
            known = all(part in markers for part in re.split(r"[,，–-]", plain(text)) if part)
            if not before and not (known and raised):
                continue
            if raised and UNITS.search(before) and text.lstrip("-–").isdecimal():
                continue
            if raised and not known and re.fullmatch(r"[-–()（）\[\],，]*", text):
                continue
            if raised or (known and not text.isdecimal()):
                for glyph in run:
                    glyph.note = True


def _candidates(row: Row) -> Iterator[tuple[int, int]]:
    """Runs of raised glyphs, circled numbers, stars and bracketed numbers of a line."""
    glyphs = row.glyphs
    index = 0
    while index < len(glyphs):
        glyph = glyphs[index]
        end = index + 1
        if glyph.raised:
            while end < len(glyphs) and (
                glyphs[end].raised or (glyphs[end].text == " " and end + 1 < len(glyphs) and glyphs[end + 1].raised)
            ):
                end += 1
            yield index, end
        elif glyph.text in LONE:
            while end < len(glyphs) and glyphs[end].text in REPEATED:
                end += 1
            yield index, end
        elif glyph.text in "[［〔":
            while end < len(glyphs) and end - index < 12 and glyphs[end].text not in "]］〕":
                end += 1
            if end < len(glyphs) and glyphs[end].text in "]］〕":
                yield index, end + 1
                end += 1
        index = end


def join_notes(notes: list[Draft]) -> list[Draft]:
    """Puts the end of a note that stands on the next page to its beginning."""
    joined: list[Draft] = []
    for note in notes:
        if not note.marker and joined and note.rows[0].page - joined[-1].rows[-1].page == 1:
            joined[-1].rows += note.rows
        else:
            joined.append(note)
    return joined
