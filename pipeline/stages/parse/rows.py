"""Puts glyphs together to printed lines, with the blanks that the page shows.

In order: glyphs of about the same baseline are a line; small raised ones (note marks, ordinals) join the line beside
them; the line is sorted from left to right; blanks are set where the file has one or where the distance says so. A blank
between two Chinese characters is kept only where it is as wide as one of them, and not where every character of the
line stands apart (a letter-spaced heading such as 目　录).
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from statistics import median

from pipeline.stages.parse.characters import wide
from pipeline.stages.parse.model import Glyph, Row

# Parts of the letter size. A gap in Latin text is a blank from here on; word spaces are 0.2 to 0.33 wide.
GAP = 0.17
WIDE_GAP = 0.65
# Smaller than this part of the line's letters and off its baseline: raised or lowered.
SMALL = 0.82
MARGINAL = re.compile(r"[\[(（]?\d{1,3}(?:[./]\d{1,3})*[.)）\]]?")


def make_rows(glyphs: Iterable[Glyph], page: int) -> list[Row]:
    """The printed lines of one column, from top to bottom.

    Args:
        glyphs: of one column, in any order; blanks among them as far as the file has them.
        page: the page's number.
    """
    blanks: list[Glyph] = []
    inked: list[Glyph] = []
    for glyph in glyphs:
        (blanks if glyph.text.isspace() else inked).append(glyph)
    groups = _adopt(_groups(inked))
    blank_groups: dict[int, list[Glyph]] = {}
    bases = sorted((_base(group), index) for index, group in enumerate(groups))
    heights = [base for base, _ in bases]
    for blank in blanks:
        at = bisect_left(heights, blank.base)
        near = min(bases[max(0, at - 1) : at + 1], key=lambda pair: abs(pair[0] - blank.base), default=None)
        if near is not None and abs(near[0] - blank.base) < 0.5 * blank.size + 1:
            blank_groups.setdefault(near[1], []).append(blank)
    rows = [
        finish(part, blank_groups.get(index, []), page)
        for index, group in enumerate(groups)
        for part in _far_apart(group)
    ]
    return sorted(rows, key=lambda row: (row.base, row.x0))


def _groups(glyphs: list[Glyph]) -> list[list[Glyph]]:
    """Glyphs by baseline."""
    groups: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: (g.base, g.x0)):
        if groups:
            last = groups[-1]
            anchor = last[-1]
            if (
                glyph.base - anchor.base <= 0.12 * max(glyph.size, anchor.size)
                and glyph.base - last[0].base <= 0.3 * glyph.size
            ):
                last.append(glyph)
                continue
        groups.append([glyph])
    return groups


def _far_apart(group: list[Glyph]) -> list[list[Glyph]]:
    """Cuts a line where it holds two things: far apart and in other type, or very far apart behind more than a mark."""
    inked = sorted(group, key=lambda g: g.x0)
    parts: list[list[Glyph]] = [[]]
    edge = inked[0].x0
    for before, glyph in zip([inked[0], *inked], inked, strict=False):
        gap = glyph.x0 - edge
        edge = glyph.x1
        if gap > 4 * glyph.size and not (before.raised or glyph.raised):
            size = max(before.size, glyph.size)
            other = abs(before.size - glyph.size) > 0.1 * size or before.bold != glyph.bold
            if gap > 4 * size and (other or (gap > 9 * size and len(parts[-1]) > 4)):
                parts.append([])
        parts[-1].append(glyph)
    return parts


def _base(group: list[Glyph]) -> float:
    first, last = group[0].base, group[-1].base
    return first if first == last else median(glyph.base for glyph in group)


def _size(group: list[Glyph]) -> float:
    size = group[0].size
    if all(glyph.size == size for glyph in group):
        return round(size, 1)
    return Counter(round(glyph.size, 1) for glyph in group).most_common(1)[0][0]


def _adopt(groups: list[list[Glyph]]) -> list[list[Glyph]]:
    """Lets lines take in what is raised, lowered or a little off beside their letters."""
    facts = [(_base(group), _size(group)) for group in groups]
    order = sorted(range(len(groups)), key=lambda index: (-facts[index][1], facts[index][0]))
    taken: dict[int, int] = {}
    for index in sorted(order, key=lambda i: facts[i][1]):
        base, size = facts[index]
        best: tuple[float, int] | None = None
        for other in range(max(0, index - 12), min(len(groups), index + 13)):
            if other == index or other in taken:
                continue
            other_base, other_size = facts[other]
            if size < SMALL * other_size:
                fits = -0.85 * other_size < base - other_base < 0.35 * other_size
            else:
                fits = abs(base - other_base) <= 0.25 * max(size, other_size) and len(groups[index]) <= len(
                    groups[other]
                )
            if fits:
                gap = _gap(groups[index], groups[other])
                if gap <= 1.6 * other_size and (best is None or gap + abs(base - other_base) < best[0]):
                    best = (gap + abs(base - other_base), other)
        if best is not None:
            taken[index] = best[1]
    for index in sorted(taken, key=lambda i: facts[i][1]):
        target = taken[index]
        base, size = facts[target]
        for glyph in groups[index]:
            if glyph.size < SMALL * size and base - glyph.base > 0.12 * size:
                glyph.raised = True
        groups[target].extend(groups[index])
    return [group for index, group in enumerate(groups) if index not in taken]


def _gap(small: list[Glyph], large: list[Glyph]) -> float:
    """How far the nearest letters of two groups are apart; far, if they stand on each other."""
    nearest = float("inf")
    for glyph in small:
        for other in large:
            if glyph.x0 < other.x1 - 0.5 * glyph.size and other.x0 < glyph.x1 - 0.5 * glyph.size:
                return float("inf")
            nearest = min(nearest, max(glyph.x0 - other.x1, other.x0 - glyph.x1, 0.0))
    return nearest


def finish(group: list[Glyph], blanks: list[Glyph], page: int) -> Row:
    """A line from its glyphs: sorted, blanks set, measured."""
    inked = sorted(group, key=lambda g: (g.x0, g.x1))
    plain = [glyph for glyph in inked if not glyph.raised] or inked
    size = _size(plain)
    base = _base(plain)
    loose = _tracking(inked, size)
    marks = sorted((blank.x0 + blank.x1) / 2 for blank in blanks)
    line: list[Glyph] = []
    place = 0
    for glyph in inked:
        if line:
            before = line[-1]
            while place < len(marks) and marks[place] < (before.x0 + before.x1) / 2:
                place += 1
            stated = place < len(marks) and marks[place] < (glyph.x0 + glyph.x1) / 2
            gap = glyph.x0 - before.x1
            if _blank(before, glyph, gap, stated, size, loose) or (
                gap > (0.2 if stated else 0.3) * size and _after_mark(line)
            ):
                line.append(Glyph(" ", before.x1, max(before.x1, glyph.x0), base, size, before.bold and glyph.bold))
        line.append(glyph)
    line = _unspaced(line, size)
    row = Row(line, page, size=size, base=base)
    row.bold = sum([glyph.bold for glyph in inked]) >= 0.8 * len(inked)
    row.text = "".join([glyph.text for glyph in line])
    row.numbered = _numbered(line, size)
    return row


def _numbered(line: list[Glyph], size: float) -> bool:
    """Whether a line begins with a number that stands apart: in the margin, or hanging before its paragraph."""
    if line[0].text not in "0123456789[(（":
        return False
    first = next((index for index, glyph in enumerate(line) if glyph.text == " "), 0)
    mark = "".join([glyph.text for glyph in line[:first]])
    return bool(MARGINAL.fullmatch(mark)) and line[first].x1 - line[first].x0 > 1.1 * size


def _letter_spaced(words: list[str]) -> bool:
    """Whether every letter of a Latin line stands alone: C O N T E N T S."""
    return len(words) >= 4 and all(len(word) == 1 and word.isalpha() for word in words)


def _after_mark(line: list[Glyph]) -> bool:
    """Whether a line so far is a mark like 第十二章, which a blank parts from its title."""
    return len(line) <= 7 and line[0].text == "第" and line[-1].text in "编編章节節条條款部"


def _tracking(inked: list[Glyph], size: float) -> float:
    """How far the letters of a line stand apart as a rule (letter-spacing), in points."""
    gaps = sorted(b.x0 - a.x1 for a, b in itertools.pairwise(inked) if not wide(a.text) and not wide(b.text))
    if len(gaps) < 6:
        return 0.0
    return max(0.0, min(gaps[len(gaps) // 2], 0.6 * size))


def _blank(before: Glyph, after: Glyph, gap: float, stated: bool, size: float, loose: float) -> bool:
    """Whether a blank stands between two glyphs of a line."""
    first, second = wide(before.text), wide(after.text)
    if first and second:
        return gap > WIDE_GAP * size
    if first or second:
        # Typesetters part Chinese and Latin by a quarter of a letter; only a blank of the text itself counts.
        return (stated and gap > -0.3 * size) or gap > 0.5 * size
    if after.raised and not before.raised and gap < 0.5 * size:
        return False
    if stated:
        return True
    return gap - loose > GAP * min(size, max(before.size, after.size))


def _lead_joined(line: list[Glyph], words: list[str]) -> list[Glyph]:
    """Takes the blanks out of a spaced word before a colon or bracket, whatever follows: 摘　要：本文…"""
    length = next((index for index, word in enumerate(words) if len(word) > 1), 0)
    if not 0 < length < 4 or not all(wide(word) for word in words[:length]) or not wide(words[length][0]):
        return line
    if words[length][1:2] not in (":", "：", "】", "］", "]"):
        return line
    kept, blanks = [], 0
    for glyph in line:
        blanks += glyph.text == " "
        if glyph.text != " " or blanks > length:
            kept.append(glyph)
    return kept


def _unspaced(line: list[Glyph], size: float) -> list[Glyph]:
    """Takes the blanks out of a letter-spaced line, where no two Chinese characters stand together (摘　要：)."""
    words = "".join(glyph.text for glyph in line).split()
    if _letter_spaced(words):
        return [glyph for glyph in line if glyph.text != " "]
    line = _lead_joined(line, words)
    heads = [word for word in words if wide(word[0])]
    if len(words) < 2 or len(heads) < len(words) or sum(map(len, words)) > 12:
        return line
    marked = (
        len(words) > 2
        and words[0][0] == "第"
        and words[0][-1] in "编編章节節部"
        and all(len(word) == 1 for word in words[1:])
    )
    if marked:
        first = next(index for index, glyph in enumerate(line) if glyph.text == " ")
        return line[: first + 1] + [glyph for glyph in line[first:] if glyph.text != " "]
    if all(len(word) == 1 for word in words) or (
        len(words) == 2 and len(words[0]) == 1 and words[1][1:] in (":", "：")
    ):
        return [glyph for glyph in line if glyph.text != " "]
    return line
