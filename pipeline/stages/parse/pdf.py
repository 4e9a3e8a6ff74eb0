"""PDF files: opens them with pdfium and reads every page, whatever is wrong with them.

In order: the file is opened, or its failure named (encrypted, broken, not a PDF at all); each page is read within limits;
a page without text or with text that cannot be right is recognised optically, if that is allowed, or becomes a failure; then the
pages are laid out together, because running heads, notes and paragraphs go over pages.
"""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from pipeline.config import ParseSettings
from pipeline.records import PageSize
from pipeline.stage import tick
from pipeline.stages.parse.found import Found, Unreadable
from pipeline.stages.parse.glyphs import read_page
from pipeline.stages.parse.layout import lay_out
from pipeline.stages.parse.model import Page
from pipeline.stages.parse.quality import doubt

# Points; the PDF standard allows 14,400 (200 inches). Larger pages are a mistake or an attack.
MAX_SIDE = 14_400.0
MAX_GLYPHS = 400_000
# Pages in a row without anything on them, after which a document without a single word is given up.
MAX_EMPTY = 200

REASONS = {
    pdfium.FPDF_ERR_PASSWORD: "the file is encrypted: remove the password and run again",
    pdfium.FPDF_ERR_SECURITY: "the file is encrypted in a way that cannot be opened: remove the protection and run again",
    pdfium.FPDF_ERR_FORMAT: "the PDF is broken or cut off: fetch it again or save it anew from its program",
}


def read_pdf(document: str, data: bytes, settings: ParseSettings) -> Found:
    """The pages and blocks of a PDF file.

    Args:
        document: its id.
        data: the file.
        settings: OCR and limits.

    Raises:
        Unreadable: if the file cannot be opened or has no pages.
    """
    handle = _open(data)
    try:
        return _read(document, handle, settings)
    finally:
        handle.close()


def _open(data: bytes) -> pypdfium2.PdfDocument:
    try:
        handle = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        reason = REASONS.get(getattr(error, "err_code", None) or pdfium.FPDF_GetLastError(), "")
        if b"%PDF-" not in data[:1024]:
            reason = "the file is named .pdf but is none: give it the suffix of what it is"
        raise Unreadable(reason or REASONS[pdfium.FPDF_ERR_FORMAT]) from error
    if len(handle) < 1:
        handle.close()
        raise Unreadable("the PDF has no pages that can be found: fetch it again or save it anew from its program")
    return handle


def _read(document: str, handle: pypdfium2.PdfDocument, settings: ParseSettings) -> Found:
    pages: list[Page] = []
    failures: list[tuple[int, str]] = []
    count, barren = len(handle), 0
    if count > settings.max_pages:
        failures.append((settings.max_pages + 1, _too_many(count, settings)))
    for index in range(min(count, settings.max_pages)):
        page, reason = _page(handle, index, settings)
        if page is not None:
            pages.append(page)
        if reason:
            failures.append((index + 1, reason))
        barren = barren + 1 if reason and page is not None and not page.drawn else 0
        tick()
        if barren >= MAX_EMPTY and not any(page.glyphs for page in pages):
            failures = [(0, f"the first {barren} of {count} pages are empty, so the rest was not read")]
            break
    sizes = tuple(PageSize(page=p.number, width=round(p.width, 2), height=round(p.height, 2), ocr=p.ocr) for p in pages)
    return Found(pages=sizes, blocks=lay_out(document, pages), failures=tuple(sorted(failures)))


def _too_many(count: int, settings: ParseSettings) -> str:
    return (
        f"the file has {count} pages, of which the first {settings.max_pages} were read; "
        "raise max_pages in [parse] or split the file"
    )


def _page(handle: pypdfium2.PdfDocument, index: int, settings: ParseSettings) -> tuple[Page | None, str]:
    """A page with its glyphs, or with none and the reason for that."""
    number = index + 1
    try:
        raw = handle[index]
    except pypdfium2.PdfiumError:
        return None, "the page is broken and cannot be opened"
    try:
        width, height = raw.get_size()
        if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
            return None, f"the page is {width:.0f} by {height:.0f} points, which no page is"
        page = read_page(raw, number)
        if len(page.glyphs) > MAX_GLYPHS:
            page.glyphs.clear()
            return page, f"the page has more than {MAX_GLYPHS} characters, which no page has"
        return _judged(raw, page, settings)
    except (pypdfium2.PdfiumError, ctypes.ArgumentError, OverflowError, ValueError) as error:
        return Page(number=number, width=612.0, height=792.0), f"the page could not be read: {error}"
    finally:
        raw.close()


def _judged(raw: Any, page: Page, settings: ParseSettings) -> tuple[Page, str]:
    """Keeps the text that a page has, recognises it optically, or says why there is none."""
    reason = doubt(page)
    blank = not page.glyphs and not page.drawn
    if not blank and (settings.ocr == "always" or (reason and settings.ocr == "auto")):
        from pipeline.stages.parse.ocr import recognise

        found = recognise(raw, page)
        if found.glyphs or not page.glyphs:
            page = found
            reason = "" if page.glyphs else "no text was found on the page, not by optical recognition either"
    if reason and page.glyphs:
        page.glyphs = []
        return page, reason
    if reason and settings.ocr == "off" and not blank:
        reason += '; optical recognition is off (ocr = "off")'
    return page, reason
