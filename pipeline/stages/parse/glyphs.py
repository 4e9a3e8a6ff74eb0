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

import pypdfium2.raw as pdfium

from pipeline.stages.parse.characters import PRIVATE, usual
from pipeline.stages.parse.model import Glyph, Page, Rect

# A line end hyphen is given by pdfium as one of these two.
HYPHENS = {"\x02", "\ufffe"}
BOLD_NAMES = ("bold", "black", "heavy", "simhei", "heiti", "-hei", "semibold", "demi")
MAX_OBJECTS = 30_000
MAX_DEPTH = 4
# A path thinner than this is a line.
THIN = 2.2


class _Looks:
    """What the text objects of a page look like, asked of pdfium once for each object and font."""

    def __init__(self) -> None:
        self.bold: dict[int, bool] = {}
        self.objects: dict[int, tuple[bool, bool, bool, int]] = {}

    def of(self, text_page: Any, index: int, handle: Any) -> tuple[bool, bool, bool, int]:
        """Bold, invisible, white and a number for the font of the object that the character is in."""
        address = ctypes.cast(handle, ctypes.c_void_p).value or 0
        known = self.objects.get(address)
        if known is None:
            mode = pdfium.FPDFTextObj_GetTextRenderMode(handle)
            font = ctypes.cast(pdfium.FPDFTextObj_GetFont(handle), ctypes.c_void_p).value or 0
            if font not in self.bold:
                self.bold[font] = pdfium.FPDFText_GetFontWeight(text_page, index) >= 600 or _bold_name(text_page, index)
            red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
            pale = False
            if pdfium.FPDFPageObj_GetFillColor(handle, red, green, blue, alpha):
                pale = alpha.value < 8 or min(red.value, green.value, blue.value) > 250
            known = (self.bold[font] or mode == 2, mode in (3, 7), pale and mode not in (1, 2), font)
            self.objects[address] = known
        return known


def _bold_name(text_page: Any, index: int) -> bool:
    size = pdfium.FPDFText_GetFontInfo(text_page, index, None, 0, None)
    if not 0 < size < 1000:
        return False
    name = ctypes.create_string_buffer(size)
    pdfium.FPDFText_GetFontInfo(text_page, index, name, size, None)
    return any(word in name.value.decode("utf-8", "replace").lower() for word in BOLD_NAMES)


class _Sight:
    """Turns places of the PDF's own coordinates into places as a reader sees the page."""

    def __init__(self, page: Any) -> None:
        box = pdfium.FS_RECTF()
        self.rotation = 0
        if not pdfium.FPDF_GetPageBoundingBox(page, box):
            box.left, box.bottom, box.right, box.top = 0.0, 0.0, 612.0, 792.0
        self.rotation = pdfium.FPDFPage_GetRotation(page) % 4
        self.size = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
        width, height = self.size[::-1] if self.rotation % 2 else self.size
        self.left, self.bottom = min(box.left, box.right), min(box.top, box.bottom)
        self.right, self.top = self.left + width, self.bottom + height

    def point(self, x: float, y: float) -> tuple[float, float]:
        if self.rotation == 0:
            return x - self.left, self.top - y
        if self.rotation == 1:
            return y - self.bottom, x - self.left
        if self.rotation == 2:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x

    def turn(self, a: float, b: float) -> int:
        """The direction in which text with the matrix (a, b, …) runs as seen: 0, 90 (downwards), 180, 270, or -1."""
        across, down = ((a, -b), (b, a), (-a, b), (-b, -a))[self.rotation]
        if abs(down) <= 0.2 * abs(across):
            return 0 if across >= 0 else 180
        if abs(across) <= 0.2 * abs(down):
            return 90 if down > 0 else 270
        return -1


def read_page(handle: Any, number: int) -> Page:
    """The glyphs, ruled lines and pictures of a page.

    Args:
        handle: a pypdfium2 ``PdfPage``.
        number: the page's number, from 1.
    """
    sight = _Sight(handle)
    page = Page(number=number, width=sight.size[0], height=sight.size[1])
    across, down, fills, pictures = _drawings(handle, sight)
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


