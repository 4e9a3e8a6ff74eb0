"""Reads the characters and ruled lines of a PDF page with pdfium.

In order: the characters that the page shows, each with its edges, baseline and size, in places as a reader sees the page
(after rotation and cropping); then what should not be read twice or at all is left out: characters printed twice for
a bold look, text outside the page, and an invisible or white layer beside a visible one. Then the page is turned so
that most of its text runs from left to right, and ruled lines and pictures are listed. Blanks are kept only as glyphs
that a PDF really has; those that are missing are found later from the distances.
"""

from __future__ import annotations

import ctypes
from collections import Counter, defaultdict
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium

from pipeline.stages.parse import calls
from pipeline.stages.parse.characters import PRIVATE, usual
from pipeline.stages.parse.drawings import drawings
from pipeline.stages.parse.model import Glyph, Page, Rect
from pipeline.stages.parse.sight import Sight

# A line end hyphen is given by pdfium as one of these two.
HYPHENS = {"\x02", "\ufffe"}
BOLD_NAMES = ("bold", "black", "heavy", "simhei", "heiti", "-hei", "semibold", "demi")


class _Looks:
    """What the text objects of a page look like, asked of pdfium once for each object and font."""

    def __init__(self) -> None:
        self.bold: dict[int, bool] = {}
        self.objects: dict[int, tuple[bool, bool, bool, int]] = {}
        self.colours = tuple(ctypes.c_uint() for _ in range(4))

    def of(self, text_page: int, index: int, address: int) -> tuple[bool, bool, bool, int]:
        """Bold, invisible, white and a number for the font of the object that the character is in."""
        known = self.objects.get(address)
        if known is None:
            handle = ctypes.cast(address, pdfium.FPDF_PAGEOBJECT)
            mode = pdfium.FPDFTextObj_GetTextRenderMode(handle)
            font = ctypes.cast(pdfium.FPDFTextObj_GetFont(handle), ctypes.c_void_p).value or 0
            if font not in self.bold:
                self.bold[font] = calls.font_weight(text_page, index) >= 600 or _bold_name(text_page, index)
            red, green, blue, alpha = self.colours
            pale = False
            if pdfium.FPDFPageObj_GetFillColor(handle, red, green, blue, alpha):
                pale = alpha.value < 8 or min(red.value, green.value, blue.value) > 250
            known = (self.bold[font] or mode == 2, mode in (3, 7), pale and mode not in (1, 2), font)
            self.objects[address] = known
        return known


def _bold_name(text_page: int, index: int) -> bool:
    page = ctypes.cast(text_page, pdfium.FPDF_TEXTPAGE)
    size = pdfium.FPDFText_GetFontInfo(page, index, None, 0, None)
    if not 0 < size < 1000:
        return False
    name = ctypes.create_string_buffer(size)
    pdfium.FPDFText_GetFontInfo(page, index, name, size, None)
    return any(word in name.value.decode("utf-8", "replace").lower() for word in BOLD_NAMES)


def read_page(handle: Any, number: int) -> Page:
    """The glyphs, ruled lines and pictures of a page.

    Args:
        handle: a pypdfium2 ``PdfPage``.
        number: the page's number, from 1.
    """
    sight = Sight(handle)
    page = Page(number=number, width=sight.size[0], height=sight.size[1])
    across, down, fills, pictures = drawings(handle, sight)
    page.drawn = pdfium.FPDFPage_CountObjects(handle) > 0 or pdfium.FPDFPage_GetAnnotCount(handle) > 0
    text_page = handle.get_textpage()
    try:
        turned, page.unmapped = _characters(text_page, sight, page, fills + pictures)
    finally:
        text_page.close()
    counts = Counter({turn: len(glyphs) for turn, glyphs in turned.items()})
    page.turn = max((turn for turn in counts if turn >= 0), key=lambda turn: (counts[turn], -turn), default=0)
    for turn, found in sorted(turned.items()):
        kept = _once(_seen(found))
        if turn == page.turn:
            page.glyphs = kept
        elif kept:
            page.aside.append((turn, kept))
    page.across, page.down, page.pictures = _framed(page, across, down, pictures)
    return page


