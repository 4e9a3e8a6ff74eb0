"""Ruled tables: cells from the lines that a page draws, with what stands in them.

In order: pieces of lines on the same height (or at the same x) become whole lines; lines that cross or touch are one table;
its grid is cut at every line, and neighbouring cells without a line between them are one merged cell; then each character goes
to the cell that its middle lies in. A frame around a paragraph, a single column or a drawing without words is no table.
Tables on the following page with the same columns go on with the one before; a repeated head is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.stages.parse.model import Draft, Glyph, Page, Rect, Row, Table
from pipeline.stages.parse.rows import make_rows

# Points: lines nearer than this are the same line; ends nearer than this touch.
SAME = 2.5
TOUCH = 4.0
# The share of a cell's side that a line covers to be its border, and of cells with words that a table has.
COVER = 0.6
FILLED = 0.2
MOST_LINES = 3000


@dataclass(slots=True)
class Stroke:
    """A whole ruled line: where it stands (y of a line across, x of a line down) and from where to where it goes."""

    at: float
    low: float
    high: float


def take_tables(page: Page) -> None:
    """Moves what stands in ruled tables from the page's glyphs to its ``tables``."""
    if len(page.across) + len(page.down) > MOST_LINES:
        return
    across = whole_lines(page.across)
    down = _whole([Stroke((r.x0 + r.x1) / 2, r.top, r.bottom) for r in page.down])
    for lines, posts in _groups(across, down):
        table = _table(page, lines, posts)
        if table is not None:
            page.tables.append(table)
    for lines in _ladders(across, down):
        table = _open_table(page, lines)
        if table is not None:
            page.tables.append(table)
    page.tables.sort(key=lambda table: (table.rect.top, table.rect.x0))


def whole_lines(pieces: Sequence[Rect]) -> list[Stroke]:
    """Lines across, put together from their pieces."""
    return _whole([Stroke((piece.top + piece.bottom) / 2, piece.x0, piece.x1) for piece in pieces])


def _whole(strokes: Sequence[Stroke]) -> list[Stroke]:
    """Pieces put together: same place, ends that touch or overlap."""
    whole: list[Stroke] = []
    for stroke in sorted(strokes, key=lambda s: (round(s.at), s.low, s.high)):
        for known in reversed(whole[-40:]):
            if (
                abs(known.at - stroke.at) <= SAME
                and stroke.low <= known.high + TOUCH
                and known.low <= stroke.high + TOUCH
            ):
                known.low, known.high = min(known.low, stroke.low), max(known.high, stroke.high)
                break
        else:
            whole.append(Stroke(stroke.at, stroke.low, stroke.high))
    return [stroke for stroke in whole if stroke.high - stroke.low > 6]