def _characters(text_page: Any, sight: _Sight, page: Page, fills: list[Rect]) -> tuple[dict[int, list[Glyph]], int]:
    """Every glyph by the direction in which it runs, and how many have no Unicode value."""
    count = max(0, pdfium.FPDFText_CountChars(text_page))
    matrix, rect = pdfium.FS_MATRIX(), pdfium.FS_RECTF()
    origin_x, origin_y = ctypes.c_double(), ctypes.c_double()
    looks = _Looks()
    turned: dict[int, list[Glyph]] = defaultdict(list)
    unmapped, last, surrogate = 0, None, 0
    bold = hidden = pale = False
    turn, scale, font = 0, 1.0, 0
    previous, ligature = (0, 0.0, 0.0), ""
    width, height = sight.size
    unicode_of, box_of, origin_of = (
        pdfium.FPDFText_GetUnicode,
        pdfium.FPDFText_GetLooseCharBox,
        pdfium.FPDFText_GetCharOrigin,
    )
    object_of, size_of, generated = (
        pdfium.FPDFText_GetTextObject,
        pdfium.FPDFText_GetFontSize,
        pdfium.FPDFText_IsGenerated,
    )
    for index in range(count):
        code = unicode_of(text_page, index)
        if 0xD800 <= code < 0xDC00:
            surrogate = code
            continue
        if surrogate and 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((surrogate - 0xD800) << 10) + (code - 0xDC00)
        surrogate = 0
        char = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        if char in "\r\n" or generated(text_page, index) == 1:
            continue
        handle = object_of(text_page, index)
        if not handle:
            continue
        address = ctypes.addressof(handle.contents)
        if address != last:
            last = address
            bold, hidden, pale, font = looks.of(text_page, index, handle)
            pdfium.FPDFText_GetMatrix(text_page, index, matrix)
            turn = sight.turn(matrix.a, matrix.b)
            # The height of the letters, whatever their width is stretched to.
            scale = (matrix.c**2 + matrix.d**2) ** 0.5
        box_of(text_page, index, rect)
        origin_of(text_page, index, origin_x, origin_y)
        size = size_of(text_page, index) * scale
        if not 0.5 < size < 2000 or size != size:
            continue
        if char in HYPHENS:
            char = "-"
        if char == "\ufffd" or PRIVATE.match(char):
            unmapped += 1
        text = usual(char)
        if not text:
            continue
        spot = (address, origin_x.value, origin_y.value)
        joined, previous = spot == previous, spot
        x0, top = sight.point(rect.left, rect.top)
        x1, bottom = sight.point(rect.right, rect.bottom)
        base_x, base_y = sight.point(origin_x.value, origin_y.value)
        x0, x1, top, bottom = min(x0, x1), max(x0, x1), min(top, bottom), max(top, bottom)
        if x1 < 0 or x0 > width or base_y < 0 or base_y - size > height:
            continue
        out_of_sight = hidden or (pale and not any(fill.holds((x0 + x1) / 2, base_y - size / 3) for fill in fills))
        left, right, base = _in_frame(turn, width, height, x0, x1, top, bottom, base_x, base_y)
        if joined and turned[turn]:
            # A ligature: pdfium gives each of its letters the place of the whole.
            text = ligature + text
            del turned[turn][-len(ligature) :]
        ligature = text
        step = (right - left) / len(text)
        lifted = turn == 0 and text.isdecimal() and _lifted(text_page, index, origin_y.value, size)
        for place, letter in enumerate(text):
            glyph = Glyph(letter, left + place * step, left + (place + 1) * step, base, size, bold, out_of_sight, font)
            glyph.raised = lifted
            turned[turn].append(glyph)
    return turned, unmapped


