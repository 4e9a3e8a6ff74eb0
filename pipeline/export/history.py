"""Draws the history of a series on a line of time: a column a document, a mark a statement, a line what became of it.

In order: the rows of the history are gathered by series; statements that a chain of rows joins stand on one line of the
picture, from the earliest document to the latest; lines with a change of force come first and what is merely new or
dropped last; columns stand as far apart as their dates, but never so near that their titles cover each other. What is
drawn is plain numbers: the page's template writes them as SVG, which needs no script and follows the page's colours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import get_args

from pipeline.records import Change, Record
from pipeline.tables import LineageRow

# What a reader looks for first stands first.
ORDER = ("strengthened", "weakened", "mixed", "extended", "narrowed", "repeated", "new", "dropped")
assert set(ORDER) == set(get_args(Change))
# Of these the picture says what changed; the others say all by their kind.
TOLD = 5
MOST_LINES = 60
MOST_PICTURES = 8
MOST_WORDS = 240
# Lengths are in units of the picture, which are CSS pixels where it is shown at its natural size.
TOP, STEP, LABEL, COLUMN, RIGHT, STUB = 98, 24, 430, 200, 500, 34


class Column(Record, frozen=True):
    """A document of the series: its place, its date and its title."""

    x: float
    date: str
    title: str


class Stroke(Record, frozen=True):
    """What became of a statement: a line to its like in the next document, or a stub where there is none."""

    change: str
    x1: float
    y1: float
    x2: float
    y2: float
    hint: str
    row: str


class Mark(Record, frozen=True):
    """A statement: its place, the change that led to it (or away from it, if it is the ``first``), and its words."""

    change: str
    first: bool
    x: float
    y: float
    hint: str
    row: str


class Label(Record, frozen=True):
    """The words of a line of the picture, and what changed where there is more to say than the kind of change."""

    y: float
    words: str
    detail: str


class History(Record, frozen=True):
    """The picture of a series, under the title of its last document. ``left_out`` lines are not drawn."""

    series: str
    title: str
    width: float
    height: float
    columns: tuple[Column, ...]
    strokes: tuple[Stroke, ...]
    marks: tuple[Mark, ...]
    labels: tuple[Label, ...]
    counts: tuple[tuple[str, int], ...]
    left_out: int


class _End(Record, frozen=True):
    """One side of a row of the history."""

    id: str
    document: str
    date: str
    title: str
    page: int
    quote: str


def histories(rows: Sequence[LineageRow], work_of: Mapping[str, str]) -> tuple[History, ...]:
    """A picture for each series, in the order of the rows; of the first ``MOST_PICTURES`` if there are more.

    Args:
        rows: the history of the run.
        work_of: the work of each document: the languages of a work share a column.
    """
    series: defaultdict[str, list[LineageRow]] = defaultdict(list)
    for row in rows:
        series[row.series].append(row)
    return tuple(_draw(name, found, work_of) for name, found in list(series.items())[:MOST_PICTURES])


def _ends(row: LineageRow) -> tuple[_End, ...]:
    """The sides of a row that there are, the earlier first."""
    sides = (
        _End(
            row.earlier, row.earlier_document, row.earlier_date, row.earlier_title, row.earlier_page, row.earlier_quote
        ),
        _End(row.later, row.later_document, row.later_date, row.later_title, row.later_page, row.later_quote),
    )
    return tuple(end for end in sides if end.id)


def _draw(series: str, rows: Sequence[LineageRow], work_of: Mapping[str, str]) -> History:
    ends = [end for row in rows for end in _ends(row)]
    columns = _columns(ends, work_of)
    place = {end.document: columns[work_of.get(end.document, end.document)] for end in ends}
    # Sorting keeps the order of the rows where two chains are of one kind.
    chains = sorted(_chains(rows), key=lambda chain: min(ORDER.index(row.change) for row in chain))
    strokes: list[Stroke] = []
    marks: dict[str, Mark] = {}
    labels: list[Label] = []
    y = float(TOP)
    for chain in chains[:MOST_LINES]:
        heights, lanes = _lanes(chain, place, y)
        for row in chain:
            strokes.append(_stroke(row, heights, place))
            for end in _ends(row):
                hint = f"{end.date} · {end.title}, p. {end.page}: {_short(end.quote, MOST_WORDS)}"
                mark = Mark(row.change, end.id == row.earlier, place[end.document].x, heights[end.id], hint, end.id)
                # The change that leads to a statement tells more of it than the one that leads away.
                if end.id not in marks or end.id == row.later:
                    marks[end.id] = mark
        gravest = min(chain, key=lambda row: ORDER.index(row.change))
        detail = gravest.detail if gravest.change in ORDER[:TOLD] else ""
        labels.append(Label(y, _short(_ends(chain[0])[0].quote, MOST_WORDS), detail))
        y += STEP * lanes
    return History(
        series=series,
        title=list(columns.values())[-1].title,
        width=max(column.x for column in columns.values()) + RIGHT,
        height=y,
        columns=tuple(columns.values()),
        strokes=tuple(strokes),
        marks=tuple(marks.values()),
        labels=tuple(labels),
        counts=tuple((change, n) for change in ORDER if (n := sum(row.change == change for row in rows))),
        left_out=max(0, len(chains) - MOST_LINES),
    )


def _columns(ends: Sequence[_End], work_of: Mapping[str, str]) -> dict[str, Column]:
    """The column of each work, by date; the distance of two follows the days between them."""
    works = {work_of.get(end.document, end.document): end for end in reversed(ends)}
    ordered = sorted(works.items(), key=lambda item: (item[1].date, item[0]))
    days = [_ordinal(end.date) for _, end in ordered]
    gaps = [later - earlier for earlier, later in pairwise(days)]
    unit = min((gap for gap in gaps if gap > 0), default=1)
    columns: dict[str, Column] = {}
    x = float(LABEL)
    for at, (work, end) in enumerate(ordered):
        if at:
            # No wider than three columns: a series that paused for decades must still fit the page.
            x += COLUMN * min(3.0, max(1.0, gaps[at - 1] / unit))
        columns[work] = Column(round(x, 1), end.date, end.title)
    return columns


def _ordinal(text: str) -> int:
    """A date as a number of days; a year or a month alone stands for its first day."""
    parts = [int(part) for part in text.split("-") if part.isdigit()]
    year, month, day = (*parts, 1, 1, 1)[:3] if parts else (1, 1, 1)
    return date(year, month, day).toordinal()


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _chains(rows: Sequence[LineageRow]) -> list[list[LineageRow]]:
    """Rows that share a statement, directly or over others, in their order."""
    root: dict[str, str] = {}

    def find(name: str) -> str:
        while root.setdefault(name, name) != name:
            name = root[name]
        return name

    for row in rows:
        if row.earlier and row.later:
            root[find(row.later)] = find(row.earlier)
    groups: defaultdict[str, list[LineageRow]] = defaultdict(list)
    for row in rows:
        groups[find(row.earlier or row.later)].append(row)
    return list(groups.values())


def _lanes(chain: Sequence[LineageRow], place: Mapping[str, Column], y: float) -> tuple[dict[str, float], int]:
    """The height of each statement of a chain, and how many lanes it takes: statements of one document never overlap."""
    heights: dict[str, float] = {}
    taken: set[tuple[float, float]] = set()
    for row in chain:
        ends = _ends(row)
        wanted = heights.get(ends[0].id, y)
        for end in ends:
            if end.id not in heights:
                height = wanted
                while (place[end.document].x, height) in taken:
                    height += STEP
                heights[end.id] = height
                taken.add((place[end.document].x, height))
    return heights, round((max(heights.values()) - y) / STEP) + 1


def _stroke(row: LineageRow, heights: Mapping[str, float], place: Mapping[str, Column]) -> Stroke:
    earlier = (place[row.earlier_document].x, heights[row.earlier]) if row.earlier else None
    later = (place[row.later_document].x, heights[row.later]) if row.later else None
    start = earlier or (later[0] - STUB, later[1]) if later else earlier
    end = later or (earlier[0] + STUB, earlier[1]) if earlier else later
    if start is None or end is None:
        raise ValueError("a row of the history has at least one side")
    return Stroke(row.change, *start, *end, f"{row.change}: {row.detail}", row.later or row.earlier)
