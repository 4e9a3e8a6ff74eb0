"""Tells running heads, running feet and page numbers from the text, over all pages of a document.

A line at the head or foot of its page is furniture if it is a page number, if (numbers aside) it stands at the same height
on several pages, or if it stands apart, in smaller type, where other pages have their running heads. What stands further
out than furniture is furniture too: a bar code under a page number. Headings and body text are never so lost: at most a
few lines at each end are looked at, and never more than the outer sixth of the page.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.lexicons import lexicon
from pipeline.stages.parse.columns import Band, make_bands, make_words
from pipeline.stages.parse.marks import is_folio, is_over
from pipeline.stages.parse.model import Glyph, Page, Rect, Row
from pipeline.stages.parse.rows import make_rows
from pipeline.stages.parse.tables import whole_lines

# Lines looked at, and the part of the page's height, at either end.
LINES = 5
REACH = 0.17
# The upper part of a page in which most of what stands is running text.
BODY = 0.68
# Points by which the same head may stand higher or lower.
SWAY = 5.0
# A line that goes with furniture further in (a bar code, a file number) is no longer than this.
SHORT = 40


@dataclass(slots=True)
class Edge:
    """A line at an end of a page."""

    page: Page
    side: Literal["header", "footer"]
    order: int
    band: Band
    parts: tuple[str, ...]
    size: float
    gap: float
    ruled: bool

    @property
    def text(self) -> str:
        return " ".join(self.parts)

    @property
    def key(self) -> str:
        return re.sub(r"[\d\s　]+", "#", self.text).strip("#").casefold()

    @property
    def place(self) -> float:
        return self.band.rect.bottom if self.side == "header" else self.page.frame[1] - self.band.rect.bottom


def body_size(pages: Sequence[Page]) -> float:
    """The size of most of the document's letters, in points; the foot of the pages, where notes stand, left aside."""
    counts: Counter[float] = Counter()
    for page in pages:
        height = page.frame[1]
        exact = Counter([g.size for g in page.glyphs if g.base < BODY * height and g.text != " "])
        for size, count in exact.items():
            counts[round(size * 2) / 2] += count
    return max(counts, key=lambda size: (counts[size], size), default=10.0)


def take_furniture(pages: Sequence[Page], body: float) -> None:
    """Moves running heads, feet and page numbers from each page's glyphs to its ``furniture``."""
    edges = [edge for page in pages for edge in _edges(page)]
    for edge in _furniture(edges, len(pages), body):
        page = edge.page
        own = {id(glyph) for word in edge.band.words for glyph in word.glyphs}
        rect = edge.band.rect
        taken = [
            g for g in page.glyphs if id(g) in own or (g.text.isspace() and rect.top - 2 <= g.base <= rect.bottom + 2)
        ]
        page.glyphs = _without(page.glyphs, taken)
        words = set(map(id, edge.band.words))
        page.words = [word for word in page.words or () if id(word) not in words]
        page.furniture += [(edge.side, row) for row in make_rows(taken, page.number)]
    for page in pages:
        page.furniture.sort(key=lambda pair: (pair[1].base, pair[1].x0))


def take_masthead(page: Page, body: float) -> None:
    """Moves what stands over a ruled line at the head of the first page, and names a body or series, to the furniture."""
    words = [re.compile(word) for word in lexicon("layout")["masthead"]["words"]]
    lines = whole_lines(page.across)
    for rule in sorted(lines, key=lambda line: -line.at):
        if rule.at > 0.36 * page.frame[1] or rule.high - rule.low < 0.55 * page.frame[0]:
            continue
        rows = make_rows([glyph for glyph in page.glyphs if glyph.base < rule.at + 1], page.number)
        below = make_rows([glyph for glyph in page.glyphs if glyph.base >= rule.at + 1], page.number)
        named = any(word.match(row.text.strip()) for row in rows for word in words)
        if (
            named
            and all(len(row.text) < 70 for row in rows)
            and any(row.bold or row.size > 1.1 * body for row in below[:12])
        ):
            page.glyphs = [glyph for glyph in page.glyphs if glyph.base >= rule.at + 1]
            page.words = None
            page.furniture = [*(("header", row) for row in rows), *page.furniture]
            return


