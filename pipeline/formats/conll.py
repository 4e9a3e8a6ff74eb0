"""CoNLL-U Plus: a word a line, with a column in BIO for each kind of mark, because marks lie inside one another.

Words are the project's own (``pipeline.words``); one that a mark's end cuts is cut there, so that no mark is moved to fit.
Each passage is a sentence with its id, document, page, language, forces and text in comments.

Format: https://universaldependencies.org/ext-format.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.formats.marked import MarkedPassage
from pipeline.review.edits import LISTS, QUOTES
from pipeline.text import strip_span
from pipeline.words import tokens

# Column and type of each mark; a mark that another of its column covers starts anew or gives way to the longer one.
Marks = list[tuple[int, int, str]]
ACTOR = "actor"
COLUMNS = (ACTOR, *QUOTES, *LISTS)
OUTSIDE = "O"


def conll(passages: Iterable[MarkedPassage]) -> bytes:
    """The whole run as one file."""
    head = " ".join(("ID", "FORM", "MISC", *(f"PLEDGEBOOK:{column.upper()}" for column in COLUMNS)))
    lines = [f"# global.columns = {head}"]
    for passage in passages:
        lines += _sentence(passage)
        lines.append("")
    return ("\n".join(lines) + "\n").encode()


def marks_of(passage: MarkedPassage) -> dict[str, Marks]:
    """The marks of a passage by column, without blanks at their ends: (start, end, type), in order, none twice."""
    found: dict[str, Marks] = {column: [] for column in COLUMNS}
    found[ACTOR] = [(a.start, a.end, a.kind) for a in passage.row.actors]
    for statement in passage.statements:
        for slot in statement.slots:
            # The type of an action is the force it stands under, as in the project's own models.
            kind = statement.force if slot.column == "action" else slot.column
            found[slot.column].append((slot.start, slot.end, kind))
    text = passage.row.text
    return {
        column: sorted({(*strip_span(text, start, end), kind) for start, end, kind in marks})
        for column, marks in found.items()
    }


def cut_words(passage: MarkedPassage, marks: dict[str, Marks]) -> list[tuple[int, int]]:
    """The words of a passage, cut where a mark begins or ends inside one."""
    borders = sorted({at for column in marks.values() for start, end, _ in column for at in (start, end)})
    cut: list[tuple[int, int]] = []
    for start, end in tokens(passage.row.text, passage.row.lang):
        inside = [at for at in borders if start < at < end]
        cut += zip([start, *inside], [*inside, end], strict=True)
    return [(a, b) for a, b in cut if passage.row.text[a:b].strip()]


def bio(words: list[tuple[int, int]], marks: Marks) -> list[str]:
    """A tag for each word. Of marks that overlap in one column, the longest is kept, of equals the first."""
    tags = [OUTSIDE] * len(words)
    for start, end, kind in sorted(marks, key=lambda m: (m[0] - m[1], m)):
        mine = [n for n, (a, b) in enumerate(words) if start <= a and b <= end]
        if mine and all(tags[n] == OUTSIDE for n in mine):
            for n in mine:
                tags[n] = f"{'I' if n > mine[0] else 'B'}-{kind}"
    return tags


def _sentence(passage: MarkedPassage) -> Iterator[str]:
    row, marks = passage.row, marks_of(passage)
    text = " ".join(row.text.split("\n"))
    for name, value in (("sent_id", row.id), ("document", row.document), ("page", row.page), ("lang", row.lang),
                        ("force", ", ".join(passage.force)), ("text", text)):  # fmt: skip
        yield f"# {name} = {value}"
    words = cut_words(passage, marks)
    columns = [bio(words, marks[column]) for column in COLUMNS]
    for number, (start, end) in enumerate(words):
        place = f"TokenRange={start}:{end}"
        yield "\t".join((str(number + 1), row.text[start:end], place, *(column[number] for column in columns)))
