"""Finds the columns of a page and the order in which they are read.

Text is cut into bands, which no letter crosses from top to bottom. A gutter is an empty strip that many bands in a row
share, with real text on both sides: bands above it are read first, then the columns from left to right (each looked
through again for columns of its own), then what is below. So a page may change between one, two and three columns. A strip
that only parts numbers from their paragraphs, or the cells of a table, is no gutter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.stages.parse.model import Glyph, Rect, Word, around

# Parts of the letter size: the least width of a gutter, and of one that few lines show.
GUTTER = 0.85
SURE_GUTTER = 1.5
SURE_LINES = 5
# The least width of a column in letters, and the least share of it that its lines fill.
LETTERS = 7.0
FILLED = 0.55
DEPTH = 4
# Points by which the same gutter may lie elsewhere on another page.
NEAR = 8.0
# Punctuation as wide as a Chinese character, half of it empty.
AIR_AFTER = frozenset("，。、；：！？）》」』】〉〕")
AIR_BEFORE = frozenset("（《「『【〈〔")


@dataclass(slots=True)
class Band:
    rect: Rect
    words: list[Word]

    def free(self, low: float, high: float) -> list[tuple[float, float]]:
        """Empty strips of the band between two x positions, those at its sides included."""
        strips: list[tuple[float, float]] = []
        edge = low
        for word in sorted(self.words, key=lambda w: w.rect.x0):
            if word.rect.x0 > edge:
                strips.append((edge, word.rect.x0))
            edge = max(edge, word.rect.x1)
        if edge < high:
            strips.append((edge, high))
        return strips


def make_words(glyphs: Sequence[Glyph]) -> list[Word]:
    """Glyphs in runs that no gutter can part: same baseline, less than half a letter between them."""
    words: list[Word] = []
    run: list[Glyph] = []
    base = edge = 0.0
    inked = [(round(glyph.base), glyph.x0, number, glyph) for number, glyph in enumerate(glyphs) if glyph.text != " "]
    inked.sort()
    for _, x0, _, glyph in inked:
        size = glyph.size
        if run and -1.5 * size < x0 - edge < 0.45 * size and abs(glyph.base - base) <= 1.0:
            run.append(glyph)
        else:
            if run:
                words.append(_word(run))
            run = [glyph]
        base, edge = glyph.base, glyph.x1
    if run:
        words.append(_word(run))
    return words


def _word(run: list[Glyph]) -> Word:
    # The letters themselves, without the air above and below and beside wide punctuation, so that close lines stay apart.
    first, last = run[0], run[-1]
    left, right, size = first.x0, max(last.x1, run[len(run) // 2].x1), max(first.size, last.size)
    if last.text in AIR_AFTER and len(run) > 1:
        right -= 0.5 * last.size
    if first.text in AIR_BEFORE and len(run) > 1:
        left += 0.5 * first.size
    rect = Rect(left, min(first.base, last.base) - 0.7 * size, right, max(first.base, last.base))
    return Word(rect, first.base, size, run)


def make_bands(words: Sequence[Word]) -> list[Band]:
    """Words in bands that are apart from each other from top to bottom."""
    bands: list[Band] = []
    for word in sorted(words, key=lambda w: (w.rect.top, w.rect.x0)):
        if bands and word.rect.top < bands[-1].rect.bottom:
            bands[-1].words.append(word)
            bands[-1].rect = around((bands[-1].rect, word.rect))
        else:
            bands.append(Band(word.rect, [word]))
    return bands


def split(words: Sequence[Word], known: list[float], depth: int = 0) -> list[list[Word]]:
    """Words by column, in reading order.

    Args:
        words: of a page or a part of it.
        known: the gutters of the document so far, which are sure even where few lines show them; new ones are added.
        depth: how many times the part has been cut already.
    """
    if len(words) < 4 or depth >= DEPTH:
        return [list(words)] if words else []
    bands = make_bands(words)
    zone = _best(bands, known)
    if zone is None:
        return [list(words)]
    first, last, gutter = zone
    if all(abs(gutter - other) > NEAR for other in known):
        known.append(gutter)
    above = [word for band in bands[:first] for word in band.words]
    inside = [word for band in bands[first : last + 1] for word in band.words]
    below = [word for band in bands[last + 1 :] for word in band.words]
    left = [word for word in inside if word.rect.x1 <= gutter]
    right = [word for word in inside if word.rect.x1 > gutter]
    parts = (split(part, known, depth + 1) for part in (above, left, right, below))
    return [column for part in parts for column in part]


def _best(bands: list[Band], known: list[float]) -> tuple[int, int, float] | None:
    """The tallest strip that parts columns: its first and last band and its middle."""
    page = around(band.rect for band in bands)
    free = [band.free(page.x0, page.x1) for band in bands]
    seen: set[tuple[int, int, int]] = set()
    best: tuple[float, int, int, float] | None = None
    for start, strips in enumerate(free):
        for low, high in strips:
            size = _letter(bands[start])
            if low <= page.x0 or high >= page.x1 or high - low < GUTTER * size:
                continue
            first, last, low, high = _stretch(free, start, low, high, GUTTER * size)
            key = (first, last, round((low + high) / 2))
            if key in seen:
                continue
            seen.add(key)
            found = _judge(bands, first, last, low, high, known)
            if found is not None and (best is None or found[0] > best[0]):
                best = found
    return best[1:] if best else None


def _letter(band: Band) -> float:
    sizes = sorted(word.size for word in band.words)
    return sizes[len(sizes) // 2]


def _stretch(
    free: list[list[tuple[float, float]]], start: int, low: float, high: float, least: float
) -> tuple[int, int, float, float]:
    """How far up and down an empty strip goes on, getting narrower as it must."""
    ends = [start, start]
    for side, step in ((0, -1), (1, 1)):
        index = start + step
        while 0 <= index < len(free):
            shared = [(max(low, a), min(high, b)) for a, b in free[index]]
            a, b = max(shared, key=lambda strip: strip[1] - strip[0], default=(0.0, 0.0))
            if b - a < least:
                break
            low, high = a, b
            ends[side] = index
            index += step
    return ends[0], ends[1], low, high


def _judge(
    bands: list[Band], first: int, last: int, low: float, high: float, known: list[float]
) -> tuple[float, int, int, float] | None:
    """Whether a strip parts columns of text, and how much text stands at it; one-sided ends are left out of it."""
    again = [other for other in known if low - 2 <= other <= high + 2]
    gutter = again[0] if again else (low + high) / 2
    sides = [
        ([w for w in band.words if w.rect.x1 <= gutter], [w for w in band.words if w.rect.x1 > gutter])
        for band in bands[first : last + 1]
    ]
    edge = _column_edge([right for _, right in sides])
    while sides and not _belongs(sides[0], edge):
        sides.pop(0)
        first += 1
    while sides and not _belongs(sides[-1], edge):
        sides.pop()
        last -= 1
    left = [word for side, _ in sides for word in side]
    right = [word for _, side in sides for word in side]
    if not left or not right:
        return None
    size = sorted(word.size for word in left + right)[len(left + right) // 2]
    lines = (_lines(left), _lines(right))
    both = min(len(lines[0]), len(lines[1]))
    ink = sum(width for side in lines for _, _, width in side)
    if again and both:
        return ink, first, last, gutter
    if both < 2 or (both < SURE_LINES and high - low < SURE_GUTTER * size):
        return None
    for side in lines:
        extents = sorted(x1 - x0 for x0, x1, _ in side)
        full = max(x1 for _, x1, _ in side) - min(x0 for x0, _, _ in side)
        if full < LETTERS * size:
            return None
        inked = sum(width for _, _, width in side) / len(side)
        if len(side) >= 3 and (inked < FILLED * full or extents[len(extents) // 2] < LETTERS * size):
            return None
        if len(side) == 2 and inked < 0.6 * full:
            return None
    return ink, first, last, gutter


def _column_edge(rights: list[list[Word]]) -> float:
    """Where the right column's lines begin."""
    edges = sorted(min(word.rect.x0 for word in side) for side in rights if side)
    return edges[len(edges) // 4] if edges else 0.0


def _belongs(side: tuple[list[Word], list[Word]], edge: float) -> bool:
    """Whether a band at the end of a zone is part of its columns: not if it stands alone, out of line, at the right."""
    left, right = side
    if left:
        return True
    x0 = min(word.rect.x0 for word in right)
    return x0 - edge < 3 * right[0].size


def _lines(words: list[Word]) -> list[tuple[float, float, float]]:
    """Left and right end and inked width of each line."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.base, w.rect.x0)):
        if lines and abs(word.base - lines[-1][0].base) <= 0.4 * word.size:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [
        (min(w.rect.x0 for w in line), max(w.rect.x1 for w in line), sum(w.rect.width for w in line)) for line in lines
    ]