def _groups(across: list[Stroke], down: list[Stroke]) -> list[tuple[list[Stroke], list[Stroke]]]:
    """Lines that cross or touch each other, group by group."""
    parent = list(range(len(across) + len(down)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for i, line in enumerate(across):
        for j, post in enumerate(down):
            crosses = (
                line.low - TOUCH <= post.at <= line.high + TOUCH and post.low - TOUCH <= line.at <= post.high + TOUCH
            )
            if crosses:
                parent[root(i)] = root(len(across) + j)
    groups: dict[int, tuple[list[Stroke], list[Stroke]]] = {}
    for index in range(len(parent)):
        lines, posts = groups.setdefault(root(index), ([], []))
        if index < len(across):
            lines.append(across[index])
        else:
            posts.append(down[index - len(across)])
    return [group for _, group in sorted(groups.items()) if len(group[0]) >= 2 and len(group[1]) >= 1]


def _ladders(across: list[Stroke], down: list[Stroke]) -> list[list[Stroke]]:
    """Three or more lines across, one above the other, of the same width and without lines down: an open table."""
    ladders: list[list[Stroke]] = []
    for line in sorted(across, key=lambda s: s.at):
        if any(
            post.low - TOUCH <= line.at <= post.high + TOUCH and line.low - TOUCH <= post.at <= line.high + TOUCH
            for post in down
        ):
            continue
        for ladder in ladders:
            if (
                abs(ladder[-1].low - line.low) <= TOUCH
                and abs(ladder[-1].high - line.high) <= TOUCH
                and line.at - ladder[-1].at < 500
            ):
                ladder.append(line)
                break
        else:
            ladders.append([line])
    return [ladder for ladder in ladders if len(ladder) >= 3 and ladder[0].high - ladder[0].low > 100]


def _open_table(page: Page, lines: list[Stroke]) -> Table | None:
    """A table without lines down: its columns are where no line of it has a letter.

    Text between two ruled lines looks the same at first; it is no table if its lines leave no such gaps, or if what stands
    between the gaps are lines of columns rather than words of cells.
    """
    rect = Rect(lines[0].low - TOUCH, lines[0].at, lines[0].high + TOUCH, lines[-1].at)
    inside = [g for g in page.glyphs if rect.holds((g.x0 + g.x1) / 2, g.base - 0.3 * g.size)]
    inked = [g for g in inside if not g.text.isspace()]
    if not 6 <= len(inked) <= 4000:
        return None
    size = sorted(g.size for g in inked)[len(inked) // 2]
    gaps: list[tuple[float, float]] = []
    edge = rect.x0
    for glyph in sorted(inked, key=lambda g: g.x0):
        if glyph.x0 - edge > 0.9 * size and edge > rect.x0:
            gaps.append((edge, glyph.x0))
        edge = max(edge, glyph.x1)
    xs = [rect.x0, *((a + b) / 2 for a, b in gaps), rect.x1]
    if len(xs) < 3:
        return None
    columns = [[g for g in inside if xs[i] <= (g.x0 + g.x1) / 2 < xs[i + 1]] for i in range(len(xs) - 1)]
    lined = [make_rows(column, page.number) for column in columns]
    rows = _aligned(lined, size)
    filled = [sum(bool(cell) for cell in row) for row in rows]
    words = sorted(len(cell[0].text) for row in rows for cell in row if cell)
    if len(rows) < 2 or sum(count >= 2 for count in filled) < 0.7 * len(rows) or words[len(words) // 2] > 24:
        return None
    gone = set(map(id, inside))
    page.glyphs = [glyph for glyph in page.glyphs if id(glyph) not in gone]
    return Table(page.number, rect, rows, tuple(round(x, 1) for x in xs))


def _aligned(columns: list[list[Row]], size: float) -> list[list[list[Row]]]:
    """Lines of columns in rows by their baselines; a line with an empty first cell goes on with the row above."""
    bases = sorted(row.base for column in columns for row in column)
    rows: list[list[list[Row]]] = []
    last = float("-inf")
    for base in bases:
        if base - last > 0.5 * size:
            line = [[row for row in column if -0.1 <= row.base - base <= 0.5 * size] for column in columns]
            if rows and not line[0] and base - last < 1.7 * size and sum(map(bool, line)) < len(line) - 1:
                for cell, more in zip(rows[-1], line, strict=True):
                    cell += more
            else:
                rows.append(line)
            last = base
    return rows


def _cuts(values: Sequence[float]) -> list[float]:
    """Places of the grid's lines, those that are the same taken together."""
    cuts: list[list[float]] = []
    for value in sorted(values):
        if cuts and value - cuts[-1][-1] <= SAME + 0.5:
            cuts[-1].append(value)
        else:
            cuts.append([value])
    return [sum(cut) / len(cut) for cut in cuts]


def _table(page: Page, lines: list[Stroke], posts: list[Stroke]) -> Table | None:
    ys = _cuts([line.at for line in lines])
    xs = _cuts([post.at for post in posts] + [min(line.low for line in lines), max(line.high for line in lines)])
    if len(ys) < 2 or len(xs) < 3 or len(ys) * len(xs) > 20_000:
        return None
    rect = Rect(xs[0], ys[0], xs[-1], ys[-1])
    inside = [
        g
        for g in page.glyphs
        if rect.x0 - 1 <= (g.x0 + g.x1) / 2 <= rect.x1 + 1 and rect.top - 1 <= g.base - 0.3 * g.size <= rect.bottom + 1
    ]
    regions = _regions(xs, ys, lines, posts)
    if len(set(regions.values())) < 3 or not any(not glyph.text.isspace() for glyph in inside):
        return None
    held: dict[tuple[int, int], list[Glyph]] = {}
    for glyph in inside:
        column = _slot(xs, (glyph.x0 + glyph.x1) / 2)
        row = _slot(ys, glyph.base - 0.3 * glyph.size)
        held.setdefault(regions[row, column], []).append(glyph)
    filled = sum(any(not g.text.isspace() for g in glyphs) for glyphs in held.values())
    if filled < max(2, FILLED * len(set(regions.values()))):
        return None
    cells = [
        [
            make_rows(held.get((row, column), []), page.number) if regions[row, column] == (row, column) else []
            for column in range(len(xs) - 1)
        ]
        for row in range(len(ys) - 1)
    ]
    if sum(any(cell for cell in column) for column in zip(*cells, strict=True)) < 2:
        return None
    gone = set(map(id, inside))
    page.glyphs = [glyph for glyph in page.glyphs if id(glyph) not in gone]
    return Table(page.number, rect, _without_empty(cells), tuple(round(x, 1) for x in xs))


def _without_empty(cells: list[list[list[Row]]]) -> list[list[list[Row]]]:
    """Leaves out rows and columns that exist only because lines are not quite where they should be."""
    rows = [row for row in cells if any(row)]
    keep = [index for index in range(len(rows[0])) if any(row[index] for row in rows)]
    return [[row[index] for index in keep] for row in rows]


def _slot(cuts: Sequence[float], value: float) -> int:
    for index in range(1, len(cuts) - 1):
        if value < cuts[index]:
            return index - 1
    return len(cuts) - 2


def _regions(
    xs: list[float], ys: list[float], lines: list[Stroke], posts: list[Stroke]
) -> dict[tuple[int, int], tuple[int, int]]:
    """For each cell of the grid, the first cell of the merged cell that it is part of."""
    cells = [(row, column) for row in range(len(ys) - 1) for column in range(len(xs) - 1)]
    first = {cell: cell for cell in cells}

    def root(cell: tuple[int, int]) -> tuple[int, int]:
        while first[cell] != cell:
            cell = first[cell]
        return cell

    for row, column in cells:
        if column + 2 < len(xs) and not _ruled(posts, xs[column + 1], ys[row], ys[row + 1]):
            _join(first, root, (row, column), (row, column + 1))
        if row + 2 < len(ys) and not _ruled(lines, ys[row + 1], xs[column], xs[column + 1]):
            _join(first, root, (row, column), (row + 1, column))
    return {cell: root(cell) for cell in cells}


def _join(
    first: dict[tuple[int, int], tuple[int, int]],
    root: Callable[[tuple[int, int]], tuple[int, int]],
    one: tuple[int, int],
    other: tuple[int, int],
) -> None:
    a, b = sorted((root(one), root(other)))
    first[b] = a


def _ruled(strokes: Sequence[Stroke], at: float, low: float, high: float) -> bool:
    """Whether lines cover most of the side of a cell."""
    covered = sum(
        max(0.0, min(high, stroke.high) - max(low, stroke.low))
        for stroke in strokes
        if abs(stroke.at - at) <= SAME + 0.5
    )
    return covered >= COVER * (high - low)


def join_tables(drafts: Sequence[Draft]) -> list[Draft]:
    """Joins the parts of a table that goes on over pages."""
    joined: list[Draft] = []
    for draft in drafts:
        before = joined[-1] if joined else None
        if before is None or not before.table or not draft.table or not _goes_on(before.table[-1], draft.table[0]):
            joined.append(draft)
            continue
        table = draft.table[0]
        if len(table.cells) > 1 and _words(table.cells[0]) == _words(before.table[0].cells[0]):
            table.cells = table.cells[1:]
        before.table += draft.table
    return joined


def _goes_on(above: Table, below: Table) -> bool:
    alike = len(above.columns) == len(below.columns) and all(
        abs(a - b) <= TOUCH for a, b in zip(above.columns, below.columns, strict=True)
    )
    return below.page == above.page + 1 and alike


def _words(cells: Sequence[Sequence[Row]]) -> list[str]:
    return ["".join(row.text for row in cell).replace(" ", "") for cell in cells]
