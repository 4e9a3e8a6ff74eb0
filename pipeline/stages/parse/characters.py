"""Characters as they should stand in a text: ligatures apart, compatibility forms as the usual ones.

One printed character may stand for several letters (ﬁ) or be one that Unicode keeps only for old encodings (U+F9D8 for 律,
the radical U+2F2F for 工, full-width letters and digits). Punctuation keeps its width: a Chinese comma is not an English one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Left out of every text: soft hyphens, joiners and direction marks, byte-order marks, what fonts use for "nothing".
IGNORED = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufff9-\ufffc\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]"
)
BLANK = re.compile(r"\s")
# Chinese characters, and the signs that are set as wide as one and take no blank beside them.
WIDE = re.compile(
    "[\u2e80-\u303f\u3100-\u312f\u31a0-\u31ef\u3200-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\U00020000-\U0003134f]"
)
PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff\ufffd]")
# Private-use code points of the Symbol and Wingdings fonts that printers use for bullets and boxes.
SYMBOLS = {
    "\uf0b7": "•",
    "\uf0a7": "▪",
    "\uf0d8": "➢",
    "\uf0fc": "✓",
    "\uf06c": "●",
    "\uf06e": "■",
    "\uf0a8": "□",
    "\uf02d": "–",
}


@lru_cache(maxsize=8192)
def usual(char: str) -> str:
    """The usual form of a printed character; several letters for a ligature, nothing for what is not to be read."""
    if char in SYMBOLS:
        return SYMBOLS[char]
    if IGNORED.match(char):
        return ""
    code = ord(char)
    compatible = (
        0xFB00 <= code <= 0xFB06
        or 0x2E80 <= code <= 0x2FD5
        or 0xF900 <= code <= 0xFAFF
        or 0x2F800 <= code <= 0x2FA1F
        or 0xFF10 <= code <= 0xFF19
        or 0xFF21 <= code <= 0xFF3A
        or 0xFF41 <= code <= 0xFF5A
        or 0x1D400 <= code <= 0x1D7FF
    )
    return unicodedata.normalize("NFKC", char) if compatible else char


def usual_text(text: str) -> str:
    """A whole text in usual characters."""
    return "".join(map(usual, text))


@lru_cache(maxsize=16384)
def wide(char: str) -> bool:
    """Whether a character is set as wide as a Chinese one, so that no blank belongs beside it."""
    return bool(WIDE.match(char))