def _characters(text_page: Any, sight: Sight, page: Page, fills: list[Rect]) -> tuple[dict[int, list[Glyph]], int]:
    """Every glyph by the direction in which it runs, and how many have no Unicode value.

    pdfium answers one question about one character at a time, so this loop asks as few as it can: what is true of a whole
    text object (font, size, direction, baseline) is asked once.
    """
    handle = ctypes.cast(text_page.raw, ctypes.c_void_p).value or 0
    rect = pdfium.FS_RECTF()
    place = ctypes.addressof(rect)
    run = _Run(handle, sight)
    turned: dict[int, list[Glyph]] = defaultdict(list)
    unmapped = surrogate = 0
    last: int | None = None
    previous, ligature = (0.0, 0.0, 0.0), ""
    width, height = sight.size
    for index in range(max(0, calls.count(handle))):
        code = calls.unicode(handle, index)
        if code >= 0xD800:
            if code < 0xDC00:
                surrogate = code
                continue
            if surrogate and code < 0xE000:
                code = 0x10000 + ((surrogate - 0xD800) << 10) + (code - 0xDC00)
        surrogate = 0
        if code in (10, 13):
            continue
        address = calls.text_object(handle, index)
        if not address:
            # A blank or line end that pdfium made up.
            continue
        calls.loose_box(handle, index, place)
        left, right = rect.left, rect.right
        if address != last:
            last = address
            run.begin(index, address, rect.bottom)
            previous = (0.0, 0.0, 0.0)
        if not run.sound:
            continue
        char = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        if char in HYPHENS:
            char = "-"
        if char >= "\ue000" and PRIVATE.match(char):
            unmapped += 1
        text = usual(char)
        if not text:
            continue
        box = (left, right, rect.bottom)
        joined, previous = box == previous, box
        if run.straight and abs(rect.bottom - run.bottom) < 0.01:
            x0, x1, base = left - sight.left, right - sight.left, run.base
            outside = x1 < 0 or x0 > width or base < 0 or base - run.size > height
        else:
            x0, x1, base, outside = run.turned(index, rect)
        if outside:
            continue
        size = run.size
        unseen = run.hidden
        if run.pale and not unseen:
            unseen = not any(fill.holds((x0 + x1) / 2, base - size / 3) for fill in fills) or not run.straight
        glyphs = turned[run.turn]
        if joined and glyphs and not text.isspace():
            # A ligature: pdfium gives each of its letters the place of the whole.
            text = ligature + text
            del glyphs[-len(ligature) :]
        ligature = text
        if len(text) == 1:
            glyph = Glyph(text, x0, x1, base, size, run.bold, unseen, run.font)
            if run.straight and "0" <= text <= "9":
                glyph.raised = run.lifted(index)
            glyphs.append(glyph)
            continue
        step = (x1 - x0) / len(text)
        glyphs += [
            Glyph(letter, x0 + number * step, x0 + (number + 1) * step, base, size, run.bold, unseen, run.font)
            for number, letter in enumerate(text)
        ]
    return turned, unmapped


class _Run:
    """What is true of all characters of the text object in hand."""

    def __init__(self, handle: int, sight: Sight) -> None:
        self.handle, self.sight = handle, sight
        self.looks = _Looks()
        self.matrix = pdfium.FS_MATRIX()
        self.numbers = [ctypes.c_double() for _ in range(4)]
        self.places = [ctypes.addressof(number) for number in self.numbers]
        self.bold = self.hidden = self.pale = self.straight = self.sound = False
        self.turn = self.font = 0
        self.size = self.base = self.origin = self.bottom = 0.0

    def begin(self, index: int, address: int, bottom: float) -> None:
        """Takes up another text object, at its first character."""
        self.bold, self.hidden, self.pale, self.font = self.looks.of(self.handle, index, address)
        calls.matrix(self.handle, index, ctypes.addressof(self.matrix))
        self.turn = self.sight.turn(self.matrix.a, self.matrix.b)
        # The height of the letters, whatever their width is stretched to.
        self.size = calls.font_size(self.handle, index) * (self.matrix.c**2 + self.matrix.d**2) ** 0.5
        self.sound = 0.5 < self.size < 2000
        self.straight = self.turn == 0 and self.sight.rotation == 0
        calls.origin(self.handle, index, self.places[0], self.places[1])
        self.origin, self.bottom = self.numbers[1].value, bottom
        self.base = self.sight.top - self.origin

    def turned(self, index: int, rect: Any) -> tuple[float, float, float, bool]:
        """Edges and baseline, in the frame of its direction, of a character that has to be asked for its own; is it outside?"""
        width, height = self.sight.size
        calls.origin(self.handle, index, self.places[0], self.places[1])
        base_x, base_y = self.sight.point(self.numbers[0].value, self.numbers[1].value)
        a, b = self.sight.point(rect.left, rect.top)
        c, d = self.sight.point(rect.right, rect.bottom)
        x0, x1, top, bottom = min(a, c), max(a, c), min(b, d), max(b, d)
        outside = x1 < 0 or x0 > width or base_y < 0 or base_y - self.size > height
        return *_in_frame(self.turn, width, height, x0, x1, top, bottom, base_x, base_y), outside

    def lifted(self, index: int) -> bool:
        """Whether a digit is drawn well above its baseline: fonts have raised figures that stand on it like any letter."""
        if not calls.tight_box(self.handle, index, *self.places):
            return False
        low, high = self.numbers[2].value - self.origin, self.numbers[3].value - self.origin
        return 0.2 * self.size < low < self.size and high > low


