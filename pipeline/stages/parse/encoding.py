"""Finds the encoding of a text: a byte-order mark, UTF-8, UTF-16 without a mark, the Chinese encodings, then Western ones.

Order matters: UTF-8 can hardly be met by chance, GB18030 accepts almost any bytes. Between GB18030 and Big5 the one wins
whose text has more of the characters that Chinese prose is made of; for everything else charset-normalizer decides.
"""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The most frequent characters of running Chinese, simplified and traditional: about a fifth of any text.
FREQUENT = frozenset(
    "的一是不了在有人这這中大为為上个個国國我以要他时時来來用们們生到作地于於出就分对對成会會可主发發年动動同工也能下过過民前面部法家本和及与與应應第条條约約"
)
STRANGE = re.compile("[\ue000-\uf8ff\ufffd\u0080-\u009f]")


class EncodingError(ValueError):
    """No encoding turns the bytes into text; the message is for a person."""


def decode(data: bytes, declared: str = "") -> str:
    """The text of a file.

    Args:
        data: its bytes.
        declared: an encoding that the file itself names (HTML, mail); it is tried first, but has to fit.

    Raises:
        EncodingError: if the bytes are no text in any encoding known.
    """
    for mark, name in MARKS:
        if data.startswith(mark):
            return data.decode(name, "replace")
    text = _wide(data)
    if text is not None:
        return text
    if b"\0" in data[:4096]:
        raise EncodingError("the file is not text: it holds null bytes; save it as UTF-8 text, DOCX or PDF")
    for name in ("utf-8", declared):
        found = _strict(data, name)
        if found is not None:
            return found
    return _guess(data)


def _strict(data: bytes, name: str) -> str | None:
    try:
        return data.decode("gb18030" if name.lower() in ("gb2312", "gbk") else name) if name else None
    except (UnicodeDecodeError, LookupError):
        return None


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: every other byte is zero (Latin) or the text reads as Chinese."""
    sample = data[:4000]
    if len(sample) < 4 or len(data) % 2:
        return None
    for name, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        if zeros.count(0) > 0.3 * len(zeros):
            return _strict(data, name)
    return None


def _guess(data: bytes) -> str:
    scored: list[tuple[float, int, str]] = []
    for order, name in enumerate(("gb18030", "big5hkscs")):
        text = _strict(data, name)
        if text is None and len(data) > 2000:
            # A file may be cut in the middle of a character.
            text = _strict(data[:-1], name)
        if text is not None:
            scored.append((_chinese(text), -order, text))
    if scored:
        share, _, text = max(scored)
        if share > 0.06:
            return text
    best = from_bytes(data).best()
    if best is None:
        raise EncodingError("the encoding of the text is unknown; save the file as UTF-8 and run again")
    return str(best)


def _chinese(text: str) -> float:
    """The share of frequent Chinese characters among all that are not ASCII, less what no text has."""
    other = [char for char in text if char > "\x7f"]
    if not other:
        return 0.0
    return (sum(char in FREQUENT for char in other) - 3 * len(STRANGE.findall(text))) / len(other)