def _without(glyphs: list[Glyph], taken: list[Glyph]) -> list[Glyph]:
    gone = {id(glyph) for glyph in taken}
    return [glyph for glyph in glyphs if id(glyph) not in gone]


def _edges(page: Page) -> list[Edge]:
    page.words = make_words(page.glyphs)
    bands = [band for band in make_bands(page.words) if not _in_table(band.rect, page)]
    height = page.frame[1]
    found: list[Edge] = []
    for side, ordered in (("header", bands), ("footer", bands[::-1])):
        for order, band in enumerate(ordered[:LINES]):
            near = band.rect.bottom < REACH * height if side == "header" else band.rect.top > (1 - REACH) * height
            if not near:
                break
            rows = make_rows([glyph for word in band.words for glyph in word.glyphs], page.number)
            following = ordered[order + 1] if order + 1 < len(ordered) else None
            gap = height
            if following is not None:
                gap = (
                    following.rect.top - band.rect.bottom if side == "header" else band.rect.top - following.rect.bottom
                )
            ruled = any(_beside(rule, band.rect, side) for rule in page.across)
            parts = tuple(part for row in rows for part in _parts(row))
            found.append(Edge(page, side, order, band, parts, max(row.size for row in rows), gap, ruled))  # type: ignore[arg-type]
    return found


def _parts(row: Row) -> list[str]:
    """What stands apart on a line: a date at the left, a number at the right."""
    parts, last = [""], None
    for glyph in row.glyphs:
        if last is not None and glyph.text != " " and glyph.x0 - last.x1 > 1.8 * row.size:
            parts.append("")
        parts[-1] += glyph.text
        last = glyph if glyph.text != " " else last
    return [part.strip() for part in parts]


def _in_table(rect: Rect, page: Page) -> bool:
    return any(table.rect.holds((rect.x0 + rect.x1) / 2, (rect.top + rect.bottom) / 2) for table in page.tables)


def _beside(rule: Rect, rect: Rect, side: str) -> bool:
    """Whether a long ruled line parts a line from the rest of the page."""
    away = rule.top - rect.bottom if side == "header" else rect.top - rule.bottom
    return -2 <= away < 14 and rule.width > 60


