"""Lists the ruled lines, filled areas and pictures of a PDF page, in places as a reader sees them."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2.raw as pdfium

from pipeline.stages.parse.model import Rect
from pipeline.stages.parse.sight import Sight

MAX_OBJECTS = 30_000
MAX_DEPTH = 4
# A path thinner than this is a line.
THIN = 2.2


def drawings(handle: Any, sight: Sight) -> tuple[list[Rect], list[Rect], list[Rect], list[Rect]]:
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


def _bounds(item: Any, matrix: tuple[float, float, float, float, float, float], sight: Sight) -> Rect | None:
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
