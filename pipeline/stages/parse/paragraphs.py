"""Puts printed lines together to paragraphs, within a column and then over columns and pages.

A new paragraph shows in several ways, and which of them count depends on how the document is set: more space above, a first
line that stands in (or, with hanging marks, out), a line before that ends early although the next word had room, another
size or weight of type, a mark of a heading or list. ``Setting`` measures what is usual in the document; ``begins``
weighs the signs for two lines. A paragraph at the end of a column goes on in the next column or page if nothing closes it.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.records import Lang
from pipeline.stages.parse.characters import wide
from pipeline.stages.parse.marks import heading_mark, is_contents_line, is_over, list_mark, note_mark
from pipeline.stages.parse.model import Draft, Row
from pipeline.text import language

# Marks that open a heading wherever they stand on a line of their own.
STRONG = ("part", "annex", "chapter", "section", "article", "han", "han_bracket")


@dataclass(slots=True)
class Setting:
    """How a document is set: the usual distance of baselines for a size of type, and whether its right edge is even.

    ``noisy`` where places were measured on a picture: there a little more space says nothing.
    """

    leading: dict[float, float] = field(default_factory=dict)
    even: dict[Lang, bool] = field(default_factory=dict)
    indented: dict[Lang, bool] = field(default_factory=dict)
    body: float = 10.0
    bold: bool = False
    noisy: bool = False

    def usual(self, row: Row) -> float:
        """The usual distance from one baseline to the next, in points."""
        return self.leading.get(round(row.size), 1.35 * row.size)


def measure(columns: Sequence[list[Row]], body: float, noisy: bool = False) -> Setting:
    """Measures a document and gives every row its column's edges.

    Args:
        columns: rows of running text by column, in reading order.
        body: size of most letters in points.
        noisy: whether places were measured on a picture.
    """
    setting = Setting(body=body, noisy=noisy)
    distances: dict[float, list[float]] = defaultdict(list)
    for rows in columns:
        for above, below in itertools.pairwise(rows):
            step = below.base - above.base
            if 0.8 * above.size < step < 2.6 * above.size and abs(above.size - below.size) < 0.6:
                distances[round(above.size)].append(step)
    for size, steps in distances.items():
        # Space between paragraphs only ever widens a step: the usual one is among the smaller.
        steps.sort()
        counts = Counter(round(step * 2) / 2 for step in steps)
        common = [step for step, count in counts.items() if count >= 0.25 * max(counts.values())]
        setting.leading[size] = min(common) if len(steps) >= 4 else steps[0]
    letters = [sum(len(row.text) for rows in columns for row in rows if row.bold is bold) for bold in (True, False)]
    setting.bold = letters[0] > letters[1]
    _edges(columns)
    _evenness(columns, setting)
    return setting


def _edges(columns: Sequence[list[Row]]) -> None:
    """Left and right edge of each column; a column of a few lines has those of its like on other pages."""
    found: list[tuple[list[Row], float, float]] = []
    for rows in columns:
        if rows:
            left, most = min(row.x0 for row in rows), max(row.x1 for row in rows)
            long = sorted(row.x1 for row in rows if row.x1 - left > 0.5 * (most - left))
            found.append((rows, left, long[int(0.75 * (len(long) - 1))] if len(long) >= 4 else most))
    for rows, left, right in found:
        size = rows[0].size
        alike = [
            r
            for other, other_left, r in found
            if len(other) > 5 and abs(other_left - left) < 2.5 * size and r - left > 8 * size
        ]
        if len(rows) < 6 and alike:
            near = min(alike, key=lambda r: (abs(r - right) if right <= r else 3 * abs(r - right), r))
            right = max(right, near)
        for row in rows:
            row.left, row.right = left, right
            middle = (row.x0 + row.x1) / 2
            indent, room = row.x0 - left, right - row.x1
            row.centred = (
                indent > 2 * row.size and room > 2 * row.size and abs(middle - (left + right) / 2) < 1.2 * row.size
            )


def _evenness(columns: Sequence[list[Row]], setting: Setting) -> None:
    ends: dict[Lang, list[bool]] = {"en": [], "zh": []}
    starts: dict[Lang, list[bool]] = {"en": [], "zh": []}
    for rows in columns:
        for row, following in itertools.pairwise(rows):
            lang = language(row.text)
            if row.x1 - row.left > 0.6 * (row.right - row.left):
                ends[lang].append(abs(row.x1 - row.right) < 0.75 * row.size)
            if is_over(row.text) and not heading_mark(following.text)[0] and not list_mark(following.text)[0]:
                starts[lang].append(
                    0.8 * row.size < following.x0 - following.left < 6 * row.size and not following.centred
                )
    for lang in ("en", "zh"):
        setting.even[lang] = sum(ends[lang]) > 0.6 * len(ends[lang])
        setting.indented[lang] = len(starts[lang]) >= 2 and sum(starts[lang]) > 0.3 * len(starts[lang])


def make_paragraphs(rows: Sequence[Row], setting: Setting) -> list[Draft]:
    """The paragraphs of one column."""
    drafts: list[Draft] = []
    for row in rows:
        if drafts and not begins(drafts[-1].rows, row, setting):
            drafts[-1].rows.append(row)
        else:
            drafts.append(Draft([row]))
    return drafts


def is_short(row: Row, following: Row, setting: Setting) -> bool:
    """Whether a line ends although what the next line begins with would have had room on it."""
    room = row.right - row.x1
    first = re.match(r"\S+", following.text)
    if first is None:
        return room > 2 * row.size
    if wide(first.group()[0]):
        even = setting.even["zh"]
        return room > (1.6 if even else 2.2) * row.size
    last = min(len(first.group()), next((i for i, c in enumerate(first.group()) if wide(c)), 99))
    glyphs = following.glyphs[:last]
    width = glyphs[-1].x1 - glyphs[0].x0
    return room > width + (0.35 if setting.even["en"] else 0.6) * row.size


def begins(paragraph: Sequence[Row], row: Row, setting: Setting) -> bool:
    """Whether a line begins a paragraph of its own, given the lines of the one before (in the same column)."""
    before = paragraph[-1]
    size = max(before.size, row.size)
    if abs(before.size - row.size) > 0.12 * size:
        return True
    step, usual = row.base - before.base, setting.usual(row)
    over, short = is_over(before.text), is_short(before, row, setting)
    if is_contents_line(before.text):
        return True
    wider = step / usual
    if wider > (1.75 if setting.noisy else 1.25) or (wider > (1.35 if setting.noisy else 1.15) and (over or short)):
        return True
    if step < 0.3 * size:
        return row.x0 > before.x1 + 3 * size
    mark, kind = _marks(row), heading_mark(paragraph[0].text)[0]
    ended = over and not before.text.rstrip().endswith((":", "：", ";", "；"))
    translated = language(before.text) != language(row.text) and min(_letters(before.text), _letters(row.text)) > 5
    if translated and (over or short or _display(row, setting) or before.centred):
        # A Chinese paragraph may have a line of Latin names; a title and its translation are two blocks.
        return True
    if _display(before, setting) and _display(row, setting) and not mark and not ended and before.bold == row.bold:
        return False
    if before.centred and row.centred:
        return ended or bool(heading_mark(row.text)[0]) or row.bold != before.bold or not _display(row, setting)
    if (before.centred != row.centred) and short and not (over and len(paragraph) > 1):
        return True
    if before.bold != row.bold and (short or over):
        return True
    if len(paragraph) == 1 and before.x0 - before.left > (6 if short else 12) * size:
        # Set far to the right: a signature, a place, a date.
        return True
    outdented = row.x0 < before.x0 - 0.6 * size and (len(paragraph) > 1 or over)
    if mark and (short or outdented or step > 1.15 * usual):
        return True
    if mark and over and (len(paragraph) == 1 or _sort(row) == _sort(paragraph[0])):
        # After a full line that ends a clause, a mark may as well be one within the paragraph: "…; (b) …".
        return True
    if over and note_mark(row.text)[0] == "symbol" and not note_mark(paragraph[0].text)[0]:
        return True
    if (
        len(paragraph) == 1
        and kind
        and not over
        and (kind in STRONG or before.bold or before.right - before.x1 > 0.3 * (before.right - before.left))
        and short
    ):
        return True
    return _stands_in(paragraph, row, over, short, setting)


def _display(row: Row, setting: Setting) -> bool:
    """Whether a line is set as headings are: larger than the text, or bold where the text is not."""
    return row.size > 1.1 * setting.body or (row.bold and not setting.bold)


def _marks(row: Row) -> bool:
    kind = heading_mark(row.text)[0]
    return bool(
        row.numbered
        or (kind and (kind != "bare" or row.bold))
        or list_mark(row.text)[0]
        or note_mark(row.text)[0] == "bracket"
    )


def _sort(row: Row) -> str:
    return list_mark(row.text)[0] or heading_mark(row.text)[0]


def _stands_in(paragraph: Sequence[Row], row: Row, over: bool, short: bool, setting: Setting) -> bool:
    """Whether a line's left edge, or the early end of the line before, makes it a first line."""
    before = paragraph[-1]
    size = row.size
    shift = row.x0 - before.x0
    lang = language(row.text)
    if len(paragraph) == 1:
        hanging = _marks(before)
        stands = lang == "zh" and 1.5 * size < row.x0 - row.left < 3 * size
        ends = before.right - before.x1 > 0.45 * size
        if setting.indented["zh"] and stands and abs(shift) <= 0.7 * size and ends and (short or not hanging):
            # Both lines stand in like first lines.
            return True
        if shift > 0.7 * size:
            return short if hanging else (over or short or shift < 6 * size)
        if shift < -0.7 * size:
            # The line before stood in: it was a first line, unless it was a paragraph by itself.
            return over and short
    elif shift > 0.8 * size:
        return over or short or shift < 6 * size
    elif shift < -0.8 * size:
        return True
    if not short:
        return False
    if over:
        # Files that lost the blanks at the beginning of a paragraph have first lines that end two letters early.
        lost = lang == "zh" and len(paragraph) == 1 and not setting.indented["zh"]
        return not (lost and before.right - before.x1 < 2.6 * size and len(before.text) > 12)
    if row.text[:1].islower():
        return False
    if lang == "en":
        return True
    # Chinese paragraphs end with a stop: a line without one is a paragraph only if it is far from full, and alone.
    return setting.even["zh"] and len(paragraph) == 1 and before.right - before.x1 > 0.3 * (before.right - before.left)