def _lifted(text_page: Any, index: int, base: float, size: float) -> bool:
    """Whether a digit is drawn well above its baseline: fonts have raised figures that stand on it like any letter."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    if not pdfium.FPDFText_GetCharBox(text_page, index, left, right, bottom, top):
        return False
    return 0.2 * size < abs(bottom.value - base) < size and abs(top.value - base) > abs(bottom.value - base)


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


def _once(glyphs: list[Glyph]) -> list[Glyph]:
    """Leaves out a character printed again on itself (bold by overprinting, text drawn twice); the first is bold then."""
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


def _drawings(handle: Any, sight: _Sight) -> tuple[list[Rect], list[Rect], list[Rect], list[Rect]]:
    """Lines across, lines down, filled areas and pictures, as a reader sees them."""
    across: list[Rect] = []
    down: list[Rect] = []
    fills: list[Rect] = []
    pictures: list[Rect] = []
    left = MAX_OBJECTS
    page_area = sight.size[0] * sight.size[1]

    def visit(item: Any, matrix: tuple[float, float, float, float, float, float], depth: int) -> None:
        nonlocal left
        left -= 1
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < MAX_DEPTH:
            inner = pdfium.FS_MATRIX()
            if pdfium.FPDFPageObj_GetMatrix(item, inner):
                turned = _times((inner.a, inner.b, inner.c, inner.d, inner.e, inner.f), matrix)
                for index in range(min(left, max(0, pdfium.FPDFFormObj_CountObjects(item)))):
                    visit(pdfium.FPDFFormObj_GetObject(item, index), turned, depth + 1)
        elif kind in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE):
            rect = _bounds(item, matrix, sight)
            if rect is None:
                return
            if kind == pdfium.FPDF_PAGEOBJ_IMAGE and min(rect.height, rect.width) < 5:
                # Some writers draw their rules as pictures.
                (across if rect.height < rect.width else down).append(rect)
            elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                pictures.append(rect)
            else:
                _path(item, rect, across, down, fills, page_area)

    for index in range(min(MAX_OBJECTS, max(0, pdfium.FPDFPage_CountObjects(handle)))):
        if left <= 0:
            break
        visit(pdfium.FPDFPage_GetObject(handle, index), (1.0, 0.0, 0.0, 1.0, 0.0, 0.0), 0)
    return across, down, fills, pictures


def _times(
    inner: tuple[float, float, float, float, float, float], outer: tuple[float, float, float, float, float, float]
) -> tuple[float, float, float, float, float, float]:
    a, b, c, d, e, f = inner
    ao, bo, co, do, eo, fo = outer
    return (
        a * ao + b * co,
        a * bo + b * do,
        c * ao + d * co,
        c * bo + d * do,
        e * ao + f * co + eo,
        e * bo + f * do + fo,
    )


def _bounds(item: Any, matrix: tuple[float, float, float, float, float, float], sight: _Sight) -> Rect | None:
    edges = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(item, *edges):
        return None
    left, bottom, right, top = (edge.value for edge in edges)
    a, b, c, d, e, f = matrix
    corners = [sight.point(a * x + c * y + e, b * x + d * y + f) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    if not all(abs(value) < 1e6 for value in xs + ys):
        return None
    return Rect(min(xs), min(ys), max(xs), max(ys))


def _path(item: Any, rect: Rect, across: list[Rect], down: list[Rect], fills: list[Rect], page_area: float) -> None:
    """Files a path under what it is for reading: a line, the four sides of a frame, or a filled area."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item, fill, stroke)
    if not fill.value and not stroke.value:
        return
    if _thin(rect.height, rect.width):
        across.append(rect)
    elif _thin(rect.width, rect.height):
        down.append(rect)
    elif stroke.value and 4 <= pdfium.FPDFPath_CountSegments(item) <= 6:
        across += [Rect(rect.x0, rect.top, rect.x1, rect.top), Rect(rect.x0, rect.bottom, rect.x1, rect.bottom)]
        down += [Rect(rect.x0, rect.top, rect.x0, rect.bottom), Rect(rect.x1, rect.top, rect.x1, rect.bottom)]
    if fill.value and min(rect.width, rect.height) > THIN and rect.width * rect.height < 0.95 * page_area:
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        if (
            pdfium.FPDFPageObj_GetFillColor(item, red, green, blue, alpha)
            and min(red.value, green.value, blue.value) <= 235
        ):
            fills.append(rect)


def _thin(across: float, along: float) -> bool:
    """Whether a path so wide and so long is a line: thin, or a heavy rule many times as long as it is wide."""
    return (across <= THIN and along > 3) or (across <= 2.5 * THIN and along > 25 * across)


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