def _furniture(edges: list[Edge], pages: int, body: float) -> list[Edge]:
    groups: dict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in edges:
        groups[edge.side, edge.key].append(edge)
    sure: set[int] = set()
    for (_, key), group in groups.items():
        for edge in group:
            if key and len({e.page.number for e in group if abs(e.place - edge.place) <= SWAY}) >= max(
                2, min(4, pages // 6)
            ):
                sure.add(id(edge))
    sure |= _folios(edges, body) | _varying(edges, pages, body)
    known = {edge.key for edge in edges if id(edge) in sure and len(edge.key) >= 4} | {
        re.sub(r"\s", "", part)
        for edge in edges
        if id(edge) in sure and edge.side == "footer"
        for part in re.findall(r"[\w/.-]*\d[\w/.-]{4,}", edge.text)
    }
    places = Counter((edge.side, round(edge.place)) for edge in edges if id(edge) in sure)
    for edge in edges:
        if id(edge) in sure:
            continue
        apart = edge.order == 0 and edge.size <= body + 0.1 and edge.gap > 1.1 * body
        usual = sum(places[edge.side, round(edge.place) + shift] for shift in (-2, -1, 0, 1, 2)) >= 3
        quoted = edge.side == "footer" and any(len(key) >= 5 and key in re.sub(r"\s", "", edge.text) for key in known)
        small = edge.order == 0 and edge.size <= 0.87 * body and edge.gap > 1.5 * body and len(edge.text) < 90
        ruled = edge.order <= 1 and edge.ruled and edge.side == "header" and edge.size <= 1.3 * body
        if quoted or small or (apart and usual) or (ruled and (usual or (edge.order == 0 and not _starts_body(edge)))):
            sure.add(id(edge))
    sure |= _quoting(edges, body)
    return _closed(edges, sure)


def _quoting(edges: list[Edge], body: float) -> set[int]:
    """Heads of later pages that repeat what stands at the head of the first: its title, its symbol."""
    first = min((edge.page.number for edge in edges), default=1)
    pages = {edge.page.number: edge.page for edge in edges}
    if len(pages) < 2:
        return set()
    page = pages[first]
    rows = make_rows(page.glyphs, first)
    shown = "".join(row.text for index, row in enumerate(rows) if index < 4 or row.bold or row.size > 1.05 * body)
    opening = re.sub(r"\s", "", shown).casefold()
    found: set[int] = set()
    for number in sorted(pages):
        heads = [edge for edge in edges if edge.page.number == number and edge.side == "header"]
        group: list[Edge] = []
        for edge in heads if number > first else ():
            group.append(edge)
            if edge.gap > 1.1 * body:
                break
        quoted = [re.sub(r"\s", "", part).casefold() for edge in group for part in edge.parts]
        if (
            group
            and group[-1].gap > 1.1 * body
            and len(group) <= 3
            and all(len(part) > 4 and part in opening for part in quoted)
        ):
            found |= {id(edge) for edge in group}
    return found


def _varying(edges: list[Edge], pages: int, body: float) -> set[int]:
    """Running heads that name the chapter: another text on every page, but short, apart and at the same height on most."""
    apart = [
        edge
        for edge in edges
        if edge.order == 0
        and edge.gap > 1.1 * body
        and edge.size <= body + 0.6
        and len(edge.text) < 90
        and not is_over(edge.text)
    ]
    found: set[int] = set()
    for edge in apart:
        alike = {e.page.number for e in apart if e.side == edge.side and abs(e.place - edge.place) <= 2.0}
        if len(alike) >= max(3, 0.6 * pages):
            found.add(id(edge))
    return found


def _starts_body(edge: Edge) -> bool:
    """Whether a line at the head of a page reads like a sentence: then a ruled line under it makes it no running head."""
    return len(edge.text) > 90 or edge.text.rstrip().endswith((".", "。", "；", ";", "，", ","))


def _folios(edges: list[Edge], body: float) -> set[int]:
    """Page numbers: alone on the outermost line, and counting with the pages where they are bare numbers."""
    found: set[int] = set()
    offsets: Counter[tuple[str, int]] = Counter()
    candidates = [(edge, part) for edge in edges if edge.order <= 2 for part in edge.parts if is_folio(part)]
    for edge, part in candidates:
        for number in re.findall(r"\d+", part)[:1]:
            offsets[edge.side, int(number) - edge.page.number] += 1
    for edge, part in candidates:
        numbers = re.findall(r"\d+", part)[:1]
        counted = bool(numbers) and offsets[edge.side, int(numbers[0]) - edge.page.number] >= 2
        bare = part.strip().isalnum()
        if len(edge.text) > 100 or (edge.order > 1 and not counted):
            continue
        if (
            counted
            or not bare
            or (edge.order == 0 and edge.text == part and edge.gap > 0.9 * body and edge.size <= 1.25 * body)
        ):
            found.add(id(edge))
    return found


def _closed(edges: list[Edge], sure: set[int]) -> list[Edge]:
    """Furniture from the edge of the page inwards: a line of text stops it, a few short lines further out go with it."""
    sides: dict[tuple[int, str], list[Edge]] = defaultdict(list)
    for edge in edges:
        sides[edge.page.number, edge.side].append(edge)
    taken: list[Edge] = []
    for side in sides.values():
        waiting: list[Edge] = []
        for edge in sorted(side, key=lambda e: e.order):
            waiting.append(edge)
            if id(edge) in sure:
                taken += waiting
                waiting = []
            elif len(edge.text) > SHORT:
                break
    return taken
