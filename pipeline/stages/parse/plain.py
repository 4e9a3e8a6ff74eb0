"""Text without any markup: finds its paragraphs as on a printed page.

A text file is a page of one column in letters of one size: a Chinese character is as wide as two Latin ones, a blank line
is space above. Where lines are broken by hand at a fixed width, they are put together by the same signs as printed lines;
where every line is a paragraph, every line is one.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from pipeline.records import Block
from pipeline.stages.parse.characters import usual_text
from pipeline.stages.parse.kinds import assign
from pipeline.stages.parse.marks import heading_mark, is_folio, is_over, list_mark, note_mark
from pipeline.stages.parse.model import Draft, Row
from pipeline.stages.parse.notes import flag_marks, plain
from pipeline.stages.parse.paragraphs import join_columns, make_paragraphs, measure
from pipeline.stages.parse.written import SIZE, text_row, written_blocks
from pipeline.text import language

# Lines wider than this (in Latin letters) were not broken by hand.
WIDEST = 130
LINE_END = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
INVISIBLE = re.compile("[\ufeff\u200b\u200e\u200f\u2060\u00ad]")


def read_plain(document: str, text: str) -> tuple[Block, ...]:
    """The blocks of a text.

    Args:
        document: its id.
        text: the whole text, line ends of any kind.
    """
    return written_blocks(document, plain_drafts(text))


def plain_drafts(text: str) -> list[Draft]:
    """The paragraphs of a text, their kinds assigned."""
    lines = [INVISIBLE.sub("", line).expandtabs(4).rstrip() for line in LINE_END.split(usual_text(text))]
    rows = _rows(lines)
    if not rows:
        return []
    if _broken_by_hand(rows):
        setting = measure([rows], SIZE)
        drafts = join_columns([make_paragraphs(_without_folios(rows), setting)], setting)
    else:
        drafts = [Draft([row]) for row in rows]
    _notes(drafts)
    drafts = _past_notes(drafts)
    assign(drafts, 0.0)
    return drafts


def _rows(lines: Sequence[str]) -> list[Row]:
    """Lines as printed lines; where every line is followed by a blank one, the blanks say nothing."""
    lines = _glued(lines)
    filled = [number for number, line in enumerate(lines) if line.strip()]
    doubled = sum(b - a == 2 for a, b in itertools.pairwise(filled)) > 0.6 * len(filled)
    rows: list[Row] = []
    place = blanks = 0
    for line in lines:
        if line.strip():
            place += 1 + max(0, blanks - doubled)
            rows.append(text_row(line, place))
            blanks = 0
        else:
            blanks += 1
    return rows


def _glued(lines: Sequence[str]) -> list[str]:
    """Puts a raised note mark that text taken from PDF files has on a line of its own back between its neighbours."""
    glued: list[str] = []
    waiting = False
    for line in lines:
        bare = line.strip()
        if len(bare) == 1 and "①" <= bare <= "⑳" and any(glued):
            while not glued[-1].strip():
                glued.pop()
            glued[-1] += bare
            waiting = True
        elif waiting and bare:
            # What follows goes on with the sentence, unless the mark stood at its very end.
            if line[:1].isspace() or (glued[-1][-2:-1] in "。！？”" and len(glued[-1]) < 24):
                glued.append(line)
            else:
                glued[-1] += bare
            waiting = False
        elif not waiting or bare:
            glued.append(line)
    return glued


def _broken_by_hand(rows: Sequence[Row]) -> bool:
    """Whether lines end because they are full: many are about as long as the longest, and break off in a sentence."""
    widths = sorted(2 * row.x1 / SIZE for row in rows)
    full = widths[int(0.9 * (len(widths) - 1))]
    if full > WIDEST or len(rows) < 3:
        return False
    cut = [row for row in rows if not is_over(row.text) and 2 * row.x1 / SIZE > 0.7 * full]
    return len(cut) > 0.25 * len(rows)


def _without_folios(rows: Sequence[Row]) -> list[Row]:
    """Leaves out page numbers on lines of their own that count on, as text taken from PDF files has."""
    numbers = [
        int(re.sub(r"\D", "", row.text))
        for row in rows
        if is_folio(row.text) and re.search(r"\d", row.text) and len(row.text) < 12
    ]
    counting = {number for number in numbers if number + 1 in numbers or number - 1 in numbers}
    if len(counting) < 2:
        return list(rows)
    return [
        row
        for row in rows
        if not (
            is_folio(row.text)
            and re.sub(r"\D", "", row.text).isdecimal()
            and int(re.sub(r"\D", "", row.text)) in counting
        )
    ]


def _notes(drafts: Sequence[Draft]) -> None:
    """Notes in the middle of a text: paragraphs that begin with a circled number or star that stands in the text too."""
    for draft in drafts:
        kind, mark = note_mark(draft.text)
        if kind not in ("circled", "superscript"):
            continue
        others = [row for other in drafts if other is not draft for row in other.rows]
        if any(mark in row.text[1:] for row in others) and not is_list(draft, drafts):
            draft.kind, draft.marker = "footnote", mark
    markers = {plain(draft.marker) for draft in drafts if draft.kind == "footnote"}
    for draft in drafts:
        if draft.kind == "footnote" or not markers:
            continue
        flag_marks(draft.rows, markers)


def _past_notes(drafts: Sequence[Draft]) -> list[Draft]:
    """Joins a sentence that the notes of its page cut in two."""
    joined: list[Draft] = []
    body: Draft | None = None
    cut = False
    for draft in drafts:
        if draft.kind == "footnote":
            cut = True
        elif (
            body is not None
            and cut
            and not is_over(body.text)
            and language(body.text) == language(draft.text)
            and not _opens(draft)
        ):
            body.rows += draft.rows
            cut = False
            continue
        else:
            body, cut = draft, False
        joined.append(draft)
    return joined


def _opens(draft: Draft) -> bool:
    return bool(heading_mark(draft.text)[0] or list_mark(draft.text)[0] or draft.rows[0].text[:1].isupper())


def is_list(draft: Draft, drafts: Sequence[Draft]) -> bool:
    """Whether a paragraph with a circled number is an item: the text before it announces a list."""
    place = next(index for index, other in enumerate(drafts) if other is draft)
    return place > 0 and drafts[place - 1].text.rstrip().endswith((":", "："))