def follows(draft: Draft, row: Row, setting: Setting) -> bool:
    """Whether a paragraph at the end of a column goes on with a line at the beginning of a later one."""
    before = draft.rows[-1]
    if (
        abs(before.size - row.size) > 0.06 * max(before.size, row.size)
        or before.bold != row.bold
        or before.centred
        or row.centred
    ):
        return False
    if language(before.text) != language(row.text) and _letters(before.text) > 8 and _letters(row.text) > 8:
        return False
    over, lang = is_over(before.text), language(row.text)
    room = before.right - before.x1
    stands_in = row.x0 - row.left > 0.8 * row.size
    if _marks(row) and (over or room > 1.6 * row.size):
        within = _sort(row) != _sort(draft.rows[0]) and len(draft.rows) > 1 and row.x0 - row.left > 0.8 * row.size
        return within and room < row.size and _hangs(draft, row)
    if row.text[:1].islower():
        return not before.text.rstrip().endswith((".", "?", "!"))
    flush = setting.even[lang] and room < 0.35 * row.size and not (setting.indented[lang] and stands_in)
    if over and flush and not before.text.rstrip().endswith((":", "：", ";", "；")):
        # The last line of a paragraph is not stretched to the edge: this one was.
        return True
    if over:
        # A sentence may end where a page does: only where first lines stand in is it clear that this is none.
        full = not is_short(before, row, setting)
        first = len(draft.rows) > 1 or before.x0 - before.left > 0.8 * before.size
        return (
            setting.indented[lang]
            and not stands_in
            and full
            and first
            and not before.text.rstrip().endswith((":", "：", ";", "；"))
        )
    if setting.indented[lang] and stands_in and not _hangs(draft, row):
        return False
    if len(draft.rows) == 1 and (heading_mark(before.text)[0] in STRONG and room > 2 * row.size):
        return False
    if lang == "en" and (is_short(before, row, setting) or (setting.even["en"] and room > 0.9 * row.size)):
        return False
    return room < 0.35 * (before.right - before.left) or before.text.rstrip().endswith((",", "，", "、", "-"))