def _in_frame(
    turn: int,
    width: float,
    height: float,
    x0: float,
    x1: float,
    top: float,
    bottom: float,
    base_x: float,
    base_y: float,
) -> tuple[float, float, float]:
    """Left and right edge and baseline in the frame of text that runs in the direction ``turn``."""
    if turn == 90:
        return top, bottom, width - base_x
    if turn == 180:
        return width - x1, width - x0, height - base_y
    if turn == 270:
        return height - bottom, height - top, base_x
    return x0, x1, base_y


def _seen(glyphs: list[Glyph]) -> list[Glyph]:
    """Leaves an invisible layer out where the page shows text itself; alone, it is the text (a scan with its words)."""
    hidden = sum(glyph.hidden for glyph in glyphs)
    if hidden and len(glyphs) - hidden >= 0.2 * hidden:
        return [glyph for glyph in glyphs if not glyph.hidden]
    return glyphs


def _any_twice(glyphs: list[Glyph]) -> bool:
    """Whether any character may stand on itself: two of a kind in one small cell, in any of four grids half a cell apart."""
    inked = [glyph for glyph in glyphs if glyph.text != " "]
    if not inked:
        return False
    codes = np.array([ord(glyph.text) for glyph in inked], dtype=np.int64)
    places = np.array([(glyph.x0, glyph.base, glyph.size) for glyph in inked])
    cell = np.maximum(1.0, 0.3 * places[:, 2])
    across, down = np.clip(places[:, 0] / cell, -1e5, 1e5), np.clip(places[:, 1] / cell, -1e5, 1e5)
    for x in (0.0, 0.5):
        for y in (0.0, 0.5):
            keys = (codes << 40) + ((across + x).astype(np.int64) << 20) + (down + y).astype(np.int64)
            if len(np.unique(keys)) < len(keys):
                return True
    return False


def _once(glyphs: list[Glyph]) -> list[Glyph]:
    """Leaves out a character printed again on itself (bold by overprinting, text drawn twice); the first is bold then."""
    if not _any_twice(glyphs):
        return glyphs
    kept: list[Glyph] = []
    places: dict[tuple[str, int, int], list[Glyph]] = defaultdict(list)
    for glyph in glyphs:
        if glyph.text.isspace():
            kept.append(glyph)
            continue
        cell = max(1.0, 0.15 * glyph.size)
        column, line = int(glyph.x0 / cell), int(glyph.base / cell)
        twin = next(
            (
                other
                for x in (column - 1, column, column + 1)
                for y in (line - 1, line, line + 1)
                for other in places.get((glyph.text, x, y), ())
                if abs(other.x0 - glyph.x0) < 0.12 * glyph.size
                and abs(other.base - glyph.base) < 0.12 * glyph.size
                and abs(other.size - glyph.size) < 0.1 * glyph.size
            ),
            None,
        )
        if twin is not None:
            twin.bold = True
            continue
        places[glyph.text, column, line].append(glyph)
        kept.append(glyph)
    return kept


def _framed(
    page: Page, across: list[Rect], down: list[Rect], pictures: list[Rect]
) -> tuple[list[Rect], list[Rect], list[Rect]]:
    """Lines and pictures in the frame: where the page is turned, lines down become lines across."""
    if page.turn == 0:
        return across, down, pictures
    width, height = page.width, page.height

    def turned(rect: Rect) -> Rect:
        if page.turn == 90:
            return Rect(rect.top, width - rect.x1, rect.bottom, width - rect.x0)
        if page.turn == 180:
            return Rect(width - rect.x1, height - rect.bottom, width - rect.x0, height - rect.top)
        return Rect(height - rect.bottom, rect.x0, height - rect.top, rect.x1)

    first, second, third = ([turned(rect) for rect in rects] for rects in (across, down, pictures))
    return (first, second, third) if page.turn == 180 else (second, first, third)
