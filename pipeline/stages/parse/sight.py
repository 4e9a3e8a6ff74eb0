"""Turns places of a PDF's own coordinates into places as a reader sees the page, after cropping and rotation."""

from __future__ import annotations

from typing import Any

import pypdfium2.raw as pdfium


class Sight:
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
