"""Holds parsed blocks against the elements that a PDF was typeset from.

Texts are compared without white space, because how a script joins its lines is measured in the sentences that come out.
A paragraph is looked for first in order, then anywhere, then by likeness: so a paragraph that was cut, merged or moved
costs itself and not its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from pipeline.records import Block
from pipeline.works import Element, Work, split_notes

# A block less alike than this is not the paragraph; one more alike than SAME is, but for a character or two.
ALIKE = 0.5
SAME = 0.9
GRAM = 5
CANDIDATES = 3
FURNITURE = ("header", "footer")


@dataclass(frozen=True)
class Printed:
    """An element as it stands on the page in one language: text without white space, and the places of note marks in it."""

    kind: str
    level: int
    text: str
    notes: tuple[int, ...]


@dataclass(frozen=True)
class Found:
    """The block that a printed element was found as (None if in none), and how alike the two are."""

    block: int | None
    similarity: float


def normal(text: str) -> str:
    """A text without white space."""
    return "".join(text.split())


def printed(work: Work, lang: str) -> list[Printed]:
    """What stands on the pages of a work in one language, in order; footnotes are elements of their own."""
    made = []
    for element in work.elements:
        if element.sentences[lang]:
            made.append(_printed(element, lang))
    return made


def _printed(element: Element, lang: str) -> Printed:
    text, notes = split_notes("".join(element.sentences[lang]))
    mark = normal(element.marks[lang]) if element.kind in ("paragraph", "list_item") else ""
    places = tuple(len(mark) + len(normal(text[:offset])) for offset, _ in notes)
    return Printed(element.kind, element.level, mark + normal(text), places)


def match(truth: Sequence[str], blocks: Sequence[str]) -> list[Found]:
    """The block of each printed text.

    Args:
        truth: texts without white space, in order.
        blocks: texts of the blocks, likewise.
    """
    found: list[Found | None] = [None] * len(truth)
    used: set[int] = set()
    for size in SequenceMatcher(None, truth, blocks, autojunk=False).get_matching_blocks():
        for step in range(size.size):
            found[size.a + step] = Found(size.b + step, 1.0)
            used.add(size.b + step)
    places: dict[str, list[int]] = {}
    for index, text in enumerate(blocks):
        if index not in used:
            places.setdefault(text, []).append(index)
    for index, text in enumerate(truth):
        if found[index] is None and places.get(text):
            found[index] = Found(places[text].pop(0), 1.0)
    grams = [_grams(text) for text in blocks]
    return [known or _likest(text, blocks, grams) for known, text in zip(found, truth, strict=True)]


def _grams(text: str) -> frozenset[str]:
    return frozenset(text[i : i + GRAM] for i in range(max(1, len(text) - GRAM + 1)))


def _likest(text: str, blocks: Sequence[str], grams: Sequence[frozenset[str]]) -> Found:
    mine = _grams(text)
    shared = sorted(((len(mine & g) / len(mine | g), -i) for i, g in enumerate(grams)), reverse=True)[:CANDIDATES]
    best = Found(None, 0.0)
    for overlap, index in shared:
        if overlap > 0:
            ratio = SequenceMatcher(None, text, blocks[-index], autojunk=False).ratio()
            if ratio > max(best.similarity, ALIKE):
                best = Found(-index, ratio)
    return best


def order(places: Sequence[int]) -> int:
    """How many of some places stand in order: the length of the longest rising subsequence (patience sorting)."""
    from bisect import bisect_left

    tails: list[int] = []
    for place in places:
        at = bisect_left(tails, place)
        tails[at : at + 1] = [place]
    return len(tails)


def paragraphs(truth: Sequence[Printed], blocks: Sequence[Block]) -> dict[str, list[float]]:
    """The counts of one language of one file, by measure: (right, gold) or (right, gold, predicted).

    Args:
        truth: what is printed, from ``printed``.
        blocks: the blocks of that language in reading order, page furniture among them.
    """
    body = [p for p in truth if p.kind != "footnote"]
    kept = [b for b in blocks if b.kind not in FURNITURE]
    texts = [normal(b.text) for b in kept]
    found = match([p.text for p in body], texts)
    prose = [(p, f) for p, f in zip(body, found, strict=True) if p.kind in ("paragraph", "list_item")]
    places = [kept[f.block].ordinal for f in found if f.block is not None]
    made: dict[str, list[float]] = {
        "character similarity of paragraphs": [sum(f.similarity for _, f in prose), len(prose)],
        "paragraphs that are exactly one block": [sum(f.similarity == 1.0 for _, f in prose), len(prose)],
        "reading order": [order(places), len(body)],
        "headings F1": _headings(body, kept),
    }
    nested = _nesting(body, found, kept)
    if nested[1]:
        made["nesting of headings"] = nested
    notes = [p for p in truth if p.kind == "footnote"]
    said = [b for b in kept if b.kind == "footnote"]
    if notes or said:
        made["footnotes F1"] = [_same(notes, said), len(notes), len(said)]
    marks = _marks(body, found, kept)
    if marks[1] or marks[2]:
        made["note marks F1"] = marks
    return made


def _headings(body: Sequence[Printed], kept: Sequence[Block]) -> list[float]:
    gold = [p.text for p in body if p.kind in ("title", "heading")]
    said = [normal(b.text) for b in kept if b.kind in ("title", "heading")]
    left = list(said)
    right = 0
    for text in gold:
        if text in left:
            left.remove(text)
            right += 1
    return [right, len(gold), len(said)]


def _nesting(body: Sequence[Printed], found: Sequence[Found], kept: Sequence[Block]) -> list[float]:
    """Of neighbouring headings that were found, how many pairs go down, up or stay alike as in the work."""
    levels = [
        (p.level, kept[f.block].level)
        for p, f in zip(body, found, strict=True)
        if p.kind == "heading" and f.block is not None and kept[f.block].kind == "heading"
    ]
    right = sum(_sign(b[0] - a[0]) == _sign(b[1] - a[1]) for a, b in pairwise(levels))
    return [right, max(0, len(levels) - 1)]


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _same(notes: Sequence[Printed], said: Sequence[Block]) -> int:
    left = [normal(b.text.removeprefix(b.marker)) for b in said]
    right = 0
    for note in notes:
        hit = next((t for t in left if SequenceMatcher(None, note.text, t, autojunk=False).ratio() >= SAME), None)
        if hit is not None:
            left.remove(hit)
            right += 1
    return right


def _marks(body: Sequence[Printed], found: Sequence[Found], kept: Sequence[Block]) -> list[float]:
    """Note marks at their place in the running text, in paragraphs that were found."""
    gold = sum(len(p.notes) for p in body)
    said = sum(len(b.notes) for b in kept if b.kind != "footnote")
    right = 0
    for p, f in zip(body, found, strict=True):
        if p.notes and f.block is not None:
            block = kept[f.block]
            have = [len(normal(block.text[: note.offset])) for note in block.notes]
            for place in p.notes:
                if place in have:
                    have.remove(place)
                    right += 1
    return [right, gold, said]