def _hangs(draft: Draft, row: Row) -> bool:
    """Whether a paragraph's lines stand in behind its mark, as this line does."""
    if not _marks(draft.rows[0]):
        return False
    stands = draft.rows[-1].x0 - draft.rows[-1].left
    return len(draft.rows) == 1 or abs((row.x0 - row.left) - stands) < 1.2 * row.size


def _letters(text: str) -> int:
    return sum(char.isalpha() for char in text)


def join_columns(columns: Sequence[list[Draft]], setting: Setting) -> list[Draft]:
    """All paragraphs in reading order, those that go on in a later column or on the next page made whole.

    A paragraph waits for its end in its own language: where two languages stand side by side, the Chinese at the foot of
    the left column goes on at the head of the left column of the next page, past the English between.
    """
    drafts: list[Draft] = []
    waiting: dict[Lang, Draft] = {}
    for column in columns:
        body = [draft for draft in column if draft.kind != "footnote"]
        if not body:
            continue
        first = body[0]
        lang = language(first.text)
        tail = waiting.get(lang)
        if (
            tail is not None
            and not first.table
            and not tail.table
            and 0 <= first.rows[0].page - tail.rows[-1].page <= 1
            and follows(tail, first.rows[0], setting)
        ):
            tail.rows += first.rows
            body = body[1:]
            if not body:
                continue
        drafts += body
        if not body[-1].table:
            waiting[language(body[-1].text)] = body[-1]
    return drafts
