"""Chooses the reader for a file by what it holds rather than by its name, and turns what goes wrong into failures.

No error leaves this module but those of the machine itself (memory): a file that cannot be opened, is empty, encrypted,
broken or of no known kind is one failure with its reason; a page that cannot be read is one failure of that page.
"""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.config import ParseSettings
from pipeline.records import Block, Failure, PageSize, Parsed, Source
from pipeline.stages.parse.encoding import EncodingError, decode
from pipeline.stages.parse.found import Found, Unreadable
from pipeline.stages.parse.plain import read_plain

# A file larger than this is no policy document; reading it would only fill the memory.
MAX_BYTES = 1 << 30
HTML = re.compile(rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b", re.I | re.S)
MAIL = re.compile(rb"^(?:[A-Za-z][A-Za-z-]{1,40}:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){3,}")
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def parse(source: Source, settings: ParseSettings) -> Parsed:
    """Reads a file into blocks.

    Args:
        source: the file; ``source.file`` is its absolute path.
        settings: OCR or not, and the limits.

    Returns:
        blocks in reading order, page sizes, and a failure for all that could not be read, never an exception.
    """
    try:
        found = read(source, settings)
    except Unreadable as error:
        found = Found(failures=((0, str(error)),))
    failures = tuple(
        Failure(path=source.path, page=page, stage="parse", reason=reason) for page, reason in found.failures
    )
    blocks, cut = _within(found.blocks, settings.max_characters)
    if cut:
        failures += (Failure(path=source.path, page=cut, stage="parse", reason=_too_long(settings, cut)),)
    return Parsed(document=source.document, path=source.path, pages=found.pages, blocks=blocks, failures=failures)


def _within(blocks: tuple[Block, ...], limit: int) -> tuple[tuple[Block, ...], int]:
    """The blocks up to the limit of characters, and the page from which on they are left out (0 if none is)."""
    total = 0
    for place, block in enumerate(blocks):
        total += len(block.text)
        if total > limit:
            return blocks[:place], block.page
    return blocks, 0


def _too_long(settings: ParseSettings, page: int) -> str:
    return (
        f"the text is longer than {settings.max_characters} characters, so it was read only up to page {page}; "
        "raise max_characters in [parse] or split the file"
    )


def read(source: Source, settings: ParseSettings) -> Found:
    """Opens a file and reads it with the reader for its kind.

    Raises:
        Unreadable: with the reason, if nothing of it can be read.
    """
    data = _bytes(Path(source.file))
    suffix = Path(source.path).suffix.lower()
    if not data.strip(b"\0 \t\r\n"):
        raise Unreadable("the file is empty")
    if b"%PDF-" in data[:1024] or suffix == ".pdf":
        from pipeline.stages.parse.pdf import read_pdf

        return read_pdf(source.document, data, settings)
    if data.startswith(b"PK\x03\x04") or suffix == ".docx":
        from pipeline.stages.parse.docx import read_docx

        return read_docx(source.document, data, settings)
    if data.startswith(OLD_OFFICE):
        raise Unreadable(
            "this is a file of an old Office format (.doc, .xls, .ppt); save it as DOCX or PDF and run again"
        )
    if data.startswith(b"{\\rtf"):
        raise Unreadable("this is a file in RTF; save it as DOCX or PDF and run again")
    if suffix == ".eml" or (suffix not in (".txt", ".md", ".html", ".htm") and MAIL.match(data[:20000])):
        from pipeline.stages.parse.mail import read_mail

        return read_mail(source.document, data, settings)
    if suffix in (".html", ".htm") or HTML.match(data[:5000]):
        from pipeline.stages.parse.web import read_web

        return read_web(source.document, data)
    try:
        text = decode(data)
    except EncodingError as error:
        raise Unreadable(str(error)) from error
    if len(text) > 4 * settings.max_characters:
        raise Unreadable(f"the text is far longer than {settings.max_characters} characters; split the file")
    if suffix in (".md", ".markdown"):
        from pipeline.stages.parse.markdown import read_markdown

        return _paged(read_markdown(source.document, text))
    return _paged(read_plain(source.document, text))


def _paged(blocks: tuple[Block, ...]) -> Found:
    if not blocks:
        raise Unreadable("the file holds no text")
    return Found(pages=(PageSize(page=1, width=0.0, height=0.0),), blocks=blocks)


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise Unreadable(f"the file has {size >> 20} MB; more than {MAX_BYTES >> 20} MB are not read: split it")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise Unreadable("the file is not there any more") from error
    except PermissionError as error:
        raise Unreadable("there is no permission to read the file") from error
    except IsADirectoryError as error:
        raise Unreadable("this is a folder and not a file") from error
    except OSError as error:
        raise Unreadable(f"the file could not be read: {error.strerror or error}") from error
