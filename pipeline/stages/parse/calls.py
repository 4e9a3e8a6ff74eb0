"""The few functions of pdfium that are called for every character, with plain numbers as arguments.

The bindings of pypdfium2 check and convert every argument, which for a hundred thousand characters takes longer than
pdfium itself. These are the same functions, taken by their address; structures and numbers to be filled in are passed as
addresses too. Only ``glyphs.py`` uses them, with handles that it keeps alive.
"""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2.raw as pdfium

_POINTER, _INT, _DOUBLE = ctypes.c_void_p, ctypes.c_int, ctypes.c_double


def _plain(function: Any, result: Any, *arguments: Any) -> Any:
    return ctypes.CFUNCTYPE(result, *arguments)(ctypes.cast(function, _POINTER).value or 0)


count = _plain(pdfium.FPDFText_CountChars, _INT, _POINTER)
unicode = _plain(pdfium.FPDFText_GetUnicode, ctypes.c_uint, _POINTER, _INT)
text_object = _plain(pdfium.FPDFText_GetTextObject, _POINTER, _POINTER, _INT)
loose_box = _plain(pdfium.FPDFText_GetLooseCharBox, _INT, _POINTER, _INT, _POINTER)
origin = _plain(pdfium.FPDFText_GetCharOrigin, _INT, _POINTER, _INT, _POINTER, _POINTER)
matrix = _plain(pdfium.FPDFText_GetMatrix, _INT, _POINTER, _INT, _POINTER)
font_size = _plain(pdfium.FPDFText_GetFontSize, _DOUBLE, _POINTER, _INT)
font_weight = _plain(pdfium.FPDFText_GetFontWeight, _INT, _POINTER, _INT)
# Left, right, bottom and top, in this order.
tight_box = _plain(pdfium.FPDFText_GetCharBox, _INT, _POINTER, _INT, _POINTER, _POINTER, _POINTER, _POINTER)
